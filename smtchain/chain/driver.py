"""Driving a chain from inside the process: signed transactions in, produced blocks out.

For programs that act all parts at once, such as the conformance runner and the demonstration.
Nothing here goes round the rules: a driver can do what clients and a producer can do together.
"""

from collections.abc import Mapping

from protocol.assets import STEEM, Asset
from protocol.authority import single_key_authority
from protocol.crypto import PrivateKey
from protocol.operation import Operation
from protocol.operations.account import AccountCreate
from protocol.transaction import (
    Transaction,
    TransactionEnvelope,
    block_reference,
    required_authorities,
    sign_transaction,
)
from protocol.types import AccountName, Time
from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.chain import Chain

_TRANSACTION_LIFE_SECONDS = 600


class NotIncludedError(Exception):
    """A transaction that the chain accepted did not get into the next block: a fault in us."""


def development_key(account: AccountName, role: str) -> PrivateKey:
    """Return the key of a development account: sha256 of its name and role, `aliceactive`."""
    return PrivateKey.from_seed(f"{account}{role}")


def development_account(name: AccountName, creator: AccountName, fee: int) -> AccountCreate:
    """Return the operation that creates an account with development keys.

    Parameters
    ----------
    fee : int
        STEEM satoshis, exactly what the witnesses ask for.
    """
    owner, active, posting, memo = (
        development_key(name, role).public_key for role in ("owner", "active", "posting", "memo")
    )
    return AccountCreate(
        fee=Asset(fee, STEEM),
        creator=creator,
        new_account_name=name,
        owner=single_key_authority(owner),
        active=single_key_authority(active),
        posting=single_key_authority(posting),
        memo_key=memo,
        json_metadata="",
    )


class Driver:
    """One chain, the keys of everybody on it, and the right to produce all blocks.

    Parameters
    ----------
    chain : Chain
        The driver extends it; whoever opened it closes it.
    witness_keys : mapping
        Signing keys of all witnesses.

    Attributes
    ----------
    blocks : list of AppliedBlock
        What was produced, oldest first.
    """

    def __init__(self, chain: Chain, witness_keys: Mapping[AccountName, PrivateKey]) -> None:
        self.chain = chain
        self.blocks: list[AppliedBlock] = []
        self._witness_keys = witness_keys
        chain.on_applied(self.blocks.append)

    @property
    def now(self) -> Time:
        """Return the head block's time, seconds since 1970."""
        return self.chain.head_block_time

    def sign(self, *operations: Operation) -> TransactionEnvelope:
        """Return a transaction on the head block, signed with development keys."""
        number, prefix = block_reference(self.chain.head_block_id)
        transaction = Transaction(
            ref_block_num=number,
            ref_block_prefix=prefix,
            expiration=self.now + _TRANSACTION_LIFE_SECONDS,
            operations=operations,
        )
        required = required_authorities(operations)
        keys = [
            development_key(name, role)
            for role, names in (
                ("owner", required.owner),
                ("active", required.active),
                ("posting", required.posting),
            )
            for name in sorted(names)
        ]
        params = self.chain.params
        signed = sign_transaction(transaction, keys, params.chain_id, params.network)
        return TransactionEnvelope.from_transaction(signed, params)

    def send(self, *operations: Operation) -> AppliedBlock:
        """Sign one transaction, push it and produce the next block, which holds it.

        Raises
        ------
        ProtocolError
            The chain refuses the transaction; no block is produced.
        NotIncludedError
            The chain contradicts itself.
        """
        envelope = self.sign(*operations)
        self.chain.push_transaction(envelope)
        block = self.produce()
        if all(included.id != envelope.id for included in block.envelope.transactions):
            raise NotIncludedError(f"transaction {envelope.id.hex()} was accepted and left out")
        return block

    def produce(self, slot: int = 1) -> AppliedBlock:
        """Produce a block in a slot counted from the head; the slots before it stay empty."""
        witness = self.chain.scheduled_witness(slot)
        self.chain.generate_block(self.chain.slot_time(slot), witness, self._witness_keys[witness])
        return self.blocks[-1]

    def advance_to(self, moment: Time) -> None:
        """Produce one block in the first slot not before `moment`, if the head is before it."""
        if self.now >= moment:
            return
        slot = max(self.chain.slot_at_time(moment), 1)
        if self.chain.slot_time(slot) < moment:
            slot += 1
        self.produce(slot)
