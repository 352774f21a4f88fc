"""Accounts as answers: database_api's object and condenser_api's, which has a few members more."""

from protocol.authority import NULL_AUTHORITY
from protocol.params import ChainParams
from smtchain.economics.manabar import regenerate_mana
from smtchain.ledger.vesting import effective_shares_of
from smtchain.node.arguments import Json
from smtchain.node.render import Render, number, time_text
from smtchain.state.state import State
from smtchain.state.tables.account import Account

_FULL_BAR_BP = 10_000


def account_json(account: Account, state: State, render: Render) -> dict[str, Json]:
    """Return the members that both APIs share, in steemd's order."""
    held = state.account_authorities.find(account.name)
    owner, active, posting = (
        (held.owner, held.active, held.posting) if held is not None else (NULL_AUTHORITY,) * 3
    )
    steem, sbd, vests = render.steem, render.sbd, render.vests
    return {
        "id": account.id,
        "name": account.name,
        "owner": render.authority(owner),
        "active": render.authority(active),
        "posting": render.authority(posting),
        "memo_key": render.key(account.memo_key),
        "json_metadata": account.json_metadata,
        "posting_json_metadata": account.posting_json_metadata,
        "proxy": account.proxy,
        "last_owner_update": time_text(held.last_owner_update if held is not None else 0),
        "last_account_update": time_text(account.last_account_update),
        "created": time_text(account.created),
        "mined": account.mined,
        "recovery_account": account.recovery_account,
        "last_account_recovery": time_text(account.last_account_recovery),
        "reset_account": account.reset_account,
        "comment_count": account.comment_count,
        "lifetime_vote_count": 0,
        "post_count": account.post_count,
        "can_vote": account.can_vote,
        "voting_manabar": {
            "current_mana": number(account.voting_mana),
            "last_update_time": account.voting_mana_updated,
        },
        "balance": steem(account.balance),
        "savings_balance": steem(account.savings_balance),
        "sbd_balance": sbd(account.sbd_balance),
        "sbd_seconds": str(account.sbd_seconds),
        "sbd_seconds_last_update": time_text(account.sbd_seconds_last_update),
        "sbd_last_interest_payment": time_text(account.sbd_last_interest_payment),
        "savings_sbd_balance": sbd(account.savings_sbd_balance),
        "savings_sbd_seconds": str(account.savings_sbd_seconds),
        "savings_sbd_seconds_last_update": time_text(account.savings_sbd_seconds_last_update),
        "savings_sbd_last_interest_payment": time_text(account.savings_sbd_last_interest_payment),
        "savings_withdraw_requests": account.savings_withdraw_requests,
        "reward_sbd_balance": sbd(account.reward_sbd_balance),
        "reward_steem_balance": steem(account.reward_steem_balance),
        "reward_vesting_balance": vests(account.reward_vesting_balance),
        "reward_vesting_steem": steem(account.reward_vesting_steem),
        "vesting_shares": vests(account.vesting_shares),
        "delegated_vesting_shares": vests(account.delegated_vesting_shares),
        "received_vesting_shares": vests(account.received_vesting_shares),
        "vesting_withdraw_rate": vests(account.vesting_withdraw_rate),
        "next_vesting_withdrawal": time_text(account.next_vesting_withdrawal),
        "withdrawn": number(account.withdrawn),
        "to_withdraw": number(account.to_withdraw),
        "withdraw_routes": account.withdraw_routes,
        "curation_rewards": number(account.curation_rewards),
        "posting_rewards": number(account.posting_rewards),
        "proxied_vsf_votes": [number(votes) for votes in account.proxied_vsf_votes],
        "witnesses_voted_for": account.witnesses_voted_for,
        "last_post": time_text(account.last_post),
        "last_root_post": time_text(account.last_root_post),
        "last_post_edit": time_text(account.last_post),
        "last_vote_time": time_text(account.last_vote_time),
        "post_bandwidth": 0,
        "pending_claimed_accounts": number(account.pending_claimed_accounts),
    }


def database_account(account: Account, state: State, render: Render) -> dict[str, Json]:
    """Return database_api's account; `is_smt` tells whether it controls a token."""
    answer = account_json(account, state, render)
    answer["is_smt"] = state.smt_tokens.first("by_control_account", account.name) is not None
    return answer


def condenser_account(
    account: Account, state: State, render: Render, params: ChainParams
) -> dict[str, Json]:
    """Return condenser_api's account: legacy amounts, and members for old front ends."""
    answer = account_json(account, state, render)
    answer["voting_power"] = voting_power_bp(account, state, params)
    answer["vesting_balance"] = render.steem(0)
    answer["reputation"] = 0
    for history in ("transfer", "market", "post", "vote", "other"):
        answer[f"{history}_history"] = []
    votes = state.witness_votes.scan("", account.name)
    answer["witness_votes"] = [str(vote.witness) for vote in votes]
    answer["tags_usage"] = []
    answer["guest_bloggers"] = []
    return answer


def voting_power_bp(account: Account, state: State, params: ChainParams) -> int:
    """Return how full the voting manabar is now, 0 to 10000; 0 without shares."""
    full = effective_shares_of(account)
    if full <= 0:
        return 0
    mana = regenerate_mana(
        account.voting_mana,
        account.voting_mana_updated,
        full,
        state.globals.get().time,
        params.voting_mana_regeneration_seconds,
    )
    return mana * _FULL_BAR_BP // full
