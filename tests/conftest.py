"""Fixtures that every room may use."""

from pathlib import Path

import pytest
from actors import Stage

from smtchain.chain.chain import Chain
from smtchain.chain.genesis import load_genesis
from smtchain.chain.options import ChainOptions

GENESIS = Path(__file__).parents[1].joinpath("genesis")


@pytest.fixture(scope="session")
def genesis_folder():
    return GENESIS


@pytest.fixture(scope="session")
def dev_genesis():
    return load_genesis(GENESIS.joinpath("dev.json"))


@pytest.fixture
def chain(dev_genesis):
    """The dev chain in memory; all invariants are counted anew after every block."""
    with Chain.in_memory(dev_genesis, ChainOptions(recount_every=1)) as opened:
        yield Stage(opened)


@pytest.fixture
def disk_chain(dev_genesis, tmp_path):
    """The same on disk, in `tmp_path`."""
    with Chain.open(tmp_path, dev_genesis, ChainOptions(recount_every=1)) as opened:
        yield Stage(opened)


@pytest.fixture
def stage_with(dev_genesis):
    """Return a function that begins the dev chain in memory with given options."""
    opened = []

    def begin(options, genesis=dev_genesis):
        opened.append(Chain.in_memory(genesis, options))
        return Stage(opened[-1])

    yield begin
    for chain in opened:
        chain.close()
