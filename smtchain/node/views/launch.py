"""A token's launch ahead of its time, and its inflation, as answers.

Units count STEEM units.  Amounts of a projection are what would be paid if the launch happened now.
"""

from protocol.assets import STEEM
from protocol.operations.smt_setup import CapCommitment
from smtchain.economics.generation import (
    MARKET_MAKER,
    REWARDS,
    VESTING,
    ContributorPayout,
    calculate_unit_size,
)
from smtchain.economics.schedule import Emission
from smtchain.ledger.launch_projection import ProjectedPayout, Projection
from smtchain.node.arguments import Json
from smtchain.node.render import Render, number, symbol_json, time_text
from smtchain.node.views.smt import PHASE_NAMES
from smtchain.state.tables.smt import UNREVEALED, SmtGeneration, SmtPhase, SmtToken


def phase_json(token: SmtToken) -> dict[str, Json]:
    """Return which token it is, whose, and how far its life has come."""
    return {
        "symbol": symbol_json(token.symbol),
        "control_account": token.control_account,
        "phase": PHASE_NAMES[SmtPhase(token.phase)],
    }


def launch_json(generation: SmtGeneration, render: Render) -> dict[str, Json]:
    """Return times, caps as far as they are revealed, and totals of the contributions."""
    policy = generation.policy
    unit_size = calculate_unit_size(policy.pre_soft_cap_unit.steem_unit)
    return {
        "generation_begin_time": time_text(generation.generation_begin_time),
        "generation_end_time": time_text(generation.generation_end_time),
        "announced_launch_time": time_text(generation.announced_launch_time),
        "launch_expiration_time": time_text(generation.launch_expiration_time),
        "is_delayed": generation.is_delayed,
        "min_cap": _cap_json(policy.min_steem_units_commitment, generation.min_steem_units),
        "hard_cap": _cap_json(
            policy.hard_cap_steem_units_commitment, generation.hard_cap_steem_units
        ),
        "steem_unit": render.steem(unit_size),
        "contribution_count": number(generation.contribution_count),
        "contributed": render.steem(generation.contributed),
        "refunded": render.steem(generation.refunded),
    }


def _cap_json(commitment: CapCommitment, revealed: int) -> Json:
    return {
        "lower_bound": number(commitment.lower_bound),
        "upper_bound": number(commitment.upper_bound),
        "hash": commitment.hash.hex(),
        "revealed": None if revealed == UNREVEALED else number(revealed),
    }


def projection_json(projection: Projection, token: SmtToken, render: Render) -> dict[str, Json]:
    """Return the verdict and all totals of a launch that happened now."""
    verdict = projection.verdict
    steem, tokens = dict(projection.founders.steem), dict(projection.founders.tokens)
    accounts = sorted({name for name in (*steem, *tokens) if not name.startswith("$")})
    return {
        "min_steem_units": number(projection.min_units),
        "hard_cap_steem_units": number(projection.hard_cap_units),
        "success": verdict.is_success,
        "units_contributed": number(verdict.units_raw),
        "units_accepted": number(verdict.units_accepted),
        "unit_ratio": number(verdict.unit_ratio),
        "soft_cap_units": number(verdict.soft_cap_units),
        "supply": render.amount(projection.supply, token.symbol),
        "refund": render.steem((verdict.units_raw - verdict.units_accepted) * projection.unit_size),
        "contributors": _payout_json(projection.contributors, token, render),
        "accounts": [
            {
                "account": name,
                "steem": render.steem(steem.get(name, 0)),
                "tokens": render.amount(tokens.get(name, 0), token.symbol),
            }
            for name in accounts
        ],
        "market_maker": {
            "steem": render.steem(steem.get(MARKET_MAKER, 0)),
            "tokens": render.amount(tokens.get(MARKET_MAKER, 0), token.symbol),
        },
        "rewards": render.amount(tokens.get(REWARDS, 0), token.symbol),
        "vesting_fund": render.amount(tokens.get(VESTING, 0), token.symbol),
    }


def projected_payout_json(
    projected: ProjectedPayout, projection: Projection, token: SmtToken, render: Render
) -> dict[str, Json]:
    """Return what one contribution would get."""
    row = projected.contribution
    return {
        "id": number(row.id),
        "contributor": row.contributor,
        "contribution_id": row.contribution_id,
        "contribution": render.steem(row.contribution),
        "accepted_units": number(projected.share.accepted_units),
        "refund": render.steem(projected.share.refund_units * projection.unit_size),
        **_payout_json(projected.payout, token, render),
    }


def _payout_json(payout: ContributorPayout, token: SmtToken, render: Render) -> dict[str, Json]:
    """Return a contributor's four payouts; vesting ones are amounts before their conversion."""
    return {
        "tokens": render.amount(payout.token_liquid, token.symbol),
        "tokens_vested": render.amount(payout.token_vesting, token.symbol),
        "steem": render.amount(payout.steem_liquid, STEEM),
        "steem_vested": render.amount(payout.steem_vesting, STEEM),
    }


def emission_json(emission: Emission, token: SmtToken, render: Render) -> dict[str, Json]:
    """Return one event of an inflation schedule that is still to come."""
    return {
        "time": time_text(emission.time),
        "absolute": number(emission.absolute),
        "relative": str(emission.relative),
        "emitted": [
            [target, render.amount(amount, token.symbol)] for target, amount in emission.emitted
        ],
        "supply": render.amount(emission.supply, token.symbol),
    }
