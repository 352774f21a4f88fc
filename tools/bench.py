"""Measure our speed as ratios, all in one run on one machine: `make bench`.

Arguments are names of files in `tools/benchmarks/rows`; without any, all are run.  Exit code 0 when
every row that could be measured holds its floor.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import benchmarks.rows
from benchmarks.method import ROUNDS, Result, RowUnavailableError, measure
from benchmarks.table import as_dict, heading, lines

_BAD = {"MISSED", "no verdict"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rows and print the table; return the exit code."""
    subjects = sorted(module.name for module in pkgutil.iter_modules(benchmarks.rows.__path__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(subjects))
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="rounds that must count (%(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.subjects) - set(subjects))
    if unknown:
        parser.error(f"no such subject: {', '.join(unknown)}; there are {', '.join(subjects)}")
    print(heading(), flush=True)
    results: list[Result] = []
    for subject in chosen.subjects or subjects:
        with ExitStack() as stack:
            try:
                rows = importlib.import_module(f"benchmarks.rows.{subject}").rows(stack)
                results.extend(measure(row, chosen.rounds) for row in rows)
            except RowUnavailableError as error:
                print(f"skipped {subject}: {error}", flush=True)
    print("\n".join(lines(results)))
    if chosen.json:
        chosen.json.write_text(json.dumps([as_dict(one) for one in results], indent=1) + "\n")
    return 1 if any(one.verdict in _BAD for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
