"""Writing the first state: what a `Genesis` says, as rows."""

from protocol.assets import stripped
from protocol.authority import NULL_AUTHORITY, Authority
from protocol.crypto import NULL_PUBLIC_KEY
from protocol.types import AccountName
from smtchain.chain.genesis import RESERVED_ACCOUNTS, Genesis, GenesisAccount, GenesisToken
from smtchain.chain.hardforks import BASE_HARDFORK, BASE_VERSION
from smtchain.economics.witness_schedule import calculate_median
from smtchain.ledger.accounts import create_account
from smtchain.ledger.nai_pool import NaiAttempts, replenish_nai_pool
from smtchain.ledger.supply import update_virtual_supply
from smtchain.state.state import State
from smtchain.state.tables.chain import (
    DynamicGlobalProperties,
    HardforkProperty,
)
from smtchain.state.tables.reward import RewardFund
from smtchain.state.tables.smt import SmtBalance, SmtPhase, SmtToken
from smtchain.state.tables.witness import FeedHistory, Witness, WitnessKind, WitnessSchedule

NO_BLOCK_ID = bytes(20)
"""Head block id before the first block."""

POST_REWARD_FUND = "post"
"""Name of the only reward fund, as in steemd."""

_OPEN_AUTHORITY = Authority(0, (), ())
"""Threshold 0: satisfied without a signature (`temp`)."""


def write_genesis(state: State, genesis: Genesis) -> None:
    """Create every row the chain begins with; the caller holds a session on an empty state.

    Spec
    ----
    steemd: database.cpp::init_genesis
    """
    _write_globals(state, genesis)
    for name in RESERVED_ACCOUNTS:
        authority = _OPEN_AUTHORITY if name == "temp" else NULL_AUTHORITY
        create_account(
            state,
            name=name,
            owner=authority,
            active=authority,
            posting=authority,
            memo_key=NULL_PUBLIC_KEY,
            recovery_account=AccountName(""),
            json_metadata="",
            created=genesis.params.genesis_time,
        )
    for account in genesis.accounts:
        _write_account(state, genesis, account)
    _write_witnesses(state, genesis)
    state.reward_funds.insert(
        RewardFund(
            id=state.reward_funds.next_id(),
            name=POST_REWARD_FUND,
            last_update=genesis.params.genesis_time,
            content_constant=genesis.params.content_constant,
            percent_curation_rewards=genesis.params.percent_curation_rewards,
        )
    )
    for token in genesis.tokens:
        _write_token(state, genesis, token)
    replenish_nai_pool(state, genesis.params, NO_BLOCK_ID, NaiAttempts())
    update_virtual_supply(state, genesis.params)


def vests_of(genesis: Genesis, steem: int) -> int:
    """Return the VESTS satoshis that `steem` satoshis buy at the first share price, rounded down.

    Spec
    ----
    steemd: config.hpp::STEEM_INITIAL_VESTING_PER_UNIT
    """
    params = genesis.params
    vests = params.initial_vesting_share_price_vests
    return steem * vests // params.initial_vesting_share_price_steem


def _write_globals(state: State, genesis: Genesis) -> None:
    params = genesis.params
    scheduled = genesis.witnesses[: params.max_witnesses]
    block_size = calculate_median(witness.maximum_block_size for witness in scheduled)
    interest_rate = calculate_median(witness.sbd_interest_rate for witness in scheduled)
    state.globals.insert(
        DynamicGlobalProperties(
            head_block_number=0,
            head_block_id=NO_BLOCK_ID,
            time=params.genesis_time,
            current_witness=genesis.witnesses[0].owner,
            virtual_supply=genesis.steem_supply,
            current_supply=genesis.steem_supply,
            current_sbd_supply=genesis.sbd_supply,
            total_vesting_fund_steem=genesis.vested_steem,
            total_vesting_shares=sum(
                vests_of(genesis, account.vesting) for account in genesis.accounts
            ),
            sbd_interest_rate=interest_rate,
            maximum_block_size=block_size,
            vote_power_reserve_rate=params.default_vote_power_reserve_rate,
            smt_creation_fee=params.smt_creation_fee,
        )
    )
    state.witness_schedule.insert(
        WitnessSchedule(
            current_shuffled_witnesses=tuple(witness.owner for witness in scheduled),
            majority_version=BASE_VERSION,
            account_creation_fee=calculate_median(
                witness.account_creation_fee for witness in scheduled
            ),
            maximum_block_size=block_size,
            sbd_interest_rate=interest_rate,
        )
    )
    state.feed_history.insert(
        FeedHistory(price_history=(), current_median_history=genesis.median_price)
    )
    state.hardfork.insert(
        HardforkProperty(
            processed_hardforks=(params.genesis_time,) * (BASE_HARDFORK + 1),
            last_hardfork=BASE_HARDFORK,
            current_hardfork_version=BASE_VERSION,
            next_hardfork=BASE_VERSION,
            next_hardfork_time=params.genesis_time,
        )
    )


def _write_account(state: State, genesis: Genesis, account: GenesisAccount) -> None:
    row = create_account(
        state,
        name=account.name,
        owner=account.owner,
        active=account.active,
        posting=account.posting,
        memo_key=account.memo_key,
        recovery_account=account.recovery_account,
        json_metadata=account.json_metadata,
        created=genesis.params.genesis_time,
    )
    shares = vests_of(genesis, account.vesting)
    state.accounts.modify(
        row,
        balance=account.balance,
        sbd_balance=account.sbd_balance,
        sbd_seconds_last_update=genesis.params.genesis_time,
        sbd_last_interest_payment=genesis.params.genesis_time,
        vesting_shares=shares,
        voting_mana=shares,
    )


def _write_witnesses(state: State, genesis: Genesis) -> None:
    for witness in genesis.witnesses:
        published = genesis.params.genesis_time if witness.price_feed is not None else 0
        state.witnesses.insert(
            Witness(
                id=state.witnesses.next_id(),
                owner=witness.owner,
                created=genesis.params.genesis_time,
                url=witness.url,
                signing_key=witness.signing_key,
                account_creation_fee=witness.account_creation_fee,
                maximum_block_size=witness.maximum_block_size,
                sbd_interest_rate=witness.sbd_interest_rate,
                schedule=WitnessKind.MINER,
                sbd_exchange_rate=witness.price_feed,
                last_sbd_exchange_update=published,
                running_version=BASE_VERSION,
                hardfork_version_vote=BASE_VERSION,
                hardfork_time_vote=genesis.params.genesis_time,
            )
        )


def _write_token(state: State, genesis: Genesis, token: GenesisToken) -> None:
    params = genesis.params
    nai = stripped(token.symbol)
    row = state.smt_tokens.insert(
        SmtToken(
            id=state.smt_tokens.next_id(),
            nai=nai,
            symbol=token.symbol,
            control_account=token.control_account,
            created=genesis.params.genesis_time,
            phase=SmtPhase.ACTIVE,
            current_supply=token.supply,
            max_supply=token.max_supply,
            total_vesting_fund_smt=token.vesting,
            total_vesting_shares=token.vesting,
            reward_balance=token.reward_balance,
            market_maker_steem=token.market_maker_steem,
            market_maker_tokens=token.market_maker_tokens,
            cashout_window_seconds=params.cashout_window_seconds,
            reverse_auction_window_seconds=params.reverse_auction_window_seconds,
            vote_regeneration_period_seconds=params.voting_mana_regeneration_seconds,
            votes_per_regeneration_period=params.smt_default_votes_per_regen_period,
            content_constant=params.content_constant,
            percent_curation_rewards=params.smt_default_percent_curation_rewards,
        )
    )
    changes = dict(token.parameters)
    if changes:
        state.smt_tokens.modify(row, **changes)
    for holder in token.holders:
        if holder.liquid or holder.vesting:
            state.smt_balances.insert(
                SmtBalance(
                    owner=holder.account,
                    nai=nai,
                    symbol=token.symbol,
                    liquid=holder.liquid,
                    vesting_shares=holder.vesting,
                    voting_mana=holder.vesting,
                    voting_mana_updated=genesis.params.genesis_time,
                )
            )
