"""Hardforks: versions and votes in headers, the majority, the moment, and programs too old."""

import pytest
from actors import Stage
from dpos_world import dpos_genesis, producers, schedule_of, to_next_round

from protocol.block import HardforkVersionVote, RunningVersion
from protocol.operations.witness import Hardfork
from smtchain.chain import hardforks
from smtchain.chain.block_checks import OldVersionError
from smtchain.chain.chain import Chain, ChainHaltedError
from smtchain.chain.hardforks import (
    BASE_VERSION,
    HardforkRule,
    UnknownHardforkError,
    process_hardforks,
    running_version,
)
from smtchain.chain.options import ChainOptions
from smtchain.chain.production import header_extensions
from smtchain.evaluator import EvaluationContext

DAY = 86_400


@pytest.fixture(scope="module")
def genesis(genesis_folder):
    return dpos_genesis(genesis_folder)


@pytest.fixture
def stage(genesis):
    with Chain.in_memory(genesis, ChainOptions(recount_every=1)) as chain:
        yield Stage(chain)


def rule(time, number=23, **changes):
    return HardforkRule(number=number, version=number << 16, time=time, **changes)


@pytest.fixture
def knowing(monkeypatch):
    """Return a function that makes this program one that knows these hardforks."""

    def know(*rules):
        monkeypatch.setattr(hardforks, "KNOWN_HARDFORKS", rules)

    return know


def extensions(block):
    return block.envelope.block.extensions


class TestList:
    def test_is_empty(self):
        assert hardforks.KNOWN_HARDFORKS == ()
        assert running_version() == BASE_VERSION

    def test_the_program_runs_the_newest_version_it_knows(self, knowing):
        knowing(rule(1), rule(2, number=24))
        assert running_version() == 24 << 16


class TestMoment:
    def context(self, chain):
        return EvaluationContext(state=chain.state, params=chain.params)

    def schedule(self, chain, version, when):
        row = chain.state.hardfork.get()
        chain.state.hardfork.modify(row, next_hardfork=version, next_hardfork_time=when)

    def test_nothing_happens_while_none_is_scheduled(self, chain, knowing):
        knowing(rule(1))
        chain.produce(3)
        row = chain.state.hardfork.get()
        assert row.current_hardfork_version == BASE_VERSION
        assert row.last_hardfork == 22
        assert len(row.processed_hardforks) == 23

    def test_a_scheduled_one_happens_at_its_time_and_is_reported(self, chain, knowing):
        chain.produce()
        knowing(rule(chain.now - 5))
        self.schedule(chain, 23 << 16, chain.now + 1)
        ctx = self.context(chain)
        process_hardforks(ctx)
        assert chain.state.hardfork.get().last_hardfork == 22
        self.schedule(chain, 23 << 16, chain.now)
        process_hardforks(ctx)
        row = chain.state.hardfork.get()
        assert row.last_hardfork == 23
        assert row.current_hardfork_version == 23 << 16
        # As in steemd the time the program plans with, not that of the block.
        assert row.processed_hardforks[-1] == chain.now - 5
        assert ctx.take_emitted() == (Hardfork(hardfork_id=23),)
        process_hardforks(ctx)
        assert ctx.take_emitted() == ()

    def test_it_changes_the_state_once(self, chain, knowing):
        def change(ctx):
            ctx.state.globals.modify(ctx.state.globals.get(), vote_power_reserve_rate=40)

        chain.produce()
        knowing(rule(chain.now, change=change))
        self.schedule(chain, 23 << 16, chain.now)
        process_hardforks(self.context(chain))
        assert chain.state.globals.get().vote_power_reserve_rate == 40

    def test_two_that_are_due_happen_in_order(self, chain, knowing):
        chain.produce()
        knowing(rule(chain.now), rule(chain.now, number=24))
        self.schedule(chain, 24 << 16, chain.now)
        ctx = self.context(chain)
        process_hardforks(ctx)
        assert ctx.take_emitted() == (Hardfork(hardfork_id=23), Hardfork(hardfork_id=24))

    def test_one_that_this_program_does_not_know_stops_it(self, chain):
        chain.produce()
        self.schedule(chain, 23 << 16, chain.now)
        with pytest.raises(UnknownHardforkError, match="hardfork 23"):
            process_hardforks(self.context(chain))


class TestHeaders:
    def test_usually_say_nothing(self, chain):
        assert header_extensions(chain.chain._head, "initminer") == ()

    def test_announce_a_version_once(self, chain, knowing):
        knowing(rule(chain.now + DAY))
        block = chain.produce()
        assert extensions(block) == (
            RunningVersion(23 << 16),
            HardforkVersionVote(23 << 16, chain.params.genesis_time + DAY),
        )
        witness = chain.state.witnesses.get("initminer")
        assert witness.running_version == witness.hardfork_version_vote == 23 << 16
        assert witness.hardfork_time_vote == chain.params.genesis_time + DAY
        assert extensions(chain.produce()) == ()

    def test_follow_a_time_that_moved(self, chain, knowing):
        knowing(rule(chain.now + DAY))
        chain.produce()
        knowing(rule(chain.now + 2 * DAY))
        (vote,) = extensions(chain.produce())
        assert vote.hf_time == chain.state.witnesses.get("initminer").hardfork_time_vote

    def test_take_back_a_vote_for_what_the_program_does_not_know(self, chain, knowing):
        knowing(rule(chain.now + DAY))
        chain.produce()
        knowing()
        block = chain.produce()
        assert extensions(block) == (
            RunningVersion(BASE_VERSION),
            HardforkVersionVote(BASE_VERSION, chain.params.genesis_time),
        )


class TestMajority:
    def vote(self, stage, knowing, newer, when):
        """Produce one round; of its witnesses `newer` run the new program."""
        members = sorted(schedule_of(stage))
        for _ in range(21):
            is_new = stage.chain.scheduled_witness(1) in members[:newer]
            knowing(*([rule(when)] if is_new else []))
            stage.produce()

    def test_seventeen_of_a_round_bring_it_about_at_its_time(self, stage, knowing):
        to_next_round(stage)
        when = stage.now + 200
        self.vote(stage, knowing, 17, when)
        row = stage.state.hardfork.get()
        assert (row.next_hardfork, row.next_hardfork_time) == (23 << 16, when)
        assert stage.state.witness_schedule.get().majority_version == 23 << 16
        knowing(rule(when))
        assert stage.events(Hardfork) == []
        while stage.now < when:
            assert stage.state.hardfork.get().last_hardfork == 22
            stage.produce()
        assert stage.state.hardfork.get().last_hardfork == 23
        assert stage.events(Hardfork) == [Hardfork(hardfork_id=23)]
        assert stage.blocks[-1].events[-1] == Hardfork(hardfork_id=23)
        stage.produce(25)
        assert stage.events(Hardfork) == [Hardfork(hardfork_id=23)]

    def test_sixteen_do_not(self, stage, knowing):
        to_next_round(stage)
        when = stage.now + 200
        self.vote(stage, knowing, 16, when)
        assert stage.state.hardfork.get().next_hardfork == BASE_VERSION
        knowing(rule(when))
        while stage.now < when:
            if stage.state.hardfork.get().next_hardfork != BASE_VERSION:
                break
            stage.produce()
        # Now that everybody has the new program the next round agrees.
        assert stage.state.hardfork.get().next_hardfork == 23 << 16

    def test_a_majority_that_went_back_in_time_calls_it_off(self, stage, knowing):
        to_next_round(stage)
        when = stage.now + DAY
        self.vote(stage, knowing, 21, when)
        assert stage.state.hardfork.get().next_hardfork == 23 << 16
        self.vote(stage, knowing, 16, when)
        assert stage.state.hardfork.get().next_hardfork == BASE_VERSION

    def test_who_stays_behind_cannot_produce_any_more(self, stage, knowing):
        to_next_round(stage)
        when = stage.now + 70
        self.vote(stage, knowing, 17, when)
        knowing(rule(when))
        while stage.state.hardfork.get().last_hardfork == 22:
            stage.produce()
        late = {
            name
            for name in schedule_of(stage)
            if stage.state.witnesses.get(name).running_version < 23 << 16
        }
        assert late
        while stage.chain.scheduled_witness(1) not in late:
            stage.produce()
        number = stage.chain.head_block_number
        knowing()
        with pytest.raises(OldVersionError):
            stage.produce()
        knowing(rule(when))
        stage.produce()
        assert stage.chain.head_block_number == number + 1
        assert producers(stage.blocks)[-1] in late

    def test_a_node_too_old_stops_at_it(self, stage, knowing, genesis):
        with Chain.in_memory(genesis) as old:
            to_next_round(stage)
            when = stage.now + 66
            self.vote(stage, knowing, 17, when)
            knowing(rule(when))
            while stage.state.hardfork.get().last_hardfork == 22:
                stage.produce()
            knowing()
            for block in stage.blocks[:-1]:
                old.push_block(block.envelope)
            with pytest.raises(UnknownHardforkError):
                old.push_block(stage.blocks[-1].envelope)
            assert "hardfork 23" in old.halted
            assert old.head_block_number == stage.chain.head_block_number - 1
            with pytest.raises(ChainHaltedError):
                old.push_block(stage.blocks[-1].envelope)
