"""Every table and column once: type, unit, role, description in Swedish and English.

DDL, COMMENTs, the dictionary and the protection of small numbers are made from this. A column's role:

* `key` – together the key columns name a row, once;
* `persons` – distinct persons behind the row: 1 … min−1 of them hide it;
* `additive` – a count, minutes or kronor that goes with those persons, hidden with them;
* `ratio` – computed from such, hidden with them;
* `open` – may be read whatever the number of persons.
"""

from collections.abc import Iterator, Mapping

from regions.contracts import CONTRACTS, Contract, ContractField
from warehouse import definitions
from warehouse.columns import STATUS, Column, Table, amount, count, key, opened, persons, ratio
from warehouse.equalisation_tables import EQUALISATION_TABLES

_MEASURES = (
    count("visits", "Antal besök", "Visits", "visits"),
    persons(
        "patients",
        "Antal olika personer i raden; summeras inte över rader",
        "Distinct persons within the row; never add them up",
    ),
    count(
        "minutes",
        "Besökens sammanlagda tid där tid är registrerad",
        "Total duration of the visits that have one",
        "minutes",
    ),
    count("visits_with_minutes", "Antal besök där tid är registrerad", "Visits with a duration", "visits"),
)
_CARE_FORM = key(
    "care_form",
    "VARCHAR",
    "Vårdform: home_health_care (hemsjukvård), outpatient (öppen vård), inpatient, all",
    "Care form, or all",
)
_PLACE = key("place", "VARCHAR", "Plats: home, special_housing, clinic, other, unknown, all", "Place, or all")
_PLANNED = key(
    "planned",
    "VARCHAR",
    "planned (tid har avtalats), unplanned, unknown, all",
    "Planned (a time had been agreed), unplanned, unknown, or all",
)
_AGE_GROUP = key(
    "age_group",
    "VARCHAR",
    "Ålder på besöksdagen: 0-18, 19-64, 65-79, 80-89, 90+, unknown, all",
    "Age on the day of the visit, or all",
    "years",
)

_VISIT_ATTRIBUTES = (
    opened("principal", "VARCHAR", "Huvudman: region eller municipality", "Who is responsible for the care"),
    opened(
        "living",
        "VARCHAR",
        "Boende: ordinary (ordinärt), special_housing (särskilt)",
        "Ordinary or special housing",
    ),
    opened("care_form", "VARCHAR", "Vårdform", "Care form"),
    opened("place", "VARCHAR", "Plats", "Place"),
    opened(
        "planned",
        "VARCHAR",
        "Planerat eller oplanerat (tid avtalad eller ej)",
        "Planned: a time had been agreed",
    ),
    opened(
        "acute",
        "VARCHAR",
        "Akut: tillståndet krävde omedelbar bedömning",
        "Acute: the condition needed immediate assessment",
    ),
    opened("provider_level", "VARCHAR", "Vårdnivå", "Provider level"),
    opened("profession", "VARCHAR", "Ansvarigt yrke", "Lead profession"),
    opened(
        "professions",
        "VARCHAR[]",
        "Alla yrken vid besöket, det ansvariga först",
        "All professions at the visit, the lead first",
    ),
    opened("part_of_day", "VARCHAR", "Del av dygnet då besöket började", "Part of day in which the visit began"),
    opened(
        "day_type",
        "VARCHAR",
        "weekday, weekend eller holiday (svensk helgdag)",
        "Weekday, weekend or Swedish holiday",
    ),
    opened("age", "SMALLINT", "Ålder på besöksdagen", "Age on the day of the visit", "years"),
    opened("age_group", "VARCHAR", "Åldersgrupp på besöksdagen", "Age group on the day of the visit"),
    opened("sex", "VARCHAR", "Administrativt kön", "Administrative sex"),
    opened("palliative", "VARCHAR", "Palliativ vård", "Palliative care"),
    opened("dementia", "VARCHAR", "Demensvård", "Dementia care"),
    opened("rehabilitation", "VARCHAR", "Rehabilitering eller habilitering", "Rehabilitation or habilitation"),
    opened("assistive_devices", "VARCHAR", "Hjälpmedel", "Assistive devices"),
    opened("delegated", "VARCHAR", "Utfört på delegation", "Done on delegation"),
    opened("minutes", "INTEGER", "Besökets längd", "Duration", "minutes"),
    opened("distance", "VARCHAR", "Distansbesök", "Visit at a distance"),
    opened("enrolled", "VARCHAR", "Inskriven i hemsjukvård den dagen", "Enrolled in home health care that day"),
    opened("residence_municipality_code", "VARCHAR", "Folkbokföringskommun", "Municipality of residence"),
    opened(
        "serving_municipality_code",
        "VARCHAR",
        "Kommun där vården gavs den dagen",
        "Municipality where care was given that day",
    ),
    opened("care_unit_id", "VARCHAR", "Vårdenhet (HSA-id)", "Care unit (HSA-id)"),
    opened(
        "health_centre_id",
        "VARCHAR",
        "Vårdcentral där personen var listad",
        "Health centre where the person was listed",
    ),
)
_RECORD = (
    key("system", "VARCHAR", "Källsystem", "Source system"),
    key("record_id", "VARCHAR", "Källsystemets postnummer", "The source system's record id"),
)
_WAY_BACK = (
    opened("source_id", "VARCHAR", "Källa", "Source"),
    opened("delivery_id", "VARCHAR", "Leveransens innehållshash", "The delivery's content hash"),
    opened("row_number", "BIGINT", "Rad i filen (rubrikraden är 1)", "Row in the file (the header is 1)"),
    opened(
        "known_from",
        "TIMESTAMP",
        "När leveransen landade (UTC)",
        "When the delivery landed (UTC)",
        volatile=True,
    ),
    opened("month", "DATE", "Månad då besöket började", "Month in which the visit began"),
    opened("started_at", "TIMESTAMP", "Besökets början, Europe/Stockholm", "Start of the visit, Europe/Stockholm"),
    opened(
        "person_key",
        "UUID",
        "Pseudonym (HMAC-SHA-256 av personens id)",
        "Pseudonym (HMAC-SHA-256 of the person's id)",
    ),
    opened("person_id_class", "VARCHAR", "PNR, SNR, NRID eller LOCAL", "Class of the person's id"),
)

_COUNTING = opened(
    "counting",
    "BOOLEAN",
    "Om raden räknas: falskt för kontrollkällor, och utanför de dagar källan räknas",
    "Whether the row counts: false for control sources, and outside the days on which its source counts",
)
_DEFAULTED = opened(
    "defaulted",
    "VARCHAR[]",
    "Fält som var tomma och fick ett förval",
    "Fields whose cells were empty and that got a default",
)
VISITS = Table(
    "core.visits",
    "Ett räknat besök",
    "A visit that counts: the latest version of its record, not cancelled, from a counting source",
    (*_RECORD, *_WAY_BACK, *_VISIT_ATTRIBUTES),
    partition="month",
)
_DELIVERED_ROW = (
    key("delivery_id", "VARCHAR", "Leveransens innehållshash", "The delivery's content hash"),
    key("row_number", "BIGINT", "Rad i filen", "Row in the file"),
)
VISIT_VERSIONS = Table(
    "core.visit_versions",
    "En godkänd rad i en leverans",
    "An accepted row of a delivery, cancelled ones and older versions included",
    (
        *_DELIVERED_ROW,
        *(column for column in (*_RECORD, *_WAY_BACK) if column.name not in ("delivery_id", "row_number")),
        opened("delivery_month", "DATE", "Leveransens månad", "The delivery's month"),
        opened("cancelled", "BOOLEAN", "Makulerad", "Cancelled"),
        _COUNTING,
        *_VISIT_ATTRIBUTES,
        _DEFAULTED,
    ),
    partition="delivery_month",
)

PERSON_MAP = Table(
    "core.person_map",
    "Vilken person en pseudonym står för, från och med en version av kartan",
    "The person for whom a pseudonym stands, from a version of the map on; a pseudonym without a row is its own person",
    (
        key("pseudonym", "UUID", "Pseudonym så som den står i en rad", "Pseudonym as it stands in a row"),
        key("map_seq", "BIGINT", "Kartans version; den högsta gäller", "Version of the map; the highest counts"),
        opened("person_key", "UUID", "Personens pseudonym", "The pseudonym that stands for the person"),
        opened(
            "reason",
            "VARCHAR",
            "changed (bytt id), merged (dubblett), unknown, rotated (bytt nyckel), split (kopplingen borttagen)",
            "changed (another id), merged (a duplicate), unknown, rotated (another key), split (no longer linked)",
        ),
        opened("known_from", "TIMESTAMP", "När kartan ändrades (UTC)", "When the map changed (UTC)", volatile=True),
        opened("delivery_id", "VARCHAR", "Leveransen med kopplingen", "The delivery that has the link"),
    ),
)
PSEUDONYMS_CARRIED = Table(
    "core.pseudonyms_carried",
    "En pseudonym som ett nyckelbyte har fört över",
    "A pseudonym that a rotation of the key has carried over",
    (
        key("pseudonym", "UUID", "Pseudonym under den tidigare nyckeln", "Pseudonym under the former key"),
        opened("carried_to", "UUID", "Pseudonym under nästa nyckel", "Pseudonym under the next key"),
        opened("key_seq", "BIGINT", "Den nya nyckelns löpnummer", "The new key's sequence"),
    ),
)


def _record_versions(contract: Contract) -> Table:
    """The accepted rows of a subject's deliveries, cancelled ones and older versions included."""
    way_back = [column for column in _WAY_BACK if column.name in ("source_id", "known_from", "month")]
    persons = (_PERSON_CLASS, _PERSON_AGE, _PERSON_SEX) if contract.person_fields else ()
    return Table(
        f"core.{contract.subject}_versions",
        f"{contract.sv}, som en godkänd rad i en leverans",
        f"{contract.en}, as an accepted row of a delivery",
        (
            *_DELIVERED_ROW,
            *_RECORD,
            *way_back,
            opened("delivery_month", "DATE", "Leveransens månad", "The delivery's month"),
            opened("cancelled", "BOOLEAN", "Makulerad", "Cancelled"),
            _COUNTING,
            *(_contract_column(field) for field in contract.fields if field.name != "month"),
            *persons,
            _DEFAULTED,
        ),
        partition="delivery_month",
    )


def _contract_column(field: ContractField) -> Column:
    type_ = "UUID" if field.kind == "person" else field.type
    codes = f": {', '.join(field.codes)}" if field.codes else ""
    return opened(field.name, type_, field.sv + codes, field.en + codes, field.unit)


_PERSON_CLASS = opened("person_id_class", "VARCHAR", "Slag av id", "Class of the person's id")
_PERSON_AGE = opened("person_age", "SMALLINT", "Personens ålder den dagen", "The person's age that day", "years")
_PERSON_SEX = opened("sex_of_id", "VARCHAR", "Administrativt kön enligt id", "Administrative sex as the id tells it")
VERSIONS: Mapping[str, Table] = {
    "visits": VISIT_VERSIONS,
    **{subject: _record_versions(contract) for subject, contract in CONTRACTS.items()},
}
"""Subject → the lake's table of its accepted rows; those of other subjects than visits are made when rows come."""
_FAULT_KEY = (
    *_DELIVERED_ROW,
    key("rule_id", "VARCHAR", "Regel", "Rule"),
    opened("source_id", "VARCHAR", "Källa", "Source"),
    opened("record_id", "VARCHAR", "Källsystemets postnummer", "The source system's record id"),
    opened(
        "found",
        "VARCHAR",
        "Vad för slags värde som stod där, och i vilket fält; aldrig värdet",
        "The class of the value that stood there, and the field; never the value",
    ),
)
_FIRST_SEEN = opened(
    "first_seen",
    "TIMESTAMP",
    "När samma post först föll på regeln (UTC)",
    "When the same record first broke the rule (UTC)",
    volatile=True,
)
QUARANTINE = Table(
    "quality.quarantine",
    "Ett fel i en rad som hålls i karantän",
    "A fault of a row that is kept in quarantine; never the value itself",
    (
        *_FAULT_KEY,
        _FIRST_SEEN,
        opened("delivery_month", "DATE", "Leveransens månad", "The delivery's month"),
    ),
    partition="delivery_month",
)
QUARANTINE_RESOLVED = Table(
    "quality.quarantine_resolved",
    "Ett fel som har rättats i en senare leverans",
    "A fault that a later delivery has put right",
    (
        *_FAULT_KEY,
        _FIRST_SEEN,
        opened("delivery_month", "DATE", "Leveransens månad", "The delivery's month"),
        opened("resolved_in", "VARCHAR", "Leveransen där felet var rättat", "The delivery in which it was right"),
        opened("resolved_at", "TIMESTAMP", "När (UTC)", "When (UTC)", volatile=True),
    ),
)
RULE_COUNTS = Table(
    "quality.rule_counts",
    "En regels utfall för en leverans",
    "What a rule found in a delivery",
    (
        key("delivery_id", "VARCHAR", "Leveransens innehållshash", "The delivery's content hash"),
        key("rule_id", "VARCHAR", "Regel", "Rule"),
        opened("severity", "VARCHAR", "error eller warning", "Error (the row is kept out) or warning"),
        opened("rows_checked", "BIGINT", "Granskade rader", "Rows checked", "rows"),
        opened("rows_failed", "BIGINT", "Rader med felet", "Rows with the fault", "rows"),
        opened(
            "threshold_share",
            "DECIMAL(9,6)",
            "Högsta andel rader med felet",
            "Largest share of rows with the fault",
            "share",
        ),
    ),
)
LANDINGS = Table(
    "ledger.landings",
    "En leverans som har landat",
    "A delivery that has landed",
    (
        opened("delivery_id", "VARCHAR", "Leveransens innehållshash", "Content hash (SHA-256)"),
        opened("source_id", "VARCHAR", "Källa", "Source"),
        opened("month", "DATE", "Leveransens månad", "The delivery's month"),
        opened("version", "BIGINT", "Leverantörens version", "The supplier's version"),
        opened("file_name", "VARCHAR", "Filens namn", "The file's name"),
        opened("bytes", "BIGINT", "Filens storlek", "The file's size", "bytes"),
        key(
            "landing_seq",
            "BIGINT",
            "Löpnummer i den ordning leveranserna landade",
            "Sequence in which deliveries landed",
        ),
        opened("landed_at", "TIMESTAMP", "När den landade (UTC)", "When it landed (UTC)"),
        opened("content_sha256", "VARCHAR", "Hash av innehållet ensamt", "Hash of the bytes alone (SHA-256)"),
        opened(
            "stamp",
            "VARCHAR",
            "Källans märke för innehållet (storlek och tid, ETag, antal och version)",
            "What the source told of the content (size and time, ETag, rows and version)",
        ),
    ),
)
LOADS = Table(
    "ledger.loads",
    "Ett försök att läsa in en leverans",
    "One attempt to load a delivery; the latest counts",
    (
        key("load_seq", "BIGINT", "Löpnummer", "Sequence"),
        opened("delivery_id", "VARCHAR", "Leveransens innehållshash", "Content hash"),
        opened("loaded_at", "TIMESTAMP", "När (UTC)", "When (UTC)"),
        opened("status", "VARCHAR", "accepted eller rejected", "Accepted or rejected"),
        opened("fault", "VARCHAR", "Regeln som filen föll på", "The rule on which the file fell"),
        opened(
            "detail_sv",
            "VARCHAR",
            "Vad som är fel, utan personuppgifter",
            "What is wrong, without personal data",
        ),
        opened(
            "definition",
            "VARCHAR",
            "Hash av mappning, regler och enheter",
            "Hash of mapping, rules and units",
        ),
        opened("rows_read", "BIGINT", "Lästa rader", "Rows read", "rows"),
        opened("rows_accepted", "BIGINT", "Godkända rader", "Rows accepted, not cancelled", "rows"),
        opened("rows_cancelled", "BIGINT", "Makulerade rader", "Rows accepted and cancelled", "rows"),
        opened("rows_quarantined", "BIGINT", "Rader i karantän", "Rows in quarantine", "rows"),
    ),
)
MONTH_CHANGES = Table(
    "ledger.month_changes",
    "En månad av ett ämne som en inläsning ändrade",
    "An event month of a subject that a load changed",
    (
        key("load_seq", "BIGINT", "Inläsningens löpnummer", "The load's sequence"),
        key("month", "DATE", "Månad då det hände", "Event month"),
        key("subject", "VARCHAR", "Ämne; tomt i äldre rader: visits", "Subject; empty in older rows: visits"),
    ),
)
MODEL_WINDOWS = Table(
    "ledger.model_windows",
    "Ett fönster som en modell har beräknats för",
    "A window for which a model has been computed",
    (
        key("model", "VARCHAR", "Modell", "Model"),
        key("window_start", "DATE", "Fönstrets första dag", "The window's first day"),
        key("window_end", "DATE", "Fönstrets sista dag", "The window's last day"),
        opened("built_seq", "BIGINT", "Senaste inläsning som modellen såg", "The last load that the model saw"),
        opened("definition", "VARCHAR", "Hash av modell och parametrar", "Hash of model and parameters"),
    ),
)
LAYOUT = Table(
    "ledger.layout",
    "Vad sjöns tabeller eller vyer senast gjordes efter",
    "What the lake's tables, or its views, were last made after",
    (
        key("part", "VARCHAR", "tables eller views", "Tables or views"),
        opened("definition", "VARCHAR", "Hash av deras definition", "Hash of their definition"),
    ),
)
RELEASED_CELLS = Table(
    "ledger.released_cells",
    "Vad en kvarvarande utgåva visar eller döljer av det som räknar personer",
    "What a kept release shows, or hides, of what counts persons",
    (
        key("release_id", "VARCHAR", "Utgåva", "Release"),
        key("cell", "VARCHAR", "Tabell, nyckel och vad som räknas, med | emellan", "Table, key and what is counted"),
        opened("number", "DOUBLE", "Talet", "The number", "by_definition"),
        opened("is_hidden", "BOOLEAN", "Dolt i utgåvan", "Hidden in the release"),
    ),
)
PSEUDONYM_KEYS = Table(
    "ledger.pseudonym_keys",
    "En nyckel för pseudonymer; den senaste gäller",
    "A key of pseudonyms; the last one is in force",
    (
        key("key_seq", "BIGINT", "Löpnummer", "Sequence"),
        opened(
            "fingerprint", "VARCHAR", "Nyckelns fingeravtryck (HMAC)", "The key's fingerprint (HMAC), never the key"
        ),
        opened("in_force_from", "TIMESTAMP", "När (UTC)", "When (UTC)", volatile=True),
    ),
)
ERASURES = Table(
    "ledger.erasures",
    "En radering av en person, och en leverans som hade rader om personen",
    "An erasure of a person, and a delivery that had rows of that person; nothing here tells who",
    (
        key("record_id", "VARCHAR", "Raderingens nummer, av tid och slump", "The erasure's number, of time and chance"),
        key("delivery_id", "VARCHAR", "Leveransens innehållshash", "The delivery's content hash"),
        opened("source_id", "VARCHAR", "Källa", "Source"),
        opened("month", "DATE", "Leveransens månad", "The delivery's month"),
        opened(
            "rows_erased",
            "BIGINT",
            "Raderade rader i leveransen, de i karantän inräknade",
            "Rows of the delivery that were erased, those in quarantine included",
            "rows",
        ),
        opened(
            "landing",
            "VARCHAR",
            "Originalet: rewritten (omskrivet utan raderna), removed (borttaget) eller gone (fanns inte)",
            "The landed original: rewritten (without the rows), removed, or gone (was not there)",
        ),
        opened(
            "state",
            "VARCHAR",
            "begun (påbörjad), erased (raderna borta), done (även gamla versioner och filer borta)",
            "Begun, erased (the rows are gone), done (old snapshots and files are gone, too)",
        ),
        opened("reason", "VARCHAR", "Grunden för beslutet", "The ground of the decision"),
        opened("decision", "VARCHAR", "Beslutets diarienummer", "The decision's number in the register"),
        opened("begun_at", "TIMESTAMP", "När den påbörjades (UTC)", "When it was begun (UTC)", volatile=True),
        opened("erased_at", "TIMESTAMP", "När raderna togs bort (UTC)", "When the rows went (UTC)", volatile=True),
    ),
)
ERASING = Table(
    "ledger.erasing",
    "En rad i en leverans som en påbörjad radering tar bort; tom när raderingen är klar",
    "A row of a delivery that an erasure which has begun removes; empty once it is done",
    (
        key("record_id", "VARCHAR", "Raderingens nummer", "The erasure's number"),
        key("delivery_id", "VARCHAR", "Leveransens innehållshash", "The delivery's content hash"),
        key("row_number", "BIGINT", "Rad i filen", "Row in the file"),
    ),
)
ERASED_IDS = Table(
    "ledger.erased_ids",
    "Ett fingeravtryck som visar om ett id i en senare leverans är den raderade personens",
    "A keyed fingerprint that tells whether an id of a later delivery is that of the person erased",
    (
        key("record_id", "VARCHAR", "Raderingens nummer", "The erasure's number"),
        key(
            "fingerprint",
            "VARCHAR",
            "Nycklat av nummer och pseudonym; lika med inget annat i lagret",
            "Keyed, of number and pseudonym; equal to nothing else in the lake",
        ),
    ),
)
RETIRED = Table(
    "ledger.retired",
    "Något av en leverans som inte finns kvar",
    "What of a delivery is kept no more",
    (
        key("delivery_id", "VARCHAR", "Leveransens innehållshash", "The delivery's content hash"),
        key("what", "VARCHAR", "landing (originalet) eller rows (raderna)", "Landing (the original) or rows"),
        opened(
            "reason",
            "VARCHAR",
            "retention (regionens regel) eller erasure (en radering)",
            "Retention (the region's rule) or erasure",
        ),
        opened("retired_at", "TIMESTAMP", "När (UTC)", "When (UTC)", volatile=True),
    ),
)
CLOSED_MONTHS = Table(
    "ledger.closed_months",
    "En månad vars rader inte finns kvar; det som har beräknats av dem står fast",
    "An event month whose rows are kept no more; what was computed from them stands",
    (
        key("month", "DATE", "Månad då det hände", "Event month"),
        opened("closed_at", "TIMESTAMP", "När (UTC)", "When (UTC)", volatile=True),
    ),
)

VISITS_MONTH = Table(
    "volumes.visits_month",
    "Besök per månad, folkbokföringskommun, vårdform, plats och planerat/oplanerat",
    "Visits by month, municipality of residence, care form, place and planned",
    (
        key("period", "DATE", "Månadens första dag", "First day of the month"),
        key(
            "municipality_code",
            "VARCHAR",
            "Folkbokföringskommun; 9998 utanför länet, 9999 okänd, all",
            "Municipality of residence, or all",
        ),
        _CARE_FORM,
        _PLACE,
        _PLANNED,
        *_MEASURES,
        STATUS,
    ),
    dimensions=("municipality_code", "care_form", "place", "planned"),
    partition="period",
)
REGION_TOTALS = Table(
    "volumes.region_totals",
    "Besök i ordinärt boende per år, båda huvudmännen",
    "Visits in ordinary housing by year, both principals",
    (
        key("year", "SMALLINT", "År", "Year"),
        key("region_code", "VARCHAR", "Länskod", "County code"),
        _CARE_FORM,
        _PLACE,
        _PLANNED,
        _AGE_GROUP,
        *_MEASURES,
        STATUS,
    ),
    dimensions=("care_form", "place", "planned", "age_group"),
)
_YEAR = key("year", "SMALLINT", "År", "Year")
_MUNICIPALITY = key(
    "municipality_code",
    "VARCHAR",
    "Folkbokföringskommun; 9998 utanför länet, 9999 okänd, all",
    "Municipality of residence, or all",
)
_PERIOD_START = key("period_start", "DATE", "Periodens första dag", "First day of the period")
_PERIOD_END = key("period_end", "DATE", "Periodens sista dag", "Last day of the period")
_SEX = key("sex", "VARCHAR", "Kön: female, male, unknown, all", "Sex, or all")
_SCENARIO = key("scenario", "VARCHAR", "Gränsdragning (scenarios/<id>.yaml)", "Boundary (scenarios/<id>.yaml)")
_UNPLANNED_VISITS = count(
    "unplanned_visits",
    "Oplanerade besök (tid inte avtalad); tomt där unplanned_status är protected",
    "Unplanned visits; empty where unplanned_status is protected",
    "visits",
)
_UNPLANNED = (
    count(
        "unplanned_patients",
        "Personer med oplanerade besök; summeras inte över rader",
        "Distinct persons with unplanned visits; never add them up",
        "persons",
    ),
    opened(
        "unplanned_status",
        "VARCHAR",
        "Status för de oplanerade besöken, som kan döljas för sig: ok, protected",
        "Status of the unplanned visits, which may be protected though the row is shown: ok, protected",
    ),
)
CUBE_ATTRIBUTES = (
    *("principal", "living", "care_form", "place", "planned", "visit_kind", "acute", "provider_level", "profession"),
    *("part_of_day", "day_type", "age", "age_group", "sex", "palliative", "dementia", "rehabilitation"),
    *("assistive_devices", "delegated", "distance", "enrolled"),
)
"""The attributes of a visit over which a scenario's conditions may be put; each has a closed list of texts."""
_CUBE_KEYS = {
    "visit_kind": (
        "home_health_care (hemsjukvårdsbesök), planned_home_visit och unplanned_home_visit (hembesök), unknown,"
        " other (inte i hemmet)",
        "Home health care visit, planned or unplanned home visit, unknown (place, or whether planned), other",
    ),
    "age": ("Ålder på besöksdagen, som text; unknown", "Age on the day of the visit, as text; unknown"),
}


def _cube_key(name: str) -> Column:
    if name in _CUBE_KEYS:
        return key(name, "VARCHAR", *_CUBE_KEYS[name])
    (column,) = [column for column in _VISIT_ATTRIBUTES if column.name == name]
    return key(name, column.type, column.sv, column.en)


CUBE = Table(
    "volumes.cube",
    "Besök per månad, person och kombination av egenskaper: det som alla gränsdragningar räknas ur",
    "Visits by month, person and combination of attributes: what every boundary is computed from; never published",
    (
        key("month", "DATE", "Månadens första dag", "First day of the month"),
        key("person_key", "UUID", "Personens pseudonym", "The person's pseudonym"),
        *(
            _cube_key(name)
            for name in (
                "residence_municipality_code",
                "serving_municipality_code",
                "care_unit_id",
                "health_centre_id",
                *CUBE_ATTRIBUTES,
            )
        ),
        *(column for column in _MEASURES if column.role != "persons"),
    ),
    partition="month",
)
VISITS_YEAR = Table(
    "volumes.visits_year",
    "Besök per år och folkbokföringskommun, en marginal i taget",
    "Visits by year and municipality of residence, a margin at a time; outside the margin: all",
    (
        _YEAR,
        _MUNICIPALITY,
        key(
            "margin",
            "VARCHAR",
            "Vilka egenskaper raden delas på, med + emellan; total: ingen",
            "The attributes by which the row is split, with + between; total: none",
        ),
        _CARE_FORM,
        _AGE_GROUP,
        _SEX,
        key("profession", "VARCHAR", "Ansvarigt yrke, eller all", "Lead profession, or all"),
        key("provider_level", "VARCHAR", "Vårdnivå, eller all", "Provider level, or all"),
        key("part_of_day", "VARCHAR", "Del av dygnet, eller all", "Part of day, or all"),
        *_MEASURES,
        STATUS,
    ),
    dimensions=("municipality_code", "care_form", "age_group", "sex", "profession", "provider_level", "part_of_day"),
)
POPULATION = Table(
    "volumes.population",
    "Invånare den 31 december per kommun, ålder och kön, som volymer och indikatorer räknar med",
    "Inhabitants on 31 December by municipality, age and sex, as volumes and indicators use them",
    (
        _YEAR,
        key("municipality_code", "VARCHAR", "Kommun", "Municipality"),
        key("age", "SMALLINT", "Ålder i hela år; 100 är 100 år och äldre", "Age; 100 is 100 and above", "years"),
        key("sex", "VARCHAR", "Kön: female, male", "Sex: female, male"),
        opened("persons", "BIGINT", "Antal invånare", "Inhabitants", "persons"),
        opened(
            "basis", "VARCHAR", "official (SCB) eller illustrative (påhittad)", "Official, or illustrative (made up)"
        ),
        opened("source_id", "VARCHAR", "Källa", "Source"),
    ),
)
BY_AREA = Table(
    "volumes.by_area",
    "Besök i hemmet i ordinärt boende per 1 000 invånare, för en period och ett område",
    "Visits at home in ordinary housing per 1,000 inhabitants, for a period and an area",
    (
        _PERIOD_START,
        _PERIOD_END,
        key(
            "area_type",
            "VARCHAR",
            "municipality, county_part (länsdel), health_centre (vårdcentral), region",
            "Municipality, county part, health centre or region",
        ),
        key("area_code", "VARCHAR", "Områdets kod", "The area's code"),
        _CARE_FORM,
        _AGE_GROUP,
        _SEX,
        key(
            "measure",
            "VARCHAR",
            "crude (ostandardiserat) eller standardised (åldersstandardiserat)",
            "Crude, or standardised by age",
        ),
        ratio("value", "Besök per 1 000 invånare", "Visits per 1,000 inhabitants", "per_1000"),
        ratio("patients_value", "Personer per 1 000 invånare", "Persons per 1,000 inhabitants", "per_1000"),
        _MEASURES[0],
        _UNPLANNED_VISITS,
        *_MEASURES[1:],
        Column(
            "population",
            "BIGINT",
            "persons",
            "Invånare i åldersgruppen den 31 december det år då perioden slutar (listade, för en vårdcentral)",
            "Inhabitants of the age group on 31 December of the period's last year (a health centre: listed)",
            "persons",
        ),
        opened(
            "standard_population",
            "VARCHAR",
            "Den befolkning vars åldersfördelning standardiseringen följer",
            "The population whose ages the standardisation follows",
        ),
        opened("basis", "VARCHAR", "Hur folkmängden är känd", "How the population is known"),
        *_UNPLANNED,
        STATUS,
    ),
    dimensions=("care_form", "age_group", "sex"),
)
_RESTS_ON_UNKNOWN = (
    count(
        "visits_on_unknown",
        "Besök som räknas fast en egenskap är okänd (villkorets unknown: in)",
        "Visits that are in although an attribute is unknown (a condition's unknown: in)",
        "visits",
    ),
    count(
        "visits_out_on_unknown",
        "Besök som inte räknas bara för att en egenskap är okänd (villkorets unknown: out)",
        "Visits that are out for nothing but an unknown attribute (a condition's unknown: out)",
        "visits",
    ),
)
SCENARIO_TOTALS = Table(
    "volumes.scenario_totals",
    "Besök inom en gränsdragning per år och folkbokföringskommun",
    "Visits within a boundary, by year and municipality of residence",
    (
        _YEAR,
        _MUNICIPALITY,
        _SCENARIO,
        opened("title_sv", "VARCHAR", "Gränsdragningens namn", "The boundary's title in Swedish"),
        _MEASURES[0],
        _UNPLANNED_VISITS,
        *_MEASURES[1:],
        *_RESTS_ON_UNKNOWN,
        *_UNPLANNED,
        STATUS,
    ),
    dimensions=("municipality_code",),
)
SCENARIO_DIFFERENCES = Table(
    "volumes.scenario_differences",
    "Vad som skiljer två gränsdragningar, per år, folkbokföringskommun och orsak",
    "What differs between two boundaries, by year, municipality of residence and reason",
    (
        _YEAR,
        _MUNICIPALITY,
        _SCENARIO,
        key("other_scenario", "VARCHAR", "Den andra gränsdragningen", "The other boundary"),
        key(
            "reason",
            "VARCHAR",
            "Egenskap eller egenskaper vars villkor skiljer, med + emellan; all: alla orsaker",
            "The attribute or attributes whose conditions differ, with + between; all: every reason",
        ),
        count(
            "visits",
            "Den andra gränsdragningens besök minus den förstas: tillkommer minus faller bort",
            "The other boundary's visits minus the first one's: added minus removed",
            "visits",
        ),
        count("visits_added", "Besök som bara den andra räknar", "Visits that only the other counts", "visits"),
        count("visits_removed", "Besök som bara den första räknar", "Visits that only the first counts", "visits"),
        count(
            "unplanned_visits",
            "Oplanerade, på samma sätt; tomt där unplanned_status är protected",
            "Unplanned ones, in the same way; empty where unplanned_status is protected",
            "visits",
        ),
        persons("patients", "Personer bakom skillnaden", "Persons behind the difference"),
        count("minutes", "Minuter, på samma sätt", "Minutes, in the same way", "minutes"),
        count(
            "visits_on_unknown",
            "Besök i skillnaden där en egenskap är okänd",
            "Visits of the difference with an unknown attribute",
            "visits",
        ),
        persons("patients_added", "Personer bakom de besök som tillkommer", "Persons behind the visits added"),
        persons("patients_removed", "Personer bakom de besök som faller bort", "Persons behind the visits removed"),
        *_UNPLANNED,
        STATUS,
    ),
    dimensions=("municipality_code", "reason"),
)
STAFFING = Table(
    "volumes.staffing",
    "Årsarbetare per år, kommun, yrke och gränsdragning, på fyra sätt",
    "Full-time equivalents by year, serving municipality, profession and boundary, in four ways",
    (
        _YEAR,
        key(
            "municipality_code",
            "VARCHAR",
            "Kommun där vården ges; all; 0000: rest vid avrundning eller utan kommun",
            "Serving municipality; all; 0000: what belongs to none",
        ),
        key("profession", "VARCHAR", "Yrke; all", "Profession; all"),
        key(
            "scenario", "VARCHAR", "Gränsdragning; all där den inte spelar roll", "Boundary; all where it plays no part"
        ),
        key(
            "method",
            "VARCHAR",
            "hr (personalsystem), volume (besökens tid), norm (patienter per tjänst), agreed (överenskommet)",
            "From HR, from the volume (minutes), by norm (patients per post), as agreed",
        ),
        key("party", "VARCHAR", "Arbetsgivare: region, municipality, all", "Employer: region, municipality, all"),
        opened("fte", "DECIMAL(12,4)", "Årsarbetare", "Full-time equivalents", "fte"),
        opened("headcount", "BIGINT", "Antal anställda (bara hr)", "Headcount (hr alone)", "persons"),
        opened("basis", "VARCHAR", "Svagaste grund bland det som ingår", "The weakest basis among its inputs"),
        opened("source", "VARCHAR", "Källa", "Source"),
        STATUS,
    ),
)
GAP = Table(
    "volumes.gap",
    "Personer efter vem som vårdar dem och vem som ska enligt överenskommelsen, per vårdcentral och kommun",
    "Persons by who in fact cares for them and who should by the agreement, by health centre and municipality",
    (
        _PERIOD_START,
        _PERIOD_END,
        _MUNICIPALITY,
        key("health_centre", "VARCHAR", "Vårdcentral (HSA-id), unknown, all", "Health centre (HSA-id), unknown, all"),
        key(
            "gap_group",
            "VARCHAR",
            "only_region, only_municipality, both, neither (känd genom utskrivning, SIP, ViSam eller inskrivning, utan"
            " kontakt i tid)",
            "Only region, only municipality, both, neither (known, without contact within the agreed time)",
        ),
        key(
            "agreed_principal",
            "VARCHAR",
            "Vem som ska vårda enligt överenskommelsen: region, municipality",
            "Who should by the agreement: region, municipality",
        ),
        opened("agreement", "VARCHAR", "Överenskommelse", "Agreement"),
        persons("patients", "Antal olika personer", "Distinct persons"),
        count("visits", "Deras besök i hemmet i perioden", "Their visits at home in the period", "visits"),
        opened(
            "priority",
            "SMALLINT",
            "Prioritet enligt överenskommelsens regel, 1 först; tomt där inget gap finns",
            "Priority by the agreement's rule, 1 first; empty where there is no gap",
        ),
        ratio(
            "priority_rank",
            "Plats i prioriteringen bland periodens celler; tom där talet är skyddat",
            "Rank among the period's cells; empty where the number is protected",
            "rank",
        ),
        STATUS,
    ),
    dimensions=("municipality_code", "health_centre"),
)
INDICATOR_DEFINITIONS = Table(
    "indicators.definitions",
    "En indikators definition",
    "An indicator's definition",
    (
        key("indicator_id", "VARCHAR", "Indikator", "Indicator"),
        key("version", "SMALLINT", "Version", "Version"),
        opened("valid_from", "DATE", "Gäller från", "Valid from"),
        opened("valid_to", "DATE", "Gäller till och med; tomt: tills vidare", "Valid to; empty: until further notice"),
        opened("title_sv", "VARCHAR", "Namn", "Title in Swedish"),
        opened("title_en", "VARCHAR", "Namn på engelska", "Title in English"),
        opened("denominator", "VARCHAR", "Nämnare", "Denominator"),
        opened("exclusions", "VARCHAR", "Undantag", "Exclusions"),
        opened("numerator", "VARCHAR", "Täljare", "Numerator"),
        opened(
            "kind",
            "VARCHAR",
            "share_of_persons, share_of_visits, ratio, rate_of_persons, rate_of_events, quotient, external: avgör"
            " intervallet (docs/maths.md)",
            "What decides the interval (docs/maths.md)",
        ),
        opened("unit", "VARCHAR", "Enhet", "Unit"),
        opened(
            "level",
            "VARCHAR",
            "structure (förutsättning), process eller outcome (resultat)",
            "Structure, process or outcome",
        ),
        opened(
            "applies_from",
            "DATE",
            "Före denna dag är indikatorn inte tillämplig (t.ex. en lag som inte gällde)",
            "Before this day it is not applicable (a law that was not in force)",
        ),
        opened(
            "direction",
            "VARCHAR",
            "Vad som är bra: lower, higher, none",
            "Which way is better: lower, higher, none",
        ),
        opened("source", "VARCHAR", "Källor", "Sources"),
        opened("reference", "VARCHAR", "Hänvisning", "Reference"),
        opened("limits", "VARCHAR", "Vad indikatorn inte kan säga", "What it can't say"),
    ),
)
INDICATOR_RESULTS = Table(
    "indicators.results",
    "En indikators värde för en period och ett område",
    "An indicator's value for a period and an area",
    (
        key("indicator_id", "VARCHAR", "Indikator", "Indicator"),
        key("version", "SMALLINT", "Version", "Version"),
        key("period_start", "DATE", "Periodens första dag", "First day of the period"),
        key("period_end", "DATE", "Periodens sista dag", "Last day of the period"),
        key(
            "area_type",
            "VARCHAR",
            "municipality, county_part (länsdel), region, country",
            "Municipality, county part, region or country",
        ),
        key("area_code", "VARCHAR", "Områdets kod", "The area's code"),
        key("sex", "VARCHAR", "Kön; all", "Sex; all"),
        key("age_group", "VARCHAR", "Åldersgrupp; all", "Age group; all"),
        key(
            "standardisation",
            "VARCHAR",
            "crude (ostandardiserat) eller age (åldersstandardiserat)",
            "Crude, or standardised by age",
        ),
        key(
            "comparison_source",
            "VARCHAR",
            "own: beräknat ur leveranserna; kolada: Koladas värde, källa Kolada",
            "Own: computed from the deliveries; kolada: as Kolada publishes it",
        ),
        amount("numerator", "Täljare", "Numerator"),
        amount("denominator", "Nämnare", "Denominator"),
        persons("numerator_patients", "Personer bakom täljaren", "Persons behind the numerator"),
        persons("denominator_patients", "Personer bakom nämnaren", "Persons behind the denominator"),
        count(
            "unknown",
            "Det som saknar uppgiften och inte räknas: besök, personer eller annat enligt definitionen",
            "What lacks the attribute and is not counted: visits, persons or other, by definition",
            "by_definition",
        ),
        ratio("value", "Värde", "Value", "by_definition"),
        ratio("standard_error", "Värdets medelfel", "The value's standard error", "by_definition"),
        ratio(
            "ci_low", "Konfidensintervallets nedre gräns (95 %)", "Lower bound of the 95 % interval", "by_definition"
        ),
        ratio(
            "ci_high", "Konfidensintervallets övre gräns (95 %)", "Upper bound of the 95 % interval", "by_definition"
        ),
        ratio("baseline_value", "Värde under baslinjen", "Value in the baseline period", "by_definition"),
        opened("baseline_start", "DATE", "Baslinjens första dag", "First day of the baseline"),
        opened("baseline_end", "DATE", "Baslinjens sista dag", "Last day of the baseline"),
        opened(
            "target",
            "DOUBLE",
            "Mål som gällde vid periodens slut; saknas där inget är beslutat",
            "Target at the period's end; missing where none is decided",
            "by_definition",
        ),
        opened(
            "signal",
            "VARCHAR",
            "Mot baslinjen: above, below (utanför tre medelfel), run_above, run_below (åtta månader i rad på samma"
            " sida), none, not_assessed (docs/maths.md)",
            "Against the baseline: beyond three standard errors, or eight months in a row on one side",
        ),
        opened(
            "usability",
            "VARCHAR",
            "usable, with_caution eller not_usable",
            "Usable, with caution, not usable",
        ),
        opened(
            "source_break",
            "DATE",
            "Första dag med ett annat källsystem än under baslinjen; saknas där inget bytts",
            "First day on which another source system counts than in the baseline; missing where none changed",
        ),
        STATUS,
    ),
    dimensions=("sex", "age_group"),
)
DELIVERIES = Table(
    "quality.deliveries",
    "En väntad eller mottagen leverans",
    "A delivery that was expected or has come",
    (
        key("source_id", "VARCHAR", "Källa", "Source"),
        key("month", "DATE", "Leveransens månad", "The delivery's month"),
        key(
            "delivery",
            "VARCHAR",
            "Innehållshashens 12 första tecken; '-' där inget kommit",
            "First 12 characters of the content hash; '-' where none has come",
        ),
        opened("supplier_sv", "VARCHAR", "Leverantör", "Supplier"),
        opened("required", "BOOLEAN", "Krävs för publicering", "Needed for a release"),
        opened("version", "BIGINT", "Leverantörens version", "The supplier's version"),
        opened(
            "status",
            "VARCHAR",
            "current, archived (raderna finns inte kvar), superseded (ersatt av nyare), rejected (underkänd), waiting,"
            " missing",
            "Current, archived (in the figures, its rows kept no more), superseded, rejected, waiting or missing",
        ),
        opened("rows_read", "BIGINT", "Lästa rader", "Rows read", "rows"),
        opened("rows_counted", "BIGINT", "Rader som räknas som besök", "Rows that count as visits", "rows"),
        opened("rows_control", "BIGINT", "Rader som bara kontrollerar", "Rows of a control, not counted", "rows"),
        opened("rows_cancelled", "BIGINT", "Makulerade rader", "Cancelled rows", "rows"),
        opened(
            "rows_superseded",
            "BIGINT",
            "Rader ersatta av en senare version",
            "Rows superseded by a later version",
            "rows",
        ),
        opened("rows_quarantined", "BIGINT", "Rader i karantän", "Rows in quarantine", "rows"),
        opened("landed_at", "TIMESTAMP", "När den landade (UTC)", "When it landed (UTC)", volatile=True),
        opened("due_on", "DATE", "Sista dag i tid (svensk arbetsdag)", "The last day in time (a Swedish working day)"),
        opened(
            "days_late",
            "BIGINT",
            "Dagar efter sista dag; saknas där det inte går att säga",
            "Days after the last day in time; missing where nothing says so",
            "days",
            volatile=True,
        ),
        opened(
            "finding",
            "VARCHAR",
            "on_time, late (sen), overdue (saknas efter sista dag), expected (väntas), duplicate (samma innehåll som en"
            " annan), changed (annat innehåll under samma namn), mislabelled (annan månad än namnet), later_version"
            " (ny version), not_applicable (tid går inte att bedöma)",
            "On_time, late, overdue, expected, duplicate, changed, mislabelled, later_version, not_applicable",
            volatile=True,
        ),
    ),
)
RULE_RESULTS = Table(
    "quality.rule_results",
    "En regels utfall för en leverans",
    "What a rule found in a delivery",
    (
        key("source_id", "VARCHAR", "Källa", "Source"),
        key("month", "DATE", "Leveransens månad", "The delivery's month"),
        key(
            "delivery",
            "VARCHAR",
            "Innehållshashens 12 första tecken",
            "First 12 characters of the content hash",
        ),
        key("rule_id", "VARCHAR", "Regel", "Rule"),
        opened("severity", "VARCHAR", "error eller warning", "Error or warning"),
        opened("rows_checked", "BIGINT", "Granskade rader", "Rows checked", "rows"),
        opened("rows_failed", "BIGINT", "Rader med felet", "Rows with the fault", "rows"),
        opened("threshold_share", "DECIMAL(9,6)", "Högsta andel", "Largest share", "share"),
        opened("message_sv", "VARCHAR", "Vad felet är", "What the fault is, in Swedish"),
    ),
)
QUARANTINE_SUMMARY = Table(
    "quality.quarantine_summary",
    "Rader i karantän per källa, månad och regel",
    "Rows in quarantine by source, month and rule",
    (
        key("source_id", "VARCHAR", "Källa", "Source"),
        key("month", "DATE", "Leveransens månad", "The delivery's month"),
        key("rule_id", "VARCHAR", "Regel", "Rule"),
        opened("rows_quarantined", "BIGINT", "Rader i karantän", "Rows in quarantine", "rows"),
        opened("message_sv", "VARCHAR", "Vad felet är", "What the fault is, in Swedish"),
    ),
)
CHANGES = Table(
    "quality.changes",
    "En avvikelse som är ny, kvarstår eller är löst sedan förra utgåvan; beror därför på vilken den var",
    "A finding that is new, persisting or resolved since the last release; it depends on which that was",
    (
        key("rule_id", "VARCHAR", "Regel", "Rule"),
        key("source_id", "VARCHAR", "Källa", "Source"),
        key(
            "subject",
            "VARCHAR",
            "Vad det gäller: enhet (HSA-id), uppgift, kommun; '-' för hela källan",
            "What it concerns: care unit (HSA-id), attribute, municipality; '-' for the whole source",
        ),
        key("month", "DATE", "Månad", "Month"),
        opened("severity", "VARCHAR", "error eller warning", "Error or warning"),
        opened(
            "state",
            "VARCHAR",
            "new (ny), persisting (kvarstår), resolved (löst sedan förra utgåvan)",
            "New, persisting, or resolved since the last release",
        ),
        opened(
            "first_release",
            "VARCHAR",
            "Utgåvan där den först stod",
            "The release in which it first stood",
            volatile=True,
        ),
        opened(
            "observed",
            "DECIMAL(9,4)",
            "Andel eller kvot som observerats; saknas där för få personer finns bakom",
            "Share or ratio observed; missing where too few persons are behind it",
            "ratio",
        ),
        opened("expected", "DECIMAL(9,4)", "Väntad andel eller kvot", "Share or ratio expected", "ratio"),
        opened("message_sv", "VARCHAR", "Vad avvikelsen är", "What the finding is, in Swedish"),
        opened("reference", "VARCHAR", "Hänvisning", "Reference"),
    ),
)
CONTINUITY = Table(
    "quality.continuity",
    "En tabell med siffror: rader nu och i förra utgåvan; beror därför på vilken den var",
    "A table of figures: rows now and in the last release; it depends on which that was",
    (
        key("table_name", "VARCHAR", "Tabell", "Table"),
        opened("rows", "BIGINT", "Rader", "Rows", "rows"),
        opened(
            "rows_before",
            "BIGINT",
            "Rader i förra utgåvan; saknas där tabellen inte fanns",
            "Rows in the last release; missing where it had no such table",
            "rows",
        ),
        opened(
            "hidden_share",
            "DECIMAL(9,4)",
            "Andel av raderna som är skyddade; saknas där tabellen ingen status har",
            "Share of the rows that are protected; missing where the table has no status",
            "share",
        ),
        opened(
            "hidden_share_before",
            "DECIMAL(9,4)",
            "Andel av raderna i förra utgåvan som var skyddade",
            "Share of the rows in the last release that were protected",
            "share",
        ),
    ),
)
PROTECTION = Table(
    "quality.protection",
    "Vad skyddet av små tal har dolt i en tabell, och vad granskningen av det har omfattat",
    "What the protection of small numbers has hidden in a table, and what its audit has looked at",
    (
        key("table_name", "VARCHAR", "Tabell; all: hela utgåvan", "Table; all: the whole release"),
        opened("cells", "BIGINT", "Uppgifter som räknar personer", "Cells that count persons", "cells"),
        opened("cells_of_few", "BIGINT", "Varav med för få personer", "Of which of too few persons", "cells"),
        opened(
            "cells_hidden",
            "BIGINT",
            "Dolda: de med för få personer, och de som behövs för att dessa inte ska kunna räknas ut",
            "Hidden: those of too few, and those needed so that these can't be worked out",
            "cells",
        ),
        opened("equations", "BIGINT", "Samband mellan uppgifterna", "Equations between cells", "equations"),
        opened(
            "components",
            "BIGINT",
            "Grupper av dolda tal som hänger ihop; var och en har granskats med linjära program",
            "Groups of hidden numbers that are tied together; each was audited by linear programs",
            "groups",
        ),
        opened(
            "left_out",
            "VARCHAR",
            "Marginaler som utelämnats för att resten inte skulle kunna skyddas annars",
            "Margins left out because the rest could not have been protected otherwise",
        ),
        opened("seconds", "DECIMAL(9,1)", "Tid som det tog", "Time taken", "seconds", volatile=True),
    ),
)
OFFICIAL_SERIES = Table(
    "quality.official_series",
    "En officiell serie som har hämtats, och när",
    "An official series that has been fetched, and when",
    (
        key("source_id", "VARCHAR", "Källa", "Source"),
        opened("title_sv", "VARCHAR", "Serien", "The series, in Swedish"),
        opened("publisher_sv", "VARCHAR", "Vem som ger ut den", "Who publishes it"),
        opened("first_month", "DATE", "Första period (månadens första dag)", "First period (first day of its month)"),
        opened("last_month", "DATE", "Sista period", "Last period"),
        opened("periods", "BIGINT", "Antal perioder", "Periods", "periods"),
        opened(
            "retrieved_at",
            "TIMESTAMP",
            "När de senaste värdena hämtades (UTC); utan nätet gäller de",
            "When the latest values were fetched (UTC); without network they stand",
            volatile=True,
        ),
        opened("note_sv", "VARCHAR", "Att tänka på", "What to bear in mind, in Swedish"),
    ),
)
RELEASE = Table(
    "meta.release",
    "Vad den här utgåvan är",
    "What this release is",
    (
        key("release_id", "VARCHAR", "Utgåvans id", "The release's id"),
        opened("region_id", "VARCHAR", "Region", "Region"),
        opened("region_name", "VARCHAR", "Regionens namn", "The region's name"),
        opened(
            "data",
            "VARCHAR",
            "synthetic (påhittade leveranser) eller real",
            "Synthetic (made-up deliveries) or real",
        ),
        opened("notice_sv", "VARCHAR", "Det som ska stå först överallt", "What must stand first everywhere"),
        opened("first_month", "DATE", "Första månad", "First month"),
        opened("last_month", "DATE", "Sista månad", "Last month"),
        opened(
            "min_persons",
            "INTEGER",
            "Minsta antal personer bakom en siffra",
            "Least number of persons behind a figure",
            "persons",
        ),
        opened(
            "cells_protected_share",
            "DECIMAL(9,6)",
            "Andel skyddade rader i volymtabellerna",
            "Share of rows hidden in the volume tables",
            "share",
        ),
        opened(
            "visits_protected_share",
            "DECIMAL(9,6)",
            "Andel besök i skyddade rader i månadstabellen",
            "Share of visits in hidden rows of the monthly table",
            "share",
        ),
        opened("code_version", "VARCHAR", "Programversion", "Code version"),
        opened("inputs_hash", "VARCHAR", "Hash av allt som gick in", "Hash of all that went in"),
        opened("created_at", "TIMESTAMP", "När utgåvan gjordes (UTC)", "When it was made (UTC)", volatile=True),
    ),
)
INPUTS = Table(
    "meta.inputs",
    "Något som gick in i utgåvan",
    "Something that went into the release",
    (
        key(
            "kind",
            "VARCHAR",
            "delivery, erasure (radering), official, rules, model, region_file, national_file, parameters, as_of"
            " (efterfrågad dag)"
            " eller code",
            "Delivery, erasure, official, rules, model, region_file, national_file, parameters, as_of (a day asked"
            " for) or code",
        ),
        key("name", "VARCHAR", "Namn", "Name"),
        opened("hash", "VARCHAR", "Innehållshash (SHA-256)", "Content hash (SHA-256)"),
    ),
)
PARAMETERS = Table(
    "meta.parameters",
    "Ett värde som användes i utgåvan",
    "A value that was used in the release",
    (
        key("parameter", "VARCHAR", "Parameter", "Parameter"),
        key("year", "SMALLINT", "År", "Year"),
        key("keys", "VARCHAR", "Nycklar, t.ex. municipality=1880", "Keys, such as municipality=1880"),
        opened("value", "VARCHAR", "Värde, med alla siffror", "Value, with all its digits"),
        opened("unit", "VARCHAR", "Enhet", "Unit"),
        opened(
            "kind",
            "VARCHAR",
            "official, derived, forecast eller illustrative",
            "Official, derived, forecast or illustrative",
        ),
        opened("known_from", "DATE", "Känt från", "Known from"),
        opened("reference", "VARCHAR", "Källa", "Source"),
        opened("address", "VARCHAR", "Adress", "Address"),
    ),
)
RESTATEMENTS = Table(
    "meta.restatements",
    "En orsak till att en publicerad siffra inte är vad den var i förra utgåvan; beror därför på vilken den var",
    "A cause for which a published figure is not what it was in the last release; it depends on which that was",
    (
        key("table_name", "VARCHAR", "Tabell", "Table"),
        key(
            "row_key", "VARCHAR", "Raden: nyckelns kolumn=värde, i ordning", "The row: its key's column=value, in order"
        ),
        key(
            "column_name",
            "VARCHAR",
            "Siffran; status: vad som visas av raden, utan tal",
            "The figure; status: what is shown of the row, without numbers",
        ),
        key(
            "cause",
            "VARCHAR",
            "deliveries (nya eller rättade leveranser), boundary (gränsdragning), definition, parameter, code"
            " (programmet); med + emellan: kan inte visas var för sig",
            "New or corrected deliveries, boundary, definition, parameter, code; with + between: can't be told apart",
        ),
        opened(
            "previous_release",
            "VARCHAR",
            "Utgåvan som siffran jämförs med",
            "The release with which it is compared",
            volatile=True,
        ),
        opened(
            "value_before",
            "DECIMAL(38,12)",
            "Siffran i förra utgåvan; saknas där någon av de två inte visas",
            "The figure in the last release; missing where either of the two isn't shown",
            "by_column",
        ),
        opened("value_after", "DECIMAL(38,12)", "Siffran nu, på samma sätt", "The figure now, likewise", "by_column"),
        opened(
            "change",
            "DECIMAL(38,12)",
            "Vad orsaken ändrade; en siffras ändringar blir tillsammans efter minus före, exakt",
            "What the cause changed; a figure's changes add up to after minus before, exactly",
            "by_column",
        ),
        opened(
            "status_before",
            "VARCHAR",
            "Status då; saknas där raden inte fanns",
            "Status then; missing where there was no such row",
        ),
        opened(
            "status_after",
            "VARCHAR",
            "Status nu; saknas där raden inte finns",
            "Status now; missing where there is no such row",
        ),
    ),
)
DICTIONARY = Table(
    "meta.dictionary",
    "En publicerad kolumn och vad den betyder",
    "A published column and what it means",
    (
        key("table_name", "VARCHAR", "Tabell", "Table"),
        key("column_name", "VARCHAR", "Kolumn", "Column"),
        opened("position", "SMALLINT", "Kolumnens plats", "The column's place"),
        opened("data_type", "VARCHAR", "Datatyp", "Data type"),
        opened("unit", "VARCHAR", "Enhet", "Unit"),
        opened(
            "role",
            "VARCHAR",
            "key, persons, additive, ratio eller open",
            "Key, persons, additive, ratio or open",
        ),
        opened("description_sv", "VARCHAR", "Beskrivning på svenska", "Description in Swedish"),
        opened("description_en", "VARCHAR", "Beskrivning på engelska", "Description in English"),
        opened("row_sv", "VARCHAR", "Vad en rad är", "What a row is, in Swedish"),
        opened(
            "source_sv",
            "VARCHAR",
            "Lagen, standarden eller regeln bakom",
            "The law, standard or rule behind it, in Swedish",
        ),
        opened("definition", "VARCHAR", "Filen där det är skrivet", "The file in which it is written down"),
    ),
)
LINEAGE = Table(
    "meta.lineage",
    "Vad en kolumn kommer ur: en kolumn i en annan tabell, och den fil som gör den av den",
    "What a column comes from: a column of another table, and the file that makes the one of the other",
    (
        key("table_name", "VARCHAR", "Tabell", "Table"),
        key("column_name", "VARCHAR", "Kolumn", "Column"),
        key(
            "source_table",
            "VARCHAR",
            "Tabell i lagret eller utgåvan; hemvard_…: liten tabell ur regionens mapp; bound: bundet värde; model:"
            " skrivet i modellen; annars fil eller mapp",
            "Table of lake or release; hemvard_…: small table of the region's folder; bound: bound value; model:"
            " written in the model; else a file or folder",
        ),
        key("source_column", "VARCHAR", "Kolumn där; *: raderna", "Column of it; *: its rows"),
        key("via", "VARCHAR", "Fil med modellen eller koden", "The model's or the code's file"),
        opened(
            "kind",
            "VARCHAR",
            "sql (läst ur modellens SQL) eller code (uppgiven för koden)",
            "Read out of the model's SQL, or declared for code",
        ),
    ),
)

COMPUTED: tuple[Table, ...] = (
    VISITS_MONTH,
    REGION_TOTALS,
    CUBE,
    POPULATION,
    VISITS_YEAR,
    BY_AREA,
    SCENARIO_TOTALS,
    SCENARIO_DIFFERENCES,
    GAP,
    INDICATOR_RESULTS,
)
"""What models compute from the rest of the lake; it can be made anew at any time."""
LAKE: tuple[Table, ...] = (
    LAYOUT,
    LANDINGS,
    LOADS,
    MONTH_CHANGES,
    MODEL_WINDOWS,
    RELEASED_CELLS,
    PSEUDONYM_KEYS,
    ERASURES,
    ERASING,
    ERASED_IDS,
    RETIRED,
    CLOSED_MONTHS,
    PERSON_MAP,
    PSEUDONYMS_CARRIED,
    VISIT_VERSIONS,
    VISITS,
    QUARANTINE,
    QUARANTINE_RESOLVED,
    RULE_COUNTS,
    *COMPUTED,
)
PUBLISHED: tuple[Table, ...] = (
    VISITS_MONTH,
    VISITS_YEAR,
    REGION_TOTALS,
    BY_AREA,
    SCENARIO_TOTALS,
    SCENARIO_DIFFERENCES,
    STAFFING,
    GAP,
    POPULATION,
    INDICATOR_DEFINITIONS,
    INDICATOR_RESULTS,
    *EQUALISATION_TABLES,
    DELIVERIES,
    RULE_RESULTS,
    QUARANTINE_SUMMARY,
    OFFICIAL_SERIES,
    CHANGES,
    CONTINUITY,
    PROTECTION,
    RELEASE,
    INPUTS,
    PARAMETERS,
    RESTATEMENTS,
    DICTIONARY,
    LINEAGE,
)
SINCE_LAST: tuple[Table, ...] = (CHANGES, CONTINUITY, PROTECTION, RESTATEMENTS)
"""The published tables that depend on which release was in force before."""


def published(name: str) -> Table:
    """The published table of a name; KeyError for any other."""
    return {table.name: table for table in PUBLISHED}[name]


def dictionary_rows() -> Iterator[tuple[object, ...]]:
    """A row of `meta.dictionary` for each published column."""
    for table in PUBLISHED:
        for position, column in enumerate(table.columns, 1):
            origin = definitions.origin(table.name, column.name)
            yield (
                table.name,
                column.name,
                position,
                column.type,
                column.unit,
                column.role,
                column.sv,
                column.en,
                table.sv,
                origin.source_sv,
                origin.definition,
            )
