"""Payments that a third party releases.  STEEM and SBD only."""

from dataclasses import dataclass, field
from typing import Final

from typing_extensions import override

from protocol.assets import SBD, STEEM, Asset
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_default, json_name
from protocol.types import U32, AccountName, Time
from protocol.validation import (
    AmountNotPositiveError,
    check_account_name,
    check_json_text,
    check_not_negative_amount,
    check_symbol,
)

DEFAULT_ESCROW_ID: Final = 30  # what an absent JSON member means; steemd escrow_transfer_operation


class AgentNotThirdPartyError(InvalidOperationError):
    """The agent is the sender or the receiver."""

    code = "operation.escrow.agent_not_third_party"


class NotAPartyError(InvalidOperationError):
    """`who` or `receiver` is not one of the accounts that may stand there."""

    code = "operation.escrow.not_a_party"


class EscrowTimeError(InvalidOperationError):
    """The ratification deadline is not before the expiration."""

    code = "operation.escrow.time"


def _check_amounts(sbd_amount: Asset, steem_amount: Asset) -> None:
    """Check symbols and signs; at least one amount must be above zero."""
    check_symbol(sbd_amount, SBD, "sbd_amount")
    check_symbol(steem_amount, STEEM, "steem_amount")
    check_not_negative_amount(sbd_amount, "sbd_amount")
    check_not_negative_amount(steem_amount, "steem_amount")
    if sbd_amount.amount == 0 and steem_amount.amount == 0:
        raise AmountNotPositiveError(
            "one of the amounts must be greater than zero", field="steem_amount", value=0
        )


@operation(tag=27)
@dataclass(frozen=True, slots=True)
class EscrowTransfer(Operation):
    """Set STEEM and SBD aside for `to`, once `to` and `agent` agree; `agent` judges disputes.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (no SMTs);
    steemd: escrow_transfer_operation, FC_REFLECT order
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    sbd_amount: Asset = field(metadata=json_default(Asset(0, SBD)))
    steem_amount: Asset
    escrow_id: U32 = field(metadata=json_default(DEFAULT_ESCROW_ID))
    agent: AccountName
    fee: Asset
    json_meta: str
    ratification_deadline: Time
    escrow_expiration: Time

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and amounts, an agent who is a party, and times out of order."""
        check_account_name(self.from_account, "from")
        check_account_name(self.to, "to")
        check_account_name(self.agent, "agent")
        check_symbol(self.fee, (STEEM, SBD), "fee")
        check_not_negative_amount(self.fee, "fee")
        _check_amounts(self.sbd_amount, self.steem_amount)
        if self.agent in (self.from_account, self.to):
            raise AgentNotThirdPartyError(
                "agent must be a third party", field="agent", value=self.agent
            )
        if self.ratification_deadline >= self.escrow_expiration:
            raise EscrowTimeError(
                "ratification deadline must be before the expiration",
                field="ratification_deadline",
                value=self.ratification_deadline,
            )
        check_json_text(self.json_meta, "json_meta")

    @override
    def required_active(self) -> Accounts:
        """Return the sender."""
        return frozenset((self.from_account,))


@operation(tag=28)
@dataclass(frozen=True, slots=True)
class EscrowDispute(Operation):
    """Hand the decision to the agent.

    Spec
    ----
    steemd: escrow_dispute_operation
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    agent: AccountName
    who: AccountName
    escrow_id: U32 = DEFAULT_ESCROW_ID

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, and anyone but sender and receiver."""
        check_account_name(self.from_account, "from")
        check_account_name(self.to, "to")
        check_account_name(self.agent, "agent")
        check_account_name(self.who, "who")
        if self.who not in (self.from_account, self.to):
            raise NotAPartyError("must be from or to", field="who", value=self.who)

    @override
    def required_active(self) -> Accounts:
        """Return who disputes."""
        return frozenset((self.who,))


@operation(tag=29)
@dataclass(frozen=True, slots=True)
class EscrowRelease(Operation):
    """Pay part of an escrow to its sender or its receiver.

    Spec
    ----
    steemd: escrow_release_operation
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    agent: AccountName
    who: AccountName
    receiver: AccountName
    escrow_id: U32 = field(metadata=json_default(DEFAULT_ESCROW_ID))
    sbd_amount: Asset = field(metadata=json_default(Asset(0, SBD)))
    steem_amount: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and amounts, and people who are no party."""
        check_account_name(self.from_account, "from")
        check_account_name(self.to, "to")
        check_account_name(self.agent, "agent")
        check_account_name(self.who, "who")
        check_account_name(self.receiver, "receiver")
        if self.who not in (self.from_account, self.to, self.agent):
            raise NotAPartyError("must be from, to or agent", field="who", value=self.who)
        if self.receiver not in (self.from_account, self.to):
            raise NotAPartyError("must be from or to", field="receiver", value=self.receiver)
        _check_amounts(self.sbd_amount, self.steem_amount)

    @override
    def required_active(self) -> Accounts:
        """Return who releases."""
        return frozenset((self.who,))


@operation(tag=31)
@dataclass(frozen=True, slots=True)
class EscrowApprove(Operation):
    """Agree to an escrow, or end it by refusing, as its receiver or agent.

    Spec
    ----
    steemd: escrow_approve_operation
    """

    from_account: AccountName = field(metadata=json_name("from"))
    to: AccountName
    agent: AccountName
    who: AccountName
    escrow_id: U32 = DEFAULT_ESCROW_ID
    approve: bool = True

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, and anyone but receiver and agent."""
        check_account_name(self.from_account, "from")
        check_account_name(self.to, "to")
        check_account_name(self.agent, "agent")
        check_account_name(self.who, "who")
        if self.who not in (self.to, self.agent):
            raise NotAPartyError("must be to or agent", field="who", value=self.who)

    @override
    def required_active(self) -> Accounts:
        """Return who approves."""
        return frozenset((self.who,))
