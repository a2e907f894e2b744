"""The page in a real browser, wide and narrow."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from page_reader import written
from playwright.sync_api import Browser, Page, sync_playwright
from published_money import money
from published_sample import NAMES, NOTICE, months, sample

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDE, NARROW, ZOOMED = 1280, 360, 640
"""Widths in CSS pixels; 640 is what 1280 has at 200 % zoom."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("browser")
    made = sample(months(date(2011, 2, 1), 23) + months(date(2024, 1, 1), 8))
    made.tables.update(money(NAMES))
    for row in made["quality.deliveries"][:9]:
        row.update(status="missing", delivery="-", version=None)
    written(made, folder)
    return (folder / "page" / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("chromium is not on the PATH; `make test` installs it (Debian's package chromium)", pytrace=False)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(Path(found)), args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def shown(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


@pytest.mark.parametrize("width", [WIDE, NARROW, ZOOMED])
def test_nothing_fails_and_nothing_is_fetched(browser, address, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    context.close()
    assert complaints == []
    assert [url for url in requests if url not in (address, "data:,")] == []


@pytest.mark.parametrize("width", [WIDE, NARROW, ZOOMED])
@pytest.mark.parametrize("unfolded", [False, True])
def test_the_page_never_scrolls_sideways(shown, width, unfolded):
    shown.set_viewport_size({"width": width, "height": 900})
    if unfolded:
        shown.evaluate("document.querySelectorAll('details').forEach(entry => entry.open = true)")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_notice_is_the_first_thing_seen(shown, width):
    shown.set_viewport_size({"width": width, "height": 700})
    notice = shown.get_by_role("note")
    assert NOTICE in notice.inner_text()
    box = notice.bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["width"] == width
    assert shown.locator("h1").bounding_box()["y"] >= box["height"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize(("unfolded", "count"), [(False, 2), (True, 2 + 4)])
def test_each_chart_is_shown_once_and_within_the_page(shown, width, unfolded, count):
    shown.set_viewport_size({"width": width, "height": 900})
    if unfolded:
        shown.evaluate("document.querySelectorAll('details').forEach(entry => entry.open = true)")
    charts = [entry for entry in shown.locator("svg").all() if entry.is_visible()]
    assert len(charts) == count
    for chart in charts:
        for text in chart.locator("text").all():
            box = text.bounding_box()
            assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width)


def test_the_keyboard_reaches_the_content_and_the_tables(shown):
    shown.keyboard.press("Tab")
    skip = shown.locator(":focus")
    assert skip.inner_text() == "Till innehållet"
    assert skip.bounding_box()["x"] >= 0
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "innehall"
    frame = shown.locator(".scroll").nth(1)
    frame.focus()
    assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") in ("solid", "auto")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_dictionary_is_searched_by_keyboard_and_shows_what_fits(shown, width):
    complaints = []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.set_viewport_size({"width": width, "height": 900})
    shown.get_by_role("link", name="Databasens ordlista").click()
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    every = shown.locator("tbody tr:visible").count()
    shown.get_by_label("Sök i tabeller").press_sequentially("visits_month patients")
    assert shown.locator("tbody tr:visible").count() == 1
    assert shown.get_by_role("status").text_content() == "1 kolumn"
    assert shown.locator("section:visible").count() == 1
    shown.get_by_label("Sök i tabeller").press_sequentially(" zzz")
    assert shown.get_by_role("status").text_content() == "0 kolumner"
    shown.get_by_label("Sök i tabeller").fill("")
    assert shown.locator("tbody tr:visible").count() == every
    assert complaints == []
