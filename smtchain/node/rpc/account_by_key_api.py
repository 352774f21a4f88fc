"""account_by_key_api: which accounts name a key."""

from protocol.types import PublicKey
from smtchain.node.arguments import Json, Keys
from smtchain.node.methods import Api
from smtchain.node.node import Node

api = Api("account_by_key_api")


def accounts_of_key(node: Node, key: PublicKey) -> list[str]:
    """Return the accounts that name `key` in any authority, sorted."""
    return [row.account for row in node.state.key_references.scan("", key)]


@api.method(returns={"accounts": []})
def get_key_references(node: Node, keys: Keys) -> Json:
    """Return for each key the accounts that name it in any authority."""
    return {"accounts": [accounts_of_key(node, node.read_key(key)) for key in keys]}
