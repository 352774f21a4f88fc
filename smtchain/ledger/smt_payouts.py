"""Giving out what launches and inflation create, and giving back what was contributed."""

from protocol.assets import STEEM, Asset
from protocol.operations.smt_contribution import SmtRefunded
from protocol.params import ChainParams
from protocol.types import AccountName
from smtchain.economics.generation import MARKET_MAKER, REWARDS, VESTING
from smtchain.ledger.balances import credit
from smtchain.ledger.supply import issue
from smtchain.state.state import State
from smtchain.state.tables.smt import SmtContribution, SmtGeneration, SmtToken


def grant_tokens(
    state: State, params: ChainParams, token: SmtToken, target: str, amount: int
) -> None:
    """Create `amount` satoshis of the token for an account or one of the token's own funds.

    Tokens created for `null` leave the supply again at once.

    Raises
    ------
    InvariantViolationError
        The maximum supply would be exceeded; callers clamp before.

    Spec
    ----
    whitepaper: "Token units", "Possible inflation target"
    """
    asset = Asset(amount, token.symbol)
    issue(state, asset)
    tokens = state.smt_tokens
    if target == REWARDS:
        tokens.modify(token, reward_balance=token.reward_balance + amount)
    elif target == VESTING:
        tokens.modify(token, total_vesting_fund_smt=token.total_vesting_fund_smt + amount)
    elif target == MARKET_MAKER:
        tokens.modify(token, market_maker_tokens=token.market_maker_tokens + amount)
    else:
        credit(state, params, AccountName(target), asset)


def grant_steem(
    state: State, params: ChainParams, token: SmtToken, target: str, amount: int
) -> None:
    """Hand `amount` satoshis of contributed STEEM to an account or the token's market maker.

    Spec
    ----
    whitepaper: "Token units"
    """
    if target == MARKET_MAKER:
        state.smt_tokens.modify(token, market_maker_steem=token.market_maker_steem + amount)
    else:
        credit(state, params, AccountName(target), Asset(amount, STEEM))


def refund_contribution(
    state: State,
    params: ChainParams,
    generation: SmtGeneration,
    contribution: SmtContribution,
    *,
    is_automatic: bool,
) -> SmtRefunded:
    """Give a whole contribution back, as if never made; return the operation that reports it.

    Spec
    ----
    whitepaper: "Launch"; steemd (branch 2731): smt_refund_evaluator
    """
    amount = Asset(contribution.contribution, STEEM)
    credit(state, params, contribution.contributor, amount)
    state.smt_generations.modify(
        generation,
        contributed=generation.contributed - amount.amount,
        contribution_count=generation.contribution_count - 1,
        refunded=generation.refunded + amount.amount,
    )
    state.smt_contributions.remove(contribution)
    return SmtRefunded(
        contributor=contribution.contributor,
        symbol=state.smt_tokens.get(generation.nai).symbol,
        contribution_id=contribution.contribution_id,
        amount=amount,
        automatic=is_automatic,
    )
