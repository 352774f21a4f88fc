"""Input that cannot be read: bytes that are not canonical, and JSON that describes nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from protocol.jsonform import to_json
from protocol.operation import Operation
from protocol.params import DEV, TESTNET, Network
from protocol.wire import encode_as
from published_vectors.people import TOKEN

_NAME = {"alice": "05616c696365", "bob": "03626f62"}  # length, text
_TOKEN = TOKEN.to_bytes(4, "little").hex()
_TRANSFER = f"02{_NAME['alice']}{_NAME['bob']}"  # number 2, from, to
_ONE = "0100000000000000"  # 1, as a signed 64-bit number


@dataclass(frozen=True, slots=True)
class Hostile:
    """Bytes of an operation, or the text of its JSON, with a name and what is wrong."""

    name: str
    description: str
    content: str


def hostile_bytes(valid: dict[str, Operation], network: Network) -> Iterator[Hostile]:
    """Yield hex that is no operation of `network`."""
    transfer = encode_as(Operation, valid["transfer"], network).hex()
    other = TESTNET if network is DEV else DEV
    foreign = encode_as(Operation, valid["transfer"], other).hex()
    yield Hostile("empty", "no byte at all", "")
    yield Hostile("short", "the last byte is missing", transfer[:-2])
    yield Hostile("long", "one byte too many", transfer + "00")
    yield Hostile("number", "no operation has the number 65535", "ffff03")
    yield Hostile("number.padded", "2 in two bytes", "8200" + transfer[2:])
    yield Hostile("number.wide", "a varint above 32 bits", "ffffffff1f")
    yield Hostile("symbol.foreign", f"an amount of network {other.name}", foreign)
    yield Hostile("symbol.decimals", "13 decimals; 12 are allowed", f"{_TRANSFER}{_ONE}9d128f2200")
    yield Hostile(
        "symbol.nothing", "neither a core symbol nor a token", f"{_TRANSFER}{_ONE}{'00' * 9}"
    )
    yield Hostile(
        "symbol.number",
        "the number of STEEM; core symbols are written as text",
        f"{_TRANSFER}{_ONE}2320bcbe00",
    )
    yield Hostile("name.long", "17 letters", f"02{'11' + '61' * 17}{_NAME['bob']}{_ONE}{_TOKEN}00")
    yield Hostile("name.nul", "a NUL inside", f"02{'03610062'}{_NAME['bob']}{_ONE}{_TOKEN}00")
    yield Hostile("text.utf8", "a memo that is no UTF-8", f"{_TRANSFER}{_ONE}{_TOKEN}01ff")
    yield Hostile("text.surrogate", "half a surrogate pair", f"{_TRANSFER}{_ONE}{_TOKEN}03eda080")
    yield Hostile(
        "text.length", "a length far beyond the end", f"{_TRANSFER}{_ONE}{_TOKEN}ffffffff0f"
    )
    yield Hostile("flag", "approve is 2", f"0c{_NAME['alice']}{_NAME['bob']}02")
    yield Hostile("flag.optional", "a presence flag of 2", f"0a{_NAME['alice']}02")
    yield Hostile("set.order", "bob before alice", f"0f02{_NAME['bob']}{_NAME['alice']}000000")
    yield Hostile("set.twice", "alice twice", f"0f02{_NAME['alice'] * 2}000000")
    yield Hostile("set.count", "four thousand million names", "0fffffffff0f")
    yield Hostile(
        "map.order",
        "accounts of an authority out of order",
        f"0a{_NAME['alice']}01{'01000000'}02{_NAME['bob']}0100{_NAME['alice']}0100",
    )
    setup = f"34{_NAME['alice']}{_TOKEN}"
    yield Hostile("variant.kind", "there is no kind 3 of setup parameter", f"{setup}01030000")
    yield Hostile("variant.order", "kind 1 before kind 0", f"{setup}020100000000")
    yield Hostile("variant.twice", "kind 0 twice", f"{setup}020000000100")
    yield Hostile(
        "enum",
        "there is no curve 6",
        f"35{_NAME['alice']}{_TOKEN}0102{'00' * 16}{'0000' * 2}0600000000000000",
    )


def hostile_json(valid: dict[str, Operation], network: Network) -> Iterator[Hostile]:
    """Yield texts that are no JSON form of an operation of `network`."""
    other = TESTNET if network is DEV else DEV

    def changed(name: str, description: str, base: str = "transfer", **members: Any) -> Hostile:
        document = to_json(valid[base], network)
        document["value"].update(members)
        return Hostile(name, description, json.dumps(document))

    def amount(name: str, description: str, given: Any) -> Hostile:
        return changed(f"amount.{name}", description, amount=given)

    nai = {"amount": "1", "precision": 3, "nai": "@@000000021"}
    yield Hostile("text", "no JSON", "transfer alice bob")
    yield Hostile("text.cut", "JSON that ends early", '["transfer",{"from":"alice"')
    yield Hostile("text.nan", "NaN is no JSON", '["vote",{"weight":NaN}]')
    yield Hostile("text.twice", "a member twice", '["vote",{"weight":1,"weight":2}]')
    yield Hostile("form", "neither an array of two nor an object", "7")
    yield Hostile("form.three", "an array of three", '["vote",{},{}]')
    yield Hostile("form.type", "an object without type", '{"value":{}}')
    yield Hostile("type", "no such operation", '["nothing",{}]')
    yield Hostile("type.number", "no such number", "[65535,{}]")
    yield Hostile("body", "an array instead of members", '["vote",[]]')
    yield changed("member", "a member that a transfer has not", extra=1)
    yield Hostile(
        "member.missing", "nothing stands for a symbol that is not given", '["smt_create",{}]'
    )
    yield changed(
        "member.alias",
        "one member under both of its names",
        "smt_setup_inflation",
        emissions_unit={"token_unit": []},
    )
    yield changed("number.high", "does not fit 16 bits", "vote", weight=32_768)
    yield changed("number.float", "a fraction", "vote", weight=1.5)
    yield changed("number.text", "no digits", "vote", weight="1e3")
    yield changed("number.bool", "a truth value", "vote", weight=True)
    yield changed("bool", "neither true nor false", "account_witness_vote", approve="yes")
    yield changed("text.number", "a number instead of text", memo=5)
    yield changed("text.surrogate", "half a surrogate pair", memo="\ud800")
    yield changed("name.long", "17 letters", to="a" * 17)
    yield amount("foreign", f"a symbol of network {other.name}", f"1.000 {other.core_symbol}")
    yield amount("decimals", "STEEM has three decimals", f"1.0 {network.core_symbol}")
    yield amount("negative", "less than nothing", nai | {"amount": "-1"})
    yield amount("precision", "STEEM has three decimals", nai | {"precision": 4})
    yield amount("check_digit", "a wrong check digit", nai | {"nai": "@@000000022"})
    yield amount("nai", "eight digits", nai | {"nai": "@@00000021"})
    yield amount("member", "a member too many", nai | {"symbol": "STEEM"})
    yield changed(
        "time.day", "no such day", "escrow_transfer", escrow_expiration="2019-02-29T00:00:00"
    )
    yield changed(
        "time.early", "before 1970", "escrow_transfer", escrow_expiration="1969-12-31T00:00:00"
    )
    yield changed("hex", "half a byte", "custom", data="0")
    yield changed("set.twice", "alice twice", "custom", required_auths=["alice", "alice"])
    yield changed(
        "variant.twice",
        "kind 0 twice",
        "smt_set_setup_parameters",
        setup_parameters=[[0, {"value": True}], [0, {"value": False}]],
    )
    yield changed(
        "variant.kind",
        "no such kind",
        "smt_set_setup_parameters",
        setup_parameters=[["smt_param_nothing", {}]],
    )
    key = to_json(valid["account_update"], network)["value"]["memo_key"]
    prefix = network.address_prefix
    yield changed(
        "key.prefix",
        f"the prefix of network {other.name}",
        "account_update",
        memo_key=other.address_prefix + key.removeprefix(prefix),
    )
    swapped = f"{key[:-1]}{'1' if key[-1] != '1' else '2'}"
    yield changed("key.checksum", "a wrong letter", "account_update", memo_key=swapped)
    yield changed("precision", "not that of the symbol", "smt_create", precision=4)
