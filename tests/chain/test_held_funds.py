"""The recount finds money that escrows, conversions and delegations hold, and misses none."""

import pytest
from world import sbd, steem

from protocol.assets import VESTS
from protocol.errors import InvariantViolationError
from protocol.operations.escrow import EscrowTransfer
from protocol.operations.market import Convert
from smtchain.chain.invariants import recount
from smtchain.state.tables.delegation import VestingDelegation


@pytest.fixture
def held(chain):
    """A chain with one escrow of both assets and one conversion."""
    chain.send(
        EscrowTransfer(
            "alice",
            "bob",
            sbd(40),
            steem(60),
            7,
            "judy",
            sbd(5),
            "",
            chain.now + 100,
            chain.now + 200,
        )
    )
    chain.send(Convert("alice", 3, sbd(400)))
    recount(chain.state, chain.params)
    return chain


def violated(stage, rule):
    with pytest.raises(InvariantViolationError, match=f"^invariant {rule}: "):
        recount(stage.state, stage.params)


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"steem_balance": 61}, 7),
        ({"sbd_balance": 39}, 8),
        ({"pending_fee": sbd(6)}, 8),
        ({"pending_fee": steem(5)}, 7),
        ({"steem_balance": -1}, 5),
        ({"is_approved": True}, 20),
        ({"to_approved": True, "agent_approved": True}, 20),
    ],
)
def test_an_escrow_is_recounted(held, columns, rule):
    held.state.escrows.modify(held.state.escrows.get("alice", 7), **columns)
    violated(held, rule)


@pytest.mark.parametrize(("amount", "rule"), [(401, 8), (0, 20)])
def test_a_conversion_is_recounted(held, amount, rule):
    request = held.state.convert_requests.get("alice", 3)
    held.state.convert_requests.modify(request, amount=amount)
    violated(held, rule)


def test_a_delegation_is_recounted(held):
    held.state.vesting_delegations.insert(VestingDelegation(0, "alice", "bob", VESTS, 1, 0))
    violated(held, 10)
