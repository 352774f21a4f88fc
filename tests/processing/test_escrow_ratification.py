"""Escrows without both approvals end at their deadline; figures by hand."""

import pytest
from world import NOW, sbd, steem

from protocol.operations.savings import Interest
from smtchain.processing.escrow import process_escrow_ratification
from smtchain.state.tables.escrow import Escrow

YEAR = 31_536_000


def put(world, escrow_id, deadline, **columns):
    table = world.state.escrows
    given = {
        "from_account": "alice",
        "to": "bob",
        "agent": "initminer",
        "escrow_expiration": NOW + 1_000,
        "sbd_balance": 40,
        "steem_balance": 60,
        "pending_fee": sbd(5),
    }
    table.insert(
        Escrow(
            id=table.next_id(),
            escrow_id=escrow_id,
            ratification_deadline=deadline,
            **(given | columns),
        )
    )


def run(world):
    process_escrow_ratification(world.ctx)
    return world.ctx.take_emitted()


def left(world):
    return [escrow.escrow_id for escrow in world.state.escrows.scan()]


class TestEscrowRatification:
    @pytest.mark.parametrize(("deadline", "is_over"), [(NOW, True), (NOW + 1, False)])
    def test_gives_amounts_and_fee_back_at_the_deadline(self, world, deadline, is_over):
        put(world, 1, deadline)
        assert run(world) == ()
        alice = world.account("alice")
        assert (alice.balance, alice.sbd_balance) == ((60, 45) if is_over else (0, 0))
        assert left(world) == ([] if is_over else [1])

    def test_fee_in_steem_goes_back_as_steem(self, world):
        put(world, 1, NOW, pending_fee=steem(5))
        run(world)
        alice = world.account("alice")
        assert (alice.balance, alice.sbd_balance) == (65, 40)

    @pytest.mark.parametrize("role", ["to_approved", "agent_approved"])
    def test_one_approval_is_not_enough(self, world, role):
        put(world, 1, NOW, **{role: True})
        run(world)
        assert left(world) == []

    def test_approved_ones_stay(self, world):
        both = {"to_approved": True, "agent_approved": True, "is_approved": True}
        put(world, 1, NOW - 1, **both)
        put(world, 2, NOW)
        run(world)
        assert left(world) == [1]

    def test_only_what_is_due_is_looked_at(self, world):
        for number in range(20):
            put(world, number, NOW + 1 + number)
        put(world, 20, NOW)
        before = world.state.escrows.steps
        run(world)
        assert world.state.escrows.steps - before <= 3
        assert left(world) == list(range(20))

    def test_reports_interest_that_falls_due_by_the_way(self, world):
        # 1.000 SBD for a year at 10 % gives 0.100.
        world.give("alice", sbd(1_000))
        put(world, 1, NOW)
        world.set_globals(sbd_interest_rate=1_000, time=NOW + YEAR)
        assert run(world) == (Interest(owner="alice", interest=sbd(100)),)
        assert world.account("alice").sbd_balance == 1_000 + 100 + 45
