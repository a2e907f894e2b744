"""What stands in for each placeholder in a release: a text, or None where there is nothing to say."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from dashboard.boundaries import Boundary
from dashboard.documents import wording
from dashboard.documents.reading import Reading
from dashboard.documents.wording import kronor
from dashboard.figures import Figure
from dashboard.inter_municipal import Variant
from dashboard.look_ahead import SensitivityRow
from dashboard.money import Money
from dashboard.tax_shift import EffectRow, QuestionRow, ShiftRow
from dashboard.words import about, moment, number, percent, signed
from dashboard.years import YearTable

Facts = dict[str, str | None]
_ORE = Decimal(10_000)
"""An öre per hundred kronor is this part of the income."""


def facts(reading: Reading) -> Facts:
    """Every placeholder of the reports; see `placeholders.ALL` for what each is."""
    money = reading.money
    return {
        **_of_release(reading),
        **_of_visits(reading),
        **_of_years(reading.years),
        **_of_boundaries(reading),
        **_of_questions(money),
        **_of_indicators(reading),
        **_of_staffing(reading),
        **_of_shift(reading.shift),
        **_of_effects(money),
        **_of_net_cost(money),
        **_of_variants(money),
        **_of_payments(money),
        **_of_look_ahead(money),
        **_of_sensitivity(money),
        **_of_deliveries(reading),
        "inkomstutjamning_ar": str(reading.equalisation.year) if reading.equalisation else None,
    }


def facts_of_municipality(reading: Reading, code: str) -> Facts:
    """The placeholders of a municipality's sheet, beside those of the reports."""
    row = next((row for row in reading.places.rows if row.code == code), None) if reading.places else None
    visits = row.year[0] if row else Figure(None, "missing")
    effect = effect_of(reading.money, code)
    given = effect.effect_sek_per_inhabitant if effect and effect.status not in ("protected", "missing") else None
    agreed = agreed_variant(reading.money)
    own = agreed.by_code.get(code) if agreed else None
    return {
        "kommun": reading.areas.get(code, code),
        "kommun_besok": _counted(visits),
        "kommun_besok_skyddat": "skyddat" if visits.status == "protected" else None,
        "kommun_vinst": _above(given, per_inhabitant),
        "kommun_forlust": _below(given, per_inhabitant),
        "kommun_jamnt": "varken vinner eller förlorar" if given == 0 else None,
        "kommun_far": _above(own.amounts[0] if own else None, kronor),
        "kommun_betalar": _below(own.amounts[0] if own else None, kronor),
    }


def per_inhabitant(amount: Decimal) -> str:
    """Kronor per inhabitant in running text."""
    return f"{number(amount)}\u00a0kronor per invånare"


def effect_of(money: Money | None, code: str) -> EffectRow | None:
    """A municipality's gain or loss in the first year."""
    found = money.effects.rows if money and money.effects else ()
    return next((row for _, row in found if row.municipality_code == code), None)


def agreed_variant(money: Money | None) -> Variant | None:
    """The variant of the inter-municipal equalisation that was agreed."""
    return next((variant for variant in money.variants if variant.is_agreed), None) if money else None


def assumption_name(money: Money, assumption: str) -> str:
    """An assumption in words: a cost item by its title."""
    item = assumption.removeprefix("item:")
    return wording.ASSUMPTIONS.get(assumption) or money.item_titles.get(item, item)


def _counted(figure: Figure) -> str | None:
    return about(figure.count) if figure.shown else None


def _part(figure: Figure) -> str | None:
    return percent(figure.value) if figure.value is not None else None


def _above(amount: Decimal | None, written: Callable[[Decimal], str]) -> str | None:
    return written(amount) if amount is not None and amount > 0 else None


def _below(amount: Decimal | None, written: Callable[[Decimal], str]) -> str | None:
    return written(-amount) if amount is not None and amount < 0 else None


def _of_release(reading: Reading) -> Facts:
    release = reading.release
    rows, visits = release.cells_protected_share, release.visits_protected_share
    return {
        "lan": release.region_name,
        "utgava": release.release_id,
        "utgiven": moment(reading.made).partition(" kl.")[0],
        "minst_personer": number(release.min_persons),
        "skyddade_rader": percent(rows) if rows is not None else None,
        "skyddade_besok": percent(visits) if visits is not None else None,
        "syntetiskt": "påhittade av ett program" if reading.is_synthetic else None,
        "verkligt": None if reading.is_synthetic else "verkliga",
    }


def _of_visits(reading: Reading) -> Facts:
    said = reading.headline.year
    if said is None:
        return {"besok_saknas": "saknas"}
    compared = said.comparison
    alike = {"same": "lika många", "almost": "nästan lika många"}
    return {
        "period": said.period,
        "besok": _counted(said.home),
        "besok_skyddat": "skyddat" if said.home.status == "protected" else None,
        "besok_saknas": "saknas" if said.home.status in ("missing", "not_applicable") else None,
        "hemsjukvard_andel": _part(said.home_health_care_share),
        "hembesok_andel": _part(said.home_visit_share),
        "fler_andel": percent(compared.change, 1) if compared.form == "more" else None,
        "farre_andel": percent(-compared.change, 1) if compared.form == "fewer" else None,
        "lika_manga": alike.get(compared.form),
        "jamforelse": compared.before,
    }


def _of_years(table: YearTable | None) -> Facts:
    if table is None:
        return {}
    lines = {line.cell: row[-1] for line, row in table.lines}
    nothing = (Figure(None, "missing"), Figure(None, "missing"))
    unplanned = {kind: lines.get((kind, "unplanned", "all"), nothing)[1] for kind in ("home_health_care", "outpatient")}
    return {
        "tabellens_ar": str(table.columns[-1].year),
        "oplanerade_hemsjukvard": _part(unplanned["home_health_care"]),
        "oplanerade_hembesok": _part(unplanned["outpatient"]),
        "barn_besok": _counted(lines.get(("all", "all", "0-18"), nothing)[0]),
        "personer": _counted(table.patients[-1]),
    }


def _of_boundaries(reading: Reading) -> Facts:
    table, money = reading.boundaries, reading.money
    agreed = money.boundary if money and money.years else None
    if table is None:
        return {"gransdragning": agreed, "personalens_gransdragning": agreed}
    priced = {row.scenario for row in money.questions[0].rows} if money and money.questions else None
    others = [row for row in table.rows[1:] if priced is None or row.id in priced]
    changed = [row for row in others if row.difference.shown]
    widest = _most(changed, lambda row: row.difference.count)
    narrowest = _most(changed, lambda row: -row.difference.count)
    return {
        "gransdragning": agreed,
        "utgangspunkt": None if agreed else table.first.title,
        "personalens_gransdragning": agreed or table.first.title,
        "gransdragningar": _some(len(table.rows) - 1),
        "vidaste": widest.title if widest else None,
        "vidaste_fler": number(widest.difference.count) if widest else None,
        "snavaste": narrowest.title if narrowest else None,
        "snavaste_farre": number(-narrowest.difference.count) if narrowest else None,
    }


def _most(rows: Sequence[Boundary], size: Callable[[Boundary], int]) -> Boundary | None:
    """The first of the rows with the greatest size above nothing."""
    found = max(rows, key=size, default=None)
    return found if found and size(found) > 0 else None


def _of_questions(money: Money | None) -> Facts:
    others = [row for row in money.questions[0].rows if not row.is_own] if money and money.questions else []
    known = [(row, row.net_cost_difference_sek) for row in others if row.net_cost_difference_sek is not None]
    most = max(known, key=lambda pair: pair[1], default=None)
    least = min(known, key=lambda pair: pair[1], default=None)
    return {
        **_question("dyraste", "mer", most if most and most[1] > 0 else None),
        **_question("billigaste", "mindre", least if least and least[1] < 0 else None),
    }


def _question(name: str, more: str, found: tuple[QuestionRow, Decimal] | None) -> Facts:
    if found is None:
        return {}
    row, difference = found
    return {
        name: row.title_sv,
        f"{name}_{more}": kronor(abs(difference)),
        f"{name}_oren": number(abs(row.ore_difference), 2) if row.ore_difference is not None else None,
    }


def _of_indicators(reading: Reading) -> Facts:
    found = reading.indicators
    assessed = [entry for entry in found if entry.is_assessed]
    signals = sum(entry.deviates for entry in assessed)
    targets = sum(entry.latest is not None and entry.latest.target is not None for entry in found)
    usable = [entry.latest.usability for entry in found if entry.latest]
    return {
        "indikatorer": _some(len(found)),
        "indikatorer_bedomda": _some(len(assessed)),
        "inga_bedomda": "ingen" if found and not assessed else None,
        "indikatorer_signal": _some(signals),
        "ingen_signal": "ingen" if assessed and not signals else None,
        "indikatorer_mal": _some(targets),
        "med_forsiktighet": _some(usable.count("with_caution")),
        "ej_anvandbara": _some(usable.count("not_usable")),
    }


def _some(count: int) -> str | None:
    return number(count) if count else None


def _of_staffing(reading: Reading) -> Facts:
    found: Facts = {}
    for name, method in (("hr", "hr"), ("tid", "volume"), ("norm", "norm"), ("avtal", "agreed")):
        way = reading.staffing.way(method) if reading.staffing else None
        posts = way.posts() if way else Figure(None, "missing")
        found[f"tjanster_{name}"] = number(posts.value, 1) if posts.value is not None else None
        found[f"tjanster_{name}_ar"] = str(way.year) if way else None
    lacks = reading.staffing is not None and reading.staffing.way("agreed") is None
    return {**found, "ingen_avtalad_personal": "ingen överenskommelse" if lacks else None}


def _of_shift(first: ShiftRow | None) -> Facts:
    if first is None:
        return {"ingen_vaxling": "ingen överenskommelse om skatteväxling"}
    return {
        "vaxlingsar": str(first.year),
        "oren_beslutade": _written(first.agreed_ore, _ore),
        "oren_kravda": _written(first.required_ore, _ore),
        "oren_utan_utjamning": _written(first.naive_ore, _ore),
        "nettokostnad": _written(first.net_cost_sek, kronor),
        "intakt": _written(first.revenue_sek, kronor),
        "overskott": _above(first.rounding_sek, kronor),
        "underskott": _below(first.rounding_sek, kronor),
        "jamnt_upp": "jämnt upp" if first.rounding_sek == 0 else None,
        "ett_ore_ger": _written(an_ore(first), kronor),
        "garanterad_skattekraft": _written(first.guaranteed_tax_power_sek, number),
        "invanare": _written(first.population, number),
        "metod": wording.METHODS.get(first.method, first.method),
        "illustrativt": "illustrativa" if first.basis == "illustrative" else None,
        "prognos": "prognoser" if first.basis == "forecast" else None,
    }


def an_ore(row: ShiftRow) -> Decimal | None:
    """What an öre gives the county's municipalities in a year, in kronor: guaranteed tax power × inhabitants."""
    if row.guaranteed_tax_power_sek is None or row.population is None:
        return None
    return row.guaranteed_tax_power_sek * row.population / _ORE


def _ore(amount: Decimal) -> str:
    """Öre in running text: whole, or with two decimals."""
    return number(amount, 0 if amount == int(amount) else 2)


def _with_sign(amount: Decimal) -> str:
    return f"+{kronor(amount)}" if amount > 0 else kronor(amount)


def _written(amount: Decimal | None, written: Callable[[Decimal], str]) -> str | None:
    return written(amount) if amount is not None else None


def _of_effects(money: Money | None) -> Facts:
    rows = money.effects.rows if money and money.effects else ()
    known = [
        (name, row.effect_sek_per_inhabitant)
        for name, row in rows
        if row.effect_sek_per_inhabitant is not None and row.status not in ("protected", "missing")
    ]
    best = max(known, key=lambda pair: pair[1], default=None)
    worst = min(known, key=lambda pair: pair[1], default=None)
    gains, losses = (sum(sign * amount > 0 for _, amount in known) for sign in (1, -1))
    return {
        **_place("vinnare", best if gains else None, per_inhabitant),
        **_place("forlorare", worst if losses else None, per_inhabitant),
        "antal_vinnare": number(gains) if known else None,
        "antal_forlorare": number(losses) if known else None,
    }


def _place(name: str, found: tuple[str, Decimal] | None, written: Callable[[Decimal], str]) -> Facts:
    return {name: found[0], f"{name}_kr": written(abs(found[1]))} if found else {}


def _of_net_cost(money: Money | None) -> Facts:
    cost = money.net_cost if money else None
    if cost is None:
        return {}
    ledger, below, difference = cost.transferred
    return {
        "basar": str(cost.base_year),
        "kostnad_redovisning": _written(ledger, kronor),
        "kostnad_underifran": _written(below, kronor),
        "hogre_underifran": _above(difference, kronor),
        "lagre_underifran": _below(difference, kronor),
    }


def _of_variants(money: Money | None) -> Facts:
    agreed = agreed_variant(money)
    if money is None or agreed is None:
        return {}
    first = [(row.name, row.amounts[0]) for row in agreed.rows if row.amounts[0] is not None]
    known = [(name, amount) for name, amount in first if amount is not None]
    gets = max(known, key=lambda pair: pair[1], default=None)
    pays = min(known, key=lambda pair: pair[1], default=None)
    return {
        "utjamning": agreed.title,
        "utjamning_varianter": number(len(money.variants)),
        "utjamning_ar": years(agreed.years),
        **_place("utjamning_far", gets if gets and gets[1] > 0 else None, kronor),
        **_place("utjamning_betalar", pays if pays and pays[1] < 0 else None, kronor),
    }


def years(listed: Sequence[int]) -> str:
    """Years as a span: 2013, or 2013–2015."""
    return str(listed[0]) if listed[0] == listed[-1] else f"{listed[0]}–{listed[-1]}"


def _of_payments(money: Money | None) -> Facts:
    if money is None:
        return {}
    first = money.settlements[0] if money.settlements else None
    return {
        "avrakning_ar": str(first.year) if first else None,
        "avrakning_till_kommunerna": _above(first.whole, kronor) if first else None,
        "avrakning_till_regionen": _below(first.whole, kronor) if first else None,
        "kop": _some(len(money.purchases)),
    }


def _of_look_ahead(money: Money | None) -> Facts:
    ahead = money.ahead if money else None
    if ahead is None:
        return {}
    last = dict(zip(ahead.assumptions, ahead.years[-1].sums, strict=True))
    found: Facts = {"framat_ar": str(ahead.years[-1].year)}
    for name, assumption in (("index", "recorded_cost_indexed"), ("behov", "future_growth")):
        effect = last[assumption].effect if assumption in last else None
        found[f"framat_{name}_plus"] = _above(effect, kronor)
        found[f"framat_{name}_minus"] = _below(effect, kronor)
    return found


def _of_sensitivity(money: Money | None) -> Facts:
    rows = money.sensitivity.rows if money and money.sensitivity else ()
    most = _upward(rows)
    if money is None or most is None:
        return {}
    return {
        "kansligast": assumption_name(money, most.assumption),
        "kansligast_andring": f"{signed(most.change_share * 100)}\u00a0%",
        "kansligast_utfall": _written(most.rounding_sek, _with_sign),
    }


def _upward(rows: Iterable[SensitivityRow]) -> SensitivityRow | None:
    """The first assumption, which moves most, where it grows."""
    return next((row for row in rows if row.change_share > 0), None)


def _of_deliveries(reading: Reading) -> Facts:
    deliveries = reading.deliveries
    expected, lacking = len(deliveries.states), len(deliveries.lacking)
    return {
        "leveranser_inne": number(deliveries.came) if expected else None,
        "leveranser_vantade": number(expected) if expected else None,
        "leveranser_saknas": _some(lacking),
        "alla_leveranser": "alla" if expected and not lacking else None,
    }
