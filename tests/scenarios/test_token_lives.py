"""Second chances and several tokens: reset, relaunch, one account with many tokens."""

from dataclasses import replace

import pytest
from smt_world import commitment, make_policy
from token_stage import HOUR, PLAIN, TokenStage

from protocol.assets import SBD, STEEM, Asset
from protocol.errors import ProtocolError
from protocol.operations.smt_contribution import SmtRefunded
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_parameters import (
    SmtParamAllowDownvotes,
    SmtParamAllowVoting,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.operations.smt_setup import SmtPhaseChanged
from protocol.operations.transfer import Transfer
from protocol.symbols import smt_symbol
from smtchain.state.tables.smt import SmtPhase

FREE = Asset(0, SBD)


@pytest.fixture
def token(chain):
    return TokenStage(chain)


def code_of(send, *operations):
    with pytest.raises(ProtocolError) as caught:
        send(*operations)
    return caught.value.code


class TestReset:
    def test_wipes_everything_but_the_identifier(self, token):
        voting = SmtSetSetupParameters(
            token.control, token.symbol, (SmtParamAllowVoting(value=False),)
        )
        downvotes = SmtSetRuntimeParameters(
            token.control, token.symbol, (SmtParamAllowDownvotes(value=False),)
        )
        first = token.inflation({"bob": 1}, 5)
        second = token.inflation({"bob": 1}, 6, schedule_time=token.launch + 1)
        token.send(token.creation(), voting, downvotes, first, second)
        paid = token.stage.actor("alice").sbd
        reset = token.creation(smt_creation_fee=FREE)
        assert code_of(token.send, reset) == "evaluation.smt.inflation_present"
        assert (
            code_of(token.send, replace(first, remove=True)) == "evaluation.smt.inflation_not_last"
        )
        token.send(replace(second, remove=True), replace(first, remove=True), reset)
        assert (token.row.allow_voting, token.row.allow_downvotes) == (True, True)
        assert token.stage.actor("alice").sbd == paid

    def test_may_change_the_precision(self, token):
        token.send(token.creation())
        eight = smt_symbol(token.symbol >> 5, 8)
        token.send(token.creation(symbol=eight, smt_creation_fee=FREE))
        assert token.row.symbol == eight
        old = SmtSetSetupParameters(
            token.control, token.symbol, (SmtParamAllowVoting(value=False),)
        )
        assert code_of(token.send, old) == "evaluation.smt.wrong_precision"
        # Only smt_setup may say another precision again: it is authoritative.
        token.send(token.setup())
        assert token.row.symbol == token.symbol

    def test_is_refused_after_the_setup(self, token):
        token.set_up()
        reset = token.creation(smt_creation_fee=FREE)
        assert code_of(token.send, reset) == "evaluation.smt.wrong_phase"

    def test_is_refused_to_others(self, token):
        token.send(token.creation())
        theft = token.creation(control_account="bob", smt_creation_fee=FREE)
        assert code_of(token.send, theft) == "evaluation.smt.not_controller"


class TestPrecision:
    """ "The symbol precision in smt_setup_operation is authoritative ... Subsequently issued
    operations must have matching precision" (SMT setup)."""

    def test_the_setup_decides_and_keeps_every_satoshi_of_the_schedule(self, token):
        four = token.symbol
        token.send(token.creation(), token.inflation({"bob": 1}, 12_345))
        token.symbol = six = smt_symbol(four >> 5, 6)
        token.send(token.setup(), token.reveal(1), token.reveal(1_000))
        assert token.row.symbol == six
        token.go(token.begin)
        wrong = replace(token.contribution("bob", 1_000), symbol=four)
        assert code_of(token.send, wrong) == "evaluation.smt.wrong_precision"
        token.send(token.contribution("bob", 1_000))
        token.go(token.launch)
        # 600 from the launch; 12,345 satoshis, now 0.012345 instead of 1.2345.
        assert token.held("bob") == (600 + 12_345,)
        assert token.stage.events(SmtInflationEmitted)[0].emitted == (("bob", Asset(12_345, six)),)
        old = Transfer("bob", "carol", Asset(1, four), "")
        assert code_of(token.send, old) == "evaluation.smt.wrong_precision"


class TestRelaunch:
    """ "The symbol will remain reserved to the specified control_account.  However, in order to
    launch the token, an smt_create_operation must be issued and the fee paid again." """

    @pytest.fixture
    def failed(self, token):
        """A token whose launch failed for want of one unit; bob and carol are refunded."""
        policy = replace(PLAIN, min_steem_units_commitment=commitment(301))
        endless = token.inflation({"bob": 1}, 5, interval_seconds=21_600, interval_count=0xFFFFFFFF)
        token.set_up(policy, 301, 1_000, before=(endless,))
        token.go(token.begin)
        token.contribute(("bob", 1_000), ("carol", 2_000))
        token.go(token.launch)
        assert token.phase == SmtPhase.LAUNCH_FAILED
        return token

    def again(self, token):
        """Give the token new dates, from now on."""
        token.begin = token.stage.now + HOUR
        token.end, token.launch = token.begin + HOUR, token.begin + 2 * HOUR
        token.expiration = token.begin + 3 * HOUR

    def test_everybody_has_their_steem_again(self, failed):
        assert {name: failed.stage.actor(name).steem for name in ("bob", "carol")} == {
            "bob": 1_000_000_000,
            "carol": 1_000_000_000,
        }
        refunds = failed.stage.events(SmtRefunded)
        assert [(each.contributor, each.automatic) for each in refunds] == [
            ("bob", True),
            ("carol", True),
        ]

    def test_needs_the_fee_and_the_same_account(self, failed):
        assert code_of(failed.send, failed.creation(smt_creation_fee=FREE)) == (
            "evaluation.smt.wrong_phase"
        )
        assert code_of(failed.send, failed.creation(control_account="bob")) == (
            "evaluation.smt.not_controller"
        )
        assert code_of(failed.send, failed.creation(smt_creation_fee=Asset(999, SBD))) == (
            "evaluation.smt.wrong_creation_fee"
        )

    def test_burns_the_fee_again(self, failed):
        state = failed.stage.state
        before, supply = failed.stage.actor("alice").sbd, state.globals.get().current_sbd_supply
        failed.send(failed.creation())
        assert failed.stage.actor("alice").sbd == before - 1_000
        assert state.globals.get().current_sbd_supply == supply - 1_000
        assert failed.stage.events(SmtPhaseChanged)[-1] == SmtPhaseChanged(
            failed.symbol, SmtPhase.LAUNCH_FAILED, SmtPhase.SETUP
        )

    def test_takes_steem_for_the_fee_too(self, failed):
        failed.send(failed.creation(smt_creation_fee=Asset(1_000, STEEM)))
        assert failed.phase == SmtPhase.SETUP

    def test_begins_without_an_inflation_schedule_and_may_succeed(self, failed):
        failed.send(failed.creation())
        nai = failed.symbol & ~0x0F
        assert failed.stage.state.smt_inflation.first("", nai) is None
        self.again(failed)
        failed.send(failed.setup(), failed.reveal(1), failed.reveal(1_000))
        failed.go(failed.begin)
        failed.contribute(("bob", 1_000), ("carol", 2_000))
        failed.go(failed.launch)
        assert failed.phase == SmtPhase.ACTIVE
        assert failed.held("bob", "carol", "ivan") == (600, 1_200, 900)

    def test_after_an_expiration_and_with_another_precision(self, token):
        token.set_up()
        token.go(token.expiration)
        assert token.phase == SmtPhase.LAUNCH_FAILED
        token.symbol = smt_symbol(token.symbol >> 5, 6)
        token.send(token.creation())
        assert (token.phase, token.row.symbol) == (SmtPhase.SETUP, token.symbol)
        self.again(token)
        token.send(token.setup())
        assert token.phase == SmtPhase.SETUP_COMPLETED


class TestSeveralTokensOfOneAccount:
    def test_live_side_by_side(self, chain):
        first = TokenStage(chain)
        first.set_up(PLAIN, 1, 1_000)
        second = TokenStage(chain)
        assert second.symbol != first.symbol
        second.set_up(
            make_policy(pre_steem={"judy": 100}, pre_token={"$from": 7}, hard_cap=100), 1, 100
        )
        first.go(second.begin)
        # The same contributor may use the same number for both.
        chain.push(first.contribution("bob", 1_000))
        chain.push(second.contribution("bob", 1_000))
        chain.produce()
        chain.jump_to(second.launch)
        assert (first.phase, second.phase) == (SmtPhase.ACTIVE, SmtPhase.ACTIVE)
        assert (first.held("bob"), second.held("bob")) == ((600,), (70,))
        controlled = list(chain.state.smt_tokens.scan("by_control_account", "alice"))
        assert {row.symbol for row in controlled} == {first.symbol, second.symbol}
        chain.send(
            Transfer("bob", "carol", first.amount(1), ""),
            Transfer("bob", "carol", second.amount(2), ""),
        )
        assert (first.held("carol"), second.held("carol")) == ((1,), (2,))

    def test_a_refund_of_one_leaves_the_other(self, chain):
        first = TokenStage(chain)
        first.set_up()
        second = TokenStage(chain)
        second.set_up()
        chain.jump_to(second.begin)
        chain.push(first.contribution("bob", 1_000))
        chain.push(second.contribution("bob", 2_000))
        chain.produce()
        chain.jump_to(second.launch)
        chain.send(first.refund("bob", 1_000))
        assert (first.generation.contributed, second.generation.contributed) == (0, 2_000)
