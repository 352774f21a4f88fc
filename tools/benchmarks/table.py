"""The table of `make bench`, as text and as JSON."""

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from statistics import median
from typing import Any

from benchmarks.method import Better, Result, recovery_seconds

_HEAD = ("what", "against", "ours us", "other us", "ratio", "target", "floor", "rounds", "verdict")
_LEFT = 2  # columns of text, set to the left
_MICRO = 1e6


def heading() -> str:
    """Return one line about the machine and what is compared."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("coincurve", "msgpack"))
    r = median(recovery_seconds() for _ in range(3)) * _MICRO
    return f"Python {platform.python_version()}, {packages}; R = {r:.1f} us (a signature recovered)"


def as_dict(result: Result) -> dict[str, Any]:
    """Return a result for machines; times in microseconds."""
    row, valid = result.row, result.valid
    return {
        "name": row.name,
        "against": row.against,
        "ours_us": median(one.ours for one in valid) * _MICRO if valid else None,
        "other_us": median(one.other for one in valid) * _MICRO if valid else None,
        "ratio": result.ratio if valid else None,
        "better": row.better.name.lower(),
        "target": row.target,
        "floor": row.floor,
        "valid_rounds": len(valid),
        "discarded_rounds": len(result.rounds) - len(valid),
        "verdict": result.verdict,
    }


def lines(results: Iterable[Result]) -> Iterator[str]:
    """Yield the lines of the table."""
    cells = [_HEAD, *(_cells(result) for result in results)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    for row in cells:
        yield "  ".join(
            cell.ljust(width) if column < _LEFT or column == len(_HEAD) - 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()


def _cells(result: Result) -> tuple[str, ...]:
    found = as_dict(result)
    sign = ">=" if result.row.better is Better.HIGHER else "<="
    return (
        found["name"],
        found["against"],
        _number(found["ours_us"]),
        _number(found["other_us"]),
        _number(found["ratio"]),
        f"{sign} {found['target']:g}",
        f"{sign} {found['floor']:g}",
        f"{found['valid_rounds']}/{found['valid_rounds'] + found['discarded_rounds']}",
        found["verdict"],
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
