"""Primitives byte for byte against the reference; see vectors/primitives/FORMAT.md."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest

from protocol.assets import Price
from protocol.authority import Authority
from protocol.errors import ProtocolError
from protocol.jsonform import from_json, to_json_as
from protocol.operation import Extensions
from protocol.operations.smt_contribution import RevealedCap
from protocol.operations.smt_parameters import Curve
from protocol.operations.social import CommentOptionsExtension
from protocol.params import DEV, TESTNET, Network
from protocol.types import (
    I16,
    I64,
    U8,
    U16,
    U32,
    U128,
    AccountName,
    Bytes,
    CustomId,
    FlatMap,
    FlatSet,
    PublicKey,
    StaticVariant,
    Time,
    VarI32,
    VarU32,
    Version,
)
from protocol.wire import decode_as, encode_as, wire_struct

DATA = Path(__file__).parents[1] / "vectors" / "primitives"
NETWORKS = {"testnet": TESTNET, "dev": DEV}


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamAllowVoting:
    """Revision W's only setup parameter."""

    value: bool


HINTS: dict[str, Any] = {
    "uint128": U128,
    "varint": VarU32,
    "signed_varint": VarI32,
    "int16": I16,
    "int64": I64,
    "uint32": U32,
    "uint8": U8,
    "bool": bool,
    "time": Time,
    "string": str,
    "bytes": Bytes,
    "name": AccountName,
    "custom_id": CustomId,
    "share": I64,
    "set_name": FlatSet[AccountName],
    "map_name_u16": FlatMap[AccountName, U16],
    "map_key_u16": FlatMap[PublicKey, U16],
    "public_key": PublicKey,
    "authority": Authority,
    "opt_authority": Authority | None,
    "extensions": Extensions,
    "comment_options_extensions": FlatSet[CommentOptionsExtension],
    "set_ex_i64": FlatSet[I64],
    "version": Version,
    "hardfork_version": Version,
    "curve": Curve,
    "price": Price,
    "smt_revealed_cap": RevealedCap,
    "set_setup": FlatSet[Annotated[SmtParamAllowVoting, StaticVariant()]],
}

# Where the reference loses something, we refuse: (type, input or hex) and our code.
DEPARTURES = {
    ("uint128", "-1"): "json.out_of_range",
    ("uint128", "abc"): "json.form",
    ("uint128", ""): "json.form",
    ("varint", "ffffffff1f"): "wire.out_of_range",
    ("varint", "8080808000"): "wire.not_canonical",
    ("int16", "32768"): "json.out_of_range",
    ("uint32", "4294967296"): "json.out_of_range",
    ("bool", "2"): "json.form",
    ("string", "02ff00"): "wire.not_canonical",
    ("name", "abcdefghijklmnopq"): "json.out_of_range",
    ("name", "056162006364"): "wire.not_canonical",
    ("name", "146162636465666768696a6b6c6d6e6f7071727374"): "wire.out_of_range",
    ("set_name", "0205616c69636505616c696365"): "wire.not_canonical",
    ("map_name_u16", '[["alice", 1], ["alice", 2]]'): "json.duplicate",
    ("map_name_u16", "02037a6564010005616c6963650200"): "wire.not_canonical",
    ("extensions", "020000"): "wire.not_canonical",
}
# The reference's JSON reader drops the backslash of escapes beyond ASCII.
ESCAPES_LOST = "é中\U0001f600"
# It prints times above 2^31-1 as if they were negative.
LATE_TIMES = {
    "1969-12-31T23:59:59": "2106-02-07T06:28:15",
    "1901-12-13T20:45:52": "2038-01-19T03:14:08",
}


def cases() -> list[Any]:
    return [
        pytest.param(network, case, id=f"{name}-{case['type']}-{index}")
        for name, network in NETWORKS.items()
        for index, case in enumerate(json.loads((DATA / f"{name}.json").read_text()))
    ]


def departure(case: dict[str, Any]) -> str:
    given = case.get("hex", case.get("input"))
    text = given if isinstance(given, str) else json.dumps(given)
    known = DEPARTURES.get((case["type"], text), "")
    if case["type"] == "authority" and "input" in case:
        accounts = case["input"].get("account_auths", [])
        if len({name for name, _ in accounts}) < len(accounts):
            known = "json.duplicate"
        if any(weight > 65535 for _, weight in case["input"].get("key_auths", [])):
            known = "json.out_of_range"
    if case["type"] == "extensions" and given == [{"type": "void_t", "value": {}}] * 2:
        known = "json.duplicate"
    return known


@pytest.mark.parametrize(("network", "case"), cases())
def test_agrees_with_the_reference(network: Network, case: dict[str, Any]) -> None:
    hint, result = HINTS[case["type"]], case["result"]

    def read() -> Any:
        if "hex" in case:
            return decode_as(hint, bytes.fromhex(case["hex"]), network)
        return from_json(hint, case["input"], network)

    code = departure(case)
    if code or "error" in result:
        with pytest.raises(ProtocolError) as caught:
            read()
        if code:
            assert caught.value.code == code
        return
    value = read()
    if case.get("input") == ESCAPES_LOST:
        assert encode_as(hint, value, network) == b"\x09" + ESCAPES_LOST.encode()
        return
    assert encode_as(hint, value, network).hex() == result["hex"]
    shown = to_json_as(hint, value, network)
    expected = result["json"]
    if case["type"] == "time":
        expected = LATE_TIMES.get(expected, expected)
    assert shown == expected
    assert decode_as(hint, bytes.fromhex(result["hex"]), network) == value
    assert from_json(hint, shown, network) == value


def test_every_departure_is_in_the_vectors() -> None:
    found = set()
    for name in NETWORKS:
        for case in json.loads((DATA / f"{name}.json").read_text()):
            given = case.get("hex", case.get("input"))
            found.add((case["type"], given if isinstance(given, str) else json.dumps(given)))
    assert set(DEPARTURES) <= found
