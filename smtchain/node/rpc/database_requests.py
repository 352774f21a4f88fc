"""database_api's reads of what accounts have under way: escrows, conversions, recovery, loans.

Cursors are steemd's: the fields of the index that `order` names.  `order` may be left out, which
steemd does not allow; the first one named is then meant.
"""

from smtchain.node.arguments import LIST_LIMIT, AnyJson, Json, Limit, Name, Names, Text
from smtchain.node.cursors import Cursor
from smtchain.node.node import Node
from smtchain.node.rpc.database_api import api, refuse_order
from smtchain.node.views.requests import (
    change_recovery_json,
    conversion_json,
    delegation_json,
    escrow_json,
    owner_history_json,
    recovery_json,
)

# --- Escrows ---------------------------------------------------------------------------------


@api.method(returns={"escrows": []})
def find_escrows(node: Node, from_: Name) -> Json:
    """Return the open escrows of a sender, by their numbers (at most 1,000)."""
    rows = node.state.escrows.scan("", from_)
    return {"escrows": [escrow_json(row, node.nai) for row in node.take(rows, LIST_LIMIT)]}


@api.method(returns={"escrows": []})
def list_escrows(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_from_id"
) -> Json:
    """Return up to `limit` open escrows from `start` on.

    `start` is `[from, escrow_id]`, or `[is_approved, deadline, id]` by_ratification_deadline.
    """
    cursor = Cursor(start)
    if order == "by_from_id":
        rows = node.state.escrows.scan("", start=cursor.name_and_number())
    elif order == "by_ratification_deadline":
        rows = node.state.escrows.scan(order, start=cursor.flag_time_and_id())
    else:
        raise refuse_order(order, ("by_from_id", "by_ratification_deadline"))
    return {"escrows": [escrow_json(row, node.nai) for row in node.take(rows, limit)]}


# --- Conversions of SBD ----------------------------------------------------------------------


@api.method(returns={"requests": []})
def find_sbd_conversion_requests(node: Node, account: Name) -> Json:
    """Return an account's conversions under way, by their numbers (at most 1,000)."""
    rows = node.state.convert_requests.scan("", account)
    return {"requests": [conversion_json(row, node.nai) for row in node.take(rows, LIST_LIMIT)]}


@api.method(returns={"requests": []})
def list_sbd_conversion_requests(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_conversion_date"
) -> Json:
    """Return up to `limit` conversions under way from `start` on.

    `start` is `[conversion_date, id]`, or `[owner, requestid]` by_account.
    """
    cursor = Cursor(start)
    if order == "by_conversion_date":
        rows = node.state.convert_requests.scan(order, start=cursor.time_and_id())
    elif order == "by_account":
        rows = node.state.convert_requests.scan("", start=cursor.name_and_number())
    else:
        raise refuse_order(order, ("by_conversion_date", "by_account"))
    return {"requests": [conversion_json(row, node.nai) for row in node.take(rows, limit)]}


# --- Recovery --------------------------------------------------------------------------------


@api.method(returns={"requests": []})
def find_account_recovery_requests(node: Node, accounts: Names) -> Json:
    """Return the open recovery requests of the named accounts."""
    found = (node.state.account_recovery_requests.find(name) for name in accounts)
    return {"requests": [recovery_json(row, node.nai) for row in found if row is not None]}


@api.method(returns={"requests": []})
def list_account_recovery_requests(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_account"
) -> Json:
    """Return up to `limit` recovery requests from `start` on: a name, or `[expires, name]`."""
    cursor = Cursor(start)
    if order == "by_account":
        rows = node.state.account_recovery_requests.scan("", start=cursor.name())
    elif order == "by_expiration":
        rows = node.state.account_recovery_requests.scan(order, start=cursor.time_and_name())
    else:
        raise refuse_order(order, ("by_account", "by_expiration"))
    return {"requests": [recovery_json(row, node.nai) for row in node.take(rows, limit)]}


@api.method(returns={"requests": []})
def find_change_recovery_account_requests(node: Node, accounts: Names) -> Json:
    """Return what the named accounts have asked for as their next recovery account."""
    found = (node.state.change_recovery_account_requests.find(name) for name in accounts)
    return {"requests": [change_recovery_json(row) for row in found if row is not None]}


@api.method(returns={"requests": []})
def list_change_recovery_account_requests(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_account"
) -> Json:
    """Return up to `limit` changes of recovery accounts from `start` on.

    `start` is a name, or `[effective_on, name]` by_effective_date.
    """
    cursor = Cursor(start)
    if order == "by_account":
        rows = node.state.change_recovery_account_requests.scan("", start=cursor.name())
    elif order == "by_effective_date":
        rows = node.state.change_recovery_account_requests.scan(order, start=cursor.time_and_name())
    else:
        raise refuse_order(order, ("by_account", "by_effective_date"))
    return {"requests": [change_recovery_json(row) for row in node.take(rows, limit)]}


@api.method(returns={"owner_auths": []})
def find_owner_histories(node: Node, owner: Name) -> Json:
    """Return the owner authorities an account had in the last 30 days, oldest first."""
    rows = node.state.owner_authority_history.scan("", owner)
    return {
        "owner_auths": [owner_history_json(row, node.nai) for row in node.take(rows, LIST_LIMIT)]
    }


# --- Loans of vesting shares -----------------------------------------------------------------


@api.method(returns={"delegations": []})
def find_vesting_delegations(node: Node, account: Name) -> Json:
    """Return what an account lends, by who has it (at most 1,000)."""
    rows = node.state.vesting_delegations.scan("", account)
    return {"delegations": [delegation_json(row, node.nai) for row in node.take(rows, LIST_LIMIT)]}


@api.method(returns={"delegations": []})
def list_vesting_delegations(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_delegation"
) -> Json:
    """Return up to `limit` loans of vesting shares from `start`, `[delegator, delegatee]`, on."""
    if order != "by_delegation":
        raise refuse_order(order, ("by_delegation",))
    rows = node.state.vesting_delegations.scan("", start=Cursor(start).two_names())
    return {"delegations": [delegation_json(row, node.nai) for row in node.take(rows, limit)]}
