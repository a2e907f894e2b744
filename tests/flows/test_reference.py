"""`hemvard reference`: official statistics from publishers to the lake, beside the main job and never in its way."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from official_server import OfficialServer, Table, Variable, official_server
from small_region import (
    MONTHS,
    SMALL,
    Deliveries,
    copy_home,
    lake_rows,
    plain_steps,
    small_folder,
    without_prefect,
    without_weight,
)

import flows.monthly
import flows.reference
import regions.folder
from regions.errors import DataError, UnreachableError, UsageError
from regions.folder import NATIONAL, load_region
from tasks.sources.calls import PACER

pytestmark = pytest.mark.xdist_group("reference")  # one worker: what they share takes seconds to make

MUNICIPALITIES = small_folder().region.municipalities
AREAS = ("00", "18", *MUNICIPALITIES)
AGES = (*map(str, range(100)), "100+", "tot")
NOISY_AGES = (*map(str, range(100)), "100+1", "-4", "100+5", "TOT1", "TotSA")
CIVIL = ("OG", "G", "SK", "ÄNKL")
REGION = Variable("Region", AREAS)
TAX = Variable("ContentsCode", ("OE0101A5", "OE0101A0", "OE0101B0"))
SERIES = (
    "kolada_indicators",
    "scb_population",
    "scb_population_noise",
    "scb_population_november",
    "scb_tax_base",
    "scb_tax_rates",
)


def table(updated: str, *variables: Variable, years: tuple[str, ...] = ("2024",)) -> Table:
    return Table(updated, (REGION, *variables, Variable("Tid", years)))


def tables() -> dict[str, Table]:
    """SCB's tables in their shape, with numbers of our own."""
    age, sex = Variable("Alder", AGES), Variable("Kon", ("1", "2"))
    population = Variable("ContentsCode", ("BE0101N1", "BE0101N2"))
    noisy = Variable("ContentsCode", ("000007ME", "000007MG"))
    rates = replace(table("2023-12-18T07:00:00Z", Variable("ContentsCode", ("OE0101D1", "OE0101D2"))), value=_rate)
    return {
        "TAB638": table(
            "2025-02-21T07:00:00Z", Variable("Civilstand", CIVIL, True), age, sex, population, years=("1999", "2024")
        ),
        "TAB5557": table(
            "2026-02-20T07:00:00Z",
            Variable("Civilstand", (*CIVIL, "SC")),
            Variable("Alder", NOISY_AGES),
            Variable("Kon", ("1", "2", "TotSa")),
            noisy,
            years=("2025",),
        ),
        "TAB1267": table("2024-12-01T07:00:00Z", age, sex, Variable("ContentsCode", ("BE0101A9",))),
        "TAB3600": replace(table("2023-12-15T07:00:00Z", TAX), status={("18", "OE0101A0", "2024"): ".."}),
        "TAB2017": rates,
    }


def _rate(key: tuple[str, ...]) -> float:
    return 34.84 if key[1] == "OE0101D1" else 23.5


@dataclass
class Publishers:
    """The server, and the flows without Prefect's engine against it."""

    server: OfficialServer
    taken: Path
    """A home in which every series has been taken in; copy it, never change it."""
    said: list[str]
    text: str = ""
    figures_asked: int = 0

    def run(self, home: Path) -> str:
        """The flow of official statistics."""
        self.server.asked.clear()
        return flows.reference.reference.fn(str(SMALL), str(home))

    def asked_for(self) -> list[str]:
        """Which tables or years figures were asked of, since the last run began."""
        posts = [asked.split("/tables/")[1].split("/")[0] for asked in self.server.asked if asked.startswith("POST")]
        return posts + [asked.split("/year/")[1].split("?")[0] for asked in self.server.asked if "/year/" in asked]


@pytest.fixture(scope="module")
def publishers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishers]:
    """The national sources with addresses on this machine, and all of them taken in once."""
    place = tmp_path_factory.mktemp("reference")
    national = place / "sweden"
    shutil.copytree(NATIONAL, national)
    with official_server() as server, ExitStack() as stack:
        server.calls = 10_000
        fill(server)
        for file in (national / "sources").iterdir():
            address = server.kolada if file.stem.startswith("kolada") else server.pxweb
            text = file.read_text(encoding="utf-8")
            there = text.replace("transport:\n", f"transport:\n  attempts: 1\n  address: {address}\n")
            file.write_text(there, encoding="utf-8")
        said = stack.enter_context(without_prefect())
        for change in (
            patch.object(regions.folder, "NATIONAL", national),
            patch.object(PACER, "sleep", lambda _seconds: None),
            without_weight(),
            patch.object(flows.monthly, "load_region", load_region),
            patch.object(flows.reference, "steps", plain_steps()),
            patch.object(flows.reference, "create_markdown_artifact", lambda *_args, **_kwargs: None),
        ):
            stack.enter_context(change)
        made = Publishers(server, place / "home", said)
        made.text = made.run(made.taken)
        made.figures_asked = len(made.asked_for())
        yield made


def fill(server: OfficialServer) -> None:
    """What the publishers publish, as at first."""
    server.tables = tables()
    server.figures = {
        (kpi, area, 2024, gender): 21.43829482394
        for kpi in ("N20897", "N21900")
        for area in (*MUNICIPALITIES, "0018", "0000")
        for gender in "TK"
    }
    server.figures["N20897", MUNICIPALITIES[0], 2024, "K"] = None


@pytest.fixture
def home(publishers: Publishers, tmp_path: Path) -> Iterator[Path]:
    """A home of one's own in which every series has been taken in; the publishers as at first afterwards."""
    yield copy_home(publishers.taken, tmp_path / "copy")
    fill(publishers.server)
    publishers.server.instead.clear()


def test_every_series_is_fetched_and_taken_in(publishers: Publishers) -> None:
    assert publishers.figures_asked == len(SERIES)
    for series in SERIES:
        assert f"{series}: 1 year(s), the last 202" in publishers.text
    sql = "SELECT source_id, count(*) FROM lake.ledger.landings GROUP BY ALL ORDER BY ALL"
    assert lake_rows(publishers.taken, sql) == [(series, 1) for series in SERIES]
    found = lake_rows(publishers.taken, "SELECT status, rows_quarantined FROM lake.ledger.loads GROUP BY ALL")
    assert found == [("accepted", 0)]


def test_the_figures_are_those_that_were_published(publishers: Publishers) -> None:
    """Each cell once; the total has no age; counties and the country by the codes that all series share."""
    population = lake_rows(
        publishers.taken,
        "SELECT measured_on::VARCHAR, count(*), count(age), max(age), list_sort(list(DISTINCT sex)), "
        "list_sort(list(DISTINCT area_code)) FROM lake.core.population GROUP BY ALL ORDER BY ALL",
    )
    cells, areas = len(AREAS), sorted(AREAS)
    assert population == [
        ("2024-11-01", cells * 102 * 2, cells * 101 * 2, 100, ["female", "male"], areas),
        ("2024-12-31", cells * 102 * 2, cells * 101 * 2, 100, ["female", "male"], areas),
        ("2025-12-31", cells * 102 * 3, cells * 101 * 3, 100, ["all", "female", "male"], areas),
    ]
    one = "SELECT persons FROM lake.core.population WHERE measured_on = '2024-12-31' AND age = 37 AND sex = 'female'"
    published = publishers.server.tables["TAB638"].value(("18", "37", "2", "BE0101N1", "2024"))
    assert lake_rows(publishers.taken, f"{one} AND area_code = '18'") == [(published,)]


def test_what_is_not_published_is_missing_and_the_rest_of_its_row_is_not(publishers: Publishers) -> None:
    sql = "SELECT area_code, tax_base_sek, tax_power_sek FROM lake.core.tax_base WHERE area_code IN ('00', '18')"
    amount = publishers.server.tables["TAB3600"].value
    assert sorted(lake_rows(publishers.taken, sql)) == [
        ("00", amount(("00", "OE0101A5", "2024")), amount(("00", "OE0101A0", "2024"))),
        ("18", amount(("18", "OE0101A5", "2024")), None),
    ]
    sql = f"SELECT sex, value, status FROM lake.core.external_indicators WHERE area_code = '{MUNICIPALITIES[0]}'"
    assert sorted(lake_rows(publishers.taken, f"{sql} AND indicator = 'N20897'"), key=str) == [
        ("all", Decimal("21.438295"), None),
        ("female", None, "Missing"),
    ]
    sql = "SELECT DISTINCT area_code FROM lake.core.external_indicators ORDER BY ALL"
    assert [row[0] for row in lake_rows(publishers.taken, sql)] == sorted(AREAS)
    sql = "SELECT DISTINCT level, rate_percent FROM lake.core.tax_rates ORDER BY ALL"
    assert lake_rows(publishers.taken, sql) == [("municipality", Decimal("23.5")), ("total", Decimal("34.84"))]


def test_a_second_time_nothing_is_fetched_again(publishers: Publishers, home: Path) -> None:
    assert publishers.run(home) == publishers.text
    assert publishers.asked_for() == []
    assert lake_rows(home, "SELECT count(*) FROM lake.ledger.loads") == [(len(SERIES),)]


def test_only_what_was_revised_is_fetched_and_its_new_values_stand(publishers: Publishers, home: Path) -> None:
    server = publishers.server
    server.tables["TAB2017"] = replace(
        server.tables["TAB2017"], updated="2024-01-09T07:00:00Z", value=lambda _key: 30.5
    )
    server.figures["N21900", "0000", 2024, "T"] = 1.0
    publishers.run(home)
    assert sorted(publishers.asked_for()) == ["2024", "TAB2017"]
    assert lake_rows(home, "SELECT DISTINCT rate_percent FROM lake.core.tax_rates") == [(Decimal("30.5"),)]
    sql = "SELECT value FROM lake.core.external_indicators WHERE indicator = 'N21900' AND area_code = '00' AND sex = 'all'"
    assert lake_rows(home, sql) == [(1,)]


def test_a_publisher_that_is_away_keeps_nothing_of_the_others_back(publishers: Publishers, home: Path) -> None:
    server = publishers.server
    server.tables["TAB2017"] = replace(
        server.tables["TAB2017"], updated="2024-01-09T07:00:00Z", value=lambda _key: 30.5
    )
    server.instead.append((503, {}, b"down"))  # Kolada is the first to be asked
    with pytest.raises(
        UnreachableError, match=r"could be fetched \(kolada_indicators\); the last values stand"
    ) as raised:
        publishers.run(home)
    assert raised.value.exit_code == 3
    assert any("kolada_indicators: " in said and "HTTP 503, 1 attempts" in said for said in publishers.said)
    assert lake_rows(home, "SELECT DISTINCT rate_percent FROM lake.core.tax_rates") == [(Decimal("30.5"),)]
    assert lake_rows(home, "SELECT count(*) > 0 FROM lake.core.external_indicators") == [(True,)]


def test_a_table_without_what_its_source_asks_for_keeps_nothing_of_the_others_back(
    publishers: Publishers, home: Path
) -> None:
    server = publishers.server
    server.tables["TAB3600"] = table("2024-12-15T07:00:00Z", Variable("ContentsCode", ("NEW",)))
    server.tables["TAB2017"] = replace(
        server.tables["TAB2017"], updated="2024-01-09T07:00:00Z", value=lambda _key: 30.5
    )
    with pytest.raises(UsageError, match="TAB3600 has no code OE0101A0, OE0101A5 of ContentsCode"):
        publishers.run(home)
    assert lake_rows(home, "SELECT DISTINCT rate_percent FROM lake.core.tax_rates") == [(Decimal("30.5"),)]


def test_an_answer_that_does_not_pass_leaves_the_last_values(publishers: Publishers, home: Path) -> None:
    server = publishers.server
    server.tables["TAB2017"] = replace(
        server.tables["TAB2017"], updated="2024-01-09T07:00:00Z", value=lambda _key: None
    )
    server.tables["TAB3600"] = replace(server.tables["TAB3600"], updated="2024-01-09T07:00:00Z", value=lambda _key: 7)
    with pytest.raises(DataError, match="scb_tax_rates 2024-01, rule field_present"):
        publishers.run(home)
    assert lake_rows(home, "SELECT DISTINCT tax_base_sek FROM lake.core.tax_base") == [(7,)]
    assert len(lake_rows(home, "SELECT DISTINCT rate_percent FROM lake.core.tax_rates")) == 2


def test_the_main_job_asks_no_publisher_and_is_not_held_up(publishers: Publishers, home: Path) -> None:
    """Whatever has landed of official statistics; nor does it call its own figures preliminary for them."""
    server = publishers.server
    server.tables["TAB2017"] = replace(
        server.tables["TAB2017"], updated="2024-01-09T07:00:00Z", value=lambda _key: None
    )
    with pytest.raises(DataError):
        publishers.run(home)
    Deliveries(home).fill(10)
    server.asked.clear()
    outcome = flows.monthly.monthly.fn(str(SMALL), home=str(home), publish=False)
    assert server.asked == []
    assert outcome.rejections == []
    assert outcome.plan.missing == ()
    assert [str(month) for month in outcome.plan.scope] == list(MONTHS)


def test_the_command_ends_with_the_flow_s_exit_code(
    publishers: Publishers, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows.cli
    import flows.running

    monkeypatch.setattr(flows.running, "_prepare", lambda _place: None)
    monkeypatch.setattr(flows.reference, "reference", flows.reference.reference.fn)
    command = ["reference", str(SMALL), "--home", str(home)]
    with pytest.raises(SystemExit) as fine:
        flows.cli.main(command)
    assert not fine.value.code
    assert "6 series" in capsys.readouterr().out
    publishers.server.instead.append((503, {}, b"down"))
    with pytest.raises(SystemExit) as away:
        flows.cli.main(command)
    assert away.value.code == 3
    assert "the last values stand" in capsys.readouterr().err
