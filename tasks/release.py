"""release: the rest of the database, the manifest, and the checks on the results – beside, not yet in force."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from expectations.rules import Rule, result_rules, rule
from expectations.suite import failed_results
from regions.errors import DataError
from regions.parameters import ParameterValue
from tasks.compute import bound_of
from tasks.continuity import write_continuity
from tasks.csv_files import write_csv_files
from tasks.definitions import code_hash, code_version, lock_files, national_files, rules_hash
from tasks.disclosure import audit
from tasks.equalisation.official import official_values
from tasks.findings import date_new, write_changes
from tasks.protect import BUILD
from tasks.register import IN_FIGURES, latest_official, register
from tasks.restatements import write_restatements
from tasks.run import Run
from tasks.states import PARAMETERS, MadeOf, Side, keep_inputs
from tasks.tables import insert, target_of, write_tables
from tasks.workbook import names_of, write_workbook
from warehouse import releases, schema
from warehouse.canonical import table_hash
from warehouse.erasures import hashes_of, read_erasures
from warehouse.kept_inputs import set_hash
from warehouse.models import computed_models
from warehouse.releases import Manifest
from warehouse.sql import columns, literal

NOTICE_SV = "Syntetiska leveranser – inga verkliga patienter"
FORMAT = 1
THIS = "this release"


@dataclass(frozen=True)
class Input:
    """Something that decides the figures: a row of `meta.inputs`."""

    kind: str
    name: str
    hash: str


def collect_inputs(run: Run) -> list[Input]:
    """All that goes into a release: deliveries, rules, models, the region's files, parameters, code."""
    state = run.ledger()
    deliveries = [
        Input("delivery", f"{entry.source.id} {entry.month} {entry.delivery}", entry.delivery_id)
        for entry in register(run.folder, state)
        if entry.status in IN_FIGURES
    ]
    official = [
        Input("official", f"{entry.source_id} {entry.month} {entry.delivery_id[:12]}", entry.delivery_id)
        for entry in latest_official(run.folder, state)
    ]
    erased = [Input("erasure", record, hash_) for record, hash_ in hashes_of(read_erasures(run.connection)).items()]
    bound = bound_of(run.folder)
    models = [Input("model", model.name, model.definition(bound)) for model in computed_models()]
    files = [Input("region_file", name, hashlib.sha256(text).hexdigest()) for name, text in run.folder.files.items()]
    national = [
        Input("national_file", name, hashlib.sha256(text).hexdigest())
        for name, text in national_files().items()
        if not name.startswith(PARAMETERS)  # of these, values known on the day count: the next line but two
    ]
    values = {
        "known values": run.folder.parameters.all(),
        "known official values": official_values(run.connection, run.folder),
    }
    known = [Input("parameters", name, _hash_of_known(run, found)) for name, found in values.items()]
    asked = [Input("as_of", day, hashlib.sha256(day.encode()).hexdigest()) for day in _asked_day(run)]
    return sorted(
        [
            *deliveries,
            *official,
            *erased,
            *models,
            *files,
            *national,
            *known,
            *asked,
            Input("rules", "expectations", rules_hash()),
            Input("code", code_version(), code_hash()),
            Input("code", "libraries", set_hash(lock_files())),
        ],
        key=lambda entry: (entry.kind, entry.name),
    )


def inputs_hash(inputs: Sequence[Input]) -> str:
    """One hash of all inputs: the same, and there is nothing new to publish."""
    return hashlib.sha256(json.dumps([astuple(entry) for entry in inputs]).encode()).hexdigest()


def release(run: Run, building: Path, inputs: Sequence[Input]) -> Manifest:
    """Complete the database that `protect` began, write the manifest, and check the results.

    Raises DataError where a result rule is broken; then nothing is put in force.
    """
    write_tables(run)
    with run.transaction():
        write_changes(run, f"{BUILD}.{schema.CHANGES.name}")
        write_continuity(run, BUILD)
        insert(run, schema.INPUTS, [astuple(entry) for entry in inputs])
    made_of = keep_inputs(run)
    write_restatements(run, Side(THIS, {(e.kind, e.name): e.hash for e in inputs}, run.as_of, made_of))
    manifest = _manifest(run, inputs, made_of)
    _write_release(run, manifest)
    date_new(run, f"{BUILD}.{schema.CHANGES.name}", str(manifest["release_id"]))
    _check(run)
    audit(run, BUILD, str(manifest["release_id"]))
    _write_parquet(run, building)
    write_csv_files(run.connection, BUILD, building / "csv")
    workbook = building / "excel" / f"hemvard_{run.folder.region.id}.xlsx"
    write_workbook(run.connection, BUILD, workbook, names_of(run.folder))
    run.connection.execute(f"DETACH {BUILD}")
    releases.write_manifest(building, manifest)
    return manifest


def _hash_of_known(run: Run, values: Iterable[ParameterValue]) -> str:
    """Of every value known on the run's day, whether a figure turns out to need it or not: what it may rest on."""
    known = repr([astuple(value) for value in values if value.known_from <= run.as_of])
    return hashlib.sha256(known.encode()).hexdigest()


def _asked_day(run: Run) -> list[str]:
    """The day that a run was asked to know no more than: with another one it is another release."""
    return [run.asked_as_of.isoformat()] if run.asked_as_of else []


def _manifest(run: Run, inputs: Sequence[Input], made_of: MadeOf) -> Manifest:
    """What went in and what came out. Its hash, with the time, is the release's id."""
    previous = releases.in_force(run.home)
    manifest: Manifest = {
        "format": FORMAT,
        "region": run.folder.region.id,
        "data": run.folder.region.data,
        "as_of": run.as_of.isoformat(),
        "lake_snapshot": made_of.snapshot,
        "made_of": asdict(made_of),
        "inputs_hash": inputs_hash(inputs),
        "inputs": [astuple(entry) for entry in inputs],
        "tables": _table_facts(run),
        "previous_release": previous.name if previous else None,
    }
    created = run.started_at
    manifest["release_id"] = releases.release_id(manifest, created)
    manifest["created_at"] = created.isoformat()
    return manifest


def _table_facts(run: Run) -> dict[str, dict[str, object]]:
    facts: dict[str, dict[str, object]] = {}
    for table in schema.PUBLISHED:
        if table is not schema.RELEASE:
            row = run.connection.execute(f"SELECT count(*) FROM {target_of(table)}").fetchone()
            facts[table.name] = {
                "rows": int(row[0]) if row else 0,
                "hash": table_hash(run.connection, table, BUILD),
            }
    return facts


def _write_release(run: Run, manifest: Mapping[str, object]) -> None:
    region = run.folder.region
    hidden = _hidden_shares(run)
    span = run.connection.execute(f"SELECT min(period), max(period) FROM {BUILD}.volumes.visits_month").fetchone()
    row = (
        manifest["release_id"],
        region.id,
        region.name,
        region.data,
        NOTICE_SV if run.folder.is_synthetic else "",
        *(span or (None, None)),
        run.folder.publication.min_persons,
        *hidden,
        code_version(),
        manifest["inputs_hash"],
        run.started_at,
    )
    insert(run, schema.RELEASE, [row])


def _hidden_shares(run: Run) -> tuple[object, object]:
    """Share of rows hidden in the volume tables, and of visits in hidden rows of the months, both in whole per mille.

    With more digits the hidden visits would have a sum that can be read off.
    """
    row = run.connection.execute(f"""
        WITH rows AS (SELECT status FROM {BUILD}.volumes.visits_month
          UNION ALL SELECT status FROM {BUILD}.volumes.region_totals),
        hidden AS (SELECT l.visits FROM {BUILD}.volumes.visits_month AS p
          JOIN lake.volumes.visits_month AS l USING (period, municipality_code, care_form, place, planned)
          WHERE p.status = 'protected'),
        total AS (SELECT sum(visits) AS visits FROM lake.volumes.visits_month
          WHERE municipality_code = 'all' AND care_form = 'all' AND place = 'all' AND planned = 'all')
        SELECT (SELECT round(count(*) FILTER (status = 'protected') / nullif(count(*), 0), 3) FROM rows),
          (SELECT round(coalesce(sum(visits), 0) / (SELECT nullif(visits, 0) FROM total), 3) FROM hidden)""").fetchone()
    return (row[0], row[1]) if row else (None, None)


def _check(run: Run) -> None:
    """Ask the result rules: an error stops the release, a warning is told at the end."""
    broken = [rule(entry) for entry in sorted(failed_results(run.connection, BUILD, result_rules()))]
    run.odd += [line for entry in broken if entry.severity == "warning" for line in _odd(run, entry)]
    if errors := [entry for entry in broken if entry.severity == "error"]:
        listed = "\n".join(f"  {entry.id}: {entry.message_en}" for entry in errors)
        raise DataError(
            f"The results break {len(errors)} rule(s); nothing was published, the last release stands.\n{listed}",
            where="expectations/results.yaml",
            todo="This is a fault of the figures, not of a delivery: report it with the rule's name.",
        )


def _odd(run: Run, broken: Rule) -> Iterator[str]:
    """A warning in words: each breach by its first column."""
    cursor = run.connection.cursor()
    try:
        cursor.execute(f"USE {BUILD}.meta")
        for row in cursor.execute(broken.question()).fetchall():
            yield f"{row[0]}: {broken.message_en} ({broken.id})"
    finally:
        cursor.close()  # an open one would keep the release's database attached


def _write_parquet(run: Run, building: Path) -> None:
    folder = building / "parquet"
    folder.mkdir()
    for table in schema.PUBLISHED:
        file = literal(str(folder / f"{table.name}.parquet"))
        run.connection.execute(
            f"COPY (SELECT * FROM {target_of(table)} ORDER BY {columns(table.key)}) TO {file} (FORMAT parquet)"
        )
