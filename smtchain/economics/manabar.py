"""The manabar: a voting power that is spent at once and grows back evenly with time.

Mana is counted in vesting shares; a full bar equals the effective shares.
"""

from protocol.types import TIME_MAX

I64_MAX = (1 << 63) - 1


def calculate_effective_shares(  # noqa: PLR0913 - the share columns of one holder, by name
    *,
    vesting_shares: int,
    received: int,
    delegated: int,
    withdraw_rate: int,
    to_withdraw: int,
    withdrawn: int,
    next_withdrawal: int,
) -> int:
    """Return the shares that carry voting power now.

    Own shares, plus those received, less those delegated and less what the running power-down
    pays out next.

    Spec
    ----
    steemd: util/manabar.hpp::get_effective_vesting_shares
    """
    effective = vesting_shares + received - delegated
    if next_withdrawal != TIME_MAX:
        effective -= min(withdraw_rate, to_withdraw - withdrawn)
    return effective


def regenerate_mana(
    mana: int, last_update: int, max_mana: int, now: int, regeneration_seconds: int
) -> int:
    """Return the mana at `now`, at most `max_mana`, rounded down.

    Examples
    --------
    >>> regenerate_mana(0, 0, 1_000, 216_000, 432_000)
    500

    Spec
    ----
    steemd: util/manabar.hpp::manabar::regenerate_mana
    """
    if mana >= max_mana:
        return max_mana
    elapsed = min(now - last_update, regeneration_seconds)
    return min(mana + max(max_mana, 0) * elapsed // regeneration_seconds, max_mana)


def add_mana(mana: int, gained: int) -> int:
    """Return mana after new shares brought theirs along, full: never below 0 or above 2^63-1.

    Spec
    ----
    steemd: util/manabar.hpp::manabar::use_mana
    """
    return max(0, min(mana + gained, I64_MAX))
