"""What an agreement may say of its gap analysis, and the rows that the model reads of it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from regions.agreement import Agreement, GapAnalysis
from regions.errors import UsageError
from regions.folder import SHIPPED, load_region
from regions.gap import gap_periods, gap_rows, priority_rows
from regions.model import Principal
from regions.reader import FolderReader

FIRST = {"from": "2025-01", "to": "2025-03"}
AUTUMN = {"from": "2025-09", "to": "2025-11"}
NEITHER = {"gap_group": "neither", "agreed_principal": "municipality"}
ANALYSIS: dict[str, Any] = {"periods": [FIRST, AUTUMN], "contact_days": 7, "priority": [NEITHER]}
AGREEMENT: dict[str, Any] = {
    "id": "one",
    "title_sv": "En",
    "scenario": "base",
    "takeover": "2025-01-01",
    "baseline": {"from": "2024-07", "to": "2024-12"},
    "basis": "illustrative",
    "source": "Prov",
}


def agreement(**changes: Any) -> Agreement:
    return Agreement.model_validate({**AGREEMENT, **changes})


def told(change: dict[str, Any]) -> str:
    """What is said of an analysis with the change."""
    with pytest.raises(ValidationError) as caught:
        GapAnalysis.model_validate({**ANALYSIS, **change})
    return str(caught.value)


def test_an_agreement_needs_no_gap_analysis() -> None:
    none = [agreement()]
    assert (gap_periods(none), gap_rows(none), priority_rows(none)) == ((), (), ())


def test_the_rows_are_by_day_and_the_order_is_that_of_the_file() -> None:
    region = {"gap_group": "only_municipality", "agreed_principal": "region"}
    analysis = {**ANALYSIS, "periods": [AUTUMN, {"from": "2024-02", "to": "2024-02"}], "priority": [region, NEITHER]}
    both = [agreement(gap_analysis=analysis), agreement(id="two")]
    assert gap_rows(both) == (
        (date(2024, 2, 1), date(2024, 2, 29), "one", "base", 7),
        (date(2025, 9, 1), date(2025, 11, 30), "one", "base", 7),
    )
    assert [str(span.first) for span in gap_periods(both)] == ["2025-09", "2024-02"]
    assert priority_rows(both) == (
        ("one", "only_municipality", "region", 1),
        ("one", "neither", "municipality", 2),
    )


def test_a_period_is_one_agreement_s() -> None:
    both = [agreement(gap_analysis=ANALYSIS), agreement(id="two", gap_analysis={**ANALYSIS, "periods": [AUTUMN]})]
    with pytest.raises(UsageError, match="Agreements one and two ask .* same period, 2025-09 to 2025-11"):
        gap_rows(both)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"periods": []}, "at least 1 item"),
        ({"periods": [FIRST, {"from": "2025-09"}]}, "period 2 of the gap analysis needs both from and to"),
        ({"periods": [FIRST, AUTUMN, FIRST]}, "period 3 of the gap analysis stands there already"),
        ({"priority": [NEITHER, NEITHER]}, "priority 2 of the gap analysis stands there already"),
        ({"priority": [{**NEITHER, "gap_group": "nobody"}]}, "Input should be 'only_region', 'only_municipality'"),
        ({"priority": [{**NEITHER, "agreed_principal": "county"}]}, "Input should be 'region' or 'municipality'"),
        ({"priority": [{"gap_group": "neither"}]}, "agreed_principal"),
        ({"contact_days": 0}, "greater than or equal to 1"),
        ({"contact_days": 29}, "less than or equal to 28"),
        ({"contact_days": None}, "contact_days"),
        ({"order": []}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_analysis_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    assert words in told(change)


def test_what_is_wrong_is_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    text = (SHIPPED / "_template" / "agreements" / "example_2024.yaml").read_text(encoding="utf-8")
    assert text.count("  contact_days: 7") == 1
    (tmp_path / "agreements").mkdir()
    wrong = text.replace("  contact_days: 7", "  contact_days: 70")
    (tmp_path / "agreements" / "example_2024.yaml").write_text(wrong, encoding="utf-8")
    reader = FolderReader(tmp_path)
    reader.many("agreements", Agreement)
    (problem,) = reader.problems
    assert problem.line == text[: text.index("  contact_days: 7")].count("\n") + 1
    assert "gap_analysis.contact_days: Input should be less than or equal to 28" in problem.text


def test_the_first_quarter_and_the_autumn_of_orebro_are_analysed() -> None:
    folder = load_region("orebro")
    assert [row[:2] for row in gap_rows(folder.agreements)] == [
        (date(2025, 1, 1), date(2025, 3, 31)),
        (date(2025, 9, 1), date(2025, 11, 30)),
    ]
    (one,) = folder.agreements
    assert one.gap_analysis is not None
    assert one.gap_analysis.priority[0].gap_group == "neither"
    assert one.gap_analysis.priority[0].agreed_principal is Principal.MUNICIPALITY
    assert "illustrativa" in one.source


def test_the_baseline_of_norrbotten_is_the_year_before_the_transfer() -> None:
    (one,) = load_region("norrbotten").agreements
    assert (str(one.baseline.first), str(one.baseline.last)) == ("2012-01", "2012-12")
    assert one.basis == "illustrative"
