"""Where everything is: a table of holdings that must add up to the supply."""

from collections.abc import Iterator
from dataclasses import dataclass

from protocol.assets import SBD, STEEM, precision_of
from protocol.types import Symbol
from smtchain.state.state import State
from smtchain.state.tables.smt import SmtToken


@dataclass(frozen=True, slots=True)
class Holding:
    """A number of satoshis and where they are."""

    place: str
    amount: int


@dataclass(frozen=True, slots=True)
class SupplyTable:
    """All holdings of one asset beside the supply that the chain states.

    Attributes
    ----------
    stated : int
        The running total that the chain keeps, in satoshis.
    """

    symbol: Symbol
    holdings: tuple[Holding, ...]
    stated: int

    @property
    def counted(self) -> int:
        """Return the sum of all holdings, in satoshis."""
        return sum(holding.amount for holding in self.holdings)

    @property
    def agrees(self) -> bool:
        """Tell whether nothing is missing and nothing is there twice."""
        return self.counted == self.stated


def show_amount(amount: int, symbol: Symbol) -> str:
    """Return satoshis as people read them; the token of the story is called by its name.

    Examples
    --------
    >>> show_amount(1234567, STEEM)
    '1,234.567 STEEM'
    """
    whole, fraction = divmod(amount, 10 ** precision_of(symbol))
    name = {STEEM: "STEEM", SBD: "SBD"}.get(symbol, "ALPHA")
    return f"{whole:,}.{fraction:0{precision_of(symbol)}d} {name}"


def token_supply(state: State, token: SmtToken) -> SupplyTable:
    """Return where all satoshis of a token are; what accounts have vested is in the fund."""
    holdings: list[Holding] = []
    for balance in state.smt_balances.scan():
        if balance.nai == token.nai:
            for kind, amount in (
                ("liquid", balance.liquid),
                ("savings", balance.savings),
                ("pending reward", balance.pending_liquid),
            ):
                holdings.append(Holding(f"{balance.owner}, {kind}", amount))
    holdings += (
        Holding("vesting fund", token.total_vesting_fund_smt),
        Holding("pending vesting rewards", token.pending_rewarded_vesting_smt),
        Holding("reward fund", token.reward_balance),
        Holding("market maker", token.market_maker_tokens),
    )
    return SupplyTable(token.symbol, _present(holdings), token.current_supply)


def steem_supply(state: State) -> SupplyTable:
    """Return where all STEEM is; what accounts have vested is in the fund."""
    properties = state.globals.get()
    holdings = [
        Holding(f"{account.name}, {kind}", amount)
        for account in state.accounts.scan()
        for kind, amount in (
            ("liquid", account.balance),
            ("savings", account.savings_balance),
            ("pending reward", account.reward_steem_balance),
        )
    ]
    holdings += (
        Holding("vesting fund", properties.total_vesting_fund_steem),
        Holding("pending vesting rewards", properties.pending_rewarded_vesting_steem),
        Holding("content reward funds", sum(_reward_funds(state))),
        Holding("contributions", sum(row.contributed for row in state.smt_generations.scan())),
        Holding("market makers", sum(row.market_maker_steem for row in state.smt_tokens.scan())),
    )
    return SupplyTable(STEEM, _present(holdings), properties.current_supply)


def _reward_funds(state: State) -> Iterator[int]:
    return (fund.reward_balance for fund in state.reward_funds.scan())


def _present(holdings: list[Holding]) -> tuple[Holding, ...]:
    return tuple(holding for holding in holdings if holding.amount)
