"""Irreversibility and the TaPoS ring: the chain's own steps, by themselves."""

from dataclasses import replace

import pytest

from protocol.params import DEV_PARAMS
from smtchain.chain.block_steps import (
    calculate_last_irreversible,
    is_absent,
    record_block_summary,
    update_last_irreversible_block,
)
from smtchain.evaluator import EvaluationContext
from smtchain.state.state import State
from smtchain.state.tables.chain import DynamicGlobalProperties
from smtchain.state.tables.witness import Witness, WitnessSchedule

RULES_OF_W = replace(DEV_PARAMS, irreversible_lag=None)
MONTH = 864_000  # 30 days of blocks: before it the lag is fixed


def state_with(confirmed, head):
    """Return a state whose scheduled witnesses have confirmed these blocks."""
    state = State.memory()
    state.begin_block(0)
    names = tuple(f"wit{number}" for number in range(len(confirmed)))
    for name, number in zip(names, confirmed, strict=True):
        state.witnesses.insert(
            Witness(
                id=state.witnesses.next_id(),
                owner=name,
                created=0,
                url="",
                signing_key=bytes(33),
                account_creation_fee=0,
                maximum_block_size=65_536,
                sbd_interest_rate=0,
                last_confirmed_block_num=number,
            )
        )
    state.witness_schedule.insert(WitnessSchedule(current_shuffled_witnesses=names))
    state.globals.insert(
        DynamicGlobalProperties(
            head_block_number=head, head_block_id=bytes(20), time=1, current_witness=names[0]
        )
    )
    return state


class TestIrreversibility:
    @pytest.mark.parametrize(("head", "expected"), [(1, 0), (21, 0), (22, 1), (863_999, 863_978)])
    def test_in_the_first_month_it_lies_21_blocks_back(self, head, expected):
        state = state_with([head] * 21, head)
        assert calculate_last_irreversible(state, RULES_OF_W, head) == expected

    @pytest.mark.parametrize(
        ("confirmed", "expected"),
        [
            # 21 witnesses, offset floor(2500 * 21 / 10000) = 5: the sixth smallest
            (list(range(900_001, 900_022)), 900_006),
            ([900_021] * 16 + [900_000] * 5, 900_021),
            ([900_021] * 15 + [900_000] * 6, 900_000),
            # the comment in database.cpp, ten witnesses: offset 2
            ([1, 1, 1, 2, 2, 2, 2, 2, 2, 2], 1),
            ([1, 1, 2, 2, 2, 2, 2, 2, 2, 2], 2),
            ([3] * 10, 3),
            # one witness: what it made is irreversible
            ([900_021], 900_021),
        ],
    )
    def test_later_three_quarters_of_the_witnesses_decide(self, confirmed, expected):
        state = state_with(confirmed, MONTH)
        assert calculate_last_irreversible(state, RULES_OF_W, MONTH) == expected

    @pytest.mark.parametrize(("lag", "head", "expected"), [(0, 7, 7), (3, 7, 4), (9, 7, 0)])
    def test_a_chain_may_fix_the_distance(self, lag, head, expected):
        params = replace(DEV_PARAMS, irreversible_lag=lag)
        assert calculate_last_irreversible(state_with([0], head), params, head) == expected

    def test_it_never_goes_back(self):
        state = state_with([5], MONTH)
        state.globals.modify(state.globals.get(), last_irreversible_block_num=9)
        update_last_irreversible_block(EvaluationContext(state=state, params=RULES_OF_W))
        assert state.globals.get().last_irreversible_block_num == 9
        state.witnesses.modify(state.witnesses.get("wit0"), last_confirmed_block_num=10)
        update_last_irreversible_block(EvaluationContext(state=state, params=RULES_OF_W))
        assert state.globals.get().last_irreversible_block_num == 10


class TestAbsence:
    """database.cpp::update_global_dynamic_data: head - last_confirmed_block_num > the limit."""

    def absent(self, limit, last, head, key=b"\2" * 33):
        state = state_with([last], head)
        witness = state.witnesses.get("wit0")
        state.witnesses.modify(witness, signing_key=key)
        return is_absent(replace(DEV_PARAMS, witness_shutdown_blocks=limit), witness, head)

    def test_begins_after_the_limit(self):
        assert not self.absent(28_800, last=1_000, head=29_800)
        assert self.absent(28_800, last=1_000, head=29_801)

    def test_counts_from_genesis_for_who_never_produced(self):
        assert not self.absent(28_800, last=0, head=28_800)
        assert self.absent(28_800, last=0, head=28_801)

    def test_is_not_reported_of_who_has_no_key(self):
        assert not self.absent(28_800, last=0, head=99_999, key=bytes(33))

    def test_is_of_no_consequence_on_chains_that_set_no_limit(self):
        assert DEV_PARAMS.witness_shutdown_blocks == 0
        assert not self.absent(0, last=0, head=10**6)


class TestSummaries:
    def test_the_ring_has_65536_places(self):
        state = state_with([0], 0)
        ctx = EvaluationContext(state=state, params=DEV_PARAMS)
        record_block_summary(ctx, 5, b"a" * 20)
        record_block_summary(ctx, 65_541, b"b" * 20)
        record_block_summary(ctx, 65_536, b"c" * 20)
        assert state.block_summaries.get(5).block_id == b"b" * 20
        assert state.block_summaries.get(0).block_id == b"c" * 20
