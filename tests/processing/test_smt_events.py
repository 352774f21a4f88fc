"""The event queue: order, ties, several thresholds in one block, bounds over all tokens."""

from dataclasses import replace
from typing import Any

import pytest
from smt_world import (
    BEGIN,
    END,
    EXPIRY,
    LAUNCH,
    SIX_HOURS,
    Launchpad,
    jump,
    phase_of,
    valid_smt_setup_inflation,
)
from world import ALPHA, BETA, NOW

from protocol.assets import smt_symbol, stripped
from protocol.operation import Operation
from protocol.operations.smt_contribution import SmtContributorPayout
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_setup import SmtPhaseChanged
from protocol.types import Symbol
from smtchain.processing.inflation import schedule_first_emission
from smtchain.state.tables.smt import SmtPhase

GAMMA = smt_symbol(14142134, 4)


def limit(world: Any, **bounds: int) -> None:
    world.params = replace(world.params, **bounds)
    world.ctx.params = world.params


def phases_of(emitted: tuple[Operation, ...]) -> list[tuple[Symbol, SmtPhase]]:
    return [
        (each.symbol, SmtPhase(each.new_phase))
        for each in emitted
        if isinstance(each, SmtPhaseChanged)
    ]


def set_up(world: Any, symbol: Symbol, **times: Any) -> Launchpad:
    launchpad = Launchpad(world, symbol)
    launchpad.set_up(**times)
    return launchpad


class TestOrder:
    def test_opens_in_the_block_of_a_setup_that_begins_now(self, world: Any) -> None:
        set_up(world, ALPHA, generation_begin_time=NOW)
        assert phases_of(jump(world, NOW)) == [(ALPHA, SmtPhase.CONTRIBUTION)]

    @pytest.mark.parametrize(
        ("threshold", "phase"),
        [(BEGIN, SmtPhase.CONTRIBUTION), (END, SmtPhase.CONTRIBUTION_ENDED)],
    )
    def test_runs_at_the_second_and_not_before(
        self, world: Any, threshold: int, phase: SmtPhase
    ) -> None:
        set_up(world, ALPHA)
        assert (ALPHA, phase) not in phases_of(jump(world, threshold - 1))
        assert phases_of(jump(world, threshold)) == [(ALPHA, phase)]

    def test_one_block_may_cross_every_threshold(self, world: Any) -> None:
        set_up(world, ALPHA)
        assert phases_of(jump(world, EXPIRY + 1_000)) == [
            (ALPHA, SmtPhase.CONTRIBUTION),
            (ALPHA, SmtPhase.CONTRIBUTION_ENDED),
            (ALPHA, SmtPhase.LAUNCH_PENDING),
            (ALPHA, SmtPhase.LAUNCH_FAILED),
        ]
        assert world.state.smt_events.first() is None

    def test_time_comes_before_kind(self, world: Any) -> None:
        set_up(world, ALPHA, generation_begin_time=BEGIN + 1)
        set_up(world, BETA, generation_begin_time=NOW, generation_end_time=BEGIN)
        assert phases_of(jump(world, BEGIN + 1)) == [
            (BETA, SmtPhase.CONTRIBUTION),
            (BETA, SmtPhase.CONTRIBUTION_ENDED),
            (ALPHA, SmtPhase.CONTRIBUTION),
        ]

    def test_kind_comes_before_age_at_equal_times(self, world: Any) -> None:
        set_up(world, ALPHA, generation_begin_time=NOW, generation_end_time=BEGIN)
        set_up(world, BETA, generation_begin_time=BEGIN)
        jump(world, NOW)
        assert phases_of(jump(world, BEGIN)) == [
            (BETA, SmtPhase.CONTRIBUTION),
            (ALPHA, SmtPhase.CONTRIBUTION_ENDED),
        ]

    @pytest.mark.parametrize("symbols", [(ALPHA, BETA), (BETA, ALPHA)])
    def test_age_decides_last(self, world: Any, symbols: tuple[Symbol, Symbol]) -> None:
        for symbol in symbols:
            set_up(world, symbol)
        assert phases_of(jump(world, BEGIN)) == [
            (symbol, SmtPhase.CONTRIBUTION) for symbol in symbols
        ]

    def test_an_idle_block_looks_at_one_entry(self, world: Any) -> None:
        for index in range(20):
            set_up(world, smt_symbol(20_000_000 + 2 * index, 4))
        before = world.state.smt_events.steps
        assert jump(world, NOW + 3) == ()
        assert world.state.smt_events.steps - before == 1


class TestPayoutBound:
    @pytest.fixture(autouse=True)
    def _launches(self, world: Any) -> None:
        """Two tokens that launch together, three contributions each; four payouts per block."""
        limit(world, launch_payouts_per_block=4)
        self.alpha, self.beta = set_up(world, ALPHA), set_up(world, BETA)
        jump(world, BEGIN)
        for launchpad in (self.alpha, self.beta):
            launchpad.reveal(1, 1_000)
            for _ in range(3):
                launchpad.contribute("bob", 10)
        jump(world, END)

    def paid(self, emitted: tuple[Operation, ...]) -> list[Symbol]:
        return [each.symbol for each in emitted if isinstance(each, SmtContributorPayout)]

    def test_is_shared_by_all_tokens_first_come_first_served(self, world: Any) -> None:
        assert self.paid(jump(world, LAUNCH)) == [ALPHA] * 3 + [BETA]
        assert (phase_of(world), phase_of(world, BETA)) == (SmtPhase.ACTIVE, SmtPhase.LAUNCHING)
        assert self.paid(jump(world, LAUNCH + 3)) == [BETA] * 2
        assert phase_of(world, BETA) == SmtPhase.ACTIVE

    def test_later_launches_queue_behind_earlier_ones(self, world: Any) -> None:
        limit(world, launch_payouts_per_block=1)
        paid = [self.paid(jump(world, LAUNCH + 3 * index)) for index in range(6)]
        assert paid == [[ALPHA]] * 3 + [[BETA]] * 3

    def test_does_not_delay_other_thresholds(self, world: Any) -> None:
        limit(world, launch_payouts_per_block=1)
        set_up(
            world,
            GAMMA,
            generation_begin_time=LAUNCH + 1,
            generation_end_time=LAUNCH + 2,
            announced_launch_time=LAUNCH + 2,
            launch_expiration_time=LAUNCH + 100,
        )
        jump(world, LAUNCH)
        assert phases_of(jump(world, LAUNCH + 2)) == [
            (GAMMA, SmtPhase.CONTRIBUTION),
            (GAMMA, SmtPhase.CONTRIBUTION_ENDED),
            (GAMMA, SmtPhase.LAUNCH_PENDING),
        ]

    def test_counts_refunds_as_well(self, world: Any) -> None:
        failing = set_up(
            world,
            GAMMA,
            generation_begin_time=NOW + 200,
            generation_end_time=LAUNCH,
            announced_launch_time=LAUNCH,
            launch_expiration_time=LAUNCH,
        )
        jump(world, NOW + 200)
        failing.contribute("bob", 10)
        assert self.paid(jump(world, LAUNCH)) == [ALPHA] * 3 + [BETA]
        assert phase_of(world, GAMMA) == SmtPhase.LAUNCH_FAILED
        assert world.state.smt_contributions.first("by_nai_id", stripped(GAMMA)) is not None
        jump(world, LAUNCH + 3)
        assert world.state.smt_contributions.first("by_nai_id", stripped(GAMMA)) is None


class TestEmissionBound:
    FIRST = NOW + 1_000

    @pytest.fixture(autouse=True)
    def _schedules(self, world: Any) -> None:
        """Three active tokens with the same endless schedule."""
        limit(world, inflation_events_per_block=5, inflation_events_per_token_per_block=2)
        for symbol in (ALPHA, BETA, GAMMA):
            token = world.add_token(symbol, phase=SmtPhase.SETUP)
            world.apply(
                valid_smt_setup_inflation(
                    symbol=symbol, schedule_time=self.FIRST, interval_count=0xFFFFFFFF
                )
            )
            world.state.smt_tokens.modify(token, phase=int(SmtPhase.ACTIVE))
            schedule_first_emission(world.ctx, token.nai)

    def run(self, world: Any, time: int) -> list[tuple[Symbol, int]]:
        return [
            (each.symbol, (each.event_time - self.FIRST) // SIX_HOURS)
            for each in jump(world, time)
            if isinstance(each, SmtInflationEmitted)
        ]

    def test_goes_by_nominal_time_over_all_tokens(self, world: Any) -> None:
        now = self.FIRST + 2 * SIX_HOURS
        assert self.run(world, now) == [
            (ALPHA, 0),
            (BETA, 0),
            (GAMMA, 0),
            (ALPHA, 1),
            (BETA, 1),
        ]
        assert self.run(world, now + 3) == [(GAMMA, 1), (ALPHA, 2), (BETA, 2), (GAMMA, 2)]
        assert self.run(world, now + 6) == []

    def test_a_token_far_behind_leaves_room_for_the_others(self, world: Any) -> None:
        """At two events per token the bound of five is not even reached by two tokens."""
        gamma = world.state.smt_events.first("by_nai", stripped(GAMMA))
        world.state.smt_events.remove(gamma)
        now = self.FIRST + 5 * SIX_HOURS
        assert self.run(world, now) == [(ALPHA, 0), (BETA, 0), (ALPHA, 1), (BETA, 1)]
        assert self.run(world, now + 3) == [(ALPHA, 2), (BETA, 2), (ALPHA, 3), (BETA, 3)]

    def test_does_not_delay_thresholds(self, world: Any) -> None:
        delta = smt_symbol(17320508, 4)
        now = self.FIRST + 100 * SIX_HOURS
        set_up(
            world,
            delta,
            generation_begin_time=now,
            generation_end_time=now + 1,
            announced_launch_time=now + 1,
            launch_expiration_time=now + 1,
        )
        assert (delta, SmtPhase.CONTRIBUTION) in phases_of(jump(world, now))
