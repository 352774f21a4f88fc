"""smt_contribute, smt_cap_reveal, smt_refund."""

from typing import Any

import pytest
from smt_world import (
    BEGIN,
    END,
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
    valid_smt_cap_reveal,
    valid_smt_contribute,
    valid_smt_refund,
)
from world import ALPHA, BETA, NOW

from protocol.assets import nai_string, smt_symbol, stripped
from protocol.operations.smt_contribution import RevealedCap, SmtRefunded, cap_hash
from protocol.types import AccountName
from smtchain.evaluators.smt_contribution import (
    CapMismatchError,
    CapsRevealedError,
    ContributionExistsError,
    ContributionNotFoundError,
    NotWholeUnitsError,
    RefundAmountError,
)
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.ledger.smt import (
    SmtControlError,
    SmtNotFoundError,
    SmtPhaseError,
    SmtPrecisionError,
)
from smtchain.state.tables.smt import SmtEventKind, SmtPhase

ALPHA_3 = smt_symbol(31415926, 3)
REVEALING = (
    SmtPhase.SETUP_COMPLETED,
    SmtPhase.CONTRIBUTION,
    SmtPhase.CONTRIBUTION_ENDED,
    SmtPhase.LAUNCH_PENDING,
)
REFUNDING = (SmtPhase.LAUNCH_PENDING, SmtPhase.LAUNCH_FAILED)


def enter(world: Any, phase: SmtPhase) -> None:
    world.state.smt_tokens.modify(token_of(world), phase=int(phase))


def caps_of(world: Any) -> tuple[int, int]:
    generation = generation_of(world)
    assert generation is not None
    return generation.min_steem_units, generation.hard_cap_steem_units


@pytest.fixture
def launchpad(world: Any) -> Launchpad:
    """A token in its contribution phase; one unit is 0.010 STEEM; caps 1 and 1000, public."""
    launchpad = Launchpad(world)
    launchpad.set_up()
    jump(world, BEGIN)
    world.give("bob", steem(1_000))
    return launchpad


WRONG_TOKENS = pytest.mark.parametrize(
    ("symbol", "error", "code", "value"),
    [
        (BETA, SmtNotFoundError, "evaluation.smt.not_found", nai_string(BETA)),
        (ALPHA_3, SmtPrecisionError, "evaluation.smt.wrong_precision", 3),
    ],
)


@pytest.mark.usefixtures("launchpad")
class TestSmtContributeApply:
    def test_moves_steem_into_the_generation(self, world: Any) -> None:
        assert world.apply(valid_smt_contribute()) == ()
        assert steem_of(world, "bob") == 900
        generation = generation_of(world)
        assert generation is not None
        assert (generation.contributed, generation.contribution_count) == (100, 1)
        row = world.state.smt_contributions.get(stripped(ALPHA), "bob", 1)
        assert row.contribution == 100
        assert world.globals.current_supply == 1_000

    def test_keeps_contributions_in_the_order_they_came(self, world: Any) -> None:
        world.give("alice", steem(50))
        for contributor, contribution_id in (("bob", 9), ("alice", 3), ("bob", 1)):
            world.apply(
                valid_smt_contribute(
                    contributor=contributor,
                    contribution_id=contribution_id,
                    contribution=steem(50),
                )
            )
        rows = world.state.smt_contributions.scan("by_nai_id", stripped(ALPHA))
        assert [(row.contributor, row.contribution_id) for row in rows] == [
            ("bob", 9),
            ("alice", 3),
            ("bob", 1),
        ]

    def test_takes_more_than_a_revealed_hard_cap(self, world: Any) -> None:
        """D-13: the hard cap is applied at launch."""
        world.apply(valid_smt_cap_reveal(1))
        world.apply(valid_smt_cap_reveal(1_000))
        world.give("bob", steem(20_000))
        world.apply(valid_smt_contribute(contribution=steem(20_000)))
        assert steem_of(world, "bob") == 1_000

    @pytest.mark.parametrize("amount", [1, 9, 11, 95])
    def test_rejects_part_of_a_unit(self, world: Any, amount: int) -> None:
        world.refuse(
            valid_smt_contribute(contribution=steem(amount)),
            NotWholeUnitsError,
            "evaluation.smt.not_whole_units",
            "contribution",
            amount,
        )
        world.apply(valid_smt_contribute(contribution=steem(10)))

    def test_tells_the_size_of_a_unit(self, world: Any) -> None:
        with pytest.raises(NotWholeUnitsError) as caught:
            world.apply(valid_smt_contribute(contribution=steem(11)))
        assert caught.value.unit_size == 10

    def test_rejects_an_id_in_use_and_takes_another(self, world: Any) -> None:
        world.apply(valid_smt_contribute())
        world.refuse(
            valid_smt_contribute(),
            ContributionExistsError,
            "evaluation.smt.contribution_exists",
            "contribution_id",
            1,
        )
        world.apply(valid_smt_contribute(contribution_id=2))

    def test_ids_of_other_contributors_do_not_count(self, world: Any) -> None:
        world.give("alice", steem(100))
        world.apply(valid_smt_contribute())
        world.apply(valid_smt_contribute(contributor="alice"))

    def test_rejects_more_than_the_contributor_has(self, world: Any) -> None:
        world.refuse(
            valid_smt_contribute(contribution=steem(1_010)),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "contribution",
            "1.010 STEEM",
        )
        world.apply(valid_smt_contribute(contribution=steem(1_000)))

    @WRONG_TOKENS
    def test_rejects_another_token_or_precision(
        self, world: Any, symbol: Any, error: Any, code: str, value: Any
    ) -> None:
        world.refuse(valid_smt_contribute(symbol=symbol), error, code, "symbol", value)

    @pytest.mark.parametrize(
        "phase", [phase for phase in SmtPhase if phase != SmtPhase.CONTRIBUTION]
    )
    def test_rejects_every_other_phase(self, world: Any, phase: SmtPhase) -> None:
        enter(world, phase)
        world.refuse(
            valid_smt_contribute(),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            phase.name.lower(),
        )


class TestSmtCapRevealApply:
    """Caps of the reference test: (min 10000, hard 10001, nonce 1234), hidden by wide bounds."""

    MINIMUM, HARD_CAP, NONCE = 10_000, 10_001, 1_234

    @pytest.fixture(autouse=True)
    def _hidden(self, world: Any) -> None:
        Launchpad(world).set_up(
            make_policy(
                pre_steem={"bob": 10},
                pre_token={"$from": 1},
                minimum=commitment(self.MINIMUM, self.NONCE, lower=5_000, upper=20_000),
                hard_cap=commitment(self.HARD_CAP, self.NONCE, lower=5_000, upper=20_000),
            )
        )

    def reveal(self, amount: int, nonce: int = NONCE, **changes: Any) -> Any:
        return valid_smt_cap_reveal(amount, nonce, **changes)

    def refuse(self, world: Any, amount: int, nonce: int = NONCE) -> None:
        world.refuse(
            self.reveal(amount, nonce),
            CapMismatchError,
            "evaluation.smt.cap_mismatch",
            "cap",
            amount,
        )

    def test_follows_the_sequence_of_the_reference_test(self, world: Any) -> None:
        """steemd: smt_tests.cpp::smt_cap_reveal_apply, hard cap first."""
        self.refuse(world, self.HARD_CAP, nonce=0)
        self.refuse(world, 20_000)
        assert world.apply(self.reveal(self.HARD_CAP)) == ()
        assert caps_of(world) == (-1, self.HARD_CAP)
        self.refuse(world, self.HARD_CAP)
        self.refuse(world, 20_000)
        world.apply(self.reveal(self.MINIMUM))
        assert caps_of(world) == (self.MINIMUM, self.HARD_CAP)
        world.refuse(
            self.reveal(self.MINIMUM),
            CapsRevealedError,
            "evaluation.smt.caps_revealed",
            "cap",
            self.MINIMUM,
        )

    def test_takes_the_minimum_first_as_well(self, world: Any) -> None:
        world.apply(self.reveal(self.MINIMUM))
        assert caps_of(world) == (self.MINIMUM, -1)
        self.refuse(world, self.MINIMUM)
        world.apply(self.reveal(self.HARD_CAP))
        assert caps_of(world) == (self.MINIMUM, self.HARD_CAP)

    def test_rejects_a_matching_hash_out_of_bounds(self, world: Any) -> None:
        """Whitepaper: out of the stated range is the same as a hash mismatch."""
        generation = generation_of(world)
        assert generation is not None
        policy = make_policy(
            pre_steem={"bob": 10},
            pre_token={"$from": 1},
            minimum=commitment(700, 5, lower=701, upper=800),
            hard_cap=commitment(900, 5, lower=800, upper=899),
        )
        world.state.smt_generations.modify(generation, policy=policy)
        self.refuse(world, 700, 5)
        self.refuse(world, 900, 5)

    def test_fills_minimum_then_hard_cap_when_both_are_the_same(self, world: Any) -> None:
        """DELTA: both commitments are to 10 000 000 units."""
        assert cap_hash(RevealedCap(10_000_000, 0)).hex() == (
            "4e12522945b8cc2d87d54debd9563a1bb6461f1b1fa1c31876afe3514e9a1511"
        )
        Launchpad(world, BETA).set_up(
            make_policy(
                pre_steem={"bob": 1},
                pre_token={"bob": 1},
                minimum=10_000_000,
                hard_cap=10_000_000,
            )
        )
        reveal = valid_smt_cap_reveal(10_000_000, symbol=BETA)
        for expected in ((10_000_000, -1), (10_000_000, 10_000_000)):
            world.apply(reveal)
            generation = generation_of(world, BETA)
            assert generation is not None
            assert (generation.min_steem_units, generation.hard_cap_steem_units) == expected

    @pytest.mark.parametrize("phase", REVEALING)
    def test_works_from_setup_until_launch(self, world: Any, phase: SmtPhase) -> None:
        enter(world, phase)
        world.apply(self.reveal(self.MINIMUM))
        assert caps_of(world) == (self.MINIMUM, -1)

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase not in REVEALING])
    def test_rejects_every_other_phase(self, world: Any, phase: SmtPhase) -> None:
        enter(world, phase)
        world.refuse(
            self.reveal(self.MINIMUM),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            phase.name.lower(),
        )

    def test_only_the_last_reveal_of_a_late_launch_queues_it(self, world: Any) -> None:
        enter(world, SmtPhase.LAUNCH_PENDING)
        events = world.state.smt_events
        for event in list(events.scan()):
            events.remove(event)
        world.apply(self.reveal(self.HARD_CAP))
        assert events.first() is None
        world.apply(self.reveal(self.MINIMUM))
        assert [(event.time, event.kind) for event in events.scan()] == [(NOW, SmtEventKind.LAUNCH)]

    @WRONG_TOKENS
    def test_rejects_another_token_or_precision(
        self, world: Any, symbol: Any, error: Any, code: str, value: Any
    ) -> None:
        world.refuse(self.reveal(self.MINIMUM, symbol=symbol), error, code, "symbol", value)

    def test_rejects_another_account(self, world: Any) -> None:
        world.refuse(
            self.reveal(self.MINIMUM, control_account="bob"),
            SmtControlError,
            "evaluation.smt.not_controller",
            "control_account",
            "bob",
        )


@pytest.mark.usefixtures("launchpad")
class TestSmtRefundApply:
    @pytest.fixture(autouse=True)
    def _late(self, world: Any, launchpad: Launchpad) -> None:
        """A delayed launch with one contribution of bob's, 0.100 STEEM under id 1."""
        assert launchpad.world is world
        world.apply(valid_smt_contribute())
        jump(world, END)
        jump(world, LAUNCH)
        assert phase_of(world) == SmtPhase.LAUNCH_PENDING

    def test_gives_everything_back_and_reports_it(self, world: Any) -> None:
        assert world.apply(valid_smt_refund()) == (
            SmtRefunded(
                contributor=AccountName("bob"),
                symbol=ALPHA,
                contribution_id=1,
                amount=steem(100),
                automatic=False,
            ),
        )
        assert steem_of(world, "bob") == 1_000
        generation = generation_of(world)
        assert generation is not None
        assert (generation.contributed, generation.contribution_count) == (0, 0)
        assert generation.refunded == 100
        assert world.state.smt_contributions.first() is None

    def test_works_once(self, world: Any) -> None:
        world.apply(valid_smt_refund())
        world.refuse(
            valid_smt_refund(),
            ContributionNotFoundError,
            "evaluation.smt.contribution_not_found",
            "contribution_id",
            1,
        )

    @pytest.mark.parametrize("amount", [10, 99, 101])
    def test_rejects_any_other_amount(self, world: Any, amount: int) -> None:
        world.refuse(
            valid_smt_refund(amount=steem(amount)),
            RefundAmountError,
            "evaluation.smt.wrong_refund_amount",
            "amount",
            f"0.{amount:03d} STEEM",
        )
        world.apply(valid_smt_refund())

    @pytest.mark.parametrize(
        ("changes", "value"), [({"contribution_id": 2}, 2), ({"contributor": "alice"}, 1)]
    )
    def test_rejects_a_contribution_that_is_not_there(
        self, world: Any, changes: dict[str, Any], value: int
    ) -> None:
        world.refuse(
            valid_smt_refund(**changes),
            ContributionNotFoundError,
            "evaluation.smt.contribution_not_found",
            "contribution_id",
            value,
        )
        world.apply(valid_smt_refund())

    @WRONG_TOKENS
    def test_rejects_another_token_or_precision(
        self, world: Any, symbol: Any, error: Any, code: str, value: Any
    ) -> None:
        world.refuse(valid_smt_refund(symbol=symbol), error, code, "symbol", value)

    @pytest.mark.parametrize("phase", REFUNDING)
    def test_works_while_late_or_failed(self, world: Any, phase: SmtPhase) -> None:
        enter(world, phase)
        world.apply(valid_smt_refund())
        assert steem_of(world, "bob") == 1_000

    @pytest.mark.parametrize("phase", [phase for phase in SmtPhase if phase not in REFUNDING])
    def test_rejects_every_other_phase(self, world: Any, phase: SmtPhase) -> None:
        enter(world, phase)
        world.refuse(
            valid_smt_refund(),
            SmtPhaseError,
            "evaluation.smt.wrong_phase",
            "symbol",
            phase.name.lower(),
        )
