"""Landing what lies on another system: whole, once, and nothing lost where the line breaks."""

from pathlib import Path

import pytest
from memory_lake import Bench
from servers import LOOPBACK, CutLine, WebServer, free_port
from small_region import ALPHA, BETA, visit

from regions.errors import DataError, UnreachableError, UsageError
from regions.transport import FolderTransport, HttpsTransport, Secret
from tasks.land import look, offered_months
from warehouse.ledger import read_ledger

LARGE = b"x" * 3_000_000


@pytest.fixture
def bench(own_home: Path) -> Bench:
    return Bench(own_home)


def served(bench: Bench, port: int, source: str = BETA, **changes: object) -> None:
    """The source's deliveries come from a web server."""
    given = {"kind": "https", "url": f"http://{LOOPBACK}:{port}/files/", "index": "html", "file_name": "b_{month}.csv"}
    bench.with_source(source, transport=HttpsTransport.model_validate({**given, **changes}))


def fetched(web: WebServer) -> int:
    return sum(method == "GET" and path != "/files/" for method, path, _ in web.asked)


def landed(bench: Bench) -> list[tuple[str, str, int]]:
    return bench.rows("SELECT source_id, file_name, bytes FROM lake.ledger.landings ORDER BY landing_seq")


def test_what_was_cut_and_cannot_be_gone_on_with_lands_from_the_beginning(bench: Bench, web: WebServer) -> None:
    web.tags = False
    (web.folder / "b_202401.csv").write_bytes(LARGE)
    with CutLine(web.address) as line:
        served(bench, line.port)
        line.cut_after(1_500_000)
        (landing,) = bench.land().new
        assert line.cuts == 1
    (file,) = (file for file in bench.home.landing.rglob("*") if file.is_file())
    assert file == bench.home.landing / landing.file
    assert bench.run.keys.decrypt(file.read_bytes()) == LARGE


def test_what_stays_cut_is_a_system_away_and_what_came_before_has_landed(bench: Bench, web: WebServer) -> None:
    web.tags = False
    (web.folder / "b_202401.csv").write_bytes(b"small")
    (web.folder / "b_202402.csv").write_bytes(LARGE)
    bench.inbox.put(ALPHA, "2024-01", [visit(ALPHA, "2024-01")])
    with CutLine(web.address) as line:
        served(bench, line.port, attempts=1)
        bench.with_source(BETA, required=True)
        line.cut_after(1_500_000)
        with pytest.raises(UnreachableError, match="connection was cut off"):
            bench.land()
        assert [row[:2] for row in landed(bench)] == [(ALPHA, "alpha_202401_1.txt"), (BETA, "b_202401.csv")]
        assert not list(bench.home.landing.rglob("*.part"))
        assert [entry.file_name for entry in bench.land().new] == ["b_202402.csv"]


def test_what_has_not_changed_is_not_fetched_again(bench: Bench, web: WebServer) -> None:
    served(bench, web.port)
    (web.folder / "b_202401.csv").write_bytes(b"first")
    assert len(bench.land().new) == fetched(web) == 1
    assert bench.land().new == ()
    assert fetched(web) == 1
    (web.folder / "b_202401.csv").write_bytes(b"other")
    assert len(bench.land().new) == 1
    assert fetched(web) == 2


def test_a_plan_lists_and_fetches_nothing(bench: Bench, web: WebServer) -> None:
    served(bench, web.port)
    (web.folder / "b_202401.csv").write_bytes(b"first")
    bench.land()
    before = fetched(web)
    (web.folder / "b_202402.csv").write_bytes(b"second")
    seen = look(bench.folder, bench.home, read_ledger(bench.run.connection))
    assert [(entry.file_name, entry.landing_seq) for entry in seen.new] == [("b_202402.csv", 2)]
    assert [str(month) for month in offered_months(bench.folder, bench.home)] == ["2024-01", "2024-02"]
    web.tags = False
    seen = look(bench.folder, bench.home, read_ledger(bench.run.connection))
    assert (len(seen.new), seen.unsure) == (1, 1)
    assert fetched(web) == before


def test_a_plan_says_who_could_not_be_asked(bench: Bench) -> None:
    served(bench, free_port(), attempts=1)
    seen = look(bench.folder, bench.home, read_ledger(bench.run.connection))
    assert list(seen.away) == [BETA]
    assert offered_months(bench.folder, bench.home) == []
    bench.with_source(BETA, required=True)
    with pytest.raises(UnreachableError):
        offered_months(bench.folder, bench.home)


def test_every_source_is_asked_before_an_error_is_told(bench: Bench, web: WebServer) -> None:
    served(bench, web.port, ALPHA, token=Secret(env="NOT_SET_ANYWHERE"))
    bench.inbox.put(BETA, "2024-01", [visit(BETA, "2024-01")])
    with pytest.raises(UsageError, match="NOT_SET_ANYWHERE is not set"):
        bench.land()
    assert [source for source, _, _ in landed(bench)] == [BETA]
    bench.with_source(BETA, transport=FolderTransport(file_name="{month}.csv", max_mib=1))
    bench.inbox.inbox.joinpath(BETA, "202402.csv").write_bytes(LARGE)
    with pytest.raises(DataError, match="larger than 1 MiB") as caught:
        bench.land()
    assert "NOT_SET_ANYWHERE is not set" in caught.value.what
