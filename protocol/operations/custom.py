"""Data that the chain carries without reading it.

Names of signers need no check: a name that no account can have has no authority either.
"""

from dataclasses import dataclass

from typing_extensions import override

from protocol.authority import Authority
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.types import U16, AccountName, Bytes, CustomId, FlatSet
from protocol.validation import (
    InvalidJsonTextError,
    check_authority,
    check_text,
    is_json_text,
)


class NoSignerError(InvalidOperationError):
    """Nobody is named to sign."""

    code = "operation.custom.no_signer"


@operation(tag=15)
@dataclass(frozen=True, slots=True)
class Custom(Operation):
    """Carry bytes signed with active authorities.

    Spec
    ----
    steemd: custom_operation
    """

    required_auths: FlatSet[AccountName]
    id: U16
    data: Bytes

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse an operation without signer."""
        if not self.required_auths:
            raise NoSignerError("at least one account must be named", field="required_auths")

    @override
    def required_active(self) -> Accounts:
        """Return the accounts named."""
        return frozenset(self.required_auths)


@operation(tag=18)
@dataclass(frozen=True, slots=True)
class CustomJson(Operation):
    """Carry JSON signed with active or posting authorities; `id` says whose it is.

    Spec
    ----
    whitepaper: "SMT naming" (asset directories); steemd: custom_json_operation
    """

    required_auths: FlatSet[AccountName]
    required_posting_auths: FlatSet[AccountName]
    id: CustomId
    json: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse an operation without signer, a long id and text that is not JSON."""
        if not (self.required_auths or self.required_posting_auths):
            raise NoSignerError(
                "at least one account must be named", field="required_posting_auths"
            )
        check_text(self.id, "id", maximum=params.custom_op_id_max_length)
        if not is_json_text(self.json):
            raise InvalidJsonTextError("text is not valid JSON", field="json", value=self.json)

    @override
    def required_active(self) -> Accounts:
        """Return the accounts named for active authority."""
        return frozenset(self.required_auths)

    @override
    def required_posting(self) -> Accounts:
        """Return the accounts named for posting authority."""
        return frozenset(self.required_posting_auths)


@operation(tag=35)
@dataclass(frozen=True, slots=True)
class CustomBinary(Operation):
    """Carry bytes signed with any kind of authority.

    Spec
    ----
    steemd: custom_binary_operation
    """

    required_owner_auths: FlatSet[AccountName]
    required_active_auths: FlatSet[AccountName]
    required_posting_auths: FlatSet[AccountName]
    required_auths: tuple[Authority, ...]
    id: CustomId
    data: Bytes

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse an operation without signer, a long id and bad authorities."""
        if not (
            self.required_owner_auths or self.required_active_auths or self.required_posting_auths
        ):
            raise NoSignerError(
                "at least one account must be named", field="required_posting_auths"
            )
        check_text(self.id, "id", maximum=params.custom_op_id_max_length)
        for index, authority in enumerate(self.required_auths):
            check_authority(authority, f"required_auths[{index}]")

    @override
    def required_owner(self) -> Accounts:
        """Return the accounts named for owner authority."""
        return frozenset(self.required_owner_auths)

    @override
    def required_active(self) -> Accounts:
        """Return the accounts named for active authority."""
        return frozenset(self.required_active_auths)

    @override
    def required_posting(self) -> Accounts:
        """Return the accounts named for posting authority."""
        return frozenset(self.required_posting_auths)

    @override
    def required_other(self) -> tuple[Authority, ...]:
        """Return the authorities written out."""
        return self.required_auths
