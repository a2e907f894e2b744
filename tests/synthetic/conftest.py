"""Deliveries of Norrbotten and Örebro, made once for each worker."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from regions.folder import RegionFolder, load_region
from regions.month import Month
from synthetic.care import CareYear
from synthetic.deliveries import Manifest, make_deliveries
from synthetic.visits import make_world, year_of_visits


@dataclass(frozen=True)
class MadeYear:
    folder: RegionFolder
    inbox: Path
    manifest: Manifest


@pytest.fixture(scope="session")
def norrbotten_2011(tmp_path_factory: pytest.TempPathFactory) -> MadeYear:
    return _made("norrbotten", tmp_path_factory, Month(2011, 1), Month(2011, 12))


@pytest.fixture(scope="session")
def norrbotten_2024(tmp_path_factory: pytest.TempPathFactory) -> MadeYear:
    """The months around the change of system."""
    return _made("norrbotten", tmp_path_factory, Month(2024, 4), Month(2024, 6))


@pytest.fixture(scope="session")
def norrbotten_2013(tmp_path_factory: pytest.TempPathFactory) -> MadeYear:
    """The months around the takeover."""
    return _made("norrbotten", tmp_path_factory, Month(2013, 1), Month(2013, 2))


@pytest.fixture(scope="session")
def orebro_2025() -> CareYear:
    return _care_year("orebro", 2025)


@pytest.fixture(scope="session")
def norrbotten_care() -> CareYear:
    return _care_year("norrbotten", 2012)


def _care_year(region: str, year: int) -> CareYear:
    folder = load_region(region)
    world = make_world(folder, folder.region.periods[0], None, 2011)
    return CareYear(world, year, year_of_visits(world, year))


def _made(region: str, factory: pytest.TempPathFactory, first: Month, last: Month) -> MadeYear:
    folder, inbox = load_region(region), factory.mktemp(f"{region}_{first.compact}")
    return MadeYear(folder, inbox, make_deliveries(folder, inbox, first=first, last=last))


@pytest.fixture(scope="session")
def example_region() -> RegionFolder:
    return load_region(str(Path(__file__).parents[2] / "regions" / "_template"))
