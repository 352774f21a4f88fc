"""The node as its methods see it: one chain, the forms of its answers, and the way in for news.

Everything runs on one event loop.  Applying a block or a transaction is one uninterrupted step of
it, so no answer is ever made from half a block.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from protocol.assets import stripped
from protocol.block import BlockEnvelope
from protocol.crypto import parse_public_key
from protocol.errors import ProtocolError
from protocol.jsonform import Form, from_json
from protocol.jsonscalars import print_time
from protocol.transaction import SignedTransaction, TransactionEnvelope
from protocol.types import AccountName, PublicKey, Symbol
from smtchain.chain.apply_transaction import check_size
from smtchain.chain.chain import Chain
from smtchain.ledger.accounts import require_account
from smtchain.ledger.nai_pool import list_available_nais
from smtchain.node.arguments import Json
from smtchain.node.chain_config import build_config
from smtchain.node.clock import Clock
from smtchain.node.methods import MethodTable
from smtchain.node.producer import Producer
from smtchain.node.render import Render
from smtchain.node.rpc_errors import AssertionFailedError, ParamRangeError
from smtchain.node.signatures import Signatures
from smtchain.state.history import HistoryEntry, TransactionPlace
from smtchain.state.tables.account import Account
from smtchain.state.tables.chain import DynamicGlobalProperties
from smtchain.state.tables.smt import SmtEventKind, SmtToken

log = logging.getLogger(__name__)

RowT = TypeVar("RowT")

INCLUSION_SECONDS = 120.0
"""How long a synchronous broadcast waits at most, real seconds."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """How a synchronous broadcast ended: in a block, or expired outside of one."""

    block_num: int
    trx_num: int
    is_expired: bool


class Node:
    """One chain with the means to answer about it.

    Parameters
    ----------
    chain : Chain
        Opened; the node closes it.
    clock : Clock
        The node's time.
    producer : Producer
        Makes blocks.
    methods : MethodTable
        What the node answers.
    """

    def __init__(
        self, chain: Chain, clock: Clock, producer: Producer, methods: MethodTable
    ) -> None:
        self.chain = chain
        self.state = chain.state
        self.params = chain.params
        self.clock = clock
        self.producer = producer
        self.methods = methods
        self.legacy = Render(chain.params.network, Form.LEGACY)
        self.nai = Render(chain.params.network, Form.NAI)
        self.signatures = Signatures(chain.state, chain.params)
        self.is_stopping = False
        self._waiting: dict[bytes, list[tuple[int, asyncio.Future[Inclusion]]]] = {}
        first = next(chain.state.witnesses.scan("by_schedule_time"))
        self.config = build_config(chain.params, first.owner, self.nai.key(first.signing_key))
        chain.on_block(self._hear_block)

    # --- Reading ---------------------------------------------------------------------------

    @property
    def head(self) -> DynamicGlobalProperties:
        """Return the head block's number, id and time with the running totals."""
        return self.state.globals.get()

    def take(self, rows: Iterable[RowT], limit: int) -> Iterator[RowT]:
        """Yield at most `limit` rows."""
        return islice(rows, limit)

    def accounts(self, names: Iterable[AccountName]) -> list[Account]:
        """Return the named accounts that exist, in the order of the names."""
        found = (self.state.accounts.find(name) for name in names)
        return [account for account in found if account is not None]

    def account(self, name: AccountName) -> Account:
        """Return an account.

        Raises
        ------
        AccountNotFoundError
            There is none of that name.
        """
        return require_account(self.state, name, "account")

    def account_count(self) -> int:
        """Return how many accounts there are: ids count up and accounts never end."""
        sequence = self.state.sequences.find("account")
        return 0 if sequence is None else sequence.next_id

    def find_block(self, number: int) -> BlockEnvelope | None:
        """Return a block of the present chain, reversible ones included, or None."""
        return self.chain.find_block(number)

    def find_transaction(self, transaction_id: bytes) -> TransactionPlace | None:
        """Return where a transaction is, or None if no block has it."""
        return self.chain.history.get_transaction(transaction_id)

    def is_pending(self, transaction_id: bytes) -> bool:
        """Return whether a transaction waits for a block."""
        return self.chain.mempool.find(transaction_id) is not None

    def operations_in_block(self, number: int, *, only_virtual: bool) -> list[HistoryEntry]:
        """Return the operations of a block in the order in which they happened."""
        return self.chain.history.get_ops_in_block(number, only_virtual=only_virtual)

    def account_history(
        self, name: AccountName, start: int | None, limit: int, operation_filter: int
    ) -> list[tuple[int, HistoryEntry]]:
        """Return operations of an account with their sequence numbers, oldest first."""
        return self.chain.history.get_account_history(name, start, limit, operation_filter)

    def find_token(self, symbol: Symbol, *, any_precision: bool = False) -> SmtToken | None:
        """Return a token by its liquid symbol, or None when it or its precision is unknown."""
        token = self.state.smt_tokens.find(stripped(symbol))
        if token is None or not (any_precision or token.symbol == symbol):
            return None
        return token

    def token_events(self, symbol: Symbol, limit: int) -> list[dict[str, Json]]:
        """Return a token's due work, by id."""
        token = self.find_token(symbol, any_precision=True)
        if token is None:
            return []
        rows = self.state.smt_events.scan("by_nai", token.nai)
        return [
            {"time": print_time(row.time), "kind": SmtEventKind(row.kind).name.lower()}
            for row in islice(rows, limit)
        ]

    def nai_pool(self) -> tuple[Symbol, ...]:
        """Return the unused token identifiers, precision 0."""
        return list_available_nais(self.state)

    # --- Reading what callers send ---------------------------------------------------------

    def read_key(self, text: str, field: str = "key") -> PublicKey:
        """Return a public key given as text.

        Raises
        ------
        ParamRangeError
            It is malformed or has another network's prefix.
        """
        try:
            return parse_public_key(text, self.params.network.address_prefix)
        except ProtocolError as error:
            prefix = self.params.network.address_prefix
            raise ParamRangeError(f"a public key ({prefix}...)", field, text) from error

    def read_transaction(self, data: Json, field: str) -> TransactionEnvelope:
        """Return a transaction given as JSON, in either form; unknown members are ignored.

        Raises
        ------
        JsonFormError
            It is not a transaction; the field path is that inside the transaction, or `field`.
        WireError
            A value has no place on the wire of this network.
        TransactionTooLargeError
            No block could hold it; refused before its signatures are looked at.
        """
        try:
            transaction: SignedTransaction = from_json(
                SignedTransaction, data, self.params.network, strict=False
            )
            envelope = TransactionEnvelope.from_transaction(transaction, self.params)
        except ProtocolError as error:
            error.field = error.field or field
            raise
        check_size(envelope, self.state, self.params)
        return envelope

    # --- Taking transactions ---------------------------------------------------------------

    async def broadcast(self, envelope: TransactionEnvelope) -> None:
        """Take a transaction; with instant blocks it is in one when this returns.

        Raises
        ------
        ProtocolError
            The chain refuses it.
        """
        self.chain.push_transaction(envelope)
        await self.producer.transaction_accepted()

    async def broadcast_and_wait(self, envelope: TransactionEnvelope) -> Inclusion:
        """Take a transaction and wait until it is in a block or has expired.

        Raises
        ------
        ProtocolError
            The chain refuses it.
        AssertionFailedError
            No block came for two minutes.
        """
        waiter: asyncio.Future[Inclusion] = asyncio.get_running_loop().create_future()
        entry = (envelope.transaction.expiration, waiter)
        self._waiting.setdefault(envelope.id, []).append(entry)
        try:
            await self.broadcast(envelope)
            async with asyncio.timeout(INCLUSION_SECONDS):
                return await waiter
        except TimeoutError as error:
            raise AssertionFailedError(
                f"accepted, but not in a block within {INCLUSION_SECONDS:.0f} seconds",
                error_code="node.no_block",
                value=envelope.id,
            ) from error
        finally:
            waiters = self._waiting[envelope.id]
            waiters.remove(entry)
            if not waiters:
                del self._waiting[envelope.id]

    def _hear_block(self, block: BlockEnvelope) -> None:
        """Log a new head block, and tell those who wait what it means for them."""
        self._log_block(block)
        if self._waiting:
            self._settle_waiting(block)

    def _log_block(self, block: BlockEnvelope) -> None:
        log.info(
            "block=%d transactions=%d time=%s id=%s",
            block.num,
            len(block.transactions),
            print_time(block.block.timestamp),
            # The number and six bytes that tell it from others; lines fit a terminal.
            block.id.hex()[:20],
        )

    def _settle_waiting(self, block: BlockEnvelope) -> None:
        places = {envelope.id: at for at, envelope in enumerate(block.transactions)}
        for transaction_id, waiters in self._waiting.items():
            at = places.get(transaction_id)
            for expiration, waiter in waiters:
                if waiter.done():
                    continue
                if at is not None:
                    waiter.set_result(Inclusion(block.num, at, is_expired=False))
                elif expiration <= block.block.timestamp:
                    waiter.set_result(Inclusion(0, 0, is_expired=True))

    # --- Ending ----------------------------------------------------------------------------

    def close(self) -> None:
        """Close the chain; everything irreversible is on disk."""
        self.chain.close()
