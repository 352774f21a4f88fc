"""Launches by operations: verdicts, payouts and refunds to the satoshi (docs/RULES.md 7.1-7.7)."""

from typing import Any

import pytest
from smt_world import (
    BEGIN,
    END,
    EXPIRY,
    LAUNCH,
    Launchpad,
    commitment,
    generation_of,
    jump,
    make_policy,
    phase_of,
    steem,
    steem_of,
    token_of,
    tokens_of,
    valid_smt_cap_reveal,
)
from world import ALPHA

from protocol.assets import VESTS, Asset, paired_symbol
from protocol.operations.smt_contribution import (
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefunded,
)
from protocol.operations.smt_setup import (
    SmtLaunchEvaluated,
    SmtPhaseChanged,
    SmtTokenLaunched,
)
from protocol.operations.transfer import ClearNullAccountBalance
from protocol.types import AccountName
from smtchain.state.tables.smt import SmtPhase

BETA_POLICY = make_policy(
    pre_steem={"fred": 3, "george": 2},
    pre_token={"$from": 7, "george": 1, "henry": 2},
    minimum=5_000_000,
    hard_cap=30_000_000,
    ratios=(50, 100),
)
BETA_CAPS = (5_000_000, 30_000_000)
S2 = [("anna", 20_000_000), ("bert", 5_000_000)]
S4 = [
    ("anna", 100_000_000),
    ("bert", 40_000_000),
    ("cora", 30_000_000),
    ("dirk", 5_000_000),
]


@pytest.fixture(autouse=True)
def _people(world: Any) -> None:
    for name in (
        "anna",
        "bert",
        "cora",
        "dirk",
        "emma",
        "fred",
        "george",
        "henry",
        "alphaorg",
        "founder",
    ):
        world.add_account(name)


@pytest.fixture
def launchpad(world: Any) -> Launchpad:
    return Launchpad(world)


def tokens(amount: int) -> Asset:
    return Asset(amount, ALPHA)


def phase_changed(old: SmtPhase, new: SmtPhase) -> SmtPhaseChanged:
    return SmtPhaseChanged(symbol=ALPHA, old_phase=int(old), new_phase=int(new))


def delay(launchpad: Launchpad, contributions: list[tuple[str, int]]) -> None:
    """Bring a BETA generation with the minimum revealed into its launch window."""
    launchpad.set_up(BETA_POLICY)
    launchpad.reveal(BETA_CAPS[0])
    jump(launchpad.world, BEGIN)
    for name, amount in contributions:
        launchpad.contribute(name, amount)
    jump(launchpad.world, END)
    jump(launchpad.world, LAUNCH)
    assert phase_of(launchpad.world) == SmtPhase.LAUNCH_PENDING


class TestAlpha:
    """docs/RULES.md 7.1."""

    POLICY = make_policy(
        pre_steem={"alphaorg": 70, "fred": 23, "george": 7},
        pre_token={"$from": 5, "henry": 1},
        minimum=1,
        hard_cap=166_666_666_666,
        ratios=(1_000, 1_000),
    )
    CAPS = (1, 166_666_666_666)

    def test_launches_with_two_contributors(self, world: Any, launchpad: Launchpad) -> None:
        emitted = launchpad.run(self.POLICY, [("anna", 1_000), ("bert", 100)], *self.CAPS)
        assert emitted == (
            SmtLaunchEvaluated(
                symbol=ALPHA,
                success=True,
                units_raw=11,
                units_accepted=11,
                unit_ratio=1_000,
                soft_cap_units=166_666_666_666,
                delayed=False,
            ),
            phase_changed(SmtPhase.CONTRIBUTION_ENDED, SmtPhase.LAUNCHING),
            SmtContributorPayout(
                contributor=AccountName("anna"),
                symbol=ALPHA,
                contribution_id=0,
                contribution=steem(1_000),
                accepted_units=10,
                refund=steem(0),
                payouts=(tokens(50_000),),
            ),
            SmtContributorPayout(
                contributor=AccountName("bert"),
                symbol=ALPHA,
                contribution_id=0,
                contribution=steem(100),
                accepted_units=1,
                refund=steem(0),
                payouts=(tokens(5_000),),
            ),
            SmtFounderPayout(
                symbol=ALPHA,
                account_payouts=(
                    (AccountName("alphaorg"), (steem(770),)),
                    (AccountName("fred"), (steem(253),)),
                    (AccountName("george"), (steem(77),)),
                    (AccountName("henry"), (tokens(11_000),)),
                ),
                market_maker_steem=steem(0),
                market_maker_tokens=tokens(0),
                reward_balance=tokens(0),
                vesting_fund=tokens(0),
            ),
            phase_changed(SmtPhase.LAUNCHING, SmtPhase.ACTIVE),
            SmtTokenLaunched(control_account=AccountName("alice"), symbol=ALPHA),
        )
        assert token_of(world).current_supply == 66_000
        assert [steem_of(world, name) for name in ("alphaorg", "fred", "george")] == [770, 253, 77]
        assert [tokens_of(world, name) for name in ("anna", "bert", "henry")] == [
            50_000,
            5_000,
            11_000,
        ]

    def test_leaves_nothing_behind(self, world: Any, launchpad: Launchpad) -> None:
        launchpad.run(self.POLICY, [("anna", 1_000)], *self.CAPS)
        assert generation_of(world) is None
        assert world.state.smt_contributions.first() is None
        assert world.state.smt_events.first() is None

    def test_fails_without_contributions(self, world: Any, launchpad: Launchpad) -> None:
        emitted = launchpad.run(self.POLICY, [], *self.CAPS)
        assert emitted == (
            SmtLaunchEvaluated(
                symbol=ALPHA,
                success=False,
                units_raw=0,
                units_accepted=0,
                unit_ratio=0,
                soft_cap_units=0,
                delayed=False,
            ),
            phase_changed(SmtPhase.CONTRIBUTION_ENDED, SmtPhase.LAUNCH_FAILED),
        )
        assert generation_of(world) is None
        assert world.state.smt_events.first() is None

    def test_fills_the_hard_cap_to_the_last_unit(self, world: Any, launchpad: Launchpad) -> None:
        """One unit above 166 666 666 666 comes back to the last contributor."""
        launchpad.run(self.POLICY, [("anna", 16_666_666_666_500), ("bert", 200)], *self.CAPS)
        assert [steem_of(world, name) for name in ("alphaorg", "fred", "george", "bert")] == [
            11_666_666_666_620,
            3_833_333_333_318,
            1_166_666_666_662,
            100,
        ]
        assert tokens_of(world, "anna") + tokens_of(world, "bert") == 833_333_333_330_000
        assert tokens_of(world, "henry") == 166_666_666_666_000
        assert token_of(world).current_supply == 999_999_999_996_000


class TestBeta:
    """docs/RULES.md 7.2, scenarios S1 to S7."""

    def test_s1_five_contributors(self, world: Any, launchpad: Launchpad) -> None:
        launchpad.run(
            BETA_POLICY,
            [
                ("anna", 5_000_000),
                ("bert", 25_000_000),
                ("cora", 10_000_000),
                ("dirk", 25_000_000),
                ("emma", 60_000_000),
            ],
            *BETA_CAPS,
        )
        assert [tokens_of(world, name) for name in ("anna", "bert", "cora", "dirk", "emma")] == [
            420_000_000,
            2_100_000_000,
            840_000_000,
            2_100_000_000,
            5_040_000_000,
        ]
        assert (tokens_of(world, "george"), tokens_of(world, "henry")) == (
            1_500_000_000,
            3_000_000_000,
        )
        assert (steem_of(world, "fred"), steem_of(world, "george")) == (75_000_000, 50_000_000)

    def test_s2_exactly_the_minimum(self, world: Any, launchpad: Launchpad) -> None:
        launchpad.run(BETA_POLICY, S2, *BETA_CAPS)
        assert [tokens_of(world, name) for name in ("anna", "bert", "george", "henry")] == [
            2_800_000_000,
            700_000_000,
            500_000_000,
            1_000_000_000,
        ]
        assert (steem_of(world, "fred"), steem_of(world, "george")) == (15_000_000, 10_000_000)

    def test_s3_one_unit_below_the_minimum(self, world: Any, launchpad: Launchpad) -> None:
        emitted = launchpad.run(
            BETA_POLICY, [("anna", 20_000_000), ("bert", 4_999_995)], *BETA_CAPS
        )
        assert [operation for operation in emitted if isinstance(operation, SmtRefunded)] == [
            SmtRefunded(AccountName("anna"), ALPHA, 0, steem(20_000_000), automatic=True),
            SmtRefunded(AccountName("bert"), ALPHA, 0, steem(4_999_995), automatic=True),
        ]
        assert phase_of(world) == SmtPhase.LAUNCH_FAILED
        assert (steem_of(world, "anna"), steem_of(world, "bert")) == (20_000_000, 4_999_995)
        assert token_of(world).current_supply == 0

    def test_s4_above_the_hard_cap(self, world: Any, launchpad: Launchpad) -> None:
        emitted = launchpad.run(BETA_POLICY, S4, *BETA_CAPS)
        payouts = [each for each in emitted if isinstance(each, SmtContributorPayout)]
        assert [(each.accepted_units, each.refund.amount) for each in payouts] == [
            (20_000_000, 0),
            (8_000_000, 0),
            (2_000_000, 20_000_000),
            (0, 5_000_000),
        ]
        assert payouts[3].payouts == ()
        assert [tokens_of(world, name) for name in ("anna", "bert", "cora", "dirk")] == [
            7_000_000_000,
            2_800_000_000,
            700_000_000,
            0,
        ]
        assert [steem_of(world, name) for name in ("anna", "bert", "cora", "dirk")] == [
            0,
            0,
            20_000_000,
            5_000_000,
        ]
        assert (steem_of(world, "fred"), steem_of(world, "george")) == (90_000_000, 60_000_000)
        assert (tokens_of(world, "george"), tokens_of(world, "henry")) == (
            1_500_000_000,
            3_000_000_000,
        )

    def test_s5_late_after_a_refund(self, world: Any, launchpad: Launchpad) -> None:
        delay(launchpad, S4)
        launchpad.refund("bert", 40_000_000)
        launchpad.reveal(BETA_CAPS[1])
        emitted = jump(world, LAUNCH + 3)
        assert emitted[0] == SmtLaunchEvaluated(
            symbol=ALPHA,
            success=True,
            units_raw=27_000_000,
            units_accepted=27_000_000,
            unit_ratio=55,
            soft_cap_units=30_000_000,
            delayed=True,
        )
        assert [tokens_of(world, name) for name in ("anna", "bert", "cora", "dirk")] == [
            7_700_000_000,
            0,
            2_310_000_000,
            385_000_000,
        ]
        assert (tokens_of(world, "george"), tokens_of(world, "henry")) == (
            1_485_000_000,
            2_970_000_000,
        )
        assert (steem_of(world, "fred"), steem_of(world, "george")) == (81_000_000, 54_000_000)
        assert steem_of(world, "bert") == 40_000_000

    @pytest.mark.parametrize(
        ("refunded", "amount", "left", "left_amount"),
        [("anna", 20_000_000, "bert", 5_000_000), ("bert", 5_000_000, "anna", 20_000_000)],
    )
    def test_s6_late_and_below_the_minimum_after_a_refund(  # noqa: PLR0917 - a row
        self,
        world: Any,
        launchpad: Launchpad,
        refunded: str,
        amount: int,
        left: str,
        left_amount: int,
    ) -> None:
        delay(launchpad, S2)
        launchpad.refund(refunded, amount)
        launchpad.reveal(BETA_CAPS[1])
        emitted = jump(world, LAUNCH + 3)
        assert emitted[-1] == SmtRefunded(
            AccountName(left), ALPHA, 0, steem(left_amount), automatic=True
        )
        assert phase_of(world) == SmtPhase.LAUNCH_FAILED
        assert (steem_of(world, "anna"), steem_of(world, "bert")) == (20_000_000, 5_000_000)

    def test_s7_never_revealed(self, world: Any, launchpad: Launchpad) -> None:
        delay(launchpad, S4)
        launchpad.refund("cora", 30_000_000)
        assert jump(world, EXPIRY - 1) == ()
        assert jump(world, EXPIRY) == (
            phase_changed(SmtPhase.LAUNCH_PENDING, SmtPhase.LAUNCH_FAILED),
            SmtRefunded(AccountName("anna"), ALPHA, 0, steem(100_000_000), automatic=True),
            SmtRefunded(AccountName("bert"), ALPHA, 0, steem(40_000_000), automatic=True),
            SmtRefunded(AccountName("dirk"), ALPHA, 0, steem(5_000_000), automatic=True),
        )
        assert [steem_of(world, name) for name, _ in S4] == [amount for _, amount in S4]
        assert token_of(world).current_supply == 0
        assert generation_of(world) is None


class TestDestinations:
    def test_soft_cap_splits_every_contribution(self, world: Any, launchpad: Launchpad) -> None:
        """docs/RULES.md 7.6: ten contributions of a million units, soft cap 80 %."""
        policy = make_policy(
            pre_steem={"founder": 1_000},
            pre_token={"$from": 9_000, "founder": 1_000},
            post_steem={"$market_maker": 600, "founder": 400},
            post_token={"$from": 5_000, "$market_maker": 5_000},
            hard_cap=10_000_000,
            soft_cap_percent=8_000,
        )
        world.add_token(ALPHA, phase=SmtPhase.SETUP, market_maker_reserve_ratio=500)
        launchpad.configure(policy)
        launchpad.reveal(1, 10_000_000)
        jump(world, BEGIN)
        for name in ("anna", "bert") * 5:
            launchpad.contribute(name, 1_000_000_000)
        emitted = jump(world, LAUNCH)
        payouts = [each for each in emitted if isinstance(each, SmtContributorPayout)]
        assert [each.payouts for each in payouts] == [(tokens(8_200_000_000),)] * 10
        assert tokens_of(world, "anna") == 41_000_000_000
        assert steem_of(world, "founder") == 8_800_000_000
        assert tokens_of(world, "founder") == 8_000_000_000
        token = token_of(world)
        assert (token.market_maker_steem, token.market_maker_tokens) == (
            1_200_000_000,
            10_000_000_000,
        )
        founders = next(each for each in emitted if isinstance(each, SmtFounderPayout))
        assert founders.market_maker_steem == steem(1_200_000_000)
        assert founders.market_maker_tokens == tokens(10_000_000_000)

    def test_most_of_the_tokens_can_be_vested(self, world: Any, launchpad: Launchpad) -> None:
        """docs/RULES.md 7.5: 95 % vesting, R = 10."""
        policy = make_policy(
            pre_steem={"founder": 1},
            pre_token={"$from": 5, "$from.vesting": 95},
            hard_cap=1_000,
            ratios=(10, 10),
        )
        emitted = launchpad.run(policy, [("anna", 700), ("bert", 300)], 1, 1_000)
        shares = paired_symbol(ALPHA)
        payouts = [each.payouts for each in emitted if isinstance(each, SmtContributorPayout)]
        assert payouts == [
            (tokens(35_000), Asset(665_000, shares)),
            (tokens(15_000), Asset(285_000, shares)),
        ]
        assert world.holding("anna", ALPHA).vesting_shares == 665_000
        token = token_of(world)
        assert (token.total_vesting_fund_smt, token.total_vesting_shares) == (950_000, 950_000)
        assert token.current_supply == 1_000_000

    def test_the_vesting_fund_is_paid_after_all_vesters(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        """Otherwise whoever vests after it would pay a higher share price."""
        policy = make_policy(
            pre_steem={"founder": 1},
            pre_token={"$from.vesting": 2, "$rewards": 4, "$vesting": 3},
            hard_cap=1_000,
        )
        emitted = launchpad.run(policy, [("anna", 700), ("bert", 300)], 1, 1_000)
        assert world.holding("anna", ALPHA).vesting_shares == 1_400
        assert world.holding("bert", ALPHA).vesting_shares == 600
        token = token_of(world)
        assert (token.total_vesting_fund_smt, token.reward_balance) == (5_000, 4_000)
        founders = next(each for each in emitted if isinstance(each, SmtFounderPayout))
        assert (founders.vesting_fund, founders.reward_balance) == (tokens(3_000), tokens(4_000))

    def test_contributed_steem_can_be_burned(self, world: Any, launchpad: Launchpad) -> None:
        """docs/RULES.md 7.5: R = 1000 and 1000 satoshis leave the supply in the launch's block."""
        policy = make_policy(
            pre_steem={"null": 1}, pre_token={"$from": 1}, hard_cap=1_000_000, ratios=(1, 1_000)
        )
        launchpad.set_up(policy)
        launchpad.reveal(1, 1_000_000)
        jump(world, BEGIN)
        launchpad.contribute("anna", 700)
        launchpad.contribute("bert", 300)
        supply = world.globals.current_supply
        emitted = jump(world, LAUNCH)
        assert ClearNullAccountBalance(total_cleared=(steem(1_000),)) in emitted
        assert world.globals.current_supply == supply - 1_000
        assert steem_of(world, "null") == 0
        assert (tokens_of(world, "anna"), tokens_of(world, "bert")) == (700_000, 300_000)

    def test_vesting_can_be_the_price(self, world: Any, launchpad: Launchpad) -> None:
        """docs/RULES.md 7.5: STEEM goes to the contributor's VESTS, 1000 per satoshi at first."""
        policy = make_policy(pre_steem={"$from.vesting": 1}, pre_token={"$from": 1})
        emitted = launchpad.run(policy, [("anna", 700), ("bert", 300)], 1, 1_000)
        payouts = [each.payouts for each in emitted if isinstance(each, SmtContributorPayout)]
        assert payouts[0] == (tokens(700), Asset(700_000, VESTS))
        assert world.account("anna").vesting_shares == 700_000
        assert world.account("bert").vesting_shares == 300_000
        assert (tokens_of(world, "anna"), tokens_of(world, "bert")) == (700, 300)
        assert steem_of(world, "anna") == 0

    def test_a_contributor_can_get_steem_back(self, world: Any, launchpad: Launchpad) -> None:
        policy = make_policy(pre_steem={"$from": 2, "bob": 3}, pre_token={"bob": 1})
        emitted = launchpad.run(policy, [("anna", 50)], 1, 1_000)
        payouts = [each.payouts for each in emitted if isinstance(each, SmtContributorPayout)]
        assert payouts == [(steem(20),)]
        assert (steem_of(world, "anna"), steem_of(world, "bob")) == (20, 30)
        assert tokens_of(world, "bob") == 10

    def test_tokens_for_null_never_exist(self, world: Any, launchpad: Launchpad) -> None:
        policy = make_policy(pre_steem={"bob": 1}, pre_token={"$from": 1, "null": 9})
        launchpad.run(policy, [("anna", 50)], 1, 1_000)
        assert token_of(world).current_supply == tokens_of(world, "anna") == 50
        assert world.holding("null", ALPHA) is None


class TestTiming:
    def test_a_reveal_in_the_crossing_block_is_on_time(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        """Operations run before events: the phase is still the pause after contributions."""
        launchpad.set_up()
        launchpad.reveal(1)
        jump(world, BEGIN)
        launchpad.contribute("anna", 100)
        jump(world, END)
        launchpad.reveal(1_000)
        emitted = jump(world, LAUNCH)
        evaluated = emitted[0]
        assert isinstance(evaluated, SmtLaunchEvaluated)
        assert (evaluated.success, evaluated.delayed) == (True, False)

    def test_a_late_reveal_launches_in_its_own_block(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        launchpad.set_up()
        jump(world, BEGIN)
        launchpad.contribute("anna", 100)
        jump(world, END)
        assert jump(world, LAUNCH) == (
            phase_changed(SmtPhase.CONTRIBUTION_ENDED, SmtPhase.LAUNCH_PENDING),
        )
        launchpad.reveal(1_000)
        assert jump(world, LAUNCH + 3) == ()
        launchpad.reveal(1)
        evaluated = jump(world, LAUNCH + 6)[0]
        assert isinstance(evaluated, SmtLaunchEvaluated)
        assert (evaluated.success, evaluated.delayed) == (True, True)
        assert phase_of(world) == SmtPhase.ACTIVE

    def test_a_reveal_in_the_block_that_crosses_expiration_still_launches(
        self, world: Any, launchpad: Launchpad
    ) -> None:
        launchpad.set_up()
        jump(world, BEGIN)
        launchpad.contribute("anna", 100)
        jump(world, LAUNCH)
        launchpad.reveal(1, 1_000)
        jump(world, EXPIRY)
        assert phase_of(world) == SmtPhase.ACTIVE

    @pytest.mark.parametrize(
        ("caps", "phase"),
        [((1, 1_000), SmtPhase.ACTIVE), ((1_000,), SmtPhase.LAUNCH_FAILED)],
    )
    def test_launch_comes_before_expiration_at_the_same_time(
        self, world: Any, launchpad: Launchpad, caps: tuple[int, ...], phase: SmtPhase
    ) -> None:
        launchpad.set_up(launch_expiration_time=LAUNCH)
        launchpad.reveal(*caps)
        jump(world, BEGIN)
        launchpad.contribute("anna", 100)
        jump(world, LAUNCH)
        assert phase_of(world) == phase
        assert generation_of(world) is None

    def test_a_minimum_above_the_hard_cap_fails(self, world: Any, launchpad: Launchpad) -> None:
        """Overlapping bounds allow it; no number of units reaches the minimum (2.11)."""
        policy = make_policy(
            pre_steem={"bob": 10},
            pre_token={"$from": 1},
            minimum=commitment(60, 1, lower=1, upper=100),
            hard_cap=commitment(50, 2, lower=1, upper=100),
        )
        launchpad.set_up(policy)
        world.apply(valid_smt_cap_reveal(60, 1))
        world.apply(valid_smt_cap_reveal(50, 2))
        jump(world, BEGIN)
        launchpad.contribute("anna", 1_000)
        jump(world, LAUNCH)
        assert phase_of(world) == SmtPhase.LAUNCH_FAILED
        assert steem_of(world, "anna") == 1_000
