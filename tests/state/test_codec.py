"""Row bytes against msgpack's specification, worked out by hand, and their inverse."""

from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from typing import Annotated, get_type_hints

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.assets import SBD, STEEM, Asset, Price
from protocol.authority import Authority
from protocol.types import (
    I64,
    U8,
    U16,
    U32,
    U64,
    U128,
    AccountName,
    FlatMap,
    PublicKey,
    Ripemd160,
    Sha256,
    StaticVariant,
    Symbol,
    Time,
)
from smtchain.state.codec import describe, integer_bounds, make_row_decoder, make_row_encoder
from smtchain.state.state import ROW_CLASSES
from smtchain.state.tables.smt import SmtPhase


class Color(IntEnum):
    RED = 1


@dataclass(frozen=True, slots=True)
class Left:
    amount: I64


@dataclass(frozen=True, slots=True)
class Right:
    name: str
    wide: U128


@dataclass(frozen=True, slots=True)
class Sample:
    small: U8
    signed: I64
    wide: U128
    is_set: bool
    name: AccountName
    key: PublicKey
    color: Color
    price: Price | None
    shares: FlatMap[AccountName, U16]
    quartet: tuple[I64, I64]
    totals: tuple[U128, ...]
    choice: Annotated[Left | Right, StaticVariant()]
    choices: tuple[Left | Right, ...]
    prices: tuple[Price, ...]
    pair: tuple[U8, U128]
    limit: U128 | None


ROW = Sample(
    small=200,
    signed=-1,
    wide=1 << 64,
    is_set=True,
    name="bob",
    key=b"\x02" * 33,
    color=Color.RED,
    price=Price(Asset(-129, STEEM), Asset(1, SBD)),
    shares=(("a", 1), ("b", 300)),
    quartet=(5, -6),
    totals=(0,),
    choice=Right("x", 1),
    choices=(Left(7), Right("", 0)),
    prices=(),
    pair=(3, 4),
    limit=None,
)
# msgpack: dc array16, cc uint8, ff -1, c4 bin8, c3 true, a3 fixstr, 9x fixarray, d1 int16,
# ce uint32, cd uint16, c0 nil.
ROW_BYTES = bytes.fromhex(
    "dc0010"
    "ccc8"
    "ff"
    "c410" "00000000000000010000000000000000"
    "c3"
    "a3626f62"
    "c421" + "02" * 33 + "01"
    "92" "92d1ff7fcebebc2023" "9201cebebc2003"
    "92" "92a16101" "92a162cd012c"
    "9205fa"
    "91" "c410" + "00" * 16 + "92" "01" "92a178c410" + "00" * 15 + "01"
    "92" "92009107" "920192a0c410" + "00" * 16 + "90"
    "9203c410" + "00" * 15 + "04"
    "c0"
)  # fmt: skip


def test_a_row_has_the_documented_bytes():
    assert make_row_encoder(Sample)(ROW) == ROW_BYTES


def test_bytes_give_back_the_row():
    row = make_row_decoder(Sample)(ROW_BYTES)
    assert row == ROW
    assert type(row) is Sample
    assert isinstance(row.price, Price)
    assert isinstance(row.choice, Right)


def test_a_decoded_row_is_frozen():
    row = make_row_decoder(Sample)(ROW_BYTES)
    with pytest.raises(AttributeError):
        row.small = 1


@pytest.mark.parametrize("data", [b"", ROW_BYTES[:-1], ROW_BYTES + b"\0", b"\x91\x01", b"\x07"])
def test_other_bytes_are_no_row(data):
    with pytest.raises((ValueError, TypeError)):
        make_row_decoder(Sample)(data)


def test_a_failed_encoding_leaves_nothing_behind():
    encode = make_row_encoder(Sample)
    broken = make_row_decoder(Sample)(ROW_BYTES)
    object.__setattr__(broken, "limit", 0)
    object.__setattr__(broken, "small", 1 << 64)
    with pytest.raises(OverflowError):
        encode(broken)
    assert encode(ROW) == ROW_BYTES


u16 = st.integers(0, 2**16 - 1)
authorities = st.builds(
    Authority,
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.text(), u16)).map(tuple),
    st.lists(st.tuples(st.binary(), u16)).map(tuple),
)


@settings(max_examples=100)
@given(authorities, st.integers(0, 2**128 - 1), st.none() | st.integers(0, 2**128 - 1))
def test_random_rows_survive(authority, wide, limit):
    @dataclass(frozen=True, slots=True)
    class Holder:
        authority: Authority
        wide: U128
        limit: U128 | None

    row = Holder(authority, wide, limit)
    assert make_row_decoder(Holder)(make_row_encoder(Holder)(row)) == row


@pytest.mark.parametrize("row_class", ROW_CLASSES, ids=lambda each: each.__name__)
def test_every_row_of_the_chain_is_an_array_of_its_fields(row_class):
    hints = get_type_hints(row_class, include_extras=True)
    row = row_class(**{name: sample_of(hint) for name, hint in hints.items()})
    data = make_row_encoder(row_class)(row)
    assert len(msgpack.unpackb(data)) == len(fields(row_class))
    assert make_row_decoder(row_class)(data) == row


SAMPLES = {
    bool: True,
    PublicKey: b"\x03" * 33,
    Ripemd160: b"\x04" * 20,
    Sha256: b"\x05" * 32,
    str: "text",
    AccountName: "name",
    tuple[I64, I64, I64, I64]: (1, -2, 3, -(2**63)),
    Price | None: Price(Asset(1, STEEM), Asset(2, SBD)),
    tuple[Price, ...]: (Price(Asset(1, STEEM), Asset(2, SBD)),),
}


def sample_of(hint):
    """Return some value of a hint: the greatest integer, no elements."""
    if hint in SAMPLES:
        return SAMPLES[hint]
    if is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        return hint(*(sample_of(hints[field.name]) for field in fields(hint)))
    bounds = integer_bounds(hint)
    return () if bounds is None else bounds[1]


@pytest.mark.parametrize("hint", [int, float, dict[str, U8], Left | U8, object, tuple[int, ...]])
def test_hints_without_a_stored_form_are_refused(hint):
    holder = dataclass(frozen=True, slots=True)(
        type("Holder", (), {"__annotations__": {"x": hint}})
    )
    with pytest.raises(TypeError):
        make_row_encoder(holder)


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (U8, (0, 255)),
        (U64, (0, 2**64 - 1)),
        (U128, (0, 2**128 - 1)),
        (I64, (-(2**63), 2**63 - 1)),
        (Time, (0, 2**32 - 1)),
        (Symbol, (0, 2**32 - 1)),
        (bool, None),
        (AccountName, None),
        (U8 | None, None),
        (Ripemd160, None),
    ],
)
def test_bounds_of_integers(hint, expected):
    assert integer_bounds(hint) == expected


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (U8, U16),
        (U32, I64),
        (str, PublicKey),
        (U8, U8 | None),
        (tuple[U8, ...], tuple[U16, ...]),
        (tuple[U8, ...], tuple[U8, U8]),
        (Left, Right),
        (FlatMap[str, U8], FlatMap[str, U16]),
    ],
)
def test_descriptions_tell_stored_forms_apart(one, two):
    assert describe(one) != describe(two)


def test_descriptions_are_equal_for_equal_forms():
    assert describe(AccountName) == describe(str)
    assert describe(Time) == describe(U32)


def test_phases_are_stored_as_their_numbers():
    @dataclass(frozen=True, slots=True)
    class Holder:
        phase: U8

    assert make_row_encoder(Holder)(Holder(SmtPhase.ACTIVE)) == bytes([0x91, SmtPhase.ACTIVE])
