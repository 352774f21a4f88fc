"""Checked integer maths; expected numbers by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.arith import (
    ArithmeticRangeError,
    DivisionByZeroError,
    i64,
    isqrt,
    mul_div,
    tdiv,
    u64,
    u128,
)


@pytest.mark.parametrize(
    ("check", "low", "high"),
    [(i64, -(2**63), 2**63 - 1), (u64, 0, 2**64 - 1), (u128, 0, 2**128 - 1)],
)
def test_widths_end_where_the_original_throws(check: type[int], low: int, high: int) -> None:
    assert check(low) == low
    assert check(high) == high
    for beyond in (low - 1, high + 1):
        with pytest.raises(ArithmeticRangeError) as caught:
            check(beyond)
        assert caught.value.code == "evaluation.overflow"


def test_mul_div_rounds_down() -> None:
    assert mul_div(7, 3, 2) == 10
    assert mul_div(0, 5, 3) == 0
    assert mul_div(2**64 - 1, 2**64 - 1, 1) == (2**64 - 1) ** 2


@pytest.mark.parametrize("factors", [(2**64, 2**64, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_mul_div_refuses_products_beyond_128_bits_and_signs(
    factors: tuple[int, int, int],
) -> None:
    with pytest.raises(ArithmeticRangeError):
        mul_div(*factors)


def test_division_by_zero_is_an_error_of_the_chain() -> None:
    for divide in (lambda: mul_div(1, 1, 0), lambda: tdiv(1, 0)):
        with pytest.raises(DivisionByZeroError):
            divide()


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (-7, -2, 3), (0, -5, 0), (-1, 2, 0)],
)
def test_tdiv_rounds_toward_zero(a: int, b: int, quotient: int) -> None:
    assert tdiv(a, b) == quotient


@given(st.integers(-(10**40), 10**40), st.integers(-(10**20), 10**20).filter(bool))
def test_tdiv_leaves_a_remainder_of_the_dividends_sign(a: int, b: int) -> None:
    rest = a - tdiv(a, b) * b
    assert abs(rest) < abs(b)
    assert rest == 0 or (rest < 0) == (a < 0)


@given(st.integers(0, 2**128 - 1))
def test_isqrt_is_the_largest_root(value: int) -> None:
    root = isqrt(value)
    assert root * root <= value < (root + 1) * (root + 1)


def test_isqrt_refuses_negative_numbers() -> None:
    with pytest.raises(ArithmeticRangeError):
        isqrt(-1)
