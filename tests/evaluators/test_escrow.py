"""The four escrow operations: effects, and every refusal.

Alice sends 60 STEEM and 40 SBD satoshis to bob, with a fee of 5 STEEM satoshis for judy.
"""

import pytest
from world import NOW, sbd, steem

from protocol.operations.escrow import (
    EscrowApprove,
    EscrowDispute,
    EscrowRelease,
    EscrowTransfer,
)
from protocol.operations.savings import Interest
from smtchain.evaluators.escrow import (
    EscrowAmountError,
    EscrowApprovedError,
    EscrowDeadlineError,
    EscrowDisputedError,
    EscrowExistsError,
    EscrowExpiredError,
    EscrowNotApprovedError,
    EscrowNotFoundError,
    EscrowPartyError,
    EscrowReceiverError,
    EscrowReleaserError,
)
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.state.tables.escrow import Escrow

DEADLINE = NOW + 100
EXPIRATION = NOW + 200
YEAR = 31_536_000


def valid_transfer(**changes):
    given = {
        "from_account": "alice",
        "to": "bob",
        "sbd_amount": sbd(40),
        "steem_amount": steem(60),
        "escrow_id": 7,
        "agent": "judy",
        "fee": steem(5),
        "json_meta": '{"for":"a chair"}',
        "ratification_deadline": DEADLINE,
        "escrow_expiration": EXPIRATION,
    }
    return EscrowTransfer(**(given | changes))


PARTIES = {"from_account": "alice", "to": "bob", "agent": "judy", "escrow_id": 7}


def valid_approve(**changes):
    return EscrowApprove(**(PARTIES | {"who": "bob", "approve": True} | changes))


def valid_dispute(**changes):
    return EscrowDispute(**(PARTIES | {"who": "alice"} | changes))


def valid_release(**changes):
    given = {
        "who": "alice",
        "receiver": "bob",
        "sbd_amount": sbd(10),
        "steem_amount": steem(20),
    }
    return EscrowRelease(**(PARTIES | given | changes))


def approve(world):
    for who in ("bob", "judy"):
        world.apply(valid_approve(who=who))


def funds(world, name):
    account = world.account(name)
    return account.balance, account.sbd_balance


def escrow_of(world):
    return world.state.escrows.find("alice", 7)


def refuse_party(world, make, field):
    """Check that naming another receiver or agent is refused."""
    world.refuse(
        make(**{field: "initminer"}),
        EscrowPartyError,
        "evaluation.escrow.wrong_party",
        field,
        "initminer",
    )


def refuse_unknown(world, make):
    """Check that there must be such an escrow of this sender."""
    world.refuse(
        make(escrow_id=8), EscrowNotFoundError, "evaluation.escrow.not_found", "escrow_id", 8
    )


@pytest.fixture
def world(world):
    """Alice owns 100 STEEM and 100 SBD satoshis; judy exists."""
    world.add_account("judy")
    world.give("alice", steem(100))
    world.give("alice", sbd(100))
    return world


@pytest.fixture
def opened(world):
    world.apply(valid_transfer())
    return world


@pytest.fixture
def approved(opened):
    approve(opened)
    return opened


class TestEscrowTransferApply:
    def test_sets_amounts_and_fee_aside(self, world):
        assert world.apply(valid_transfer()) == ()
        assert funds(world, "alice") == (35, 60)
        assert escrow_of(world) == Escrow(
            id=0,
            escrow_id=7,
            from_account="alice",
            to="bob",
            agent="judy",
            ratification_deadline=DEADLINE,
            escrow_expiration=EXPIRATION,
            sbd_balance=40,
            steem_balance=60,
            pending_fee=steem(5),
        )
        assert (world.globals.current_supply, world.globals.current_sbd_supply) == (100, 100)

    def test_fee_in_sbd_is_taken_from_sbd(self, world):
        world.apply(valid_transfer(fee=sbd(5)))
        assert funds(world, "alice") == (40, 55)

    @pytest.mark.parametrize(
        "changes",
        [
            {"steem_amount": steem(95)},
            {"sbd_amount": sbd(100)},
            {"steem_amount": steem(100), "fee": sbd(60)},
        ],
    )
    def test_may_take_all_there_is(self, world, changes):
        world.apply(valid_transfer(**changes))
        assert 0 in funds(world, "alice")

    @pytest.mark.parametrize(
        ("changes", "field", "need"),
        [
            ({"steem_amount": steem(96)}, "steem_amount", "0.101 STEEM"),
            ({"fee": steem(41)}, "steem_amount", "0.101 STEEM"),
            ({"sbd_amount": sbd(101)}, "sbd_amount", "0.101 SBD"),
            ({"fee": sbd(61)}, "sbd_amount", "0.101 SBD"),
        ],
    )
    def test_rejects_one_satoshi_more_than_there_is(self, world, changes, field, need):
        world.refuse(
            valid_transfer(**changes),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            field,
            need,
        )
        world.apply(valid_transfer())

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"from_account": "nobody"}, "from"),
            ({"to": "nobody"}, "to"),
            ({"agent": "nobody"}, "agent"),
        ],
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

    def test_rejects_a_deadline_that_is_not_in_the_future(self, world):
        world.refuse(
            valid_transfer(ratification_deadline=NOW),
            EscrowDeadlineError,
            "evaluation.escrow.deadline_passed",
            "ratification_deadline",
            NOW,
        )
        world.apply(valid_transfer(ratification_deadline=NOW + 1))

    def test_rejects_a_number_in_use(self, world):
        world.give("alice", steem(100))
        world.apply(valid_transfer())
        world.refuse(
            valid_transfer(sbd_amount=sbd(1)),
            EscrowExistsError,
            "evaluation.escrow.exists",
            "escrow_id",
            7,
        )
        world.apply(valid_transfer(escrow_id=8))

    def test_pays_interest_even_when_no_sbd_moves(self, world):
        # 0.100 SBD for a year at 10 % gives 0.010; the reference adjusts both balances always.
        world.set_globals(sbd_interest_rate=1_000, time=NOW + YEAR)
        times = {"ratification_deadline": NOW + YEAR + 1, "escrow_expiration": NOW + YEAR + 2}
        emitted = world.apply(valid_transfer(sbd_amount=sbd(0), **times))
        assert emitted == (Interest(owner="alice", interest=sbd(10)),)


class TestEscrowApproveApply:
    @pytest.mark.parametrize(("who", "row"), [("bob", (True, False)), ("judy", (False, True))])
    def test_one_approval_is_recorded(self, opened, who, row):
        assert opened.apply(valid_approve(who=who)) == ()
        escrow = escrow_of(opened)
        assert (escrow.to_approved, escrow.agent_approved, escrow.is_approved) == (*row, False)
        assert escrow.pending_fee == steem(5)
        assert funds(opened, "judy") == (0, 0)

    @pytest.mark.parametrize("order", [("bob", "judy"), ("judy", "bob")])
    def test_the_second_approval_pays_the_fee(self, opened, order):
        for who in order:
            opened.apply(valid_approve(who=who))
        escrow = escrow_of(opened)
        assert (escrow.to_approved, escrow.agent_approved, escrow.is_approved) == (True,) * 3
        assert escrow.pending_fee == steem(0)
        assert (escrow.steem_balance, escrow.sbd_balance) == (60, 40)
        assert funds(opened, "judy") == (5, 0)

    @pytest.mark.parametrize("who", ["bob", "judy"])
    def test_a_refusal_gives_everything_back(self, opened, who):
        opened.apply(valid_approve(who=who, approve=False))
        assert funds(opened, "alice") == (100, 100)
        assert escrow_of(opened) is None

    def test_a_refusal_after_the_other_approved_gives_everything_back(self, opened):
        opened.apply(valid_approve(who="bob"))
        opened.apply(valid_approve(who="judy", approve=False))
        assert funds(opened, "alice") == (100, 100)

    @pytest.mark.parametrize("is_approval", [True, False])
    @pytest.mark.parametrize("who", ["bob", "judy"])
    def test_an_approval_is_final(self, opened, who, is_approval):
        opened.apply(valid_approve(who=who))
        opened.refuse(
            valid_approve(who=who, approve=is_approval),
            EscrowApprovedError,
            "evaluation.escrow.already_approved",
            "who",
            who,
        )

    def test_rejects_what_is_no_escrow(self, opened):
        refuse_unknown(opened, valid_approve)
        opened.apply(valid_approve())

    def test_rejects_another_receiver_or_agent(self, opened):
        refuse_party(opened, lambda **changes: valid_approve(who="judy", **changes), "to")
        refuse_party(opened, valid_approve, "agent")
        opened.apply(valid_approve())

    def test_rejects_an_approval_after_the_deadline(self, opened):
        opened.set_globals(time=DEADLINE + 1)
        opened.refuse(
            valid_approve(),
            EscrowDeadlineError,
            "evaluation.escrow.deadline_passed",
            "escrow_id",
            DEADLINE,
        )
        opened.set_globals(time=DEADLINE)
        opened.apply(valid_approve())


class TestEscrowDisputeApply:
    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_marks_the_escrow(self, approved, who):
        assert approved.apply(valid_dispute(who=who)) == ()
        assert escrow_of(approved).disputed

    def test_rejects_an_unknown_sender(self, approved):
        approved.refuse(
            valid_dispute(from_account="nobody", who="bob"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "from",
            "nobody",
        )
        approved.apply(valid_dispute())

    def test_rejects_what_is_no_escrow(self, approved):
        refuse_unknown(approved, valid_dispute)
        approved.apply(valid_dispute())

    def test_rejects_another_receiver_or_agent(self, approved):
        refuse_party(approved, valid_dispute, "to")
        refuse_party(approved, valid_dispute, "agent")
        approved.apply(valid_dispute())

    def test_rejects_a_dispute_after_the_expiration(self, approved):
        approved.set_globals(time=EXPIRATION)
        approved.refuse(
            valid_dispute(),
            EscrowExpiredError,
            "evaluation.escrow.expired",
            "escrow_id",
            EXPIRATION,
        )
        approved.set_globals(time=EXPIRATION - 1)
        approved.apply(valid_dispute())

    @pytest.mark.parametrize(("first", "second"), [("bob", "judy"), ("judy", "bob")])
    def test_rejects_a_dispute_before_both_approve(self, opened, first, second):
        opened.apply(valid_approve(who=first))
        opened.refuse(
            valid_dispute(),
            EscrowNotApprovedError,
            "evaluation.escrow.not_approved",
            "escrow_id",
            7,
        )
        opened.apply(valid_approve(who=second))
        opened.apply(valid_dispute())

    def test_rejects_a_second_dispute(self, approved):
        approved.apply(valid_dispute())
        approved.refuse(
            valid_dispute(who="bob"),
            EscrowDisputedError,
            "evaluation.escrow.disputed",
            "escrow_id",
            7,
        )


class TestEscrowReleaseApply:
    @pytest.mark.parametrize(("who", "receiver"), [("alice", "bob"), ("bob", "alice")])
    def test_parties_release_parts_to_each_other(self, approved, who, receiver):
        assert approved.apply(valid_release(who=who, receiver=receiver)) == ()
        escrow = escrow_of(approved)
        assert (escrow.steem_balance, escrow.sbd_balance) == (40, 30)
        before = {"alice": (35, 60), "bob": (0, 0)}[receiver]
        assert funds(approved, receiver) == (before[0] + 20, before[1] + 10)

    def test_the_last_part_ends_the_escrow(self, approved):
        approved.apply(valid_release(steem_amount=steem(60), sbd_amount=sbd(0)))
        assert escrow_of(approved).sbd_balance == 40
        approved.apply(valid_release(steem_amount=steem(0), sbd_amount=sbd(40)))
        assert escrow_of(approved) is None
        assert funds(approved, "bob") == (60, 40)
        approved.apply(valid_transfer(steem_amount=steem(1), fee=steem(0)))

    @pytest.mark.parametrize("receiver", ["alice", "bob"])
    def test_agent_decides_a_dispute(self, approved, receiver):
        approved.apply(valid_dispute())
        approved.apply(valid_release(who="judy", receiver=receiver))
        assert escrow_of(approved).steem_balance == 40

    def test_agent_decides_a_dispute_after_the_expiration(self, approved):
        approved.apply(valid_dispute())
        approved.set_globals(time=EXPIRATION + 1)
        approved.refuse(
            valid_release(),
            EscrowReleaserError,
            "evaluation.escrow.may_not_release",
            "who",
            "alice",
        )
        approved.apply(valid_release(who="judy"))

    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_rejects_parties_in_a_dispute(self, approved, who):
        approved.apply(valid_dispute())
        approved.refuse(
            valid_release(who=who),
            EscrowReleaserError,
            "evaluation.escrow.may_not_release",
            "who",
            who,
        )
        approved.apply(valid_release(who="judy"))

    @pytest.mark.parametrize("time", [NOW, EXPIRATION + 1])
    def test_rejects_the_agent_without_dispute(self, approved, time):
        approved.set_globals(time=time)
        approved.refuse(
            valid_release(who="judy"),
            EscrowReleaserError,
            "evaluation.escrow.may_not_release",
            "who",
            "judy",
        )
        approved.apply(valid_release())

    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_rejects_a_release_to_oneself_before_the_expiration(self, approved, who):
        approved.set_globals(time=EXPIRATION - 1)
        to_oneself = valid_release(who=who, receiver=who)
        approved.refuse(
            to_oneself,
            EscrowReceiverError,
            "evaluation.escrow.wrong_receiver",
            "receiver",
            who,
        )
        approved.set_globals(time=EXPIRATION)
        approved.apply(to_oneself)

    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_parties_still_release_to_each_other_after_the_expiration(self, approved, who):
        approved.set_globals(time=EXPIRATION)
        approved.apply(valid_release(who=who, receiver="alice" if who == "bob" else "bob"))
        assert escrow_of(approved).steem_balance == 40

    @pytest.mark.parametrize(
        ("changes", "field", "value"),
        [
            ({"steem_amount": steem(61)}, "steem_amount", 61),
            ({"sbd_amount": sbd(41)}, "sbd_amount", 41),
        ],
    )
    def test_rejects_one_satoshi_more_than_there_is(self, approved, changes, field, value):
        approved.refuse(
            valid_release(**changes),
            EscrowAmountError,
            "evaluation.escrow.amount_too_large",
            field,
            value,
        )
        approved.apply(valid_release(steem_amount=steem(60), sbd_amount=sbd(40)))

    def test_rejects_an_unknown_sender(self, approved):
        approved.refuse(
            valid_release(from_account="nobody", who="bob"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "from",
            "nobody",
        )
        approved.apply(valid_release())

    def test_rejects_what_is_no_escrow(self, approved):
        refuse_unknown(approved, valid_release)
        approved.apply(valid_release())

    def test_rejects_another_receiver_or_agent(self, approved):
        to_sender = {"who": "judy", "receiver": "alice"}
        refuse_party(approved, lambda **changes: valid_release(**to_sender, **changes), "to")
        refuse_party(approved, valid_release, "agent")
        approved.apply(valid_release())

    @pytest.mark.parametrize(("first", "second"), [("bob", "judy"), ("judy", "bob")])
    def test_rejects_a_release_before_both_approve(self, opened, first, second):
        opened.apply(valid_approve(who=first))
        opened.refuse(
            valid_release(),
            EscrowNotApprovedError,
            "evaluation.escrow.not_approved",
            "escrow_id",
            7,
        )
        opened.apply(valid_approve(who=second))
        opened.apply(valid_release())


class TestOnAChain:
    """Through signed transactions; every satoshi is recounted after every block."""

    def open(self, chain, **changes):
        times = {
            "ratification_deadline": chain.now + 100,
            "escrow_expiration": chain.now + 1_000,
        }
        chain.send(valid_transfer(**(times | changes)))

    def test_a_sale_with_a_dispute(self, chain):
        agent, seller = chain.actor("judy"), chain.actor("bob")
        before = (agent.steem, seller.steem, seller.sbd)
        self.open(chain)
        chain.send(valid_approve(who="bob"))
        chain.send(valid_approve(who="judy"))
        chain.send(valid_dispute(who="bob"))
        chain.send(valid_release(who="judy", steem_amount=steem(60), sbd_amount=sbd(40)))
        after = (agent.steem, seller.steem, seller.sbd)
        assert after == (before[0] + 5, before[1] + 60, before[2] + 40)
        assert chain.state.escrows.first() is None

    def test_without_approval_everything_goes_back(self, chain):
        buyer = chain.actor("alice")
        before = (buyer.steem, buyer.sbd)
        self.open(chain)
        chain.send(valid_approve(who="bob"))
        assert (buyer.steem, buyer.sbd) == (before[0] - 65, before[1] - 40)
        chain.jump_to(chain.now + 100)
        assert (buyer.steem, buyer.sbd) == before
        assert chain.state.escrows.first() is None
