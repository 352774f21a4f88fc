"""Claiming rewards; what the chain reports of rewards it pays."""

from dataclasses import dataclass

from typing_extensions import override

from protocol.assets import Asset, nai_string
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import AccountName
from protocol.validation import (
    AmountNotPositiveError,
    check_account_name,
    check_not_negative_amount,
)


class RepeatedRewardError(InvalidOperationError):
    """One asset is claimed twice, or claims are not in ascending order of identifiers."""

    code = "operation.rewards.repeated"


@operation(tag=39)
@dataclass(frozen=True, slots=True)
class ClaimRewardBalance(Operation):
    """Claim pending rewards; despite their names the fields take any asset.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (any asset, D-30);
    steemd: claim_reward_balance_operation (one fixed asset each)
    """

    account: AccountName
    reward_steem: Asset
    reward_sbd: Asset
    reward_vests: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, negative amounts, an asset claimed twice, and nothing claimed."""
        check_account_name(self.account, "account")
        claimed: list[str] = []
        for name, reward in (
            ("reward_steem", self.reward_steem),
            ("reward_sbd", self.reward_sbd),
            ("reward_vests", self.reward_vests),
        ):
            check_not_negative_amount(reward, name)
            if reward.amount == 0:
                continue
            identifier = nai_string(reward.symbol)
            if identifier in claimed:
                raise RepeatedRewardError(
                    "this asset is claimed twice", field=name, value=identifier
                )
            claimed.append(identifier)
        if not claimed:
            raise AmountNotPositiveError(
                "at least one reward must be greater than zero", field="reward_steem", value=0
            )

    @override
    def required_posting(self) -> Accounts:
        """Return the account."""
        return frozenset((self.account,))


@operation(tag=47)
@dataclass(frozen=True, slots=True)
class ClaimRewardBalance2(Operation):
    """Claim pending rewards of any number of assets, in ascending order of identifiers.

    Spec
    ----
    steemd: claim_reward_balance2_operation, FC_REFLECT order
    """

    account: AccountName
    extensions: Extensions
    reward_tokens: tuple[Asset, ...]

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, negative amounts, wrong order, and nothing claimed."""
        check_account_name(self.account, "account")
        previous = ""
        for index, reward in enumerate(self.reward_tokens):
            field = f"reward_tokens[{index}]"
            check_not_negative_amount(reward, field)
            identifier = nai_string(reward.symbol)  # fixed width: text order is number order
            if identifier <= previous:
                raise RepeatedRewardError(
                    "identifiers must ascend, each once", field=field, value=identifier
                )
            previous = identifier
        if not any(reward.amount for reward in self.reward_tokens):
            raise AmountNotPositiveError(
                "at least one reward must be greater than zero", field="reward_tokens", value=0
            )

    @override
    def required_posting(self) -> Accounts:
        """Return the account."""
        return frozenset((self.account,))


@operation(tag=57, virtual=True)
@dataclass(frozen=True, slots=True)
class AuthorReward(Operation):
    """An author was rewarded; an SMT reward stands in `vesting_payout`.

    Spec
    ----
    steemd: author_reward_operation
    """

    author: AccountName
    permlink: str
    sbd_payout: Asset
    steem_payout: Asset
    vesting_payout: Asset


@operation(tag=58, virtual=True)
@dataclass(frozen=True, slots=True)
class CurationReward(Operation):
    """A voter was rewarded.

    Spec
    ----
    steemd: curation_reward_operation
    """

    curator: AccountName
    reward: Asset
    comment_author: AccountName
    comment_permlink: str


@operation(tag=59, virtual=True)
@dataclass(frozen=True, slots=True)
class CommentReward(Operation):
    """What a post earned in all.

    Spec
    ----
    steemd: comment_reward_operation
    """

    author: AccountName
    permlink: str
    payout: Asset


@operation(tag=69, virtual=True)
@dataclass(frozen=True, slots=True)
class CommentBenefactorReward(Operation):
    """A beneficiary received its share of an author reward.

    Spec
    ----
    steemd: comment_benefactor_reward_operation
    """

    benefactor: AccountName
    author: AccountName
    permlink: str
    sbd_payout: Asset
    steem_payout: Asset
    vesting_payout: Asset
