"""Whatever is sent to whatever method: an answer or a proper error object, no fault of ours."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtchain.node.rpc import method_table

METHODS = method_table(is_testnet=True).names()

HOSTILE = (
    None,
    True,
    -1,
    1 << 63,
    1 << 64,
    1.5,
    "",
    "alice",
    "\u0000",
    "\ud7ff\uffff" * 20,
    "9" * 100,
    "x" * 5_000,
    "@@000000021",
    [],
    {},
    [[]],
    [None],
    ["alice"],
    [["alice", 1, None]],
    {"nai": "@@000000021", "decimals": 3},
    {"nai": "@@000000000", "decimals": 0},
    {"nai": 5},
    {"operations": [["transfer", {}]], "signatures": ["00" * 65]},
    {"operations": [[2, {"amount": {"amount": "1", "precision": 3, "nai": "@@000000021"}}]]},
    {"operations": [["smt_setup", {"initial_generation_policy": [0, {}]}]]},
)

_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", max_size=8), inner),
    max_leaves=8,
)


def check(answer: dict, method: str) -> None:
    assert ("error" in answer) != ("result" in answer)
    if "result" in answer:
        return
    error = answer["error"]
    assert error["code"] in (-32000, -32002, -32003), (method, error)
    data = error["data"]
    assert data["error_code"] != "rpc.fault", (method, error)
    top = data["stack"][0]
    assert isinstance(top["format"], str)
    assert isinstance(top["data"], dict)
    assert data["name"]
    assert data["message"]
    assert len(json.dumps(error)) < 5_000


def argument_names(rpc, method: str) -> list[str]:
    return [parameter.name for parameter in rpc.node.methods.get(method).parameters]


@pytest.mark.parametrize("method", [name for name in METHODS if "generate" not in name])
def test_hostile_arguments_get_proper_errors(rpc, method) -> None:
    names = argument_names(rpc, method)
    digest = rpc.chain.digest()
    forms = [
        form
        for value in HOSTILE
        for form in (
            value,
            [value],
            [value] * len(names),
            dict.fromkeys(names, value),
            {"no_such_argument": value},
        )
    ]
    batch = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": form} for form in forms]
    for answer in rpc.request(batch):
        check(answer, method)
    assert rpc.chain.digest() == digest
    assert rpc.chain.halted == ""


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(method=st.sampled_from(METHODS), params=_json)
def test_random_arguments_get_proper_errors(rpc, method, params) -> None:
    if "generate" in method and isinstance(params, dict):
        params = {"debug_key": params}
    answer = rpc.request({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    check(answer, method)
    assert rpc.chain.halted == ""


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(request=_json)
def test_random_requests_get_proper_answers(rpc, request) -> None:
    answers = rpc.request(request)
    for answer in answers if isinstance(answers, list) else [answers]:
        assert answer["jsonrpc"] == "2.0"
        assert "error" in answer
