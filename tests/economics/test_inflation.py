"""STEEM inflation against docs/RULES.md 4.7."""

import pytest

from smtchain.economics.inflation import (
    calculate_inflation_rate_bp,
    calculate_new_steem,
    calculate_producer_pay,
    split_new_steem,
)

# docs/RULES.md 4.7: virtual supply, block, rate in basis points, STEEM satoshis of the block.
VECTORS = [
    (250_000_000_000, 1, 978, 2_325),
    (250_000_000_000, 7_000_000, 950, 2_259),
    (350_000_000_000, 30_000_000, 858, 2_856),
    (1_000_000_000_000, 230_000_000, 95, 903),
]


class TestNewSteem:
    @pytest.mark.parametrize(("supply", "block", "rate", "created"), VECTORS)
    def test_agrees_with_the_reference_vectors(self, supply, block, rate, created):
        assert calculate_inflation_rate_bp(block, 978, 95, 250_000) == rate
        assert calculate_new_steem(supply, rate, 10_512_000) == created

    def test_rate_falls_one_point_at_the_period_and_not_before(self):
        rates = [calculate_inflation_rate_bp(n, 978, 95, 250_000) for n in (249_999, 250_000)]
        assert rates == [978, 977]

    def test_rate_never_falls_below_the_stop(self):
        # 978 - 883 = 95, reached at block 220,750,000 and kept.
        blocks = (220_749_999, 220_750_000, 4_294_967_295)
        assert [calculate_inflation_rate_bp(n, 978, 95, 250_000) for n in blocks] == [96, 95, 95]


class TestSplit:
    def test_witness_takes_what_rounding_leaves(self):
        # 2325: 75 % = 1743.75, 15 % = 348.75, the rest is 234.
        split = split_new_steem(2_325, 7_500, 1_500)
        assert (split.content, split.vesting, split.witness) == (1_743, 348, 234)

    @pytest.mark.parametrize("amount", range(60))
    def test_parts_add_up(self, amount):
        split = split_new_steem(amount, 7_500, 1_500)
        assert split.content + split.vesting + split.witness == amount


class TestProducerPay:
    def test_twenty_elected_and_one_timeshare_share_a_round(self):
        # 234 * 21 = 4914 for 25 weights: 196 for weight 1, 982 for weight 5.
        assert calculate_producer_pay(234, 21, 1, 25) == 196
        assert calculate_producer_pay(234, 21, 5, 25) == 982
        assert 20 * 196 + 982 <= 4_914
