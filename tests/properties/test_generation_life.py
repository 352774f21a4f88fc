"""Laws of a generation, checked over random policies and contributions.

Everything goes through the operations and events of a chain state; `check_supplies` runs after
every block on the way.
"""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from smt_world import (
    BEGIN,
    END,
    LAUNCH,
    Launchpad,
    commitment,
    jump,
    make_policy,
    token_of,
    valid_smt_cap_reveal,
    valid_smt_contribute,
)
from world import ALPHA, World

from protocol.assets import STEEM, Asset, stripped
from protocol.operations.smt_contribution import SmtContributorPayout, SmtRefunded
from protocol.operations.smt_setup import SmtLaunchEvaluated
from smtchain.state.tables.smt import SmtPhase

PEOPLE = ("anna", "bert", "cora", "dirk")
FOUNDERS = ("fay", "gus")
EXAMPLES = settings(max_examples=60, deadline=None)

weights = st.integers(1, 9)
steem_targets = st.sampled_from(("fay", "gus", "null", "$from", "$from.vesting", "$market_maker"))
token_targets = st.sampled_from(
    ("fay", "gus", "null", "$from", "$from.vesting", "$market_maker", "$rewards", "$vesting")
)
contributions = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.integers(1, 120)), min_size=1, max_size=8
)


@st.composite
def policies(draw, *, is_soft=None, minimum=None):
    """A policy whose STEEM units have equal size on both sides of the soft cap, if it has one."""
    pre_steem = draw(st.dictionaries(steem_targets, weights, min_size=1, max_size=4))
    pre_token = draw(st.dictionaries(token_targets, weights, min_size=1, max_size=4))
    hard_cap = draw(st.integers(20, 400))
    low = draw(st.integers(1, 5))
    terms = {
        "minimum": minimum or draw(st.integers(1, 20)),
        "hard_cap": hard_cap,
        "ratios": (low, low + draw(st.integers(0, 20))),
    }
    if draw(st.booleans()) if is_soft is None else is_soft:
        size = sum(pre_steem.values())
        other = draw(steem_targets)
        terms |= {
            "post_steem": {other: size} if size == 1 else {other: size - 1, "zoe": 1},
            "post_token": draw(st.dictionaries(token_targets, weights, max_size=3)),
            "soft_cap_percent": draw(st.integers(1_000, 9_999)),
        }
    return make_policy(pre_steem=pre_steem, pre_token=pre_token, **terms)


@dataclass
class Life:
    """A launch and what came of it."""

    world: World
    launchpad: Launchpad
    emitted: tuple = ()

    @property
    def verdict(self):
        return next(each for each in self.emitted if isinstance(each, SmtLaunchEvaluated))

    def all_of(self, kind):
        return [each for each in self.emitted if isinstance(each, kind)]


def begin(policy):
    """Set up a token with this policy and open it for contributions."""
    world = World()
    for name in (*PEOPLE, *FOUNDERS, "zoe"):
        world.add_account(name)
    world.add_token(ALPHA, phase=SmtPhase.SETUP, market_maker_reserve_ratio=2_500)
    launchpad = Launchpad(world)
    launchpad.configure(policy)
    jump(world, BEGIN)
    return Life(world, launchpad)


def unit_size(policy):
    return policy.pre_soft_cap_unit.steem_unit_sum


def contribute(life, policy, given_units):
    for name, units in given_units:
        life.launchpad.contribute(name, units * unit_size(policy))


def launch(life, policy, *, order=("min", "hard")):
    """Reveal both caps in an order and let the announced time come."""
    caps = {
        "min": policy.min_steem_units_commitment.lower_bound,
        "hard": policy.hard_cap_steem_units_commitment.lower_bound,
    }
    life.launchpad.reveal(*(caps[each] for each in order))
    jump(life.world, END)
    life.emitted = jump(life.world, LAUNCH)
    return life


def live(policy, given_units):
    life = begin(policy)
    contribute(life, policy, given_units)
    return launch(life, policy)


def core_steem(world):
    """All STEEM there is: liquid, vested, held for tokens."""
    tokens = list(world.state.smt_tokens.scan())
    return (
        sum(row.balance for row in world.state.accounts.scan())
        + world.globals.total_vesting_fund_steem
        + sum(row.contributed for row in world.state.smt_generations.scan())
        + sum(token.market_maker_steem for token in tokens)
    )


def holdings(world):
    """Everybody's balances and the token's own funds; nothing that counts or orders."""
    state = world.state
    accounts = {row.name: (row.balance, row.vesting_shares) for row in state.accounts.scan()}
    tokens = {row.owner: (row.liquid, row.vesting_shares) for row in state.smt_balances.scan()}
    token = token_of(world)
    funds = {
        name: getattr(token, name)
        for name in (
            "phase",
            "current_supply",
            "total_vesting_fund_smt",
            "total_vesting_shares",
            "reward_balance",
            "market_maker_steem",
            "market_maker_tokens",
        )
    }
    vested = (world.globals.total_vesting_fund_steem, world.globals.total_vesting_shares)
    return accounts, tokens, funds, vested


def of_founders(world):
    """What everybody gets who is not a contributor."""
    accounts, tokens, funds, _ = holdings(world)
    names = (*FOUNDERS, "zoe")
    return (
        {name: accounts[name] for name in names},
        {name: tokens.get(name) for name in names},
        {name: funds[name] for name in funds if name != "total_vesting_shares"},
    )


@EXAMPLES
@given(policy=policies(), given_units=contributions)
def test_no_satoshi_of_steem_is_created_or_lost(policy, given_units):
    life = begin(policy)
    contribute(life, policy, given_units)
    before = core_steem(life.world)
    launch(life, policy)
    burned = sum(
        asset.amount
        for each in life.emitted
        for asset in getattr(each, "total_cleared", ())
        if asset.symbol == STEEM
    )
    assert core_steem(life.world) + burned == before
    contributed = sum(units for _, units in given_units) * unit_size(policy)
    refunded = sum(each.amount.amount for each in life.all_of(SmtRefunded)) + sum(
        each.refund.amount for each in life.all_of(SmtContributorPayout)
    )
    accepted = life.verdict.units_accepted * unit_size(policy)
    assert refunded + accepted == contributed


@EXAMPLES
@given(policy=policies(), given_units=contributions)
def test_tokens_are_the_supply_and_the_supply_is_what_units_create(policy, given_units):
    life = live(policy, given_units)
    verdict, token = life.verdict, token_of(life.world)
    below = min(verdict.units_accepted, verdict.soft_cap_units)
    created = verdict.unit_ratio * sum(
        weight * units
        for unit, units in (
            (policy.pre_soft_cap_unit, below),
            (policy.post_soft_cap_unit, verdict.units_accepted - below),
        )
        for target, weight in unit.token_unit
        if target != "null"
    )
    held = sum(row.liquid for row in life.world.state.smt_balances.scan())
    assert token.current_supply == created <= token.max_supply
    assert token.current_supply == (
        held + token.total_vesting_fund_smt + token.reward_balance + token.market_maker_tokens
    )


@EXAMPLES
@given(
    policy=policies(minimum=1),
    given_units=contributions,
    data=st.data(),
)
def test_another_order_changes_only_what_first_come_first_served_says(policy, given_units, data):
    shuffled = data.draw(st.permutations(given_units))
    one, other = live(policy, given_units), live(policy, shuffled)
    assert one.verdict == other.verdict
    assert of_founders(one.world) == of_founders(other.world)
    hard_cap = policy.hard_cap_steem_units_commitment.lower_bound
    if sum(units for _, units in given_units) > hard_cap:
        return
    # Nobody is cut off: everybody's units are accepted, whenever they came.
    for name in PEOPLE:
        mine = [each for each in one.all_of(SmtContributorPayout) if each.contributor == name]
        theirs = [each for each in other.all_of(SmtContributorPayout) if each.contributor == name]
        assert sum(each.accepted_units for each in mine) == sum(
            each.accepted_units for each in theirs
        )
    if one.verdict.units_accepted <= one.verdict.soft_cap_units:
        assert holdings(one.world)[1] == holdings(other.world)[1]


@EXAMPLES
@given(
    policy=policies(minimum=1),
    given_units=contributions,
    place=st.integers(0, 8),
    units=st.integers(1, 500),
)
def test_a_refunded_contribution_was_never_made(policy, given_units, place, units):
    """Refunds open with the announced time; the launch then waits for the hard cap."""
    place = min(place, len(given_units))
    with_erna = [*given_units[:place], ("erna", units), *given_units[place:]]
    minimum = policy.min_steem_units_commitment.lower_bound
    hard_cap = policy.hard_cap_steem_units_commitment.lower_bound
    ends = []
    for rows in (given_units, with_erna):
        life = begin(policy)
        life.world.add_account("erna")
        life.world.give("erna", Asset(500 * unit_size(policy), STEEM))
        for name, count in rows:
            if name == "erna":
                life.world.apply(erna_gives(life, policy, units))
            else:
                life.launchpad.contribute(name, count * unit_size(policy))
        jump(life.world, END)
        jump(life.world, LAUNCH)
        if rows is with_erna:
            before = life.world.state.smt_generations.get(stripped(ALPHA)).contributed
            life.launchpad.refund("erna", units * unit_size(policy))
            after = life.world.state.smt_generations.get(stripped(ALPHA)).contributed
            assert before - after == units * unit_size(policy)
        life.launchpad.reveal(minimum, hard_cap)
        jump(life.world, LAUNCH + 3)
        ends.append(holdings(life.world))
    assert ends[0] == ends[1]


def erna_gives(life, policy, units):
    return valid_smt_contribute(
        contributor="erna",
        contribution_id=0,
        contribution=Asset(units * unit_size(policy), STEEM),
    )


@EXAMPLES
@given(
    policy=policies(),
    given_units=contributions,
    place=st.integers(0, 7),
    data=st.data(),
)
def test_one_contribution_in_two_consecutive_parts_is_the_same(policy, given_units, place, data):
    place = min(place, len(given_units) - 1)
    name, units = given_units[place]
    first = data.draw(st.integers(0, units))
    parts = [(name, part) for part in (first, units - first) if part]
    split = [*given_units[:place], *parts, *given_units[place + 1 :]]
    whole, in_parts = live(policy, given_units), live(policy, split)
    assert whole.verdict == in_parts.verdict
    if policy_vests_steem(policy):
        # Each purchase of shares is rounded down by itself.
        assert of_founders(whole.world) == of_founders(in_parts.world)
        assert holdings(whole.world)[1] == holdings(in_parts.world)[1]
        return
    assert holdings(whole.world) == holdings(in_parts.world)


def policy_vests_steem(policy):
    units = (policy.pre_soft_cap_unit, policy.post_soft_cap_unit)
    return any(target == "$from.vesting" for unit in units for target, _ in unit.steem_unit)


@EXAMPLES
@given(policy=policies(minimum=1), given_units=contributions, more=st.integers(1, 300))
def test_more_contributions_never_raise_the_ratio_or_lower_the_units(policy, given_units, more):
    few, many = live(policy, given_units), live(policy, [*given_units, ("dirk", more)])
    assert many.verdict.unit_ratio <= few.verdict.unit_ratio
    assert many.verdict.units_accepted >= few.verdict.units_accepted
    low, high = policy.min_unit_ratio, policy.max_unit_ratio
    assert low <= many.verdict.unit_ratio <= few.verdict.unit_ratio <= high


@EXAMPLES
@given(policy=policies(), given_units=contributions, nonces=st.tuples(*[st.integers(0, 2**64)] * 2))
def test_the_order_of_reveals_does_not_matter(policy, given_units, nonces):
    """Hidden caps of one pair of bounds, so that only the hash tells which is which."""
    minimum = policy.min_steem_units_commitment.lower_bound
    hard_cap = policy.hard_cap_steem_units_commitment.lower_bound
    hidden = replace(
        policy,
        min_steem_units_commitment=commitment(minimum, nonces[0], lower=1, upper=400),
        hard_cap_steem_units_commitment=commitment(hard_cap, nonces[1], lower=10, upper=400),
    )
    ends = []
    for is_minimum_first in (True, False):
        life = begin(hidden)
        contribute(life, hidden, given_units)
        reveals = [(minimum, nonces[0]), (hard_cap, nonces[1])]
        for amount, nonce in reveals if is_minimum_first else reversed(reveals):
            life.world.apply(valid_smt_cap_reveal(amount, nonce))
        jump(life.world, END)
        jump(life.world, LAUNCH)
        ends.append((holdings(life.world), life.world.seal()))
    assert ends[0] == ends[1]
