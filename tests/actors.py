"""People on a chain: tests act through them, by signed transactions in produced blocks only."""

from protocol.crypto import PrivateKey
from protocol.transaction import (
    Transaction,
    TransactionEnvelope,
    block_reference,
    required_authorities,
    sign_transaction,
)
from protocol.types import AccountName
from smtchain.chain.chain import Chain

WITNESS_KEY = PrivateKey.from_seed("init_key")
TRANSACTION_LIFE = 600


def key_of(name, role="active"):
    """Return the key of a genesis account's role: sha256(name + role)."""
    return WITNESS_KEY if name == "initminer" else PrivateKey.from_seed(f"{name}{role}")


class Stage:
    """A chain with one producer and the keys of everybody on it."""

    def __init__(self, chain: Chain):
        self.chain = chain
        self.params = chain.params
        self.blocks = []
        chain.on_applied(self.blocks.append)

    @property
    def state(self):
        return self.chain.state

    @property
    def now(self):
        return self.chain.head_block_time

    def actor(self, name):
        return Actor(self, AccountName(name))

    def transaction(self, *operations, **changes):
        """Return an unsigned transaction on the head block; `changes` replace its members."""
        number, prefix = block_reference(self.chain.head_block_id)
        members = {
            "ref_block_num": number,
            "ref_block_prefix": prefix,
            "expiration": self.now + TRANSACTION_LIFE,
            "operations": operations,
        }
        return Transaction(**(members | changes))

    def sign(self, *operations, signers=None, **changes):
        """Return a signed envelope; by default everyone who must sign does, with the right role."""
        keys = signers
        if keys is None:
            required = required_authorities(operations)
            keys = [
                key_of(name, role)
                for role in ("owner", "active", "posting")
                for name in sorted(getattr(required, role))
            ]
        signed = sign_transaction(
            self.transaction(*operations, **changes),
            keys,
            self.params.chain_id,
            self.params.network,
        )
        return TransactionEnvelope.from_transaction(signed, self.params)

    def push(self, *operations, signers=None, **changes):
        """Put one transaction into the mempool; return its envelope."""
        envelope = self.sign(*operations, signers=signers, **changes)
        self.chain.push_transaction(envelope)
        return envelope

    def send(self, *operations, signers=None, **changes):
        """Push one transaction and produce the block that holds it; return that block."""
        envelope = self.push(*operations, signers=signers, **changes)
        block = self.produce()
        assert envelope.id in [included.id for included in block.envelope.transactions]
        return block

    def produce(self, count=1, slot=1):
        """Produce blocks, the first in `slot` counted from the head; return the last."""
        for done in range(count):
            turn = 1 if done else slot
            witness = self.chain.scheduled_witness(turn)
            self.chain.generate_block(self.chain.slot_time(turn), witness, key_of(witness))
        return self.blocks[-1]

    def jump_to(self, moment):
        """Produce one block in the first slot not before `moment`."""
        slot = max(self.chain.slot_at_time(moment), 1)
        if self.chain.slot_time(slot) < moment:
            slot += 1
        return self.produce(slot=slot)

    def events(self, *classes):
        """Return the virtual operations of these classes in all blocks so far, in order."""
        reported = []
        for block in self.blocks:
            reported += [done.operation for each in block.transactions for done in each]
            reported += block.events
        return [operation for operation in reported if isinstance(operation, classes)]


class Actor:
    """One account and its keys."""

    def __init__(self, stage, name):
        self.stage = stage
        self.name = name

    def key(self, role="active"):
        return key_of(self.name, role)

    def send(self, *operations):
        """Send operations as one transaction of this account, in a block of its own."""
        return self.stage.send(*operations)

    @property
    def account(self):
        return self.stage.state.accounts.get(self.name)

    @property
    def steem(self):
        return self.account.balance

    @property
    def sbd(self):
        return self.account.sbd_balance

    def tokens(self, symbol):
        """Return the liquid satoshis of a token."""
        row = self.stage.state.smt_balances.find(self.name, symbol & ~0x0F)
        return 0 if row is None else row.liquid
