"""The tables and the chart of full-time equivalents."""

from collections.abc import Iterator, Sequence

from dashboard.documents import cells, drawings
from dashboard.documents.blocks import Block, Column, numbers, words
from dashboard.documents.reading import Reading
from dashboard.documents.staffing import Staffing, Way, shown_sum
from dashboard.documents.wording import BASES, WAYS
from dashboard.figures import Figure
from dashboard.staffing import ALL
from dashboard.tax_shift import REMAINDER
from dashboard.words import DASH

_PROFESSIONS = 5
_SOURCE = "volumes.staffing"
_FOLDED = "Yrken och kommuner med få patienter räknas ihop med andra, så att ingen kan pekas ut."


def by_profession(reading: Reading) -> Iterator[Block]:
    """Posts by profession in each of the four ways."""
    staffing = reading.staffing
    if staffing is None:
        return
    professions = sorted(
        {entry for way in staffing.ways for entry in way.professions},
        key=lambda entry: (-max(way.posts(ALL, entry).value or 0 for way in staffing.ways), entry),
    )
    rows = [[_profession(reading, entry), *(_cell(staffing, way, ALL, entry) for way in WAYS)] for entry in professions]
    rows.append(["Alla", *(_cell(staffing, way, ALL, ALL) for way in WAYS)])
    yield cells.table(
        "Årsarbetare per yrke, på fyra sätt",
        [words("Yrke"), *numbers(_headings(staffing), 1.8)],
        rows,
        _SOURCE,
        least=reading.least,
        notes=(_grounds(staffing), "Ett streck: sättet ger inga tjänster för yrket.", _FOLDED),
        total=True,
    )


def ways_chart(reading: Reading) -> Iterator[Block]:
    """All posts of the county in each of the four ways."""
    ways = reading.staffing.ways if reading.staffing else ()
    bars = [(f"{WAYS[way.method]} {way.year}", way.posts()) for way in ways]
    if sum(figure.shown for _, figure in bars) > 1:
        yield drawings.bars(
            "Årsarbetare i länet, på de sätt som finns", bars, unit="årsarbetare", source=_SOURCE, decimals=1
        )


def by_municipality(reading: Reading) -> Iterator[Block]:
    """Posts by municipality in each of the four ways."""
    staffing = reading.staffing
    if staffing is None or not staffing.municipalities:
        return
    codes = [*staffing.municipalities, *_remainder(staffing), ALL]
    rows = [[_place(reading, code), *(_cell(staffing, way, code, ALL) for way in WAYS)] for code in codes]
    yield cells.table(
        "Årsarbetare per kommun där vården ges, på fyra sätt",
        [words("Kommun"), *numbers(_headings(staffing), 1.8)],
        rows,
        _SOURCE,
        least=reading.least,
        notes=(
            "Ett streck: tjänsterna är inte fördelade på kommuner på det sättet, eller finns inte i kommunen. "
            "Utan kommun: det som inte är fördelat.",
        ),
        total=True,
    )


def by_both(reading: Reading, method: str) -> Iterator[Block]:
    """Posts by municipality and profession in one of the ways: the largest professions, and the others together."""
    way = reading.staffing.way(method) if reading.staffing else None
    if reading.staffing is None or way is None or not _is_split(way):
        return
    first, others = way.professions[:_PROFESSIONS], way.professions[_PROFESSIONS:]
    codes = [
        code
        for code in (*reading.staffing.municipalities, REMAINDER, ALL)
        if way.posts(code).status != "not_applicable"
    ]
    rows = [[_place(reading, code), *_of_place(way, code, first, others)] for code in codes]
    head = [words("Kommun", 2.2), *(_headed(_profession(reading, entry)) for entry in first)]
    head += [Column("Övriga yrken"), Column("Alla")] if others else [Column("Alla")]
    notes = (f"Grund: {BASES.get(way.basis, way.basis)}.", _FOLDED)
    caption = f"Årsarbetare per kommun och yrke {way.year}: {WAYS[method].lower()}"
    yield cells.table(caption, head, rows, _SOURCE, least=reading.least, notes=notes, total=True)


def of_municipality(reading: Reading, code: str) -> Iterator[Block]:
    """A municipality's posts in each of the four ways, in one row."""
    staffing = reading.staffing
    if staffing is None or code not in staffing.municipalities:
        return
    row = ["Årsarbetare", *(_cell(staffing, way, code, ALL) for way in WAYS)]
    yield cells.table(
        "Personal", [words("", 2), *numbers(_headings(staffing), 1.8)], [row], _SOURCE, least=reading.least
    )


def _headed(name: str) -> Column:
    """A column of numbers that is wide enough for its name, or for half of a long one."""
    return Column(name, share=max(1.5, len(name) * 0.15))


def sources_of(reading: Reading) -> Iterator[tuple[str, str]]:
    """Each way, and what its figures come from."""
    for way in reading.staffing.ways if reading.staffing else ():
        yield WAYS[way.method], f"{BASES.get(way.basis, way.basis)}. {'; '.join(way.sources)}"


def _of_place(way: Way, code: str, first: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    for entry in first:
        yield _posts(way.posts(code, entry))
    if others:
        yield _posts(shown_sum(way.posts(code, entry) for entry in others))
    yield _posts(way.posts(code))


def _is_split(way: Way) -> bool:
    return any(place not in (ALL, REMAINDER) and profession != ALL for place, profession in way.cells)


def _remainder(staffing: Staffing) -> Sequence[str]:
    return [REMAINDER] if any(way.posts(REMAINDER).status != "not_applicable" for way in staffing.ways) else []


def _cell(staffing: Staffing, method: str, code: str, profession: str) -> str:
    way = staffing.way(method)
    return _posts(way.posts(code, profession)) if way else DASH


def _posts(figure: Figure) -> str:
    return cells.why(figure) or cells.amount(figure.value, figure.status, decimals=1)


def _headings(staffing: Staffing) -> Iterator[str]:
    for method, name in WAYS.items():
        way = staffing.way(method)
        yield f"{name} {way.year}" if way else f"{name} (finns inte)"


def _grounds(staffing: Staffing) -> str:
    told = (f"{WAYS[way.method].lower()} {BASES.get(way.basis, way.basis)}" for way in staffing.ways)
    return f"Grund: {', '.join(told)}."


def _place(reading: Reading, code: str) -> str:
    return {ALL: "Alla", REMAINDER: "Utan kommun"}.get(code) or reading.areas.get(code, code)


def _profession(reading: Reading, code: str) -> str:
    name = {"unknown": "Okänt yrke", "other": "Yrken med få patienter"}.get(code) or reading.names["profession"].get(
        code, code
    )
    return name[:1].upper() + name[1:]
