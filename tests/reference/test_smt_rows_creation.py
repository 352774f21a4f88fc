"""steemd's tests of creating a token, re-expressed with their numbers."""

from dataclasses import replace

import pytest
from actors import key_of
from reference_rows import OK, answer, assert_refuses_other_keys, assert_signed_by, verdict
from smt_world import fill_pool, sbd_price, set_price, valid_smt_create
from token_stage import TokenStage
from world import ALPHA, World

from protocol.assets import SBD, STEEM, VESTS, Asset
from protocol.authority import single_key_authority
from protocol.errors import ProtocolError
from protocol.operations.account import AccountCreate
from protocol.operations.smt_parameters import (
    CurveId,
    SmtParamAllowDownvotes,
    SmtParamAllowVoting,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.operations.transfer import Transfer
from protocol.symbols import smt_symbol, stripped
from smtchain.state.tables.smt import SmtPhase

CREATE = valid_smt_create(smt_creation_fee=Asset(1_000_000, SBD))
EIGHT_DAYS = 691_200


@pytest.fixture
def zoe(chain):
    """An account of its own that owns nothing, about to create a token."""
    chain.produce()
    owner, active, posting = (
        single_key_authority(key_of("zoe", role).public_key)
        for role in ("owner", "active", "posting")
    )
    chain.send(
        AccountCreate(
            fee=Asset(3_000, STEEM),
            creator="judy",
            new_account_name="zoe",
            owner=owner,
            active=active,
            posting=posting,
            memo_key=key_of("zoe", "memo").public_key,
            json_metadata="",
        )
    )
    return TokenStage(chain, control="zoe")


def give(token, satoshis, symbol):
    token.send(Transfer("judy", token.control, Asset(satoshis, symbol), ""))


class TestValidate:
    """steemd: smt_operation_tests.cpp::smt_create_validate"""

    def test_a_token_of_its_own_with_a_fee_is_valid(self):
        assert verdict(CREATE) == OK

    def test_needs_an_account_name(self):
        assert verdict(CREATE, control_account="@@@@@") == "operation.invalid_account_name"

    @pytest.mark.parametrize(
        ("amount", "code"),
        [(-1, "operation.out_of_bounds"), (10**15, OK), (10**15 + 1, "operation.out_of_bounds")],
    )
    def test_the_fee_is_from_nothing_to_the_largest_supply(self, amount, code):
        assert verdict(CREATE, smt_creation_fee=Asset(amount, SBD)) == code

    def test_the_fee_is_not_in_vests(self):
        assert verdict(CREATE, smt_creation_fee=Asset(1, VESTS)) == "operation.wrong_symbol"

    @pytest.mark.parametrize(
        ("symbol", "code"),
        [
            (STEEM, "operation.not_smt_symbol"),
            (SBD, "operation.not_smt_symbol"),
            (VESTS, "operation.not_smt_symbol"),
            (ALPHA ^ 0x20, "operation.vesting_symbol"),
        ],
    )
    def test_the_symbol_is_a_liquid_token(self, symbol, code):
        assert verdict(CREATE, symbol=symbol) == code

    def test_the_precision_of_the_json_is_the_symbols(self):
        """The member is not on the wire; see test_smt_creation of the operations."""
        with pytest.raises(ProtocolError) as caught:
            CREATE.check_ignored({"precision": 5})
        assert caught.value.code == "json.smt_precision"
        CREATE.check_ignored({"precision": 4})


def test_only_the_control_account_signs(chain):
    """steemd: smt_operation_tests.cpp::smt_create_authorities"""
    assert_signed_by(CREATE, "alice")
    token = TokenStage(chain)
    assert_refuses_other_keys(chain, token.creation(), "alice")


class TestDuplicates:
    def test_the_same_identifier_pooled_again_is_refused(self, chain):
        """steemd: smt_operation_tests.cpp::smt_create_duplicate"""
        token = TokenStage(chain)
        token.send(token.creation())
        assert answer(token.send, token.creation()) == "evaluation.smt.exists"

    def test_other_decimals_do_not_help(self, chain):
        """steemd: smt_operation_tests.cpp::smt_create_duplicate_differing_decimals"""
        token = TokenStage(chain, precision=3)
        token.send(token.creation())
        two = smt_symbol(token.symbol >> 5, 2)
        assert answer(token.send, token.creation(symbol=two)) == "evaluation.smt.exists"

    def test_another_user_does_not_help(self, chain):
        """steemd: smt_operation_tests.cpp::smt_create_duplicate_different_users"""
        token = TokenStage(chain)
        token.send(token.creation())
        theft = token.creation(control_account="bob")
        assert answer(token.send, theft) == "evaluation.smt.exists"

    def test_being_in_the_pool_again_does_not_help(self):
        """steemd: smt_operation_tests.cpp::smt_create_duplicate"""
        world = World()
        world.add_token(phase=SmtPhase.SETUP)
        fill_pool(world, ALPHA)
        with pytest.raises(ProtocolError) as caught:
            world.apply(valid_smt_create(smt_creation_fee=Asset(3_000, STEEM)))
        assert caught.value.code == "evaluation.smt.exists"


class TestFunds:
    @pytest.mark.parametrize(
        "symbol",
        [pytest.param(STEEM, id="smt_create_with_steem_funds"),
         pytest.param(SBD, id="smt_create_with_sbd_funds")],
    )  # fmt: skip
    def test_a_balance_of_999_is_too_little_and_one_satoshi_more_is_enough(self, zoe, symbol):
        """steemd: smt_operation_tests.cpp::smt_create_with_steem_funds
        steemd: smt_operation_tests.cpp::smt_create_with_sbd_funds
        """
        give(zoe, 999, symbol)
        creation = zoe.creation(smt_creation_fee=Asset(1_000, symbol))
        assert answer(zoe.send, creation) == "evaluation.insufficient_funds"
        give(zoe, 1, symbol)
        assert answer(zoe.send, creation) == OK
        assert (zoe.stage.actor("zoe").steem, zoe.stage.actor("zoe").sbd) == (0, 0)

    def test_an_identifier_out_of_the_pool_is_refused(self, chain):
        """steemd: smt_operation_tests.cpp::smt_create_with_invalid_nai"""
        token = TokenStage(chain)
        taken = chain.state.nai_pool.get().nais
        assert stripped(ALPHA) not in taken
        creation = token.creation(symbol=ALPHA)
        assert answer(token.send, creation) == "evaluation.smt.nai_not_available"


class TestFee:
    """steemd: smt_operation_tests.cpp::smt_creation_fee_test; 1 SBD is worth 2 STEEM."""

    @pytest.fixture(params=[(2_000, False), (1_000, True)], ids=["2.000 STEEM", "1.000 SBD"])
    def world(self, request):
        amount, is_in_sbd = request.param
        made = World()
        made.set_globals(smt_creation_fee=amount, smt_creation_fee_in_sbd=is_in_sbd)
        set_price(made, sbd_price(1_000, 2_000))
        fill_pool(made, ALPHA)
        for symbol in (STEEM, SBD):
            made.give("alice", Asset(10_000, symbol))
        return made

    @pytest.mark.parametrize("fee", [Asset(2_000, STEEM), Asset(1_000, SBD)], ids=str)
    def test_the_exact_worth_is_taken_in_either_asset(self, world, fee):
        world.apply(valid_smt_create(smt_creation_fee=fee))
        assert world.state.smt_tokens.exists(stripped(ALPHA))

    @pytest.mark.parametrize("fee", [Asset(1_999, STEEM), Asset(999, SBD)], ids=str)
    def test_a_satoshi_less_is_refused_in_either_asset(self, world, fee):
        creation = valid_smt_create(smt_creation_fee=fee)
        assert answer(world.apply, creation) == "evaluation.smt.wrong_creation_fee"


class TestLegacyCreation:
    """steemd: smt_tests.cpp::smt_create_apply"""

    @pytest.mark.parametrize("symbol", [STEEM, SBD])
    def test_needs_the_funds(self, zoe, symbol):
        creation = zoe.creation(smt_creation_fee=Asset(1_000, symbol))
        assert answer(zoe.send, creation) == "evaluation.insufficient_funds"

    def test_sbd_pays(self, zoe):
        give(zoe, 1_000, SBD)
        assert answer(zoe.send, zoe.creation()) == OK
        again = zoe.creation(symbol=smt_symbol(zoe.symbol >> 5, 5), control_account="bob")
        assert answer(zoe.send, again) == "evaluation.smt.exists"

    @pytest.mark.parametrize("symbol", [STEEM, SBD])
    def test_a_satoshi_less_than_the_fee_is_refused(self, zoe, symbol):
        give(zoe, 1_000, symbol)
        creation = zoe.creation(smt_creation_fee=Asset(999, symbol))
        assert answer(zoe.send, creation) == "evaluation.smt.wrong_creation_fee"

    def test_no_symbol_has_more_than_twelve_decimals(self):
        assert smt_symbol(31415926, 12)
        with pytest.raises(ProtocolError):
            smt_symbol(31415926, 13)


class TestReset:
    """steemd: smt_operation_tests.cpp::smt_create_reset"""

    @pytest.fixture
    def token(self, chain):
        """Everything changed that can be: parameters, and two inflation entries."""
        made = TokenStage(chain, precision=3)
        made.send(
            made.creation(),
            SmtSetSetupParameters("alice", made.symbol, (SmtParamAllowVoting(value=False),)),
            SmtSetRuntimeParameters(
                "alice",
                made.symbol,
                (
                    SmtParamWindowsV1(86_400 * 2, 60),
                    SmtParamVoteRegenerationPeriodSecondsV1(86_400 * 2, 80),
                    SmtParamRewardsV1(10**12, 1_500, 0, CurveId.quadratic, CurveId.linear),
                    SmtParamAllowDownvotes(value=False),
                ),
            ),
            *self.entries(made),
        )
        return made

    @staticmethod
    def entries(token):
        first = token.inflation(
            {"$rewards": 1}, 1_000_000, interval_seconds=21_600, interval_count=1
        )
        return first, replace(first, schedule_time=first.schedule_time + EIGHT_DAYS)

    def reset(self, token, precision=3):
        symbol = smt_symbol(token.symbol >> 5, precision)
        return token.creation(symbol=symbol, smt_creation_fee=Asset(0, SBD))

    def test_a_fee_for_an_existing_token_is_refused(self, token):
        assert answer(token.send, token.creation()) == "evaluation.smt.exists"

    def test_a_schedule_must_be_removed_before(self, token):
        assert answer(token.send, self.reset(token)) == "evaluation.smt.inflation_present"

    def test_the_first_entry_is_not_removed_before_the_last(self, token):
        first, last = (replace(entry, remove=True) for entry in self.entries(token))
        assert answer(token.send, first) == "evaluation.smt.inflation_not_last"
        assert answer(token.send, last) == OK
        assert answer(token.send, first) == OK

    def test_a_reset_to_four_decimals_restores_every_default(self, token):
        first, last = (replace(entry, remove=True) for entry in self.entries(token))
        token.send(last, first, self.reset(token, precision=4))
        fresh = token.row
        assert fresh.symbol == smt_symbol(token.symbol >> 5, 4)
        defaults = {
            "allow_voting": True,
            "allow_vesting": True,
            "allow_downvotes": True,
            "cashout_window_seconds": 604_800,
            "reverse_auction_window_seconds": 900,
            "vote_regeneration_period_seconds": 432_000,
            "votes_per_regeneration_period": 50,
            "content_constant": 2_000_000_000_000,
            "percent_curation_rewards": 2_500,
            "author_reward_curve": CurveId.linear,
            "curation_reward_curve": CurveId.square_root,
            "current_supply": 0,
            "max_supply": 0,
            "phase": SmtPhase.SETUP,
        }
        assert {name: getattr(fresh, name) for name in defaults} == defaults

    def test_after_the_setup_there_is_no_reset(self, chain):
        token = TokenStage(chain)
        token.set_up()
        assert answer(token.send, self.reset(token)) == "evaluation.smt.wrong_phase"


class TestPool:
    def test_a_taken_identifier_leaves_the_pool(self, chain):
        """steemd: smt_operation_tests.cpp::smt_nai_pool_removal"""
        token = TokenStage(chain)
        assert stripped(token.symbol) in chain.state.nai_pool.get().nais
        token.send(token.creation())
        assert stripped(token.symbol) not in chain.state.nai_pool.get().nais

    def test_ten_pending_creations_drain_it_and_a_block_fills_it(self, chain):
        """steemd: smt_operation_tests.cpp::smt_nai_pool_count"""
        last = None
        for left in range(9, -1, -1):
            last = TokenStage(chain)
            chain.push(last.creation())
            assert len(chain.state.nai_pool.get().nais) == left
        eleventh = last.creation(symbol=ALPHA)
        assert answer(chain.push, eleventh) == "evaluation.smt.nai_not_available"
        chain.produce()
        assert len(chain.state.nai_pool.get().nais) == 10
        assert len([row for row in chain.state.smt_tokens.scan() if row.phase == 0]) == 10
