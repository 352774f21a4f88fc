"""Key bytes against the table in `keys`, worked out by hand, and their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.types import (
    I16,
    I64,
    U8,
    U16,
    U32,
    U64,
    U128,
    AccountName,
    Bytes,
    PublicKey,
    Ripemd160,
    Symbol,
    Time,
)
from smtchain.state.keys import (
    MAX_TEXT_SIZE,
    KeyValueError,
    encode_parts,
    key_part,
    make_key_encoder,
    make_key_reader,
)

LAYOUTS = [
    (bool, True, "01"),
    (bool, False, "00"),
    (U8, 7, "07"),
    (U16, 0x0102, "0102"),
    (U32, 1, "00000001"),
    (U64, 2**64 - 1, "ffffffffffffffff"),
    (U128, 2**64, "00000000000000010000000000000000"),
    (Time, 0x59_00_00_01, "59000001"),
    (Symbol, 3_200_000_035, "bebc2023"),
    (I16, -1, "7fff"),
    (I64, -(2**63), "0000000000000000"),
    (I64, -1, "7fffffffffffffff"),
    (I64, 0, "8000000000000000"),
    (I64, 2**63 - 1, "ffffffffffffffff"),
    (AccountName, "bob", "626f6200"),
    (str, "é", "c3a900"),
    (str, "", "00"),
    (Ripemd160, b"\x0a" * 20, "0a" * 20),
    (PublicKey, b"\x02" * 33, "02" * 33),
]


@pytest.mark.parametrize(("hint", "value", "expected"), LAYOUTS)
def test_parts_have_the_documented_bytes(hint, value, expected):
    assert key_part(hint).encode(value).hex() == expected


@pytest.mark.parametrize(("hint", "value", "expected"), LAYOUTS)
def test_a_part_is_read_back_between_others(hint, value, expected):
    del expected
    parts = {"before": key_part(str), "value": key_part(hint), "after": key_part(U16)}
    key = encode_parts(list(parts.values()), ("x", value, 0x0100))
    read = make_key_reader(tuple(parts), parts, ("after", "value"))
    assert read(key) == (0x0100, value)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (U8, 256),
        (U8, -1),
        (U32, 2**32),
        (I64, 2**63),
        (I64, -(2**63) - 1),
        (U128, 2**128),
        (str, "a\0b"),
        (str, "\ud800"),
        (str, "x" * (MAX_TEXT_SIZE + 1)),
        (Ripemd160, bytes(19)),
        (Ripemd160, bytes(21)),
        (PublicKey, bytes(32)),
    ],
)
def test_values_without_a_place_are_refused(hint, value):
    with pytest.raises(KeyValueError):
        key_part(hint).encode(value)


def test_text_may_have_64_bytes():
    assert key_part(str).encode("x" * 64) == b"x" * 64 + b"\0"


@pytest.mark.parametrize("hint", [int, float, Bytes, tuple[U8, ...], U8 | None])
def test_hints_without_an_order_are_refused(hint):
    with pytest.raises(TypeError):
        key_part(hint)


def test_the_key_of_a_singleton_is_one_nul():
    assert make_key_encoder((), {})() == b"\0"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
KINDS = [
    (U8, st.integers(0, 255)),
    (I16, st.integers(-(2**15), 2**15 - 1)),
    (I64, st.integers(-(2**63), 2**63 - 1)),
    (U128, st.integers(0, 2**128 - 1)),
    (str, texts),
    (bool, st.booleans()),
    (Ripemd160, st.binary(min_size=20, max_size=20)),
]


@settings(max_examples=150)
@given(st.data())
def test_bytes_compare_as_values_do(data):
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    parts = [key_part(hint) for hint, _ in kinds]
    # A small pool makes equal leading parts, and so decisions by later ones, likely.
    pools = [data.draw(st.lists(values, min_size=1, max_size=3)) for _, values in kinds]
    one, two = (tuple(data.draw(st.sampled_from(pool)) for pool in pools) for _ in range(2))
    first, second = encode_parts(parts, one), encode_parts(parts, two)
    assert (first < second) == (one < two)
    assert (first == second) == (one == two)


@given(texts, texts)
def test_a_text_prefix_never_matches_a_longer_text(one, two):
    lead = key_part(str).encode(one)
    assert key_part(str).encode(two).startswith(lead) == (one == two)
