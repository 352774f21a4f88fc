"""Case files that are not as FORMAT.md says: a typed error names the member and the value."""

import copy

import pytest
from conformance_cases import at, valid_document, write

from protocol.params import DEV_PARAMS
from smtchain.conformance.case_file import load_case_file
from smtchain.conformance.reader import (
    CaseDuplicateError,
    CaseFileError,
    CaseFileUnreadableError,
    CaseFormError,
    CaseMissingFieldError,
    CaseNameError,
    CaseOperationError,
    CaseRangeError,
    CaseReferenceError,
    CaseUnknownFieldError,
)

CASE = ("cases", 0)
EXPECT = (*CASE, "expect")
SETUP = ("operations", 0, 1)
POLICY = (*SETUP, "initial_generation_policy", 1)
ABSENT = object()


def load(tmp_path, document):
    return load_case_file(write(tmp_path / "case.json", document), DEV_PARAMS.network)


def changed(path, value):
    document = valid_document()
    holder = at(document, *path)
    if value is ABSENT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(value)
    return document


def test_reads_what_the_file_says(tmp_path):
    found = load(tmp_path, valid_document())
    assert found.name == "small"
    (case,) = found.cases
    assert [(each.contribution_id, each.amount) for each in case.contributions] == [(0, 4), (1, 2)]
    assert case.reveals is None
    assert case.expect.tokens == {"alice": 15}
    assert found.reveals["hard"].cap.amount == 10_000_000
    assert found.setup_parameters is None


def test_adds_renames_and_drops_only_what_the_wrapper_names(tmp_path):
    found = load(tmp_path, valid_document())
    unit = found.setup.initial_generation_policy.pre_soft_cap_unit
    assert unit.steem_unit == (("bob", 2),)
    assert found.setup.launch_expiration_time == 1_500_076_800  # date -u -d 2017-07-15 +%s
    assert found.setup.symbol == found.reveals["min"].symbol == found.symbol
    assert found.notes == (
        "smt_setup.smt_creation_fee is left out: the creation fee is a member of smt_create",
    )


def test_empty_list_of_reveals_is_not_an_absent_one(tmp_path):
    (case,) = load(tmp_path, changed((*CASE, "reveals"), [])).cases
    assert case.reveals == ()


def test_vesting_fund_is_the_sum_of_shares_unless_given(tmp_path):
    (case,) = load(tmp_path, changed((*EXPECT, "vesting"), {"alice": 3, "bob": 4})).cases
    assert case.expect.vesting_fund == 7
    document = changed((*EXPECT, "vesting"), {"alice": 3})
    document["cases"][0]["expect"]["vesting_fund"] = 5
    assert load(tmp_path, document).cases[0].expect.vesting_fund == 5


def test_reads_setup_parameters(tmp_path):
    parameters = [["smt_param_allow_vesting", {"value": False}]]
    found = load(tmp_path, changed(("wrapper", "setup_parameters"), parameters))
    assert found.setup_parameters.control_account == "control"
    assert [each.value for each in found.setup_parameters.setup_parameters] == [False]


REFUSED = [
    (("format",), 2, CaseFormError, "format"),
    (("format",), True, CaseFormError, "format"),
    (("format",), ABSENT, CaseMissingFieldError, "format"),
    (("name",), 5, CaseFormError, "name"),
    (("name",), ABSENT, CaseMissingFieldError, "name"),
    (("source",), [], CaseFormError, "source"),
    (("remark",), "x", CaseUnknownFieldError, "remark"),
    (("wrapper",), ABSENT, CaseMissingFieldError, "wrapper"),
    (("wrapper",), [], CaseFormError, "wrapper"),
    (("wrapper", "symbol"), ABSENT, CaseMissingFieldError, "wrapper.symbol"),
    (("wrapper", "other"), 1, CaseUnknownFieldError, "wrapper.other"),
    (
        ("wrapper", "symbol"),
        {"nai": "@@181188045", "decimals": 4},
        CaseOperationError,
        "wrapper.symbol.nai",
    ),
    (
        ("wrapper", "dropped_fields"),
        ["smt_setup.max_supply"],
        CaseReferenceError,
        "wrapper.dropped_fields[0]",
    ),
    ((*SETUP, "smt_creation_fee"), ABSENT, CaseReferenceError, "wrapper.dropped_fields"),
    (("wrapper", "dropped_fields"), [], CaseOperationError, "operations[0][1].smt_creation_fee"),
    (
        ("wrapper", "renamed_accounts"),
        {"bob_org": "b_o_b"},
        CaseNameError,
        "wrapper.renamed_accounts.bob_org",
    ),
    (
        ("wrapper", "setup_parameters"),
        [["smt_param_unheard_of", {}]],
        CaseOperationError,
        "wrapper.setup_parameters[0].type",
    ),
    (("operations",), ABSENT, CaseFormError, "operations"),
    (("operations", 2), ABSENT, CaseFormError, "operations"),
    (("operations", 1), "reveal", CaseFormError, "operations[1]"),
    (("operations", 1), ["smt_cap_reveal"], CaseFormError, "operations[1]"),
    (("operations", 1, 0), "smt_setup", CaseOperationError, "operations[1][0]"),
    (("operations", 1, 1), None, CaseFormError, "operations[1][1]"),
    ((*SETUP, "symbol"), {}, CaseDuplicateError, "operations[0][1].symbol"),
    (
        ("wrapper", "launch_expiration_time"),
        "soon",
        CaseOperationError,
        "wrapper.launch_expiration_time",
    ),
    ((*SETUP, "max_supply"), "many", CaseOperationError, "operations[0][1].max_supply"),
    (
        (*POLICY, "min_unit_ratio"),
        -1,
        CaseOperationError,
        "operations[0][1].initial_generation_policy[1].min_unit_ratio",
    ),
    (("cases",), [], CaseMissingFieldError, "cases"),
    (("cases",), {}, CaseFormError, "cases"),
    (("cases", 0), 7, CaseFormError, "cases[0]"),
    ((*CASE, "name"), ABSENT, CaseMissingFieldError, "cases[0].name"),
    ((*CASE, "surprise"), 1, CaseUnknownFieldError, "cases[0].surprise"),
    ((*CASE, "contributions"), [["alice"]], CaseFormError, "cases[0].contributions[0]"),
    ((*CASE, "contributions"), [["a", 1]], CaseNameError, "cases[0].contributions[0][0]"),
    ((*CASE, "contributions"), [["alice", -1]], CaseRangeError, "cases[0].contributions[0][1]"),
    ((*CASE, "contributions"), [["alice", 1.0]], CaseFormError, "cases[0].contributions[0][1]"),
    ((*CASE, "contributions"), [["alice", True]], CaseFormError, "cases[0].contributions[0][1]"),
    (
        (*CASE, "refused_contributions"),
        [["alice", 1]],
        CaseFormError,
        "cases[0].refused_contributions[0]",
    ),
    (
        (*CASE, "refused_contributions"),
        [["alice", 1, 2]],
        CaseFormError,
        "cases[0].refused_contributions[0][2]",
    ),
    (
        (*CASE, "refund_requests"),
        [["alice", 2, "2017-07-02T00:00:00"]],
        CaseReferenceError,
        "cases[0].refund_requests[0]",
    ),
    (
        (*CASE, "refund_requests"),
        [["alice", 1, "2017-02-30T00:00:00"]],
        CaseFormError,
        "cases[0].refund_requests[0][2]",
    ),
    (
        (*CASE, "reveals"),
        [["max", "2017-07-02T00:00:00"]],
        CaseFormError,
        "cases[0].reveals[0][0]",
    ),
    (
        (*CASE, "reveals"),
        [["min", "2017-07-02T00:00:00"], ["min", "2017-07-03T00:00:00"]],
        CaseDuplicateError,
        "cases[0].reveals[1][0]",
    ),
    ((*CASE, "reveals"), [["min", 5]], CaseFormError, "cases[0].reveals[0][1]"),
    (EXPECT, ABSENT, CaseMissingFieldError, "cases[0].expect"),
    ((*EXPECT, "launched"), 1, CaseFormError, "cases[0].expect.launched"),
    ((*EXPECT, "launched"), False, CaseUnknownFieldError, "cases[0].expect.units_accepted"),
    ((*EXPECT, "refunded"), ABSENT, CaseMissingFieldError, "cases[0].expect.refunded"),
    ((*EXPECT, "supply"), ABSENT, CaseMissingFieldError, "cases[0].expect.supply"),
    ((*EXPECT, "supply"), "15", CaseFormError, "cases[0].expect.supply"),
    ((*EXPECT, "supply"), 1 << 62, CaseRangeError, "cases[0].expect.supply"),
    ((*EXPECT, "tokens"), {"alice": None}, CaseFormError, "cases[0].expect.tokens.alice"),
    ((*EXPECT, "tokens"), {"Alice": 1}, CaseNameError, "cases[0].expect.tokens.Alice"),
    ((*EXPECT, "tokens"), [], CaseFormError, "cases[0].expect.tokens"),
    (
        (*EXPECT, "market_maker"),
        {"steem": 1},
        CaseMissingFieldError,
        "cases[0].expect.market_maker.tokens",
    ),
    (
        (*EXPECT, "market_maker"),
        {"steem": 1, "tokens": 1, "sbd": 1},
        CaseUnknownFieldError,
        "cases[0].expect.market_maker.sbd",
    ),
]


@pytest.mark.parametrize(
    ("path", "value", "error", "field"), REFUSED, ids=[f"{e[3]}-{e[2].__name__}" for e in REFUSED]
)
def test_refuses_a_wrong_member_by_its_path(tmp_path, path, value, error, field):
    with pytest.raises(error) as caught:
        load(tmp_path, changed(path, value))
    assert type(caught.value) is error
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{error.code}: ")
    assert "\n" not in str(caught.value)
    assert load(tmp_path, valid_document()).cases


def test_refuses_two_cases_of_one_name(tmp_path):
    document = valid_document()
    document["cases"].append(copy.deepcopy(document["cases"][0]))
    with pytest.raises(CaseDuplicateError) as caught:
        load(tmp_path, document)
    assert (caught.value.field, caught.value.value) == ("cases", "three units")


@pytest.mark.parametrize("text", ["", "{", '{"format": 1, "format": 1}', "[" * 100_000, "nul"])
def test_refuses_what_is_not_json(tmp_path, text):
    with pytest.raises(CaseFileUnreadableError):
        load(tmp_path, text)


def test_refuses_json_that_is_no_object(tmp_path):
    with pytest.raises(CaseFormError):
        load(tmp_path, "[]")


def test_refuses_a_missing_file_a_folder_and_foreign_bytes(tmp_path):
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe{}")
    for path in (tmp_path / "nowhere.json", tmp_path, binary):
        with pytest.raises(CaseFileUnreadableError) as caught:
            load_case_file(path, DEV_PARAMS.network)
        assert caught.value.value == str(path)


def test_every_error_has_its_own_code():
    kinds = CaseFileError.__subclasses__()
    assert len({kind.code for kind in kinds} | {CaseFileError.code}) == len(kinds) + 1
