"""How a row is measured.

A round is: R, our side, the other side, R again; both sides in CPU time of their own process.  R is
the time of one signature recovery.  Where the two R of a round differ by more than a tenth, the
machine was not itself and the round is discarded and counted.  The verdict is on the median of the
ratios of the rounds that count; with fewer than three there is none.
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import repeat

import coincurve

ROUNDS = 5
FEWEST_VALID = 3
LARGEST_DRIFT = 0.10
RECOVERIES = 1_000

Measurement = Callable[[], float]
"""Measure once; return seconds of CPU time for each item."""


class RowUnavailableError(Exception):
    """Something that a row compares with cannot be had here."""


class Better(Enum):
    """What the ratio of a row is, and which way it should go."""

    HIGHER = "times as fast"  # other / ours
    LOWER = "times the time"  # ours / other


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes
    ----------
    name : str
        What we do.
    against : str
        What it is compared with.
    ours : callable
        Measures our side.
    other : callable or None
        Measures the other side; None compares with R.
    better : Better
        Whether the ratio is a speed (at least) or a cost (at most).
    target, floor : float
        What is aimed at, and what must hold.
    """

    name: str
    against: str
    ours: Measurement
    other: Measurement | None
    better: Better
    target: float
    floor: float

    def ratio(self, ours: float, other: float) -> float:
        """Return the ratio of two measurements."""
        return other / ours if self.better is Better.HIGHER else ours / other

    def reaches(self, ratio: float, bound: float) -> bool:
        """Tell whether a ratio is on the good side of a bound."""
        return ratio >= bound if self.better is Better.HIGHER else ratio <= bound


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured, in seconds."""

    first_r: float
    ours: float
    other: float
    last_r: float

    @property
    def is_valid(self) -> bool:
        """Tell whether the machine was the same at both ends."""
        low, high = sorted((self.first_r, self.last_r))
        return high <= low * (1 + LARGEST_DRIFT)


@dataclass(slots=True)
class Result:
    """All rounds of a row."""

    row: Row
    rounds: list[Round] = field(default_factory=list)

    @property
    def valid(self) -> list[Round]:
        """Return the rounds that count."""
        return [one for one in self.rounds if one.is_valid]

    @property
    def ratio(self) -> float:
        """Return the median of the ratios."""
        return statistics.median(self.row.ratio(one.ours, one.other) for one in self.valid)

    @property
    def verdict(self) -> str:
        """Return `target`, `floor`, `MISSED`, or `no verdict`."""
        if len(self.valid) < FEWEST_VALID:
            return "no verdict"
        if self.row.reaches(self.ratio, self.row.target):
            return "target"
        return "floor" if self.row.reaches(self.ratio, self.row.floor) else "MISSED"


def measure(row: Row, rounds: int = ROUNDS) -> Result:
    """Run rounds until `rounds` of them count, but at most three times as many."""
    result = Result(row)
    gc.collect()
    gc.freeze()
    while len(result.valid) < rounds and len(result.rounds) < 3 * rounds:
        first_r = recovery_seconds()
        ours = row.ours()
        other = recovery_seconds() if row.other is None else row.other()
        result.rounds.append(Round(first_r, ours, other, recovery_seconds()))
    return result


def seconds_per_call(work: Callable[[], object], calls: int) -> Measurement:
    """Return a measurement of `work`, called `calls` times."""

    def measured() -> float:
        start = time.process_time()
        for _ in repeat(None, calls):
            work()
        return (time.process_time() - start) / calls

    return measured


_KEY = coincurve.PrivateKey(b"\1" * 32)
_DIGEST = b"\2" * 32
_SIGNATURE = _KEY.sign_recoverable(_DIGEST, hasher=None)


def _recover() -> bytes:
    key = coincurve.PublicKey.from_signature_and_message(_SIGNATURE, _DIGEST, hasher=None)
    return key.format()


recovery_seconds: Measurement = seconds_per_call(_recover, RECOVERIES)
"""Measure R: one recovery to a key of 33 bytes."""
