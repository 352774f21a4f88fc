"""The node's idea of now, seconds since 1970.

A testnet that slept for three days must not find three days of missed slots and expired launches:
its clock goes on from its head block.  A seeded testnet knows no other time than its own blocks',
so that two runs agree to the byte.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

PAUSE_SECONDS = 30
"""A chain that was away for longer than this goes on where it stopped."""


def wall_time() -> float:
    """Return the machine's time, seconds since 1970."""
    return datetime.now(tz=UTC).timestamp()


class Clock(Protocol):
    """What tells the producer and the answers the time."""

    def now(self) -> int:
        """Return the present, seconds since 1970."""
        ...

    def seconds_until(self, moment: int) -> float:
        """Return how many real seconds it takes until `moment`; 0 or less when it has come."""
        ...

    def reach(self, moment: int) -> None:
        """Let the present be at least `moment`: blocks were made ahead of their time."""
        ...


class TickingClock:
    """Runs with the machine's clock, a fixed distance before or behind it.

    Parameters
    ----------
    start : float
        The present when the clock is made.
    wall : callable
        The machine's clock.
    """

    def __init__(self, start: float, wall: Callable[[], float] = wall_time) -> None:
        self._wall = wall
        self._ahead = start - wall()

    def now(self) -> int:
        """Return the present, seconds since 1970."""
        return int(self._wall() + self._ahead)

    def seconds_until(self, moment: int) -> float:
        """Return how many real seconds it takes until `moment`; 0 or less when it has come."""
        return moment - self._wall() - self._ahead

    def reach(self, moment: int) -> None:
        """Go ahead to `moment` if it lies in the future."""
        self._ahead += max(self.seconds_until(moment), 0.0)


class BlockClock:
    """Stands still between blocks: the present is the head block's time."""

    def __init__(self, start: int) -> None:
        self._now = start

    def now(self) -> int:
        """Return the head block's time, seconds since 1970."""
        return self._now

    def seconds_until(self, moment: int) -> float:
        """Return 0: any moment comes with the next block."""
        return 0.0

    def reach(self, moment: int) -> None:
        """Take the time of a new head block."""
        self._now = max(self._now, moment)


def resume_time(head_number: int, head_time: int, present: float) -> float:
    """Return where a testnet's clock begins: at the machine's time, or at the head after a pause.

    Parameters
    ----------
    head_number, head_time : int
        The head block; 0 before the first, when only the machine's time makes sense.
    present : int
        The machine's time.
    """
    if head_number == 0 or 0 <= present - head_time <= PAUSE_SECONDS:
        return max(present, head_time)
    return head_time
