"""When blocks come: instantly, in slots, on demand; and what the clock says meanwhile."""

import asyncio

import pytest

from protocol.assets import STEEM, Asset
from protocol.crypto import PrivateKey
from protocol.operations.transfer import Transfer
from protocol.operations.witness import LegacyChainProperties, WitnessUpdate
from smtchain.chain.chain import Chain
from smtchain.node.clock import BlockClock, TickingClock, resume_time, wall_time
from smtchain.node.config import ClockMode, seeded_slots
from smtchain.node.producer import IDLE_SECONDS, Producer
from smtchain.node.rpc import method_table
from smtchain.node.service import make_clock

DAY = 86_400
KEY = PrivateKey.from_seed("init_key")


class Wall:
    """A machine's clock that tests set."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class TestClocks:
    def test_ticking_clock_runs_with_the_machine_at_a_distance(self) -> None:
        wall = Wall(1_000.5)
        clock = TickingClock(50, wall)
        assert clock.now() == 50
        wall.now += 10
        assert clock.now() == 60
        assert clock.seconds_until(63) == 3.0

    def test_ticking_clock_goes_ahead_and_never_back(self) -> None:
        clock = TickingClock(50, Wall(1_000.0))
        clock.reach(70)
        assert clock.now() == 70
        clock.reach(60)
        assert clock.now() == 70

    def test_block_clock_stands_still(self) -> None:
        clock = BlockClock(50)
        assert (clock.now(), clock.seconds_until(1_000)) == (50, 0.0)
        clock.reach(53)
        assert clock.now() == 53

    @pytest.mark.parametrize(
        ("head_number", "head_time", "present", "expected"),
        [
            (0, 5, 1_000, 1_000),  # a new chain begins now
            (1, 1_000, 1_030, 1_030),  # a short pause is missed slots
            (1, 1_000, 1_031, 1_000),  # a long one did not happen
            (1, 1_000, 1_000 + 3 * DAY, 1_000),
            (1, 1_000, 400, 1_000),  # blocks were made ahead of time
        ],
    )
    def test_resumes_at_the_head_after_a_pause(
        self, head_number, head_time, present, expected
    ) -> None:
        assert resume_time(head_number, head_time, present) == expected

    def test_a_node_s_clock_begins_where_its_mode_says(self, rpc) -> None:
        head = rpc.chain.head_block_time  # years ago: genesis time and one block
        assert make_clock(rpc.chain, ClockMode.RESUME).now() in (head, head + 1)
        assert make_clock(rpc.chain, ClockMode.BLOCKS).now() == head
        assert abs(make_clock(rpc.chain, ClockMode.WALL).now() - wall_time()) < 5

    def test_a_new_chain_s_clock_begins_now(self, dev_genesis) -> None:
        with Chain.in_memory(dev_genesis) as chain:
            assert abs(make_clock(chain, ClockMode.RESUME).now() - wall_time()) < 5

    def test_seed_sets_the_first_slot(self) -> None:
        # sha256("7") begins 7902699b, sha256("8") begins 2c624232; slots of a day.
        assert seeded_slots("7", 28_800) == 0x7902699B % 28_800
        assert seeded_slots("8", 28_800) == 0x2C624232 % 28_800


class TestInstantBlocks:
    def test_every_transaction_gets_a_block(self, rpc) -> None:
        for amount in (1, 2):
            trx = rpc.signed(Transfer("alice", "bob", Asset(amount, STEEM), ""), signer="alice")
            rpc.call("condenser_api.broadcast_transaction", [trx])
        assert rpc.chain.head_block_number == 3
        assert len(rpc.chain.find_block(3).transactions) == 1
        assert len(rpc.chain.mempool) == 0

    def test_a_refused_transaction_gets_none(self, rpc) -> None:
        trx = rpc.signed(Transfer("alice", "bob", Asset(1, STEEM), ""), signer="bob")
        rpc.refusal("condenser_api.broadcast_transaction", [trx])
        assert rpc.chain.head_block_number == 1

    def test_block_time_does_not_expire_the_transaction(self, rpc) -> None:
        # The machine is an hour ahead of the head; the client counted a minute from the head.
        head = rpc.chain.head_block_time
        clock = TickingClock(head + 3_600, Wall(0.0))
        rpc.node.producer = Producer(rpc.chain, clock, [KEY], block_seconds=0)
        trx = rpc.signed(Transfer("alice", "bob", Asset(1, STEEM), ""), signer="alice")
        answer = rpc.call("condenser_api.broadcast_transaction_synchronous", [trx])
        assert not answer["expired"]
        assert head < rpc.chain.head_block_time < head + 60

    def test_an_empty_block_comes_when_idle(self, rpc, monkeypatch) -> None:
        clock = TickingClock(rpc.chain.head_block_time + 600, Wall(0.0))
        monkeypatch.setattr("smtchain.node.producer.IDLE_SECONDS", 0.01)
        assert IDLE_SECONDS < 60  # dsteem's transactions live for a minute of chain time
        producer = Producer(rpc.chain, clock, [KEY], block_seconds=0)
        assert run_until_block(producer, rpc.chain, 2) == []
        assert rpc.chain.head_block_time % 3 == 0
        assert abs(rpc.chain.head_block_time - clock.now()) < 3

    def test_nothing_comes_by_itself_when_the_clock_stands_still(self, rpc) -> None:
        faults = []

        async def act() -> None:
            task = asyncio.create_task(rpc.producer.run(faults.append))
            await asyncio.sleep(0.1)
            task.cancel()

        asyncio.run(act())
        assert (rpc.chain.head_block_number, faults) == (1, [])


def run_until_block(producer, chain, number: int) -> list[Exception]:
    """Run a producer until the chain has a block; return the faults it reported."""
    faults: list[Exception] = []

    async def act() -> None:
        task = asyncio.create_task(producer.run(faults.append))
        async with asyncio.timeout(10):
            while chain.head_block_number < number and not faults:
                await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(act())
    return faults


class TestSlots:
    def test_blocks_come_in_their_slots(self, rpc) -> None:
        wall = Wall(0.0)
        head = rpc.chain.head_block_time
        clock = TickingClock(head + 2, wall)
        producer = Producer(rpc.chain, clock, [KEY], block_seconds=3)
        faults = []

        async def act() -> None:
            task = asyncio.create_task(producer.run(faults.append))
            await asyncio.sleep(0.05)
            assert rpc.chain.head_block_number == 1  # one second too early
            wall.now = 1.0
            async with asyncio.timeout(10):
                while rpc.chain.head_block_number < 2:
                    await asyncio.sleep(0.01)
            task.cancel()

        asyncio.run(act())
        assert faults == []
        assert rpc.chain.head_block_time == head + 3

    def test_late_blocks_take_the_present_slot(self, rpc) -> None:
        head = rpc.chain.head_block_time
        clock = TickingClock(head + 31, Wall(0.0))
        producer = Producer(rpc.chain, clock, [KEY], block_seconds=3)
        assert run_until_block(producer, rpc.chain, 2) == []
        assert rpc.chain.head_block_time == head + 30

    def test_first_block_of_a_seeded_chain_comes_in_the_seed_s_slot(self, dev_genesis) -> None:
        with Chain.in_memory(dev_genesis) as chain:
            clock = BlockClock(chain.head_block_time)
            producer = Producer(chain, clock, [KEY], block_seconds=0, first_slot=100)
            asyncio.run(producer.produce(2))
            assert chain.head_block_time == dev_genesis.params.genesis_time + 300 + 3

    def test_faults_are_reported(self, rpc, monkeypatch) -> None:
        def fail(*_: object) -> None:
            raise OSError("the disk is full")

        monkeypatch.setattr(rpc.chain, "generate_block", fail)
        clock = TickingClock(rpc.chain.head_block_time + 3, Wall(0.0))
        producer = Producer(rpc.chain, clock, [KEY], block_seconds=3)
        (fault,) = run_until_block(producer, rpc.chain, 2)
        assert str(fault) == "the disk is full"


class TestDebugApi:
    def test_generates_blocks(self, rpc) -> None:
        head = rpc.chain.head_block_time
        answer = rpc.call("debug_node_api.debug_generate_blocks", {"debug_key": "", "count": 5})
        assert answer == {"blocks": 5}
        assert (rpc.chain.head_block_number, rpc.chain.head_block_time) == (6, head + 15)

    def test_misses_slots_first(self, rpc) -> None:
        head = rpc.chain.head_block_time
        params = {"debug_key": KEY.wif, "count": 2, "skip": 0, "miss_blocks": 4}
        assert rpc.call("debug_node_api.debug_generate_blocks", params) == {"blocks": 2}
        assert (rpc.chain.head_block_number, rpc.chain.head_block_time) == (3, head + 5 * 3 + 3)

    def test_goes_to_a_time_sparsely(self, rpc) -> None:
        year = 365 * DAY
        moment = rpc.chain.head_block_time + year
        call = "debug_node_api.debug_generate_blocks_until"
        text = rpc.node.legacy.times([moment])[0]
        assert rpc.call(call, {"debug_key": "", "head_block_time": text}) == {"blocks": 1}
        assert rpc.chain.head_block_time == moment
        assert rpc.clock.now() == moment
        # The past needs no block.
        assert rpc.call(call, {"debug_key": "", "head_block_time": text}) == {"blocks": 0}

    def test_goes_to_a_time_between_slots_through_every_slot(self, rpc) -> None:
        head = rpc.chain.head_block_time
        text = rpc.node.legacy.times([head + 10])[0]
        params = {"debug_key": "", "head_block_time": text, "generate_sparsely": False}
        assert rpc.call("debug_node_api.debug_generate_blocks_until", params) == {"blocks": 4}
        assert rpc.chain.head_block_time == head + 12
        assert rpc.chain.head_block_number == 5

    @pytest.mark.parametrize("key", ["5J", PrivateKey.from_seed("other").wif])
    def test_refuses_a_key_that_is_not_the_producer_s_and_hides_it(self, rpc, key) -> None:
        params = {"debug_key": key, "count": 1}
        refusal = rpc.refusal("debug_node_api.debug_generate_blocks", params)
        assert refusal.error["data"]["field"] == "debug_key"
        assert key not in str(refusal.error)
        assert rpc.chain.head_block_number == 1

    def test_bounds_the_work_of_one_call(self, rpc) -> None:
        call = "debug_node_api.debug_generate_blocks"
        assert rpc.refusal(call, {"count": 100_001}).error["data"]["field"] == "count"
        text = rpc.node.legacy.times([rpc.chain.head_block_time + 300_003])[0]
        params = {"debug_key": "", "head_block_time": text, "generate_sparsely": False}
        refusal = rpc.refusal("debug_node_api.debug_generate_blocks_until", params)
        assert refusal.error["data"]["field"] == "head_block_time"
        assert rpc.chain.head_block_number == 1

    @pytest.mark.parametrize(
        ("method", "params", "field"),
        [
            ("debug_generate_blocks", {"miss_blocks": 0xFFFFFFFF}, "miss_blocks"),
            ("debug_generate_blocks", {"miss_blocks": 800_000_000}, "miss_blocks"),
            (
                "debug_generate_blocks_until",
                {"debug_key": "", "head_block_time": "2106-02-07T06:28:15"},
                "head_block_time",
            ),
            (
                "debug_generate_blocks_until",
                {"debug_key": "", "head_block_time": "2096-01-01T00:00:01"},
                "head_block_time",
            ),
        ],
    )
    def test_does_not_travel_to_where_time_ends(self, rpc, method, params, field) -> None:
        # Times have 32 bits: from the last of them a chain can never go on.
        head = rpc.chain.head_block_id
        refusal = rpc.refusal(f"debug_node_api.{method}", params)
        assert (refusal.code, refusal.error["data"]["field"]) == ("rpc.params.range", field)
        assert rpc.chain.head_block_id == head
        until = {"debug_key": "", "head_block_time": "2096-01-01T00:00:00"}
        assert rpc.call("debug_node_api.debug_generate_blocks_until", until) == {"blocks": 1}
        rpc.produce(3)
        assert rpc.chain.halted == ""

    def test_knows_hardforks(self, rpc) -> None:
        has = "debug_node_api.debug_has_hardfork"
        assert rpc.call(has, {"hardfork_id": 22}) == {"has_hardfork": True}
        assert rpc.call(has, {"hardfork_id": 23}) == {"has_hardfork": False}
        assert rpc.call("debug_node_api.debug_set_hardfork", {"hardfork_id": 22}) == {}
        refusal = rpc.refusal("debug_node_api.debug_set_hardfork", {"hardfork_id": 23})
        assert refusal.error["data"]["field"] == "hardfork_id"

    def test_says_whose_key_is_missing(self, rpc) -> None:
        other = PrivateKey.from_seed("other").public_key
        row = rpc.chain.state.witnesses.get("initminer")
        update = WitnessUpdate(
            owner="initminer",
            url="https://example.org",
            block_signing_key=other,
            props=row_properties(row),
            fee=Asset(0, STEEM),
        )
        trx = rpc.signed(update, signer="init_", role="key")  # sha256("init_key")
        rpc.call("condenser_api.broadcast_transaction", [trx])
        refusal = rpc.refusal("debug_node_api.debug_generate_blocks", {"count": 1})
        assert refusal.code == "node.no_witness_key"

    def test_is_not_served_by_ordinary_nodes(self) -> None:
        names = method_table(is_testnet=False).names()
        assert not [name for name in names if name.startswith("debug_node_api")]
        assert "condenser_api.get_accounts" in names


def row_properties(row):
    return LegacyChainProperties(
        Asset(row.account_creation_fee, STEEM), row.maximum_block_size, row.sbd_interest_rate
    )
