"""Witnesses on a whole chain: rounds, missed slots, keys, pay, irreversibility, long pauses."""

import random
from dataclasses import replace

import pytest
from actors import Stage, key_of
from dpos_world import (
    WITNESSES,
    dpos_genesis,
    elect,
    producers,
    schedule_of,
    to_next_round,
)

from protocol.assets import STEEM, Asset
from protocol.crypto import NULL_PUBLIC_KEY, PrivateKey
from protocol.errors import ProtocolError
from protocol.operations.vesting import TransferToVesting
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    LegacyChainProperties,
    ProducerReward,
    ShutdownWitness,
    WitnessSetProperties,
    WitnessUpdate,
)
from protocol.types import PublicKey
from protocol.wire import encode_as
from smtchain.chain.block_checks import WitnessSignatureError
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import with_params
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay
from smtchain.state.state import State

YEAR_SLOTS = 365 * 28_800


@pytest.fixture(scope="module")
def many_genesis(genesis_folder):
    return dpos_genesis(genesis_folder)


@pytest.fixture
def begin(many_genesis):
    """Return a function that starts the chain of 25 witnesses, with changed constants."""
    opened = []

    def start(**params):
        genesis = many_genesis
        if params:
            genesis = with_params(genesis, replace(genesis.params, **params))
        opened.append(Chain.in_memory(genesis, ChainOptions(recount_every=1)))
        return Stage(opened[-1])

    yield start
    for chain in opened:
        chain.close()


def witness(stage, name):
    return stage.state.witnesses.get(name)


def new_key(name, key):
    """Return the operation that gives a witness another signing key, by its owner's authority."""
    return WitnessUpdate(
        owner=name,
        url="https://example.com",
        block_signing_key=key,
        props=LegacyChainProperties(account_creation_fee=Asset(3_000, STEEM)),
        fee=Asset(0, STEEM),
    )


def skip_turns(stage, absent, until):
    """Produce up to block `until`, leaving the slots of the `absent` empty."""
    while stage.chain.head_block_number < until:
        slot = 1
        while stage.chain.scheduled_witness(slot) in absent:
            slot += 1
        stage.produce(slot=slot)


class TestRounds:
    def test_the_first_21_of_the_genesis_file_begin(self, begin):
        stage = begin()
        stage.produce(20)
        # Slot 1 has place 1 of the schedule: (0 + 1) mod 21.
        assert producers(stage.blocks) == list(WITNESSES[1:21])

    def test_votes_decide_from_block_21_on(self, begin):
        stage = begin()
        elect(stage, WITNESSES[5:])
        to_next_round(stage)
        # wit05 to wit24 have votes. Of the rest wit00 has the lowest id; its lap, like theirs,
        # is the whole of time.
        assert sorted(schedule_of(stage)) == ["wit00", *WITNESSES[5:]]
        stage.produce(21)
        assert sorted(producers(stage.blocks[-21:])) == sorted(["wit00", *WITNESSES[5:]])

    def test_every_round_is_shuffled_anew(self, begin):
        stage = begin()
        elect(stage)
        to_next_round(stage)
        rounds = set()
        for _ in range(4):
            rounds.add(schedule_of(stage))
            stage.produce(21)
        assert len(rounds) == 4

    def test_each_of_a_round_produces_once(self, begin):
        stage = begin()
        elect(stage)
        to_next_round(stage)
        members = sorted(schedule_of(stage))
        stage.produce(21)
        assert sorted(producers(stage.blocks[-21:])) == members

    def test_vests_move_votes_through_proxies_to_witnesses(self, begin):
        stage = begin()
        carol = stage.state.accounts.get("carol").vesting_shares
        dave = stage.state.accounts.get("dave").vesting_shares
        stage.send(AccountWitnessVote("carol", "wit24"))
        assert witness(stage, "wit24").votes == carol
        stage.send(AccountWitnessProxy("dave", "carol"))
        assert witness(stage, "wit24").votes == carol + dave
        stage.send(TransferToVesting("dave", "dave", Asset(50_000, STEEM)))
        bought = stage.state.accounts.get("dave").vesting_shares - dave
        assert bought > 0
        assert witness(stage, "wit24").votes == carol + dave + bought
        to_next_round(stage)
        assert "wit24" in schedule_of(stage)
        stage.send(AccountWitnessProxy("dave", ""))
        stage.send(AccountWitnessVote("carol", "wit24", approve=False))
        assert witness(stage, "wit24").votes == 0

    def test_a_replay_schedules_the_same(self, begin, many_genesis, tmp_path):
        stage = begin()
        elect(stage)
        skip_turns(stage, {"wit03", "wit07"}, 70)
        blocks = [block.envelope for block in stage.blocks]
        memory = replay(many_genesis, blocks, recount_every=1)
        state = State.open(tmp_path, chain_id=many_genesis.params.chain_id)
        disk = replay(many_genesis, blocks, state=state)
        state.close()
        assert memory.digest == disk.digest == stage.chain.digest()

    def test_undoing_a_block_undoes_the_round_it_scheduled(self, begin):
        one, two = begin(irreversible_lag=None), begin(irreversible_lag=None)
        one.produce(20)
        for block in one.blocks:
            two.chain.push_block(block.envelope)
        before = schedule_of(one)
        one.produce()
        assert schedule_of(one) != before
        # Two leaves a slot out: its block 21 has another time and another shuffle.
        two.produce(2, slot=2)
        for block in two.blocks[20:]:
            one.chain.push_block(block.envelope)
        assert one.chain.head_block_id == two.chain.head_block_id
        assert one.chain.digest() == two.chain.digest()
        assert schedule_of(one) == schedule_of(two)


class TestSums:
    """Invariant 21 is counted anew after every block."""

    PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy")

    def anything(self, chance):
        who, other = chance.choice(self.PEOPLE), chance.choice((*self.PEOPLE, "", "", ""))
        name = chance.choice(WITNESSES)
        return chance.choice(
            [
                AccountWitnessVote(who, name, approve=chance.random() < 0.7),
                AccountWitnessProxy(who, other),
                TransferToVesting(who, other or who, Asset(chance.randrange(1, 10**6), STEEM)),
            ]
        )

    @pytest.mark.parametrize("seed", range(3))
    def test_votes_are_the_weight_of_the_voters_whatever_happens(self, begin, seed):
        stage, chance = begin(), random.Random(seed)
        done, refused = [], 0
        for number in range(300):
            try:
                done.append(stage.push(self.anything(chance), expiration=stage.now + 60 + number))
            except ProtocolError:
                refused += 1
            if number % 10 == 9:
                stage.produce()
        assert len(done) > 150
        assert refused > 20
        ways = [stage.state.accounts.get(name).proxied_vsf_votes for name in self.PEOPLE]
        assert any(levels[1] for levels in ways)


class TestMissedSlots:
    def test_whose_turn_was_missed_is_charged_and_participation_falls(self, begin):
        stage = begin()
        stage.produce()
        stage.produce(slot=4)  # wit01 produced; wit02 to wit04 are missed
        missed = {name: witness(stage, name).total_missed for name in WITNESSES}
        assert {name: count for name, count in missed.items() if count} == {
            "wit02": 1,
            "wit03": 1,
            "wit04": 1,
        }
        # 128 filled slots at genesis; one block, three slots missed: 124 of 128 and the block.
        assert stage.state.globals.get().participation_count == 125
        assert stage.state.globals.get().current_aslot == 5
        assert witness(stage, "wit05").last_aslot == 5

    def test_a_year_without_blocks_costs_what_one_missed_round_does(self, begin):
        stage = begin()
        elect(stage)
        to_next_round(stage)
        tables = [table for table in vars(stage.state).values() if hasattr(table, "schema")]

        def work(slot):
            before = [(table.reads, table.writes, table.steps) for table in tables]
            stage.produce(slot=slot)
            after = [(table.reads, table.writes, table.steps) for table in tables]
            return [
                tuple(new - old for new, old in zip(late, early, strict=True))
                for late, early in zip(after, before, strict=True)
            ]

        stage.jump_to(stage.now + 3_600)  # no transaction is left to expire
        stage.produce()
        round_missed = work(22)
        assert work(YEAR_SLOTS + 1) == round_missed

    def test_a_year_is_charged_to_all_of_the_round_alike(self, begin):
        stage = begin()
        stage.produce(slot=21 * 500_000 + 1)
        missed = {witness(stage, name).total_missed for name in WITNESSES[:21]}
        producer = stage.blocks[-1].envelope.block.witness
        assert witness(stage, producer).total_missed == 0
        assert missed == {0, 500_000}
        assert {witness(stage, name).total_missed for name in WITNESSES[21:]} == {0}


class TestKeys:
    def due(self, stage, name):
        """Return the number of the next slot that is the witness' turn."""
        return next(slot for slot in range(1, 22) if stage.chain.scheduled_witness(slot) == name)

    def sign(self, stage, name, key):
        slot = self.due(stage, name)
        return stage.chain.generate_block(stage.chain.slot_time(slot), name, key)

    def test_a_new_key_signs_from_the_next_block_on(self, begin):
        stage = begin()
        fresh = PrivateKey.from_seed("fresh")
        stage.send(new_key("wit05", fresh.public_key))
        with pytest.raises(WitnessSignatureError):
            self.sign(stage, "wit05", key_of("wit05"))
        self.sign(stage, "wit05", fresh)
        assert witness(stage, "wit05").last_confirmed_block_num == stage.chain.head_block_number

    def test_the_signing_key_itself_may_name_the_next_one(self, begin):
        stage = begin()
        first, second = key_of("wit05"), PrivateKey.from_seed("second")
        props = tuple(
            (name, encode_as(PublicKey, key.public_key, stage.params.network))
            for name, key in (("key", first), ("new_signing_key", second))
        )
        stage.send(WitnessSetProperties("wit05", props), signers=[first])
        with pytest.raises(WitnessSignatureError):
            self.sign(stage, "wit05", first)
        self.sign(stage, "wit05", second)

    def test_a_null_key_ends_production_and_the_next_round_goes_without(self, begin):
        stage = begin()
        elect(stage)
        stage.send(new_key("wit05", NULL_PUBLIC_KEY))
        with pytest.raises(WitnessSignatureError):
            self.sign(stage, "wit05", key_of("wit05"))
        skip_turns(stage, {"wit05"}, 21)
        assert "wit05" not in schedule_of(stage)
        # wit05's place among the twenty is wit20's; the 21st slot is a runner's.
        assert set(WITNESSES[:21]) - {"wit05"} < set(schedule_of(stage))
        stage.send(new_key("wit05", key_of("wit05").public_key))
        to_next_round(stage)
        assert "wit05" in schedule_of(stage)

    def test_a_vanished_witness_keeps_its_key(self, begin):
        # steemd since HF20: only its owner takes it away.
        stage = begin()
        elect(stage)
        skip_turns(stage, {"wit03"}, 90)
        assert witness(stage, "wit03").total_missed >= 3
        assert witness(stage, "wit03").signing_key == key_of("wit03").public_key

    def test_a_chain_may_shut_down_who_is_absent_for_too_long(self, begin):
        stage = begin(witness_shutdown_blocks=45)
        elect(stage)
        last = witness(stage, "wit03").last_confirmed_block_num
        while not stage.events(ShutdownWitness):
            skip_turns(stage, {"wit03"}, stage.chain.head_block_number + 1)
            assert stage.chain.head_block_number < 100
        # The first turn it missed with more than 45 blocks since its last one.
        number = stage.chain.head_block_number
        assert number - 1 - last > 45
        missed_before = [
            block.number
            for block, prior in zip(stage.blocks[1:], stage.blocks, strict=False)
            if block.envelope.block.timestamp - prior.envelope.block.timestamp > 3
        ]
        assert [each for each in missed_before if each - 1 - last > 45] == [number]
        assert witness(stage, "wit03").signing_key == NULL_PUBLIC_KEY
        skip_turns(stage, {"wit03"}, 130)
        assert stage.events(ShutdownWitness) == [ShutdownWitness("wit03")]
        assert "wit03" not in schedule_of(stage)
        stage.send(new_key("wit03", key_of("wit03").public_key))
        to_next_round(stage)
        assert "wit03" in schedule_of(stage)

    def test_a_pause_of_all_shuts_down_nobody(self, begin):
        # Blocks without the witness count, not slots.
        stage = begin(witness_shutdown_blocks=45)
        stage.produce(21)
        stage.produce(slot=YEAR_SLOTS)
        assert stage.events(ShutdownWitness) == []


class TestPay:
    """database.cpp::process_funds in docs/RULES.md 4.7; vesting and content parts are not paid."""

    def created(self, stage):
        """Return the STEEM that the next block creates, and the witness' part of it."""
        supply = stage.state.globals.get().current_supply
        new = stage.state.globals.get().virtual_supply * 978 // (10_000 * 10_512_000)
        content, vesting = new * 7_500 // 10_000, new * 1_500 // 10_000
        stage.produce()
        grown = stage.state.globals.get().current_supply - supply
        return grown - content - vesting, new - content - vesting

    def test_a_lone_witness_gets_the_pay_of_21_from_the_first_round_on(self, chain):
        chain.produce(18)
        for _ in (19, 20):
            pay, part = self.created(chain)
            assert pay == part * 21 // 25
        for _ in (21, 22):
            pay, part = self.created(chain)
            assert pay == part * 21

    def test_in_a_full_round_the_elected_get_one_weight_the_runner_five(self, begin):
        stage = begin()
        elect(stage)
        to_next_round(stage)
        weights = []
        for _ in range(20):
            pay, part = self.created(stage)
            name = stage.blocks[-1].envelope.block.witness
            weight = 5 if name not in WITNESSES[:20] else 1
            weights.append(weight)
            assert pay == part * 21 * weight // 25
        # The 21st of the round is paid in the block that schedules the next one.
        assert weights.count(5) <= 1
        assert len(stage.events(ProducerReward)) == stage.chain.head_block_number


class TestIrreversibility:
    def rules(self):
        return {"irreversible_lag": None, "irreversible_support_min_block": 42}

    def test_at_first_it_lies_21_blocks_back(self, begin):
        stage = begin(**self.rules())
        stage.produce(41)
        assert stage.chain.last_irreversible_block_number == 20

    def test_then_it_is_the_sixth_oldest_confirmation(self, begin):
        stage = begin(**self.rules())
        elect(stage)
        before = 0
        while stage.chain.head_block_number < 90:
            stage.produce()
            number = stage.chain.last_irreversible_block_number
            assert number >= before
            if stage.chain.head_block_number % 21 == 20:
                # In the last block but one of a round all but one of its witnesses produced in
                # it; the sixth oldest of 21 is 15 back, the one still to come counted.
                confirmed = sorted(
                    witness(stage, name).last_confirmed_block_num for name in schedule_of(stage)
                )
                if stage.chain.head_block_number > 42:
                    assert number == confirmed[5] == stage.chain.head_block_number - 15
            before = number

    @pytest.mark.parametrize(("absent", "moves"), [(5, True), (6, False)])
    def test_a_quarter_of_the_witnesses_may_be_away(self, begin, absent, moves):
        stage = begin(**self.rules())
        stage.produce(42)
        members = sorted(schedule_of(stage))
        before = stage.chain.last_irreversible_block_number
        skip_turns(stage, set(members[:absent]), 58)
        confirmed = [witness(stage, name).last_confirmed_block_num for name in members]
        assert sum(number > 42 for number in confirmed) >= 15
        assert (stage.chain.last_irreversible_block_number > 42) == moves
        assert stage.chain.last_irreversible_block_number >= before
