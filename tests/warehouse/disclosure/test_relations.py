"""What adds up to what, on rows made by hand."""

from collections.abc import Mapping
from datetime import date

from warehouse.disclosure.cells import Published, Row
from warehouse.disclosure.families import FAMILIES, Family
from warehouse.disclosure.relations import relate
from warehouse.disclosure.system import Cell, Variable

YEAR, LATER = (date(2013, 1, 1), date(2013, 12, 31)), (date(2013, 2, 1), date(2013, 12, 31))
JANUARY = (date(2013, 1, 1), date(2013, 1, 31))


def family(name: str) -> Family:
    return next(family for family in FAMILIES if family.table.name == name)


def published(*rows: tuple[str, tuple[date, date], Mapping[str, str], int, int]) -> Published:
    """Rows of a family, a period, what is said beside `all`, visits and persons."""
    found = Published(None, "build", 5)  # type: ignore[arg-type] – nothing is read
    for name, time, said, visits, persons in rows:
        of = family(name)
        key = {column: str(said.get(column, "all")) for column in of.key}
        count = of.counts[0]
        few = 1 <= persons < 5
        index = found.system.add(
            Cell((name, *map(str, time), *key.values()), persons, None, few, few, row=len(found.rows))
        )
        for value in (visits, persons):
            found.system.measure(Variable(index, float(value), 2.0))
        found.rows.append(Row(of, time, key, {count.name: index}))
    return found


def sums(found: Published, parts: Mapping[str, str] | None = None) -> set[tuple[float, ...]]:
    """The equations of numbers: the total and its parts, as their values."""
    relate(found, parts or {}, ["base", "other"])
    values = found.system.variables
    return {tuple(sign * values[variable].value for variable, sign in equation) for equation in found.system.equations}


AREA = {"area_type": "region", "area_code": "25"}


def by_area(time: tuple[date, date], area: Mapping[str, str], visits: int, persons: int, **said: str):
    return ("volumes.by_area", time, {**area, **said}, visits, persons)


def municipality(code: str) -> dict[str, str]:
    return {"area_type": "municipality", "area_code": code}


def test_a_total_is_the_sum_over_a_dimension_and_the_persons_unless_they_are_in_several() -> None:
    found = sums(
        published(
            by_area(YEAR, AREA, 30, 12),
            by_area(YEAR, AREA, 20, 9, sex="female"),
            by_area(YEAR, AREA, 10, 3, sex="male"),
        )
    )
    assert found == {(30, -20, -10), (12, -9, -3)}
    twice = sums(
        published(
            by_area(YEAR, AREA, 30, 11),
            by_area(YEAR, AREA, 20, 9, sex="female"),
            by_area(YEAR, AREA, 10, 3, sex="male"),
        )
    )
    assert twice == {(30, -20, -10)}


def test_a_region_is_its_municipalities_and_its_county_parts_with_those_outside_any() -> None:
    rows = [by_area(YEAR, AREA, 60, 60)]
    rows += [
        by_area(YEAR, municipality(code), visits, visits) for code, visits in (("2580", 30), ("2581", 20), ("9998", 10))
    ]
    rows += [by_area(YEAR, {"area_type": "county_part", "area_code": "kust"}, 50, 50)]
    found = sums(published(*rows), {"2580": "kust", "2581": "kust"})
    assert {(60, -30, -20, -10), (50, -30, -20), (60, -10, -50)} == {tuple(each) for each in found}


def test_a_year_is_its_months_where_it_is_indeed() -> None:
    indicator = {"indicator_id": "unplanned_share", "version": "1", **AREA}
    year, january = (("indicators.results", time, indicator, 7, 6) for time in (YEAR, JANUARY))
    assert sums(published(year, january)) == {(7, -7)}
    other = ("indicators.results", JANUARY, indicator, 5, 5)
    assert sums(published(year, other)) == set(), "a rate of a year is no sum of its months' rates"


def test_what_a_longer_period_has_beyond_a_shorter_one_is_a_cell_of_few() -> None:
    found = published(by_area(YEAR, AREA, 30, 12, age_group="0-18"), by_area(LATER, AREA, 27, 11, age_group="0-18"))
    assert (30, -27, -3) in sums(found)
    (rest,) = [cell for cell in found.system.cells if cell.is_primary]
    assert rest.is_hidden
    many = published(by_area(YEAR, AREA, 90, 12, age_group="0-18"), by_area(LATER, AREA, 27, 11, age_group="0-18"))
    assert sums(many) == set()


def test_tables_that_tell_the_same_are_taken_to_tell_the_same_visits() -> None:
    rows = [by_area(YEAR, AREA, 400, 120), ("volumes.region_totals", YEAR, {"year": "2013"}, 400, 120)]
    assert (400, -400) in sums(published(*rows))
    assert (120, -120) in sums(published(*rows))
    few = [by_area(YEAR, AREA, 40, 12), ("volumes.region_totals", YEAR, {"year": "2013"}, 40, 12)]
    assert sums(published(*few)) == set(), "it may be chance"
