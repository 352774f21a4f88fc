"""Checks of the vectors that this project publishes (`make vectors`)."""

from collections.abc import Callable

from protocol.authority import Authority, AuthorityLookup, single_key_authority
from protocol.crypto import PrivateKey
from protocol.errors import InvalidOperationError, ProtocolError, WireError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import Operation
from protocol.transaction import (
    SignedTransaction,
    TransactionEnvelope,
    validate_transaction,
)
from protocol.types import AccountName
from protocol.wire import decode, decode_as, encode_as
from smtchain.cli.lines import read_json
from smtchain.cli.vector_case import Case, Mismatch, expect
from smtchain.cli.vector_messages import check_operation


def check_published_operation(case: Case) -> None:
    """Check bytes and both JSON forms, and whether the rules that need no state accept it."""
    check_operation(case)
    network = case.network
    operation = from_json(Operation, case["json"], network)
    expect("legacy_json", to_json(operation, network, Form.LEGACY), case["legacy_json"])
    expect(
        "operation of legacy_json", from_json(Operation, case["legacy_json"], network), operation
    )
    expect("virtual", operation.IS_VIRTUAL, case["virtual"])
    if not operation.IS_VIRTUAL:
        expect("error", _verdict(operation, case), case.data.get("error"))


def _verdict(operation: Operation, case: Case) -> str | None:
    try:
        operation.validate(case.params)
    except InvalidOperationError as error:
        return error.code
    return None


def check_spellings(case: Case) -> None:
    """Check that every form means the same bytes."""
    for form in case["forms"]:
        operation = from_json(Operation, form, case.network)
        expect("hex", encode_as(Operation, operation, case.network).hex(), case["hex"])


def check_refused_bytes(case: Case) -> None:
    """Check with which error, where, bytes are refused."""
    error = _refusal(case, lambda: decode_as(Operation, case.raw("hex"), case.network))
    expect("offset", error.offset if isinstance(error, WireError) else None, case["offset"])


def check_refused_json(case: Case) -> None:
    """Check with which error a text is refused."""
    _refusal(case, lambda: from_json(Operation, read_json(case["text"].encode()), case.network))


def check_refused_operation(case: Case) -> None:
    """Check that bytes are read, and with which error the rules refuse what they say."""
    operation: Operation = decode_as(Operation, case.raw("hex"), case.network)
    if "json" in case:
        expect("operation of json", from_json(Operation, case["json"], case.network), operation)
    _refusal(case, lambda: operation.validate(case.params))


def check_refused_transaction(case: Case) -> None:
    """Check with which error a signed transaction is refused; accounts have development keys."""
    raw = case.raw("signed_hex")
    signed = decode(SignedTransaction, raw, case.network)
    envelope = TransactionEnvelope(signed, raw, case.raw("chain_id"))

    def admit() -> None:
        validate_transaction(signed, case.params)
        envelope.verify(
            AuthorityLookup(*map(_development, ("owner", "active", "posting"))), case.params
        )

    _refusal(case, admit)


def _development(role: str) -> Callable[[AccountName], Authority]:
    return lambda name: single_key_authority(PrivateKey.from_seed(name + role).public_key)


def _refusal(case: Case, act: Callable[[], object]) -> ProtocolError:
    try:
        act()
    except ProtocolError as error:
        expect("error", error.code, case["error"])
        expect("field", error.field, case["field"])
        return error
    raise Mismatch("accepted")
