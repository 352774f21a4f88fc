"""Operation history in memory, on disk, and half of each."""

import pytest
from state_rows import lmdb_engine, memory_engine

from smtchain.state import history as history_module
from smtchain.state.errors import SessionError
from smtchain.state.history import NO_TRANSACTION, HistoryEntry, TransactionPlace


def transaction_id(number):
    return number.to_bytes(20, "big")


def operation(block, number, tag=2, **fields):
    values = {
        "block_num": block,
        "operation": bytes([tag]) + b"body",
        "trx_id": transaction_id(number),
        "trx_in_block": number % 10,
        "op_in_trx": 0,
        "virtual_op": 0,
        "is_virtual": False,
        "timestamp": 1_000 + 3 * block,
    }
    return HistoryEntry(**values | fields)


def virtual(block, tag=77):
    return operation(
        block, 0, tag, trx_in_block=NO_TRANSACTION, trx_id=bytes(20), is_virtual=True, virtual_op=1
    )


def append(engine, block):
    """Add a block: alice pays bob, then the chain reports something to alice."""
    engine.begin_block(block)
    engine.seal_block()
    engine.history.append_block(
        block,
        [
            (operation(block, 10 * block), ("alice", "bob")),
            (operation(block, 10 * block + 1, tag=3), ("bob",)),
            (virtual(block), ("alice",)),
        ],
    )


@pytest.fixture(params=["memory", "disk", "mixed", "reopened"])
def engine(request, tmp_path):
    """Blocks 1 to 4, kept in each possible way."""
    made = memory_engine() if request.param == "memory" else lmdb_engine(tmp_path)
    for block in range(1, 5):
        append(made, block)
    if request.param in ("disk", "reopened"):
        made.commit(4)
    if request.param == "mixed":
        made.commit(2)
    if request.param == "reopened":
        made.close()
        made = lmdb_engine(tmp_path)
    yield made
    made.close()


def sequences(found):
    return [sequence for sequence, _ in found]


class TestReading:
    def test_operations_of_a_block_in_order(self, engine):
        for block in range(1, 5):
            assert engine.history.get_ops_in_block(block) == [
                operation(block, 10 * block),
                operation(block, 10 * block + 1, tag=3),
                virtual(block),
            ]
        assert engine.history.get_ops_in_block(0) == []
        assert engine.history.get_ops_in_block(5) == []

    def test_virtual_operations_only(self, engine):
        assert engine.history.get_ops_in_block(3, only_virtual=True) == [virtual(3)]

    def test_operations_of_an_account(self, engine):
        found = engine.history.get_account_history("alice")
        assert sequences(found) == list(range(8))
        assert [entry.block_num for _, entry in found] == [1, 1, 2, 2, 3, 3, 4, 4]
        assert [entry.is_virtual for _, entry in found] == [False, True] * 4
        assert engine.history.get_account_history("nobody") == []
        assert engine.history.get_account_history("alic") == []

    @pytest.mark.parametrize(
        ("start", "limit", "expected"),
        [
            (None, 3, [5, 6, 7]),
            (4, 2, [3, 4]),
            (4, 100, [0, 1, 2, 3, 4]),
            (0, 5, [0]),
            (7, 0, []),
            (2**64 - 1, 1, [7]),
        ],
    )
    def test_start_and_limit(self, engine, start, limit, expected):
        found = engine.history.get_account_history("bob", start, limit)
        assert sequences(found) == expected

    def test_filter_by_operation_number(self, engine):
        history = engine.history
        assert sequences(history.get_account_history("bob", None, 2, 1 << 3)) == [5, 7]
        assert sequences(history.get_account_history("alice", None, 9, 1 << 77)) == [1, 3, 5, 7]
        assert sequences(history.get_account_history("alice", 5, 9, 1 << 77 | 1 << 2)) == [
            *range(6)
        ]
        assert history.get_account_history("alice", None, 9, 1) == []

    def test_a_filtered_question_is_bounded(self, engine, monkeypatch):
        monkeypatch.setattr(history_module, "MOST_SCANNED", 4)
        assert sequences(engine.history.get_account_history("alice", None, 9, 1 << 77)) == [5, 7]

    def test_transactions_by_id(self, engine):
        history = engine.history
        assert history.get_transaction(transaction_id(31)) == TransactionPlace(3, 1)
        assert history.get_transaction(transaction_id(10)) == TransactionPlace(1, 0)
        assert history.get_transaction(transaction_id(99)) is None
        assert history.get_transaction(bytes(20)) is None


class TestWriting:
    def test_sequences_go_on(self, engine):
        append(engine, 5)
        assert sequences(engine.history.get_account_history("alice")) == list(range(10))

    def test_blocks_come_in_order(self, engine):
        append(engine, 5)
        with pytest.raises(SessionError):
            engine.history.append_block(5, [])

    def test_an_undone_block_is_forgotten(self, engine):
        append(engine, 5)
        engine.undo_block()
        history = engine.history
        assert history.get_ops_in_block(5) == []
        assert history.get_transaction(transaction_id(50)) is None
        assert sequences(history.get_account_history("alice")) == list(range(8))
        append(engine, 5)
        assert sequences(history.get_account_history("alice")) == list(range(10))

    def test_a_discarded_block_is_forgotten(self, engine):
        engine.begin_block(5)
        engine.history.append_block(5, [(operation(5, 50), ("carol",))])
        engine.discard_block()
        assert engine.history.get_account_history("carol") == []
        append(engine, 5)

    def test_counts_that_were_forgotten_are_found_again(self, engine, monkeypatch):
        monkeypatch.setattr(history_module, "_MOST_COUNTS", 0)
        append(engine, 5)
        engine.commit(5)
        append(engine, 6)
        engine.commit(6)
        assert sequences(engine.history.get_account_history("bob")) == list(range(12))


@pytest.mark.parametrize(
    ("raw", "tag"), [(b"\x00", 0), (b"\x02xyz", 2), (b"\x7f", 127), (b"\x80\x01", 128)]
)
def test_the_tag_is_the_leading_varint(raw, tag):
    assert operation(1, 1, operation=raw).tag == tag


def test_history_is_no_part_of_the_digest(tmp_path):
    engine = lmdb_engine(tmp_path)
    append(engine, 1)
    engine.commit(1)
    assert engine.digest() == bytes(32) == engine.recount_digest()
    engine.close()
