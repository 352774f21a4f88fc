"""smt_api: reads of Smart Media Tokens that steemd has no name for."""

from protocol.types import Symbol
from smtchain.ledger.inflation_schedule import simulate_inflation
from smtchain.ledger.launch_projection import (
    CapBound,
    Projection,
    has_projection,
    project_launch,
    project_payout,
    project_payouts,
)
from smtchain.ledger.smt import are_caps_revealed
from smtchain.node.arguments import AssetSymbol, Json, Limit, Name, Text, UInt64
from smtchain.node.methods import Api
from smtchain.node.node import Node
from smtchain.node.render import number, symbol_json
from smtchain.node.rpc_errors import AssertionFailedError, ParamRangeError
from smtchain.node.views.launch import (
    emission_json,
    launch_json,
    phase_json,
    projected_payout_json,
    projection_json,
)
from smtchain.node.views.smt import balance_json, token_with_generation
from smtchain.state.tables.smt import SmtGeneration, SmtToken

api = Api("smt_api")

COUNTED_MOST = 10_000
"""Contributions that one call may walk over."""


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


@api.method(returns={"symbol": None})
def get_next_smt_identifier(node: Node) -> Json:
    """Return the identifier that the next `smt_create` may take; null when none is left."""
    pool = node.nai_pool()
    return {"symbol": symbol_json(pool[0]) if pool else None}


@api.method(returns={"symbol": None, "phase": ""})
def get_launch(node: Node, symbol: AssetSymbol) -> Json:
    """Return a token's phase and, until its launch is complete, caps, totals and projections.

    There is one projection when both caps are revealed, else one for each bound of what is hidden.
    """
    token = node.find_token(symbol, any_precision=True)
    if token is None:
        return {}
    answer = phase_json(token)
    generation = node.state.smt_generations.find(token.nai)
    if generation is None:
        return answer
    answer["launch"] = launch_json(generation, node.nai)
    if has_projection(token.phase):
        bounds = (CapBound.LOWER,) if are_caps_revealed(generation) else tuple(CapBound)
        answer["projections"] = [
            projection_json(project_launch(generation, bound), token, node.nai) for bound in bounds
        ]
    return answer


@api.method(returns={"payouts": [], "next": None})
def list_projected_payouts(  # noqa: PLR0913, PLR0917 - the arguments of the method
    node: Node,
    symbol: AssetSymbol,
    start_id: UInt64 = 0,
    units_before: UInt64 | None = None,
    limit: Limit = 100,
    bound: Text = CapBound.UPPER,
) -> Json:
    """Return what each contribution would get if the launch happened now, in order.

    `next` are the `start_id` and `units_before` of the next page.  `bound`, lower or upper, stands
    for caps that are hidden.
    """
    found = _projection(node, symbol, bound)
    if found is None:
        return {"payouts": [], "next": None}
    token, generation, projection = found
    rows = project_payouts(node.state, generation, projection, start_id, units_before)
    page = list(node.take(rows, limit))
    after = (
        {
            "start_id": number(page[-1].contribution.id + 1),
            "units_before": number(page[-1].units_after),
        }
        if page and next(rows, None) is not None
        else None
    )
    return {
        "payouts": [projected_payout_json(each, projection, token, node.nai) for each in page],
        "next": after,
    }


@api.method(returns={"payouts": []})
def find_projected_payouts(
    node: Node, symbol: AssetSymbol, contributor: Name, bound: Text = CapBound.UPPER
) -> Json:
    """Return what all contributions of one account would get if the launch happened now.

    Where a cap makes the order matter, contributions before them are counted, up to 10,000; beyond
    that use `list_projected_payouts`.
    """
    found = _projection(node, symbol, bound)
    if found is None:
        return {"payouts": []}
    token, generation, projection = found
    if projection.is_position_needed:
        rows = node.take(project_payouts(node.state, generation, projection), COUNTED_MOST + 1)
        counted = list(rows)
        if len(counted) > COUNTED_MOST:
            raise AssertionFailedError(
                f"the order of more than {COUNTED_MOST} contributions matters; "
                "use list_projected_payouts",
                error_code="node.too_many_contributions",
                value=generation.contribution_count,
            )
        payouts = [each for each in counted if each.contribution.contributor == contributor]
    else:
        own = node.take(node.state.smt_contributions.scan("", token.nai, contributor), COUNTED_MOST)
        payouts = [project_payout(generation, projection, row, 0) for row in own]
    return {
        "payouts": [projected_payout_json(each, projection, token, node.nai) for each in payouts]
    }


@api.method(returns={"supply": None, "emissions": []})
def get_inflation_preview(
    node: Node,
    symbol: AssetSymbol,
    limit: Limit = 100,
    supply: UInt64 | None = None,
    bound: Text = CapBound.UPPER,
) -> Json:
    """Return the coming inflation events and the supply after each.

    It starts from `supply`, satoshis; by default from the token's supply, or before the launch
    from what it would create now.
    """
    token = node.find_token(symbol, any_precision=True)
    if token is None:
        return {"supply": None, "emissions": []}
    start = token.current_supply
    if supply is not None:
        start = supply
    elif (found := _projection(node, symbol, bound)) is not None:
        start = found[2].supply
    most = token.max_supply or node.params.max_share_supply
    emissions = simulate_inflation(node.state, token, start, most)
    return {
        "supply": node.nai.amount(start, token.symbol),
        "emissions": [emission_json(each, token, node.nai) for each in node.take(emissions, limit)],
    }


def _projection(
    node: Node, symbol: Symbol, bound: str
) -> tuple[SmtToken, SmtGeneration, Projection] | None:
    """Return a token that may still launch, with its projection; None for any other.

    Raises
    ------
    ParamRangeError
        `bound` is neither lower nor upper.
    """
    if bound not in {each.value for each in CapBound}:
        raise ParamRangeError("lower or upper", "bound", bound)
    token = node.find_token(symbol, any_precision=True)
    if token is None or not has_projection(token.phase):
        return None
    generation = node.state.smt_generations.find(token.nai)
    if generation is None:
        return None
    return token, generation, project_launch(generation, CapBound(bound))
