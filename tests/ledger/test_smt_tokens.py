"""Finding tokens by symbol, and the places tokens have in the event queue."""

from typing import Any

import pytest
from world import ALPHA, BETA, NOW

from protocol.assets import nai_string, smt_symbol, stripped
from protocol.types import TIME_MAX
from smtchain.ledger.smt import (
    SmtNotFoundError,
    SmtPhaseError,
    SmtPrecisionError,
    cancel_event,
    find_token,
    require_active_token,
    require_token,
    schedule_event,
)
from smtchain.state.tables.smt import SmtEventKind, SmtPhase

ALPHA_3 = smt_symbol(31415926, 3)


class TestFinding:
    def test_ignores_the_precision_when_only_looking(self, world: Any) -> None:
        token = world.add_token()
        assert find_token(world.state, ALPHA) is token
        assert find_token(world.state, ALPHA_3) is token
        assert find_token(world.state, BETA) is None

    def test_requires_the_precision_when_using(self, world: Any) -> None:
        token = world.add_token()
        assert require_token(world.state, ALPHA) is token
        with pytest.raises(SmtPrecisionError) as caught:
            require_token(world.state, ALPHA_3, "amount")
        assert (caught.value.field, caught.value.value) == ("amount", 3)

    def test_names_the_identifier_that_does_not_exist(self, world: Any) -> None:
        with pytest.raises(SmtNotFoundError) as caught:
            require_token(world.state, BETA)
        assert type(caught.value) is SmtNotFoundError
        assert (caught.value.field, caught.value.value) == ("symbol", nai_string(BETA))

    @pytest.mark.parametrize("phase", list(SmtPhase))
    def test_only_the_active_phase_can_be_used(self, world: Any, phase: SmtPhase) -> None:
        token = world.add_token(phase=phase)
        if phase == SmtPhase.ACTIVE:
            assert require_active_token(world.state, ALPHA, "amount") is token
            return
        with pytest.raises(SmtPhaseError) as caught:
            require_active_token(world.state, ALPHA, "amount")
        assert (caught.value.phase, caught.value.field) == (phase, "amount")


class TestQueue:
    def queue(self, world: Any) -> list[tuple[int, int]]:
        return [(event.time, event.kind) for event in world.state.smt_events.scan()]

    def test_cancels_one_kind_of_one_token(self, world: Any) -> None:
        alpha, beta = stripped(ALPHA), stripped(BETA)
        for nai in (alpha, beta):
            schedule_event(world.state, nai, SmtEventKind.LAUNCH, NOW)
            schedule_event(world.state, nai, SmtEventKind.EXPIRE, NOW)
        cancel_event(world.state, alpha, SmtEventKind.EXPIRE)
        assert [event.nai for event in world.state.smt_events.scan()] == [alpha, beta, beta]
        cancel_event(world.state, alpha, SmtEventKind.EMIT)
        assert len(self.queue(world)) == 3

    def test_leaves_out_times_that_cannot_come(self, world: Any) -> None:
        schedule_event(world.state, stripped(ALPHA), SmtEventKind.EMIT, TIME_MAX + 1)
        schedule_event(world.state, stripped(ALPHA), SmtEventKind.EMIT, TIME_MAX)
        assert self.queue(world) == [(TIME_MAX, SmtEventKind.EMIT)]
