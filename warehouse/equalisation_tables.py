"""The tables of money: income equalisation, net cost, tax shift, effects, and what municipalities even out.

Amounts are kronor, öre are per hundred kronor of income, shares are fractions. Signs: effect = revenue − cost (plus is
a gain), amounts are plus for who receives. A remainder of rounding is a row of its own, `municipality_code = '0000'`.
The national cost equalisation is in none of them.
"""

from warehouse.columns import MONEY, STATUS, Column, Table, key, opened

_FACTOR = "DECIMAL(18,9)"
_ORE = "DECIMAL(18,9)"
_PERSONS = "DECIMAL(18,4)"
_NOT_INCLUDED_SV = "Den nationella kostnadsutjämningen ingår inte."
_NOT_INCLUDED_EN = "The national cost equalisation isn't included."

_YEAR = key("year", "SMALLINT", "År", "Year")
_AGREEMENT = key("agreement", "VARCHAR", "Överenskommelse (agreements/)", "Agreement")
_SCENARIO = key("scenario", "VARCHAR", "Gränsdragning (scenarios/)", "Boundary")
_METHOD = key(
    "method",
    "VARCHAR",
    "ledger (ur redovisningen) eller from_below (ur tjänster och enhetspriser)",
    "ledger (as recorded) or from_below (posts and unit values)",
)
_MUNICIPALITY = key(
    "municipality_code",
    "VARCHAR",
    "Kommun; 0000 är resten vid avrundning",
    "Municipality; 0000 is the remainder of rounding",
)
_BASIS = opened("basis", "VARCHAR", "Svagaste grund bland ingående värden", "The weakest basis among its inputs")
_IS_AGREED = opened(
    "is_agreed",
    "BOOLEAN",
    "Den kombination av överenskommelse, gränsdragning och metod som gäller",
    "The one combination of agreement, boundary and method that was agreed",
)
_SOURCE = opened("source", "VARCHAR", "Källa", "Source")


def _sek(name: str, sv: str, en: str) -> Column:
    return opened(name, MONEY, sv, en, "sek")


def _per_inhabitant(name: str, sv: str, en: str) -> Column:
    return opened(name, MONEY, sv, en, "sek_per_inhabitant")


INCOME_EQUALISATION = Table(
    "equalisation.income_equalisation",
    "Inkomstutjämning per år för kommuner och för regionen som helhet, beräknad ur daterade parametrar",
    "Income equalisation by year of municipalities and of the region as a whole, computed from dated parameters",
    (
        key("year", "SMALLINT", "Utjämningsår", "Equalisation year"),
        key("level", "VARCHAR", "municipality eller region", "Municipality or region"),
        key("area_code", "VARCHAR", "Kommun; länets kod för regionen", "Municipality; the county of a region"),
        opened("tax_base_sek", MONEY, "Skatteunderlag för året", "Tax base of the year", "sek"),
        opened(
            "population",
            "DECIMAL(18,4)",
            "Invånare 1 november året före",
            "Inhabitants on 1 November the year before",
            "persons",
        ),
        opened("indexed_tax_power_sek", MONEY, "Uppräknad skattekraft", "Indexed tax power", "sek_per_inhabitant"),
        opened(
            "guaranteed_tax_power_sek",
            MONEY,
            "Garanterad skattekraft",
            "Guaranteed tax power",
            "sek_per_inhabitant",
        ),
        opened("rate_kind", "VARCHAR", "bidrag eller avgift", "Grant (bidrag) or charge (avgift)"),
        opened("county_rate", "DECIMAL(9,6)", "Länsvis skattesats", "County rate", "share"),
        opened(
            "equalisation_sek_per_inhabitant",
            MONEY,
            "Inkomstutjämning; minus är avgift",
            "Income equalisation; minus is a charge",
            "sek_per_inhabitant",
        ),
        opened("basis", "VARCHAR", "Svagaste grund bland ingående värden", "The weakest basis among its inputs"),
    ),
)
NET_COSTS = Table(
    "equalisation.net_costs",
    "Nettokostnad per kommun och kostnadspost, på två sätt",
    "Net cost by serving municipality and cost item, in two ways",
    (
        _SCENARIO,
        _METHOD,
        key(
            "party",
            "VARCHAR",
            "Vem som betalar före: region eller municipality",
            "Who pays before: region or municipality",
        ),
        _MUNICIPALITY,
        key("cost_item", "VARCHAR", "Kostnadspost (costs.yaml)", "Cost item of the region's list"),
        opened("title_sv", "VARCHAR", "Kostnadspostens namn", "The cost item's name"),
        opened("payer_after", "VARCHAR", "Vem som betalar efter", "Who pays after the transfer"),
        opened("is_transferred", "BOOLEAN", "Byter betalare", "Changes payer: is part of the tax shift"),
        opened("is_fixed", "BOOLEAN", "Fast: följer inte antalet besök", "Fixed: doesn't follow the volume"),
        opened("base_year", "SMALLINT", "Basår", "The year whose prices base_cost_sek is in"),
        opened("price_year", "SMALLINT", "Prisår", "The year whose prices cost_sek is in"),
        _sek(
            "base_cost_sek", "Nettokostnad i basårets priser; minus är intäkt", "In base-year prices; minus is revenue"
        ),
        opened(
            "index", _FACTOR, "Prisindex från basår till prisår", "Price index from base year to price year", "factor"
        ),
        _sek("cost_sek", "Nettokostnad i prisårets priser", "In price-year prices"),
        opened(
            "allocation_key",
            "VARCHAR",
            "Fördelningsnyckel: visits, minutes, patients, fte, population, fixed; joint där för få personer skiljer"
            " gränsdragningarna åt: de kommunernas gemensamma tal",
            "Allocation key; joint where too few persons tell the boundaries apart: what those municipalities share",
        ),
        _BASIS,
        STATUS,
    ),
)
NET_COST_COMPARISON = Table(
    "equalisation.net_cost_comparison",
    "De två sätten att räkna nettokostnaden sida vid sida, post för post",
    "The two ways of reckoning the net cost side by side, item by item, in base-year prices",
    (
        _SCENARIO,
        key(
            "party",
            "VARCHAR",
            "Vem som betalar före: region eller municipality",
            "Who pays before: region or municipality",
        ),
        _MUNICIPALITY,
        key("cost_item", "VARCHAR", "Kostnadspost (costs.yaml)", "Cost item of the region's list"),
        opened("base_year", "SMALLINT", "Basår", "Base year"),
        _sek("ledger_sek", "Ur redovisningen", "From the ledger"),
        _sek("from_below_sek", "Ur tjänster och enhetspriser", "From posts and unit values"),
        _sek("difference_sek", "Underifrån minus redovisning", "From below minus ledger"),
        opened(
            "found_in",
            "VARCHAR",
            "both, ledger eller from_below: där posten finns",
            "Both, ledger, or from_below: where the item is found",
        ),
        opened(
            "quantity", _PERSONS, "Antal som enhetspriset gäller", "Quantity that the unit value is of", "by_definition"
        ),
        opened(
            "quantity_unit",
            "VARCHAR",
            "Vad som räknas: visits, minutes, patients, fte, municipalities eller wages (kronor i lön)",
            "What is counted: visits, minutes, patients, fte, municipalities or wages (kr of wages)",
        ),
        _sek(
            "unit_value_sek",
            "Antaget pris per enhet, alla tillägg inräknade",
            "Assumed kr per unit, surcharges included",
        ),
        _sek("ledger_unit_sek", "Redovisad kostnad per samma enhet", "The ledger's kr per the same unit"),
        _BASIS,
    ),
)
TAX_SHIFT = Table(
    "equalisation.tax_shift",
    f"Skatteväxlingens storlek per överenskommelse, gränsdragning, metod och år. {_NOT_INCLUDED_SV}",
    f"The tax shift by agreement, boundary, method and year. {_NOT_INCLUDED_EN}",
    (
        _AGREEMENT,
        _SCENARIO,
        _METHOD,
        _YEAR,
        _IS_AGREED,
        _sek(
            "net_cost_sek", "Nettokostnad som byter betalare, årets priser", "Transferred net cost in the year's prices"
        ),
        _per_inhabitant("guaranteed_tax_power_sek", "Garanterad skattekraft", "Guaranteed tax power"),
        opened(
            "population",
            _PERSONS,
            "Invånare 1 november året före",
            "Inhabitants on 1 November the year before",
            "persons",
        ),
        opened("required_ore", _ORE, "Öre som täcker nettokostnaden", "Öre that cover the net cost", "ore"),
        opened(
            "agreed_ore",
            "DECIMAL(9,4)",
            "Öre som beslutats; för andra gränsdragningar det som krävs, avrundat enligt överenskommelsen",
            "Öre decided; for other combinations the required ones, rounded by the agreement's rule",
            "ore",
        ),
        opened(
            "ore_kind",
            "VARCHAR",
            "decided (beslutat) eller rounded (avrundat)",
            "decided, or rounded (required and rounded)",
        ),
        _sek("revenue_sek", "Kommunernas intäkt av växlingen", "The municipalities' revenue of the agreed öre"),
        _sek("own_tax_sek", "varav egen skatt", "of which own tax"),
        _sek("equalisation_change_sek", "varav ändrad inkomstutjämning", "of which change of income equalisation"),
        _sek("rounding_sek", "Intäkt minus nettokostnad", "Revenue minus net cost"),
        _sek("region_revenue_sek", "Regionens intäktsändring (minus)", "Change of the region's revenue (minus)"),
        _sek(
            "state_sek",
            "Statens del: kommunernas ökning plus regionens minskning",
            "What the State adds: the sum of both",
        ),
        opened(
            "naive_ore",
            _ORE,
            "Öre på den egna skattekraften (jämförelse)",
            "Öre on the own tax base (to compare)",
            "ore",
        ),
        _sek(
            "naive_revenue_sek",
            "Beslutade öre gånger egen skattebas (jämförelse)",
            "Agreed öre times own base (to compare)",
        ),
        _sek(
            "final_revenue_sek",
            "Intäkt efter slutavräkning; tom tills den är känd",
            "Revenue after the final settlement",
        ),
        _BASIS,
        STATUS,
    ),
)
MUNICIPALITY_EFFECTS = Table(
    "equalisation.municipality_effects",
    f"Vinst eller förlust per kommun. {_NOT_INCLUDED_SV}",
    f"Gain or loss by municipality. {_NOT_INCLUDED_EN}",
    (
        _AGREEMENT,
        _SCENARIO,
        _METHOD,
        _YEAR,
        _MUNICIPALITY,
        _IS_AGREED,
        opened(
            "population",
            _PERSONS,
            "Invånare 1 november året före",
            "Inhabitants on 1 November the year before",
            "persons",
        ),
        _sek("cost_sek", "Övertagen nettokostnad", "Net cost taken over"),
        _sek("own_tax_sek", "Egen skatt", "Own tax"),
        _sek("equalisation_change_sek", "Ändrad inkomstutjämning", "Change of income equalisation"),
        _sek("revenue_sek", "Intäkt: egen skatt + ändrad utjämning", "Revenue: own tax + change of equalisation"),
        _sek("effect_sek", "Intäkt − kostnad; plus är vinst", "Revenue − cost; plus is a gain"),
        _per_inhabitant("effect_sek_per_inhabitant", "Vinst eller förlust per invånare", "Gain or loss per inhabitant"),
        _sek("naive_revenue_sek", "Öre gånger egen skattebas (jämförelse)", "Öre times own base (to compare)"),
        _sek(
            "final_revenue_sek",
            "Intäkt efter slutavräkning; tom tills den är känd",
            "Revenue after the final settlement",
        ),
        _BASIS,
        STATUS,
    ),
)
BOUNDARY_QUESTIONS = Table(
    "equalisation.boundary_questions",
    f"Vad varje fråga om gränsdragningen är värd i öre och kronor. {_NOT_INCLUDED_SV}",
    f"What each question of the boundary is worth in öre and kronor. {_NOT_INCLUDED_EN}",
    (
        _AGREEMENT,
        _METHOD,
        _YEAR,
        _SCENARIO,
        key("agreed_scenario", "VARCHAR", "Överenskommelsens gränsdragning", "The agreement's own boundary"),
        opened("title_sv", "VARCHAR", "Gränsdragningens namn", "The boundary's name"),
        _sek("net_cost_sek", "Nettokostnad", "Net cost"),
        opened("required_ore", _ORE, "Öre som krävs", "Öre required", "ore"),
        _sek("net_cost_difference_sek", "Skillnad mot överenskommelsens", "Against the agreement's boundary"),
        opened("ore_difference", _ORE, "Skillnad i öre", "Difference in öre", "ore"),
        _BASIS,
        STATUS,
    ),
)
INTER_MUNICIPAL = Table(
    "equalisation.inter_municipal",
    f"Mellankommunal utjämning: vad kommunerna ger varandra. {_NOT_INCLUDED_SV}",
    f"Inter-municipal equalisation: what municipalities give each other. {_NOT_INCLUDED_EN}",
    (
        _AGREEMENT,
        key("variant", "VARCHAR", "Variant i överenskommelsen", "Variant of the agreement"),
        key("year_number", "SMALLINT", "Utjämningens år, från 1", "Year of the equalisation, from 1"),
        _YEAR,
        _MUNICIPALITY,
        opened("title_sv", "VARCHAR", "Variantens namn", "The variant's name"),
        opened("is_agreed", "BOOLEAN", "Den variant som gäller", "The variant that was agreed"),
        opened(
            "weight", "DECIMAL(9,6)", "Andel av skillnaden som jämnas ut", "Share of the difference evened out", "share"
        ),
        opened(
            "cost_key",
            "VARCHAR",
            "Vad kostnaden mäts med: actual_cost, visits_price, age_weighted_population eller per_inhabitant",
            "What the cost is measured by: actual_cost, visits_price, age_weighted_population or per_inhabitant",
        ),
        _sek(
            "difference_sek",
            "Kostnad − intäkt, centrerad så att summan är noll",
            "Cost − revenue, centred to sum to zero",
        ),
        _sek(
            "amount_sek",
            "Plus får, minus betalar; summan är exakt noll",
            "Plus receives, minus pays; sums to exactly zero",
        ),
        _per_inhabitant("amount_sek_per_inhabitant", "Belopp per invånare", "Amount per inhabitant"),
        _sek("effect_sek", "Vinst eller förlust före utjämningen", "Gain or loss before the equalisation"),
        _sek("net_effect_sek", "Vinst eller förlust efter utjämningen", "Gain or loss after the equalisation"),
        _BASIS,
        STATUS,
    ),
)
EXCHANGE_DECISIONS = Table(
    "equalisation.exchange_decisions",
    "Beslut om skatteväxling med giltighet, och växlingar som syns i skattesatserna",
    "Decisions of a tax shift with validity, and shifts seen in the tax rates",
    (
        key(
            "origin",
            "VARCHAR",
            "agreement eller tax_rates (sedd i skattesatserna)",
            "agreement, or tax_rates (seen in the tax rates)",
        ),
        key("agreement", "VARCHAR", "Överenskommelse; - där ingen finns", "Agreement; - where there is none"),
        key("valid_from", "DATE", "Gäller från", "Valid from"),
        opened(
            "valid_to",
            "DATE",
            "Gäller till och med; tom: tills vidare",
            "Valid to, included; empty: until further notice",
        ),
        opened(
            "change_ore",
            "DECIMAL(9,4)",
            "Ändring denna dag; plus går till kommunerna",
            "Change that day; plus to the municipalities",
            "ore",
        ),
        opened("total_ore", "DECIMAL(9,4)", "Summa växlad dittills", "Shifted so far", "ore"),
        _SOURCE,
        _BASIS,
    ),
)
TAX_RATES = Table(
    "equalisation.tax_rates",
    "Skattesats före och efter en växling, och vad som är kommunens egen ändring",
    "Tax rates before and after a shift, with own changes apart",
    (
        key(
            "origin",
            "VARCHAR",
            "agreement eller tax_rates (sedd i skattesatserna)",
            "agreement, or tax_rates (seen in the tax rates)",
        ),
        key("agreement", "VARCHAR", "Överenskommelse; - där ingen finns", "Agreement; - where there is none"),
        _YEAR,
        key("level", "VARCHAR", "municipality eller region", "Municipality or region"),
        key("area_code", "VARCHAR", "Kommun eller region", "Municipality or region"),
        opened("tax_rate_before_share", "DECIMAL(9,6)", "Skattesats året före", "Tax rate the year before", "share"),
        opened("shift_ore", "DECIMAL(9,4)", "Ändring genom växlingen", "Change by the shift", "ore"),
        opened("own_change_ore", "DECIMAL(9,4)", "Egen ändring därutöver", "Own change beside it", "ore"),
        opened("tax_rate_after_share", "DECIMAL(9,6)", "Skattesats efter", "Tax rate after", "share"),
        _BASIS,
        STATUS,
    ),
)
SETTLEMENTS = Table(
    "equalisation.settlements",
    "Avräkning när skatten växlas en annan dag än ansvaret",
    "Settlement of the part of a year between the tax shift and the takeover",
    (
        _AGREEMENT,
        _YEAR,
        _MUNICIPALITY,
        opened(
            "days_counted_by", "VARCHAR", "Räknat i months (månader) eller days (dagar)", "Counted in months or days"
        ),
        opened("part_share", _FACTOR, "Del av året", "Part of the year", "share"),
        opened(
            "settled_on",
            "VARCHAR",
            "revenue (intäkt) eller net_cost (nettokostnad)",
            "What is settled: revenue or net_cost",
        ),
        _sek("year_sek", "Hela årets belopp", "The whole year's amount"),
        _sek(
            "amount_sek",
            "Plus: kommunen får av regionen; minus: betalar",
            "Plus: received from the region; minus: paid",
        ),
        _BASIS,
        STATUS,
    ),
)
PURCHASES = Table(
    "equalisation.purchases",
    "Vård som köps i stället för att föras över",
    "Care that is bought instead of transferred",
    (
        _AGREEMENT,
        key("purchase", "VARCHAR", "Köp enligt överenskommelsen", "Purchase of the agreement"),
        _YEAR,
        _MUNICIPALITY,
        opened("title_sv", "VARCHAR", "Vad som köps", "What is bought"),
        opened("buyer", "VARCHAR", "Köpare: region eller municipality", "Buyer: region or municipality"),
        opened(
            "quantity",
            _PERSONS,
            "Kommunens del av länets antal",
            "The municipality's part of the county's quantity",
            "by_definition",
        ),
        opened("quantity_unit", "VARCHAR", "visits, hours eller posts (tjänster)", "visits, hours or posts"),
        _sek("unit_price_sek", "Pris per styck i årets priser", "Price per unit in the year's prices"),
        _sek("amount_sek", "Plus: kommunen får; minus: betalar", "Plus: the municipality receives; minus: pays"),
        opened(
            "split_by", "VARCHAR", "Fördelat efter population eller visits (besök)", "Split by population or visits"
        ),
        _BASIS,
        STATUS,
    ),
)
LOOK_AHEAD = Table(
    "equalisation.look_ahead",
    f"År 1–10 efter växlingen, med indexerad kostnad eller framtida vårdbehov. {_NOT_INCLUDED_SV}",
    f"Years 1–10 after the shift, by recorded cost indexed or by future growth. {_NOT_INCLUDED_EN}",
    (
        _AGREEMENT,
        key(
            "assumption",
            "VARCHAR",
            "recorded_cost_indexed (redovisad kostnad med index) eller future_growth (även åldrande och folkmängd)",
            "recorded_cost_indexed, or future_growth (ageing and population too)",
        ),
        key("year_number", "SMALLINT", "År efter växlingen, från 1", "Year after the shift, from 1"),
        _YEAR,
        _MUNICIPALITY,
        opened("population", _PERSONS, "Invånare, prognos", "Inhabitants, forecast", "persons"),
        _sek(
            "revenue_sek",
            "Intäkt av växlingen",
            "Revenue of the shift: öre in force × guaranteed tax power × inhabitants",
        ),
        _sek("cost_sek", "Nettokostnad i årets priser", "Net cost in the year's prices"),
        _sek("effect_sek", "Intäkt − kostnad; plus är vinst", "Revenue − cost; plus is a gain"),
        _per_inhabitant("effect_sek_per_inhabitant", "Vinst eller förlust per invånare", "Gain or loss per inhabitant"),
        _BASIS,
        STATUS,
    ),
)
SENSITIVITY = Table(
    "equalisation.sensitivity",
    f"Vad tio procent upp eller ned på varje antagande betyder. {_NOT_INCLUDED_SV}",
    f"What ten per cent more or less of each assumption means. {_NOT_INCLUDED_EN}",
    (
        _AGREEMENT,
        _SCENARIO,
        _METHOD,
        _YEAR,
        key(
            "assumption",
            "VARCHAR",
            "Antagande som ändras; item: följt av en kostnadspost",
            "Assumption that is changed; item: and a cost item",
        ),
        key("change_share", "DECIMAL(9,6)", "Ändring: −0,1, 0 eller 0,1", "Change: −0.1, 0 or 0.1", "share"),
        _sek("net_cost_sek", "Nettokostnad", "Net cost"),
        opened("required_ore", _ORE, "Öre som krävs", "Öre required", "ore"),
        _sek("rounding_sek", "Intäkt av beslutade öre minus nettokostnad", "Revenue of the agreed öre minus net cost"),
        _per_inhabitant(
            "lowest_effect_sek_per_inhabitant", "Lägsta utfall per invånare", "The lowest effect per inhabitant"
        ),
        opened(
            "lowest_municipality_code", "VARCHAR", "Kommun med lägsta utfall", "The municipality with the lowest effect"
        ),
        _BASIS,
    ),
)
COST_SHARING = Table(
    "equalisation.cost_sharing",
    "Hur ett projekts egna kostnader delas mellan parterna",
    "How a project's own costs are shared between the parties",
    (
        key("cost_sharing", "VARCHAR", "Delning (agreements/)", "The sharing's id in the agreement"),
        key(
            "cost_post",
            "VARCHAR",
            "Kostnad: post_1, post_2 … eller other_costs (övriga)",
            "What is shared: post_1, post_2 … or other_costs",
        ),
        key("party", "VARCHAR", "region eller municipality", "region or municipality"),
        key(
            "municipality_code",
            "VARCHAR",
            "Kommun; regionens kod för regionen",
            "Municipality; the county's code for the region",
        ),
        opened("title_sv", "VARCHAR", "Kostnadens namn", "The cost's name"),
        opened("posts", "DECIMAL(12,4)", "Tjänster", "Posts", "fte"),
        _sek("amount_sek", "Andel av kostnaden", "Share of the cost"),
        _SOURCE,
        _BASIS,
    ),
)
EQUALISATION_TABLES = (
    INCOME_EQUALISATION,
    NET_COSTS,
    NET_COST_COMPARISON,
    TAX_SHIFT,
    MUNICIPALITY_EFFECTS,
    BOUNDARY_QUESTIONS,
    INTER_MUNICIPAL,
    EXCHANGE_DECISIONS,
    TAX_RATES,
    SETTLEMENTS,
    PURCHASES,
    LOOK_AHEAD,
    SENSITIVITY,
    COST_SHARING,
)
