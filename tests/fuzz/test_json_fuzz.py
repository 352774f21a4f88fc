"""Hostile JSON through the readers of command line and JSON-RPC: typed errors only."""

import asyncio
import copy
import json
import random
import re
import tracemalloc

import orjson
import pytest
from fuzz_inputs import load

from protocol.block import SignedBlock
from protocol.errors import JsonDuplicateError, JsonFormError, ProtocolError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import Operation
from protocol.params import DEV
from protocol.transaction import SignedTransaction
from smtchain.cli.lines import read_json
from smtchain.node.arguments import Json, TransactionJson
from smtchain.node.jsonrpc import Dispatcher
from smtchain.node.methods import CONDENSER, Api, MethodTable

SEED = 20_190_625
OPERATIONS = load("published/dev/operations.json")
TRANSACTIONS = load("published/dev/transactions.json")
SAMPLES = [
    *((Operation, case[form]) for case in OPERATIONS for form in ("json", "legacy_json")),
    *((SignedTransaction, case["json"]) for case in TRANSACTIONS[::4]),
    *((SignedBlock, case["json"]) for case in load("blocks/dev/blocks.json")[:2]),
]
ODD_VALUES = (
    None, True, False, 0, -1, 1, 1.5, -0.0, 1e308, 2**31, 2**63, 2**64, 2**128, -(2**63), 10**400,
    float("nan"), float("inf"), "", "0", "-1", "1e5", "0x10", " 1", "\u0661", "\U0001d7d9",
    "1" * 41, "9" * 5_000, "\ud800", "\udfff\ud800", "\0", "a\0b", "\u00e9" * 9, "x" * 17, "null",
    "true", "@@000000021", "1.000 STEEM", "1.000 TESTS", "0.001 \0", "99999999999999999.999 STEEM",
    "STM", "STM1111", "2106-02-07T06:28:16", "0000-00-00T00:00:00", "2019-02-29T00:00:00",
    "\u0662\u0660\u0661\u0669-01-01T00:00:00", [], [[]], {}, [None], [0, {}], ["vote", {}],
    {"type": "vote", "value": {}}, {"": ""}, {"amount": "1", "precision": 3, "nai": "@@000000021"},
    {"amount": {}, "precision": [], "nai": 0}, {"nai": "@@181188044", "decimals": 3},
    [["alice", 1], ["alice", 1]], {"alice": 1},
)  # fmt: skip


def places(value, path=()):
    """Yield the path of every part of a JSON value."""
    yield path
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places(part, (*path, index))


def damaged(value, chance):
    """Return a copy with one part replaced, removed, repeated, renamed or moved."""
    value = copy.deepcopy(value)
    path = chance.choice(list(places(value)))
    if not path:
        return chance.choice(ODD_VALUES)
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    match chance.randrange(5):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]))
        case 2 if isinstance(holder, dict):
            holder[chance.choice(["", "no_such", "type", "value", "from"])] = holder.pop(last)
        case 3:
            holder[last] = [holder[last]]
        case _:
            holder[last] = chance.choice(ODD_VALUES)
    return value


def read(hint, value, *, strict=True):
    """Return the value that `value` describes, or None if that is refused in a typed way."""
    try:
        found = from_json(hint, value, DEV, strict=strict)
    except ProtocolError as error:
        assert str(error).isprintable() or "\n" not in str(error)  # noqa: PT017 - any refusal
        return None
    for form in Form:
        assert from_json(hint, to_json(found, DEV, form), DEV) == found
    return found


class TestValues:
    def test_damaged_values_are_read_or_refused(self):
        chance = random.Random(SEED)
        accepted = 0
        for _ in range(6_000):
            hint, sample = chance.choice(SAMPLES)
            accepted += (
                read(hint, damaged(sample, chance), strict=chance.random() < 0.5) is not None
            )
        assert 0 < accepted < 5_000

    @pytest.mark.parametrize("odd", ODD_VALUES, ids=lambda value: ascii(value)[:20])
    def test_an_odd_value_in_every_member_of_every_operation(self, odd):
        for case in OPERATIONS:
            for name in case["json"]["value"]:
                body = case["json"]["value"] | {name: odd}
                read(Operation, {"type": case["json"]["type"], "value": body})

    @pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1.5, 1e308, -0.0])
    def test_floats_are_never_numbers(self, odd):
        for case in OPERATIONS:
            for name, part in case["json"]["value"].items():
                if isinstance(part, int):
                    body = case["json"]["value"] | {name: odd}
                    with pytest.raises(JsonFormError):
                        from_json(Operation, {"type": case["json"]["type"], "value": body}, DEV)

    def test_deep_values_are_refused_without_recursion(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        for value in (deep, {"type": "vote", "value": deep}, ["comment", {"title": deep}]):
            with pytest.raises(JsonFormError):
                from_json(Operation, value, DEV)


class TestCommandLineReader:
    @pytest.mark.parametrize("opening", [b"[", b'{"a":', b'["vote",{"voter":', b'[[],{"":['])
    def test_deep_nesting_is_refused(self, opening):
        for depth in (2_000, 200_000):
            with pytest.raises(JsonFormError):
                read_json(opening * depth)

    @pytest.mark.parametrize("number", [b"9" * 500, b"-" + b"9" * 500, b"9" * 100_000])
    def test_huge_integers_are_refused(self, number):
        with pytest.raises(JsonFormError):
            read_json(b'{"weight":' + number + b"}")

    @pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1e309", b"0.1e-9999"])
    def test_huge_fractions_are_no_amounts(self, number):
        value = read_json(b'["vote",{"weight":' + number + b"}]")
        with pytest.raises(JsonFormError):
            from_json(Operation, value, DEV)

    @pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"nan", b"inf"])
    def test_words_for_numbers_that_json_has_not_are_refused(self, word):
        for text in (word, b"[" + word + b"]", b'["vote",{"weight":' + word + b"}]"):
            with pytest.raises(JsonFormError):
                read_json(text)

    @pytest.mark.parametrize(
        "text",
        [b'"\xed\xa0\x80"', b'"\xff"', b'"\xc0\x80"', b"\xef\xbb\xbf{}", b"'a'", b"{a:1}", b"[1,]"],
    )
    def test_what_is_no_json_is_refused(self, text):
        with pytest.raises(JsonFormError):
            read_json(text)

    def test_half_surrogate_pairs_are_refused_wherever_they_stand(self):
        for case in OPERATIONS:
            for name, part in case["json"]["value"].items():
                if isinstance(part, str):
                    body = case["json"]["value"] | {name: "\ud83c"}
                    text = json.dumps({"type": case["json"]["type"], "value": body})
                    assert r"\ud83c" in text
                    with pytest.raises(ProtocolError):
                        from_json(Operation, read_json(text.encode()), DEV)

    def test_a_repeated_member_is_refused_wherever_it_stands(self):
        for case in OPERATIONS:
            text = json.dumps(case["json"])
            # Inside texts quotes are escaped, so this finds members only.
            for member in re.finditer(r'\{("[a-z_]+"):', text):
                at = member.start() + 1
                twice = f"{text[:at]}{member[1]}:null,{text[at:]}"
                with pytest.raises(JsonDuplicateError):
                    read_json(twice.encode())

    def test_damaged_texts_are_read_or_refused(self):
        chance = random.Random(SEED)
        texts = [json.dumps(case["json"]).encode() for case in OPERATIONS]
        for _ in range(4_000):
            text = bytearray(chance.choice(texts))
            for _ in range(chance.randint(1, 3)):
                at = chance.randrange(len(text))
                match chance.randrange(4):
                    case 0:
                        text[at] = chance.randrange(256)
                    case 1:
                        text[at:at] = text[at : at + chance.randint(1, 30)]
                    case 2:
                        del text[at : at + chance.randint(1, 10)]
                    case _:
                        text[at] = ord(chance.choice('{}[]",:0-9eE.tfn\\'))
            try:
                value = read_json(bytes(text))
            except JsonFormError:
                continue
            read(Operation, value)

    @pytest.mark.parametrize(
        "text", [b'["' + b"a" * 200_000, b"[" + b"0," * 100_000, b'{"a":[' + b"[]," * 60_000]
    )
    def test_memory_is_a_small_multiple_of_the_text(self, text):
        tracemalloc.start()
        try:
            with pytest.raises(JsonFormError):
                read_json(text)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 40 * len(text)


condenser = Api(CONDENSER)


@condenser.method()
def broadcast(node: object, trx: TransactionJson) -> Json:
    return to_json(from_json(SignedTransaction, trx, DEV, strict=False), DEV)


class TestJsonRpc:
    """As a node reads a transaction that a client sends: unknown members are ignored."""

    dispatcher = Dispatcher(MethodTable((condenser,)), object())

    def ask(self, body):
        answer = orjson.loads(asyncio.run(self.dispatcher.answer(body)))
        for one in answer if isinstance(answer, list) else [answer]:
            assert one["jsonrpc"] == "2.0"
            # Our own faults are answered with this code.
            assert one.get("error", {}).get("data", {}).get("error_code") != "rpc.fault"
        return answer

    def send(self, transaction):
        request = {"jsonrpc": "2.0", "id": 1, "method": "condenser_api.broadcast"}
        text = json.dumps(request | {"params": [transaction]})
        return self.ask(text.encode("utf-8", "surrogatepass"))

    def test_samples_are_read(self):
        for case in TRANSACTIONS[::6]:
            assert self.send(case["legacy_json"])["result"] == case["json"]

    def test_damaged_transactions_are_answered(self):
        chance = random.Random(SEED)
        answers = [
            self.send(damaged(chance.choice(TRANSACTIONS)["json"], chance)) for _ in range(600)
        ]
        assert any("result" in answer for answer in answers)
        assert any("error" in answer for answer in answers)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b" ",
            b"{",
            b"[",
            b"[]",
            b"[[]]",
            b"null",
            b"NaN",
            b"1",
            b'"a"',
            b"\xff",
            b"\xed\xa0\x80",
        ]
        + [b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' * 100 + b"1" + b"}" * 100]
        + [
            b'{"jsonrpc":"2.0","method":"condenser_api.broadcast","id":1,"params":' + params + b"}"
            for params in (
                b'["\\ud800"]',
                b"[NaN]",
                b"[1e999]",
                b"[" + b"9" * 5_000 + b"]",
                b"7",
                b"[[]]",
            )
        ]
        + [
            b'{"jsonrpc":"2.0","method":"condenser_api.broadcast","id":' + identity + b"}"
            for identity in (b"9" * 400, b"1e400", b"{}", b"true", b"-0.0")
        ]
        + [
            b'{"jsonrpc":"2.0","id":1,"id":2,"method":"a.b","method":"c.d"}',
            b'{"jsonrpc":"2.0","id":1,"method":"call","params":["condenser_api","broadcast",[[[]]]]}',
        ],
        ids=lambda body: repr(body[-24:]),
    )
    def test_odd_bodies_are_answered_with_an_error(self, body):
        answer = self.ask(body)
        for one in answer if isinstance(answer, list) else [answer]:
            assert "error" in one

    def test_of_a_repeated_member_the_last_one_counts(self):
        # As in the original; the command line refuses it.
        case = TRANSACTIONS[0]
        text = json.dumps(case["json"])
        twice = text.replace('"ref_block_num":', '"ref_block_num": 1, "ref_block_num":', 1)
        head = b'{"jsonrpc":"2.0","id":1,"method":"condenser_api.broadcast","params":['
        assert self.ask(head + twice.encode() + b"]}")["result"] == case["json"]
