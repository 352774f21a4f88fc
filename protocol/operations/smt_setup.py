"""Setting up a token's generation: units, caps, times; and what the chain reports of it."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Final

from typing_extensions import override

from protocol.assets import precision_of
from protocol.errors import InvalidOperationError
from protocol.jsonscalars import print_time
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.shapes import json_default, json_name
from protocol.types import (
    I64,
    U8,
    U16,
    U32,
    AccountName,
    FlatMap,
    Sha256,
    StaticVariant,
    Symbol,
    Time,
)
from protocol.validation import (
    PERCENT_100,
    STEEM_UNIT_TARGETS,
    TOKEN_UNIT_TARGETS,
    check_account_name,
    check_bounds,
    check_smt_symbol,
    check_unit_routes,
)
from protocol.wire import wire_struct

DEFAULT_MAX_SUPPLY: Final = 10**15  # satoshis; whitepaper "SMT setup", STEEM_MAX_SHARE_SUPPLY


class EmptyUnitError(InvalidOperationError):
    """A unit that must route something routes nothing."""

    code = "operation.smt.empty_unit"


class UnexpectedUnitError(InvalidOperationError):
    """A unit beyond the soft cap is given although the soft cap is the hard cap."""

    code = "operation.smt.unexpected_unit"


class UnequalSteemUnitsError(InvalidOperationError):
    """The STEEM units below and above the soft cap are of different size (D-15)."""

    code = "operation.smt.unequal_steem_units"


class CapBoundsError(InvalidOperationError):
    """The bounds of a cap are out of order, or the minimum's lie above the hard cap's."""

    code = "operation.smt.cap_bounds"


class CapHashError(InvalidOperationError):
    """Equal bounds leave one value, and the commitment is not its hash with nonce 0."""

    code = "operation.smt.cap_hash"


class CapTooSmallError(InvalidOperationError):
    """A cap may be so small that rounding would show."""

    code = "operation.smt.cap_too_small"


class UnitRatioError(InvalidOperationError):
    """The unit ratios are not `0 < minimum <= maximum` (D-18)."""

    code = "operation.smt.unit_ratio"


class GenerationTooLargeError(InvalidOperationError):
    """A generation could create more tokens, or take more STEEM, than may exist."""

    code = "operation.smt.generation_too_large"


class GenerationTimeError(InvalidOperationError):
    """The times of a generation are out of order."""

    code = "operation.smt.generation_time"


class DecimalPlacesError(InvalidOperationError):
    """`decimal_places` contradicts the symbol."""

    code = "operation.smt.decimal_places"


UnitMap = FlatMap[AccountName, U16]


@wire_struct
@dataclass(frozen=True, slots=True)
class GenerationUnit:
    """Where the satoshis of one STEEM unit and of one token unit go.

    The sum of a map's weights is the size of its unit.

    Spec
    ----
    whitepaper: "Token units"; steemd: smt_generation_unit
    """

    steem_unit: UnitMap = ()
    token_unit: UnitMap = ()

    @property
    def steem_unit_sum(self) -> int:
        """Return the satoshis of STEEM in one STEEM unit."""
        return sum(weight for _, weight in self.steem_unit)

    @property
    def token_unit_sum(self) -> int:
        """Return the satoshis of the token in one token unit."""
        return sum(weight for _, weight in self.token_unit)

    def check(self, field: str, params: ChainParams) -> None:
        """Raise for too many routes, unknown targets and zero weights; empty maps pass.

        Spec
        ----
        steemd: smt_generation_unit::validate (D-24)
        """
        check_unit_routes(self.steem_unit, f"{field}.steem_unit", STEEM_UNIT_TARGETS, params)
        check_unit_routes(self.token_unit, f"{field}.token_unit", TOKEN_UNIT_TARGETS, params)


@wire_struct
@dataclass(frozen=True, slots=True)
class CapCommitment:
    """A promise of a number of STEEM units: its public bounds and the hash of amount and nonce.

    Spec
    ----
    whitepaper: "Hidden caps"; steemd: smt_cap_commitment
    """

    lower_bound: I64
    upper_bound: I64
    hash: Sha256

    def check(self, field: str, params: ChainParams) -> None:
        """Raise unless `0 < lower <= upper <= max_share_supply` and a forced value fits the hash.

        Spec
        ----
        steemd: smt_cap_commitment::validate
        """
        check_bounds(
            self.lower_bound, f"{field}.lower_bound", minimum=1, maximum=params.max_share_supply
        )
        check_bounds(
            self.upper_bound, f"{field}.upper_bound", minimum=1, maximum=params.max_share_supply
        )
        if self.lower_bound > self.upper_bound:
            raise CapBoundsError(
                "lower bound is above upper bound",
                field=f"{field}.lower_bound",
                value=self.lower_bound,
            )
        if self.lower_bound == self.upper_bound:
            open_value = self.lower_bound.to_bytes(8, "little") + bytes(16)
            if self.hash != sha256(open_value).digest():
                raise CapHashError(
                    "equal bounds need the hash of that value with nonce 0",
                    field=f"{field}.hash",
                    value=self.hash.hex(),
                )


@wire_struct(name="smt_capped_generation_policy")
@dataclass(frozen=True, slots=True)
class CappedGenerationPolicy:
    """Terms of a generation.

    `soft_cap_percent` is in basis points of the hard cap; ratios are token units per STEEM unit.

    Spec
    ----
    whitepaper: "Generation policy data structure"; steemd: smt_capped_generation_policy
    """

    pre_soft_cap_unit: GenerationUnit
    post_soft_cap_unit: GenerationUnit
    min_steem_units_commitment: CapCommitment
    hard_cap_steem_units_commitment: CapCommitment
    soft_cap_percent: U16 = 0
    min_unit_ratio: U32 = 0
    max_unit_ratio: U32 = 0
    extensions: Extensions = ()

    def check(self, field: str, params: ChainParams) -> None:
        """Raise for the first rule that units, caps or ratios break.

        Spec
        ----
        whitepaper: "Generation policy data structure";
        steemd: smt_capped_generation_policy::validate (D-15, D-17, D-18)
        """
        self._check_units(field, params)
        self._check_caps(field, params)
        self._check_ratios(field)
        self._check_totals(field, params)

    def soft_cap_units(self, hard_cap_units: int) -> int:
        """Return the STEEM units below the soft cap when the hard cap is `hard_cap_units`, floored.

        Spec
        ----
        steemd: smt_capped_generation_policy::validate
        """
        return hard_cap_units * self.soft_cap_percent // PERCENT_100

    def largest_token_supply(self) -> int:
        """Return an upper bound, exact up to rounding, of the satoshis a generation can create.

        With few contributions the unit ratio rises up to `max_unit_ratio`, and all of them are
        below the soft cap.  With H the hard cap, S the soft cap, m and M the ratios, a and b the
        token units below and above the soft cap, the most is
        `b*m*H + (a-b) * (min(M*S, m*H) if a > b else m*S)`.

        Spec
        ----
        whitepaper: "Unit ratios"; steemd: smt_capped_generation_policy::validate, which counts
        only the case of a filled hard cap
        """
        hard_cap = self.hard_cap_steem_units_commitment.upper_bound
        soft_cap = self.soft_cap_units(hard_cap)
        below = self.pre_soft_cap_unit.token_unit_sum
        above = self.post_soft_cap_unit.token_unit_sum
        all_units = self.min_unit_ratio * hard_cap
        if below > above:
            soft_units = min(self.max_unit_ratio * soft_cap, all_units)
        else:
            soft_units = self.min_unit_ratio * soft_cap
        return above * all_units + (below - above) * soft_units

    def _check_units(self, field: str, params: ChainParams) -> None:
        before, after = self.pre_soft_cap_unit, self.post_soft_cap_unit
        before.check(f"{field}.pre_soft_cap_unit", params)
        after.check(f"{field}.post_soft_cap_unit", params)
        check_bounds(
            self.soft_cap_percent, f"{field}.soft_cap_percent", minimum=1, maximum=PERCENT_100
        )
        _check_routed(before.steem_unit, f"{field}.pre_soft_cap_unit.steem_unit")
        _check_routed(before.token_unit, f"{field}.pre_soft_cap_unit.token_unit")
        if self.soft_cap_percent == PERCENT_100:
            for name, routes in (
                ("steem_unit", after.steem_unit),
                ("token_unit", after.token_unit),
            ):
                if routes:
                    raise UnexpectedUnitError(
                        "there is nothing above a soft cap of 100 %",
                        field=f"{field}.post_soft_cap_unit.{name}",
                        value=routes,
                    )
            return
        _check_routed(after.steem_unit, f"{field}.post_soft_cap_unit.steem_unit")
        if before.steem_unit_sum != after.steem_unit_sum:
            raise UnequalSteemUnitsError(
                f"STEEM unit must be {before.steem_unit_sum} satoshis as below the soft cap",
                field=f"{field}.post_soft_cap_unit.steem_unit",
                value=after.steem_unit_sum,
            )

    def _check_caps(self, field: str, params: ChainParams) -> None:
        least, most = self.min_steem_units_commitment, self.hard_cap_steem_units_commitment
        least.check(f"{field}.min_steem_units_commitment", params)
        most.check(f"{field}.hard_cap_steem_units_commitment", params)
        for name, low, high in (
            ("lower_bound", least.lower_bound, most.lower_bound),
            ("upper_bound", least.upper_bound, most.upper_bound),
        ):
            if low > high:
                raise CapBoundsError(
                    f"{name} is above that of the hard cap",
                    field=f"{field}.min_steem_units_commitment.{name}",
                    value=low,
                )
        smallest = most.lower_bound
        for needed, reason in (
            (params.smt_min_hard_cap_steem_units, "hard cap"),
            (params.smt_min_saturation_steem_units * self.max_unit_ratio, "saturation point"),
        ):
            if smallest < needed:
                raise CapTooSmallError(
                    f"{reason} needs a lower bound of at least {needed}",
                    field=f"{field}.hard_cap_steem_units_commitment.lower_bound",
                    value=smallest,
                )
        if self.soft_cap_units(smallest) < params.smt_min_soft_cap_steem_units:
            raise CapTooSmallError(
                f"soft cap may be below {params.smt_min_soft_cap_steem_units} STEEM units",
                field=f"{field}.soft_cap_percent",
                value=self.soft_cap_percent,
            )

    def _check_ratios(self, field: str) -> None:
        if self.min_unit_ratio == 0:
            raise UnitRatioError(
                "must be greater than zero", field=f"{field}.min_unit_ratio", value=0
            )
        if self.max_unit_ratio < self.min_unit_ratio:
            raise UnitRatioError(
                f"must be at least the minimum, {self.min_unit_ratio}",
                field=f"{field}.max_unit_ratio",
                value=self.max_unit_ratio,
            )

    def _check_totals(self, field: str, params: ChainParams) -> None:
        tokens = self.largest_token_supply()
        if tokens > params.max_share_supply:
            raise GenerationTooLargeError(
                f"could create {tokens} satoshis of the token, more than {params.max_share_supply}",
                field=f"{field}.min_unit_ratio",
                value=self.min_unit_ratio,
            )
        # Both STEEM units have one size (D-15), so this is steemd's sum over both.
        hard_cap = self.hard_cap_steem_units_commitment.upper_bound
        steem = self.pre_soft_cap_unit.steem_unit_sum * hard_cap
        if steem > params.max_share_supply:
            raise GenerationTooLargeError(
                f"could take {steem} satoshis of STEEM, more than {params.max_share_supply}",
                field=f"{field}.hard_cap_steem_units_commitment.upper_bound",
                value=hard_cap,
            )


def _check_routed(routes: tuple[tuple[AccountName, int], ...], field: str) -> None:
    if not routes:
        raise EmptyUnitError("at least one target is needed", field=field)


GenerationPolicy = Annotated[CappedGenerationPolicy, StaticVariant()]


@operation(tag=48)
@dataclass(frozen=True, slots=True)
class SmtSetup(Operation):
    """Fix a token's decimals, largest supply and generation for good.

    `decimal_places` repeats the symbol's decimals for readers; 0 says nothing.

    Spec
    ----
    whitepaper: "SMT setup"; steemd: smt_setup_operation
    """

    control_account: AccountName
    symbol: Symbol = field(metadata=json_name("symbol", "smt_name"))
    decimal_places: U8
    max_supply: I64 = field(metadata=json_default(DEFAULT_MAX_SUPPLY))
    initial_generation_policy: GenerationPolicy
    generation_begin_time: Time
    generation_end_time: Time
    announced_launch_time: Time
    launch_expiration_time: Time
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, symbols, supplies and policies, and times out of order."""
        check_account_name(self.control_account, "control_account")
        check_smt_symbol(self.symbol, "symbol")
        check_bounds(
            precision_of(self.symbol), "symbol", minimum=0, maximum=params.smt_max_decimal_places
        )
        if self.decimal_places not in (0, precision_of(self.symbol)):
            raise DecimalPlacesError(
                f"the symbol has {precision_of(self.symbol)} decimals",
                field="decimal_places",
                value=self.decimal_places,
            )
        check_bounds(self.max_supply, "max_supply", minimum=1, maximum=params.max_share_supply)
        policy = self.initial_generation_policy
        policy.check("initial_generation_policy", params)
        if policy.largest_token_supply() > self.max_supply:
            raise GenerationTooLargeError(
                f"generation could create {policy.largest_token_supply()} satoshis of the token",
                field="max_supply",
                value=self.max_supply,
            )
        self._check_times(params)

    @override
    def required_active(self) -> Accounts:
        """Return the control account."""
        return frozenset((self.control_account,))

    def _check_times(self, params: ChainParams) -> None:
        """Check `genesis < begin < end <= announced launch <= expiration`."""
        for name, time, is_in_order, rule in (
            (
                "generation_begin_time",
                self.generation_begin_time,
                self.generation_begin_time > params.genesis_time,
                f"must be after genesis, {print_time(params.genesis_time)}",
            ),
            (
                "generation_end_time",
                self.generation_end_time,
                self.generation_end_time > self.generation_begin_time,
                "must be after generation_begin_time",
            ),
            (
                "announced_launch_time",
                self.announced_launch_time,
                self.announced_launch_time >= self.generation_end_time,
                "must not be before generation_end_time",
            ),
            (
                "launch_expiration_time",
                self.launch_expiration_time,
                self.launch_expiration_time >= self.announced_launch_time,
                "must not be before announced_launch_time",
            ),
        ):
            if not is_in_order:
                raise GenerationTimeError(rule, field=name, value=print_time(time))


@operation(tag=76, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtPhaseChanged(Operation):
    """A token passed from one phase of its life to another.

    Spec
    ----
    whitepaper: "Launch"; phases by number as in the state table `smt_token`
    """

    symbol: Symbol
    old_phase: U8
    new_phase: U8


@operation(tag=77, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtLaunchEvaluated(Operation):
    """The verdict over a generation, and the numbers that every payout follows from.

    Spec
    ----
    whitepaper: "Unit ratios", "Launch"
    """

    symbol: Symbol
    success: bool
    units_raw: I64
    units_accepted: I64
    unit_ratio: U32
    soft_cap_units: I64
    delayed: bool


@operation(tag=81, virtual=True)
@dataclass(frozen=True, slots=True)
class SmtTokenLaunched(Operation):
    """All payouts are made; the token can be used.

    Spec
    ----
    whitepaper: "Launch"; steemd: smt_token_launch_action (master)
    """

    control_account: AccountName
    symbol: Symbol
