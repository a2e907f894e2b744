"""Secondary suppression and its audit: on what is about to be published, never on the lake.

`suppress` hides what else must be hidden so that no figure of few persons can be worked out. Where that can't be done,
or not within the time that the region gives it, it leaves out the margins that `publication.yaml` names for that, one
after the other; it never publishes unprotected. `audit` reads what has been built anew and proves it: the release
stops where something can be derived. What has been proved is remembered by its hash, so that years that don't change
are not computed again. The maths: docs/maths.md, Disclosure control.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from regions.errors import DataError
from regions.folder import RegionFolder
from regions.scenarios import resolved
from tasks.run import Run
from warehouse.disclosure import released
from warehouse.disclosure.audit import hash_of, narrow_in
from warehouse.disclosure.cells import ALL, Published
from warehouse.disclosure.relations import relate
from warehouse.disclosure.suppression import OutOfTimeError, Suppression
from warehouse.disclosure.system import System
from warehouse.protection import margin
from warehouse.releases import releases_of
from warehouse.schema import PROTECTION, SCENARIO_DIFFERENCES, published
from warehouse.sql import literal, qualified


@dataclass
class Protection:
    """What the protection of a release did."""

    cells: Counter[str] = field(default_factory=Counter)
    of_few: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    equations: int = 0
    components: int = 0
    left_out: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    seconds: float = 0.0

    def rows(self) -> Iterator[tuple[object, ...]]:
        """The rows of `quality.protection`."""
        left_out: dict[str, list[str]] = {}
        for table, names in self.left_out:
            left_out.setdefault(table, []).append("+".join(names) or "total")
        for table in sorted({*self.cells, *left_out}):
            counts = (self.cells[table], self.of_few[table], self.hidden[table])
            yield table, *counts, None, None, ", ".join(left_out.get(table, ())), None
        totals = (sum(counter.values()) for counter in (self.cells, self.of_few, self.hidden))
        seconds = Decimal(self.seconds).quantize(Decimal("0.1"))
        yield ALL, *totals, self.equations, self.components, "", seconds

    def __str__(self) -> str:
        share = sum(self.hidden.values()) / max(1, sum(self.cells.values()))
        left_out = f"; left out: {', '.join(f'{table} by {names}' for table, names in self.left_out)}"
        return (
            f"{sum(self.of_few.values())} cells of few persons, {sum(self.hidden.values())} hidden ({share:.1%}), "
            f"{self.components} groups audited in {self.seconds:.1f} s{left_out if self.left_out else ''}"
        )


def suppress(run: Run, catalogue: str) -> Protection:
    """Hide in an attached database what must be hidden beside what is; what was done, told in `quality.protection` too.

    Raises DataError where no margin is left to be left out, and something could still be worked out.
    """
    began, done = time.monotonic(), Protection()
    _leave_out_pairs(run.connection, catalogue, run.folder)
    plan = [(entry.table, names) for entry in run.folder.publication.leave_out_first for names in entry.margins]
    while not _suppressed(run, catalogue, done):
        if not plan:
            raise DataError(
                "Small numbers could not be protected: some could be worked out from the others. Nothing was "
                "published, the last release stands.",
                where="publication.yaml",
                todo="Publish fewer margins, or name those to leave out first under leave_out_first.",
            )
        table, names = plan.pop(0)
        _leave_out(run.connection, catalogue, table, names)
        done.left_out.append((table, names))
    done.seconds = time.monotonic() - began
    target, marks = qualified(f"{catalogue}.{PROTECTION.name}"), ", ".join("?" * len(PROTECTION.columns))
    run.connection.executemany(f"INSERT INTO {target} VALUES ({marks})", list(done.rows()))
    return done


def forget_removed(run: Run) -> None:
    """Forget what releases told that are kept no more."""
    kept = {release.name for release in releases_of(run.home)}
    if released.releases_told(run.connection) - kept:
        with run.transaction():
            released.forget(run.connection, sorted(kept))


def audit(run: Run, catalogue: str, release_id: str) -> None:
    """Prove of what has been built that nothing of few persons can be derived; DataError where something can.

    What the release tells is noted then, for those after it.
    """
    system = read(run, catalogue, as_published=True).system
    proved = _proved(run)
    marks, narrow = [], Counter[str]()
    for variables, equations in system.components():
        mark = hash_of(system, variables, equations)
        if mark not in proved:
            narrow.update(str(system.cell_of(variable).name[0]) for variable in narrow_in(system, variables, equations))
        marks.append(mark)
    if narrow:
        listed = ", ".join(f"{count} in {table}" for table, count in sorted(narrow.items()))
        raise DataError(
            f"The audit of small numbers finds some that can be worked out: {listed}. Nothing was published, the last "
            "release stands.",
            where="the release that was built",
            todo="This is a fault of the protection, not of a delivery: report it.",
        )
    run.home.audited.write_text("\n".join(sorted(set(marks))) + "\n", encoding="utf-8")
    with run.transaction():
        released.remember(run.connection, release_id, system)


def _proved(run: Run) -> frozenset[str]:
    """The groups of hidden numbers that the last audit proved to be safe, by their hash."""
    file = run.home.audited
    return frozenset(file.read_text(encoding="utf-8").split()) if file.exists() else frozenset()


def read(run: Run, catalogue: str, *, as_published: bool) -> Published:
    """What an attached database holds, as cells with what adds up to what."""
    folder = run.folder
    found = Published(run.connection, catalogue, folder.publication.min_persons)
    found.read(folder.region.municipalities, as_published=as_published)
    parts = {code: part.id for part in folder.region.county_parts for code in part.municipalities}
    relate(found, parts, _boundaries(folder))
    released.mark_known(run.connection, found.system)
    return found


def _suppressed(run: Run, catalogue: str, done: Protection) -> bool:
    """Whether all that tells of few persons is protected; then it is written back, and counted."""
    found = read(run, catalogue, as_published=False)
    released.keep_hidden(run.connection, found.system)
    suppression = Suppression(found.system, until=time.monotonic() + run.folder.publication.audit_seconds)
    try:
        is_safe = suppression.run()
    except OutOfTimeError:
        is_safe = False
    if is_safe:
        found.hide()
        _count(found.system, done)
    return is_safe


def _count(system: System, done: Protection) -> None:
    for cell in system.cells:
        table = str(cell.name[0])
        done.cells[table] += 1
        done.of_few[table] += cell.is_primary
        done.hidden[table] += cell.is_hidden
    done.equations, done.components = len(system.equations), len(list(system.components()))


def _boundaries(folder: RegionFolder) -> Sequence[str]:
    return [boundary.id for boundary in resolved(folder.scenarios)]


def _leave_out_pairs(connection: duckdb.DuckDBPyConnection, catalogue: str, folder: RegionFolder) -> None:
    """By municipality a boundary is compared with the first one alone: what others differ by follows from the totals.

    Each pair beside would be one more way to work out few persons, and tell nothing new.
    """
    first = literal(_boundaries(folder)[0]) if folder.scenarios else "NULL"
    connection.execute(
        f"DELETE FROM {qualified(f'{catalogue}.{SCENARIO_DIFFERENCES.name}')} WHERE municipality_code <> 'all' "
        f"AND scenario <> {first} AND other_scenario <> {first}"
    )


def _leave_out(connection: duckdb.DuckDBPyConnection, catalogue: str, table: str, names: Sequence[str]) -> None:
    rows = margin(published(table).dimensions, names)
    connection.execute(f"DELETE FROM {qualified(f'{catalogue}.{table}')} AS t WHERE {rows}")
