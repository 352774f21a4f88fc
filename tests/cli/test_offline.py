"""The offline commands: encode, decode, digest, sign, keys, verify-vectors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from protocol.crypto import PrivateKey, public_key_text
from protocol.jsonform import Form, from_json, to_json
from protocol.params import DEV, DEV_PARAMS
from protocol.transaction import SignedTransaction, Transaction, sign_transaction
from smtchain.cli.key_commands import keys
from smtchain.cli.offline import decode, digest, encode, sign, verify_vectors

VECTORS = Path(__file__).parents[1] / "vectors"
OPERATIONS = {
    "dev": json.loads((VECTORS / "operations" / "dev" / "steemd.json").read_text()),
    "testnet": json.loads((VECTORS / "operations" / "testnet" / "steemd.json").read_text()),
}
TRANSACTIONS = json.loads(
    (VECTORS / "transactions" / "dev" / "transactions_all_ops.json").read_text()
)
CHAIN_ID = DEV_PARAMS.chain_id.hex()
VOTE = {"voter": "alice", "author": "bob", "permlink": "p", "weight": 1}
# By hand: number 0, "alice", "bob", "p", 1 as i16.
VOTE_HEX = "0005616c69636503626f6201700100"
UNSIGNED = {
    "ref_block_num": 1,
    "ref_block_prefix": 2,
    "expiration": "2030-01-01T00:00:00",
    "operations": [["vote", VOTE]],
    "extensions": [],
}


def run(command, *arguments, lines=()):
    text = "".join(line + "\n" for line in lines)
    return CliRunner().invoke(command, list(arguments), input=text)


def dumped(*values):
    return [json.dumps(value) for value in values]


@pytest.mark.parametrize(
    "form",
    [
        ["vote", VOTE],
        [0, VOTE],
        ["vote_operation", VOTE],
        {"type": "vote_operation", "value": VOTE},
        {"type": "vote", "value": VOTE},
    ],
    ids=str,
)
def test_encodes_every_form_of_an_operation(form):
    result = run(encode, lines=dumped(form))
    assert (result.stdout, result.stderr, result.exit_code) == (VOTE_HEX + "\n", "", 0)


@pytest.mark.parametrize("network", ["dev", "testnet"])
def test_encodes_and_decodes_the_references_operations(network):
    # W's shapes of 50, 52 and 53 differ by design; the latest time is printed otherwise there.
    cases = [case for case in OPERATIONS[network] if case["op_id"] not in {50, 52, 53}]
    encoded = run(encode, "--network", network, lines=dumped(*(case["json"] for case in cases)))
    assert encoded.exit_code == 0
    assert encoded.stdout.split() == [case["hex"] for case in cases]
    plain = [
        case
        for case in cases
        if "1969-12-31" not in json.dumps(case["json"]) and case["op_id"] != 51
    ]
    decoded = run(decode, "--network", network, lines=[case["hex"] for case in plain])
    assert decoded.exit_code == 0
    assert [json.loads(line) for line in decoded.stdout.splitlines()] == [
        case["json"] for case in plain
    ]


def test_encodes_transactions_with_and_without_signatures():
    unsigned = [
        {name: part for name, part in case["json"].items() if name != "signatures"}
        for case in TRANSACTIONS
    ]
    result = run(encode, lines=dumped(*unsigned))
    assert result.stdout.split() == [case["tx_hex"] for case in TRANSACTIONS]
    result = run(encode, lines=dumped(*(case["json"] for case in TRANSACTIONS)))
    assert result.stdout.split() == [case["signed_hex"] for case in TRANSACTIONS]


def test_decodes_transactions_and_blocks_of_each_type():
    case = TRANSACTIONS[5]
    for kind, text in (("transaction", "tx_hex"), ("signed-transaction", "signed_hex")):
        result = run(decode, "--type", kind, lines=[case[text]])
        expected = dict(case["json"])
        if kind == "transaction":
            del expected["signatures"]
        assert json.loads(result.stdout) == expected
        again = run(encode, "--type", kind, lines=[result.stdout.strip()])
        assert again.stdout.strip() == case[text]
    block = json.loads((VECTORS / "blocks" / "dev" / "blocks_linked.json").read_text())[3]
    result = run(decode, "--type", "block", lines=[block["block_hex"]])
    assert json.loads(result.stdout) == block["json"]
    assert run(encode, lines=[result.stdout.strip()]).stdout.strip() == block["block_hex"]


def test_decodes_to_condenser_form_on_request():
    result = run(decode, "--form", "legacy", lines=[VOTE_HEX])
    assert json.loads(result.stdout) == ["vote", VOTE]


def test_accepts_what_nodes_add_to_a_transaction():
    noted = UNSIGNED | {"transaction_id": "00" * 20, "block_num": 7, "transaction_num": 1}
    plain = run(encode, lines=dumped(UNSIGNED)).stdout
    assert run(encode, lines=dumped(noted)).stdout == plain
    assert "json.unknown_field" in run(encode, lines=dumped(UNSIGNED | {"other": 1})).stderr


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nope", "json.form"),
        ("{", "json.form"),
        ("[" * 100_000, "json.form"),
        ("9" * 5000, "json.form"),
        ('{"a":NaN}', "json.form"),
        ('"\\ud800"', "json.form"),
        ('{"a":1,"a":2}', "json.duplicate"),
        ("{}", "json.missing_field"),
        ('["nothing",{}]', "json.unknown_type"),
        (json.dumps(["vote", VOTE | {"weight": 40000}]), "json.out_of_range"),
        (json.dumps(["vote", VOTE | {"extra": 1}]), "json.unknown_field"),
        (json.dumps(["vote", VOTE | {"permlink": "\ud800"}]), "json."),
        (json.dumps(["transfer", {"amount": "1.000 TESTS"}]), "json."),
    ],
    ids=lambda text: text[:20],
)
def test_a_bad_line_is_named_and_the_others_are_done(line, code):
    good = json.dumps(["vote", VOTE])
    result = run(encode, lines=[good, "", line, good])
    assert result.stdout == f"{VOTE_HEX}\n{VOTE_HEX}\n"
    assert result.stderr.startswith(f"error: {code}")
    assert result.stderr.endswith(" (line 3)\n")
    assert result.stderr.count("\n") == 1
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (VOTE_HEX[:-1], "hex"),
        ("zz", "hex"),
        ("00 05", "hex"),
        ("0x00", "hex"),
        (VOTE_HEX[:-2], "wire.truncated"),
        (VOTE_HEX + "00", "wire.trailing_bytes"),
        ("ff00", "wire."),
    ],
)
def test_bad_bytes_are_named_and_the_others_are_done(line, code):
    result = run(decode, lines=[line, VOTE_HEX])
    assert json.loads(result.stdout)["value"] == VOTE
    assert result.stderr.startswith(f"error: {code}")
    assert result.stderr.endswith(" (line 1)\n")
    assert result.exit_code == 1


def test_digest_prints_id_digest_and_bytes():
    result = run(
        digest, "--chain-id", CHAIN_ID, lines=dumped(*(case["json"] for case in TRANSACTIONS))
    )
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": case["id"], "digest": case["sig_digest"], "hex": case["tx_hex"]}
        for case in TRANSACTIONS
    ]
    by_default = run(digest, lines=dumped(TRANSACTIONS[0]["json"]))
    assert json.loads(by_default.stdout)["digest"] == TRANSACTIONS[0]["sig_digest"]
    other = run(digest, "--chain-id", "00" * 32, lines=dumped(TRANSACTIONS[0]["json"]))
    assert json.loads(other.stdout)["digest"] != TRANSACTIONS[0]["sig_digest"]


def test_digest_refuses_what_is_no_transaction():
    result = run(digest, lines=dumped(["vote", VOTE]))
    assert result.stderr.startswith("error: json.form")
    assert result.exit_code == 1


def test_signs_the_references_bytes():
    case = next(case for case in TRANSACTIONS if len(case["keys"]) == 1 and case["canon"] == "bip")
    unsigned = {name: part for name, part in case["json"].items() if name != "signatures"}
    result = run(sign, "--key", case["keys"][0], lines=dumped(unsigned))
    assert json.loads(result.stdout) == case["json"]


def test_signatures_are_added_one_at_a_time_and_merged(tmp_path):
    cold = tmp_path / "cold.wif"
    cold.write_text(f"\n{PrivateKey.from_seed('carolactive').wif}\n")
    steps = [("--seed", "aliceactive"), ("--seed", "bobactive"), ("--key-file", str(cold))]
    line = json.dumps(UNSIGNED)
    apart = []
    for step in steps:
        apart.append(run(sign, *step, lines=[json.dumps(UNSIGNED)]).stdout.strip())
        line = run(sign, *step, lines=[line]).stdout.strip()
    seeds = ["aliceactive", "bobactive", "carolactive"]
    expected = sign_transaction(
        from_json(Transaction, UNSIGNED, DEV),
        [PrivateKey.from_seed(seed) for seed in seeds],
        DEV_PARAMS.chain_id,
        DEV,
    )
    assert from_json(SignedTransaction, json.loads(line), DEV) == expected
    other = UNSIGNED | {"ref_block_num": 9}
    merged = run(sign, "--merge", lines=[*apart, json.dumps(other), apart[0]])
    assert merged.exit_code == 0
    found = [from_json(SignedTransaction, json.loads(text), DEV) for text in merged.stdout.split()]
    assert found[0] == expected
    assert (found[1].ref_block_num, found[1].signatures) == (9, ())


def test_signing_twice_changes_nothing():
    once = run(sign, "--seed", "a", lines=dumped(UNSIGNED)).stdout
    assert run(sign, "--seed", "a", lines=[once.strip()]).stdout == once


def test_sign_prints_condenser_form_on_request():
    result = run(sign, "--seed", "a", "--form", "legacy", lines=dumped(UNSIGNED))
    data = json.loads(result.stdout)
    assert data == to_json(from_json(SignedTransaction, data, DEV), DEV, Form.LEGACY)


def test_sign_refuses_a_bad_signature_in_its_input():
    result = run(sign, "--seed", "a", lines=dumped(UNSIGNED | {"signatures": ["00" * 65]}))
    assert result.stderr.startswith("error: transaction.invalid_signature")
    assert result.exit_code == 1


def test_merge_reports_bad_lines_and_does_the_rest():
    result = run(sign, "--merge", lines=["nope", json.dumps(UNSIGNED)])
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.startswith("error: json.form")
    assert result.stderr.endswith("(line 1)\n")
    assert result.exit_code == 1


def test_keys_are_those_that_every_client_derives():
    shown = json.loads(run(keys, "alice", "--json").stdout)
    assert [row["role"] for row in shown] == ["owner", "active", "posting", "memo"]
    for row in shown:
        key = PrivateKey.from_seed("alice" + row["role"])
        assert (row["wif"], row["account"]) == (key.wif, "alice")
        assert row["public_key"] == public_key_text(key.public_key, "STM")


def test_keys_of_a_password_a_seed_a_wif_and_the_first_account():
    def wif_of(*arguments):
        (row,) = json.loads(run(keys, "--json", *arguments).stdout)
        return row["wif"]

    login = PrivateKey.from_login("alice", "posting", "secret").wif
    assert wif_of("alice", "--role", "posting", "--password", "secret") == login
    assert wif_of("--seed", "init_key") == PrivateKey.from_seed("init_key").wif
    assert wif_of("--wif", login) == login
    assert wif_of("initminer", "--role", "owner") == PrivateKey.from_seed("init_key").wif
    asked = CliRunner().invoke(
        keys, ["alice", "--role", "posting", "--ask-password", "--json"], input="secret\n"
    )
    assert json.loads(asked.stdout)[0]["wif"] == login


def test_keys_table_has_the_networks_prefix():
    lines = run(keys, "alice", "--network", "testnet").stdout.splitlines()
    assert len(lines) == 4
    assert all(" TST" in line for line in lines)


def smtchain(*arguments, text=""):
    return subprocess.run(
        [sys.executable, "-m", "smtchain.cli", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["keys"], "usage", 2),
        (["keys", "alice", "--seed", "x"], "usage", 2),
        (["keys", "--seed", "x", "--role", "owner"], "usage", 2),
        (["keys", "--wif", "5abc"], "key.invalid_text", 1),
        (["sign"], "usage", 2),
        (["sign", "--key", "nope"], "key.invalid_text", 1),
        (["digest", "--chain-id", "00"], "usage", 2),
        (["encode", "--network", "moon"], "usage", 2),
        (["verify-vectors", "/nowhere"], "usage", 2),
    ],
    ids=str,
)
def test_wrong_usage_is_one_line_and_an_exit_code(arguments, code, exit_code):
    result = smtchain(*arguments)
    assert result.stderr.startswith(f"error: {code}: ")
    assert result.stderr.count("\n") == 1
    assert (result.stdout, result.returncode) == ("", exit_code)


def test_commands_work_through_the_command_line():
    result = smtchain("encode", text=json.dumps(["vote", VOTE]) + "\nnope\n")
    assert result.stdout == VOTE_HEX + "\n"
    assert result.stderr.startswith("error: json.form: ")
    assert result.returncode == 1


@pytest.mark.parametrize("command", [encode, decode, digest, sign, keys, verify_vectors])
def test_help_has_examples(command):
    result = run(command, "-h")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert "smtchain " in result.stdout


def test_verifies_every_vector_of_the_project():
    result = run(verify_vectors, str(VECTORS))
    assert result.stderr == ""
    assert result.exit_code == 0
    shown = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert len(shown) == len(list(VECTORS.rglob("*.json")))
    found = shown[str(VECTORS / "transactions" / "dev" / "transactions_all_ops.json")]
    assert found == "transactions: 51 passed, 0 failed"
    found = shown[str(VECTORS / "operations" / "dev" / "steemd.json")]
    assert found == "operations: 147 passed, 5 decided otherwise, 0 failed"


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def broken(case, **changes):
    return [case | changes]


def first(kind, name):
    return json.loads((VECTORS / kind / name).read_text())[0]


@pytest.mark.parametrize(
    ("kind", "name", "changes"),
    [
        ("operations", "dev/steemd.json", {"hex": VOTE_HEX}),
        ("operations", "dev/steemd.json", {"op_id": 1}),
        ("transactions", "dev/transactions_P.json", {"id": "00" * 20}),
        ("transactions", "dev/transactions_P.json", {"public": []}),
        ("blocks", "dev/blocks.json", {"merkle_root": "00" * 20}),
        ("blocks", "dev/blocks.json", {"block_hex": ""}),
        ("keys", "dev/keys.json", {"wif": "5J"}),
        ("keys", "dev/keys.json", {"public": "STM"}),
        ("signatures", "dev/signatures.json", {"sig_fc": "00" * 65}),
        ("signatures", "dev/recover.json", {"fc_canonical": True}),
        ("memos", "dev/memos.json", {"memo": "#"}),
        ("keys", "hashes.json", {"sha256": ""}),
        ("keys", "account_names.json", {"valid": True}),
        ("keys", "chain_ids.json", {"chain_id": ""}),
        ("blocks", "header_extensions.json", {"result": {"hex": "01", "json": []}}),
        ("published", "dev/operations.json", {"legacy_json": ["vote", VOTE]}),
        ("published", "dev/operations.json", {"error": "operation"}),
        ("published", "dev/transactions.json", {"sig_digest": "00" * 32}),
        ("published", "dev/spellings.json", {"hex": VOTE_HEX}),
        ("published", "dev/refused_bytes.json", {"offset": 1}),
        ("published", "dev/refused_bytes.json", {"hex": VOTE_HEX}),
        ("published", "dev/refused_json.json", {"error": "json.duplicate"}),
        ("published", "dev/refused_json.json", {"text": json.dumps(["vote", VOTE])}),
        ("published", "dev/refused_operations.json", {"field": "from"}),
        ("published", "dev/refused_transactions.json", {"error": "transaction.virtual_operation"}),
    ],
    ids=str,
)
def test_a_wrong_vector_fails(tmp_path, kind, name, changes):
    path = write(tmp_path / name, broken(first(kind, name), **changes))
    result = run(verify_vectors, str(tmp_path))
    assert result.stdout.endswith(" 0 passed, 1 failed\n")
    assert result.stderr.startswith("  failed [0]")
    assert result.exit_code == 1
    write(path, [first(kind, name)])
    assert run(verify_vectors, str(tmp_path)).exit_code == 0


def test_network_follows_the_folder_or_the_option(tmp_path):
    case = next(case for case in OPERATIONS["dev"] if case["name"].startswith("transfer"))
    for folder, arguments, exit_code in (
        ("mainnet", [], 0),
        ("dev", [], 0),
        ("elsewhere", [], 1),
        ("elsewhere", ["--network", "dev"], 0),
        ("dev", ["--network", "testnet"], 1),
    ):
        path = write(tmp_path / folder / "ops.json", [case])
        assert run(verify_vectors, *arguments, str(path.parent)).exit_code == exit_code
        assert run(verify_vectors, *arguments, str(path)).exit_code == exit_code


def test_folders_above_the_one_given_do_not_choose_the_network(tmp_path):
    case = next(case for case in OPERATIONS["testnet"] if case["name"].startswith("transfer"))
    folder = tmp_path / "dev" / "project"
    write(folder / "ops.json", [case])
    assert run(verify_vectors, str(folder)).exit_code == 0


def test_files_of_no_known_kind_are_skipped_and_broken_ones_fail(tmp_path):
    write(tmp_path / "a.json", {"anything": 1})
    write(tmp_path / "b.json", [{"anything": 1}])
    result = run(verify_vectors, str(tmp_path))
    assert result.stdout.count("skipped") == 2
    assert result.exit_code == 0
    (tmp_path / "c.json").write_text("{")
    assert run(verify_vectors, str(tmp_path)).exit_code == 1
