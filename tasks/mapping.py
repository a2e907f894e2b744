"""From a source's columns to the canonical visit, as one SELECT over text."""

from regions.fields import Moment
from regions.folder import RegionFolder
from regions.model import FLAGS, UNKNOWN_MUNICIPALITY
from regions.source import Source, VisitSource
from tasks import cells
from tasks.reading import ROW_NUMBER
from warehouse.sql import identifier, listed, literal

CODED = ("care_form", "place", "living", "planned", "provider_level", *FLAGS)


def visit_select(folder: RegionFolder, source: VisitSource) -> str:
    """A SELECT from the registered `hemvard_raw` that gives a row of `staging.visits` per row of the delivery.

    Bound parameters: delivery_id, delivery_month, earliest_month.
    """
    visit = source.visit
    started = cells.moment(visit.started)
    day = f"({started})::DATE"
    coded = ",\n  ".join(f"{cells.coded(getattr(visit, name), day)} AS {name}" for name in CODED)
    entries = {name: getattr(visit, name) for name in type(visit).model_fields}
    return f"""
SELECT {common_columns(source)},
  {counting(source, day)} AS counting,
  {cells.plain_text(visit.record_id)} AS record_id,
  {cells.plain_text(visit.person_id)} AS person_id,
  {birth_date(visit.birth_date)} AS birth_date_given,
  {cells.coded(visit.sex, day) if visit.sex else "'unknown'"} AS sex_given,
  ({cells.coded(visit.cancelled, day)}) = 'yes' AS cancelled,
  {started} AS started_at,
  {_has_time(source)} AS has_time,
  {cells.number(visit.minutes, "INTEGER", whole=True) if visit.minutes else "NULL::INTEGER"} AS minutes,
  {_minutes_unreadable(source)} AS minutes_unreadable,
  {cells.professions(visit.professions)} AS professions,
  {cells.professions_unreadable(visit.professions)} AS profession_unreadable,
  {coded},
  {cells.municipality(visit.residence_municipality, folder, empty=UNKNOWN_MUNICIPALITY)} AS residence_municipality_code,
  {cells.municipality_text(visit.serving_municipality)} AS serving_given,
  {str(visit.serving_municipality.from_unit).lower()} AS serving_from_unit,
  {cells.plain_text(visit.care_unit) if visit.care_unit else "NULL::VARCHAR"} AS care_unit_code,
  {str(visit.care_unit is not None).lower()} AS has_unit,
  [{listed(folder.municipalities_of(source))}] AS source_municipalities,
  {cells.defaulted(entries)} AS defaulted
FROM hemvard_raw AS raw"""


def common_columns(source: Source) -> str:
    """What every staged row says of its delivery."""
    return f"""$delivery_id AS delivery_id, {literal(source.id)} AS source_id, {literal(source.system)} AS system,
  $delivery_month::DATE AS delivery_month, $earliest_month::DATE AS earliest_month,
  {literal(source.principal.value)} AS principal, raw.{identifier(ROW_NUMBER)} AS row_number, false AS ragged"""


def counting(source: Source, day: str) -> str:
    """Whether a row of the day counts: a control source's never do, another's on the days that it says."""
    if source.role == "control":
        return "false"
    first, last = literal(source.counts.first.isoformat()), literal(source.counts.last.isoformat())
    return f"coalesce({day} BETWEEN {first} AND {last}, true)"


def birth_date(entry: Moment | None) -> str:
    """The birth date that the row states."""
    return f"{cells.moment(entry)}::DATE" if entry else "NULL::DATE"


def _has_time(source: VisitSource) -> str:
    entry = source.visit.started
    if entry.time_column is not None:
        return f"{cells.column_text(entry.time_column)} IS NOT NULL"
    return str(entry.has_time).lower()


def _minutes_unreadable(source: VisitSource) -> str:
    entry = source.visit.minutes
    if entry is None:
        return "false"
    return f"({cells.cell_text(entry)} IS NOT NULL AND {cells.number(entry, 'INTEGER', whole=True)} IS NULL)"
