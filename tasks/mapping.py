"""From a source's columns to the canonical visit, as one SELECT over text.

Every name and code of the source's YAML is quoted; every conversion is a TRY_, so that a bad cell is
NULL – a fault of its row, found by the rules – and never an exception that quotes the cell.
"""

from regions.fields import Coded, Moment, Municipality, Number, Professions
from regions.folder import RegionFolder
from regions.model import FLAGS, OUTSIDE_COUNTY, UNKNOWN_MUNICIPALITY
from regions.source import Source
from tasks.reading import ROW_NUMBER
from warehouse.sql import identifier, listed, literal

CODED = ("care_form", "place", "living", "planned", "provider_level", *FLAGS)


def visit_select(folder: RegionFolder, source: Source) -> str:
    """A SELECT from the registered `hemvard_raw` that gives a row of `staging.visits` per row of the delivery.

    Bound parameters: delivery_id, delivery_month, earliest_month.
    """
    visit = source.visit
    coded = ",\n  ".join(f"{_coded(getattr(visit, name))} AS {name}" for name in CODED)
    return f"""
SELECT $delivery_id AS delivery_id, {literal(source.id)} AS source_id, {literal(source.system)} AS system,
  $delivery_month::DATE AS delivery_month, $earliest_month::DATE AS earliest_month,
  {literal(source.principal.value)} AS principal,
  raw.{identifier(ROW_NUMBER)} AS row_number, false AS ragged,
  {_text(visit.record_id.column)} AS record_id,
  {_text(visit.person_id.column)} AS person_id,
  {_birth_date(visit.birth_date)} AS birth_date_given,
  {_coded(visit.sex) if visit.sex else "'unknown'"} AS sex_given,
  {_cancelled(visit.cancelled)} AS cancelled,
  {_moment(visit.started)} AS started_at,
  {_has_time(visit.started)} AS has_time,
  {_number(visit.minutes)} AS minutes,
  {_number_unreadable(visit.minutes)} AS minutes_unreadable,
  {_professions(visit.professions)} AS professions,
  {_professions_unreadable(visit.professions)} AS profession_unreadable,
  {coded},
  {_residence(visit.residence_municipality, folder)} AS residence_municipality_code,
  {_serving_text(visit.serving_municipality)} AS serving_given,
  {str(visit.serving_municipality.from_unit).lower()} AS serving_from_unit,
  {_text(visit.care_unit.column) if visit.care_unit else "NULL::VARCHAR"} AS care_unit_code,
  {str(visit.care_unit is not None).lower()} AS has_unit,
  [{listed(folder.municipalities_of(source))}] AS source_municipalities
FROM hemvard_raw AS raw"""


def _text(column: str) -> str:
    return f"nullif(trim(raw.{identifier(column)}), '')"


def _case(text: str, codes: dict[str, str]) -> str:
    branches = " ".join(f"WHEN {literal(code)} THEN {literal(meaning)}" for code, meaning in codes.items())
    return f"CASE {text} {branches} END"


def _coded(entry: Coded) -> str:
    if entry.column is None:
        return literal(entry.value or "unknown")
    text = _text(entry.column)
    empty = "NULL" if entry.empty is None else literal(entry.empty)
    return f"CASE WHEN {text} IS NULL THEN {empty} ELSE {_case(text, entry.codes)} END"


def _cancelled(entry: Coded) -> str:
    return f"({_coded(entry)}) = 'yes'"


def _moment(entry: Moment) -> str:
    moment = f"try_strptime({_text(entry.date_column)}, {literal(entry.date_format)})"
    if entry.time_column is not None:
        time = _text(entry.time_column)
        both = f"try_strptime({_text(entry.date_column)} || ' ' || {time}, {literal(_both_formats(entry))})"
        moment = f"CASE WHEN {time} IS NULL THEN {moment} ELSE {both} END"
    if entry.zone == "UTC":
        moment = f"timezone('Europe/Stockholm', timezone('UTC', {moment}))"
    return f"({moment})::TIMESTAMP"


def _both_formats(entry: Moment) -> str:
    return f"{entry.date_format} {entry.time_format}"


def _has_time(entry: Moment) -> str:
    if entry.time_column is not None:
        return f"{_text(entry.time_column)} IS NOT NULL"
    return str(entry.has_time).lower()


def _birth_date(entry: Moment | None) -> str:
    return f"{_moment(entry)}::DATE" if entry else "NULL::DATE"


def _number(entry: Number | None) -> str:
    if entry is None:
        return "NULL::INTEGER"
    text = _text(entry.column)
    if entry.decimal != ".":
        text = f"replace({text}, {literal(entry.decimal)}, '.')"
    factor = 60 if entry.unit == "hours" else 1
    return f"TRY_CAST(round(TRY_CAST({text} AS DECIMAL(12,4)) * {factor}) AS INTEGER)"


def _number_unreadable(entry: Number | None) -> str:
    return f"({_text(entry.column)} IS NOT NULL AND {_number(entry)} IS NULL)" if entry else "false"


def _professions(entry: Professions | None) -> str:
    if entry is None:
        return "['unknown']"
    read = ", ".join(_case(_text(column), entry.codes) for column in entry.columns)
    found = f"list_filter([{read}], profession -> profession IS NOT NULL)"
    return f"CASE WHEN len({found}) = 0 THEN ['unknown'] ELSE {found} END"


def _professions_unreadable(entry: Professions | None) -> str:
    if entry is None:
        return "false"
    tests = (
        f"({_text(column)} IS NOT NULL AND {_case(_text(column), entry.codes)} IS NULL)" for column in entry.columns
    )
    return f"({' OR '.join(tests)})"


def _residence(entry: Municipality, folder: RegionFolder) -> str:
    """A municipality of the county as it is, another existing one as 9998, none as 9999, a false one as NULL."""
    own = listed(folder.region.municipalities)
    others = listed(code for code in folder.national.municipalities if code not in folder.region.municipalities)
    code = _municipality_text(entry)
    return f"""CASE WHEN {code} IS NULL THEN {literal(UNKNOWN_MUNICIPALITY)}
    WHEN {code} IN ({own}, {literal(OUTSIDE_COUNTY)}, {literal(UNKNOWN_MUNICIPALITY)}) THEN {code}
    WHEN {code} IN ({others}) THEN {literal(OUTSIDE_COUNTY)} END"""


def _serving_text(entry: Municipality) -> str:
    return "NULL::VARCHAR" if entry.from_unit else _municipality_text(entry)


def _municipality_text(entry: Municipality) -> str:
    if entry.column is None:
        return literal(entry.value) if entry.value else "NULL::VARCHAR"
    text = _text(entry.column)
    if not entry.codes:
        return f"left({text}, 4)"
    return f"coalesce({_case(text, entry.codes)}, left({text}, 4))"
