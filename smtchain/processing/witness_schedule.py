"""The round of witnesses: who produces the next 21 blocks, in which order, and what they agree on.

The top 20 by votes are elected; one more slot goes to the witness whose virtual time comes first,
see `smtchain.economics.witness_schedule`.  Whoever has no signing key is passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.crypto import NULL_PUBLIC_KEY
from protocol.types import AccountName
from smtchain.economics.witness_schedule import (
    Lap,
    begin_lap,
    calculate_median,
    find_agreed_vote,
    find_majority_version,
    shuffle,
)
from smtchain.evaluator import EvaluationContext
from smtchain.state.state import State
from smtchain.state.tables.witness import Witness, WitnessKind


@dataclass(frozen=True, slots=True)
class _Round:
    """A round before it is shuffled, and the virtual time up to which it takes all witnesses."""

    elected: tuple[AccountName, ...]
    timeshare: tuple[AccountName, ...]
    virtual_time: int

    @property
    def names(self) -> tuple[AccountName, ...]:
        return self.elected + self.timeshare


def process_witness_schedule(ctx: EvaluationContext) -> None:
    """Every `params.max_witnesses` blocks, schedule a round and take the medians of its proposals.

    The witnesses of the round that ends decide about versions and hardforks.  If nobody has a
    signing key the round that ends is repeated.

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule
    """
    if ctx.state.globals.get().head_block_number % ctx.params.max_witnesses != 0:
        return
    _count_versions(ctx)
    chosen = _choose_round(ctx)
    if chosen.names:
        _write_round(ctx, chosen)
    _update_medians(ctx)


def _choose_round(ctx: EvaluationContext) -> _Round:
    """Choose who produces, and move virtual time on to the last witness that was considered."""
    state, params = ctx.state, ctx.params
    elected: list[AccountName] = []
    for witness in state.witnesses.scan("by_vote"):
        if len(elected) >= params.max_voted_witnesses:
            break
        if witness.signing_key != NULL_PUBLIC_KEY:
            elected.append(witness.owner)
            _set_kind(state, witness, WitnessKind.ELECTED)
    timeshare: list[AccountName] = []
    considered: list[Witness] = []
    now = state.witness_schedule.get().current_virtual_time
    for witness in state.witnesses.scan("by_schedule_time"):
        if len(elected) + len(timeshare) >= params.max_witnesses:
            break
        now = witness.virtual_scheduled_time
        considered.append(witness)
        if witness.signing_key != NULL_PUBLIC_KEY and witness.owner not in elected:
            timeshare.append(witness.owner)
            _set_kind(state, witness, WitnessKind.TIMESHARE)
    return _Round(tuple(elected), tuple(timeshare), _begin_laps(state, considered, now))


def _set_kind(state: State, witness: Witness, kind: WitnessKind) -> None:
    if witness.schedule != kind:
        state.witnesses.modify(witness, schedule=kind)


def _begin_laps(state: State, witnesses: Sequence[Witness], now: int) -> int:
    """Begin a new lap for each witness at virtual time `now`; return the virtual time then.

    When one of the laps would never end, virtual time begins again at 0 for everyone.

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule4, reset_virtual_schedule_time
    """
    laps = [(witness, begin_lap(witness.votes, now)) for witness in witnesses]
    if any(lap is None for _, lap in laps):
        laps = [(witness, begin_lap(witness.votes, 0)) for witness in state.witnesses.scan()]
        now = 0
    for witness, lap in laps:
        if lap is not None:
            _set_lap(state, witness, lap)
    return now


def _set_lap(state: State, witness: Witness, lap: Lap) -> None:
    before = Lap(
        witness.virtual_position, witness.virtual_last_update, witness.virtual_scheduled_time
    )
    if lap != before:
        state.witnesses.modify(
            witness,
            virtual_position=lap.position,
            virtual_last_update=lap.last_update,
            virtual_scheduled_time=lap.scheduled,
        )


def _count_versions(ctx: EvaluationContext) -> None:
    """Take the majority version, and the hardfork that enough witnesses of the round vote for."""
    state, required = ctx.state, ctx.params.hardfork_required_witnesses
    schedule = state.witness_schedule.get()
    witnesses = [state.witnesses.get(name) for name in schedule.current_shuffled_witnesses]
    version = find_majority_version((witness.running_version for witness in witnesses), required)
    if version is not None:
        state.witness_schedule.modify(schedule, majority_version=version)
    agreed = find_agreed_vote(
        ((witness.hardfork_version_vote, witness.hardfork_time_vote) for witness in witnesses),
        required,
    )
    hardfork = state.hardfork.get()
    if agreed is None:
        state.hardfork.modify(hardfork, next_hardfork=hardfork.current_hardfork_version)
    else:
        state.hardfork.modify(hardfork, next_hardfork=agreed[0], next_hardfork_time=agreed[1])


def _write_round(ctx: EvaluationContext, chosen: _Round) -> None:
    state, params = ctx.state, ctx.params
    state.witness_schedule.modify(
        state.witness_schedule.get(),
        current_shuffled_witnesses=shuffle(chosen.names, ctx.now),
        current_virtual_time=chosen.virtual_time,
        next_shuffle_block_num=state.globals.get().head_block_number + len(chosen.names),
        witness_pay_normalization_factor=(
            params.elected_weight * len(chosen.elected)
            + params.timeshare_weight * len(chosen.timeshare)
        ),
    )


def _update_medians(ctx: EvaluationContext) -> None:
    """Let the middle proposals of the round's witnesses rule the chain.

    Spec
    ----
    steemd: witness_schedule.cpp::update_median_witness_props
    """
    state = ctx.state
    schedule = state.witness_schedule.get()
    witnesses = [state.witnesses.get(name) for name in schedule.current_shuffled_witnesses]
    block_size = calculate_median(witness.maximum_block_size for witness in witnesses)
    interest_rate = calculate_median(witness.sbd_interest_rate for witness in witnesses)
    state.witness_schedule.modify(
        schedule,
        account_creation_fee=calculate_median(
            witness.account_creation_fee for witness in witnesses
        ),
        maximum_block_size=block_size,
        sbd_interest_rate=interest_rate,
        account_subsidy_budget=calculate_median(
            witness.account_subsidy_budget for witness in witnesses
        ),
        account_subsidy_decay=calculate_median(
            witness.account_subsidy_decay for witness in witnesses
        ),
    )
    state.globals.modify(
        state.globals.get(), maximum_block_size=block_size, sbd_interest_rate=interest_rate
    )
