"""Why figures are not what they were in the last release, in a few Swedish sentences for leadership.

Pure: from the rows of `meta.restatements`, and nothing else. Which figures are said is decided here: visits in the home
and within each boundary in the county, öre and net cost of what was agreed, the latest year first; the rest is counted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.words import number, signed

Row = Mapping[str, object]
"""A row of `meta.restatements`, by column name."""
CAUSES: Mapping[str, str] = {
    "deliveries": "nya eller rättade leveranser",
    "boundary": "ändrad gränsdragning",
    "definition": "ändrade definitioner",
    "parameter": "ändrade parametrar",
    "code": "ändrat program",
}
"""What a cause is called."""


_HIDDEN = "protected"


@dataclass(frozen=True)
class Agreed:
    """What was agreed: the key of its rows in `equalisation.tax_shift`."""

    agreement: str
    scenario: str
    method: str


@dataclass(frozen=True)
class _Said:
    """A figure that is said: what it is called, with {year} and {scenario} in it, and its decimals."""

    table: str
    column: str
    text: str
    key: Mapping[str, str]
    decimals: int = 0
    words: tuple[str, str] = ("fler", "färre")


_WHOLE = {"care_form": "all", "planned": "all", "age_group": "all"}
_VISITS = (
    _Said("volumes.region_totals", "visits", "Besök i hemmet i länet {year}", {**_WHOLE, "place": "home"}),
    _Said("volumes.scenario_totals", "visits", "Besök inom {scenario} {year}", {"municipality_code": "all"}),
)
_MORE = ("mer", "mindre")


def restatement_lines(
    rows: Sequence[Row], *, titles: Mapping[str, str] | None = None, agreed: Agreed | None = None, at_most: int = 5
) -> list[str]:
    """At most so many sentences on figures that changed, and one more that counts the rest; none where none did.

    `titles`: what boundaries are called, by id. `agreed`: whose öre and net cost are said; of nothing else are they.
    """
    figures: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["change"] is not None:
            figures[str(row["table_name"]), str(row["row_key"]), str(row["column_name"])].append(row)
    found = [(said, place) for said in (*_VISITS, *_of(agreed)) for place in _places(said, figures)][:at_most]
    lines = [_sentence(said, place, figures[place], titles or {}) for said, place in found]
    return [*lines, *_rest(rows, len(figures) - len(found), said_any=bool(found))]


def _of(agreed: Agreed | None) -> tuple[_Said, ...]:
    if agreed is None:
        return ()
    key = {"agreement": agreed.agreement, "scenario": agreed.scenario, "method": agreed.method}
    return (
        _Said("equalisation.tax_shift", "required_ore", "Öre som krävs {year}", key, 2, _MORE),
        _Said("equalisation.tax_shift", "net_cost_sek", "Nettokostnad i kronor {year}", key, 0, _MORE),
    )


def _places(said: _Said, figures: Mapping[tuple[str, str, str], Sequence[Row]]) -> list[tuple[str, str, str]]:
    """The figures that are meant, the latest year first."""
    found = [
        place
        for place in figures
        if (place[0], place[2]) == (said.table, said.column) and said.key.items() <= _key(place[1]).items()
    ]
    return sorted(found, key=lambda place: (-int(_key(place[1])["year"]), place[1]))


def _key(text: str) -> dict[str, str]:
    """A row's key, as `meta.restatements` writes it: column=value, …"""
    return dict(part.partition("=")[::2] for part in text.split(", "))


def _sentence(said: _Said, place: tuple[str, str, str], changes: Sequence[Row], titles: Mapping[str, str]) -> str:
    """Besök i länet 2011: 96 712, var 96 500: 212 fler, på grund av nya eller rättade leveranser."""
    key = _key(place[1])
    scenario = key.get("scenario", "")
    title = said.text.format(year=key["year"], scenario=f"”{titles.get(scenario, scenario)}”")
    before, after = _decimal(changes[0]["value_before"]), _decimal(changes[0]["value_after"])
    whole = after - before
    more, less = said.words
    how = f"{number(abs(whole), said.decimals)} {more if whole > 0 else less}" if whole else "lika många"
    causes = _causes(changes, said.decimals)
    shown = number(after, said.decimals), number(before, said.decimals)
    return f"{title}: {shown[0]}, var {shown[1]}: {how}, på grund av {causes}."


def _causes(changes: Sequence[Row], decimals: int) -> str:
    """The causes in their order; where there are several, each with what it changed."""
    ordered = sorted(changes, key=lambda row: list(CAUSES).index(str(row["cause"]).partition("+")[0]))
    if len(ordered) == 1:
        return _cause(ordered[0])
    parts = [f"{_cause(row)} ({signed(_decimal(row['change']), decimals)})" for row in ordered]
    return f"{', '.join(parts[:-1])} och {parts[-1]}"


def _cause(row: Row) -> str:
    return " tillsammans med ".join(CAUSES[part] for part in str(row["cause"]).split("+"))


def _rest(rows: Sequence[Row], others: int, *, said_any: bool) -> Iterator[str]:
    """How many figures more have changed, and how many rows are hidden or shown since then."""
    states = [(row["status_before"], row["status_after"]) for row in rows if row["change"] is None]
    hidden = sum(before != _HIDDEN and after == _HIDDEN for before, after in states)
    shown = sum(before == _HIDDEN and after != _HIDDEN for before, after in states)
    other = ("annan ", "andra ") if said_any else ("", "")
    counted = (
        (others, f"{other[0]}siffra har ändrats", f"{other[1]}siffror har ändrats"),
        (hidden, "rad har skyddats", "rader har skyddats"),
        (shown, "rad visas som var skyddad", "rader visas som var skyddade"),
    )
    parts = [f"{number(count)} {one if count == 1 else many}" for count, one, many in counted if count]
    if parts:
        yield f"{', '.join(parts)}. Alla finns i tabellen meta.restatements."


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
