"""transfer_to_vesting: powering up STEEM and tokens; figures by hand."""

import pytest
from world import ALPHA, steem

from protocol.assets import Asset, paired_symbol
from protocol.operations.vesting import TransferToVesting
from smtchain.evaluators.vesting import NoSharesError, VestingNotAllowedError
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.ledger.smt import SmtNotFoundError, SmtPhaseError
from smtchain.state.tables.smt import SmtPhase


def valid_power_up(**changes):
    given = {"from_account": "alice", "to": "bob", "amount": steem(400)}
    return TransferToVesting(**(given | changes))


class TestTransferToVestingApply:
    @pytest.fixture(autouse=True)
    def _funded(self, world):
        world.give("alice", steem(1_000))

    def test_first_steem_buys_a_thousand_shares_per_satoshi(self, world):
        assert world.apply(valid_power_up()) == ()
        assert world.account("alice").balance == 600
        assert world.account("bob").vesting_shares == 400_000
        assert world.globals.total_vesting_fund_steem == 400
        assert world.globals.total_vesting_shares == 400_000
        assert world.globals.current_supply == 1_000

    def test_empty_beneficiary_is_the_sender(self, world):
        world.apply(valid_power_up(to=""))
        assert world.account("alice").vesting_shares == 400_000

    def test_later_steem_buys_at_the_price_of_the_fund(self, world):
        # 7 satoshis at 400000 shares for 600 satoshis: 4666.67, rounded down.
        world.apply(valid_power_up())
        world.set_globals(total_vesting_fund_steem=600)
        world.apply(valid_power_up(amount=steem(7)))
        assert world.account("bob").vesting_shares == 404_666
        assert world.globals.total_vesting_fund_steem == 607

    def test_new_shares_come_with_full_mana(self, world):
        world.apply(valid_power_up())
        bob = world.account("bob")
        assert (bob.voting_mana, bob.voting_mana_updated) == (400_000, world.globals.time)

    @pytest.mark.parametrize(
        ("changes", "field"), [({"from_account": "nobody"}, "from"), ({"to": "nobody"}, "to")]
    )
    def test_rejects_unknown_accounts(self, world, changes, field):
        world.refuse(
            valid_power_up(**changes),
            AccountNotFoundError,
            "evaluation.account.not_found",
            field,
            "nobody",
        )
        world.apply(valid_power_up())

    def test_rejects_more_than_there_is(self, world):
        world.refuse(
            valid_power_up(amount=steem(1_001)),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "amount",
            "1.001 STEEM",
        )
        world.apply(valid_power_up(amount=steem(1_000)))

    def test_rejects_an_amount_that_gives_no_share(self, world):
        # One share is worth two satoshis.
        world.set_globals(total_vesting_fund_steem=20, total_vesting_shares=10)
        world.refuse(
            valid_power_up(amount=steem(1)),
            NoSharesError,
            "evaluation.vesting.no_shares",
            "amount",
            1,
        )
        world.apply(valid_power_up(amount=steem(2)))
        assert world.account("bob").vesting_shares == 1


class TestTransferToVestingOfTokens:
    def test_first_tokens_buy_one_share_each(self, world):
        token = world.add_token()
        world.give("alice", Asset(100, ALPHA))
        world.apply(valid_power_up(amount=Asset(60, ALPHA)))
        assert world.holding("alice", ALPHA).liquid == 40
        bob = world.holding("bob", ALPHA)
        assert (bob.liquid, bob.vesting_shares, bob.symbol) == (0, 60, ALPHA)
        assert (bob.voting_mana, bob.voting_mana_updated) == (60, world.globals.time)
        assert (token.total_vesting_fund_smt, token.total_vesting_shares) == (60, 60)
        assert token.current_supply == 100

    def test_later_tokens_buy_at_the_price_of_the_fund(self, world):
        # 10 tokens at 40 shares for 60: 6.67, rounded down.
        token = world.add_token(total_vesting_fund_smt=60, total_vesting_shares=40)
        world.give("alice", Asset(100, ALPHA))
        world.apply(valid_power_up(amount=Asset(10, ALPHA)))
        assert world.holding("bob", ALPHA).vesting_shares == 6
        assert (token.total_vesting_fund_smt, token.total_vesting_shares) == (70, 46)

    def test_does_not_touch_vests(self, world):
        world.add_token()
        world.give("alice", Asset(100, ALPHA))
        world.apply(valid_power_up(amount=Asset(100, ALPHA)))
        assert (world.account("bob").vesting_shares, world.globals.total_vesting_shares) == (0, 0)

    def test_to_null_burns(self, world):
        token = world.add_token(total_vesting_fund_smt=60, total_vesting_shares=40)
        world.give("alice", Asset(100, ALPHA))
        world.apply(valid_power_up(to="null", amount=Asset(90, ALPHA)))
        assert token.current_supply == 10
        assert world.holding("null", ALPHA) is None
        assert (token.total_vesting_fund_smt, token.total_vesting_shares) == (60, 40)

    def test_rejects_a_token_without_vesting(self, world):
        token = world.add_token(allow_vesting=False)
        world.give("alice", Asset(100, ALPHA))
        world.refuse(
            valid_power_up(amount=Asset(1, ALPHA)),
            VestingNotAllowedError,
            "evaluation.smt.vesting_not_allowed",
            "amount",
            ALPHA,
        )
        world.state.smt_tokens.modify(token, allow_vesting=True)
        world.apply(valid_power_up(amount=Asset(1, ALPHA)))

    def test_allows_vesting_of_a_token_without_voting(self, world):
        # The reference ties plain power-ups to allow_voting by mistake (docs/RULES.md 3.2).
        world.add_token(allow_voting=False)
        world.give("alice", Asset(100, ALPHA))
        world.apply(valid_power_up(amount=Asset(1, ALPHA)))
        assert world.holding("bob", ALPHA).vesting_shares == 1

    def test_rejects_an_unknown_token(self, world):
        with pytest.raises(SmtNotFoundError):
            world.apply(valid_power_up(amount=Asset(1, ALPHA)))

    def test_rejects_a_token_that_is_still_paid_out(self, world):
        world.add_token(phase=SmtPhase.LAUNCHING)
        world.give("alice", Asset(100, ALPHA))
        world.refuse(
            valid_power_up(amount=Asset(1, ALPHA)),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "amount",
            "launching",
        )

    def test_rejects_tokens_that_give_no_share(self, world):
        world.add_token(total_vesting_fund_smt=20, total_vesting_shares=10)
        world.give("alice", Asset(100, ALPHA))
        world.refuse(
            valid_power_up(amount=Asset(1, ALPHA)),
            NoSharesError,
            "evaluation.vesting.no_shares",
            "amount",
            1,
        )
        world.apply(valid_power_up(amount=Asset(2, ALPHA)))

    def test_shares_are_kept_in_the_row_of_the_liquid_symbol(self, world):
        world.add_token()
        world.give("alice", Asset(5, ALPHA))
        world.apply(valid_power_up(amount=Asset(5, ALPHA)))
        vesting_nai = paired_symbol(ALPHA) & ~0x0F
        assert world.state.smt_balances.find("bob", vesting_nai) is None
