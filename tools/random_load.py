"""Random transactions of the people of a development chain, for tests of the engine.

The load needs no memory of its own: what can be done next it reads from the chain's state, so it
goes on after a restart.  Much of what it tries is refused, as in life.
"""

from collections.abc import Callable
from itertools import accumulate, islice
from random import Random
from typing import NamedTuple

from protocol.assets import SBD, STEEM, Asset, Price
from protocol.authority import Authority, single_key_authority
from protocol.block import EMPTY_MERKLE_ROOT, BlockEnvelope, BlockHeader, sign_header
from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from protocol.operation import Operation
from protocol.operations.account import AccountUpdate2, ClaimAccount, CreateClaimedAccount
from protocol.operations.custom import CustomJson
from protocol.operations.escrow import EscrowApprove, EscrowDispute, EscrowRelease, EscrowTransfer
from protocol.operations.market import Convert
from protocol.operations.recovery import ChangeRecoveryAccount, RequestAccountRecovery
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtRefund,
    cap_hash,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import InflationUnit, SmtSetupInflation
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtSetup,
)
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from protocol.operations.witness import AccountWitnessVote, FeedPublish
from protocol.symbols import smt_symbol
from protocol.transaction import (
    Transaction,
    TransactionEnvelope,
    block_reference,
    required_authorities,
    sign_transaction,
)
from protocol.types import AccountName
from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.chain import Chain
from smtchain.chain.driver import Driver, development_account, development_key
from smtchain.state.tables.escrow import Escrow
from smtchain.state.tables.smt import SmtToken

_NAMES = "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"
PEOPLE = tuple(AccountName(name) for name in _NAMES)
"""The accounts of genesis/dev.json."""
PRODUCER = AccountName("initminer")
WITNESS_KEYS = {PRODUCER: PrivateKey.from_seed("init_key")} | {
    name: development_key(name, "active") for name in PEOPLE
}
"""Signing keys of whoever may come to produce."""

_LIFE_SECONDS = 600
_NEWCOMERS = 40  # at most so many accounts are made
_UNIT = 7  # STEEM satoshis of a contribution unit
_MINIMUM = RevealedCap(2, 7)
_HARD_CAP = RevealedCap(5_000, 99)
_NEAR_SLOTS = (1, 1, 1, 1, 1, 1, 1, 1, 2, 5)
_FAR_SLOTS = (20, 40, 1_300, 29_000, 110_000)  # minutes, an hour, a day, four days


class _Known(NamedTuple):
    """What an operation may be about, as the state says."""

    who: AccountName
    other: AccountName
    token: SmtToken | None
    escrow: Escrow | None


class RandomLoad:
    """Random transactions and blocks on one chain.

    Parameters
    ----------
    chain : Chain
        Begun from a development genesis file.
    chance : Random
        Decides everything.

    Attributes
    ----------
    accepted, refused : int
        How many transactions the chain took, and how many it did not.
    """

    def __init__(self, chain: Chain, chance: Random) -> None:
        self.chain = chain
        self.chance = chance
        self.accepted = 0
        self.refused = 0
        self._driver = Driver(chain, WITNESS_KEYS)
        self._makers: tuple[Callable[[_Known], Operation | None], ...] = (
            self._transfer,
            self._transfer,
            self._transfer,
            self._burn,
            self._vest,
            self._account,
            self._claim,
            self._update,
            self._custom,
            self._feed,
            self._convert,
            self._escrow,
            self._escrow_step,
            self._recovery,
            self._vote,
            self._token,
            self._inflation,
            self._setup,
            self._contribute,
            self._contribute,
            self._reveal,
            self._refund,
        )

    def push(self, tries: int) -> list[TransactionEnvelope]:
        """Push up to `tries` random transactions; return those that the chain took."""
        taken = []
        for _ in range(tries):
            operations = [self._operation() for _ in range(self.chance.choice((1, 1, 1, 1, 3)))]
            envelope = self._sign(operations)
            try:
                self.chain.push_transaction(envelope)
            except ProtocolError:
                self.refused += 1
            else:
                self.accepted += 1
                taken.append(envelope)
        return taken

    def produce(self, slot: int = 0) -> AppliedBlock:
        """Produce a block in that slot, by default a random one, at times after a long pause."""
        if slot == 0:
            is_far = self.chance.random() < 0.015
            slot = self.chance.choice(_FAR_SLOTS if is_far else _NEAR_SLOTS)
        block = self._driver.produce(slot)
        self._driver.blocks.clear()
        return block

    def run(self, blocks: int) -> None:
        """Produce so many blocks of random transactions."""
        for _ in range(blocks):
            self.push(self.chance.randrange(8))
            self.produce()

    def branch_off(self, depth: int) -> list[BlockEnvelope]:
        """Return a branch of empty blocks, one longer than the `depth` newest blocks it leaves out.

        For chains on which `PRODUCER` is the only witness, so that every slot is theirs.  The
        branch begins after the head's time: no witness signs twice for a slot.
        """
        params = self.chain.params
        when = self.chain.head_block_time
        parent = self.chain.find_block(self.chain.head_block_number - depth)
        assert parent is not None
        branch = []
        for _ in range(depth + 1):
            when += self.chance.choice(_NEAR_SLOTS) * params.block_interval_seconds
            header = BlockHeader(
                parent.id,
                when,
                PRODUCER,
                EMPTY_MERKLE_ROOT,
                (),
            )
            signed = sign_header(header, WITNESS_KEYS[PRODUCER], params.network)
            parent = BlockEnvelope.assemble(signed, (), params)
            branch.append(parent)
        return branch

    def _sign(self, operations: list[Operation]) -> TransactionEnvelope:
        number, prefix = block_reference(self.chain.head_block_id)
        expiration = self.chain.head_block_time + _LIFE_SECONDS
        transaction = Transaction(number, prefix, expiration, tuple(operations))
        required = required_authorities(operations)
        keys = [
            WITNESS_KEYS[PRODUCER] if name == PRODUCER else development_key(name, role)
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

    def _operation(self) -> Operation:
        while True:
            known = self._look_around()
            operation = self.chance.choice(self._makers)(known)
            if operation is not None:
                return operation

    def _look_around(self) -> _Known:
        state, chance = self.chain.state, self.chance
        people = [*PEOPLE, *islice(self._newcomers(), 6)]
        tokens = list(islice(state.smt_tokens.scan(), 12))
        escrows = list(islice(state.escrows.scan(), 6))
        return _Known(
            chance.choice(people),
            chance.choice(people),
            chance.choice(tokens) if tokens else None,
            chance.choice(escrows) if escrows else None,
        )

    def _newcomers(self) -> list[AccountName]:
        names = (AccountName(f"load{number}") for number in range(_NEWCOMERS))
        return [name for name in names if self.chain.state.accounts.exists(name)]

    def _next_newcomer(self) -> AccountName:
        return AccountName(f"load{min(len(self._newcomers()), _NEWCOMERS - 1)}")

    def _amount(self, most: int = 1_000_000) -> int:
        """Return satoshis: mostly some, at times far too many."""
        return self.chance.choice((1, 1_000, self.chance.randrange(1, most), 10**13))

    # ---- operations -----------------------------------------------------------------------------

    def _transfer(self, known: _Known) -> Operation:
        symbols = [STEEM, SBD] + ([known.token.symbol] if known.token else [])
        asset = Asset(self._amount(), self.chance.choice(symbols))
        return Transfer(known.who, known.other, asset, f"memo {self.chance.random()}")

    def _burn(self, known: _Known) -> Operation:
        asset = Asset(self._amount(1_000), self.chance.choice((STEEM, SBD)))
        return Transfer(known.who, AccountName("null"), asset, "")

    def _vest(self, known: _Known) -> Operation:
        symbols = [STEEM] + ([known.token.symbol] if known.token else [])
        asset = Asset(self._amount(), self.chance.choice(symbols))
        return TransferToVesting(known.who, known.other, asset)

    def _account(self, known: _Known) -> Operation:
        fee = self.chain.state.witness_schedule.get().account_creation_fee
        return development_account(self._next_newcomer(), known.who, fee)

    def _claim(self, known: _Known) -> Operation:
        fee = self.chain.state.witness_schedule.get().account_creation_fee
        if self.chance.random() < 0.5:
            return ClaimAccount(known.who, Asset(fee, STEEM))
        made = development_account(self._next_newcomer(), known.who, fee)
        return CreateClaimedAccount(
            known.who,
            made.new_account_name,
            made.owner,
            made.active,
            made.posting,
            made.memo_key,
            "",
        )

    def _update(self, known: _Known) -> Operation:
        """Let another account act too; the development key goes on to suffice."""
        key = development_key(known.who, "active").public_key
        active = Authority(1, ((known.other, 1),), ((key, 1),))
        chosen = active if self.chance.random() < 0.5 else None
        return AccountUpdate2(known.who, None, chosen, None, None, "", '{"a":1}')

    def _custom(self, known: _Known) -> Operation:
        return CustomJson((), (known.who,), "load", f'{{"n":{self.chance.random()}}}')

    def _feed(self, _: _Known) -> Operation:
        price = Price(Asset(self.chance.randrange(500, 2_000), SBD), Asset(1_000, STEEM))
        return FeedPublish(PRODUCER, price)

    def _convert(self, known: _Known) -> Operation:
        return Convert(known.who, self.chance.randrange(50), Asset(self._amount(5_000), SBD))

    def _escrow(self, known: _Known) -> Operation:
        now = self.chain.head_block_time
        return EscrowTransfer(
            from_account=known.who,
            to=known.other,
            sbd_amount=Asset(self.chance.randrange(2_000), SBD),
            steem_amount=Asset(self.chance.randrange(2_000), STEEM),
            escrow_id=self.chance.randrange(20),
            agent=self.chance.choice(PEOPLE),
            fee=Asset(self.chance.randrange(20), STEEM),
            json_meta="",
            ratification_deadline=now + self.chance.randrange(3, 20_000),
            escrow_expiration=now + self.chance.randrange(20_000, 400_000),
        )

    def _escrow_step(self, known: _Known) -> Operation | None:
        row = known.escrow
        if row is None:
            return None
        parties = (row.from_account, row.to, row.agent)
        who = self.chance.choice(parties)
        step = self.chance.randrange(4)
        if step < 2:
            return EscrowApprove(*parties, who, row.escrow_id, self.chance.random() < 0.8)
        if step == 2:
            return EscrowDispute(*parties, who, row.escrow_id)
        return EscrowRelease(
            *parties,
            who,
            self.chance.choice(parties),
            row.escrow_id,
            Asset(row.sbd_balance // 2, SBD),
            Asset(row.steem_balance, STEEM),
        )

    def _recovery(self, known: _Known) -> Operation:
        if self.chance.random() < 0.5:
            return ChangeRecoveryAccount(known.who, known.other)
        key = development_key(known.other, "owner").public_key
        return RequestAccountRecovery(known.who, known.other, single_key_authority(key))

    def _vote(self, known: _Known) -> Operation:
        return AccountWitnessVote(known.who, PRODUCER, self.chance.random() < 0.5)

    def _token(self, known: _Known) -> Operation | None:
        nais = self.chain.state.nai_pool.get().nais
        if not nais or known.token is None or self.chance.random() < 0.5:
            return None
        symbol = smt_symbol(self.chance.choice(nais) >> 5, 3)
        return SmtCreate(known.who, symbol, Asset(1_000, SBD))

    def _inflation(self, known: _Known) -> Operation | None:
        if known.token is None:
            return None
        symbol = known.token.symbol
        start = self.chain.head_block_time + self.chance.randrange(1_000, 500_000)
        share = self.chance.randrange(3)
        return SmtSetupInflation(
            control_account=known.token.control_account,
            symbol=symbol,
            schedule_time=start,
            inflation_unit=InflationUnit(((AccountName("$rewards"), 1), (known.who, 2))),
            interval_seconds=21_600,
            interval_count=self.chance.randrange(1, 40),
            lep_time=0,
            rep_time=0,
            lep_abs_amount=Asset(100, symbol),
            rep_abs_amount=Asset(100, symbol),
            lep_rel_amount_numerator=share,
            rep_rel_amount_numerator=share,
            rel_amount_denom_bits=10,
        )

    def _setup(self, known: _Known) -> Operation | None:
        if known.token is None:
            return None
        pauses = (self.chance.randrange(3, 120) for _ in range(4))
        begin, end, launch, expiry = islice(
            accumulate(pauses, initial=self.chain.head_block_time), 1, 5
        )
        unit = GenerationUnit(
            ((known.who, _UNIT),),
            ((AccountName("$from"), 5), (AccountName("$rewards"), 1)),
        )
        policy = CappedGenerationPolicy(
            pre_soft_cap_unit=unit,
            post_soft_cap_unit=unit,
            min_steem_units_commitment=_promise(_MINIMUM),
            hard_cap_steem_units_commitment=_promise(_HARD_CAP),
            soft_cap_percent=self.chance.choice((5_000, 9_000)),
            min_unit_ratio=1,
            max_unit_ratio=self.chance.choice((1, 1_000)),
        )
        return SmtSetup(
            control_account=known.token.control_account,
            symbol=known.token.symbol,
            decimal_places=0,
            max_supply=10**15,
            initial_generation_policy=policy,
            generation_begin_time=begin,
            generation_end_time=end,
            announced_launch_time=launch,
            launch_expiration_time=expiry,
        )

    def _contribute(self, known: _Known) -> Operation | None:
        token = self._launching()
        if token is None:
            return None
        asset = Asset(self.chance.choice((1, _UNIT, _UNIT * self._amount(5_000))), STEEM)
        number = self.chance.randrange(1_000)
        return SmtContribute(known.who, token.symbol, number, asset)

    def _reveal(self, _: _Known) -> Operation | None:
        token = self._launching()
        if token is None:
            return None
        cap = self.chance.choice((_MINIMUM, _HARD_CAP))
        return SmtCapReveal(token.control_account, token.symbol, cap)

    def _launching(self) -> SmtToken | None:
        """Return a token that is being launched, or has failed to."""
        state = self.chain.state
        generations = list(islice(state.smt_generations.scan(), 12))
        if not generations:
            return None
        return state.smt_tokens.get(self.chance.choice(generations).nai)

    def _refund(self, _: _Known) -> Operation | None:
        row = self.chain.state.smt_contributions.first()
        if row is None:
            return None
        symbol = self.chain.state.smt_tokens.get(row.nai).symbol
        asset = Asset(row.contribution, STEEM)
        return SmtRefund(row.contributor, symbol, row.contribution_id, asset)


def _promise(cap: RevealedCap) -> CapCommitment:
    """Return a commitment that hides a cap a little."""
    return CapCommitment(cap.amount - 1, cap.amount + 1, cap_hash(cap))
