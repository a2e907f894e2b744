"""What a reader may choose on a page without a server: pick-lists, and the parts of the page that follow them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

NONE = "ingen"
"""The value of an option that leaves its part of the page empty."""


@dataclass(frozen=True)
class Option:
    """An entry of a pick-list: its value in the address, and its text."""

    value: str
    label: str


@dataclass(frozen=True)
class Choice:
    """A pick-list: its name in the address, its label, its options, and the value that the page opens with."""

    name: str
    label: str
    options: tuple[Option, ...]
    first: str


@dataclass(frozen=True)
class Block:
    """A part of a page that follows some of its choices: a template, and what it shows of chosen values.

    `show` gives None for values that the part shows nothing of. `also` names other choices that bring the same part
    a second time, to compare with: choice → the choice in whose place it stands.
    """

    template: str
    by: tuple[Choice, ...]
    show: Callable[..., Any]
    also: Mapping[str, Choice] | None = None

    def views(self) -> Iterator[tuple[str, Any]]:
        """The key of each view in the site's data, and what it shows."""
        for values in product(*([option.value for option in choice.options] for choice in self.by)):
            shown = self.show(*values)
            if shown is not None:
                yield "|".join(values), shown

    @property
    def first(self) -> Any:
        """What the page opens with."""
        return self.show(*(choice.first for choice in self.by))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All pick-lists that the part needs."""
        return (*self.by, *(self.also or {}).values())

    @property
    def names(self) -> str:
        """The names of the choices that make its key, with spaces between."""
        return " ".join(choice.name for choice in self.by)

    @property
    def names_also(self) -> str:
        """The same for the second time that it stands on the page."""
        also = self.also or {}
        return " ".join(also[choice.name].name if choice.name in also else choice.name for choice in self.by)


def choice(name: str, label: str, options: Sequence[tuple[str, str]], first: str | None = None) -> Choice:
    """A pick-list of values and texts, which opens with the first of them unless another is named."""
    listed = tuple(Option(*entry) for entry in options)
    return Choice(name, label, listed, first or listed[0].value)
