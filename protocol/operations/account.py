"""Creating and changing accounts."""

from dataclasses import dataclass

from typing_extensions import override

from protocol.assets import STEEM, VESTS, Asset
from protocol.authority import Authority
from protocol.operation import NOBODY, Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import AccountName, PublicKey
from protocol.validation import (
    check_account_name,
    check_authority,
    check_authority_size,
    check_bounds,
    check_json_text,
    check_no_extensions,
    check_not_negative_amount,
    check_symbol,
)


@operation(tag=9)
@dataclass(frozen=True, slots=True)
class AccountCreate(Operation):
    """Create an account; the creator pays `fee` STEEM, which is burned.

    The posting authority is checked by the evaluator, as in steemd.

    Spec
    ----
    steemd: account_create_operation
    """

    fee: Asset
    creator: AccountName
    new_account_name: AccountName
    owner: Authority
    active: Authority
    posting: Authority
    memo_key: PublicKey
    json_metadata: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, fees and authorities, and metadata that is not JSON."""
        check_account_name(self.new_account_name, "new_account_name")
        check_symbol(self.fee, STEEM, "fee")
        check_not_negative_amount(self.fee, "fee")
        check_authority(self.owner, "owner")
        check_authority(self.active, "active")
        check_json_text(self.json_metadata, "json_metadata")

    @override
    def required_active(self) -> Accounts:
        """Return the creator."""
        return frozenset((self.creator,))


@operation(tag=10)
@dataclass(frozen=True, slots=True)
class AccountUpdate(Operation):
    """Replace keys, authorities or metadata of an account.

    Authorities are checked by the evaluator, as in steemd.

    Spec
    ----
    steemd: account_update_operation
    """

    account: AccountName
    owner: Authority | None
    active: Authority | None
    posting: Authority | None
    memo_key: PublicKey
    json_metadata: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name and metadata that is not JSON."""
        check_account_name(self.account, "account")
        check_json_text(self.json_metadata, "json_metadata")

    @override
    def required_owner(self) -> Accounts:
        """Return the account when its owner authority changes."""
        return NOBODY if self.owner is None else frozenset((self.account,))

    @override
    def required_active(self) -> Accounts:
        """Return the account unless the owner authority changes."""
        return frozenset((self.account,)) if self.owner is None else NOBODY


@operation(tag=22)
@dataclass(frozen=True, slots=True)
class ClaimAccount(Operation):
    """Pay now for an account to be created later with `create_claimed_account`.

    Spec
    ----
    steemd: claim_account_operation
    """

    creator: AccountName
    fee: Asset
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, a fee outside 0..`max_account_creation_fee`, and extensions."""
        check_account_name(self.creator, "creator")
        check_symbol(self.fee, STEEM, "fee")
        check_bounds(self.fee.amount, "fee", minimum=0, maximum=params.max_account_creation_fee)
        check_no_extensions(self.extensions)

    @override
    def required_active(self) -> Accounts:
        """Return the creator."""
        return frozenset((self.creator,))


@operation(tag=23)
@dataclass(frozen=True, slots=True)
class CreateClaimedAccount(Operation):
    """Create an account paid for earlier.

    Spec
    ----
    steemd: create_claimed_account_operation
    """

    creator: AccountName
    new_account_name: AccountName
    owner: Authority
    active: Authority
    posting: Authority
    memo_key: PublicKey
    json_metadata: str
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, bad or oversized authorities, metadata not JSON, and extensions."""
        check_account_name(self.creator, "creator")
        check_account_name(self.new_account_name, "new_account_name")
        for authority, name in (
            (self.owner, "owner"),
            (self.active, "active"),
            (self.posting, "posting"),
        ):
            check_authority(authority, name)
            check_authority_size(authority, name, params)
        check_json_text(self.json_metadata, "json_metadata")
        check_no_extensions(self.extensions)

    @override
    def required_active(self) -> Accounts:
        """Return the creator."""
        return frozenset((self.creator,))


@operation(tag=41)
@dataclass(frozen=True, slots=True)
class AccountCreateWithDelegation(Operation):
    """Create an account paying partly by delegating vesting shares to it.

    Spec
    ----
    steemd: account_create_with_delegation_operation
    """

    fee: Asset
    delegation: Asset
    creator: AccountName
    new_account_name: AccountName
    owner: Authority
    active: Authority
    posting: Authority
    memo_key: PublicKey
    json_metadata: str
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, amounts and authorities, and metadata that is not JSON."""
        check_account_name(self.new_account_name, "new_account_name")
        check_account_name(self.creator, "creator")
        check_symbol(self.fee, STEEM, "fee")
        check_symbol(self.delegation, VESTS, "delegation")
        check_authority(self.owner, "owner")
        check_authority(self.active, "active")
        check_authority(self.posting, "posting")
        check_json_text(self.json_metadata, "json_metadata")
        check_not_negative_amount(self.fee, "fee")
        check_not_negative_amount(self.delegation, "delegation")

    @override
    def required_active(self) -> Accounts:
        """Return the creator."""
        return frozenset((self.creator,))


@operation(tag=43)
@dataclass(frozen=True, slots=True)
class AccountUpdate2(Operation):
    """Replace parts of an account; which authority signs depends on what changes.

    Spec
    ----
    steemd: account_update2_operation
    """

    account: AccountName
    owner: Authority | None
    active: Authority | None
    posting: Authority | None
    memo_key: PublicKey | None
    json_metadata: str
    posting_json_metadata: str
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name and metadata that is not JSON."""
        check_account_name(self.account, "account")
        check_json_text(self.json_metadata, "json_metadata")
        check_json_text(self.posting_json_metadata, "posting_json_metadata")

    def _needs_active(self) -> bool:
        return bool(
            self.active is not None
            or self.posting is not None
            or self.memo_key is not None
            or self.json_metadata
        )

    @override
    def required_owner(self) -> Accounts:
        """Return the account when its owner authority changes."""
        return NOBODY if self.owner is None else frozenset((self.account,))

    @override
    def required_active(self) -> Accounts:
        """Return the account when anything else than posting metadata changes."""
        if self.owner is None and self._needs_active():
            return frozenset((self.account,))
        return NOBODY

    @override
    def required_posting(self) -> Accounts:
        """Return the account when at most its posting metadata changes."""
        if self.owner is None and not self._needs_active():
            return frozenset((self.account,))
        return NOBODY
