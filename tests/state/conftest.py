"""Fixtures: an engine of each kind."""

import pytest
from state_rows import Entry, lmdb_engine, memory_engine


@pytest.fixture(params=["memory", "lmdb"])
def engine(request, tmp_path):
    made = memory_engine() if request.param == "memory" else lmdb_engine(tmp_path / "state")
    yield made
    made.close()


@pytest.fixture
def table(engine):
    """The table of `Entry` while block 0 is open."""
    engine.begin_block(0)
    return engine.table(Entry)
