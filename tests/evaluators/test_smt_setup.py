"""smt_setup: what it stores and schedules, and what it refuses."""

from dataclasses import replace
from typing import Any

import pytest
from smt_world import (
    BEGIN,
    END,
    EXPIRY,
    LAUNCH,
    PLAIN_POLICY,
    Routes,
    inflation_unit,
    make_policy,
    token_of,
    valid_smt_setup,
    valid_smt_setup_inflation,
)
from world import ALPHA, BETA, NOW

from protocol.assets import Asset, nai_string, smt_symbol, stripped
from protocol.operations.smt_setup import SmtPhaseChanged
from smtchain.evaluators.smt_setup import (
    GenerationInPastError,
    InflationBeforeLaunchError,
    NoMarketMakerError,
    VestingTargetError,
)
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.smt import SmtControlError, SmtNotFoundError, SmtPhaseError
from smtchain.state.tables.smt import SmtEventKind, SmtGeneration, SmtPhase

ALPHA_NAI = nai_string(ALPHA)


@pytest.fixture(autouse=True)
def _token(world: Any) -> None:
    world.add_token(phase=SmtPhase.SETUP)
    world.state.smt_tokens.modify(token_of(world), max_supply=0)


def policy_with(**maps: Routes) -> Any:
    """A policy with a soft cap of half the hard cap and these unit maps changed."""
    given: dict[str, Routes] = {
        "pre_steem": {"bob": 10},
        "pre_token": {"bob": 1},
        "post_steem": {"bob": 10},
        "post_token": {"bob": 1},
    }
    return make_policy(**(given | maps), soft_cap_percent=5_000)  # type: ignore[arg-type]


class TestSmtSetupApply:
    def test_stores_the_descriptor_with_hidden_caps(self, world: Any) -> None:
        world.apply(valid_smt_setup(max_supply=5_000))
        token = token_of(world)
        assert (token.phase, token.max_supply) == (SmtPhase.SETUP_COMPLETED, 5_000)
        assert world.state.smt_generations.get(token.nai) == SmtGeneration(
            nai=stripped(ALPHA),
            policy=PLAIN_POLICY,
            generation_begin_time=BEGIN,
            generation_end_time=END,
            announced_launch_time=LAUNCH,
            launch_expiration_time=EXPIRY,
            min_steem_units=-1,
            hard_cap_steem_units=-1,
        )

    def test_schedules_all_four_thresholds(self, world: Any) -> None:
        world.apply(valid_smt_setup())
        assert [(event.time, event.kind) for event in world.state.smt_events.scan()] == [
            (BEGIN, SmtEventKind.BEGIN),
            (END, SmtEventKind.END),
            (LAUNCH, SmtEventKind.LAUNCH),
            (EXPIRY, SmtEventKind.EXPIRE),
        ]

    def test_reports_the_phase(self, world: Any) -> None:
        assert world.apply(valid_smt_setup()) == (
            SmtPhaseChanged(symbol=ALPHA, old_phase=0, new_phase=1),
        )

    def test_overrides_the_precision(self, world: Any) -> None:
        """Whitepaper: the precision of smt_setup is authoritative; inflation keeps its satoshis."""
        world.apply(valid_smt_setup_inflation(lep_abs_amount=Asset(77, ALPHA)))
        other = smt_symbol(31415926, 2)
        world.apply(valid_smt_setup(symbol=other, decimal_places=2))
        assert token_of(world).symbol == other
        assert world.state.smt_inflation.first().lep_abs_amount == 77

    def test_rejects_an_unknown_token(self, world: Any) -> None:
        world.refuse(
            valid_smt_setup(symbol=BETA),
            SmtNotFoundError,
            "evaluation.smt.not_found",
            "symbol",
            nai_string(BETA),
        )

    def test_rejects_another_account_and_keeps_the_controller(self, world: Any) -> None:
        """steemd hands the token to whoever sends the operation (docs/DIVERGENCES.md)."""
        world.refuse(
            valid_smt_setup(control_account="bob"),
            SmtControlError,
            "evaluation.smt.not_controller",
            "control_account",
            "bob",
        )
        world.apply(valid_smt_setup())
        assert token_of(world).control_account == "alice"

    def test_rejects_a_second_setup(self, world: Any) -> None:
        world.apply(valid_smt_setup())
        world.refuse(
            valid_smt_setup(),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            "setup_completed",
        )

    def test_rejects_a_beginning_before_head_time_and_takes_head_time(self, world: Any) -> None:
        world.refuse(
            valid_smt_setup(generation_begin_time=NOW - 1),
            GenerationInPastError,
            "evaluation.smt.generation_in_past",
            "generation_begin_time",
            NOW - 1,
        )
        world.apply(valid_smt_setup(generation_begin_time=NOW))


class TestInflationChecks:
    def test_rejects_inflation_before_the_launch(self, world: Any) -> None:
        """D-11: at the announced launch is early enough, one second before is not."""
        world.apply(valid_smt_setup_inflation(schedule_time=LAUNCH))
        world.refuse(
            valid_smt_setup(announced_launch_time=LAUNCH + 1),
            InflationBeforeLaunchError,
            "evaluation.smt.inflation_before_launch",
            "announced_launch_time",
            LAUNCH + 1,
        )
        world.apply(valid_smt_setup())

    def test_rejects_inflation_for_a_missing_market_maker(self, world: Any) -> None:
        world.apply(valid_smt_setup_inflation())
        unit = inflation_unit({"$market_maker": 1, "$rewards": 1})
        world.apply(
            valid_smt_setup_inflation(
                schedule_time=LAUNCH + 90_000, interval_count=0, inflation_unit=unit
            )
        )
        world.refuse(
            valid_smt_setup(),
            NoMarketMakerError,
            "evaluation.smt.no_market_maker",
            "symbol",
            ALPHA_NAI,
        )
        world.state.smt_tokens.modify(token_of(world), market_maker_reserve_ratio=500)
        world.apply(valid_smt_setup())

    def test_removed_inflation_needs_no_market_maker(self, world: Any) -> None:
        entry = valid_smt_setup_inflation(inflation_unit=inflation_unit({"$market_maker": 1}))
        world.apply(entry)
        world.apply(replace(entry, remove=True))
        world.apply(valid_smt_setup())
        assert token_of(world).phase == SmtPhase.SETUP_COMPLETED

    def test_a_long_schedule_costs_nothing(self, world: Any) -> None:
        """A refused setup is free: it must not pay to have made the schedule long before."""
        for index in range(30):
            world.apply(
                valid_smt_setup_inflation(
                    schedule_time=LAUNCH + 1_000 + index,
                    interval_count=0,
                    inflation_unit=inflation_unit({"$market_maker" if index == 29 else "bob": 1}),
                )
            )
        before = world.state.smt_inflation.steps
        with pytest.raises(NoMarketMakerError):
            world.apply(valid_smt_setup())
        assert world.state.smt_inflation.steps - before == 1


class TestUnitChecks:
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("pre_steem", "pre_soft_cap_unit.steem_unit[1]"),
            ("pre_token", "pre_soft_cap_unit.token_unit[1]"),
            ("post_steem", "post_soft_cap_unit.steem_unit[1]"),
            ("post_token", "post_soft_cap_unit.token_unit[1]"),
        ],
    )
    def test_rejects_accounts_that_do_not_exist(self, world: Any, name: str, path: str) -> None:
        maps = {name: {"bob": 9, "nobody": 1}}
        world.refuse(
            valid_smt_setup(initial_generation_policy=policy_with(**maps)),
            AccountNotFoundError,
            "evaluation.account.not_found",
            f"initial_generation_policy.{path}",
            "nobody",
        )
        world.apply(valid_smt_setup(initial_generation_policy=policy_with()))

    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("pre_steem", "pre_soft_cap_unit.steem_unit[0]"),
            ("pre_token", "pre_soft_cap_unit.token_unit[0]"),
            ("post_steem", "post_soft_cap_unit.steem_unit[0]"),
            ("post_token", "post_soft_cap_unit.token_unit[0]"),
        ],
    )
    def test_rejects_a_market_maker_that_does_not_exist(
        self, world: Any, name: str, path: str
    ) -> None:
        operation = valid_smt_setup(
            initial_generation_policy=policy_with(**{name: {"$market_maker": 4, "bob": 6}})
        )
        world.refuse(
            operation,
            NoMarketMakerError,
            "evaluation.smt.no_market_maker",
            f"initial_generation_policy.{path}",
            "$market_maker",
        )
        world.state.smt_tokens.modify(token_of(world), market_maker_reserve_ratio=500)
        world.apply(operation)

    @pytest.mark.parametrize("name", ["pre_token", "post_token"])
    def test_rejects_vesting_tokens_of_a_token_without_vesting(self, world: Any, name: str) -> None:
        operation = valid_smt_setup(
            initial_generation_policy=policy_with(**{name: {"$from.vesting": 1}})
        )
        world.state.smt_tokens.modify(token_of(world), allow_vesting=False)
        world.refuse(
            operation,
            VestingTargetError,
            "evaluation.smt.vesting_target",
            f"initial_generation_policy.{name.removesuffix('_token')}_soft_cap_unit.token_unit[0]",
            "$from.vesting",
        )
        world.state.smt_tokens.modify(token_of(world), allow_vesting=True)
        world.apply(operation)

    def test_takes_every_special_target(self, world: Any) -> None:
        world.state.smt_tokens.modify(token_of(world), market_maker_reserve_ratio=500)
        steem = {"$from": 1, "$from.vesting": 2, "$market_maker": 3, "null": 4}
        tokens = steem | {"$rewards": 5, "$vesting": 6}
        world.apply(
            valid_smt_setup(
                initial_generation_policy=policy_with(
                    pre_steem=steem, pre_token=tokens, post_steem=steem, post_token=tokens
                )
            )
        )
        assert token_of(world).phase == SmtPhase.SETUP_COMPLETED
