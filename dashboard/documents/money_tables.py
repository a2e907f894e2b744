"""The tables and charts of money: net cost, tax shift, effects, equalisation, payments, the years ahead."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from dashboard.documents import cells, drawings, wording
from dashboard.documents.blocks import Block, Column, numbers, words
from dashboard.documents.cells import amount, ground_note
from dashboard.documents.facts import an_ore, assumption_name, years
from dashboard.documents.reading import Reading
from dashboard.figures import Figure, figure
from dashboard.inter_municipal import Variant
from dashboard.look_ahead import SensitivityRow
from dashboard.money import Money
from dashboard.net_cost import ItemRow
from dashboard.payments import Purchase, PurchaseRow, Settlement, SettlementRow
from dashboard.tax_shift import EffectRow, QuestionRow, Questions, ShiftRow
from dashboard.words import DASH, day, percent, signed

NATIONAL = "Den nationella kostnadsutjämningen ingår inte."
_THOUSANDS = 1000
_SHIFT: tuple[tuple[str, str, int, int, bool], ...] = (
    ("Beslutat, öre", "agreed_ore", 1, 2, False),
    ("Krävs för att täcka nettokostnaden, öre", "required_ore", 1, 2, False),
    ("Nettokostnad som byter betalare", "net_cost_sek", _THOUSANDS, 0, False),
    ("Kommunernas intäkt", "revenue_sek", _THOUSANDS, 0, False),
    ("\u00a0\u00a0\u00a0varav egen skatt", "own_tax_sek", _THOUSANDS, 0, False),
    ("\u00a0\u00a0\u00a0varav ändrad inkomstutjämning", "equalisation_change_sek", _THOUSANDS, 0, True),
    ("Intäkt minus nettokostnad", "rounding_sek", _THOUSANDS, 0, True),
    ("Regionens intäkt ändras med", "region_revenue_sek", _THOUSANDS, 0, True),
    ("Staten skjuter till (plus) eller drar in (minus)", "state_sek", _THOUSANDS, 0, True),
    ("Jämförelse: krävs utan inkomstutjämning, öre", "naive_ore", 1, 2, False),
)


def decisions_table(reading: Reading) -> Iterator[Block]:
    """What has been decided on the tax: from when, how many öre, and where it says so."""
    rows = [
        [
            day(row.valid_from),
            amount(row.change_ore, decimals=2, sign=True),
            amount(row.total_ore, decimals=2),
            wording.BASES.get(row.basis, row.basis),
            row.source,
        ]
        for row in reading.decisions
    ]
    if rows:
        head = [
            words("Från", 1.6),
            *numbers(("Ändring, öre", "Summa, öre"), 1.2),
            words("Grund", 1.2),
            words("Källa", 4),
        ]
        source = "equalisation.exchange_decisions"
        yield cells.table("Beslut om skatteväxlingen", head, rows, source, least=reading.least)


def shift_table(reading: Reading) -> Iterator[Block]:
    """The tax shift year by year."""
    rows = reading.money.years if reading.money else ()
    if not rows:
        return
    yield cells.table(
        f"Skatteväxlingen {years([row.year for row in rows])}, tusental kronor där inget annat anges",
        [words("Tal", 3.4), *numbers(str(row.year) for row in rows)],
        [[label, *(_shift(row, name, per, places, sign) for row in rows)] for label, name, per, places, sign in _SHIFT],
        "beräknat, equalisation.tax_shift",
        least=reading.least,
        notes=(*ground_note(row.basis for row in rows), NATIONAL),
    )


def calculation_table(reading: Reading) -> Iterator[Block]:
    """How the required öre of the first year come out, step by step, of the published figures."""
    row = reading.shift
    if row is None:
        return
    steps = (
        (
            "A",
            "Garanterad skattekraft, kronor per invånare",
            amount(row.guaranteed_tax_power_sek, row.status, decimals=2),
        ),
        ("B", "Invånare i länets kommuner", amount(row.population, row.status)),
        ("C", "Ett öre ger: A × B ÷ 10 000, kronor", amount(an_ore(row), row.status)),
        ("D", "Nettokostnad som byter betalare, kronor", amount(row.net_cost_sek, row.status)),
        ("E", "Öre som krävs: D ÷ C", amount(row.required_ore, row.status, decimals=2)),
        ("F", "Beslutade öre", amount(row.agreed_ore, row.status, decimals=2)),
        ("G", "Kommunernas intäkt: F × C, avrundat kommun för kommun, kronor", amount(row.revenue_sek, row.status)),
        ("H", "Intäkt minus nettokostnad: G − D, kronor", amount(row.rounding_sek, row.status, sign=True)),
    )
    yield cells.table(
        f"Så är växlingen {row.year} räknad",
        [words("Steg", 0.6), words("Vad", 4), Column("Tal", share=2)],
        steps,
        "beräknat, equalisation.tax_shift",
        least=reading.least,
        notes=("Ett öre är ett öre per hundra kronor beskattningsbar inkomst.", *ground_note((row.basis,)), NATIONAL),
    )


def questions_tables(reading: Reading, *, every_method: bool) -> Iterator[Block]:
    """What each boundary is worth in kronor and öre; by the agreed method, or by every one."""
    found = reading.money.questions if reading.money else ()
    for table in found if every_method else found[:1]:
        yield _questions(reading, table)


def _questions(reading: Reading, table: Questions) -> Block:
    method = wording.METHODS.get(table.method, table.method)
    head = ("Nettokostnad", "Öre som krävs", "Skillnad, tusental kronor", "Skillnad, öre")
    return cells.table(
        f"Vad varje gränsdragning är värd {table.year}, nettokostnaden räknad {method}, tusental kronor och öre",
        [words("Gränsdragning", 3.4), *numbers(head)],
        [_question(row) for row in table.rows],
        "beräknat, equalisation.boundary_questions",
        least=reading.least,
        notes=(
            "Skillnaden är mot överenskommelsens egen gränsdragning: plus är en högre kostnad och fler öre.",
            *ground_note(row.basis for row in table.rows),
            NATIONAL,
        ),
    )


def _question(row: QuestionRow) -> list[str]:
    own = f"{row.title_sv} (överenskommelsens)" if row.is_own else row.title_sv
    cost, ore = amount(row.net_cost_sek, row.status, per=_THOUSANDS), amount(row.required_ore, row.status, decimals=2)
    if row.is_own:
        return [own, cost, ore, DASH, DASH]
    more = amount(row.net_cost_difference_sek, row.status, per=_THOUSANDS, sign=True)
    return [own, cost, ore, more, amount(row.ore_difference, row.status, decimals=2, sign=True)]


def effects_chart(reading: Reading) -> Iterator[Block]:
    """Gain or loss per inhabitant by municipality, the greatest gain first."""
    effects = reading.money.effects if reading.money else None
    if effects is None:
        return
    bars = [(name, figure(row.effect_sek_per_inhabitant, row.status)) for name, row in effects.rows]
    known = sorted((bar for bar in bars if bar[1].shown), key=lambda bar: -(bar[1].value or 0))
    if known:
        caption = f"Vinst eller förlust {effects.year}, kronor per invånare"
        source = "beräknat, equalisation.municipality_effects"
        yield drawings.bars(caption, known, unit="kronor per invånare", source=source, sign=True)


def effects_table(reading: Reading) -> Iterator[Block]:
    """Gain or loss by municipality in the first year."""
    effects = reading.money.effects if reading.money else None
    if effects is None:
        return
    total = (effects.cost, effects.revenue, effects.effect)
    rows = [[name, *_effect(row)] for name, row in effects.rows]
    rows.append(["Alla", DASH, *_thousands(total, sign_from=2), DASH])
    yield cells.table(
        f"Vinst och förlust per kommun {effects.year}, tusental kronor där inget annat anges",
        [words("Kommun", 2.2), *numbers(("Invånare", "Nettokostnad", "Intäkt", "Utfall", "Utfall, kr/inv"))],
        rows,
        "beräknat, equalisation.municipality_effects",
        least=reading.least,
        notes=(
            "Utfall: intäkt minus nettokostnad, plus är vinst. I raden Alla ingår det som blir över när kommunernas "
            "belopp avrundas.",
            *ground_note(row.basis for _, row in effects.rows),
            NATIONAL,
        ),
        total=True,
    )


def _effect(row: EffectRow) -> list[str]:
    return [
        amount(row.population, row.status),
        amount(row.cost_sek, row.status, per=_THOUSANDS),
        amount(row.revenue_sek, row.status, per=_THOUSANDS),
        amount(row.effect_sek, row.status, per=_THOUSANDS, sign=True),
        amount(row.effect_sek_per_inhabitant, row.status, sign=True),
    ]


def _thousands(amounts: Sequence[Decimal | None], *, sign_from: int = 0) -> list[str]:
    """Thousands of kronor; those from a place on with their sign."""
    return [amount(entry, per=_THOUSANDS, sign=at >= sign_from) for at, entry in enumerate(amounts)]


def net_cost_table(reading: Reading) -> Iterator[Block]:
    """The county's net cost item by item, in two ways."""
    cost = reading.money.net_cost if reading.money else None
    if cost is None:
        return
    rows = [_item(row) for row in cost.rows]
    rows.append(["Allt som byter betalare", "", *_thousands(cost.transferred, sign_from=2)])
    yield cells.table(
        f"Länets nettokostnad post för post, {cost.base_year} års priser, tusental kronor",
        [
            words("Post", 3.4),
            words("Byter betalare", 1.2),
            *numbers(("Ur redovisningen", "Underifrån", "Skillnad")),
        ],
        rows,
        "beräknat, equalisation.net_cost_comparison",
        least=reading.least,
        notes=(
            "Underifrån: ur tjänster och enhetspriser. Skillnad: underifrån minus redovisning. Minus i kolumnerna före "
            "är en intäkt. Ett streck: posten finns inte på det sättet att räkna; den kan ingå i en annan.",
            *ground_note(row.basis for row in cost.rows),
            NATIONAL,
        ),
        total=True,
    )


def _item(row: ItemRow) -> list[str]:
    changes = DASH if row.item.is_transferred is None else "ja" if row.item.is_transferred else "nej"
    return [
        row.item.title_sv,
        changes,
        amount(row.ledger, per=_THOUSANDS) if row.found_in in ("both", "ledger") else DASH,
        amount(row.from_below, per=_THOUSANDS) if row.found_in in ("both", "from_below") else DASH,
        amount(row.difference, per=_THOUSANDS, sign=True),
    ]


def variants_tables(reading: Reading) -> Iterator[Block]:
    """What municipalities even out, year by year, in every variant: the agreed one first."""
    for variant in reading.money.variants if reading.money else ():
        yield _variant(reading, variant)


def _variant(reading: Reading, variant: Variant) -> Block:
    listed = ", ".join(DASH if weight is None else percent(weight, 0) for weight in variant.weights)
    agreed = " – den som gäller" if variant.is_agreed else ""
    rows = [[row.name, *_thousands((*row.amounts, *row.net_effects))] for row in variant.rows]
    rows.append(["Alla", *_thousands((*variant.whole.amounts, *variant.whole.net_effects))])
    head = (*(f"Får, betalar {year}" for year in variant.years), *(f"Utfall efter {year}" for year in variant.years))
    return cells.table(
        f"Mellankommunal utjämning{agreed}: {variant.title}, tusental kronor",
        [words("Kommun", 2), *numbers(head, 1.2)],
        rows,
        "beräknat, equalisation.inter_municipal",
        least=reading.least,
        notes=(
            f"Plus: kommunen får, eller vinner. Utjämnad del av skillnaden, år för år: {listed}. Skillnaden är mätt "
            f"med {wording.COST_KEYS.get(variant.cost_key, variant.cost_key)}.",
            *ground_note((variant.whole.ground.basis,)),
        ),
        total=True,
    )


def settlements_tables(reading: Reading) -> Iterator[Block]:
    """What is settled for the time between the tax and the responsibility."""
    for settlement in reading.money.settlements if reading.money else ():
        yield _settlement(reading, settlement)


def _settlement(reading: Reading, settlement: Settlement) -> Block:
    terms = settlement.rows[0][1]
    rows = [
        [
            name,
            cells.MISSING if row.part_share is None else percent(row.part_share, 1),
            amount(row.year_sek, row.status, per=_THOUSANDS),
            amount(row.amount_sek, row.status, per=_THOUSANDS, sign=True),
        ]
        for name, row in settlement.rows
    ]
    rows.append(["Alla", DASH, DASH, amount(settlement.whole, per=_THOUSANDS, sign=True)])
    return cells.table(
        f"Avräkning {settlement.year} mellan regionen och kommunerna, tusental kronor",
        [words("Kommun"), *numbers(("Del av året", "Hela årets belopp", "Får (plus) eller betalar (minus)"))],
        rows,
        "beräknat, equalisation.settlements",
        least=reading.least,
        notes=(
            f"Räknas av på {wording.SETTLED_ON.get(terms.settled_on, terms.settled_on)}, efter "
            f"{wording.COUNTED_BY.get(terms.days_counted_by, terms.days_counted_by)}.",
            *ground_note(row.basis for _, row in settlement.rows),
        ),
        total=True,
    )


def purchases_tables(reading: Reading) -> Iterator[Block]:
    """What is bought instead of being shifted."""
    for purchase in reading.money.purchases if reading.money else ():
        yield _purchase(reading, purchase)


def _purchase(reading: Reading, purchase: Purchase) -> Block:
    terms = purchase.rows[0][1]
    rows = [
        [
            name,
            amount(row.quantity, row.status),
            amount(row.unit_price_sek, row.status),
            amount(row.amount_sek, row.status, per=_THOUSANDS, sign=True),
        ]
        for name, row in purchase.rows
    ]
    rows.append(["Alla", DASH, DASH, amount(purchase.whole, per=_THOUSANDS, sign=True)])
    unit = wording.QUANTITIES.get(terms.quantity_unit, terms.quantity_unit)
    return cells.table(
        f"{purchase.title}, {purchase.year}",
        [
            words("Kommun"),
            *numbers((f"Antal {unit}", "Pris, kronor", "Får (plus) eller betalar (minus), tusental kronor")),
        ],
        rows,
        "beräknat, equalisation.purchases",
        least=reading.least,
        notes=(
            f"{wording.BUYERS.get(terms.buyer, terms.buyer).capitalize()}. Länets antal är fördelat på kommunerna "
            f"efter {wording.SPLITS.get(terms.split_by, terms.split_by)}.",
            *ground_note(row.basis for _, row in purchase.rows),
        ),
        total=True,
    )


def ahead_chart(reading: Reading) -> Iterator[Block]:
    """The county's revenue and its cost by each assumption, in millions of kronor."""
    ahead = reading.money.ahead if reading.money else None
    if ahead is None or len(ahead.years) < 2:
        return
    lines = [("Intäkt", [_millions(row.sums[0].revenue) for row in ahead.years])]
    for at, assumption in enumerate(ahead.assumptions):
        name = f"Kostnad: {wording.AHEAD.get(assumption, assumption).lower()}"
        lines.append((name, [_millions(row.sums[at].cost) for row in ahead.years]))
    yield drawings.over_time(
        f"Intäkt och kostnad {years([row.year for row in ahead.years])}, alla kommuner",
        [str(row.year) for row in ahead.years],
        lines,
        unit="miljoner kronor",
        source="beräknat, equalisation.look_ahead",
        decimals=1,
        from_zero=False,
    )


def _millions(given: Decimal | None) -> Figure:
    return Figure(given / 1_000_000) if given is not None else Figure(None, "missing")


def ahead_table(reading: Reading) -> Iterator[Block]:
    """The county year by year by each assumption."""
    ahead = reading.money.ahead if reading.money else None
    if ahead is None:
        return
    head = [Column("Intäkt")]
    for assumption in ahead.assumptions:
        name = wording.AHEAD.get(assumption, assumption).lower()
        head += [Column(f"Kostnad, {name}"), Column(f"Utfall, {name}")]
    rows = []
    for row in ahead.years:
        rows.append([str(row.year), amount(row.sums[0].revenue, per=1_000_000, decimals=1)])
        for sums in row.sums:
            rows[-1].append(amount(sums.cost, per=1_000_000, decimals=1))
            rows[-1].append(amount(sums.effect, per=1_000_000, decimals=1, sign=True))
    notes = ("Utfall: intäkt minus kostnad, plus är vinst.", *ground_note((ahead.ground.basis,)), NATIONAL)
    caption = f"Utblick {years([row.year for row in ahead.years])}, alla kommuner, miljoner kronor"
    source = "beräknat, equalisation.look_ahead"
    yield cells.table(caption, [words("År", 1), *head], rows, source, least=reading.least, notes=notes)


def ahead_places_table(reading: Reading) -> Iterator[Block]:
    """Gain or loss per inhabitant in the first and the last year ahead."""
    ahead = reading.money.ahead if reading.money else None
    if ahead is None or not ahead.places:
        return
    names = [wording.AHEAD.get(entry, entry).lower() for entry in ahead.assumptions]
    head = [Column(f"{year}, {name}") for year in (ahead.years[0].year, ahead.years[-1].year) for name in names]
    rows = [[row.name, *(amount(entry, sign=True) for entry in (*row.first, *row.last))] for row in ahead.places]
    caption = "Utblick per kommun: vinst (plus) eller förlust (minus), kronor per invånare"
    notes = (*ground_note((ahead.ground.basis,)), NATIONAL)
    source = "beräknat, equalisation.look_ahead"
    yield cells.table(caption, [words("Kommun", 2), *head], rows, source, least=reading.least, notes=notes)


def sensitivity_table(reading: Reading) -> Iterator[Block]:
    """What each assumption means, one at a time."""
    money = reading.money
    if money is None or money.sensitivity is None:
        return
    tested = money.sensitivity
    rows = [["Ingenting ändras", DASH, *_changed(tested.unchanged)]] if tested.unchanged else []
    rows += [
        [assumption_name(money, row.assumption), _percent(row.change_share), *_changed(row)] for row in tested.rows
    ]
    head = ("Ändring", "Nettokostnad", "Öre som krävs", "Intäkt minus kostnad", "Lägsta utfall, kr/inv")
    yield cells.table(
        "Vad varje antagande betyder, ett i taget, tusental kronor där inget annat anges",
        [words("Antagande", 3), *numbers(head, 1.3)],
        rows,
        "beräknat, equalisation.sensitivity",
        least=reading.least,
        notes=(*ground_note(row.basis for row in tested.rows), NATIONAL),
    )


def _changed(row: SensitivityRow) -> list[str]:
    return [
        amount(row.net_cost_sek, per=_THOUSANDS),
        amount(row.required_ore, decimals=2),
        amount(row.rounding_sek, per=_THOUSANDS, sign=True),
        amount(row.lowest_effect_sek_per_inhabitant, sign=True),
    ]


def _percent(change: Decimal) -> str:
    return f"{signed(change * 100)}\u00a0%"


def income_table(reading: Reading) -> Iterator[Block]:
    """Income equalisation by municipality in one year."""
    found = reading.equalisation
    if found is None:
        return
    rows = [
        [
            name,
            amount(row.population),
            amount(row.indexed_tax_power_sek),
            amount(row.guaranteed_tax_power_sek),
            amount(row.equalisation_sek_per_inhabitant, sign=True),
        ]
        for name, row in found.rows
    ]
    head = (
        "Invånare",
        "Egen skattekraft, kr/inv",
        "Garanterad skattekraft, kr/inv",
        "Bidrag (plus) eller avgift, kr/inv",
    )
    yield cells.table(
        f"Inkomstutjämningen {found.year} per kommun",
        [words("Kommun", 2.2), *numbers(head)],
        rows,
        "equalisation.income_equalisation",
        least=reading.least,
        notes=(*ground_note(row.basis for _, row in found.rows), NATIONAL),
    )


def _shift(row: ShiftRow, name: str, per: int, decimals: int, sign: bool) -> str:
    return amount(getattr(row, name), row.status, per=per, decimals=decimals, sign=sign)


def of_municipality(reading: Reading, code: str) -> Iterator[Block]:
    """The money of a municipality's sheet."""
    if reading.money:
        yield from _own_effect(reading, reading.money, code)
        yield from _own_years(reading, reading.money, code)
        yield from _own_payments(reading, reading.money, code)


def _own_effect(reading: Reading, money: Money, code: str) -> Iterator[Block]:
    found = money.effects.rows if money.effects else ()
    row = next((row for _, row in found if row.municipality_code == code), None)
    if row is None or money.effects is None:
        return
    head = ("Invånare", "Nettokostnad", "Intäkt", "Utfall", "Utfall, kr/inv")
    caption = f"Skatteväxlingen {money.effects.year}, tusental kronor där inget annat anges"
    source = "equalisation.municipality_effects"
    notes = (*ground_note((row.basis,)), NATIONAL)
    yield cells.table(
        caption, [words("", 2), *numbers(head)], [["Kommunen", *_effect(row)]], source, least=reading.least, notes=notes
    )


def _own_years(reading: Reading, money: Money, code: str) -> Iterator[Block]:
    agreed = next((variant for variant in money.variants if variant.is_agreed), None)
    own = agreed.by_code.get(code) if agreed else None
    if agreed and own:
        rows = [
            ["Får (plus) eller betalar (minus)", *_thousands(own.amounts)],
            ["Utfall efter utjämningen", *_thousands(own.net_effects)],
        ]
        head = [words("", 3), *numbers(str(year) for year in agreed.years)]
        caption, source = f"Mellankommunal utjämning, {agreed.title}, tusental kronor", "equalisation.inter_municipal"
        notes = ground_note((own.ground.basis,))
        yield cells.table(caption, head, rows, source, least=reading.least, notes=notes)
    ahead = money.ahead
    place = next((row for row in ahead.places if row.code == code), None) if ahead else None
    if ahead and place:
        rows = [
            [f"Kostnad: {wording.AHEAD.get(entry, entry).lower()}", amount(first, sign=True), amount(last, sign=True)]
            for entry, first, last in zip(ahead.assumptions, place.first, place.last, strict=True)
        ]
        head = [words("", 3), Column(str(ahead.years[0].year)), Column(str(ahead.years[-1].year))]
        notes = (*ground_note((ahead.ground.basis,)), NATIONAL)
        yield cells.table(
            "Utblick: utfall, kronor per invånare",
            head,
            rows,
            "equalisation.look_ahead",
            least=reading.least,
            notes=notes,
        )


def _own_payments(reading: Reading, money: Money, code: str) -> Iterator[Block]:
    found: list[tuple[str, SettlementRow | PurchaseRow]] = []
    for settlement in money.settlements:
        found += [(f"Avräkning {settlement.year}", row) for _, row in settlement.rows if row.municipality_code == code]
    for purchase in money.purchases:
        title = f"{purchase.title}, {purchase.year}"
        found += [(title, row) for _, row in purchase.rows if row.municipality_code == code]
    rows = [[title, amount(row.amount_sek, row.status, per=_THOUSANDS, sign=True)] for title, row in found]
    if rows:
        head = [words("Betalning", 5), Column("Får (plus) eller betalar (minus)", share=2)]
        source, notes = "equalisation.settlements, equalisation.purchases", ground_note(row.basis for _, row in found)
        caption = "Avräkning och köp, tusental kronor"
        yield cells.table(caption, head, rows, source, least=reading.least, notes=notes)
