"""bridge: the one method of hivemind that beem and nectar ask a plain node for."""

from smtchain.node.arguments import Json, Name, Text
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.rpc_errors import AssertionFailedError

api = Api("bridge")


@api.method(returns={})
def get_post(node: Node, author: Name, permlink: Text) -> Json:
    """Return a post; refused, since there are none."""
    raise AssertionFailedError(
        f"Post {author}/{permlink} does not exist",
        error_code="rpc.unknown_post",
        field="permlink",
        value=permlink,
    )
