"""smt_create: new tokens, resets in setup, relaunches after failure, and what each may cost."""

from dataclasses import replace
from typing import Any

import pytest
from smt_world import (
    BEGIN,
    END,
    LAUNCH,
    PLAIN_POLICY,
    Launchpad,
    fill_pool,
    generation_of,
    jump,
    make_context,
    phase_of,
    sbd,
    sbd_price,
    set_price,
    steem,
    token_of,
    valid_smt_create,
    valid_smt_setup_inflation,
)
from world import ALPHA, BETA, NOW

from protocol.assets import nai_string, smt_symbol, stripped
from protocol.operations.smt_setup import SmtPhaseChanged
from protocol.types import AccountName
from smtchain.evaluator import evaluate
from smtchain.evaluators.smt_creation import (
    NaiNotAvailableError,
    NoPriceFeedError,
    SmtCreationFeeError,
    SmtExistsError,
    SmtInflationPresentError,
    SmtRefundsPendingError,
)
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.ledger.nai_pool import list_available_nais
from smtchain.ledger.smt import SmtControlError, SmtNotFoundError, SmtPhaseError
from smtchain.state.tables.smt import SmtPhase, SmtToken

ALPHA_NAI = nai_string(ALPHA)


@pytest.fixture(autouse=True)
def _pool(world: Any) -> None:
    fill_pool(world, ALPHA)
    world.give("alice", sbd(1_000))


class TestSmtCreateApply:
    def test_creates_a_token_in_setup_with_the_defaults_of_steem(self, world: Any) -> None:
        assert world.apply(valid_smt_create()) == ()
        assert token_of(world) == SmtToken(
            id=0,
            nai=stripped(ALPHA),
            symbol=ALPHA,
            control_account=AccountName("alice"),
            created=NOW,
            phase=SmtPhase.SETUP,
            allow_vesting=True,
            allow_voting=True,
            allow_downvotes=True,
            cashout_window_seconds=604_800,
            reverse_auction_window_seconds=900,
            vote_regeneration_period_seconds=432_000,
            votes_per_regeneration_period=50,
            content_constant=2_000_000_000_000,
            percent_curation_rewards=2_500,
            author_reward_curve=2,
            curation_reward_curve=3,
        )

    def test_sends_the_fee_to_null(self, world: Any) -> None:
        world.apply(valid_smt_create())
        assert world.account("alice").sbd_balance == 0
        assert world.account("null").sbd_balance == 1_000

    def test_takes_any_precision_of_a_pooled_identifier(self, world: Any) -> None:
        symbol = smt_symbol(31415926, 0)
        world.apply(valid_smt_create(symbol=symbol))
        assert token_of(world).symbol == symbol

    def test_lets_one_account_control_several_tokens(self, world: Any) -> None:
        fill_pool(world, ALPHA, BETA)
        world.give("alice", sbd(1_000))
        world.apply(valid_smt_create())
        world.apply(valid_smt_create(symbol=BETA))
        rows = world.state.smt_tokens.scan("by_control_account", "alice")
        assert [row.symbol for row in rows] == [BETA, ALPHA]

    def test_rejects_an_identifier_that_is_not_pooled(self, world: Any) -> None:
        world.refuse(
            valid_smt_create(symbol=BETA),
            NaiNotAvailableError,
            "evaluation.smt.nai_not_available",
            "symbol",
            nai_string(BETA),
        )
        world.apply(valid_smt_create())

    @pytest.mark.parametrize(
        ("precision", "creator"), [(4, "alice"), (3, "alice"), (2, "bob"), (4, "bob")]
    )
    def test_rejects_an_existing_token_even_when_pooled(
        self, world: Any, precision: int, creator: str
    ) -> None:
        """steemd: smt_create_duplicate, and for _differing_decimals and _different_users."""
        world.apply(valid_smt_create())
        fill_pool(world, ALPHA)
        world.give(creator, sbd(1_000))
        world.refuse(
            valid_smt_create(control_account=creator, symbol=smt_symbol(31415926, precision)),
            SmtExistsError,
            "evaluation.smt.exists",
            "symbol",
            ALPHA_NAI,
        )

    def test_rejects_a_fee_the_creator_cannot_pay(self, world: Any) -> None:
        """docs/RULES.md 2.1: fee 1.000 with 0.999 fails, one satoshi more is enough."""
        world.state.accounts.modify(world.account("alice"), sbd_balance=999)
        world.refuse(
            valid_smt_create(),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "smt_creation_fee",
            "1.000 SBD",
        )
        world.state.accounts.modify(world.account("alice"), sbd_balance=1_000)
        world.apply(valid_smt_create())

    @pytest.mark.parametrize("amount", [999, 1_001])
    def test_rejects_another_amount_of_the_fees_own_asset(self, world: Any, amount: int) -> None:
        world.give("alice", sbd(1))
        world.refuse(
            valid_smt_create(smt_creation_fee=sbd(amount)),
            SmtCreationFeeError,
            "evaluation.smt.wrong_creation_fee",
            "smt_creation_fee",
            "0.999 SBD" if amount == 999 else "1.001 SBD",
        )
        world.apply(valid_smt_create())

    def test_rejects_steem_without_a_price(self, world: Any) -> None:
        world.give("alice", steem(1_000))
        world.refuse(
            valid_smt_create(smt_creation_fee=steem(1_000)),
            NoPriceFeedError,
            "evaluation.no_price_feed",
            "smt_creation_fee",
            "1.000 STEEM",
        )
        set_price(world, sbd_price(1_000, 1_000))
        world.apply(valid_smt_create(smt_creation_fee=steem(1_000)))
        assert world.account("null").balance == 1_000


class TestFeeConversion:
    """docs/RULES.md 2.1; which amounts of the other asset are taken, worked out by hand."""

    @pytest.mark.parametrize(
        ("price", "accepted", "refused"),
        [
            ((1_000, 2_000), (2_000, 2_001), (1_999, 2_002)),
            ((1_000, 1_000), (1_000,), (999, 1_001)),
            # 3 SBD per STEEM: 333 are worth 0.999, 334 are worth 1.002.
            ((3_000, 1_000), (334,), (333, 335)),
            # 1 SBD is 3 STEEM: 3000, 3001 and 3002 are all worth 1.000 exactly.
            ((1_000, 3_000), (3_000, 3_001, 3_002), (2_999, 3_003)),
            # One satoshi is worth more than the fee, two more than 64 bits can say.
            ((2**63 - 1, 1), (1,), (2, 1_000_000)),
        ],
    )
    def test_takes_steem_for_a_fee_in_sbd(
        self,
        world: Any,
        price: tuple[int, int],
        accepted: tuple[int, ...],
        refused: tuple[int, ...],
    ) -> None:
        set_price(world, sbd_price(*price))
        world.give("alice", steem(1_000_000))
        for amount in refused:
            operation = valid_smt_create(smt_creation_fee=steem(amount))
            with pytest.raises(SmtCreationFeeError) as caught:
                world.apply(operation)
            assert caught.value.required == sbd(1_000)
        for amount in accepted:
            with world.state.checkpoint():
                world.apply(valid_smt_create(smt_creation_fee=steem(amount)))
                assert world.account("null").balance == amount
                world.state.smt_tokens.remove(token_of(world))
                fill_pool(world, ALPHA)
                world.state.accounts.modify(world.account("null"), balance=0)

    def test_takes_sbd_for_a_fee_in_steem(self, world: Any) -> None:
        """docs/RULES.md 2.1: with 1 SBD = 2 STEEM a fee of 2.000 STEEM is 1.000 SBD, not 0.999."""
        set_price(world, sbd_price(1_000, 2_000))
        world.set_globals(smt_creation_fee=2_000, smt_creation_fee_in_sbd=False)
        world.refuse(
            valid_smt_create(smt_creation_fee=sbd(999)),
            SmtCreationFeeError,
            "evaluation.smt.wrong_creation_fee",
            "smt_creation_fee",
            "0.999 SBD",
        )
        world.apply(valid_smt_create(smt_creation_fee=sbd(1_000)))

    def test_takes_the_fee_in_steem_exactly(self, world: Any) -> None:
        world.set_globals(smt_creation_fee=2_000, smt_creation_fee_in_sbd=False)
        world.give("alice", steem(2_000))
        world.refuse(
            valid_smt_create(smt_creation_fee=steem(1_999)),
            SmtCreationFeeError,
            "evaluation.smt.wrong_creation_fee",
            "smt_creation_fee",
            "1.999 STEEM",
        )
        world.apply(valid_smt_create(smt_creation_fee=steem(2_000)))


class TestReset:
    def reset(self, **changes: Any) -> Any:
        return valid_smt_create(smt_creation_fee=sbd(0), **changes)

    def test_restores_every_default_and_may_change_the_precision(self, world: Any) -> None:
        world.apply(valid_smt_create())
        fresh = token_of(world)
        expected = {name: getattr(fresh, name) for name in SmtToken.__dataclass_fields__}
        world.state.smt_tokens.modify(
            fresh,
            allow_vesting=False,
            allow_voting=False,
            content_constant=7,
            author_reward_curve=0,
            market_maker_reserve_ratio=500,
            last_emission_time=9,
        )
        other = smt_symbol(31415926, 0)
        assert world.apply(self.reset(symbol=other)) == ()
        token = token_of(world)
        assert {name: getattr(token, name) for name in expected} == expected | {
            "id": 1,
            "symbol": other,
        }

    def test_is_free(self, world: Any) -> None:
        world.apply(valid_smt_create())
        world.apply(self.reset())
        assert world.account("alice").sbd_balance == 0
        assert world.account("null").sbd_balance == 1_000

    def test_rejects_a_token_that_does_not_exist(self, world: Any) -> None:
        world.refuse(
            self.reset(), SmtNotFoundError, "evaluation.smt.not_found", "symbol", ALPHA_NAI
        )

    def test_rejects_another_account(self, world: Any) -> None:
        world.apply(valid_smt_create())
        world.refuse(
            self.reset(control_account="bob"),
            SmtControlError,
            "evaluation.smt.not_controller",
            "control_account",
            "bob",
        )
        world.apply(self.reset())

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase != SmtPhase.SETUP])
    def test_rejects_every_phase_but_setup(self, world: Any, phase: SmtPhase) -> None:
        world.add_token(phase=phase)
        world.refuse(
            self.reset(),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            phase.name.lower(),
        )

    def test_needs_the_inflation_schedule_removed_last_first(self, world: Any) -> None:
        """steemd: smt_operation_tests.cpp::smt_create_reset."""
        world.apply(valid_smt_create())
        first = valid_smt_setup_inflation(interval_count=0)
        second = valid_smt_setup_inflation(schedule_time=LAUNCH + 2_000)
        world.apply(first)
        world.apply(second)
        for operation in (second, first):
            world.refuse(
                self.reset(),
                SmtInflationPresentError,
                "evaluation.smt.inflation_present",
                "symbol",
                ALPHA_NAI,
            )
            world.apply(
                valid_smt_setup_inflation(
                    schedule_time=operation.schedule_time,
                    interval_count=operation.interval_count,
                    remove=True,
                )
            )
        world.apply(self.reset())


class TestRelaunch:
    @pytest.fixture
    def failed(self, world: Any) -> Launchpad:
        """A launch that failed with one contribution, which the next block refunds."""
        launchpad = Launchpad(world)
        launchpad.set_up()
        launchpad.reveal(1, 1_000)
        jump(world, BEGIN)
        jump(world, END)
        jump(world, LAUNCH)
        assert phase_of(world) == SmtPhase.LAUNCH_FAILED
        return launchpad

    @pytest.mark.usefixtures("failed")
    def test_starts_again_for_the_full_fee_under_the_same_identifier(self, world: Any) -> None:
        other = smt_symbol(31415926, 2)
        fill_pool(world)
        emitted = world.apply(valid_smt_create(symbol=other))
        assert emitted == (
            SmtPhaseChanged(
                symbol=other, old_phase=SmtPhase.LAUNCH_FAILED, new_phase=SmtPhase.SETUP
            ),
        )
        token = token_of(world)
        assert (token.symbol, token.max_supply, token.id) == (other, 0, 1)
        assert world.account("null").sbd_balance == 1_000

    @pytest.mark.usefixtures("failed")
    def test_can_launch_after_all(self, world: Any) -> None:
        world.apply(valid_smt_create())
        launchpad = Launchpad(world)
        launchpad.configure(
            PLAIN_POLICY,
            generation_begin_time=LAUNCH + 100,
            generation_end_time=LAUNCH + 200,
            announced_launch_time=LAUNCH + 300,
            launch_expiration_time=LAUNCH + 300,
        )
        launchpad.reveal(1, 1_000)
        jump(world, LAUNCH + 100)
        launchpad.contribute("bob", 100)
        jump(world, LAUNCH + 300)
        assert phase_of(world) == SmtPhase.ACTIVE

    @pytest.mark.usefixtures("failed")
    def test_rejects_another_account(self, world: Any) -> None:
        world.give("bob", sbd(1_000))
        world.refuse(
            valid_smt_create(control_account="bob"),
            SmtControlError,
            "evaluation.smt.not_controller",
            "control_account",
            "bob",
        )

    @pytest.mark.usefixtures("failed")
    def test_asks_for_the_fee_again(self, world: Any) -> None:
        world.refuse(
            valid_smt_create(smt_creation_fee=sbd(999)),
            SmtCreationFeeError,
            "evaluation.smt.wrong_creation_fee",
            "smt_creation_fee",
            "0.999 SBD",
        )

    def test_waits_until_everything_is_refunded(self, world: Any) -> None:
        world.ctx.params = world.params = _with_payouts(world, 1)
        launchpad = Launchpad(world)
        launchpad.set_up()
        jump(world, BEGIN)
        launchpad.contribute("bob", 100)
        launchpad.contribute("bob", 100)
        jump(world, LAUNCH + 100)
        assert generation_of(world) is not None
        world.refuse(
            valid_smt_create(),
            SmtRefundsPendingError,
            "evaluation.smt.refunds_pending",
            "symbol",
            ALPHA_NAI,
        )
        jump(world, LAUNCH + 103)
        world.apply(valid_smt_create())


def _with_payouts(world: Any, limit: int) -> Any:
    return replace(world.params, launch_payouts_per_block=limit)


class TestNaiPool:
    """docs/RULES.md 1.5; steemd: smt_nai_pool_removal, smt_nai_pool_count."""

    def test_the_last_entry_takes_the_place_of_the_taken_one(self, world: Any) -> None:
        third = smt_symbol(10_000_000, 0)
        fill_pool(world, ALPHA, BETA, third)
        pending = make_context(world, is_pending=True)
        evaluate(pending, valid_smt_create())
        assert list_available_nais(world.state) == (third, stripped(BETA))

    def test_a_block_refills_from_the_seed_of_its_head(self, world: Any) -> None:
        """Head id of zeros: seeds 0, 1, 2, 3 give the first four identifiers of the table."""
        world.apply(valid_smt_create())
        pool = list_available_nais(world.state)
        assert len(pool) == 10
        assert [nai_string(symbol) for symbol in pool[:4]] == [
            "@@181188044",
            "@@880090920",
            "@@982728226",
            "@@131958147",
        ]

    def test_pending_transactions_drain_the_pool(self, world: Any) -> None:
        symbols = [smt_symbol(10_000_000 + 2 * index, 4) for index in range(10)]
        fill_pool(world, *symbols)
        world.give("alice", sbd(10_000))
        pending = make_context(world, is_pending=True)
        for left, symbol in enumerate(reversed(symbols)):
            assert len(list_available_nais(world.state)) == 10 - left
            evaluate(pending, valid_smt_create(symbol=symbol))
        with pytest.raises(NaiNotAvailableError):
            evaluate(pending, valid_smt_create())

    def test_counters_go_on_within_a_block(self, world: Any) -> None:
        """Seeds 0-9 fill the pool after the first token, seed 10 after the second."""
        world.give("alice", sbd(1_000))
        world.apply(valid_smt_create())
        assert (world.ctx.block.nai_attempts, world.ctx.block.nai_collisions) == (10, 0)
        taken = list_available_nais(world.state)[0]
        world.apply(valid_smt_create(symbol=taken))
        assert (world.ctx.block.nai_attempts, world.ctx.block.nai_collisions) == (11, 0)
        pool = list_available_nais(world.state)
        assert len(pool) == 10
        # tests/vectors of the reference's generator: seed 10 gives @@439870063.
        assert nai_string(pool[9]) == "@@439870063"
        assert taken not in pool
