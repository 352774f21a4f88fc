"""Launch a token with a million contributions: time, memory and work of every block.

    python tools/million_contributions.py
    python tools/million_contributions.py --count 20000 --lag 21
    python tools/million_contributions.py --fail

Everything is done by signed transactions in produced blocks on a chain on disk: a thousand
contributors, each with a thousandth of the contributions.  The soft cap is half of the hard cap,
and the hard cap leaves the last hundredth of the contributions out, so that every kind of rounding
and refund takes part; with --fail the minimum is missed and everything is refunded.

The work of a block is what its tables count: rows looked up, rows changed, index entries walked
over.  It may be at most twice that of the same bound's worth of payouts in a launch that fits one
block.  Exit code 0: everything held.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from protocol.assets import SBD, STEEM, Asset
from protocol.crypto import PrivateKey
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtContributorPayout,
    SmtRefunded,
    cap_hash,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtSetup,
)
from protocol.operations.transfer import Transfer
from protocol.symbols import smt_symbol, stripped
from protocol.types import AccountName, Symbol, Time
from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.chain import Chain
from smtchain.chain.driver import Driver, development_account
from smtchain.chain.genesis import Genesis, load_genesis, with_params
from smtchain.chain.options import ChainOptions
from smtchain.node.config import shipped_genesis
from smtchain.state.state import State

MILLION = 1_000_000
CONTRIBUTORS = 1_000
UNIT = 10  # STEEM satoshis
RATIO = 7
PRE, POST = {"$from": 5, "judy": 1}, {"$from": 2, "ivan": 1}
SOFT_CAP_PERCENT = 5_000
WORK_FACTOR = 2
_PER_TRANSACTION = 1_000
_DAY = 86_400
_SETUP_ACCOUNTS = 20  # creations in one transaction


@dataclass(slots=True)
class Measured:
    """What a launch took.

    Attributes
    ----------
    payouts : list of int
        Contributions paid, or refunded, in each block of the launch.
    work : list of int
        Rows looked up and changed, index entries walked over, in each of them.
    seconds : list of float
        Time to produce each of them.
    memory_before, memory_most : int
        Anonymous memory, KiB: when the launch began, and the most after any of its blocks.
    """

    payouts: list[int] = field(default_factory=list)
    work: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory_before: int = 0
    memory_most: int = 0
    supply: int = 0
    expected_supply: int = 0
    contributed_seconds: float = 0.0


def anonymous_memory() -> int:
    """Return the process's memory in KiB, without files that are mapped into it."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def work_of(state: State) -> int:
    """Return what all tables have counted so far."""
    tables = [each for each in vars(state).values() if hasattr(each, "steps")]
    return sum(table.reads + table.writes + table.steps for table in tables)


def supply_of(count: int) -> int:
    """Return the supply of a launch of `count` contributions of one unit.

    By hand: H = 99 % of the units are accepted, S = H / 2 of them are below the soft cap; 6 * 7
    satoshis of the token for each of those, 3 * 7 for the others.
    """
    accepted = hard_cap_of(count)
    below = accepted * SOFT_CAP_PERCENT // 10_000
    return RATIO * (sum(PRE.values()) * below + sum(POST.values()) * (accepted - below))


def hard_cap_of(count: int) -> int:
    """Return a hard cap that leaves the last hundredth out."""
    return count - count // 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What to launch.

    Attributes
    ----------
    count : int
        Contributions.
    lag : int
        Blocks that stay reversible: their changes are in memory, not in the store.
    is_failing : bool
        The minimum is missed, everything is refunded.
    """

    count: int
    lag: int = 0
    is_failing: bool = False


class Launch:
    """One token with `count` contributions of one unit each on a chain of its own.

    Parameters
    ----------
    plan : Plan
        What to do.
    """

    def __init__(self, folder: Path, plan: "Plan", tell: Callable[[str], None]) -> None:
        self.count = count = plan.count
        self.plan = plan
        self.tell = tell
        self.contributors = [AccountName(f"giver-{n:04}") for n in range(min(CONTRIBUTORS, count))]
        genesis = _genesis(plan.lag)
        self.chain = Chain.open(folder, genesis, ChainOptions(is_durable=False))
        keys = {AccountName("initminer"): PrivateKey.from_seed("init_key")}
        self.driver = Driver(self.chain, keys)
        self.driver.produce()
        self.symbol: Symbol = smt_symbol(self.chain.state.nai_pool.get().nais[0] >> 5, 4)
        self.launch_time: Time = Time(self.driver.now + 30 * _DAY)

    def run(self) -> Measured:
        """Live until the token is launched; return what it took."""
        self._create_accounts()
        self._set_up()
        measured = Measured()
        began = time.perf_counter()
        self._contribute()
        measured.contributed_seconds = time.perf_counter() - began
        self.driver.advance_to(self.launch_time - 3)
        measured.memory_before = measured.memory_most = anonymous_memory()
        self._pay(measured)
        token = self.chain.state.smt_tokens.get(stripped(self.symbol))
        measured.supply = token.current_supply
        measured.expected_supply = 0 if self.plan.is_failing else supply_of(self.count)
        return measured

    def close(self) -> None:
        """Close the chain."""
        self.chain.close()

    def _create_accounts(self) -> None:
        fee = self.chain.state.witness_schedule.get().account_creation_fee
        each = -(-self.count // len(self.contributors)) * UNIT
        for start in range(0, len(self.contributors), _SETUP_ACCOUNTS):
            names = self.contributors[start : start + _SETUP_ACCOUNTS]
            self.driver.send(
                *(development_account(name, AccountName("alice"), fee) for name in names),
                *(
                    Transfer(AccountName("alice"), name, Asset(each, STEEM), memo="")
                    for name in names
                ),
            )
            self.driver.blocks.clear()
        self.tell(f"{len(self.contributors):,} contributors")

    def _set_up(self) -> None:
        hard_cap = hard_cap_of(self.count)
        minimum = 1
        if self.plan.is_failing:
            minimum = hard_cap = self.count + 1
        policy = CappedGenerationPolicy(
            pre_soft_cap_unit=GenerationUnit(_routes({"heidi": UNIT}), _routes(PRE)),
            post_soft_cap_unit=GenerationUnit(_routes({"grace": UNIT}), _routes(POST)),
            min_steem_units_commitment=_commitment(minimum),
            hard_cap_steem_units_commitment=_commitment(hard_cap),
            soft_cap_percent=SOFT_CAP_PERCENT,
            min_unit_ratio=RATIO,
            max_unit_ratio=RATIO,
        )
        bob = AccountName("bob")
        self.driver.send(
            SmtCreate(bob, self.symbol, Asset(1_000, SBD)),
            SmtSetup(
                control_account=bob,
                symbol=self.symbol,
                decimal_places=0,
                max_supply=10**15,
                initial_generation_policy=policy,
                generation_begin_time=self.driver.now,
                generation_end_time=Time(self.launch_time - _DAY),
                announced_launch_time=self.launch_time,
                launch_expiration_time=Time(self.launch_time + _DAY),
            ),
            SmtCapReveal(bob, self.symbol, RevealedCap(minimum, 0)),
            SmtCapReveal(bob, self.symbol, RevealedCap(hard_cap, 0)),
        )

    def _contribute(self) -> None:
        """Let the contributors come round and round; a transaction has a thousand of one."""
        done = 0
        numbers = dict.fromkeys(self.contributors, 0)
        while done < self.count:
            for name in self.contributors:
                share = min(_PER_TRANSACTION, self._share_of(name) - numbers[name])
                if share <= 0:
                    continue
                self.driver.send(
                    *(
                        SmtContribute(name, self.symbol, number, Asset(UNIT, STEEM))
                        for number in range(numbers[name], numbers[name] + share)
                    )
                )
                self.driver.blocks.clear()
                numbers[name] += share
                done += share
                if done % 50_000 == 0:
                    self.tell(f"{done:,} contributions, {anonymous_memory() // 1024:,} MiB")

    def _share_of(self, name: AccountName) -> int:
        index = self.contributors.index(name)
        whole, rest = divmod(self.count, len(self.contributors))
        return whole + (index < rest)

    def _pay(self, measured: Measured) -> None:
        state = self.chain.state
        nai = stripped(self.symbol)
        while state.smt_generations.exists(nai):
            work, began = work_of(state), time.perf_counter()
            block = self.driver.produce()
            measured.seconds.append(time.perf_counter() - began)
            measured.work.append(work_of(state) - work)
            measured.payouts.append(_payouts_in(block))
            measured.memory_most = max(measured.memory_most, anonymous_memory())
            self.driver.blocks.clear()
            if len(measured.work) % 100 == 0:
                self.tell(f"{sum(measured.payouts):,} payouts, {anonymous_memory() // 1024:,} MiB")


def _genesis(lag: int) -> Genesis:
    genesis = load_genesis(shipped_genesis("dev"))
    return with_params(genesis, replace(genesis.params, irreversible_lag=lag))


def _routes(weights: dict[str, int]) -> tuple[tuple[AccountName, int], ...]:
    return tuple(sorted((AccountName(name), weight) for name, weight in weights.items()))


def _commitment(amount: int) -> CapCommitment:
    return CapCommitment(amount, amount, cap_hash(RevealedCap(amount, 0)))


def _payouts_in(block: AppliedBlock) -> int:
    return sum(isinstance(event, SmtContributorPayout | SmtRefunded) for event in block.events)


def measure(plan: Plan, tell: Callable[[str], None] = lambda line: None) -> Measured:
    """Return what a launch takes, in a folder that is then removed."""
    with tempfile.TemporaryDirectory() as folder:
        launch = Launch(Path(folder), plan, tell)
        try:
            return launch.run()
        finally:
            launch.close()


def faults(measured: Measured, count: int, bound: int, most_work: int) -> list[str]:
    """Return one line for everything that does not hold.

    Parameters
    ----------
    bound : int
        Payouts that a block may make.
    most_work : int
        Work that a block may take.
    """
    found = []
    if sum(measured.payouts) != count:
        found.append(f"{sum(measured.payouts)} payouts, not {count}")
    if max(measured.payouts) > bound:
        found.append(f"a block makes {max(measured.payouts)} payouts, more than {bound}")
    if max(measured.work) > most_work:
        found.append(f"a block takes {max(measured.work)} steps of work, more than {most_work}")
    if measured.supply != measured.expected_supply:
        found.append(f"the supply is {measured.supply}, not {measured.expected_supply}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=MILLION, help="contributions (%(default)s)")
    parser.add_argument("--lag", type=int, default=0, help="reversible blocks (%(default)s)")
    parser.add_argument("--fail", action="store_true", help="miss the minimum: refund everybody")
    chosen = parser.parse_args(arguments)
    bound = _genesis(0).params.launch_payouts_per_block
    began = time.perf_counter()

    def tell(line: str) -> None:
        print(f"{time.perf_counter() - began:8.1f} s  {line}", flush=True)

    plan = Plan(chosen.count, chosen.lag, is_failing=chosen.fail)
    one_block = measure(replace(plan, count=bound))
    most_work = WORK_FACTOR * max(one_block.work)
    measured = measure(plan, tell)
    print(
        f"contributions       {chosen.count:,} in {measured.contributed_seconds:,.1f} s\n"
        f"launch              {len(measured.payouts):,} blocks, {sum(measured.seconds):,.1f} s\n"
        f"longest block       {max(measured.seconds) * 1000:,.0f} ms\n"
        f"payouts in a block  {max(measured.payouts):,} at most, bound {bound:,}\n"
        f"work in a block     {max(measured.work):,} at most, allowed {most_work:,}\n"
        f"memory              {measured.memory_before // 1024:,} MiB before the launch, "
        f"{measured.memory_most // 1024:,} MiB at most\n"
        f"supply              {measured.supply:,}, expected {measured.expected_supply:,}"
    )
    wrong = faults(measured, chosen.count, bound, most_work)
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
