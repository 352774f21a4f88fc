"""The case files that come with the program: complete, found, and true of this chain."""

import json

import pytest

from smtchain.chain.genesis import load_genesis
from smtchain.conformance.bundle import (
    conformance_genesis,
    shipped_case_files,
    shown_name,
    whitepaper_folder,
)
from smtchain.conformance.case_file import load_case_file
from smtchain.conformance.run_case import run_cases

WHITEPAPER = ("alpha.json", "beta.json", "delta.json", "gamma.json")
FILES = {shown_name(path): path for path in shipped_case_files()}

# Hard cap of ALPHA (whitepaper "Full JSON examples"): 166,666,666,666 units of 100 satoshis.
ALPHA_HARD_CAP = 166_666_666_666 * 100


@pytest.fixture(scope="module")
def genesis():
    return conformance_genesis()


def test_the_full_examples_come_first():
    assert tuple(FILES)[:4] == WHITEPAPER
    folders = [name.split("/")[0] for name in tuple(FILES)[4:]]
    assert list(dict.fromkeys(folders)) == ["inflation", "prose"]
    assert folders == sorted(folders)
    assert "genesis.json" not in FILES


@pytest.mark.parametrize("name", FILES)
def test_every_figure_agrees(name, genesis):
    case_file = load_case_file(FILES[name], genesis.params.network)
    for result in run_cases([case_file], genesis, shown_name):
        assert [difference.line for difference in result.differences] == []


def test_the_full_examples_cover_both_sides_of_every_bound():
    for name in WHITEPAPER:
        cases = json.loads(FILES[name].read_text())["cases"]
        verdicts = {case["expect"]["launched"] for case in cases}
        refunded = [case for case in cases if case["expect"]["launched"]]
        assert verdicts == {True, False}, name
        assert any(case["expect"]["refunded"] for case in refunded), name


def test_the_whitepaper_operations_carry_its_stale_fee():
    for name in WHITEPAPER:
        setup = json.loads(FILES[name].read_text())["operations"][0][1]
        assert setup["smt_creation_fee"] == "1000.000 SBD"


def test_genesis_has_enough_for_the_largest_hard_cap_and_no_more_than_may_exist(genesis):
    treasury = next(each for each in genesis.accounts if each.name == "treasury")
    assert treasury.balance > ALPHA_HARD_CAP + 1_000_000
    assert genesis.steem_supply < genesis.params.max_share_supply
    # Before the first generation of the whitepaper begins, 2017-06-01.
    assert genesis.params.genesis_time < 1_496_275_200
    assert load_genesis(whitepaper_folder() / "genesis.json").digest == genesis.digest


def test_names_files_of_its_own_by_their_place_in_the_folder(tmp_path):
    assert shown_name(whitepaper_folder() / "prose" / "burn.json") == "prose/burn.json"
    assert shown_name(tmp_path / "mine.json") == str(tmp_path / "mine.json")
