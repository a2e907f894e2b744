"""The site in a real browser: every page, wide and narrow, by keyboard, with what a reader may choose and download."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest
from boundary_sample import with_municipalities
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from published_money import money
from published_sample import NAMES, NOTICE, Sample, months, sample

from dashboard.map_chart import Shape
from dashboard.reading import CountyPart
from dashboard.site import render

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDE, NARROW, ZOOMED = 1280, 360, 640
"""Widths in CSS pixels; 640 is what 1280 has at 200 % zoom."""
PAGES = (
    *("index", "volymer", "gransdragningar", "ekonomi", "kvalitet", "gap", "bemanning", "datakvalitet"),
    *("om", "dictionary", "kommun-2580"),
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PART = CountyPart("kust", "Kusten", ("2514", "2580", "2581", "2583"))


def square(at: int) -> Shape:
    """The borders of a made-up municipality."""
    west, south = 16 + at % 4, 65 + at // 4
    corners = [[west, south], [west, south + 0.9], [west + 0.9, south + 0.9], [west + 0.9, south], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def release() -> Sample:
    """A release with a hole in its months, deliveries that have not come, areas, gaps and posts."""
    made = sample(months(date(2011, 2, 1), 23) + months(date(2024, 1, 1), 8))
    made.tables.update(money(NAMES))
    with_municipalities(made, NAMES)
    made.tables["meta.dictionary"] = [
        row for row in made["meta.dictionary"] if str(row["table_name"]).startswith("volumes.visits")
    ]
    for row in made["quality.deliveries"][:9]:
        row.update(status="missing", delivery="-", version=None)
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    shapes = {code: square(at) for at, code in enumerate(NAMES) if not code.startswith("99")}
    database = release().write(folder / "hemvard.duckdb")
    render(database, folder / "site", NAMES, ("base", "with_children", "without_night"), (PART,), shapes)
    return folder / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("chromium is not on the PATH; `make test` installs it (Debian's package chromium)", pytrace=False)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(Path(found)), args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass
class Reader:
    """A browser's page on the site, and all that it asked for and complained of."""

    page: Page
    site: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, name: str, width: int = WIDE) -> Page:
        """A page of the site, afresh."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto("about:blank")
        file, _, chosen = name.partition("#")
        self.page.goto((self.site / f"{file}.html").as_uri() + (f"#{chosen}" if chosen else ""))
        self.settled()
        return self.page

    def settled(self) -> None:
        """Wait until every chart that is to be seen has been drawn."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_function(
            "![...document.querySelectorAll('.undrawn')].some(one => !one.closest('details:not([open])'))"
            " && !document.querySelector('[aria-busy]')"
        )

    def wide(self) -> int:
        """How wide the page is."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth")
        return found


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": WIDE, "height": 900}, accept_downloads=True)
    yield made
    made.close()


@pytest.fixture
def reader(context: BrowserContext, site: Path) -> Iterator[Reader]:
    made = Reader(context.new_page(), site)
    made.page.on("request", lambda request: made.requests.append(request.url))
    made.page.on("console", lambda message: made.complaints.append(message.text))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    made.page.close()
    assert made.complaints == []
    assert [url for url in made.requests if not url.startswith((site.as_uri(), "data:", "blob:", "about:"))] == []


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds wrong, folded parts unfolded."""
    page.evaluate(axe)
    found = page.evaluate(
        "rules => axe.run(document, { preload: false, runOnly: rules })"
        ".then(told => told.violations.map(one => one.id + ': ' + one.nodes[0].html))",
        RULES,
    )
    return list(found)


def unfold(reader: Reader) -> None:
    reader.page.evaluate("document.querySelectorAll('details').forEach(entry => entry.open = true)")
    reader.settled()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_wide_narrow_and_zoomed(reader, axe, name):
    page = reader.open(name)
    for width in (WIDE, ZOOMED, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        assert reader.wide() <= width
        notice = page.get_by_role("note")
        assert NOTICE in notice.inner_text()
        assert notice.bounding_box()["y"] == 0
    unfold(reader)
    assert reader.wide() <= NARROW
    page.set_viewport_size({"width": WIDE, "height": 900})
    assert reader.wide() <= WIDE
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_each_chart_is_shown_once_and_within_the_page(reader, width):
    for name, count in (("volymer", 2), ("gransdragningar", 2), ("ekonomi", 1)):
        page = reader.open(name, width)
        charts = [entry for entry in page.locator("svg.chart").all() if entry.is_visible()]
        assert len(charts) == count
        for chart in charts:
            box = chart.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_the_keyboard_reaches_content_menu_choices_sorting_and_downloads(reader):
    page = reader.open("gransdragningar")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Till innehållet"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Start"
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "val-fran"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") in ("solid", "auto")
    first = page.locator("#tabell-par-besok tbody th").first
    before = first.inner_text()
    page.locator("#tabell-par-besok .sorter").first.focus()
    page.keyboard.press("Enter")
    assert first.inner_text() == "Arjeplog" != before
    assert page.locator("#tabell-par-besok thead th").first.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert page.locator("#tabell-par-besok thead th").first.get_attribute("aria-sort") == "descending"


def test_a_choice_stands_in_the_address_and_the_back_button_leads_back(reader):
    page = reader.open("gransdragningar")
    opening = page.locator(".block").all_inner_texts()
    page.get_by_label("jämförd med").select_option("without_night")
    page.wait_for_url("**#till=without_night")
    reader.settled()
    chosen = page.locator(".block").all_inner_texts()
    assert "”Grunden utan nätter” räknar 6\u202f500 besök färre" in " ".join(chosen)
    assert page.get_by_role("status").text_content().startswith("Sidan visar: Grunden, Grunden utan nätter")
    page.go_back()
    page.wait_for_function("document.getElementById('val-till').value === 'with_children'")
    reader.settled()
    assert page.locator(".block").all_inner_texts() == opening
    shared = reader.open("gransdragningar#till=without_night")
    assert shared.locator(".block").all_inner_texts() == chosen


def test_a_drawn_choice_is_the_same_chart_as_the_one_in_the_page(reader):
    page = reader.open("gransdragningar")
    texts = "[...document.querySelectorAll('svg.wide text')].map(one => one.textContent)"
    labels = "[...document.querySelectorAll('svg.chart')].map(one => one.getAttribute('aria-label'))"
    drawn, told = page.evaluate(texts), page.evaluate(labels)
    page.get_by_label("jämförd med").select_option("without_night")
    page.wait_for_url("**#till=without_night")
    reader.settled()
    assert page.evaluate(texts) != drawn
    page.get_by_label("jämförd med").select_option("with_children")
    page.wait_for_url("**#fran=base")
    reader.settled()
    assert page.evaluate(texts) == drawn
    assert page.evaluate(labels) == told


def test_an_address_with_what_no_list_has_shows_the_first_view(reader):
    page = reader.open("gransdragningar#till=<script>alert(1)</script>&fran=nothing")
    assert page.get_by_label("jämförd med").input_value() == "with_children"
    assert "”Grunden och barn 0–18 år”" in page.locator("main").inner_text()


def test_area_period_and_comparison_are_chosen_together_and_links_within_a_page_keep_them(reader, axe):
    page = reader.open("volymer#omrade=kust&ar=2012&jamfor=2584", NARROW)
    titles = page.locator("figure h3").all_inner_texts()
    assert titles[0].startswith("Kusten: besöken i hemmet")
    assert titles[1].startswith("Kiruna: besöken i hemmet")
    assert page.locator("#tabell-manader-kusten tbody tr").count() == 12
    assert reader.wide() <= NARROW
    assert violations(page, axe) == []
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.locator("figure h3").all_inner_texts() == titles


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ekonomi#ar=2014", "Vinst och förlust per kommun 2014"),
        ("kvalitet#omrade=2580", "Alla indikatorer, Luleå, senaste perioden"),
        ("gap#omrade=2580", "I Luleå fick 9 personer"),
        ("bemanning#omrade=2580", "i Luleå: 7,5 enligt personalsystemen"),
    ],
)
def test_the_other_pages_follow_the_address_too(reader, name, told):
    assert told in reader.open(name).locator("main").inner_text()


def test_a_chart_is_downloaded_as_picture_drawing_and_table_with_its_notice(reader, tmp_path):
    page = reader.open("ekonomi")
    for form in ("PNG", "SVG", "CSV"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Hämta {form}").first.click()
        waiting.value.save_as(tmp_path / waiting.value.suggested_filename)
    assert (tmp_path / "tabell-utfall.png").read_bytes().startswith(b"\x89PNG")
    drawing = (tmp_path / "tabell-utfall.svg").read_text(encoding="utf-8")
    assert NOTICE in drawing
    assert "kommuner vinner" in drawing
    with (tmp_path / "tabell-utfall.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0][:2] == ["Kommun", "Nettokostnad"]
    assert rows[1][4] == page.locator("#tabell-utfall tbody tr").first.locator("td").nth(3).inner_text().replace(
        "−", "-"
    ).replace("+", "").replace("\u202f", "")
    assert NOTICE in rows[-1][0]


@pytest.mark.parametrize("code", ["2580", "2506"])
def test_a_municipality_s_page_is_printed_on_exactly_one_sheet(reader, code):
    page = reader.open(f"kommun-{code}")
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    assert NAMES[code] in text
    assert "Indikatorer" in text


def test_the_first_page_leads_to_every_other(reader):
    page = reader.open("index")
    menu = page.get_by_role("navigation", name="Sidor")
    names = menu.get_by_role("link").all_inner_texts()
    assert names[:4] == ["Start", "Volymer", "Gränsdragningar", "Ekonomi"]
    for name in names[1:]:
        menu.get_by_role("link", name=name, exact=True).click()
        assert page.locator("h1").is_visible()
        assert menu.locator("[aria-current=page]").inner_text() == name
    menu.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("link", name="Luleå", exact=True).click()
    assert page.locator("h1").inner_text() == "Luleå"


def test_without_script_every_page_says_what_it_opens_with(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "gransdragningar.html").as_uri())
    assert "”Grunden och barn 0–18 år” räknar 419 besök fler" in page.locator("main").inner_text()
    assert page.locator("svg.wide").first.is_visible()
    assert not page.locator("form.choices").is_visible()
    context.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_dictionary_is_searched_by_keyboard_and_shows_what_fits(reader, width):
    page = reader.open("dictionary", width)
    every = page.locator("tbody tr:visible").count()
    page.get_by_label("Sök i tabeller").press_sequentially("visits_month patients")
    assert page.locator("tbody tr:visible").count() == 1
    assert page.get_by_role("status").text_content() == "1 kolumn"
    assert page.locator("section:visible").count() == 1
    page.get_by_label("Sök i tabeller").press_sequentially(" zzz")
    assert page.get_by_role("status").text_content() == "0 kolumner"
    page.get_by_label("Sök i tabeller").fill("")
    assert page.locator("tbody tr:visible").count() == every
