"""What parties pay of a cost that they share: whole kronor, in parts that sum to the cost exactly.

Source: document 002 (Komhem in Jönköping county): posts are paid for by the party that they are listed under,
other costs are halved afterwards. How municipalities split their part among themselves isn't said there.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from equalisation.exact import rounded
from equalisation.staffing import largest_remainder

WHOLE_KRONOR = 0
"""Decimals of a shared amount."""


def cost_of(quantity: Fraction, unit_price: Fraction) -> Decimal:
    """Quantity × price in whole kronor, halves up.

    Raises ValueError for a quantity or a price below 0.
    """
    if quantity < 0 or unit_price < 0:
        raise ValueError(f"A quantity and a price are 0 or more, not {quantity} and {unit_price} kr.")
    return rounded(quantity * unit_price, WHOLE_KRONOR)


def shared(total: Decimal, weights: Mapping[str, Fraction], places: int = WHOLE_KRONOR) -> dict[str, Decimal]:
    """The total by the payers' weights, by largest remainder; the parts sum to it exactly, ties by code.

    Raises ValueError without payers or with a negative weight, where a total above 0 has no weight to be shared by,
    and for a total below 0 or with more decimals than the parts.
    """
    if total and not any(weights.values()):
        raise ValueError(f"{total} cannot be shared: every weight is 0.")
    return largest_remainder(total, weights, places)


def shared_other_costs(
    total: Decimal, municipalities_pay: Fraction, region: str, weights: Mapping[str, Fraction]
) -> dict[str, Decimal]:
    """Other costs, kr: first between the region and the municipalities together, then among these by weight.

    `municipalities_pay` is their share, a half in document 002; `region` is the region's code. Of two
    halves an odd krona goes to the municipalities.
    Raises ValueError for a share below 0 or above 1, and as `shared` does.
    """
    if not 0 <= municipalities_pay <= 1:
        raise ValueError(f"The municipalities' share of a cost is between 0 and 1, not {municipalities_pay}.")
    halves = shared(total, {"municipalities": municipalities_pay, "region": 1 - municipalities_pay})
    return {region: halves["region"], **shared(halves["municipalities"], weights)}
