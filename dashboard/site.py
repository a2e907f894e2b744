"""The site of a release: static pages in Swedish that need no server and no network, made from the published database.

`pages/` has a module for each page: what it shows. `templates/` has how it looks and its words. What a reader may
choose lies beside the pages in `data/`, as pieces of page made by the same templates; `assets/` has style and scripts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dashboard.charts import Chart, drawn, library, packed, postponed, undrawn
from dashboard.choices import Block
from dashboard.dictionary import as_csv
from dashboard.environment import STATIC, environment
from dashboard.map_chart import Shape
from dashboard.page import Page
from dashboard.pages import (
    about,
    boundaries,
    data_quality,
    dictionary,
    economy,
    gap,
    municipality,
    quality,
    staffing,
    start,
    volumes,
)
from dashboard.published import published
from dashboard.reading import CountyPart, Reading, Region

Drawing = Callable[[Chart | None], Markup]
"""How a template puts a chart in a page."""
_MODULES = (start, volumes, boundaries, economy, quality, gap, staffing, data_quality, about, dictionary)


def put_drawn(chart: Chart | None) -> Markup:
    """A chart as it is to be seen; nothing of none."""
    return drawn(chart) if chart else Markup()


def put_undrawn(chart: Chart | None) -> Markup:
    """A chart as a text that the browser draws; nothing of none."""
    return undrawn(chart) if chart else Markup()


def render(
    database: Path,
    target: Path,
    municipalities: Mapping[str, str],
    boundaries: Sequence[str] = (),
    county_parts: Sequence[CountyPart] = (),
    shapes: Mapping[str, Shape] | None = None,
) -> None:
    """Write a published database's pages in the folder `target`, which is made if need be; `index.html` is the first.

    `municipalities` gives the name behind each code of the region's tables; a code without a name shows as itself.
    `boundaries` are the ids of the boundaries in the order of the pages: the first is the one that the others are
    compared with. `shapes` are the municipalities' borders by code; without them there is no map. Nothing but the
    file's published tables is read, and it is opened read-only.
    """
    region = Region(municipalities, boundaries, county_parts, shapes or {})
    with published(database) as source:
        files = dict(written(Reading(source, region)))
    for name, text in files.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")


def written(reading: Reading) -> Iterator[tuple[str, str]]:
    """The name and the text of every file of the site."""
    listed = pages(reading)
    for page in listed:
        common = _common(page, listed, reading)
        yield page.file, _page(page, common)
        if page.may_choose:
            yield page.data, _data(page, common)
    yield "dictionary.csv", as_csv(reading.dictionary)
    for file in sorted(STATIC.iterdir()):
        yield f"assets/{file.name}", file.read_text(encoding="utf-8")
    yield "assets/vega.js", library()


def pages(reading: Reading) -> tuple[Page, ...]:
    """Every page of the site, in the order of the menu; those that the menu leads to by a list come last."""
    return (*(module.page(reading) for module in _MODULES), *municipality.pages(reading))


def page_text(page: Page, listed: Sequence[Page], reading: Reading, draw: Drawing = put_drawn) -> str:
    """A page of those listed as HTML, its parts as they are when it opens, its charts as `draw` makes them."""
    return _page(page, _common(page, listed, reading), draw)


def _page(page: Page, common: Mapping[str, Any], draw: Drawing = put_drawn) -> str:
    block = partial(_block, page, common, draw)
    return environment().get_template(page.template).render(**common, draw=draw, block=block)


def _common(page: Page, listed: Sequence[Page], reading: Reading) -> dict[str, Any]:
    """What every template may use."""
    release = reading.release
    return {
        **page.shown,
        "page": page,
        "menu": [entry for entry in listed if entry.name],
        "places": reading.places,
        "release": release,
        "region": release.region_name if release else "regionen",
        "synthetic": release is None or release.data != "real",
        "min_persons": release.min_persons if release else None,
        "counted": reading.months.counted,
        "names": reading.names,
        "later": postponed,
    }


def _block(page: Page, common: Mapping[str, Any], draw: Drawing, name: str) -> Markup:
    """A part of a page that follows the choices, and an empty place for the one that it may be compared with."""
    block = page.blocks[name]
    frame = Markup('<div class="block" data-block="{}" data-by="{}">\n{}\n</div>\n')
    text = frame.format(name, block.names, _view(block, block.first, common, draw))
    return text + frame.format(name, block.names_also, "") if block.also else text


def _view(block: Block, shown: Any, common: Mapping[str, Any], draw: Drawing) -> Markup:
    text = environment().get_template(block.template).render(**common, view=shown, draw=draw)
    return Markup(text)  # noqa: S704 – a template's own text: everything in it has been escaped


def _data(page: Page, common: Mapping[str, Any]) -> str:
    """The script that holds every view of a page's parts, by part and chosen values; packed."""
    views = {
        name: {key: _view(block, shown, common, put_undrawn) for key, shown in block.views()}
        for name, block in page.blocks.items()
    }
    return f'hemvard.views("{packed(views)}");\n'
