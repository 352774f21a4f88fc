"""Who produces when: virtual time, the shuffle of a round, medians and majorities.

Pure functions of integers.  A witness outside the elected runs a lap of `LAP_LENGTH` at a speed
that is its votes; whoever ends its lap first gets the next timeshare slot.  Virtual time is how far
the leader has come; all of it is 128 bits wide.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

LAP_LENGTH = (1 << 128) - 1
"""Positions in a lap; steemd STEEM_VIRTUAL_SCHEDULE_LAP_LENGTH2."""

_U64_MASK = (1 << 64) - 1
_U128_MASK = (1 << 128) - 1
_MULTIPLIER = 2_685_821_657_736_338_717  # of the xorshift* generator


@dataclass(frozen=True, slots=True)
class Lap:
    """Where a witness is on its lap.

    Attributes
    ----------
    position : int
        How far it had come at `last_update`, 0 to `LAP_LENGTH`.
    last_update : int
        Virtual time at which its speed last changed.
    scheduled : int
        Virtual time at which the lap ends; `LAP_LENGTH` for never.
    """

    position: int
    last_update: int
    scheduled: int


def change_speed(lap: Lap, votes: int, new_votes: int, now: int) -> Lap:
    """Return the lap of a witness whose votes change at virtual time `now`.

    The way done so far, `votes * (now - last_update)`, is kept.  An end that does not fit 128 bits
    is never reached.

    Parameters
    ----------
    votes, new_votes : int
        VESTS satoshis before and after, 0 or more.

    Examples
    --------
    >>> lap = change_speed(Lap(0, 0, LAP_LENGTH), 0, 3, 0)
    >>> lap.scheduled == LAP_LENGTH // 4
    True
    >>> change_speed(lap, 3, 0, 10).position
    30

    Spec
    ----
    steemd: database.cpp::adjust_witness_vote
    """
    position = (lap.position + votes * (now - lap.last_update)) & _U128_MASK
    scheduled = (now + (LAP_LENGTH - position) // (new_votes + 1)) & _U128_MASK
    return Lap(position, now, scheduled if scheduled >= now else LAP_LENGTH)


def begin_lap(votes: int, now: int) -> Lap | None:
    """Return a new lap begun at virtual time `now`, or None if its end does not fit 128 bits.

    None means that virtual time is used up: everyone begins again at 0.

    Examples
    --------
    >>> begin_lap(1, 5)
    Lap(position=0, last_update=5, scheduled=170141183460469231731687303715884105732)
    >>> begin_lap(0, 1) is None
    True

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule4, reset_virtual_schedule_time
    """
    scheduled = now + LAP_LENGTH // (votes + 1)
    return Lap(0, now, scheduled) if scheduled <= LAP_LENGTH else None


def draw(time: int, index: int) -> int:
    """Return the pseudo-random number (64 bits) that decides about place `index` of a round.

    Parameters
    ----------
    time : int
        The head block's, seconds since 1970.

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule4
    """
    k = ((time << 32) + index * _MULTIPLIER) & _U64_MASK
    k ^= k >> 12
    k ^= k << 25 & _U64_MASK
    k ^= k >> 27
    return k * _MULTIPLIER & _U64_MASK


NameT = TypeVar("NameT", bound=str)


def shuffle(names: Sequence[NameT], time: int) -> tuple[NameT, ...]:
    """Return the witnesses of a round in the order in which they produce.

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule4
    """
    order = list(names)
    for place in range(len(order)):
        other = place + draw(time, place) % (len(order) - place)
        order[place], order[other] = order[other], order[place]
    return tuple(order)


def calculate_median(values: Iterable[int]) -> int:
    """Return the middle one of at least one value, the greater of two middle ones.

    Examples
    --------
    >>> calculate_median([7, 1, 3, 5])
    5

    Spec
    ----
    steemd: witness_schedule.cpp::update_median_witness_props
    """
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def find_majority_version(versions: Iterable[int], required: int) -> int | None:
    """Return the highest version that `required` witnesses run, or a later one; None if none is.

    Examples
    --------
    >>> find_majority_version([22, 24, 23, 22], 3)
    22
    >>> find_majority_version([22, 24, 23, 22], 2)
    23

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule4
    """
    ordered = sorted(versions, reverse=True)
    return ordered[required - 1] if required <= len(ordered) else None


def find_agreed_vote(votes: Iterable[tuple[int, int]], required: int) -> tuple[int, int] | None:
    """Return the hardfork (version, time) that `required` witnesses vote for, or None.

    Were there several, the lowest version, then the earliest time counts.

    Spec
    ----
    steemd: witness_schedule.cpp::update_witness_schedule4
    """
    counts = Counter(votes)
    return min((vote for vote, count in counts.items() if count >= required), default=None)
