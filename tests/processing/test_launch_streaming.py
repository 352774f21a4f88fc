"""Payouts and refunds over several blocks: order, bounds, and what may happen in between."""

from dataclasses import replace
from typing import Any

import pytest
from smt_world import (
    BEGIN,
    LAUNCH,
    PLAIN_POLICY,
    Launchpad,
    commitment,
    generation_of,
    inflation_unit,
    jump,
    make_policy,
    phase_of,
    steem_of,
    token_of,
    tokens_of,
    valid_smt_setup_inflation,
)
from world import ALPHA

from protocol.assets import Asset, stripped
from protocol.errors import InvariantViolationError
from protocol.operations.smt_contribution import (
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefunded,
)
from protocol.operations.transfer import Transfer
from protocol.types import AccountName
from smtchain.ledger.smt import SmtPhaseError
from smtchain.state.tables.smt import SmtPhase

CONTRIBUTIONS = [("anna", 100), ("bert", 200), ("cora", 300), ("anna", 50), ("dirk", 10)]


@pytest.fixture(autouse=True)
def _people(world: Any) -> None:
    for name in ("anna", "bert", "cora", "dirk"):
        world.add_account(name)


@pytest.fixture
def launchpad(world: Any) -> Launchpad:
    return Launchpad(world)


def tokens(amount: int) -> Asset:
    return Asset(amount, ALPHA)


class TestStreaming:
    """Two contributions per block."""

    @pytest.fixture(autouse=True)
    def _slow(self, world: Any) -> None:
        world.params = replace(world.params, launch_payouts_per_block=2)
        world.ctx.params = world.params

    def test_pays_in_order_over_several_blocks(self, world: Any, launchpad: Launchpad) -> None:
        launchpad.run(PLAIN_POLICY, CONTRIBUTIONS, 1, 1_000)
        # 0.010 STEEM buy 2 satoshis for the contributor; R = 1 because both ratios are 1.
        assert (tokens_of(world, "anna"), tokens_of(world, "bert"), tokens_of(world, "cora")) == (
            20,
            40,
            0,
        )
        assert phase_of(world) == SmtPhase.LAUNCHING
        assert token_of(world).current_supply == 60
        emitted = jump(world, LAUNCH + 3)
        assert [type(each) for each in emitted] == [SmtContributorPayout, SmtContributorPayout]
        assert (tokens_of(world, "anna"), tokens_of(world, "cora")) == (30, 60)
        assert phase_of(world) == SmtPhase.LAUNCHING
        emitted = jump(world, LAUNCH + 6)
        assert isinstance(emitted[0], SmtContributorPayout)
        assert isinstance(emitted[1], SmtFounderPayout)
        assert phase_of(world) == SmtPhase.ACTIVE
        assert steem_of(world, "bob") == 660
        assert tokens_of(world, "bob") == 66
        assert token_of(world).current_supply == 198

    def test_tokens_do_not_move_until_all_are_paid(self, world: Any, launchpad: Launchpad) -> None:
        launchpad.run(PLAIN_POLICY, CONTRIBUTIONS, 1, 1_000)
        payment = Transfer(AccountName("anna"), AccountName("bert"), amount=tokens(1), memo="")
        world.refuse(payment, SmtPhaseError, "evaluation.smt.wrong_phase", "amount", "launching")
        jump(world, LAUNCH + 3)
        jump(world, LAUNCH + 6)
        world.apply(payment)
        assert tokens_of(world, "bert") == 41

    def test_completes_in_the_block_that_pays_the_last(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        launchpad.run(PLAIN_POLICY, CONTRIBUTIONS[:4], 1, 1_000)
        jump(world, LAUNCH + 3)
        assert phase_of(world) == SmtPhase.ACTIVE

    def test_gives_the_same_result_as_one_block(self, world: Any, launchpad: Launchpad) -> None:
        """Hard and soft cap cut the same contributions wherever a block ends."""
        policy = make_policy(
            pre_steem={"bob": 10},
            pre_token={"$from": 7},
            post_steem={"bob": 10},
            post_token={"$from": 3},
            hard_cap=60,
            soft_cap_percent=5_000,
            ratios=(2, 2),
        )
        emitted = list(launchpad.run(policy, CONTRIBUTIONS, 1, 60))
        emitted += jump(world, LAUNCH + 3)
        generation = generation_of(world)
        assert generation is not None
        assert (generation.processed_units, generation.processed_pre_units) == (60, 30)
        assert (generation.refunded, generation.contribution_count) == (50, 1)
        emitted += jump(world, LAUNCH + 6)
        payouts = [each for each in emitted if isinstance(each, SmtContributorPayout)]
        # By hand: units 10 20 30 5 1, hard cap 60, S = 30, so half of each accepted unit is pre.
        assert [each.accepted_units for each in payouts] == [10, 20, 30, 0, 0]
        assert [each.refund.amount for each in payouts] == [0, 0, 0, 50, 10]
        assert [each.payouts for each in payouts[:3]] == [
            (tokens(100),),
            (tokens(200),),
            (tokens(300),),
        ]
        assert phase_of(world) == SmtPhase.ACTIVE

    def test_refunds_in_order_over_several_blocks(self, world: Any, launchpad: Launchpad) -> None:
        policy = replace(PLAIN_POLICY, min_steem_units_commitment=commitment(1_000))
        emitted = launchpad.run(policy, CONTRIBUTIONS, 1_000, 1_000)
        assert [each.amount.amount for each in emitted if isinstance(each, SmtRefunded)] == [
            100,
            200,
        ]
        generation = generation_of(world)
        assert generation is not None
        assert (generation.contributed, generation.contribution_count) == (360, 3)
        emitted = jump(world, LAUNCH + 3)
        assert [each.amount.amount for each in emitted if isinstance(each, SmtRefunded)] == [
            300,
            50,
        ]
        jump(world, LAUNCH + 6)
        assert generation_of(world) is None
        assert [steem_of(world, name) for name in ("anna", "bert", "cora", "dirk")] == [
            150,
            200,
            300,
            10,
        ]

    def test_a_failed_contribution_can_be_claimed_before_its_turn(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        """D-20: the refund operation also works while automatic refunds stream."""
        policy = replace(PLAIN_POLICY, min_steem_units_commitment=commitment(1_000))
        launchpad.run(policy, CONTRIBUTIONS, 1_000, 1_000)
        for name, amount, contribution_id in (("cora", 300, 0), ("anna", 50, 1), ("dirk", 10, 0)):
            launchpad.refund(name, amount, contribution_id)
        assert generation_of(world) is not None
        assert jump(world, LAUNCH + 3) == ()
        assert generation_of(world) is None

    def test_a_failed_tokens_inflation_is_forgotten_within_the_bound(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        world.add_token(ALPHA, phase=SmtPhase.SETUP, market_maker_reserve_ratio=500)
        for index in range(3):
            world.apply(
                valid_smt_setup_inflation(
                    schedule_time=LAUNCH + 1_000 + index,
                    interval_count=0,
                    inflation_unit=inflation_unit({"$market_maker": 1}),
                )
            )
        launchpad.configure(replace(PLAIN_POLICY, min_steem_units_commitment=commitment(1_000)))
        launchpad.reveal(1_000, 1_000)
        jump(world, BEGIN)
        launchpad.contribute("anna", 10)
        jump(world, LAUNCH)
        entries = world.state.smt_inflation
        # One refund and one entry; two entries are left.
        assert steem_of(world, "anna") == 10
        assert len(list(entries.scan("", stripped(ALPHA)))) == 2
        assert token_of(world).market_maker_inflation_entries == 2
        assert generation_of(world) is not None
        jump(world, LAUNCH + 3)
        assert entries.first("", stripped(ALPHA)) is None
        assert token_of(world).market_maker_inflation_entries == 0
        assert generation_of(world) is None

    def test_a_satoshi_nobody_accounts_for_halts_the_chain(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        launchpad.run(PLAIN_POLICY, CONTRIBUTIONS[:4], 1, 1_000)
        generation = generation_of(world)
        assert generation is not None
        world.state.smt_generations.modify(generation, contributed=generation.contributed + 1)
        with pytest.raises(InvariantViolationError):
            jump(world, LAUNCH + 3)
