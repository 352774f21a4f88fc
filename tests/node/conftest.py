"""Fixtures of the node's tests."""

import pytest
from rpc_world import Rpc

from smtchain.chain.chain import Chain
from smtchain.chain.genesis import load_genesis
from smtchain.node.config import shipped_genesis


@pytest.fixture
def rpc(dev_genesis):
    """A node on the dev chain in memory: instant blocks, one block made."""
    with Chain.in_memory(dev_genesis) as chain:
        made = Rpc(chain)
        made.produce()
        yield made


@pytest.fixture
def testnet_rpc():
    """The same with steemd's test net identity."""
    with Chain.in_memory(load_genesis(shipped_genesis("testnet"))) as chain:
        made = Rpc(chain)
        made.produce()
        yield made
