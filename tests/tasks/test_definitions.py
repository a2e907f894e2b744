"""A source's definition: changed by all that decides what its rows mean, and by nothing else."""

import shutil
from pathlib import Path

import pytest
from small_region import ALPHA, BETA, SMALL

from regions.folder import load_region
from tasks import definitions
from tasks.definitions import code_hash, code_version, rules_hash, source_definitions

ALPHA_FILE, BETA_FILE = "sources/alpha_visits.yaml", "sources/beta_visits.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small"


def changed_by(folder: Path, name: str, old: str, new: str) -> set[str]:
    """The sources whose definition another text in a file changes."""
    before = source_definitions(load_region(str(folder)))
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    after = source_definitions(load_region(str(folder)))
    return {source for source in ALL if before[source] != after[source]}


ALL = {ALPHA, BETA, "gamma_changes"}


@pytest.mark.parametrize(
    ("name", "old", "new", "sources"),
    [
        (ALPHA_FILE, "ÖVR: other}", "ÖVR: unknown}", {ALPHA}),
        (ALPHA_FILE, "unit: hours", "unit: minutes", {ALPHA}),
        (BETA_FILE, "{Makulerad:", "{Struken:", {BETA}),
        (BETA_FILE, "delivers: whole_month", "delivers: changes", {BETA}),
        (BETA_FILE, "required: false", "required: false\nrole: control", {BETA}),
        ("units.csv", "2024-01-15,illustrative", "2024-01-14,illustrative", ALL),
        ("region.yaml", "late_months: 2", "late_months: 1", ALL),
        ("region.yaml", "late_months: 2", 'late_months: 2\nparts_of_day: {day: "06:00"}', ALL),
        ("region.yaml", '  - "1880" # Örebro', '  - "1880" # Örebro\n  - "1881"', ALL),
    ],
)
def test_what_decides_a_row_s_meaning_changes_the_definition(
    folder: Path, name: str, old: str, new: str, sources: set[str]
) -> None:
    assert changed_by(folder, name, old, new) == sources


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("publication.yaml", "min_persons: 3", "min_persons: 4"),
        ("scenarios/base.yaml", "unknown: out", "unknown: in"),
        ("agreements/small_2024.yaml", "takeover: 2024-01-01", "takeover: 2024-02-01"),
        ("region.yaml", "name: Lilla regionen", "name: Minsta regionen"),
        ("region.yaml", "to: 2024-02", "to: 2024-03"),
        (ALPHA_FILE, "title_sv: Besök ur Alfa", "title_sv: Alfas besök\nnote_sv: Obs\ndue: {day: 9}"),
        (ALPHA_FILE, "required: true", "required: false"),
        (ALPHA_FILE, "# The region's system", "# A system"),
        (ALPHA_FILE, "encoding: latin-1\n  separator", "encoding:   latin-1\n  separator"),
    ],
)
def test_what_does_not_leaves_it(folder: Path, name: str, old: str, new: str) -> None:
    assert changed_by(folder, name, old, new) == set()


def test_the_code_that_reads_and_the_rules_are_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = load_region(str(SMALL))
    before = source_definitions(region), rules_hash()
    root = tmp_path / "root"
    for name in (*definitions._READING, "expectations/results.yaml", "expectations/series.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(definitions._ROOT / name, root / name)
    monkeypatch.setattr(definitions, "_ROOT", root)
    assert (source_definitions(region), rules_hash()) == before
    (root / "expectations" / "results.yaml").write_text("[]", encoding="utf-8")
    assert source_definitions(region) == before[0]
    assert rules_hash() != before[1]
    for name in definitions._READING:
        told = source_definitions(region)
        with (root / name).open("a", encoding="utf-8") as handle:
            handle.write("\n# changed\n")
        assert not set(told.values()) & set(source_definitions(region).values()), name


def test_the_hash_of_the_code_knows_every_file_by_name_and_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "_ROOT", tmp_path)
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "a.py").write_text("x = 1\n", encoding="utf-8")
    seen = [code_hash.__wrapped__()]
    (tmp_path / "tasks" / "a.py").write_text("x = 2\n", encoding="utf-8")
    seen.append(code_hash.__wrapped__())
    (tmp_path / "tasks" / "a.py").rename(tmp_path / "tasks" / "b.py")
    seen.append(code_hash.__wrapped__())
    (tmp_path / "tasks" / "c.sql").write_text("", encoding="utf-8")
    seen.append(code_hash.__wrapped__())
    assert len(set(seen)) == 4
    (tmp_path / "tasks" / "__pycache__").mkdir()
    (tmp_path / "tasks" / "__pycache__" / "a.pyc").write_bytes(b"x")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.py").write_text("x", encoding="utf-8")
    assert code_hash.__wrapped__() == seen[-1]


def test_the_version_is_the_package_s() -> None:
    assert code_version().count(".") == 2
