"""database_api's reads of objects that no operation of this chain creates yet.

There are no posts, votes, orders, savings withdrawals, routes or delegations on their way back, so
these answers are empty and true.  Each method leaves this module with the operation that makes its
objects.
"""

from smtchain.node.arguments import AnyJson, Json, Limit, Name, Names, Text
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.rpc.database_api import api

_BY_ACCOUNT = {
    "find_limit_orders": "orders",
    "find_savings_withdrawals": "withdrawals",
    "find_vesting_delegation_expirations": "delegations",
}
_BY_ACCOUNTS = {
    "find_decline_voting_rights_requests": "requests",
}
_LISTINGS = {
    "list_comments": "comments",
    "list_decline_voting_rights_requests": "requests",
    "list_limit_orders": "orders",
    "list_savings_withdrawals": "withdrawals",
    "list_vesting_delegation_expirations": "delegations",
    "list_votes": "votes",
    "list_withdraw_vesting_routes": "routes",
}


def _declare_by_account(target: Api, name: str, member: str) -> None:
    @target.method(name=name, returns={member: []})
    def find(node: Node, account: Name) -> Json:
        return {member: []}


def _declare_by_accounts(target: Api, name: str, member: str) -> None:
    @target.method(name=name, returns={member: []})
    def find(node: Node, accounts: Names) -> Json:
        return {member: []}


def _declare_listing(target: Api, name: str, member: str) -> None:
    @target.method(name=name, returns={member: []})
    def listing(
        node: Node,
        start: AnyJson = None,
        limit: Limit = 0,
        order: Text = "by_name",
    ) -> Json:
        return {member: []}


for _name, _member in _BY_ACCOUNT.items():
    _declare_by_account(api, _name, _member)
for _name, _member in _BY_ACCOUNTS.items():
    _declare_by_accounts(api, _name, _member)
for _name, _member in _LISTINGS.items():
    _declare_listing(api, _name, _member)


@api.method(returns={"comments": []})
def find_comments(node: Node, comments: AnyJson) -> Json:
    """Return the named posts: none."""
    return {"comments": []}


@api.method(returns={"votes": []})
def find_votes(node: Node, author: Name, permlink: Text) -> Json:
    """Return a post's votes: none."""
    return {"votes": []}


@api.method(returns={"routes": []})
def find_withdraw_vesting_routes(
    node: Node,
    account: Name,
    order: Text = "by_withdraw_route",
) -> Json:
    """Return an account's withdrawal routes: none."""
    return {"routes": []}


@api.method(returns={"asks": [], "bids": []})
def get_order_book(node: Node, limit: Limit) -> Json:
    """Return the order book of STEEM against SBD: empty."""
    return {"asks": [], "bids": []}
