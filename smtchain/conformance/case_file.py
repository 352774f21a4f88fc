"""A case file: what it says, checked.  `genesis/whitepaper/FORMAT.md` describes every member."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from protocol.operations.smt_contribution import SmtCapReveal
from protocol.operations.smt_inflation import SmtSetupInflation
from protocol.operations.smt_parameters import SmtSetSetupParameters
from protocol.operations.smt_setup import SmtSetup
from protocol.params import Network
from protocol.types import AccountName, Symbol, Time
from smtchain.conformance.case_operations import read_operations
from smtchain.conformance.reader import (
    CaseDuplicateError,
    CaseFormError,
    CaseMissingFieldError,
    CaseReferenceError,
    Members,
    as_account,
    as_integer,
    as_row,
    as_text,
    as_time,
    load_document,
)

FORMAT = 1
REVEALS = ("min", "hard")


@dataclass(frozen=True, slots=True)
class Contribution:
    """STEEM satoshis that an account contributes under its own number."""

    account: AccountName
    contribution_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class RefusedContribution:
    """A contribution that must be refused with an error code."""

    account: AccountName
    amount: int
    code: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A contribution that its contributor takes back at a time."""

    contribution: Contribution
    time: Time


@dataclass(frozen=True, slots=True)
class TimedReveal:
    """The reveal of the minimum (`min`) or the hard cap (`hard`) at a time."""

    cap: str
    time: Time


@dataclass(frozen=True, slots=True)
class ExpectedEmission:
    """An inflation event: its nominal time, and the satoshis of each target."""

    time: Time
    emitted: dict[str, int]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case must lead to, in satoshis; what is not listed is zero.

    Attributes
    ----------
    is_launched : bool
        The verdict.  When it is False only `refunded` says anything.
    units_accepted, unit_ratio : int
        STEEM units after refunds and hard cap; token units per STEEM unit.
    steem : dict
        STEEM that the launch pays to accounts.
    steem_vested : dict
        STEEM that the launch vests for accounts.
    tokens, vesting : dict
        Tokens that accounts hold, liquid and as vesting shares.
    market_maker_steem, market_maker_tokens, rewards, vesting_fund : int
        What the token's own funds hold.
    burned : int
        STEEM that leaves existence.
    supply : int
        All tokens.
    refunded : dict
        STEEM that contributors get back, by request or by themselves.
    inflation : tuple of ExpectedEmission
        All inflation events until the case ends, in order.
    """

    is_launched: bool
    refunded: dict[AccountName, int]
    units_accepted: int = 0
    unit_ratio: int = 0
    supply: int = 0
    steem: dict[AccountName, int] = field(default_factory=dict)
    steem_vested: dict[AccountName, int] = field(default_factory=dict)
    tokens: dict[AccountName, int] = field(default_factory=dict)
    vesting: dict[AccountName, int] = field(default_factory=dict)
    market_maker_steem: int = 0
    market_maker_tokens: int = 0
    rewards: int = 0
    vesting_fund: int = 0
    burned: int = 0
    inflation: tuple[ExpectedEmission, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One run on a fresh chain.

    Attributes
    ----------
    reveals : tuple or None
        None: both caps are revealed with the setup.
    until : Time or None
        How long inflation is watched after the launch; None: not at all.
    """

    name: str
    contributions: tuple[Contribution, ...]
    refused_contributions: tuple[RefusedContribution, ...]
    refund_requests: tuple[RefundRequest, ...]
    reveals: tuple[TimedReveal, ...] | None
    until: Time | None
    expect: Expectation


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A token's setup, the reveals of its caps by name, and cases to run with them.

    Attributes
    ----------
    inflation : tuple of SmtSetupInflation
        Its inflation schedule, sent before the setup.
    notes : tuple of str
        What was left out of the whitepaper's JSON, and why.
    """

    path: Path
    name: str
    symbol: Symbol
    setup_parameters: SmtSetSetupParameters | None
    inflation: tuple[SmtSetupInflation, ...]
    setup: SmtSetup
    reveals: dict[str, SmtCapReveal]
    notes: tuple[str, ...]
    cases: tuple[Case, ...]


def load_case_file(path: Path, network: Network) -> CaseFile:
    """Read and check a case file.

    Parameters
    ----------
    network : Network
        The chain the cases will run on; decides the names of core assets.

    Raises
    ------
    CaseFileError
        The file is refused; the subclass says why, `field` where and `value` what.
    """
    document = load_document(path)
    if (version := document.get_integer("format")) != FORMAT:
        raise CaseFormError(f"expected {FORMAT}", field="format", value=version)
    for about in ("source", "description"):
        document.get_text(about, "")
    operations = read_operations(document, network)
    found = CaseFile(
        path=path,
        name=document.get_text("name"),
        symbol=operations.setup.symbol,
        setup_parameters=operations.setup_parameters,
        inflation=operations.inflation,
        setup=operations.setup,
        reveals=dict(zip(REVEALS, operations.reveals, strict=True)),
        notes=operations.notes,
        cases=_read_cases(document),
    )
    document.finish()
    return found


def _read_cases(document: Members) -> tuple[Case, ...]:
    entries = document.get_list("cases")
    if not entries:
        raise CaseMissingFieldError("a file needs at least one case", field="cases")
    cases = tuple(_read_case(Members(entry, f"cases[{i}]")) for i, entry in enumerate(entries))
    for name, count in Counter(case.name for case in cases).items():
        if count > 1:
            raise CaseDuplicateError("two cases have this name", field="cases", value=name)
    return cases


def _read_case(entry: Members) -> Case:
    contributions = _read_contributions(entry)
    entry.get_text("note", "")
    case = Case(
        name=entry.get_text("name"),
        contributions=contributions,
        refused_contributions=_read_refused(entry),
        refund_requests=_read_refund_requests(entry, contributions),
        reveals=_read_reveals(entry) if entry.has("reveals") else None,
        until=as_time(entry.get("until"), entry.path_of("until")) if entry.has("until") else None,
        expect=_read_expectation(entry.get_members("expect")),
    )
    entry.finish()
    return case


def _read_contributions(entry: Members) -> tuple[Contribution, ...]:
    counts: Counter[AccountName] = Counter()
    contributions = []
    for index, value in enumerate(entry.get_list("contributions")):
        path = entry.path_of(f"contributions[{index}]")
        row = as_row(value, path, "account, satoshis", 2)
        account = as_account(row[0], f"{path}[0]")
        amount = as_integer(row[1], f"{path}[1]")
        contributions.append(Contribution(account, counts[account], amount))
        counts[account] += 1
    return tuple(contributions)


def _read_refused(entry: Members) -> tuple[RefusedContribution, ...]:
    refused = []
    for index, value in enumerate(entry.get_list("refused_contributions")):
        path = entry.path_of(f"refused_contributions[{index}]")
        row = as_row(value, path, "account, satoshis, error code", 3)
        refused.append(
            RefusedContribution(
                as_account(row[0], f"{path}[0]"),
                as_integer(row[1], f"{path}[1]"),
                as_text(row[2], f"{path}[2]"),
            )
        )
    return tuple(refused)


def _read_refund_requests(
    entry: Members, contributions: tuple[Contribution, ...]
) -> tuple[RefundRequest, ...]:
    known = {(given.account, given.contribution_id): given for given in contributions}
    requests = []
    for index, value in enumerate(entry.get_list("refund_requests")):
        path = entry.path_of(f"refund_requests[{index}]")
        row = as_row(value, path, "account, contribution id, time", 3)
        account = as_account(row[0], f"{path}[0]")
        contribution = known.get((account, as_integer(row[1], f"{path}[1]")))
        if contribution is None:
            raise CaseReferenceError("the case has no such contribution", field=path, value=value)
        requests.append(RefundRequest(contribution, as_time(row[2], f"{path}[2]")))
    return tuple(requests)


def _read_reveals(entry: Members) -> tuple[TimedReveal, ...]:
    reveals: list[TimedReveal] = []
    for index, value in enumerate(entry.get_list("reveals")):
        path = entry.path_of(f"reveals[{index}]")
        row = as_row(value, path, "min or hard, time", 2)
        cap = as_text(row[0], f"{path}[0]")
        if cap not in REVEALS:
            raise CaseFormError("expected min or hard", field=f"{path}[0]", value=cap)
        if any(earlier.cap == cap for earlier in reveals):
            raise CaseDuplicateError("this cap is revealed twice", field=f"{path}[0]", value=cap)
        reveals.append(TimedReveal(cap, as_time(row[1], f"{path}[1]")))
    return tuple(reveals)


def _read_expectation(entry: Members) -> Expectation:
    is_launched = entry.get_flag("launched")
    if not entry.has("refunded"):
        raise CaseMissingFieldError("member is missing", field=entry.path_of("refunded"))
    refunded = entry.get_figures("refunded")
    if not is_launched:
        entry.finish()
        return Expectation(is_launched=False, refunded=refunded)
    vesting = entry.get_figures("vesting")
    maker_steem = maker_tokens = 0
    if entry.has("market_maker"):
        maker = entry.get_members("market_maker")
        maker_steem, maker_tokens = maker.get_integer("steem"), maker.get_integer("tokens")
        maker.finish()
    expectation = Expectation(
        is_launched=True,
        refunded=refunded,
        units_accepted=entry.get_integer("units_accepted"),
        unit_ratio=entry.get_integer("unit_ratio"),
        supply=entry.get_integer("supply"),
        steem=entry.get_figures("steem"),
        steem_vested=entry.get_figures("steem_vested"),
        tokens=entry.get_figures("tokens"),
        vesting=vesting,
        market_maker_steem=maker_steem,
        market_maker_tokens=maker_tokens,
        rewards=entry.get_integer("rewards", 0),
        vesting_fund=entry.get_integer("vesting_fund", sum(vesting.values())),
        burned=entry.get_integer("burned", 0),
        inflation=_read_emissions(entry),
    )
    entry.finish()
    return expectation


def _read_emissions(entry: Members) -> tuple[ExpectedEmission, ...]:
    emissions = []
    for index, value in enumerate(entry.get_list("inflation")):
        path = entry.path_of(f"inflation[{index}]")
        row = as_row(value, path, "time, satoshis by target", 2)
        targets = Members(row[1], f"{path}[1]")
        emitted = {
            name: as_integer(amount, targets.path_of(name)) for name, amount in targets.items()
        }
        emissions.append(ExpectedEmission(as_time(row[0], f"{path}[0]"), emitted))
    return tuple(emissions)
