"""No test of steemd about a token's life is left out of this folder."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# steemd a37a6859 (2019-06-25), the last revision with hidden caps.
REVISION_W = {
    "smt_tests.cpp": (
        "smt_refund_validate smt_refund_authorities smt_transfer_validate smt_transfer_apply"
        " cap_commit_reveal_validate asset_symbol_vesting_methods vesting_smt_creation"
        " setup_validate setup_authorities setup_apply smt_cap_reveal_validate"
        " smt_cap_reveal_authorities smt_cap_reveal_apply smt_create_apply"
    ),
    "smt_operation_tests.cpp": (
        "smt_create_validate smt_create_authorities smt_create_duplicate"
        " smt_create_duplicate_differing_decimals smt_create_duplicate_different_users"
        " smt_create_with_steem_funds smt_create_with_sbd_funds smt_create_with_invalid_nai"
        " smt_creation_fee_test smt_create_reset smt_nai_pool_removal smt_nai_pool_count"
        " smt_setup_emissions_validate smt_setup_emissions_authorities smt_setup_emissions_apply"
        " set_setup_parameters_validate set_setup_parameters_authorities set_setup_parameters_apply"
        " smt_set_runtime_parameters_validate smt_set_runtime_parameters_authorities"
        " smt_set_runtime_parameters_apply smt_contribute_validate smt_contribute_apply"
        " smt_transfer_to_vesting_validate smt_transfer_to_vesting_apply"
    ),
}
# Branches before it, whose shapes are nearer to the whitepaper, and what came after it.
OTHERS = {
    "branch 2731 smt_operation_tests.cpp": "smt_refund_apply",
    "branch 2729 smt_operation_tests.cpp": (
        "smt_capped_generation_policy_v1_validate smt_generation_unit_validate"
        " smt_cap_commitment_validate setup_authorities"
    ),
    "0.23.x smt_tests.cpp": "setup_validate",
    "0.23.x smt_operation_tests.cpp": (
        "smt_contribute_apply smt_transfer_validate smt_transfer_apply"
    ),
    "master smt_tests.cpp": (
        "smt_ico_payouts smt_refunds smt_ico_payouts_special_destinations smt_token_emissions"
        " smt_without_ico token_emission_timing smt_founder_vesting smt_action_delay"
    ),
}
ROWS = [
    f"{file}::{name}" for file, names in (REVISION_W | OTHERS).items() for name in names.split()
]


@cache
def named_rows():
    """Return every row that a docstring of a test or a class of tests names."""
    found = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                text = ast.get_docstring(node) or ""
                found.update(re.findall(r"steemd: (.+?::\w+)", text))
    return found


@pytest.mark.parametrize("row", ROWS)
def test_has_its_test(row):
    assert row in named_rows()


def test_no_test_names_a_row_that_is_none():
    assert named_rows() <= set(ROWS)
