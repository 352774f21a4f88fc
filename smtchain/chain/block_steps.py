"""The chain's own steps of applying a block: head, slots, irreversibility, TaPoS ring, expiry."""

from protocol.crypto import NULL_PUBLIC_KEY
from protocol.operations.witness import ShutdownWitness
from protocol.params import ChainParams
from protocol.types import AccountName, Time
from smtchain.chain.fork_db import ForkLimitError
from smtchain.chain.slots import (
    add_missed,
    count_missed_turns,
    get_slot_at_time,
    shift_window,
)
from smtchain.evaluator import EvaluationContext
from smtchain.state.state import State
from smtchain.state.tables.chain import BlockSummary
from smtchain.state.tables.witness import Witness

_FULL_PERCENT = 10_000


def update_global_data(
    ctx: EvaluationContext, number: int, block_id: bytes, timestamp: Time, producer: AccountName
) -> None:
    """Make the block the head and account for the slots that were missed before it.

    Raises
    ------
    ForkLimitError
        The chain would have more than `params.max_undo_history` reversible blocks.

    Spec
    ----
    steemd: database.cpp::update_global_dynamic_data
    """
    state, params = ctx.state, ctx.params
    properties = state.globals.get()
    missed = get_slot_at_time(properties, params, timestamp) - 1
    for name, turns in count_missed_turns(state, missed).items():
        if name != producer:
            witness = state.witnesses.get(name)
            state.witnesses.modify(witness, total_missed=add_missed(witness.total_missed, turns))
            if is_absent(params, witness, properties.head_block_number):
                state.witnesses.modify(witness, signing_key=NULL_PUBLIC_KEY)
                ctx.emit(ShutdownWitness(owner=name))
    window = shift_window(properties.recent_slots_filled, missed)
    state.globals.modify(
        properties,
        head_block_number=number,
        head_block_id=block_id,
        time=timestamp,
        current_aslot=properties.current_aslot + missed + 1,
        recent_slots_filled=window,
        participation_count=window.bit_count(),
    )
    reversible = number - properties.last_irreversible_block_num
    if reversible > params.max_undo_history:
        raise ForkLimitError(
            f"{reversible} blocks would be reversible; at most {params.max_undo_history} may be: "
            "too few witnesses confirm",
            value=reversible,
        )


def is_absent(params: ChainParams, witness: Witness, head: int) -> bool:
    """Return whether a witness that missed its turn has confirmed nothing for too long.

    Too long are more than `params.witness_shutdown_blocks` blocks of others before `head`; slots
    that everybody missed do not count.  The witness loses its key and must set one again.

    Spec
    ----
    steemd: database.cpp::update_global_dynamic_data (there until HF20, and then no more)
    """
    limit = params.witness_shutdown_blocks
    is_gone = limit > 0 and head - witness.last_confirmed_block_num > limit
    return is_gone and witness.signing_key != NULL_PUBLIC_KEY


def update_signing_witness(ctx: EvaluationContext, number: int, producer: AccountName) -> None:
    """Record that a witness produced block `number`.

    Spec
    ----
    steemd: database.cpp::update_signing_witness
    """
    ctx.state.witnesses.modify(
        ctx.state.witnesses.get(producer),
        last_aslot=ctx.state.globals.get().current_aslot,
        last_confirmed_block_num=number,
    )


def update_last_irreversible_block(ctx: EvaluationContext) -> None:
    """Move the last irreversible block forward; it never goes back.

    With `params.irreversible_lag` set it follows the head at that distance.

    Spec
    ----
    steemd: database.cpp::update_last_irreversible_block
    """
    properties = ctx.state.globals.get()
    number = calculate_last_irreversible(ctx.state, ctx.params, properties.head_block_number)
    if number > properties.last_irreversible_block_num:
        ctx.state.globals.modify(properties, last_irreversible_block_num=number)


def calculate_last_irreversible(state: State, params: ChainParams, head: int) -> int:
    """Return the number of the newest block that can no longer be undone, or less than it was.

    In the first 30 days of blocks it lies `params.max_witnesses` behind the head; then it is the
    newest block that all but a quarter (rounded down) of the scheduled witnesses have built on.

    Spec
    ----
    steemd: database.cpp::update_last_irreversible_block
    """
    if params.irreversible_lag is not None:
        return max(head - params.irreversible_lag, 0)
    if head < params.irreversible_support_min_block:
        return max(head - params.max_witnesses, 0)
    confirmed = sorted(
        state.witnesses.get(name).last_confirmed_block_num
        for name in state.witness_schedule.get().current_shuffled_witnesses
    )
    behind = (_FULL_PERCENT - params.irreversible_threshold) * len(confirmed) // _FULL_PERCENT
    return confirmed[behind]


def record_block_summary(ctx: EvaluationContext, number: int, block_id: bytes) -> None:
    """Put the block's id into the ring that transactions refer to.

    Spec
    ----
    steemd: database.cpp::create_block_summary
    """
    slot = number & 0xFFFF
    summary = ctx.state.block_summaries.find(slot)
    if summary is None:
        ctx.state.block_summaries.insert(BlockSummary(slot=slot, block_id=block_id))
    else:
        ctx.state.block_summaries.modify(summary, block_id=block_id)


def clear_expired_transactions(ctx: EvaluationContext) -> None:
    """Forget transactions that can no longer be repeated, in order of expiration.

    Spec
    ----
    steemd: database.cpp::clear_expired_transactions
    """
    now = ctx.now
    for record in ctx.state.transactions.scan():
        if record.expiration >= now:
            return
        ctx.state.transactions.remove(record)
