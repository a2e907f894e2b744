"""The regions in the package are right, and are files alone."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from regions.folder import SHIPPED, check_region, load_region, shipped_regions
from regions.month import Month

FOLDERS = ("norrbotten", "orebro", "_template")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_shipped_folder_has_no_problems(name: str) -> None:
    folder, problems = check_region(SHIPPED / name)
    assert [str(problem) for problem in problems] == []
    assert folder is not None


def test_the_template_is_no_region_of_its_own() -> None:
    assert {"norrbotten", "orebro"} <= set(shipped_regions())
    assert "_template" not in shipped_regions()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_region_is_yaml_and_csv_alone_and_texts_of_documents(name: str) -> None:
    files = [path for path in (SHIPPED / name).rglob("*") if path.is_file() and path.parent.name != "documents"]
    assert {path.suffix for path in files} <= {".yaml", ".csv"}


@pytest.mark.parametrize("name", FOLDERS)
def test_each_yaml_points_to_its_schema(name: str) -> None:
    for path in (SHIPPED / name).rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        up = "../" * len(path.relative_to(SHIPPED).parent.parts)
        assert first.startswith(f"# yaml-language-server: $schema={up}.schema/"), path


@pytest.mark.parametrize("name", FOLDERS)
def test_what_is_made_up_says_so(name: str) -> None:
    folder = load_region(str(SHIPPED / name))
    assert folder.is_synthetic
    for source in (source for source in folder.sources if source.transport.feed == "monthly"):
        assert "illustrativ" in source.note_sv
        assert source.basis == "illustrative"
    assert all("påhitta" in unit.name for unit in folder.units)
    assert all(unit.hsa_id.startswith("SE2329999999-") for unit in folder.units)


@pytest.mark.parametrize(("name", "municipalities"), [("norrbotten", 14), ("orebro", 12)])
def test_all_municipalities_take_part_and_have_a_part_of_the_county(name: str, municipalities: int) -> None:
    region = load_region(name).region
    assert len(region.municipalities) == municipalities
    in_parts = [code for part in region.county_parts for code in part.municipalities]
    assert sorted(in_parts) == sorted(region.municipalities)


@pytest.mark.parametrize("name", ["norrbotten", "orebro"])
def test_every_municipality_has_a_counting_source_of_each_principal(name: str) -> None:
    folder = load_region(name)
    for period in folder.region.periods:
        for month in (period.first, period.last):
            found = {
                (source.principal.value, code)
                for source in folder.visit_sources
                if month and source.expected(month) and source.role == "counting"
                for code in folder.municipalities_of(source)
            }
            expected = {(who, code) for who in ("region", "municipality") for code in folder.region.municipalities}
            assert found == expected


@pytest.mark.parametrize("name", ["norrbotten", "orebro"])
def test_some_unit_code_changes_its_unit(name: str) -> None:
    codes: dict[tuple[str, str], set[str]] = {}
    for unit in load_region(name).units:
        codes.setdefault((unit.system, unit.local_code), set()).add(unit.hsa_id)
    assert any(len(units) > 1 for units in codes.values())


@pytest.mark.parametrize("name", FOLDERS)
def test_a_unit_code_means_one_unit_a_day(name: str) -> None:
    by_code: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for unit in load_region(str(SHIPPED / name)).units:
        span = (unit.valid_from, unit.valid_to or date.max)
        by_code.setdefault((unit.system, unit.local_code), []).append(span)
    for spans in by_code.values():
        ordered = sorted(spans)
        assert all(before[1] < after[0] for before, after in pairwise(ordered))


def test_the_agreement_of_norrbotten_is_as_published() -> None:
    (agreement,) = load_region("norrbotten").agreements
    assert (agreement.tax_shift_from, agreement.takeover) == (date(2013, 1, 1), date(2013, 2, 1))
    assert [(decision.valid_from, decision.ore) for decision in agreement.ore] == [(date(2013, 1, 1), 22)]
    assert (agreement.baseline.first, agreement.baseline.last) == (Month(2012, 1), Month(2012, 12))


def test_the_agreement_of_orebro_moves_no_tax() -> None:
    (agreement,) = load_region("orebro").agreements
    assert agreement.takeover == date(2025, 1, 1)
    assert agreement.ore == ()
    assert [(span.first, span.last) for span in agreement.follow_up] == [
        (Month(2025, 1), Month(2025, 3)),
        (Month(2025, 9), Month(2025, 11)),
    ]


def test_the_folder_can_lie_anywhere(tmp_path: Path) -> None:
    for path in (SHIPPED / "_template").rglob("*"):
        target = tmp_path / "mine" / path.relative_to(SHIPPED / "_template")
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    assert load_region(str(tmp_path / "mine")).region.id == "my_region"
