"""Symbols, amounts and prices against the reference's vectors and docs/RULES.md 1.1-1.3."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.arith import ArithmeticRangeError
from protocol.assets import (
    MAX_SATOSHIS,
    SBD,
    STEEM,
    VESTS,
    Asset,
    InvalidAssetError,
    InvalidAssetTextError,
    InvalidNaiError,
    InvalidPriceError,
    MismatchedSymbolError,
    Price,
    check_asset,
    check_price,
    compare_prices,
    damm_check_digit,
    data_digits,
    format_asset,
    generate_nai,
    inverse,
    is_smt,
    is_valid_symbol,
    is_vesting,
    multiply,
    nai_string,
    paired_symbol,
    parse_asset,
    precision_of,
    price_max,
    price_min,
    smt_symbol,
    stripped,
    symbol_from_nai,
    symbol_name,
)
from protocol.errors import ProtocolError
from protocol.jsonform import Form, from_json, to_json, to_json_as
from protocol.params import DEV, TESTNET, Network
from protocol.types import Symbol
from protocol.wire import decode, decode_as, encode, encode_as

VECTORS = Path(__file__).parents[1] / "vectors"
NETWORKS = {"testnet": TESTNET, "dev": DEV}
TOKEN = smt_symbol(18_118_804, 4)


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


def per_network(name: str) -> list[Any]:
    return [
        pytest.param(network, case, id=f"{identity}-{index}")
        for identity, network in NETWORKS.items()
        for index, case in enumerate(load(f"{name}/{identity}.json"))
    ]


class TestCheckDigit:
    def test_agrees_with_the_reference(self) -> None:
        for case in load("nai/check_digits.json"):
            assert damm_check_digit(case["value"]) == case["check"]

    @pytest.mark.parametrize("data", [-1, 100_000_000])
    def test_refuses_more_than_eight_digits(self, data: int) -> None:
        with pytest.raises(InvalidNaiError):
            damm_check_digit(data)

    def test_one_wrong_digit_or_swap_is_noticed(self) -> None:
        text = nai_string(TOKEN)
        for place in range(2, 11):
            for digit in "0123456789":
                if digit != text[place]:
                    with pytest.raises(InvalidNaiError):
                        symbol_from_nai(text[:place] + digit + text[place + 1 :], 4)
        for place in range(2, 10):
            swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            if swapped != text:
                with pytest.raises(InvalidNaiError):
                    symbol_from_nai(swapped, 4)


class TestGenerator:
    def test_agrees_with_the_reference(self) -> None:
        for case in load("nai/generator.json"):
            symbol = generate_nai(case["seed"])
            assert symbol == case["asset_num"]
            assert nai_string(symbol) == case["nai_string"]

    @given(st.integers(0, 0xFFFFFFFF))
    def test_gives_liquid_tokens_outside_the_reserved_range(self, seed: int) -> None:
        symbol = generate_nai(seed)
        assert is_smt(symbol)
        assert not is_vesting(symbol)
        assert 10_000_000 <= data_digits(symbol) <= 99_999_998
        assert precision_of(symbol) == 0


class TestSymbolVectors:
    @pytest.mark.parametrize(("network", "case"), per_network("symbols"))
    def test_agrees_with_the_reference(self, network: Network, case: dict[str, Any]) -> None:
        result = case["result"]

        def read() -> int:
            if "data_digits" in case:
                return smt_symbol(case["data_digits"], case["decimals"])
            if "nai_string" in case:
                return symbol_from_nai(case["nai_string"], case["decimals"])
            if "hex" in case:
                return int(decode_as(Symbol, bytes.fromhex(case["hex"]), network))
            if "json" in case:
                return int(from_json(Symbol, case["json"], network))
            encode_as(Symbol, case["asset_num"], network)
            return int(case["asset_num"])

        if "error" in result:
            with pytest.raises(ProtocolError):
                read()
            return
        symbol = read()
        assert symbol == result["asset_num"]
        assert encode_as(Symbol, symbol, network).hex() == result["hex"]
        assert decode_as(Symbol, bytes.fromhex(result["hex"]), network) == symbol
        assert nai_string(symbol) == result["nai_string"]
        assert precision_of(symbol) == result["decimals"]
        assert to_json_as(Symbol, symbol, network) == result["json"]
        assert is_vesting(symbol) == result["is_vesting"]
        assert is_smt(symbol) == (result["space"] == 2)
        assert stripped(symbol) == result["stripped_num"]
        assert paired_symbol(symbol) == result["paired_asset_num"]
        assert nai_string(paired_symbol(symbol)) == result["paired_nai_string"]


class TestSymbols:
    # docs/RULES.md 1.2
    @pytest.mark.parametrize(
        ("parts", "liquid", "vesting"),
        [
            ((10_000_000, 3), (320_000_019, "@@100000006"), (320_000_051, "@@100000011")),
            ((10_000_000, 0), (320_000_016, "@@100000006"), (320_000_048, "@@100000011")),
            ((31_415_926, 3), (1_005_309_651, "@@314159266"), (1_005_309_683, "@@314159277")),
            ((99_999_998, 8), (3_199_999_960, "@@999999985"), (3_199_999_992, "@@999999999")),
        ],
    )
    def test_known_tokens(
        self, parts: tuple[int, int], liquid: tuple[int, str], vesting: tuple[int, str]
    ) -> None:
        symbol = smt_symbol(*parts)
        assert (symbol, nai_string(symbol)) == liquid
        assert symbol_from_nai(liquid[1], parts[1]) == symbol
        twin = paired_symbol(symbol)
        assert (twin, nai_string(twin)) == vesting
        assert paired_symbol(twin) == symbol

    @pytest.mark.parametrize("text", ["@@588062267", "@@892151380", "@@459158622", "@@399754220"])
    def test_the_later_whitepapers_samples_are_liquid_tokens(self, text: str) -> None:
        assert not is_vesting(symbol_from_nai(text, 3))

    @pytest.mark.parametrize(
        ("text", "precision"),
        [
            ("@@100000006", 13),
            ("@0100000006", 3),
            ("@@00000006", 3),
            ("@@0100000006", 3),
            ("@@invalid00", 3),
            ("@@314159265", 3),  # the whitepaper's own sample; its check digit should be 6 (D-35)
            ("@@10000000\u0666", 3),  # a digit, but not an ASCII one
            ("@@000000021", 6),
            ("", 3),
        ],
    )
    def test_refuses_bad_nai_text(self, text: str, precision: int) -> None:
        with pytest.raises(InvalidNaiError):
            symbol_from_nai(text, precision)

    def test_core_symbols_sort_above_every_token(self) -> None:
        assert smt_symbol(99_999_999, 12) < SBD < STEEM < VESTS

    def test_sbd_is_its_own_pair_and_not_vesting(self) -> None:
        assert paired_symbol(SBD) == SBD
        assert not is_vesting(SBD)
        assert paired_symbol(STEEM) == VESTS
        assert paired_symbol(VESTS) == STEEM

    def test_names_follow_the_network(self) -> None:
        assert [symbol_name(core, DEV) for core in (STEEM, SBD, VESTS)] == ["STEEM", "SBD", "VESTS"]
        assert [symbol_name(core, TESTNET) for core in (STEEM, SBD)] == ["TESTS", "TBD"]
        assert symbol_name(TOKEN, DEV) == "@@181188044"

    def test_invalid_numbers_are_not_symbols(self) -> None:
        no_control_bit, thirteen_decimals = TOKEN & ~0x10, TOKEN & ~0xF | 13
        data_zero, data_too_large = 0x13, 100_000_000 << 5 | 0x13
        for number in (0, no_control_bit, thirteen_decimals, data_zero, data_too_large, STEEM + 1):
            assert not is_valid_symbol(number)
        assert is_valid_symbol(TOKEN)


class TestAssetVectors:
    @pytest.mark.parametrize(("network", "case"), per_network("assets"))
    def test_agrees_with_the_reference(self, network: Network, case: dict[str, Any]) -> None:
        result = case["result"]

        def read() -> Asset:
            if "hex" in case:
                return decode(Asset, bytes.fromhex(case["hex"]), network)
            asset: Asset = from_json(Asset, case["input"], network)
            return asset

        if "error" in result and not isinstance(case.get("input"), str):
            with pytest.raises(ProtocolError):
                read()
            return
        if isinstance(case.get("input"), str):  # we read text everywhere, of our own network
            with pytest.raises(InvalidAssetTextError) if network is DEV else nullcontext():
                read()
            return
        asset = read()
        assert encode(asset, network).hex() == result["hex"]
        assert to_json(asset, network) == result["json"]

    @pytest.mark.parametrize("case", load("assets/testnet_text.json"), ids=lambda c: c["input"])
    def test_text_agrees_with_the_reference(self, case: dict[str, Any]) -> None:
        result = case["result"]
        if "error" in result:
            with pytest.raises(InvalidAssetTextError):
                parse_asset(case["input"], TESTNET)
            return
        asset = parse_asset(case["input"], TESTNET)
        assert format_asset(asset, TESTNET) == result["string"]
        assert to_json(asset, TESTNET, Form.LEGACY) == result["string"]
        assert encode(asset, TESTNET).hex() == result["hex"]


class TestAssets:
    def test_sign_holds_for_the_fraction_too(self) -> None:
        assert parse_asset("-1.500 STEEM", DEV).amount == -1500
        assert parse_asset("-0.001 STEEM", DEV).amount == -1
        assert format_asset(Asset(-1, STEEM), DEV) == "-0.001 STEEM"

    @pytest.mark.parametrize(
        "text", ["1.000  STEEM", ".500 STEEM", "1. STEEM", "1.000STEEM", "1.0000 @@000000021",
                 "1.000 @@181188045", "\u0661.000 STEEM", "1.000 STEEM\0", "1.000\nSTEEM", "1"]
    )  # fmt: skip
    def test_refuses_malformed_text(self, text: str) -> None:
        with pytest.raises(InvalidAssetTextError):
            parse_asset(text, DEV)

    def test_token_text_carries_its_precision(self) -> None:
        assert parse_asset("1.0000 @@181188044", DEV) == Asset(10_000, TOKEN)
        assert parse_asset("7 @@181188044", DEV) == Asset(7, smt_symbol(18_118_804, 0))

    @given(
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from([STEEM, SBD, VESTS, TOKEN, smt_symbol(18_118_804, 0)]),
        st.sampled_from([DEV, TESTNET]),
    )
    def test_text_and_bytes_give_the_amount_back(
        self, amount: int, symbol: Symbol, network: Network
    ) -> None:
        asset = Asset(amount, symbol)
        assert parse_asset(format_asset(asset, network), network) == asset
        assert decode(Asset, encode(asset, network), network) == asset
        if amount >= 0:
            for form in Form:
                assert from_json(Asset, to_json(asset, network, form), network) == asset

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"amount": None}, "json.form", "amount"),
            ({"amount": "-1"}, "json.out_of_range", "amount"),
            ({"amount": 1.0}, "json.form", "amount"),
            ({"amount": "1.0"}, "json.form", "amount"),
            ({"amount": True}, "json.form", "amount"),
            ({"amount": str(2**63)}, "json.out_of_range", "amount"),
            ({"precision": True}, "json.form", "precision"),
            ({"precision": 4}, "json.nai", "precision"),
            ({"precision": -1}, "json.nai", "precision"),
            ({"nai": 21}, "json.form", "nai"),
            ({"nai": "@@000000022"}, "json.nai", "nai"),
            ({"extra": 1}, "json.unknown_field", "extra"),
        ],
    )
    def test_each_member_is_checked(self, change: dict[str, Any], code: str, field: str) -> None:
        valid = {"amount": "1", "precision": 3, "nai": "@@000000021"}
        with pytest.raises(ProtocolError) as caught:
            from_json(Asset, valid | change, DEV)
        assert (caught.value.code, caught.value.field) == (code, field)
        assert from_json(Asset, valid, DEV) == Asset(1, STEEM)

    @pytest.mark.parametrize("missing", ["amount", "precision", "nai"])
    def test_each_member_is_needed(self, missing: str) -> None:
        data = {"amount": "1", "precision": 3, "nai": "@@000000021"}
        del data[missing]
        with pytest.raises(ProtocolError) as caught:
            from_json(Asset, data, DEV)
        assert (caught.value.code, caught.value.field) == ("json.missing_field", missing)

    def test_unknown_members_are_ignored_where_asked(self) -> None:
        data = {"amount": "1", "precision": 3, "nai": "@@000000021", "extra": 1}
        assert from_json(Asset, data, DEV, strict=False) == Asset(1, STEEM)

    def test_bounds_are_those_of_validate(self) -> None:
        check_asset(Asset(0, STEEM))
        check_asset(Asset(MAX_SATOSHIS, TOKEN))
        for bad in (Asset(-1, STEEM), Asset(MAX_SATOSHIS + 1, STEEM), Asset(1, Symbol(5))):
            with pytest.raises(InvalidAssetError):
                check_asset(bad, "amount")

    def test_legacy_form_prints_tokens_as_objects(self) -> None:
        assert to_json(Asset(1, TOKEN), DEV, Form.LEGACY) == {
            "amount": "1",
            "precision": 4,
            "nai": "@@181188044",
        }


def price_of(data: Any) -> Price:
    price: Price = from_json(Price, data, DEV)
    return price


class TestPrices:
    @pytest.mark.parametrize("case", [c for c in load("prices/prices.json") if "cmp" in c])
    def test_comparison_agrees_with_the_reference(self, case: dict[str, Any]) -> None:
        order = compare_prices(price_of(case["cmp"][0]), price_of(case["cmp"][1]))
        assert {"lt": order < 0, "le": order <= 0, "eq": order == 0, "gt": order > 0} == case[
            "result"
        ]

    @pytest.mark.parametrize("case", [c for c in load("prices/prices.json") if "mul" in c])
    def test_conversion_agrees_with_the_reference(self, case: dict[str, Any]) -> None:
        asset, price = from_json(Asset, case["mul"][0], DEV), price_of(case["mul"][1])
        if "error" in case["result"]:
            with pytest.raises(ProtocolError):
                multiply(asset, price)
        else:
            assert multiply(asset, price) == from_json(Asset, case["result"]["result"], DEV)

    def test_every_vector_is_run(self) -> None:
        assert all("cmp" in case or "mul" in case for case in load("prices/prices.json"))

    def test_refuses_foreign_amounts_overflow_and_zero(self) -> None:
        rate = Price(Asset(1, SBD), Asset(MAX_SATOSHIS, STEEM))
        with pytest.raises(MismatchedSymbolError):
            multiply(Asset(1, VESTS), rate)
        with pytest.raises(ArithmeticRangeError):
            multiply(Asset(3, SBD), rate)  # 3 * (2^62-1) is above 2^63-1
        with pytest.raises(ArithmeticRangeError):
            multiply(Asset(-1, SBD), rate)
        with pytest.raises(InvalidPriceError):
            multiply(Asset(1, SBD), Price(Asset(0, SBD), Asset(1, STEEM)))
        assert multiply(Asset(2, SBD), rate).amount == 2 * MAX_SATOSHIS

    @pytest.mark.parametrize(
        "price",
        [
            Price(Asset(0, SBD), Asset(1, STEEM)),
            Price(Asset(1, SBD), Asset(0, STEEM)),
            Price(Asset(-1, SBD), Asset(1, STEEM)),
            Price(Asset(1, SBD), Asset(1, SBD)),
        ],
    )
    def test_refuses_prices_without_meaning(self, price: Price) -> None:
        with pytest.raises(InvalidPriceError):
            check_price(price)
        check_price(Price(Asset(1, SBD), Asset(1, STEEM)))

    @given(
        st.integers(1, MAX_SATOSHIS),
        st.integers(1, MAX_SATOSHIS),
        st.integers(1, MAX_SATOSHIS),
        st.integers(1, MAX_SATOSHIS),
    )
    @settings(max_examples=100)
    def test_order_is_that_of_base_over_quote(self, a: int, b: int, c: int, d: int) -> None:
        first = Price(Asset(a, SBD), Asset(b, STEEM))
        second = Price(Asset(c, SBD), Asset(d, STEEM))
        order = compare_prices(first, second)
        assert order == -compare_prices(second, first)
        assert order == (a * d > c * b) - (a * d < c * b)
        low, high = price_min(SBD, STEEM), price_max(SBD, STEEM)
        assert compare_prices(low, first) <= 0 <= compare_prices(high, first)

    def test_inverse_swaps_the_sides(self) -> None:
        price = Price(Asset(1, SBD), Asset(2, STEEM))
        assert inverse(price) == Price(Asset(2, STEEM), Asset(1, SBD))
        assert inverse(inverse(price)) == price
