"""jsonrpc: what this node answers, from the method registry itself."""

from smtchain.node.arguments import Json, Text
from smtchain.node.methods import Api
from smtchain.node.node import Node

api = Api("jsonrpc")


@api.method(returns=[])
def get_methods(node: Node) -> Json:
    """Return every method's name, sorted."""
    return node.methods.names()


@api.method(returns={"args": None, "ret": None})
def get_signature(node: Node, method: Text) -> Json:
    """Return example arguments and an example answer of `method`, as `api.name`."""
    return node.methods.get(method).signature()
