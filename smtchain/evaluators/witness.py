"""Being a witness and choosing one: registration, properties, price feeds, votes and proxies."""

from protocol.assets import SBD, STEEM
from protocol.errors import EvaluationError
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    FeedPublish,
    WitnessSetProperties,
    WitnessUpdate,
)
from protocol.types import AccountName
from protocol.validation import check_bounds, check_symbol
from smtchain.evaluator import EvaluationContext, evaluates
from smtchain.ledger.accounts import require_account
from smtchain.ledger.witness_votes import (
    adjust_witness,
    clear_witness_votes,
    levels_of,
    move_vote_weight,
    weight_of,
)
from smtchain.state.tables.account import Account
from smtchain.state.tables.witness import Witness, WitnessVote


class WitnessNotFoundError(EvaluationError):
    """An operation needs a witness and names an account that is none."""

    code = "evaluation.witness.not_found"


class WrongSigningKeyError(EvaluationError):
    """Witness properties come with a key that is not the witness' present signing key."""

    code = "evaluation.witness.wrong_signing_key"


class ProxyInUseError(EvaluationError):
    """An account that lets a proxy vote tries to vote itself; `value` is the proxy."""

    code = "evaluation.witness.proxy_in_use"


class VotingDeclinedError(EvaluationError):
    """The account has given up its voting rights."""

    code = "evaluation.witness.voting_declined"


class VoteUnchangedError(EvaluationError):
    """The vote is cast already, or there is none to take back; `value` is the `approve` given."""

    code = "evaluation.witness.vote_unchanged"


class TooManyWitnessVotesError(EvaluationError):
    """The account votes for as many witnesses as it may; `value` is how many."""

    code = "evaluation.witness.too_many_votes"


class ProxyUnchangedError(EvaluationError):
    """The proxy is already what the operation says."""

    code = "evaluation.witness.proxy_unchanged"


class ProxyLoopError(EvaluationError):
    """The proxies would lead back to one on the way; `value` is the proxy that closes the ring."""

    code = "evaluation.witness.proxy_loop"


class ProxyChainTooLongError(EvaluationError):
    """The vote would pass through too many accounts; `value` is the first that is too many."""

    code = "evaluation.witness.proxy_chain_too_long"


@evaluates(WitnessUpdate)
def apply_witness_update(ctx: EvaluationContext, op: WitnessUpdate) -> None:
    """Register a witness or change its key, URL and proposals; `fee` is not charged.

    Raises
    ------
    AccountNotFoundError
        The owner does not exist.
    OutOfBoundsError
        The proposed creation fee or block size is above what any witness may propose.

    Spec
    ----
    steemd: steem_evaluator.cpp::witness_update_evaluator
    """
    # CHECK
    require_account(ctx.state, op.owner, "owner")
    _check_creation_fee(ctx, op.props.account_creation_fee.amount)
    _check_block_size(ctx, op.props.maximum_block_size)
    # EFFECT
    witness = ctx.state.witnesses.find(op.owner)
    if witness is None:
        ctx.state.witnesses.insert(
            Witness(
                id=ctx.state.witnesses.next_id(),
                owner=op.owner,
                created=ctx.now,
                url=op.url,
                signing_key=op.block_signing_key,
                account_creation_fee=op.props.account_creation_fee.amount,
                maximum_block_size=op.props.maximum_block_size,
                sbd_interest_rate=op.props.sbd_interest_rate,
                hardfork_time_vote=ctx.params.genesis_time,
            )
        )
        return
    ctx.state.witnesses.modify(
        witness,
        url=op.url,
        signing_key=op.block_signing_key,
        account_creation_fee=op.props.account_creation_fee.amount,
        maximum_block_size=op.props.maximum_block_size,
        sbd_interest_rate=op.props.sbd_interest_rate,
    )


@evaluates(WitnessSetProperties)
def apply_witness_set_properties(ctx: EvaluationContext, op: WitnessSetProperties) -> None:
    """Change the properties that are given, on the word of the witness' signing key.

    Raises
    ------
    WitnessNotFoundError
        The owner is not a witness.
    WrongSigningKeyError
        `key` is not the witness' present signing key.
    OutOfBoundsError
        The proposed creation fee or block size is above what any witness may propose (steemd
        bounds the block size in `witness_update` only).

    Spec
    ----
    steemd: steem_evaluator.cpp::witness_set_properties_evaluator
    """
    # CHECK
    witness = _require_witness(ctx, op.owner, "owner")
    given = op.properties(ctx.params)
    if given.key != witness.signing_key:
        raise WrongSigningKeyError(
            f"'key' does not match the signing key of {op.owner}", field="props.key"
        )
    if given.account_creation_fee is not None:
        _check_creation_fee(ctx, given.account_creation_fee.amount)
    if given.maximum_block_size is not None:
        _check_block_size(ctx, given.maximum_block_size)
    # EFFECT
    changes: dict[str, object] = {
        "account_subsidy_budget": given.account_subsidy_budget,
        "account_subsidy_decay": given.account_subsidy_decay,
        "maximum_block_size": given.maximum_block_size,
        "sbd_interest_rate": given.sbd_interest_rate,
        "signing_key": given.new_signing_key,
        "url": given.url,
    }
    if given.account_creation_fee is not None:
        changes["account_creation_fee"] = given.account_creation_fee.amount
    if given.sbd_exchange_rate is not None:
        changes["sbd_exchange_rate"] = given.sbd_exchange_rate
        changes["last_sbd_exchange_update"] = ctx.now
    ctx.state.witnesses.modify(
        witness, **{name: value for name, value in changes.items() if value is not None}
    )


@evaluates(AccountWitnessVote)
def apply_account_witness_vote(ctx: EvaluationContext, op: AccountWitnessVote) -> None:
    """Cast a vote for a witness, or take it back.

    Raises
    ------
    AccountNotFoundError
        The voter does not exist.
    ProxyInUseError
        A proxy votes for this account.
    VotingDeclinedError
        The account gave up its voting rights; taking back stays possible.
    WitnessNotFoundError
        There is no such witness.
    VoteUnchangedError
        The vote is cast already, or there is none to take back.
    TooManyWitnessVotesError
        The account votes for `params.max_account_witness_votes` others.

    Spec
    ----
    steemd: steem_evaluator.cpp::account_witness_vote_evaluator
    """
    # CHECK
    voter = require_account(ctx.state, op.account, "account")
    if voter.proxy:
        raise ProxyInUseError(
            "a proxy is currently set; clear it before voting for a witness",
            field="account",
            value=voter.proxy,
        )
    if op.approve:
        _check_may_vote(voter)
    witness = _require_witness(ctx, op.witness, "witness")
    vote = ctx.state.witness_votes.find(op.account, op.witness)
    if op.approve == (vote is not None):
        raise VoteUnchangedError(
            f"{op.account} {'already votes' if op.approve else 'does not vote'} for {op.witness}",
            field="approve",
            value=op.approve,
        )
    if op.approve and voter.witnesses_voted_for >= ctx.params.max_account_witness_votes:
        raise TooManyWitnessVotesError(
            "account has voted for too many witnesses",
            field="witness",
            value=voter.witnesses_voted_for,
        )
    # EFFECT
    if vote is None:
        ctx.state.witness_votes.insert(
            WitnessVote(
                id=ctx.state.witness_votes.next_id(), account=op.account, witness=op.witness
            )
        )
        adjust_witness(ctx.state, witness, weight_of(voter))
        ctx.state.accounts.modify(voter, witnesses_voted_for=voter.witnesses_voted_for + 1)
        return
    ctx.state.witness_votes.remove(vote)
    adjust_witness(ctx.state, witness, -weight_of(voter))
    ctx.state.accounts.modify(voter, witnesses_voted_for=voter.witnesses_voted_for - 1)


@evaluates(AccountWitnessProxy)
def apply_account_witness_proxy(ctx: EvaluationContext, op: AccountWitnessProxy) -> None:
    """Let another account vote with this one's weight, or end that; own votes are forgotten.

    Raises
    ------
    AccountNotFoundError
        The account or the proxy does not exist.
    ProxyUnchangedError
        The proxy is that one already.
    VotingDeclinedError
        The account gave up its voting rights.
    ProxyLoopError
        The proxies would lead back to an account on the way.
    ProxyChainTooLongError
        More than `params.max_proxy_recursion_depth` accounts would be on the way.

    Spec
    ----
    steemd: steem_evaluator.cpp::account_witness_proxy_evaluator
    """
    # CHECK
    account = require_account(ctx.state, op.account, "account")
    if account.proxy == op.proxy:
        raise ProxyUnchangedError("proxy must change", field="proxy", value=op.proxy)
    _check_may_vote(account)
    if op.proxy:
        _check_proxy_chain(ctx, account, require_account(ctx.state, op.proxy, "proxy"))
    # EFFECT
    levels = levels_of(account)
    move_vote_weight(ctx.state, op.account, [-part for part in levels])
    if op.proxy:
        clear_witness_votes(ctx.state, account)
    ctx.state.accounts.modify(account, proxy=op.proxy)
    # Without a proxy the account votes for nobody, so that this moves nothing.
    move_vote_weight(ctx.state, op.account, levels)


@evaluates(FeedPublish)
def apply_feed_publish(ctx: EvaluationContext, op: FeedPublish) -> None:
    """Record a witness' price of SBD in STEEM; the median of all is taken once an hour.

    Raises
    ------
    WrongSymbolError
        The price is not SBD (base) in STEEM (quote).
    WitnessNotFoundError
        The publisher is not a witness.

    Spec
    ----
    steemd: steem_evaluator.cpp::feed_publish_evaluator
    """
    # CHECK
    check_symbol(op.exchange_rate.base, SBD, "exchange_rate.base")
    check_symbol(op.exchange_rate.quote, STEEM, "exchange_rate.quote")
    witness = _require_witness(ctx, op.publisher, "publisher")
    # EFFECT
    ctx.state.witnesses.modify(
        witness, sbd_exchange_rate=op.exchange_rate, last_sbd_exchange_update=ctx.now
    )


def _require_witness(ctx: EvaluationContext, name: AccountName, field: str) -> Witness:
    witness = ctx.state.witnesses.find(name)
    if witness is None:
        raise WitnessNotFoundError(f"{name} is not a witness", field=field, value=name)
    return witness


def _check_creation_fee(ctx: EvaluationContext, satoshis: int) -> None:
    check_bounds(
        satoshis,
        "props.account_creation_fee",
        minimum=ctx.params.min_account_creation_fee,
        maximum=ctx.params.max_account_creation_fee,
    )


def _check_block_size(ctx: EvaluationContext, size: int) -> None:
    check_bounds(
        size,
        "props.maximum_block_size",
        minimum=ctx.params.min_block_size_limit,
        maximum=ctx.params.soft_max_block_size,
    )


def _check_may_vote(account: Account) -> None:
    if not account.can_vote:
        raise VotingDeclinedError(
            "the account has declined its voting rights", field="account", value=account.name
        )


def _check_proxy_chain(ctx: EvaluationContext, account: Account, proxy: Account) -> None:
    """Follow the proxies from `proxy` on; refuse a ring, and a way that is too long."""
    passed = [account.name, proxy.name]
    while proxy.proxy:
        if proxy.proxy in passed:
            raise ProxyLoopError(
                "this proxy would create a proxy loop", field="proxy", value=proxy.proxy
            )
        passed.append(proxy.proxy)
        if len(passed) > ctx.params.max_proxy_recursion_depth:
            raise ProxyChainTooLongError(
                "proxy chain is too long", field="proxy", value=proxy.proxy
            )
        proxy = ctx.state.accounts.get(proxy.proxy)
