"""condenser_api's reads of what accounts have under way: the twins of `database_requests`."""

from protocol.types import AccountName
from smtchain.node.arguments import LIST_LIMIT, Json, Limit, Name, UInt32
from smtchain.node.node import Node
from smtchain.node.rpc.condenser_api import api
from smtchain.node.views.requests import (
    conversion_json,
    delegation_json,
    escrow_json,
    owner_history_json,
    recovery_json,
)

_FIRST = AccountName("")


@api.method()
def get_escrow(node: Node, from_: Name, escrow_id: UInt32) -> Json:
    """Return a sender's open escrow of that number, or null."""
    row = node.state.escrows.find(from_, escrow_id)
    return None if row is None else escrow_json(row, node.legacy)


@api.method(returns=[])
def get_conversion_requests(node: Node, account: Name) -> Json:
    """Return an account's conversions of SBD under way, by their numbers (at most 1,000)."""
    rows = node.state.convert_requests.scan("", account)
    return [conversion_json(row, node.legacy) for row in node.take(rows, LIST_LIMIT)]


@api.method()
def get_recovery_request(node: Node, account: Name) -> Json:
    """Return an account's open recovery request, or null."""
    row = node.state.account_recovery_requests.find(account)
    return None if row is None else recovery_json(row, node.legacy)


@api.method(returns=[])
def get_owner_history(node: Node, account: Name) -> Json:
    """Return the owner authorities an account had in the last 30 days, oldest first."""
    rows = node.state.owner_authority_history.scan("", account)
    return [owner_history_json(row, node.legacy) for row in node.take(rows, LIST_LIMIT)]


@api.method(returns=[])
def get_vesting_delegations(
    node: Node, account: Name, start: Name = _FIRST, limit: Limit = 100
) -> Json:
    """Return up to `limit` loans of an account's shares, from the named borrower on."""
    rows = node.state.vesting_delegations.scan("", account, start=(start,))
    return [delegation_json(row, node.legacy) for row in node.take(rows, limit)]
