"""The runner sees a difference of one satoshi in every figure, and everything a file leaves out.

The bundled files agree with the chain (`test_bundled_cases.py`), so whatever is changed in them
must be reported.  Expected lines are the changed number beside the file's own.
"""

import copy
import json
from dataclasses import replace

import pytest
from conformance_cases import valid_document, write

from protocol.errors import InvariantViolationError
from smtchain.chain import head
from smtchain.chain.genesis import with_params
from smtchain.conformance.bundle import conformance_genesis, whitepaper_folder
from smtchain.conformance.case_file import load_case_file
from smtchain.conformance.figures import verdict_of
from smtchain.conformance.run_case import run_case, run_cases
from smtchain.state.tables.smt import SmtPhase, SmtToken

SHOWCASES = (
    ("alpha.json", "two contributors, eleven units"),
    ("beta.json", "S4: above the hard cap, first come first served"),
    ("beta.json", "S5: delayed launch, S4 with bob refunded before the reveal"),
    ("prose/burn.json", "one satoshi more, ratio 999"),
    ("prose/roles.json", "ratio 5"),
    ("prose/soft_cap.json", "one unit above the soft cap"),
    ("prose/vesting.json", "two contributors"),
    ("prose/vesting_as_cost.json", "two contributors"),
)
"""Together they have every kind of figure."""

NAMES = {
    "units_accepted": "units accepted",
    "unit_ratio": "unit ratio",
    "supply": "token supply",
    "burned": "STEEM burned",
    "rewards": "reward fund tokens",
    "vesting_fund": "vesting fund tokens",
    "market_maker": "market maker {}",
    "steem": "STEEM of {}",
    "steem_vested": "STEEM vested by {}",
    "tokens": "tokens of {}",
    "vesting": "token vesting shares of {}",
    "refunded": "STEEM refunded to {}",
}


def figures_of(expect, path=()):
    for name, value in expect.items():
        if isinstance(value, dict):
            yield from figures_of(value, (*path, name))
        elif not isinstance(value, bool):
            yield (*path, name), value


def shipped(file, name):
    document = json.loads((whitepaper_folder() / file).read_text())
    document["cases"] = [case for case in document["cases"] if case["name"] == name]
    assert len(document["cases"]) == 1
    return document


FIGURES = [
    (file, name, path, value)
    for file, name in SHOWCASES
    for path, value in figures_of(shipped(file, name)["cases"][0]["expect"])
]


@pytest.fixture(scope="module")
def genesis():
    return conformance_genesis()


def run(document, genesis, tmp_path):
    case_file = load_case_file(write(tmp_path / "case.json", document), genesis.params.network)
    (result,) = run_cases([case_file], genesis)
    return result


def lines(result):
    return [difference.line for difference in result.differences]


def test_the_showcases_have_every_kind_of_figure():
    assert {path[0] for _, _, path, _ in FIGURES} == set(NAMES)


@pytest.mark.parametrize(
    "figure", FIGURES, ids=[f"{each[0]}-{'.'.join(each[2])}" for each in FIGURES]
)
def test_reports_a_figure_that_is_one_satoshi_too_high(figure, genesis, tmp_path):
    file, name, path, value = figure
    document = shipped(file, name)
    holder = document["cases"][0]["expect"]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value + 1
    result = run(document, genesis, tmp_path)
    unit = "units" if path[0] in ("units_accepted", "unit_ratio") else "satoshis"
    shown = "STEEM" if path == ("market_maker", "steem") else path[-1]
    line = (
        f"{NAMES[path[0]].format(shown)}: expected {value + 1} got {value} (difference -1 {unit})"
    )
    assert line in lines(result)
    assert not result.is_ok


@pytest.mark.parametrize("member", ["tokens", "steem", "vesting", "steem_vested", "refunded"])
def test_reports_what_the_file_does_not_list(member, genesis, tmp_path):
    file, name, owner, value = {
        "tokens": ("alpha.json", "ten STEEM", "founder-c", 100_000),
        "steem": ("alpha.json", "ten STEEM", "founder-b", 700),
        "vesting": ("prose/vesting.json", "two contributors", "bob", 285_000),
        "steem_vested": ("prose/vesting_as_cost.json", "two contributors", "alice", 700),
        "refunded": ("delta.json", "one satoshi above", "bob", 1),
    }[member]
    document = shipped(file, name)
    del document["cases"][0]["expect"][member][owner]
    line = f"{NAMES[member].format(owner)}: expected 0 got {value} (difference {value} satoshis)"
    assert line in lines(run(document, genesis, tmp_path))


def test_reports_a_holder_that_does_not_exist(genesis, tmp_path):
    document = valid_document()
    document["cases"][0]["expect"]["tokens"]["nobody"] = 1
    assert lines(run(document, genesis, tmp_path)) == [
        "tokens of nobody: expected 1 got 0 (difference -1 satoshis)"
    ]


def test_reports_a_launch_that_should_have_failed(genesis, tmp_path):
    document = valid_document()
    document["cases"][0]["expect"] = {"launched": False, "refunded": {"alice": 6}}
    result = run(document, genesis, tmp_path)
    assert lines(result)[0] == "verdict: expected failed got launched"
    assert "tokens of alice: expected 0 got 15 (difference 15 satoshis)" in lines(result)


def test_reports_a_failure_that_should_have_launched(genesis, tmp_path):
    document = valid_document()
    document["cases"][0]["contributions"] = []
    result = run(document, genesis, tmp_path)
    assert result.verdict == "failed"
    assert lines(result)[0] == "verdict: expected launched got failed"


@pytest.mark.parametrize(
    ("amount", "got"), [(2, "accepted"), (3, "evaluation.smt.not_whole_units")]
)
def test_reports_a_refusal_for_another_reason(amount, got, genesis, tmp_path):
    document = valid_document()
    refused = [["carol", amount, "evaluation.smt.wrong_phase"]]
    document["cases"][0]["refused_contributions"] = refused
    result = run(document, genesis, tmp_path)
    expected = f"contribution of {amount} by carol: expected evaluation.smt.wrong_phase got {got}"
    assert lines(result)[0] == expected


def test_accepts_a_refusal_for_the_expected_reason(genesis, tmp_path):
    document = valid_document()
    refused = [["carol", 3, "evaluation.smt.not_whole_units"]]
    document["cases"][0]["refused_contributions"] = refused
    assert run(document, genesis, tmp_path).is_ok


def test_stops_at_a_step_the_chain_refuses(genesis, tmp_path):
    document = valid_document()
    document["operations"][2][1]["cap"]["nonce"] = "1"
    result = run(document, genesis, tmp_path)
    (line,) = lines(result)
    assert line.startswith("smt_setup: expected accepted got evaluation.smt.cap_mismatch: ")
    assert result.verdict == "stopped"
    assert not result.is_ok


def test_an_invariant_that_breaks_is_a_difference(genesis, tmp_path, monkeypatch):
    def broken(state, params):
        if state.globals.get().head_block_number > 3:
            raise InvariantViolationError("invariant 7: one satoshi is nowhere")

    monkeypatch.setattr(head, "recount", broken)
    result = run(valid_document(), genesis, tmp_path)
    assert lines(result) == ["invariants: expected hold got invariant 7: one satoshi is nowhere"]


def test_a_launch_that_is_never_revealed_fails_at_its_expiration(genesis, tmp_path):
    document = valid_document()
    document["cases"][0]["reveals"] = []
    document["cases"][0]["expect"] = {"launched": False, "refunded": {"alice": 6}}
    assert lines(run(document, genesis, tmp_path)) == []


def test_a_token_still_in_the_middle_is_neither_launched_nor_failed():
    token = SmtToken(
        id=0, nai=0, symbol=0, control_account="alice", created=0, phase=SmtPhase.LAUNCH_PENDING
    )
    assert verdict_of(token) == "launch_pending"


def test_acts_at_the_times_of_the_file(genesis, tmp_path):
    document = valid_document()
    case = document["cases"][0]
    case["reveals"] = [["hard", "2017-07-02T00:00:01"], ["min", "2017-07-03T00:00:00"]]
    case["refund_requests"] = [["alice", 1, "2017-07-01T10:00:00"]]
    case["expect"] |= {
        "units_accepted": 2,
        "supply": 10,
        "steem": {"bob": 4},
        "tokens": {"alice": 10},
        "refunded": {"alice": 2},
    }
    assert lines(run(document, genesis, tmp_path)) == []


def test_a_refund_before_its_window_stops_the_case(genesis, tmp_path):
    document = valid_document()
    document["cases"][0]["refund_requests"] = [["alice", 1, "2017-06-30T10:00:00"]]
    (line,) = lines(run(document, genesis, tmp_path))
    assert line.startswith("refund to alice: expected accepted got evaluation.smt.wrong_phase")


def test_waits_until_every_payout_is_made(genesis, tmp_path):
    slow = with_params(genesis, replace(genesis.params, launch_payouts_per_block=1))
    document = shipped("prose/hard_cap.json", "ten contributors of one million STEEM")
    at_once, streamed = (run(document, each, tmp_path) for each in (genesis, slow))
    assert lines(at_once) == lines(streamed) == []
    assert streamed.blocks == at_once.blocks + 9


def test_each_case_has_a_chain_of_its_own(genesis, tmp_path):
    document = valid_document()
    second = copy.deepcopy(document["cases"][0])
    second["name"] = "again"
    document["cases"].append(second)
    case_file = load_case_file(write(tmp_path / "case.json", document), genesis.params.network)
    first, again = run_cases([case_file], genesis, lambda path: path.name)
    assert first.is_ok
    assert again.is_ok
    assert first.blocks == again.blocks
    assert (first.file, again.case) == ("case.json", "again")
    assert run_case(case_file, case_file.cases[0], genesis, "x").supply == 15
