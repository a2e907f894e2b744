from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equalisation import income

MEAN = Fraction(200_000)
GUARANTEED = Fraction(230_000)
LIMIT = Fraction(250_000)
LOWER = Fraction("0.12")
RATE = Fraction("0.17")

sek = st.fractions(0, 1_000_000, max_denominator=10_000)
rates = st.fractions(0, Fraction(99, 100), max_denominator=10_000)
positive = st.fractions(Fraction(1, 1000), 10_000_000, max_denominator=1000)
shifts = st.fractions(0, Fraction(1, 100), max_denominator=10_000)


def received(own: Fraction, guaranteed: Fraction, rate: Fraction) -> Fraction:
    formula = income.bidrag if income.rate_kind(own, guaranteed) == "bidrag" else income.avgift
    return formula(own, guaranteed, rate)


@given(sek, rates)
def test_nothing_is_received_or_paid_at_the_guarantee(own: Fraction, rate: Fraction) -> None:
    assert income.rate_kind(own, own) == "bidrag"
    assert income.bidrag(own, own, rate) == 0
    assert income.avgift(own, own, rate) == 0


@given(sek, sek, sek, rates)
def test_who_has_more_of_its_own_never_receives_more(
    one: Fraction, other: Fraction, guaranteed: Fraction, rate: Fraction
) -> None:
    less, more = sorted((one, other))
    assert received(less, guaranteed, rate) >= received(more, guaranteed, rate)


@given(sek, sek, rates)
def test_receivers_receive_and_payers_pay(own: Fraction, guaranteed: Fraction, rate: Fraction) -> None:
    amount = received(own, guaranteed, rate)
    assert amount >= 0 if income.rate_kind(own, guaranteed) == "bidrag" else amount <= 0


@given(sek, sek, rates, shifts)
def test_a_tax_shift_moves_the_equalisation_one_to_one(
    own: Fraction, guaranteed: Fraction, rate: Fraction, shift: Fraction
) -> None:
    """With the county's rate moved öre for öre, own tax and equalisation give every one shift x guarantee."""
    if rate + shift >= 1:
        return
    change = received(own, guaranteed, rate + shift) - received(own, guaranteed, rate)
    assert shift * own + change == shift * guaranteed


@given(sek, st.fractions(Fraction(1, 1000), Fraction(1, 2), max_denominator=1000))
def test_two_bands_with_one_rate_are_one_band(excess: Fraction, rate: Fraction) -> None:
    own = GUARANTEED + excess
    assert income.avgift_in_two_bands(own, GUARANTEED, LIMIT, rate, rate) == income.avgift(own, GUARANTEED, rate)


@given(positive, positive, positive)
def test_the_order_of_indexing_and_dividing_does_not_matter(base: Fraction, people: Fraction, factor: Fraction) -> None:
    indexed = income.indexed_tax_base(base, [factor])
    assert income.tax_power(indexed, people) == factor * income.tax_power(base, people)


@given(
    st.lists(sek, min_size=1, max_size=20),
    st.fractions(Fraction(1, 100), Fraction(1, 2), max_denominator=100),
)
def test_what_a_table_was_made_from_is_solved_exactly(powers: list[Fraction], rate: Fraction) -> None:
    guaranteed = max(powers) + 1
    table = [income.PublishedRow(own, income.bidrag(own, guaranteed, rate)) for own in powers]
    assert income.solve_guaranteed_tax_power(table, rate) == guaranteed
    base, share = guaranteed * 9_000_000, Fraction("1.15")
    assert income.solve_national_population(table, rate, base, share) == share * 9_000_000
    if len(set(powers)) > 1:
        assert income.solve_county_rate([table, table]) == rate


@pytest.mark.parametrize(
    ("year", "own", "paid"),
    [
        (2013, 260_000, -5_100),  # 0.17 x 30 000
        (2014, 240_000, -1_200),  # 0.12 x 10 000
        (2014, 250_000, -2_400),  # 0.12 x 20 000
        (2014, 260_000, -4_100),  # 0.12 x 20 000 + 0.17 x 10 000
        (2016, 260_000, -5_100),
    ],
)
def test_a_payer_before_during_and_after_the_two_bands(year: int, own: int, paid: int) -> None:
    if year == 2014:
        amount = income.avgift_in_two_bands(Fraction(own), GUARANTEED, LIMIT, LOWER, RATE)
    else:
        amount = income.avgift(Fraction(own), GUARANTEED, RATE)
    assert amount == paid


def test_the_guarantee_is_a_share_of_the_mean() -> None:
    assert income.guaranteed_tax_power(MEAN, Fraction("1.15")) == GUARANTEED


TABLE = [income.PublishedRow(Fraction(180_000), Fraction(8_500))]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: income.tax_power(MEAN, Fraction(0)), "population above zero"),
        (lambda: income.tax_power(MEAN, Fraction(-1)), "population above zero"),
        (lambda: income.indexed_tax_base(MEAN, [Fraction(1), Fraction(0)]), "uprating factor"),
        (lambda: income.guaranteed_tax_power(MEAN, Fraction(115)), "a fraction such as 1.15"),
        (lambda: income.guaranteed_tax_power(MEAN, Fraction(0)), "a fraction such as 1.15"),
        (lambda: income.bidrag(MEAN, GUARANTEED, Fraction(19)), "given in percent"),
        (lambda: income.bidrag(MEAN, GUARANTEED, Fraction(-1, 100)), "given in percent"),
        (lambda: income.bidrag(LIMIT, GUARANTEED, RATE), "pays avgift"),
        (lambda: income.avgift(MEAN, GUARANTEED, RATE), "receives bidrag"),
        (lambda: income.avgift_in_two_bands(LIMIT, GUARANTEED, MEAN, LOWER, RATE), "must not lie below"),
        (lambda: income.solve_guaranteed_tax_power([], RATE), "empty table"),
        (lambda: income.solve_guaranteed_tax_power(TABLE, Fraction(0)), "rate of zero"),
        (
            lambda: income.solve_guaranteed_tax_power([income.PublishedRow(LIMIT, Fraction(-1))], RATE),
            "payers",
        ),
        (lambda: income.solve_county_rate([TABLE]), "tax powers differ"),
        (lambda: income.solve_county_rate([[]]), "empty table"),
    ],
)
def test_what_cannot_be_is_refused_in_words(call, text) -> None:
    with pytest.raises(ValueError, match=text):
        call()
