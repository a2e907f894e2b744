"""The Swedish words of the workbook: short headings, units, and what codes are called by people.

A column that isn't listed here has its heading from the schema's Swedish description; a code that isn't
listed stands as it is. The sheet `Kolumner` has every description in full.
"""

from collections.abc import Mapping

from warehouse.columns import Column

PROTECTED, MISSING, NOT_APPLICABLE = "skyddad", "saknas", "ej tillämplig"
STATUSES: Mapping[str, str] = {
    "ok": "ok",
    "preliminary": "preliminär",
    "protected": PROTECTED,
    "missing": MISSING,
    "not_applicable": NOT_APPLICABLE,
}
STATUS_MEANINGS: Mapping[str, str] = {
    "ok": "siffran gäller",
    "preliminary": "en väntad leverans har inte kommit än, eller en prognos ingår: siffran kan ändras",
    "protected": "för få personer står bakom, eller skulle kunna räknas fram: siffran visas inte och är inte 0",
    "missing": "ett underlag finns inte: siffran är inte 0",
    "not_applicable": "det finns inget att dela med, eller gällde inte då: siffran är inte 0",
}
UNITS: Mapping[str, str] = {
    "sek": "kr",
    "sek_per_inhabitant": "kr per invånare",
    "sek_per_visit": "kr per besök",
    "sek_per_patient": "kr per patient",
    "ore": "öre",
    "share": "procent",
    "minutes": "minuter",
    "days": "dagar",
    "per_1000": "per 1 000",
    "per_100000": "per 100 000",
    "patients_per_fte": "patienter per årsarbetare",
    "professions": "yrken",
    "visits": "besök",
    "persons": "personer",
}
HEADINGS: Mapping[str, str] = {
    "minutes": "Tid",
    "margin": "Marginal",
    "reason": "Orsak",
    "is_agreed": "Gäller enligt överenskommelsen",
    "period": "Månad",
    "planned": "Planerat",
    "measure": "Mått",
    "area_type": "Slag av område",
    "method": "Sätt att räkna",
    "gap_group": "Vem som vårdar",
    "agreed_principal": "Vem som ska vårda",
    "kind": "Slag av indikator",
    "level": "Nivå",
    "standardisation": "Standardisering",
    "comparison_source": "Vems värde",
    "signal": "Signal mot baslinjen",
    "usability": "Kvalitet",
    "rate_kind": "Bidrag eller avgift",
    "found_in": "Var posten finns",
    "ore_kind": "Slag av öre",
    "origin": "Varifrån",
    "days_counted_by": "Delen räknas i",
    "settled_on": "Vad som avräknas",
    "split_by": "Fördelat efter",
    "assumption": "Antagande",
    "basis": "Grund",
    "status": "Status",
}
_CLEARER: Mapping[str, str] = {
    "Plus": "Belopp, plus är till kommunen",
    "Plus får, minus betalar": "Belopp, plus är till kommunen",
    "Visits, hours eller posts": "Vad som räknas",
    "Region eller municipality": "Part",
}
"""Headings for descriptions whose beginning doesn't stand by itself."""
_PER_INHABITANT = " per invånare"
UNKNOWN_OR_ALL = {"unknown": "okänt", "all": "alla"}
_QUANTITIES = {
    "visits": "besök",
    "minutes": "minuter",
    "hours": "timmar",
    "patients": "patienter",
    "fte": "årsarbetare",
    "posts": "tjänster",
    "population": "invånare",
    "municipalities": "kommuner",
    "wages": "löner",
    "fixed": "fast",
    "joint": "gemensamt tal",
}
_PARTIES = {"region": "regionen", "municipality": "kommunerna", "all": "alla"}
CODES: Mapping[str, Mapping[str, str]] = {
    "care_form": {
        "home_health_care": "hemsjukvård",
        "outpatient": "öppen vård",
        "inpatient": "sluten vård",
        **UNKNOWN_OR_ALL,
    },
    "place": {
        "home": "i hemmet",
        "special_housing": "särskilt boende",
        "clinic": "mottagning",
        "other": "annan plats",
        **UNKNOWN_OR_ALL,
    },
    "planned": {"planned": "planerat", "unplanned": "oplanerat", **UNKNOWN_OR_ALL},
    "sex": {"female": "kvinnor", "male": "män", **UNKNOWN_OR_ALL},
    "age_group": UNKNOWN_OR_ALL,
    "provider_level": {
        "primary": "primärvård",
        "hospital": "sjukhus",
        "psychiatric": "psykiatri",
        "municipal": "kommunal vård",
        **UNKNOWN_OR_ALL,
    },
    "part_of_day": {"day": "dag", "evening": "kväll", "night": "natt", **UNKNOWN_OR_ALL},
    "area_type": {
        "municipality": "kommun",
        "county_part": "länsdel",
        "health_centre": "vårdcentral",
        "region": "region",
        "country": "landet",
    },
    "measure": {"crude": "ostandardiserat", "standardised": "åldersstandardiserat"},
    "standardisation": {"crude": "ostandardiserat", "age": "åldersstandardiserat"},
    "comparison_source": {"own": "eget", "kolada": "Kolada"},
    "basis": {
        "official": "officiell",
        "derived": "härledd",
        "forecast": "prognos",
        "illustrative": "illustrativ",
        "delivered": "levererad",
    },
    "method": {
        "hr": "personalsystem",
        "volume": "besökens tid",
        "norm": "patienter per tjänst",
        "agreed": "överenskommet",
        "ledger": "ur redovisningen",
        "from_below": "underifrån",
    },
    "party": _PARTIES,
    "payer_after": _PARTIES,
    "buyer": _PARTIES,
    "agreed_principal": _PARTIES,
    "gap_group": {
        "only_region": "bara regionen",
        "only_municipality": "bara kommunen",
        "both": "båda",
        "neither": "ingen",
    },
    "level": {
        "municipality": "kommun",
        "region": "region",
        "structure": "förutsättning",
        "process": "process",
        "outcome": "resultat",
    },
    "direction": {"higher": "högre är bättre", "lower": "lägre är bättre", "none": "varken eller"},
    "signal": {
        "above": "över baslinjen",
        "below": "under baslinjen",
        "run_above": "åtta månader i rad över",
        "run_below": "åtta månader i rad under",
        "none": "ingen",
        "not_assessed": "inte bedömd",
    },
    "usability": {
        "usable": "användbar",
        "with_caution": "användbar med försiktighet",
        "not_usable": "inte användbar",
    },
    "found_in": {"both": "båda", "ledger": "bara redovisningen", "from_below": "bara underifrån"},
    "ore_kind": {"decided": "beslutat", "rounded": "avrundat"},
    "cost_key": {
        "actual_cost": "faktisk kostnad",
        "visits_price": "besök gånger ett gemensamt pris",
        "age_weighted_population": "invånare viktade efter ålder",
        "per_inhabitant": "lika per invånare",
    },
    "days_counted_by": {"months": "månader", "days": "dagar"},
    "allocation_key": _QUANTITIES,
    "quantity_unit": _QUANTITIES,
    "split_by": _QUANTITIES,
    "origin": {"agreement": "överenskommelsen", "tax_rates": "sedd i skattesatserna"},
    "assumption": {
        "recorded_cost_indexed": "redovisad kostnad med index",
        "future_growth": "framtida vårdbehov",
        "net_cost": "hela nettokostnaden",
        "price_index_growth": "prisökningen från basåret",
        "guaranteed_tax_power": "garanterad skattekraft",
        "national_tax_base": "landets skatteunderlag",
        "national_population": "landets folkmängd",
        "county_population": "länets folkmängd",
        "own_tax_bases": "kommunernas egna skatteunderlag",
        "agreed_ore": "beslutade öre",
    },
    "settled_on": {"revenue": "intäkten", "net_cost": "nettokostnaden"},
    "unit": UNITS,
    "status": STATUSES,
}


def heading(column: Column) -> str:
    """A column's short Swedish heading, with its unit where that isn't in the words already."""
    text = HEADINGS.get(column.name) or _beginning(column.sv)
    unit = UNITS.get(column.unit, "")
    if text.endswith(_PER_INHABITANT):
        unit = unit.removesuffix(_PER_INHABITANT)
    told = unit and column.unit not in ("visits", "persons") and unit not in text.casefold().split()
    return f"{text}, {unit}" if told else text


def _beginning(text: str) -> str:
    """What a description says before it goes into particulars."""
    for end in (";", ":", " (", ".", ", eller "):
        text = text.partition(end)[0]
    beginning = text[:1].upper() + text[1:]
    return _CLEARER.get(beginning, beginning)
