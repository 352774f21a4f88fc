"""What the runner prints."""

import io

from rich.console import Console

from smtchain.conformance.figures import Difference
from smtchain.conformance.report import (
    as_json,
    as_text,
    difference_lines,
    print_table,
    summary,
)
from smtchain.conformance.run_case import CaseResult

RIGHT = CaseResult("alpha.json", "ten STEEM", "launched", 1_000, 50, 6_000_000, 13, ())
WRONG = CaseResult(
    "beta.json", "at the minimum", "failed", 0, 0, 0, 12, (Difference("tokens of bob", 7, 9),)
)


def test_plain_table_has_a_line_for_each_case():
    lines = as_text([RIGHT, WRONG]).splitlines()
    assert [line.split() for line in lines] == [
        ["file", "case", "verdict", "units", "ratio", "supply", "ok"],
        ["alpha.json", "ten", "STEEM", "launched", "1,000", "50", "6,000,000", "ok"],
        ["beta.json", "at", "the", "minimum", "failed", "-", "-", "-", "DIFFERS"],
    ]
    assert lines[1].index("6,000,000") + len("6,000,000") == lines[2].index("-  DIFFERS") + 1


def test_table_on_a_terminal_shows_the_same():
    output = io.StringIO()
    print_table([RIGHT, WRONG], Console(file=output, width=100, force_terminal=True))
    for text in ("alpha.json", "ten STEEM", "6,000,000", "DIFFERS", "\x1b["):
        assert text in output.getvalue()


def test_differences_are_named_by_file_and_case():
    assert difference_lines([RIGHT, WRONG]) == [
        "beta.json: at the minimum: tokens of bob: expected 7 got 9 (difference 2 satoshis)"
    ]


def test_summary_counts_cases_files_and_what_differs():
    assert summary([RIGHT]) == "1 case in 1 file: every satoshi agrees"
    assert summary([RIGHT, RIGHT, WRONG]) == "3 cases in 2 files: 1 differ"


def test_json_has_every_number_and_difference():
    data = as_json([RIGHT, WRONG], ["a note"])
    assert (data["ok"], data["notes"]) == (False, ["a note"])
    assert data["cases"][0] == {
        "file": "alpha.json",
        "case": "ten STEEM",
        "verdict": "launched",
        "units": 1_000,
        "ratio": 50,
        "supply": 6_000_000,
        "blocks": 13,
        "ok": True,
        "differences": [],
    }
    assert data["cases"][1]["differences"] == [{"what": "tokens of bob", "expected": 7, "got": 9}]
    assert as_json([RIGHT], [])["ok"] is True
