"""Whatever is moved, vested and burned in whatever order, nothing appears and nothing is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st
from world import ALPHA, World, sbd, steem

from protocol.assets import SBD, STEEM, Asset
from protocol.errors import EvaluationError
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from smtchain.processing.null_account import process_null_account

NAMES = st.sampled_from(["alice", "bob", "null"])
PAYERS = st.sampled_from(["alice", "bob"])
AMOUNTS = st.integers(min_value=1, max_value=1_500)

transfers = st.builds(
    lambda payer, to, amount, symbol: Transfer(payer, to, Asset(amount, symbol), ""),
    PAYERS,
    NAMES,
    AMOUNTS,
    st.sampled_from([STEEM, SBD, ALPHA]),
)
power_ups = st.builds(
    lambda payer, to, amount, symbol: TransferToVesting(payer, to, Asset(amount, symbol)),
    PAYERS,
    NAMES,
    AMOUNTS,
    st.sampled_from([STEEM, ALPHA]),
)
steps = st.lists(st.one_of(transfers, power_ups, st.just("sweep")), max_size=25)


def check(world, token):
    accounts = list(world.state.accounts.scan())
    holdings = list(world.state.smt_balances.scan())
    totals = world.globals
    liquid = sum(account.balance for account in accounts)
    assert totals.current_supply == liquid + totals.total_vesting_fund_steem
    assert totals.current_sbd_supply == sum(account.sbd_balance for account in accounts)
    assert totals.total_vesting_shares == sum(account.vesting_shares for account in accounts)
    tokens = sum(holding.liquid for holding in holdings)
    assert token.current_supply == tokens + token.total_vesting_fund_smt
    assert token.total_vesting_shares == sum(holding.vesting_shares for holding in holdings)
    assert all(holding.liquid or holding.vesting_shares for holding in holdings)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_every_satoshi_stays_accounted_for(operations):
    world = World()
    token = world.add_token()
    for name in ("alice", "bob"):
        for asset in (steem(3_000), sbd(3_000), Asset(3_000, ALPHA)):
            world.give(name, asset)
    for step in operations:
        if step == "sweep":
            process_null_account(world.ctx)
        else:
            try:
                world.apply(step)
            except EvaluationError:
                world.ctx.take_emitted()
        check(world, token)
