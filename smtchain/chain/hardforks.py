"""Hardforks: numbered rule changes that take effect when enough witnesses vote for them.

The chain begins at `BASE_VERSION` with all its rules; `KNOWN_HARDFORKS` lists what may follow and
is empty.  A version is packed `major << 24 | hardfork << 16 | revision`.

A producer whose program knows a hardfork that is still to come announces its version and votes for
the hardfork and its time in the header of its next block.  Each round the votes are counted; a
hardfork that enough witnesses want (17 of 21) happens in the first block at or after its time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocol.operations.witness import Hardfork
from protocol.types import Time
from smtchain.evaluator import EvaluationContext

BASE_HARDFORK = 22
"""Number of the last hardfork whose rules hold from genesis; steemd's test net starts there."""
BASE_VERSION = BASE_HARDFORK << 16


@dataclass(frozen=True, slots=True)
class HardforkRule:
    """A hardfork this program knows; numbers follow `BASE_HARDFORK` without gaps.

    Attributes
    ----------
    time : int
        When it shall happen, seconds since 1970: what this program's producers vote for.
    change : callable
        What it does to the state in the block in which it happens.
    """

    number: int
    version: int
    time: Time
    change: Callable[[EvaluationContext], None] = lambda _ctx: None


KNOWN_HARDFORKS: tuple[HardforkRule, ...] = ()


class UnknownHardforkError(Exception):
    """The witnesses moved to rules that this program does not have: it must be replaced.

    Not a `ProtocolError`: the block is right and this program is too old.  Halts the node.
    """


def running_version() -> int:
    """Return the version this program runs, packed."""
    return KNOWN_HARDFORKS[-1].version if KNOWN_HARDFORKS else BASE_VERSION


def find_hardfork(number: int) -> HardforkRule | None:
    """Return the hardfork of that number, or None if this program does not know it."""
    return next((rule for rule in KNOWN_HARDFORKS if rule.number == number), None)


def process_hardforks(ctx: EvaluationContext) -> None:
    """Apply the hardforks that the witnesses agreed on and whose time has come.

    Raises
    ------
    UnknownHardforkError
        The next one is not in `KNOWN_HARDFORKS`.

    Spec
    ----
    steemd: database.cpp::process_hardforks, apply_hardfork
    """
    row = ctx.state.hardfork.get()
    while row.current_hardfork_version < row.next_hardfork and row.next_hardfork_time <= ctx.now:
        number = row.last_hardfork + 1
        rule = find_hardfork(number)
        if rule is None:
            raise UnknownHardforkError(
                f"hardfork {number} is due and unknown to this program; a newer one is needed"
            )
        ctx.emit(Hardfork(hardfork_id=number))
        rule.change(ctx)
        ctx.state.hardfork.modify(
            row,
            processed_hardforks=(*row.processed_hardforks, rule.time),
            last_hardfork=number,
            current_hardfork_version=rule.version,
        )
