"""Balances: credit, debit, rows of tokens, interest."""

import pytest
from world import ALPHA, NOW, sbd, steem

from protocol.arith import ArithmeticRangeError
from protocol.assets import VESTS, Asset, paired_symbol
from protocol.errors import InvariantViolationError
from smtchain.ledger.balances import (
    InsufficientFundsError,
    balance_of,
    credit,
    debit,
    require_funds,
)
from smtchain.state.errors import RowNotFoundError

ALPHA_SHARES = paired_symbol(ALPHA)
SYMBOLS = [steem(0).symbol, sbd(0).symbol, VESTS, ALPHA, ALPHA_SHARES]


@pytest.mark.parametrize("symbol", SYMBOLS)
class TestEveryAsset:
    def test_credit_and_debit_move_the_balance(self, world, symbol):
        assert balance_of(world.state, "alice", symbol) == 0
        credit(world.state, world.params, "alice", Asset(10, symbol))
        assert balance_of(world.state, "alice", symbol) == 10
        debit(world.state, world.params, "alice", Asset(4, symbol))
        assert balance_of(world.state, "alice", symbol) == 6
        assert balance_of(world.state, "bob", symbol) == 0

    def test_debit_takes_all_and_not_one_more(self, world, symbol):
        credit(world.state, world.params, "alice", Asset(10, symbol))
        with pytest.raises(InsufficientFundsError) as caught:
            debit(world.state, world.params, "alice", Asset(11, symbol), "fee")
        assert (caught.value.field, caught.value.available) == ("fee", Asset(10, symbol))
        debit(world.state, world.params, "alice", Asset(10, symbol))
        assert balance_of(world.state, "alice", symbol) == 0

    def test_does_not_touch_the_other_balances(self, world, symbol):
        credit(world.state, world.params, "alice", Asset(10, symbol))
        others = [balance_of(world.state, "alice", other) for other in SYMBOLS if other != symbol]
        assert others == [0, 0, 0, 0]

    def test_supply_is_not_its_business(self, world, symbol):
        token = world.add_token()
        credit(world.state, world.params, "alice", Asset(10, symbol))
        assert (world.globals.current_supply, world.globals.current_sbd_supply) == (0, 0)
        assert token.current_supply == 0

    def test_negative_amounts_are_a_bug(self, world, symbol):
        with pytest.raises(InvariantViolationError):
            credit(world.state, world.params, "alice", Asset(-1, symbol))

    def test_a_balance_cannot_pass_64_bits(self, world, symbol):
        credit(world.state, world.params, "alice", Asset((1 << 63) - 1, symbol))
        with pytest.raises(ArithmeticRangeError):
            credit(world.state, world.params, "alice", Asset(1, symbol))


class TestForeignAssets:
    def test_a_symbol_that_is_neither_core_nor_token_is_a_bug(self, world):
        with pytest.raises(InvariantViolationError):
            credit(world.state, world.params, "alice", Asset(1, 3))


class TestRequireFunds:
    def test_names_the_field_and_shows_the_amount(self, world):
        with pytest.raises(InsufficientFundsError) as caught:
            require_funds(world.state, world.params, "alice", steem(1_500), "contribution")
        assert (caught.value.field, caught.value.value) == ("contribution", "1.500 STEEM")

    def test_unknown_accounts_are_found_out(self, world):
        with pytest.raises(RowNotFoundError):
            require_funds(world.state, world.params, "nobody", steem(1))


class TestTokenRows:
    def test_first_credit_makes_the_row_with_the_liquid_symbol(self, world):
        credit(world.state, world.params, "alice", Asset(7, ALPHA_SHARES))
        row = world.holding("alice", ALPHA)
        assert (row.symbol, row.liquid, row.vesting_shares) == (ALPHA, 0, 7)

    def test_nothing_credited_makes_no_row(self, world):
        credit(world.state, world.params, "alice", Asset(0, ALPHA))
        assert world.holding("alice", ALPHA) is None

    def test_row_stays_while_anything_is_left(self, world):
        credit(world.state, world.params, "alice", Asset(7, ALPHA))
        credit(world.state, world.params, "alice", Asset(1, ALPHA_SHARES))
        debit(world.state, world.params, "alice", Asset(7, ALPHA))
        assert world.holding("alice", ALPHA).vesting_shares == 1
        debit(world.state, world.params, "alice", Asset(1, ALPHA_SHARES))
        assert world.holding("alice", ALPHA) is None

    @pytest.mark.parametrize(
        "column",
        [
            "delegated_vesting_shares",
            "received_vesting_shares",
            "savings",
            "pending_liquid",
            "pending_vesting_shares",
            "pending_vesting_value",
            "next_vesting_withdrawal",
        ],
    )
    def test_row_stays_while_another_column_says_something(self, world, column):
        credit(world.state, world.params, "alice", Asset(7, ALPHA))
        world.state.smt_balances.modify(world.holding("alice", ALPHA), **{column: 1})
        debit(world.state, world.params, "alice", Asset(7, ALPHA))
        assert getattr(world.holding("alice", ALPHA), column) == 1

    def test_credit_to_null_burns(self, world):
        token = world.add_token(current_supply=10)
        credit(world.state, world.params, "null", Asset(4, ALPHA))
        assert token.current_supply == 6
        assert world.holding("null", ALPHA) is None


class TestInterest:
    def test_is_paid_before_the_change_and_returned(self, world):
        # 1,000 SBD for a year at 10 %: 100, even though all is withdrawn then.
        world.give("alice", sbd(1_000))
        world.set_globals(sbd_interest_rate=1_000, time=NOW + 31_536_000)
        assert debit(world.state, world.params, "alice", sbd(1_000)) == 100
        alice = world.account("alice")
        assert (alice.sbd_balance, alice.sbd_seconds) == (100, 0)
        assert alice.sbd_last_interest_payment == NOW + 31_536_000
        assert world.globals.current_sbd_supply == 1_100

    def test_seconds_are_counted_until_thirty_days(self, world):
        world.give("alice", sbd(1_000))
        world.state.accounts.modify(world.account("alice"), sbd_last_interest_payment=NOW)
        world.set_globals(sbd_interest_rate=1_000, time=NOW + 100)
        assert credit(world.state, world.params, "alice", sbd(1)) == 0
        alice = world.account("alice")
        assert (alice.sbd_seconds, alice.sbd_seconds_last_update) == (100_000, NOW + 100)
