"""Applying blocks, state on LMDB, against R: the time of one signature recovery."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.method import Better, Measurement, Row
from protocol.assets import STEEM, Asset
from protocol.block import BlockEnvelope
from protocol.crypto import PrivateKey
from protocol.operations.transfer import Transfer
from protocol.params import DEV
from protocol.transaction import Transaction, block_reference, sign_transaction
from protocol.types import AccountName
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import Genesis, load_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.skip import Skip

GENESIS = Path(__file__).resolve().parents[3] / "genesis" / "dev.json"
PRODUCER = AccountName("initminer")
PRODUCER_KEY = PrivateKey.from_seed("init_key")
NAMES = [AccountName(name) for name in ("alice", "bob", "carol", "dave", "erin", "frank")]
KEYS = {name: PrivateKey.from_seed(f"{name}active") for name in NAMES}
BLOCKS = 4
TRANSFERS = 500
EMPTY_BLOCKS = 200
SESSIONS = 20_000
OPTIONS = ChainOptions(is_durable=False)
TRUSTED = Skip.TRANSACTION_SIGNATURES | Skip.WITNESS_SIGNATURE

Prepare = Callable[[Chain, bytes], None]


def rows(_stack: ExitStack) -> Iterable[Row]:
    """Return the rows; nothing waits for the disk, since they are about the processor."""
    genesis = load_genesis(GENESIS)
    full = make_blocks(genesis, BLOCKS, TRANSFERS)
    empty = make_blocks(genesis, EMPTY_BLOCKS, 0)
    transfers = BLOCKS * TRANSFERS

    def row(name: str, ours: Measurement, better: Better, target: float, floor: float) -> Row:
        return Row(name, "one recovery (R)", ours, None, better, target, floor)

    return (
        row("empty block", applying(genesis, empty, EMPTY_BLOCKS), Better.LOWER, 5, 10),
        row("session of a transaction", sessions(genesis), Better.LOWER, 0.05, 0.1),
        row("signed transfer", applying(genesis, full, transfers), Better.HIGHER, 0.5, 0.4),
        row(
            "transfer, signatures trusted",
            applying(genesis, full, transfers, skip=TRUSTED),
            Better.HIGHER,
            1.3,
            0.8,
        ),
        row(
            "transfer seen pending",
            applying(genesis, full, transfers, prepare=push_transactions),
            Better.LOWER,
            0.8,
            1.2,
        ),
    )


def make_blocks(genesis: Genesis, blocks: int, transfers: int) -> list[bytes]:
    """Return a chain's first blocks, each with so many signed transfers."""
    made = []
    numbers = count(1)
    with Chain.in_memory(genesis) as chain:
        for _ in range(blocks):
            reference = block_reference(chain.head_block_id)
            expiration = chain.head_block_time + 600
            for number in (next(numbers) for _ in range(transfers)):
                payer, payee = NAMES[number % len(NAMES)], NAMES[(number + 1) % len(NAMES)]
                operation = Transfer(payer, payee, Asset(number, STEEM), "")
                chain.push_transaction(
                    sign_transaction(
                        Transaction(*reference, expiration, (operation,)),
                        [KEYS[payer]],
                        genesis.params.chain_id,
                        DEV,
                    )
                )
            made.append(chain.generate_block(chain.slot_time(1), PRODUCER, PRODUCER_KEY).raw)
    return made


def push_transactions(chain: Chain, block: bytes) -> None:
    """Make all transactions of a block known to the chain before it comes."""
    for transaction in BlockEnvelope.from_bytes(block, chain.params).transactions:
        chain.push_transaction(transaction)


def applying(
    genesis: Genesis,
    blocks: Sequence[bytes],
    items: int,
    *,
    skip: Skip = Skip.NONE,
    prepare: Prepare | None = None,
) -> Measurement:
    """Return a measurement of a new chain taking in the blocks, preparations not counted."""

    def measured() -> float:
        spent = 0.0
        with TemporaryDirectory() as folder, Chain.open(Path(folder), genesis, OPTIONS) as chain:
            for block in blocks:
                if prepare is not None:
                    prepare(chain, block)
                start = time.process_time()
                chain.push_block(block, skip=skip)
                spent += time.process_time() - start
        return spent / items

    return measured


def sessions(genesis: Genesis) -> Measurement:
    """Return a measurement of what a transaction's undo costs: begin, two edits, keep."""

    def measured() -> float:
        with TemporaryDirectory() as folder, Chain.open(Path(folder), genesis, OPTIONS) as chain:
            accounts = chain.state.accounts
            payer, payee = accounts.get(NAMES[0]), accounts.get(NAMES[1])
            start = time.process_time()
            for number in range(SESSIONS):
                with chain.state.checkpoint():
                    accounts.modify(payer, balance=number)
                    accounts.modify(payee, balance=number)
            return (time.process_time() - start) / SESSIONS

    return measured
