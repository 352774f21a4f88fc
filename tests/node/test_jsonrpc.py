"""The dispatcher without sockets and without a chain: envelopes, batches, ids, limits, errors.

`tests/vectors/rpc/jsonrpc_errors.json` holds requests and the answers of the reference node; what
is compared is code, kind of exception and id.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from protocol.assets import STEEM, Asset
from smtchain.node.arguments import Flag, Json, Limit, Name, Names, UInt32
from smtchain.node.jsonrpc import Dispatcher, Limits
from smtchain.node.methods import CONDENSER, Api, MethodTable
from smtchain.node.rpc_errors import AssertionFailedError, error_object

VERSION = {"blockchain_version": "0.22.0"}
VECTORS = json.loads((Path(__file__).parent.parent / "vectors/rpc/jsonrpc_errors.json").read_text())

condenser = Api(CONDENSER)
database = Api("database_api")


@condenser.method()
def get_version(node: object) -> Json:
    return VERSION


@condenser.method()
def get_block(node: object, block_num: UInt32) -> Json:
    return {"num": block_num}


@condenser.method(name="lookup")
def lookup(node: object, name: Name, limit: Limit = 5) -> Json:
    return [name, limit]


@database.method()
def get_globals(node: object) -> Json:
    return {"id": 0}


@database.method()
def find_accounts(node: object, accounts: Names, only_first: Flag = False) -> Json:
    return {"accounts": list(accounts[:1] if only_first else accounts)}


@database.method()
def find_from(node: object, from_: Name) -> Json:
    return from_


@database.method()
def refuse(node: object) -> Json:
    raise AssertionFailedError("no", field="x", value=5)


@database.method()
def fail(node: object) -> Json:
    raise RuntimeError("secret path /etc")


@database.method()
async def later(node: object) -> Json:
    await asyncio.sleep(0)
    return "later"


def make_dispatcher(**limits: int) -> Dispatcher:
    table = MethodTable((condenser, database))
    return Dispatcher(table, object(), limits=Limits(**limits))  # type: ignore[arg-type]


def ask(body: bytes | str | object, **limits: int) -> Any:
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = orjson.dumps(body)
    return orjson.loads(asyncio.run(make_dispatcher(**limits).answer(body)))


def request(method: str, params: object = None, **members: object) -> dict[str, object]:
    made: dict[str, object] = {"jsonrpc": "2.0", "id": 1, "method": method}
    if params is not None:
        made["params"] = params
    return made | members


def refusal(method: str, params: object = None) -> dict[str, Any]:
    answer = ask(request(method, params))
    assert "result" not in answer
    error: dict[str, Any] = answer["error"]
    return error


class TestEnvelope:
    def test_answers_api_dot_method(self) -> None:
        assert ask(request("condenser_api.get_version", [])) == {
            "jsonrpc": "2.0",
            "result": VERSION,
            "id": 1,
        }

    def test_answers_call_form_with_and_without_arguments(self) -> None:
        with_list = ask(request("call", ["condenser_api", "get_version", []]))
        without = ask(request("call", ["condenser_api", "get_version"]))
        assert with_list["result"] == without["result"] == VERSION

    @pytest.mark.parametrize("identity", [0, 5, -5, 1 << 53, "abc", "0", ""])
    def test_echoes_id_with_its_type(self, identity: object) -> None:
        answer = ask(request("condenser_api.get_version", [], id=identity))
        assert answer["id"] == identity
        assert type(answer["id"]) is type(identity)

    def test_answers_without_id_with_null(self) -> None:
        made = request("condenser_api.get_version", [])
        del made["id"]
        assert ask(made)["id"] is None

    @pytest.mark.parametrize("identity", [None, 1.5, {}, [], True])
    def test_rejects_other_ids(self, identity: object) -> None:
        answer = ask(request("condenser_api.get_version", [], id=identity))
        assert answer["error"]["code"] == -32600
        assert answer["id"] is None

    def test_awaits_methods_that_wait(self) -> None:
        assert ask(request("database_api.later", {}))["result"] == "later"

    def test_ignores_unknown_members_of_the_envelope(self) -> None:
        assert ask(request("condenser_api.get_version", [], extra=1))["result"] == VERSION


class TestBatch:
    def test_answers_in_order_with_errors_among_results(self) -> None:
        batch = [request("condenser_api.get_version", [], id=7), request("x.y", [], id=8), 5]
        good, unknown, number = ask(batch)
        assert (good["id"], good["result"]) == (7, VERSION)
        assert (unknown["id"], unknown["error"]["code"]) == (8, -32002)
        assert (number["id"], number["error"]["code"]) == (None, -32700)

    def test_rejects_the_empty_batch(self) -> None:
        assert ask([])["error"] == {"code": -32000, "message": "Array is invalid"}

    def test_limits_the_length(self) -> None:
        one = request("condenser_api.get_version", [])
        assert len(ask([one] * 3, batch=3)) == 3
        assert ask([one] * 4, batch=3)["error"]["code"] == -32600


class TestLimits:
    def test_refuses_the_rest_of_a_batch_whose_answers_are_large(self) -> None:
        batch = [request("condenser_api.lookup", ["a" * 60], id=number) for number in range(5)]
        one = len(orjson.dumps(ask(batch)[0]))
        answers = ask([*batch, 7], answer_bytes=2 * one)
        assert ["result" in answer for answer in answers] == [True] * 3 + [False] * 3
        assert answers[3]["error"]["data"]["error_code"] == "rpc.batch.answer_size"
        assert [answer["id"] for answer in answers] == [0, 1, 2, 3, 4, None]

    def test_limits_the_size(self) -> None:
        body = orjson.dumps(request("condenser_api.get_version", []))
        assert "result" in ask(body, request_bytes=len(body))
        assert ask(body, request_bytes=len(body) - 1)["error"]["code"] == -32600

    def test_limits_the_depth(self) -> None:
        def nested(depth: int) -> str:
            return (
                '{"jsonrpc":"2.0","id":1,"method":"condenser_api.get_version","params":'
                + "[" * depth
                + "]" * depth
                + "}"
            )

        # The request object itself is one level.
        assert ask(nested(9), depth=10)["error"]["data"]["error_code"] == "rpc.params.count"
        assert "nests" in ask(nested(10), depth=10)["error"]["message"]
        assert ask("[" * 100_000)["error"]["code"] in (-32000, -32600)

    def test_limits_how_many_arrays_there_are(self) -> None:
        # A million empty lists are a small body that takes long to walk.
        body = orjson.dumps(request("a.b", [[]] * 97))
        assert ask(body, brackets=99)["error"]["code"] == -32002
        assert "at most 98" in ask(body, brackets=98)["error"]["message"]

    def test_allows_many_brackets_that_are_not_deep(self) -> None:
        many = request("database_api.find_accounts", {"accounts": ["[[{{"] * 100})
        assert len(ask(many, depth=10)["result"]["accounts"]) == 100


class TestArguments:
    @pytest.mark.parametrize("params", [None, [], {}])
    def test_takes_no_arguments_in_every_form(self, params: object) -> None:
        assert ask(request("condenser_api.get_version", params))["result"] == VERSION

    def test_takes_numbers_as_text(self) -> None:
        assert ask(request("condenser_api.get_block", ["17"]))["result"] == {"num": 17}

    @pytest.mark.parametrize(
        ("params", "code", "error_code"),
        [
            ([], -32003, "rpc.params.count"),
            ([1, 2], -32003, "rpc.params.count"),
            (["x"], -32000, "rpc.params.type"),
            ([1.0], -32000, "rpc.params.type"),
            ([True], -32000, "rpc.params.type"),
            ([None], -32000, "rpc.params.type"),
            ([[1]], -32000, "rpc.params.type"),
            ([-1], -32003, "rpc.params.range"),
            ([1 << 32], -32003, "rpc.params.range"),
            (["9" * 41], -32000, "rpc.params.type"),
            ("1", -32000, "rpc.params.type"),
        ],
    )
    def test_rejects_wrong_positional_arguments(
        self, params: object, code: int, error_code: str
    ) -> None:
        error = refusal("condenser_api.get_block", params)
        assert (error["code"], error["data"]["error_code"]) == (code, error_code)
        assert "result" in ask(request("condenser_api.get_block", [0xFFFFFFFF]))

    @pytest.mark.parametrize(
        ("params", "error_code", "field"),
        [
            ({}, "rpc.params.missing", "accounts"),
            ({"accounts": "alice"}, "rpc.params.type", "accounts"),
            ({"accounts": ["a", 5]}, "rpc.params.type", "accounts[1]"),
            ({"accounts": ["a" * 65]}, "rpc.params.range", "accounts[0]"),
            ({"accounts": ["a\0"]}, "rpc.params.type", "accounts[0]"),
            ({"accounts": ["a"] * 1001}, "rpc.params.range", "accounts"),
            ({"accounts": [], "only_first": "yes"}, "rpc.params.type", "only_first"),
            ({"accounts": [], "order": 1}, "rpc.params.unknown", "order"),
        ],
    )
    def test_rejects_wrong_named_arguments(
        self, params: object, error_code: str, field: str
    ) -> None:
        data = refusal("database_api.find_accounts", params)["data"]
        assert (data["error_code"], data["field"]) == (error_code, field)

    def test_names_the_value_that_was_wrong(self) -> None:
        assert refusal("condenser_api.get_block", [-1])["data"]["value"] == "-1"

    def test_fills_defaults(self) -> None:
        assert ask(request("condenser_api.lookup", ["a"]))["result"] == ["a", 5]
        assert ask(request("condenser_api.lookup", ["a", 2]))["result"] == ["a", 2]
        assert ask(request("database_api.find_accounts", {"accounts": ["a", "b"]}))["result"] == {
            "accounts": ["a", "b"]
        }

    def test_reads_an_argument_called_like_a_keyword(self) -> None:
        assert ask(request("database_api.find_from", {"from": "a"}))["result"] == "a"

    def test_sends_lists_for_other_apis_to_condenser(self) -> None:
        # steem-js asks database_api with lists and means condenser_api.
        assert ask(request("call", ["database_api", "get_block", [3]]))["result"] == {"num": 3}
        # A list for a method that only the other API has fills its arguments in order.
        assert ask(request("database_api.get_globals", []))["result"] == {"id": 0}
        assert ask(request("database_api.find_accounts", [["a"]]))["result"] == {"accounts": ["a"]}

    def test_ignores_what_later_nodes_know(self) -> None:
        params = {"accounts": [], "delayed_votes_active": True}
        assert "result" in ask(request("database_api.find_accounts", params))


class TestErrors:
    def test_carries_what_clients_read(self) -> None:
        error = refusal("database_api.refuse")
        data = error["data"]
        assert error["code"] == -32003
        # dsteem renders stack[0] and lists its data; others show the message alone.
        assert error["message"] == "Assert Exception:no (field=x, value=5)"
        assert (data["code"], data["name"], data["message"]) == (
            10,
            "assert_exception",
            "Assert Exception",
        )
        top = data["stack"][0]
        assert top["format"] == "no"
        assert top["data"] == {"error_code": "rpc.assertion", "field": "x", "value": 5}
        assert set(top["context"]) == {"level", "file", "line", "method", "hostname", "timestamp"}
        assert top["context"]["file"] == "test_jsonrpc.py"

    @pytest.mark.parametrize(
        ("text", "field", "value", "message"),
        [
            ("must be small", "a[0].b", -1, "must be small (field=a[0].b, value=-1)"),
            ("a.b must be a list", "a.b", "x", 'a.b must be a list (value="x")'),
            ("there is no bob", "name", "bob", "there is no bob (field=name)"),
            ("not a name", "to", "", 'not a name (field=to, value="")'),
            ("no", "", b"\x01\xff", "no (value=01ff)"),
            ("no", "x", [1, None, {"a": 2}], 'no (field=x, value=[1,null,{"a":2}])'),
            ("no", "x", Asset(5, STEEM), None),
            ("no", "x", "long" * 100, None),
            ("no", "", None, "no"),
        ],
    )
    def test_the_message_names_field_and_value(self, text, field, value, message) -> None:
        made = error_object(AssertionFailedError(text, field=field, value=value))
        if message is not None:
            assert made["message"] == f"Assert Exception:{message}"
        assert "Asset(" not in made["message"]
        assert "\n" not in made["message"]
        assert len(made["message"]) < 300

    def test_shows_null_where_the_type_was_wrong(self) -> None:
        error = refusal("condenser_api.get_block", [None])
        assert error["message"] == "Bad Cast:block_num must be an integer (value=null)"
        assert error["data"]["stack"][0]["data"]["value"] is None

    @pytest.mark.parametrize(
        ("method", "params"),
        [
            ("x" * 100_000 + ".y", []),
            ("database_api." + "y" * 100_000, []),
            ("x" * 100_000, []),
            ("call", ["x" * 100_000, "y", []]),
            ("call", [["x"] * 100_000, {"y": 1}, []]),
            ("database_api.find_accounts", {"z" * 100_000: 1, "accounts": []}),
            ("database_api.find_accounts", {"accounts": ["z" * 100_000]}),
            ("condenser_api.get_block", ["9" * 100_000]),
        ],
    )
    def test_does_not_send_back_what_is_long(self, method, params) -> None:
        assert len(json.dumps(refusal(method, params))) < 3_000

    @pytest.mark.parametrize(
        ("method", "words"),
        [
            ("nosuch_api.x", "Could not find API nosuch_api"),
            ("condenser_api.nosuch", "Could not find method nosuch"),
        ],
    )
    def test_says_which_name_is_unknown(self, method: str, words: str) -> None:
        error = refusal(method, [])
        assert error["code"] == -32002
        assert words in error["message"]

    def test_hides_own_faults(self, caplog: pytest.LogCaptureFixture) -> None:
        error = refusal("database_api.fail")
        assert error["code"] == -32000
        assert "secret" not in json.dumps(error)
        assert "secret path" in caplog.text

    def test_halts_on_fatal_errors(self) -> None:
        halted: list[Exception] = []
        dispatcher = Dispatcher(
            MethodTable((database,)),
            object(),  # type: ignore[arg-type]
            is_fatal=lambda error: isinstance(error, RuntimeError),
            halt=halted.append,
        )
        body = orjson.dumps(request("database_api.fail"))
        answer = orjson.loads(asyncio.run(dispatcher.answer(body)))
        assert answer["error"]["data"]["error_code"] == "node.stops"
        assert isinstance(halted[0], RuntimeError)


# Where we answer otherwise than the reference, and why.
LENIENT = {
    "no_params": "a method without arguments may be called without params",
    "obj_params": "the same",
    "null_params": "the same",
    "call_db_arr": "a list for database_api is how old clients call condenser_api",
    "big_id": "an id comes back as the number it was",
    "trailing": "text after the request is refused, not ignored",
}
ENVELOPES = [
    case
    for case in VECTORS
    if case["name"] not in LENIENT
    and not any(
        word in json.dumps(case["request"])
        for word in ("block_api", "database_api", "get_content", "get_witness", "get_transaction")
    )
]


class TestReferenceAnswers:
    @pytest.mark.parametrize("case", ENVELOPES, ids=lambda case: str(case["name"]))
    def test_refuses_with_the_reference_code(self, case: dict[str, Any]) -> None:
        self.compare(ask(case["request"]), case["response"])

    def compare(self, ours: Any, reference: Any) -> None:
        if isinstance(reference, list):
            assert len(ours) == len(reference)
            for one, other in zip(ours, reference, strict=True):
                self.compare(one, other)
            return
        assert ours["id"] == reference["id"]
        assert ("error" in ours) == ("error" in reference)
        if "error" in reference:
            assert ours["error"]["code"] == reference["error"]["code"]
            assert ("data" in ours["error"]) == ("data" in reference["error"])


class TestRegistry:
    def test_lists_names_sorted(self) -> None:
        names = MethodTable((database, condenser)).names()
        assert names == sorted(names)
        assert "condenser_api.get_version" in names

    def test_shows_a_signature(self) -> None:
        method = MethodTable((database, condenser)).get("database_api.find_accounts")
        assert method.signature() == {"args": {"accounts": [], "only_first": False}, "ret": None}

    def test_refuses_a_parameter_without_a_declared_type(self) -> None:
        with pytest.raises(TypeError, match="plain"):

            @Api("a").method()
            def bad(node: object, plain: int) -> Json:
                return plain
