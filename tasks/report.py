"""What a run did, in words: for the console, and as an artifact of the Prefect run. No personal data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regions.errors import DataError
from regions.model import Basis
from regions.rates import rate_warnings
from regions.transport import FolderTransport, NamedFiles, SqlTransport
from tasks.compute import Computed
from tasks.equalisation.income import MissingYear, missing_years
from tasks.equalisation.published import deviations
from tasks.equalisation.tables import with_official_values
from tasks.findings import Changes
from tasks.land import Landed
from tasks.plan import Missing, Plan
from tasks.register import TO_TELL, Entry, register
from tasks.release import NOTICE_SV
from tasks.run import Rejection, Run
from warehouse.following import behind_of
from warehouse.releases import DATABASE, PAGES, Hold, manifest_of

SHOWN = 10
"""How many findings of a kind are told of one by one."""


@dataclass
class Outcome:
    """What a run found and made."""

    run: Run = field(repr=False)
    plan: Plan
    landed: Landed
    computed: tuple[Computed, ...] = ()
    release: Path | None = None
    is_new: bool = False
    changes: Changes | None = None
    """What the release finds beside the one before; None where no release was built."""
    hold: Hold | None = None
    """The rollback that keeps what these inputs make out of force."""
    ended_hold: Hold | None = None
    """The rollback that held until this run, whose inputs are others."""
    removed: tuple[str, ...] = ()
    """The old releases that the region's rule doesn't keep."""
    text: str = ""

    @property
    def rejections(self) -> list[Rejection]:
        """The deliveries that were not accepted."""
        return self.run.rejections


def raise_where_blocked(outcome: Outcome) -> None:
    """DataError where a delivery was rejected or a required one is missing: nothing is published."""
    faults = [_rejected(entry) for entry in outcome.rejections]
    faults += [_lacking(entry) for entry in outcome.plan.blocking]
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise DataError(
            f"The data did not pass; nothing was published, the last release stands.\n{listed}",
            where=f"{outcome.run.home.inbox} (the deliveries are kept, encrypted, under restricted/landing)",
            todo="Ask the supplier for a new delivery (a higher version in the file's name), then run again.",
        )


def summary(outcome: Outcome) -> str:
    """The end of a run, for a person at the console."""
    return "\n".join(_summary_lines(outcome))


def markdown(outcome: Outcome) -> str:
    """The run's report for Prefect's page."""
    lines = [f"# {outcome.run.folder.region.name}: monthly run", ""]
    if outcome.run.folder.is_synthetic:
        lines += [f"**{NOTICE_SV}**", ""]
    lines += [f"* {line}" for line in _what_happened(outcome)]
    if outcome.release is not None:
        page = outcome.release / PAGES
        lines += ["", f"Pages of the release: [{page}]({page.as_uri()})"]
    lines += ["", "| source | month | version | status |", "|---|---|---|---|"]
    lines += [
        f"| {entry.source.id} | {entry.month} | {entry.version or ''} | {entry.status} |" for entry in _scope(outcome)
    ]
    return "\n".join(lines)


def _summary_lines(outcome: Outcome) -> Iterator[str]:
    if outcome.run.folder.is_synthetic:
        yield NOTICE_SV
        yield ""
    yield from _what_happened(outcome)
    yield from _equalisation(outcome)
    yield from _money(outcome)
    if outcome.release is not None:
        yield ""
        yield f"Release   {outcome.release}"
        yield f"Database  {outcome.run.home.published / DATABASE}"
        yield f"Pages     {outcome.run.home.published / PAGES}"


def _what_happened(outcome: Outcome) -> Iterator[str]:
    yield _deliveries(outcome)
    if outcome.run.asked_as_of:
        yield f"As of {outcome.run.as_of}: parameters that became known later are not used"
    for source, place in sorted(outcome.landed.away.items()):
        yield f"{source}: {place} could not be reached; what came before stands"
    yield from (_strange(outcome, source, count) for source, count in sorted(outcome.landed.strange.items()))
    yield from (_rejected(entry) for entry in outcome.rejections)
    yield from _missing(outcome.plan.missing)
    yield from _register(outcome)
    yield from _computed(outcome.computed)
    if outcome.release is not None:
        told = "New release in force" if outcome.is_new else "Nothing new; the release in force stands"
        yield f"{told}: {manifest_of(outcome.release)['release_id']}"
        yield from _put_in_force(outcome, outcome.release)
    yield from (f"Look at {line}" for line in outcome.run.odd)
    if outcome.changes is not None:
        yield from _changes(outcome.changes)
        yield from _restated(outcome.run.restated)


def _put_in_force(outcome: Outcome, release: Path) -> Iterator[str]:
    """What a rollback, a reader and the rule for old releases made of it."""
    place, region = outcome.run.home, outcome.run.folder.region.id
    if outcome.hold is not None:
        yield f"A rollback of {outcome.hold.since} (UTC) holds it in force, instead of {outcome.hold.instead_of},"
        yield f"until the inputs change, or: hemvard rollback {region} latest"
    if outcome.ended_hold is not None:
        yield f"The inputs have changed: the rollback to {outcome.ended_hold.release} holds no longer"
    for name in behind_of(place, release):
        yield f"Held by a reader, and not yet of it: {place.published / name}; the next run tries again"
    if outcome.removed:
        yield f"Old releases removed by the region's rule: {_shortened(list(outcome.removed))}"


def _computed(models: Sequence[Computed]) -> Iterator[str]:
    """A line a table of volumes; one for all the indicators."""
    indicators = [entry for entry in models if entry.model.startswith("indicators/")]
    for entry in models:
        if entry not in indicators:
            yield f"Computed {entry.model}: {entry.windows} window(s), {entry.rows} rows"
    if indicators:
        windows, rows = sum(entry.windows for entry in indicators), sum(entry.rows for entry in indicators)
        yield f"Computed the indicators ({len(indicators)} models): {windows} window(s), {rows} rows"


def _register(outcome: Outcome) -> Iterator[str]:
    """One line on what the register finds: of what is new in this run, and of what is still wanting."""
    new = {landing.delivery_id for landing in outcome.landed.new}
    entries = [entry for entry in _scope(outcome) if entry.is_wanting or entry.delivery_id in new]
    found = {
        finding: [f"{entry.source.id} {entry.month}" for entry in entries if entry.finding == finding]
        for finding in TO_TELL
    }
    told = [f"{len(listed)} {finding} ({_shortened(listed)})" for finding, listed in found.items() if listed]
    if told:
        region = outcome.run.folder.region.id
        yield f"Register: {', '.join(told)}. What to do: hemvard deliveries {region}"


def _shortened(texts: list[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def _changes(changes: Changes) -> Iterator[str]:
    new = len(changes.new)
    yield (
        f"Findings since the last release: {new} new, {changes.persisting} persisting, {changes.resolved} resolved"
        " (quality.changes)"
    )
    yield from (f"New: {finding}" for finding in changes.new[:SHOWN])
    if new > SHOWN:
        yield f"… and {new - SHOWN} more new ones"


def _restated(restated: Mapping[str, int]) -> Iterator[str]:
    if restated:
        told = ", ".join(f"{count} by {cause}" for cause, count in sorted(restated.items()))
        yield f"Figures that are not what they were in the last release: {told} (meta.restatements)"


def _strange(outcome: Outcome, source_id: str, count: int) -> str:
    transport = outcome.run.folder.sources_by_id[source_id].transport
    if isinstance(transport, SqlTransport):
        return f"{source_id}: {count} value(s) of {transport.month_column} are no months; their rows were left alone."
    place = f"in inbox/{source_id}/" if isinstance(transport, FolderTransport) else f"of {source_id}"
    pattern = f" The pattern is {transport.file_name}" if isinstance(transport, NamedFiles) else ""
    return f"{count} file(s) {place} have names that are not of the source's pattern; they were left alone.{pattern}"


def _deliveries(outcome: Outcome) -> str:
    loaded = sum(len(month.deliveries) for month in outcome.plan.months)
    new = len(outcome.landed.new)
    scope = outcome.plan.scope
    span = f"{scope[0]} to {scope[-1]}" if scope else "no months"
    return f"{span}: {new} new deliveries landed, {loaded} taken in, {len(outcome.rejections)} rejected"


def _rejected(entry: Rejection) -> str:
    rows = f" First rows: {', '.join(map(str, entry.first_rows))}." if entry.first_rows else ""
    return f"{entry.source_id} {entry.month}, file {entry.file_name}, rule {entry.rule_id}: {entry.en}{rows}"


def _lacking(entry: Missing) -> str:
    return f"{entry.source_id} {entry.month}: the delivery is missing, and it is required"


def _missing(missing: tuple[Missing, ...]) -> Iterator[str]:
    for source in sorted({entry.source_id for entry in missing}):
        months = [entry for entry in missing if entry.source_id == source]
        what = "required" if months[0].required else "figures that need it are preliminary"
        yield f"Missing: {source} for {', '.join(str(entry.month) for entry in months)} ({what})"


def _equalisation(outcome: Outcome) -> Iterator[str]:
    run = outcome.run
    folder = with_official_values(run.connection, run.folder)
    found, missing = deviations(folder, run.as_of), missing_years(folder, run.as_of)
    if found:
        yield ""
        yield "Income equalisation, largest deviation from the published kr per inhabitant:"
        yield from (f"  {year}" for year in found)
    if missing:
        yield ""
        yield f"Income equalisation, not computed for want of an {Basis.OFFICIAL} or other value:"
        yield from _not_computed(missing)


def _not_computed(missing: Sequence[MissingYear]) -> Iterator[str]:
    """The years that lack the same parameters, together."""
    years: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for entry in missing:
        years.setdefault((entry.level, entry.parameters), []).append(entry.year)
    for (level, parameters), listed in years.items():
        yield f"  {level} {', '.join(map(str, listed))}: {', '.join(parameters)}"


def _money(outcome: Outcome) -> Iterator[str]:
    """What of net cost, tax shift and equalisation between municipalities the release lacks, and why."""
    lines = [*outcome.run.not_computed, *rate_warnings(outcome.run.folder.parameters)]
    if lines:
        yield ""
        yield "Net cost, tax shift and equalisation between municipalities:"
        yield from (f"  {line}" for line in lines)


def _scope(outcome: Outcome) -> list[Entry]:
    months = set(outcome.plan.scope)
    entries = register(outcome.run.folder, outcome.run.ledger())
    return [entry for entry in entries if entry.month in months]
