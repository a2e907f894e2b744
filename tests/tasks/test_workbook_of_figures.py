"""The workbook of a release: typed cells, Swedish words, reasons where a figure is not there, no living formula."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from published_money import money
from published_sample import FEW, Sample, months, sample
from python_calamine import CalamineWorkbook

from regions.folder import load_region
from tasks import workbook_words as words
from tasks.workbook import SCHEMAS, names_of, write_workbook
from warehouse import schema

NAMES: Mapping[str, Mapping[str, str]] = {
    "municipality_code": {**FEW, "25": "Norrbottens län"},
    "profession": {"nurse": "sjuksköterska"},
}
SHOWN = [table for table in schema.PUBLISHED if table.name.startswith(SCHEMAS)]
RATE = 12.345
HOSTILE = ("=1+1", "+46", "-2", "@SUM(A1)", "\t=1")


def made_of(release: Sample, folder: Path, **how: int) -> Path:
    """The workbook of a made-up release."""
    folder.mkdir(exist_ok=True)
    file = folder / "hemvard_small.xlsx"
    with duckdb.connect(str(release.write(folder / "hemvard.duckdb")), read_only=True) as connection:
        write_workbook(connection, "hemvard", file, NAMES, **how)
    return file


@cache
def release() -> Sample:
    """A release that no test changes."""
    made = sample(months(date(2011, 1, 1), 3), FEW)
    made.tables |= money(FEW)
    made["volumes.staffing"].append(
        {
            **{"year": 2011, "municipality_code": "2580", "profession": "nurse", "scenario": "base", "method": "norm"},
            **{"party": "region", "basis": "illustrative", "source": "Antagande", "status": "missing"},
        }
    )
    made.hide("volumes.visits_month", municipality_code="2506", care_form="all", place="all", planned="all")
    for text, row in zip(HOSTILE, made["volumes.scenario_totals"], strict=False):
        row["title_sv"] = text
    made.row("indicators.results", indicator_id="emergency_visits_80", area_code="2580")["value"] = RATE
    made.row("indicators.results", indicator_id="cost_per_visit", area_code="2580")["status"] = "preliminary"
    return made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_of(release(), tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module")
def book(file: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(str(file))


def rows(book: CalamineWorkbook, sheet: str) -> list[dict[str, object]]:
    """The rows of a sheet by the columns' names, and of a name beside a code by its heading."""
    _, _, names, headings, *found = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    keys = [name or heading for name, heading in zip(names, headings, strict=True)]
    return [dict(zip(keys, row, strict=True)) for row in found]


def part(file: Path, sheet: str) -> str:
    """The XML of a sheet."""
    names = CalamineWorkbook.from_path(str(file)).sheet_names
    with ZipFile(file) as opened:
        return opened.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml").decode()


def shown_as(file: Path, sheet: str, value: float) -> str:
    """The number format of the first cell of a sheet that holds this number."""
    with ZipFile(file) as opened:
        styles = opened.read("xl/styles.xml").decode()
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    forms = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    numbers = re.findall(r'<c r="\w+" s="(\d+)"><v>([^<]*)', part(file, sheet))
    style = next(int(style) for style, text in numbers if float(text) == value)
    return codes.get(forms[style], forms[style])


def test_a_sheet_for_each_table_with_rows_between_the_first_and_the_last(book: CalamineWorkbook) -> None:
    held = release()
    expected = [table.name.partition(".")[2] for table in SHOWN if held[table.name]]
    assert book.sheet_names == ["Om", *expected, "Kolumner"]
    assert len(expected) > 12


def test_no_two_tables_share_the_name_of_a_sheet() -> None:
    names = [table.name.partition(".")[2] for table in SHOWN]
    assert len({name.casefold() for name in names} | {"om", "kolumner"}) == len(names) + 2
    assert max(map(len, names)) <= 31


def test_the_first_sheet_tells_what_it_is_and_of_every_table(book: CalamineWorkbook) -> None:
    told = {str(row[0]): row for row in book.get_sheet_by_name("Om").to_python()}
    assert "Syntetiska leveranser – inga verkliga patienter" in told
    assert told["Utgåva"][1] == release()["meta.release"][0]["release_id"]
    assert {f"Status {word}" for word in words.STATUSES.values()} <= set(told)
    for table in SHOWN:
        row = told[table.name.partition(".")[2]]
        assert row[2] == len(release()[table.name])
        assert str(row[1]).startswith(table.sv.rstrip("."))
        assert ("inget blad" in str(row[1])) is (row[2] == 0)


def test_each_sheet_says_what_a_row_is_and_that_nothing_is_real(book: CalamineWorkbook) -> None:
    for name in book.sheet_names[1:-1]:
        notice, about, *_ = book.get_sheet_by_name(name).to_python()
        assert notice[0] == "Syntetiska leveranser – inga verkliga patienter"
        (table,) = (table for table in SHOWN if table.name.partition(".")[2] == name)
        assert str(about[0]).startswith(f"{table.sv.rstrip('.')}. Källa: tabellen {table.name} i utgåva ")


def test_cells_are_dates_numbers_and_words(book: CalamineWorkbook) -> None:
    found = rows(book, "visits_month")
    (row,) = (
        row
        for row in found
        if (row["period"], row["municipality_code"], row["care_form"]) == (date(2011, 2, 1), "2580", "alla")
        and (row["place"], row["planned"]) == ("alla", "alla")
    )
    expected = release().row(
        "volumes.visits_month",
        **{
            "period": date(2011, 2, 1),
            "municipality_code": "2580",
            "care_form": "all",
            "place": "all",
            "planned": "all",
        },
    )
    assert row["visits"] == expected["visits"]
    assert row["status"] == "ok"
    assert row["Folkbokföringskommun, namn"] == "Luleå"
    assert {row["care_form"] for row in found} == {"hemsjukvård", "öppen vård", "alla"}


def test_money_keeps_its_amount_and_its_thousands(file: Path, book: CalamineWorkbook) -> None:
    found = {(row["year"], row["scenario"], row["method"]): row for row in rows(book, "tax_shift")}
    row = found[2013, "base", "ur redovisningen"]
    assert row["net_cost_sek"] == 118_345_678
    assert Decimal(str(row["guaranteed_tax_power_sek"])) == Decimal("222868.7")
    assert row["is_agreed"] is True
    assert shown_as(file, "tax_shift", 118_345_678) == "#,##0"
    assert shown_as(file, "tax_shift", 222868.7) == "#,##0.00"
    assert shown_as(file, "tax_shift", 2013) == "1"  # Excel's own 0: a year has no thousands
    assert shown_as(file, "income_equalisation", 0.2039) == "0.00%"


def test_hidden_and_missing_say_so_and_stay_no_number(book: CalamineWorkbook) -> None:
    hidden = [row for row in rows(book, "visits_month") if row["status"] == "skyddad"]
    assert len(hidden) > 3
    assert {row[name] for row in hidden for name in ("visits", "patients", "minutes")} == {"skyddad"}
    (missing,) = rows(book, "staffing")
    assert (missing["fte"], missing["headcount"], missing["status"]) == ("saknas", "saknas", "saknas")
    assert missing["profession"] == "sjuksköterska"


def test_an_empty_value_of_a_shown_row_stays_empty(book: CalamineWorkbook) -> None:
    later = [row for row in rows(book, "tax_shift") if row["year"] == 2014]
    assert {row["final_revenue_sek"] for row in later} == {""}
    assert {row["status"] for row in rows(book, "results")} == {"ok", "preliminär"}


def test_a_value_is_shown_in_the_unit_of_its_indicator(file: Path, book: CalamineWorkbook) -> None:
    found = rows(book, "results")
    assert {row["Värdets enhet"] for row in found} == {"procent", "per 1 000", "kr"}
    names = {row["indicator_id"]: row["Indikator, namn"] for row in found}
    assert names["unplanned_share"] == "Andel oplanerade besök i hemmet"
    assert shown_as(file, "results", 0.77) == "0.00%"
    assert shown_as(file, "results", RATE) == "#,##0.0"


def test_no_text_comes_to_life(file: Path, book: CalamineWorkbook) -> None:
    titles = [row["title_sv"] for row in rows(book, "scenario_totals")]
    assert set(HOSTILE) <= set(titles)
    with ZipFile(file) as opened:
        for name in opened.namelist():
            assert b"<f>" not in opened.read(name), name
        styles = opened.read("xl/styles.xml").decode()
    cells = re.findall(r'<c r="\w+"(?: s="(\d+)")? t="(\w+)"><is><t[^>]*>([^<]*)', part(file, "scenario_totals"))
    marked = [form.count("quotePrefix") for form in re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])]
    hostile = [(int(style), kind) for style, kind, text in cells if text in HOSTILE or "\t" in text]
    assert len(hostile) >= len(HOSTILE)
    assert all(kind == "inlineStr" and marked[style] for style, kind in hostile)


def test_the_head_is_frozen_and_can_be_filtered(file: Path) -> None:
    text = part(file, "visits_month")
    assert '<pane ySplit="4"' in text
    assert '<autoFilter ref="A4:' in text


def test_every_column_is_described_at_the_end(book: CalamineWorkbook) -> None:
    told = {(row[0], row[1]): row[4] for row in book.get_sheet_by_name("Kolumner").to_python()}
    for table in SHOWN:
        if release()[table.name]:
            for column in table.columns:
                assert told[table.name.partition(".")[2], column.name] == column.sv


def test_a_table_of_too_many_rows_has_no_sheet_and_is_told_of(tmp_path: Path) -> None:
    book = CalamineWorkbook.from_path(str(made_of(release(), tmp_path, max_rows=10)))
    assert "visits_month" not in book.sheet_names
    told = {str(row[0]): str(row[1]) for row in book.get_sheet_by_name("Om").to_python()}
    assert "fler än 10 rader" in told["visits_month"]
    assert "fler än" not in told["definitions"]


def test_the_same_database_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    assert made_of(release(), tmp_path).read_bytes() == file.read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["hemvard.duckdb", "hemvard_small.xlsx"]


def test_a_database_without_its_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no row in meta\.release"):
        made_of(Sample(), tmp_path)


@pytest.mark.parametrize("table", SHOWN, ids=lambda table: table.name)
def test_headings_are_short_and_tell_columns_apart(table: schema.Table) -> None:
    headings = [words.heading(column) for column in table.columns]
    assert len(set(headings)) == len(headings)
    assert all(0 < len(text) <= 70 and text[0] == text[0].upper() for text in headings)


def test_every_closed_list_of_codes_has_its_words() -> None:
    from regions import model as codes

    lists = {
        "care_form": codes.CARE_FORMS,
        "place": codes.PLACES,
        "planned": codes.PLANNED,
        "sex": codes.SEXES,
        "provider_level": codes.PROVIDER_LEVELS,
        "part_of_day": codes.PARTS_OF_DAY,
        "basis": tuple(codes.Basis),
        "method": ("hr", "volume", "norm", "agreed", "ledger", "from_below"),
    }
    assert {name: set(found) - set(words.CODES[name]) for name, found in lists.items()} == {
        name: set() for name in lists
    }
    assert set(words.STATUS_MEANINGS) == set(words.STATUSES)


def test_a_region_gives_the_names_of_its_areas_and_of_professions() -> None:
    names = names_of(load_region("norrbotten"))
    areas = names["municipality_code"]
    assert (areas["2580"], areas["25"], areas["malmfalten"]) == ("Luleå", "Norrbottens län", "Malmfälten och Pajala")
    assert {"9998", "9999"} < set(areas)
    assert names["profession"]["nurse"] == "Sjuksköterska"
