"""How much STEEM each block creates, and for whom.

Pure functions of integers; amounts are STEEM satoshis, percentages basis points.
"""

from dataclasses import dataclass

HUNDRED_PERCENT_BP = 10_000


@dataclass(frozen=True, slots=True)
class InflationSplit:
    """The STEEM satoshis of one block by destination, before the witness' weight is applied."""

    content: int
    vesting: int
    witness: int


def calculate_inflation_rate_bp(
    block_number: int, start_percent_bp: int, stop_percent_bp: int, narrowing_period_blocks: int
) -> int:
    """Return the yearly inflation at a block: from `start` down one point per period to `stop`.

    Examples
    --------
    >>> calculate_inflation_rate_bp(7_000_000, 978, 95, 250_000)
    950

    Spec
    ----
    steemd: database.cpp::process_funds
    """
    return max(start_percent_bp - block_number // narrowing_period_blocks, stop_percent_bp)


def calculate_new_steem(virtual_supply: int, rate_bp: int, blocks_per_year: int) -> int:
    """Return the STEEM satoshis one block creates, rounded down.

    Examples
    --------
    >>> calculate_new_steem(250_000_000_000, 978, 10_512_000)
    2325

    Spec
    ----
    steemd: database.cpp::process_funds
    """
    return virtual_supply * rate_bp // (HUNDRED_PERCENT_BP * blocks_per_year)


def split_new_steem(
    new_steem: int, content_percent_bp: int, vesting_percent_bp: int
) -> InflationSplit:
    """Divide a block's STEEM; the witness part takes what rounding leaves.

    Examples
    --------
    >>> split_new_steem(2_325, 7_500, 1_500)
    InflationSplit(content=1743, vesting=348, witness=234)

    Spec
    ----
    steemd: database.cpp::process_funds
    """
    content = new_steem * content_percent_bp // HUNDRED_PERCENT_BP
    vesting = new_steem * vesting_percent_bp // HUNDRED_PERCENT_BP
    return InflationSplit(content, vesting, new_steem - content - vesting)


def calculate_producer_pay(
    witness_part: int, max_witnesses: int, weight: int, normalization: int
) -> int:
    """Return the producer's pay: a round's witness parts, shared by weight, rounded down.

    `normalization` is the sum of the weights of all witnesses of a round.

    Examples
    --------
    >>> calculate_producer_pay(234, 21, 1, 25)
    196
    >>> calculate_producer_pay(234, 21, 5, 25)
    982

    Spec
    ----
    steemd: database.cpp::process_funds
    """
    return witness_part * max_witnesses * weight // normalization
