"""The best value known on a date: by kind, then by the date from which it is known; none is an error with its name."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.errors import DataError
from regions.model import Basis
from regions.parameters import ParameterFile, Parameters, ParameterValue, read_values, weakest

DAY = date(2024, 1, 1)


def value(
    number: int, kind: Basis = Basis.OFFICIAL, known: date = DAY, year: int = 2024, **keys: str
) -> ParameterValue:
    return ParameterValue(
        "rate", year, tuple(sorted(keys.items())), Decimal(number), "share", kind, known, "SFS", "sfs"
    )


def test_a_better_kind_wins_whatever_its_date() -> None:
    kinds = [Basis.ILLUSTRATIVE, Basis.FORECAST, Basis.DERIVED, Basis.OFFICIAL]
    values = [value(rank, kind, DAY - timedelta(days=rank)) for rank, kind in enumerate(kinds)]
    for rank in range(4):
        assert Parameters(values[: rank + 1]).get("rate", 2024, DAY).value == rank
        assert Parameters(reversed(values[: rank + 1])).get("rate", 2024, DAY).value == rank


def test_what_was_delivered_is_as_good_as_official() -> None:
    values = [value(1, Basis.DERIVED), value(2, Basis.DELIVERED)]
    assert Parameters(values).get("rate", 2024, DAY).value == 2


def test_within_a_kind_the_newest_known_wins() -> None:
    values = [value(1, known=DAY - timedelta(days=9)), value(2, known=DAY), value(3, known=DAY - timedelta(days=5))]
    assert Parameters(values).get("rate", 2024, DAY).value == 2
    assert Parameters(values).get("rate", 2024, DAY - timedelta(days=1)).value == 3


def test_what_is_not_yet_known_is_not_used() -> None:
    known = value(1, Basis.FORECAST, DAY)
    later = value(2, Basis.OFFICIAL, DAY + timedelta(days=1))
    parameters = Parameters([known, later])
    assert parameters.get("rate", 2024, DAY).value == 1
    assert parameters.get("rate", 2024, DAY + timedelta(days=1)).value == 2
    assert parameters.find("rate", 2024, DAY - timedelta(days=1)) is None


@given(
    st.lists(st.tuples(st.sampled_from(list(Basis)), st.integers(-50, 50)), min_size=1, unique=True),
    st.integers(-60, 60),
)
def test_the_answer_does_not_depend_on_the_order_of_the_values(entries: list[tuple[Basis, int]], day: int) -> None:
    values = [value(n, kind, DAY + timedelta(days=known)) for n, (kind, known) in enumerate(entries)]
    as_of = DAY + timedelta(days=day)
    found = Parameters(values).find("rate", 2024, as_of)
    assert (found is None) == all(entry.known_from > as_of for entry in values)
    if found:
        again = Parameters(reversed(values)).find("rate", 2024, as_of)
        assert again is not None
        ours, other = (
            ("official" if entry.kind in ("official", "delivered") else entry.kind, entry.known_from)
            for entry in (found, again)
        )
        assert ours == other


def test_keys_and_years_are_apart_and_the_order_of_keys_is_nothing() -> None:
    parameters = Parameters([value(1, area="1880", level="region"), value(2, year=2023, level="region", area="1880")])
    assert parameters.get("rate", 2024, DAY, level="region", area="1880").value == 1
    assert parameters.get("rate", 2023, DAY, area="1880", level="region").value == 2
    assert parameters.find("rate", 2024, DAY, area="1880") is None
    assert parameters.years("rate") == (2023, 2024)
    assert parameters.years("tax") == ()


def test_a_year_without_a_value_is_an_error_that_names_the_parameter() -> None:
    parameters = Parameters([value(1, area="1880")])
    with pytest.raises(DataError) as caught:
        parameters.get("rate", 2025, DAY, area="1880", level="region")
    told = str(caught.value)
    assert "No value of rate for 2025 (area 1880, level region) known on 2024-01-01." in told
    assert "parameters/rate.yaml" in told
    assert "no other year's value is used" in told


def test_all_values_come_in_order() -> None:
    values = [value(3, year=2025), value(2, known=DAY + timedelta(days=1)), value(1), value(4, area="1", year=2023)]
    assert [entry.value for entry in Parameters(values).all()] == [4, 1, 2, 3]


def test_a_figure_is_as_weak_as_its_weakest_input() -> None:
    assert weakest([Basis.OFFICIAL, Basis.FORECAST, Basis.DERIVED]) == "forecast"
    assert weakest([Basis.ILLUSTRATIVE, Basis.FORECAST]) == "illustrative"
    with pytest.raises(ValueError, match="empty"):
        weakest([])


FILE = {
    "id": "rate",
    "title_sv": "Sats",
    "title_en": "Rate",
    "unit": "share",
    "keys": ["area"],
    "kind": "official",
    "known_from": {"years_before": 1, "month": 12, "day": 1},
    "reference": {"title": "SFS", "address": "sfs", "read": "2026-01-01"},
}


def test_inline_values_take_from_the_file_what_they_do_not_say(tmp_path: Path) -> None:
    given_values = [
        {"year": 2024, "value": "0.25", "keys": {"area": "18"}},
        {"year": 2025, "value": "0.5", "keys": {"area": "18"}, "kind": "forecast", "known_from": "2024-09-20"}
        | {"reference": "Budget"},
    ]
    plain, own = read_values(ParameterFile.model_validate({**FILE, "values": given_values}), tmp_path)
    assert (plain.kind, plain.known_from, plain.reference) == ("official", date(2023, 12, 1), "SFS")
    assert (own.kind, own.known_from, own.reference) == ("forecast", date(2024, 9, 20), "Budget")
    assert plain.keys == (("area", "18"),)
    assert plain.address == own.address == "sfs"


def test_a_csv_keeps_every_digit_and_its_own_kinds(tmp_path: Path) -> None:
    (tmp_path / "rate.csv").write_text(
        "area,year,value,kind,known_from,reference\n18,2024,0.100000000000000000001,,,\n18,2025,1,derived,2025-02-03,Own\n",
        encoding="utf-8",
    )
    first, second = read_values(ParameterFile.model_validate({**FILE, "file": "rate.csv"}), tmp_path)
    assert str(first.value) == "0.100000000000000000001"
    assert first.known_from == date(2023, 12, 1)
    assert (second.kind, second.known_from, second.reference) == ("derived", date(2025, 2, 3), "Own")


def test_a_date_that_does_not_exist_is_an_error_in_words(tmp_path: Path) -> None:
    known = {"years_before": 1, "month": 2, "day": 30}
    given_values = [{"year": 2024, "value": "1", "keys": {"area": "18"}}]
    definition = ParameterFile.model_validate({**FILE, "known_from": known, "values": given_values})
    with pytest.raises(ValueError, match="day is out of range"):
        read_values(definition, tmp_path)
