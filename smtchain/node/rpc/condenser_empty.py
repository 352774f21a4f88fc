"""condenser_api's reads of objects that no operation of this chain creates yet.

See `database_empty`: the answers are empty and true.
"""

from protocol.jsonscalars import print_time
from smtchain.node.arguments import Json, Limit, Moment, Name, Text
from smtchain.node.node import Node
from smtchain.node.render import Render
from smtchain.node.rpc.condenser_api import api


def no_post(render: Render) -> dict[str, Json]:
    """Return what steemd answers for a post that does not exist: a post of empty members."""
    never = print_time(0)
    nothing = render.steem(0)
    texts = ("author", "permlink", "category", "parent_author", "parent_permlink", "title", "body")
    return {
        "id": 0,
        **dict.fromkeys(texts, ""),
        "json_metadata": "",
        **dict.fromkeys(("last_update", "created", "active", "last_payout"), never),
        "depth": 0,
        "children": 0,
        "net_rshares": 0,
        "abs_rshares": 0,
        "vote_rshares": 0,
        "children_abs_rshares": 0,
        "cashout_time": never,
        "max_cashout_time": never,
        "total_vote_weight": 0,
        "reward_weight": 0,
        "total_payout_value": nothing,
        "curator_payout_value": nothing,
        "author_rewards": 0,
        "net_votes": 0,
        "root_author": "",
        "root_permlink": "",
        "max_accepted_payout": nothing,
        "percent_steem_dollars": 0,
        "allow_replies": False,
        "allow_votes": False,
        "allow_curation_rewards": False,
        "beneficiaries": [],
        "url": "",
        "root_title": "",
        "pending_payout_value": nothing,
        "total_pending_payout_value": nothing,
        "active_votes": [],
        "replies": [],
        "author_reputation": 0,
        "promoted": nothing,
        "body_length": 0,
        "reblogged_by": [],
    }


@api.method(returns={})
def get_content(node: Node, author: Name, permlink: Text) -> Json:
    """Return a post; one of empty members, since there are none."""
    return no_post(node.legacy)


@api.method(returns=[])
def get_content_replies(node: Node, author: Name, permlink: Text) -> Json:
    """Return the replies to a post: none."""
    return []


@api.method(returns=[])
def get_active_votes(node: Node, author: Name, permlink: Text) -> Json:
    """Return a post's votes: none."""
    return []


@api.method(returns=[])
def get_account_votes(node: Node, account: Name) -> Json:
    """Return an account's votes: none."""
    return []


@api.method(returns=[])
def get_open_orders(node: Node, account: Name) -> Json:
    """Return an account's open orders: none."""
    return []


@api.method(returns={"bids": [], "asks": []})
def get_order_book(node: Node, limit: Limit = 500) -> Json:
    """Return the order book of STEEM against SBD: empty."""
    return {"bids": [], "asks": []}


@api.method(returns=[])
def get_savings_withdraw_from(node: Node, account: Name) -> Json:
    """Return withdrawals from an account's savings: none."""
    return []


@api.method(returns=[])
def get_savings_withdraw_to(node: Node, account: Name) -> Json:
    """Return savings withdrawals to an account: none."""
    return []


@api.method(returns=[])
def get_withdraw_routes(
    node: Node,
    account: Name,
    type: Text = "outgoing",  # noqa: A002
) -> Json:
    """Return an account's withdrawal routes: none."""
    return []


@api.method(returns=[])
def get_expiring_vesting_delegations(
    node: Node,
    account: Name,
    start: Moment,
    limit: Limit = 100,
) -> Json:
    """Return an account's delegations on their way back from a time on: none."""
    return []
