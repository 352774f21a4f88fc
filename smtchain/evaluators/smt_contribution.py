"""Taking part in a generation: contributing, revealing its caps, taking a contribution back."""

from protocol.assets import STEEM, Asset, format_asset
from protocol.errors import EvaluationError
from protocol.hidden_caps import fits
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtRefund,
)
from smtchain.economics.generation import calculate_unit_size
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.balances import require_funds
from smtchain.ledger.smt import (
    are_caps_revealed,
    require_controlled_token,
    require_phase,
    require_token,
    schedule_event,
)
from smtchain.ledger.smt_payouts import refund_contribution
from smtchain.state.tables.smt import (
    UNREVEALED,
    SmtContribution,
    SmtEventKind,
    SmtGeneration,
    SmtPhase,
)


class NotWholeUnitsError(EvaluationError):
    """A contribution is not a whole number of STEEM units.

    Attributes
    ----------
    unit_size : int
        STEEM satoshis in one unit.
    """

    code = "evaluation.smt.not_whole_units"

    def __init__(self, amount: int, unit_size: int) -> None:
        super().__init__(
            f"must be a multiple of {unit_size} satoshis, the size of a STEEM unit",
            field="contribution",
            value=amount,
        )
        self.unit_size = unit_size


class ContributionExistsError(EvaluationError):
    """The contributor uses this contribution id for the token already."""

    code = "evaluation.smt.contribution_exists"


class ContributionNotFoundError(EvaluationError):
    """There is no such contribution, or it was given back already."""

    code = "evaluation.smt.contribution_not_found"


class RefundAmountError(EvaluationError):
    """A refund asks for another amount than was contributed under that id."""

    code = "evaluation.smt.wrong_refund_amount"


class CapsRevealedError(EvaluationError):
    """Both caps are known already."""

    code = "evaluation.smt.caps_revealed"


class CapMismatchError(EvaluationError):
    """The amount and nonce are not those committed to, or the amount is out of its bounds."""

    code = "evaluation.smt.cap_mismatch"


@evaluates(SmtContribute)
def apply_smt_contribute(ctx: EvaluationContext, op: SmtContribute) -> None:
    """Take STEEM for a running generation; the hard cap is only applied at launch (D-13).

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError, SmtPhaseError
        The token does not exist with this precision, or takes no contributions now.
    NotWholeUnitsError
        The amount is not a whole number of STEEM units.
    ContributionExistsError
        The id is in use.
    InsufficientFundsError
        The contributor holds less.

    Spec
    ----
    whitepaper: "Token units"; steemd: smt_contribute_evaluator
    """
    # CHECK
    token = require_token(ctx.state, op.symbol)
    require_phase(token, SmtPhase.CONTRIBUTION)
    generation = ctx.state.smt_generations.get(token.nai)
    unit_size = calculate_unit_size(generation.policy.pre_soft_cap_unit.steem_unit)
    amount = op.contribution.amount
    if amount % unit_size != 0:
        raise NotWholeUnitsError(amount, unit_size)
    if ctx.state.smt_contributions.exists(token.nai, op.contributor, op.contribution_id):
        raise ContributionExistsError(
            f"{op.contributor} has a contribution with this id",
            field="contribution_id",
            value=op.contribution_id,
        )
    require_funds(ctx.state, ctx.params, op.contributor, op.contribution, "contribution")
    # EFFECT
    ctx.debit(op.contributor, op.contribution)
    ctx.state.smt_contributions.insert(
        SmtContribution(
            id=ctx.state.smt_contributions.next_id(),
            nai=token.nai,
            contributor=op.contributor,
            contribution_id=op.contribution_id,
            contribution=amount,
        )
    )
    ctx.state.smt_generations.modify(
        generation,
        contributed=generation.contributed + amount,
        contribution_count=generation.contribution_count + 1,
    )


@evaluates(SmtCapReveal)
def apply_smt_cap_reveal(ctx: EvaluationContext, op: SmtCapReveal) -> None:
    """Reveal the minimum or the hard cap, whichever the commitment fits; the minimum comes first.

    When both commitments are the same, the first reveal is the minimum and the second the hard
    cap.  If the launch waits for this reveal it runs at the end of the same block.

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError, SmtControlError, SmtPhaseError
        The token does not exist with this precision, is not the caller's, or has no generation
        that still waits for its launch.
    CapsRevealedError
        Nothing is hidden any more.
    CapMismatchError
        The cap fits no commitment that is still hidden.

    Spec
    ----
    whitepaper: "Hidden caps", "Launch"; steemd: smt_cap_reveal_evaluator
    """
    # CHECK
    token = require_controlled_token(ctx.state, op.symbol, op.control_account)
    require_phase(
        token,
        SmtPhase.SETUP_COMPLETED,
        SmtPhase.CONTRIBUTION,
        SmtPhase.CONTRIBUTION_ENDED,
        SmtPhase.LAUNCH_PENDING,
    )
    generation = ctx.state.smt_generations.get(token.nai)
    if are_caps_revealed(generation):
        raise CapsRevealedError("both caps are revealed", field="cap", value=op.cap.amount)
    is_minimum = _is_minimum(generation, op.cap)
    # EFFECT
    if is_minimum:
        ctx.state.smt_generations.modify(generation, min_steem_units=op.cap.amount)
    else:
        ctx.state.smt_generations.modify(generation, hard_cap_steem_units=op.cap.amount)
    if token.phase == SmtPhase.LAUNCH_PENDING and are_caps_revealed(generation):
        schedule_event(ctx.state, token.nai, SmtEventKind.LAUNCH, ctx.now)


def _is_minimum(generation: SmtGeneration, cap: RevealedCap) -> bool:
    """Tell which hidden cap `cap` reveals: True the minimum, False the hard cap."""
    policy = generation.policy
    if generation.min_steem_units == UNREVEALED and fits(policy.min_steem_units_commitment, cap):
        return True
    if generation.hard_cap_steem_units == UNREVEALED and fits(
        policy.hard_cap_steem_units_commitment, cap
    ):
        return False
    raise CapMismatchError(
        "amount and nonce fit no commitment that is still hidden",
        field="cap",
        value=cap.amount,
    )


@evaluates(SmtRefund)
def apply_smt_refund(ctx: EvaluationContext, op: SmtRefund) -> None:
    """Give one whole contribution back while the launch is late, or after it failed (D-19, D-20).

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError, SmtPhaseError
        The token does not exist with this precision, or gives nothing back now.
    ContributionNotFoundError
        The contributor has no contribution with this id.
    RefundAmountError
        The amount is not exactly what was contributed.

    Spec
    ----
    whitepaper: "Launch"; steemd (branch 2731): smt_refund_evaluator
    """
    # CHECK
    token = require_token(ctx.state, op.symbol)
    require_phase(token, SmtPhase.LAUNCH_PENDING, SmtPhase.LAUNCH_FAILED)
    contribution = ctx.state.smt_contributions.find(token.nai, op.contributor, op.contribution_id)
    if contribution is None:
        raise ContributionNotFoundError(
            f"{op.contributor} has no contribution with this id",
            field="contribution_id",
            value=op.contribution_id,
        )
    if op.amount.amount != contribution.contribution:
        network = ctx.params.network
        raise RefundAmountError(
            f"the contribution is {format_asset(Asset(contribution.contribution, STEEM), network)}",
            field="amount",
            value=format_asset(op.amount, network),
        )
    generation = ctx.state.smt_generations.get(token.nai)
    # EFFECT
    ctx.emit(
        refund_contribution(ctx.state, ctx.params, generation, contribution, is_automatic=False)
    )
