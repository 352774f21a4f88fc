"""Creating a token; wiping one that is still in setup; starting again after a failed launch."""

from protocol.arith import ArithmeticRangeError
from protocol.assets import SBD, STEEM, Asset, format_asset, nai_string, stripped
from protocol.errors import EvaluationError
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_setup import SmtPhaseChanged
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.balances import NULL_ACCOUNT, require_funds
from smtchain.ledger.nai_pool import NaiAttempts, is_available_nai, replenish_nai_pool, take_nai
from smtchain.ledger.pricing import NoPriceFeedError, find_median_price, to_sbd, to_steem
from smtchain.ledger.smt import (
    find_token,
    require_controller,
    require_phase,
    require_token_of_any_precision,
)
from smtchain.state.tables.smt import SmtPhase, SmtToken


class SmtExistsError(EvaluationError):
    """The identifier belongs to a token already, whatever its precision."""

    code = "evaluation.smt.exists"


class NaiNotAvailableError(EvaluationError):
    """The identifier is not one the chain offers."""

    code = "evaluation.smt.nai_not_available"


class SmtCreationFeeError(EvaluationError):
    """The fee is not what the chain asks for.

    Attributes
    ----------
    required : Asset
        What the chain asks for, in its own asset.
    """

    code = "evaluation.smt.wrong_creation_fee"

    def __init__(self, ctx: EvaluationContext, fee: Asset, required: Asset) -> None:
        network = ctx.params.network
        super().__init__(
            f"the creation fee is {format_asset(required, network)}, or the least amount of the "
            "other asset that is worth it",
            field="smt_creation_fee",
            value=format_asset(fee, network),
        )
        self.required = required


class SmtInflationPresentError(EvaluationError):
    """A reset needs an empty inflation schedule; its entries are removed last one first."""

    code = "evaluation.smt.inflation_present"


class SmtRefundsPendingError(EvaluationError):
    """The failed launch has not given everything back yet."""

    code = "evaluation.smt.refunds_pending"


@evaluates(SmtCreate)
def apply_smt_create(ctx: EvaluationContext, op: SmtCreate) -> None:
    """Create a token from a pooled identifier, or give one of the controller's own a new start.

    With a zero fee a token in its setup phase is reset (D-05); with the full fee a token whose
    launch failed goes back to setup under the same identifier.  Both may change the precision.
    The fee goes to `null`, so it is destroyed in the same block.

    Raises
    ------
    SmtExistsError, NaiNotAvailableError
        A new token's identifier is taken, or not offered by the chain.
    SmtNotFoundError, SmtControlError, SmtPhaseError, SmtInflationPresentError
        A reset of what is no token, not the caller's, past setup, or has an inflation schedule.
    SmtControlError, SmtRefundsPendingError
        A relaunch by another account, or before all contributions are refunded.
    SmtCreationFeeError, NoPriceFeedError, InsufficientFundsError
        The fee is wrong, cannot be valued, or cannot be paid.

    Spec
    ----
    whitepaper: "SMT object creation", "SMT creation fee", "SMT setup";
    steemd: smt_evaluator.cpp::smt_create_evaluator
    """
    # CHECK
    fee = op.smt_creation_fee
    existing = find_token(ctx.state, op.symbol)
    if fee.amount == 0:
        _check_reset(ctx, op)
    else:
        if existing is None:
            _check_new_identifier(ctx, op)
        else:
            _check_relaunch(ctx, op, existing)
        _check_fee(ctx, fee)
        require_funds(ctx.state, ctx.params, op.control_account, fee, "smt_creation_fee")
    # EFFECT
    if fee.amount:
        ctx.debit(op.control_account, fee)
        ctx.credit(NULL_ACCOUNT, fee)
    if existing is None:
        _insert_token(ctx, op)
        _take_identifier(ctx, op)
    else:
        _start_again(ctx, op, existing)


def _check_new_identifier(ctx: EvaluationContext, op: SmtCreate) -> None:
    if not is_available_nai(ctx.state, op.symbol):
        raise NaiNotAvailableError(
            f"{nai_string(op.symbol)} is not among the available identifiers",
            field="symbol",
            value=nai_string(op.symbol),
        )


def _check_reset(ctx: EvaluationContext, op: SmtCreate) -> None:
    token = require_token_of_any_precision(ctx.state, op.symbol, "symbol")
    require_controller(token, op.control_account)
    require_phase(token, SmtPhase.SETUP)
    if ctx.state.smt_inflation.first("", token.nai) is not None:
        raise SmtInflationPresentError(
            "the inflation schedule must be removed before a reset",
            field="symbol",
            value=nai_string(op.symbol),
        )


def _check_relaunch(ctx: EvaluationContext, op: SmtCreate, token: SmtToken) -> None:
    if token.phase != SmtPhase.LAUNCH_FAILED:
        raise SmtExistsError(
            f"{nai_string(op.symbol)} exists already", field="symbol", value=nai_string(op.symbol)
        )
    require_controller(token, op.control_account)
    if ctx.state.smt_generations.exists(token.nai):
        raise SmtRefundsPendingError(
            "contributions to the failed launch are still being refunded",
            field="symbol",
            value=nai_string(op.symbol),
        )


def _check_fee(ctx: EvaluationContext, fee: Asset) -> None:
    """Check a fee above zero: exact in its own asset, minimal in the other (docs/RULES.md 2.1)."""
    properties = ctx.state.globals.get()
    required = Asset(
        properties.smt_creation_fee, SBD if properties.smt_creation_fee_in_sbd else STEEM
    )
    if fee.symbol == required.symbol:
        is_right = fee.amount == required.amount
    else:
        if find_median_price(ctx.state) is None:
            raise NoPriceFeedError(
                "the fee cannot be converted before the witnesses publish a price",
                field="smt_creation_fee",
                value=format_asset(fee, ctx.params.network),
            )
        try:
            worth = _convert(ctx, fee)
        except ArithmeticRangeError:
            # One satoshi's worth always fits: this is two or more, and one would be enough.
            raise SmtCreationFeeError(ctx, fee, required) from None
        is_right = worth == required.amount or (
            worth > required.amount
            and _convert(ctx, Asset(fee.amount - 1, fee.symbol)) < required.amount
        )
    if not is_right:
        raise SmtCreationFeeError(ctx, fee, required)


def _convert(ctx: EvaluationContext, fee: Asset) -> int:
    convert = to_sbd if fee.symbol == STEEM else to_steem
    return convert(ctx.state, fee).amount


def _take_identifier(ctx: EvaluationContext, op: SmtCreate) -> None:
    take_nai(ctx.state, op.symbol)
    if ctx.is_pending:
        # Only blocks refill the pool: what a mempool drew would differ from node to node.
        return
    counters = replenish_nai_pool(
        ctx.state,
        ctx.params,
        ctx.block.head_block_id,
        NaiAttempts(ctx.block.nai_attempts, ctx.block.nai_collisions),
    )
    ctx.block.nai_attempts = counters.attempts
    ctx.block.nai_collisions = counters.collisions


def _start_again(ctx: EvaluationContext, op: SmtCreate, existing: SmtToken) -> None:
    """Replace a token by a fresh one under the same identifier."""
    old_phase = existing.phase
    ctx.state.smt_tokens.remove(existing)
    token = _insert_token(ctx, op)
    if old_phase != token.phase:
        ctx.emit(SmtPhaseChanged(symbol=op.symbol, old_phase=old_phase, new_phase=token.phase))


def _insert_token(ctx: EvaluationContext, op: SmtCreate) -> SmtToken:
    """Create the token object; its parameters are those STEEM itself has on this chain."""
    params = ctx.params
    return ctx.state.smt_tokens.insert(
        SmtToken(
            id=ctx.state.smt_tokens.next_id(),
            nai=stripped(op.symbol),
            symbol=op.symbol,
            control_account=op.control_account,
            created=ctx.now,
            cashout_window_seconds=params.cashout_window_seconds,
            reverse_auction_window_seconds=params.reverse_auction_window_seconds,
            vote_regeneration_period_seconds=params.voting_mana_regeneration_seconds,
            votes_per_regeneration_period=params.smt_default_votes_per_regen_period,
            content_constant=params.content_constant,
            percent_curation_rewards=params.smt_default_percent_curation_rewards,
        )
    )
