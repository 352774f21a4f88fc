"""The table of evaluators and the context they work with."""

import pytest
from world import key_of, sbd

from protocol.authority import single_key_authority
from protocol.operations.recovery import ResetAccount
from protocol.operations.savings import Interest
from protocol.operations.transfer import Transfer
from smtchain.evaluator import EVALUATORS, OperationNotSupportedError, evaluates


class TestRegistry:
    def test_every_evaluator_is_listed_under_its_class(self):
        assert EVALUATORS[Transfer].__name__ == "apply_transfer"

    def test_rejects_an_operation_without_rules(self, world):
        world.refuse(
            ResetAccount(
                reset_account="alice",
                account_to_reset="bob",
                new_owner_authority=single_key_authority(key_of("new")),
            ),
            OperationNotSupportedError,
            "evaluation.unsupported",
            "",
            "reset_account",
        )

    def test_refuses_a_second_evaluator(self):
        with pytest.raises(TypeError, match="two evaluators"):
            evaluates(Transfer)(lambda ctx, op: None)

    def test_refuses_an_evaluator_of_a_virtual_operation(self):
        with pytest.raises(TypeError, match="virtual"):
            evaluates(Interest)(lambda ctx, op: None)


class TestContext:
    def test_hands_out_each_virtual_operation_once(self, world):
        world.ctx.emit(Interest("alice", sbd(1)))
        world.ctx.emit_interest("bob", 2)
        world.ctx.emit_interest("bob", 0)
        assert world.ctx.take_emitted() == (Interest("alice", sbd(1)), Interest("bob", sbd(2)))
        assert world.ctx.take_emitted() == ()

    def test_now_is_the_head_blocks_time(self, world):
        world.set_globals(time=77)
        assert world.ctx.now == 77
