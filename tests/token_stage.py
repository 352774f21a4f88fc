"""One token on a chain, from nothing to its end, by signed transactions in produced blocks."""

from typing import Any

from actors import Stage
from smt_world import Routes, inflation_unit, make_policy

from protocol.assets import SBD, STEEM, Asset
from protocol.operation import Operation
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtRefund,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import SmtSetupInflation
from protocol.operations.smt_setup import CappedGenerationPolicy, SmtSetup
from protocol.symbols import smt_symbol, stripped
from protocol.types import Symbol
from smtchain.chain.apply_block import AppliedBlock
from smtchain.state.tables.smt import SmtGeneration, SmtPhase, SmtToken

HOUR = 3_600
DAY = 86_400
PLAIN = make_policy(pre_steem={"heidi": 10}, pre_token={"$from": 2, "ivan": 1}, ratios=(1, 3))
"""One unit is 0.010 STEEM, heidi's; 3 token satoshis for it, one of them ivan's.  Hard cap 1000
units, so that up to 333 units have ratio 3."""


class TokenStage:
    """A token of `control`.  Times are `HOUR` apart, from an hour after the head block on.

    The people are those of genesis/dev.json; each has 1,000,000 STEEM.
    """

    def __init__(self, stage: Stage, control: str = "alice", precision: int = 4) -> None:
        self.stage = stage
        self.control = control
        if stage.chain.head_block_number == 0:
            stage.produce()
        nai = stage.state.nai_pool.get().nais[0]
        self.symbol: Symbol = smt_symbol(nai >> 5, precision)
        self.begin = stage.now + HOUR
        self.end = self.begin + HOUR
        self.launch = self.end + HOUR
        self.expiration = self.launch + HOUR

    # ---- what there is --------------------------------------------------------------------------

    @property
    def row(self) -> SmtToken:
        found: SmtToken = self.stage.state.smt_tokens.get(stripped(self.symbol))
        return found

    @property
    def generation(self) -> SmtGeneration | None:
        found: SmtGeneration | None = self.stage.state.smt_generations.find(stripped(self.symbol))
        return found

    @property
    def phase(self) -> SmtPhase:
        return SmtPhase(self.row.phase)

    def held(self, *names: str) -> tuple[int, ...]:
        """Return liquid satoshis of the token."""
        return tuple(self.stage.actor(name).tokens(self.symbol) for name in names)

    def amount(self, satoshis: int) -> Asset:
        return Asset(satoshis, self.symbol)

    # ---- operations -----------------------------------------------------------------------------

    def creation(self, **changes: Any) -> SmtCreate:
        given: dict[str, Any] = {
            "control_account": self.control,
            "symbol": self.symbol,
            "smt_creation_fee": Asset(1_000, SBD),
        }
        return SmtCreate(**(given | changes))

    def setup(self, policy: CappedGenerationPolicy = PLAIN, **changes: Any) -> SmtSetup:
        given: dict[str, Any] = {
            "control_account": self.control,
            "symbol": self.symbol,
            "decimal_places": 0,
            "max_supply": 10**15,
            "initial_generation_policy": policy,
            "generation_begin_time": self.begin,
            "generation_end_time": self.end,
            "announced_launch_time": self.launch,
            "launch_expiration_time": self.expiration,
        }
        return SmtSetup(**(given | changes))

    def inflation(self, targets: Routes, amount: int = 0, **changes: Any) -> SmtSetupInflation:
        """One event at the announced launch, unless changed."""
        given: dict[str, Any] = {
            "control_account": self.control,
            "symbol": self.symbol,
            "schedule_time": self.launch,
            "inflation_unit": inflation_unit(targets),
            "interval_seconds": 0,
            "interval_count": 0,
            "lep_time": 0,
            "rep_time": 0,
            "lep_abs_amount": self.amount(amount),
            "rep_abs_amount": self.amount(amount),
            "lep_rel_amount_numerator": 0,
            "rep_rel_amount_numerator": 0,
            "rel_amount_denom_bits": 0,
        }
        return SmtSetupInflation(**(given | changes))

    def reveal(self, amount: int, nonce: int = 0) -> SmtCapReveal:
        return SmtCapReveal(self.control, self.symbol, RevealedCap(amount, nonce))

    def contribution(self, name: str, satoshis: int, number: int = 0) -> SmtContribute:
        return SmtContribute(name, self.symbol, number, Asset(satoshis, STEEM))

    def refund(self, name: str, satoshis: int, number: int = 0) -> SmtRefund:
        return SmtRefund(name, self.symbol, number, Asset(satoshis, STEEM))

    # ---- steps ----------------------------------------------------------------------------------

    def send(self, *operations: Operation) -> AppliedBlock:
        block: AppliedBlock = self.stage.send(*operations)
        return block

    def set_up(
        self, policy: CappedGenerationPolicy = PLAIN, *caps: int, before: tuple[Operation, ...] = ()
    ) -> None:
        """Create, set up and reveal public caps, in one transaction."""
        reveals = (self.reveal(cap) for cap in caps)
        self.send(self.creation(), *before, self.setup(policy), *reveals)

    def contribute(self, *contributions: tuple[str, int]) -> None:
        """Send these in one block; ids count up from 0 over all of them."""
        for number, (name, satoshis) in enumerate(contributions):
            self.stage.push(self.contribution(name, satoshis, number))
        self.stage.produce()

    def go(self, moment: int) -> AppliedBlock:
        block: AppliedBlock = self.stage.jump_to(moment)
        return block

    def run(self, policy: CappedGenerationPolicy, *contributions: tuple[str, int]) -> None:
        """Live with public caps until the launch is decided."""
        caps = (policy.min_steem_units_commitment, policy.hard_cap_steem_units_commitment)
        self.set_up(policy, *(cap.lower_bound for cap in caps))
        self.go(self.begin)
        self.contribute(*contributions)
        self.go(self.end)
        self.go(self.launch)
