"""VAS until a day, Cosmic from the next one – and VAS's history, as it was moved."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from regions.folder import load_region
from regions.month import Month
from synthetic.dirt import NONE, corrected_batch, fault, first_batch, late_batch
from synthetic.history import migrated
from synthetic.table import groups
from synthetic.visits import counts_on, make_world, year_of_visits

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LAST = date(2024, 5, 14)


def _rows(inbox: Path, source: str, month: str) -> Iterator[dict[str, str]]:
    encoding, separator = ("latin-1", "|") if source == "vas_visits" else ("utf-8", "\t")
    (path,) = (path for path in (inbox / source).iterdir() if month in path.name)
    with path.open(encoding=encoding, newline="") as handle:
        yield from csv.DictReader(handle, delimiter=separator)


def _vas_days(inbox: Path, month: str) -> Counter[date]:
    texts = [row["BESÖKSDATUM"] for row in _rows(inbox, "vas_visits", month) if row["MAKULERAD"] != "J"]
    return Counter(
        datetime.strptime(text, "%Y%m%d").date() for text in texts if text[:6] == f"2024{month[4:]}" and text[6:] < "32"
    )


def _cosmic_days(inbox: Path, month: str) -> Counter[date]:
    found: Counter[date] = Counter()
    for row in _rows(inbox, "cosmic_visits", month):
        if row["Händelse"] == "N" and not row["Start"].startswith("2024-02-31"):
            moment = datetime.strptime(row["Start"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            found[moment.astimezone(STOCKHOLM).date()] += 1
    return found


@pytest.mark.xdist_group("norrbotten_2024")
def test_every_day_of_may_has_visits_from_one_system(norrbotten_2024) -> None:
    vas, cosmic = _vas_days(norrbotten_2024.inbox, "202405"), _cosmic_days(norrbotten_2024.inbox, "202405")
    may = [date(2024, 5, 1) + timedelta(days=number) for number in range(31)]
    for day in may:
        if day.weekday() < 5:
            assert (vas[day] > 0) == (day <= LAST), day
            assert (cosmic[day] > 0) == (day > LAST - timedelta(days=3)), day
    assert max(vas) == LAST
    (file,) = (file for file in norrbotten_2024.manifest.files if file.name == "cosmic_vardkontakt_202405_1.tsv")
    in_both = Counter({day: count for day, count in cosmic.items() if LAST - timedelta(days=3) < day <= LAST})
    assert sum(in_both.values()) == file.dirt["double"] > 10  # VAS has them, too: only counts tells whose they are


@pytest.mark.xdist_group("norrbotten_2024")
def test_neither_system_delivers_in_the_other_s_months(norrbotten_2024) -> None:
    delivered = {(file.source_id, file.month) for file in norrbotten_2024.manifest.files}
    assert ("vas_visits", Month(2024, 5)) in delivered
    assert ("vas_visits", Month(2024, 6)) not in delivered
    assert ("cosmic_visits", Month(2024, 4)) not in delivered
    assert ("cosmic_visits", Month(2024, 5)) in delivered


@pytest.mark.xdist_group("norrbotten_2024")
def test_no_visit_is_lost_or_delivered_twice() -> None:
    folder = load_region("norrbotten")
    world = make_world(folder, folder.region.periods[1], None, 2011)
    visits = year_of_visits(world, 2024)
    ids = [source.id for source in folder.visit_sources]
    delivered = visits.take(~visits["municipal"])
    streams = [world.volumes.streams[name].times(world.volumes.factor(2024)) for name in world.volumes.streams]
    by_municipality = int(visits["municipal"].sum())
    assert len(visits) == sum(stream.visits for stream in streams)  # none without a source
    assert len(delivered) == len(visits) - by_municipality
    day = delivered["started"].astype("datetime64[D]")
    expected = np.where(day <= np.datetime64(LAST), ids.index("vas_visits"), ids.index("cosmic_visits"))
    assert (delivered["source"] == expected).all()


def test_no_later_batch_moves_a_visit_to_a_day_that_the_other_system_counts() -> None:
    folder = load_region("norrbotten")
    world = make_world(folder, folder.region.periods[1], 20_000, 2011)
    first = first_batch(world, year_of_visits(world, 2024))
    late = late_batch(world, first)
    for batch in (first, late, corrected_batch(world, first, late)):
        right = batch.take(batch["fault"] == NONE)
        near = np.abs(right["started"].astype("datetime64[D]") - np.datetime64(LAST)) < np.timedelta64(5, "D")
        assert near.any()
        assert counts_on(folder, right["source"], right["started"]).all()


def test_the_moved_history_has_one_hole_that_a_comparison_can_find() -> None:
    folder = load_region("norrbotten")
    world = make_world(folder, folder.region.periods[0], 40_000, 2011)
    (history,) = migrated(world, first_batch(world, year_of_visits(world, 2013)))
    lost = history["fault"] == fault("lost")
    shares = [lost[rows].mean() for _, rows in groups(history["serving"], history["file_month"]) if len(rows) > 100]
    assert len(shares) > 20
    assert sum(share > 0.08 for share in shares) == 1


@pytest.mark.xdist_group("norrbotten_2013")
def test_the_moved_history_is_vas_s_visits_under_other_ids_but_for_a_few(norrbotten_2013) -> None:
    inbox, manifest = norrbotten_2013.inbox, norrbotten_2013.manifest
    (file,) = (f for f in manifest.files if f.source_id == "cosmic_history" and f.month == Month(2013, 2))
    moved = list(_rows(inbox, "cosmic_history", "201302"))
    known = {row["BESÖKSID"]: row["PERSONNR"] for row in _rows(inbox, "vas_visits", "201302")}
    assert len(moved) == file.rows
    assert not {row["KontaktId"] for row in moved} & known.keys()
    unseen = {row["PatientId"] for row in moved} - set(known.values())
    assert len(unseen) < 0.01 * len(moved)  # those whose rows come in a later file
    vas = sum(f.counted.get(Month(2013, 2), 0) for f in manifest.files if f.source_id == "vas_visits")
    late = file.rows + file.lost - vas  # VAS's visits of February that come in the files of March and April
    assert 0 <= late < 0.01 * vas
    assert 0 < file.lost < 0.06 * vas
