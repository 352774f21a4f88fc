"""rc_api: the little that clients ask before they send.

This chain rations by bandwidth, not by resource credits: an account's credits are its effective
VESTS, always full, and no resource has a price.
"""

from smtchain.ledger.vesting import effective_shares_of
from smtchain.node.arguments import Json, Names
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.render import number

api = Api("rc_api")

_RESOURCES = (
    "resource_history_bytes",
    "resource_new_accounts",
    "resource_market_bytes",
    "resource_state_bytes",
    "resource_execution_time",
)
_FULL_POOL = 1 << 40
_FREE: Json = {
    "resource_dynamics_params": {
        "resource_unit": 1,
        "budget_per_time_unit": 0,
        "pool_eq": number(_FULL_POOL),
        "max_pool_size": number(_FULL_POOL),
        "decay_params": {"decay_per_time_unit": 0, "decay_per_time_unit_denom_shift": 0},
        "min_decay": 0,
    },
    "price_curve_params": {"coeff_a": 0, "coeff_b": 1, "shift": 0},
}
"""What beem computes a cost from; with `coeff_a` 0 it finds that nothing costs anything."""


@api.method(returns={"rc_accounts": []})
def find_rc_accounts(node: Node, accounts: Names) -> Json:
    """Return the resource credits of the named accounts that exist."""
    now = node.head.time
    answer = []
    for account in node.accounts(accounts):
        credits_ = number(max(effective_shares_of(account), 0))
        answer.append(
            {
                "account": account.name,
                "rc_manabar": {"current_mana": credits_, "last_update_time": now},
                "max_rc_creation_adjustment": node.nai.vests(0),
                "max_rc": credits_,
            }
        )
    return {"rc_accounts": answer}


@api.method(returns={"resource_names": [], "resource_params": {}, "size_info": {}})
def get_resource_params(node: Node) -> Json:
    """Return steemd's resources, each in unlimited supply and at no price."""
    return {
        "resource_names": list(_RESOURCES),
        "resource_params": dict.fromkeys(_RESOURCES, _FREE),
        "size_info": {"resource_state_bytes": {}, "resource_execution_time": {}},
    }


@api.method(returns={"resource_pool": {}})
def get_resource_pool(node: Node) -> Json:
    """Return the pools of the resources: all full."""
    return {"resource_pool": {name: {"pool": number(_FULL_POOL)} for name in _RESOURCES}}
