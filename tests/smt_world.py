"""A token's life for tests: valid operations to change one field of, time that moves, supplies."""

from typing import Any

from world import ALPHA, NOW

from protocol.assets import SBD, STEEM, Asset, Price, stripped
from protocol.operation import Operation
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtRefund,
    cap_hash,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import InflationUnit, SmtSetupInflation
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtSetup,
)
from protocol.types import AccountName, Symbol
from smtchain.evaluator import BlockScope, EvaluationContext
from smtchain.processing.smt_events import process_smt_events
from smtchain.state.tables.smt import NaiPool, SmtGeneration, SmtPhase, SmtToken

BEGIN, END, LAUNCH, EXPIRY = NOW + 100, NOW + 200, NOW + 300, NOW + 400
SIX_HOURS = 21_600

Routes = dict[str, int]


def steem(amount: int) -> Asset:
    return Asset(amount, STEEM)


def sbd(amount: int) -> Asset:
    return Asset(amount, SBD)


def sbd_price(sbd: int, steem: int) -> Price:
    """A feed: so many satoshis SBD are worth so many satoshis STEEM."""
    return Price(Asset(sbd, SBD), Asset(steem, STEEM))


def set_price(world: Any, price: Price | None) -> None:
    world.state.feed_history.modify(world.state.feed_history.get(), current_median_history=price)


def fill_pool(world: Any, *symbols: Symbol) -> None:
    """Make exactly these identifiers available."""
    nais = tuple(stripped(symbol) for symbol in symbols)
    pool = world.state.nai_pool.find()
    if pool is None:
        world.state.nai_pool.insert(NaiPool(nais=nais))
    else:
        world.state.nai_pool.modify(pool, nais=nais)


def _routes(weights: Routes) -> tuple[tuple[AccountName, int], ...]:
    return tuple(sorted((AccountName(name), weight) for name, weight in weights.items()))


def commitment(
    amount: int, nonce: int = 0, lower: int | None = None, upper: int | None = None
) -> CapCommitment:
    """A promise of `amount`; public unless bounds are given."""
    return CapCommitment(
        lower_bound=amount if lower is None else lower,
        upper_bound=amount if upper is None else upper,
        hash=cap_hash(RevealedCap(amount, nonce)),
    )


def make_policy(
    *,
    pre_steem: Routes,
    pre_token: Routes,
    post_steem: Routes | None = None,
    post_token: Routes | None = None,
    minimum: CapCommitment | int = 1,
    hard_cap: CapCommitment | int = 1_000,
    soft_cap_percent: int = 10_000,
    ratios: tuple[int, int] = (1, 1),
) -> CappedGenerationPolicy:
    return CappedGenerationPolicy(
        pre_soft_cap_unit=GenerationUnit(_routes(pre_steem), _routes(pre_token)),
        post_soft_cap_unit=GenerationUnit(_routes(post_steem or {}), _routes(post_token or {})),
        min_steem_units_commitment=commitment(minimum) if isinstance(minimum, int) else minimum,
        hard_cap_steem_units_commitment=(
            commitment(hard_cap) if isinstance(hard_cap, int) else hard_cap
        ),
        soft_cap_percent=soft_cap_percent,
        min_unit_ratio=ratios[0],
        max_unit_ratio=ratios[1],
    )


PLAIN_POLICY = make_policy(pre_steem={"bob": 10}, pre_token={"$from": 2, "bob": 1})
"""One unit is 0.010 STEEM, all of it bob's; three token satoshis for it, one of them bob's."""


def valid_smt_create(**changes: Any) -> SmtCreate:
    given: dict[str, Any] = {
        "control_account": "alice",
        "symbol": ALPHA,
        "smt_creation_fee": Asset(1_000, SBD),
    }
    return SmtCreate(**(given | changes))


def valid_smt_setup(**changes: Any) -> SmtSetup:
    given: dict[str, Any] = {
        "control_account": "alice",
        "symbol": ALPHA,
        "decimal_places": 0,
        "max_supply": 10**15,
        "initial_generation_policy": PLAIN_POLICY,
        "generation_begin_time": BEGIN,
        "generation_end_time": END,
        "announced_launch_time": LAUNCH,
        "launch_expiration_time": EXPIRY,
    }
    return SmtSetup(**(given | changes))


def valid_smt_setup_inflation(**changes: Any) -> SmtSetupInflation:
    symbol = changes.get("symbol", ALPHA)
    given: dict[str, Any] = {
        "control_account": "alice",
        "symbol": symbol,
        "schedule_time": LAUNCH + 1_000,
        "inflation_unit": inflation_unit({"bob": 1}),
        "interval_seconds": SIX_HOURS,
        "interval_count": 1,
        "lep_time": 0,
        "rep_time": 0,
        "lep_abs_amount": Asset(100, symbol),
        "rep_abs_amount": Asset(100, symbol),
        "lep_rel_amount_numerator": 0,
        "rep_rel_amount_numerator": 0,
        "rel_amount_denom_bits": 0,
    }
    return SmtSetupInflation(**(given | changes))


def inflation_unit(weights: Routes) -> InflationUnit:
    return InflationUnit(_routes(weights))


def valid_smt_cap_reveal(amount: int, nonce: int = 0, **changes: Any) -> SmtCapReveal:
    given: dict[str, Any] = {
        "control_account": "alice",
        "symbol": ALPHA,
        "cap": RevealedCap(amount, nonce),
    }
    return SmtCapReveal(**(given | changes))


def valid_smt_contribute(**changes: Any) -> SmtContribute:
    given: dict[str, Any] = {
        "contributor": "bob",
        "symbol": ALPHA,
        "contribution_id": 1,
        "contribution": Asset(100, STEEM),
    }
    return SmtContribute(**(given | changes))


def valid_smt_refund(**changes: Any) -> SmtRefund:
    given: dict[str, Any] = {
        "contributor": "bob",
        "symbol": ALPHA,
        "contribution_id": 1,
        "amount": Asset(100, STEEM),
    }
    return SmtRefund(**(given | changes))


def jump(world: Any, time: int) -> tuple[Operation, ...]:
    """Let a block at `time` run its token events; return what they reported."""
    world.set_globals(time=time)
    world.ctx.block = BlockScope(head_block_id=world.globals.head_block_id)
    with world.state.checkpoint():
        process_smt_events(world.ctx)
    check_supplies(world)
    world.seal()
    emitted: tuple[Operation, ...] = world.ctx.take_emitted()
    return emitted


def token_of(world: Any, symbol: Symbol = ALPHA) -> SmtToken:
    token: SmtToken = world.state.smt_tokens.get(stripped(symbol))
    return token


def generation_of(world: Any, symbol: Symbol = ALPHA) -> SmtGeneration | None:
    generation: SmtGeneration | None = world.state.smt_generations.find(stripped(symbol))
    return generation


def phase_of(world: Any, symbol: Symbol = ALPHA) -> SmtPhase:
    return SmtPhase(token_of(world, symbol).phase)


def steem_of(world: Any, name: str) -> int:
    balance: int = world.account(name).balance
    return balance


def tokens_of(world: Any, name: str, symbol: Symbol = ALPHA) -> int:
    row = world.holding(name, symbol)
    return 0 if row is None else row.liquid


def check_supplies(world: Any) -> None:
    """Every satoshi is somewhere, and nowhere twice."""
    state = world.state
    tokens = list(state.smt_tokens.scan())
    steem = (
        sum(row.balance + row.savings_balance for row in state.accounts.scan())
        + world.globals.total_vesting_fund_steem
        + sum(row.contributed for row in state.smt_generations.scan())
        + sum(token.market_maker_steem for token in tokens)
    )
    assert steem == world.globals.current_supply
    for generation in state.smt_generations.scan():
        rows = list(state.smt_contributions.scan("by_nai_id", generation.nai))
        assert generation.contribution_count == len(rows)
        if generation.processed_units == 0:
            assert generation.contributed == sum(row.contribution for row in rows)
    for token in tokens:
        rows = [row for row in state.smt_balances.scan() if row.nai == token.nai]
        assert token.current_supply == (
            sum(row.liquid for row in rows)
            + token.total_vesting_fund_smt
            + token.reward_balance
            + token.market_maker_tokens
        )
        assert token.total_vesting_shares == sum(row.vesting_shares for row in rows)
        assert token.current_supply <= max(token.max_supply, 0)


def make_context(world: Any, *, is_pending: bool) -> EvaluationContext:
    """Another context over the same state, as a mempool has."""
    return EvaluationContext(state=world.state, params=world.params, is_pending=is_pending)


class Launchpad:
    """One token taken from setup to its end by operations.  alice controls it."""

    def __init__(self, world: Any, symbol: Symbol = ALPHA) -> None:
        self.world = world
        self.symbol = symbol
        self._next_id: dict[str, int] = {}

    def set_up(self, policy: CappedGenerationPolicy = PLAIN_POLICY, **changes: Any) -> None:
        """Add the token with this policy; its caps stay hidden."""
        self.world.add_token(self.symbol, phase=SmtPhase.SETUP)
        self.configure(policy, **changes)

    def configure(self, policy: CappedGenerationPolicy, **changes: Any) -> None:
        self.world.apply(
            valid_smt_setup(symbol=self.symbol, initial_generation_policy=policy, **changes)
        )

    def reveal(self, *amounts: int) -> None:
        for amount in amounts:
            self.world.apply(valid_smt_cap_reveal(amount, symbol=self.symbol))

    def contribute(self, name: str, amount: int) -> None:
        """Give `name` the STEEM and let it contribute everything under its next id."""
        self.world.give(name, Asset(amount, STEEM))
        contribution_id = self._next_id.get(name, 0)
        self._next_id[name] = contribution_id + 1
        self.world.apply(
            valid_smt_contribute(
                contributor=name,
                symbol=self.symbol,
                contribution_id=contribution_id,
                contribution=Asset(amount, STEEM),
            )
        )

    def refund(self, name: str, amount: int, contribution_id: int = 0) -> tuple[Operation, ...]:
        emitted: tuple[Operation, ...] = self.world.apply(
            valid_smt_refund(
                contributor=name,
                symbol=self.symbol,
                contribution_id=contribution_id,
                amount=Asset(amount, STEEM),
            )
        )
        return emitted

    def run(
        self, policy: CappedGenerationPolicy, contributions: list[tuple[str, int]], *caps: int
    ) -> tuple[Operation, ...]:
        """The whole life on time; return what the launch's block reported."""
        self.set_up(policy)
        self.reveal(*caps)
        jump(self.world, BEGIN)
        for name, amount in contributions:
            self.contribute(name, amount)
        jump(self.world, END)
        return jump(self.world, LAUNCH)
