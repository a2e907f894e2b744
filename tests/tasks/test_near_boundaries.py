"""Boundaries that few persons part: the later has no number of its own where they are, and never alone."""

from fractions import Fraction

from tasks.near_boundaries import without_own_numbers

SIZE = {"2505": Fraction(100), "2580": Fraction(900), "2581": Fraction(500)}
MANY = dict.fromkeys(SIZE, 100)
BOTH = {"base": MANY, "wider": MANY}


def together(apart: dict[tuple[str, str], dict[str, int]], shown: tuple[str, ...] = ("base", "wider")) -> object:
    return without_own_numbers(("base", "wider"), shown, BOTH, apart, SIZE, 5, {})


def test_boundaries_that_many_or_none_part_keep_their_own_numbers() -> None:
    assert together({}) == {"base": frozenset(), "wider": frozenset()}
    assert together({("wider", "base"): {"2580": 5}}) == {"base": frozenset(), "wider": frozenset()}


def test_where_few_part_them_the_later_stands_together_with_another_municipality() -> None:
    assert together({("wider", "base"): {"2580": 2}}) == {"base": frozenset(), "wider": frozenset({"2505", "2580"})}
    assert together({("base", "wider"): {"2581": 1}}) == {"base": frozenset(), "wider": frozenset({"2505", "2581"})}


def test_beside_a_boundary_that_is_not_shown_nothing_can_be_read_off() -> None:
    assert together({("wider", "base"): {"2580": 2}}, shown=("wider",)) == {"base": frozenset(), "wider": frozenset()}


def test_few_patients_and_what_is_hidden_already_stand_together_too() -> None:
    patients = {"base": MANY | {"2505": 3}}
    assert without_own_numbers(("base",), ("base",), patients, {}, SIZE, 5, {"base": {"2581"}}) == {
        "base": frozenset({"2505", "2581"})
    }
