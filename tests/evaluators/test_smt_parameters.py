"""smt_set_setup_parameters and smt_set_runtime_parameters."""

from typing import Any

import pytest
from smt_world import token_of
from world import ALPHA, BETA

from protocol.assets import nai_string, smt_symbol
from protocol.operations.smt_parameters import (
    CurveId,
    SmtParamAllowDownvotes,
    SmtParamAllowVesting,
    SmtParamAllowVoting,
    SmtParamMarketMaker,
    SmtParamMarketMakerTakerMode,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from smtchain.ledger.smt import (
    SmtControlError,
    SmtNotFoundError,
    SmtPhaseError,
    SmtPrecisionError,
)
from smtchain.state.tables.smt import SmtPhase

DAY = 86_400


def valid_setup_parameters(**changes: Any) -> SmtSetSetupParameters:
    given: dict[str, Any] = {
        "control_account": "alice",
        "symbol": ALPHA,
        "setup_parameters": (SmtParamAllowVesting(False),),
    }
    return SmtSetSetupParameters(**(given | changes))


def valid_runtime_parameters(**changes: Any) -> SmtSetRuntimeParameters:
    given: dict[str, Any] = {
        "control_account": "alice",
        "symbol": ALPHA,
        "runtime_parameters": (SmtParamAllowDownvotes(False),),
    }
    return SmtSetRuntimeParameters(**(given | changes))


OTHER_TOKENS = pytest.mark.parametrize(
    ("changes", "error", "code", "field", "value"),
    [
        (
            {"symbol": BETA},
            SmtNotFoundError,
            "evaluation.smt.not_found",
            "symbol",
            nai_string(BETA),
        ),
        (
            {"symbol": smt_symbol(31415926, 3)},
            SmtPrecisionError,
            "evaluation.smt.wrong_precision",
            "symbol",
            3,
        ),
        (
            {"control_account": "bob"},
            SmtControlError,
            "evaluation.smt.not_controller",
            "control_account",
            "bob",
        ),
    ],
)


class TestSmtSetSetupParametersApply:
    @pytest.fixture(autouse=True)
    def _token(self, world: Any) -> None:
        world.add_token(phase=SmtPhase.SETUP)

    def test_toggles_vesting_and_voting(self, world: Any) -> None:
        for value in (False, True):
            world.apply(
                valid_setup_parameters(
                    setup_parameters=(SmtParamAllowVesting(value), SmtParamAllowVoting(not value))
                )
            )
            token = token_of(world)
            assert (token.allow_vesting, token.allow_voting) == (value, not value)

    def test_leaves_what_is_not_named(self, world: Any) -> None:
        world.apply(valid_setup_parameters())
        token = token_of(world)
        assert (token.allow_vesting, token.allow_voting) == (False, True)
        assert token.market_maker_reserve_ratio == 0

    def test_stores_the_market_maker(self, world: Any) -> None:
        parameter = SmtParamMarketMaker(
            reserve_ratio=2_500,
            final_reserve_ratio=1_000,
            decay_begin=1_600_000_000,
            decay_seconds=DAY,
            pay_later_emission=True,
        )
        world.apply(valid_setup_parameters(setup_parameters=(parameter,)))
        token = token_of(world)
        assert (
            token.market_maker_reserve_ratio,
            token.market_maker_final_reserve_ratio,
            token.market_maker_decay_begin,
            token.market_maker_decay_seconds,
            token.market_maker_pay_later_emission,
        ) == (2_500, 1_000, 1_600_000_000, DAY, True)

    @OTHER_TOKENS
    def test_rejects_what_is_not_the_callers_token(  # noqa: PLR0917 - one row of the table
        self, world: Any, changes: Any, error: Any, code: str, field: str, value: Any
    ) -> None:
        world.refuse(valid_setup_parameters(**changes), error, code, field, value)
        world.apply(valid_setup_parameters())

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase != SmtPhase.SETUP])
    def test_rejects_every_phase_but_setup(self, world: Any, phase: SmtPhase) -> None:
        world.state.smt_tokens.modify(token_of(world), phase=int(phase))
        world.refuse(
            valid_setup_parameters(),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            phase.name.lower(),
        )


class TestSmtSetRuntimeParametersApply:
    @pytest.fixture(autouse=True)
    def _token(self, world: Any) -> None:
        world.add_token(phase=SmtPhase.SETUP)

    def test_stores_the_values_of_the_reference_test(self, world: Any) -> None:
        """steemd: smt_operation_tests.cpp::smt_set_runtime_parameters_apply."""
        world.apply(
            valid_runtime_parameters(
                runtime_parameters=(
                    SmtParamWindowsV1(4 * DAY, 300),
                    SmtParamVoteRegenerationPeriodSecondsV1(6 * DAY, 600),
                    SmtParamRewardsV1(
                        content_constant=1_000_000_000_000,
                        percent_curation_rewards=1_500,
                        percent_content_rewards=8_500,
                        author_reward_curve=CurveId.quadratic,
                        curation_reward_curve=CurveId.linear,
                    ),
                    SmtParamAllowDownvotes(False),
                    SmtParamMarketMakerTakerMode(True),
                )
            )
        )
        token = token_of(world)
        assert (token.cashout_window_seconds, token.reverse_auction_window_seconds) == (
            345_600,
            300,
        )
        assert token.vote_regeneration_period_seconds == 518_400
        assert token.votes_per_regeneration_period == 600
        assert token.content_constant == 1_000_000_000_000
        assert (token.percent_curation_rewards, token.percent_content_rewards) == (1_500, 8_500)
        assert (token.author_reward_curve, token.curation_reward_curve) == (0, 2)
        assert not token.allow_downvotes
        assert token.market_maker_taker_mode

    def test_leaves_what_is_not_named(self, world: Any) -> None:
        world.apply(valid_runtime_parameters())
        token = token_of(world)
        assert not token.allow_downvotes
        assert token.cashout_window_seconds == 604_800
        assert token.content_constant == 2_000_000_000_000
        assert not token.market_maker_taker_mode

    @pytest.mark.parametrize("phase", list(SmtPhase))
    def test_works_in_every_phase(self, world: Any, phase: SmtPhase) -> None:
        """D-07: also after launch, unlike steemd."""
        world.state.smt_tokens.modify(token_of(world), phase=int(phase))
        world.apply(valid_runtime_parameters())
        assert not token_of(world).allow_downvotes

    @OTHER_TOKENS
    def test_rejects_what_is_not_the_callers_token(  # noqa: PLR0917 - one row of the table
        self, world: Any, changes: Any, error: Any, code: str, field: str, value: Any
    ) -> None:
        world.refuse(valid_runtime_parameters(**changes), error, code, field, value)
        world.apply(valid_runtime_parameters())
