"""database_api: the state, in NAI form, with named arguments."""

from smtchain.node.arguments import (
    AnyJson,
    AssetSymbol,
    AssetSymbols,
    Flag,
    Json,
    Keys,
    Limit,
    Name,
    Names,
    SymbolAccounts,
    Text,
    TransactionJson,
)
from smtchain.node.chain_config import BLOCKCHAIN_VERSION
from smtchain.node.cursors import Cursor
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.render import symbol_json
from smtchain.node.rpc_errors import AssertionFailedError
from smtchain.node.views import chain as chain_views
from smtchain.node.views.accounts import database_account
from smtchain.node.views.smt import (
    contribution_json,
    inflation_json,
    token_with_generation,
)
from smtchain.node.views.witnesses import witness_json

api = Api("database_api")

REVISION = "smtchain"
"""What get_version gives where steemd gives git revisions."""


def refuse_order(order: str, known: tuple[str, ...]) -> AssertionFailedError:
    """Return the error for a sort order that a listing does not have."""
    return AssertionFailedError(
        f"Unknown or unsupported sort order; known here: {', '.join(known)}",
        error_code="rpc.params.range",
        field="order",
        value=order,
    )


# --- The chain -------------------------------------------------------------------------------


@api.method(returns={})
def get_config(node: Node) -> Json:
    """Return the chain's constants under steemd's names."""
    return node.config


@api.method(
    returns={"blockchain_version": "", "steem_revision": "", "fc_revision": "", "chain_id": ""}
)
def get_version(node: Node) -> Json:
    """Return the version of the interfaces and the chain id."""
    return {
        "blockchain_version": BLOCKCHAIN_VERSION,
        "steem_revision": REVISION,
        "fc_revision": REVISION,
        "chain_id": node.params.chain_id.hex(),
    }


@api.method(returns={})
def get_dynamic_global_properties(node: Node) -> Json:
    """Return the head block and the running totals."""
    return chain_views.global_properties(node.state, node.nai, node.params)


@api.method(returns={})
def get_witness_schedule(node: Node) -> Json:
    """Return who produces this round, and the medians of what the witnesses propose."""
    return chain_views.witness_schedule(node.state, node.nai, node.params)


@api.method(returns={})
def get_hardfork_properties(node: Node) -> Json:
    """Return the hardforks that have happened and the next one."""
    return chain_views.hardfork_properties(node.state.hardfork.get(), node.nai)


@api.method(returns={})
def get_feed_history(node: Node) -> Json:
    """Return the hourly medians of the price feed and their median."""
    return chain_views.feed_history(node.state, node.nai)


@api.method(returns={})
def get_current_price_feed(node: Node) -> Json:
    """Return the current median price of SBD in STEEM."""
    return node.nai.price(node.state.feed_history.get().current_median_history)


@api.method(returns={"funds": []})
def get_reward_funds(node: Node) -> Json:
    """Return the STEEM reward funds."""
    funds = node.state.reward_funds.scan()
    return {"funds": [chain_views.reward_fund(fund, node.nai) for fund in funds]}


# --- Accounts --------------------------------------------------------------------------------


@api.method(returns={"accounts": []})
def find_accounts(node: Node, accounts: Names) -> Json:
    """Return the named accounts that exist, in the order of the names."""
    return {
        "accounts": [database_account(a, node.state, node.nai) for a in node.accounts(accounts)]
    }


_ACCOUNT_ORDERS = ("by_name", "by_next_vesting_withdrawal")


@api.method(returns={"accounts": []})
def list_accounts(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_name"
) -> Json:
    """Return up to `limit` accounts from `start` on.

    `start` is a name, or `[time, name]` by_next_vesting_withdrawal; null is the beginning.
    """
    cursor = Cursor(start)
    if order == "by_name":
        rows = node.state.accounts.scan("", start=cursor.name())
    elif order == "by_next_vesting_withdrawal":
        rows = node.state.accounts.scan(order, start=cursor.time_and_name())
    else:
        raise refuse_order(order, _ACCOUNT_ORDERS)
    return {
        "accounts": [database_account(row, node.state, node.nai) for row in node.take(rows, limit)]
    }


# --- Witnesses -------------------------------------------------------------------------------


@api.method(returns={"witnesses": []})
def find_witnesses(node: Node, owners: Names) -> Json:
    """Return the named witnesses that exist."""
    found = (node.state.witnesses.find(owner) for owner in owners)
    return {"witnesses": [witness_json(row, node.nai) for row in found if row is not None]}


_WITNESS_ORDERS = ("by_name", "by_vote_name", "by_schedule_time")


@api.method(returns={"witnesses": []})
def list_witnesses(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_name"
) -> Json:
    """Return up to `limit` witnesses from `start` on.

    `start` is a name; `[votes, name]` by_vote_name; `[virtual time, id]` by_schedule_time.
    """
    cursor = Cursor(start)
    if order == "by_name":
        rows = node.state.witnesses.scan("", start=cursor.name())
    elif order == "by_vote_name":
        rows = node.state.witnesses.scan("by_vote", start=cursor.votes_and_name())
    elif order == "by_schedule_time":
        rows = node.state.witnesses.scan(order, start=cursor.number_and_id())
    else:
        raise refuse_order(order, _WITNESS_ORDERS)
    return {"witnesses": [witness_json(row, node.nai) for row in node.take(rows, limit)]}


_WITNESS_VOTE_INDEXES = {"by_account_witness": "", "by_witness_account": "by_witness"}


@api.method(returns={"votes": []})
def list_witness_votes(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_account_witness"
) -> Json:
    """Return up to `limit` votes for witnesses from `start` on.

    `start` is `[account, witness]`, or `[witness, account]` by_witness_account.
    """
    if order not in _WITNESS_VOTE_INDEXES:
        raise refuse_order(order, tuple(_WITNESS_VOTE_INDEXES))
    index = _WITNESS_VOTE_INDEXES[order]
    rows = node.state.witness_votes.scan(index, start=Cursor(start).two_names())
    votes = [
        {"id": row.id, "witness": row.witness, "account": row.account}
        for row in node.take(rows, limit)
    ]
    return {"votes": votes}


@api.method(returns={"witnesses": []})
def get_active_witnesses(node: Node) -> Json:
    """Return the scheduled witnesses, padded with empty names to 21."""
    schedule = node.state.witness_schedule.get()
    return {"witnesses": chain_views.active_witnesses(schedule, node.params)}


# --- Signatures ------------------------------------------------------------------------------


@api.method(returns={"hex": ""})
def get_transaction_hex(node: Node, trx: TransactionJson) -> Json:
    """Return the bytes of a transaction with its signatures (an empty vector when unsigned)."""
    return {"hex": node.read_transaction(trx, "trx").raw.hex()}


@api.method(returns={"keys": []})
def get_required_signatures(node: Node, trx: TransactionJson, available_keys: Keys) -> Json:
    """Return which of the available keys the transaction still needs."""
    envelope = node.read_transaction(trx, "trx")
    keys = [node.read_key(key, f"available_keys[{i}]") for i, key in enumerate(available_keys)]
    return {"keys": [node.nai.key(key) for key in node.signatures.required(envelope, keys)]}


@api.method(returns={"keys": []})
def get_potential_signatures(node: Node, trx: TransactionJson) -> Json:
    """Return every key that could take part in signing the transaction."""
    envelope = node.read_transaction(trx, "trx")
    return {"keys": [node.nai.key(key) for key in node.signatures.potential(envelope)]}


@api.method(returns={"valid": False})
def verify_authority(node: Node, trx: TransactionJson) -> Json:
    """Return valid when the signatures suffice; refuse with what is missing otherwise."""
    node.signatures.verify(node.read_transaction(trx, "trx"))
    return {"valid": True}


@api.method(returns={"valid": False})
def verify_account_authority(node: Node, account: Name, signers: Keys) -> Json:
    """Return valid when the keys satisfy the account's active authority; refuse otherwise."""
    keys = [node.read_key(key, f"signers[{i}]") for i, key in enumerate(signers)]
    node.signatures.verify_account(node.account(account).name, keys)
    return {"valid": True}


# --- Smart Media Tokens ----------------------------------------------------------------------


@api.method(returns={"nai_pool": []})
def get_nai_pool(node: Node) -> Json:
    """Return the unused token identifiers, with precision 0."""
    return {"nai_pool": [symbol_json(symbol) for symbol in node.nai_pool()]}


@api.method(returns={"tokens": []})
def find_smt_tokens(node: Node, symbols: AssetSymbols, *, ignore_precision: Flag = False) -> Json:
    """Return the tokens of these symbols that exist; a wrong precision finds nothing."""
    found = (node.find_token(symbol, any_precision=ignore_precision) for symbol in symbols)
    return {
        "tokens": [
            token_with_generation(token, node.state, node.nai)
            for token in found
            if token is not None
        ]
    }


_TOKEN_ORDERS = ("by_symbol", "by_control_account")


@api.method(returns={"tokens": []})
def list_smt_tokens(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_symbol"
) -> Json:
    """Return up to `limit` tokens from `start` on.

    `start` is a symbol, or an account or `[account, symbol]` by_control_account.
    """
    cursor = Cursor(start)
    if order == "by_symbol":
        rows = node.state.smt_tokens.scan("", start=cursor.nai())
    elif order == "by_control_account":
        rows = node.state.smt_tokens.scan(order, start=cursor.name_and_nai())
    else:
        raise refuse_order(order, _TOKEN_ORDERS)
    return {
        "tokens": [
            token_with_generation(row, node.state, node.nai) for row in node.take(rows, limit)
        ]
    }


@api.method(returns={"contributions": []})
def find_smt_contributions(node: Node, symbol_contributors: SymbolAccounts) -> Json:
    """Return the open contributions of each (symbol, contributor)."""
    answer = []
    for symbol, contributor in symbol_contributors:
        token = node.find_token(symbol)
        if token is not None:
            rows = node.state.smt_contributions.scan("", token.nai, contributor)
            answer += [contribution_json(row, token, node.nai) for row in rows]
    return {"contributions": answer}


_CONTRIBUTION_ORDERS = ("by_symbol_contributor", "by_symbol_id", "by_contributor")


@api.method(returns={"contributions": []})
def list_smt_contributions(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_symbol_contributor"
) -> Json:
    """Return up to `limit` open contributions from `start` on.

    `start` is `[symbol, contributor, contribution_id]` by_symbol_contributor, `[symbol, id]`
    by_symbol_id and `[contributor, id]` by_contributor; a shorter list begins at its first part.
    """
    cursor = Cursor(start)
    table = node.state.smt_contributions
    if order == "by_symbol_contributor":
        rows = table.scan("", start=cursor.nai_name_and_id())
    elif order == "by_symbol_id":
        rows = table.scan("by_nai_id", start=cursor.nai_and_id())
    elif order == "by_contributor":
        rows = table.scan(order, start=cursor.name_and_id())
    else:
        raise refuse_order(order, _CONTRIBUTION_ORDERS)
    return {
        "contributions": [
            contribution_json(row, node.state.smt_tokens.get(row.nai), node.nai)
            for row in node.take(rows, limit)
        ]
    }


@api.method(returns={"token_emissions": []})
def find_smt_token_emissions(node: Node, asset_symbol: AssetSymbol) -> Json:
    """Return a token's inflation schedule."""
    token = node.find_token(asset_symbol)
    if token is None:
        return {"token_emissions": []}
    rows = node.state.smt_inflation.scan("", token.nai)
    return {"token_emissions": [inflation_json(row, token, node.nai) for row in rows]}


@api.method(returns={"token_emissions": []})
def list_smt_token_emissions(
    node: Node, start: AnyJson = None, limit: Limit = 0, order: Text = "by_symbol_time"
) -> Json:
    """Return up to `limit` inflation entries from `start` on, a symbol or `[symbol, time]`."""
    if order != "by_symbol_time":
        raise refuse_order(order, ("by_symbol_time",))
    rows = node.state.smt_inflation.scan("", start=Cursor(start).nai_and_time())
    return {
        "token_emissions": [
            inflation_json(row, node.state.smt_tokens.get(row.nai), node.nai)
            for row in node.take(rows, limit)
        ]
    }
