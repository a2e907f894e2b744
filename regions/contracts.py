"""The canonical contracts: what a row of each subject is, field by field, whatever system it comes from.

Visits have a mapping of their own (`regions.fields.VisitMapping`); every other subject is one of these.
A contract decides the mapping that a source's YAML may hold (`fields:`), the tables of the lake and the
rules that each row must pass. Definitions: docs/contracts.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from regions import model as codes

Kind = Literal["text", "texts", "code", "person", "unit", "municipality", "professions", "date", "moment", "number"]
When = Literal["event", "snapshot", "series"]


@dataclass(frozen=True)
class ContractField:
    """One field. `type` is what the lake holds; `codes` the closed list of a code; persons become pseudonyms."""

    name: str
    kind: Kind
    sv: str
    en: str
    required: bool = False
    type: str = "VARCHAR"
    codes: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Contract:
    """A subject: its fields, when a row happened, and what makes two rows the same record.

    `event` rows happened on a day, within the file's month or the late months before it; `snapshot` rows say
    how it stood in the file's month; `series` rows are official values, each for the date that it states.
    Where a source has no record id, the identity's fields are the record; without either each row is its own.
    """

    subject: str
    sv: str
    en: str
    fields: tuple[ContractField, ...]
    when: When
    date_field: str | None = None
    identity: tuple[str, ...] = ()

    @property
    def by_name(self) -> Mapping[str, ContractField]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def person_fields(self) -> tuple[str, ...]:
        """The names of the fields that hold a person's id."""
        return tuple(field.name for field in self.fields if field.kind == "person")


def _text(name: str, sv: str, en: str, *, required: bool = False) -> ContractField:
    return ContractField(name, "text", sv, en, required)


def _code(name: str, listed: tuple[str, ...], sv: str, en: str, *, required: bool = False) -> ContractField:
    return ContractField(name, "code", sv, en, required, codes=listed)


def _date(name: str, sv: str, en: str, *, required: bool = False) -> ContractField:
    return ContractField(name, "date", sv, en, required, "DATE")


def _moment(name: str, sv: str, en: str, *, required: bool = False) -> ContractField:
    return ContractField(name, "moment", f"{sv} (svensk tid)", f"{en} (Swedish time)", required, "TIMESTAMP")


def _number(name: str, type_: str, unit: str, sv: str, en: str, *, required: bool = False) -> ContractField:
    return ContractField(name, "number", sv, en, required, type_, unit=unit)


_PERSON = ContractField("person", "person", "Personen, som pseudonym", "The person, as a pseudonym", required=True)
_UNIT = ContractField("care_unit", "unit", "Vårdenhet (HSA-id)", "Care unit (HSA-id)")
_MUNICIPALITY = ContractField("municipality_code", "municipality", "Kommun", "Municipality", required=True)
_RESIDENCE = ContractField(
    "residence_municipality_code", "municipality", "Folkbokföringskommun", "Municipality of residence"
)
_PROFESSIONS = ContractField(
    "professions", "professions", "Yrken, det ansvariga först", "Professions, the lead first", type="VARCHAR[]"
)
_FROM = _date("valid_from", "Gäller från och med", "Valid from", required=True)
_TO = _date("valid_to", "Gäller till och med; tomt: tills vidare", "Valid to, inclusive; empty: until further notice")
_SEX = _code("sex", (*codes.SEXES, "all"), "Kön; all: båda", "Sex; all: both")
_AREA = _text(
    "area_code",
    "Område: kommun (4 siffror), län (2), riket 00",
    "Area: municipality, county, country 00",
    required=True,
)
_PERSONS = _number("persons", "BIGINT", "persons", "Antal invånare", "Inhabitants", required=True)
_AGE = _number("age", "SMALLINT", "years", "Ålder; 100 är 100 år och äldre", "Age; 100 is 100 and above")
_YEAR_DAY = _date("measured_on", "Dag som värdet avser", "The day to which the value refers", required=True)

_ALL = (
    Contract(
        "costs",
        "En post i ekonomisystemets huvudbok",
        "A posting of the economy system's ledger",
        (
            _date("month", "Bokföringsmånad (första dagen)", "Month of the posting (its first day)", required=True),
            _text("account", "Konto", "Account", required=True),
            _text("cost_centre", "Kostnadsställe", "Cost centre", required=True),
            _text("activity", "Verksamhet", "Activity"),
            _text("counterpart", "Motpart", "Counterpart"),
            _text("cost_item", "Kostnadspost enligt regionens lista", "Cost item of the region's list"),
            _code(
                "posting_kind",
                ("gross_cost", "internal_revenue", "sale", "fee", "grant", "other"),
                "Bruttokostnad, intern intäkt, försäljning, avgift, bidrag eller annat",
                "Gross cost, internal revenue, sale, fee, grant or other",
                required=True,
            ),
            ContractField("municipality_code", "municipality", "Kommun där vården ges", "Serving municipality"),
            _UNIT,
            _number("amount_sek", "DECIMAL(18,2)", "sek", "Bokfört belopp", "Amount as posted", required=True),
        ),
        "event",
        "month",
    ),
    Contract(
        "staffing",
        "En månads bemanning för ett yrke vid en enhet",
        "A month's staff of a profession at a unit",
        (
            _date("month", "Månad (första dagen)", "Month (its first day)", required=True),
            ContractField("municipality_code", "municipality", "Kommun", "Municipality"),
            _UNIT,
            _text("cost_centre", "Kostnadsställe", "Cost centre"),
            ContractField("professions", "professions", "Yrke", "Profession", True, "VARCHAR[]"),
            _number(
                "fte",
                "DECIMAL(12,4)",
                "fte",
                "Årsarbetare (faktisk sysselsättning)",
                "Full-time equivalents",
                required=True,
            ),
            _number("headcount", "INTEGER", "persons", "Antal anställda", "Headcount"),
        ),
        "event",
        "month",
        ("month", "municipality_code", "care_unit", "cost_centre", "professions"),
    ),
    Contract(
        "enrolments",
        "En persons inskrivning i hemsjukvård, som den stod i månadens uttag",
        "A person's enrolment in home health care, as it stood in the month's extract",
        (
            _PERSON,
            _MUNICIPALITY,
            _UNIT,
            _code("living", codes.LIVINGS, "Boende", "Ordinary or special housing"),
            _FROM,
            _TO,
        ),
        "snapshot",
        None,
        ("person", "municipality_code", "valid_from"),
    ),
    Contract(
        "listings",
        "En persons listning på en vårdcentral, som den stod i månadens uttag",
        "A person's listing at a health centre, as it stood in the month's extract",
        (
            _PERSON,
            ContractField("health_centre", "unit", "Vårdcentral (HSA-id)", "Health centre (HSA-id)", required=True),
            _RESIDENCE,
            _FROM,
            _TO,
        ),
        "snapshot",
        None,
        ("person", "valid_from"),
    ),
    Contract(
        "admissions",
        "Ett avslutat vårdtillfälle i sluten vård",
        "A completed stay in inpatient care",
        (
            _PERSON,
            _UNIT,
            _RESIDENCE,
            _moment("admitted_at", "Inskriven", "Admitted", required=True),
            _moment("discharged_at", "Utskriven", "Discharged", required=True),
            _moment("discharge_ready_at", "Bedömd utskrivningsklar", "Judged ready for discharge"),
            _code("planned", codes.PLANNED, "Tid avtalad eller ej", "Planned: a time had been agreed"),
            _text("main_diagnosis", "Huvuddiagnos (ICD-10-SE)", "Main diagnosis (ICD-10-SE)"),
            ContractField("diagnoses", "texts", "Bidiagnoser", "Other diagnoses", type="VARCHAR[]"),
            _code(
                "discharged_to",
                ("home", "special_housing", "other_hospital", "deceased", "unknown"),
                "Utskriven till",
                "Discharged to",
            ),
        ),
        "event",
        "discharged_at",
    ),
    Contract(
        "emergency_visits",
        "Ett besök på akutmottagning",
        "A visit to an emergency department",
        (
            _PERSON,
            _UNIT,
            _RESIDENCE,
            _moment("arrived_at", "Ankomst", "Arrived", required=True),
            _moment("left_at", "Lämnade mottagningen", "Left"),
            _code("outcome", ("home", "admitted", "deceased", "other", "unknown"), "Utfall", "Outcome"),
        ),
        "event",
        "arrived_at",
    ),
    Contract(
        "assessments",
        "En bedömning med beslutsstödet enligt ViSam-modellen",
        "An assessment with the decision support of the ViSam model",
        (
            _PERSON,
            ContractField("municipality_code", "municipality", "Kommun", "Municipality"),
            _UNIT,
            _PROFESSIONS,
            _moment("assessed_at", "Bedömningens tid", "Assessed at", required=True),
            _code(
                "outcome",
                ("stay_home", "primary_care", "emergency_department", "direct_admission", "unknown"),
                "Utfall: stanna hemma, primärvård, akutmottagning, direktinläggning",
                "Outcome: stay at home, primary care, emergency department, direct admission",
                required=True,
            ),
        ),
        "event",
        "assessed_at",
    ),
    Contract(
        "discharge_messages",
        "Ett meddelande vid in- eller utskrivning enligt lag (2017:612)",
        "A message around a stay in hospital by law (2017:612)",
        (
            _PERSON,
            _code(
                "message",
                ("admission_notice", "discharge_ready_notice", "planning_call", "planning_meeting", "care_transfer"),
                "Inskrivningsmeddelande (2:1), utskrivningsklar (3:1), kallelse till SIP (4:3), SIP, överföring (3:2)",
                "Admission notice (2:1), ready for discharge (3:1), call to planning (4:3), planning, transfer (3:2)",
                required=True,
            ),
            _moment("sent_at", "Skickat", "Sent", required=True),
            _text("admission_record_id", "Vårdtillfällets postnummer", "The stay's record id"),
            ContractField("sender_unit", "unit", "Avsändande enhet", "Sending unit"),
            ContractField("municipality_code", "municipality", "Mottagande kommun", "Receiving municipality"),
        ),
        "event",
        "sent_at",
    ),
    Contract(
        "assistive_devices",
        "Ett förskrivet hjälpmedel",
        "An assistive device prescribed",
        (
            _PERSON,
            ContractField("municipality_code", "municipality", "Kommun", "Municipality"),
            _text("device_class", "Hjälpmedelsklass (ISO 9999)", "Class of the device (ISO 9999)"),
            _date("prescribed_on", "Förskrivet", "Prescribed on", required=True),
            _date("returned_on", "Återlämnat", "Returned on"),
            _PROFESSIONS,
            _number("cost_sek", "DECIMAL(18,2)", "sek", "Kostnad", "Cost"),
        ),
        "event",
        "prescribed_on",
    ),
    Contract(
        "care_recipients",
        "En person som fått kommunal hälso- och sjukvård en månad (KHSL1)",
        "A person who received municipal health care in a month (KHSL1)",
        (
            _PERSON,
            _date("month", "Månad (första dagen)", "Month (its first day)", required=True),
            _MUNICIPALITY,
        ),
        "event",
        "month",
        ("person", "month", "municipality_code"),
    ),
    Contract(
        "care_actions",
        "En vårdåtgärd i kommunal hälso- och sjukvård (KHSL2)",
        "A care action in municipal health care (KHSL2)",
        (
            _PERSON,
            _date("done_on", "Datum", "Date", required=True),
            _text("action", "Åtgärd (KVÅ)", "Action (KVÅ)", required=True),
            _PROFESSIONS,
            _MUNICIPALITY,
        ),
        "event",
        "done_on",
    ),
    Contract(
        "overview_status",
        "En kommuns anslutning till nationell patientöversikt (NPÖ)",
        "A municipality's connection to the national patient overview (NPÖ)",
        (
            _MUNICIPALITY,
            _code("role", ("reads", "delivers"), "Läser eller levererar", "Reads or delivers", required=True),
            _FROM,
            _TO,
        ),
        "snapshot",
        None,
        ("municipality_code", "role", "valid_from"),
    ),
    Contract(
        "person_links",
        "Två id som är samma person: bytt personnummer, eller dubbletter som slagits samman",
        "Two ids that are one person: an id that changed, or duplicates that were merged",
        (
            ContractField("person", "person", "Det id som gäller", "The id that holds", required=True),
            ContractField("former_person", "person", "Det tidigare id:t", "The former id", required=True),
            _code("reason", ("changed", "merged", "unknown"), "Skäl", "Reason"),
            _date("linked_on", "Dag då kopplingen gjordes", "The day on which they were linked", required=True),
        ),
        "event",
        "linked_on",
        ("person", "former_person"),
    ),
    Contract(
        "tax_base",
        "Ett områdes skatteunderlag ett år",
        "An area's tax base of a year",
        (
            _AREA,
            _date("year", "År (första dagen)", "Year (its first day)", required=True),
            _number("tax_base_sek", "DECIMAL(18,2)", "sek", "Skatteunderlag", "Tax base"),
            _number("tax_power_sek", "DECIMAL(18,2)", "sek_per_inhabitant", "Skattekraft", "Tax power"),
        ),
        "series",
        "year",
        ("area_code", "year"),
    ),
    Contract(
        "tax_rates",
        "Ett områdes skattesats ett år",
        "An area's tax rate of a year",
        (
            _AREA,
            _date("year", "År (första dagen)", "Year (its first day)", required=True),
            _code("level", ("municipality", "region", "total"), "Nivå", "Level", required=True),
            _number("rate_percent", "DECIMAL(9,4)", "percent", "Skattesats", "Tax rate", required=True),
        ),
        "series",
        "year",
        ("area_code", "year", "level"),
    ),
    Contract(
        "population",
        "Folkmängd i ett område efter ålder och kön",
        "Inhabitants of an area by age and sex",
        (_AREA, _YEAR_DAY, _AGE, _SEX, _PERSONS),
        "series",
        "measured_on",
        ("area_code", "measured_on", "age", "sex"),
    ),
    Contract(
        "population_forecast",
        "Folkmängdsprognos för ett område efter ålder och kön",
        "Forecast of an area's inhabitants by age and sex",
        (_AREA, _YEAR_DAY, _AGE, _SEX, _PERSONS, _text("vintage", "Prognosens utgåva", "The forecast's edition")),
        "series",
        "measured_on",
        ("area_code", "measured_on", "age", "sex", "vintage"),
    ),
    Contract(
        "external_indicators",
        "Ett jämförelsevärde ur Kolada",
        "A value of an indicator from Kolada",
        (
            _AREA,
            _text("indicator", "Nyckeltal", "Indicator", required=True),
            _date("year", "År (första dagen)", "Year (its first day)", required=True),
            _SEX,
            _number("value", "DECIMAL(18,6)", "", "Värde; tomt där Kolada saknar", "Value; empty where none"),
            _text("status", "Koladas status", "Kolada's status"),
        ),
        "series",
        "year",
        ("area_code", "indicator", "year", "sex"),
    ),
)
CONTRACTS: Mapping[str, Contract] = {contract.subject: contract for contract in _ALL}
