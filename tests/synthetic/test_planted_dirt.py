"""What is wrong in the first batch, what is odd and right, and that no file has too much of it."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from synthetic.dirt import EXTRA

pytestmark = pytest.mark.xdist_group("norrbotten_2011")

TEST_NUMBER = re.compile(
    r"(?:18[89]\d|19[0-8]\d)(?:0[1-9]|1[0-2])(?:[0-3]\d|[6-9]\d)98\d{2}|(?:199\d|20\d\d)\d{4}23[89]\d"
    r"|\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d|[6-9]\d)[-+]?(?:98\d{2}|23[89]\d)"
)
RESERVE = {
    "coordination": re.compile(r"(?:19|20)\d{4}[6-9]\d(?:98\d|23[89])\d"),
    "national_dated": re.compile(r"2[23]\d{6}[A-HJ-NPR-UX-Z]{2}\d\d"),
    "national_undated": re.compile(r"00\d\d[2-9]\d[45]\d[A-HJ-NPR-UX-Z]{2}\d\d"),
    "stockholm": re.compile(r"99(?:19[89]|20[0-9])\d{7}"),
    "vastra_gotaland": re.compile(r"(?:19|20)\d{6}[KMX]\d{3}"),
    "varmland": re.compile(r"(?:19|20)\d{6}S[FUXPL]\d\d"),
    "carelink": re.compile(r"(?:19|20)\d{4}(?:3[2-9]|[45]\d)\d{4}"),
    "skane": re.compile(r"(?:19|20)\d{6}(?!S[FUXPL])[A-Z]\d\d[A-Z]"),
}


def _column(path: Path, column: str, encoding: str, separator: str) -> list[str]:
    with path.open(encoding=encoding, newline="") as handle:
        return [row[column] for row in csv.DictReader(handle, delimiter=separator)]


@pytest.fixture(scope="module")
def ids(norrbotten_2011) -> Counter[str]:
    inbox = norrbotten_2011.inbox
    found: Counter[str] = Counter()
    for path in (inbox / "vas_visits").iterdir():
        found.update(_column(path, "PERSONNR", "latin-1", "|"))
    for path in (inbox / "procapita_visits").iterdir():
        found.update(text.replace("-", "") for text in _column(path, "Personnummer", "cp1252", ";"))
    for path in (inbox / "magna_visits").iterdir():
        found.update(text.replace("-", "") for text in _column(path, "pnr", "utf-8-sig", ";"))
    return found


def test_each_kind_of_reserve_number_is_there(ids: Counter[str]) -> None:
    for kind, pattern in RESERVE.items():
        assert any(pattern.fullmatch(text) for text in ids), kind


def test_all_other_ids_are_of_the_test_series(ids: Counter[str]) -> None:
    others = [text for text in ids if not any(pattern.fullmatch(text) for pattern in RESERVE.values())]
    assert len(others) > 20_000
    assert [text for text in others if not TEST_NUMBER.fullmatch(text)] == []


def test_a_file_has_little_of_each_fault(norrbotten_2011) -> None:
    for file in norrbotten_2011.manifest.files:
        for kind, count in file.dirt.items():
            assert count <= 0.011 * file.rows, (file.name, kind)


def test_each_fault_is_planted_in_each_source(norrbotten_2011) -> None:
    for source in ("vas_visits", "procapita_visits", "magna_visits", "treserva_visits"):
        found = Counter[str]()
        for file in norrbotten_2011.manifest.files:
            found.update(file.dirt if file.source_id == source else {})
        assert set(found) == {*EXTRA, "duplicate"}


def test_the_manifest_counts_the_files(norrbotten_2011) -> None:
    inbox, manifest = norrbotten_2011.inbox, norrbotten_2011.manifest
    assert len(manifest.of("visits").files) == 48
    # stays, emergency, ledger, staff, overview, links, inhabitants
    assert len(manifest.files) == 48 + 12 + 12 + 4 + 1 + 1 + 4 + 1
    for file in manifest.files:
        path = inbox / file.source_id / file.name
        assert path.is_file()
        assert file.rows == sum(file.counted.values()) + sum(file.dirt.values())
    assert not list(inbox.rglob(".*"))


def test_duplicates_are_the_same_row_twice(norrbotten_2011) -> None:
    for file in norrbotten_2011.manifest.files:
        if file.source_id != "vas_visits":
            continue
        with (norrbotten_2011.inbox / file.source_id / file.name).open(encoding="latin-1", newline="") as handle:
            rows = [tuple(row) for row in csv.reader(handle, delimiter="|")]
        assert len(rows) - len(set(rows)) == file.dirt["duplicate"]
        assert len(rows) == file.rows + 1


def test_free_text_is_awkward_and_names_are_invented(norrbotten_2011) -> None:
    inbox = norrbotten_2011.inbox
    notes = set(_column(inbox / "vas_visits" / "VAS_BESOK_201101_v1.txt", "ANTECKNING", "latin-1", "|"))
    assert any("\n" in note for note in notes)
    assert any('"' in note for note in notes)
    assert any("|" in note for note in notes)
    names = set(_column(inbox / "procapita_visits" / "procapita_hsl_201101_1.csv", "Namn", "cp1252", ";"))
    assert all(
        re.fullmatch(r"(Påhittsson|Exempelberg|Testström|Fiktivlund|Övningsdotter), \w+", name) for name in names
    )


def test_shapes_are_those_that_the_sources_state(norrbotten_2011) -> None:
    inbox = norrbotten_2011.inbox
    procapita = (inbox / "procapita_visits" / "procapita_hsl_201101_1.csv").read_bytes()
    assert procapita.split(b"\r\n")[0].decode("cp1252").startswith("Löpnr;Personnummer;Namn")
    hours = _column(inbox / "procapita_visits" / "procapita_hsl_201101_1.csv", "Timmar", "cp1252", ";")
    assert all(re.fullmatch(r"\d,\d\d|", text) for text in hours)
    assert "" in hours
    marked = [path.name for path in (inbox / "magna_visits").iterdir() if path.read_bytes().startswith(b"\xef\xbb\xbf")]
    assert sorted(marked)[0] == "Magna-201102-1.csv"
    assert len(marked) == 6
    sheet = CalamineWorkbook.from_path(inbox / "treserva_visits" / "Treserva_HSL_201101_1.xlsx").get_sheet_by_name(
        "Besök"
    )
    header, first, *_ = sheet.to_python()
    assert header == list(norrbotten_2011.folder.sources_by_id["treserva_visits"].columns)
    assert all(isinstance(cell, str) for cell in first)
