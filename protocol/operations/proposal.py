"""Worker proposals.  On the wire only: this chain's rules have no proposal fund."""

from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from protocol.assets import SBD, Asset
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import I64, U16, AccountName, FlatSet, Ripemd160, Time
from protocol.validation import (
    check_account_name,
    check_not_negative_amount,
    check_symbol,
    check_text,
)

MAX_SUBJECT_LENGTH: Final = 80  # bytes; steemd STEEM_PROPOSAL_SUBJECT_MAX_LENGTH
MAX_PROPOSAL_IDS: Final = 5  # per operation; steemd STEEM_PROPOSAL_MAX_IDS_NUMBER


class ProposalTimeError(InvalidOperationError):
    """A proposal ends before it begins."""

    code = "operation.proposal.time"


class ProposalIdsError(InvalidOperationError):
    """No or too many proposals are named."""

    code = "operation.proposal.ids"


def _check_ids(ids: tuple[int, ...]) -> None:
    if not 1 <= len(ids) <= MAX_PROPOSAL_IDS:
        raise ProposalIdsError(
            f"1 to {MAX_PROPOSAL_IDS} proposals are allowed", field="proposal_ids", value=len(ids)
        )


@operation(tag=44)
@dataclass(frozen=True, slots=True)
class CreateProposal(Operation):
    """Ask for `daily_pay` SBD between two dates.

    Spec
    ----
    steemd: sps_operations.hpp::create_proposal_operation
    """

    creator: AccountName
    receiver: AccountName
    start_date: Time
    end_date: Time
    daily_pay: Asset
    subject: str
    permlink: str
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, times and amounts, and texts that are empty or long."""
        check_account_name(self.creator, "creator")
        check_account_name(self.receiver, "receiver")
        if self.end_date <= self.start_date:
            raise ProposalTimeError(
                "must be after start_date", field="end_date", value=self.end_date
            )
        check_symbol(self.daily_pay, SBD, "daily_pay")
        check_not_negative_amount(self.daily_pay, "daily_pay")
        check_text(self.subject, "subject", minimum=1, maximum=MAX_SUBJECT_LENGTH)
        check_text(self.permlink, "permlink", minimum=1, maximum=params.max_permlink_length - 1)

    @override
    def required_active(self) -> Accounts:
        """Return the creator."""
        return frozenset((self.creator,))


@operation(tag=45)
@dataclass(frozen=True, slots=True)
class UpdateProposalVotes(Operation):
    """Vote for proposals, or take votes back.

    Spec
    ----
    steemd: sps_operations.hpp::update_proposal_votes_operation
    """

    voter: AccountName
    proposal_ids: FlatSet[I64]
    approve: bool = False
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, and other than one to five proposals."""
        check_account_name(self.voter, "voter")
        _check_ids(self.proposal_ids)

    @override
    def required_active(self) -> Accounts:
        """Return the voter."""
        return frozenset((self.voter,))


@operation(tag=46)
@dataclass(frozen=True, slots=True)
class RemoveProposal(Operation):
    """Withdraw one's own proposals.

    Spec
    ----
    steemd: sps_operations.hpp::remove_proposal_operation
    """

    proposal_owner: AccountName
    proposal_ids: FlatSet[I64]
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, and other than one to five proposals."""
        check_account_name(self.proposal_owner, "proposal_owner")
        _check_ids(self.proposal_ids)

    @override
    def required_active(self) -> Accounts:
        """Return the owner."""
        return frozenset((self.proposal_owner,))


@operation(tag=72, virtual=True)
@dataclass(frozen=True, slots=True)
class ProposalPay(Operation):
    """A proposal was paid.

    Spec
    ----
    steemd: sps_operations.hpp::proposal_pay_operation
    """

    receiver: AccountName
    payment: Asset
    trx_id: Ripemd160
    op_in_trx: U16


@operation(tag=73, virtual=True)
@dataclass(frozen=True, slots=True)
class SpsFund(Operation):
    """The proposal fund received its part of inflation.

    Spec
    ----
    steemd: sps_fund_operation
    """

    additional_funds: Asset
