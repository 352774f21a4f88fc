"""steemd's tests of contributing, revealing and refunding, re-expressed with their numbers."""

from dataclasses import replace

import pytest
from reference_rows import OK, answer, assert_refuses_other_keys, assert_signed_by, verdict
from smt_world import (
    commitment,
    make_policy,
    valid_smt_cap_reveal,
    valid_smt_contribute,
    valid_smt_refund,
)
from token_stage import TokenStage
from world import ALPHA

from protocol.assets import SBD, STEEM, VESTS, Asset
from protocol.symbols import smt_symbol
from smtchain.state.tables.smt import UNREVEALED, SmtPhase

REVEAL = valid_smt_cap_reveal(10_000, 1_234)
CONTRIBUTE = valid_smt_contribute()
REFUND = valid_smt_refund(contribution_id=0, amount=Asset(1_000, STEEM))
ONE_SATOSHI = make_policy(
    pre_steem={"heidi": 1}, pre_token={"$from": 1}, hard_cap=10**9, ratios=(1, 1)
)
"""One unit is one satoshi, so that steemd's amounts are whole units."""

WRONG_SYMBOLS = pytest.mark.parametrize(
    ("symbol", "code"),
    [
        (STEEM, "operation.not_smt_symbol"),
        (VESTS, "operation.not_smt_symbol"),
        (SBD, "operation.not_smt_symbol"),
        (ALPHA ^ 0x20, "operation.vesting_symbol"),
    ],
)
WRONG_AMOUNTS = pytest.mark.parametrize(
    ("asset", "code"),
    [
        (Asset(-1, STEEM), "operation.amount_not_positive"),
        (Asset(0, STEEM), "operation.amount_not_positive"),
        (Asset(1_000, VESTS), "operation.wrong_symbol"),
        (Asset(1_000, SBD), "operation.wrong_symbol"),
        (Asset(1_000, ALPHA), "operation.wrong_symbol"),
    ],
    ids=str,
)


@pytest.fixture
def token(chain):
    made = TokenStage(chain)
    made.send(made.creation())
    return made


class TestCapRevealValidate:
    """steemd: smt_tests.cpp::smt_cap_reveal_validate"""

    def test_needs_an_account_name(self):
        assert verdict(REVEAL) == OK
        assert verdict(REVEAL, control_account="@@@@@") == "operation.invalid_account_name"

    @WRONG_SYMBOLS
    def test_needs_a_liquid_token(self, symbol, code):
        assert verdict(REVEAL, symbol=symbol) == code


def test_only_the_control_account_reveals(token):
    """steemd: smt_tests.cpp::smt_cap_reveal_authorities"""
    assert_signed_by(REVEAL, "alice")
    token.send(token.setup())
    assert_refuses_other_keys(token.stage, token.reveal(1), "alice")


class TestCapRevealApply:
    """steemd: smt_tests.cpp::smt_cap_reveal_apply"""

    @pytest.mark.parametrize(("minimum", "nonce"), [(1, 0), (10_000, 1_234)])
    def test_each_cap_once_in_any_order(self, token, minimum, nonce):
        """Minimum 1 or 10000, hard cap 10001, 20000 is neither."""
        hides = {"lower": 1, "upper": 1_000_000} if nonce else {}
        policy = make_policy(
            pre_steem={"heidi": 1},
            pre_token={"ivan": 2},
            minimum=commitment(minimum, nonce, **hides),
            hard_cap=commitment(10_001, nonce, **hides),
            ratios=(1, 2),
        )

        def reveal(amount, used=nonce):
            return answer(token.send, token.reveal(amount, used))

        unknown = replace(token.reveal(minimum, nonce), symbol=ALPHA)
        assert answer(token.send, unknown) == "evaluation.smt.not_found"
        assert reveal(minimum) == "evaluation.smt.wrong_phase"
        token.send(token.setup(policy))
        assert reveal(minimum, nonce + 1) == "evaluation.smt.cap_mismatch"
        assert reveal(minimum + 1 if nonce == 0 else 9_999) == "evaluation.smt.cap_mismatch"
        assert reveal(10_001) == OK
        generation = token.generation
        assert (generation.min_steem_units, generation.hard_cap_steem_units) == (UNREVEALED, 10_001)
        assert reveal(10_001) == "evaluation.smt.cap_mismatch"
        assert reveal(20_000) == "evaluation.smt.cap_mismatch"
        assert reveal(minimum) == OK
        assert token.generation.min_steem_units == minimum
        assert reveal(minimum) == "evaluation.smt.caps_revealed"


class TestContributeValidate:
    """steemd: smt_operation_tests.cpp::smt_contribute_validate"""

    def test_needs_an_account_name(self):
        assert verdict(CONTRIBUTE) == OK
        assert verdict(CONTRIBUTE, contributor="@@@@@") == "operation.invalid_account_name"

    @WRONG_AMOUNTS
    def test_only_steem_above_nothing(self, asset, code):
        assert verdict(CONTRIBUTE, contribution=asset) == code

    @WRONG_SYMBOLS
    def test_needs_a_liquid_token(self, symbol, code):
        assert verdict(CONTRIBUTE, symbol=symbol) == code

    def test_only_the_contributor_signs(self):
        assert_signed_by(CONTRIBUTE, "bob")


class TestContributeApply:
    """steemd: smt_operation_tests.cpp::smt_contribute_apply"""

    def test_before_its_phase_it_is_refused(self, token):
        token.send(token.setup(ONE_SATOSHI))
        assert answer(token.send, token.contribution("bob", 1_000)) == "evaluation.smt.wrong_phase"

    def test_more_than_the_balance_is_refused(self, token):
        token.send(token.setup(ONE_SATOSHI))
        token.go(token.begin)
        owned = token.stage.actor("bob").steem
        assert answer(token.send, token.contribution("bob", owned + 1)) == (
            "evaluation.insufficient_funds"
        )

    def test_an_id_is_used_once(self, token):
        """steemd looks under STEEM instead of the token and only its index objects."""
        token.send(token.setup(ONE_SATOSHI))
        token.go(token.begin)
        token.send(token.contribution("bob", 1_000))
        assert answer(token.send, token.contribution("bob", 2_000)) == (
            "evaluation.smt.contribution_exists"
        )

    def test_fifty_contributions_of_three_people(self, token):
        """1000, 2000 and 3000 satoshis in turn: 17, 17 and 16 of them; balances exact."""
        token.send(token.setup(ONE_SATOSHI))
        token.go(token.begin)
        people = ("bob", "carol", "dave")
        before = [token.stage.actor(name).steem for name in people]
        for number in range(50):
            name, amount = people[number % 3], 1_000 * (number % 3 + 1)
            token.stage.push(token.contribution(name, amount, number))
        token.stage.produce()
        rows = list(token.stage.state.smt_contributions.scan("by_nai_id", token.symbol & ~0x0F))
        assert [[row.contributor for row in rows].count(name) for name in people] == [17, 17, 16]
        assert token.generation.contributed == 17 * 1_000 + 17 * 2_000 + 16 * 3_000
        after = [token.stage.actor(name).steem for name in people]
        assert [then - now for then, now in zip(before, after, strict=True)] == [
            17_000,
            34_000,
            48_000,
        ]

    def test_after_the_end_it_is_refused(self, token):
        token.send(token.setup(ONE_SATOSHI))
        token.go(token.end)
        assert answer(token.send, token.contribution("bob", 1_000)) == "evaluation.smt.wrong_phase"


class TestHardCapOf023:
    """steemd: 0.23.x smt_operation_tests.cpp::smt_contribute_apply

    There the hard cap is public and refuses what exceeds it.  Hidden caps cannot: D-13 takes every
    contribution and applies the hard cap at the launch.
    """

    def test_a_contribution_beyond_the_hard_cap_is_taken_and_given_back(self, token):
        policy = make_policy(pre_steem={"heidi": 1}, pre_token={"$from": 1}, hard_cap=10_000)
        token.send(token.setup(policy), token.reveal(1), token.reveal(10_000))
        token.go(token.begin)
        before = token.stage.actor("carol").steem
        token.contribute(("bob", 10_000), ("carol", 1_000))
        assert token.generation.contributed == 11_000
        token.go(token.launch)
        assert token.held("bob", "carol") == (10_000, 0)
        assert token.stage.actor("carol").steem == before

    def test_filling_it_exactly_is_taken_whole(self, token):
        policy = make_policy(pre_steem={"heidi": 1}, pre_token={"$from": 1}, hard_cap=10_000)
        token.send(token.setup(policy), token.reveal(1), token.reveal(10_000))
        token.go(token.begin)
        token.contribute(("bob", 9_000), ("carol", 1_000))
        token.go(token.launch)
        assert token.held("bob", "carol") == (9_000, 1_000)

    def test_its_least_caps_are_not_ours(self, token):
        """steemd: 0.23.x smt_tests.cpp::setup_validate (soft cap 1000, hard cap 10000 at least;
        D-17: one unit each)."""
        policy = make_policy(pre_steem={"heidi": 1}, pre_token={"$from": 1}, hard_cap=1)
        assert answer(token.send, token.setup(policy)) == OK


class TestRefundValidate:
    """steemd: smt_tests.cpp::smt_refund_validate (D-19: ours has no executor)"""

    def test_a_whole_contribution_of_a_steem(self):
        assert verdict(REFUND) == OK

    def test_needs_an_account_name(self):
        assert verdict(REFUND, contributor="@@@@@") == "operation.invalid_account_name"

    @WRONG_SYMBOLS
    def test_needs_a_liquid_token(self, symbol, code):
        assert verdict(REFUND, symbol=symbol) == code

    @WRONG_AMOUNTS
    def test_only_steem_above_nothing(self, asset, code):
        assert verdict(REFUND, amount=asset) == code


def test_only_the_contributor_signs_a_refund():
    """steemd: smt_tests.cpp::smt_refund_authorities

    There an executor signs, whoever the contributor is.  D-19: the contributor does.
    """
    assert_signed_by(REFUND, "bob")


class TestRefundApply:
    """steemd: branch 2731 smt_operation_tests.cpp::smt_refund_apply

    Two contributions each: bob 2000 and 4000 satoshis, carol 1000 and 2000, dave 3000 and 6000.
    """

    GIVEN = (
        ("bob", 2_000),
        ("carol", 1_000),
        ("dave", 3_000),
        ("bob", 4_000),
        ("carol", 2_000),
        ("dave", 6_000),
    )

    @pytest.fixture
    def pending(self, token):
        """At the announced launch, with a cap hidden."""
        token.send(token.setup(ONE_SATOSHI))
        token.go(token.begin)
        token.contribute(*self.GIVEN)
        token.go(token.end)
        token.go(token.launch)
        assert token.phase == SmtPhase.LAUNCH_PENDING
        return token

    def test_another_amount_is_refused(self, pending):
        assert answer(pending.send, pending.refund("bob", 500, 0)) == (
            "evaluation.smt.wrong_refund_amount"
        )

    def test_another_id_is_refused(self, pending):
        assert answer(pending.send, pending.refund("bob", 2_000, 1)) == (
            "evaluation.smt.contribution_not_found"
        )

    def test_another_token_is_refused(self, pending):
        other = replace(pending.refund("bob", 2_000), symbol=smt_symbol(27182818, 4))
        assert answer(pending.send, other) == "evaluation.smt.not_found"

    def test_a_launched_token_refunds_nothing(self, pending):
        pending.send(pending.reveal(1), pending.reveal(10**9))
        assert pending.phase == SmtPhase.ACTIVE
        assert answer(pending.send, pending.refund("bob", 2_000)) == "evaluation.smt.wrong_phase"

    def test_six_refunds_restore_everything(self, pending):
        for number, (name, amount) in enumerate(self.GIVEN):
            pending.send(pending.refund(name, amount, number))
        steem = [pending.stage.actor(name).steem for name in ("bob", "carol", "dave")]
        assert steem == [1_000_000_000] * 3
        assert pending.generation.contributed == 0

    def test_while_contributions_are_open_there_is_none(self, token):
        """D-20: branch 2731 refunds then, the whitepaper from the announced launch time on."""
        token.send(token.setup(ONE_SATOSHI))
        token.go(token.begin)
        token.send(token.contribution("bob", 2_000))
        assert answer(token.send, token.refund("bob", 2_000)) == "evaluation.smt.wrong_phase"
