"""Kolada against a real server: years with figures, pages, at most 25 ids, and figures that are revised."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from official_server import OfficialServer, VirtualTime, official_server
from small_region import small_folder

from regions.errors import UnreachableError
from regions.model import MonthSpan
from regions.month import Month
from regions.official import KoladaTransport
from tasks.sources.calls import Pacer
from tasks.sources.kolada import KoladaSource
from tasks.sources.offered import Offered

FOLDER = small_folder()
AREAS = (*FOLDER.region.municipalities, f"00{FOLDER.region.county_code}", "0000")
KPIS = ("N20897", "N01951")


@pytest.fixture
def server() -> Iterator[OfficialServer]:
    with official_server() as running:
        running.figures = {
            (kpi, area, year, gender): 10.0 + year - 2000 + place / 10
            for kpi in KPIS
            for place, area in enumerate(AREAS)
            for year in (2022, 2023, 2024)
            for gender in "TKM"
        }
        yield running


def connected(
    server: OfficialServer, *, kpis: tuple[str, ...] = KPIS, folder: object = FOLDER, valid_from: str = "2000-01"
) -> KoladaSource:
    time = VirtualTime()
    server.now, server.calls, server.window_seconds = time.now, 5, 1.0
    source = FOLDER.sources[0].model_copy(update={"valid": (MonthSpan(first=Month.parse(valid_from)),)})
    transport = KoladaTransport(address=server.kolada, kpis=kpis)
    return KoladaSource(transport, source, folder, Pacer(time.now, time.sleep))


def rows(source: KoladaSource, offered: Offered) -> list[dict[str, object]]:
    """The rows of a delivery's pages."""
    return [row for piece in source.fetch(offered) for row in json.loads(piece)["values"]]


def test_the_years_with_figures_are_offered(server: OfficialServer) -> None:
    for area in AREAS:
        server.figures["N20897", area, 2025, "T"] = None
    offered = connected(server, valid_from="2023-01").list_offered()
    assert [(entry.month, entry.version, entry.name) for entry in offered] == [
        (Month(2023, 1), 0, "kolada-2023.json"),
        (Month(2024, 1), 0, "kolada-2024.json"),
    ]


def test_a_year_is_asked_for_the_region_s_areas(server: OfficialServer) -> None:
    source = connected(server)
    found = rows(source, source.list_offered()[0])
    assert {(row["kpi"], row["municipality"]) for row in found} == {(kpi, area) for kpi in KPIS for area in AREAS}
    assert {row["period"] for row in found} == {2022}
    assert (
        server.asked[-1] == f"GET /v3/data/kpi/{','.join(KPIS)}/municipality/{','.join(AREAS)}/year/2022?per_page=5000"
    )


def test_every_page_is_fetched(server: OfficialServer) -> None:
    server.per_page = 1
    source = connected(server)
    assert len(rows(source, source.list_offered()[0])) == len(KPIS) * len(AREAS)
    assert f"page={len(KPIS) * len(AREAS)}&" in server.asked[-1]
    assert server.refused == 0


def test_never_more_than_25_ids_at_a_time(server: OfficialServer) -> None:
    kpis = tuple(f"N{number:05d}" for number in range(40))
    region = FOLDER.region.model_copy(update={"municipalities": tuple(f"{number:04d}" for number in range(101, 160))})
    folder = replace(FOLDER, region=region)
    for kpi in kpis:
        for area in (*region.municipalities, "0000"):
            server.figures[kpi, area, 2024, "T"] = 1.0
    source = connected(server, kpis=kpis, folder=folder)
    (offered,) = (entry for entry in source.list_offered() if entry.month.year == 2024)
    found = rows(source, offered)
    assert len(found) == 40 * 60
    assert len({(row["kpi"], row["municipality"]) for row in found}) == 40 * 60


def test_only_the_stamp_of_the_year_that_is_revised_changes(server: OfficialServer) -> None:
    before = {entry.month.year: entry.stamp for entry in connected(server).list_offered()}
    server.figures["N20897", AREAS[0], 2023, "T"] = 99.5
    after = {entry.month.year: entry.stamp for entry in connected(server).list_offered()}
    assert {year for year in before if before[year] != after[year]} == {2023}


def test_no_page_is_followed_to_another_host_or_round(server: OfficialServer) -> None:
    page = {"values": [], "count": 0, "next_url": "https://elsewhere.example/v3/data"}
    server.instead.append((200, {}, json.dumps(page).encode()))
    with pytest.raises(UnreachableError, match="another host"):
        connected(server).list_offered()
    page["next_url"] = f"{server.kolada}/data/kpi/N1/municipality/0000"
    server.instead.extend([(200, {}, json.dumps(page).encode())] * 3)
    with pytest.raises(UnreachableError, match="refers to one before it"):
        connected(server).list_offered()


@pytest.mark.parametrize("said", [{}, {"values": [1]}, {"values": [{"kpi": "N1", "values": []}]}, {"values": "x"}])
def test_something_else_than_kolada_is_recognised(server: OfficialServer, said: object) -> None:
    server.instead.append((200, {}, json.dumps(said).encode()))
    with pytest.raises(UnreachableError, match="not Kolada v3"):
        connected(server).list_offered()


def test_kolada_away(server: OfficialServer) -> None:
    server.instead.extend([(429, {}, b"")] * 9)
    with pytest.raises(UnreachableError, match="HTTP 429, 3 attempts"):
        connected(server).list_offered()


def test_a_key_figure_has_kolada_s_form() -> None:
    with pytest.raises(ValueError, match="pattern"):
        KoladaTransport(kpis=("Riket",))
