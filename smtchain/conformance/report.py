"""Showing results: a table, plain text where there is no terminal, JSON for machines."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from smtchain.conformance.run_case import CaseResult

_COLUMNS = ("file", "case", "verdict", "units", "ratio", "supply", "ok")
_NUMBERS = ("units", "ratio", "supply")
_GAP = "  "


def as_json(results: Sequence[CaseResult], notes: Sequence[str]) -> dict[str, Any]:
    """Return all results as JSON-able data; numbers are satoshis or units, as in the files."""
    return {
        "ok": all(result.is_ok for result in results),
        "notes": list(notes),
        "cases": [
            {
                "file": result.file,
                "case": result.case,
                "verdict": result.verdict,
                "units": result.units_accepted,
                "ratio": result.unit_ratio,
                "supply": result.supply,
                "blocks": result.blocks,
                "ok": result.is_ok,
                "differences": [
                    {
                        "what": difference.what,
                        "expected": difference.expected,
                        "got": difference.got,
                    }
                    for difference in result.differences
                ],
            }
            for result in results
        ],
    }


def as_text(results: Sequence[CaseResult]) -> str:
    """Return the table as plain text, one line for each case under a line of headings."""
    rows = [_COLUMNS, *(_cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    return "\n".join(
        _GAP.join(
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for name, cell, width in zip(_COLUMNS, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def print_table(results: Sequence[CaseResult], console: Console) -> None:
    """Print the table on a terminal, the cases of each file under its name."""
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for name in _COLUMNS[1:]:
        is_number = name in _NUMBERS
        table.add_column(name, justify="right" if is_number else "left", no_wrap=name != "case")
    shown_file = ""
    for result in results:
        file, *cells, verdict = _cells(result)
        if file != shown_file:
            table.add_row(Text(file, style="bold cyan"))
            shown_file = file
        style = "green" if result.is_ok else "bold red"
        table.add_row(*(Text(cell) for cell in cells), Text(verdict, style=style))
    console.print(table)


def difference_lines(results: Sequence[CaseResult]) -> list[str]:
    """Return one line for each figure that differs: `file: case: what: expected X got Y (...)`."""
    return [
        f"{result.file}: {result.case}: {difference.line}"
        for result in results
        for difference in result.differences
    ]


def summary(results: Sequence[CaseResult]) -> str:
    """Return how many cases agree, in one line."""
    files = len({result.file for result in results})
    wrong = sum(not result.is_ok for result in results)
    counted = f"{_count(len(results), 'case')} in {_count(files, 'file')}"
    return f"{counted}: {wrong} differ" if wrong else f"{counted}: every satoshi agrees"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cells(result: CaseResult) -> tuple[str, ...]:
    is_launched = result.verdict == "launched"
    return (
        result.file,
        result.case,
        result.verdict,
        f"{result.units_accepted:,}" if is_launched else "-",
        f"{result.unit_ratio:,}" if is_launched else "-",
        f"{result.supply:,}" if is_launched else "-",
        "ok" if result.is_ok else "DIFFERS",
    )
