"""The tiny region of the tests (`tests/small/region`), its deliveries, and runs without Prefect.

    inbox = Deliveries(home)                      # home: what --home gets; the fixture own_home, or any folder
    inbox.fill()                                  # every source and month, 30 plausible rows each
    inbox.put(BETA, "2024-01", plausible(BETA, "2024-01", 30, seed=2), version=2)      # a corrected delivery
    inbox.put(ALPHA, "2024-01", [visit(ALPHA, "2024-01", 7, minutes=30)])              # rows written out
    inbox.put_bytes(ALPHA, "2024-01", b"not a file")                                    # anything at all
    outcome = run_plain(home)                     # the main job in this process, without Prefect's engine, few indicators
    outcome = run_plain(home, light=True)         # the same, the rules by plain SQL instead of GX, no pages: quicker
    outcome = run_plain(home, light=True, pages=True)          # the same with pages: a whole release
    copy_home(home, other)                        # a home that has been run, to go on from: quicker than a run
    figure_hashes(home)                           # {"volumes.visits_month": "…", …} of the release in force
    rows(home, "SELECT … FROM volumes.region_totals")          # the release in force
    lake_rows(home, "SELECT … FROM lake.core.visits")          # the restricted lake

A row is a dict of the source's own columns, all text: change a cell with `row | {"vårdform": "??"}`.
`visit` makes one clean row from canonical values; `plausible` a seeded list of clean rows.
ALPHA: region, required, whole months, Latin-1 and |.  BETA: Hallsberg, whole months, UTF-8 and ;.
GAMMA: Örebro, changes by record id (`cancelled=True` withdraws), UTF-8 and a comma, times in UTC.
"""

import atexit
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from expectations.rules import Rule
from regions.folder import RegionFolder, load_region
from regions.month import Month
from synthetic.person_ids import personnummer
from tasks.report import Outcome
from warehouse import indicators
from warehouse.canonical import table_hash
from warehouse.home import RegionHome
from warehouse.lake import open_lake
from warehouse.records import ensure_records
from warehouse.releases import DATABASE
from warehouse.schema import PUBLISHED

SMALL = Path(__file__).resolve().parent / "small" / "region"
MONTHS = ("2023-12", "2024-01", "2024-02")
ALPHA, BETA, GAMMA = "alpha_visits", "beta_visits", "gamma_changes"
SOURCES = (ALPHA, BETA, GAMMA)
FEW = ("unplanned_share", "home_health_care_65_share", "frequent_patients_share", "readmission_30_days_65")
Row = dict[str, str]

# These name deliveries by their bytes, or the run itself, or the models, of which light runs have few: not figures.
_NOT_FIGURES = (
    *("quality.deliveries", "quality.rule_results", "quality.changes", "quality.continuity", "quality.protection"),
    *("meta.release", "meta.inputs", "meta.restatements", "meta.lineage"),
)
_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_WRITTEN = {ALPHA: ("latin-1", "|"), BETA: ("utf-8", ";"), GAMMA: ("utf-8", ",")}
_CODES: dict[str, dict[str, dict[str, str]]] = {
    ALPHA: {
        "care_form": {"home_health_care": "HSV", "outpatient": "ÖV", "inpatient": "SV"},
        "place": {"home": "HEM", "clinic": "MOT", "other": "ÖVR"},
        "planned": {"planned": "J", "unplanned": "N", "unknown": ""},
        "profession": {"district_nurse": "DSK", "nurse": "SSK", "occupational_therapist": "AT", "doctor": "LÄK"},
    },
    BETA: {
        "care_form": {"home_health_care": "Hemsjukvård", "outpatient": "Hembesök"},
        "place": {"home": "Hem", "special_housing": "Säbo", "other": "Annan"},
        "planned": {"planned": "Ja", "unplanned": "Nej", "unknown": ""},
        "profession": {
            "district_nurse": "Distriktssköterska",
            "nurse": "Sjuksköterska",
            "occupational_therapist": "Arbetsterapeut",
        },
    },
    GAMMA: {
        "care_form": {"home_health_care": "H", "outpatient": "O"},
        "place": {"home": "H", "special_housing": "S", "other": "X"},
        "planned": {"planned": "1", "unplanned": "0", "unknown": ""},
        "profession": {"district_nurse": "DN", "nurse": "N", "occupational_therapist": "OT"},
    },
}
_UNITS = {ALPHA: ("VC1", "VC2", "VC3"), BETA: ("HS1",), GAMMA: ("G1", "G2")}


def person(number: int) -> str:
    """A valid personnummer of a series that belongs to nobody: one for each number, born 1920–1989."""
    births = np.array([date(1920, 1, 1) + timedelta(days=number * 2111 % 25_500)], dtype="datetime64[D]")
    return personnummer(births, np.array([number % 2]), np.array([number // 25_500 % 5]))[0]


def visit(
    source: str,
    month: str,
    number: int = 1,
    *,
    record: str | None = None,
    person_id: str | None = None,
    started: datetime | None = None,
    minutes: int | None = 30,
    care_form: str = "home_health_care",
    place: str = "home",
    planned: str = "planned",
    profession: str = "district_nurse",
    unit: str | None = None,
    residence: str = "1861",
    cancelled: bool = False,
    name: str = "",
    note: str = "",
) -> Row:
    """A clean row of a source, by canonical values; `started` is Swedish time, by default on a day of the month."""
    first = Month.parse(month).first
    began = started or datetime(first.year, first.month, 1 + number % 28, 8 + number % 10, number % 60)
    codes = _CODES[source]
    values = {
        "record": record or f"{month}-{number}",
        "person": person(number) if person_id is None else person_id,
        "began": began,
        "minutes": minutes,
        "care_form": codes["care_form"][care_form],
        "place": codes["place"][place],
        "planned": codes["planned"][planned],
        "profession": codes["profession"][profession],
        "unit": unit or _UNITS[source][0],
        "residence": residence,
        "cancelled": cancelled,
        "special": place == "special_housing",
        "name": name,
        "note": note,
    }
    return _ROWS[source](SimpleNamespace(**values))


def _alpha(v: Any) -> Row:
    return {
        "besöksid": v.record,
        "personid": v.person,
        "namn": v.name,
        "kön": "",
        "datum": f"{v.began:%Y%m%d}",
        "tid": f"{v.began:%H%M}",
        "minuter": "" if v.minutes is None else f"{v.minutes / 60:.4f}".replace(".", ","),
        "vårdform": v.care_form,
        "plats": v.place,
        "bokat": v.planned,
        "yrke": v.profession,
        "enhet": v.unit,
        "hemkommun": v.residence,
        "makulerad": "J" if v.cancelled else "N",
        "anteckning": v.note,
    }


def _beta(v: Any) -> Row:
    return {
        "id": v.record,
        "pnr": v.person,
        "namn": v.name,
        "start": f"{v.began:%Y-%m-%d %H:%M}",
        "minuter": "" if v.minutes is None else str(v.minutes),
        "typ": v.care_form,
        "plats": v.place,
        "boende": "Särskilt" if v.special else "Ordinärt",
        "planerat": v.planned,
        "yrke": v.profession,
        "enhet": v.unit,
        "kommun": "1861",
        "hemkommun": v.residence,
        "status": "Makulerad" if v.cancelled else "Utförd",
        "fritext": v.note,
    }


def _gamma(v: Any) -> Row:
    utc = v.began.replace(tzinfo=_STOCKHOLM).astimezone(UTC)
    return {
        "record": v.record,
        "person": v.person,
        "name": v.name,
        "started_utc": f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        "minutes": "" if v.minutes is None else str(v.minutes),
        "form": v.care_form,
        "place": v.place,
        "living": "S" if v.special else "O",
        "booked": v.planned,
        "profession": v.profession,
        "unit": v.unit,
        "home": v.residence,
        "op": "D" if v.cancelled else "U",
        "note": v.note,
    }


_ROWS: dict[str, Callable[[Any], Row]] = {ALPHA: _alpha, BETA: _beta, GAMMA: _gamma}


def plausible(source: str, month: str, count: int = 30, seed: int = 1) -> list[Row]:
    """So many clean rows, the same for the same seed: some 12 persons, a few of the rows cancelled."""
    draw = random.Random(f"{source} {month} {seed}")
    return [_drawn(source, month, number, draw) for number in range(count)]


def _drawn(source: str, month: str, number: int, draw: random.Random) -> Row:
    codes = _CODES[source]
    return visit(
        source,
        month,
        number,
        person_id=person(draw.randrange(12)),
        minutes=draw.choice((None, 15, 30, 45, 90)),
        care_form=draw.choice(("home_health_care",) * 3 + ("outpatient",)),
        place=draw.choice(("home", "home", *codes["place"])),
        planned=draw.choice(("planned",) * 4 + ("unplanned", "unknown")),
        profession=draw.choice(sorted(codes["profession"])),
        unit=draw.choice(_UNITS[source]),
        residence=draw.choice(("1814", "1861", "1880", "1880", "0180", "SKYDD")),
        cancelled=draw.random() < 0.05,
    )


def as_bytes(source: str, rows: Sequence[Row], columns: Sequence[str] | None = None) -> bytes:
    """The rows as the source writes them; the header is `columns`, by default the first row's."""
    encoding, separator = _WRITTEN[source]
    header = list(columns if columns is not None else rows[0] if rows else visit(source, MONTHS[0]))
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    return "".join(separator.join(line) + "\r\n" for line in lines).encode(encoding)


class Deliveries:
    """A home's inbox, and what lies in it."""

    def __init__(self, home: Path, region: str = "small") -> None:
        self.inbox = RegionHome(home / region).inbox

    def fill(self, count: int = 30, *, months: Sequence[str] = MONTHS, sources: Sequence[str] = SOURCES) -> None:
        """A plausible first delivery of every source and month."""
        for source in sources:
            for month in months:
                self.put(source, month, plausible(source, month, count))

    def put(
        self, source: str, month: str, rows: Sequence[Row], version: int = 1, *, columns: Sequence[str] | None = None
    ) -> Path:
        """A file of these rows."""
        return self.put_bytes(source, month, as_bytes(source, rows, columns), version)

    def put_bytes(self, source: str, month: str, content: bytes, version: int = 1) -> Path:
        """A file of these bytes, under the name that the source gives the month and version."""
        file = self.path(source, month, version)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def path(self, source: str, month: str, version: int = 1) -> Path:
        """Where such a file lies."""
        transport = small_folder().sources_by_id[source].transport
        return self.inbox / source / transport.make_name(Month.parse(month), version)


@cache
def small_folder() -> RegionFolder:
    """The region's folder, read once."""
    return load_region(str(SMALL))


def _load_region(name_or_path: str) -> RegionFolder:
    return small_folder() if name_or_path == str(SMALL) else load_region(name_or_path)


def plain_steps() -> SimpleNamespace:
    """The steps of the main job as plain functions."""
    from tasks import compute, identify, judge, land, load, present, protect, release, retain, stage

    return SimpleNamespace(
        land=land.land,
        stage=stage.stage,
        identify=identify.identify,
        judge=judge.judge,
        load=load.load,
        compute=compute.compute_models,
        protect=protect.protect,
        release=release.release,
        present=present.present,
        retain=retain.retain,
    )


@contextmanager
def without_prefect(**steps: Callable[..., Any]) -> Iterator[list[str]]:
    """`flows.monthly` with plain steps (those given replace others), no artifact, and a list of what it says."""
    import flows.monthly as module

    said: list[str] = []
    with ExitStack() as stack:
        for name, value in (
            ("steps", SimpleNamespace(**{**vars(plain_steps()), **steps})),
            ("create_markdown_artifact", lambda *_args, **_kwargs: None),
            ("emit_event", lambda *_args, **_kwargs: None),
            ("_say", said.append),
            ("load_region", _load_region),
        ):
            stack.enter_context(patch.object(module, name, value))
        yield said


def run_plain(
    home: Path,
    region: Path | str = SMALL,
    *,
    first: str | None = None,
    last: str | None = None,
    publish: bool = True,
    wait: bool = False,
    light: bool = False,
    pages: bool = False,
    every_indicator: bool = False,
    protected: bool = True,
    **steps: Callable[..., Any],
) -> Outcome:
    """The main job in this process; raises what it raises. Steps given by name replace the real ones.

    Not protected: few persons are hidden row by row alone. For tests that look at other things, in many runs; never
    with processes that run by themselves, whose releases would be protected.
    """
    import flows.monthly as module

    _begin(home)
    fewer = nullcontext() if every_indicator else few_indicators()
    weight = without_weight(pages=pages) if light else nullcontext()
    with without_prefect(**steps), fewer, weight, nullcontext() if protected else without_suppression():
        return module.monthly.fn(str(region), first, last, str(home), wait=wait, publish=publish)


def _begin(home: Path) -> None:
    """Give a home without a lake an empty one: a copy, which is quicker than making its tables."""
    if not region_home(home).catalogue.exists():
        (home / "small").mkdir(parents=True, exist_ok=True)
        _copied(_empty_home(), home)


def empty_lake(home: Path) -> duckdb.DuckDBPyConnection:
    """The region's lake in a home, with every table and view, opened to be written; the caller closes it."""
    _begin(home)
    return open_lake(region_home(home))


@cache
def _empty_home() -> Path:
    """A home with an empty lake, removed when the process ends."""
    folder = TemporaryDirectory(prefix="hemvard-empty-")
    atexit.register(folder.cleanup)
    lake = open_lake(region_home(Path(folder.name)))
    ensure_records(lake)
    lake.close()
    return Path(folder.name)


@contextmanager
def few_indicators() -> Iterator[None]:
    """One indicator of each sort: planning the SQL of all takes longer than the small region's whole run."""
    few = tuple(entry for entry in indicators.definitions() if entry.indicator_id in FEW)
    with patch.object(indicators, "definitions", lambda: few):
        yield


@contextmanager
def without_weight(*, pages: bool = False) -> Iterator[None]:
    """The same rules in plain SQL instead of Great Expectations; where no pages are asked for, no files but Parquet."""
    with (
        patch("tasks.judge.failed_rules", _failed_rules),
        patch("tasks.release.failed_results", _failed_results),
        patch("tasks.findings.failed_series", _failed_series),
        nullcontext() if pages else patch("tasks.present.render", lambda *_args: None),
        nullcontext() if pages else patch("tasks.release.write_workbook", lambda *_args: None),
        nullcontext() if pages else patch("tasks.release.write_csv_files", lambda *_args: None),
    ):
        yield


@contextmanager
def without_suppression() -> Iterator[None]:
    """Rows with few persons are hidden, and nothing beside them; no audit."""
    with (
        patch("tasks.protect.suppress", lambda *_args: "without suppression"),
        patch("tasks.release.audit", lambda *_args: None),
    ):
        yield


def _failed_rules(connection: duckdb.DuckDBPyConnection) -> tuple[set[str], set[str]]:
    over = "SELECT DISTINCT rule_id FROM staging.rule_results WHERE rows_failed > threshold_share * rows_checked"
    return {row[0] for row in connection.execute(over).fetchall()}, set()


def _failed_results(connection: duckdb.DuckDBPyConnection, catalogue: str, rules: Sequence[Rule]) -> set[str]:
    cursor = connection.cursor()
    cursor.execute(f"USE {catalogue}.meta")
    return {rule.id for rule in rules if cursor.execute(rule.question()).fetchall()}


def _failed_series(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> set[str]:
    return {rule.id for rule in rules if connection.execute(rule.question()).fetchall()}


def copy_home(home: Path, other: Path, region: str = "small") -> Path:
    """A copy of a home in which no run is going on."""
    return _copied(home, other, region)


def _copied(home: Path, other: Path, region: str = "small") -> Path:
    """A copy; the lake's catalogue is told where it lies now."""
    shutil.copytree(home, other, symlinks=True, dirs_exist_ok=True)
    place = region_home(other, region)
    with closing(sqlite3.connect(place.catalogue)) as catalogue:
        catalogue.execute("UPDATE ducklake_metadata SET value = ? WHERE key = 'data_path'", (f"{place.data}/",))
        catalogue.commit()
    return other


def region_home(home: Path, region: str = "small") -> RegionHome:
    """The region's folders in a home."""
    return RegionHome(home / region)


def release_database(home: Path, region: str = "small") -> Path:
    """The published database of the release in force."""
    return region_home(home, region).current.resolve() / DATABASE


def rows(home: Path, sql: str, region: str = "small") -> list[tuple[Any, ...]]:
    """A query on the release in force."""
    with duckdb.connect(str(release_database(home, region)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def lake_rows(home: Path, sql: str, region: str = "small") -> list[tuple[Any, ...]]:
    """A query on the restricted lake; its tables are `lake.<schema>.<table>`."""
    connection = open_lake(region_home(home, region), read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def figure_hashes(home: Path, region: str = "small") -> dict[str, str]:
    """The canonical hash of every table of figures in the release in force."""
    with duckdb.connect(str(release_database(home, region)), read_only=True) as connection:
        catalogue = connection.execute("SELECT current_database()").fetchone()[0]
        return {
            table.name: table_hash(connection, table, catalogue)
            for table in PUBLISHED
            if table.name not in _NOT_FIGURES
        }
