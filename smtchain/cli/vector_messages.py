"""Checks of vectors about messages: operations, transactions, blocks, memos, authorities."""

from typing import Any

from protocol.authority import Authority, AuthorityLookup, RequiredAuthorities, verify_authority
from protocol.block import BlockEnvelope, SignedBlock
from protocol.crypto import PrivateKey, SignatureForm, parse_public_key, public_key_text
from protocol.errors import InvalidTransactionError, JsonDuplicateError, ProtocolError
from protocol.jsonform import Form, from_json, to_json
from protocol.memo import decrypt_memo, encrypt_memo, parse_memo
from protocol.operation import Operation
from protocol.transaction import (
    SignedTransaction,
    TransactionEnvelope,
    merkle_digest,
    sign_transaction,
    unsigned_bytes,
)
from protocol.types import AccountName
from protocol.wire import decode, decode_as, encode, encode_as
from smtchain.cli.vector_case import (
    Case,
    Departure,
    Mismatch,
    as_the_reference_reads,
    as_we_print,
    expect,
)

_RESHAPED = {
    "smt_refund_operation",
    "smt_set_setup_parameters_operation",
    "smt_set_runtime_parameters_operation",
}
_OWN_SHAPE_STEMS = ("_P", "project")
"""How names of files end that hold the reference's answers for this project's shapes."""


def check_operation(case: Case) -> None:
    """Check JSON, bytes and required authorities of an operation."""
    with _reshaped(case, [case["json"]]):
        operation = from_json(Operation, case["json"], case.network)
        encoded = encode_as(Operation, operation, case.network)
        expect("hex", encoded.hex(), case["hex"])
        decoded = decode_as(Operation, case.raw("hex"), case.network)
        expect("decoded operation", decoded, operation)
        expect("json", to_json(decoded, case.network), as_we_print(case["json"]))
    if "op_id" in case:
        expect("op_id", operation.TAG, case["op_id"])
    if "required_auths" in case:
        expect("required_auths", _required(operation, case), case["required_auths"])
    legacy = to_json(operation, case.network, Form.LEGACY)
    expect("own condenser form", from_json(Operation, legacy, case.network), operation)
    if "input_json" in case:
        _check_input(case, operation)


def _check_input(case: Case, operation: Any) -> None:
    try:
        given = from_json(Operation, as_the_reference_reads(case["input_json"]), case.network)
    except JsonDuplicateError:
        raise Departure("the reference keeps the first of two") from None
    expect("operation of input_json", given, operation)


def _required(operation: Any, case: Case) -> dict[str, Any]:
    return {
        "active": sorted(operation.required_active()),
        "owner": sorted(operation.required_owner()),
        "posting": sorted(operation.required_posting()),
        "other": [to_json(one, case.network) for one in operation.required_other()],
    }


class _reshaped:  # noqa: N801 - reads as a statement
    """Turn an objection into a departure where the case has revision W's shape of an operation."""

    def __init__(self, case: Case, operations: list[Any]) -> None:
        names = {operation["type"] for operation in operations}
        is_ours = case.stem.endswith(_OWN_SHAPE_STEMS)
        self._forgives = not is_ours and not names.isdisjoint(_RESHAPED)

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Replace the objection."""
        if self._forgives and isinstance(error, Mismatch | ProtocolError):
            raise Departure("this operation has another shape here") from None


def check_rejected(case: Case) -> None:
    """Check that JSON which the reference refuses is refused."""
    try:
        operation = from_json(Operation, as_the_reference_reads(case["input"]), case.network)
        operation.validate(case.params)
    except ProtocolError:
        return
    raise Mismatch("accepted")


def check_hostile(case: Case) -> None:
    """Check that bytes are refused unless they are the canonical form of what they mean."""
    result = case["result"]
    try:
        operation = decode_as(Operation, case.raw("input_hex"), case.network)
    except ProtocolError:
        if "error" not in result:
            raise Departure("the reference reads what is not canonical or means nothing") from None
        return
    encoded = encode_as(Operation, operation, case.network).hex()
    expect("hex", encoded, case["input_hex"])
    if "error" in result and operation.TAG < 58:
        raise Mismatch("accepted")


def check_transaction(case: Case) -> None:
    """Check bytes, id, digests and signatures of a transaction."""
    network = case.network
    with _reshaped(case, case["json"]["operations"]):
        signed = from_json(SignedTransaction, case["json"], network)
        expect("signed_hex", encode(signed, network).hex(), case["signed_hex"])
        expect("json", to_json(signed, network), as_we_print(case["json"]))
    expect("tx_hex", unsigned_bytes(signed, network).hex(), case["tx_hex"])
    raw = case.raw("signed_hex")
    expect("decoded transaction", decode(SignedTransaction, raw, network), signed)
    expect("merkle_digest", merkle_digest(signed, network).hex(), case["merkle_digest"])
    chain_id = case.raw("chain_id")
    envelope = TransactionEnvelope(signed, raw, chain_id)
    expect("id", envelope.id.hex(), case["id"])
    expect("sig_digest", envelope.digest.hex(), case["sig_digest"])
    form = SignatureForm.FC if case["canon"] == "fc" else SignatureForm.LOW_S
    keys = [PrivateKey.from_wif(text) for text in case["keys"]]
    unsigned = SignedTransaction(
        signed.ref_block_num,
        signed.ref_block_prefix,
        signed.expiration,
        signed.operations,
        signed.extensions,
        (),
    )
    again = sign_transaction(unsigned, keys, chain_id, network, form)
    # Signing twice with one key adds nothing here; the reference adds the same signature again.
    expect("signatures", again.signatures, tuple(dict.fromkeys(signed.signatures)))
    texts = [public_key_text(key, network.address_prefix) for key in envelope.signers]
    expect("public", texts, case["public"])


def check_block(case: Case) -> None:
    """Check bytes, id, digests, Merkle root and signature of a block."""
    network = case.network
    block = from_json(SignedBlock, case["json"], network)
    raw = case.raw("block_hex")
    expect("block_hex", encode(block, network), raw)
    expect("json", to_json(block, network), as_we_print(case["json"]))
    envelope = BlockEnvelope.from_bytes(raw, case.params)
    expect("decoded block", envelope.block, block)
    expect("block_num", envelope.num, case["block_num"])
    expect("id", envelope.id.hex(), case["id"])
    expect("digest", envelope.digest.hex(), case["digest"])
    expect("header_hex", encode(block.header(), network).hex(), case["header_hex"])
    digests = [transaction.merkle_digest.hex() for transaction in envelope.transactions]
    expect("tx_merkle_digests", digests, case["tx_merkle_digests"])
    expect("merkle_root", envelope.merkle_root().hex(), case["merkle_root"])
    expect("signee", public_key_text(envelope.signee, network.address_prefix), case["signee"])


def check_memo(case: Case) -> None:
    """Check an encrypted memo, both ways."""
    sender = PrivateKey.from_wif(case["from"])
    recipient = parse_public_key(case["to"], case.network.address_prefix)
    expect("shared_secret", sender.shared_secret(recipient).hex(), case["shared_secret"])
    memo = encrypt_memo(case["plain"], sender, recipient, int(case["nonce"]))
    expect("memo", memo, case["memo"])
    expect("packed", encode(parse_memo(memo), case.network).hex(), case["packed"])
    expect("plain", decrypt_memo(case["memo"], sender), case["plain"])


def check_authority(case: Case) -> None:
    """Check who may sign; keys are named by the text their secret is the hash of."""
    accounts = {
        name: {role: _authority(data) for role, data in roles.items()}
        for name, roles in case["accounts"].items()
    }

    def getter(role: str) -> Any:
        return lambda name: accounts[name][role] if name in accounts else None

    needs = case["required"]
    required = RequiredAuthorities(
        frozenset(map(AccountName, needs["owner"])),
        frozenset(map(AccountName, needs["active"])),
        frozenset(map(AccountName, needs["posting"])),
        tuple(map(_authority, needs["other"])),
    )
    lookup = AuthorityLookup(getter("owner"), getter("active"), getter("posting"))
    keys = [PrivateKey.from_seed(text).public_key for text in case["signers"]]
    try:
        verify_authority(required, keys, lookup, case.params)
    except InvalidTransactionError as error:
        expect("verdict", error.code, case["expect"])
    else:
        expect("verdict", "ok", case["expect"])


def _authority(data: dict[str, Any]) -> Authority:
    keys = ((PrivateKey.from_seed(text).public_key, weight) for text, weight in data["key_auths"])
    accounts = ((AccountName(name), weight) for name, weight in data["account_auths"])
    return Authority(data["weight_threshold"], tuple(sorted(accounts)), tuple(sorted(keys)))
