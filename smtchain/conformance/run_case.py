"""Running one case: a fresh chain, signed transactions, produced blocks, then the figures.

Evaluators are never called: all that happens, happens as it would on a network.  Every invariant is
checked over all rows after each block.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from protocol.assets import SBD, STEEM, Asset, stripped
from protocol.crypto import PrivateKey
from protocol.errors import InvariantViolationError, ProtocolError
from protocol.operation import Operation
from protocol.operations.smt_contribution import SmtContribute, SmtRefund
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_setup import UnitMap
from protocol.operations.transfer import Transfer
from protocol.types import AccountName, Time
from smtchain.chain.chain import Chain
from smtchain.chain.driver import Driver, development_account
from smtchain.chain.genesis import Genesis
from smtchain.chain.options import ChainOptions
from smtchain.conformance.case_file import Case, CaseFile
from smtchain.conformance.figures import (
    RATIO,
    SUPPLY,
    UNITS,
    Difference,
    Figures,
    compare,
    core_holdings,
    expected_figures,
    found_figures,
    inflation_figures,
    later_figures,
    verdict_of,
)
from smtchain.state.tables.smt import SmtEventKind, SmtPhase

TREASURY = AccountName("treasury")
"""The genesis account that pays for everything."""

_PRODUCER = AccountName("initminer")
_PRODUCER_SEED = "init_key"
_STREAM_BLOCKS = 100  # blocks that payouts or refunds may take; each pays 1,000


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case ended; the numbers are the chain's, 0 where there are none."""

    file: str
    case: str
    verdict: str
    units_accepted: int
    unit_ratio: int
    supply: int
    blocks: int
    differences: tuple[Difference, ...]

    @property
    def is_ok(self) -> bool:
        """Tell whether everything agrees."""
        return not self.differences


class _RefusedStepError(Exception):
    """The chain refuses what the case takes for granted."""

    def __init__(self, what: str, error: ProtocolError) -> None:
        super().__init__(what)
        self.difference = Difference(what, "accepted", str(error))


def run_cases(
    case_files: Iterable[CaseFile], genesis: Genesis, show: Callable[[Path], str] = str
) -> Iterator[CaseResult]:
    """Run every case of the files, in order.

    Parameters
    ----------
    show : callable
        Gives a file's name in the results.
    """
    for case_file in case_files:
        for case in case_file.cases:
            yield run_case(case_file, case, genesis, show(case_file.path))


def run_case(case_file: CaseFile, case: Case, genesis: Genesis, shown_file: str) -> CaseResult:
    """Run a case on a chain of its own and compare it with what it expects.

    Parameters
    ----------
    shown_file : str
        The file's name in the result.
    """
    with Chain.in_memory(genesis, ChainOptions(recount_every=1)) as chain:
        run = _Run(case_file, case, chain)
        stopped: tuple[Difference, ...] = ()
        try:
            run.live()
        except _RefusedStepError as error:
            stopped = (error.difference,)
        except InvariantViolationError as error:
            stopped = (Difference("invariants", "hold", str(error)),)
        return run.result(shown_file, stopped)


class _Run:
    """The life of one case, in order of time."""

    def __init__(self, case_file: CaseFile, case: Case, chain: Chain) -> None:
        self.file = case_file
        self.case = case
        self.chain = chain
        self.driver = Driver(chain, {_PRODUCER: PrivateKey.from_seed(_PRODUCER_SEED)})
        self.before = core_holdings(chain.state)
        self.blocks_before = 0
        self.launch_figures: Figures = {}
        self.after_launch = self.before
        self.blocks_at_launch = 0
        self.wrong_refusals: list[Difference] = []

    def live(self) -> None:
        """Take the token from nothing to its launch or failure, and through its inflation."""
        self._live_until_launch()
        self._settle()
        if self.case.until is not None:
            self._watch_inflation(self.case.until)

    def _live_until_launch(self) -> None:
        setup = self.file.setup
        self.driver.produce()
        self._create_accounts()
        self._create_token()
        self.before = core_holdings(self.chain.state)
        self.blocks_before = len(self.driver.blocks)
        self.driver.advance_to(setup.generation_begin_time)
        self._contribute()
        self.driver.advance_to(setup.generation_end_time)
        for moment, act in self._agenda():
            if self._is_over():
                return
            self.driver.advance_to(moment)
            act()
        for _ in range(_STREAM_BLOCKS):
            if self._is_over():
                return
            self.driver.produce()

    def result(self, shown_file: str, stopped: tuple[Difference, ...]) -> CaseResult:
        """Compare the chain with the case."""
        token = self.chain.state.smt_tokens.find(stripped(self.file.symbol))
        if stopped or token is None:
            return CaseResult(
                shown_file, self.case.name, "stopped", 0, 0, 0, len(self.driver.blocks), stopped
            )
        verdict = verdict_of(token)
        reported = self._reported(self.blocks_at_launch)
        figures = self.launch_figures | inflation_figures(self._reported(self.blocks_before))
        figures |= later_figures(self.chain.state, token, self.after_launch, reported)
        expect = self.case.expect
        differences = self.wrong_refusals
        expected_verdict = "launched" if expect.is_launched else "failed"
        if verdict != expected_verdict:
            differences.append(Difference("verdict", expected_verdict, verdict))
        differences.extend(compare(expected_figures(expect), figures))
        return CaseResult(
            file=shown_file,
            case=self.case.name,
            verdict=verdict,
            units_accepted=_figure(figures, UNITS),
            unit_ratio=_figure(figures, RATIO),
            supply=_figure(figures, SUPPLY),
            blocks=len(self.driver.blocks),
            differences=tuple(differences),
        )

    def _settle(self) -> None:
        """Take the figures of the launch: what blocks create later would hide them."""
        state = self.chain.state
        self.launch_figures = found_figures(
            state,
            state.smt_tokens.get(stripped(self.file.symbol)),
            self.before,
            self.case.contributions,
            self._reported(self.blocks_before),
        )
        self.after_launch = core_holdings(state)
        self.blocks_at_launch = len(self.driver.blocks)

    # ---- the steps ------------------------------------------------------------------------------

    def _send(self, what: str, *operations: Operation) -> None:
        try:
            self.driver.send(*operations)
        except ProtocolError as error:
            raise _RefusedStepError(what, error) from error

    def _create_accounts(self) -> None:
        state = self.chain.state
        fee = state.witness_schedule.get().account_creation_fee
        creation_fee = Asset(state.globals.get().smt_creation_fee, SBD)
        funds = self._funds()
        for name in self._names():
            operations: list[Operation] = [development_account(name, TREASURY, fee)]
            if funds[name]:
                operations.append(_transfer(name, Asset(funds[name], STEEM)))
            if name == self.file.setup.control_account:
                operations.append(_transfer(name, creation_fee))
            self._send(f"creation of {name}", *operations)

    def _names(self) -> list[AccountName]:
        """Return the accounts that the case needs and the genesis has not, in order."""
        setup = self.file.setup
        policy = setup.initial_generation_policy
        named = {setup.control_account, *self._funds()}
        for unit in (policy.pre_soft_cap_unit, policy.post_soft_cap_unit):
            named.update(_accounts_in(unit.steem_unit), _accounts_in(unit.token_unit))
        for entry in self.file.inflation:
            named.update(_accounts_in(entry.inflation_unit.token_unit))
        return sorted(name for name in named if not self.chain.state.accounts.exists(name))

    def _funds(self) -> Counter[AccountName]:
        """Return the STEEM that each contributor needs for all its attempts."""
        funds: Counter[AccountName] = Counter()
        for contribution in self.case.contributions:
            funds[contribution.account] += contribution.amount
        for refused in self.case.refused_contributions:
            funds[refused.account] += refused.amount
        return funds

    def _create_token(self) -> None:
        setup = self.file.setup
        fee = Asset(self.chain.state.globals.get().smt_creation_fee, SBD)
        self._send(
            "smt_create",
            SmtCreate(
                control_account=setup.control_account, symbol=setup.symbol, smt_creation_fee=fee
            ),
        )
        if self.file.setup_parameters is not None:
            self._send("smt_set_setup_parameters", self.file.setup_parameters)
        for entry in self.file.inflation:
            self._send("smt_setup_inflation", entry)
        # Caps that are no secret are revealed with the setup, as the whitepaper recommends.
        reveals = tuple(self.file.reveals.values()) if self.case.reveals is None else ()
        self._send("smt_setup", setup, *reveals)

    def _contribute(self) -> None:
        for contribution in self.case.contributions:
            self._send(
                f"contribution of {contribution.account}",
                SmtContribute(
                    contributor=contribution.account,
                    symbol=self.file.symbol,
                    contribution_id=contribution.contribution_id,
                    contribution=Asset(contribution.amount, STEEM),
                ),
            )
        for refused in self.case.refused_contributions:
            operation = SmtContribute(
                contributor=refused.account,
                symbol=self.file.symbol,
                contribution_id=len(self.case.contributions),
                contribution=Asset(refused.amount, STEEM),
            )
            what = f"contribution of {refused.amount} by {refused.account}"
            got = "accepted"
            try:
                self.driver.send(operation)
            except ProtocolError as error:
                got = error.code
            if got != refused.code:
                self.wrong_refusals.append(Difference(what, refused.code, got))

    def _watch_inflation(self, until: Time) -> None:
        """Let all inflation events up to a time happen, over several blocks if they are many."""
        self.driver.advance_to(until)
        for _ in range(_STREAM_BLOCKS):
            events = self.chain.state.smt_events.scan("by_kind", int(SmtEventKind.EMIT))
            if all(event.time > until for event in events):
                return
            self.driver.produce()

    def _agenda(self) -> list[tuple[Time, Callable[[], None]]]:
        """Return what is left to do after the generation's end, in order of time."""
        setup = self.file.setup
        agenda: list[tuple[Time, Callable[[], None]]] = [
            (setup.announced_launch_time, _nothing),
            (setup.launch_expiration_time, _nothing),
        ]
        for request in self.case.refund_requests:
            given = request.contribution
            operation = SmtRefund(
                contributor=given.account,
                symbol=self.file.symbol,
                contribution_id=given.contribution_id,
                amount=Asset(given.amount, STEEM),
            )
            agenda.append((request.time, self._later(f"refund to {given.account}", operation)))
        for reveal in self.case.reveals or ():
            cap = self.file.reveals[reveal.cap]
            agenda.append((reveal.time, self._later(f"reveal of the {reveal.cap} cap", cap)))
        return sorted(agenda, key=lambda entry: entry[0])

    def _later(self, what: str, operation: Operation) -> Callable[[], None]:
        return lambda: self._send(what, operation)

    def _is_over(self) -> bool:
        token = self.chain.state.smt_tokens.get(stripped(self.file.symbol))
        return token.phase in (
            SmtPhase.ACTIVE,
            SmtPhase.LAUNCH_FAILED,
        ) and not self.chain.state.smt_generations.exists(token.nai)

    def _reported(self, since: int) -> tuple[Operation, ...]:
        """Return the virtual operations of all blocks produced after the first `since`."""
        reported: list[Operation] = []
        for block in self.driver.blocks[since:]:
            for applied in block.transactions:
                reported.extend(each.operation for each in applied if each.virtual_op)
            reported.extend(block.events)
        return tuple(reported)


def _nothing() -> None:
    """Let a block pass at this time, no more."""


def _figure(figures: Figures, name: str) -> int:
    return figures.get(name, 0)


def _accounts_in(unit_map: UnitMap) -> list[AccountName]:
    return [AccountName(target) for target, _weight in unit_map if not target.startswith("$")]


def _transfer(name: AccountName, amount: Asset) -> Transfer:
    return Transfer(from_account=TREASURY, to=name, amount=amount, memo="")
