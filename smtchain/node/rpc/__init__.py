"""The methods of the node: one module per API, listed here."""

from smtchain.node.methods import Api, MethodTable
from smtchain.node.rpc import (
    account_by_key_api,
    account_history_api,
    block_api,
    bridge,
    condenser_api,
    condenser_empty,
    condenser_requests,
    condenser_state,
    database_api,
    database_empty,
    database_requests,
    debug_node_api,
    jsonrpc_api,
    network_broadcast_api,
    rc_api,
    reputation_api,
    smt_api,
    transaction_status_api,
)

_ALL: tuple[Api, ...] = (
    account_by_key_api.api,
    account_history_api.api,
    block_api.api,
    bridge.api,
    condenser_api.api,
    database_api.api,
    jsonrpc_api.api,
    network_broadcast_api.api,
    rc_api.api,
    reputation_api.api,
    smt_api.api,
    transaction_status_api.api,
)
_TESTNET: tuple[Api, ...] = (debug_node_api.api,)

EXTENSIONS = (
    condenser_empty,
    condenser_requests,
    condenser_state,
    database_empty,
    database_requests,
)
"""Modules that add methods to an API declared elsewhere; importing them is what counts."""


def method_table(*, is_testnet: bool) -> MethodTable:
    """Return all methods; those that make blocks on demand only for a testnet."""
    return MethodTable((*_ALL, *_TESTNET) if is_testnet else _ALL)
