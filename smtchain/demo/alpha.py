"""What ALPHA is: the terms of the whitepaper's first example, as operations.

The whitepaper's account names hold underscores, which no account can have; here they are hyphens.
"""

from dataclasses import dataclass

from protocol.assets import SBD, Asset
from protocol.operations.smt_contribution import RevealedCap, SmtCapReveal, cap_hash
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import InflationUnit, SmtSetupInflation
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtSetup,
)
from protocol.types import AccountName, Symbol, Time

DECIMALS = 4
STEEM_UNIT = {"alpha-org": 70, "founder-a": 23, "founder-b": 7}
TOKEN_UNIT = {"$from": 5, "founder-c": 1}
UNIT_RATIO = 1_000
MIN_UNITS = 1
HARD_CAP_UNITS = 166_666_666_666
MAX_SUPPLY = 10**15

INFLATION_UNIT = {"$rewards": 2, "$vesting": 1}
INFLATION_AMOUNT = 30_000_000
"""Token satoshis of each event; the whitepaper's ALPHA has no inflation, this part is ours."""

INFLATION_EVENTS = 2
DAY = 86_400

CONTROL = AccountName("alpha")
FOUNDERS = ("alpha-org", "founder-a", "founder-b", "founder-c")


@dataclass(frozen=True, slots=True)
class Times:
    """The whitepaper's intervals, counted from the day the token is set up."""

    today: Time

    @property
    def begin(self) -> Time:
        """Return when contributions open."""
        return self.today + DAY

    @property
    def end(self) -> Time:
        """Return when contributions close, a week later."""
        return self.begin + 7 * DAY

    @property
    def launch(self) -> Time:
        """Return when the token is to launch, four days later."""
        return self.end + 4 * DAY

    @property
    def expiration(self) -> Time:
        """Return when a launch that has not happened is given up."""
        return self.launch + 14 * DAY

    @property
    def inflation(self) -> Time:
        """Return when the first inflation event happens."""
        return self.launch + DAY


def create(symbol: Symbol, fee: int) -> SmtCreate:
    """Return the operation that reserves the identifier; `fee` in SBD satoshis."""
    return SmtCreate(control_account=CONTROL, symbol=symbol, smt_creation_fee=Asset(fee, SBD))


def set_up_inflation(symbol: Symbol, times: Times) -> SmtSetupInflation:
    """Return the operation that schedules a fixed amount, once a day."""
    amount = Asset(INFLATION_AMOUNT, symbol)
    return SmtSetupInflation(
        control_account=CONTROL,
        symbol=symbol,
        schedule_time=times.inflation,
        inflation_unit=InflationUnit(_routes(INFLATION_UNIT)),
        interval_seconds=DAY,
        interval_count=INFLATION_EVENTS - 1,
        lep_time=0,
        rep_time=0,
        lep_abs_amount=amount,
        rep_abs_amount=amount,
        lep_rel_amount_numerator=0,
        rep_rel_amount_numerator=0,
        rel_amount_denom_bits=0,
    )


def set_up(symbol: Symbol, times: Times) -> SmtSetup:
    """Return the operation that fixes the terms of the launch."""
    return SmtSetup(
        control_account=CONTROL,
        symbol=symbol,
        decimal_places=DECIMALS,
        max_supply=MAX_SUPPLY,
        initial_generation_policy=CappedGenerationPolicy(
            pre_soft_cap_unit=GenerationUnit(_routes(STEEM_UNIT), _routes(TOKEN_UNIT)),
            post_soft_cap_unit=GenerationUnit((), ()),
            min_steem_units_commitment=_commitment(MIN_UNITS),
            hard_cap_steem_units_commitment=_commitment(HARD_CAP_UNITS),
            soft_cap_percent=10_000,
            min_unit_ratio=UNIT_RATIO,
            max_unit_ratio=UNIT_RATIO,
        ),
        generation_begin_time=times.begin,
        generation_end_time=times.end,
        announced_launch_time=times.launch,
        launch_expiration_time=times.expiration,
    )


def reveal(symbol: Symbol, units: int) -> SmtCapReveal:
    """Return the reveal of a cap; ALPHA's caps are no secret, so their nonce is zero."""
    return SmtCapReveal(control_account=CONTROL, symbol=symbol, cap=RevealedCap(units, 0))


def _commitment(units: int) -> CapCommitment:
    return CapCommitment(lower_bound=units, upper_bound=units, hash=cap_hash(RevealedCap(units, 0)))


def _routes(weights: dict[str, int]) -> tuple[tuple[AccountName, int], ...]:
    return tuple(sorted((AccountName(name), weight) for name, weight in weights.items()))
