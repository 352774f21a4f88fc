"""Reward funds: the STEEM set aside for content."""

from dataclasses import dataclass

from protocol.types import I64, U8, U16, U64, U128, Time
from smtchain.state.schema import stored


@stored("reward_fund", key=("name",))
@dataclass(frozen=True, slots=True)
class RewardFund:
    """STEEM satoshis waiting for posts, and the rules that divide them.

    `percent_content_rewards` is the fund's part of the content inflation in basis points; curves
    are numbered as in `SmtToken`.  steemd: reward_fund_object.
    """

    id: U64
    name: str
    last_update: Time
    reward_balance: I64 = 0
    recent_claims: U128 = 0
    content_constant: U128 = 2_000_000_000_000
    percent_curation_rewards: U16 = 2_500
    percent_content_rewards: U16 = 10_000
    author_reward_curve: U8 = 2
    curation_reward_curve: U8 = 3
