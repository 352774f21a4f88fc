"""A node that produces for many witnesses, and for some of them; what clients read of votes."""

import asyncio

import pytest
from actors import Stage, key_of
from dpos_world import WITNESSES, dpos_genesis, elect, producers, schedule_of, to_next_round
from rpc_world import Rpc

from protocol.assets import STEEM, Asset
from protocol.operations.transfer import Transfer
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    LegacyChainProperties,
    WitnessUpdate,
)
from smtchain.chain.chain import Chain
from smtchain.node.clock import BlockClock, TickingClock
from smtchain.node.config import NodeConfig
from smtchain.node.producer import NoWitnessKeyError, Producer
from smtchain.node.service import make_node
from smtchain.node.testnet import known_witness_keys

GIVE = Transfer("alice", "bob", Asset(1, STEEM), "")


@pytest.fixture(scope="module")
def genesis(genesis_folder):
    return dpos_genesis(genesis_folder)


@pytest.fixture
def stage(genesis):
    with Chain.in_memory(genesis) as chain:
        yield Stage(chain)


def producer_of(stage, names, clock=None, block_seconds=0):
    clock = clock or BlockClock(stage.chain.head_block_time)
    keys = [key_of(name) for name in names]
    return Producer(stage.chain, clock, keys, block_seconds=block_seconds)


class TestManyWitnesses:
    def test_one_node_signs_for_all_of_them(self, stage):
        elect(stage)
        asyncio.run(producer_of(stage, WITNESSES).produce(61))
        assert stage.chain.head_block_number == 63
        for blocks in (stage.blocks[:21], stage.blocks[21:42], stage.blocks[42:]):
            assert len(set(producers(blocks))) == 21
        assert stage.state.globals.get().participation_count == 128

    def test_the_slots_of_absent_keys_stay_empty(self, stage):
        asyncio.run(producer_of(stage, WITNESSES[:7]).produce(14))
        assert set(producers(stage.blocks)) == set(WITNESSES[:7])
        missed = [stage.state.witnesses.get(name).total_missed for name in WITNESSES[:21]]
        assert missed[:7] == [0] * 7
        assert sum(missed) == stage.state.globals.get().current_aslot - 14

    def test_a_transaction_waits_for_no_foreign_turn(self, stage):
        producer = producer_of(stage, ["wit09"])
        asyncio.run(producer.produce(1))
        stage.push(GIVE)
        asyncio.run(producer.transaction_accepted())
        assert producers(stage.blocks) == ["wit09", "wit09"]
        assert len(stage.blocks[-1].envelope.transactions) == 1

    def test_going_to_a_time_through_own_slots_only(self, stage):
        moment = stage.now + 3 * 63
        made = asyncio.run(
            producer_of(stage, ["wit03", "wit10"]).produce_until(moment, sparsely=False)
        )
        assert stage.now >= moment
        # Two of 21 slots for three rounds, and the first own slot from the moment on.
        assert made == stage.chain.head_block_number == 7

    def test_going_to_a_time_sparsely_takes_the_next_own_slot(self, stage):
        moment = stage.now + 3 * 21 * 1_000 + 1  # between two slots
        made = asyncio.run(producer_of(stage, ["wit03"]).produce_until(moment, sparsely=True))
        assert made == 1
        assert moment <= stage.now < moment + 3 * 21
        assert producers(stage.blocks) == ["wit03"]

    def test_without_any_key_of_the_round_there_is_no_block(self, stage):
        with pytest.raises(NoWitnessKeyError):
            asyncio.run(producer_of(stage, ["wit24"]).produce(1))

    def test_in_real_slots_foreign_turns_pass(self, stage):
        stage.produce()
        clock = TickingClock(stage.now + 3, lambda: 0.0)
        name = stage.chain.scheduled_witness(1)
        faults = []

        async def act(producer):
            task = asyncio.create_task(producer.run(faults.append))
            await asyncio.sleep(0.1)
            task.cancel()

        asyncio.run(act(producer_of(stage, set(WITNESSES) - {name}, clock, block_seconds=3)))
        assert (stage.chain.head_block_number, faults) == (1, [])
        asyncio.run(act(producer_of(stage, [name], clock, block_seconds=3)))
        assert (stage.chain.head_block_number, faults) == (2, [])

    def test_a_node_without_keys_only_listens(self, stage):
        faults = []

        async def act(producer):
            task = asyncio.create_task(producer.run(faults.append))
            await asyncio.sleep(0.1)
            task.cancel()

        clock = TickingClock(stage.now + 3, lambda: 0.0)
        asyncio.run(act(producer_of(stage, [], clock, block_seconds=3)))
        assert (stage.chain.head_block_number, faults) == (0, [])


class TestSigningOnce:
    def fork(self, genesis, stage):
        """Let `stage` produce far ahead, then switch to a branch with less time behind it."""
        with Chain.in_memory(genesis) as other_chain:
            other = Stage(other_chain)
            other.produce()
            stage.chain.push_block(other.blocks[0].envelope)
            mine = stage.produce(slot=22).envelope.block
            other.produce(2)
            for block in other.blocks[1:]:
                stage.chain.push_block(block.envelope)
        return mine

    @pytest.fixture
    def genesis(self, genesis_folder):
        return dpos_genesis(genesis_folder, irreversible_lag=None)

    def test_a_ticking_clock_passes_the_slot(self, genesis, stage):
        mine = self.fork(genesis, stage)
        clock = TickingClock(mine.timestamp, lambda: 0.0)
        producer = producer_of(stage, WITNESSES, clock, block_seconds=3)
        faults = []

        async def act():
            task = asyncio.create_task(producer.run(faults.append))
            await asyncio.sleep(0.1)
            clock.reach(mine.timestamp + 3)
            await asyncio.sleep(0.1)
            task.cancel()

        number = stage.chain.head_block_number
        asyncio.run(act())
        assert faults == []
        assert stage.chain.head_block_number == number + 1
        assert stage.chain.head_block_time == mine.timestamp + 3

    def test_a_standing_clock_goes_on_after_it(self, genesis, stage):
        mine = self.fork(genesis, stage)
        asyncio.run(producer_of(stage, WITNESSES).produce(1))
        assert stage.chain.head_block_time == mine.timestamp + 3


class TestTestnetKeys:
    def test_are_those_of_witnesses_that_sign_with_development_keys(self, stage):
        found = {key.public_key for key in known_witness_keys(stage.state)}
        assert found == {key_of(name).public_key for name in (*WITNESSES, "initminer")}

    def test_only_testnets_use_them(self, stage, tmp_path):
        for is_testnet in (True, False):
            node = make_node(stage.chain, NodeConfig(data_dir=tmp_path, is_testnet=is_testnet))
            assert (key_of("wit07").public_key in node.producer.public_keys) == is_testnet

    def test_a_witness_with_a_key_of_its_own_is_not_among_them(self, stage):
        stage.send(
            WitnessUpdate(
                owner="wit07",
                url="https://example.com",
                block_signing_key=key_of("secret").public_key,
                props=LegacyChainProperties(account_creation_fee=Asset(3_000, STEEM)),
                fee=Asset(0, STEEM),
            )
        )
        found = {key.public_key for key in known_witness_keys(stage.state)}
        assert key_of("wit07").public_key not in found
        assert key_of("secret").public_key not in found


class TestReads:
    @pytest.fixture
    def rpc(self, stage):
        elect(stage)
        stage.send(AccountWitnessVote("carol", "wit02"))
        stage.send(AccountWitnessVote("carol", "wit01"))
        stage.send(AccountWitnessProxy("dave", "carol"))
        return Rpc(stage.chain)

    def test_an_account_shows_whom_it_votes_for(self, rpc):
        (carol, dave) = rpc.call("condenser_api.get_accounts", [["carol", "dave"]])
        assert carol["witness_votes"] == ["wit01", "wit02"]
        assert carol["witnesses_voted_for"] == 2
        assert (dave["proxy"], dave["witness_votes"]) == ("carol", [])
        vests = int(dave["vesting_shares"].split()[0].replace(".", ""))
        assert int(carol["proxied_vsf_votes"][0]) == vests

    def test_votes_are_listed_by_account_and_by_witness(self, rpc):
        def votes(**params):
            return [
                (row["account"], row["witness"])
                for row in rpc.call("database_api.list_witness_votes", params)["votes"]
            ]

        assert votes(start=["carol", ""], limit=3, order="by_account_witness") == [
            ("carol", "wit01"),
            ("carol", "wit02"),
            ("wit00", "wit00"),
        ]
        assert votes(start=["wit02", ""], limit=2, order="by_witness_account") == [
            ("carol", "wit02"),
            ("wit02", "wit02"),
        ]
        assert votes(start=None, limit=1, order="by_account_witness") == [("carol", "wit01")]
        params = {"start": None, "limit": 1, "order": "by_name"}
        assert rpc.refusal("database_api.list_witness_votes", params)

    def test_witnesses_are_listed_by_votes(self, rpc):
        rows = rpc.call("condenser_api.get_witnesses_by_vote", ["", 3])
        assert [row["owner"] for row in rows] == ["wit01", "wit02", "wit00"]
        votes = [int(row["votes"]) for row in rows]
        assert votes == sorted(votes, reverse=True)

    def test_the_schedule_is_the_round_s(self, rpc, stage):
        to_next_round(stage)
        shown = rpc.call("condenser_api.get_witness_schedule")
        assert tuple(shown["current_shuffled_witnesses"]) == schedule_of(stage)
        assert shown["num_scheduled_witnesses"] == 21
        assert shown["next_shuffle_block_num"] == 42
        assert rpc.call("condenser_api.get_active_witnesses") == list(schedule_of(stage))
        assert int(shown["current_virtual_time"]) == (
            stage.state.witness_schedule.get().current_virtual_time
        )
