"""What the summaries say of a release: more, fewer, as many, protected, missing; a gain, a loss, neither; what is made up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from document_reader import ORDER, PROFESSIONS, whole
from published_sample import FEW

from dashboard.documents.reading import Reading, read
from dashboard.documents.reports import REPORTS, report, sheet
from dashboard.documents.texts import Texts
from dashboard.figures import Figure, Number, Status
from dashboard.headline import Comparison, Form, Headline, Statement
from dashboard.published import published

FINAL, ECONOMY, STAFF = REPORTS


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    database = whole().write(tmp_path_factory.mktemp("sentences") / "hemvard.duckdb")
    with published(database) as source:
        return read(source, {"municipality_code": FEW, "profession": PROFESSIONS}, ORDER)


def summary(reading: Reading, asked: object = FINAL) -> str:
    (found,) = (entry for entry in REPORTS if entry is asked)
    return " ".join(block.text for block in report(found, reading, Texts()).summary).replace("\u00a0", " ")


def visits(reading: Reading, form: Form, change: Number = 0, status: Status = "ok") -> Reading:
    home = Figure(1000 if status == "ok" else None, status)
    part = Figure(600 if status == "ok" else None, status)
    said = Statement("2012", home, part, part, Comparison(form, "2011", 100, change))
    return replace(reading, headline=Headline(said, None))


@pytest.mark.parametrize(
    ("form", "change", "sentence"),
    [
        ("more", 0.1, "Det är 10,0 % fler än 2011."),
        ("fewer", -0.25, "Det är 25,0 % färre än 2011."),
        ("same", 0, "Det är lika många som 2011."),
        ("almost", 0.0001, "Det är nästan lika många som 2011."),
    ],
)
def test_visits_beside_those_of_the_year_before(reading: Reading, form: Form, change: float, sentence: str) -> None:
    said = summary(visits(reading, form, change))
    assert said.startswith("Under 2012 gjordes 1\u202f000 besök i hemmet i Norrbotten.")
    assert sentence in said
    assert said.count("Det är ") == 1


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ("protected", "protected", "Antalet besök i hemmet 2012 är skyddat, eftersom för få personer står bakom."),
        ("missing", "missing", "Uppgiften om antalet besök i hemmet saknas i utgåvan."),
    ],
)
def test_visits_that_are_protected_or_missing(reading: Reading, form: Form, status: Status, sentence: str) -> None:
    said = summary(visits(reading, form, status=status))
    assert said.startswith(sentence)
    assert "gjordes" not in said


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (Decimal(1_250_000), "Det blir 1,3 miljoner kronor över: en vinst för kommunerna."),
        (Decimal(-45_600), "Det fattas 46 tusen kronor: en förlust för kommunerna."),
        (Decimal(0), "Det går jämnt upp."),
        (None, ""),
    ],
)
def test_the_tax_shift_leaves_something_or_lacks_it_or_goes_even(
    reading: Reading, left: Decimal | None, sentence: str
) -> None:
    assert reading.money is not None
    years = (replace(reading.money.years[0], rounding_sek=left), *reading.money.years[1:])
    said = summary(replace(reading, money=replace(reading.money, years=years)), ECONOMY)
    found = [word for word in ("Det blir ", "Det fattas ", "Det går ") if word in said]
    assert len(found) == bool(sentence)
    assert sentence in said


def test_a_release_without_an_agreement_says_so(reading: Reading) -> None:
    without = replace(reading, money=None)
    assert "Utgåvan har ingen överenskommelse om skatteväxling" in summary(without)
    assert "Utgåvan har ingen överenskommelse om skatteväxling." in summary(without, ECONOMY)
    assert "öre av skatten" not in summary(without)


def test_what_is_made_up_or_assumed_is_in_title_and_notice(reading: Reading) -> None:
    made = report(ECONOMY, reading, Texts())
    assert made.title == "Ekonomirapport – syntetiska uppgifter, illustrativa tal"
    assert made.notice.startswith(
        "Syntetiska leveranser – inga verkliga patienter. Illustrativa, eftersom antaganden ingår: belopp och öre"
    )
    staff = report(STAFF, reading, Texts())
    assert staff.notice.endswith(
        "patienter. Illustrativa, eftersom antaganden ingår: årsarbetare enligt ”besökens tid”."
    )
    final = report(FINAL, replace(reading, made_up_population=(2011, 2012)), Texts())
    assert final.notice.endswith("; folkmängden 2011 och 2012, och därmed värden per invånare.")


def test_real_deliveries_and_official_figures_say_neither(reading: Reading) -> None:
    real = replace(reading, release=replace(reading.release, data="real", notice_sv=None), money=None, staffing=None)
    for asked in REPORTS:
        made = report(asked, real, Texts())
        assert (made.title, made.notice) == (asked.title, "")
        assert "påhittade" not in " ".join(block.text for block in made.summary)
    assert sheet("2580", real, Texts()).title == "Luleå"


def test_a_region_s_own_notice_stands_although_nothing_is_made_up(reading: Reading) -> None:
    real = replace(
        reading, release=replace(reading.release, data="real", notice_sv="Utkast"), money=None, staffing=None
    )
    assert report(FINAL, real, Texts()).notice == "Utkast."


def test_a_municipality_is_told_whether_it_gains_or_loses(reading: Reading) -> None:
    said = {code: " ".join(block.text for block in sheet(code, reading, Texts()).summary) for code in ("2506", "2580")}
    assert "Växlingen 2013 är en vinst: 100\u00a0kronor per invånare." in said["2506"]
    assert "Växlingen 2013 är en förlust: 44\u00a0kronor per invånare." in said["2580"]
    assert "Till andra kommuner betalar den" in said["2506"]
    assert "Av andra kommuner får den" in said["2580"]
