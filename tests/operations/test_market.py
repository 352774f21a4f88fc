from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, InvalidPriceError, Price, smt_symbol
from protocol.operations.market import (
    Convert,
    FillConvertRequest,
    FillOrder,
    LimitOrderCancel,
    LimitOrderCreate,
    LimitOrderCreate2,
    LiquidityReward,
    MarketPairError,
    NothingToReceiveError,
)
from protocol.params import DEV_PARAMS
from protocol.types import TIME_MAX
from protocol.validation import (
    AmountNotPositiveError,
    InvalidAccountNameError,
    VestingSymbolError,
    WrongSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
OTHER = smt_symbol(88009092, 8)
TOKEN_VESTS = smt_symbol(18118805, 3)
CREATE = LimitOrderCreate("alice", 1, Asset(10_000, STEEM), Asset(15_000, TOKEN))
CREATE2 = LimitOrderCreate2(
    "alice", 1, Asset(10_000, STEEM), Price(Asset(2, STEEM), Asset(3, TOKEN))
)
CANCEL = LimitOrderCancel("alice", 1)
CONVERT = Convert("alice", 1, Asset(1, SBD))


def with_quote(symbol):
    return {"exchange_rate": Price(Asset(2, STEEM), Asset(3, symbol))}


class TestLimitOrderCreateValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"owner": "x"}, InvalidAccountNameError, "owner", id="name"),
            pytest.param(
                {"min_to_receive": Asset(1, STEEM)}, MarketPairError, "min_to_receive", id="same"
            ),
            pytest.param(
                {"amount_to_sell": Asset(1, SBD)}, MarketPairError, "min_to_receive", id="sbd_smt"
            ),
            pytest.param(
                {"amount_to_sell": Asset(1, OTHER)}, MarketPairError, "min_to_receive", id="smt_smt"
            ),
            pytest.param(
                {"amount_to_sell": Asset(1, VESTS)},
                VestingSymbolError,
                "amount_to_sell",
                id="sells_vests",
            ),
            pytest.param(
                {"min_to_receive": Asset(1, TOKEN_VESTS)},
                VestingSymbolError,
                "min_to_receive",
                id="buys_vested_tokens",
            ),
            pytest.param(
                {"amount_to_sell": Asset(0, STEEM)},
                AmountNotPositiveError,
                "amount_to_sell",
                id="sells_nothing",
            ),
            pytest.param(
                {"min_to_receive": Asset(0, TOKEN)},
                AmountNotPositiveError,
                "min_to_receive",
                id="asks_for_nothing",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CREATE, change, error, field)

    @pytest.mark.parametrize(
        ("sold", "bought"), [(STEEM, SBD), (SBD, STEEM), (TOKEN, STEEM), (STEEM, TOKEN)]
    )
    def test_accepts_steem_against_sbd_and_tokens(self, sold, bought):
        LimitOrderCreate("alice", 1, Asset(1, sold), Asset(1, bought)).validate(DEV_PARAMS)

    def test_stays_in_the_book_and_may_be_filled_in_parts_by_default(self):
        assert (CREATE.fill_or_kill, CREATE.expiration) == (False, TIME_MAX)


class TestLimitOrderCreateAuthorities:
    def test_only_the_owner_signs_with_active(self):
        assert CREATE.required_active() == {"alice"}
        assert not CREATE.required_owner() | CREATE.required_posting()


class TestLimitOrderCreate2Validate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"owner": "x"}, InvalidAccountNameError, "owner", id="name"),
            pytest.param(
                {"amount_to_sell": Asset(1, TOKEN)},
                WrongSymbolError,
                "exchange_rate.base",
                id="base_is_not_sold",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(2, STEEM), Asset(0, TOKEN))},
                InvalidPriceError,
                "exchange_rate",
                id="zero_quote",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(0, STEEM), Asset(1, TOKEN))},
                InvalidPriceError,
                "exchange_rate",
                id="zero_base",
            ),
            pytest.param(with_quote(STEEM), InvalidPriceError, "exchange_rate", id="same"),
            pytest.param(
                with_quote(VESTS), VestingSymbolError, "exchange_rate.quote", id="buys_vests"
            ),
            pytest.param(
                {
                    "amount_to_sell": Asset(1, TOKEN),
                    "exchange_rate": Price(Asset(1, TOKEN), Asset(1, OTHER)),
                },
                MarketPairError,
                "exchange_rate.quote",
                id="smt_smt",
            ),
            pytest.param(
                {"amount_to_sell": Asset(0, STEEM)},
                AmountNotPositiveError,
                "amount_to_sell",
                id="sells_nothing",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(10_001, STEEM), Asset(1, TOKEN))},
                NothingToReceiveError,
                "amount_to_sell",
                id="rounds_to_nothing",
            ),
            pytest.param(
                {"exchange_rate": Price(Asset(1, STEEM), Asset(2**62, TOKEN))},
                NothingToReceiveError,
                "amount_to_sell",
                id="overflows",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CREATE2, change, error, field)

    def test_accepts_what_is_worth_exactly_one_satoshi(self):
        price = Price(Asset(10_000, STEEM), Asset(1, TOKEN))
        replace(CREATE2, exchange_rate=price).validate(DEV_PARAMS)


class TestLimitOrderCreate2Authorities:
    def test_only_the_owner_signs_with_active(self):
        assert CREATE2.required_active() == {"alice"}
        assert not CREATE2.required_owner() | CREATE2.required_posting()


class TestLimitOrderCancelValidate:
    def test_rejects_a_bad_name(self, refuses):
        refuses(CANCEL, {"owner": "x"}, InvalidAccountNameError, "owner")


class TestLimitOrderCancelAuthorities:
    def test_only_the_owner_signs_with_active(self):
        assert CANCEL.required_active() == {"alice"}
        assert not CANCEL.required_owner() | CANCEL.required_posting()


class TestConvertValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"owner": "x"}, InvalidAccountNameError, "owner", id="name"),
            pytest.param({"amount": Asset(1, STEEM)}, WrongSymbolError, "amount", id="steem"),
            pytest.param({"amount": Asset(1, TOKEN)}, WrongSymbolError, "amount", id="token"),
            pytest.param({"amount": Asset(0, SBD)}, AmountNotPositiveError, "amount", id="zero"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CONVERT, change, error, field)


class TestConvertAuthorities:
    def test_only_the_owner_signs_with_active(self):
        assert CONVERT.required_active() == {"alice"}
        assert not CONVERT.required_owner() | CONVERT.required_posting()


@pytest.mark.parametrize("cls", [FillConvertRequest, FillOrder, LiquidityReward])
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
