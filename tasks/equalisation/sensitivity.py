"""What ten per cent more or less of each assumption means for the agreed tax shift.

One assumption is exchanged at a time, and the whole shift reckoned anew; the agreed öre stay as agreed, except where
they are what is exchanged. Formulas: `equalisation.tax_shift`, docs/maths.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded
from equalisation.income import guaranteed_tax_power, tax_power
from equalisation.tax_shift import ORE, Shift, TaxPayer, tax_shift
from tasks.equalisation.inputs import COUNTRY, MUNICIPALITY, Inputs, TaxYear
from tasks.equalisation.look_ahead import first_agreed
from tasks.equalisation.shift import ShiftOfYear, whole

CHANGES = (Fraction(-1, 10), Fraction(0), Fraction(1, 10))
ITEM = "item:"
"""Before a cost item's id, the name of the assumption that is its amount."""
Amounts = Mapping[str, Fraction]


@dataclass(frozen=True)
class SensitivityRow:
    """A row of `equalisation.sensitivity`."""

    agreement: str
    scenario: str
    method: str
    year: int
    assumption: str
    change_share: Decimal
    net_cost_sek: Decimal
    required_ore: Decimal
    rounding_sek: Decimal
    lowest_effect_sek_per_inhabitant: Decimal
    lowest_municipality_code: str
    basis: str


@dataclass(frozen=True)
class Assumed:
    """All that a tax shift is reckoned from, exact."""

    costs: Mapping[str, Amounts]
    """Transferred cost item → municipality → kr in the base year's prices."""
    price_factor: Fraction
    population: Amounts
    tax_bases: Amounts
    """Municipality → its own indexed tax base, kr."""
    national_tax_base: Fraction
    """The country's indexed tax base, kr."""
    national_population: Fraction
    guarantee_share: Fraction
    """The guaranteed tax power over the country's mean."""
    agreed: Fraction

    def shift(self) -> Shift:
        """The shift, reckoned anew."""
        cost = {code: sum((item[code] for item in self.costs.values()), Fraction(0)) for code in self.population}
        payers = {
            code: TaxPayer(persons, self.tax_bases[code], self.price_factor * cost[code])
            for code, persons in self.population.items()
        }
        mean = tax_power(self.national_tax_base, self.national_population)
        return tax_shift(payers, guaranteed_tax_power(mean, self.guarantee_share), self.agreed)


Exchange = Callable[[Assumed, Fraction], Assumed]
"""What is assumed → the same with one of its values multiplied by a factor."""
EXCHANGES: Mapping[str, Exchange] = {
    "net_cost": lambda told, factor: replace(
        told, costs={item: _times(amounts, factor) for item, amounts in told.costs.items()}
    ),
    "price_index_growth": lambda told, factor: replace(told, price_factor=1 + (told.price_factor - 1) * factor),
    "guaranteed_tax_power": lambda told, factor: replace(told, guarantee_share=told.guarantee_share * factor),
    "national_tax_base": lambda told, factor: replace(told, national_tax_base=told.national_tax_base * factor),
    "national_population": lambda told, factor: replace(told, national_population=told.national_population * factor),
    "county_population": lambda told, factor: replace(told, population=_times(told.population, factor)),
    "own_tax_bases": lambda told, factor: replace(told, tax_bases=_times(told.tax_bases, factor)),
    "agreed_ore": lambda told, factor: replace(told, agreed=told.agreed * factor),
}


def sensitivity_rows(shifts: Sequence[ShiftOfYear], inputs: Inputs) -> list[SensitivityRow]:
    """The rows of `equalisation.sensitivity` for the agreed shift's first year, by key; whole kronor.

    The assumptions are those of EXCHANGES, and `item:<id>` for each cost item that changes payer. The rows of no
    change are the shift itself, beside the others of the same assumption. The lowest effect's ties go by code.
    """
    rows = [row for entry in first_agreed(shifts) for row in _rows(entry, _assumed(entry, inputs))]
    return sorted(
        rows, key=lambda row: (row.agreement, row.scenario, row.method, row.year, row.assumption, row.change_share)
    )


def _assumed(entry: ShiftOfYear, inputs: Inputs) -> Assumed:
    """What the shift was reckoned from."""
    year, codes = TaxYear(inputs, entry.year), sorted(entry.shift.effects)
    items = sorted(name for name, item in entry.cost.items.items() if item.is_transferred)
    return Assumed(
        costs={item: {code: entry.cost.amounts[item, code] for code in codes} for item in items},
        price_factor=entry.price_factor,
        population={code: year.population(code) for code in codes},
        tax_bases={code: year.indexed_base(code) for code in codes},
        national_tax_base=year.indexed_base(COUNTRY),
        national_population=year.national_population(),
        guarantee_share=year.exact("guarantee_share", level=MUNICIPALITY),
        agreed=entry.shift.agreed,
    )


def _rows(entry: ShiftOfYear, told: Assumed) -> Iterator[SensitivityRow]:
    for assumption, exchange in (*EXCHANGES.items(), *((ITEM + item, _item(item)) for item in told.costs)):
        for change in CHANGES:
            yield _row(entry, assumption, change, exchange(told, 1 + change).shift())


def _item(item: str) -> Exchange:
    return lambda told, factor: replace(told, costs={**told.costs, item: _times(told.costs[item], factor)})


def _times(amounts: Amounts, factor: Fraction) -> Amounts:
    return {code: amount * factor for code, amount in amounts.items()}


def _row(entry: ShiftOfYear, assumption: str, change: Fraction, found: Shift) -> SensitivityRow:
    each = {code: effect.effect / effect.population for code, effect in found.effects.items()}
    lowest = min(sorted(each), key=each.__getitem__)
    return SensitivityRow(
        entry.agreement.id,
        entry.scenario,
        entry.method,
        entry.year,
        assumption,
        rounded(change, 6),
        whole(found.net_cost),
        rounded(found.required / ORE, 9),
        whole(found.revenue) - whole(found.net_cost),
        rounded(each[lowest]),
        lowest,
        entry.basis.value,
    )
