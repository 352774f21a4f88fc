"""steemd's tests of smt_setup, re-expressed with their numbers.

D-17: the three lower bounds that the whitepaper's own examples break are 1, 0 and 1 here;
`REVISION_W` has steemd's 10000, 1000 and 1000.  Where they matter a test shows both.
"""

from dataclasses import replace

import pytest
from reference_rows import (
    OK,
    REVISION_W,
    answer,
    assert_refuses_other_keys,
    assert_signed_by,
    verdict,
)
from smt_world import commitment, make_policy, valid_smt_setup
from token_stage import TokenStage
from world import ALPHA

from protocol.assets import SBD, STEEM, VESTS, is_vesting, paired_symbol
from protocol.operations.smt_contribution import RevealedCap, cap_hash
from protocol.operations.smt_setup import CapCommitment, GenerationUnit
from protocol.params import DEV_PARAMS
from protocol.symbols import smt_symbol
from smtchain.ledger.balances import nai_of
from smtchain.state.tables.smt import UNREVEALED, SmtPhase

GENESIS = DEV_PARAMS.genesis_time
MAX = 10**15
BOUNDS = "operation.out_of_bounds"
TIME = "operation.smt.generation_time"
TARGET = "operation.invalid_unit_target"
SMALL = "operation.smt.cap_too_small"
LARGE = "operation.smt.generation_too_large"
POLICY = make_policy(
    pre_steem={"xyz": 1}, pre_token={"xyz2": 2}, minimum=1, hard_cap=10_001, ratios=(1, 2)
)
SETUP = valid_smt_setup(
    initial_generation_policy=POLICY,
    generation_begin_time=GENESIS + 1,
    generation_end_time=GENESIS + 2,
    announced_launch_time=GENESIS + 2,
    launch_expiration_time=GENESIS + 2,
)
UNITS = pytest.mark.parametrize("member", ["steem_unit", "token_unit"])


def policy(params=DEV_PARAMS, **changes):
    """Return what smt_setup says to a changed policy."""
    changed = replace(POLICY, **changes)
    return verdict(SETUP, params, initial_generation_policy=changed)


def unit(member, routes):
    """Return what smt_setup says to other routes in the unit below the soft cap."""
    return policy(pre_soft_cap_unit=replace(POLICY.pre_soft_cap_unit, **{member: routes}))


def routes(count):
    return tuple((f"alice{number:02}", 1) for number in range(count))


def hidden(lower, upper):
    return CapCommitment(lower, upper, bytes(32))


class TestDescriptor:
    """steemd: smt_tests.cpp::setup_validate"""

    def test_the_valid_one_is_so_with_steemds_bounds_too(self):
        assert verdict(SETUP) == verdict(SETUP, REVISION_W) == OK

    @pytest.mark.parametrize(
        ("supply", "code"), [(-1, BOUNDS), (0, BOUNDS), (MAX, OK), (MAX + 1, BOUNDS)]
    )
    def test_the_largest_supply_is_from_1_to_10_to_the_15(self, supply, code):
        assert verdict(SETUP, max_supply=supply) == code

    @pytest.mark.parametrize(("begin", "code"), [(GENESIS, TIME), (GENESIS + 1, OK)])
    def test_begins_after_the_genesis(self, begin, code):
        assert verdict(SETUP, generation_begin_time=begin) == code

    @pytest.mark.parametrize(("end", "code"), [(0, TIME), (1, TIME), (2, OK)])
    def test_ends_after_it_began(self, end, code):
        assert verdict(SETUP, generation_end_time=GENESIS + end) == code

    def test_the_launch_is_not_before_the_end(self):
        assert verdict(SETUP, announced_launch_time=GENESIS + 1) == TIME

    def test_the_expiration_is_not_before_the_launch(self):
        assert verdict(SETUP, launch_expiration_time=GENESIS + 1) == TIME

    @pytest.mark.parametrize(("decimals", "code"), [(8, OK), (9, BOUNDS)])
    def test_at_most_eight_decimals(self, decimals, code):
        symbol = smt_symbol(31415926, decimals)
        assert verdict(SETUP, symbol=symbol, decimal_places=decimals) == code


class TestUnits:
    """steemd: smt_tests.cpp::setup_validate"""

    @UNITS
    def test_ten_routes_and_no_more(self, member):
        assert unit(member, routes(10)) == OK
        assert unit(member, routes(11)) == "operation.too_many_unit_routes"

    @UNITS
    @pytest.mark.parametrize(
        "target", ["{}{}", "$fromx", "$from_", "$from.vestingx", "$from.vesting.vesting", ""]
    )
    def test_other_names_are_no_targets(self, member, target):
        assert unit(member, ((target, 1),)) == TARGET

    @UNITS
    @pytest.mark.parametrize("target", ["$from", "$from.vesting", "doobdoob"])
    def test_targets_of_both_units(self, member, target):
        assert unit(member, ((target, 1),)) == OK

    @UNITS
    @pytest.mark.parametrize("target", ["$from", "$from.vesting", "doobdoob"])
    def test_no_weight_is_zero(self, member, target):
        assert unit(member, ((target, 0),)) == "operation.invalid_unit_weight"


class TestCaps:
    """steemd: smt_tests.cpp::setup_validate"""

    def test_the_minimum_is_above_nothing(self):
        assert policy(min_steem_units_commitment=hidden(0, 100)) == BOUNDS

    def test_a_hard_cap_of_9999_is_large_enough(self):
        """D-17: too small for steemd, whose least hard cap is 10000."""
        changes = {"hard_cap_steem_units_commitment": commitment(9_999)}
        assert policy(REVISION_W, **changes) == SMALL
        assert policy(**changes) == OK
        assert policy(REVISION_W, hard_cap_steem_units_commitment=commitment(10_000)) == OK

    def test_equal_bounds_need_the_hash_of_that_amount(self):
        wrong = replace(commitment(9_999), hash=commitment(10_000).hash)
        assert policy(hard_cap_steem_units_commitment=wrong) == "operation.smt.cap_hash"

    @pytest.mark.parametrize(("upper", "code"), [(MAX, LARGE), (MAX + 1, BOUNDS)])
    def test_no_upper_bound_is_above_10_to_the_15(self, upper, code):
        # One satoshi of STEEM and two of the token a unit: 10^15 itself is too much here.
        assert policy(hard_cap_steem_units_commitment=hidden(10_000, upper)) == code

    def test_lower_is_not_above_upper(self):
        assert policy(hard_cap_steem_units_commitment=hidden(10_001, 10_000)) == (
            "operation.smt.cap_bounds"
        )

    @pytest.mark.parametrize(
        ("minimum", "hard_cap"),
        [(hidden(20_000, 30_000), hidden(10_000, 40_000)),
         (hidden(10_000, 50_000), hidden(10_000, 40_000))],
    )  # fmt: skip
    def test_the_minimums_bounds_are_not_above_the_hard_caps(self, minimum, hard_cap):
        code = policy(min_steem_units_commitment=minimum, hard_cap_steem_units_commitment=hard_cap)
        assert code == "operation.smt.cap_bounds"

    @pytest.mark.parametrize(
        ("percent", "code"), [(0, BOUNDS), (1, OK), (10_000, OK), (10_001, BOUNDS)]
    )
    def test_the_soft_cap_is_above_0_and_at_most_100_percent(self, percent, code):
        post = GenerationUnit((("bob", 1),), ()) if percent < 10_000 else GenerationUnit()
        assert policy(soft_cap_percent=percent, post_soft_cap_unit=post) == code

    @UNITS
    def test_nothing_is_above_a_soft_cap_of_100_percent(self, member):
        post = GenerationUnit(**{member: (("bob", 2),)})
        assert policy(post_soft_cap_unit=post) == "operation.smt.unexpected_unit"

    def test_something_is_above_a_soft_cap_of_50_percent(self):
        assert policy(soft_cap_percent=5_000) == "operation.smt.empty_unit"

    def test_a_soft_cap_of_one_unit_is_large_enough(self):
        """D-17: 0.01 % of 10000 units is one; steemd's least soft cap is 1000."""
        changes = {
            "soft_cap_percent": 1,
            "post_soft_cap_unit": GenerationUnit((("bob", 1),), ()),
            "hard_cap_steem_units_commitment": commitment(10_000),
        }
        assert policy(REVISION_W, **changes) == SMALL
        assert policy(**changes) == OK

    def test_there_is_no_least_saturation_point(self):
        """D-17: steemd's hard cap is 1000 times the largest ratio: 220 needs 220000, not 110000."""
        for ratio, code in ((220, SMALL), (2, OK)):
            changes = {
                "max_unit_ratio": ratio,
                "hard_cap_steem_units_commitment": commitment(110_000),
            }
            assert policy(REVISION_W, **changes) == code
            assert policy(**changes) == OK

    def test_tokens_beyond_10_to_the_15_are_refused(self):
        huge = {
            "pre_soft_cap_unit": replace(POLICY.pre_soft_cap_unit, token_unit=(("alice", 65_535),)),
            "min_unit_ratio": (1 << 32) - 1,
            "max_unit_ratio": (1 << 32) - 1,
            "hard_cap_steem_units_commitment": commitment(10_000),
        }
        assert policy(**huge) == LARGE

    def test_steem_beyond_10_to_the_15_is_refused(self):
        ten = tuple((f"alice{number}", 65_535) for number in range(10))
        greedy = {
            "pre_soft_cap_unit": GenerationUnit(ten, (("alice", 1),)),
            "hard_cap_steem_units_commitment": hidden(10_000, MAX),
        }
        assert policy(**greedy) == LARGE


class TestCommitAndReveal:
    """steemd: smt_tests.cpp::cap_commit_reveal_validate"""

    def check(self, commitment_):
        return policy(
            min_steem_units_commitment=commitment(1), hard_cap_steem_units_commitment=commitment_
        )

    @pytest.mark.parametrize(("amount", "code"), [(0, BOUNDS), (1_000_000, OK), (MAX + 1, BOUNDS)])
    def test_a_public_cap_is_from_1_to_10_to_the_15(self, amount, code):
        assert self.check(commitment(amount)) == code

    def test_a_hidden_cap_takes_its_amount_and_nonce_only(self, chain):
        """500000 to 1500000, amount 1000000, nonce 4321."""
        secret = commitment(1_000_000, 4_321, lower=500_000, upper=1_500_000)
        assert secret.hash.hex() == (
            "a69d35d84826041c9a1b89186d4f461815d1089412ea69f5c31333ed5d0886f3"
        )
        token = TokenStage(chain)
        terms = make_policy(
            pre_steem={"heidi": 1}, pre_token={"$from": 2}, minimum=1, hard_cap=secret
        )
        token.send(token.creation(), token.setup(terms))
        token.send(token.reveal(1))
        for amount, nonce in ((1_000, 4_321), (10**9, 4_321), (1_000_000, 1_234)):
            code = answer(token.send, token.reveal(amount, nonce))
            assert code == "evaluation.smt.cap_mismatch"
        assert answer(token.send, token.reveal(1_000_000, 4_321)) == OK


def test_only_the_control_account_signs(chain):
    """steemd: smt_tests.cpp::setup_authorities
    steemd: branch 2729 smt_operation_tests.cpp::setup_authorities
    """
    assert_signed_by(SETUP, "alice")
    token = TokenStage(chain)
    token.send(token.creation())
    assert_refuses_other_keys(chain, token.setup(), "alice")


class TestApply:
    """steemd: smt_tests.cpp::setup_apply

    Hard cap 10001, minimum 1, ratios 1 and 2; end, launch and expiration a second after the
    beginning.  steemd's year 2021 has passed on dev.json: the beginning is the next hour.
    """

    def operation(self, token):
        terms = make_policy(
            pre_steem={"heidi": 1}, pre_token={"ivan": 2}, minimum=1, hard_cap=10_001, ratios=(1, 2)
        )
        after = token.begin + 1
        return token.setup(
            terms,
            generation_end_time=after,
            announced_launch_time=after,
            launch_expiration_time=after,
        )

    def test_there_is_nothing_to_set_up_before_the_creation(self, chain):
        token = TokenStage(chain)
        assert answer(token.send, self.operation(token)) == "evaluation.smt.not_found"
        token.send(token.creation())
        assert answer(token.send, self.operation(token)) == OK

    def test_both_caps_are_hidden_then(self, chain):
        token = TokenStage(chain)
        token.send(token.creation(), self.operation(token))
        generation = token.generation
        assert (generation.min_steem_units, generation.hard_cap_steem_units) == (
            UNREVEALED,
            UNREVEALED,
        )
        assert token.phase == SmtPhase.SETUP_COMPLETED

    def test_nobody_else_sets_it_up(self, chain):
        """steemd has no such check and hands the token over: a fault we do not repeat."""
        token = TokenStage(chain)
        token.send(token.creation())
        theft = replace(self.operation(token), control_account="bob")
        assert answer(token.send, theft) == "evaluation.smt.not_controller"
        assert token.row.control_account == "alice"


class TestPolicyOfBranch2729:
    """steemd: branch 2729 smt_operation_tests.cpp::smt_capped_generation_policy_v1_validate"""

    def test_minimum_1_hard_cap_10001_and_ratio_1000(self):
        assert policy(min_unit_ratio=1_000, max_unit_ratio=1_000) == OK

    @pytest.mark.parametrize("side", ["pre_soft_cap_unit", "post_soft_cap_unit"])
    def test_no_unit_pays_a_name_that_is_none(self, side):
        bad = GenerationUnit((("$$$$$$", 1),), (("xyz2", 2),))
        changes = {side: bad, "soft_cap_percent": 5_000}
        if side == "pre_soft_cap_unit":
            changes["post_soft_cap_unit"] = POLICY.pre_soft_cap_unit
        assert policy(**changes) == TARGET

    @pytest.mark.parametrize(
        "member", ["min_steem_units_commitment", "hard_cap_steem_units_commitment"]
    )
    def test_no_upper_bound_is_above_10_to_the_15(self, member):
        assert policy(**{member: hidden(1, MAX + 1)}) == BOUNDS

    def test_no_percentage_is_above_all(self):
        assert policy(soft_cap_percent=10_001) == BOUNDS


class TestUnitOfBranch2729:
    """steemd: branch 2729 smt_operation_tests.cpp::smt_generation_unit_validate"""

    @pytest.mark.parametrize("target", ["alice", "$from.vesting", "$market_maker"])
    def test_steem_goes_to(self, target):
        assert unit("steem_unit", ((target, 1),)) == OK

    def test_steem_goes_back_to_the_contributor_too(self):
        """D-24: branch 2729 refuses it, the whitepaper names it ("occurs in both")."""
        assert unit("steem_unit", (("$from", 1),)) == OK

    @pytest.mark.parametrize("target", ["$rewards", "$vesting", "$fromx"])
    def test_steem_does_not_go_to(self, target):
        assert unit("steem_unit", ((target, 1),)) == TARGET

    @pytest.mark.parametrize(
        "target", ["alice", "$from", "$from.vesting", "$market_maker", "$rewards", "$vesting"]
    )
    def test_tokens_go_to(self, target):
        assert unit("token_unit", ((target, 1),)) == OK

    def test_a_bare_unit_is_empty(self):
        GenerationUnit().check("unit", DEV_PARAMS)

    @UNITS
    def test_ten_routes_pass_and_eleven_do_not(self, member):
        assert unit(member, routes(10)) == OK
        assert unit(member, routes(11)) == "operation.too_many_unit_routes"


class TestCommitmentOfBranch2729:
    """steemd: branch 2729 smt_operation_tests.cpp::smt_cap_commitment_validate"""

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            (hidden(10, 1_000), OK),
            (hidden(0, 1_000), BOUNDS),
            (hidden(1, 1_000), OK),
            (hidden(1, MAX), OK),
            (hidden(1, MAX + 1), BOUNDS),
            (hidden(11, 10), "operation.smt.cap_bounds"),
            (CapCommitment(100, 100, cap_hash(RevealedCap(100, 1))), "operation.smt.cap_hash"),
            (CapCommitment(100, 100, cap_hash(RevealedCap(100, 0))), OK),
            (CapCommitment(100, 100, cap_hash(RevealedCap(99, 0))), "operation.smt.cap_hash"),
        ],
        ids=range(9),
    )
    def test_bounds_and_hash(self, given, code):
        def check():
            given.check("cap", DEV_PARAMS)

        assert answer(check) == code


class TestEvaluatorOfBranch2729:
    """steemd: branch 2729 smt_evaluator.cpp (assertions without tests)"""

    @pytest.fixture
    def token(self, chain):
        made = TokenStage(chain)
        made.send(made.creation())
        return made

    def test_a_setup_is_done_once(self, token):
        token.send(token.setup())
        assert answer(token.send, token.setup()) == "evaluation.smt.wrong_phase"

    def test_contributions_do_not_begin_in_the_past(self, token):
        past = token.setup(generation_begin_time=token.stage.now - 1)
        assert answer(token.send, past) == "evaluation.smt.generation_in_past"

    def test_inflation_does_not_begin_before_the_launch(self, token):
        token.send(token.inflation({"bob": 1}, 5, schedule_time=token.launch - 1))
        assert answer(token.send, token.setup()) == "evaluation.smt.inflation_before_launch"


class TestVestingSymbol:
    def test_liquid_and_vesting_symbol_are_twins(self):
        """steemd: smt_tests.cpp::asset_symbol_vesting_methods"""
        assert paired_symbol(STEEM) == VESTS
        assert paired_symbol(VESTS) == STEEM
        assert paired_symbol(SBD) == SBD
        assert paired_symbol(paired_symbol(ALPHA)) == ALPHA
        assert is_vesting(paired_symbol(ALPHA))
        assert not is_vesting(ALPHA)

    def test_both_name_the_same_token(self, chain):
        """steemd: smt_tests.cpp::vesting_smt_creation (precision 6)"""
        token = TokenStage(chain, precision=6)
        token.send(token.creation())
        vesting = paired_symbol(token.symbol)
        assert chain.state.smt_tokens.get(nai_of(vesting)) is token.row
        assert chain.state.smt_tokens.get(nai_of(token.symbol)) is token.row
