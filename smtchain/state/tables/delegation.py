"""Vesting shares that one account lends to another."""

from dataclasses import dataclass

from protocol.types import I64, U64, AccountName, Symbol, Time
from smtchain.state.schema import stored


@stored("vesting_delegation", key=("delegator", "delegatee", "symbol"))
@dataclass(frozen=True, slots=True)
class VestingDelegation:
    """Shares of one vesting asset lent; they cannot be taken back before `min_delegation_time`.

    steemd: vesting_delegation_object (VESTS only there).
    """

    id: U64
    delegator: AccountName
    delegatee: AccountName
    symbol: Symbol
    vesting_shares: I64
    min_delegation_time: Time
