"""`hemvard contract`: what a subject's rows hold, for those who write a source's YAML."""

from collections.abc import Iterator

from regions.contracts import CONTRACTS, Contract
from regions.errors import UsageError


def describe_contract(subject: str | None) -> str:
    """The subjects, or one subject's fields; UsageError where there is no such subject."""
    if subject is None:
        return "\n".join(f"{name:20} {contract.en}" for name, contract in CONTRACTS.items())
    if subject not in CONTRACTS:
        raise UsageError(
            f"There is no subject {subject!r} with a contract.",
            where=f"subjects: {', '.join(CONTRACTS)}",
            todo="Visits have a mapping of their own: docs/guides/add-a-source.md",
        )
    return "\n".join(_lines(CONTRACTS[subject]))


def _lines(contract: Contract) -> Iterator[str]:
    yield f"{contract.subject}: {contract.en} ({contract.when})"
    if contract.identity:
        yield f"  without a record id, the same record has the same {', '.join(contract.identity)}"
    for field in contract.fields:
        need = "required" if field.required else "optional"
        codes = f": {', '.join(field.codes)}" if field.codes else ""
        unit = f" [{field.unit}]" if field.unit else ""
        yield f"  {field.name:28} {field.kind:12} {need:9} {field.en}{unit}{codes}"
