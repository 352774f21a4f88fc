"""Contributing to a generation, revealing its caps, taking a contribution back, paying it out."""

from dataclasses import dataclass
from hashlib import sha256

from typing_extensions import override

from protocol.assets import STEEM, Asset
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import I64, U32, U128, AccountName, FlatMap, Symbol
from protocol.validation import (
    check_account_name,
    check_bounds,
    check_positive_amount,
    check_smt_symbol,
    check_symbol,
)
from protocol.wire import wire_struct

_U64_MASK = (1 << 64) - 1


@wire_struct
@dataclass(frozen=True, slots=True)
class RevealedCap:
    """A number of STEEM units and the nonce that hid it.

    Spec
    ----
    whitepaper: "Hidden caps"; steemd: smt_revealed_cap
    """

    amount: I64
    nonce: U128


def cap_hash(cap: RevealedCap) -> bytes:
    """Return the 32-byte commitment to `cap`: SHA-256 of its wire bytes.

    Spec
    ----
    whitepaper: "Hidden caps"; steemd: smt_cap_commitment::fillin_nonhidden_value_hash

    Examples
    --------
    >>> cap_hash(RevealedCap(1, 0)).hex()[:16]
    '32edb6022c0921d9'
    """
    amount = cap.amount.to_bytes(8, "little", signed=True)
    return sha256(amount + nonce_bytes(cap.nonce)).digest()


def nonce_bytes(nonce: int) -> bytes:
    """Return the 16 bytes that follow the amount's 8 in what a commitment hashes.

    The halves of a uint128 are swapped (D-33), unlike a plain little-endian integer.
    """
    return (nonce >> 64).to_bytes(8, "little") + (nonce & _U64_MASK).to_bytes(8, "little")


@operation(tag=49)
@dataclass(frozen=True, slots=True)
class SmtCapReveal(Operation):
    """Reveal the minimum or the hard cap of a generation.

    Spec
    ----
    whitepaper: "Hidden caps"; steemd: smt_cap_reveal_operation
    """

    control_account: AccountName
    symbol: Symbol
    cap: RevealedCap
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, and an amount that no commitment can hold."""
        check_account_name(self.control_account, "control_account")
        check_smt_symbol(self.symbol, "symbol")
        check_bounds(self.cap.amount, "cap.amount", minimum=1, maximum=params.max_share_supply)

    @override
    def required_active(self) -> Accounts:
        """Return the control account."""
        return frozenset((self.control_account,))


@operation(tag=50)
@dataclass(frozen=True, slots=True)
class SmtRefund(Operation):
    """Take back one contribution, whole, while the launch is delayed or has failed.

    Spec
    ----
    whitepaper: "Launch"; steemd: smt_refund_operation (with an executor; D-19)
    """

    contributor: AccountName
    symbol: Symbol
    contribution_id: U32
    amount: Asset
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, and anything but a positive amount of STEEM."""
        check_account_name(self.contributor, "contributor")
        check_smt_symbol(self.symbol, "symbol")
        check_symbol(self.amount, STEEM, "amount")
        check_positive_amount(self.amount, "amount")

    @override
    def required_active(self) -> Accounts:
        """Return the contributor."""
        return frozenset((self.contributor,))


@operation(tag=55)
@dataclass(frozen=True, slots=True)
class SmtContribute(Operation):
    """Give STEEM to a generation; `contribution_id` is the contributor's own number for it.

    Spec
    ----
    whitepaper: "Token units"; steemd: smt_contribute_operation (D-12)
    """

    contributor: AccountName
    symbol: Symbol
    contribution_id: U32
    contribution: Asset
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, and anything but a positive amount of STEEM."""
        check_account_name(self.contributor, "contributor")
        check_smt_symbol(self.symbol, "symbol")
        check_symbol(self.contribution, STEEM, "contribution")
        check_positive_amount(self.contribution, "contribution")

    @override
    def required_active(self) -> Accounts:
        """Return the contributor."""
        return frozenset((self.contributor,))


@operation(tag=78, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtContributorPayout(Operation):
    """A launched token paid one contribution: units accepted, STEEM refunded, assets paid.

    Spec
    ----
    whitepaper: "Launch"; steemd: smt_contributor_payout_action (master)
    """

    contributor: AccountName
    symbol: Symbol
    contribution_id: U32
    contribution: Asset
    accepted_units: I64
    refund: Asset
    payouts: tuple[Asset, ...]


@operation(tag=79, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtRefunded(Operation):
    """A contribution was given back; `automatic` unless its contributor asked for it.

    Spec
    ----
    whitepaper: "Launch"; steemd: smt_refund_action (master)
    """

    contributor: AccountName
    symbol: Symbol
    contribution_id: U32
    amount: Asset
    automatic: bool


@operation(tag=80, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtFounderPayout(Operation):
    """A launched token paid everyone but its contributors.

    Spec
    ----
    whitepaper: "Token units"; steemd: smt_founder_payout_action (master)
    """

    symbol: Symbol
    account_payouts: FlatMap[AccountName, tuple[Asset, ...]]
    market_maker_steem: Asset
    market_maker_tokens: Asset
    reward_balance: Asset
    vesting_fund: Asset
