"""The years after a shift by municipality, on a county made by hand; and what ships for Norrbotten."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from shift_by_hand import (
    AS_OF,
    OLD,
    PERSONS,
    agreement,
    folder,
    forecast,
    growth,
    of_year,
    prices,
    shift,
)

from equalisation.exact import rounded
from equalisation.tax_shift import ORE, TaxPayer, tax_shift
from regions.errors import DataError
from regions.folder import RegionFolder, load_region
from regions.model import Basis
from regions.parameters import ParameterValue
from tasks.equalisation.forecast import AGE_GROUPS, Forecast, read_forecasts
from tasks.equalisation.inputs import Inputs, TaxYear
from tasks.equalisation.look_ahead import FUTURE, RECORDED, LookAheadRow, look_ahead_rows, read_visits_by_age
from tasks.equalisation.shift import REMAINDER, whole
from warehouse.equalisation_tables import LOOK_AHEAD
from warehouse.schema import BY_AREA, VERSIONS

VISITS = {"0-64": 265, "65+": 2553}
"""A tenth of a visit to each of those below 65, and three to each of the others, in 2013."""
Rows = dict[tuple[str, int, str], LookAheadRow]
AGEING = [growth("0.02", "0.03"), forecast(10)]


def rows(
    *values: list[ParameterValue], visits: dict[str, int] | None = None, delivered: Sequence[Forecast] = (), **told: Any
) -> Rows:
    """(assumption, year, municipality) → row."""
    inputs = Inputs(folder(*values), AS_OF)
    found = look_ahead_rows([shift(inputs, **told)], VISITS if visits is None else visits, inputs, delivered)
    return {(row.assumption, row.year, row.municipality_code): row for row in found}


def figures(row: LookAheadRow) -> tuple[Decimal | None, ...]:
    return row.revenue_sek, row.cost_sek, row.effect_sek, row.effect_sek_per_inhabitant


def test_the_columns_are_those_of_the_table() -> None:
    assert tuple(field.name for field in fields(LookAheadRow)) == LOOK_AHEAD.names()


def test_there_is_a_row_for_each_key_in_the_keys_order() -> None:
    found = list(rows(*AGEING).values())
    keys = [tuple(getattr(row, name) for name in LOOK_AHEAD.key) for row in found]
    assert keys == sorted(set(keys))
    assert len(keys) == 2 * 10 * (3 + 1)
    assert {row.year - row.year_number for row in found} == {2012}


@pytest.mark.parametrize("years", [1, 4])
def test_the_agreement_says_how_far_to_look(years: int) -> None:
    found = rows(*AGEING, agreed=agreement(look_ahead_years=years))
    assert {row.year_number for row in found.values()} == set(range(1, years + 1))


@pytest.mark.parametrize("assumption", [RECORDED, FUTURE])
def test_the_first_year_is_the_shift_itself(assumption: str) -> None:
    inputs = Inputs(folder(*AGEING), AS_OF)
    found = rows(*AGEING)
    for code, effect in shift(inputs).shift.effects.items():
        row = found[assumption, 2013, code]
        assert (row.revenue_sek, row.cost_sek) == (whole(effect.revenue), whole(effect.cost))
        assert row.population == effect.population


def test_a_year_by_hand() -> None:
    """2505 in 2015: 1 000 inhabitants still, 20 more of them old; G has grown by 2 % twice, prices by 3 % twice."""
    found = rows(*AGEING)
    recorded, future = (found[assumption, 2015, "2505"] for assumption in (RECORDED, FUTURE))
    assert recorded.revenue_sek == future.revenue_sek == 526_442  # 0.0022 · 230 000 · 1.02² · 1 000 = 526 442.40
    assert recorded.cost_sek == 501_275  # 450 000 · 1.05 · 1.03² = 501 275.25
    assert recorded.effect_sek_per_inhabitant == Decimal("25.17")
    # its need: (265/2652 · 730 + 3 · 270) / (265/2652 · 750 + 3 · 250), 2 652 inhabitants of the county being below 65
    assert future.cost_sek == rounded(Fraction("501275.25") * (265 * 730 + 2652 * 810) / (265 * 750 + 2652 * 750), 0)


@pytest.mark.parametrize("assumption", [RECORDED, FUTURE])
def test_where_nothing_changes_every_year_is_the_first(assumption: str) -> None:
    found = rows(growth(), forecast())
    for code in (*PERSONS, REMAINDER):
        assert len({figures(found[assumption, year, code]) for year in range(2013, 2023)}) == 1


def test_where_everybody_ages_future_growth_costs_more_each_year() -> None:
    found = rows(growth(), forecast(7))
    for code in PERSONS:
        costs = [found[FUTURE, year, code].cost_sek for year in range(2013, 2023)]
        assert costs == sorted(set(costs))
        assert all(found[RECORDED, year, code].cost_sek == costs[0] for year in range(2013, 2023))


def test_revenue_follows_the_population_and_the_recorded_cost_does_not() -> None:
    found = rows(growth(), forecast(10, fewer_young=False))
    first, last = (found[RECORDED, year, "2506"] for year in (2013, 2022))
    assert last.population == 590
    assert last.revenue_sek == whole(Fraction(22, 10_000) * 230_000 * 590)
    assert last.cost_sek == first.cost_sek


def test_the_population_is_the_shift_s_own_moved_as_the_forecast() -> None:
    """A forecast that began from twice as many tells the change alone."""
    doubled = [replace(entry, value=entry.value * 2) for entry in forecast(10, fewer_young=False)]
    row = rows(growth(), doubled)[RECORDED, 2015, "2506"]
    assert row.population == rounded(Fraction(500 * (1000 + 40), 1000), 4) == 520


@pytest.mark.parametrize("assumption", [RECORDED, FUTURE])
def test_the_rows_sum_to_the_county_s_figure(assumption: str) -> None:
    found = rows(growth("0.017", "0.031"), forecast(3))
    for year in range(2013, 2023):
        g = 230_000 * Fraction("1.017") ** (year - 2013)
        of_year_ = [row for key, row in found.items() if key[:2] == (assumption, year)]
        assert sum(row.revenue_sek or 0 for row in of_year_) == whole(Fraction(22, 10_000) * g * 3503)
        for row in of_year_:
            assert row.revenue_sek is not None
            assert row.cost_sek is not None
            assert row.effect_sek == row.revenue_sek - row.cost_sek


def test_a_known_year_goes_before_an_assumed_growth_and_the_next_builds_on_it() -> None:
    found = rows(*AGEING, of_year(2014, 1_100_000_000), prices(y2014="1.26"))
    g, index = 253_000, Fraction("1.2")
    assert found[RECORDED, 2014, "2505"].revenue_sek == whole(Fraction(22, 10_000) * g * 1000)
    assert found[RECORDED, 2014, "2505"].cost_sek == whole(450_000 * Fraction("1.05") * index)
    assert found[RECORDED, 2015, "2505"].revenue_sek == whole(Fraction(22, 10_000) * g * Fraction("1.02") * 1000)
    assert found[RECORDED, 2015, "2505"].cost_sek == whole(450_000 * Fraction("1.05") * index * Fraction("1.03"))


def test_later_decided_ore_are_revenue_from_their_year() -> None:
    found = rows(growth(), forecast(), agreed=agreement(("2016-01-01", 25)))
    revenue = [found[RECORDED, year, "2505"].revenue_sek for year in (2013, 2015, 2016, 2022)]
    assert revenue == [506_000, 506_000, 575_000, 575_000]


def test_what_lacks_is_missing_and_nothing_is_put_in_its_place() -> None:
    found = rows(growth("0.02", "0.03", range(2014, 2018)), forecast(10))
    assert {row.status for key, row in found.items() if key[1] <= 2017} == {"ok"}
    late = [row for key, row in found.items() if key[1] > 2017]
    assert {row.status for row in late} == {"missing"}
    assert {figures(row) for row in late} == {(None, None, None, None)}
    assert found[RECORDED, 2022, "2505"].population == 1000


def test_a_forecast_that_lacks_a_municipality() -> None:
    found = rows(growth(), [entry for entry in forecast(10) if dict(entry.keys)["area"] != "2580"])
    assert found[RECORDED, 2014, "2580"].status == found[RECORDED, 2014, REMAINDER].status == "missing"
    assert found[RECORDED, 2014, "2505"].status == "ok"
    assert found[FUTURE, 2014, "2505"].status == "missing", "the county's visits per inhabitant aren't known"
    assert {row.status for key, row in found.items() if key[1] == 2013} == {"ok"}


@pytest.mark.parametrize("visits", [{}, {"65+": 2553}])
def test_without_published_visits_only_future_growth_is_missing(visits: dict[str, int]) -> None:
    found = rows(*AGEING, visits=visits)
    assert {row.status for key, row in found.items() if key[0] == RECORDED} == {"ok"}
    assert {row.status for key, row in found.items() if key[0] == FUTURE and key[1] > 2013} == {"missing"}


def test_the_basis_is_the_weakest_of_what_a_row_rests_on() -> None:
    assumed = [replace(entry, kind=Basis.ILLUSTRATIVE) for entry in growth("0.02", "0.03", range(2015, 2023))]
    found = rows(forecast(10), assumed, growth("0.02", "0.03", [2014]))
    assert found[FUTURE, 2014, "2505"].basis == "official"
    assert found[FUTURE, 2015, "2505"].basis == found[FUTURE, 2022, REMAINDER].basis == "illustrative"
    assert {row.basis for row in rows(*AGEING, basis=Basis.DERIVED).values()} == {"derived"}
    assert {row.status for row in rows(*AGEING, status="preliminary").values()} == {"preliminary"}


def edition(vintage: str, code: str, first: int, last: int, old: int) -> Forecast:
    """Its inhabitants are those of 2013, and `old` more of 65+ each year."""
    cells = {
        (year, group): persons
        for year in range(first, last + 1)
        for group, persons in (("0-64", PERSONS[code] - OLD[code]), ("65+", OLD[code] + old * (year - 2013)))
    }
    return Forecast(code, vintage, cells)


def test_a_delivered_forecast_goes_before_the_file_s() -> None:
    found = rows(growth(), forecast(), delivered=[edition("2012", "2505", 2013, 2022, 5)])
    row = found[RECORDED, 2022, "2505"]
    assert (row.population, row.basis, row.status) == (1045, "forecast", "preliminary")
    assert found[RECORDED, 2022, "2506"].status == "ok"
    assert found[RECORDED, 2022, REMAINDER].status == "preliminary"
    assert found[RECORDED, 2013, "2505"].status == "ok", "the first year is the shift itself"
    assert found[FUTURE, 2022, "2506"].basis == "forecast", "by the county's inhabitants"


def test_the_last_edition_that_covers_the_years_is_taken() -> None:
    editions = [
        edition("2013", "2505", 2013, 2022, 5),
        edition("2012", "2505", 2012, 2030, 4),
        edition("2020", "2505", 2021, 2040, 9),
    ]
    assert rows(growth(), forecast(), delivered=editions)[RECORDED, 2022, "2505"].population == 1045
    assert rows(growth(), forecast(), delivered=editions[1:])[RECORDED, 2022, "2505"].population == 1036
    assert rows(growth(), forecast(), delivered=editions[2:])[RECORDED, 2022, "2505"].basis == "official"


def test_an_edition_that_was_not_out_yet_is_not_used() -> None:
    told = edition("2012", "2505", 2013, 2022, 5)
    assert told.known_from == date(2012, 5, 1)
    values = [replace(entry, known_from=date(2011, 1, 1)) for entry in [*growth(), *forecast()]]
    for as_of, population in ((date(2012, 4, 30), 1000), (date(2012, 5, 1), 1045)):
        inputs = Inputs(folder(values), as_of)
        found = look_ahead_rows([shift(inputs)], VISITS, inputs, [told])
        assert {row.population for row in found if (row.year, row.municipality_code) == (2022, "2505")} == {population}


def test_what_was_used_is_remembered() -> None:
    inputs = Inputs(folder(*AGEING), AS_OF)
    agreed = shift(inputs)
    before = set(inputs.used)
    look_ahead_rows([agreed], VISITS, inputs, [edition("2013", "2505", 2013, 2022, 5)])
    assert {entry.parameter for entry in inputs.used - before} == {
        "tax_power_growth",
        "cost_growth",
        "population_forecast",
    }
    delivered = [entry for entry in inputs.used if dict(entry.keys).get("area") == "2505" and entry.year == 2022]
    assert {entry.reference for entry in delivered} == {"Levererad folkmängdsprognos, utgåva 2013"}


def test_a_forecast_without_anybody_is_an_error() -> None:
    empty = [replace(entry, value=Decimal(0)) if entry.year == 2013 else entry for entry in forecast()]
    with pytest.raises(DataError, match="no inhabitants") as caught:
        rows(growth(), empty)
    assert "population_forecast" in str(caught.value.todo)


def test_a_growth_below_nothing_is_an_error() -> None:
    with pytest.raises(DataError, match="more than −100 %"):
        rows(growth("-1"), forecast())


def test_only_the_agreed_shift_of_the_first_year_is_looked_ahead_from() -> None:
    inputs = Inputs(folder(*AGEING), AS_OF)
    other, later = shift(inputs, is_agreed=False), shift(inputs, year=2014)
    assert look_ahead_rows([other, later], VISITS, inputs, []) == []


# what is delivered


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    for name, table in (
        ("lake.core.population_forecast", VERSIONS["population_forecast"]),
        ("build.volumes.by_area", BY_AREA),
    ):
        database, schema, _ = name.split(".")
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"ATTACH ':memory:' AS {database}; CREATE SCHEMA {database}.{schema}")
        connection.execute(f"CREATE TABLE {name} ({columns})")
    yield connection
    connection.close()


def put(lake: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join(f"${name}" for name in row)
    lake.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)


def foretold(lake: duckdb.DuckDBPyConnection, age: int | None, persons: int, **attributes: Any) -> None:
    row = {"system": "scb", "source_id": "scb_forecast", "record_id": f"{age} {attributes}", "area_code": "2505"}
    row |= {"measured_on": date(2012, 12, 31), "age": age, "sex": "female", "persons": persons, "vintage": "2012"}
    put(lake, "lake.core.population_forecast", row | attributes)


def test_a_forecast_is_read_by_edition_and_age_group(lake: duckdb.DuckDBPyConnection) -> None:
    foretold(lake, 0, 1)
    foretold(lake, 64, 10)
    foretold(lake, 65, 100)
    foretold(lake, 100, 1000, sex="male")
    foretold(lake, 70, 10_000, vintage="2013")
    foretold(lake, 70, 100_000, measured_on=date(2013, 12, 31))
    assert read_forecasts(lake) == [
        Forecast("2505", "2012", {(2013, "0-64"): 11, (2013, "65+"): 1100, (2014, "65+"): 100_000}),
        Forecast("2505", "2013", {(2013, "65+"): 10_000}),
    ]


def test_totals_other_areas_days_and_sources_are_left_out(lake: duckdb.DuckDBPyConnection) -> None:
    foretold(lake, 70, 7)
    foretold(lake, None, 5000)
    foretold(lake, 70, 5000, sex="all")
    foretold(lake, 70, 5000, area_code="25")
    foretold(lake, 70, 5000, measured_on=date(2012, 11, 1))
    foretold(lake, 71, 5000, system="own", source_id="a_forecast_of_our_own")
    assert read_forecasts(lake) == [Forecast("2505", "2012", {(2013, "65+"): 7})]


def published(lake: duckdb.DuckDBPyConnection, age_group: str, visits: int | None, **attributes: Any) -> None:
    row = {"period_start": date(2011, 1, 1), "period_end": date(2011, 12, 31), "area_type": "region", "area_code": "25"}
    row |= {"care_form": "all", "age_group": age_group, "sex": "all", "measure": "crude", "visits": visits}
    put(lake, "build.volumes.by_area", row | {"status": "ok" if visits else "protected"} | attributes)


def test_visits_by_age_are_those_that_are_published(lake: duckdb.DuckDBPyConnection) -> None:
    for age_group, visits in (("0-18", None), ("19-64", 10), ("65-79", 100), ("80-89", 200), ("90+", 50), ("all", 999)):
        published(lake, age_group, visits)
    published(lake, "65-79", 5000, period_end=date(2011, 1, 31))
    published(lake, "65-79", 5000, care_form="home_health_care")
    published(lake, "65-79", 5000, sex="female")
    published(lake, "65-79", 5000, area_type="municipality", area_code="2505")
    published(lake, "65-79", 5000, period_start=date(2012, 1, 1), period_end=date(2012, 12, 31))
    assert read_visits_by_age(lake, 2011) == {"0-64": 10, "65+": 350}
    assert read_visits_by_age(lake, 2010) == {}


# what ships


@pytest.fixture(scope="module")
def norrbotten() -> RegionFolder:
    return load_region("norrbotten")


def test_the_shipped_forecast_is_the_line_that_its_reference_says(norrbotten: RegionFolder) -> None:
    inputs = Inputs(norrbotten, AS_OF)
    groups = {"0-64": ("0-15", "16-24", "25-44", "45-64"), "65+": ("65+",)}
    for year in range(2013, 2023):
        for code in norrbotten.region.municipalities:
            for group in AGE_GROUPS:
                first, last = (
                    sum(
                        inputs.exact("population_31_december", known, area=code, age_group=each)
                        for each in groups[group]
                    )
                    for known in (2018, 2025)
                )
                told = inputs.value("population_forecast", year, area=code, age_group=group)
                assert told.value == rounded(first + (last - first) * Fraction(year - 2013, 7), 0)
                assert told.kind is Basis.ILLUSTRATIVE


def test_norrbotten_has_what_ten_years_ahead_need(norrbotten: RegionFolder) -> None:
    inputs = Inputs(norrbotten, AS_OF)
    year = TaxYear(inputs, 2013)
    payers = {code: TaxPayer(year.population(code), Fraction(1), Fraction(10**7)) for code in year.municipalities}
    by_hand = shift(Inputs(folder(), AS_OF), shift=tax_shift(payers, year.guaranteed(), 22 * ORE))
    found = look_ahead_rows([by_hand], VISITS, inputs, [])
    assert len(found) == 2 * 10 * 15
    assert {row.status for row in found} == {"ok"}
    assert {row.basis for row in found if row.year_number > 1} == {"illustrative"}
