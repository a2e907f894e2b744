"""The words of the pages, as the documents use them: they stand once, in `templates/words.html`."""

from collections.abc import Mapping
from decimal import Decimal

from dashboard.environment import environment
from dashboard.words import number

_WORDS = vars(environment().get_template("words.html").module)

BASES: Mapping[str, str] = _WORDS["bases"]
METHODS: Mapping[str, str] = _WORDS["methods"]
YEAR_LINES: Mapping[str, str] = _WORDS["year_lines"]
UNITS: Mapping[str, str] = _WORDS["units"]
SIGNALS: Mapping[str, str] = _WORDS["signals"]
USABILITIES: Mapping[str, str] = _WORDS["usabilities"]
COST_KEYS: Mapping[str, str] = _WORDS["cost_keys"]
AHEAD: Mapping[str, str] = _WORDS["ahead"]
ASSUMPTIONS: Mapping[str, str] = _WORDS["assumptions"]
COUNTED_BY: Mapping[str, str] = _WORDS["counted_by"]
SETTLED_ON: Mapping[str, str] = _WORDS["settled_on"]
BUYERS: Mapping[str, str] = _WORDS["buyers"]
QUANTITIES: Mapping[str, str] = _WORDS["quantities"]
SPLITS: Mapping[str, str] = _WORDS["splits"]
INPUTS: Mapping[str, str] = _WORDS["inputs"]
WAYS: Mapping[str, str] = _WORDS["staffing_methods"]
"""The four ways of reckoning posts, in the order of the tables."""


def kronor(amount: Decimal) -> str:
    """An amount in running text: 123,4 miljoner kronor, 56 tusen kronor, 789 kronor."""
    if abs(amount) >= 1_000_000:
        return f"{number(amount / 1_000_000, 1)}\u00a0miljoner kronor"
    if abs(amount) >= 10_000:
        return f"{number(amount / 1_000)}\u00a0tusen kronor"
    return f"{number(amount)}\u00a0kronor"
