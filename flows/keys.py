"""`hemvard rotate-key`: another key of pseudonyms, under the region's lock. The figures stay what they are."""

from pathlib import Path

from regions.errors import UsageError
from regions.folder import load_region
from tasks.rotate import rotate
from tasks.run import Run
from warehouse.home import RegionHome, find_home
from warehouse.keys import PSEUDONYM_KEY, find_keys, keys_in_force, new_pseudonym_key
from warehouse.lake import open_lake
from warehouse.lock import region_lock


def rotate_key(region: str, home: Path | None) -> str:
    """Put the key in HEMVARD_NEW_PSEUDONYM_KEY in force; in words, what to do next."""
    folder = load_region(region)
    place = RegionHome(find_home(home) / folder.region.id)
    new_key = new_pseudonym_key()
    if not place.catalogue.exists():
        raise UsageError(
            f"{folder.region.name} has no data: there is nothing to carry over to another key.",
            where=str(place.root),
            todo=f"Set {PSEUDONYM_KEY} to the key that you want, and run the region.",
        )
    with region_lock(place, wait=False):
        keys = find_keys(place, synthetic=folder.is_synthetic)
        connection = open_lake(place)
        try:
            run = Run(folder, place, keys_in_force(connection, place, keys), connection, lambda _message: None)
            count = rotate(run, new_key)
        finally:
            connection.close()
    return (
        f"{folder.region.name}: {count} pseudonyms carried over; the new key is in force.\n"
        f"Set {PSEUDONYM_KEY} to the new key wherever runs are started, and back up {place.restricted}/keys."
    )
