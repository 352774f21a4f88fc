"""`--check-invariants N`: the recount runs every N blocks, and a violation stops the node."""

import asyncio

import pytest

from protocol.crypto import PrivateKey
from protocol.errors import InvariantViolationError
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import load_genesis
from smtchain.node.config import ClockMode, NodeConfig, shipped_genesis
from smtchain.node.service import Service


def run_service(folder, blocks, **changes):
    """Run a node that makes so many blocks at once and then stops."""
    config = NodeConfig(
        data_dir=folder,
        genesis=shipped_genesis("dev"),
        port=0,
        block_seconds=0,
        witness_keys=(PrivateKey.from_seed("init_key"),),
        clock=ClockMode.BLOCKS,
        seed="7",
        is_testnet=True,
        **changes,
    )

    def announce(node, _url):
        loop = asyncio.get_running_loop()

        async def make():
            try:
                await node.producer.produce(blocks - node.chain.head_block_number)
                service.stop()
            except InvariantViolationError as error:
                service._halt(error)

        tasks.append(loop.create_task(make()))

    tasks = []
    service = Service(config, announce)
    asyncio.run(service.run())


@pytest.fixture
def recounts(monkeypatch):
    """The heads at which everything was counted anew; a chain counts its genesis in any case."""
    heads = []

    def recount(state, _params):
        heads.append(state.globals.get().head_block_number)

    monkeypatch.setattr("smtchain.chain.head.recount", recount)
    return heads


@pytest.mark.parametrize(
    ("every", "expected"), [(0, [0]), (1, [0, 1, 2, 3, 4, 5, 6, 7]), (3, [0, 3, 6])]
)
def test_everything_is_counted_anew_every_n_blocks(tmp_path, recounts, every, expected):
    run_service(tmp_path, 7, check_invariants=every)
    assert recounts == expected


def test_a_violation_stops_the_node_and_touches_nothing(tmp_path, monkeypatch, caplog):
    def recount(state, _params):
        if state.globals.get().head_block_number == 6:
            raise InvariantViolationError("invariant 7: STEEM supply is 5, counted 6")

    monkeypatch.setattr("smtchain.chain.head.recount", recount)
    with pytest.raises(InvariantViolationError, match="invariant 7"):
        run_service(tmp_path, 7, check_invariants=3)
    assert "the node stops: invariant 7: STEEM supply is 5, counted 6" in caplog.text
    with Chain.open(tmp_path, load_genesis(shipped_genesis("dev"))) as chain:
        assert chain.head_block_number == 5
        chain.state.discard_pending()
        assert chain.state.recount_digest() == chain.digest()
