"""The templates, with everything escaped, and the words that they use."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard import words
from dashboard.figures import share

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
"""Style and scripts that a browser reads beside the pages."""
_FILTERS: dict[str, Callable[..., Any]] = {
    "number": words.number,
    "percent": words.percent,
    "signed": words.signed,
    "measured": words.measured,
    "amount": words.amount,
    "day": words.day,
    "about": words.about,
    "month": words.month,
    "short_month": words.short_month,
    "moment": words.moment,
    "spans": words.spans,
    "listed": words.listed,
}


@cache
def environment() -> Environment:
    """The templates; a name that isn't given is an error."""
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, STATIC]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(_FILTERS)
    made.globals.update(share=share, span=words.span)
    return made
