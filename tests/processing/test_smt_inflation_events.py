"""Inflation events: amounts, targets, order, the maximum supply, catching up."""

from typing import Any

import pytest
from smt_world import (
    BEGIN,
    EXPIRY,
    LAUNCH,
    PLAIN_POLICY,
    SIX_HOURS,
    Launchpad,
    Routes,
    inflation_unit,
    jump,
    phase_of,
    token_of,
    tokens_of,
    valid_smt_setup_inflation,
)
from world import ALPHA, NOW

from protocol.assets import Asset, stripped
from protocol.operation import Operation
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.types import AccountName
from smtchain.processing.inflation import schedule_first_emission
from smtchain.state.tables.smt import SmtPhase

FIRST = NOW + 1_000
FOREVER = 0xFFFFFFFF
DAY = 86_400


def tokens(amount: int) -> Asset:
    return Asset(amount, ALPHA)


def activate(
    world: Any, *entries: dict[str, Any], supply: int = 1_000_000, max_supply: int = 10**15
) -> None:
    """Make ALPHA an active token of which alice holds the supply, with this schedule."""
    token = world.add_token(phase=SmtPhase.SETUP)
    for entry in entries:
        world.apply(valid_smt_setup_inflation(**entry))
    world.state.smt_tokens.modify(token, phase=int(SmtPhase.ACTIVE), max_supply=max_supply)
    world.give(AccountName("alice"), tokens(supply))
    schedule_first_emission(world.ctx, token.nai)


def entry(
    weights: Routes, amount: int, *, start: int = FIRST, count: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "schedule_time": start,
        "inflation_unit": inflation_unit(weights),
        "interval_count": count,
        "lep_abs_amount": tokens(amount),
        "rep_abs_amount": tokens(amount),
    } | more


def times_of(emitted: tuple[Operation, ...]) -> list[int]:
    return [each.event_time for each in emitted if isinstance(each, SmtInflationEmitted)]


class TestTargets:
    def test_pays_every_kind_of_target_and_reports_it(self, world: Any) -> None:
        weights = {"$market_maker": 1, "$rewards": 2, "$vesting": 3, "bob": 4}
        activate(world, entry(weights, 1_005))
        assert jump(world, FIRST) == (
            SmtInflationEmitted(
                symbol=ALPHA,
                event_time=FIRST,
                emitted=(
                    (AccountName("$market_maker"), tokens(100)),
                    (AccountName("$rewards"), tokens(200)),
                    (AccountName("$vesting"), tokens(300)),
                    (AccountName("bob"), tokens(400)),
                ),
            ),
        )
        token = token_of(world)
        assert token.market_maker_tokens == 100
        assert token.reward_balance == 200
        assert (token.total_vesting_fund_smt, token.total_vesting_shares) == (300, 0)
        assert tokens_of(world, "bob") == 400
        assert token.current_supply == 1_001_000
        assert token.last_emission_time == FIRST

    def test_what_null_gets_never_exists(self, world: Any) -> None:
        activate(world, entry({"bob": 1, "null": 9}, 1_000))
        jump(world, FIRST)
        assert tokens_of(world, "bob") == 100
        assert token_of(world).current_supply == 1_000_100
        assert world.holding("null", ALPHA) is None

    def test_case_a_prints_whole_units(self, world: Any) -> None:
        """docs/RULES.md 7.8 A."""
        activate(world, entry({"$rewards": 2, "$vesting": 1}, 1_000_003), supply=15_000_000_000)
        jump(world, FIRST)
        token = token_of(world)
        assert (token.reward_balance, token.total_vesting_fund_smt) == (666_668, 333_334)
        assert token.current_supply == 15_001_000_002


class TestAmounts:
    def test_takes_the_larger_of_absolute_and_relative(self, world: Any) -> None:
        """docs/RULES.md 7.8 E at its left end: 10^12 * 1000 / 2^20, in units of 7."""
        activate(
            world,
            entry(
                {"alice": 3, "bob": 4},
                1_000,
                lep_rel_amount_numerator=1_000,
                rep_rel_amount_numerator=1_000,
                rel_amount_denom_bits=20,
            ),
            supply=10**12,
        )
        jump(world, FIRST)
        assert tokens_of(world, "bob") == 544_956_752
        assert tokens_of(world, "alice") == 10**12 + 408_717_564

    def test_interpolates_at_the_nominal_time(self, world: Any) -> None:
        """By hand: 1000 to 2000 over four intervals; the blocks that run the events are late."""
        activate(
            world,
            entry(
                {"bob": 1},
                1_000,
                count=4,
                rep_abs_amount=tokens(2_000),
                lep_time=FIRST,
                rep_time=FIRST + 4 * SIX_HOURS,
            ),
        )
        held = []
        for index in range(5):
            jump(world, FIRST + index * SIX_HOURS + 77)
            held.append(tokens_of(world, "bob"))
        assert held == [1_000, 2_250, 3_750, 5_500, 7_500]

    def test_case_c_stops_at_the_maximum_supply(self, world: Any) -> None:
        """docs/RULES.md 7.8 C: four equal targets get 23 015 718 each, the rest is no unit."""
        weights = {"$market_maker": 1, "$rewards": 1, "$vesting": 1, "bob": 1}
        activate(
            world,
            entry(weights, 100_000_000, count=1),
            supply=22_307_937_127,
            max_supply=22_400_000_000,
        )
        jump(world, FIRST)
        token = token_of(world)
        assert token.current_supply == 22_399_999_999
        assert (token.reward_balance, tokens_of(world, "bob")) == (23_015_718, 23_015_718)
        emitted = jump(world, FIRST + SIX_HOURS)
        assert emitted == (
            SmtInflationEmitted(symbol=ALPHA, event_time=FIRST + SIX_HOURS, emitted=()),
        )
        assert token_of(world).current_supply == 22_399_999_999


class TestSchedule:
    def test_repeats_interval_count_times_after_the_first(self, world: Any) -> None:
        """D-08: count 3 is four events."""
        activate(world, entry({"bob": 1}, 10, count=3))
        assert jump(world, FIRST - 1) == ()
        times = []
        for index in range(5):
            times += times_of(jump(world, FIRST + index * SIX_HOURS))
        assert times == [FIRST + index * SIX_HOURS for index in range(4)]
        assert tokens_of(world, "bob") == 40
        assert world.state.smt_events.first() is None
        assert world.state.smt_inflation.first().events_done == 4

    def test_goes_on_with_the_next_entry(self, world: Any) -> None:
        second = FIRST + SIX_HOURS + 1
        activate(
            world,
            entry({"bob": 1}, 10, count=1),
            entry({"alice": 1}, 7, start=second, interval_seconds=0),
            entry({"$rewards": 1}, 5, start=second + 1, count=FOREVER),
        )
        times = times_of(jump(world, second + 1))
        assert times == [FIRST, FIRST + SIX_HOURS, second, second + 1]
        token = token_of(world)
        assert (tokens_of(world, "bob"), token.reward_balance) == (20, 5)
        assert tokens_of(world, "alice") == 1_000_007

    def test_the_sentinel_goes_on_for_ever(self, world: Any) -> None:
        activate(world, entry({"bob": 1}, 1, count=FOREVER))
        for index in range(30):
            jump(world, FIRST + index * SIX_HOURS)
        assert tokens_of(world, "bob") == 30
        assert world.state.smt_events.first().time == FIRST + 30 * SIX_HOURS

    def test_ends_quietly_at_the_end_of_time(self, world: Any) -> None:
        activate(world, entry({"bob": 1}, 1, start=FOREVER - 10, count=FOREVER))
        jump(world, FOREVER)
        assert tokens_of(world, "bob") == 1
        assert world.state.smt_events.first() is None

    def test_a_token_without_a_schedule_has_no_events(self, world: Any) -> None:
        activate(world)
        assert world.state.smt_events.first() is None


class TestCatchingUp:
    def test_runs_at_most_ten_events_per_block_in_order(self, world: Any) -> None:
        activate(world, entry({"bob": 1}, 1, count=24))
        now = FIRST + 24 * SIX_HOURS
        counts = [len(times_of(jump(world, now + 3 * index))) for index in range(4)]
        assert counts == [10, 10, 5, 0]
        assert tokens_of(world, "bob") == 25
        assert token_of(world).last_emission_time == FIRST + 24 * SIX_HOURS

    def test_begins_in_the_block_of_a_late_launch(self, world: Any) -> None:
        """D-11: events missed while the launch was late run after it at their nominal times."""
        launchpad = Launchpad(world)
        world.add_token(phase=SmtPhase.SETUP)
        world.apply(
            valid_smt_setup_inflation(
                **entry({"bob": 1}, 1_000, start=LAUNCH, count=2, interval_seconds=SIX_HOURS)
            )
        )
        launchpad.configure(PLAIN_POLICY, launch_expiration_time=EXPIRY + 10 * DAY)
        jump(world, BEGIN)
        launchpad.contribute("alice", 100)
        assert times_of(jump(world, LAUNCH + SIX_HOURS)) == []
        assert phase_of(world) == SmtPhase.LAUNCH_PENDING
        launchpad.reveal(1, 1_000)
        emitted = jump(world, LAUNCH + SIX_HOURS + 3)
        assert times_of(emitted) == [LAUNCH, LAUNCH + SIX_HOURS]
        assert phase_of(world) == SmtPhase.ACTIVE
        # Ten units at R = 1 give bob 10 tokens at launch, then 1000 per event.
        assert tokens_of(world, "bob") == 2_010
        assert times_of(jump(world, LAUNCH + 2 * SIX_HOURS)) == [LAUNCH + 2 * SIX_HOURS]

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase != SmtPhase.ACTIVE])
    def test_nothing_is_queued_before_the_launch(self, world: Any, phase: SmtPhase) -> None:
        token = world.add_token(phase=SmtPhase.SETUP)
        world.apply(valid_smt_setup_inflation(**entry({"bob": 1}, 1)))
        world.state.smt_tokens.modify(token, phase=int(phase))
        assert jump(world, FIRST) == ()
        assert world.state.smt_inflation.first("", stripped(ALPHA)).events_done == 0
