"""convert: SBD is taken now and paid for in STEEM later."""

import pytest
from world import NOW, sbd, steem

from protocol.assets import Price
from protocol.operations.market import Convert, FillConvertRequest
from protocol.operations.savings import Interest
from smtchain.evaluators.market import ConversionExistsError
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.ledger.pricing import NoPriceFeedError
from smtchain.state.tables.conversion import ConvertRequest

# hours of the price's history: 84
DELAY = 302_400


def valid_convert(**changes):
    return Convert(**({"owner": "alice", "requestid": 3, "amount": sbd(400)} | changes))


def publish(world, price):
    world.state.feed_history.modify(world.state.feed_history.get(), current_median_history=price)


class TestConvertApply:
    @pytest.fixture(autouse=True)
    def _funded(self, world):
        world.give("alice", sbd(1_000))
        publish(world, Price(sbd(1_000), steem(2_000)))

    def test_takes_the_sbd_and_waits(self, world):
        assert world.apply(valid_convert()) == ()
        alice = world.account("alice")
        assert (alice.sbd_balance, alice.balance) == (600, 0)
        assert list(world.state.convert_requests.scan()) == [
            ConvertRequest(0, "alice", 3, 400, NOW + DELAY)
        ]

    def test_sbd_under_way_is_still_supply(self, world):
        world.apply(valid_convert())
        assert world.globals.current_sbd_supply == 1_000

    def test_numbers_are_the_owners_own(self, world):
        world.give("bob", sbd(1))
        world.apply(valid_convert())
        world.apply(valid_convert(requestid=4))
        world.apply(valid_convert(owner="bob", amount=sbd(1)))
        owners = [(row.owner, row.requestid) for row in world.state.convert_requests.scan()]
        assert owners == [("alice", 3), ("alice", 4), ("bob", 3)]

    def test_reports_interest_that_falls_due_by_the_way(self, world):
        # 1.000 SBD for a year at 10 % gives 0.100.
        world.set_globals(sbd_interest_rate=1_000, time=NOW + 31_536_000)
        assert world.apply(valid_convert()) == (Interest(owner="alice", interest=sbd(100)),)
        assert world.account("alice").sbd_balance == 700

    def test_rejects_an_unknown_owner(self, world):
        world.refuse(
            valid_convert(owner="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "owner",
            "nobody",
        )
        world.apply(valid_convert())

    def test_rejects_one_satoshi_more_than_there_is(self, world):
        world.refuse(
            valid_convert(amount=sbd(1_001)),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "amount",
            "1.001 SBD",
        )
        world.apply(valid_convert(amount=sbd(1_000)))

    def test_rejects_a_conversion_before_there_is_a_price(self, world):
        publish(world, None)
        world.refuse(valid_convert(), NoPriceFeedError, "evaluation.no_price_feed", "amount", 400)
        publish(world, Price(sbd(1_000), steem(2_000)))
        world.apply(valid_convert())

    def test_rejects_a_number_in_use(self, world):
        world.apply(valid_convert())
        world.refuse(
            valid_convert(amount=sbd(1)),
            ConversionExistsError,
            "evaluation.convert.exists",
            "requestid",
            3,
        )
        world.apply(valid_convert(requestid=4))


class TestOnAChain:
    def test_is_paid_after_three_and_a_half_days(self, chain):
        # The dev chain's price is 1.000 SBD for 1.000 STEEM.
        alice = chain.actor("alice")
        before = (alice.steem, alice.sbd)
        started = chain.now
        alice.send(valid_convert())
        supply = chain.state.globals.get().current_sbd_supply
        assert (alice.steem, alice.sbd) == (before[0], before[1] - 400)
        chain.jump_to(started + DELAY - 3)
        assert chain.events(FillConvertRequest) == []
        chain.jump_to(started + DELAY)
        assert chain.events(FillConvertRequest) == [
            FillConvertRequest("alice", 3, sbd(400), steem(400))
        ]
        assert (alice.steem, alice.sbd) == (before[0] + 400, before[1] - 400)
        assert chain.state.globals.get().current_sbd_supply == supply - 400
        assert chain.state.convert_requests.first() is None
