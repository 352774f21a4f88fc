from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, Asset, InvalidPriceError, Price, smt_symbol
from protocol.authority import Authority, single_key_authority
from protocol.crypto import NULL_PUBLIC_KEY, PrivateKey
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    FeedPublish,
    Hardfork,
    InvalidWitnessPropertyError,
    LegacyChainProperties,
    MissingSigningKeyError,
    ProducerReward,
    ProxyToSelfError,
    ShutdownWitness,
    WitnessSetProperties,
    WitnessUpdate,
)
from protocol.params import DEV, DEV_PARAMS, TESTNET_PARAMS
from protocol.types import I32, U16, U32, PublicKey
from protocol.validation import (
    AmountNegativeError,
    InvalidAccountNameError,
    OutOfBoundsError,
    TextEmptyError,
    TextTooLongError,
    WrongSymbolError,
)
from protocol.wire import encode_as

KEY = PrivateKey.from_seed("signing").public_key
TOKEN = smt_symbol(18118804, 3)
RATE = Price(Asset(1000, SBD), Asset(3500, STEEM))
FEED = FeedPublish("alice", RATE)
PROPS = LegacyChainProperties(Asset(1, STEEM), 65_536, 10_000)
UPDATE = WitnessUpdate("alice", "u", NULL_PUBLIC_KEY, PROPS, Asset(0, STEEM))
VOTE = AccountWitnessVote("alice", "bob")
PROXY = AccountWitnessProxy("alice", "bob")


def packed(**values):
    """Return witness properties, sorted by name, each `(hint, value)` encoded."""
    return tuple(
        (name, encode_as(hint, value, DEV)) for name, (hint, value) in sorted(values.items())
    )


def with_property(name, hint, value):
    return {"props": packed(key=(PublicKey, KEY), **{name: (hint, value)})}


PROPERTIES = WitnessSetProperties("alice", packed(key=(PublicKey, KEY)))


class TestFeedPublishValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"publisher": "x"}, InvalidAccountNameError, "publisher", id="name"),
            pytest.param(
                {"exchange_rate": Price(Asset(1, TOKEN), Asset(1, STEEM))},
                WrongSymbolError,
                "exchange_rate.base",
                id="token_base",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(1, SBD), Asset(1, TOKEN))},
                WrongSymbolError,
                "exchange_rate.quote",
                id="token_quote",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(1, SBD), Asset(1, SBD))},
                InvalidPriceError,
                "exchange_rate",
                id="one_asset",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(0, SBD), Asset(1, STEEM))},
                InvalidPriceError,
                "exchange_rate",
                id="zero",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(FEED, change, error, field)

    def test_accepts_either_direction(self):
        replace(FEED, exchange_rate=Price(RATE.quote, RATE.base)).validate(DEV_PARAMS)


class TestFeedPublishAuthorities:
    def test_only_the_publisher_signs_with_active(self):
        assert FEED.required_active() == {"alice"}
        assert not FEED.required_owner() | FEED.required_posting()


class TestWitnessUpdateValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"owner": "x"}, InvalidAccountNameError, "owner", id="name"),
            pytest.param({"url": ""}, TextEmptyError, "url", id="no_url"),
            pytest.param({"url": "u" * 2049}, TextTooLongError, "url", id="long_url"),
            pytest.param({"fee": Asset(0, SBD)}, WrongSymbolError, "fee", id="fee_in_sbd"),
            pytest.param({"fee": Asset(-1, STEEM)}, AmountNegativeError, "fee", id="fee<0"),
            pytest.param(
                {"props": replace(PROPS, account_creation_fee=Asset(1, SBD))},
                WrongSymbolError,
                "props.account_creation_fee",
                id="creation_fee_in_sbd",
            ),
            pytest.param(
                {"props": replace(PROPS, account_creation_fee=Asset(0, STEEM))},
                OutOfBoundsError,
                "props.account_creation_fee",
                id="creation_fee_of_zero",
            ),
            pytest.param(
                {"props": replace(PROPS, maximum_block_size=65_535)},
                OutOfBoundsError,
                "props.maximum_block_size",
                id="small_blocks",
            ),
            pytest.param(
                {"props": replace(PROPS, sbd_interest_rate=10_001)},
                OutOfBoundsError,
                "props.sbd_interest_rate",
                id="interest",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(UPDATE, change, error, field)

    def test_accepts_a_url_of_2048_bytes(self):
        replace(UPDATE, url="u" * 2048).validate(DEV_PARAMS)

    def test_the_test_net_has_no_least_creation_fee(self):
        free = replace(PROPS, account_creation_fee=Asset(0, STEEM))
        replace(UPDATE, props=free).validate(TESTNET_PARAMS)


class TestWitnessUpdateAuthorities:
    def test_only_the_witness_signs_with_active(self):
        assert UPDATE.required_active() == {"alice"}
        assert not UPDATE.required_owner() | UPDATE.required_posting()


class TestAccountWitnessVoteValidate:
    @pytest.mark.parametrize("name", ["account", "witness"])
    def test_rejects_a_bad(self, refuses, name):
        refuses(VOTE, {name: "x"}, InvalidAccountNameError, name)


class TestAccountWitnessVoteAuthorities:
    def test_only_the_voter_signs_with_active(self):
        assert VOTE.required_active() == {"alice"}
        assert not VOTE.required_owner() | VOTE.required_posting()


class TestAccountWitnessProxyValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"account": ""}, InvalidAccountNameError, "account", id="account"),
            pytest.param({"proxy": "x"}, InvalidAccountNameError, "proxy", id="proxy"),
            pytest.param({"proxy": "alice"}, ProxyToSelfError, "proxy", id="self"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(PROXY, change, error, field)

    def test_accepts_the_empty_name_to_end_it(self):
        replace(PROXY, proxy="").validate(DEV_PARAMS)


class TestAccountWitnessProxyAuthorities:
    def test_only_the_account_signs_with_active(self):
        assert PROXY.required_active() == {"alice"}
        assert not PROXY.required_owner() | PROXY.required_posting()


class TestWitnessSetPropertiesValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"owner": "x"}, InvalidAccountNameError, "owner", id="name"),
            pytest.param({"props": ()}, MissingSigningKeyError, "props.key", id="no_key"),
            pytest.param(
                {"props": (("key", KEY[:-1]),)},
                InvalidWitnessPropertyError,
                "props.key",
                id="short_key",
            ),
            pytest.param(
                {"props": (("key", KEY), ("sbd_interest_rate", b"\0\0\0"))},
                InvalidWitnessPropertyError,
                "props.sbd_interest_rate",
                id="trailing_byte",
            ),
            pytest.param(
                with_property("account_creation_fee", Asset, Asset(1, SBD)),
                WrongSymbolError,
                "props.account_creation_fee",
                id="fee_in_sbd",
            ),
            pytest.param(
                with_property("account_creation_fee", Asset, Asset(0, STEEM)),
                OutOfBoundsError,
                "props.account_creation_fee",
                id="fee_of_zero",
            ),
            pytest.param(
                with_property("maximum_block_size", U32, 65_535),
                OutOfBoundsError,
                "props.maximum_block_size",
                id="small_blocks",
            ),
            pytest.param(
                with_property("sbd_interest_rate", U16, 10_001),
                OutOfBoundsError,
                "props.sbd_interest_rate",
                id="interest",
            ),
            pytest.param(
                with_property("sbd_exchange_rate", Price, Price(RATE.quote, RATE.base)),
                WrongSymbolError,
                "props.sbd_exchange_rate.base",
                id="inverse_price",
            ),
            pytest.param(
                with_property("sbd_exchange_rate", Price, Price(RATE.base, RATE.base)),
                WrongSymbolError,
                "props.sbd_exchange_rate.quote",
                id="price_in_one_asset",
            ),
            pytest.param(
                with_property("sbd_exchange_rate", Price, Price(RATE.base, Asset(0, STEEM))),
                InvalidPriceError,
                "props.sbd_exchange_rate",
                id="price_of_zero",
            ),
            pytest.param(with_property("url", str, ""), TextEmptyError, "props.url", id="url"),
            pytest.param(
                with_property("account_subsidy_budget", I32, 0),
                OutOfBoundsError,
                "props.account_subsidy_budget",
                id="budget_of_zero",
            ),
            pytest.param(
                with_property("account_subsidy_budget", I32, 268_435_456),
                OutOfBoundsError,
                "props.account_subsidy_budget",
                id="budget_above_2^28-1",
            ),
            pytest.param(
                with_property("account_subsidy_decay", U32, 63),
                OutOfBoundsError,
                "props.account_subsidy_decay",
                id="decay_below_64",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(PROPERTIES, change, error, field)

    def test_accepts_every_property_at_its_bound(self):
        props = packed(
            account_creation_fee=(Asset, Asset(1, STEEM)),
            account_subsidy_budget=(I32, 268_435_455),
            account_subsidy_decay=(U32, 64),
            key=(PublicKey, KEY),
            maximum_block_size=(U32, 65_536),
            new_signing_key=(PublicKey, KEY),
            sbd_exchange_rate=(Price, RATE),
            sbd_interest_rate=(U16, 10_000),
            url=(str, "u"),
        )
        operation = WitnessSetProperties("alice", props)
        operation.validate(DEV_PARAMS)
        assert operation.properties(DEV_PARAMS).sbd_exchange_rate == RATE

    def test_ignores_names_it_does_not_know(self):
        WitnessSetProperties("alice", (("key", KEY), ("wish", b"?"))).validate(DEV_PARAMS)


class TestWitnessSetPropertiesAuthorities:
    def test_the_signing_key_given_signs(self):
        assert PROPERTIES.required_other() == (single_key_authority(KEY),)
        assert not PROPERTIES.required_active()

    @pytest.mark.parametrize("props", [(), (("key", b"short"),)], ids=["no_key", "bad_key"])
    def test_nobody_can_sign_without_a_key(self, props):
        authority = Authority(1, (("null", 1),), ())
        assert WitnessSetProperties("alice", props).required_other() == (authority,)


@pytest.mark.parametrize("cls", [Hardfork, ProducerReward, ShutdownWitness])
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
