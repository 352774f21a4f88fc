"""Finding and creating accounts, their authorities and the index from keys to accounts."""

from collections.abc import Iterable

from protocol.authority import Authority
from protocol.errors import EvaluationError
from protocol.params import ChainParams
from protocol.types import AccountName, PublicKey, Time
from protocol.validation import check_authority_size
from smtchain.state.state import State
from smtchain.state.tables.account import (
    Account,
    AccountAuthority,
    KeyReference,
    OwnerAuthorityHistory,
)


class AccountNotFoundError(EvaluationError):
    """An operation names an account that does not exist."""

    code = "evaluation.account.not_found"


def require_account(state: State, name: str, field: str) -> Account:
    """Return the account called `name`, which the operation gives in `field`.

    Raises
    ------
    AccountNotFoundError
        There is no such account.
    """
    account = state.accounts.find(name)
    if account is None:
        raise AccountNotFoundError(f"account {name} does not exist", field=field, value=name)
    return account


def check_new_authority(
    state: State, params: ChainParams, authority: Authority, field: str
) -> None:
    """Check the size of an authority that is to be stored, and that its accounts exist.

    Raises
    ------
    AuthorityTooLargeError
        It has more than `params.max_authority_membership` members.
    AccountNotFoundError
        It names an account that does not exist.

    Spec
    ----
    steemd: steem_evaluator.cpp::verify_authority_accounts_exist, validate_auth_size
    """
    check_authority_size(authority, field, params)
    for index, (name, _weight) in enumerate(authority.account_auths):
        if not state.accounts.exists(name):
            raise AccountNotFoundError(
                f"the {field} authority names account {name}, which does not exist",
                field=f"{field}.account_auths[{index}]",
                value=name,
            )


def create_account(  # noqa: PLR0913 - the parts of one account, by name
    state: State,
    *,
    name: AccountName,
    owner: Authority,
    active: Authority,
    posting: Authority,
    memo_key: PublicKey,
    recovery_account: AccountName,
    json_metadata: str,
    created: Time,
) -> Account:
    """Insert an account that does not exist yet, without funds, with its authorities.

    Spec
    ----
    steemd: steem_evaluator.cpp::initialize_account_object
    """
    account = state.accounts.insert(
        Account(
            id=state.accounts.next_id(),
            name=name,
            memo_key=memo_key,
            created=created,
            recovery_account=recovery_account,
            json_metadata=json_metadata,
            voting_mana_updated=created,
        )
    )
    authorities = state.account_authorities.insert(
        AccountAuthority(account=name, owner=owner, active=active, posting=posting)
    )
    for key in _keys_of(authorities):
        state.key_references.insert(KeyReference(public_key=key, account=name))
    return account


def change_authorities(
    state: State,
    name: AccountName,
    *,
    active: Authority | None = None,
    posting: Authority | None = None,
) -> None:
    """Replace the given authorities of an existing account; None leaves one as it is."""
    row = state.account_authorities.get(name)
    before = _keys_of(row)
    changes = {
        role: authority
        for role, authority in (("active", active), ("posting", posting))
        if authority is not None
    }
    state.account_authorities.modify(row, **changes)
    _follow_keys(state, name, before, _keys_of(state.account_authorities.get(name)))


def change_owner_authority(state: State, name: AccountName, owner: Authority, now: Time) -> None:
    """Replace an owner authority and remember the old one, which may still recover the account.

    Spec
    ----
    steemd: database.cpp::update_owner_authority
    """
    row = state.account_authorities.get(name)
    before = _keys_of(row)
    state.owner_authority_history.insert(
        OwnerAuthorityHistory(
            id=state.owner_authority_history.next_id(),
            account=name,
            previous_owner_authority=row.owner,
            last_valid_time=now,
        )
    )
    state.account_authorities.modify(row, owner=owner, last_owner_update=now)
    _follow_keys(state, name, before, _keys_of(state.account_authorities.get(name)))


def _keys_of(row: AccountAuthority) -> tuple[PublicKey, ...]:
    """Return every key of the three authorities once, ascending."""
    return _ascending(
        key
        for authority in (row.owner, row.active, row.posting)
        for key, _weight in authority.key_auths
    )


def _ascending(keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    return tuple(sorted(set(keys)))


def _follow_keys(
    state: State, name: AccountName, before: tuple[PublicKey, ...], after: tuple[PublicKey, ...]
) -> None:
    for key in before:
        if key not in after:
            state.key_references.remove(state.key_references.get(key, name))
    for key in after:
        if key not in before:
            state.key_references.insert(KeyReference(public_key=key, account=name))
