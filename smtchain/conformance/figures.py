"""The figures that a case compares: what the file expects, what the chain shows, the difference.

Both sides become one table of numbers by name.  A name that only one side has counts as zero on the
other, so that nothing may turn up anywhere that the file does not list.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from protocol.assets import STEEM, VESTS, Asset
from protocol.jsonscalars import print_time
from protocol.operation import Operation
from protocol.operations.smt_contribution import SmtContributorPayout, SmtRefunded
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_setup import SmtLaunchEvaluated
from protocol.operations.transfer import ClearNullAccountBalance
from protocol.operations.witness import ProducerReward
from protocol.types import AccountName
from smtchain.conformance.case_file import Contribution, Expectation
from smtchain.state.state import State
from smtchain.state.tables.account import Account
from smtchain.state.tables.smt import SmtBalance, SmtPhase, SmtToken

Figures = dict[str, int]

UNITS = "units accepted"
RATIO = "unit ratio"
SUPPLY = "token supply"
EVENTS = "inflation events"
_UNIT_OF = {UNITS: "units", RATIO: "units", EVENTS: "events"}
_STEEM_OF = "STEEM of"
_REFUNDED_TO = "STEEM refunded to"


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure, or one step, that is not what the file expects."""

    what: str
    expected: int | str
    got: int | str

    @property
    def line(self) -> str:
        """Return `what: expected X got Y (difference D satoshis)`; D is Y - X."""
        shown = f"{self.what}: expected {self.expected} got {self.got}"
        if isinstance(self.expected, int) and isinstance(self.got, int):
            unit = _UNIT_OF.get(self.what, "satoshis")
            shown += f" (difference {self.got - self.expected} {unit})"
        return shown


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one account owns of the core assets, in satoshis."""

    steem: int
    sbd: int
    vests: int


def compare(expected: Figures, found: Figures) -> tuple[Difference, ...]:
    """Return one difference for each figure that is not the same on both sides."""
    names = [*expected, *(name for name in found if name not in expected)]
    return tuple(
        Difference(name, expected.get(name, 0), found.get(name, 0))
        for name in names
        if expected.get(name, 0) != found.get(name, 0)
    )


def expected_figures(expect: Expectation) -> Figures:
    """Return all figures of an expectation."""
    figures = {
        UNITS: expect.units_accepted,
        RATIO: expect.unit_ratio,
        SUPPLY: expect.supply,
        "market maker STEEM": expect.market_maker_steem,
        "market maker tokens": expect.market_maker_tokens,
        "reward fund tokens": expect.rewards,
        "vesting fund tokens": expect.vesting_fund,
        "STEEM burned": expect.burned,
    }
    for shown, amounts in (
        (_STEEM_OF, expect.steem),
        (_REFUNDED_TO, expect.refunded),
        ("STEEM vested by", expect.steem_vested),
        ("tokens of", expect.tokens),
        ("token vesting shares of", expect.vesting),
    ):
        figures.update({f"{shown} {name}": amount for name, amount in amounts.items()})
    figures[EVENTS] = len(expect.inflation)
    for event in expect.inflation:
        figures |= _emission_figures(event.time, event.emitted)
    return figures


def core_holdings(state: State) -> dict[AccountName, Holdings]:
    """Return what every account owns of STEEM, SBD and VESTS, savings and rewards included."""
    return {account.name: _holdings_of(account) for account in state.accounts.scan()}


def _holdings_of(account: Account) -> Holdings:
    return Holdings(
        steem=account.balance
        + account.savings_balance
        + account.reward_steem_balance
        + account.reward_vesting_steem,
        sbd=account.sbd_balance + account.savings_sbd_balance + account.reward_sbd_balance,
        vests=account.vesting_shares,
    )


def found_figures(
    state: State,
    token: SmtToken,
    before: dict[AccountName, Holdings],
    contributions: tuple[Contribution, ...],
    reported: tuple[Operation, ...],
) -> Figures:
    """Return all figures that the chain shows once a launch is over.

    Parameters
    ----------
    before : dict
        Everybody's core assets before the generation.
    contributions : tuple of Contribution
        What has been paid in since then.
    reported : tuple of Operation
        Virtual operations since then.  The launch was the last thing to vest STEEM.
    """
    figures = token_figures(state, token)
    figures |= _reported_figures(reported)
    figures |= _vested_figures(state, reported)
    figures |= _core_changes(state, before, reported)
    # A contributor's balance shows what the launch paid it once both ways of the money are undone.
    for contribution in contributions:
        figures[f"{_STEEM_OF} {contribution.account}"] += contribution.amount
    for name in {contribution.account: None for contribution in contributions}:
        figures[f"{_STEEM_OF} {name}"] -= figures.get(f"{_REFUNDED_TO} {name}", 0)
    return figures


def later_figures(
    state: State,
    token: SmtToken,
    after_launch: dict[AccountName, Holdings],
    reported: tuple[Operation, ...],
) -> Figures:
    """Return what the chain shows some time after a launch: tokens, and STEEM that has moved.

    Parameters
    ----------
    after_launch : dict
        Everybody's core assets when the launch was over.
    reported : tuple of Operation
        Virtual operations since then.
    """
    changes = _core_changes(state, after_launch, reported)
    moved = {f"{name} after the launch": amount for name, amount in changes.items()}
    return token_figures(state, token) | moved


def token_figures(state: State, token: SmtToken) -> Figures:
    """Return where all tokens are."""
    figures = {
        SUPPLY: token.current_supply,
        "market maker STEEM": token.market_maker_steem,
        "market maker tokens": token.market_maker_tokens,
        "reward fund tokens": token.reward_balance,
        "vesting fund tokens": token.total_vesting_fund_smt,
        "tokens pending as rewards": token.pending_rewarded_vesting_smt,
    }
    for balance in state.smt_balances.scan():
        figures[f"tokens of {balance.owner}"] = balance.liquid
        figures[f"token vesting shares of {balance.owner}"] = balance.vesting_shares
        figures[f"other holdings of tokens of {balance.owner}"] = _other_tokens(balance)
    return figures


def inflation_figures(reported: tuple[Operation, ...]) -> Figures:
    """Return all inflation events that virtual operations report."""
    events = [each for each in reported if isinstance(each, SmtInflationEmitted)]
    figures: Figures = {EVENTS: len(events)}
    for event in events:
        emitted = {str(target): asset.amount for target, asset in event.emitted}
        figures |= _emission_figures(event.event_time, emitted)
    return figures


def _emission_figures(time: int, emitted: Mapping[str, int]) -> Figures:
    shown = print_time(time)
    return {f"inflation of {shown} to {target}": amount for target, amount in emitted.items()}


def _other_tokens(balance: SmtBalance) -> int:
    return balance.savings + balance.pending_liquid + balance.pending_vesting_shares


def _reported_figures(reported: tuple[Operation, ...]) -> Figures:
    figures: Counter[str] = Counter()
    for operation in reported:
        match operation:
            case SmtLaunchEvaluated(success=True):
                figures[UNITS] = operation.units_accepted
                figures[RATIO] = operation.unit_ratio
            case SmtRefunded():
                figures[f"{_REFUNDED_TO} {operation.contributor}"] += operation.amount.amount
            case SmtContributorPayout():
                figures[f"{_REFUNDED_TO} {operation.contributor}"] += operation.refund.amount
            case ClearNullAccountBalance():
                figures["STEEM burned"] += _amount_in(operation.total_cleared, STEEM)
            case _:
                pass
    return dict(figures)


def _vested_figures(state: State, reported: tuple[Operation, ...]) -> Figures:
    """Return the STEEM that payouts vested, worked out backwards from the shares they bought."""
    properties = state.globals.get()
    fund, shares = properties.total_vesting_fund_steem, properties.total_vesting_shares
    figures: Counter[str] = Counter()
    payouts = [each for each in reported if isinstance(each, SmtContributorPayout)]
    for payout in reversed(payouts):
        bought = _amount_in(payout.payouts, VESTS)
        if bought:
            steem = steem_vested(bought, fund, shares)
            figures[f"STEEM vested by {payout.contributor}"] += steem
            fund, shares = fund - steem, shares - bought
    return dict(figures)


def steem_vested(bought: int, fund: int, shares: int) -> int:
    """Return the STEEM satoshis that bought `bought` VESTS satoshis, or -1 if no amount does.

    Whoever vests s satoshis gets floor(s * V / F) shares, V and F being shares and fund before it.

    Parameters
    ----------
    fund, shares : int
        Fund and shares after the purchase.

    Examples
    --------
    >>> steem_vested(2_000, 10_000 + 2, 10_000_000 + 2_000)
    2
    """
    near = bought * fund // shares
    for steem in (near, near + 1, near - 1):
        if 0 < steem < fund and steem * (shares - bought) // (fund - steem) == bought:
            return steem
    return -1


def _amount_in(assets: tuple[Asset, ...], symbol: int) -> int:
    return sum(asset.amount for asset in assets if asset.symbol == symbol)


def _core_changes(
    state: State, before: dict[AccountName, Holdings], reported: tuple[Operation, ...]
) -> Figures:
    """Return how everybody's core assets have changed; of VESTS, what no operation reports."""
    nothing = Holdings(0, 0, 0)
    vests = _reported_vests(reported)
    changes: Figures = {}
    for name, now in core_holdings(state).items():
        then = before.get(name, nothing)
        changes[f"{_STEEM_OF} {name}"] = now.steem - then.steem
        changes[f"SBD of {name}"] = now.sbd - then.sbd
        changes[f"unreported VESTS of {name}"] = now.vests - then.vests - vests[name]
    return changes


def _reported_vests(reported: tuple[Operation, ...]) -> Counter[AccountName]:
    vests: Counter[AccountName] = Counter()
    for operation in reported:
        if isinstance(operation, ProducerReward):
            vests[operation.producer] += operation.vesting_shares.amount
        elif isinstance(operation, SmtContributorPayout):
            vests[operation.contributor] += _amount_in(operation.payouts, VESTS)
    return vests


def verdict_of(token: SmtToken) -> str:
    """Return how a generation ended, `launched` or `failed`, or the phase it is still in."""
    phase = SmtPhase(token.phase)
    if phase == SmtPhase.ACTIVE:
        return "launched"
    return "failed" if phase == SmtPhase.LAUNCH_FAILED else phase.name.lower()
