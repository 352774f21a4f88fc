from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.assets import STEEM, smt_symbol
from protocol.jsonform import from_json
from protocol.operations.smt_setup import (
    CapBoundsError,
    CapCommitment,
    CapHashError,
    CappedGenerationPolicy,
    CapTooSmallError,
    DecimalPlacesError,
    EmptyUnitError,
    GenerationTimeError,
    GenerationTooLargeError,
    GenerationUnit,
    SmtLaunchEvaluated,
    SmtPhaseChanged,
    SmtSetup,
    SmtTokenLaunched,
    UnequalSteemUnitsError,
    UnexpectedUnitError,
    UnitRatioError,
)
from protocol.params import DEV, DEV_PARAMS
from protocol.validation import (
    InvalidAccountNameError,
    InvalidUnitTargetError,
    InvalidUnitWeightError,
    NotSmtSymbolError,
    OutOfBoundsError,
    TooManyUnitRoutesError,
    VestingSymbolError,
)

TOKEN = smt_symbol(18118804, 4)
MAX_SUPPLY = 10**15
GENESIS = DEV_PARAMS.genesis_time
REVISION_W = replace(
    DEV_PARAMS,
    smt_min_hard_cap_steem_units=10_000,
    smt_min_saturation_steem_units=1_000,
    smt_min_soft_cap_steem_units=1_000,
)


def public(amount):
    """Return the commitment to a cap that everybody may know: nonce 0."""
    return CapCommitment(amount, amount, sha256(amount.to_bytes(8, "little") + bytes(16)).digest())


def hidden(lower, upper):
    return CapCommitment(lower, upper, bytes(32))


POLICY = CappedGenerationPolicy(
    GenerationUnit((("xyz", 1),), (("xyz2", 2),)),
    GenerationUnit(),
    public(1),
    public(10_001),
    soft_cap_percent=10_000,
    min_unit_ratio=1,
    max_unit_ratio=2,
)
SOFT = replace(
    POLICY,
    soft_cap_percent=5_000,
    post_soft_cap_unit=GenerationUnit((("abc", 1),), ()),
)
VALID = SmtSetup(
    "alice",
    TOKEN,
    4,
    MAX_SUPPLY,
    POLICY,
    GENESIS + 1,
    GENESIS + 2,
    GENESIS + 2,
    GENESIS + 2,
)


def with_policy(policy=POLICY, **change):
    return {"initial_generation_policy": replace(policy, **change)}


def with_unit(**change):
    return with_policy(pre_soft_cap_unit=replace(POLICY.pre_soft_cap_unit, **change))


def routes(count):
    return tuple((f"alice{number:02}", 1) for number in range(count))


class TestSmtSetupValidate:
    """docs/RULES.md 2.6; steemd: smt_tests.cpp::setup_validate."""

    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"control_account": ""}, InvalidAccountNameError, "control_account"),
            pytest.param({"control_account": "&&&&&&"}, InvalidAccountNameError, "control_account"),
            pytest.param({"symbol": STEEM}, NotSmtSymbolError, "symbol", id="steem"),
            pytest.param({"symbol": TOKEN ^ 0x20}, VestingSymbolError, "symbol", id="vesting"),
            pytest.param(
                {"symbol": smt_symbol(18118804, 9), "decimal_places": 9},
                OutOfBoundsError,
                "symbol",
                id="9_decimals",
            ),
            pytest.param(
                {"decimal_places": 3}, DecimalPlacesError, "decimal_places", id="other_decimals"
            ),
            pytest.param({"max_supply": -1}, OutOfBoundsError, "max_supply"),
            pytest.param({"max_supply": 0}, OutOfBoundsError, "max_supply"),
            pytest.param({"max_supply": 10**15 + 1}, OutOfBoundsError, "max_supply"),
            pytest.param(
                {"max_supply": 20_001}, GenerationTooLargeError, "max_supply", id="supply_small"
            ),
        ],
    )
    def test_rejects(self, refuses_showing, change, error, field):
        refuses_showing(VALID, change, error, field)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            pytest.param(
                {"generation_begin_time": GENESIS}, "generation_begin_time", id="begin=genesis"
            ),
            pytest.param(
                {"generation_end_time": GENESIS + 1}, "generation_end_time", id="end=begin"
            ),
            pytest.param({"generation_end_time": GENESIS}, "generation_end_time", id="end<begin"),
            pytest.param(
                {"announced_launch_time": GENESIS + 1}, "announced_launch_time", id="launch<end"
            ),
            pytest.param(
                {"launch_expiration_time": GENESIS + 1},
                "launch_expiration_time",
                id="expiration<launch",
            ),
        ],
    )
    def test_rejects_times(self, refuses_showing, change, field):
        refuses_showing(VALID, change, GenerationTimeError, field)

    def test_accepts_a_supply_of_exactly_the_largest_generation(self):
        replace(VALID, max_supply=20_002).validate(DEV_PARAMS)

    def test_decimal_places_of_zero_say_nothing(self):
        replace(VALID, decimal_places=0).validate(DEV_PARAMS)

    def test_accepts_8_decimals(self):
        replace(VALID, symbol=smt_symbol(18118804, 8), decimal_places=8).validate(DEV_PARAMS)

    def test_accepts_no_decimals(self):
        replace(VALID, symbol=smt_symbol(18118804, 0), decimal_places=0).validate(DEV_PARAMS)

    def test_accepts_a_supply_of_one_satoshi(self):
        one = replace(
            POLICY,
            pre_soft_cap_unit=GenerationUnit((("xyz", 1),), (("xyz2", 1),)),
            hard_cap_steem_units_commitment=public(1),
            max_unit_ratio=1,
        )
        replace(VALID, initial_generation_policy=one, max_supply=1).validate(DEV_PARAMS)

    def test_json_without_max_supply_means_the_largest(self):
        data = {"control_account": "alice", "symbol": {"nai": "@@181188044", "decimals": 4}}
        assert from_json(SmtSetup, data, DEV).max_supply == MAX_SUPPLY

    def test_json_may_say_smt_name_for_symbol(self):
        data = {"control_account": "alice", "smt_name": {"nai": "@@181188044", "precision": 4}}
        assert from_json(SmtSetup, data, DEV).symbol == TOKEN


class TestGenerationUnitValidate:
    """docs/RULES.md 2.5 (D-24)."""

    @pytest.mark.parametrize(
        "target",
        ["{}{}", "{}", "$fromx", "$from_", "$from.vestingx", "$$$$$$", "$from.vesting.vesting"],
    )
    @pytest.mark.parametrize("name", ["steem_unit", "token_unit"])
    def test_rejects_target(self, refuses_showing, name, target):
        change = with_unit(**{name: ((target, 12),)})
        field = f"initial_generation_policy.pre_soft_cap_unit.{name}[0]"
        refuses_showing(VALID, change, InvalidUnitTargetError, field)

    @pytest.mark.parametrize("target", ["$rewards", "$vesting"])
    def test_steem_does_not_go_to(self, refuses_showing, target):
        change = with_unit(steem_unit=(("abc", 1), (target, 1)))
        field = "initial_generation_policy.pre_soft_cap_unit.steem_unit[1]"
        refuses_showing(VALID, change, InvalidUnitTargetError, field)

    @pytest.mark.parametrize("target", ["$from", "$from.vesting", "$market_maker", "null"])
    @pytest.mark.parametrize("name", ["steem_unit", "token_unit"])
    def test_accepts_target(self, name, target):
        replace(VALID, **with_unit(**{name: ((target, 1),)})).validate(DEV_PARAMS)

    @pytest.mark.parametrize("target", ["$rewards", "$vesting"])
    def test_tokens_go_to(self, target):
        replace(VALID, **with_unit(token_unit=((target, 1),))).validate(DEV_PARAMS)

    @pytest.mark.parametrize("target", ["$from", "$from.vesting", "qprst"])
    @pytest.mark.parametrize("name", ["steem_unit", "token_unit"])
    def test_rejects_weight_zero(self, refuses_showing, name, target):
        change = with_unit(**{name: ((target, 0),)})
        field = f"initial_generation_policy.pre_soft_cap_unit.{name}[0]"
        refuses_showing(VALID, change, InvalidUnitWeightError, field)

    @pytest.mark.parametrize("name", ["steem_unit", "token_unit"])
    def test_rejects_11_routes_and_accepts_10(self, refuses_showing, name):
        replace(VALID, **with_unit(**{name: routes(10)})).validate(DEV_PARAMS)
        field = f"initial_generation_policy.pre_soft_cap_unit.{name}"
        refuses_showing(VALID, with_unit(**{name: routes(11)}), TooManyUnitRoutesError, field)

    def test_checks_units_above_the_soft_cap_too(self, refuses_showing):
        unit = GenerationUnit((("abc", 1),), (("$$$$$$", 1),))
        field = "initial_generation_policy.post_soft_cap_unit.token_unit[0]"
        refuses_showing(
            VALID, with_policy(SOFT, post_soft_cap_unit=unit), InvalidUnitTargetError, field
        )


class TestCapCommitmentValidate:
    """docs/RULES.md 2.6; steemd: smt_tests.cpp::cap_commit_reveal_validate."""

    @pytest.mark.parametrize(
        "name", ["min_steem_units_commitment", "hard_cap_steem_units_commitment"]
    )
    @pytest.mark.parametrize(
        ("commitment", "error", "member"),
        [
            pytest.param(hidden(0, 1000), OutOfBoundsError, "lower_bound", id="lower_0"),
            pytest.param(hidden(1, 10**15 + 1), OutOfBoundsError, "upper_bound", id="10^15+1"),
            pytest.param(hidden(11, 10), CapBoundsError, "lower_bound", id="11..10"),
            pytest.param(hidden(10, 10), CapHashError, "hash", id="no_hash"),
            pytest.param(replace(public(10), hash=public(99).hash), CapHashError, "hash", id="99"),
            pytest.param(
                CapCommitment(
                    10,
                    10,
                    sha256((10).to_bytes(8, "little") + bytes(8) + b"\1" + bytes(7)).digest(),
                ),
                CapHashError,
                "hash",
                id="nonce_1",
            ),
        ],
    )
    def test_rejects(self, refuses_showing, name, commitment, error, member):
        field = f"initial_generation_policy.{name}.{member}"
        refuses_showing(VALID, with_policy(**{name: commitment}), error, field)

    @pytest.mark.parametrize("commitment", [public(1), hidden(10, 1000), public(10_001)])
    def test_accepts_a_minimum(self, commitment):
        replace(VALID, **with_policy(min_steem_units_commitment=commitment)).validate(DEV_PARAMS)

    def test_accepts_a_hard_cap_of_10_to_the_15(self):
        unit = GenerationUnit((("xyz", 1),), (("xyz2", 1),))
        change = with_policy(
            pre_soft_cap_unit=unit, hard_cap_steem_units_commitment=hidden(1, 10**15)
        )
        replace(VALID, **change).validate(DEV_PARAMS)

    @pytest.mark.parametrize(
        ("least", "most", "member"),
        [
            pytest.param(hidden(10, 20), hidden(9, 20), "lower_bound", id="lower"),
            pytest.param(hidden(10, 20), hidden(11, 19), "upper_bound", id="upper"),
        ],
    )
    def test_rejects_a_minimum_above_the_hard_cap(self, refuses_showing, least, most, member):
        change = with_policy(min_steem_units_commitment=least, hard_cap_steem_units_commitment=most)
        field = f"initial_generation_policy.min_steem_units_commitment.{member}"
        refuses_showing(VALID, change, CapBoundsError, field)


class TestCappedGenerationPolicyValidate:
    """docs/RULES.md 2.6; whitepaper "Generation policy data structure"."""

    @pytest.mark.parametrize("percent", [0, 10_001, 65_535])
    def test_rejects_soft_cap_percent(self, refuses_showing, percent):
        field = "initial_generation_policy.soft_cap_percent"
        refuses_showing(VALID, with_policy(soft_cap_percent=percent), OutOfBoundsError, field)

    @pytest.mark.parametrize("name", ["steem_unit", "token_unit"])
    def test_rejects_an_empty_unit_below_the_soft_cap(self, refuses_showing, name):
        field = f"initial_generation_policy.pre_soft_cap_unit.{name}"
        refuses_showing(VALID, with_unit(**{name: ()}), EmptyUnitError, field)

    @pytest.mark.parametrize("name", ["steem_unit", "token_unit"])
    def test_rejects_a_unit_above_a_soft_cap_of_100_percent(self, refuses_showing, name):
        change = with_policy(post_soft_cap_unit=replace(GenerationUnit(), **{name: (("bob", 2),)}))
        field = f"initial_generation_policy.post_soft_cap_unit.{name}"
        refuses_showing(VALID, change, UnexpectedUnitError, field)

    def test_rejects_no_steem_unit_above_a_soft_cap_of_50_percent(self, refuses_showing):
        field = "initial_generation_policy.post_soft_cap_unit.steem_unit"
        change = with_policy(SOFT, post_soft_cap_unit=GenerationUnit())
        refuses_showing(VALID, change, EmptyUnitError, field)

    def test_accepts_no_tokens_above_the_soft_cap(self):
        replace(VALID, initial_generation_policy=SOFT).validate(DEV_PARAMS)

    @pytest.mark.parametrize("size", [2, 65_535])
    def test_rejects_another_steem_unit_above_the_soft_cap(self, refuses_showing, size):
        change = with_policy(SOFT, post_soft_cap_unit=GenerationUnit((("abc", size),), ()))
        field = "initial_generation_policy.post_soft_cap_unit.steem_unit"
        refuses_showing(VALID, change, UnequalSteemUnitsError, field)

    def test_accepts_the_same_steem_unit_routed_otherwise(self):
        change = with_policy(
            SOFT,
            pre_soft_cap_unit=GenerationUnit((("xyz", 3),), (("abc", 1),)),
            post_soft_cap_unit=GenerationUnit((("$market_maker", 1), ("xyz", 2)), ()),
        )
        replace(VALID, **change).validate(DEV_PARAMS)

    @pytest.mark.parametrize(
        ("low", "high", "member"),
        [
            pytest.param(0, 0, "min_unit_ratio", id="0..0"),
            pytest.param(0, 1, "min_unit_ratio", id="0..1"),
            pytest.param(2, 1, "max_unit_ratio", id="2..1"),
        ],
    )
    def test_rejects_unit_ratios(self, refuses_showing, low, high, member):
        change = with_policy(min_unit_ratio=low, max_unit_ratio=high)
        refuses_showing(VALID, change, UnitRatioError, f"initial_generation_policy.{member}")

    def test_accepts_equal_unit_ratios(self):
        replace(VALID, **with_policy(min_unit_ratio=1000, max_unit_ratio=1000)).validate(DEV_PARAMS)

    def test_a_soft_cap_below_one_unit_is_too_small(self, refuses_showing):
        cap = public(9_999)
        change = with_policy(SOFT, soft_cap_percent=1, hard_cap_steem_units_commitment=cap)
        field = "initial_generation_policy.soft_cap_percent"
        refuses_showing(VALID, change, CapTooSmallError, field)

    def test_accepts_a_soft_cap_of_one_unit(self):
        cap = public(10_000)
        change = with_policy(SOFT, soft_cap_percent=1, hard_cap_steem_units_commitment=cap)
        replace(VALID, **change).validate(DEV_PARAMS)

    def test_too_many_tokens(self, refuses_showing):
        unit = GenerationUnit((("abc", 1),), (("abc2", 65_535),))
        change = with_policy(
            pre_soft_cap_unit=unit,
            hard_cap_steem_units_commitment=hidden(110_000, 10**15),
            min_unit_ratio=2**32 - 1,
            max_unit_ratio=2**32 - 1,
        )
        field = "initial_generation_policy.min_unit_ratio"
        refuses_showing(VALID, change, GenerationTooLargeError, field)

    def test_too_much_steem(self, refuses_showing):
        unit = GenerationUnit((("abc", 65_535),), (("abc2", 1),))
        change = with_policy(
            pre_soft_cap_unit=unit,
            hard_cap_steem_units_commitment=hidden(110_000, 10**15),
            max_unit_ratio=1,
        )
        field = "initial_generation_policy.hard_cap_steem_units_commitment.upper_bound"
        refuses_showing(VALID, change, GenerationTooLargeError, field)

    @pytest.mark.parametrize(
        ("cap", "is_valid"), [(166_666_666_666, True), (166_666_666_667, False)]
    )
    def test_alpha_has_the_largest_cap_that_fits(self, cap, is_valid):
        # docs/RULES.md 7.1: 6 tokens a unit, 1000 units a STEEM unit; one more unit passes 10^15.
        change = with_policy(
            pre_soft_cap_unit=GenerationUnit(
                (("alpha-org", 70), ("founder-a", 23), ("founder-b", 7)),
                (("$from", 5), ("founder-c", 1)),
            ),
            hard_cap_steem_units_commitment=public(cap),
            min_unit_ratio=1000,
            max_unit_ratio=1000,
        )
        operation = replace(VALID, **change)
        if is_valid:
            assert operation.initial_generation_policy.largest_token_supply() == 999_999_999_996_000
            operation.validate(DEV_PARAMS)
        else:
            with pytest.raises(GenerationTooLargeError):
                operation.validate(DEV_PARAMS)

    @pytest.mark.parametrize(
        ("steem", "tokens", "caps", "ratios"),
        [
            pytest.param(
                (("fred", 3), ("george", 2)),
                (("$from", 7), ("george", 1), ("henry", 2)),
                (5_000_000, 30_000_000),
                (50, 100),
                id="BETA",
            ),
            pytest.param(
                (("fred", 3), ("george", 2)),
                (("$from", 7), ("george", 1), ("henry", 2)),
                (5_000_000, 30_000_000),
                (50, 300_000),
                id="GAMMA",
            ),
            pytest.param(
                (("founder", 1),),
                (("founder", 10_000),),
                (10_000_000, 10_000_000),
                (1000, 1000),
                id="DELTA",
            ),
        ],
    )
    def test_accepts_the_example_of_the_whitepaper(self, steem, tokens, caps, ratios):
        change = with_policy(
            pre_soft_cap_unit=GenerationUnit(steem, tokens),
            min_steem_units_commitment=public(caps[0]),
            hard_cap_steem_units_commitment=public(caps[1]),
            min_unit_ratio=ratios[0],
            max_unit_ratio=ratios[1],
        )
        replace(VALID, **change).validate(DEV_PARAMS)

    def test_counts_few_contributions_all_below_the_soft_cap(self, refuses_showing):
        # Hard cap 10 000 units, soft cap 1 000: W counts 10^8 tokens times 1 000 units.  But with
        # 1 000 units contributed the ratio is 10, and 10^12 satoshis are created.
        policy = replace(
            SOFT,
            pre_soft_cap_unit=GenerationUnit((("abc", 1),), (("xyz", 50_000), ("zed", 50_000))),
            hard_cap_steem_units_commitment=public(10_000),
            soft_cap_percent=1_000,
            min_unit_ratio=1,
            max_unit_ratio=10,
        )
        assert policy.largest_token_supply() == 100_000 * 1_000 * 10
        replace(VALID, initial_generation_policy=policy, max_supply=10**9).validate(DEV_PARAMS)
        change = {"initial_generation_policy": policy, "max_supply": 10**9 - 1}
        refuses_showing(VALID, change, GenerationTooLargeError, "max_supply")

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_no_number_of_contributions_creates_more_than_the_bound(self, data):
        hard_cap = data.draw(st.integers(1, 60))
        percent = data.draw(st.integers(1, 9_999))
        below, above = data.draw(st.integers(1, 9)), data.draw(st.integers(0, 9))
        low = data.draw(st.integers(1, 9))
        high = data.draw(st.integers(low, 40))
        policy = CappedGenerationPolicy(
            GenerationUnit((("abc", 1),), (("xyz", below),)),
            GenerationUnit((("abc", 1),), (("xyz", above),) if above else ()),
            public(1),
            public(hard_cap),
            percent,
            low,
            high,
        )
        # docs/RULES.md 2.11, steps 2 to 6, for every number of accepted units.
        soft_cap = hard_cap * percent // 10_000
        created = []
        for units in range(1, hard_cap + 1):
            ratio = min(high, low * hard_cap // units)
            before = min(units, soft_cap)
            created.append(ratio * (below * before + above * (units - before)))
        bound = policy.largest_token_supply()
        assert max(created) <= bound
        # The bound ignores only the flooring of the ratio, less than one token unit per unit.
        assert bound - max(created) <= max(below, above) * hard_cap


class TestRevisionWConstants:
    """The bounds of W that D-17 lowers, still enforced when a chain sets them."""

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            pytest.param(
                {"hard_cap_steem_units_commitment": public(9_999)},
                "hard_cap_steem_units_commitment.lower_bound",
                id="hard_cap_9999",
            ),
            pytest.param(
                {
                    "hard_cap_steem_units_commitment": hidden(110_000, 210_000),
                    "max_unit_ratio": 220,
                },
                "hard_cap_steem_units_commitment.lower_bound",
                id="saturation_220",
            ),
        ],
    )
    def test_rejects(self, refuses_showing, change, field):
        error_field = f"initial_generation_policy.{field}"
        refuses_showing(VALID, with_policy(**change), CapTooSmallError, error_field, REVISION_W)

    def test_rejects_a_soft_cap_of_999_units(self, refuses_showing):
        change = with_policy(
            SOFT, soft_cap_percent=999, hard_cap_steem_units_commitment=public(10_000)
        )
        field = "initial_generation_policy.soft_cap_percent"
        refuses_showing(VALID, change, CapTooSmallError, field, REVISION_W)

    @pytest.mark.parametrize(
        "change",
        [
            {"hard_cap_steem_units_commitment": public(10_000)},
            {"hard_cap_steem_units_commitment": hidden(110_000, 210_000), "max_unit_ratio": 110},
        ],
        ids=["hard_cap_10000", "saturation_110"],
    )
    def test_accepts_at_the_bound(self, change):
        replace(VALID, **with_policy(**change)).validate(REVISION_W)


class TestSmtSetupAuthorities:
    def test_only_the_control_account_signs_with_active(self):
        assert VALID.required_active() == {"alice"}
        assert not VALID.required_owner() | VALID.required_posting()


@pytest.mark.parametrize("cls", [SmtLaunchEvaluated, SmtPhaseChanged, SmtTokenLaunched])
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
