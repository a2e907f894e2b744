"""Deliveries from a web server: listed, served, gone on with, and no other place ever asked."""

import random
from typing import Any

import pytest
from servers import LOOPBACK, PASSWORD, USER, CutLine, WebServer, basic, free_port

from regions.errors import HemvardError, UnreachableError, UsageError
from regions.month import Month
from regions.transport import HttpsTransport
from tasks.sources.https import HttpsSource
from tasks.sources.offered import Offered, StartAnew

CONTENT = random.Random(9).randbytes(3_000_000)
NAME = "besök 202401_1.txt"
OFFERED = Offered(Month(2024, 1), 1, NAME)


def source(port: int, index: str = "html", **changes: Any) -> HttpsSource:
    given = {
        "kind": "https",
        "url": f"http://{LOOPBACK}:{port}/files/" + ("index.json" if index == "json" else ""),
        "index": index,
        "file_name": "besök {month}_{version}.txt",
        "timeout_seconds": 10,
    }
    return HttpsSource(HttpsTransport.model_validate({**given, **changes}))


@pytest.mark.parametrize("index", ["html", "json"])
def test_what_is_listed_and_what_is_strange(web: WebServer, index: str) -> None:
    for name in (NAME, "besök 202312_2.txt", "annat.txt", ".besök 202402_1.txt"):
        (web.folder / name).write_bytes(name.encode())
    own = source(web.port, index)
    offered = own.list_offered()
    assert [(str(entry.month), entry.version, entry.name) for entry in offered] == [
        ("2023-12", 2, "besök 202312_2.txt"),
        ("2024-01", 1, NAME),
    ]
    assert len({entry.stamp for entry in offered}) == 2
    assert all(entry.stamp for entry in offered)
    assert own.strange() == 1
    assert not any(method == "GET" and "besk" in path for method, path, _ in web.asked), "nothing is fetched"


def test_names_alone_are_an_index_too(web: WebServer) -> None:
    web.answers["/files/index.json"] = f'["{NAME}"]'.encode()
    (web.folder / NAME).write_bytes(b"x")
    assert [entry.name for entry in source(web.port, "json").list_offered()] == [NAME]


def test_a_link_that_leads_elsewhere_is_never_followed(web: WebServer) -> None:
    (web.folder / "a_202401.txt").write_bytes(b"x")
    elsewhere = ("http://example.invalid/files/a_202402.txt", "../a_202403.txt", "sub/a_202404.txt", "//x/a_202405.txt")
    links = (*elsewhere, "a_202406.txt?C=N;O=D", "mailto:a@b", "", "#top", "a_202401.txt", "/files/a_202401.txt#x")
    web.answers["/files/"] = "".join(f"<A HREF='{link}'>a_202407.txt</A>" for link in links).encode()
    own = source(web.port, file_name="a_{month}.txt")
    assert [entry.name for entry in own.list_offered()] == ["a_202401.txt"]
    assert own.strange() == 0


def test_a_line_that_is_cut_is_gone_on_with(web: WebServer) -> None:
    (web.folder / NAME).write_bytes(CONTENT)
    with CutLine(web.address) as line:
        line.cut_after(1_500_000)
        assert b"".join(source(line.port).fetch(OFFERED)) == CONTENT
        assert line.cuts == 1
    (first, second) = [wanted for method, _, wanted in web.asked if method == "GET"]
    assert first == ""
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= 1_500_000


def test_a_server_without_ranges_sends_all_again_and_no_byte_comes_twice(web: WebServer) -> None:
    web.ranges = False
    (web.folder / NAME).write_bytes(CONTENT)
    with CutLine(web.address) as line:
        line.cut_after(1_500_000)
        assert b"".join(source(line.port).fetch(OFFERED)) == CONTENT
        assert line.cuts == 1


@pytest.mark.parametrize("tags", [True, False])
def test_a_file_that_is_replaced_meanwhile_starts_anew(web: WebServer, tags: bool) -> None:
    """Without an ETag nobody can tell whether it has been."""
    web.tags = tags
    (web.folder / NAME).write_bytes(CONTENT)
    with CutLine(web.address) as line:
        line.cut_after(1_500_000)
        pieces = source(line.port).fetch(OFFERED)
        next(pieces)
        (web.folder / NAME).write_bytes(CONTENT[::-1])
        with pytest.raises(StartAnew):
            list(pieces)
        assert b"".join(source(line.port).fetch(OFFERED)) == CONTENT[::-1]


def test_a_server_that_is_busy_is_asked_again(web: WebServer) -> None:
    (web.folder / NAME).write_bytes(b"x")
    web.failing = 2
    assert len(source(web.port).list_offered()) == 1
    web.failing = 2
    assert b"".join(source(web.port).fetch(OFFERED)) == b"x"
    web.failing = 3
    refused(source(web.port), UnreachableError, "can't be reached")


@pytest.mark.parametrize(
    ("needs", "login"),
    [
        ({"Authorization": "Bearer hemligt"}, {"token": {"env": "WEB_SECRET"}}),
        ({"X-Api-Key": "hemligt"}, {"header": "X-Api-Key", "header_value": {"env": "WEB_SECRET"}}),
        ({"Authorization": basic(USER, PASSWORD)}, {"user": USER, "password": {"env": "WEB_PASSWORD"}}),
    ],
)
def test_each_kind_of_login(
    web: WebServer, needs: dict[str, str], login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (web.folder / NAME).write_bytes(b"content")
    web.needs = needs
    refused(source(web.port), UsageError, r"refuses, or has no such file \(answer 401\)")
    monkeypatch.setenv("WEB_SECRET", "hemligt")
    monkeypatch.setenv("WEB_PASSWORD", PASSWORD)
    own = source(web.port, **login)
    assert len(own.list_offered()) == 1
    assert b"".join(own.fetch(OFFERED)) == b"content"
    monkeypatch.delenv("WEB_SECRET")
    monkeypatch.delenv("WEB_PASSWORD")
    with pytest.raises(UsageError, match=r"WEB_(SECRET|PASSWORD) is not set"):
        source(web.port, **login).list_offered()


def test_what_is_offered_and_what_is_strange_are_of_one_listing(web: WebServer) -> None:
    (web.folder / NAME).write_bytes(b"content")
    (web.folder / "annat.txt").write_bytes(b"")
    own = source(web.port)
    assert (len(own.list_offered()), own.strange()) == (1, 1)
    assert sum(path == "/files/" for _, path, _ in web.asked) == 1


def refused(own: HttpsSource, kind: type[HemvardError], told: str) -> None:
    with pytest.raises(kind, match=told) as caught:
        own.list_offered()
    assert caught.value.where.startswith("http://")
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None, "no text of a library is told"


def test_a_secret_that_no_header_can_hold_is_not_told(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_SECRET", f"{PASSWORD}\nå")
    refused(source(web.port, token={"env": "WEB_SECRET"}), UsageError, "can't be sent")


@pytest.mark.parametrize(
    ("index", "answer"),
    [("json", b"<html>"), ("json", b'{"name": "x"}'), ("json", b"[1]"), ("json", b'["../x"]'), ("html", b"\xff\xfe")],
)
def test_an_index_that_is_none(web: WebServer, index: str, answer: bytes) -> None:
    web.answers |= {"/files/": answer, "/files/index.json": answer}
    refused(source(web.port, index), UsageError, f"gives no {index} index")


def test_an_index_that_is_not_there(web: WebServer) -> None:
    own = source(web.port, url=f"http://{LOOPBACK}:{web.port}/annat/")
    refused(own, UsageError, r"answer 404")


def test_nobody_listens() -> None:
    refused(source(free_port()), UnreachableError, "can't be reached")
