from fractions import Fraction

from dashboard.figures import MISSING, NOT_APPLICABLE, PROTECTED, Figure, difference, figure, share, total


def test_a_hidden_figure_loses_its_value_whatever_the_row_holds():
    assert figure(7, "protected") == PROTECTED
    assert figure(7, "missing") == MISSING
    assert figure(7, "something new") == MISSING
    assert figure(None, "ok") == MISSING
    assert figure(7, "preliminary") == Figure(7, "preliminary")


def test_a_sum_is_hidden_when_a_part_is():
    assert total([Figure(1), Figure(2)]) == Figure(3)
    assert total([Figure(1), PROTECTED, MISSING]) == PROTECTED
    assert total([Figure(1), MISSING]) == MISSING
    assert total([Figure(1), Figure(2, "preliminary")]) == Figure(3, "preliminary")
    assert total([]) == MISSING


def test_a_difference_is_hidden_when_a_part_is():
    assert difference(Figure(9), Figure(2), Figure(3)) == Figure(4)
    assert difference(Figure(9), Figure(2), PROTECTED) == PROTECTED
    assert difference(MISSING, Figure(2)) == MISSING


def test_a_share_is_exact_and_hidden_when_a_part_is():
    assert share(Figure(1), Figure(3)) == Figure(Fraction(1, 3))
    assert share(Figure(0), Figure(0)) == NOT_APPLICABLE
    assert share(PROTECTED, Figure(3)) == PROTECTED
    assert share(Figure(1), Figure(3, "preliminary")).status == "preliminary"
