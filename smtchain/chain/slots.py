"""Slots: the time grid on which blocks are produced, and whose turn each slot is.

Slot 0 is the head block's own; slot n lies n block intervals after it.  All of it is arithmetic, so
a jump of a year costs what one block costs.
"""

from protocol.params import ChainParams
from protocol.types import AccountName, Time
from smtchain.state.state import State
from smtchain.state.tables.chain import DynamicGlobalProperties

_WINDOW_BITS = 128
_WINDOW_MASK = (1 << _WINDOW_BITS) - 1
_U32_MAX = 0xFFFF_FFFF


def get_slot_time(properties: DynamicGlobalProperties, params: ChainParams, slot: int) -> Time:
    """Return when slot `slot` (0 or more) begins, seconds since 1970; 0 for slot 0.

    Before the first block the grid starts at genesis time, later at the head block's time rounded
    down to a whole interval.

    Spec
    ----
    steemd: database.cpp::get_slot_time
    """
    if slot == 0:
        return 0
    interval = params.block_interval_seconds
    if properties.head_block_number == 0:
        return properties.time + slot * interval
    return properties.time // interval * interval + slot * interval


def get_slot_at_time(properties: DynamicGlobalProperties, params: ChainParams, when: Time) -> int:
    """Return the number of the slot that `when` falls into, 0 if it lies before slot 1.

    Spec
    ----
    steemd: database.cpp::get_slot_at_time
    """
    first = get_slot_time(properties, params, 1)
    return 0 if when < first else (when - first) // params.block_interval_seconds + 1


def get_scheduled_witness(state: State, slot: int) -> AccountName:
    """Return who may produce in slot `slot`, counted from the head block.

    Spec
    ----
    steemd: database.cpp::get_scheduled_witness
    """
    schedule = state.witness_schedule.get().current_shuffled_witnesses
    return schedule[(state.globals.get().current_aslot + slot) % len(schedule)]


def count_missed_turns(state: State, missed: int) -> dict[AccountName, int]:
    """Return how often each scheduled witness had its turn in the `missed` slots after the head.

    Spec
    ----
    steemd: database.cpp::update_global_dynamic_data (there a loop over every missed slot)
    """
    schedule = state.witness_schedule.get().current_shuffled_witnesses
    rounds, rest = divmod(missed, len(schedule))
    next_slot = state.globals.get().current_aslot + 1
    turns: dict[AccountName, int] = {}
    for ahead in range(len(schedule) if rounds else rest):
        witness = schedule[(next_slot + ahead) % len(schedule)]
        turns[witness] = turns.get(witness, 0) + rounds + (1 if ahead < rest else 0)
    return turns


def add_missed(total_missed: int, turns: int) -> int:
    """Return a witness's miss counter (u32) raised by `turns`; it stays at its maximum."""
    return min(total_missed + turns, _U32_MAX)


def shift_window(recent_slots_filled: int, missed: int) -> int:
    """Return the 128-slot window after `missed` empty slots and one block.

    As in the original the block's bit goes in first and the missed slots push it up.

    Spec
    ----
    steemd: database.cpp::update_global_dynamic_data

    Examples
    --------
    >>> bin(shift_window(0b1, 2))
    '0b1100'
    """
    return ((recent_slots_filled << 1 | 1) << min(missed, _WINDOW_BITS)) & _WINDOW_MASK
