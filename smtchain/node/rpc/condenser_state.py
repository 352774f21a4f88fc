"""condenser_api.get_state: what the old web front end asked for in one piece."""

from protocol.types import AccountName
from smtchain.node.arguments import Json, Text
from smtchain.node.node import Node
from smtchain.node.rpc.condenser_api import api
from smtchain.node.views import chain as chain_views
from smtchain.node.views.accounts import condenser_account


@api.method(returns={})
def get_state(node: Node, path: Text) -> Json:
    """Return properties, feed price and schedule, and the account of a path like `/@alice`."""
    parts = [part for part in path.split("/") if part]
    names = [AccountName(part[1:]) for part in parts[:1] if part.startswith("@")]
    return {
        "current_route": path,
        "props": chain_views.global_properties(node.state, node.legacy, node.params),
        "tag_idx": {"trending": []},
        "tags": {},
        "content": {},
        "accounts": {
            account.name: condenser_account(account, node.state, node.legacy, node.params)
            for account in node.accounts(names)
        },
        "witnesses": {},
        "discussion_idx": {},
        "witness_schedule": chain_views.witness_schedule(node.state, node.legacy, node.params),
        "feed_price": node.legacy.price(node.state.feed_history.get().current_median_history),
        "error": "",
    }
