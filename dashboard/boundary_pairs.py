"""Two boundaries beside each other: visits, öre and kronor by municipality, and which questions make the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.boundaries import Form, form_of
from dashboard.figures import MISSING, PROTECTED, Figure, change, figure
from dashboard.ground import Ground, ground
from dashboard.money import Money
from dashboard.municipalities import ordered
from dashboard.published import Published
from dashboard.tax_shift import QuestionRow
from dashboard.words import alphabetical

ALL = "all"


@dataclass(frozen=True)
class PlaceRow:
    """A row of the query `scenario_places`."""

    year: int
    scenario: str
    municipality_code: str
    visits: int | None
    status: str


@dataclass(frozen=True)
class ChangeRow:
    """A row of the query `scenario_changes`."""

    year: int
    scenario: str
    other_scenario: str
    municipality_code: str
    reason: str
    visits: int | None
    visits_added: int | None
    visits_removed: int | None
    status: str


@dataclass(frozen=True)
class PlaceChange:
    """A municipality: its value with the one boundary, with the other, and the change."""

    code: str
    name: str
    before: Figure
    after: Figure
    change: Figure


@dataclass(frozen=True)
class Reason:
    """A question (or some together) on which the boundaries differ; `parts` names it, one word for each."""

    parts: tuple[str, ...]
    change: Figure
    added: Figure
    removed: Figure


@dataclass(frozen=True)
class PairVisits:
    """The visits of two boundaries in a year: the county, the municipalities by change, and the reasons."""

    year: int
    whole: PlaceChange
    added: Figure
    removed: Figure
    form: Form
    rows: tuple[PlaceChange, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class PairMoney:
    """The öre and the net cost of two boundaries in the first year, and kronor per inhabitant by municipality.

    `rows` are gains (plus) or losses in kronor per inhabitant, the greatest change first.
    """

    year: int
    before: QuestionRow
    after: QuestionRow
    ore: Figure
    cost: Figure
    rows: tuple[PlaceChange, ...]
    ground: Ground

    @property
    def form(self) -> Form:
        """How the difference in öre is said in words."""
        return form_of_amount(self.ore)

    @property
    def known(self) -> tuple[PlaceChange, ...]:
        """The municipalities whose change may be shown, the greatest gain first."""
        return tuple(row for row in self.rows if row.change.shown)


class BoundaryPairs:
    """All boundaries of a release, two by two."""

    def __init__(self, source: Published, names: Mapping[str, str], money: Money | None) -> None:
        self._names = names
        places = source.rows("scenario_places", PlaceRow)
        changes = source.rows("scenario_changes", ChangeRow)
        self._places = {(row.year, row.scenario, row.municipality_code): row for row in places}
        self._changes = {
            (row.year, row.scenario, row.other_scenario, row.municipality_code, row.reason): row for row in changes
        }
        self._reasons: dict[tuple[int, str, str], list[ChangeRow]] = {}
        for row in changes:
            if row.municipality_code == ALL and row.reason != ALL:
                self._reasons.setdefault((row.year, row.scenario, row.other_scenario), []).append(row)
        questions = money.questions[:1] if money else ()
        self._questions = {row.scenario: row for table in questions for row in table.rows}
        self._effects = (
            {
                (effects.scenario, code): row
                for table in questions
                for effects in money.all_effects
                if effects.year == table.year
                for code, row in effects.by_code.items()
            }
            if money
            else {}
        )
        self.years = tuple(sorted({row.year for row in places}))

    @property
    def with_money(self) -> tuple[str, ...]:
        """The boundaries whose öre are known, the agreement's own first."""
        return tuple(self._questions)

    def visits(self, year: int, scenario: str, other: str) -> PairVisits:
        """The visits of two boundaries in a year, as the published differences have them."""
        codes = {code for (of, name, code) in self._places if of == year and name in (scenario, other)} - {ALL}
        rows = [self.place(year, scenario, other, code) for code in ordered(codes, self._names)]
        whole = self.place(year, scenario, other, ALL)
        found = self._changes.get((year, scenario, other, ALL, ALL))
        added, removed = _parts(found)
        reasons = [_reason(row) for row in self._reasons.get((year, scenario, other), [])]
        return PairVisits(
            year,
            whole,
            *(added, removed),
            form="same" if scenario == other else form_of(whole.change, added),
            rows=_by_change(rows),
            reasons=tuple(sorted(reasons, key=_size_of)),
        )

    def money(self, scenario: str, other: str) -> PairMoney | None:
        """The öre and kronor of two boundaries; None where those of one of them are not known."""
        before, after = self._questions.get(scenario), self._questions.get(other)
        if before is None or after is None:
            return None
        codes = {code for name, code in self._effects if name in (scenario, other)}
        rows = [self._effect(scenario, other, code) for code in ordered(codes, self._names)]
        return PairMoney(
            before.year,
            *(before, after),
            ore=change(figure(before.required_ore, before.status), figure(after.required_ore, after.status)),
            cost=change(figure(before.net_cost_sek, before.status), figure(after.net_cost_sek, after.status)),
            rows=_by_change(rows),
            ground=ground((before.ground, after.ground)),
        )

    def place(self, year: int, scenario: str, other: str, code: str) -> PlaceChange:
        """A municipality's visits; what the other boundary counts is hidden where the difference is.

        A pair that has no row of its own differs by its totals, where both are shown.
        """
        before, after = (self._visits(year, name, code) for name in (scenario, other))
        if scenario == other:
            difference = Figure(0) if before.shown else before
        else:
            difference = self._difference(year, scenario, other, code) or change(before, after)
        shown = PROTECTED if difference.status == "protected" else after
        return PlaceChange(code, self._names.get(code, code), before, shown, difference)

    def _difference(self, year: int, scenario: str, other: str, code: str) -> Figure | None:
        """The published difference of two boundaries, told in either direction."""
        if row := self._changes.get((year, scenario, other, code, ALL)):
            return figure(row.visits, row.status)
        if row := self._changes.get((year, other, scenario, code, ALL)):
            return figure(None if row.visits is None else -row.visits, row.status)
        return None

    def _visits(self, year: int, scenario: str, code: str) -> Figure:
        row = self._places.get((year, scenario, code))
        return figure(row.visits, row.status) if row else MISSING

    def _effect(self, scenario: str, other: str, code: str) -> PlaceChange:
        before, after = (self._per_inhabitant(name, code) for name in (scenario, other))
        return PlaceChange(code, self._names.get(code, code), before, after, change(before, after))

    def _per_inhabitant(self, scenario: str, code: str) -> Figure:
        row = self._effects.get((scenario, code))
        return figure(row.effect_sek_per_inhabitant, row.status) if row else MISSING


def form_of_amount(entry: Figure) -> Form:
    """How a difference of amounts is said in words."""
    if entry.value is None:
        return "protected" if entry.status == "protected" else "missing"
    return "same" if entry.value == 0 else "more" if entry.value > 0 else "fewer"


def _parts(row: ChangeRow | None) -> tuple[Figure, Figure]:
    if row is None:
        return MISSING, MISSING
    return figure(row.visits_added, row.status), figure(row.visits_removed, row.status)


def _reason(row: ChangeRow) -> Reason:
    return Reason(tuple(row.reason.split("+")), figure(row.visits, row.status), *_parts(row))


def _by_change(rows: Sequence[PlaceChange]) -> tuple[PlaceChange, ...]:
    """The greatest gain first, the greatest loss after it, and those whose change isn't shown last, by name."""
    return tuple(sorted(rows, key=lambda row: (not row.change.shown, -(row.change.value or 0), alphabetical(row.name))))


def _size_of(reason: Reason) -> tuple[bool, int, tuple[str, ...]]:
    return not reason.change.shown, -abs(reason.added.count) - abs(reason.removed.count), reason.parts
