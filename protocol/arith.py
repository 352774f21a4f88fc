"""Checked integer maths: the only rounding and overflow rules of the project.

The original keeps amounts in `safe<int64_t>` and intermediate products in 128 bits; Python integers
would silently grow past both.  Consensus code therefore passes every stored amount through `i64`
and every product that is divided through `mul_div`.
"""

from math import isqrt as _isqrt

from protocol.errors import EvaluationError

I64_MIN = -(1 << 63)
I64_MAX = (1 << 63) - 1
U64_MAX = (1 << 64) - 1
U128_MAX = (1 << 128) - 1


class ArithmeticRangeError(EvaluationError):
    """A result does not fit the width that the original gives it."""

    code = "evaluation.overflow"


class DivisionByZeroError(EvaluationError):
    """A divisor is zero."""

    code = "evaluation.division_by_zero"


def i64(value: int) -> int:
    """Return `value` unchanged if it fits a signed 64-bit integer.

    Raises
    ------
    ArithmeticRangeError
        `value` is below -2^63 or above 2^63-1.

    Spec
    ----
    steemd: fc/safe.hpp::safe<int64_t>
    """
    if I64_MIN <= value <= I64_MAX:
        return value
    raise ArithmeticRangeError("result does not fit 64 bits", value=value)


def u64(value: int) -> int:
    """Return `value` unchanged if it fits an unsigned 64-bit integer.

    Raises
    ------
    ArithmeticRangeError
        `value` is negative or above 2^64-1.
    """
    if 0 <= value <= U64_MAX:
        return value
    raise ArithmeticRangeError("result does not fit unsigned 64 bits", value=value)


def u128(value: int) -> int:
    """Return `value` unchanged if it fits an unsigned 128-bit integer.

    Raises
    ------
    ArithmeticRangeError
        `value` is negative or above 2^128-1.

    Spec
    ----
    steemd: fc/uint128.hpp::uint128
    """
    if 0 <= value <= U128_MAX:
        return value
    raise ArithmeticRangeError("result does not fit unsigned 128 bits", value=value)


def mul_div(a: int, b: int, c: int) -> int:
    """Return `floor(a * b / c)` of non-negative integers, with a 128-bit product.

    The quotient may exceed 64 bits; wrap it in `i64` where it becomes an amount.

    Raises
    ------
    ArithmeticRangeError
        An argument is negative, or `a * b` exceeds 2^128-1.
    DivisionByZeroError
        `c` is zero.

    Spec
    ----
    steemd: fc/uint128.hpp, as used by protocol/asset.cpp::operator*

    Examples
    --------
    >>> mul_div(999, 3501, 1000)
    3497
    """
    if a < 0 or b < 0 or c < 0:
        raise ArithmeticRangeError("negative factor in an unsigned product", value=min(a, b, c))
    if c == 0:
        raise DivisionByZeroError("division by zero", value=a)
    return u128(a * b) // c


def tdiv(a: int, b: int) -> int:
    """Return `a / b` rounded toward zero, as C++ divides (`-7 / 2` is -3, Python's `//` says -4).

    Raises
    ------
    DivisionByZeroError
        `b` is zero.

    Examples
    --------
    >>> tdiv(-7, 2)
    -3
    """
    if b == 0:
        raise DivisionByZeroError("division by zero", value=a)
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def isqrt(value: int) -> int:
    """Return the largest integer whose square is not above `value` (0 or more).

    Raises
    ------
    ArithmeticRangeError
        `value` is negative.
    """
    if value < 0:
        raise ArithmeticRangeError("square root of a negative number", value=value)
    return _isqrt(value)
