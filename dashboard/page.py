"""A page of the site: its file, its template, and what the template shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from dashboard.choices import Block, Choice


@dataclass(frozen=True)
class Page:
    """A page; `name` is its entry in the menu, empty for one that the menu leads to by a list."""

    file: str
    template: str
    name: str
    title: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """The script with the views that the reader may choose."""
        return f"data/{PurePath(self.file).stem}.js"

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Its pick-lists, each once, in the order in which its parts need them."""
        listed = {entry.name: entry for block in self.blocks.values() for entry in block.choices}
        return tuple(listed.values())

    @property
    def may_choose(self) -> bool:
        """Whether there is anything else to see than what the page opens with."""
        return any(len(entry.options) > 1 for entry in self.choices)
