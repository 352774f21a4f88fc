from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset, smt_symbol
from protocol.operations.market_maker import (
    MarketMakerPairError,
    SmtMarketMakerContribute,
    SmtMarketMakerFilled,
    SmtMarketMakerTrade,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNotPositiveError,
    InvalidAccountNameError,
    NotSmtSymbolError,
    VestingSymbolError,
    WrongSymbolError,
)

TOKEN = smt_symbol(18118804, 3)
OTHER = smt_symbol(88009092, 8)
TRADE = SmtMarketMakerTrade("alice", TOKEN, Asset(1, STEEM), Asset(1, TOKEN))
GIVE = SmtMarketMakerContribute("alice", TOKEN, Asset(1, STEEM), pay_later=True)
SYMBOLS = [
    pytest.param({"symbol": STEEM}, NotSmtSymbolError, "symbol", id="steem"),
    pytest.param({"symbol": TOKEN ^ 0x20}, VestingSymbolError, "symbol", id="vesting"),
]


def amounts(name, symbol):
    return [
        pytest.param({name: Asset(1, SBD)}, WrongSymbolError, name, id=f"{name}_sbd"),
        pytest.param({name: Asset(1, VESTS)}, WrongSymbolError, name, id=f"{name}_vests"),
        pytest.param({name: Asset(1, OTHER)}, WrongSymbolError, name, id=f"{name}_other"),
        pytest.param({name: Asset(1, TOKEN ^ 0x20)}, WrongSymbolError, name, id=f"{name}_vesting"),
        pytest.param({name: Asset(0, symbol)}, AmountNotPositiveError, name, id=f"{name}_zero"),
    ]


class TestSmtMarketMakerTradeValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"trader": "x"}, InvalidAccountNameError, "trader", id="name"),
            *SYMBOLS,
            *amounts("amount_to_sell", STEEM),
            *amounts("min_to_receive", TOKEN),
            pytest.param(
                {"amount_to_sell": Asset(1, TOKEN)},
                MarketMakerPairError,
                "min_to_receive",
                id="token_for_token",
            ),
            pytest.param(
                {"min_to_receive": Asset(1, STEEM)},
                MarketMakerPairError,
                "min_to_receive",
                id="steem_for_steem",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(TRADE, change, error, field)

    def test_accepts_a_sale(self):
        replace(TRADE, amount_to_sell=Asset(1, TOKEN), min_to_receive=Asset(1, STEEM)).validate(
            DEV_PARAMS
        )


class TestSmtMarketMakerTradeAuthorities:
    def test_only_the_trader_signs_with_active(self):
        assert TRADE.required_active() == {"alice"}
        assert not TRADE.required_owner() | TRADE.required_posting()


class TestSmtMarketMakerContributeValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"from_account": "x"}, InvalidAccountNameError, "from", id="name"),
            *SYMBOLS,
            *amounts("amount", STEEM),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(GIVE, change, error, field)

    def test_accepts_tokens(self):
        replace(GIVE, amount=Asset(1, TOKEN)).validate(DEV_PARAMS)


class TestSmtMarketMakerContributeAuthorities:
    def test_only_the_giver_signs_with_active(self):
        assert GIVE.required_active() == {"alice"}
        assert not GIVE.required_owner() | GIVE.required_posting()


class TestSmtMarketMakerFilledAuthorities:
    def test_is_virtual(self):
        assert SmtMarketMakerFilled.IS_VIRTUAL
