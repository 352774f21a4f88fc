"""Real clients serialize and sign the published operations; their bytes must be ours.

No node is needed.  Operations of Smart Media Tokens are left out: no client has them.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from protocol.crypto import PrivateKey, public_key_text, recover_public_key
from protocol.errors import InvalidTransactionError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import Operation
from protocol.params import DEV_PARAMS, TESTNET_PARAMS, ChainParams
from protocol.transaction import Transaction, signature_digest, unsigned_bytes
from tests.clients.serialization.known_faults import DIFFERENT, UNKNOWN
from tools.beem_environment import BeemUnavailableError, beem_python

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[1] / "vectors" / "published"
CLIENTS = ("dsteem", "steem-js", "beem")
KEY = PrivateKey.from_seed("aliceactive")
_NAIS = ("@@000000013", "@@000000021", "@@000000037")
_SMT_NUMBERS = {*range(48, 56), 74, 75}

Case = tuple[str, Transaction]


def compare_all() -> list[bool]:
    """Compare every client on both networks; return whether each agrees."""
    return [
        compare(client, params) for params in (DEV_PARAMS, TESTNET_PARAMS) for client in CLIENTS
    ]


def compare(client: str, params: ChainParams) -> bool:
    """Print one line for each case that goes another way than expected, then the counts."""
    name = f"serialization by {client}, network {params.network.name}"
    try:
        command = _command(client)
    except BeemUnavailableError as error:
        print(f"{name}: 0 passed, 1 failed ({error})", flush=True)
        return False
    cases = list(_cases(params))
    objections = []
    for (case, transaction), answer in zip(cases, _answers(command, cases, params), strict=True):
        objection = _objection(client, case, transaction, answer, params)
        if objection:
            objections.append(f"  {case}: {objection}")
    if objections:
        print("\n".join(objections))
    known = f"{len(DIFFERENT[client])} faults and {len(UNKNOWN[client])} gaps of the client"
    passed = len(cases) - len(objections)
    print(f"{name}: {passed} passed, {len(objections)} failed ({known} as known)", flush=True)
    return not objections


def _command(client: str) -> tuple[str, ...]:
    if client == "beem":
        return (str(beem_python()), str(HERE / "serialize_beem.py"))
    return ("node", str(HERE / "serialize.cjs"), client)


def _cases(params: ChainParams) -> Iterator[Case]:
    file = PUBLISHED / params.network.name / "operations.json"
    for case in json.loads(file.read_text()):
        if not case["virtual"] and case["op_id"] not in _SMT_NUMBERS:
            operation: Operation = from_json(Operation, case["json"], params.network)
            yield case["name"], Transaction(34_294, 1_707_342_826, 1_561_467_600, (operation,))


def _answers(
    command: Sequence[str], cases: Sequence[Case], params: ChainParams
) -> list[dict[str, str]]:
    network = params.network
    symbols = ((network.debt_symbol, 3), (network.core_symbol, 3), (network.vesting_symbol, 6))
    common: dict[str, Any] = {
        "chain_id": params.chain_id.hex(),
        "prefix": network.address_prefix,
        "wif": KEY.wif,
        "assets": [(nai, *symbol) for nai, symbol in zip(_NAIS, symbols, strict=True)],
    }
    lines = [
        json.dumps(common | {"transaction": to_json(transaction, network, Form.LEGACY)})
        for _, transaction in cases
    ]
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    missing = {"error": f"no answer: {done.stderr.strip()[-200:]}", "crashed": "yes"}
    return answers + [missing] * (len(cases) - len(answers))


def _objection(  # noqa: PLR0911 - one for each kind
    client: str, case: str, transaction: Transaction, answer: dict[str, str], params: ChainParams
) -> str:
    """Return what is wrong with an answer, empty if nothing."""
    if case in UNKNOWN[client]:
        return "" if "error" in answer and "crashed" not in answer else "is known to it by now"
    if "error" in answer:
        return f"refused: {answer['error']}"
    ours = unsigned_bytes(transaction, params.network).hex()
    if case in DIFFERENT[client]:
        return "is right by now" if answer["hex"] == ours else ""
    if answer["hex"] != ours:
        return f"bytes {answer['hex']}, ours {ours}"
    digest = signature_digest(transaction, params.chain_id, params.network)
    if answer["digest"] != digest.hex():
        return f"digest {answer['digest']}, ours {digest.hex()}"
    try:
        signer = recover_public_key(digest, bytes.fromhex(answer["signature"]))
    except InvalidTransactionError as error:
        return f"signature refused: {error}"
    if signer != KEY.public_key:
        prefix = params.network.address_prefix
        return f"signed by {public_key_text(signer, prefix)}"
    return ""
