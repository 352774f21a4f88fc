"""What the tests of steemd's rows share: how a fact is asked and answered.

Each test in `tests/reference/` is one fact of a steemd test, with its numbers; its docstring names
that test as `steemd: FILE::TEST`.  Where a decision (D-nn) makes us differ, the docstring says so
and the test shows our figure.
"""

from dataclasses import replace
from typing import Any

from protocol.errors import ProtocolError
from protocol.operation import Operation
from protocol.params import DEV_PARAMS, ChainParams

REVISION_W = replace(
    DEV_PARAMS,
    smt_min_hard_cap_steem_units=10_000,
    smt_min_saturation_steem_units=1_000,
    smt_min_soft_cap_steem_units=1_000,
    param_bound_inclusive=True,
)
"""Our parameters with the bounds that steemd had where D-06 and D-17 leave them."""

OK = ""


def verdict(operation: Operation, params: ChainParams = DEV_PARAMS, **changes: Any) -> str:
    """Return `OK`, or the code with which a changed operation refuses itself."""
    try:
        changed = replace(operation, **changes)  # type: ignore[type-var]
        changed.validate(params)
    except ProtocolError as error:
        return error.code
    return OK


def answer(send: Any, *operations: Operation, **options: Any) -> str:
    """Return `OK`, or the code with which the chain refuses operations."""
    try:
        send(*operations, **options)
    except ProtocolError as error:
        return error.code
    return OK


def assert_signed_by(operation: Operation, name: str) -> None:
    """Check that the active authority of `name` signs, and no other."""
    assert operation.required_active() == {name}
    assert operation.required_owner() == frozenset()
    assert operation.required_posting() == frozenset()
    assert operation.required_other() == ()


def assert_refuses_other_keys(stage: Any, operation: Operation, name: str) -> None:
    """Check signatures on a chain: none, the posting key, somebody else's, then the right one."""
    for keys in ((), (stage.actor(name).key("posting"),), (stage.actor("judy").key("active"),)):
        code = answer(stage.push, operation, signers=keys)
        assert code == "transaction.missing_active_authority"
    both = (stage.actor(name).key("active"), stage.actor("judy").key("active"))
    assert answer(stage.push, operation, signers=both) == "transaction.irrelevant_signature"
    assert answer(stage.push, operation, signers=both[:1]) == OK
