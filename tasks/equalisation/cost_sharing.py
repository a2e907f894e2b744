"""How a project's own costs are shared between the parties: posts as listed, other costs by an agreed share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from equalisation.cost_sharing import cost_of, shared, shared_other_costs
from equalisation.exact import rounded
from regions.agreement import CostSharing, SharedPost
from regions.errors import DataError
from regions.model import Principal
from tasks.equalisation.inputs import MUNICIPALITY, REGION, Inputs, Keys, TaxYear

OTHER_COSTS = "other_costs"
_POST_PLACES = 4


@dataclass(frozen=True)
class CostSharingRow:
    """One party's part of one cost of `equalisation.cost_sharing`; whole kronor."""

    cost_sharing: str
    cost_post: str
    party: str
    municipality_code: str
    title_sv: str
    posts: Decimal | None
    amount_sek: Decimal
    source: str
    basis: str


def cost_sharing_rows(inputs: Inputs) -> list[CostSharingRow]:
    """Every sharing of every agreement, by key: `post_1`, `post_2` … as listed, then `other_costs`.

    Parts are made by largest remainder: they sum to each cost, in whole kronor, and to its posts exactly, so no row
    0000 is needed. A cost has rows of those alone that it is listed under. A sharing for which a cost or population
    isn't known on the as-of date is left out (`missing_sharings`).
    Raises DataError where a share or a cost can't be.
    """
    known = [entry for entry in _sharings(inputs) if not entry.lacking()]
    rows = [row for entry in known for row in entry.rows()]
    return sorted(rows, key=lambda row: (row.cost_sharing, row.cost_post, row.party, row.municipality_code))


def missing_sharings(inputs: Inputs) -> list[str]:
    """For each sharing that is left out, in plain English, which parameters lack."""
    return [
        f"{entry.sharing.id} {entry.sharing.year}: costs not shared, no value of {', '.join(names)}"
        for entry in _sharings(inputs)
        if (names := entry.lacking())
    ]


def _sharings(inputs: Inputs) -> list["_Shared"]:
    return [
        _Shared(inputs, sharing)
        for agreement in inputs.folder.agreements
        for sharing in (agreement.economy.cost_sharing if agreement.economy else ())
    ]


@dataclass(frozen=True)
class _Shared:
    """One sharing, with the parameters that it uses."""

    inputs: Inputs
    sharing: CostSharing

    def lacking(self) -> tuple[str, ...]:
        """The parameters of the year that aren't known on the as-of date."""
        of_year = TaxYear(self.inputs, self.sharing.year)
        needed: list[tuple[str, Keys]] = [(self.sharing.post_cost, {}), (self.sharing.other_costs, {})]
        if self.sharing.split_by == "population":
            needed += [
                (name, {"area": code}) for code in of_year.municipalities for name in of_year.population_names(code)
            ]
        return tuple(dict.fromkeys(name for name, keys in needed if not of_year.has(name, **keys)))

    def rows(self) -> Iterator[CostSharingRow]:
        try:
            for number, post in enumerate(self.sharing.posts, 1):
                yield from self.apart().post_rows(f"post_{number}", post)
            yield from self.apart().other_rows()
        except ValueError as error:
            raise DataError(
                f"The costs of {self.sharing.id} cannot be shared: {error}",
                where="agreements/, economy: cost_sharing",
                todo="Correct the sharing, or the parameters that it names.",
            ) from error

    def apart(self) -> "_Shared":
        """The same for one cost, whose basis is that of its own parameters."""
        return replace(self, inputs=self.inputs.apart())

    def post_rows(self, name: str, post: SharedPost) -> Iterator[CostSharingRow]:
        payers = self.payers(post)
        price = self.inputs.exact(self.sharing.post_cost, self.sharing.year)
        amounts = shared(cost_of(Fraction(post.posts), price), payers)
        posts = shared(rounded(Fraction(post.posts), _POST_PLACES), payers, _POST_PLACES)
        for code in sorted(amounts):
            yield self.row(name, post.title_sv, code, (posts[code], amounts[code]))

    def other_rows(self) -> Iterator[CostSharingRow]:
        cost = cost_of(self.inputs.exact(self.sharing.other_costs, self.sharing.year), Fraction(1))
        pay = Fraction(self.sharing.municipalities_pay)
        amounts = shared_other_costs(cost, pay, self.region, self.municipalities())
        for code in sorted(amounts):
            yield self.row(OTHER_COSTS, "Övriga kostnader", code, (None, amounts[code]))

    @property
    def region(self) -> str:
        return self.inputs.folder.region.county_code

    def payers(self, post: SharedPost) -> Mapping[str, Fraction]:
        """Who pays for a post, by code, and by which weights."""
        if post.paid_by == Principal.REGION:
            return {self.region: Fraction(1)}
        return self.municipalities() if post.paid_by == Principal.MUNICIPALITY else {self.sharing.seat: Fraction(1)}

    def municipalities(self) -> dict[str, Fraction]:
        """The weights by which municipalities split what they pay together."""
        of_year = TaxYear(self.inputs, self.sharing.year)
        if self.sharing.split_by == "equal":
            return dict.fromkeys(of_year.municipalities, Fraction(1))
        if self.sharing.split_by == "shares":
            return {code: Fraction(share) for code, share in self.sharing.shares.items()}
        return {code: of_year.population(code) for code in of_year.municipalities}

    def row(self, name: str, title_sv: str, code: str, part: tuple[Decimal | None, Decimal]) -> CostSharingRow:
        return CostSharingRow(
            cost_sharing=self.sharing.id,
            cost_post=name,
            party=REGION if code == self.region else MUNICIPALITY,
            municipality_code=code,
            title_sv=title_sv,
            posts=part[0],
            amount_sek=part[1],
            source=self.sharing.source,
            basis=self.inputs.basis(self.sharing.basis).value,
        )
