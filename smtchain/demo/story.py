"""The life of ALPHA on the development chain, told line by line while it happens.

Every step is a signed transaction in a produced block; days pass by producing one block after a
pause.  What contributors and founders must end up with is worked out here from the whitepaper's
sentences, not by the chain's code, and compared.
"""

from collections.abc import Callable
from typing import TypeVar

from protocol.assets import SBD, STEEM, Asset, data_digits, nai_string, smt_symbol, stripped
from protocol.errors import ProtocolError
from protocol.jsonscalars import print_time
from protocol.operation import Operation
from protocol.operations.smt_contribution import SmtContribute
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_setup import SmtLaunchEvaluated
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from protocol.types import AccountName, Symbol
from smtchain.chain.driver import Driver, development_account
from smtchain.demo import alpha
from smtchain.demo.supply import SupplyTable, show_amount, steem_supply, token_supply
from smtchain.ledger.nai_pool import list_available_nais
from smtchain.state.tables.smt import SmtPhase, SmtToken

CONTRIBUTIONS = {"alice": 50_000_000, "bob": 25_000_000, "carol": 10_000_000, "dave": 3_333_300}
"""STEEM satoshis, first come first served."""

HEADING = f"{'block':>5}  {'time':<19}  {'phase':<18}  what happens"

_SPONSOR = AccountName("alice")
_ODD_AMOUNT = 50  # half a unit
_VESTED = 10_000_000
_SENT = 1_000_000
_BURNED = 100_000


ReportT = TypeVar("ReportT", bound=Operation)


class StoryDiffersError(Exception):
    """The chain does not do what the whitepaper says."""


class Story:
    """One run of the demonstration.

    Parameters
    ----------
    driver : Driver
        On the development chain, before its first block.
    tell : callable
        Takes each finished line.
    """

    def __init__(self, driver: Driver, tell: Callable[[str], None]) -> None:
        self._driver = driver
        self._tell = tell
        self._state = driver.chain.state
        digits = data_digits(list_available_nais(self._state)[0])
        self._symbol: Symbol = smt_symbol(digits, alpha.DECIMALS)

    def run(self) -> None:
        """Live through everything.

        Raises
        ------
        StoryDiffersError
            An amount is not what the whitepaper says.
        ProtocolError
            The chain refuses a step.
        """
        self._begin()
        self._create()
        times = alpha.Times(self._driver.now)
        self._set_up(times)
        self._contribute(times)
        self._launch(times)
        self._use()
        self._inflate(times)

    def tables(self) -> tuple[SupplyTable, SupplyTable]:
        """Return where all of the token and all STEEM is.

        Raises
        ------
        StoryDiffersError
            The holdings do not add up to the supply.
        """
        tables = (token_supply(self._state, self._token), steem_supply(self._state))
        for table in tables:
            self._expect("sum of all holdings", table.stated, table.counted)
        return tables

    # ---- chapters -------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._driver.produce()
        accounts = sum(1 for _ in self._state.accounts.scan())
        self._line(f"a development chain with {accounts} accounts and one producer begins")
        fee = self._state.witness_schedule.get().account_creation_fee
        names = (alpha.CONTROL, *(AccountName(name) for name in alpha.FOUNDERS))
        creation_fee = Asset(self._state.globals.get().smt_creation_fee, SBD)
        self._driver.send(
            *(development_account(name, _SPONSOR, fee) for name in names),
            Transfer(_SPONSOR, alpha.CONTROL, creation_fee, "for the creation fee"),
        )
        self._line(f"{_SPONSOR} creates {', '.join(names)}; {self._steem(fee)} each is burned")

    def _create(self) -> None:
        fee = self._state.globals.get().smt_creation_fee
        self._driver.send(alpha.create(self._symbol, fee))
        self._line(
            f"{alpha.CONTROL} takes {nai_string(self._symbol)} from the identifier pool, "
            f"{alpha.DECIMALS} decimals, and burns {show_amount(fee, SBD)}"
        )

    def _set_up(self, times: alpha.Times) -> None:
        self._driver.send(alpha.set_up_inflation(self._symbol, times))
        routes = ", ".join(f"{name} {weight}" for name, weight in alpha.INFLATION_UNIT.items())
        self._line(
            f"inflation: {alpha.INFLATION_EVENTS} daily events of "
            f"{self._tokens(alpha.INFLATION_AMOUNT)} after the launch, routed {routes}"
        )
        self._driver.send(alpha.set_up(self._symbol, times))
        steem = ", ".join(f"{name} {weight}" for name, weight in alpha.STEEM_UNIT.items())
        tokens = ", ".join(f"{name} {weight}" for name, weight in alpha.TOKEN_UNIT.items())
        self._line(
            f"terms: {self._steem(_unit_size())} a unit ({steem}) buys {alpha.UNIT_RATIO} token "
            f"units ({tokens}); both caps are committed to as hashes"
        )
        for what, units in (("minimum", alpha.MIN_UNITS), ("hard cap", alpha.HARD_CAP_UNITS)):
            self._driver.send(alpha.reveal(self._symbol, units))
            plural = "" if units == 1 else "s"
            self._line(f"reveal: the {what} is {units:,} unit{plural}, as committed")

    def _contribute(self, times: alpha.Times) -> None:
        self._driver.advance_to(times.begin)
        self._line("contributions open")
        for name, amount in CONTRIBUTIONS.items():
            self._driver.send(self._contribution(name, amount))
            self._line(
                f"{name} contributes {self._steem(amount)}, {amount // _unit_size():,} units"
            )
        code = self._refusal_of(self._contribution("erin", _ODD_AMOUNT))
        self._line(f"erin tries {self._steem(_ODD_AMOUNT)}, half a unit: refused, {code}")
        self._driver.advance_to(times.end)
        held = self._state.smt_generations.get(stripped(self._symbol)).contributed
        self._line(f"contributions close; {self._steem(held)} wait for the launch")

    def _launch(self, times: alpha.Times) -> None:
        before = self._steem_of(tuple(alpha.STEEM_UNIT))
        self._driver.advance_to(times.launch)
        units = sum(CONTRIBUTIONS.values()) // _unit_size()
        verdict = self._reported(SmtLaunchEvaluated)
        self._expect("units accepted", units, verdict.units_accepted)
        self._expect("unit ratio", alpha.UNIT_RATIO, verdict.unit_ratio)
        per_unit = sum(alpha.TOKEN_UNIT.values()) * alpha.UNIT_RATIO
        self._expect("token supply", units * per_unit, self._token.current_supply)
        self._line(
            f"launch: {units:,} units accepted at ratio {verdict.unit_ratio:,}, "
            f"{self._tokens(self._token.current_supply)} created"
        )
        for name, amount in CONTRIBUTIONS.items():
            # "For every 1 STEEM contributed, an ALPHA contributor will receive 5 ALPHA tokens"
            self._expect(f"tokens of {name}", amount * 50, self._liquid(name))
        self._expect("tokens of founder-c", units * alpha.UNIT_RATIO, self._liquid("founder-c"))
        after = self._steem_of(tuple(alpha.STEEM_UNIT))
        for name, percent in alpha.STEEM_UNIT.items():
            self._expect(f"STEEM of {name}", units * percent, after[name] - before[name])
            self._line(f"{name} receives {self._steem(units * percent)}, {percent} %")

    def _use(self) -> None:
        alice, bob, carol = (AccountName(name) for name in ("alice", "bob", "carol"))
        self._driver.send(TransferToVesting(alice, alice, Asset(_VESTED, self._symbol)))
        self._line(f"alice vests {self._tokens(_VESTED)}")
        self._driver.send(Transfer(bob, carol, Asset(_SENT, self._symbol), "for lunch"))
        self._line(f"bob sends carol {self._tokens(_SENT)}")
        burn = Transfer(carol, AccountName("null"), Asset(_BURNED, self._symbol), "")
        supply = self._token.current_supply
        self._driver.send(burn)
        self._expect("supply after burning", supply - _BURNED, self._token.current_supply)
        self._line(f"carol sends null {self._tokens(_BURNED)}: they leave the supply at once")

    def _inflate(self, times: alpha.Times) -> None:
        for number in range(alpha.INFLATION_EVENTS):
            supply = self._token.current_supply
            self._driver.advance_to(times.inflation + number * alpha.DAY)
            emitted = self._reported(SmtInflationEmitted).emitted
            grown = self._token.current_supply - supply
            self._expect("inflation", alpha.INFLATION_AMOUNT, grown)
            shares = ", ".join(f"{self._tokens(each.amount)} to {to}" for to, each in emitted)
            self._line(f"inflation event {number + 1}: {shares}")
        row = self._state.smt_balances.get("alice", stripped(self._symbol))
        token = self._token
        worth = row.vesting_shares * token.total_vesting_fund_smt // token.total_vesting_shares
        third = alpha.INFLATION_AMOUNT // 3
        self._expect("worth of alice's shares", _VESTED + alpha.INFLATION_EVENTS * third, worth)
        self._line(
            f"alice's vesting shares, bought for {self._tokens(_VESTED)}, are worth "
            f"{self._tokens(worth)}"
        )

    # ---- means ----------------------------------------------------------------------------------

    @property
    def _token(self) -> SmtToken:
        return self._state.smt_tokens.get(stripped(self._symbol))

    def _line(self, text: str) -> None:
        token = self._state.smt_tokens.find(stripped(self._symbol))
        phase = "-" if token is None else SmtPhase(token.phase).name.lower().replace("_", " ")
        number, time = self._driver.chain.head_block_number, print_time(self._driver.now)
        self._tell(f"{number:>5}  {time}  {phase:<18}  {text}")

    def _contribution(self, name: str, amount: int) -> SmtContribute:
        return SmtContribute(
            contributor=AccountName(name),
            symbol=self._symbol,
            contribution_id=0,
            contribution=Asset(amount, STEEM),
        )

    def _refusal_of(self, operation: Operation) -> str:
        try:
            self._driver.send(operation)
        except ProtocolError as error:
            return error.code
        raise StoryDiffersError(f"{operation.NAME} should have been refused")

    def _reported(self, kind: type[ReportT]) -> ReportT:
        for operation in self._driver.blocks[-1].events:
            if isinstance(operation, kind):
                return operation
        raise StoryDiffersError(f"block {self._driver.chain.head_block_number} has no {kind.NAME}")

    def _expect(self, what: str, expected: int, got: int) -> None:
        if expected != got:
            raise StoryDiffersError(f"{what}: expected {expected} got {got}")

    def _liquid(self, name: str) -> int:
        row = self._state.smt_balances.find(name, stripped(self._symbol))
        return 0 if row is None else row.liquid

    def _steem_of(self, names: tuple[str, ...]) -> dict[str, int]:
        return {name: self._state.accounts.get(name).balance for name in names}

    def _steem(self, amount: int) -> str:
        return show_amount(amount, STEEM)

    def _tokens(self, amount: int) -> str:
        return show_amount(amount, self._symbol)


def _unit_size() -> int:
    return sum(alpha.STEEM_UNIT.values())
