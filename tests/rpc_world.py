"""A node without sockets: requests go straight to the dispatcher, time stands still."""

import asyncio
import json
from typing import Any

import orjson

from protocol.crypto import PrivateKey
from protocol.jsonform import Form, to_json
from protocol.operation import Operation
from protocol.transaction import (
    SignedTransaction,
    Transaction,
    TransactionEnvelope,
    block_reference,
    sign_transaction,
)
from smtchain.chain.chain import Chain
from smtchain.node.clock import BlockClock
from smtchain.node.jsonrpc import Dispatcher
from smtchain.node.node import Node
from smtchain.node.producer import Producer
from smtchain.node.rpc import method_table

WITNESS_KEY = PrivateKey.from_seed("init_key")


class RefusedError(Exception):
    """An error object, kept as `error`."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error

    @property
    def code(self) -> str:
        """Our stable code."""
        return str(self.error["data"]["error_code"])


class Rpc:
    """One node and its caller."""

    def __init__(self, chain: Chain, *, block_seconds: int = 0) -> None:
        self.chain = chain
        self.clock = BlockClock(chain.head_block_time)
        self.producer = Producer(chain, self.clock, [WITNESS_KEY], block_seconds=block_seconds)
        self.node = Node(chain, self.clock, self.producer, method_table(is_testnet=True))
        self.dispatcher = Dispatcher(self.node.methods, self.node)

    def request(self, body: Any) -> Any:
        """Return the whole answer to a request object or a batch."""
        return orjson.loads(asyncio.run(self.dispatcher.answer(json.dumps(body).encode())))

    def call(self, method: str, params: Any = None) -> Any:
        """Return a method's result; raise RefusedError for an error object."""
        answer = self.request({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        if "error" in answer:
            raise RefusedError(answer["error"])
        return answer["result"]

    def refusal(self, method: str, params: Any = None) -> RefusedError:
        """Return the refusal that a call must lead to."""
        try:
            result = self.call(method, params)
        except RefusedError as refusal:
            return refusal
        raise AssertionError(f"{method} answered {result}")

    def signed(
        self, *operations: Operation, signer: str, role: str = "active", **changes: Any
    ) -> Any:
        """Return a signed transaction as NAI JSON; `changes` replace its members."""
        return self.signed_in(Form.NAI, *operations, signer=signer, role=role, **changes)

    def signed_in(
        self, form: Form, *operations: Operation, signer: str, role: str = "active", **changes: Any
    ) -> Any:
        """Return a signed transaction as JSON of a form."""
        signed = self._signed(operations, signer, role, changes)
        return to_json(signed, self.chain.params.network, form)

    def envelope(
        self, *operations: Operation, signer: str, role: str = "active", **changes: Any
    ) -> TransactionEnvelope:
        """Return a signed transaction as the chain takes it."""
        signed = self._signed(operations, signer, role, changes)
        return TransactionEnvelope.from_transaction(signed, self.chain.params)

    def _signed(
        self, operations: tuple[Operation, ...], signer: str, role: str, changes: dict[str, Any]
    ) -> SignedTransaction:
        number, prefix = block_reference(self.chain.head_block_id)
        members: dict[str, Any] = {
            "ref_block_num": number,
            "ref_block_prefix": prefix,
            "expiration": self.chain.head_block_time + 60,
            "operations": operations,
        }
        params = self.chain.params
        return sign_transaction(
            Transaction(**(members | changes)),
            [WITNESS_KEY if signer == "initminer" else PrivateKey.from_seed(f"{signer}{role}")],
            params.chain_id,
            params.network,
        )

    def produce(self, count: int = 1) -> None:
        """Make blocks."""
        asyncio.run(self.producer.produce(count))
