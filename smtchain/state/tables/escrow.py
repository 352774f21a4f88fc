"""Payments that a third party watches over."""

from dataclasses import dataclass

from protocol.assets import Asset
from protocol.types import I64, U32, U64, AccountName, Time
from smtchain.state.schema import stored


@stored(
    "escrow",
    key=("from_account", "escrow_id"),
    indexes={"by_ratification_deadline": ("is_approved", "ratification_deadline", "id")},
)
@dataclass(frozen=True, slots=True)
class Escrow:
    """STEEM and SBD satoshis taken from the sender and given to nobody yet.

    `pending_fee` is STEEM or SBD, the agent's once both have approved, and zero from then on.
    `is_approved` is `to_approved and agent_approved`, stored so that the index leaves approved
    ones out of what expires.  steemd: escrow_object.
    """

    id: U64
    escrow_id: U32
    from_account: AccountName
    to: AccountName
    agent: AccountName
    ratification_deadline: Time
    escrow_expiration: Time
    sbd_balance: I64
    steem_balance: I64
    pending_fee: Asset
    to_approved: bool = False
    agent_approved: bool = False
    is_approved: bool = False
    disputed: bool = False
