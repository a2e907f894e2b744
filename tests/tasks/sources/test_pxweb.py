"""A PxWeb table against a real server: years, selections, parts of a year, patience, and what is refused."""

import json
from collections.abc import Iterator

import pytest
from official_server import OfficialServer, Table, Variable, VirtualTime, official_server
from small_region import small_folder

from regions.errors import UnreachableError, UsageError
from regions.model import MonthSpan
from regions.month import Month
from regions.official import PxWebTransport
from tasks.sources.calls import Pacer
from tasks.sources.offered import Offered, StartAnew
from tasks.sources.pxweb import PxWebSource, parts

YEARS = ("2022", "2023", "2024")
AGES = (*map(str, range(100)), "100+", "tot")
FOLDER = small_folder()
MUNICIPALITIES = FOLDER.region.municipalities
COUNTY = FOLDER.region.county_code
SELECTION = {
    "Region": ("{municipalities}", "{county}", "{country}"),
    "Alder": ("0..99", "100+", "tot"),
    "Kon": ("*",),
    "ContentsCode": ("BE0101N1",),
}


def population(updated: str = "2025-02-21T07:00:00Z") -> Table:
    """A table of the shape of SCB's TAB638: civil status may be left out, the others may not."""
    return Table(
        updated,
        (
            Variable("Region", ("00", COUNTY, *MUNICIPALITIES, "0180")),
            Variable("Civilstand", ("OG", "G", "SK", "ÄNKL"), elimination=True),
            Variable("Alder", AGES, as_list=True),
            Variable("Kon", ("1", "2")),
            Variable("ContentsCode", ("BE0101N1", "BE0101N2")),
            Variable("Tid", YEARS),
        ),
    )


@pytest.fixture
def server() -> Iterator[OfficialServer]:
    with official_server() as running:
        running.tables["TAB638"] = population()
        yield running


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


def connected(
    server: OfficialServer, time: VirtualTime, *, valid_from: str = "2000-12", **changes: object
) -> PxWebSource:
    """The source of a region's population; a year is that of its 31 December."""
    server.now = time.now
    given = {"address": server.pxweb, "table": "TAB638", "selection": SELECTION, "period_month": 12, **changes}
    source = FOLDER.sources[0].model_copy(update={"valid": (MonthSpan(first=Month.parse(valid_from)),)})
    return PxWebSource(PxWebTransport.model_validate(given), source, FOLDER, Pacer(time.now, time.sleep))


def fetched(source: PxWebSource, offered: Offered) -> list[dict[str, object]]:
    """The documents of a delivery."""
    return [json.loads(piece) for piece in source.fetch(offered)]


def test_each_year_of_the_table_is_offered_in_its_month(server: OfficialServer, time: VirtualTime) -> None:
    offered = connected(server, time).list_offered()
    assert [(entry.month, entry.version, entry.name) for entry in offered] == [
        (Month(int(year), 12), 20250221070000, f"TAB638-{year}.json") for year in YEARS
    ]
    assert len({entry.stamp for entry in offered}) == 1
    assert server.asked == ["GET /api/v2/tables/TAB638/metadata?lang=sv"]


def test_years_that_the_source_is_not_valid_for_are_not_offered(server: OfficialServer, time: VirtualTime) -> None:
    months = [entry.month for entry in connected(server, time, valid_from="2023-12").list_offered()]
    assert months == [Month(2023, 12), Month(2024, 12)]


def test_the_stamp_changes_with_the_table_and_with_what_is_asked(server: OfficialServer, time: VirtualTime) -> None:
    before = connected(server, time).list_offered()
    fewer = connected(server, time, selection={**SELECTION, "Alder": ("tot",)}).list_offered()
    server.tables["TAB638"] = population("2026-02-20T07:00:00Z")
    updated = connected(server, time).list_offered()
    assert len({entries[0].stamp for entries in (before, fewer, updated)}) == 3
    assert (before[0].version, updated[0].version) == (20250221070000, 20260220070000)


def test_a_year_is_asked_for_the_region_alone(server: OfficialServer, time: VirtualTime) -> None:
    source = connected(server, time)
    (document,) = fetched(source, source.list_offered()[-1])
    asked = {entry["variableCode"]: entry["valueCodes"] for entry in server.bodies[-1]["selection"]}
    assert asked["Region"] == [*MUNICIPALITIES, COUNTY, "00"]
    assert asked["Alder"] == list(AGES)
    assert asked["Kon"] == ["1", "2"]
    assert asked["Tid"] == ["2024"]
    assert "Civilstand" not in asked
    assert len(document["value"]) == (len(MUNICIPALITIES) + 2) * len(AGES) * 2
    assert server.asked[-1] == "POST /api/v2/tables/TAB638/data?lang=sv&outputFormat=json-stat2"


def test_a_year_of_too_many_cells_comes_in_parts(server: OfficialServer, time: VirtualTime) -> None:
    whole = connected(server, time)
    (all_at_once,) = fetched(whole, whole.list_offered()[0])
    server.max_cells = 500
    source = connected(server, time)
    documents = fetched(source, source.list_offered()[0])
    assert len(documents) > 3
    assert sum(len(document["value"]) for document in documents) == len(all_at_once["value"])
    assert sorted(value for document in documents for value in document["value"]) == sorted(all_at_once["value"])


def test_parts_cover_each_cell_once() -> None:
    selection = {"a": tuple("abcdefg"), "b": tuple("12345"), "c": ("x",)}
    found = [(a, b, c) for part in parts(selection, 6) for a in part["a"] for b in part["b"] for c in part["c"]]
    assert sorted(found) == sorted((a, b, "x") for a in "abcdefg" for b in "12345")
    assert all(len(part["a"]) * len(part["b"]) <= 6 for part in parts(selection, 6))
    assert list(parts(selection, 35)) == [selection]
    assert all(len(part["a"]) * len(part["b"]) <= 3 for part in parts(selection, 6, summed=2))


def test_it_is_not_asked_faster_than_it_allows(server: OfficialServer, time: VirtualTime) -> None:
    server.calls, server.window_seconds, server.max_cells = 4, 10.0, 200
    source = connected(server, time)
    count = len(fetched(source, source.list_offered()[0]))
    assert count > 12
    assert server.refused == 0
    assert time.passed >= 10.0 * ((count + 2 - 1) // 4)


def test_two_sources_of_a_host_share_its_pace(server: OfficialServer, time: VirtualTime) -> None:
    pacer = Pacer(time.now, time.sleep)
    server.now = time.now
    transport = PxWebTransport(address=server.pxweb, table="TAB638", selection=SELECTION)
    for _ in range(40):
        PxWebSource(transport, FOLDER.sources[0], FOLDER, pacer).list_offered()
    assert server.refused == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_waits_and_asks_again(server: OfficialServer, time: VirtualTime, status: int) -> None:
    server.instead.append((status, {"Retry-After": "7"}, b"busy"))
    assert len(connected(server, time).list_offered()) == 3
    assert time.slept == [7.0]
    server.instead.extend([(status, {}, b"busy"), (status, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, b"")])
    assert len(connected(server, time).list_offered()) == 3
    assert time.slept == [7.0, 1.0, 2.0]


def test_it_gives_up_after_so_many_attempts(server: OfficialServer, time: VirtualTime) -> None:
    server.instead.extend([(503, {}, b"")] * 9)
    with pytest.raises(UnreachableError, match=r"HTTP 503, 2 attempts") as raised:
        connected(server, time, attempts=2).list_offered()
    assert len(server.asked) == 2
    assert raised.value.exit_code == 3
    assert raised.value.where == f"{server.pxweb}/tables/TAB638/metadata"


def test_nobody_there(time: VirtualTime) -> None:
    with official_server() as server:
        source = connected(server, time)
    with pytest.raises(UnreachableError, match="could not be reached"):
        source.list_offered()


def test_a_page_instead_of_json_is_no_answer_though_its_status_is_200(
    server: OfficialServer, time: VirtualTime
) -> None:
    server.instead.append((200, {"Content-Type": "text/html"}, b"<html>Underh\xc3\xa5ll</html>"))
    with pytest.raises(UnreachableError, match="something else than JSON"):
        connected(server, time).list_offered()


def test_a_refusal_is_told_and_not_repeated(server: OfficialServer, time: VirtualTime) -> None:
    with pytest.raises(UnreachableError, match=r"HTTP 404 \(Non-existent table\)"):
        connected(server, time, table="TAB9").list_offered()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Kon": ("3",)}, "has no code 3 of Kon"),
        ({"Region": ("9999",)}, "has no code 9999 of Region"),
        ({"Hund": ("1",)}, "has no variable Hund; it has Region, Civilstand"),
    ],
)
def test_what_the_table_does_not_have_is_said(
    server: OfficialServer, time: VirtualTime, change: dict[str, tuple[str, ...]], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        connected(server, time, selection={**SELECTION, **change}).list_offered()


def test_a_variable_that_is_not_summed_over_must_be_asked_for(server: OfficialServer, time: VirtualTime) -> None:
    """As in the tables with noise, where a sum of parts is not the total: the total is asked for by its code."""
    without = {name: codes for name, codes in SELECTION.items() if name != "Kon"}
    with pytest.raises(UsageError, match="doesn't sum over Kon"):
        connected(server, time, selection=without).list_offered()


def test_a_table_of_months_is_refused(server: OfficialServer, time: VirtualTime) -> None:
    table = population()
    server.tables["TAB638"] = Table(table.updated, (*table.variables[:-1], Variable("Tid", ("2025M01",))))
    with pytest.raises(UsageError, match="is not one of years"):
        connected(server, time).list_offered()


def test_a_table_that_is_updated_meanwhile_is_not_mixed(server: OfficialServer, time: VirtualTime) -> None:
    server.max_cells = 500
    source = connected(server, time)
    pieces = source.fetch(source.list_offered()[0])
    next(pieces)
    server.tables["TAB638"] = population("2026-02-20T07:00:00Z")
    with pytest.raises(StartAnew, match="was updated while it was read"):
        list(pieces)


@pytest.mark.parametrize("said", [{}, {"maxDataCells": "many", "maxCallsPerTimeWindow": 1, "timeWindow": 1}])
def test_something_else_than_pxweb_is_recognised(server: OfficialServer, time: VirtualTime, said: object) -> None:
    source = connected(server, time)
    offered = source.list_offered()[0]
    server.instead.append((200, {}, json.dumps(said).encode()))
    with pytest.raises(UnreachableError, match="not a PxWeb v2 interface"):
        list(source.fetch(offered))


@pytest.mark.parametrize(
    "address", ["http://statistik.example/api", "ftp://x.example", "https://user:secret@x.example/api", "nowhere"]
)
def test_only_encrypted_addresses_without_a_login(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        PxWebTransport(address=address, table="TAB1", selection={"Region": ("00",)})


@pytest.mark.parametrize("code", ["{commune}", "a..z", "1..", "{county}x"])
def test_a_code_that_looks_like_a_placeholder_is_one(code: str) -> None:
    with pytest.raises(ValueError, match="is no (placeholder|range)"):
        PxWebTransport(table="TAB1", selection={"Region": (code,)})


def test_it_is_asked_by_the_flow_reference() -> None:
    assert PxWebTransport.feed == "reference"
