"""The ledger and the staff: what home health care costs, and who works in it, by who is responsible."""

from datetime import date

import numpy as np

from regions.model import Principal
from regions.month import Month
from regions.source import RecordSource
from synthetic.calibration import Account
from synthetic.care import CareYear, record_ids
from synthetic.table import Array, Table, stacked

_COSTS = 121
_WAGES = "wages"
_FTE = 10_000
_FIRST_COST_CENTRE = 10_010


def costs(care: CareYear, source: RecordSource) -> Table:
    """Postings of a principal's ledger: exactly the year's level, split over months, municipalities and accounts.

    Amounts are whole öre. In the last month of a quarter wages are posted twice, half each.
    """
    rows = stacked([_month_of_ledger(care, source.principal, month) for month in care.months(source)])
    return rows.with_columns(record_id=record_ids("V", care.year, len(rows)))


def staffing(care: CareYear, source: RecordSource) -> Table:
    """Full-time posts by municipality and profession, in ten thousandths; their sum is exactly the calibrated one."""
    parts = []
    for month in care.files(source):
        share = _share(care, source.principal, month)
        for profession, fte in care.world.volumes.fte.items():
            parts.append(_posts(care, month, profession, fte * share))
    return stacked(parts)


def _month_of_ledger(care: CareYear, principal: Principal, month: Month) -> Table:
    money, settings = care.world.volumes.money, care.settings
    level = (1 + money.growth) ** (month.year - money.year) / 12
    share, is_region = _share(care, principal, month), principal is Principal.REGION
    if is_region:
        share = max(share, settings.region_rest)
    revenue = round(100 * money.revenue_sek * level * share)
    gross = round(100 * money.net_sek * level * share) + revenue
    rng = care.world.rng(month.year * 100 + month.number, _COSTS + is_region)
    accounts = _posted(settings.accounts, month)
    spent = [entry for entry in accounts if entry.kind == "gross_cost"]
    earned = [entry for entry in accounts if entry.kind != "gross_cost"]
    return stacked([_postings(rng, care, month, spent, gross), _postings(rng, care, month, earned, -revenue)])


def _posted(accounts: tuple[Account, ...], month: Month) -> list[Account]:
    """The accounts as they are posted to in a month."""
    halves = [account.model_copy(update={"share": account.share / 2}) for account in accounts if account.item == _WAGES]
    if month.number % 3:
        return list(accounts)
    return [*(account for account in accounts if account.item != _WAGES), *halves, *halves]


def _postings(rng: np.random.Generator, care: CareYear, month: Month, accounts: list[Account], total: int) -> Table:
    """A posting per municipality and account; their amounts make the total."""
    places = _places(care)
    count = len(places) * len(accounts)
    shares = np.array([account.share for account in accounts])
    weights = np.outer(_cost_weights(care, places), shares).ravel() * rng.uniform(0.9, 1.1, count)
    place = np.repeat(places, len(accounts))
    columns = {
        name: np.tile(np.array([getattr(entry, attribute) for entry in accounts], dtype=object), len(places))
        for name, attribute in (("account", "account"), ("cost_item", "item"), ("posting_kind", "kind"))
    }
    internal = columns["posting_kind"] == "internal_revenue"
    return Table(
        {
            **columns,
            "month": np.full(count, np.datetime64(month.first)),
            "cost_centre": _cost_centres(place),
            "activity": np.full(count, "HSV", dtype=object),
            "counterpart": np.where(internal, "INT", "EXT").astype(object),
            "municipality_code": care.places[place],
            "amount_sek": split(total, weights),
            "place": place,
        }
    )


def _posts(care: CareYear, month: Month, profession: str, fte: float) -> Table:
    places = _places(care)
    parts = split(round(fte * _FTE), _weights(care, places))
    kept = parts > 0
    professions = np.empty(int(kept.sum()), dtype=object)
    professions[:] = [(profession,)] * len(professions)
    head = np.ceil(parts[kept] / _FTE * care.settings.headcount_per_fte).astype(np.int64)
    return Table(
        {
            "month": np.full(len(professions), np.datetime64(month.first)),
            "municipality_code": care.places[places[kept]],
            "cost_centre": _cost_centres(places[kept]),
            "professions": professions,
            "fte": parts[kept],
            "headcount": head,
            "place": places[kept],
        }
    )


def split(total: int, weights: Array) -> Array:
    """Whole numbers by weights that make exactly the total."""
    edges = np.round(np.cumsum(weights) / weights.sum() * total).astype(np.int64)
    edges[-1] = total
    return np.diff(edges, prepend=0)


def _share(care: CareYear, principal: Principal, month: Month) -> float:
    """The principal's share of home health care in a month."""
    shares = care.world.volumes.municipal_share
    before = month.first < date(care.world.takeover.year, care.world.takeover.month, 1)
    municipal = shares.before if before else shares.after
    return municipal if principal is Principal.MUNICIPALITY else 1 - municipal


def _places(care: CareYear) -> Array:
    """All municipalities of the region: the source's own are picked when its files are made."""
    return np.arange(len(care.world.folder.region.municipalities))


def _weights(care: CareYear, places: Array) -> Array:
    weights = care.world.volumes.weights
    return np.array([float(weights.get(care.places[place], 1.0)) for place in places.tolist()])


def _cost_weights(care: CareYear, places: Array) -> Array:
    """What the ledger's costs follow: weights of their own where the calibration has some."""
    weights = care.world.volumes.cost_weights
    if not weights:
        return _weights(care, places)
    return np.array([float(weights[care.places[place]]) for place in places.tolist()])


def _cost_centres(place: Array) -> Array:
    return np.array([str(_FIRST_COST_CENTRE + number) for number in place.tolist()], dtype=object)
