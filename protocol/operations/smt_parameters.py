"""Parameters of a token: those fixed at setup, and those its controller may always change."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final

from typing_extensions import override

from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import (
    U16,
    U32,
    U128,
    AccountName,
    EnumWidth,
    FlatSet,
    StaticVariant,
    Symbol,
    Time,
)
from protocol.validation import (
    PERCENT_100,
    check_account_name,
    check_bounds,
    check_percent,
    check_smt_symbol,
)
from protocol.wire import wire_struct

SECONDS_PER_DAY: Final = 86_400


class NoParametersError(InvalidOperationError):
    """A parameter operation sets nothing."""

    code = "operation.smt.no_parameters"


class RepeatedParameterError(InvalidOperationError):
    """One kind of parameter is given twice."""

    code = "operation.smt.repeated_parameter"


class InvalidWindowsError(InvalidOperationError):
    """Cashout and reverse auction windows do not fit the upvote lockout or the bound."""

    code = "operation.smt.invalid_windows"


class VotesTooFrequentError(InvalidOperationError):
    """The regeneration parameters allow more votes per day than a token may have."""

    code = "operation.smt.votes_too_frequent"


class CurveNotAllowedError(InvalidOperationError):
    """A reward curve is not one its place allows."""

    code = "operation.smt.curve_not_allowed"


class RewardSplitError(InvalidOperationError):
    """Curation and content percentages are both given and are not 100 % together."""

    code = "operation.smt.reward_split"


class CurveId(IntEnum):
    """Reward curves.  Eight bytes on the wire.

    Spec
    ----
    whitepaper: "Named token parameters"; steemd: misc_utilities.hpp::curve_id
    """

    quadratic = 0
    bounded_curation = 1
    linear = 2
    square_root = 3
    convergent_linear = 4
    convergent_square_root = 5


Curve = Annotated[CurveId, EnumWidth(64)]

AUTHOR_CURVES: Final = (CurveId.linear, CurveId.quadratic)
CURATION_CURVES: Final = (CurveId.linear, CurveId.square_root, CurveId.bounded_curation)


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamAllowVesting:
    """Whether the token can be powered up."""

    value: bool = True


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamAllowVoting:
    """Whether posts can be voted with the token."""

    value: bool = True


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamMarketMaker:
    """Give the token an automated market maker.  Ratios in basis points (docs/RULES.md 5.4).

    The reserve ratio moves from `reserve_ratio` to `final_reserve_ratio` in `decay_seconds` from
    `decay_begin` on.
    """

    reserve_ratio: U16
    final_reserve_ratio: U16
    decay_begin: Time
    decay_seconds: U32
    pay_later_emission: bool


SetupParameter = Annotated[
    SmtParamAllowVesting | SmtParamAllowVoting | SmtParamMarketMaker, StaticVariant()
]


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamWindowsV1:
    """When posts are paid in the token, and how long early curators forfeit a share; seconds."""

    cashout_window_seconds: U32 = 0
    reverse_auction_window_seconds: U32 = 0


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamVoteRegenerationPeriodSecondsV1:
    """How fast voting power returns, and how many full votes one period sustains."""

    vote_regeneration_period_seconds: U32 = 0
    votes_per_regeneration_period: U32 = 0


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamRewardsV1:
    """How rewards follow votes.  Percentages in basis points; content percentage 0 is unset."""

    content_constant: U128 = 0
    percent_curation_rewards: U16 = 0
    percent_content_rewards: U16 = 0
    author_reward_curve: Curve = CurveId.quadratic
    curation_reward_curve: Curve = CurveId.quadratic


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamAllowDownvotes:
    """Whether negative votes count in the token."""

    value: bool = True


@wire_struct
@dataclass(frozen=True, slots=True)
class SmtParamMarketMakerTakerMode:
    """Whether the market maker trades at its customer's price instead of its own curve."""

    value: bool = False


RuntimeParameter = Annotated[
    SmtParamWindowsV1
    | SmtParamVoteRegenerationPeriodSecondsV1
    | SmtParamRewardsV1
    | SmtParamAllowDownvotes
    | SmtParamMarketMakerTakerMode,
    StaticVariant(),
]


@operation(tag=52)
@dataclass(frozen=True, slots=True)
class SmtSetSetupParameters(Operation):
    """Set parameters that `smt_setup` freezes.

    Spec
    ----
    whitepaper: "Named token parameters"; steemd: smt_set_setup_parameters_operation, where
    `allow_voting` is the only kind
    """

    control_account: AccountName
    symbol: Symbol
    setup_parameters: FlatSet[SetupParameter]
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, no or repeated parameters, and ratios out of bounds."""
        check_account_name(self.control_account, "control_account")
        check_smt_symbol(self.symbol, "symbol")
        _check_kinds(self.setup_parameters, "setup_parameters")
        for index, parameter in enumerate(self.setup_parameters):
            if isinstance(parameter, SmtParamMarketMaker):
                _check_market_maker(parameter, f"setup_parameters[{index}]", params)

    @override
    def required_active(self) -> Accounts:
        """Return the control account."""
        return frozenset((self.control_account,))


@operation(tag=53)
@dataclass(frozen=True, slots=True)
class SmtSetRuntimeParameters(Operation):
    """Set parameters that the control account may change at any time.

    Spec
    ----
    whitepaper: "Named token parameters", "Parameter constraints";
    steemd: smt_set_runtime_parameters_operation
    """

    control_account: AccountName
    symbol: Symbol
    runtime_parameters: FlatSet[RuntimeParameter]
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name or symbol, no or repeated parameters, and values out of bounds."""
        check_account_name(self.control_account, "control_account")
        check_smt_symbol(self.symbol, "symbol")
        _check_kinds(self.runtime_parameters, "runtime_parameters")
        for index, parameter in enumerate(self.runtime_parameters):
            field = f"runtime_parameters[{index}]"
            if isinstance(parameter, SmtParamWindowsV1):
                _check_windows(parameter, field, params)
            elif isinstance(parameter, SmtParamVoteRegenerationPeriodSecondsV1):
                _check_regeneration(parameter, field, params)
            elif isinstance(parameter, SmtParamRewardsV1):
                _check_rewards(parameter, field)

    @override
    def required_active(self) -> Accounts:
        """Return the control account."""
        return frozenset((self.control_account,))


def _check_kinds(parameters: tuple[object, ...], field: str) -> None:
    if not parameters:
        raise NoParametersError("at least one parameter is needed", field=field)
    seen: set[type] = set()
    for index, parameter in enumerate(parameters):
        kind = type(parameter)
        if kind in seen:
            raise RepeatedParameterError(
                "this kind is given twice", field=f"{field}[{index}]", value=parameter
            )
        seen.add(kind)


def _check_market_maker(parameter: SmtParamMarketMaker, field: str, params: ChainParams) -> None:
    """Check ratios: minimum <= final <= initial <= maximum.

    Spec
    ----
    whitepaper: "Market Maker FAQ" (5 % to 50 %)
    """
    check_bounds(
        parameter.reserve_ratio,
        f"{field}.reserve_ratio",
        minimum=params.market_maker_min_reserve_ratio,
        maximum=params.market_maker_max_reserve_ratio,
    )
    check_bounds(
        parameter.final_reserve_ratio,
        f"{field}.final_reserve_ratio",
        minimum=params.market_maker_min_reserve_ratio,
        maximum=parameter.reserve_ratio,
    )


def _upper_bound(params: ChainParams) -> int:
    """Return the largest window or period allowed (D-06)."""
    limit = params.smt_vesting_withdraw_interval_seconds
    return limit if params.param_bound_inclusive else limit - 1


def _check_windows(parameter: SmtParamWindowsV1, field: str, params: ChainParams) -> None:
    """Check `auction + upvote lockout < cashout < one withdrawal interval`.

    Spec
    ----
    whitepaper: "Parameter constraints" (D-06; steemd allows equality at the top);
    steemd: smt_set_runtime_parameters_operation_visitor
    """
    check_bounds(
        parameter.cashout_window_seconds,
        f"{field}.cashout_window_seconds",
        minimum=0,
        maximum=_upper_bound(params),
    )
    lockout_end = parameter.reverse_auction_window_seconds + params.smt_upvote_lockout_seconds
    if lockout_end >= parameter.cashout_window_seconds:
        raise InvalidWindowsError(
            f"reverse auction and upvote lockout together take {lockout_end} s, "
            f"which must be less than the cashout window",
            field=f"{field}.reverse_auction_window_seconds",
            value=parameter.reverse_auction_window_seconds,
        )


def _check_regeneration(
    parameter: SmtParamVoteRegenerationPeriodSecondsV1, field: str, params: ChainParams
) -> None:
    """Check the period, the votes in one period, and the nominal votes per day, rounded up.

    Spec
    ----
    whitepaper: "Parameter constraints" (D-06); steemd:
    smt_set_runtime_parameters_operation_visitor (bounds on votes)
    """
    period = parameter.vote_regeneration_period_seconds
    votes = parameter.votes_per_regeneration_period
    check_bounds(
        period,
        f"{field}.vote_regeneration_period_seconds",
        minimum=1,
        maximum=_upper_bound(params),
    )
    check_bounds(
        votes,
        f"{field}.votes_per_regeneration_period",
        minimum=1,
        maximum=params.smt_max_votes_per_regeneration,
    )
    votes_per_day = (votes * SECONDS_PER_DAY + period - 1) // period
    if votes_per_day > params.smt_max_nominal_votes_per_day:
        raise VotesTooFrequentError(
            f"{votes_per_day} votes per day, more than {params.smt_max_nominal_votes_per_day}",
            field=f"{field}.votes_per_regeneration_period",
            value=votes,
        )


def _check_rewards(parameter: SmtParamRewardsV1, field: str) -> None:
    """Check percentages and curves; a bounded curve needs a content constant above zero.

    Spec
    ----
    whitepaper: "Named token parameters"; steemd: smt_set_runtime_parameters_operation_visitor
    """
    check_percent(parameter.percent_curation_rewards, f"{field}.percent_curation_rewards")
    check_percent(parameter.percent_content_rewards, f"{field}.percent_content_rewards")
    total = parameter.percent_curation_rewards + parameter.percent_content_rewards
    if parameter.percent_content_rewards and total != PERCENT_100:
        raise RewardSplitError(
            f"curation and content rewards are {total} together, not {PERCENT_100}",
            field=f"{field}.percent_content_rewards",
            value=parameter.percent_content_rewards,
        )
    if parameter.author_reward_curve not in AUTHOR_CURVES:
        raise CurveNotAllowedError(
            "author curve must be linear or quadratic",
            field=f"{field}.author_reward_curve",
            value=parameter.author_reward_curve.name,
        )
    if parameter.curation_reward_curve not in CURATION_CURVES:
        raise CurveNotAllowedError(
            "curation curve must be linear, square_root or bounded_curation",
            field=f"{field}.curation_reward_curve",
            value=parameter.curation_reward_curve.name,
        )
    if parameter.curation_reward_curve is CurveId.bounded_curation:
        # Its value r * 2^64 / (2 * s + r) exceeds 64 bits, and is 0/0 for r = 0, when s is 0.
        check_bounds(
            parameter.content_constant,
            f"{field}.content_constant",
            minimum=1,
            maximum=(1 << 128) - 1,
        )
