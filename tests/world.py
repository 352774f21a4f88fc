"""A small chain state for tests of rules: no blocks, no signatures, exact and readable."""

import pytest

import smtchain.evaluators  # noqa: F401 - registers every evaluator
from protocol.assets import SBD, STEEM, Asset, is_smt, smt_symbol, stripped
from protocol.authority import NULL_AUTHORITY, single_key_authority
from protocol.crypto import PrivateKey
from protocol.params import DEV_PARAMS
from protocol.types import AccountName
from smtchain.evaluator import EvaluationContext, evaluate
from smtchain.ledger.accounts import create_account
from smtchain.ledger.supply import issue
from smtchain.state.state import State
from smtchain.state.tables.chain import DynamicGlobalProperties
from smtchain.state.tables.smt import SmtPhase, SmtToken
from smtchain.state.tables.witness import FeedHistory, Witness, WitnessSchedule

NOW = 1_500_000_000
ALPHA = smt_symbol(31415926, 4)
BETA = smt_symbol(27182818, 4)


def key_of(name):
    return PrivateKey.from_seed(name).public_key


def steem(amount):
    return Asset(amount, STEEM)


def sbd(amount):
    return Asset(amount, SBD)


class World:
    """Accounts null, temp, alice, bob and initminer, who is the witness; nobody owns anything.

    Block 1 is open, head time is `NOW`; the creation fee is 3.000 STEEM and there is no price.
    """

    def __init__(self, params=DEV_PARAMS):
        self.params = params
        self.state = State.memory()
        self.state.begin_block(0)
        self.state.globals.insert(
            DynamicGlobalProperties(
                head_block_number=0,
                head_block_id=bytes(20),
                time=NOW,
                current_witness=AccountName("initminer"),
            )
        )
        self.state.feed_history.insert(FeedHistory(price_history=()))
        self.state.witness_schedule.insert(
            WitnessSchedule(
                current_shuffled_witnesses=(AccountName("initminer"),), account_creation_fee=3_000
            )
        )
        self.ctx = EvaluationContext(state=self.state, params=params)
        for name in ("null", "temp"):
            self.add_account(name, NULL_AUTHORITY)
        for name in ("alice", "bob", "initminer"):
            self.add_account(name)
        self.add_witness("initminer")
        self._block = 0
        self.seal()

    def add_account(self, name, authority=None):
        authority = authority or single_key_authority(key_of(name))
        return create_account(
            self.state,
            name=AccountName(name),
            owner=authority,
            active=authority,
            posting=authority,
            memo_key=key_of(name),
            recovery_account=AccountName(name),
            json_metadata="",
            created=NOW - 1_000_000,
        )

    def add_witness(self, name):
        return self.state.witnesses.insert(
            Witness(
                id=self.state.witnesses.next_id(),
                owner=AccountName(name),
                created=NOW,
                url="https://example.com",
                signing_key=key_of(name),
                account_creation_fee=3_000,
                maximum_block_size=131_072,
                sbd_interest_rate=0,
            )
        )

    def add_token(self, symbol=ALPHA, phase=SmtPhase.ACTIVE, **columns):
        return self.state.smt_tokens.insert(
            SmtToken(
                id=self.state.smt_tokens.next_id(),
                nai=stripped(symbol),
                symbol=symbol,
                control_account=AccountName("alice"),
                created=NOW,
                phase=phase,
                max_supply=10**15,
                **columns,
            )
        )

    def give(self, name, asset):
        """Create tokens out of nothing and hand them to an account."""
        issue(self.state, asset)
        self.ctx.credit(AccountName(name), asset)
        self.ctx.take_emitted()

    def account(self, name):
        return self.state.accounts.get(AccountName(name))

    def holding(self, name, symbol):
        assert is_smt(symbol)
        return self.state.smt_balances.find(AccountName(name), stripped(symbol))

    @property
    def globals(self):
        return self.state.globals.get()

    def set_globals(self, **columns):
        self.state.globals.modify(self.globals, **columns)

    def seal(self):
        """Close the open block, open the next one, return the digest between them."""
        digest = self.state.seal_block()
        self._block += 1
        self.state.begin_block(self._block)
        return digest

    def apply(self, operation):
        """Evaluate a valid operation; return the virtual operations it caused."""
        operation.validate(self.params)
        with self.state.checkpoint():
            evaluate(self.ctx, operation)
        return self.ctx.take_emitted()

    def refuse(self, operation, error_class, code, field, value):
        """Check that a valid operation is refused just so, and leaves no trace."""
        operation.validate(self.params)
        before = self.seal()
        with pytest.raises(error_class) as caught, self.state.checkpoint():
            evaluate(self.ctx, operation)
        assert type(caught.value) is error_class
        assert (caught.value.code, caught.value.field, caught.value.value) == (code, field, value)
        assert self.seal() == before
