"""What leadership is told of figures that are not what they were."""

from decimal import Decimal

from dashboard.restatements import CAUSES, Agreed, restatement_lines
from tasks.states import CAUSES as PARTS

HOME = "year={}, region_code=25, care_form=all, place=home, planned=all, age_group=all"
SHIFT = "agreement=a, scenario=base, method=ledger, year=2013"


def row(
    table: str,
    key: str,
    column: str,
    cause: str,
    change: str | None = None,
    before: str = "96500",
    after: str = "96712",
) -> dict:
    figures = dict.fromkeys(("value_before", "value_after", "change"))
    if change is not None:
        figures = {"value_before": Decimal(before), "value_after": Decimal(after), "change": Decimal(change)}
    return {
        "table_name": table,
        "row_key": key,
        "column_name": column,
        "cause": cause,
        "status_before": "ok",
        "status_after": "ok",
        **figures,
    }


def told(*rows: dict, **options: object) -> list[str]:
    return [line.replace("\u202f", " ").replace("\u2212", "-") for line in restatement_lines(rows, **options)]


def test_every_cause_has_its_words() -> None:
    assert tuple(CAUSES) == PARTS


def test_nothing_changed_is_nothing_said() -> None:
    assert told() == []


def test_a_change_of_visits_is_one_sentence_with_its_cause() -> None:
    assert told(row("volumes.region_totals", HOME.format(2011), "visits", "deliveries", "212")) == [
        "Besök i hemmet i länet 2011: 96 712, var 96 500: 212 fler, på grund av nya eller rättade leveranser."
    ]


def test_several_causes_have_what_each_changed_and_those_that_stand_together_say_so() -> None:
    key = "year=2011, municipality_code=all, scenario=base"
    lines = told(
        row("volumes.scenario_totals", key, "visits", "parameter+code", "-28", "100", "92"),
        row("volumes.scenario_totals", key, "visits", "deliveries", "20", "100", "92"),
        titles={"base": "Från 19 år"},
    )
    assert lines == [
        "Besök inom ”Från 19 år” 2011: 92, var 100: 8 färre, på grund av nya eller rättade leveranser (+20) och ändrade "
        "parametrar tillsammans med ändrat program (-28)."
    ]


def test_ore_are_said_of_what_was_agreed_alone() -> None:
    changed = row("equalisation.tax_shift", SHIFT, "required_ore", "boundary", "0.06", "22.07", "22.13")
    other = row("equalisation.tax_shift", SHIFT.replace("base", "other"), "required_ore", "boundary", "1", "1", "2")
    assert told(changed, other, agreed=Agreed("a", "base", "ledger")) == [
        "Öre som krävs 2013: 22,13, var 22,07: 0,06 mer, på grund av ändrad gränsdragning.",
        "1 annan siffra har ändrats. Alla finns i tabellen meta.restatements.",
    ]


def test_the_latest_years_are_said_and_the_rest_is_counted() -> None:
    rows = [
        row("volumes.region_totals", HOME.format(year), "visits", "deliveries", "212") for year in range(2001, 2012)
    ]
    hidden = row("volumes.gap", "x=1", "status", "deliveries") | {"status_after": "protected"}
    lines = told(*rows, hidden, at_most=2)
    assert [line.partition(":")[0] for line in lines[:2]] == [
        "Besök i hemmet i länet 2011",
        "Besök i hemmet i länet 2010",
    ]
    assert lines[2:] == ["9 andra siffror har ändrats, 1 rad har skyddats. Alla finns i tabellen meta.restatements."]
