"""A year of Norrbotten, made once for each worker."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from regions.folder import RegionFolder, load_region
from regions.month import Month
from synthetic.deliveries import Manifest, make_deliveries


@dataclass(frozen=True)
class MadeYear:
    folder: RegionFolder
    inbox: Path
    manifest: Manifest
    seconds: float


@pytest.fixture(scope="session")
def norrbotten_2011(tmp_path_factory: pytest.TempPathFactory) -> MadeYear:
    import time

    folder, inbox = load_region("norrbotten"), tmp_path_factory.mktemp("norrbotten_2011")
    begun = time.perf_counter()
    manifest = make_deliveries(folder, inbox, first=Month(2011, 1), last=Month(2011, 12))
    return MadeYear(folder, inbox, manifest, time.perf_counter() - begun)


@pytest.fixture(scope="session")
def example_region() -> RegionFolder:
    return load_region(str(Path(__file__).parents[2] / "regions" / "_template"))
