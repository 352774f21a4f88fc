"""Whatever a token's life does to an account is in the history of that account."""

from dataclasses import replace

import pytest
from smt_world import commitment, make_policy
from token_stage import DAY, PLAIN, TokenStage

from protocol.operation import OPERATIONS_BY_TAG, Operation
from protocol.operations.smt_contribution import (
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefunded,
)
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_parameters import SmtParamMarketMaker, SmtSetSetupParameters
from protocol.operations.smt_setup import SmtLaunchEvaluated, SmtPhaseChanged, SmtTokenLaunched
from protocol.operations.transfer import ClearNullAccountBalance
from protocol.params import DEV
from protocol.wire import decode_as

SIX_HOURS = 21_600

# Whom each virtual operation touches: those it pays, and the control account for what concerns
# the token as a whole.
TOUCHED = {
    SmtPhaseChanged: lambda event: {"alice"},
    SmtLaunchEvaluated: lambda event: {"alice"},
    SmtTokenLaunched: lambda event: {"alice"},
    SmtContributorPayout: lambda event: {event.contributor},
    SmtRefunded: lambda event: {event.contributor},
    SmtFounderPayout: lambda event: {"alice"} | {name for name, _ in event.account_payouts},
    SmtInflationEmitted: lambda event: (
        {"alice"} | {name for name, _ in event.emitted if name[0] != "$"}
    ),
    ClearNullAccountBalance: lambda event: {"null"},
}
PEOPLE = (
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "null",
)


def history_of(stage, name):
    """Return (block number, operation) of everything in an account's history, oldest first."""
    entries = stage.chain.history.get_account_history(name, None, 10_000)
    return [(entry.block_num, decode_as(Operation, entry.operation, DEV)) for _, entry in entries]


def reported(stage):
    """Return (block number, virtual operation) of all token events so far."""
    found = []
    for block in stage.blocks:
        inside = [done.operation for each in block.transactions for done in each]
        found += [
            (block.number, operation)
            for operation in (*inside, *block.events)
            if type(operation) in TOUCHED
        ]
    return found


def check_histories(stage):
    """Check that every event is in the histories of those it touches, once, and in no other."""
    events = reported(stage)
    for name in PEOPLE:
        mine = [each for each in history_of(stage, name) if type(each[1]) in TOUCHED]
        expected = [each for each in events if name in TOUCHED[type(each[1])](each[1])]
        assert mine == expected, name
    return {type(event) for _, event in events}


@pytest.fixture
def token(chain):
    return TokenStage(chain)


def everything(token):
    """A launch that pays every kind of target, with inflation to every kind of target."""
    maker = SmtSetSetupParameters(
        "alice", token.symbol, (SmtParamMarketMaker(2_500, 2_500, 0, 0, pay_later_emission=False),)
    )
    policy = make_policy(
        pre_steem={"heidi": 4, "null": 1, "$from": 2, "$from.vesting": 2, "$market_maker": 1},
        pre_token={"$from": 3, "$from.vesting": 2, "ivan": 1, "$rewards": 1, "$vesting": 1},
        hard_cap=250,
    )
    inflation = token.inflation(
        {"judy": 3, "null": 1, "$rewards": 2, "$vesting": 1, "$market_maker": 1},
        800,
        interval_seconds=SIX_HOURS,
        interval_count=3,
    )
    token.set_up(policy, 1, 250, before=(maker, inflation))
    token.go(token.begin)
    token.contribute(("bob", 1_000), ("carol", 2_000), ("bob", 500))
    token.go(token.end)


class TestHistories:
    def test_a_launch_and_its_inflation(self, token):
        everything(token)
        token.go(token.launch)
        token.go(token.launch + DAY)
        assert check_histories(token.stage) == {
            SmtPhaseChanged,
            SmtLaunchEvaluated,
            SmtContributorPayout,
            SmtFounderPayout,
            SmtTokenLaunched,
            SmtInflationEmitted,
            ClearNullAccountBalance,
        }

    def test_a_failure_and_its_refunds(self, token):
        policy = replace(PLAIN, min_steem_units_commitment=commitment(500))
        token.run(policy, ("bob", 1_000), ("carol", 2_000))
        assert SmtRefunded in check_histories(token.stage)

    def test_a_late_launch_with_a_refund_on_request(self, token):
        token.send(token.creation(), token.setup())
        token.go(token.begin)
        token.contribute(("bob", 1_000), ("carol", 2_000))
        token.go(token.launch)
        token.send(token.refund("bob", 1_000, 0))
        token.send(token.reveal(1), token.reveal(1_000))
        assert check_histories(token.stage) >= {SmtRefunded, SmtContributorPayout}
        (refund,) = token.stage.events(SmtRefunded)
        assert not refund.automatic

    def test_an_expiration_and_a_relaunch(self, token):
        token.send(token.creation(), token.setup())
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        token.go(token.expiration)
        token.send(token.creation())
        check_histories(token.stage)
        phases = [event for _, event in history_of(token.stage, "alice")]
        assert SmtPhaseChanged(token.symbol, 6, 0) in phases


def balances(stage):
    """Return everybody's STEEM, VESTS and tokens."""
    state = stage.state
    core = {row.name: (row.balance, row.vesting_shares) for row in state.accounts.scan()}
    tokens = {row.owner: [] for row in state.smt_balances.scan()}
    for row in state.smt_balances.scan():
        tokens[row.owner].append((row.nai, row.liquid, row.vesting_shares))
    return {name: (core[name], tokens.get(name)) for name in core}


def test_no_balance_changes_without_an_entry_in_that_block(token):
    """The launch and four inflation events, seen from the balances alone."""
    everything(token)
    for moment in range(5):
        before = balances(token.stage)
        token.go(token.launch + moment * SIX_HOURS)
        number = token.stage.chain.head_block_number
        after = balances(token.stage)
        changed = {name for name in after if after[name] != before[name]}
        if moment < 4:
            assert changed >= ({"bob", "carol", "heidi", "ivan"} if moment == 0 else {"judy"})
        for name in changed:
            assert number in [block for block, _ in history_of(token.stage, name)], name


def test_every_virtual_operation_of_tokens_is_looked_at():
    ours = {cls for tag, cls in OPERATIONS_BY_TAG.items() if cls.IS_VIRTUAL and 76 <= tag <= 82}
    assert ours == set(TOUCHED) - {ClearNullAccountBalance}
