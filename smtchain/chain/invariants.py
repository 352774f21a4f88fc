"""What must always hold: every satoshi is somewhere, and counters agree with what they count.

Each rule has a number, which `docs/INVARIANTS.md` explains.  `check_totals` costs the same however
large the state is and runs after every block; `recount` walks over all rows.  Either raises
`InvariantViolationError`: the state contradicts itself, which is a bug here and never a caller's
fault, so the node halts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protocol.assets import SBD, VESTS, Asset, nai_string
from protocol.errors import InvariantViolationError
from protocol.params import ChainParams
from protocol.types import PublicKey
from smtchain.economics.generation import MARKET_MAKER, route_founders
from smtchain.ledger.balances import nai_of
from smtchain.ledger.escrow import escrowed_assets
from smtchain.ledger.inflation_schedule import series_of
from smtchain.ledger.pricing import to_steem
from smtchain.ledger.smt import routes_of
from smtchain.ledger.witness_votes import VOTES_MAX, weight_of
from smtchain.state.state import State
from smtchain.state.tables.account import Account
from smtchain.state.tables.smt import SmtBalance, SmtEventKind, SmtInflation, SmtPhase, SmtToken

_PHASES_WITH_GENERATION = frozenset(
    {
        SmtPhase.SETUP_COMPLETED,
        SmtPhase.CONTRIBUTION,
        SmtPhase.CONTRIBUTION_ENDED,
        SmtPhase.LAUNCH_PENDING,
        SmtPhase.LAUNCHING,
    }
)
_ACCOUNT_AMOUNTS = (
    "balance",
    "savings_balance",
    "sbd_balance",
    "savings_sbd_balance",
    "reward_sbd_balance",
    "reward_steem_balance",
    "reward_vesting_balance",
    "reward_vesting_steem",
    "vesting_shares",
    "delegated_vesting_shares",
    "received_vesting_shares",
)
_TOKEN_AMOUNTS = (
    "liquid",
    "vesting_shares",
    "delegated_vesting_shares",
    "received_vesting_shares",
    "savings",
    "pending_liquid",
    "pending_vesting_shares",
    "pending_vesting_value",
)
_PROMPT_EVENTS = (
    SmtEventKind.BEGIN,
    SmtEventKind.END,
    SmtEventKind.LAUNCH,
    SmtEventKind.EXPIRE,
)
_EVENTS_OF_PHASE: Mapping[SmtPhase, Sequence[SmtEventKind]] = {
    SmtPhase.SETUP_COMPLETED: _PROMPT_EVENTS,
    SmtPhase.CONTRIBUTION: _PROMPT_EVENTS[1:],
    SmtPhase.CONTRIBUTION_ENDED: _PROMPT_EVENTS[2:],
    SmtPhase.LAUNCH_PENDING: _PROMPT_EVENTS[3:],
    SmtPhase.LAUNCHING: (SmtEventKind.STREAM,),
}
"""What a token waits for; without it, it would wait for ever."""


@dataclass(slots=True)
class _Sums:
    """Sums over rows, satoshis or shares, by the name of the column."""

    accounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tokens: dict[int, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


def check_totals(state: State, params: ChainParams) -> None:
    """Check the rules that relate the running totals to each other (numbers 1 to 4).

    Raises
    ------
    InvariantViolationError
        A rule does not hold.

    Spec
    ----
    steemd: database.cpp::validate_invariants
    """
    properties = state.globals.get()
    totals = {
        "STEEM supply": properties.current_supply,
        "SBD supply": properties.current_sbd_supply,
        "vesting fund": properties.total_vesting_fund_steem,
        "vesting shares": properties.total_vesting_shares,
        "pending vesting shares": properties.pending_rewarded_vesting_shares,
        "pending vesting STEEM": properties.pending_rewarded_vesting_steem,
    }
    for name, amount in totals.items():
        _true(1, 0 <= amount <= params.max_satoshis, f"{name} is {amount}")
    sbd_value = to_steem(state, Asset(properties.current_sbd_supply, SBD)).amount
    _equal(2, "virtual supply", properties.virtual_supply, properties.current_supply + sbd_value)
    vested = properties.total_vesting_fund_steem + properties.pending_rewarded_vesting_steem
    _true(
        3,
        vested <= properties.current_supply,
        f"{vested} STEEM satoshis are vested and {properties.current_supply} exist",
    )
    _equal(
        4,
        "participation count",
        properties.participation_count,
        properties.recent_slots_filled.bit_count(),
    )
    _true(
        4,
        properties.last_irreversible_block_num <= properties.head_block_number,
        f"block {properties.last_irreversible_block_num} is irreversible before it exists",
    )


def recount(state: State, params: ChainParams) -> None:
    """Check every rule by walking over all rows.

    Raises
    ------
    InvariantViolationError
        A rule does not hold.

    Spec
    ----
    steemd: database.cpp::validate_invariants, database.cpp::validate_smt_invariants
    """
    check_totals(state, params)
    sums = _Sums()
    for account in state.accounts.scan():
        _count_account(account, sums)
    for balance in state.smt_balances.scan():
        _count_balance(state, balance, sums)
    _count_held(state, sums)
    _check_core_supplies(state, sums)
    for token in state.smt_tokens.scan():
        _check_token(state, params, token, sums)
    _check_schedules(state)
    _check_generations(state)
    _check_events(state)
    _check_witnesses(state)
    _check_authorities(state)
    _check_nai_pool(state, params)


def _count_account(account: Account, sums: _Sums) -> None:
    for name in _ACCOUNT_AMOUNTS:
        amount = getattr(account, name)
        _true(5, amount >= 0, f"{name} of {account.name} is {amount}")
        sums.accounts[name] += amount


def _count_balance(state: State, balance: SmtBalance, sums: _Sums) -> None:
    shown = f"balance of {balance.owner} in {nai_string(balance.symbol)}"
    token = state.smt_tokens.find(balance.nai)
    _true(6, token is not None, f"{shown}: there is no such token")
    _true(6, token is not None and token.symbol == balance.symbol, f"{shown}: other precision")
    _true(6, state.accounts.exists(balance.owner), f"{shown}: there is no such account")
    amounts = [getattr(balance, name) for name in _TOKEN_AMOUNTS]
    _true(6, any(amounts), f"{shown} is empty and kept")
    for name, amount in zip(_TOKEN_AMOUNTS, amounts, strict=True):
        _true(5, amount >= 0, f"{shown}: {name} is {amount}")
        sums.tokens[balance.nai][name] += amount


def _count_held(state: State, sums: _Sums) -> None:
    """Count what accounts have given away that is nobody's yet, and what they have lent."""
    for escrow in state.escrows.scan():
        shown = f"escrow {escrow.escrow_id} of {escrow.from_account}"
        _true(
            20,
            escrow.is_approved == (escrow.to_approved and escrow.agent_approved),
            f"{shown} is filed under the wrong kind",
        )
        for asset in escrowed_assets(escrow):
            _true(5, asset.amount >= 0, f"{shown} holds {asset}")
            name = "escrowed_sbd" if asset.symbol == SBD else "escrowed_steem"
            sums.accounts[name] += asset.amount
    for request in state.convert_requests.scan():
        shown = f"conversion {request.requestid} of {request.owner}"
        _true(20, request.amount > 0, f"{shown} is of {request.amount}")
        sums.accounts["converting_sbd"] += request.amount
    for delegation in state.vesting_delegations.scan():
        if delegation.symbol == VESTS:
            sums.accounts["lent_vesting_shares"] += delegation.vesting_shares
        else:
            of_token = sums.tokens[nai_of(delegation.symbol)]
            of_token["lent_vesting_shares"] += delegation.vesting_shares


def _check_core_supplies(state: State, sums: _Sums) -> None:
    properties = state.globals.get()
    of = sums.accounts
    steem = (
        of["balance"]
        + of["savings_balance"]
        + of["reward_steem_balance"]
        + of["escrowed_steem"]
        + properties.total_vesting_fund_steem
        + properties.pending_rewarded_vesting_steem
        + sum(fund.reward_balance for fund in state.reward_funds.scan())
        + sum(generation.contributed for generation in state.smt_generations.scan())
        + sum(token.market_maker_steem for token in state.smt_tokens.scan())
    )
    _equal(7, "STEEM supply", properties.current_supply, steem)
    sbd = (
        of["sbd_balance"]
        + of["savings_sbd_balance"]
        + of["reward_sbd_balance"]
        + of["escrowed_sbd"]
        + of["converting_sbd"]
    )
    _equal(8, "SBD supply", properties.current_sbd_supply + properties.init_sbd_supply, sbd)
    _equal(
        9,
        "vesting shares",
        properties.total_vesting_shares + properties.pending_rewarded_vesting_shares,
        of["vesting_shares"] + of["reward_vesting_balance"],
    )
    _equal(
        9,
        "pending vesting STEEM",
        properties.pending_rewarded_vesting_steem,
        of["reward_vesting_steem"],
    )
    _equal(10, "delegated shares", of["delegated_vesting_shares"], of["received_vesting_shares"])
    _equal(10, "received shares", of["received_vesting_shares"], of["lent_vesting_shares"])


def _check_token(state: State, params: ChainParams, token: SmtToken, sums: _Sums) -> None:
    shown = nai_string(token.symbol)
    of = sums.tokens[token.nai]
    supply = (
        of["liquid"]
        + of["savings"]
        + of["pending_liquid"]
        + token.total_vesting_fund_smt
        + token.pending_rewarded_vesting_smt
        + token.reward_balance
        + token.market_maker_tokens
    )
    _equal(11, f"supply of {shown}", token.current_supply, supply)
    _true(
        12,
        0 <= token.current_supply <= token.max_supply <= params.max_share_supply,
        f"supply of {shown} is {token.current_supply}, its maximum {token.max_supply}",
    )
    _equal(
        13,
        f"vesting shares of {shown}",
        token.total_vesting_shares + token.pending_rewarded_vesting_shares,
        of["vesting_shares"] + of["pending_vesting_shares"],
    )
    _equal(
        13,
        f"pending vesting value of {shown}",
        token.pending_rewarded_vesting_smt,
        of["pending_vesting_value"],
    )
    lent = of["lent_vesting_shares"]
    _equal(10, f"delegated shares of {shown}", of["delegated_vesting_shares"], lent)
    _equal(10, f"received shares of {shown}", of["received_vesting_shares"], lent)
    phase = SmtPhase(token.phase)
    has_generation = state.smt_generations.exists(token.nai)
    # A failed launch keeps its generation until the last refund is paid.
    _true(
        14,
        has_generation == (phase in _PHASES_WITH_GENERATION) or phase == SmtPhase.LAUNCH_FAILED,
        f"{shown} in phase {phase.name} has {'a' if has_generation else 'no'} generation",
    )


def _check_schedules(state: State) -> None:
    """Check that inflation schedules belong to tokens, do not overlap, and are counted rightly."""
    for_market_maker: dict[int, int] = defaultdict(int)
    before: SmtInflation | None = None
    for entry in state.smt_inflation.scan():
        token = state.smt_tokens.find(entry.nai)
        shown = f"inflation entry {entry.schedule_time} of {entry.nai}"
        _true(22, token is not None, f"{shown} is of no token")
        if before is not None and before.nai == entry.nai:
            end = series_of(before).last_event_time()
            _true(22, end is not None and end < entry.schedule_time, f"{shown} overlaps")
        for_market_maker[entry.nai] += any(target == MARKET_MAKER for target, _ in entry.token_unit)
        before = entry
    for token in state.smt_tokens.scan():
        _equal(
            22,
            f"entries of {nai_string(token.symbol)} for its market maker",
            token.market_maker_inflation_entries,
            for_market_maker[token.nai],
        )


def _check_generations(state: State) -> None:
    held: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    for row in state.smt_contributions.scan():
        _true(15, row.contribution > 0, f"contribution {row.id} is {row.contribution}")
        _true(15, state.smt_generations.exists(row.nai), f"contribution {row.id} to nothing")
        held[row.nai] += row.contribution
        counts[row.nai] += 1
    for generation in state.smt_generations.scan():
        token = state.smt_tokens.get(generation.nai)
        shown = nai_string(token.symbol)
        _equal(
            15,
            f"contributions to {shown}",
            generation.contribution_count,
            counts[generation.nai],
        )
        # What founders will get is held until the last contributor is paid.
        for_founders = route_founders(
            routes_of(generation.policy),
            generation.processed_pre_units,
            generation.processed_units - generation.processed_pre_units,
            generation.unit_ratio,
        )
        _equal(
            15,
            f"STEEM held for {shown}",
            generation.contributed,
            held[generation.nai] + sum(amount for _, amount in for_founders.steem),
        )


def _check_events(state: State) -> None:
    properties = state.globals.get()
    now, is_begun = properties.time, properties.head_block_number > 0
    waiting: dict[int, list[int]] = defaultdict(list)
    for event in state.smt_events.scan():
        _true(16, state.smt_tokens.exists(event.nai), f"event {event.id} is of no token")
        # A pending transaction may have queued an event for this very second.
        is_late = event.time < now and event.kind in _PROMPT_EVENTS and is_begun
        _true(16, not is_late, f"event {event.id} of kind {event.kind} has not run")
        waiting[event.nai].append(event.kind)
    for token in state.smt_tokens.scan():
        _check_waiting(state, token, sorted(waiting[token.nai]))


def _check_waiting(state: State, token: SmtToken, kinds: list[int]) -> None:
    """Check that a token waits for what its phase leads to, and for nothing else."""
    phase = SmtPhase(token.phase)
    expected = list(_EVENTS_OF_PHASE.get(phase, ()))
    if phase == SmtPhase.LAUNCH_FAILED and state.smt_generations.exists(token.nai):
        expected.append(SmtEventKind.STREAM)
    if phase == SmtPhase.LAUNCH_PENDING and SmtEventKind.LAUNCH in kinds:
        # The last cap was revealed after the last block.
        expected = [SmtEventKind.LAUNCH, *expected]
    if phase == SmtPhase.ACTIVE and SmtEventKind.EMIT in kinds:
        expected.append(SmtEventKind.EMIT)
    _true(
        16,
        kinds == expected,
        f"{nai_string(token.symbol)} in phase {phase.name} waits for events {kinds}",
    )


def _check_witnesses(state: State) -> None:
    shares = state.globals.get().total_vesting_shares
    for witness in state.witnesses.scan():
        _true(17, 0 <= witness.votes <= shares, f"{witness.owner} has {witness.votes} votes")
        _equal(
            17,
            f"order of {witness.owner}",
            witness.votes_descending,
            VOTES_MAX - witness.votes,
        )
    _check_votes(state)
    for name in state.witness_schedule.get().current_shuffled_witnesses:
        _true(17, state.witnesses.exists(name), f"{name} is scheduled and no witness")


def _check_votes(state: State) -> None:
    """Compare proxied weight with who proxies, and each witness' votes with its voters' weight."""
    proxied: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for account in state.accounts.scan():
        name = account.proxy
        for level in range(4):
            proxy = state.accounts.find(name) if name else None
            if proxy is None:
                break
            proxied[name][level] += account.vesting_shares
            name = proxy.proxy
    given: dict[str, int] = defaultdict(int)
    received: dict[str, int] = defaultdict(int)
    for vote in state.witness_votes.scan():
        voter = state.accounts.find(vote.account)
        _true(21, voter is not None, f"{vote.account} votes for {vote.witness} and does not exist")
        if voter is not None:
            _true(21, not voter.proxy, f"{voter.name} votes itself and by its proxy {voter.proxy}")
            given[voter.name] += 1
            received[vote.witness] += weight_of(voter)
    for account in state.accounts.scan():
        name = account.name
        _equal(21, f"number of votes of {name}", account.witnesses_voted_for, given[name])
        for level, shares in enumerate(account.proxied_vsf_votes):
            _equal(21, f"level {level} of proxies of {name}", shares, proxied[name][level])
    for witness in state.witnesses.scan():
        _equal(21, f"votes for {witness.owner}", witness.votes, received.pop(witness.owner, 0))
    _true(21, not received, f"{', '.join(received)} have votes and are no witnesses")


def _check_authorities(state: State) -> None:
    expected: set[tuple[PublicKey, str]] = set()
    for account in state.accounts.scan():
        row = state.account_authorities.find(account.name)
        _true(18, row is not None, f"{account.name} has no authorities")
        if row is not None:
            for authority in (row.owner, row.active, row.posting):
                expected.update((key, account.name) for key, _weight in authority.key_auths)
    found = {(row.public_key, row.account) for row in state.key_references.scan()}
    _true(18, found == expected, "the index of keys differs from the authorities")


def _check_nai_pool(state: State, params: ChainParams) -> None:
    nais = state.nai_pool.get().nais
    _true(19, len(set(nais)) == len(nais), "an identifier is pooled twice")
    _true(19, len(nais) <= params.smt_max_nai_pool_count, f"{len(nais)} identifiers are pooled")
    for nai in nais:
        _true(19, not state.smt_tokens.exists(nai), f"identifier {nai} is pooled and taken")


def _equal(rule: int, what: str, said: int, counted: int) -> None:
    _true(rule, said == counted, f"{what} is {said}, counted {counted}")


def _true(rule: int, holds: bool, otherwise: str) -> None:  # noqa: FBT001 - an assertion
    if not holds:
        raise InvariantViolationError(f"invariant {rule}: {otherwise}")
