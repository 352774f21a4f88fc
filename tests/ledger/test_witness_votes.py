"""How a change of VESTS travels: along proxies, to witnesses, into virtual time.

Expected numbers follow docs/RULES.md 4.3: a proxy books what comes from n accounts before it in
column n - 1, four columns in all, and votes with the sum.
"""

from itertools import pairwise

import pytest
from world import steem

from smtchain.ledger.vesting import create_vesting
from smtchain.ledger.witness_votes import (
    adjust_vote_weight,
    clear_witness_votes,
    levels_of,
    move_vote_weight,
    weight_of,
)
from smtchain.state.tables.witness import WitnessVote

LAP = (1 << 128) - 1
CHAIN = ("alice", "one", "two", "three", "four", "five")


@pytest.fixture
def line(world):
    """Accounts of `CHAIN`, each with the next one as its proxy; the last votes for initminer."""
    for name in CHAIN[1:]:
        world.add_account(name)
    for name, proxy in pairwise(CHAIN):
        world.state.accounts.modify(world.account(name), proxy=proxy)
    vote(world, CHAIN[-1], "initminer")
    return world


def vote(world, name, witness):
    world.state.witness_votes.insert(
        WitnessVote(id=world.state.witness_votes.next_id(), account=name, witness=witness)
    )
    row = world.account(name)
    world.state.accounts.modify(row, witnesses_voted_for=row.witnesses_voted_for + 1)


def booked(world):
    return [world.account(name).proxied_vsf_votes for name in CHAIN]


def votes_of(world, name="initminer"):
    return world.state.witnesses.get(name).votes


class TestAlongProxies:
    def test_each_proxy_books_a_change_under_its_distance(self, line):
        adjust_vote_weight(line.state, "alice", 7)
        assert booked(line) == [
            (0, 0, 0, 0),
            (7, 0, 0, 0),
            (0, 7, 0, 0),
            (0, 0, 7, 0),
            (0, 0, 0, 7),
            (0, 0, 0, 0),
        ]

    def test_beyond_four_proxies_a_vote_is_lost(self, line):
        adjust_vote_weight(line.state, "alice", 7)
        assert votes_of(line) == 0
        adjust_vote_weight(line.state, "one", 7)
        assert votes_of(line) == 7

    def test_the_fourth_proxy_votes_with_it(self, line):
        line.state.accounts.modify(line.account("four"), proxy="")
        vote(line, "four", "initminer")
        adjust_vote_weight(line.state, "alice", 7)
        assert (weight_of(line.account("four")), votes_of(line)) == (7, 7)

    def test_all_levels_of_an_account_move_together(self, line):
        # What is n accounts behind "two" is n + 1 behind "three": the last column falls off.
        move_vote_weight(line.state, "two", (1, 20, 300, 4_000, 50_000))
        assert booked(line)[3:] == [
            (1, 20, 300, 4_000),
            (0, 1, 20, 300),
            (0, 0, 1, 20),
        ]
        assert votes_of(line) == 21

    def test_an_account_without_proxy_votes_with_all_levels(self, line):
        move_vote_weight(line.state, "five", (1, 20, 300, 4_000, 50_000))
        assert votes_of(line) == 54_321
        assert booked(line) == [(0, 0, 0, 0)] * 6

    def test_levels_are_own_shares_and_what_is_proxied(self, world):
        world.state.accounts.modify(
            world.account("bob"), vesting_shares=9, proxied_vsf_votes=(1, 2, 3, 4)
        )
        assert levels_of(world.account("bob")) == (9, 1, 2, 3, 4)
        assert weight_of(world.account("bob")) == 19


class TestToWitnesses:
    def test_every_witness_voted_for_gets_all_of_it(self, world):
        for name in ("wit1", "wit2"):
            world.add_account(name)
            world.add_witness(name)
            vote(world, "bob", name)
        adjust_vote_weight(world.state, "bob", 5)
        assert [votes_of(world, name) for name in ("wit1", "wit2", "initminer")] == [5, 5, 0]

    def test_vesting_adds_to_the_votes_of_the_proxy_s_witness(self, world):
        world.state.accounts.modify(world.account("alice"), proxy="bob")
        vote(world, "bob", "initminer")
        world.give("initminer", steem(5))
        world.ctx.debit("initminer", steem(5))
        shares = create_vesting(world.state, world.params, "alice", steem(5))
        assert shares.amount == 5_000  # 1000 VESTS satoshis for one of STEEM, the first price
        assert (weight_of(world.account("bob")), votes_of(world)) == (5_000, 5_000)

    def test_the_index_by_votes_follows(self, world):
        world.add_account("wit1")
        world.add_witness("wit1")
        vote(world, "bob", "wit1")
        adjust_vote_weight(world.state, "bob", 1)
        assert [row.owner for row in world.state.witnesses.scan("by_vote")] == ["wit1", "initminer"]
        adjust_vote_weight(world.state, "bob", -1)
        assert [row.owner for row in world.state.witnesses.scan("by_vote")] == ["initminer", "wit1"]

    def test_virtual_time_is_settled_before_the_speed_changes(self, world):
        vote(world, "bob", "initminer")
        adjust_vote_weight(world.state, "bob", 3)
        world.state.witness_schedule.modify(
            world.state.witness_schedule.get(), current_virtual_time=10
        )
        adjust_vote_weight(world.state, "bob", 4)
        witness = world.state.witnesses.get("initminer")
        # Ten units of time at speed 3; the rest of the lap at speed 7 + 1.
        assert (witness.virtual_position, witness.virtual_last_update) == (30, 10)
        assert witness.virtual_scheduled_time == 10 + (LAP - 30) // 8

    def test_clearing_forgets_all_votes_of_one_account(self, world):
        vote(world, "bob", "initminer")
        vote(world, "alice", "initminer")
        clear_witness_votes(world.state, world.account("bob"))
        assert [row.account for row in world.state.witness_votes.scan()] == ["alice"]
        assert world.account("bob").witnesses_voted_for == 0
