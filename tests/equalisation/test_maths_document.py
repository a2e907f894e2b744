"""The worked examples of docs/maths.md, run as they stand."""

import doctest
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "maths.md"


def test_every_worked_example_is_true() -> None:
    result = doctest.testfile(str(DOCUMENT), module_relative=False, encoding="utf-8")
    assert result.attempted >= 15
    assert result.failed == 0


def test_every_public_formula_is_in_the_document() -> None:
    from equalisation import (
        cost_sharing,
        exchange,
        income,
        inter_municipal,
        look_ahead,
        net_cost,
        settlement,
        staffing,
        tax_shift,
    )

    text = DOCUMENT.read_text(encoding="utf-8")
    modules = (cost_sharing, exchange, income, inter_municipal, look_ahead, net_cost, settlement, staffing, tax_shift)
    own = [
        name
        for module in modules
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
    ]
    missing = [name for name in own if not name.startswith("_") and name not in text]
    assert not missing
