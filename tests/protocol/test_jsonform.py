"""JSON in both styles: what is printed, what is read, and how bad input is refused."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire_samples import Choice, Colour, Empty, Everything, Large, Named, structs

from protocol.assets import SBD, STEEM, Asset, Price
from protocol.errors import (
    JsonDuplicateError,
    JsonFormError,
    JsonMissingFieldError,
    JsonRangeError,
    JsonUnknownFieldError,
    JsonUnknownTypeError,
    ProtocolError,
)
from protocol.jsonform import Form, from_json, json_default, json_name, to_json, to_json_as
from protocol.operation import Operation
from protocol.operations.transfer import Transfer
from protocol.params import DEV, TESTNET, Network
from protocol.symbols import smt_symbol
from protocol.types import (
    I16,
    I64,
    TIME_MAX,
    U8,
    U16,
    U32,
    U64,
    U128,
    AccountName,
    Bytes,
    CustomId,
    EnumWidth,
    FlatMap,
    FlatSet,
    PublicKey,
    Ripemd160,
    Symbol,
    Time,
    VarU32,
    Version,
)
from protocol.wire import encode, wire_struct

TOKEN = smt_symbol(18_118_804, 3)
TRANSFER = Transfer(AccountName("alice"), AccountName("bob"), Asset(1000, STEEM), "memo")


@wire_struct(name="renamed", aliases=("formerly",), ignored=("dropped",))
@dataclass(frozen=True, slots=True)
class Aliased:
    from_account: AccountName = field(metadata=json_name("from", "sender", "source"))
    escrow_id: U32 = field(metadata=json_default(30))
    both: U32 = field(metadata=json_name("two") | json_default(2))
    note: str = "none"


@wire_struct
@dataclass(frozen=True, slots=True)
class Nested:
    inner: Aliased
    symbol: Symbol


class TestRoundTrip:
    @given(structs(Everything), st.sampled_from(Form), st.sampled_from([DEV, TESTNET]))
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def test_every_kind_of_field_comes_back(
        self, value: Everything, form: Form, network: Network
    ) -> None:
        text = json.dumps(to_json(value, network, form))
        assert from_json(Everything, json.loads(text), network) == value


class TestPrinting:
    def test_a_transfer_in_both_styles(self) -> None:
        assert to_json(TRANSFER, DEV) == {
            "type": "transfer_operation",
            "value": {
                "from": "alice",
                "to": "bob",
                "amount": {"amount": "1000", "precision": 3, "nai": "@@000000021"},
                "memo": "memo",
            },
        }
        assert to_json(TRANSFER, TESTNET, Form.LEGACY) == [
            "transfer",
            {"from": "alice", "to": "bob", "amount": "1.000 TESTS", "memo": "memo"},
        ]

    def test_variants_by_name_or_index(self) -> None:
        named = Named(AccountName("ann"), "x")
        body = {"name": "ann", "note": "x"}
        assert to_json_as(Choice, named, DEV) == {"type": "named", "value": body}
        assert to_json_as(Choice, named, DEV, Form.LEGACY) == [1, body]

    def test_large_integers_become_text(self) -> None:
        assert to_json_as(U64, 0xFFFFFFFF, DEV) == 0xFFFFFFFF
        assert to_json_as(U64, 0x100000000, DEV) == "4294967296"
        assert to_json_as(I64, -(2**63), DEV) == -(2**63)
        assert to_json_as(U128, 1, DEV) == "1"

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0, "1970-01-01T00:00:00"),
            (1_561_473_351, "2019-06-25T14:35:51"),
            (951_782_400, "2000-02-29T00:00:00"),
            (2**31, "2038-01-19T03:14:08"),
            (TIME_MAX, "2106-02-07T06:28:15"),
        ],
    )
    def test_times_to_the_end_of_the_epoch(self, seconds: int, text: str) -> None:
        assert to_json_as(Time, seconds, DEV) == text
        assert from_json(Time, text, DEV) == seconds
        assert from_json(Time, text + "Z", DEV) == seconds

    def test_empty_optionals_are_left_out_of_objects(self) -> None:
        @wire_struct
        @dataclass(frozen=True, slots=True)
        class Holder:
            maybe: U8 | None

        assert to_json(Holder(None), DEV) == {}
        assert to_json(Holder(0), DEV) == {"maybe": 0}
        assert from_json(Holder, {"maybe": None}, DEV) == from_json(Holder, {}, DEV) == Holder(None)
        assert to_json_as(U8 | None, None, DEV) is None

    def test_maps_are_arrays_of_pairs(self) -> None:
        value = ((AccountName("ann"), 1), (AccountName("bob"), 2))
        assert to_json_as(FlatMap[AccountName, U16], value, DEV) == [["ann", 1], ["bob", 2]]

    def test_the_first_json_name_is_printed(self) -> None:
        assert to_json(Aliased(AccountName("ann"), 1, 2), DEV) == {
            "from": "ann",
            "escrow_id": 1,
            "two": 2,
            "note": "none",
        }


class TestReading:
    @pytest.mark.parametrize(
        ("hint", "data", "value"),
        [
            (U16, "65535", 65535),
            (U16, "+5", 5),
            (I16, "-5", -5),
            (bool, 1, True),
            (bool, 0, False),
            (bool, "true", True),
            (bool, "false", False),
            (Time, "1969-12-31T23:59:59", TIME_MAX),
            (Time, "2019-06-25T14:35:51.500", 1_561_473_351),
            (Time, "2019-06-25T14:35:51.500Z", 1_561_473_351),
            (Time, "20190625T143551", 1_561_473_351),
            (Bytes, "DEADbeef", b"\xde\xad\xbe\xef"),
            (Bytes, "", b""),
            (Version, "0_22_0", 0x160000),
            (Symbol, {"nai": "@@181188044", "decimals": 3}, TOKEN),
            (Symbol, {"nai": "@@181188044", "precision": 3}, TOKEN),
            (Symbol, {"nai": "@@181188044", "decimals": "3"}, TOKEN),
            (Asset, "1.000 STEEM", Asset(1000, STEEM)),
            (FlatSet[U8], [3, 1, 2], (1, 2, 3)),
            (FlatMap[AccountName, U16], [["zed", 1], ["ann", 2]], (("ann", 2), ("zed", 1))),
            (FlatMap[AccountName, U16], {"zed": 1, "ann": 2}, (("ann", 2), ("zed", 1))),
            (Choice, ["named", {"name": "a", "note": ""}], Named(AccountName("a"), "")),
            (Choice, [1, {"name": "a", "note": ""}], Named(AccountName("a"), "")),
            (Choice, {"type": 0, "value": {}}, Empty()),
            (FlatSet[Choice], [[1, {}], [0, {}]], (Empty(), Named(AccountName(""), ""))),
            (tuple[U8, ...], (1, 2), (1, 2)),
        ],
    )
    def test_lenient_spellings(self, hint: Any, data: Any, value: Any) -> None:
        found = from_json(hint, data, DEV)
        assert found == value
        assert type(found) is type(value)

    def test_enums_by_name_or_number(self) -> None:
        hint = Everything.__annotations__["colour"]
        assert isinstance(hint.__metadata__[0], EnumWidth)
        for data in ("GREEN", 7, "7"):
            assert from_json(hint, data, DEV) is Colour.GREEN
        assert to_json_as(hint, Colour.GREEN, DEV) == "GREEN"

    @pytest.mark.parametrize("name", ["from", "sender", "source"])
    def test_aliases_are_read(self, name: str) -> None:
        assert from_json(Aliased, {name: "ann"}, DEV) == Aliased(AccountName("ann"), 30, 2)

    def test_ignored_members_and_attribute_names(self) -> None:
        assert from_json(Aliased, {"dropped": [1]}, DEV).note == "none"
        with pytest.raises(JsonUnknownFieldError):
            from_json(Aliased, {"from_account": "ann"}, DEV)

    def test_absent_members_mean_the_references_zeros(self) -> None:
        assert from_json(Large, {}, DEV) == Large((), (), False, 0)
        assert from_json(Price, {}, DEV) == Price(Asset(0, STEEM), Asset(0, STEEM))

    def test_an_absent_symbol_has_no_zero(self) -> None:
        with pytest.raises(JsonMissingFieldError) as caught:
            from_json(Nested, {}, DEV)
        assert caught.value.field == "symbol"
        with pytest.raises(JsonMissingFieldError) as caught:
            from_json(Everything, {}, DEV)
        assert caught.value.field == "symbol"

    def test_zeros_of_every_other_kind(self) -> None:
        zero: Everything = from_json(
            Everything, {"symbol": {"nai": "@@000000013", "decimals": 3}}, DEV
        )
        assert zero.symbol == SBD
        assert zero.choice == Empty()
        assert zero.key == bytes(33)
        assert zero.colour is Colour.RED
        assert len(encode(zero, DEV)) == len(encode(zero, TESTNET))
        assert from_json(Everything, to_json(zero, DEV), DEV) == zero

    def test_unknown_members_are_ignored_where_asked(self) -> None:
        data = {"inner": {"more": 1}, "symbol": {"nai": "@@181188044", "decimals": 3, "more": 1}}
        with pytest.raises(JsonUnknownFieldError) as caught:
            from_json(Nested, data, DEV)
        assert caught.value.field == "inner.more"
        assert from_json(Nested, data | {"more": 1}, DEV, strict=False).symbol == TOKEN
        tagged = {"type": "transfer", "value": {"more": 1}, "more": 1}
        assert from_json(Operation, tagged, DEV, strict=False).amount == Asset(0, STEEM)


DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]
HUGE = 10**20_000

REFUSED: list[tuple[Any, Any, type[ProtocolError], str]] = [
    (U8, 256, JsonRangeError, ""),
    (U8, -1, JsonRangeError, ""),
    (U8, "256", JsonRangeError, ""),
    (U8, HUGE, JsonRangeError, ""),
    (I64, "9" * 41, JsonFormError, ""),
    (U8, 1.0, JsonFormError, ""),
    (U8, float("nan"), JsonFormError, ""),
    (U8, float("inf"), JsonFormError, ""),
    (U8, True, JsonFormError, ""),
    (U8, None, JsonFormError, ""),
    (U8, "", JsonFormError, ""),
    (U8, " 1", JsonFormError, ""),
    (U8, "1\n", JsonFormError, ""),
    (U8, "0x1", JsonFormError, ""),
    (U8, "\u0661", JsonFormError, ""),
    (U8, DEEP, JsonFormError, ""),
    (VarU32, 2**32, JsonRangeError, ""),
    (str, HUGE, JsonFormError, ""),
    (bool, HUGE, JsonFormError, ""),
    (bool, 2, JsonFormError, ""),
    (bool, "1", JsonFormError, ""),
    (bool, 1.0, JsonFormError, ""),
    (bool, None, JsonFormError, ""),
    (str, 5, JsonFormError, ""),
    (str, None, JsonFormError, ""),
    (str, "half \ud83d", JsonFormError, ""),
    (AccountName, "x" * 17, JsonRangeError, ""),
    (AccountName, "é" * 9, JsonRangeError, ""),
    (AccountName, "a\0", JsonFormError, ""),
    (AccountName, "\udc00", JsonFormError, ""),
    (CustomId, "x" * 33, JsonRangeError, ""),
    (Time, 1_561_473_351, JsonFormError, ""),
    (Time, "2019-06-25 14:35:51", JsonFormError, ""),
    (Time, "2019-06-25", JsonFormError, ""),
    (Time, "2019-02-30T00:00:00", JsonFormError, ""),
    (Time, "2019-13-01T00:00:00", JsonFormError, ""),
    (Time, "0000-01-01T00:00:00", JsonFormError, ""),
    (Time, "2019-01-01T24:00:00", JsonFormError, ""),
    (Time, "2019-01-01T00:60:00", JsonFormError, ""),
    (Time, "2019-01-01T00:00:60", JsonFormError, ""),
    (Time, "2019-01-01T00:00:00+01:00", JsonFormError, ""),
    (Time, "1969-12-31T23:59:58", JsonRangeError, ""),
    (Time, "2106-02-07T06:28:16", JsonRangeError, ""),
    (Bytes, "abc", JsonFormError, ""),
    (Bytes, "zz", JsonFormError, ""),
    (Bytes, "ab cd", JsonFormError, ""),
    (Bytes, b"ab", JsonFormError, ""),
    (Ripemd160, "00" * 19, JsonRangeError, ""),
    (Version, "0.22", JsonFormError, ""),
    (Version, "0.22.0.1", JsonFormError, ""),
    (Version, "0.22_0", JsonFormError, ""),
    (Version, "256.0.0", JsonRangeError, ""),
    (Version, "0.0.65536", JsonRangeError, ""),
    (Version, 5, JsonFormError, ""),
    (Symbol, "STEEM", JsonFormError, ""),
    (Symbol, "@@000000021", JsonFormError, ""),
    (Symbol, {"nai": "@@000000021"}, JsonMissingFieldError, "decimals"),
    (Symbol, {"decimals": 3}, JsonMissingFieldError, "nai"),
    (Symbol, {"nai": 21, "decimals": 3}, JsonFormError, "nai"),
    (Symbol, {"nai": "@@000000021", "decimals": 256}, JsonRangeError, "decimals"),
    (Symbol, {"nai": "@@000000021", "precision": None}, JsonFormError, "precision"),
    (Symbol, {"nai": "@@000000021", "precision": 3, "decimals": 3}, JsonDuplicateError, "decimals"),
    (Symbol, {"nai": "@@000000021", "decimals": 3, "x": 1}, JsonUnknownFieldError, "x"),
    (tuple[U8, ...], {}, JsonFormError, ""),
    (tuple[U8, ...], None, JsonFormError, ""),
    (tuple[U8, ...], "12", JsonFormError, ""),
    (tuple[U8, ...], [1, "x"], JsonFormError, "[1]"),
    (tuple[tuple[U8, ...], ...], [[], 5], JsonFormError, "[1]"),
    (FlatSet[U8], [2, 1, 2], JsonDuplicateError, ""),
    (FlatMap[AccountName, U16], [["a", 1], ["a", 2]], JsonDuplicateError, ""),
    (FlatMap[AccountName, U16], [["a"]], JsonFormError, "[0]"),
    (FlatMap[AccountName, U16], [5], JsonFormError, "[0]"),
    (FlatMap[AccountName, U16], [[5, 1]], JsonFormError, "[0][0]"),
    (FlatMap[AccountName, U16], [["a", 65_536]], JsonRangeError, "[0][1]"),
    (Choice, [3, {}], JsonUnknownTypeError, "type"),
    (Choice, ["other", {}], JsonUnknownTypeError, "type"),
    (Choice, [1.0, {}], JsonFormError, "type"),
    (Choice, [[], {}], JsonFormError, "type"),
    (Choice, ["named", {"note": 1}], JsonFormError, "[1].note"),
    (Choice, {"type": "named", "value": {"note": 1}}, JsonFormError, "value.note"),
    (Choice, ["named", DEEP], JsonFormError, "[1]"),
    (FlatSet[Choice], [[0, {}], ["empty", {}]], JsonDuplicateError, ""),
    (COLOUR := Everything.__annotations__["colour"], "BLUE", JsonRangeError, ""),
    (COLOUR, 1, JsonRangeError, ""),
    (COLOUR, None, JsonFormError, ""),
    (Aliased, [], JsonFormError, ""),
    (Aliased, {"sender": "a", "source": "b"}, JsonDuplicateError, "from"),
    (Nested, {"inner": {"escrow_id": "x"}}, JsonFormError, "inner.escrow_id"),
    (PublicKey, 5, JsonFormError, ""),
]


class TestRefusals:
    @pytest.mark.parametrize(
        ("hint", "data", "error", "path"),
        [pytest.param(*case, id=str(index)) for index, case in enumerate(REFUSED)],
    )
    def test_bad_input_has_a_typed_error_with_its_place(
        self, hint: Any, data: Any, error: type[ProtocolError], path: str
    ) -> None:
        with pytest.raises(error) as caught:
            from_json(hint, data, DEV)
        assert (caught.value.__class__, caught.value.field) == (error, path)
        line = str(caught.value)
        assert line.isprintable()
        assert len(line) < 400

    def test_keys_of_another_network_are_refused(self) -> None:
        text = to_json_as(PublicKey, PublicKey(bytes(33)), DEV)
        assert text.startswith("STM")
        with pytest.raises(ProtocolError):
            from_json(PublicKey, text, TESTNET)
        assert from_json(PublicKey, text, DEV) == bytes(33)

    json_values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats()
        | st.text(max_size=12)
        | st.sampled_from(["transfer", "1.000 STEEM", "@@000000021", "ann", "named"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "value", "amount", "nai", "from", "precision", "x"]), inner
            )
        ),
        max_leaves=8,
    )

    @given(json_values)
    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    def test_random_json_is_refused_or_read(self, data: Any) -> None:
        for hint in (Operation, Everything, Choice, Asset, Symbol, Aliased, FlatMap[str, Choice]):
            for strict in (True, False):
                try:
                    value = from_json(hint, data, DEV, strict=strict)
                except ProtocolError as error:
                    assert str(error)  # noqa: PT017 - not every input is refused
                else:
                    assert from_json(hint, to_json_as(hint, value, DEV), DEV) == value

    @given(structs(Everything), st.data())
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    def test_one_wrong_member_is_named(self, value: Everything, data: st.DataObject) -> None:
        shown = to_json(value, DEV)
        name = data.draw(st.sampled_from(sorted(shown)))
        shown[name] = object()
        with pytest.raises(ProtocolError) as caught:
            from_json(Everything, shown, DEV)
        assert caught.value.field.split(".")[0].split("[")[0] == name
