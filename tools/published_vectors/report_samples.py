"""Samples of the virtual operations that steemd knows: what a chain reports, nobody sends."""

from collections.abc import Iterator

from protocol.operations.delegation import ReturnVestingDelegation
from protocol.operations.market import FillConvertRequest, FillOrder, LiquidityReward
from protocol.operations.proposal import ProposalPay, SpsFund
from protocol.operations.rewards import (
    AuthorReward,
    CommentBenefactorReward,
    CommentReward,
    CurationReward,
)
from protocol.operations.savings import FillTransferFromSavings, Interest
from protocol.operations.social import CommentPayoutUpdate
from protocol.operations.transfer import ClearNullAccountBalance
from protocol.operations.vesting import FillVestingWithdraw
from protocol.operations.witness import Hardfork, ProducerReward, ShutdownWitness
from published_vectors.people import (
    ALICE,
    BOB,
    CAROL,
    Sample,
    sbd,
    steem,
    token,
    vests,
)


def samples() -> Iterator[Sample]:
    """Yield the samples, in the order of their numbers."""
    yield Sample(
        "fill_convert_request",
        "a conversion came due",
        FillConvertRequest(ALICE, 3, sbd(5_000), steem(5_000)),
    )
    yield Sample(
        "author_reward",
        "three kinds of payout",
        AuthorReward(ALICE, "a-post", sbd(11), steem(17), vests(185_025)),
    )
    yield Sample(
        "curation_reward", "for a vote", CurationReward(BOB, vests(92_512), ALICE, "a-post")
    )
    yield Sample("comment_reward", "in SBD", CommentReward(ALICE, "a-post", sbd(36)))
    yield Sample("liquidity_reward", "no longer paid", LiquidityReward(ALICE, steem(1)))
    yield Sample("interest", "on SBD", Interest(ALICE, sbd(1)))
    yield Sample(
        "fill_vesting_withdraw",
        "one part of a withdrawal, to another account",
        FillVestingWithdraw(ALICE, BOB, vests(15_384_615), steem(7)),
    )
    yield Sample(
        "fill_order",
        "a token against STEEM",
        FillOrder(ALICE, 7, token(500), BOB, 8, steem(1)),
    )
    yield Sample("shutdown_witness", "after missing blocks", ShutdownWitness(ALICE))
    yield Sample(
        "fill_transfer_from_savings",
        "three days later",
        FillTransferFromSavings(ALICE, BOB, sbd(1_000), 0xFFFFFFFF, "back"),
    )
    yield Sample("hardfork", "number 20", Hardfork(20))
    yield Sample("comment_payout_update", "paid", CommentPayoutUpdate(ALICE, "a-post"))
    yield Sample(
        "return_vesting_delegation",
        "after its time of waiting",
        ReturnVestingDelegation(ALICE, vests(5_000_000)),
    )
    yield Sample(
        "comment_benefactor_reward",
        "a beneficiary's share",
        CommentBenefactorReward(CAROL, ALICE, "a-post", sbd(1), steem(2), vests(3)),
    )
    yield Sample("producer_reward", "for a block", ProducerReward(ALICE, vests(1_000_000)))
    yield Sample(
        "clear_null_account_balance",
        "a list of amounts",
        ClearNullAccountBalance((steem(1), sbd(2), token(3))),
    )
    yield Sample(
        "proposal_pay",
        "not of this chain's rules",
        ProposalPay(BOB, sbd(1_000), bytes(range(20)), 1),
    )
    yield Sample("sps_fund", "not of this chain's rules", SpsFund(sbd(1)))
