"""The reports and sheets as a reader opens them: PDF and Word hold the published numbers, page by page."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from document_reader import (
    REPORTS,
    Made,
    is_tagged,
    made_of,
    number_of,
    pages_of,
    table_of,
    text_of,
    title_of,
    whole,
    word_of,
    words_of,
)
from published_money import AGREEMENT, METHOD, SCENARIO
from published_sample import FEW, NOTICE, Sample

AGREED = {"agreement": AGREEMENT, "scenario": SCENARIO, "method": METHOD, "year": 2013}


@pytest.fixture(scope="module")
def given() -> Sample:
    return whole()


@pytest.fixture(scope="module")
def made(given: Sample, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_of(given, tmp_path_factory.mktemp("documents"))


def rounded(amount: object, per: int = 1, decimals: int = 0) -> Decimal:
    exact = Decimal(str(amount)) / per
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def test_there_are_three_reports_as_pdf_and_word_and_a_sheet_for_each_municipality(made: Made) -> None:
    sheets = ["kommuner/2506-arjeplog.pdf", "kommuner/2580-lulea.pdf"]
    assert sorted(made) == sorted([f"{name}.{kind}" for name in REPORTS for kind in ("pdf", "docx")] + sheets)


def test_every_pdf_is_tagged_and_says_in_title_header_and_first_line_that_it_is_made_up(made: Made) -> None:
    for name, content in made.items():
        if name.endswith(".pdf"):
            assert is_tagged(content), name
            assert "syntetiska uppgifter" in title_of(content), name
            assert all(NOTICE in page for page in pages_of(content)), name
    assert "illustrativa tal" in title_of(made["ekonomirapport.pdf"])


def test_a_word_report_says_so_too(made: Made) -> None:
    word = word_of(made["ekonomirapport.docx"])
    told = "Ekonomirapport – syntetiska uppgifter, illustrativa tal"
    assert [entry.text.startswith(NOTICE) for entry in word.paragraphs[:4]] == [False, False, True, False]
    assert word.paragraphs[0].text == told
    assert word.core_properties.title == word.sections[0].header.paragraphs[0].text == f"{told}, Norrbotten"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_begins_with_one_page_that_sums_up_then_contents_and_ends_with_the_annex(
    made: Made, name: str
) -> None:
    pages = pages_of(made[f"{name}.pdf"])
    assert "Sammanfattning" in pages[0]
    assert "Innehåll" in pages[1]
    assert "Bilaga: metod, källor och sekretess" in pages[1]
    assert f"Sida {len(pages)} av {len(pages)}" in pages[-1]
    whole_text = " ".join(pages)
    for told in ("Metod och definitioner", "20261122T110600Z-0123abcd", "SCB, skatteunderlag", "Leveranser som ingår"):
        assert told in whole_text


def test_a_municipalitys_sheet_is_exactly_one_page(made: Made) -> None:
    for name, content in made.items():
        if name.startswith("kommuner/"):
            (page,) = pages_of(content)
            assert "Skatteväxlingen 2013" in page
            assert "Den nationella kostnadsutjämningen ingår inte" in page


def test_swedish_letters_thin_spaces_and_minus_signs_come_through(made: Made) -> None:
    text = " ".join(pages_of(made["ekonomirapport.pdf"]))
    for told in ("Känslighet", "öre", "Får", "−547", "118\u202f345\u202f678"):
        assert told in text


def test_a_word_report_has_headings_contents_captions_and_tables_whose_head_comes_again(made: Made) -> None:
    word = word_of(made["ekonomirapport.docx"])
    headings = [entry.text for entry in word.paragraphs if entry.style.name == "Heading 1"]
    assert headings[:2] == ["Sammanfattning", "Nettokostnaden på två sätt"]
    xml = word.element.xml
    assert 'TOC \\o "1-2"' in xml
    assert xml.count("SEQ Tabell") == len(word.tables) == xml.count("<w:tblHeader/>") == xml.count("<w:tblCaption ")
    assert [shape._inline.docPr.get("descr", "")[:13] for shape in word.inline_shapes] == [
        "Stapeldiagram",
        "Linjediagram.",
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_pdf_and_word_say_the_same(made: Made, name: str) -> None:
    pdf = "".join("".join(pages_of(made[f"{name}.pdf"])).split())
    word = word_of(made[f"{name}.docx"])
    for table in word.tables:
        for cell in table.rows[-1].cells:
            assert "".join(cell.text.replace("\xad", "").split()) in pdf.replace("\xad", ""), cell.text


def test_the_effects_are_the_published_ones(given: Sample, made: Made) -> None:
    rows = table_of(made["ekonomirapport.docx"], "Vinst och förlust per kommun 2013")
    for code in ("2506", "2580"):
        row = given.row("equalisation.municipality_effects", year=2013, municipality_code=code)
        names = ("population", "cost_sek", "revenue_sek", "effect_sek", "effect_sek_per_inhabitant")
        expected = [rounded(row[name], 1000 if name.endswith("_sek") else 1) for name in names]
        assert [number_of(text) for text in rows[FEW[code]]] == expected


def test_the_calculation_of_the_oere_can_be_done_again_from_its_own_lines(made: Made) -> None:
    steps = {
        name: number_of(cells[-1])
        for name, cells in table_of(made["ekonomirapport.docx"], "Så är").items()
        if len(name) == 1
    }
    assert rounded(steps["A"] * steps["B"] / 10_000) == steps["C"]
    assert steps["H"] == steps["G"] - steps["D"]


@pytest.mark.parametrize(
    ("line", "column", "per", "decimals"),
    [
        ("Beslutat, öre", "agreed_ore", 1, 2),
        ("Krävs för att täcka nettokostnaden, öre", "required_ore", 1, 2),
        ("Nettokostnad som byter betalare", "net_cost_sek", 1000, 0),
        ("Kommunernas intäkt", "revenue_sek", 1000, 0),
        ("varav egen skatt", "own_tax_sek", 1000, 0),
        ("varav ändrad inkomstutjämning", "equalisation_change_sek", 1000, 0),
        ("Intäkt minus nettokostnad", "rounding_sek", 1000, 0),
        ("Regionens intäkt ändras med", "region_revenue_sek", 1000, 0),
        ("Staten skjuter till (plus) eller drar in (minus)", "state_sek", 1000, 0),
        ("Jämförelse: krävs utan inkomstutjämning, öre", "naive_ore", 1, 2),
    ],
)
def test_the_tax_shift_is_the_published_one(
    given: Sample, made: Made, line: str, column: str, per: int, decimals: int
) -> None:
    row = given.row("equalisation.tax_shift", **AGREED)
    shown = table_of(made["slutrapport.docx"], "Skatteväxlingen 2013–2015")[line]
    assert number_of(shown[0]) == rounded(row[column], per, decimals)


def test_what_is_decided_says_from_when_how_many_oere_and_where_it_stands(made: Made) -> None:
    rows = table_of(made["slutrapport.docx"], "Beslut om skatteväxlingen")
    assert rows["1 januari 2013"] == ["+22,00", "22,00", "officiell", "Ett protokoll"]


def test_the_amounts_between_municipalities_are_the_published_ones(given: Sample, made: Made) -> None:
    rows = table_of(made["ekonomirapport.docx"], "Mellankommunal utjämning – den som gäller")
    for code in ("2506", "2580"):
        found = [
            given.row("equalisation.inter_municipal", variant="thirds", year_number=year, municipality_code=code)
            for year in (1, 2, 3)
        ]
        expected = [rounded(row[name], 1000) for name in ("amount_sek", "net_effect_sek") for row in found]
        assert [number_of(text) for text in rows[FEW[code]]] == expected


def test_the_volumes_are_the_published_ones(given: Sample, made: Made) -> None:
    rows = table_of(made["slutrapport.docx"], "Besök i hemmet i ordinärt boende")
    for at, year in enumerate((2011, 2012)):
        key = {"year": year, "place": "home", "care_form": "all", "planned": "all", "age_group": "all"}
        row = given.row("volumes.region_totals", **key)
        assert number_of(rows["Besök i hemmet"][2 * at]) == row["visits"]
        assert number_of(rows["Personer med besök i hemmet"][2 * at]) == row["patients"]
    boundaries = table_of(made["slutrapport.docx"], "Besök enligt varje gränsdragning")
    assert [number_of(text) for text in boundaries["Grunden och barn 0–18 år"]] == [96_919, 419, 438, 1_565]


@pytest.mark.parametrize(("place", "code"), [("Arjeplog", "2506"), ("Luleå", "2580"), ("Alla", "all")])
def test_the_posts_are_the_published_ones(given: Sample, made: Made, place: str, code: str) -> None:
    rows = table_of(made["personalrapport.docx"], "Årsarbetare per kommun där")
    hr, volume, norm, agreed = rows[place]
    for shown, method in ((hr, "hr"), (volume, "volume")):
        key = {"method": method, "municipality_code": code, "profession": "all"}
        assert number_of(shown) == rounded(given.row("volumes.staffing", **key)["fte"], 1, 1)
    assert norm == "–"
    assert (agreed == "–") == (code != "all")


def test_the_summary_says_what_the_tables_say(made: Made) -> None:
    first = pages_of(made["ekonomirapport.pdf"])[0]
    assert "Kommunerna tar över 22 öre av skatten 2013; det krävs 21,13 öre" in first
    assert "Arjeplog vinner mest, 100\u00a0kronor per invånare." in first
    assert "Luleå förlorar mest, 44\u00a0kronor per invånare." in first


def test_the_same_release_gives_the_same_bytes(given: Sample, made: Made, tmp_path: Path) -> None:
    again = made_of(given, tmp_path)
    assert {name for name in made if made[name] != again[name]} == set()
    word = word_of(made["slutrapport.docx"])
    assert word.core_properties.created == word.core_properties.modified == datetime(2026, 11, 22, 11, 6, tzinfo=UTC)


def changed(change: Callable[[Sample], None], folder: Path) -> Made:
    made = whole()
    change(made)
    return made_of(made, folder)


def test_what_is_protected_is_in_no_document(tmp_path: Path) -> None:
    """The rows keep a value here, as they never do: no document may show what its status hides."""
    secret = 987_654
    measures = {
        "volumes.visits_month": ("visits", "patients"),
        "volumes.region_totals": ("visits", "patients"),
        "volumes.scenario_totals": ("visits", "patients", "unplanned_visits"),
        "volumes.scenario_differences": ("visits", "visits_added"),
        "volumes.staffing": ("fte",),
        "indicators.results": ("value", "ci_low", "ci_high"),
        "equalisation.municipality_effects": ("effect_sek", "effect_sek_per_inhabitant", "cost_sek", "revenue_sek"),
    }

    def hide(made: Sample) -> None:
        for table, names in measures.items():
            for row in made[table]:
                kinds = {name: type(row.get(name) or 0)(secret) for name in names}
                row.update(kinds, status="protected")

    made = changed(hide, tmp_path)
    tables = [table_of(made["slutrapport.docx"], caption) for caption in ("Besök i hemmet i", "Besök i hemmet efter")]
    assert all(cell == "skyddad" for cell in tables[0]["Besök i hemmet"][::2])
    assert set(tables[1]["Luleå"]) == {"skyddad"}
    assert set(table_of(made["personalrapport.docx"], "Årsarbetare per yrke")["Alla"]) <= {"skyddad", "–"}
    text = text_of(made)
    assert "är skyddat, eftersom för få personer står bakom" in text
    assert [part for part in ("987\u202f654", "987654", "98,7", "98765") if part in text] == []


EMPTIED = {"money and indicators": ("equalisation.", "indicators."), "everything": ("",)}


@pytest.mark.parametrize("lacking", EMPTIED)
def test_a_release_that_lacks_something_gives_documents_that_say_so(lacking: str, tmp_path: Path) -> None:
    def empty(made: Sample) -> None:
        for table in made.tables:
            if table.startswith(EMPTIED[lacking]) and table != "meta.release":
                made.tables[table] = []

    made = changed(empty, tmp_path)
    assert len(made) == 8
    text = text_of(made)
    assert "Utgåvan har inget underlag för: " in text
    assert "None" not in text
    assert "ingen överenskommelse om skatteväxling" in text
    assert "Vinst och förlust per kommun" not in text
    assert "Indikatorerna, Norrbotten" not in text
    if lacking == "everything":
        assert "Uppgiften om antalet besök i hemmet saknas i utgåvan." in text


HOSTILE = {
    "2506": '#panic("x") *fet* $x^2$ @ref <etikett> \\ // `rå`',
    "2580": "<w:t>&amp;]]> {{ lan }} **\x00\x07\u2028漢😀 åäö",
    "9999": "Okänd",
}


def test_names_and_texts_of_deliveries_are_never_markup_and_a_sheet_is_one_page_however_long_they_are(
    tmp_path: Path,
) -> None:
    made = whole(HOSTILE)
    made["meta.release"][0]["region_name"] = '#set page(width: 1cm) <w:p/>"' + " Län" * 80
    for row in made["volumes.scenario_totals"]:
        row["title_sv"] = f'#import "@preview/x:1" {row["title_sv"]} **fet** <b>'
    for row in made["quality.deliveries"]:
        row["supplier_sv"] = "= Rubrik\n+ punkt \x1b[0m \ue000"
    for row in made["meta.parameters"]:
        row["reference"] = '#read("/etc/passwd") ' + "långt" * 60
    for row in made["equalisation.purchases"]:
        row["title_sv"] = "Ett mycket långt namn på ett köp " * 30
    documents = made_of(made, tmp_path, HOSTILE)
    for text in (" ".join(pages_of(documents["ekonomirapport.pdf"])), words_of(documents["ekonomirapport.docx"])):
        flat = "".join(text.split())
        for name in (
            '#panic("x")*fet*$x^2$@ref<etikett>\\//`rå`',
            "<w:t>&amp;]]>{{lan}}**",
            "#setpage(width:1cm)<w:p/>",
        ):
            assert name in flat
    for name in documents:
        if name.startswith("kommuner/"):
            (page,) = pages_of(documents[name])
            assert "Källa: indicators.results" in page
