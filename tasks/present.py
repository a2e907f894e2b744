"""present: the pages of a built release; then it is put in force, by one rename of a link."""

from pathlib import Path

from dashboard.reading import CountyPart
from dashboard.site import render
from regions.scenarios import resolved
from tasks.run import Run
from tasks.shapes import municipality_shapes
from warehouse.releases import DATABASE, finish, put_in_force


def present(run: Run, building: Path) -> Path:
    """Render the pages into the built folder, name it, and put it in force; the release's folder."""
    region = run.folder.region
    render(
        building / DATABASE,
        building / "dashboard",
        municipality_names(run),
        [boundary.id for boundary in resolved(run.folder.scenarios)],
        [CountyPart(part.id, part.name, part.municipalities) for part in region.county_parts],
        municipality_shapes(region.municipalities),
    )
    made = finish(run.home, building)
    put_in_force(run.home, made)
    return made


def municipality_names(run: Run) -> dict[str, str]:
    """The names behind the codes that a region's tables hold."""
    codes = (*run.folder.region.municipalities, "9998", "9999")
    return {code: run.folder.national.name(code) for code in codes}
