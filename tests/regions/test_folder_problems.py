"""`hemvard check`: each kind of problem is told with its file, its line and in words."""

import shutil
from pathlib import Path

import pytest
from small_region import SMALL

from regions import folder as folder_module
from regions.errors import UsageError
from regions.folder import NATIONAL, check_region, find_folder, load_region

ALPHA = "sources/alpha_visits.yaml"
BETA = "sources/beta_visits.yaml"


class Folder:
    """A copy of the small region, to spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, name: str, old: str, new: str) -> int:
        """Replace a text that stands once in a file; the line on which it stands."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (self.path / name).write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def add(self, name: str, text: str) -> int:
        """Add lines to a file; the number of the first."""
        file = self.path / name
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.parent.mkdir(exist_ok=True)
        file.write_text(before + text, encoding="utf-8")
        return before.count("\n") + 1

    def problems(self) -> list[str]:
        return [str(problem) for problem in check_region(self.path)[1]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(SMALL, tmp_path / "small")
    return Folder(tmp_path / "small")


def test_the_small_region_is_right(folder: Folder) -> None:
    found, problems = check_region(folder.path)
    assert problems == []
    assert found is not None
    own = [source.id for source in found.sources if source.transport.feed == "monthly"]
    assert own == ["alpha_visits", "beta_visits", "gamma_changes"]
    assert "sources/alpha_visits.yaml" in found.files


# (file, text in it, what it is replaced by, what is said of the line on which the text stands)
SPOILT = {
    "unknown key": ("region.yaml", "late_months: 2", "late_month: 2", "late_month is not a known key"),
    "wrong type": ("region.yaml", "late_months: 2", "late_months: two", "late_months: Input should be a valid integer"),
    "not a code": ("region.yaml", "data: synthetic", "data: invented", "data: Input should be 'synthetic' or 'real'"),
    "not a month": ("region.yaml", "to: 2024-02", "to: februari", "periods.0.to: a month is written YYYY-MM"),
    "unknown key deep down": (
        ALPHA,
        '  quote: ""',
        '  qoute: ""',
        "format.qoute is not a known key",
    ),
    "id is not the name": (
        ALPHA,
        "id: alpha_visits",
        "id: alfa_visits",
        "id is alfa_visits, but the file is alpha_vis",
    ),
    "municipality of another county": (
        "region.yaml",
        '  - "1880" # Örebro',
        '  - "2580" # Luleå',
        "municipality 2580 is not one of county 18",
    ),
    "source delivers for another": (
        BETA,
        'municipalities: ["1861"]',
        'municipalities: ["1862"]',
        "municipality 1862 is not one of the region's",
    ),
    "unknown code": (
        BETA,
        "Säbo: special_housing",
        "Säbo: sabo",
        "'sabo' is not a code of place: home, special_housing",
    ),
    "unknown profession": (
        BETA,
        "Arbetsterapeut: occupational_therapist",
        "Arbetsterapeut: therapist",
        "'therapist' is not a code of professions",
    ),
    "unknown value for all rows": (
        ALPHA,
        "living: {value: ordinary}",
        "living: {value: ordinär}",
        "'ordinär' is not a code of living: ordinary, special_housing, unknown",
    ),
    "column not listed": (
        ALPHA,
        "record_id: {column: besöksid}",
        "record_id: {column: besoksid}",
        "column besoksid is not listed under columns",
    ),
    "time column not listed": (ALPHA, "time_column: tid", "time_column: klockan", "column klockan is not listed"),
    "residence from the unit": (
        ALPHA,
        'residence_municipality: {column: hemkommun, codes: {SKYDD: "9999"}}',
        "residence_municipality: {from_unit: true}",
        "from_unit tells where care is given, not where a person lives",
    ),
    "birth year of two digits": (
        ALPHA,
        "  record_id: {column: besöksid}",
        '  birth_date: {date_column: personid, date_format: "%y%m%d"}\n  record_id: {column: besöksid}',
        "a year of two digits (%y) doesn't tell the century",
    ),
    "from_unit without unit": (
        ALPHA,
        "serving_municipality: {from_unit: true}",
        "serving_municipality: {column: hemkommun, from_unit: true}",
        "visit.serving_municipality: give exactly one of column, expression, from_unit, value",
    ),
    "wrong pattern": (BETA, "file_name: beta-{month}-{version}.csv", "file_name: beta.csv", "needs {month} once"),
    "no such scenario": (
        "agreements/small_2024.yaml",
        "scenario: base",
        "scenario: bas",
        "there is no scenario bas",
    ),
    "a span that ends too soon": (
        "agreements/small_2024.yaml",
        "  - from: 2024-01",
        "  - from: 2024-03",
        "follow_up.0: ends (2024-02) before it begins (2024-03)",
    ),
    "wrong attribute": (
        "scenarios/base.yaml",
        "attribute: place",
        "attribute: plats",
        "visits have no attribute plats; they have acute, age, age_group",
    ),
    "wrong value": (
        "scenarios/base.yaml",
        "in: [home]",
        "in: [home, hemma]",
        "'hemma' is not a code of place: home, special_housing, clinic, other",
    ),
    "unknown as a value": (
        "scenarios/base.yaml",
        "in: [home]",
        "in: [home, unknown]",
        "'unknown' is said by the key unknown",
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_problem_is_told_with_file_line_and_words(folder: Folder, kind: str) -> None:
    name, old, new, words = SPOILT[kind]
    line = folder.change(name, old, new)
    problems = folder.problems()
    (told,) = [problem for problem in problems if words in problem]
    assert told.startswith(f"{name}:{line}: ")


def test_a_missing_key_is_told_where_its_mapping_begins(folder: Folder) -> None:
    folder.change("region.yaml", 'county_code: "18"\n', "")
    assert folder.problems() == ["region.yaml:1: county_code is missing"]
    line = folder.change(BETA, '  separator: ";"\n', "") - 3  # the line of `format:`
    assert f"{BETA}:{line}: format.separator is missing" in folder.problems()


def test_a_syntax_error_is_told_with_its_line(folder: Folder) -> None:
    line = folder.change("region.yaml", '  - "1861" # Hallsberg', '  - ["1861" # Hallsberg')
    (told,) = folder.problems()
    name, number, words = told.split(":", 2)
    assert name == "region.yaml"
    assert line <= int(number) <= line + 1
    assert "not readable as YAML" in words


def test_a_key_given_twice_is_told(folder: Folder) -> None:
    line = folder.add("region.yaml", "late_months: 3\n")
    (told,) = folder.problems()
    assert told.startswith(f"region.yaml:{line}: not readable as YAML: found duplicate key")


@pytest.mark.parametrize("name", ["region.yaml", "publication.yaml", "units.csv"])
def test_a_missing_file_is_told(folder: Folder, name: str) -> None:
    (folder.path / name).unlink()
    assert f"{name}:1: the file is missing" in folder.problems()


@pytest.mark.parametrize("name", ["region.yaml", "units.csv"])
def test_a_file_in_another_encoding_is_told(folder: Folder, name: str) -> None:
    text = (folder.path / name).read_text(encoding="utf-8")
    (folder.path / name).write_bytes(text.encode("latin-1"))
    first = next(number for number, line in enumerate(text.splitlines(), 1) if not line.isascii())
    assert folder.problems() == [f"{name}:{first}: not written in UTF-8"]


def test_a_character_that_yaml_forbids_is_told(folder: Folder) -> None:
    folder.change("region.yaml", "Lilla regionen", "Lilla\x07regionen")
    assert folder.problems() == ["region.yaml:1: not readable as YAML: it holds a character that YAML forbids"]


def test_a_list_instead_of_keys_is_told(folder: Folder) -> None:
    (folder.path / "publication.yaml").write_text("- a\n- b\n", encoding="utf-8")
    assert folder.problems() == ["publication.yaml:1: the file must hold keys and values"]


def test_a_system_without_units_is_told(folder: Folder) -> None:
    folder.change(ALPHA, "system: alpha", "system: alfa")
    (told,) = folder.problems()
    assert told.startswith(f"{ALPHA}:")
    assert told.endswith("units.csv has no units of system alfa")


def test_from_unit_needs_a_unit(folder: Folder) -> None:
    line = folder.change(ALPHA, "  care_unit: {column: enhet}\n", "") + 1
    assert folder.problems() == [f"{ALPHA}:{line}: from_unit needs care_unit"]


def test_two_counting_sources_of_a_municipality_are_told(folder: Folder) -> None:
    text = (folder.path / BETA).read_text(encoding="utf-8").replace("id: beta_visits", "id: beta_too")
    line = folder.add("sources/beta_too.yaml", text)
    line = text[: text.index("\nvalid:")].count("\n") + 2
    (told,) = folder.problems()
    assert told == (
        f"{BETA}:{line}: counts municipality 1861 in 2023-12 as beta_too does; make one of them role: control, or say under counts on which days each counts"
    )
    folder.change("sources/beta_too.yaml", "required: false", "role: control\nrequired: false")
    assert folder.problems() == []


def test_counting_sources_may_follow_each_other(folder: Folder) -> None:
    text = (folder.path / BETA).read_text(encoding="utf-8").replace("id: beta_visits", "id: beta_too")
    folder.add("sources/beta_too.yaml", text.replace("- from: 2023-12", "- from: 2024-02"))
    folder.change(BETA, "  - from: 2023-12", "  - from: 2023-12\n    to: 2024-01")
    assert folder.problems() == []


def test_an_extended_scenario_must_be_there(folder: Folder) -> None:
    folder.add(
        "scenarios/wide.yaml",
        "id: wide\nextends: narrow\ntitle_sv: Vid\ntext_sv: Allt.\nsource: Prov\nconditions: []\n",
    )
    assert folder.problems() == ["scenarios/wide.yaml:2: there is no scenario narrow"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("SE1-1,A,x,188,beta,B1,2020-01-01,,illustrative", "municipality_code: String should match pattern"),
        ("SE1-1,A,x,1880,beta,B1,2020-13-01,,illustrative", "valid_from: Input should be a valid date"),
        ("SE1-1,A,x,1880,beta,B1,,,illustrative", "valid_from is missing"),
        ("SE1-1,A,x,1880,beta,B1,2020-01-01,,guess", "basis: Input should be 'official'"),
        ("SE1-1,A,x,1880,beta,B1,2020-01-01,,illustrative,more", "a cell beyond the header is not a known key"),
        ("SE1-1,A,x", "basis is missing"),
    ],
)
def test_a_wrong_row_of_units_is_told(folder: Folder, row: str, words: str) -> None:
    line = folder.add("units.csv", f"{row}\n")
    assert any(told.startswith(f"units.csv:{line}: {words}") for told in folder.problems())


def test_a_row_of_units_is_told_by_its_line_in_the_file(folder: Folder) -> None:
    folder.add("units.csv", "\n\n")
    line = folder.add("units.csv", 'SE1-1,"A\nB",x,188,beta,B1,2020-01-01,,illustrative\n') + 1
    (told,) = folder.problems()
    assert told.startswith(f"units.csv:{line}: municipality_code")


def test_a_unit_in_another_county_is_told(folder: Folder) -> None:
    line = folder.add("units.csv", "SE1-1,A,x,2580,beta,B1,2020-01-01,,illustrative\n")
    assert folder.problems() == [f"units.csv:{line}: municipality 2580 is not one of the region's"]


@pytest.mark.parametrize(
    ("first", "last", "overlap"),
    [
        ("2024-01-16", "", "2024-01-16"),
        ("2024-01-15", "2024-01-15", "2024-01-15"),
        ("2019-01-01", "2020-01-01", "2020-01-01"),
        ("2030-01-01", "2030-12-31", "2030-01-01"),
    ],
)
def test_a_unit_code_that_means_two_units_on_a_day_is_told(folder: Folder, first: str, last: str, overlap: str) -> None:
    folder.add("units.csv", f"SE1-1,A,x,1861,alpha,VC2,{first},{last},illustrative\n")
    (told,) = folder.problems()
    assert "code VC2 of system alpha is also the unit of line " in told
    assert told.endswith(f" on {overlap}")


@pytest.mark.parametrize(
    ("system", "code", "first", "last"),
    [
        ("alpha", "VC2", "2019-01-01", "2019-12-31"),
        ("beta", "VC2", "2020-01-01", ""),
        ("alpha", "vc2", "2020-01-01", ""),
    ],
)
def test_a_unit_code_may_mean_another_unit_on_another_day_or_in_another_system(
    folder: Folder, system: str, code: str, first: str, last: str
) -> None:
    folder.add("units.csv", f"SE1-1,A,x,1861,{system},{code},{first},{last},illustrative\n")
    assert folder.problems() == []


def test_a_unit_cant_end_before_it_begins(folder: Folder) -> None:
    line = folder.add("units.csv", "SE1-1,A,x,1861,alpha,VC9,2024-02-01,2024-01-01,illustrative\n")
    assert folder.problems() == [f"units.csv:{line}: valid_to 2024-01-01 is before valid_from 2024-02-01"]


PARAMETER = """id: own_rate
title_sv: Sats
title_en: Rate
unit: share
keys: [area]
kind: illustrative
known_from: {years_before: 1, month: 12, day: 1}
reference: {title: Prov, address: prov, read: 2026-01-01}
"""


def test_the_region_s_own_parameters_are_read(folder: Folder) -> None:
    folder.add("parameters/own_rate.yaml", PARAMETER + "file: own_rate.csv\n")
    folder.add("parameters/own_rate.csv", "year,area,value\n2024,1880,0.25\n")
    parameters = load_region(str(folder.path)).parameters
    assert parameters.years("own_rate") == (2024,)
    assert "tax_base" in {value.parameter for value in parameters.all()}


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("year,value\n2024,1\n", "1: column area is missing"),
        ("year,area,value\n2024,1880,1\n2025,1880,en\n", "3: value is not a number"),
        ("year,area,value\n2024,1880\n", "2: value is not a number"),
        ("year,area,value\n\n24x,1880,1\n", "3: invalid literal for int()"),
        ("year,area,value,kind\n2024,1880,1,guessed\n", "2: 'guessed' is not a valid Basis"),
    ],
)
def test_a_wrong_csv_of_a_parameter_is_told_with_its_line(folder: Folder, csv: str, words: str) -> None:
    folder.add("parameters/own_rate.yaml", PARAMETER + "file: own_rate.csv\n")
    folder.add("parameters/own_rate.csv", csv)
    (told,) = folder.problems()
    assert told.startswith(f"parameters/own_rate.csv:{words}")


def test_a_parameter_s_missing_csv_is_told_once_and_without_the_machine_s_path(folder: Folder) -> None:
    folder.add("parameters/own_rate.yaml", PARAMETER + "file: own_rate.csv\n")
    assert folder.problems() == ["parameters/own_rate.csv:1: the file is missing"]


def test_an_inline_value_without_its_key_is_told(folder: Folder) -> None:
    folder.add("parameters/own_rate.yaml", PARAMETER + "values: [{year: 2024, value: '1'}]\n")
    line = PARAMETER.count("\n") + 1
    assert folder.problems() == [f"parameters/own_rate.yaml:{line}: values.0: key area is missing"]


@pytest.fixture
def national(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the national files, in which the checks believe."""
    shutil.copytree(NATIONAL, tmp_path / "sweden")
    monkeypatch.setattr(folder_module, "NATIONAL", tmp_path / "sweden")
    return tmp_path / "sweden"


def test_a_broken_national_file_is_a_problem_of_every_region(folder: Folder, national: Path) -> None:
    assert folder.problems() == []
    file = national / "parameters" / "tax_rate.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "nmae: x\n", encoding="utf-8")
    line = file.read_text(encoding="utf-8").count("\n")
    assert folder.problems() == [f"sweden/parameters/tax_rate.yaml:{line}: nmae is not a known key"]
    with pytest.raises(UsageError, match=r"sweden/parameters/tax_rate\.yaml"):
        load_region(str(folder.path))


def test_a_broken_national_table_is_a_problem(folder: Folder, national: Path) -> None:
    table = national / "parameters" / "tax_base.csv"
    table.write_text(table.read_text(encoding="utf-8") + "x\n", encoding="utf-8")
    (told,) = folder.problems()
    line = table.read_text(encoding="utf-8").count("\n")
    assert told.startswith(f"sweden/parameters/tax_base.csv:{line}: ")


def test_all_problems_are_told_at_once_in_the_order_of_the_files(folder: Folder) -> None:
    folder.change("region.yaml", "late_months: 2", "late_months: two")
    folder.change(BETA, "encoding: utf-8", "encoding: utf-ate")
    folder.add("units.csv", "SE1-1,A\n")
    problems = folder.problems()
    assert {told.split(":")[0] for told in problems} == {"region.yaml", BETA, "units.csv"}
    assert [told.split(":")[0] for told in problems] == sorted(told.split(":")[0] for told in problems)
    with pytest.raises(UsageError) as caught:
        load_region(str(folder.path))
    assert all(told in str(caught.value) for told in problems)
    assert "hemvard check" in caught.value.todo
    assert caught.value.exit_code == 2


def test_a_region_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    for name in ("norbotten", str(tmp_path)):
        with pytest.raises(UsageError, match="holds a region.yaml") as caught:
            find_folder(name)
        assert "norrbotten" in caught.value.where
        assert "_template" not in caught.value.where
