"""Every operation class, filled with random values drawn from its own type hints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.crypto import PrivateKey
from protocol.errors import JsonFormError, TrailingBytesError, WireError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import Operation
from protocol.operations import OPERATIONS
from protocol.params import DEV, TESTNET
from protocol.shapes import (
    BoolShape,
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    PublicKeyShape,
    StructShape,
    SymbolShape,
    TextShape,
    VariantShape,
    order_key,
    struct_of,
)
from protocol.types import FixedBytes, TimePoint, VarBytes, VersionNumber, Width
from protocol.wire import decode_as, encode_as

KEYS = [PrivateKey.from_seed(f"key {number}").public_key for number in range(4)]
CHARACTERS = st.characters(exclude_categories=["Cs"])
SYMBOLS = st.sampled_from([STEEM, SBD, VESTS]) | st.builds(
    smt_symbol, st.integers(4, 99_999_999), st.integers(0, 12)
)
# JSON holds no negative amounts; the wire does (`test_negative_amounts_have_bytes`).
AMOUNTS = st.builds(Asset, st.integers(0, 2**63 - 1), SYMBOLS)


def values(shape):  # noqa: PLR0911, PLR0912 - one case per shape
    """Return the strategy for a shape; lists and texts stay short, so that prefixes are few."""
    match shape:
        case Width(bits, signed):
            low = -(1 << bits - 1) if signed else 0
            return st.integers(low, low + (1 << bits) - 1)
        case TimePoint() | VersionNumber():
            return st.integers(0, 2**32 - 1)
        case BoolShape():
            return st.booleans()
        case TextShape(None):
            return st.text(CHARACTERS, max_size=6)
        case TextShape(limit):
            text = st.text(CHARACTERS.filter(lambda c: c != "\0"), max_size=6)
            return text.filter(lambda t: len(t.encode()) <= limit)
        case FixedBytes(size):
            return st.binary(min_size=size, max_size=size)
        case VarBytes():
            return st.binary(max_size=6)
        case PublicKeyShape():
            return st.sampled_from([*KEYS, bytes(33)])
        case SymbolShape():
            return SYMBOLS
        case EnumShape(cls):
            return st.sampled_from(list(cls))
        case OptionalShape(inner):
            return st.none() | values(inner)
        case ListShape(inner, is_sorted):
            items = st.lists(
                values(inner),
                max_size=2,
                unique_by=(lambda value: order_key(inner, value)) if is_sorted else None,
            )
            if is_sorted:
                items = items.map(lambda v: sorted(v, key=lambda value: order_key(inner, value)))
            return items.map(tuple)
        case MapShape(key, inner):
            pairs = st.lists(
                st.tuples(values(key), values(inner)),
                max_size=2,
                unique_by=lambda pair: order_key(key, pair[0]),
            )
            return pairs.map(lambda v: tuple(sorted(v, key=lambda p: order_key(key, p[0]))))
        case StructShape(cls):
            return structs(cls)
        case VariantShape(members):
            return st.one_of(*(structs(cls) for cls in members))
    raise AssertionError(shape)


def structs(cls):
    if cls is Asset:
        return AMOUNTS
    members = struct_of(cls).members
    return st.builds(cls, **{member.attribute: values(member.shape) for member in members})


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.NAME)
class TestEveryOperation:
    @settings(max_examples=15, deadline=None)
    @given(data=st.data(), network=st.sampled_from([DEV, TESTNET]))
    def test_bytes_and_both_json_forms_say_the_same(self, cls, data, network):
        operation = data.draw(structs(cls))
        packed = encode_as(Operation, operation, network)
        assert decode_as(Operation, packed, network) == operation
        for form in Form:
            printed = to_json(operation, network, form)
            assert from_json(Operation, printed, network) == operation
            assert to_json(from_json(cls, printed, network), network, form) == printed

    @settings(max_examples=3, deadline=None)
    @given(data=st.data())
    def test_every_prefix_and_every_further_byte_is_refused(self, cls, data):
        packed = encode_as(Operation, data.draw(structs(cls)), DEV)
        for size in range(len(packed)):
            with pytest.raises(WireError):
                decode_as(Operation, packed[:size], DEV)
        for byte in (0, 1, 0x7F, 0x80, 0xFF):
            with pytest.raises(TrailingBytesError):
                decode_as(Operation, packed + bytes((byte,)), DEV)

    @settings(max_examples=3, deadline=None)
    @given(data=st.data())
    def test_an_unknown_member_is_refused_or_ignored_as_asked(self, cls, data):
        operation = data.draw(structs(cls))
        printed = to_json(operation, DEV)
        printed["value"]["no_such_member"] = 1
        with pytest.raises(JsonFormError):
            from_json(Operation, printed, DEV)
        assert from_json(Operation, printed, DEV, strict=False) == operation

    def test_is_frozen_and_has_no_dictionary(self, cls):
        assert cls.__dataclass_params__.frozen
        assert cls.__dictoffset__ == 0


@pytest.mark.parametrize("amount", [-(2**63), -1])
def test_negative_amounts_have_bytes(amount):
    packed = encode_as(Asset, Asset(amount, STEEM), DEV)
    assert decode_as(Asset, packed, DEV) == Asset(amount, STEEM)
