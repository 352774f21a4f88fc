"""Blocks of signed transfers, and chains to apply them to, for the rows about the engine.

All accounts have one key: whose key it is makes no difference to the time.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from protocol.assets import STEEM, Asset
from protocol.block import BlockEnvelope
from protocol.crypto import PrivateKey
from protocol.operations.transfer import Transfer
from protocol.transaction import (
    Transaction,
    TransactionEnvelope,
    block_reference,
    sign_transaction,
)
from protocol.types import AccountName
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import Genesis, parse_genesis
from smtchain.chain.head import Head
from smtchain.chain.options import ChainOptions
from smtchain.chain.production import assemble_block
from smtchain.chain.replay import replay
from smtchain.chain.skip import Skip
from smtchain.state.state import State

PRODUCER = AccountName("initminer")
KEY = PrivateKey.from_seed("init_key")
TRUSTED = Skip.TRANSACTION_SIGNATURES | Skip.WITNESS_SIGNATURE
OPTIONS = ChainOptions(is_durable=False)

_DEV_GENESIS = Path(__file__).parents[2] / "genesis" / "dev.json"
_STEEM_EACH = 1_000
_LIFE_SECONDS = 3_000


def name_of(number: int) -> AccountName:
    """Return the name of an account of the load."""
    return AccountName(f"user{number:07}")


def make_genesis(accounts: int) -> Genesis:
    """Return a development genesis with so many accounts and room for large blocks."""
    document = json.loads(_DEV_GENESIS.read_text())
    producer = {"name": PRODUCER, "key_seed": "init_key", "vesting": "1000000.000 STEEM"}
    document["accounts"] = [producer] + [
        {
            "name": name_of(number),
            "key_seed": "init_key",
            "balance": f"{_STEEM_EACH}.000 STEEM",
        }
        for number in range(accounts)
    ]
    supply = _STEEM_EACH * accounts + 1_000_000
    document["supply"] = {
        "steem": f"{supply}.000 STEEM",
        "sbd": "0.000 SBD",
        "vesting": "1000000.000 STEEM",
    }
    document["tokens"] = []
    document["witnesses"][0]["maximum_block_size"] = 1 << 21
    return parse_genesis(document)


def transfers(chain: Head, count: int, accounts: int, chance: Random) -> list[TransactionEnvelope]:
    """Return signed transfers of one satoshi between random accounts, on the head block."""
    params = chain.params
    number, prefix = block_reference(chain.block_id)
    made = []
    for each in range(count):
        sender, receiver = chance.sample(range(accounts), 2)
        memo = f"for the coffee of Tuesday {each:04}"
        operation = Transfer(name_of(sender), name_of(receiver), Asset(1, STEEM), memo)
        expiration = chain.time + _LIFE_SECONDS
        signed = sign_transaction(
            Transaction(number, prefix, expiration, (operation,)),
            [KEY],
            params.chain_id,
            params.network,
        )
        made.append(TransactionEnvelope.from_transaction(signed, params))
    return made


@dataclass(frozen=True, slots=True)
class Load:
    """A chain of blocks and where it begins.

    Attributes
    ----------
    folder : Path
        A state directory at genesis; measurements take copies.
    warm : list of bytes
        Blocks that bring the accounts' rows into the cache before anything is measured.
    blocks : list of bytes
        Those that are measured.
    transactions : int
        How many transfers these have in all.
    """

    genesis: Genesis
    folder: Path
    warm: list[bytes]
    blocks: list[bytes]
    transactions: int

    @contextmanager
    def state(self) -> Iterator[State]:
        """Give a state on disk with the warm blocks applied and committed."""
        with tempfile.TemporaryDirectory(prefix="smtchain-bench-") as copy:
            path = Path(copy) / "state"
            shutil.copytree(self.folder, path)
            chain_id = self.genesis.params.chain_id
            state = State.open(path, chain_id=chain_id, is_durable=False)
            try:
                replay(self.genesis, self.warm, state=state, skip=TRUSTED)
                yield state
            finally:
                state.close()

    @contextmanager
    def chain(self) -> Iterator[Chain]:
        """Give a chain on disk with the warm blocks pushed."""
        with tempfile.TemporaryDirectory(prefix="smtchain-bench-") as copy:
            shutil.copytree(self.folder, Path(copy) / "state")
            with Chain.open(Path(copy), self.genesis, OPTIONS) as chain:
                for raw in self.warm:
                    chain.push_block(raw, skip=TRUSTED)
                yield chain


def make_load(stack: ExitStack, *, accounts: int, warm: int, blocks: int, per_block: int) -> Load:
    """Return a load of `warm` and then `blocks` blocks with so many transfers each.

    The stack removes its folder.
    """
    genesis = make_genesis(accounts)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smtchain-bench-")))
    chain_id = genesis.params.chain_id
    state = State.open(folder / "state", chain_id=chain_id, is_durable=False)
    Head(genesis, state)
    state.close()
    made: list[bytes] = []
    with tempfile.TemporaryDirectory(prefix="smtchain-bench-") as scratch:
        state = State.open(Path(scratch) / "state", chain_id=chain_id, is_durable=False)
        head = Head(genesis, state)
        chance = Random(1)  # noqa: S311 - chance, no secret
        for number in range(1 + warm + blocks):
            # Block 1 is empty: transactions need a block to refer to.
            pending = transfers(head, per_block, accounts, chance) if number else []
            when = head.time + genesis.params.block_interval_seconds
            block = assemble_block(head, pending, when, PRODUCER, KEY)
            assert len(block.transactions) == len(pending)
            head.apply(block, skip=TRUSTED)
            state.commit(head.number)
            made.append(block.raw)
        state.close()
    first = 1 + warm
    return Load(genesis, folder / "state", made[:first], made[first:], blocks * per_block)


def decode(load: Load, raw: bytes) -> BlockEnvelope:
    """Return a block of the load as if it had just come in."""
    return BlockEnvelope.from_bytes(raw, load.genesis.params)
