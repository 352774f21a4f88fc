"""witness_update, witness_set_properties, account_witness_vote and _proxy, feed_publish."""

import pytest
from world import NOW, key_of, sbd, steem

from protocol.assets import Asset, Price
from protocol.crypto import NULL_PUBLIC_KEY
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    FeedPublish,
    LegacyChainProperties,
    WitnessSetProperties,
    WitnessUpdate,
)
from protocol.params import DEV
from protocol.types import I32, U16, U32, PublicKey
from protocol.validation import OutOfBoundsError, WrongSymbolError
from protocol.wire import encode_as
from smtchain.evaluators.witness import (
    ProxyChainTooLongError,
    ProxyInUseError,
    ProxyLoopError,
    ProxyUnchangedError,
    TooManyWitnessVotesError,
    VoteUnchangedError,
    VotingDeclinedError,
    WitnessNotFoundError,
    WrongSigningKeyError,
)
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.state.tables.witness import WitnessKind


def properties(**changes):
    given = {
        "account_creation_fee": steem(2_000),
        "maximum_block_size": 70_000,
        "sbd_interest_rate": 500,
    }
    return LegacyChainProperties(**(given | changes))


def valid_update(**changes):
    given = {
        "owner": "alice",
        "url": "https://alice.example",
        "block_signing_key": key_of("signing"),
        "props": properties(),
        "fee": steem(0),
    }
    return WitnessUpdate(**(given | changes))


def valid_feed(**changes):
    given = {"publisher": "initminer", "exchange_rate": Price(sbd(1_000), steem(2_000))}
    return FeedPublish(**(given | changes))


class TestWitnessUpdateApply:
    def test_registers_a_witness(self, world):
        assert world.apply(valid_update()) == ()
        alice = world.state.witnesses.get("alice")
        assert (alice.created, alice.url, alice.signing_key) == (
            NOW,
            "https://alice.example",
            key_of("signing"),
        )
        assert (alice.account_creation_fee, alice.maximum_block_size, alice.sbd_interest_rate) == (
            2_000,
            70_000,
            500,
        )
        assert (alice.votes, alice.virtual_scheduled_time) == (0, (1 << 128) - 1)
        assert (alice.running_version, alice.hardfork_version_vote) == (0, 0)
        assert alice.hardfork_time_vote == world.params.genesis_time
        assert alice.schedule == WitnessKind.NONE
        assert alice.id == world.state.witnesses.get("initminer").id + 1

    def test_changes_a_witness_and_keeps_the_rest(self, world):
        world.apply(valid_update())
        alice = world.state.witnesses.get("alice")
        world.state.witnesses.modify(alice, total_missed=7, sbd_exchange_rate=None)
        world.set_globals(time=NOW + 60)
        world.apply(
            valid_update(
                url="https://new.example",
                block_signing_key=NULL_PUBLIC_KEY,
                props=properties(maximum_block_size=65_536),
            )
        )
        assert (alice.created, alice.total_missed) == (NOW, 7)
        assert (alice.url, alice.signing_key) == ("https://new.example", NULL_PUBLIC_KEY)
        assert alice.maximum_block_size == 65_536

    def test_charges_no_fee(self, world):
        world.give("alice", steem(10))
        world.apply(valid_update(fee=steem(10)))
        assert world.account("alice").balance == 10

    def test_rejects_an_unknown_owner(self, world):
        world.refuse(
            valid_update(owner="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "owner",
            "nobody",
        )
        world.apply(valid_update())

    def test_rejects_a_creation_fee_above_a_million_steem(self, world):
        world.refuse(
            valid_update(props=properties(account_creation_fee=steem(1_000_000_001))),
            OutOfBoundsError,
            "operation.out_of_bounds",
            "props.account_creation_fee",
            1_000_000_001,
        )
        world.apply(valid_update(props=properties(account_creation_fee=steem(1_000_000_000))))

    def test_rejects_blocks_above_two_mebibytes(self, world):
        world.refuse(
            valid_update(props=properties(maximum_block_size=2_097_153)),
            OutOfBoundsError,
            "operation.out_of_bounds",
            "props.maximum_block_size",
            2_097_153,
        )
        world.apply(valid_update(props=properties(maximum_block_size=2_097_152)))


PROPERTY_TYPES = {
    "account_creation_fee": Asset,
    "account_subsidy_budget": I32,
    "account_subsidy_decay": U32,
    "key": PublicKey,
    "maximum_block_size": U32,
    "new_signing_key": PublicKey,
    "sbd_exchange_rate": Price,
    "sbd_interest_rate": U16,
    "url": str,
}


def set_properties(owner="initminer", **given):
    """Return an operation with the present key of initminer and the given properties."""
    given = {"key": key_of("initminer")} | given
    props = tuple(
        (name, encode_as(PROPERTY_TYPES[name], given[name], DEV)) for name in sorted(given)
    )
    return WitnessSetProperties(owner, props)


class TestWitnessSetPropertiesApply:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("account_subsidy_budget", 1_000),
            ("account_subsidy_decay", 64),
            ("maximum_block_size", 65_536),
            ("sbd_interest_rate", 250),
            ("url", "https://other.example"),
        ],
    )
    def test_changes_what_is_given_and_nothing_else(self, world, name, value):
        witness = world.state.witnesses.get("initminer")
        names = ("signing_key", "url", *PROPERTY_TYPES)
        watched = [each for each in names if hasattr(witness, each) and each != name]
        before = [getattr(witness, each) for each in watched]
        assert world.apply(set_properties(**{name: value})) == ()
        assert getattr(witness, name) == value
        assert [getattr(witness, each) for each in watched] == before

    def test_the_fee_is_kept_in_satoshis(self, world):
        world.apply(set_properties(account_creation_fee=steem(7_000)))
        assert world.state.witnesses.get("initminer").account_creation_fee == 7_000

    def test_a_price_comes_with_its_time(self, world):
        world.set_globals(time=NOW + 9)
        world.apply(set_properties(sbd_exchange_rate=Price(sbd(1_000), steem(3_000))))
        witness = world.state.witnesses.get("initminer")
        assert witness.sbd_exchange_rate == Price(sbd(1_000), steem(3_000))
        assert witness.last_sbd_exchange_update == NOW + 9

    def test_a_new_key_replaces_the_one_it_is_signed_with(self, world):
        world.apply(set_properties(new_signing_key=key_of("next")))
        assert world.state.witnesses.get("initminer").signing_key == key_of("next")
        world.refuse(
            set_properties(url="x"),
            WrongSigningKeyError,
            "evaluation.witness.wrong_signing_key",
            "props.key",
            None,
        )
        world.apply(set_properties(key=key_of("next"), url="x"))

    def test_a_null_key_ends_production(self, world):
        world.apply(set_properties(new_signing_key=NULL_PUBLIC_KEY))
        assert world.state.witnesses.get("initminer").signing_key == NULL_PUBLIC_KEY

    def test_rejects_who_is_no_witness(self, world):
        world.refuse(
            set_properties(owner="bob"),
            WitnessNotFoundError,
            "evaluation.witness.not_found",
            "owner",
            "bob",
        )
        world.apply(set_properties())

    @pytest.mark.parametrize(
        ("name", "bad", "good", "shown"),
        [
            ("account_creation_fee", steem(1_000_000_001), steem(1_000_000_000), 1_000_000_001),
            ("maximum_block_size", 2_097_153, 2_097_152, 2_097_153),
        ],
    )
    def test_rejects_what_no_witness_may_propose(self, world, name, bad, good, shown):
        world.refuse(
            set_properties(**{name: bad}),
            OutOfBoundsError,
            "operation.out_of_bounds",
            f"props.{name}",
            shown,
        )
        world.apply(set_properties(**{name: good}))


def valid_vote(**changes):
    return AccountWitnessVote(
        **({"account": "bob", "witness": "initminer", "approve": True} | changes)
    )


def vest(world, name, shares):
    """Give an account VESTS as genesis does: nobody's votes change."""
    world.state.accounts.modify(world.account(name), vesting_shares=shares)


def votes_of(world, name="initminer"):
    return world.state.witnesses.get(name).votes


class TestAccountWitnessVoteApply:
    def test_gives_the_witness_the_voter_s_weight(self, world):
        vest(world, "bob", 50)
        world.state.accounts.modify(world.account("bob"), proxied_vsf_votes=(1, 2, 3, 4))
        assert world.apply(valid_vote()) == ()
        assert votes_of(world) == 60
        assert world.account("bob").witnesses_voted_for == 1
        vote = world.state.witness_votes.get("bob", "initminer")
        assert (vote.id, world.state.witness_votes.first("by_witness", "initminer")) == (0, vote)

    def test_taking_it_back_restores_everything(self, world):
        vest(world, "bob", 50)
        world.apply(valid_vote())
        world.apply(valid_vote(approve=False))
        assert votes_of(world) == 0
        assert world.account("bob").witnesses_voted_for == 0
        assert not world.state.witness_votes.exists("bob", "initminer")

    @pytest.mark.parametrize("approve", [True, False])
    def test_rejects_what_changes_nothing(self, world, approve):
        if approve:
            world.apply(valid_vote())
        world.refuse(
            valid_vote(approve=approve),
            VoteUnchangedError,
            "evaluation.witness.vote_unchanged",
            "approve",
            approve,
        )
        world.apply(valid_vote(approve=not approve))

    def test_rejects_the_31st_vote(self, world):
        for number in range(31):
            world.add_account(f"wit{number}")
            world.add_witness(f"wit{number}")
        for number in range(30):
            world.apply(valid_vote(witness=f"wit{number}"))
        world.refuse(
            valid_vote(witness="wit30"),
            TooManyWitnessVotesError,
            "evaluation.witness.too_many_votes",
            "witness",
            30,
        )
        world.apply(valid_vote(witness="wit7", approve=False))
        world.apply(valid_vote(witness="wit30"))

    def test_rejects_an_account_with_a_proxy(self, world):
        world.apply(AccountWitnessProxy("bob", "alice"))
        world.refuse(
            valid_vote(), ProxyInUseError, "evaluation.witness.proxy_in_use", "account", "alice"
        )
        world.apply(AccountWitnessProxy("bob", ""))
        world.apply(valid_vote())

    def test_who_declined_voting_may_only_take_back(self, world):
        world.apply(valid_vote())
        world.state.accounts.modify(world.account("bob"), can_vote=False)
        world.apply(valid_vote(approve=False))
        world.refuse(
            valid_vote(),
            VotingDeclinedError,
            "evaluation.witness.voting_declined",
            "account",
            "bob",
        )

    @pytest.mark.parametrize(
        ("changes", "error", "code", "field"),
        [
            (
                {"account": "nobody"},
                AccountNotFoundError,
                "evaluation.account.not_found",
                "account",
            ),
            ({"witness": "alice"}, WitnessNotFoundError, "evaluation.witness.not_found", "witness"),
        ],
    )
    def test_rejects_unknown_names(self, world, changes, error, code, field):
        world.refuse(valid_vote(**changes), error, code, field, changes[field])
        world.apply(valid_vote())


class TestAccountWitnessProxyApply:
    @pytest.fixture(autouse=True)
    def _people(self, world):
        for name in ("carol", "dave", "erin", "frank"):
            world.add_account(name)
        vest(world, "alice", 100)
        vest(world, "bob", 10)
        world.set_globals(total_vesting_shares=110)

    def test_moves_the_weight_to_the_proxy_s_witnesses(self, world):
        world.add_witness("carol")
        world.apply(valid_vote(account="alice", witness="carol"))
        world.apply(valid_vote(account="bob"))
        assert world.apply(AccountWitnessProxy("alice", "bob")) == ()
        assert (votes_of(world), votes_of(world, "carol")) == (110, 0)
        assert world.account("alice").proxy == "bob"
        assert world.account("alice").witnesses_voted_for == 0
        assert [row.account for row in world.state.witness_votes.scan()] == ["bob"]

    def test_clearing_takes_it_back_and_votes_for_nobody(self, world):
        world.apply(valid_vote(account="bob"))
        world.apply(AccountWitnessProxy("alice", "bob"))
        world.apply(AccountWitnessProxy("alice", ""))
        assert votes_of(world) == 10
        assert world.account("bob").proxied_vsf_votes == (0, 0, 0, 0)

    def test_changing_the_proxy_moves_everything_behind_it(self, world):
        world.apply(valid_vote(account="carol"))
        world.apply(AccountWitnessProxy("alice", "bob"))
        world.apply(AccountWitnessProxy("bob", "dave"))
        assert votes_of(world) == 0
        world.apply(AccountWitnessProxy("bob", "carol"))
        assert world.account("dave").proxied_vsf_votes == (0, 0, 0, 0)
        assert world.account("carol").proxied_vsf_votes == (10, 100, 0, 0)
        assert votes_of(world) == 110

    def test_rejects_the_proxy_that_is_set(self, world):
        refused = (ProxyUnchangedError, "evaluation.witness.proxy_unchanged", "proxy")
        world.refuse(AccountWitnessProxy("alice", ""), *refused, "")
        world.apply(AccountWitnessProxy("alice", "bob"))
        world.refuse(AccountWitnessProxy("alice", "bob"), *refused, "bob")
        world.apply(AccountWitnessProxy("alice", "carol"))

    def test_rejects_a_ring(self, world):
        world.apply(AccountWitnessProxy("bob", "carol"))
        world.apply(AccountWitnessProxy("carol", "alice"))
        world.refuse(
            AccountWitnessProxy("alice", "bob"),
            ProxyLoopError,
            "evaluation.witness.proxy_loop",
            "proxy",
            "alice",
        )
        world.apply(AccountWitnessProxy("carol", ""))
        world.apply(AccountWitnessProxy("alice", "bob"))

    def test_rejects_a_way_of_five_accounts(self, world):
        for name, proxy in (("bob", "carol"), ("carol", "dave"), ("dave", "erin")):
            world.apply(AccountWitnessProxy(name, proxy))
        world.refuse(
            AccountWitnessProxy("alice", "bob"),
            ProxyChainTooLongError,
            "evaluation.witness.proxy_chain_too_long",
            "proxy",
            "erin",
        )
        world.apply(AccountWitnessProxy("dave", ""))
        world.apply(AccountWitnessProxy("alice", "bob"))

    def test_a_longer_way_may_grow_at_its_far_end(self, world):
        # Only the way from the new proxy on is measured, as in steemd; what is too far is lost.
        for name, proxy in (
            ("alice", "bob"),
            ("bob", "carol"),
            ("carol", "dave"),
            ("dave", "erin"),
            ("erin", "frank"),
        ):
            world.apply(AccountWitnessProxy(name, proxy))
        assert world.account("erin").proxied_vsf_votes == (0, 0, 10, 100)
        assert world.account("frank").proxied_vsf_votes == (0, 0, 0, 10)

    def test_rejects_who_declined_voting(self, world):
        world.state.accounts.modify(world.account("alice"), can_vote=False)
        world.refuse(
            AccountWitnessProxy("alice", "bob"),
            VotingDeclinedError,
            "evaluation.witness.voting_declined",
            "account",
            "alice",
        )
        world.state.accounts.modify(world.account("alice"), can_vote=True)
        world.apply(AccountWitnessProxy("alice", "bob"))

    @pytest.mark.parametrize(
        ("account", "proxy", "field"), [("nobody", "bob", "account"), ("bob", "nobody", "proxy")]
    )
    def test_rejects_unknown_names(self, world, account, proxy, field):
        world.refuse(
            AccountWitnessProxy(account, proxy),
            AccountNotFoundError,
            "evaluation.account.not_found",
            field,
            "nobody",
        )
        world.apply(AccountWitnessProxy("bob", "alice"))


class TestFeedPublishApply:
    def test_records_price_and_time(self, world):
        assert world.apply(valid_feed()) == ()
        witness = world.state.witnesses.get("initminer")
        assert witness.sbd_exchange_rate == Price(sbd(1_000), steem(2_000))
        assert witness.last_sbd_exchange_update == NOW

    def test_does_not_move_the_current_price(self, world):
        world.apply(valid_feed())
        assert world.state.feed_history.get().current_median_history is None

    def test_rejects_who_is_no_witness(self, world):
        world.refuse(
            valid_feed(publisher="bob"),
            WitnessNotFoundError,
            "evaluation.witness.not_found",
            "publisher",
            "bob",
        )
        world.apply(valid_feed())

    @pytest.mark.parametrize(
        ("price", "field", "value"),
        [
            (Price(steem(2_000), sbd(1_000)), "exchange_rate.base", "STEEM"),
        ],
    )
    def test_rejects_steem_priced_in_sbd(self, world, price, field, value):
        world.refuse(
            valid_feed(exchange_rate=price),
            WrongSymbolError,
            "operation.wrong_symbol",
            field,
            value,
        )
        world.apply(valid_feed())
