"""Slot arithmetic against the reference's loops, written out naively here."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.params import DEV_PARAMS
from protocol.types import AccountName
from smtchain.chain.slots import (
    add_missed,
    count_missed_turns,
    get_scheduled_witness,
    get_slot_at_time,
    get_slot_time,
    shift_window,
)
from smtchain.state.state import State
from smtchain.state.tables.chain import DynamicGlobalProperties
from smtchain.state.tables.witness import WitnessSchedule

GENESIS = 1_704_067_200
YEAR = 31_536_000
ALL_SLOTS = (1 << 128) - 1


def head(number, time, aslot=0):
    return DynamicGlobalProperties(
        head_block_number=number,
        head_block_id=bytes(20),
        time=time,
        current_witness=AccountName("initminer"),
        current_aslot=aslot,
    )


def state_with(witnesses, aslot):
    state = State.memory()
    state.begin_block(0)
    state.globals.insert(head(1, GENESIS, aslot))
    state.witness_schedule.insert(WitnessSchedule(current_shuffled_witnesses=tuple(witnesses)))
    return state


class TestSlotTimes:
    def test_slots_count_from_genesis_before_the_first_block(self):
        assert get_slot_time(head(0, GENESIS), DEV_PARAMS, 1) == GENESIS + 3
        assert get_slot_time(head(0, GENESIS), DEV_PARAMS, 5) == GENESIS + 15

    def test_slots_count_from_the_head_rounded_down_to_a_whole_interval(self):
        assert get_slot_time(head(1, GENESIS + 3), DEV_PARAMS, 1) == GENESIS + 6
        assert get_slot_time(head(1, GENESIS + 5), DEV_PARAMS, 1) == GENESIS + 6

    def test_slot_zero_has_no_time(self):
        assert get_slot_time(head(7, GENESIS), DEV_PARAMS, 0) == 0

    @pytest.mark.parametrize(
        ("after", "slot"), [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (YEAR, YEAR // 3)]
    )
    def test_a_time_falls_into_the_slot_that_began_last(self, after, slot):
        assert get_slot_at_time(head(9, GENESIS), DEV_PARAMS, GENESIS + after) == slot


class TestTurns:
    def test_witnesses_take_turns_in_schedule_order(self):
        state = state_with(["a11", "b22", "c33"], aslot=10)
        # (10 + 1) mod 3 = 2
        assert [get_scheduled_witness(state, slot) for slot in range(1, 5)] == [
            "c33",
            "a11",
            "b22",
            "c33",
        ]

    @settings(max_examples=100)
    @given(witnesses=st.integers(1, 21), aslot=st.integers(0, 10**6), missed=st.integers(0, 200))
    def test_missed_turns_are_those_of_a_walk_over_every_slot(self, witnesses, aslot, missed):
        names = [f"wit{number}" for number in range(witnesses)]
        state = state_with(names, aslot)
        expected = {}
        for slot in range(1, missed + 1):
            name = get_scheduled_witness(state, slot)
            expected[name] = expected.get(name, 0) + 1
        assert count_missed_turns(state, missed) == expected

    def test_a_century_of_missed_slots_is_counted_at_once(self):
        state = state_with(["a11", "b22"], aslot=0)
        slots = 100 * YEAR // 3
        assert count_missed_turns(state, slots) == {"a11": slots // 2, "b22": slots // 2}

    def test_the_miss_counter_stops_at_its_width(self):
        assert add_missed(0xFFFF_FFF0, 0xF) == 0xFFFF_FFFF
        assert add_missed(0xFFFF_FFF0, 0x10) == 0xFFFF_FFFF


class TestWindow:
    @settings(max_examples=100)
    @given(window=st.integers(0, ALL_SLOTS), missed=st.integers(0, 200))
    def test_the_window_is_that_of_a_walk_over_every_slot(self, window, missed):
        # database.cpp::update_global_dynamic_data, one shift per slot
        expected = window
        for turn in range(missed + 1):
            expected = (expected << 1 & ALL_SLOTS) + (1 if turn == 0 else 0)
        assert shift_window(window, missed) == expected

    def test_a_full_window_stays_full_while_nothing_is_missed(self):
        assert shift_window(ALL_SLOTS, 0) == ALL_SLOTS

    def test_a_window_of_missed_slots_is_empty(self):
        assert shift_window(ALL_SLOTS, 128) == 0
        assert shift_window(ALL_SLOTS, 127) == 1 << 127


class TestJumps:
    def test_a_jump_of_a_year_costs_no_more_than_one_block(self, chain):
        def work(slot):
            tables = [table for table in vars(chain.state).values() if hasattr(table, "schema")]
            before = [(table.reads, table.writes, table.steps) for table in tables]
            chain.produce(slot=slot)
            after = [(table.reads, table.writes, table.steps) for table in tables]
            return [
                tuple(new - old for new, old in zip(late, early, strict=True))
                for late, early in zip(after, before, strict=True)
            ]

        chain.produce(3)
        ordinary = work(1)
        assert work(YEAR // 3) == ordinary

    def test_the_producer_itself_misses_nothing(self, chain):
        chain.produce(slot=1_000)
        assert chain.state.witnesses.get("initminer").total_missed == 0
        properties = chain.state.globals.get()
        assert properties.participation_count == 0
        assert properties.current_aslot == 1_000

    def test_the_interval_is_a_parameter(self):
        params = replace(DEV_PARAMS, block_interval_seconds=5)
        assert get_slot_time(head(1, GENESIS), params, 2) == GENESIS // 5 * 5 + 10
