"""smt_api: reads of Smart Media Tokens that steemd has no name for."""

from smtchain.node.arguments import AssetSymbol, Json, Limit, Name
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.views.smt import balance_json, token_with_generation

api = Api("smt_api")


@api.method(returns={"balances": []})
def get_balances(node: Node, account: Name) -> Json:
    """Return every token that `account` holds: liquid, vesting, savings, pending rewards."""
    return {
        "balances": [
            balance_json(row, node.nai) for row in node.state.smt_balances.scan("", account)
        ]
    }


@api.method(returns={"token": {}})
def get_token(node: Node, symbol: AssetSymbol) -> Json:
    """Return one token, and its ICO while there is one; {} when there is no such token."""
    token = node.find_token(symbol)
    return {} if token is None else token_with_generation(token, node.state, node.nai)


@api.method(returns={"events": []})
def get_schedule(node: Node, symbol: AssetSymbol, limit: Limit = 100) -> Json:
    """Return the token's due work in the order of its ids: phase changes, launch, inflation."""
    return {"events": node.token_events(symbol, limit)}
