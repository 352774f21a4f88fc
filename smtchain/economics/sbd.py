"""SBD arithmetic: interest, print rate and the price floor that bounds the debt.

Pure functions of integers; amounts are satoshis, percentages are basis points (10,000 = 100 %).
"""

from dataclasses import dataclass

from protocol.arith import i64

HUNDRED_PERCENT_BP = 10_000


@dataclass(frozen=True, slots=True)
class InterestAccrual:
    """An account's interest counters after some time has passed.

    Attributes
    ----------
    sbd_seconds : int
        SBD satoshis times seconds since the last payment.
    last_interest_payment : int
        Time of the last payment, seconds since 1970.
    interest : int
        SBD satoshis paid now, usually 0.
    """

    sbd_seconds: int
    last_interest_payment: int
    interest: int


def accrue_interest(  # noqa: PLR0913 - the counters of one balance, by name
    *,
    balance: int,
    sbd_seconds: int,
    last_update: int,
    last_interest_payment: int,
    now: int,
    rate_bp: int,
    compound_interval_seconds: int,
    seconds_per_year: int,
) -> InterestAccrual:
    """Return the counters at `now` of a balance that was constant since `last_update`.

    Interest is `floor(floor(sbd_seconds / year) * rate_bp / 10000)`, paid when more than
    `compound_interval_seconds` have passed since the last payment.  Within one second nothing
    changes.

    Examples
    --------
    >>> accrue_interest(balance=1_000_000, sbd_seconds=0, last_update=0,
    ...     last_interest_payment=0, now=31_536_000, rate_bp=1_000,
    ...     compound_interval_seconds=2_592_000, seconds_per_year=31_536_000).interest
    100000

    Spec
    ----
    steemd: database.cpp::modify_balance
    """
    if now == last_update:
        return InterestAccrual(sbd_seconds, last_interest_payment, 0)
    sbd_seconds += balance * (now - last_update)
    if sbd_seconds == 0 or now - last_interest_payment <= compound_interval_seconds:
        return InterestAccrual(sbd_seconds, last_interest_payment, 0)
    interest = sbd_seconds // seconds_per_year * rate_bp // HUNDRED_PERCENT_BP
    return InterestAccrual(0, now, i64(interest))


def calculate_print_rate_bp(
    sbd_value: int, virtual_supply: int, start_percent_bp: int, stop_percent_bp: int
) -> int:
    """Return which part of an SBD reward is really paid in SBD, in basis points.

    `sbd_value` is all SBD in STEEM satoshis, `virtual_supply` includes it and is positive.  All of
    it up to `start_percent_bp` of the virtual supply, nothing from `stop_percent_bp` on, linear
    between, rounded down.

    Examples
    --------
    >>> calculate_print_rate_bp(950, 10_000, 900, 1_000)
    5000

    Spec
    ----
    steemd: database.cpp::update_virtual_supply
    """
    percent_bp = sbd_value * HUNDRED_PERCENT_BP // virtual_supply
    if percent_bp <= start_percent_bp:
        return HUNDRED_PERCENT_BP
    if percent_bp >= stop_percent_bp:
        return 0
    return (
        (stop_percent_bp - percent_bp) * HUNDRED_PERCENT_BP // (stop_percent_bp - start_percent_bp)
    )


def calculate_floor_price(
    sbd_supply: int, steem_supply: int, debt_limit_bp: int
) -> tuple[int, int]:
    """Return the lowest acceptable feed as (SBD satoshis, STEEM satoshis).

    Below it the SBD in circulation would be worth more than `debt_limit_bp` of STEEM and SBD
    together.  With a limit of a tenth, STEEM is worth at least nine times the SBD.

    Examples
    --------
    >>> calculate_floor_price(100_000, 500_000, 1_000)
    (900000, 500000)

    Spec
    ----
    steemd: database.cpp::update_median_feed
    """
    factor = (HUNDRED_PERCENT_BP - debt_limit_bp) // debt_limit_bp
    return i64(factor * sbd_supply), steem_supply
