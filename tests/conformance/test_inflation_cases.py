"""Inflation in case files: its members are checked, and every event of a run is compared."""

import copy
import json

import pytest
from conformance_cases import at, valid_document, write

from protocol.params import DEV_PARAMS
from smtchain.conformance.bundle import conformance_genesis, whitepaper_folder
from smtchain.conformance.case_file import load_case_file
from smtchain.conformance.reader import (
    CaseDuplicateError,
    CaseFormError,
    CaseOperationError,
    CaseRangeError,
)
from smtchain.conformance.run_case import run_cases

SATOSHI = {"precision": 4, "nai": "@@181188044"}
ENTRY = {
    "control_account": "control",
    "schedule_time": "2017-07-01T00:00:00",
    "inflation_unit": {"token_unit": [["$rewards", 2], ["bob_org", 1]]},
    "interval_seconds": 21600,
    "interval_count": 1,
    "lep_time": "1970-01-01T00:00:00",
    "rep_time": "1970-01-01T00:00:00",
    "lep_abs_amount": SATOSHI | {"amount": "10"},
    "rep_abs_amount": SATOSHI | {"amount": "10"},
    "lep_rel_amount_numerator": 0,
    "rep_rel_amount_numerator": 0,
    "rel_amount_denom_bits": 0,
    "extensions": [],
}


def inflated():
    """The small case, and two events of 9 satoshis: 6 for the rewards, 3 for bob."""
    document = valid_document()
    document["inflation"] = [["smt_setup_inflation", copy.deepcopy(ENTRY)]]
    case = document["cases"][0]
    case["until"] = "2017-07-02T00:00:00"
    case["expect"] |= {
        "supply": 33,
        "tokens": {"alice": 15, "bob": 6},
        "rewards": 12,
        "inflation": [
            ["2017-07-01T00:00:00", {"$rewards": 6, "bob": 3}],
            ["2017-07-01T06:00:00", {"$rewards": 6, "bob": 3}],
        ],
    }
    return document


@pytest.fixture(scope="module")
def genesis():
    return conformance_genesis()


@pytest.fixture
def lines(genesis, tmp_path):
    """Return a function that runs a document and gives its differences."""

    def run(document):
        case_file = load_case_file(write(tmp_path / "case.json", document), genesis.params.network)
        (result,) = run_cases([case_file], genesis)
        return [difference.line for difference in result.differences]

    return run


def test_the_events_agree(lines):
    assert lines(inflated()) == []


def test_names_in_the_schedule_are_renamed_too(tmp_path):
    found = load_case_file(write(tmp_path / "case.json", inflated()), DEV_PARAMS.network)
    (entry,) = found.inflation
    assert entry.inflation_unit.token_unit == (("$rewards", 2), ("bob", 1))
    assert entry.symbol == found.symbol


def test_reports_an_event_that_is_one_satoshi_too_high(lines):
    document = inflated()
    document["cases"][0]["expect"]["inflation"][1][1]["bob"] = 4
    assert lines(document) == [
        "inflation of 2017-07-01T06:00:00 to bob: expected 4 got 3 (difference -1 satoshis)"
    ]


def test_reports_an_event_that_is_not_listed(lines):
    document = inflated()
    del document["cases"][0]["expect"]["inflation"][1]
    assert lines(document) == [
        "inflation events: expected 1 got 2 (difference 1 events)",
        "inflation of 2017-07-01T06:00:00 to $rewards: expected 0 got 6 (difference 6 satoshis)",
        "inflation of 2017-07-01T06:00:00 to bob: expected 0 got 3 (difference 3 satoshis)",
    ]


def test_reports_an_event_that_creates_nothing_and_is_not_listed(lines):
    document = inflated()
    for end in ("lep", "rep"):
        document["inflation"][0][1][f"{end}_abs_amount"] = SATOSHI | {"amount": "2"}
    case = document["cases"][0]
    case["expect"] |= {"supply": 15, "tokens": {"alice": 15}, "rewards": 0}
    case["expect"]["inflation"] = [["2017-07-01T00:00:00", {}], ["2017-07-01T06:00:00", {}]]
    assert lines(document) == []
    del case["expect"]["inflation"][0]
    assert lines(document) == ["inflation events: expected 1 got 2 (difference 1 events)"]


def test_without_until_only_the_block_of_the_launch_is_seen(lines):
    document = inflated()
    case = document["cases"][0]
    del case["until"], case["expect"]["inflation"][1]
    case["expect"] |= {"supply": 24, "tokens": {"alice": 15, "bob": 3}, "rewards": 6}
    assert lines(document) == []


def test_a_schedule_the_chain_refuses_stops_the_case(lines):
    document = inflated()
    document["inflation"].append(document["inflation"][0])
    (line,) = lines(document)
    expected = "smt_setup_inflation: expected accepted got evaluation.smt.inflation_overlap: "
    assert line.startswith(expected)


def test_late_events_take_the_blocks_they_need(genesis, tmp_path):
    """Thirteen events at once, ten of them in a block: one block more than on time."""
    path = whitepaper_folder() / "inflation" / "late_launch.json"
    on_time, late, _ = run_cases([load_case_file(path, genesis.params.network)], genesis)
    assert on_time.is_ok
    assert late.is_ok
    document = json.loads(path.read_text())
    assert (
        document["cases"][0]["expect"]["inflation"] == document["cases"][1]["expect"]["inflation"]
    )


@pytest.mark.parametrize(
    ("path", "value", "error", "field"),
    [
        (("inflation",), {}, CaseFormError, "inflation"),
        (("inflation", 0), "x", CaseFormError, "inflation[0]"),
        (("inflation", 0, 0), "smt_setup", CaseOperationError, "inflation[0][0]"),
        (("inflation", 0, 1, "symbol"), {}, CaseDuplicateError, "inflation[0][1].symbol"),
        (
            ("inflation", 0, 1, "interval_seconds"),
            "x",
            CaseOperationError,
            "inflation[0][1].interval_seconds",
        ),
        (("cases", 0, "until"), "soon", CaseFormError, "cases[0].until"),
        (("cases", 0, "expect", "inflation"), {}, CaseFormError, "cases[0].expect.inflation"),
        (
            ("cases", 0, "expect", "inflation", 0),
            ["2017-07-01T00:00:00"],
            CaseFormError,
            "cases[0].expect.inflation[0]",
        ),
        (
            ("cases", 0, "expect", "inflation", 0, 0),
            7,
            CaseFormError,
            "cases[0].expect.inflation[0][0]",
        ),
        (
            ("cases", 0, "expect", "inflation", 0, 1),
            [],
            CaseFormError,
            "cases[0].expect.inflation[0][1]",
        ),
        (
            ("cases", 0, "expect", "inflation", 0, 1, "bob"),
            -1,
            CaseRangeError,
            "cases[0].expect.inflation[0][1].bob",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses_a_wrong_member_by_its_path(tmp_path, path, value, error, field):
    document = inflated()
    at(document, *path)[path[-1]] = value
    with pytest.raises(error) as caught:
        load_case_file(write(tmp_path / "case.json", document), DEV_PARAMS.network)
    assert type(caught.value) is error
    assert caught.value.field == field
