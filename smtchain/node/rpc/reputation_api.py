"""reputation_api: reputation follows from votes, so without votes everyone has none."""

from smtchain.node.arguments import AnyJson, Json, Limit
from smtchain.node.cursors import Cursor
from smtchain.node.methods import Api
from smtchain.node.node import Node

api = Api("reputation_api")


def reputations(node: Node, start: Json, limit: int) -> list[dict[str, Json]]:
    """Return `{account, reputation}` of up to `limit` accounts from a name on."""
    rows = node.state.accounts.scan("", start=Cursor(start).name())
    return [{"account": row.name, "reputation": 0} for row in node.take(rows, limit)]


@api.method(returns={"reputations": []})
def get_account_reputations(
    node: Node, account_lower_bound: AnyJson = None, limit: Limit = 1_000
) -> Json:
    """Return the reputations of up to `limit` accounts from a name on; null is the beginning."""
    return {"reputations": reputations(node, account_lower_bound, limit)}
