"""A whole delivery's fault: which rule it broke, and what was found – never a value of a row."""

from expectations.rules import rule


class DeliveryFault(Exception):
    """Raised while a delivery is read or judged; the delivery is kept, and rejected."""

    def __init__(self, rule_id: str, **found: str) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id
        self.found = found

    @property
    def sv(self) -> str:
        """What is wrong, for the supplier."""
        return rule(self.rule_id).message_sv.format(**self.found)

    @property
    def en(self) -> str:
        """What is wrong, for the data team."""
        return rule(self.rule_id).message_en.format(**self.found)
