"""Posts, what their authors allow, and votes."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import override

from protocol.arith import I64_MAX
from protocol.assets import SBD, STEEM, Asset
from protocol.errors import InvalidOperationError
from protocol.operation import Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.types import I16, I64, U16, AccountName, FlatMap, FlatSet, StaticVariant, Symbol
from protocol.validation import (
    PERCENT_100,
    WrongSymbolError,
    check_account_name,
    check_account_name_or_empty,
    check_bounds,
    check_json_text,
    check_not_negative_amount,
    check_percent,
    check_permlink,
    check_symbol,
    check_text,
)
from protocol.wire import wire_struct

DEFAULT_MAX_ACCEPTED_PAYOUT = Asset(1_000_000_000, SBD)


class BeneficiariesError(InvalidOperationError):
    """Beneficiaries are none, too many, out of order, or take more than 100 % together."""

    code = "operation.social.beneficiaries"


class TooManyVotableAssetsError(InvalidOperationError):
    """A post admits votes of more tokens than allowed."""

    code = "operation.social.too_many_votable_assets"


@operation(tag=0)
@dataclass(frozen=True, slots=True)
class Vote(Operation):
    """Vote on a post with `weight` in basis points, -10000 to 10000; 0 takes the vote back.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations"; steemd: vote_operation
    """

    voter: AccountName
    author: AccountName
    permlink: str
    weight: I16

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, a weight beyond 100 % and a long permlink."""
        check_account_name(self.voter, "voter")
        check_account_name(self.author, "author")
        check_bounds(self.weight, "weight", minimum=-PERCENT_100, maximum=PERCENT_100)
        check_permlink(self.permlink, "permlink", params)

    @override
    def required_posting(self) -> Accounts:
        """Return the voter."""
        return frozenset((self.voter,))


@operation(tag=1)
@dataclass(frozen=True, slots=True)
class Comment(Operation):
    """Publish a post, or a reply where `parent_author` is not empty; or edit one.

    Spec
    ----
    steemd: comment_operation
    """

    parent_author: AccountName
    parent_permlink: str
    author: AccountName
    permlink: str
    title: str
    body: str
    json_metadata: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and long titles and permlinks, an empty body, metadata not JSON."""
        check_text(self.title, "title", maximum=params.comment_title_limit - 1)
        check_text(self.body, "body", minimum=1, maximum=params.max_transaction_size)
        check_account_name_or_empty(self.parent_author, "parent_author")
        check_account_name(self.author, "author")
        check_permlink(self.parent_permlink, "parent_permlink", params)
        check_permlink(self.permlink, "permlink", params)
        check_json_text(self.json_metadata, "json_metadata")

    @override
    def required_posting(self) -> Accounts:
        """Return the author."""
        return frozenset((self.author,))


@operation(tag=17)
@dataclass(frozen=True, slots=True)
class DeleteComment(Operation):
    """Remove a post that has neither replies nor net votes.

    Spec
    ----
    steemd: delete_comment_operation
    """

    author: AccountName
    permlink: str

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name and a long permlink."""
        check_permlink(self.permlink, "permlink", params)
        check_account_name(self.author, "author")

    @override
    def required_posting(self) -> Accounts:
        """Return the author."""
        return frozenset((self.author,))


@wire_struct
@dataclass(frozen=True, slots=True)
class BeneficiaryRoute:
    """One account's share of the author reward; weight in basis points.

    Spec
    ----
    steemd: beneficiary_route_type
    """

    account: AccountName
    weight: U16


@wire_struct
@dataclass(frozen=True, slots=True)
class CommentPayoutBeneficiaries:
    """Accounts that share the author's STEEM and SBD reward, in name order.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (STEEM only);
    steemd: comment_payout_beneficiaries
    """

    beneficiaries: tuple[BeneficiaryRoute, ...]

    def check(self, field: str, params: ChainParams) -> None:
        """Raise for no or too many routes, bad names, wrong order and more than 100 %."""
        path = f"{field}.beneficiaries"
        count = len(self.beneficiaries)
        if not 1 <= count <= params.max_comment_beneficiaries:
            raise BeneficiariesError(
                f"1 to {params.max_comment_beneficiaries} are allowed", field=path, value=count
            )
        total = 0
        previous = ""
        for index, route in enumerate(self.beneficiaries):
            check_account_name(route.account, f"{path}[{index}].account")
            check_percent(route.weight, f"{path}[{index}].weight")
            total += route.weight
            if total > PERCENT_100:
                raise BeneficiariesError(
                    "weights are above 100 % together",
                    field=f"{path}[{index}].weight",
                    value=total,
                )
            if route.account <= previous:
                raise BeneficiariesError(
                    "accounts must be in ascending order, each once",
                    field=f"{path}[{index}].account",
                    value=route.account,
                )
            previous = route.account


@wire_struct
@dataclass(frozen=True, slots=True)
class VotableAssetInfoV1:
    """What a post accepts in one token: the most it may be paid (satoshis), and for curators.

    Spec
    ----
    whitepaper: "Votability and rewardability"; steemd: votable_asset_info_v1
    """

    max_accepted_payout: I64 = 0
    allow_curation_rewards: bool = False


VotableAssetInfo = Annotated[VotableAssetInfoV1, StaticVariant()]


@wire_struct
@dataclass(frozen=True, slots=True)
class AllowedVoteAssets:
    """Tokens besides STEEM that vote on a post.

    Spec
    ----
    whitepaper: "Votability and rewardability"; steemd: allowed_vote_assets
    """

    votable_assets: FlatMap[Symbol, VotableAssetInfo] = ()

    def check(self, field: str, params: ChainParams) -> None:
        """Raise for too many tokens, for STEEM, which always votes, and for negative payouts."""
        path = f"{field}.votable_assets"
        if len(self.votable_assets) > params.smt_max_votable_assets:
            raise TooManyVotableAssetsError(
                f"at most {params.smt_max_votable_assets} tokens are allowed",
                field=path,
                value=len(self.votable_assets),
            )
        for index, (symbol, info) in enumerate(self.votable_assets):
            if symbol == STEEM:
                raise WrongSymbolError(
                    "STEEM always votes and is not listed",
                    field=f"{path}[{index}][0]",
                    value=symbol,
                )
            check_bounds(
                info.max_accepted_payout,
                f"{path}[{index}][1].max_accepted_payout",
                minimum=0,
                maximum=I64_MAX,
            )


CommentOptionsExtension = Annotated[CommentPayoutBeneficiaries | AllowedVoteAssets, StaticVariant()]


@operation(tag=19)
@dataclass(frozen=True, slots=True)
class CommentOptions(Operation):
    """Narrow what a post may earn and who votes on it.

    Spec
    ----
    whitepaper: "Votability and rewardability"; steemd: comment_options_operation
    """

    author: AccountName
    permlink: str
    max_accepted_payout: Asset = DEFAULT_MAX_ACCEPTED_PAYOUT
    percent_steem_dollars: U16 = PERCENT_100
    allow_votes: bool = True
    allow_curation_rewards: bool = True
    extensions: FlatSet[CommentOptionsExtension] = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, long permlink, payouts not in SBD or negative, and bad extensions."""
        check_account_name(self.author, "author")
        check_percent(self.percent_steem_dollars, "percent_steem_dollars")
        check_symbol(self.max_accepted_payout, SBD, "max_accepted_payout")
        check_not_negative_amount(self.max_accepted_payout, "max_accepted_payout")
        check_permlink(self.permlink, "permlink", params)
        for index, extension in enumerate(self.extensions):
            extension.check(f"extensions[{index}]", params)

    @override
    def required_posting(self) -> Accounts:
        """Return the author."""
        return frozenset((self.author,))


@operation(tag=67, virtual=True)
@dataclass(frozen=True, slots=True)
class CommentPayoutUpdate(Operation):
    """A post's payout period ended.

    Spec
    ----
    steemd: comment_payout_update_operation
    """

    author: AccountName
    permlink: str
