"""The wire codec: canonical, strict, and the compiled functions equal to the rules."""

import dataclasses
import tracemalloc
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire_samples import CORE, Choice, Colour, Empty, Everything, Large, Named, structs

from protocol import wire
from protocol.assets import SBD, STEEM, VESTS, Asset
from protocol.errors import (
    InvariantViolationError,
    NotCanonicalError,
    OutOfRangeError,
    TrailingBytesError,
    TruncatedError,
    UnknownTagError,
    WireError,
)
from protocol.operation import Operation
from protocol.operations.transfer import Transfer
from protocol.params import DEV, TESTNET, Network
from protocol.shapes import StructShape
from protocol.symbols import smt_symbol
from protocol.types import (
    I64,
    U8,
    U16,
    U32,
    U128,
    AccountName,
    Bytes,
    FlatMap,
    FlatSet,
    PublicKey,
    Ripemd160,
    Symbol,
    VarU32,
)
from protocol.wire import decode, decode_as, encode, encode_as, wire_struct
from protocol.wire_tables import ForeignSymbolError, NamePacker, SymbolPacker, tables_of
from protocol.wire_walk import Reader, Writer, WrongTypeError

fuzz = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
networks = st.sampled_from([DEV, TESTNET])
TOKEN = smt_symbol(18_118_804, 3)
TRANSFER = Transfer(AccountName("alice"), AccountName("bob"), Asset(1000, STEEM), "memo")


def walked_bytes(value: object, network: Network) -> bytes:
    writer = Writer(tables_of(network))
    writer.write(StructShape(type(value)), value)
    return bytes(writer.out)


def walked_value(cls: type, data: bytes, network: Network) -> Any:
    reader = Reader(data, tables_of(network))
    value = reader.read(StructShape(cls))
    reader.finish()
    return value


class TestRoundTrip:
    @given(structs(Everything), networks)
    @fuzz
    def test_every_kind_of_field_comes_back(self, value: Everything, network: Network) -> None:
        data = encode(value, network)
        assert data == walked_bytes(value, network)
        assert decode(Everything, data, network) == value
        assert walked_value(Everything, data, network) == value

    @given(structs(Large), st.data())
    @fuzz
    def test_every_prefix_and_extension_is_refused(self, value: Large, data: st.DataObject) -> None:
        packed = encode(value, DEV)
        cut = data.draw(st.integers(0, len(packed) - 1))
        with pytest.raises(WireError):
            decode(Large, packed[:cut], DEV)
        with pytest.raises(TrailingBytesError) as caught:
            decode(Large, packed + data.draw(st.binary(min_size=1, max_size=9)), DEV)
        assert caught.value.offset == len(packed)

    def test_all_prefixes_of_a_transfer_are_truncated(self) -> None:
        packed = encode_as(Operation, TRANSFER, DEV)
        for size in range(len(packed)):
            with pytest.raises(TruncatedError) as caught:
                decode_as(Operation, packed[:size], DEV)
            assert caught.value.offset <= size

    @given(structs(Everything), st.data())
    @fuzz
    def test_changed_bytes_are_refused_or_canonical(
        self, value: Everything, data: st.DataObject
    ) -> None:
        packed = bytearray(encode(value, DEV))
        for _ in range(data.draw(st.integers(1, 3))):
            packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
        self.check_strictness(Everything, bytes(packed))

    @given(st.binary(max_size=120))
    @settings(max_examples=200)
    def test_random_bytes_only_raise_wire_errors(self, data: bytes) -> None:
        for cls in (Large, Named, Asset, Transfer):
            self.check_strictness(cls, data)

    def check_strictness(self, cls: type, data: bytes) -> None:
        """Both decoders refuse with one error, or agree on a value that has these bytes."""
        try:
            value = decode(cls, data, DEV)
        except WireError as error:
            with pytest.raises(type(error)):
                walked_value(cls, data, DEV)
            assert 0 <= error.offset <= len(data)  # noqa: PT017 - not every input is refused
            return
        assert walked_value(cls, data, DEV) == value
        assert encode(value, DEV) == data

    def test_bytes_like_input_is_taken_as_bytes(self) -> None:
        packed = encode(TRANSFER, DEV)
        for given_as in (bytearray(packed), memoryview(packed)):
            assert decode(Transfer, given_as, DEV) == TRANSFER  # type: ignore[arg-type]  # the point


class TestBytes:
    """Hand-made bytes."""

    def test_a_transfer(self) -> None:
        assert encode_as(Operation, TRANSFER, DEV) == (
            b"\x02\x05alice\x03bob\xe8\x03\0\0\0\0\0\0\x03STEEM\0\0\x04memo"
        )

    def test_a_token_has_four_symbol_bytes(self) -> None:
        assert encode(Asset(1, TOKEN), DEV) == b"\1\0\0\0\0\0\0\0" + bytes.fromhex("93128f22")

    def test_u128_has_its_high_half_first(self) -> None:
        assert encode_as(U128, 1, DEV) == bytes(8) + b"\1" + bytes(7)
        assert encode_as(U128, 1 << 64, DEV) == b"\1" + bytes(15)

    def test_longest_texts_that_still_have_short_lengths(self) -> None:
        for size, prefix in ((127, b"\x7f"), (128, b"\x80\x01"), (16_384, b"\x80\x80\x01")):
            packed = encode_as(str, "x" * size, DEV)
            assert packed == prefix + b"x" * size
            assert decode_as(str, packed, DEV) == "x" * size

    def test_long_lists_have_long_counts(self) -> None:
        for size in (127, 128, 300):
            packed = encode_as(tuple[U8, ...], (7,) * size, DEV)
            assert decode_as(tuple[U8, ...], packed, DEV) == (7,) * size
            assert len(packed) == size + (1 if size < 128 else 2)


REFUSED = [
    ("padded varint", VarU32, "8000", NotCanonicalError, 0),
    ("padded length", str, "8100" + "61", NotCanonicalError, 0),
    ("varint of six bytes", VarU32, "808080808001", OutOfRangeError, 0),
    ("varint above 32 bits", VarU32, "ffffffff1f", OutOfRangeError, 0),
    ("flag 2", bool, "02", OutOfRangeError, 0),
    ("optional flag 2", U8 | None, "0201", OutOfRangeError, 0),
    ("text not UTF-8", str, "02c328", NotCanonicalError, 0),
    ("surrogate in text", str, "03eda080", NotCanonicalError, 0),
    ("long name", AccountName, "11" + "61" * 17, OutOfRangeError, 0),
    ("NUL in name", AccountName, "02" + "6100", NotCanonicalError, 0),
    ("long length of name", AccountName, "8001" + "61" * 128, OutOfRangeError, 0),
    ("unsorted set", FlatSet[U8], "020201", NotCanonicalError, 2),
    ("double set element", FlatSet[U8], "020101", NotCanonicalError, 2),
    ("unsorted map", FlatMap[U8, U8], "0202000100", NotCanonicalError, 3),
    ("double map key", FlatMap[U8, U8], "0201000101", NotCanonicalError, 3),
    (
        "longer name before its prefix",
        FlatSet[AccountName],
        "0202616201" + "61",
        NotCanonicalError,
        4,
    ),
    ("unknown variant", Choice, "03", UnknownTagError, 0),
    ("unknown operation", Operation, "ffff7f", UnknownTagError, 0),
    ("two variants of a kind", FlatSet[Choice], "020000", NotCanonicalError, 2),
    ("unknown enum value", Everything, None, OutOfRangeError, None),
    ("token without control bit", Symbol, "83128f22", NotCanonicalError, 0),
    ("token with 13 decimals", Symbol, "9d128f22", NotCanonicalError, 0),
    ("token of data 0", Symbol, "13000000", NotCanonicalError, 0),
    ("core number in four bytes", Symbol, "0300bcbe", NotCanonicalError, 0),
    ("core text with wrong end", Symbol, "03535445454d0001", NotCanonicalError, 0),
    ("core text with wrong precision", Symbol, "06535445454d0000", NotCanonicalError, 0),
    ("symbol of another network", Symbol, "0354455354530000", ForeignSymbolError, 0),
    ("half a core symbol", Symbol, "03535445", TruncatedError, 0),
    ("three symbol bytes", Symbol, "931280", TruncatedError, 0),
    ("more elements than bytes", tuple[U8, ...], "ffffffff0f", TruncatedError, 0),
    ("more amounts than bytes", tuple[Asset, ...], "02" + "00" * 23, TruncatedError, 0),
    ("text longer than the rest", str, "ffffffff0f" + "61", TruncatedError, 5),
    ("nothing", U8, "", TruncatedError, 0),
]


class TestStrictness:
    @pytest.mark.parametrize(
        ("hint", "data", "error", "offset"),
        [pytest.param(*case[1:], id=case[0]) for case in REFUSED if case[2] is not None],
    )
    def test_refuses(self, hint: Any, data: str, error: type[WireError], offset: int) -> None:
        with pytest.raises(error) as caught:
            decode_as(hint, bytes.fromhex(data), DEV)
        assert caught.value.__class__ is error
        assert caught.value.offset == offset

    def test_errors_carry_offset_and_path(self) -> None:
        good = Large(((AccountName("ann"), 1), (AccountName("bob"), 2)), (), True, 0)
        packed = encode(good, DEV)
        bad = packed.replace(b"bob", b"b\0b")
        with pytest.raises(NotCanonicalError) as caught:
            decode_as(tuple[Large, ...], b"\1" + bad, DEV)
        assert caught.value.field == "[0].members[1]"
        assert caught.value.offset == 8  # count, count, name of 4 bytes, weight of 2
        assert str(caught.value).endswith("at byte 8")

    @pytest.mark.parametrize("foreign", ["TESTS", "TBD"])
    def test_core_symbols_of_other_networks_are_foreign(self, foreign: str) -> None:
        symbol = STEEM if foreign == "TESTS" else SBD
        packed = encode(Asset(1, symbol), TESTNET)
        assert foreign.encode() in packed
        with pytest.raises(ForeignSymbolError) as caught:
            decode(Asset, packed, DEV)
        assert (caught.value.code, caught.value.field) == ("wire.foreign_symbol", "symbol")
        assert decode(Asset, packed, TESTNET) == Asset(1, symbol)

    def test_vests_have_the_same_bytes_everywhere(self) -> None:
        assert encode(Asset(1, VESTS), DEV) == encode(Asset(1, VESTS), TESTNET)

    def test_decoding_allocates_no_more_than_a_multiple_of_its_input(self) -> None:
        hostile = b"\xff\xff\xff\xff\x0f" + bytes(2_000)
        for hint in (
            tuple[U8, ...],
            tuple[tuple[U8, ...], ...],
            FlatMap[AccountName, U16],
            str,
            Bytes,
        ):
            tracemalloc.start()
            with pytest.raises(WireError):
                decode_as(hint, hostile, DEV)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 200_000

    def test_two_networks_of_one_name_are_kept_apart(self) -> None:
        other = dataclasses.replace(DEV, core_symbol="CORE")
        for _ in range(2):
            assert b"\x03CORE\0\0\0" in encode(Asset(1, STEEM), other)
            assert b"\x03STEEM\0\0" in encode(Asset(1, STEEM), DEV)
            assert decode(Asset, encode(Asset(1, STEEM), DEV), DEV) == Asset(1, STEEM)
            assert decode_as(Asset, encode_as(Asset, Asset(1, SBD), other), other).symbol == SBD


@wire_struct
@dataclass(frozen=True, slots=True)
class Checked:
    """Refuses a value of its own when built."""

    number: U8

    def __post_init__(self) -> None:
        if self.number == 13:
            raise OutOfRangeError("unlucky", field="number", value=13)


def everything(**changes: Any) -> Everything:
    """Return a valid value with `changes`."""
    zero = Everything(
        *(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        False,
        "",
        AccountName(""),
        "",
        b"",
        bytes(32),
        bytes(20),
        PublicKey(bytes(33)),
        STEEM,
        Asset(0, STEEM),
        decode_as(shape_price(), bytes(8) + b"\x03STEEM\0\0" + bytes(8) + b"\x03SBD\0\0\0\0", DEV),
        Colour.RED,
        *(None, None, None, None, None),
        *((), (), (), (), (), ()),
        *((), (), (), (), ()),
        Empty(),
        (),
        (),
    )
    return dataclasses.replace(zero, **changes)


def shape_price() -> Any:
    return Everything.__annotations__["price"]


BAD_VALUES: list[tuple[dict[str, Any], type[WireError], str]] = [
    ({"small": 256}, OutOfRangeError, "small"),
    ({"small": -1}, OutOfRangeError, "small"),
    ({"short": 2**16}, OutOfRangeError, "short"),
    ({"long": 2**64}, OutOfRangeError, "long"),
    ({"huge": 2**128}, OutOfRangeError, "huge"),
    ({"huge": -1}, OutOfRangeError, "huge"),
    ({"signed_short": 2**15}, OutOfRangeError, "signed_short"),
    ({"signed_long": -(2**63) - 1}, OutOfRangeError, "signed_long"),
    ({"count": 2**32}, OutOfRangeError, "count"),
    ({"count": -1}, OutOfRangeError, "count"),
    ({"zigzag": 2**31}, OutOfRangeError, "zigzag"),
    ({"when": 2**32}, OutOfRangeError, "when"),
    ({"version": -1}, OutOfRangeError, "version"),
    ({"word": "1"}, WrongTypeError, "word"),
    ({"word": None}, WrongTypeError, "word"),
    ({"flag": 2}, WrongTypeError, "flag"),
    ({"text": b"bytes"}, WrongTypeError, "text"),
    ({"text": "\ud800"}, NotCanonicalError, "text"),
    ({"name": "x" * 17}, OutOfRangeError, "name"),
    ({"name": "a\0b"}, NotCanonicalError, "name"),
    ({"name": 5}, WrongTypeError, "name"),
    ({"label": "x" * 33}, OutOfRangeError, "label"),
    ({"label": "\0"}, NotCanonicalError, "label"),
    ({"blob": "text"}, WrongTypeError, "blob"),
    ({"digest": bytes(31)}, OutOfRangeError, "digest"),
    ({"digest": "0" * 32}, WrongTypeError, "digest"),
    ({"key": bytes(34)}, OutOfRangeError, "key"),
    ({"symbol": 5}, NotCanonicalError, "symbol"),
    ({"symbol": "STEEM"}, WrongTypeError, "symbol"),
    ({"asset": Asset(2**63, STEEM)}, OutOfRangeError, "asset.amount"),
    ({"asset": Asset(0, Symbol(7))}, NotCanonicalError, "asset.symbol"),
    ({"asset": None}, WrongTypeError, "asset"),
    ({"colour": 3}, OutOfRangeError, "colour"),
    ({"maybe_word": 2**32}, OutOfRangeError, "maybe_word"),
    ({"maybe_asset": Asset(2**63, STEEM)}, OutOfRangeError, "maybe_asset.amount"),
    ({"words": (1, 2**32)}, OutOfRangeError, "words[1]"),
    ({"words": 5}, WrongTypeError, "words"),
    ({"words": None}, WrongTypeError, "words"),
    ({"names": ("bob", "alice")}, NotCanonicalError, "names[1]"),
    ({"names": ("bob", "bob")}, NotCanonicalError, "names[1]"),
    ({"numbers": (1, -1)}, NotCanonicalError, "numbers[1]"),
    ({"weights": (("bob", 1), ("bob", 2))}, NotCanonicalError, "weights[1]"),
    ({"weights": (("bob", 2**16),)}, OutOfRangeError, "weights[0]"),
    ({"weights": ("bob",)}, WrongTypeError, "weights[0]"),
    ({"props": (("b", b""), ("a", b""))}, NotCanonicalError, "props[1]"),
    ({"choice": Large((), (), True, 0)}, WrongTypeError, "choice"),
    ({"choices": (Empty(), Empty())}, NotCanonicalError, "choices[1]"),
    ({"operations": (Empty(),)}, UnknownTagError, "operations[0]"),
    ({"operations": (None,)}, UnknownTagError, "operations[0]"),
]


class TestEncodingChecks:
    @pytest.mark.parametrize(
        ("change", "error", "path"), BAD_VALUES, ids=lambda part: str(part)[:40]
    )
    def test_refuses_values_that_cannot_be_written(
        self, change: dict[str, Any], error: type[WireError], path: str
    ) -> None:
        with pytest.raises(error) as caught:
            encode(everything(**change), DEV)
        assert (caught.value.__class__, caught.value.field) == (error, path)
        assert decode(Everything, encode(everything(), DEV), DEV) == everything()

    def test_json_names_stand_in_paths(self) -> None:
        with pytest.raises(OutOfRangeError) as caught:
            encode(dataclasses.replace(TRANSFER, from_account=AccountName("x" * 17)), DEV)
        assert caught.value.field == "from"

    def test_values_that_are_no_structs_are_refused(self) -> None:
        for value in (5, "text", None, object()):
            with pytest.raises((WireError, TypeError)):
                encode(value, DEV)

    def test_an_unknown_enum_number_is_refused(self) -> None:
        packed = bytearray(encode(everything(colour=Colour.GREEN), DEV))
        place = bytes(packed).index(b"\x07" + bytes(7))
        packed[place] = 1
        with pytest.raises(OutOfRangeError) as caught:
            decode(Everything, bytes(packed), DEV)
        assert (caught.value.field, caught.value.offset) == ("colour", place)

    def test_a_struct_may_refuse_its_own_values(self) -> None:
        assert decode(Checked, b"\x0c", DEV) == Checked(12)
        with pytest.raises(OutOfRangeError, match="unlucky"):
            decode(Checked, b"\x0d", DEV)


class TestTables:
    def test_full_tables_start_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("protocol.wire_tables._CACHED_SYMBOLS", 5)
        monkeypatch.setattr("protocol.wire_tables._CACHED_NAMES", 2)
        symbols, names = SymbolPacker(DEV), NamePacker()
        for digits in range(10_000_000, 10_000_020):
            symbol = smt_symbol(digits, 3)
            assert symbols[symbol] == symbol.to_bytes(4, "little")
            assert names[f"account{digits}"[:16]] == b"\x0faccount" + str(digits).encode()
            assert len(symbols) <= 5
            assert len(names) <= 2
        assert all(core in symbols for core in CORE)

    @given(st.lists(st.text("ab", max_size=4), unique=True))
    def test_names_are_ordered_as_zero_padded_bytes(self, names: list[str]) -> None:
        by_bytes = sorted(names, key=lambda name: name.encode().ljust(16, b"\0"))
        packed = encode_as(FlatSet[AccountName], tuple(by_bytes), DEV)
        assert decode_as(FlatSet[AccountName], packed, DEV) == tuple(by_bytes)


def test_disagreement_between_code_and_rules_is_a_bug_of_ours() -> None:
    tables, shape = tables_of(DEV), StructShape(Named)
    named = Named(AccountName("ann"), "")
    good = encode(named, DEV)

    def refuse(*_: object) -> Any:
        raise ValueError

    with pytest.raises(InvariantViolationError):
        wire._packed(refuse, shape, named, tables)
    with pytest.raises(InvariantViolationError):
        wire._unpacked(refuse, shape, good, tables)
    with pytest.raises(InvariantViolationError):
        wire._unpacked(lambda *_: (named, 0), shape, good, tables)


def test_hints_that_are_no_classes_work_as_well() -> None:
    for hint, value in ((I64, -5), (U32, 7), (U16, 9), (Ripemd160, bytes(20)), (U8 | None, None)):
        packed = encode_as(hint, value, DEV)
        assert decode_as(hint, packed, DEV) == value
        assert encode_as(hint, value, DEV) == packed
