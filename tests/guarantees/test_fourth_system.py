"""A system that isn't shipped takes one YAML file: the guide's own, read from the guide and put to work."""

import re
import shutil
from pathlib import Path

import pytest
from small_region import SMALL, lake_rows, person, region_home, run_plain

from regions.folder import check_region

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "add-a-source.md"
HEADER = "NR\tPNR\tDAG\tKL\tLÄNGD\tSORT\tVAR\tBOKAD\tYRKE\tBOKOMMUN\tSTRUKEN\tFRITEXT"


def blocks() -> list[str]:
    """The guide's pieces of YAML, in their order."""
    return re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """The tiny region with one more municipality and the guide's source."""
    folder = tmp_path / "region"
    shutil.copytree(SMALL, folder)
    described = folder / "region.yaml"
    text = described.read_text(encoding="utf-8")
    described.write_text(text.replace("municipalities:\n", 'municipalities:\n  - "1862"\n', 1), encoding="utf-8")
    what, how, written, meant, expression = blocks()
    assert "expression:" in expression
    (folder / "sources" / "rosen_visits.yaml").write_text(what + how + written + meant, encoding="utf-8")
    for source in ("alpha_visits", "gamma_changes"):
        file = folder / "sources" / f"{source}.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("required: true", "required: false"), encoding="utf-8")
    return folder


def deliver(home: Path, month: str, *lines: str) -> None:
    inbox = region_home(home).inbox / "rosen_visits"
    inbox.mkdir(parents=True, exist_ok=True)
    text = "\r\n".join((HEADER, *lines)) + "\r\n"
    (inbox / f"rosen-{month}-1.csv").write_bytes(text.encode("cp1252"))


def row(number: int, *, sort: str = "HSV", where: str = "H", day: str = "05.02.2024", hours: str = "0,75") -> str:
    return f"{number}\t{person(number)[2:8]}-{person(number)[8:]}\t{day}\t08.30\t{hours}\t{sort}\t{where}\tJ\tSSK\t1862\t\tÅh"


def test_the_guide_s_file_is_right(region: Path) -> None:
    assert check_region(region)[1] == []


def test_its_deliveries_count(region: Path, own_home: Path) -> None:
    deliver(own_home, "202402", *(row(number) for number in range(8)), row(90, sort="HB", where="H"))
    run_plain(own_home, region, light=True)
    assert lake_rows(
        own_home, "SELECT care_form, count(*), sum(minutes) FROM lake.core.visits GROUP BY 1 ORDER BY 1"
    ) == [("home_health_care", 8, 360), ("outpatient", 1, 45)]
    told = lake_rows(
        own_home, "SELECT DISTINCT serving_municipality_code, living, profession, system FROM lake.core.visits"
    )
    assert told == [("1862", "ordinary", "nurse", "rosen")]


def test_its_codes_hold_on_their_days(region: Path, own_home: Path) -> None:
    good = [row(number, day="29.02.2024") for number in range(60)]
    march = [row(number, day="01.03.2024") for number in range(100, 160)]
    deliver(own_home, "202402", *good, row(61, sort="X", day="29.02.2024"))
    deliver(own_home, "202403", *march, row(62, sort="X", day="01.03.2024"))
    run_plain(own_home, region, light=True)
    counted = lake_rows(own_home, "SELECT month::VARCHAR, count(*) FROM lake.core.visits GROUP BY 1 ORDER BY 1")
    assert counted == [("2024-02-01", 61), ("2024-03-01", 60)]
    assert lake_rows(own_home, "SELECT DISTINCT rule_id FROM lake.quality.quarantine") == [("care_form_known",)]


def test_the_guide_s_expression_works(region: Path, own_home: Path) -> None:
    file = region / "sources" / "rosen_visits.yaml"
    place = "  place: {column: VAR, codes: {H: home, S: special_housing}}\n"
    text = file.read_text(encoding="utf-8")
    assert place in text
    file.write_text(text.replace(place, blocks()[4]), encoding="utf-8")
    assert check_region(region)[1] == []
    deliver(own_home, "202402", row(1, where="?"), row(2, sort="HB", where="Säbo"), row(3, sort="HB", where="Hemma"))
    run_plain(own_home, region, light=True)
    found = lake_rows(own_home, "SELECT record_id, place FROM lake.core.visits ORDER BY 1")
    assert found == [("1", "home"), ("2", "special_housing"), ("3", "home")]
