"""Asset symbols as numbers: bit layout, check digit, NAI text and the NAI generator.

An `asset_num` is an unsigned 32-bit integer (docs/RULES.md 1.1)::

    bits 0-3   precision, 0..12
    bit  4     1 for an SMT, 0 for a core symbol
    bits 5..   NAI data digits; the lowest of these bits is the vesting flag of an SMT

Data digits 1, 2, 3 belong to SBD, STEEM and VESTS.  Their numbers are placed above the SMT range,
so SBD < STEEM < VESTS and every SMT sorts below all three.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from protocol.errors import JsonFormError
from protocol.params import SBD_NUM, STEEM_NUM, VESTS_NUM, Network
from protocol.types import Symbol

STEEM = Symbol(STEEM_NUM)
SBD = Symbol(SBD_NUM)
VESTS = Symbol(VESTS_NUM)
CORE_SYMBOLS: tuple[Symbol, ...] = (SBD, STEEM, VESTS)

MAX_DECIMALS = 12  # STEEM_ASSET_MAX_DECIMALS; steemd asset_symbol.hpp
MIN_DATA_DIGITS = 1  # SMT_MIN_NAI; steemd asset_symbol.hpp
MAX_DATA_DIGITS = 99_999_999  # SMT_MAX_NAI; steemd asset_symbol.hpp
MIN_GENERATED_DATA_DIGITS = 10_000_000  # SMT_MIN_NON_RESERVED_NAI; steemd asset_symbol.hpp

_SMT_BIT = 0x10
_VESTING_BIT = 0x20
_PRECISION_MASK = 0x0F
_DATA_SHIFT = 5

_CORE_DATA: Mapping[int, Symbol] = {1: SBD, 2: STEEM, 3: VESTS}
_DATA_OF_CORE: Mapping[int, int] = {SBD: 1, STEEM: 2, VESTS: 3}
_CORE_PAIR: Mapping[int, Symbol] = {SBD: SBD, STEEM: VESTS, VESTS: STEEM}

# Row = running state, column = next digit.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

_FNV_OFFSET = 2_166_136_261
_FNV_PRIME = 16_777_619
_NAI_TEXT = re.compile(r"@@([0-9]{8})([0-9])", re.ASCII)


class InvalidNaiError(JsonFormError):
    """Text or digits are not a numerical asset identifier, or its precision is not allowed."""

    code = "json.nai"


def damm_check_digit(data: int) -> int:
    """Return the Damm check digit of eight data digits (`data` zero-padded to eight).

    Raises
    ------
    InvalidNaiError
        `data` has more than eight digits or is negative.

    Spec
    ----
    steemd: protocol/asset.cpp::damm_checksum_8digit

    Examples
    --------
    >>> damm_check_digit(31415926)
    6
    """
    if not 0 <= data <= MAX_DATA_DIGITS:
        raise InvalidNaiError("data digits must be 0 to 99999999", value=data)
    state = 0
    for digit in f"{data:08d}":
        state = _DAMM[state][int(digit)]
    return state


def is_smt(symbol: int) -> bool:
    """Tell whether `symbol` lies in the SMT space (its control bit is set)."""
    return bool(symbol & _SMT_BIT) and symbol not in _DATA_OF_CORE


def is_valid_symbol(symbol: int) -> bool:
    """Tell whether `symbol` is a core symbol or a well-formed SMT number.

    Spec
    ----
    steemd: protocol/asset.cpp::asset_symbol_type::validate
    """
    if symbol in _DATA_OF_CORE:
        return True
    return (
        bool(symbol & _SMT_BIT)
        and symbol & _PRECISION_MASK <= MAX_DECIMALS
        and MIN_DATA_DIGITS <= symbol >> _DATA_SHIFT <= MAX_DATA_DIGITS
    )


def precision_of(symbol: int) -> int:
    """Return the number of decimals of `symbol`."""
    return symbol & _PRECISION_MASK


def data_digits(symbol: int) -> int:
    """Return the eight NAI data digits of `symbol` as an integer."""
    return _DATA_OF_CORE.get(symbol) or symbol >> _DATA_SHIFT


def stripped(symbol: int) -> int:
    """Return `symbol` with its precision bits cleared: the identity of a token."""
    return symbol & ~_PRECISION_MASK


def is_vesting(symbol: int) -> bool:
    """Tell whether `symbol` is VESTS or the vesting twin of an SMT."""
    if symbol in _DATA_OF_CORE:
        return symbol == VESTS
    return bool(symbol & _VESTING_BIT)


def paired_symbol(symbol: int) -> Symbol:
    """Return the vesting twin of a liquid symbol, or the liquid twin of a vesting one.

    STEEM and VESTS are twins with different precisions; SBD is its own.

    Spec
    ----
    steemd: protocol/asset.cpp::asset_symbol_type::get_paired_symbol
    """
    core = _CORE_PAIR.get(symbol)
    return core if core is not None else Symbol(symbol ^ _VESTING_BIT)


def smt_symbol(digits: int, precision: int) -> Symbol:
    """Return the symbol with these data digits and this precision (core symbols for 1, 2, 3).

    Raises
    ------
    InvalidNaiError
        `digits` is outside 1..99999999, `precision` is outside 0..12, or it is not the one
        precision of a core symbol.

    Spec
    ----
    steemd: protocol/asset.cpp::asset_symbol_type::asset_num_from_nai

    Examples
    --------
    >>> smt_symbol(31415926, 3)
    1005309651
    """
    if not MIN_DATA_DIGITS <= digits <= MAX_DATA_DIGITS:
        raise InvalidNaiError("data digits must be 1 to 99999999", field="nai", value=digits)
    core = _CORE_DATA.get(digits)
    if core is not None:
        if precision != precision_of(core):
            raise InvalidNaiError(
                f"this core symbol has {precision_of(core)} decimals",
                field="decimals",
                value=precision,
            )
        return core
    if not 0 <= precision <= MAX_DECIMALS:
        raise InvalidNaiError("decimals must be 0 to 12", field="decimals", value=precision)
    return Symbol(digits << _DATA_SHIFT | _SMT_BIT | precision)


@lru_cache(maxsize=4_096)
def nai_string(symbol: int) -> str:
    """Return the NAI text of `symbol`: `@@`, eight data digits, one check digit.

    Examples
    --------
    >>> nai_string(STEEM)
    '@@000000021'
    """
    digits = data_digits(symbol)
    return f"@@{digits:08d}{damm_check_digit(digits)}"


@lru_cache(maxsize=4_096)
def symbol_from_nai(text: str, precision: int) -> Symbol:
    """Return the symbol named by NAI text and precision.

    Raises
    ------
    InvalidNaiError
        The text is not `@@` and nine digits, the check digit is wrong, or `smt_symbol` refuses.

    Spec
    ----
    steemd: protocol/asset.cpp::asset_symbol_type::from_nai_string
    """
    match = _NAI_TEXT.fullmatch(text)
    if match is None:
        raise InvalidNaiError("NAI must be @@ and nine digits", field="nai", value=text)
    digits = int(match[1])
    if damm_check_digit(digits) != int(match[2]):
        raise InvalidNaiError(
            f"check digit must be {damm_check_digit(digits)}", field="nai", value=text
        )
    return smt_symbol(digits, precision)


def symbol_name(symbol: int, network: Network) -> str:
    """Return the name people use: `STEEM` (or the network's), else the NAI text."""
    return network.name_of_core(symbol) or nai_string(symbol)


def generate_nai(seed: int) -> Symbol:
    """Return the liquid SMT symbol, precision 0, that follows from an unsigned 32-bit seed.

    FNV-1a over the seed's four little-endian bytes, folded into 10000000..99999998, even.

    Spec
    ----
    steemd: chain/util/nai_generator.hpp::nai_generator::generate

    Examples
    --------
    >>> nai_string(generate_nai(0))
    '@@181188044'
    """
    state = _FNV_OFFSET
    for byte in (seed & 0xFFFFFFFF).to_bytes(4, "little"):
        state = (state ^ byte) * _FNV_PRIME & 0xFFFFFFFF
    span = MAX_DATA_DIGITS + 1 - MIN_GENERATED_DATA_DIGITS
    digits = state % span + MIN_GENERATED_DATA_DIGITS
    return smt_symbol(digits & ~1, 0)
