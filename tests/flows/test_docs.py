"""Data Docs: every rule and whether it held, no value of any cell, and nothing from outside."""

import re
from pathlib import Path

import pytest
from conftest import Cli
from small_region import ALPHA, BETA, GAMMA, MONTHS, SMALL, Deliveries, person, plausible, region_home, run_plain, visit

from expectations.rules import result_rules, row_rules, series_rules
from flows.docs import build_docs

MONTH = MONTHS[0]
GOOD, MALFORMED = person(4321), "19450230-77773"
CANARIES = (GOOD, GOOD[2:], MALFORMED, "Kanariefågelsson", "kanarietext", "kanariecell", "c11")
FOREIGN = re.compile(r"(src|url|href)[\s=(\"']*(https?:)?//", re.IGNORECASE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of a month in which canaries count, and others are kept out."""
    made = tmp_path_factory.mktemp("docs") / "home"
    inbox = Deliveries(made)
    inbox.fill(20, months=(MONTH,), sources=(BETA, GAMMA))
    told = {"name": "Kanariefågelsson", "note": "kanarietext om en granne", "person_id": GOOD}
    rows = [visit(ALPHA, MONTH, number, record=f"c{number}", **told) for number in range(1, 9)]
    rows += [visit(ALPHA, MONTH, 11, record="c11", **told | {"person_id": MALFORMED})]
    rows += [visit(ALPHA, MONTH, 12, record="c12", **told) | {"vårdform": "kanariecell"}]
    inbox.put(ALPHA, MONTH, [*plausible(ALPHA, MONTH, 100), *rows])
    run_plain(made, light=True)
    return made


@pytest.fixture(scope="module")
def pages(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages."""
    return build_docs(str(SMALL), home, tmp_path_factory.mktemp("pages") / "docs").parent


def texts(pages: Path) -> dict[str, str]:
    """What each page says, by its path."""
    return {file.relative_to(pages).as_posix(): file.read_text(encoding="utf-8") for file in pages.rglob("*.html")}


def test_every_rule_stands_there_and_says_whether_it_held(pages: Path) -> None:
    told = {path.split("/")[1]: text for path, text in texts(pages).items() if path.startswith("validations/")}
    for suite, rules in (
        ("row_rules", row_rules()),
        ("series_rules", series_rules()),
        ("result_rules", result_rules()),
    ):
        text = told.pop(suite)
        assert all(f"{rule.id}. The fault that it looks for" in text for rule in rules)
        assert text.count("text-success") + text.count("text-danger") + text.count("text-warning") >= len(rules)
    assert told == {}


def test_the_first_page_leads_to_the_others_without_a_script(pages: Path) -> None:
    index = texts(pages)["index.html"]
    links = re.findall(r'<li><a href="([^"]+)">(\w+)</a>', index)
    assert [name for _, name in links] == ["result_rules", "row_rules", "series_rules"] * 2
    assert all((pages / link).is_file() for link, _ in links)


def test_no_value_of_a_cell_stands_in_any_file(pages: Path) -> None:
    files = [file for file in pages.rglob("*") if file.is_file()]
    assert len(files) > 7
    for file in files:
        held = file.read_bytes()
        assert [canary for canary in CANARIES if canary.encode() in held] == [], file


def test_the_pages_load_nothing_from_outside_and_run_nothing(pages: Path) -> None:
    for path, text in texts(pages).items():
        assert "<script" not in text, path
        assert not re.search(r"\son\w+=[\"']", text), path
        assert "default-src 'none'" in text, path
        loaded = re.sub(r"<a\b[^>]*>", "", text)
        assert not FOREIGN.search(loaded), path
    assert not any(FOREIGN.search(style.read_text(encoding="utf-8")) for style in pages.rglob("*.css"))


@pytest.mark.slow
def test_the_command_tells_where_they_are_and_writes_them_anew(home: Path, cli: Cli) -> None:
    expected = region_home(home).restricted / "data-docs" / "index.html"
    for _ in range(2):
        ended = cli("docs", SMALL, "--home", home)
        assert (ended.code, ended.out.strip()) == (0, str(expected))
    assert len(list((expected.parent / "validations").rglob("*.html"))) == 3
    assert expected.parent.stat().st_mode & 0o077 == 0


def test_without_a_release_there_is_nothing_to_document(own_home: Path, cli: Cli) -> None:
    ended = cli("docs", SMALL, "--home", own_home)
    assert ended.code == 1
    assert "Nothing has been published" in ended.err


def test_a_folder_with_something_else_in_it_is_left_alone(home: Path, tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ended = cli("docs", SMALL, "--home", home, "--to", tmp_path)
    assert ended.code == 2
    assert "something other than Data Docs" in ended.err
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
