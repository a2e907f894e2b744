"""A whole delivery's fault: which rule it broke, and what was found – never a value of a row."""

from dataclasses import dataclass

from expectations.rules import rule


@dataclass(frozen=True)
class Told:
    """Words for the supplier and for the data team."""

    sv: str
    en: str


class DeliveryFault(Exception):
    """Raised while a delivery is read or judged; the delivery is kept, and rejected.

    `found` fills the places of the rule's messages; what is not the same in both languages is `Told`.
    """

    def __init__(self, rule_id: str, **found: str | Told) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id
        self.found = found

    @property
    def sv(self) -> str:
        """What is wrong, for the supplier."""
        words = {name: told.sv if isinstance(told, Told) else told for name, told in self.found.items()}
        return rule(self.rule_id).message_sv.format(**words)

    @property
    def en(self) -> str:
        """What is wrong, for the data team."""
        words = {name: told.en if isinstance(told, Told) else told for name, told in self.found.items()}
        return rule(self.rule_id).message_en.format(**words)
