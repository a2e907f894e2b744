"""What stands in a table's cell: a number as Swedes write it, or why there is none; and the notes that explain it."""

from collections.abc import Iterable, Iterator, Sequence

from dashboard.documents.blocks import Column, Table, plain
from dashboard.documents.wording import BASES
from dashboard.figures import Figure, Number
from dashboard.ground import weakest_basis
from dashboard.words import DASH, measured, number, percent, signed

PROTECTED, MISSING = "skyddad", "saknas"
_PRELIMINARY = "\u00a0p"
_NOTES = {
    PROTECTED: "skyddad: visas inte, eftersom färre än {least} personer står bakom, eller för att talet kunde räknas "
    "fram ur andra. Det är inte noll.",
    MISSING: "saknas: underlag finns inte i utgåvan. Det är inte noll.",
}
_NOTE_PRELIMINARY = "p: preliminär, någon väntad leverans har inte kommit in ännu eller en prognos ingår."


def count(figure: Figure) -> str:
    """A whole number."""
    return why(figure) or number(figure.value or 0) + _mark(figure.status)


def part(figure: Figure) -> str:
    """A fraction as per cent."""
    return why(figure) or percent(figure.value or 0) + _mark(figure.status)


def difference(figure: Figure) -> str:
    """A whole number with its sign."""
    return why(figure) or signed(figure.value or 0) + _mark(figure.status)


def value(figure: Figure, unit: str) -> str:
    """A value in its unit."""
    return why(figure) or measured(figure.value or 0, unit) + _mark(figure.status)


def amount(given: Number | None, status: str = "ok", *, per: int = 1, decimals: int = 0, sign: bool = False) -> str:
    """A number divided by `per` (1000 gives thousands of kronor), with its sign where plus is a gain."""
    if status in ("protected", "missing") or given is None:
        return PROTECTED if status == "protected" else MISSING
    if status == "not_applicable":
        return DASH
    return (signed if sign else number)(given / per, decimals) + _mark(status)


def why(figure: Figure) -> str:
    """Why a figure has no value; nothing where it has one."""
    if figure.shown:
        return ""
    return {"protected": PROTECTED, "not_applicable": DASH}.get(figure.status, MISSING)


def ground_note(bases: Iterable[str]) -> tuple[str, ...]:
    """What a table of money rests on, as a note; none where nothing is said of it."""
    found = weakest_basis(bases)
    return (f"Grund: {BASES.get(found, plain(found))} (den svagaste av tabellens tal).",) if found else ()


def table(
    caption: str,
    head: Sequence[Column],
    rows: Iterable[Sequence[str]],
    source: str,
    *,
    least: int,
    notes: Sequence[str] = (),
    total: bool = False,
) -> Table:
    """A table whose notes explain every word that stands for a number; `least` persons must stand behind a number."""
    listed = tuple(tuple(plain(cell) for cell in row) for row in rows)
    shown = tuple(plain(note) for note in (*notes, *_explained(listed, least)))
    return Table(plain(caption), tuple(head), listed, plain(source), shown, total)


def _explained(rows: Iterable[Sequence[str]], least: int) -> Iterator[str]:
    cells = {cell for row in rows for cell in row[1:]}
    for word, note in _NOTES.items():
        if word in cells:
            yield note.format(least=least)
    if any(cell.endswith(_PRELIMINARY) for cell in cells):
        yield _NOTE_PRELIMINARY


def _mark(status: str) -> str:
    return _PRELIMINARY if status == "preliminary" else ""
