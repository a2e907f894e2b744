"""Economy: the net cost, the tax shift, who gains and loses, equalisation year by year, and the years ahead."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard import words
from dashboard.charts import Chart
from dashboard.choices import Block, choice
from dashboard.equalisation import read_income_equalisation
from dashboard.figures import figure
from dashboard.page import Page
from dashboard.reading import Reading
from dashboard.row_charts import Bar, bar_chart
from dashboard.tax_shift import Effects

FILE = "ekonomi.html"


@dataclass(frozen=True)
class EffectsView:
    """What a boundary would be to each municipality in a year, with its chart."""

    title: str
    effects: Effects
    chart: Chart | None

    @property
    def known(self) -> tuple[tuple[str, Decimal], ...]:
        """Each municipality whose amount may be shown, in kronor per inhabitant, the greatest gain first."""
        found = [(name, figure(row.effect_sek_per_inhabitant, row.status)) for name, row in self.effects.rows]
        known = [(name, Decimal(entry.value)) for name, entry in found if isinstance(entry.value, Decimal)]
        return tuple(sorted(known, key=lambda pair: -pair[1]))

    @property
    def is_partly_hidden(self) -> bool:
        """Some municipality's amount is protected or missing."""
        return len(self.known) < len(self.effects.rows)


def page(reading: Reading) -> Page:
    """The page of the economy."""
    months = reading.months
    latest = months.counted[-1].year if months.counted else None
    shown = {
        "money": reading.money,
        "equalisation": read_income_equalisation(reading.source, reading.names, latest),
        "parameters": reading.parameters,
    }
    return Page(FILE, "economy.html", "Ekonomi", "Skatteväxling och utjämning", shown, _blocks(reading))


def _blocks(reading: Reading) -> dict[str, Block]:
    money = reading.money
    first = money.effects if money else None
    if money is None or first is None:
        return {}
    titles = {row.scenario: row.title_sv for table in money.questions for row in table.rows}
    scenarios = list(dict.fromkeys(entry.scenario for entry in money.all_effects))
    years = sorted({entry.year for entry in money.all_effects})
    boundary = choice("grans", "Gränsdragning", [(name, titles.get(name, name)) for name in scenarios])
    year = choice("ar", "År", [(str(of), str(of)) for of in years], str(first.year))

    def show(scenario: str, of: str) -> EffectsView | None:
        effects = money.effects_of(scenario, int(of))
        return EffectsView(titles.get(scenario, scenario), effects, effect_chart(effects)) if effects else None

    return {"utfall": Block("block_effects.html", (boundary, year), show)}


def effect_chart(effects: Effects) -> Chart | None:
    """The chart of gain or loss per inhabitant by municipality, the greatest gain first."""
    found = [(name, figure(row.effect_sek_per_inhabitant, row.status)) for name, row in effects.rows]
    known = sorted((bar for bar in found if bar[1].shown), key=lambda bar: -(bar[1].value or 0))
    said = ", ".join(f"{name} {words.signed(value.value or 0)}" for name, value in known)
    title = f"Stapeldiagram, vinst (plus) eller förlust (minus) {effects.year} i kronor per invånare"
    return bar_chart([Bar(name, value) for name, value in known], f"{title}: {said}.")
