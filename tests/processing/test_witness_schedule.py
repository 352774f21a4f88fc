"""A round: who is in it, what virtual time does, what its witnesses decide.

Numbers follow docs/RULES.md 4.3; L is the length of a lap, 2^128 - 1.
"""

import pytest
from world import NOW, key_of

from protocol.crypto import NULL_PUBLIC_KEY
from smtchain.economics.witness_schedule import shuffle
from smtchain.processing.witness_schedule import process_witness_schedule
from smtchain.state.tables.chain import HardforkProperty
from smtchain.state.tables.witness import WitnessKind

LAP = (1 << 128) - 1
VERSION = 22 << 16
NEXT = 23 << 16


@pytest.fixture(autouse=True)
def _hardforks(world):
    world.state.hardfork.insert(
        HardforkProperty(
            processed_hardforks=(NOW,) * 23,
            last_hardfork=22,
            current_hardfork_version=VERSION,
            next_hardfork=VERSION,
            next_hardfork_time=NOW,
        )
    )


def add(world, name, votes=0, **columns):
    """Add a witness whose lap began with its votes at virtual time 0."""
    world.add_account(name)
    witness = world.add_witness(name)
    world.state.witnesses.modify(
        witness,
        votes=votes,
        votes_descending=(1 << 63) - 1 - votes,
        virtual_scheduled_time=LAP // (votes + 1),
        **columns,
    )
    return witness


def top(world, count=20, votes=1_000):
    """Add `count` witnesses, the first with the most votes: top00 has `votes` + `count`."""
    return [add(world, f"top{n:02}", votes + count - n).owner for n in range(count)]


def run(world, block=21):
    world.set_globals(head_block_number=block)
    process_witness_schedule(world.ctx)
    return schedule(world)


def schedule(world):
    return world.state.witness_schedule.get()


def witness(world, name):
    return world.state.witnesses.get(name)


class TestRounds:
    def test_a_round_is_scheduled_every_21_blocks(self, world):
        add(world, "wit1", 5)
        for block in (1, 20, 22, 41):
            assert run(world, block).current_shuffled_witnesses == ("initminer",)
        row = run(world, 42)
        assert sorted(row.current_shuffled_witnesses) == ["initminer", "wit1"]
        assert row.next_shuffle_block_num == 44

    def test_the_twenty_with_most_votes_are_elected(self, world):
        names = top(world)
        add(world, "below", 1_000)
        row = run(world)
        assert sorted(row.current_shuffled_witnesses) == sorted([*names, "below"])
        kinds = {name: witness(world, name).schedule for name in names}
        assert set(kinds.values()) == {WitnessKind.ELECTED}
        assert witness(world, "below").schedule == WitnessKind.TIMESHARE
        assert witness(world, "initminer").schedule == WitnessKind.NONE

    def test_names_decide_between_equal_votes(self, world):
        for number in range(25):
            add(world, f"wit{number:02}", 7)
        row = run(world)
        names = [f"wit{number:02}" for number in range(20)]
        # Without a name's advantage in time, the witness that registered first: initminer has no
        # votes, so that its lap ends last; wit20's id is the lowest of the five left.
        assert sorted(row.current_shuffled_witnesses) == [*names, "wit20"]

    def test_the_round_is_shuffled_by_the_head_block_s_time(self, world):
        names = top(world)
        add(world, "below", 1_000)
        assert run(world).current_shuffled_witnesses == shuffle((*names, "below"), NOW)

    def test_who_has_no_key_is_passed_over(self, world):
        names = top(world, 21)
        world.state.witnesses.modify(witness(world, "top03"), signing_key=NULL_PUBLIC_KEY)
        add(world, "below", 1_000, signing_key=NULL_PUBLIC_KEY)
        row = run(world)
        names.remove("top03")
        assert sorted(row.current_shuffled_witnesses) == ["initminer", *names]
        assert witness(world, "initminer").schedule == WitnessKind.TIMESHARE

    def test_few_witnesses_are_all_elected_and_share_the_pay(self, world):
        add(world, "wit1", 5)
        row = run(world)
        assert len(row.current_shuffled_witnesses) == 2
        # Two weights of 1: each block pays 21 / 2 of its own part.
        assert row.witness_pay_normalization_factor == 2

    def test_a_lone_witness_takes_the_pay_of_all(self, world):
        assert run(world).witness_pay_normalization_factor == 1

    def test_a_full_round_weighs_25(self, world):
        top(world)
        # 20 elected weigh 1, the timeshare witness 5.
        assert run(world).witness_pay_normalization_factor == 25

    def test_without_any_key_the_round_is_repeated(self, world):
        world.state.witnesses.modify(witness(world, "initminer"), signing_key=NULL_PUBLIC_KEY)
        assert run(world).current_shuffled_witnesses == ("initminer",)

    def test_a_set_key_brings_a_witness_back(self, world):
        add(world, "wit1", 5, signing_key=NULL_PUBLIC_KEY)
        assert run(world, 21).current_shuffled_witnesses == ("initminer",)
        world.state.witnesses.modify(witness(world, "wit1"), signing_key=key_of("new"))
        assert "wit1" in run(world, 42).current_shuffled_witnesses


class TestVirtualTime:
    """With 20 elected at 10^9 votes, who are always first, others come by their votes."""

    @pytest.fixture(autouse=True)
    def _elected(self, world):
        self.names = top(world, votes=10**9)

    def timeshare(self, world, block):
        row = run(world, block)
        (name,) = set(row.current_shuffled_witnesses) - set(self.names)
        return name

    def test_the_runner_in_the_lead_takes_the_slot_and_begins_again(self, world):
        add(world, "fast", 99)
        add(world, "slow", 49)
        assert self.timeshare(world, 21) == "fast"
        now = LAP // 100
        fast = witness(world, "fast")
        assert schedule(world).current_virtual_time == now
        assert (fast.virtual_position, fast.virtual_last_update) == (0, now)
        assert fast.virtual_scheduled_time == now + LAP // 100
        assert witness(world, "slow").virtual_scheduled_time == LAP // 50

    def test_slots_come_in_proportion_to_votes(self, world):
        # Speeds 100 and 50: laps end at 1, 2, 3, 4... hundredths for the one, at 2, 4... for the
        # other. L is 55 (mod 100), so that L // 50 = 2 * (L // 100) + 1: the fast is ahead.
        assert LAP % 100 == 55
        add(world, "fast", 99)
        add(world, "slow", 49)
        turns = [self.timeshare(world, 21 * number) for number in range(1, 10)]
        assert turns == ["fast", "fast", "slow"] * 3

    def test_elected_witnesses_begin_a_new_lap_whenever_time_passes_them(self, world):
        add(world, "runner", 99)
        self.timeshare(world, 21)
        elected = witness(world, "top00")
        now = LAP // 100
        assert elected.virtual_last_update == now
        assert elected.virtual_scheduled_time == now + LAP // (10**9 + 21)

    def test_when_time_is_used_up_everyone_begins_again_at_zero(self, world):
        add(world, "half", 1)
        # half's laps end at L // 2 and 2 * (L // 2); a third one would not fit 128 bits.
        assert self.timeshare(world, 21) == "half"
        assert schedule(world).current_virtual_time == LAP // 2
        world.state.witnesses.modify(witness(world, "initminer"), virtual_position=77)
        assert self.timeshare(world, 42) == "half"
        assert schedule(world).current_virtual_time == 0
        for name, votes in (("half", 1), ("initminer", 0), ("top19", 10**9 + 1)):
            row = witness(world, name)
            assert (row.virtual_position, row.virtual_last_update) == (0, 0)
            assert row.virtual_scheduled_time == LAP // (votes + 1)

    def test_without_votes_the_lap_is_the_whole_of_time(self, world):
        # initminer's lap ends with time itself: all begin again, and it is first of its kind.
        assert self.timeshare(world, 21) == "initminer"
        assert schedule(world).current_virtual_time == 0


class TestMedians:
    def test_the_middle_proposals_rule(self, world):
        for number in range(1, 5):
            add(
                world,
                f"wit{number}",
                5,
                account_creation_fee=1_000 * number,
                maximum_block_size=65_536 + number,
                sbd_interest_rate=100 * number,
                account_subsidy_budget=number,
                account_subsidy_decay=1_000_000 + number,
            )
        row = run(world)
        # With initminer's (3000, 131072, 0, 797, 347321): element 2 of five, ascending.
        assert row.account_creation_fee == 3_000
        assert row.maximum_block_size == world.globals.maximum_block_size == 65_539
        assert row.sbd_interest_rate == world.globals.sbd_interest_rate == 200
        assert row.account_subsidy_budget == 3
        assert row.account_subsidy_decay == 1_000_002

    def test_only_the_scheduled_ones_count(self, world):
        top(world)
        add(world, "below", 1, account_creation_fee=1, sbd_interest_rate=10_000)
        for number in range(5):
            add(world, f"never{number}", account_creation_fee=1, sbd_interest_rate=10_000)
        row = run(world)
        assert (row.account_creation_fee, row.sbd_interest_rate) == (3_000, 0)


class TestVersions:
    def full_round(self, world, newer, **columns):
        """Let 21 witnesses have produced; the first `newer` of them with `columns`."""
        names = [*top(world), add(world, "below", 5).owner]
        world.state.witness_schedule.modify(
            schedule(world), current_shuffled_witnesses=tuple(names), majority_version=VERSION
        )
        for number, name in enumerate(names):
            given = {
                "running_version": VERSION,
                "hardfork_version_vote": VERSION,
                "hardfork_time_vote": NOW,
            }
            world.state.witnesses.modify(
                witness(world, name), **(given | columns if number < newer else given)
            )

    @pytest.mark.parametrize(("newer", "version"), [(16, VERSION), (17, NEXT)])
    def test_seventeen_witnesses_make_a_majority_version(self, world, newer, version):
        self.full_round(world, newer, running_version=NEXT)
        assert run(world).majority_version == version

    def test_seventeen_votes_schedule_a_hardfork(self, world):
        vote = {"hardfork_version_vote": NEXT, "hardfork_time_vote": NOW + 600}
        self.full_round(world, 17, **vote)
        run(world)
        hardfork = world.state.hardfork.get()
        assert (hardfork.next_hardfork, hardfork.next_hardfork_time) == (NEXT, NOW + 600)

    def test_sixteen_do_not(self, world):
        vote = {"hardfork_version_vote": NEXT, "hardfork_time_vote": NOW + 600}
        self.full_round(world, 16, **vote)
        run(world)
        assert world.state.hardfork.get().next_hardfork == VERSION

    def test_a_lost_majority_takes_the_hardfork_back(self, world):
        world.state.hardfork.modify(
            world.state.hardfork.get(), next_hardfork=NEXT, next_hardfork_time=NOW + 600
        )
        self.full_round(world, 5, hardfork_version_vote=NEXT)
        run(world)
        assert world.state.hardfork.get().next_hardfork == VERSION

    def test_the_round_that_ends_decides(self, world):
        # The schedule of the past round is initminer alone, whom 17 new ones do not outvote.
        for number in range(17):
            add(world, f"wit{number:02}", 5, running_version=NEXT)
        run(world)
        assert schedule(world).majority_version == 0


class TestCost:
    def test_a_round_reads_no_witness_beyond_those_it_considers(self, world):
        top(world, votes=10**9)
        add(world, "runner", 10**6)

        def work(block):
            before = (world.state.witnesses.steps, world.state.witnesses.writes)
            run(world, block)
            after = (world.state.witnesses.steps, world.state.witnesses.writes)
            return tuple(new - old for new, old in zip(after, before, strict=True))

        work(21)
        few = work(42)
        for number in range(200):
            add(world, f"idle{number}", 1)
        assert work(63) == few
