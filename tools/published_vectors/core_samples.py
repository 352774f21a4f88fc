"""Samples of what moves money and content: transfers, vesting, market, posts, rewards."""

from collections.abc import Iterator

from protocol.assets import Asset, Price
from protocol.operations.delegation import DelegateVestingShares
from protocol.operations.escrow import (
    EscrowApprove,
    EscrowDispute,
    EscrowRelease,
    EscrowTransfer,
)
from protocol.operations.market import (
    Convert,
    LimitOrderCancel,
    LimitOrderCreate,
    LimitOrderCreate2,
)
from protocol.operations.proposal import CreateProposal, RemoveProposal, UpdateProposalVotes
from protocol.operations.rewards import ClaimRewardBalance, ClaimRewardBalance2
from protocol.operations.savings import (
    CancelTransferFromSavings,
    TransferFromSavings,
    TransferToSavings,
)
from protocol.operations.social import (
    AllowedVoteAssets,
    BeneficiaryRoute,
    Comment,
    CommentOptions,
    CommentPayoutBeneficiaries,
    DeleteComment,
    VotableAssetInfoV1,
    Vote,
)
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import (
    SetWithdrawVestingRoute,
    TransferToVesting,
    WithdrawVesting,
)
from protocol.types import TIME_MAX
from published_vectors.people import (
    ALICE,
    BOB,
    CAROL,
    DAY,
    FINE,
    LONGEST,
    NOBODY,
    NOON,
    TOKEN,
    VESTED,
    WHOLE,
    Sample,
    sbd,
    steem,
    token,
    vests,
)

LARGEST = (1 << 62) - 1
_LONG_MEMO = "0123456789abcdef" * 8


def samples() -> Iterator[Sample]:
    """Yield the samples."""
    yield from _transfers()
    yield from _vesting()
    yield from _market()
    yield from _escrow()
    yield from _social()
    yield from _rewards()
    yield from _proposals()


def _transfers() -> Iterator[Sample]:
    yield Sample("transfer", "one STEEM", Transfer(ALICE, BOB, steem(1_000), "hello"))
    yield Sample("transfer/sbd", "SBD, no memo", Transfer(ALICE, BOB, sbd(1), ""))
    yield Sample(
        "transfer/token",
        "a token: its symbol is four bytes, not eight",
        Transfer(ALICE, BOB, token(123_456), "hello"),
    )
    yield Sample(
        "transfer/whole_token",
        "a token without decimals",
        Transfer(ALICE, BOB, Asset(3, WHOLE), ""),
    )
    yield Sample(
        "transfer/fine_token",
        "a token with eight decimals; above 2^53 no JavaScript number is exact",
        Transfer(ALICE, BOB, Asset(9_007_199_254_740_993, FINE), ""),
    )
    yield Sample(
        "transfer/largest",
        "the largest amount, the longest name",
        Transfer(LONGEST, ALICE, steem(LARGEST), ""),
    )
    yield Sample(
        "transfer/memo_of_128_bytes",
        "the length takes two bytes from 128 on",
        Transfer(ALICE, BOB, steem(1), _LONG_MEMO),
    )
    yield Sample(
        "transfer/unicode",
        "lengths count bytes of UTF-8, not letters",
        Transfer(ALICE, BOB, steem(1), 'Grüße, 日本 🜁, "quoted" \\ \n\t\0 end'),
    )
    yield Sample("transfer_to_savings", "STEEM", TransferToSavings(ALICE, BOB, steem(1_000), ""))
    yield Sample(
        "transfer_from_savings",
        "the largest request id",
        TransferFromSavings(ALICE, 0xFFFFFFFF, BOB, sbd(1_000), "back"),
    )
    yield Sample(
        "cancel_transfer_from_savings", "by its id", CancelTransferFromSavings(ALICE, 0xFFFFFFFF)
    )


def _vesting() -> Iterator[Sample]:
    yield Sample("transfer_to_vesting", "to another", TransferToVesting(ALICE, BOB, steem(1_000)))
    yield Sample(
        "transfer_to_vesting/self",
        "an empty receiver means oneself",
        TransferToVesting(ALICE, NOBODY, steem(1_000)),
    )
    yield Sample(
        "transfer_to_vesting/token", "a token", TransferToVesting(ALICE, BOB, token(1_000))
    )
    yield Sample("withdraw_vesting", "VESTS", WithdrawVesting(ALICE, vests(200_000_000)))
    yield Sample("withdraw_vesting/stop", "zero stops it", WithdrawVesting(ALICE, vests(0)))
    yield Sample(
        "withdraw_vesting/token",
        "a token's vesting symbol: bit 5 of the number set",
        WithdrawVesting(ALICE, Asset(200_000, VESTED)),
    )
    yield Sample(
        "set_withdraw_vesting_route",
        "half of it, vested at once",
        SetWithdrawVestingRoute(ALICE, BOB, 5_000, auto_vest=True),
    )
    yield Sample(
        "delegate_vesting_shares", "VESTS", DelegateVestingShares(ALICE, BOB, vests(5_000_000))
    )
    yield Sample(
        "delegate_vesting_shares/token",
        "a token's vesting balance",
        DelegateVestingShares(ALICE, BOB, Asset(5_000, VESTED)),
    )


def _market() -> Iterator[Sample]:
    yield Sample(
        "limit_order_create",
        "sell SBD for STEEM",
        LimitOrderCreate(ALICE, 7, sbd(1_000), steem(2_000), expiration=NOON + DAY),
    )
    yield Sample(
        "limit_order_create/token",
        "sell a token for STEEM, at once or not at all, with the latest expiration",
        LimitOrderCreate(
            ALICE, 0xFFFFFFFF, token(500), steem(1), fill_or_kill=True, expiration=TIME_MAX
        ),
    )
    yield Sample(
        "limit_order_create2",
        "at a price; on the wire the price stands before fill_or_kill",
        LimitOrderCreate2(
            ALICE, 8, sbd(1_000), Price(sbd(1_000), steem(2_500)), expiration=NOON + DAY
        ),
    )
    yield Sample("limit_order_cancel", "by its id", LimitOrderCancel(ALICE, 7))
    yield Sample("convert", "SBD to STEEM", Convert(ALICE, 3, sbd(5_000)))


def _escrow() -> Iterator[Sample]:
    yield Sample(
        "escrow_transfer",
        "wire order: from, to, sbd_amount, steem_amount, escrow_id, agent, fee, json_meta, times",
        EscrowTransfer(
            ALICE, BOB, sbd(1_000), steem(2_000), 30, CAROL, steem(100), "{}", NOON, NOON + DAY
        ),
    )
    yield Sample(
        "escrow_dispute",
        "wire order: from, to, agent, who, escrow_id",
        EscrowDispute(ALICE, BOB, CAROL, ALICE, 30),
    )
    yield Sample(
        "escrow_release",
        "wire order: from, to, agent, who, receiver, escrow_id, sbd_amount, steem_amount",
        EscrowRelease(ALICE, BOB, CAROL, ALICE, BOB, 30, sbd(1_000), steem(2_000)),
    )
    yield Sample(
        "escrow_approve", "by the agent", EscrowApprove(ALICE, BOB, CAROL, CAROL, 30, approve=True)
    )


def _social() -> Iterator[Sample]:
    yield Sample("vote", "with full weight", Vote(ALICE, BOB, "a-post", 10_000))
    yield Sample(
        "vote/down", "a negative weight: two's complement", Vote(ALICE, BOB, "a-post", -10_000)
    )
    yield Sample(
        "comment",
        "a post: an empty parent author, its tag as parent permlink",
        Comment(NOBODY, "smt", ALICE, "a-post", "A title", "The body.", '{"tags":["smt"]}'),
    )
    yield Sample(
        "comment/reply", "an answer", Comment(ALICE, "a-post", BOB, "re-a-post", "", "Yes!", "")
    )
    yield Sample("delete_comment", "by its author", DeleteComment(ALICE, "a-post"))
    yield Sample(
        "comment_options",
        "no extension",
        CommentOptions(ALICE, "a-post", sbd(1_000_000_000), 10_000),
    )
    yield Sample(
        "comment_options/beneficiaries",
        "kind 0 of extension; beneficiaries are sorted by name",
        CommentOptions(
            ALICE,
            "a-post",
            sbd(0),
            0,
            allow_votes=False,
            allow_curation_rewards=False,
            extensions=(
                CommentPayoutBeneficiaries(
                    (BeneficiaryRoute(BOB, 2_500), BeneficiaryRoute(CAROL, 1_000))
                ),
            ),
        ),
    )
    yield Sample(
        "comment_options/vote_assets",
        "both kinds of extension; kind 1 maps tokens to their limits",
        CommentOptions(
            ALICE,
            "a-post",
            extensions=(
                CommentPayoutBeneficiaries((BeneficiaryRoute(BOB, 10_000),)),
                AllowedVoteAssets(
                    ((TOKEN, VotableAssetInfoV1(1_000, allow_curation_rewards=True)),)
                ),
            ),
        ),
    )


def _rewards() -> Iterator[Sample]:
    yield Sample(
        "claim_reward_balance",
        "three amounts",
        ClaimRewardBalance(ALICE, steem(17), sbd(11), vests(185_025_103)),
    )
    yield Sample(
        "claim_reward_balance2",
        "extensions stand before the amounts on the wire",
        ClaimRewardBalance2(ALICE, (), (sbd(11), steem(17), token(5))),
    )


def _proposals() -> Iterator[Sample]:
    yield Sample(
        "create_proposal",
        "exists on the wire; the chain refuses it",
        CreateProposal(ALICE, BOB, NOON, NOON + 30 * DAY, sbd(1_000), "A subject", "a-post"),
    )
    yield Sample(
        "update_proposal_votes",
        "ids are signed 64-bit numbers, sorted; the chain refuses it",
        UpdateProposalVotes(ALICE, (1, 2, 1 << 40), approve=True),
    )
    yield Sample("remove_proposal", "the chain refuses it", RemoveProposal(ALICE, (1,)))
