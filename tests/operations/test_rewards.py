from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.operations.rewards import (
    AuthorReward,
    ClaimRewardBalance,
    ClaimRewardBalance2,
    CommentBenefactorReward,
    CommentReward,
    CurationReward,
    RepeatedRewardError,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    AmountNotPositiveError,
    InvalidAccountNameError,
)

LOW = smt_symbol(10_000_000, 3)
HIGH = smt_symbol(10_000_002, 5)
HIGH_VESTS = smt_symbol(10_000_003, 5)
CLAIM = ClaimRewardBalance("alice", Asset(0, STEEM), Asset(0, SBD), Asset(1, VESTS))
CLAIM2 = ClaimRewardBalance2("alice", (), (Asset(1, SBD), Asset(0, STEEM), Asset(2, LOW)))


class TestClaimRewardBalanceValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": "x"}, InvalidAccountNameError, "account", id="name"),
            pytest.param(
                {"reward_steem": Asset(-1, STEEM)}, AmountNegativeError, "reward_steem", id="steem"
            ),
            pytest.param(
                {"reward_sbd": Asset(-1, SBD)}, AmountNegativeError, "reward_sbd", id="sbd"
            ),
            pytest.param(
                {"reward_vests": Asset(-1, VESTS)}, AmountNegativeError, "reward_vests", id="vests"
            ),
            pytest.param(
                {"reward_vests": Asset(0, VESTS)},
                AmountNotPositiveError,
                "reward_steem",
                id="nothing",
            ),
            pytest.param(
                {"reward_steem": Asset(1, VESTS)},
                RepeatedRewardError,
                "reward_vests",
                id="vests_twice",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CLAIM, change, error, field)

    def test_accepts_any_asset_in_any_field(self):
        ClaimRewardBalance("alice", Asset(1, LOW), Asset(1, HIGH_VESTS), Asset(1, STEEM)).validate(
            DEV_PARAMS
        )

    def test_ignores_the_asset_of_a_zero(self):
        replace(CLAIM, reward_steem=Asset(0, VESTS)).validate(DEV_PARAMS)


class TestClaimRewardBalanceAuthorities:
    def test_only_the_account_signs_with_posting(self):
        assert CLAIM.required_posting() == {"alice"}
        assert not CLAIM.required_owner() | CLAIM.required_active()


class TestClaimRewardBalance2Validate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": "x"}, InvalidAccountNameError, "account", id="name"),
            pytest.param(
                {"reward_tokens": ()}, AmountNotPositiveError, "reward_tokens", id="empty"
            ),
            pytest.param(
                {"reward_tokens": (Asset(0, SBD), Asset(0, STEEM))},
                AmountNotPositiveError,
                "reward_tokens",
                id="all_zero",
            ),
            pytest.param(
                {"reward_tokens": (Asset(1, SBD), Asset(-1, STEEM))},
                AmountNegativeError,
                "reward_tokens[1]",
                id="negative",
            ),
            pytest.param(
                {"reward_tokens": (Asset(1, STEEM), Asset(1, SBD))},
                RepeatedRewardError,
                "reward_tokens[1]",
                id="unsorted",
            ),
            pytest.param(
                {"reward_tokens": (Asset(1, LOW), Asset(1, STEEM))},
                RepeatedRewardError,
                "reward_tokens[1]",
                id="tokens_before_steem",
            ),
            pytest.param(
                {"reward_tokens": (Asset(1, HIGH), Asset(1, smt_symbol(10_000_002, 6)))},
                RepeatedRewardError,
                "reward_tokens[1]",
                id="one_identifier_with_two_precisions",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CLAIM2, change, error, field)

    def test_accepts_sbd_steem_vests_then_tokens(self):
        symbols = (SBD, STEEM, VESTS, LOW, HIGH, HIGH_VESTS)
        tokens = tuple(Asset(1, symbol) for symbol in symbols)
        replace(CLAIM2, reward_tokens=tokens).validate(DEV_PARAMS)


class TestClaimRewardBalance2Authorities:
    def test_only_the_account_signs_with_posting(self):
        assert CLAIM2.required_posting() == {"alice"}
        assert not CLAIM2.required_owner() | CLAIM2.required_active()


@pytest.mark.parametrize(
    "cls", [AuthorReward, CommentBenefactorReward, CommentReward, CurationReward]
)
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
