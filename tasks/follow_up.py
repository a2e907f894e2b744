"""follow_up: what stands beside the indicators that are to be published – baseline, target, signal, usability, break.

Set on the protected rows alone: a hidden baseline is none, and no signal tells of a hidden value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from expectations.rules import series_rules
from regions.folder import RegionFolder
from regions.model import OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY, MonthSpan, MunicipalityCode
from regions.month import Month
from regions.source import VISITS, Source
from regions.targets import Area, TargetSpan
from tasks.register import TO_TELL, register, waiting
from tasks.run import Run
from tasks.source_breaks import source_breaks
from warehouse.lake import registered
from warehouse.model_files import MODELS
from warehouse.models import indicator_models
from warehouse.schema import INDICATOR_RESULTS
from warehouse.sql import identifier

_SET = ("baseline_value", "baseline_start", "baseline_end", "target", "signal", "usability", "source_break")
_FINDINGS = """
SELECT DISTINCT source_id, subject, month FROM hemvard_findings WHERE list_contains($rules::VARCHAR[], rule_id)"""

_WHOLE_SOURCE = "-"
_TYPES = {"version": pa.int16(), "value": pa.decimal128(18, 6)}
_DAYS = ("first_day", "last_day", "month", "day")


@dataclass(frozen=True)
class _Baseline:
    """The days whose value a figure is compared with."""

    comparison_source: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class _Reads:
    """A subject that an indicator is made of."""

    indicator_id: str
    version: int
    subject: str


@dataclass(frozen=True, order=True)
class Doubt:
    """A subject's month and area with which something is wrong: a delivery is lacking, or a finding stands."""

    subject: str
    area_type: str
    area_code: str
    month: date

    @property
    def is_local(self) -> bool:
        """Whether it is of a municipality: what is odd at one care unit says little of the county."""
        return self.area_type == "municipality"


@dataclass(frozen=True, order=True)
class _Break:
    """A source break, by area."""

    subject: str
    area_type: str
    area_code: str
    day: date


def follow_up(run: Run) -> None:
    """Set what stands beside the rows of `build.indicators.results`; `tasks.findings.find` has run before.

    The first agreement's baseline is compared with. Without an agreement there is neither baseline nor signal.
    """
    sql = (MODELS / "follow_up" / "results.sql").read_text(encoding="utf-8")
    sets = ", ".join(f"{identifier(name)} = f.{identifier(name)}" for name in _SET)
    same = " AND ".join(f"f.{identifier(name)} = r.{identifier(name)}" for name in INDICATOR_RESULTS.key)
    with registered(run.connection, _tables(run)):
        run.connection.execute(f"UPDATE build.indicators.results AS r SET {sets} FROM ({sql}) AS f WHERE {same}")


def doubts(
    folder: RegionFolder, lacking: Iterable[tuple[Source, Month]], findings: Iterable[tuple[str, str, date]]
) -> list[Doubt]:
    """What deliveries that are lacking, and findings (source, subject of it, month), make doubtful. Pure."""
    found = set()
    for source, month in lacking:
        if source.role == "counting":
            found |= set(_of(folder, source.subject, folder.municipalities_of(source), month.first))
    for source_id, about, first in findings:
        for subject in _questioned(folder, source_id, about):
            doubted = set(_of(folder, subject, _served(folder, source_id, about), first))
            found |= doubted if about == _WHOLE_SOURCE else {doubt for doubt in doubted if doubt.is_local}
    return sorted(found)


def _tables(run: Run) -> Mapping[str, pa.Table]:
    folder = run.folder
    baseline = folder.agreements[0].baseline if folder.agreements else None
    lacking = waiting(register(folder, run.ledger()))
    return {
        "hemvard_baseline": _table(_Baseline, _baselines(baseline)),
        "hemvard_targets": _table(TargetSpan, TargetSpan.all(folder.targets, folder.region)),
        "hemvard_reads": _table(_Reads, _reads()),
        "hemvard_doubts": _table(Doubt, doubts(folder, lacking, _findings(run.connection))),
        "hemvard_breaks": _table(_Break, _breaks(folder, baseline)),
    }


def _baselines(span: MonthSpan | None) -> list[_Baseline]:
    """The agreement's months for our own figures; of Kolada, who publishes years, the year in which they end."""
    if span is None:
        return []
    last = span.last or span.first
    own = _Baseline("own", span.first.first, last.plus(1).first - timedelta(days=1))
    return [own, _Baseline("kolada", date(last.year, 1, 1), date(last.year, 12, 31))]


def _reads() -> list[_Reads]:
    models = [(dict(model.own_rows), model.subjects) for model in indicator_models()]
    return [
        _Reads(own["indicator_id"], int(own["version"]), subject)
        for own, subjects in models
        for subject in sorted(subjects)
    ]


def _findings(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, date]]:
    """Those over time that tell of the figures; how a delivery came says nothing of what is in it."""
    of_the_register = {f"delivery_{finding}" for finding in TO_TELL}
    rules = sorted({entry.id for entry in series_rules()} - of_the_register)
    return connection.execute(_FINDINGS, {"rules": rules}).fetchall()


def _breaks(folder: RegionFolder, baseline: MonthSpan | None) -> list[_Break]:
    if baseline is None:
        return []
    found = {
        _Break(entry.subject, *area, entry.day)
        for entry in source_breaks(folder, baseline)
        for area in _areas_of(folder, entry.municipality_code)
    }
    return sorted(found)


def _questioned(folder: RegionFolder, source_id: str, about: str) -> Sequence[str]:
    """The subjects that a finding casts doubt on; one of a municipality compares a source with the visits there."""
    source = folder.sources_by_id.get(source_id)
    subject = source.subject if source else VISITS
    return (subject, VISITS) if about in folder.region.municipalities else (subject,)


def _served(folder: RegionFolder, source_id: str, about: str) -> Sequence[MunicipalityCode]:
    """The municipalities that a finding is of: itself one, that of a care unit, or all that the source serves."""
    region = folder.region.municipalities
    if about in region:
        return (about,)
    units = sorted({unit.municipality_code for unit in folder.units if unit.hsa_id == about})
    source = folder.sources_by_id.get(source_id)
    return units or (folder.municipalities_of(source) if source else region)


def _of(folder: RegionFolder, subject: str, codes: Iterable[MunicipalityCode], first: date) -> Iterator[Doubt]:
    for code in codes:
        yield from (Doubt(subject, *area, first) for area in _areas_of(folder, code))


def _areas_of(folder: RegionFolder, code: MunicipalityCode) -> Iterator[Area]:
    """The areas whose figures rest on what is delivered from a serving municipality.

    Those who live outside the county, or nobody knows where, are cared for in any of them.
    """
    yield "region", folder.region.county_code
    yield from (("municipality", each) for each in (code, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY))
    yield from (("county_part", part.id) for part in folder.region.county_parts if code in part.municipalities)


def _table(kind: type, rows: Sequence[object]) -> pa.Table:
    """Dataclasses as a table with a column per field."""
    names = [field.name for field in fields(kind)]
    cells = list(zip(*(astuple(row) for row in rows), strict=True)) or [()] * len(names)  # type: ignore[call-overload]
    types = [_TYPES.get(name, pa.date32() if name in _DAYS else pa.string()) for name in names]
    return pa.table([pa.array(column, type_) for column, type_ in zip(cells, types, strict=True)], names=names)
