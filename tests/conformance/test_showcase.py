"""`smtchain conformance` and `smtchain demo` as commands: output and exit codes."""

import json

import pytest
from conformance_cases import valid_document, write

from smtchain.cli import main, showcase
from smtchain.demo.proof import ReplayProof
from smtchain.demo.story import Story, StoryDiffersError


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


@pytest.fixture
def good(tmp_path):
    return write(tmp_path / "good.json", valid_document())


@pytest.fixture
def wrong(tmp_path):
    document = valid_document()
    document["cases"][0]["expect"]["supply"] = 16
    return write(tmp_path / "wrong.json", document)


def test_conformance_prints_table_notes_and_summary(capsys, good):
    code, out, err = run(capsys, "conformance", good)
    heading, case, note, summary = out.splitlines()
    assert (code, err) == (0, "")
    assert heading.split()[:3] == ["file", "case", "verdict"]
    assert case.split()[-5:] == ["launched", "3", "1", "15", "ok"]
    assert note.startswith(f"note: {good}: smt_setup.smt_creation_fee is left out")
    assert summary == "1 case in 1 file: every satoshi agrees"


def test_conformance_without_files_runs_what_is_shipped(capsys):
    code, out, _ = run(capsys, "conformance", "--json")
    data = json.loads(out)
    assert (code, data["ok"]) == (0, True)
    files = {case["file"] for case in data["cases"]}
    assert {"alpha.json", "beta.json", "gamma.json", "delta.json"} < files
    assert all(case["ok"] for case in data["cases"])


def test_conformance_names_the_satoshi_and_exits_1(capsys, good, wrong):
    code, out, _ = run(capsys, "conformance", "--quiet", good, wrong)
    assert code == 1
    assert out.splitlines() == [
        f"{wrong}: three units: token supply: expected 16 got 15 (difference -1 satoshis)",
        "2 cases in 2 files: 1 differ",
    ]


def test_conformance_json_exits_1_too(capsys, wrong):
    code, out, _ = run(capsys, "conformance", "--json", wrong)
    assert code == 1
    assert json.loads(out)["cases"][0]["differences"] == [
        {"what": "token supply", "expected": 16, "got": 15}
    ]


def test_conformance_refuses_bad_files_by_one_line_each_and_exits_2(capsys, tmp_path, good):
    bad = write(tmp_path / "bad.json", "{")
    code, out, err = run(capsys, "conformance", good, bad, tmp_path / "none.json")
    assert (code, out) == (2, "")
    first, second = err.splitlines()
    assert first.startswith(f"error: conformance.file: {bad}: not JSON")
    assert second.startswith(f"error: conformance.file: {tmp_path / 'none.json'}: cannot read")


def test_demo_ends_with_equal_digests(capsys):
    code, out, err = run(capsys, "demo")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[-1] == "replay OK: the state digests are equal"
    digests = {line.split()[-1] for line in lines[-4:-1]}
    assert len(digests) == 1
    assert any(line.startswith("invariants OK") for line in lines)
    assert "\x1b" not in out


def test_demo_is_the_same_every_time(capsys):
    assert run(capsys, "demo") == run(capsys, "demo")


def test_demo_fails_when_the_chain_differs_from_the_whitepaper(capsys, monkeypatch):
    def differs(self):
        raise StoryDiffersError("tokens of alice: expected 2 got 1")

    monkeypatch.setattr(Story, "run", differs)
    code, _, err = run(capsys, "demo")
    assert (code, err) == (1, "error: demo.differs: tokens of alice: expected 2 got 1\n")


def test_demo_fails_when_the_replay_differs(capsys, monkeypatch):
    def other(genesis, blocks, lived):
        return ReplayProof(1, lived, bytes(32), bytes(32))

    monkeypatch.setattr(showcase, "prove_by_replay", other)
    code, out, err = run(capsys, "demo")
    assert code == 1
    assert "replay OK" not in out
    assert err == "error: demo.digest: the replay ends in another state\n"
