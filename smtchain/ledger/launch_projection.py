"""What a launch would pay if it happened now: read only, with the launch's own arithmetic.

While a cap is hidden nobody knows the numbers; they lie between those of its two bounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from protocol.operations.smt_setup import CapCommitment
from smtchain.economics.generation import (
    ContributorPayout,
    FounderPayout,
    Share,
    Verdict,
    calculate_share,
    calculate_unit_size,
    evaluate_launch,
    route_contributor,
    route_founders,
)
from smtchain.ledger.balances import NULL_ACCOUNT
from smtchain.ledger.smt import routes_of
from smtchain.state.state import State
from smtchain.state.tables.smt import UNREVEALED, SmtContribution, SmtGeneration, SmtPhase


class CapBound(StrEnum):
    """Which of its published bounds stands for a cap that is still hidden."""

    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Projection:
    """A launch with the contributions there are now; counts are STEEM units, amounts satoshis.

    Attributes
    ----------
    min_units, hard_cap_units : int
        Revealed, or the bound assumed.
    is_final : bool
        The verdict has been taken and payouts stream.  Then `verdict.units_raw` counts accepted
        units only.
    unit_size : int
        STEEM satoshis in one unit.
    pre_units : int
        Accepted units that are below the soft cap.
    """

    min_units: int
    hard_cap_units: int
    is_final: bool
    verdict: Verdict
    unit_size: int
    pre_units: int
    contributors: ContributorPayout
    founders: FounderPayout

    @property
    def supply(self) -> int:
        """Tokens that exist after the launch; those routed to `null` never do."""
        return (
            self.contributors.token_liquid
            + self.contributors.token_vesting
            + sum(amount for target, amount in self.founders.tokens if target != NULL_ACCOUNT)
        )

    @property
    def is_position_needed(self) -> bool:
        """Tell whether a payout depends on what was contributed before it."""
        verdict = self.verdict
        return verdict.is_success and (
            self.is_final
            or verdict.units_raw > verdict.units_accepted
            or verdict.units_accepted > verdict.soft_cap_units
        )


@dataclass(frozen=True, slots=True)
class ProjectedPayout:
    """One contribution and what it would get; `units_after` is where the next one begins."""

    contribution: SmtContribution
    share: Share
    payout: ContributorPayout
    units_after: int


def has_projection(phase: int) -> bool:
    """Tell whether a token in this phase may still launch."""
    return SmtPhase.SETUP_COMPLETED <= phase <= SmtPhase.LAUNCHING


def project_launch(generation: SmtGeneration, bound: CapBound) -> Projection:
    """Return the launch of a generation as it stands now.

    Spec
    ----
    whitepaper: "Unit ratios", "Cap and min"
    """
    policy = generation.policy
    routes = routes_of(policy)
    unit_size = calculate_unit_size(routes.pre_steem)
    min_units = _cap_or_bound(generation.min_steem_units, policy.min_steem_units_commitment, bound)
    hard_cap = _cap_or_bound(
        generation.hard_cap_steem_units, policy.hard_cap_steem_units_commitment, bound
    )
    is_final = generation.accepted_units > 0
    if is_final:
        verdict = Verdict(
            is_success=True,
            units_raw=generation.accepted_units,
            units_accepted=generation.accepted_units,
            unit_ratio=generation.unit_ratio,
            soft_cap_units=generation.soft_cap_units,
        )
    else:
        verdict = evaluate_launch(
            units_raw=generation.contributed // unit_size,
            min_units=min_units,
            hard_cap_units=hard_cap,
            soft_cap_percent_bp=policy.soft_cap_percent,
            min_unit_ratio=policy.min_unit_ratio,
            max_unit_ratio=policy.max_unit_ratio,
        )
    pre_units = min(verdict.units_accepted, verdict.soft_cap_units)
    post_units = verdict.units_accepted - pre_units
    return Projection(
        min_units=min_units,
        hard_cap_units=hard_cap,
        is_final=is_final,
        verdict=verdict,
        unit_size=unit_size,
        pre_units=pre_units,
        contributors=route_contributor(routes, Share(0, pre_units, post_units), verdict.unit_ratio),
        founders=route_founders(routes, pre_units, post_units, verdict.unit_ratio),
    )


def project_payout(
    generation: SmtGeneration, projection: Projection, row: SmtContribution, units_before: int
) -> ProjectedPayout:
    """Return what one contribution would get.

    Parameters
    ----------
    units_before : int
        Accepted units contributed before it.
    """
    verdict = projection.verdict
    units = row.contribution // projection.unit_size
    before = min(units_before, verdict.units_accepted)
    if verdict.is_success:
        share = calculate_share(units, before, verdict.soft_cap_units, verdict.units_accepted)
    else:
        share = Share(refund_units=units, pre_units=0, post_units=0)
    payout = route_contributor(routes_of(generation.policy), share, verdict.unit_ratio)
    return ProjectedPayout(row, share, payout, before + share.accepted_units)


def project_payouts(
    state: State,
    generation: SmtGeneration,
    projection: Projection,
    start_id: int = 0,
    units_before: int | None = None,
) -> Iterator[ProjectedPayout]:
    """Yield what each contribution would get, first come first served.

    Parameters
    ----------
    start_id : int
        Where to begin; a page ends with the id and the `units_after` that the next one begins with.
    units_before : int or None
        Accepted units before that; None at the beginning.
    """
    units = generation.processed_units if units_before is None else units_before
    for row in state.smt_contributions.scan("by_nai_id", generation.nai, start=(start_id,)):
        projected = project_payout(generation, projection, row, units)
        units = projected.units_after
        yield projected


def _cap_or_bound(revealed: int, commitment: CapCommitment, bound: CapBound) -> int:
    if revealed != UNREVEALED:
        return revealed
    return commitment.lower_bound if bound is CapBound.LOWER else commitment.upper_bound
