"""Decision points, with real runs: freeze, late and corrected deliveries, another boundary, and why figures differ.

The small region is published three times: R1, frozen as BP1; R2 of more deliveries; R3 of another boundary, frozen as
BP2. So the state between BP1 and BP2 – the later deliveries with the earlier boundary – has been published by itself.
"""

import csv
import io
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pypdfium2
import pytest
from conftest import Cli
from small_region import (
    ALPHA,
    BETA,
    FEW,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    Row,
    as_bytes,
    copy_home,
    empty_lake,
    few_indicators,
    person,
    plausible,
    region_home,
    rows,
    run_plain,
    visit,
    without_weight,
)

from flows.compare import compare
from flows.decision_points import _answer, freeze, verify
from regions.errors import DataError, UsageError
from regions.model import KeptReleases
from tasks.definitions import code_files
from tasks.recompute import Recomputed
from tasks.restatements import attached, restated
from warehouse.decision_points import decision_points
from warehouse.kept_inputs import KINDS, is_kept, keep
from warehouse.kept_releases import remove_old
from warehouse.keys import find_keys
from warehouse.lake import open_lake
from warehouse.releases import DATABASE, faults_of, manifest_of, releases_of

REGION = str(SMALL)
VISITS = "SELECT year, visits FROM volumes.region_totals WHERE care_form = 'all' AND place = 'all' AND planned = 'all' AND age_group = 'all'"


Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Published:
    """A home with three releases, the folder with the other boundary, and the releases' ids."""

    home: Path
    first: Path
    """A copy from when it had only been published once."""
    other_boundary: Path
    releases: tuple[str, str, str]

    def database(self, number: int) -> Path:
        return region_home(self.home).releases / self.releases[number] / DATABASE


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Published three times; copy the home, never change it."""
    folder = tmp_path_factory.mktemp("decided")
    home, first, other = folder / "home", folder / "first", folder / "small"
    inbox = Deliveries(home)
    inbox.fill(60, sources=(ALPHA, BETA))
    inbox.fill(60, months=MONTHS[:2], sources=(GAMMA,))
    inbox.put(ALPHA, MONTHS[1], [*plausible(ALPHA, MONTHS[1], 60), *others(ALPHA, place="clinic")])
    run_plain(home, light=True)
    freeze(REGION, "BP1", None, home)
    copy_home(home, first)
    deliver_more(home)
    run_plain(home, light=True)
    shutil.copytree(SMALL, other)
    change_boundary(other)
    run_plain(home, other, light=True)
    freeze(REGION, "BP2", None, home)
    names = sorted(release.name for release in releases_of(region_home(home)))
    return Published(home, first, other, (names[0], names[1], names[2]))


def deliver_more(home: Path) -> None:
    """A corrected month of one source, and a late one of another."""
    corrected = [*plausible(BETA, MONTHS[1], 400, seed=2), *others(BETA, place="home")]
    Deliveries(home).put(BETA, MONTHS[1], corrected, version=2)
    Deliveries(home).fill(300, months=MONTHS[2:], sources=(GAMMA,))


def others(source: str, place: str) -> list[Row]:
    """Visits of twenty persons whom no other visit is of: so many may be told."""
    return [
        visit(
            source,
            MONTHS[1],
            500 + number,
            person_id=person({ALPHA: 1000, BETA: 2000}[source] + number),
            place=place,
            planned=("planned", "unplanned")[number % 2],
        )
        for number in range(20)
    ]


def change_boundary(folder: Path) -> None:
    """Clinics are within the boundary, too."""
    file = folder / "scenarios" / "base.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("in: [home]", "in: [home, clinic]"), encoding="utf-8")


@pytest.fixture
def home(three: Published, tmp_path: Path) -> Path:
    """A copy of the home, to be changed."""
    return copy_home(three.home, tmp_path / "copy")


@pytest.fixture(autouse=True)
def _light() -> Iterator[None]:
    with few_indicators(), without_weight():
        yield


@pytest.fixture(scope="module")
def told(three: Published, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the comparison of BP1 and BP2 says, and the folder with all of it."""
    folder = tmp_path_factory.mktemp("told") / "out"
    with few_indicators(), without_weight():
        return compare(REGION, "BP1", "BP2", three.home, as_csv=False, to=folder), folder


@pytest.fixture(scope="module")
def explained(told: tuple[str, Path]) -> Rows:
    """All of that comparison."""
    return list(csv.DictReader(io.StringIO((told[1] / "restatements.csv").read_text(encoding="utf-8"))))


def figures(database: Path, table: str, column: str) -> dict[str, int | None]:
    """A figure of the table by the key of its row, as `meta.restatements` writes it."""
    with duckdb.connect(str(database), read_only=True) as connection:
        key = "'year=' || year || ', municipality_code=' || municipality_code || ', scenario=' || scenario"
        return dict(connection.execute(f"SELECT {key}, {column} FROM {table}").fetchall())


def test_a_change_by_deliveries_is_what_the_release_between_published(three: Published, explained: Rows) -> None:
    one, between, other = (figures(three.database(n), "volumes.scenario_totals", "visits") for n in range(3))
    told = [
        row for row in explained if (row["table_name"], row["column_name"]) == ("volumes.scenario_totals", "visits")
    ]
    alone = [row for row in told if "+" not in row["cause"]]
    assert {row["cause"] for row in alone} == {"deliveries", "boundary"}
    for row in alone:
        key = row["row_key"]
        steps = {"deliveries": (one, between), "boundary": (between, other)}[row["cause"]]
        assert Decimal(row["change"]) == steps[1][key] - steps[0][key]


def test_all_changed_figures_are_explained_and_add_up(three: Published, explained: Rows) -> None:
    changes = defaultdict(Decimal)
    for row in explained:
        if row["table_name"] == "volumes.scenario_totals" and row["column_name"] == "visits" and row["change"]:
            changes[row["row_key"]] += Decimal(row["change"])
    one, other = (figures(three.database(n), "volumes.scenario_totals", "visits") for n in (0, 2))
    shown = {key for key in one.keys() & other.keys() if None not in (one[key], other[key])}
    assert dict(changes) == {key: other[key] - one[key] for key in shown if other[key] != one[key]}


def test_a_boundary_has_no_part_in_what_counts_within_none(explained: Rows) -> None:
    by_table = defaultdict(set)
    for row in explained:
        by_table[row["table_name"]].add(row["cause"])
    assert by_table["volumes.region_totals"] == by_table["indicators.results"] == {"deliveries"}


def test_a_release_tells_its_own_change_and_the_first_none(three: Published) -> None:
    causes = "SELECT DISTINCT cause, previous_release FROM meta.restatements"
    told = []
    for number in range(3):
        with duckdb.connect(str(three.database(number)), read_only=True) as connection:
            told.append(connection.execute(causes).fetchall())
    assert told == [[], [("deliveries", three.releases[0])], [("boundary", three.releases[1])]]


def test_deliveries_by_the_earlier_definitions_are_taken_in_again_for_their_part(three: Published, home: Path) -> None:
    file = (other := home / "region") / "sources" / "beta_visits.yaml"
    shutil.copytree(SMALL, other)
    file.write_text(file.read_text(encoding="utf-8").replace("value: municipal}", "value: primary}"), encoding="utf-8")
    copy_home(three.first, first := home / "first")
    deliver_more(first)
    run_plain(first, other, light=True)
    sql = "SELECT row_key, change FROM meta.restatements WHERE table_name = 'volumes.scenario_totals' AND column_name = 'visits'"
    told = dict(rows(first, f"{sql} AND cause = 'deliveries'"))
    one, between = (figures(three.database(n), "volumes.scenario_totals", "visits") for n in (0, 1))
    shown = {key for key in one.keys() & between.keys() if None not in (one[key], between[key])}
    assert told == {key: between[key] - one[key] for key in shown if between[key] != one[key]}
    causes = rows(first, "SELECT DISTINCT cause FROM meta.restatements WHERE table_name = 'volumes.visits_year'")
    assert any("definition" in cause for (cause,) in causes)


def test_compare_says_what_changed_in_the_inputs_and_writes_it_all(told: tuple[str, Path]) -> None:
    text, folder = told
    for line in (
        "beta_visits: corrected 2024-01",
        "gamma_changes: new 2024-02",
        "changed: scenarios/base.yaml",
        "code        the same: exactly 0 of every change",
        "remainder 0",
    ):
        assert line in text
    assert text.startswith((folder / "comparison.txt").read_text(encoding="utf-8").rstrip())


def test_compare_needs_two_releases(three: Published, cli: Cli) -> None:
    for names, words in ((("BP1", "BP1"), "are the same release"), (("BP1", "BP9"), "There is no release BP9")):
        ended = cli("compare", SMALL, *names, "--home", three.home)
        assert ended.code == 2
        assert words in ended.err


def test_a_change_without_a_cause_is_an_error_and_no_other_cause(three: Published) -> None:
    named = {"one": three.database(0), "other": three.database(1)}
    with duckdb.connect(":memory:") as connection, attached(connection, named):
        with pytest.raises(DataError, match="though nothing is that they are made of"):
            list(restated(connection, ["one", "other"], (), 5))
        assert list(restated(connection, ["one", "one"], (), 5)) == []


def test_explain_tells_when_a_row_last_changed_and_why(three: Published, cli: Cli) -> None:
    whole = ("year=2024", "care_form=all", "place=all", "planned=all", "age_group=all")
    told = cli("explain", SMALL, "volumes.region_totals", *whole, "--home", three.home).out
    restated = told[told.index("Restated") : told.index("Versions")]
    assert f"since {three.releases[0]}" in restated  # R3 changed no such row, R2 did
    one, other = (dict(rows_of(three.database(n), VISITS))[2024] for n in (0, 1))
    assert f"visits: {one} → {other}: deliveries +{other - one}" in restated


def test_releases_tells_which_is_frozen_as_what(three: Published, cli: Cli) -> None:
    lines = cli("releases", SMALL, "--home", three.home).out.splitlines()
    assert next(line for line in lines if "frozen as BP1" in line).startswith(three.releases[0])
    assert next(line for line in lines if "frozen as BP2" in line).startswith(three.releases[2])


def test_a_name_is_one_release_for_good(home: Path, three: Published) -> None:
    assert "BP1 is" in freeze(REGION, "BP1", three.releases[0], home)
    for name in ("BP1", "bp1"):
        with pytest.raises(UsageError, match="BP1 is frozen as"):
            freeze(REGION, name, three.releases[1], home)
    for name in ("", "../x", "BP 1", "1", "x" * 33):
        with pytest.raises(UsageError, match="is no name"):
            freeze(REGION, name, None, home)
    assert [point.name for point in decision_points(region_home(home))] == ["BP1", "BP2"]


def test_what_is_not_whole_or_could_not_be_made_again_is_not_frozen(home: Path, three: Published) -> None:
    place, release = region_home(home), three.releases[1]
    (place.decision_points / ".BP3").mkdir()  # a freeze that was broken off
    kept = place.inputs / f"code-{manifest_of(place.releases / release)['made_of']['code']}.zip"
    kept.rename(place.inputs / "away")
    with pytest.raises(DataError, match="is not kept"):
        freeze(REGION, "BP3", release, home)
    (place.inputs / "away").rename(kept)
    assert f"BP3 is {release}" in freeze(REGION, "BP3", release, home)
    (place.releases / three.releases[2] / "csv").mkdir(exist_ok=True)
    (place.releases / three.releases[2] / "csv" / "x.csv").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.csv does not belong to it"):
        freeze(REGION, "BP4", three.releases[2], home)
    assert [point.name for point in decision_points(place)] == ["BP1", "BP2", "BP3"]


def test_a_decision_point_holds_its_documents(three: Published) -> None:
    """And its release holds no more than it did."""
    place = region_home(three.home)
    documents = place.decision_points / "BP2" / "documents"
    assert {"slutrapport.pdf", "ekonomirapport.docx", "personalrapport.pdf"} <= {
        file.name for file in documents.iterdir()
    }
    with pypdfium2.PdfDocument(documents / "slutrapport.pdf") as opened:
        assert f"Utgåva {three.releases[2]}" in opened[0].get_textpage().get_text_range()
    assert faults_of(place.releases / three.releases[2]) == ()


def test_a_frozen_release_stays_with_what_it_was_made_of_whatever_the_rule(home: Path, three: Published) -> None:
    place, rule = region_home(home), KeptReleases(keep_newest=1, keep_months=0)
    made_of = manifest_of(three.database(0).parent)["made_of"]
    only_its = keep(place, "region", {"region.yaml": b"of BP1 alone"})
    made_by(place.releases / three.releases[0], region=only_its)
    kept = {kind: made_of[kind] for kind in KINDS} | {"region": only_its}
    assert remove_old(place, rule) == ()  # R1 is frozen, R2 is what R3 was made after
    assert is_kept(place, kept)
    shutil.rmtree(place.decision_points / "BP1")
    assert remove_old(place, rule) == (three.releases[0],)
    assert not is_kept(place, kept)
    assert is_kept(place, {kind: made_of[kind] for kind in KINDS})  # R2 was made of them, too


def test_a_decision_point_is_identical_on_another_day(three: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(days=400)

    for module in ("tasks.run", "tasks.register"):
        monkeypatch.setattr(f"{module}.datetime", Later)
    told = verify(REGION, "BP1", three.home)
    assert told.splitlines()[0].endswith("identical")
    assert "the lake's snapshot" in told


def test_a_changed_file_is_different(home: Path, three: Published, cli: Cli) -> None:
    file = region_home(home).releases / three.releases[0] / "parquet" / "volumes.gap.parquet"
    file.write_bytes(file.read_bytes() + b"x")
    ended = cli("verify", SMALL, "BP1", "--home", home)
    assert ended.code == 1
    assert "different\n  parquet/volumes.gap.parquet has been changed" in ended.err


def expire_snapshots(home: Path) -> None:
    """As an erasure and the rule of retention leave the lake: its latest state alone."""
    connection = open_lake(region_home(home))
    connection.execute("CALL ducklake_expire_snapshots('lake', older_than => now()::TIMESTAMP + INTERVAL 1 DAY)")
    connection.close()


def test_without_its_snapshot_a_decision_point_is_made_of_its_deliveries_again(home: Path) -> None:
    """And what of them was erased since is told."""
    place = region_home(home)
    expire_snapshots(home)
    told = verify(REGION, "BP1", home)
    assert told.splitlines()[0].endswith("identical")
    assert "its deliveries taken in again" in told
    first = next(place.landing.glob(f"{ALPHA}/202401-*"))
    first.write_bytes(
        find_keys(place, synthetic=True).encrypt(
            as_bytes(ALPHA, [*plausible(ALPHA, MONTHS[1], 60)[2:], *others(ALPHA, place="clinic")])
        )
    )
    note_erasure(home, first.stem.partition("-")[2], 2)
    assert "recomputed except 2 rows erased under record E1 (2 rows)" in verify(REGION, "BP1", home)


def test_an_erasure_excuses_no_more_than_its_rows(home: Path, three: Published) -> None:
    place, (release, other) = region_home(home), (three.database(number).parent for number in (0, 1))
    delivery = next(place.landing.glob(f"{ALPHA}/202401-*")).stem.partition("-")[2]
    hashes = {name: facts["hash"] for name, facts in manifest_of(other)["tables"].items()}
    again = Recomputed(str(other / DATABASE), hashes, replayed=True)
    with pytest.raises(DataError, match=r"different\n  .* is not what it was"):
        _answer(place, release, again)
    note_erasure(home, delivery, 2)
    with pytest.raises(DataError, match="different"):
        _answer(place, release, again)
    note_erasure(home, delivery, 10_000)
    assert "recomputed except 10002 rows" in _answer(place, release, again)


def test_past_retention_a_decision_point_is_archived(home: Path) -> None:
    expire_snapshots(home)
    next(region_home(home).landing.glob(f"{ALPHA}/*")).unlink()
    assert verify(REGION, "BP1", home).splitlines()[0].endswith("archived")


def note_erasure(home: Path, delivery_id: str, count: int) -> None:
    connection = empty_lake(home)
    connection.execute(
        "INSERT INTO lake.ledger.erasures (record_id, delivery_id, rows_erased, erased_at) VALUES (?, ?, ?, ?)",
        ("E1", delivery_id, count, datetime.now(UTC).replace(tzinfo=None)),
    )
    connection.close()


def test_other_code_has_its_own_part_computed_by_the_code_as_it_was_kept(home: Path, three: Published) -> None:
    place = region_home(home)
    files = {name: content for name, content in code_files().items() if not needless(name)}
    model = "warehouse/models/volumes/region_totals.sql"
    counting = b"count(*) AS visits"
    assert counting in files[model]
    kept = keep(place, "code", {**files, model: files[model].replace(counting, b"2 * count(*) AS visits")})
    made_by(place.releases / three.releases[0], code=kept)
    table = compare(REGION, three.releases[0], three.releases[1], home, as_csv=True, to=None)
    told = {
        (row["row_key"].partition(",")[0], row["cause"]): Decimal(row["change"])
        for row in csv.DictReader(io.StringIO(table))
        if (row["table_name"], row["column_name"]) == ("volumes.region_totals", "visits")
        and row["row_key"].endswith("care_form=all, place=all, planned=all, age_group=all")
    }
    one, other = (dict(rows_of(three.database(n), VISITS)) for n in (0, 1))
    assert told[("year=2024", "deliveries")] == 2 * other[2024] - one[2024]
    assert told[("year=2024", "code")] == -other[2024]


def needless(name: str) -> bool:
    """An indicator that the tests' runs leave out."""
    return name.startswith("warehouse/models/indicators/") and name.endswith(".yaml") and Path(name).stem not in FEW


def made_by(release: Path, **kept: str) -> None:
    """Let a release's manifest say that it was made of other sets."""
    manifest = manifest_of(release)
    manifest["made_of"] |= kept
    manifest["inputs"] = [
        [kind, name, hash_ if name == "libraries" else kept.get(kind, hash_)]
        for kind, name, hash_ in manifest["inputs"]
    ]
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def rows_of(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()
