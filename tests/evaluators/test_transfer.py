"""transfer: STEEM, SBD and launched tokens between accounts."""

import pytest
from world import ALPHA, BETA, NOW, sbd, steem

from protocol.assets import SBD, STEEM, Asset, nai_string, smt_symbol
from protocol.operations.savings import Interest
from protocol.operations.transfer import Transfer
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.balances import InsufficientFundsError, balance_of
from smtchain.ledger.smt import SmtNotFoundError, SmtPhaseError, SmtPrecisionError
from smtchain.state.tables.smt import SmtPhase


def valid_transfer(**changes):
    given = {"from_account": "alice", "to": "bob", "amount": steem(400), "memo": "hello"}
    return Transfer(**(given | changes))


def funds(world, symbol):
    return tuple(balance_of(world.state, name, symbol) for name in ("alice", "bob"))


class TestTransferApply:
    @pytest.fixture(autouse=True)
    def _funded(self, world):
        world.give("alice", steem(1_000))
        world.give("alice", sbd(1_000))

    @pytest.mark.parametrize("symbol", [STEEM, SBD])
    def test_moves_exactly_the_amount(self, world, symbol):
        world.apply(valid_transfer(amount=Asset(400, symbol)))
        assert funds(world, symbol) == (600, 400)
        assert (world.globals.current_supply, world.globals.current_sbd_supply) == (1_000, 1_000)

    def test_moves_everything(self, world):
        world.apply(valid_transfer(amount=steem(1_000)))
        assert funds(world, STEEM) == (0, 1_000)

    def test_to_oneself_changes_nothing(self, world):
        world.apply(valid_transfer(to="alice", amount=steem(1_000)))
        assert funds(world, STEEM) == (1_000, 0)

    def test_rejects_one_satoshi_more_than_there_is(self, world):
        world.refuse(
            valid_transfer(amount=steem(1_001)),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "amount",
            "1.001 STEEM",
        )
        world.apply(valid_transfer())

    def test_funds_error_tells_who_has_what(self, world):
        with pytest.raises(InsufficientFundsError) as caught:
            world.apply(valid_transfer(amount=sbd(1_001)))
        assert (caught.value.account, caught.value.available) == ("alice", sbd(1_000))
        assert caught.value.required == sbd(1_001)

    @pytest.mark.parametrize(
        ("changes", "field"), [({"from_account": "nobody"}, "from"), ({"to": "nobody"}, "to")]
    )
    def test_rejects_unknown_accounts(self, world, changes, field):
        world.refuse(
            valid_transfer(**changes),
            AccountNotFoundError,
            "evaluation.account.not_found",
            field,
            "nobody",
        )
        world.apply(valid_transfer())

    def test_pays_and_reports_sbd_interest_of_both_sides(self, world):
        # alice: 1.000 SBD for a year at 10 % gives 0.100; bob holds nothing.
        world.set_globals(sbd_interest_rate=1_000, time=NOW + 31_536_000)
        emitted = world.apply(valid_transfer(amount=sbd(400)))
        assert emitted == (Interest(owner="alice", interest=sbd(100)),)
        assert funds(world, SBD) == (700, 400)
        assert world.globals.current_sbd_supply == 1_100


class TestTransferOfTokens:
    def test_exchanges_two_tokens_as_the_reference_test_does(self, world):
        # docs/RULES.md 3.1: alice 100 A, bob 110 B; 20 A and 50 B exchanged.
        world.add_token(ALPHA)
        world.add_token(BETA)
        world.give("alice", Asset(100, ALPHA))
        world.give("bob", Asset(110, BETA))
        assert world.apply(valid_transfer(amount=Asset(20, ALPHA))) == ()
        world.apply(valid_transfer(from_account="bob", to="alice", amount=Asset(50, BETA)))
        assert funds(world, ALPHA) == (80, 20)
        assert funds(world, BETA) == (50, 60)

    def test_to_null_burns_at_once(self, world):
        token = world.add_token()
        world.give("alice", Asset(100, ALPHA))
        assert world.apply(valid_transfer(to="null", amount=Asset(30, ALPHA))) == ()
        assert token.current_supply == 70
        assert world.holding("null", ALPHA) is None
        assert funds(world, ALPHA) == (70, 0)

    def test_last_satoshi_removes_the_row(self, world):
        world.add_token()
        world.give("alice", Asset(100, ALPHA))
        world.apply(valid_transfer(amount=Asset(100, ALPHA)))
        assert world.holding("alice", ALPHA) is None
        assert world.holding("bob", ALPHA).liquid == 100

    def test_rejects_more_than_there_is(self, world):
        world.add_token()
        world.give("alice", Asset(100, ALPHA))
        world.refuse(
            valid_transfer(amount=Asset(101, ALPHA)),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "amount",
            f"0.0101 {nai_string(ALPHA)}",
        )
        world.apply(valid_transfer(amount=Asset(100, ALPHA)))

    def test_rejects_an_unknown_token(self, world):
        world.refuse(
            valid_transfer(amount=Asset(1, ALPHA)),
            SmtNotFoundError,
            "evaluation.smt.not_found",
            "amount",
            nai_string(ALPHA),
        )

    def test_rejects_another_precision(self, world):
        world.add_token()
        world.give("alice", Asset(100, ALPHA))
        world.refuse(
            valid_transfer(amount=Asset(1, smt_symbol(31415926, 3))),
            SmtPrecisionError,
            "evaluation.smt.wrong_precision",
            "amount",
            3,
        )

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase != SmtPhase.ACTIVE])
    def test_rejects_every_phase_but_active(self, world, phase):
        token = world.add_token(phase=phase)
        world.give("alice", Asset(100, ALPHA))
        world.refuse(
            valid_transfer(amount=Asset(1, ALPHA)),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "amount",
            phase.name.lower(),
        )
        world.state.smt_tokens.modify(token, phase=SmtPhase.ACTIVE)
        world.apply(valid_transfer(amount=Asset(1, ALPHA)))
