"""Authorities: who may act for an account, and whether the signers at hand are allowed to.

An authority is a set of weighted keys and weighted accounts with a threshold.  An account member
counts when that account's own authority (of the same class) is satisfied, two levels deep.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from protocol.crypto import public_key_text
from protocol.errors import InvalidTransactionError
from protocol.params import ChainParams
from protocol.types import U16, U32, AccountName, FlatMap, PublicKey
from protocol.wire import wire_struct

ALWAYS_APPROVED: Final = AccountName("temp")
"""Anyone may sign for this account: it counts as approved in every authority."""


@wire_struct
@dataclass(frozen=True, slots=True)
class Authority:
    """Weighted members and the weight they must reach together.

    Attributes
    ----------
    weight_threshold : int
        Sum of member weights needed, 0 to 2**32 - 1.
    account_auths : tuple of (account, weight)
        Accounts in name order; weight 0 to 65535.
    key_auths : tuple of (public key, weight)
        Keys in byte order; weight 0 to 65535.

    Spec
    ----
    steemd: authority.hpp::authority
    """

    weight_threshold: U32
    account_auths: FlatMap[AccountName, U16]
    key_auths: FlatMap[PublicKey, U16]

    @property
    def member_count(self) -> int:
        """Return the number of keys and accounts together."""
        return len(self.account_auths) + len(self.key_auths)

    def is_impossible(self) -> bool:
        """Tell whether all members together stay below the threshold.

        Spec
        ----
        steemd: authority.cpp::authority::is_impossible
        """
        weights = sum(weight for _, weight in self.account_auths)
        weights += sum(weight for _, weight in self.key_auths)
        return weights < self.weight_threshold


NULL_AUTHORITY: Final = Authority(1, (), ())
"""Nobody can satisfy it; it freezes what it guards (`@null`, frozen control accounts)."""


def single_key_authority(key: PublicKey) -> Authority:
    """Return the authority that one signature of `key` satisfies."""
    return Authority(1, (), ((key, 1),))


class MissingAuthorityError(InvalidTransactionError):
    """The signatures do not satisfy a required authority.  Only its subclasses are raised."""

    code = "transaction.missing_authority"


class MissingOwnerAuthorityError(MissingAuthorityError):
    """An account's owner authority is required and not satisfied."""

    code = "transaction.missing_owner_authority"


class MissingActiveAuthorityError(MissingAuthorityError):
    """An account's active authority is required and not satisfied."""

    code = "transaction.missing_active_authority"


class MissingPostingAuthorityError(MissingAuthorityError):
    """An account's posting authority is required and not satisfied."""

    code = "transaction.missing_posting_authority"


class MissingOtherAuthorityError(MissingAuthorityError):
    """An authority written out in an operation is required and not satisfied."""

    code = "transaction.missing_other_authority"


class IrrelevantSignatureError(InvalidTransactionError):
    """A signature was not needed; `value` holds the texts of the unneeded public keys."""

    code = "transaction.irrelevant_signature"


class DuplicateSignatureError(InvalidTransactionError):
    """One key signed twice; `value` is the text of that public key."""

    code = "transaction.duplicate_signature"


class MixedAuthoritiesError(InvalidTransactionError):
    """Posting operations share a transaction with operations that need more than posting."""

    code = "transaction.mixed_authorities"


class RequiredAuthorities(NamedTuple):
    """What a transaction needs: accounts by authority class, and authorities written out."""

    owner: frozenset[AccountName] = frozenset()
    active: frozenset[AccountName] = frozenset()
    posting: frozenset[AccountName] = frozenset()
    other: tuple[Authority, ...] = ()


AuthorityGetter = Callable[[AccountName], Authority | None]
"""Answers an account's authority of one class, or None when there is no such account."""


@dataclass(frozen=True, slots=True)
class AuthorityLookup:
    """Where authorities of accounts come from, by class."""

    get_owner: AuthorityGetter
    get_active: AuthorityGetter
    get_posting: AuthorityGetter


@dataclass(slots=True)
class SignState:
    """Which of the keys at hand have been needed while authorities are checked one by one.

    Attributes
    ----------
    get_nested : callable
        Authority of an account that is a member of another authority; one class per state.
    signers : dict
        Every key that signed, and whether any authority has used it.
    available : frozenset
        Keys that could sign besides; such a key joins `signers` when it is first needed.
    approved : set
        Accounts already found satisfied; never asked again.

    Spec
    ----
    steemd: sign_state.cpp
    """

    params: ChainParams
    get_nested: AuthorityGetter
    signers: dict[PublicKey, bool]
    available: frozenset[PublicKey] = frozenset()
    approved: set[AccountName] = field(default_factory=lambda: {ALWAYS_APPROVED})
    _lookups: int = 0

    def check_account(self, account: AccountName) -> bool:
        """Tell whether the class authority of a required account is satisfied.

        The account itself counts as the first of the bounded account look-ups.
        """
        if account in self.approved:
            return True
        return self._check_top(self.get_nested(account), lookups=1)

    def check_authority(self, authority: Authority | None) -> bool:
        """Tell whether `authority` is satisfied; None (no such account) never is."""
        return self._check_top(authority, lookups=0)

    def unused_signers(self) -> list[PublicKey]:
        """Return the keys that signed and that no authority needed, in byte order."""
        return sorted(key for key, is_used in self.signers.items() if not is_used)

    def used_signers(self) -> list[PublicKey]:
        """Return the keys some authority needed, in byte order."""
        return sorted(key for key, is_used in self.signers.items() if is_used)

    def _check_top(self, authority: Authority | None, lookups: int) -> bool:
        if authority is None:
            return False
        self._lookups = lookups
        return self._check(authority, depth=0)

    def _use(self, key: PublicKey) -> bool:
        if key in self.signers or key in self.available:
            self.signers[key] = True
            return True
        return False

    def _check(self, authority: Authority, depth: int) -> bool:
        weight_sum = 0
        threshold = authority.weight_threshold
        members_left = self.params.max_authority_membership
        for key, weight in authority.key_auths:
            if self._use(key):
                weight_sum += weight
                if weight_sum >= threshold:
                    return True
            members_left -= 1
            if members_left == 0:
                return False
        for account, weight in authority.account_auths:
            is_approved = account in self.approved
            if not is_approved:
                # A member too deep is passed over without counting as a member.
                if depth == self.params.max_sig_check_depth:
                    continue
                # The budget is shared by everything below one required authority.
                if self._lookups >= self.params.max_sig_check_accounts:
                    return False
                self._lookups += 1
                nested = self.get_nested(account)
                is_approved = nested is not None and self._check(nested, depth + 1)
            if is_approved:
                self.approved.add(account)
                weight_sum += weight
                if weight_sum >= threshold:
                    return True
            members_left -= 1
            if members_left == 0:
                return False
        return weight_sum >= threshold


def verify_authority(
    required: RequiredAuthorities,
    signers: Iterable[PublicKey],
    lookup: AuthorityLookup,
    params: ChainParams,
) -> None:
    """Check that `signers` satisfy all that is `required`, and that each of them was needed.

    Active is satisfied by active or owner; owner by owner; posting by posting, active or owner.
    Nested accounts are always asked for the class of the check: posting when posting is required,
    else active (also below an owner authority).

    Raises
    ------
    DuplicateSignatureError
        A key is given twice.
    MixedAuthoritiesError
        Posting is required beside owner, active or another authority.
    MissingOtherAuthorityError, MissingActiveAuthorityError, MissingOwnerAuthorityError,
    MissingPostingAuthorityError
        The first authority, in this order and then in account order, that is not satisfied.
    IrrelevantSignatureError
        A signer was not needed.

    Spec
    ----
    whitepaper: "Control Account Security"; steemd: transaction_util.hpp::verify_authority
    """
    keys = list(signers)
    if _is_plain_signature(required, keys, lookup, params):
        return
    state = SignState(
        params,
        lookup.get_posting if required.posting else lookup.get_active,
        _signer_table(keys, params),
    )
    if required.posting:
        _check_not_mixed(required)
        for account in sorted(required.posting):
            _check_posting(state, account, lookup)
    else:
        for authority in required.other:
            if not state.check_authority(authority):
                raise MissingOtherAuthorityError(
                    "missing required other authority:Missing Authority",
                    field="signatures",
                    value=authority,
                )
        for account in sorted(required.active):
            _check_active(state, account, lookup)
        for account in sorted(required.owner):
            if not state.check_authority(lookup.get_owner(account)):
                raise MissingOwnerAuthorityError(
                    f"missing required owner authority:Missing Owner Authority {account}",
                    field="signatures",
                    value=account,
                )
    unused = state.unused_signers()
    if unused:
        raise IrrelevantSignatureError(
            "irrelevant signature included:Unnecessary signature(s) detected",
            field="signatures",
            value=[public_key_text(key, params.network.address_prefix) for key in unused],
        )


def get_required_signatures(
    required: RequiredAuthorities,
    signers: Iterable[PublicKey],
    available: Iterable[PublicKey],
    lookup: AuthorityLookup,
    params: ChainParams,
) -> tuple[PublicKey, ...]:
    """Return which `available` keys contribute to what is required, in byte order.

    Keys that have signed already are taken into account.  Whether the result suffices is not
    said; only each class's own authority is asked (active is not looked for in owner keys).

    Raises
    ------
    DuplicateSignatureError
        A key is given twice in `signers`.
    MixedAuthoritiesError
        Posting is required beside owner, active or another authority.

    Spec
    ----
    steemd: transaction.cpp::signed_transaction::get_required_signatures
    """
    choices = frozenset(available)
    state = SignState(
        params,
        lookup.get_posting if required.posting else lookup.get_active,
        _signer_table(list(signers), params),
        choices,
    )
    if required.posting:
        _check_not_mixed(required)
        for account in sorted(required.posting):
            state.check_account(account)
    else:
        for authority in required.other:
            state.check_authority(authority)
        for account in sorted(required.owner):
            state.check_authority(lookup.get_owner(account))
        for account in sorted(required.active):
            state.check_account(account)
    return tuple(key for key in state.used_signers() if key in choices)


def get_potential_signatures(
    required: RequiredAuthorities, lookup: AuthorityLookup, params: ChainParams
) -> tuple[PublicKey, ...]:
    """Return every key that could take part in satisfying what is required, in byte order.

    These are the keys of all authorities that are read when nobody has signed yet.

    Raises
    ------
    MixedAuthoritiesError
        Posting is required beside owner, active or another authority.

    Spec
    ----
    steemd: database_api.cpp::get_potential_signatures
    """
    found: set[PublicKey] = set()

    def noting(getter: AuthorityGetter) -> AuthorityGetter:
        def get(account: AccountName) -> Authority | None:
            authority = getter(account)
            if authority is not None:
                found.update(key for key, _ in authority.key_auths)
            return authority

        return get

    noting_lookup = AuthorityLookup(
        noting(lookup.get_owner), noting(lookup.get_active), noting(lookup.get_posting)
    )
    for authority in required.other:
        found.update(key for key, _ in authority.key_auths)
    get_required_signatures(required, (), (), noting_lookup, params)
    return tuple(sorted(found))


def _is_plain_signature(
    required: RequiredAuthorities,
    keys: list[PublicKey],
    lookup: AuthorityLookup,
    params: ChainParams,
) -> bool:
    """Tell whether this is one key signing for one account's active authority, alone enough.

    Nearly every transaction is; the general way gives the same answer at five times the cost.
    """
    owner, active, posting, other = required
    if len(keys) != 1 or len(active) != 1 or owner or posting or other:
        return False
    (account,) = active
    authority = lookup.get_active(account)
    if authority is None or account == ALWAYS_APPROVED:
        return False
    (signer,) = keys
    for key, weight in authority.key_auths[: params.max_authority_membership]:
        if key == signer and weight >= authority.weight_threshold:
            return True
    return False


def _signer_table(keys: list[PublicKey], params: ChainParams) -> dict[PublicKey, bool]:
    signers: dict[PublicKey, bool] = {}
    for key in keys:
        if key in signers:
            raise DuplicateSignatureError(
                "duplicate signature included:Duplicate Signature detected",
                field="signatures",
                value=public_key_text(key, params.network.address_prefix),
            )
        signers[key] = False
    return signers


def _check_not_mixed(required: RequiredAuthorities) -> None:
    if required.active or required.owner or required.other:
        raise MixedAuthoritiesError(
            "operations that need posting authority cannot share a transaction with operations "
            "that need more",
            field="operations",
            value=sorted(required.posting),
        )


def _check_posting(state: SignState, account: AccountName, lookup: AuthorityLookup) -> None:
    if (
        state.check_account(account)
        or state.check_authority(lookup.get_active(account))
        or state.check_authority(lookup.get_owner(account))
    ):
        return
    raise MissingPostingAuthorityError(
        f"missing required posting authority:Missing Posting Authority {account}",
        field="signatures",
        value=account,
    )


def _check_active(state: SignState, account: AccountName, lookup: AuthorityLookup) -> None:
    if state.check_account(account) or state.check_authority(lookup.get_owner(account)):
        return
    raise MissingActiveAuthorityError(
        f"missing required active authority:Missing Active Authority {account}",
        field="signatures",
        value=account,
    )
