from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, Asset, smt_symbol
from protocol.operations.social import (
    AllowedVoteAssets,
    BeneficiariesError,
    BeneficiaryRoute,
    Comment,
    CommentOptions,
    CommentPayoutBeneficiaries,
    CommentPayoutUpdate,
    DeleteComment,
    TooManyVotableAssetsError,
    VotableAssetInfoV1,
    Vote,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    InvalidAccountNameError,
    InvalidJsonTextError,
    OutOfBoundsError,
    TextEmptyError,
    TextTooLongError,
    WrongSymbolError,
)

TOKENS = tuple(smt_symbol(10_000_000 + 2 * number, 3) for number in range(3))
VOTE = Vote("alice", "bob", "hello", 10_000)
COMMENT = Comment("", "", "alice", "hello", "", "body", "")
DELETE = DeleteComment("alice", "hello")
OPTIONS = CommentOptions("alice", "hello")
LONG = "p" * 256


def beneficiaries(*routes):
    routes = tuple(BeneficiaryRoute(name, weight) for name, weight in routes)
    return {"extensions": (CommentPayoutBeneficiaries(routes),)}


def votable(*symbols, payout=0):
    info = VotableAssetInfoV1(payout, allow_curation_rewards=True)
    return {"extensions": (AllowedVoteAssets(tuple((symbol, info) for symbol in symbols)),)}


class TestVoteValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"voter": "x"}, InvalidAccountNameError, "voter", id="voter"),
            pytest.param({"author": "x"}, InvalidAccountNameError, "author", id="author"),
            pytest.param({"weight": 10_001}, OutOfBoundsError, "weight", id="above_100"),
            pytest.param({"weight": -10_001}, OutOfBoundsError, "weight", id="below_-100"),
            pytest.param({"permlink": LONG}, TextTooLongError, "permlink", id="permlink"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(VOTE, change, error, field)

    @pytest.mark.parametrize("weight", [-10_000, 0])
    def test_accepts_weight(self, weight):
        replace(VOTE, weight=weight, permlink="p" * 255).validate(DEV_PARAMS)


class TestVoteAuthorities:
    def test_only_the_voter_signs_with_posting(self):
        assert VOTE.required_posting() == {"alice"}
        assert not VOTE.required_owner() | VOTE.required_active()


class TestCommentValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"title": "t" * 256}, TextTooLongError, "title", id="title"),
            pytest.param({"body": ""}, TextEmptyError, "body", id="no_body"),
            pytest.param({"author": ""}, InvalidAccountNameError, "author", id="author"),
            pytest.param(
                {"parent_author": "x"}, InvalidAccountNameError, "parent_author", id="parent"
            ),
            pytest.param(
                {"parent_permlink": LONG}, TextTooLongError, "parent_permlink", id="parent_link"
            ),
            pytest.param({"permlink": LONG}, TextTooLongError, "permlink", id="permlink"),
            pytest.param({"json_metadata": "{"}, InvalidJsonTextError, "json_metadata", id="json"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(COMMENT, change, error, field)

    def test_accepts_a_reply_with_a_title_of_255_bytes(self):
        replace(COMMENT, parent_author="bob", title="t" * 255).validate(DEV_PARAMS)


class TestCommentAuthorities:
    def test_only_the_author_signs_with_posting(self):
        assert COMMENT.required_posting() == {"alice"}
        assert not COMMENT.required_owner() | COMMENT.required_active()


class TestDeleteCommentValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"author": "x"}, InvalidAccountNameError, "author", id="author"),
            pytest.param({"permlink": LONG}, TextTooLongError, "permlink", id="permlink"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(DELETE, change, error, field)


class TestDeleteCommentAuthorities:
    def test_only_the_author_signs_with_posting(self):
        assert DELETE.required_posting() == {"alice"}
        assert not DELETE.required_owner() | DELETE.required_active()


class TestCommentOptionsValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"author": "x"}, InvalidAccountNameError, "author", id="author"),
            pytest.param({"permlink": LONG}, TextTooLongError, "permlink", id="permlink"),
            pytest.param(
                {"percent_steem_dollars": 10_001},
                OutOfBoundsError,
                "percent_steem_dollars",
                id="percent",
            ),
            pytest.param(
                {"max_accepted_payout": Asset(0, STEEM)},
                WrongSymbolError,
                "max_accepted_payout",
                id="payout_in_steem",
            ),
            pytest.param(
                {"max_accepted_payout": Asset(-1, SBD)},
                AmountNegativeError,
                "max_accepted_payout",
                id="payout<0",
            ),
            pytest.param(
                beneficiaries(), BeneficiariesError, "extensions[0].beneficiaries", id="none"
            ),
            pytest.param(
                beneficiaries(*((f"acct{number:03}", 1) for number in range(128))),
                BeneficiariesError,
                "extensions[0].beneficiaries",
                id="128_beneficiaries",
            ),
            pytest.param(
                beneficiaries(("x", 1)),
                InvalidAccountNameError,
                "extensions[0].beneficiaries[0].account",
                id="beneficiary_name",
            ),
            pytest.param(
                beneficiaries(("bob", 10_001)),
                OutOfBoundsError,
                "extensions[0].beneficiaries[0].weight",
                id="one_above_100",
            ),
            pytest.param(
                beneficiaries(("bob", 5_000), ("carol", 5_001)),
                BeneficiariesError,
                "extensions[0].beneficiaries[1].weight",
                id="together_above_100",
            ),
            pytest.param(
                beneficiaries(("carol", 1), ("bob", 1)),
                BeneficiariesError,
                "extensions[0].beneficiaries[1].account",
                id="unsorted",
            ),
            pytest.param(
                beneficiaries(("bob", 1), ("bob", 1)),
                BeneficiariesError,
                "extensions[0].beneficiaries[1].account",
                id="twice",
            ),
            pytest.param(
                votable(*TOKENS),
                TooManyVotableAssetsError,
                "extensions[0].votable_assets",
                id="three_tokens",
            ),
            pytest.param(
                votable(STEEM),
                WrongSymbolError,
                "extensions[0].votable_assets[0][0]",
                id="steem_listed",
            ),
            pytest.param(
                votable(TOKENS[0], payout=-1),
                OutOfBoundsError,
                "extensions[0].votable_assets[0][1].max_accepted_payout",
                id="token_payout<0",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(OPTIONS, change, error, field)

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_accepts_votable_tokens(self, count):
        replace(OPTIONS, **votable(*TOKENS[:count])).validate(DEV_PARAMS)

    def test_accepts_127_beneficiaries_and_exactly_100_percent(self):
        routes = [(f"acct{number:03}", 0) for number in range(126)]
        replace(OPTIONS, **beneficiaries(*routes, ("zed", 10_000))).validate(DEV_PARAMS)

    def test_defaults_are_those_of_a_post_without_options(self):
        assert Asset(1_000_000_000, SBD) == OPTIONS.max_accepted_payout
        assert OPTIONS.percent_steem_dollars == 10_000
        assert OPTIONS.allow_votes
        assert OPTIONS.allow_curation_rewards


class TestCommentOptionsAuthorities:
    def test_only_the_author_signs_with_posting(self):
        assert OPTIONS.required_posting() == {"alice"}
        assert not OPTIONS.required_owner() | OPTIONS.required_active()


class TestCommentPayoutUpdateAuthorities:
    def test_is_virtual(self):
        assert CommentPayoutUpdate.IS_VIRTUAL
