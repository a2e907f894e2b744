"""Records of every subject but visits: from a delivery's text to rows of the subject's contract.

The staged tables of a subject are `staging.<subject>` (ids still in it), `staging.<subject>_identified` and
`staging.<subject>_accepted`. Their columns are made from `regions.contracts`.
"""

from collections.abc import Iterator
from typing import Any

from regions.contracts import Contract, ContractField
from regions.fields import Municipality
from regions.folder import RegionFolder
from regions.source import VISITS, RecordSource
from tasks import cells
from tasks.mapping import birth_date, common_columns, counting
from warehouse.sql import identifier, literal

_LATE_BIRTH = "coalesce(p0.birth_date, v.birth_date_given)"
_FROM_UNIT = "from_unit"
_REPLACED = ("person", "unit", "municipality")
_STAGED = {"date": "DATE", "moment": "TIMESTAMP", "texts": "VARCHAR[]", "professions": "VARCHAR[]"}


def staged(subject: str, part: str = "") -> str:
    """The quoted name of a subject's staging table: as read, `identified`, or `accepted`; visits' are short."""
    own = f"{subject}_{part}" if part else subject
    return f"staging.{identifier((part or VISITS) if subject == VISITS else own)}"


def record_select(folder: RegionFolder, source: RecordSource) -> str:
    """A SELECT from the registered `hemvard_raw` that gives a staged row per row of the delivery.

    Bound parameters: delivery_id, delivery_month, earliest_month.
    """
    mapping, contract = source.fields, source.contract
    entries = {field.name: entry for field, entry in mapping.entries(contract)}
    day = _day(entries.get(contract.date_field or ""))
    values = {field.name: _value(field, entries[field.name], folder, day) for field in contract.fields}
    listed_values = ",\n  ".join(f"{value} AS {identifier(name)}" for name, value in values.items())
    read = [(field, entries[field.name], values[field.name]) for field in contract.fields]
    record_id = cells.plain_text(mapping.record_id) if mapping.record_id else "NULL::VARCHAR"
    return f"""
SELECT {common_columns(source)},
  {literal(source.contract.when)} = 'event' AS is_event,
  {counting(source, day)} AS counting,
  {str(mapping.record_id is not None).lower()} AS has_record_id,
  {record_id} AS record_id,
  ({cells.coded(mapping.cancelled, day)}) = 'yes' AS cancelled,
  {birth_date(mapping.birth_date)} AS birth_date_given,
  {listed_values},
  {_names_where(_lacking(read))} AS lacking,
  {_names_where(_unreadable(read))} AS unreadable,
  {cells.defaulted(entries)} AS defaulted
FROM hemvard_raw AS raw"""


def staging_ddl(contract: Contract) -> str:
    """The columns of a subject's first staging table."""
    fields = ", ".join(f"{identifier(field.name)} {_staged_type(field)}" for field in contract.fields)
    return f"""(
  delivery_id VARCHAR, source_id VARCHAR, system VARCHAR, delivery_month DATE, earliest_month DATE, principal VARCHAR,
  row_number BIGINT, ragged BOOLEAN, is_event BOOLEAN, counting BOOLEAN, has_record_id BOOLEAN, record_id VARCHAR,
  cancelled BOOLEAN, birth_date_given DATE, {fields}, lacking VARCHAR[], unreadable VARCHAR[], defaulted VARCHAR[])"""


def identify_sql(contract: Contract) -> str:
    """Make `staging.<subject>_identified`: pseudonyms for ids, HSA-ids for units, month, age and record id.

    Reads the registered `hemvard_persons` and `hemvard_units`.
    """
    happened = f"v.{identifier(contract.date_field)}::DATE" if contract.date_field else "v.delivery_month"
    month = "v.delivery_month" if contract.when == "snapshot" else f"date_trunc('month', {happened})::DATE"
    keys = ", ".join(_identified(field, contract) for field in contract.fields if field.kind in _REPLACED)
    return f"""
CREATE OR REPLACE TABLE {staged(contract.subject, "identified")} AS
WITH placed AS (
  SELECT v.* EXCLUDE ({_excluded(contract)}), {keys}{"," if keys else ""}
    {_class(contract)} AS person_id_class, {_fault(contract)} AS person_id_fault,
    {month} AS month, {happened} AS happened_on,
    {_birth(contract)} AS birth_date, {_sex(contract)} AS sex_of_id, {_unmapped(contract)} AS unit_unmapped
  FROM {staged(contract.subject)} AS v
  {" ".join(_joins(contract, happened))})
SELECT * EXCLUDE ({", ".join(("record_id", "birth_date", "has_record_id", *map(_first, contract.person_fields)))}),
  date_diff('year', birth_date, happened_on)
    - (strftime(happened_on, '%m%d') < strftime(birth_date, '%m%d'))::INTEGER AS person_age,
  {_of_several(contract)} AS record_of_several,
  CASE WHEN has_record_id THEN record_id ELSE {_own_record(contract)} END AS record_id
FROM placed"""


def _value(field: ContractField, entry: Any, folder: RegionFolder, day: str) -> str:
    if entry is None:
        return _absent(field)
    readers = {
        "code": lambda: cells.coded(entry, day),
        "texts": lambda: cells.texts(entry),
        "professions": lambda: cells.professions(entry),
        "date": lambda: f"({cells.moment(entry)})::DATE",
        "moment": lambda: cells.moment(entry),
        "number": lambda: cells.number(entry, field.type),
        "municipality": lambda: _municipality(entry, folder),
    }
    return readers.get(field.kind, lambda: cells.plain_text(entry))()


def _municipality(entry: Municipality, folder: RegionFolder) -> str:
    return literal(_FROM_UNIT) if entry.from_unit else cells.municipality(entry, folder, empty=None)


def _absent(field: ContractField) -> str:
    """What a field holds that the source doesn't have."""
    if field.kind == "code":
        return literal(cells.UNKNOWN) if cells.UNKNOWN in field.codes else "NULL::VARCHAR"
    return cells.professions(None) if field.kind == "professions" else f"NULL::{_staged_type(field)}"


def _staged_type(field: ContractField) -> str:
    return field.type if field.kind == "number" else _STAGED.get(field.kind, "VARCHAR")


def _day(entry: Any) -> str:
    return f"({cells.moment(entry)})::DATE" if entry is not None else "$delivery_month::DATE"


def _lacking(read: list[tuple[ContractField, Any, str]]) -> Iterator[tuple[str, str]]:
    """Fields that must be there, and when they are not; persons have a rule of their own."""
    for field, entry, value in read:
        if field.required and field.kind != "person" and not getattr(entry, "from_unit", False):
            yield field.name, f"({value}) IS NULL AND NOT ({_is_given(entry)})"


def _unreadable(read: list[tuple[ContractField, Any, str]]) -> Iterator[tuple[str, str]]:
    """Fields whose cell holds something that can't be read."""
    for field, entry, value in read:
        if field.kind == "professions" and entry is not None:
            yield field.name, cells.professions_unreadable(entry)
        elif entry is not None and field.kind not in ("texts", "person"):
            yield field.name, f"({value}) IS NULL AND ({_is_given(entry)})"


def _is_given(entry: Any) -> str:
    """Whether any cell of a field holds something."""
    if getattr(entry, "value", None) is not None or getattr(entry, "from_unit", False):
        return "false"
    if getattr(entry, "expression", None) is not None:
        return f"{cells.cell_text(entry)} IS NOT NULL"
    return " OR ".join(f"{cells.column_text(column)} IS NOT NULL" for column in entry.reads())


def _names_where(tests: Iterator[tuple[str, str]]) -> str:
    listed = ", ".join(f"CASE WHEN {test} THEN {literal(name)} END" for name, test in tests)
    return f"list_filter([{listed}]::VARCHAR[], one_name -> one_name IS NOT NULL)"


def _excluded(contract: Contract) -> str:
    replaced = [field.name for field in contract.fields if field.kind in _REPLACED]
    return ", ".join(identifier(name) for name in [*replaced, "birth_date_given"])


def _identified(field: ContractField, contract: Contract) -> str:
    """The column that takes the place of a field that names a person, a unit, or a place that a unit tells."""
    name = identifier(field.name)
    if field.kind == "person":
        person = identifier(f"p_{field.name}")
        return f"{person}.person_key::UUID AS {name}, {person}.first_key::UUID AS {_first(field.name)}"
    if field.kind == "unit":
        return f"{identifier(f'u_{field.name}')}.hsa_id AS {name}"
    units = [other.name for other in contract.fields if other.kind == "unit"]
    of_unit = f"{identifier(f'u_{units[0]}')}.municipality_code" if units else "NULL"
    return f"CASE WHEN v.{name} = {literal(_FROM_UNIT)} THEN {of_unit} ELSE v.{name} END AS {name}"


def _first(field: str) -> str:
    """The column of a person's pseudonym under the first key: a record is the same whatever key is in force."""
    return identifier(f"first {field}")


def _joins(contract: Contract, happened: str) -> Iterator[str]:
    for position, name in enumerate(contract.person_fields):
        alias = identifier(f"p_{name}")
        on = f"{{0}}.person_id IS NOT DISTINCT FROM v.{identifier(name)} AND {{0}}.delivery_month = v.delivery_month"
        yield f"LEFT JOIN hemvard_persons AS {alias} ON {on.format(alias)}"
        if position == 0:
            yield f"LEFT JOIN hemvard_persons AS p0 ON {on.format('p0')}"
    for field in contract.fields:
        if field.kind == "unit":
            alias = identifier(f"u_{field.name}")
            yield (
                f"LEFT JOIN hemvard_units AS {alias} ON {alias}.system = v.system AND {alias}.local_code = "
                f"v.{identifier(field.name)} AND {happened} BETWEEN {alias}.valid_from AND {alias}.valid_to"
            )


def _fault(contract: Contract) -> str:
    """What is wrong with the first of the row's ids that is no valid one."""
    faults = [f"{identifier(f'p_{name}')}.person_id_fault" for name in contract.person_fields]
    return f"coalesce({', '.join(faults)})" if faults else "NULL::VARCHAR"


def _class(contract: Contract) -> str:
    """The worst class among the row's ids; NONE where the subject has no persons."""
    classes = [f"{identifier(f'p_{name}')}.person_id_class" for name in contract.person_fields]
    if not classes:
        return "'NONE'"
    worst = " ".join(
        f"WHEN {' OR '.join(f'{entry} = {literal(bad)}' for entry in classes)} THEN {literal(bad)}"
        for bad in ("MISSING", "INVALID")
    )
    return f"CASE {worst} ELSE {classes[0]} END"


def _birth(contract: Contract) -> str:
    return _LATE_BIRTH if contract.person_fields else "NULL::DATE"


def _sex(contract: Contract) -> str:
    return "coalesce(p0.sex_of_id, 'unknown')" if contract.person_fields else "'unknown'"


def _unmapped(contract: Contract) -> str:
    tests = [
        f"(v.{identifier(field.name)} IS NOT NULL AND {identifier(f'u_{field.name}')}.hsa_id IS NULL)"
        for field in contract.fields
        if field.kind == "unit"
    ]
    return " OR ".join(tests) or "false"


def _of_several(contract: Contract) -> str:
    """Whether a given record id stands in the delivery for several persons, cancelled rows apart."""
    if not contract.person_fields or contract.identity:
        return "false"
    keys = (f"{end}({identifier(contract.person_fields[0])}) FILTER (WHERE NOT cancelled)" for end in ("min", "max"))
    first, last = (f"{key} OVER (PARTITION BY delivery_id, record_id)" for key in keys)
    return f"has_record_id AND record_id IS NOT NULL AND {first} <> {last}"


def _own_record(contract: Contract) -> str:
    """The record that a row is where its source gives no id: by identity, or each row its own."""
    if not contract.identity:
        return "strftime(delivery_month, '%Y%m') || ' row ' || row_number"
    persons = contract.person_fields
    names = [_first(name) if name in persons else identifier(name) for name in contract.identity]
    parts = [f"coalesce({name}::VARCHAR, '')" for name in names]
    if contract.when == "snapshot":
        parts.insert(0, "delivery_month::VARCHAR")
    return f"left(sha256(concat_ws(chr(31), {', '.join(parts)})), 32)"
