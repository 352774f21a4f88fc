"""The files of the published vectors, as JSON values by path."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from protocol.crypto import PrivateKey, SignatureForm, public_key_text, sha256
from protocol.errors import InvalidOperationError, ProtocolError, WireError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import Operation
from protocol.params import DEV_PARAMS, TESTNET_PARAMS, ChainParams
from protocol.transaction import (
    TransactionEnvelope,
    merkle_digest,
    signature_digest,
    unsigned_bytes,
    validate_transaction,
)
from protocol.wire import decode_as, encode, encode_as
from published_vectors import account_samples, core_samples, report_samples, smt_samples
from published_vectors.hostile import hostile_bytes, hostile_json
from published_vectors.people import Sample
from published_vectors.refusals import refused_samples
from published_vectors.schema import schema
from published_vectors.signing import lookup
from published_vectors.spellings import spellings
from published_vectors.transactions import SignedCase, plain, refused_cases, signed_cases
from smtchain.cli.lines import read_json

NETWORKS = (DEV_PARAMS, TESTNET_PARAMS)

_STEEMD = "layout of steemd a37a6859"
_OURS = "layout of this project (tests/vectors/ours, docs/DIVERGENCES.md)"
_OWN_NUMBERS = frozenset({50, 52, 53, 74, 75, *range(76, 84)})


class UnexpectedOutcomeError(Exception):
    """A sample is not what it says: a fault of the samples, or of the rules."""


def published_files() -> Iterator[tuple[str, Any]]:
    """Yield path and content of every file."""
    yield "schema.json", schema()
    for params in NETWORKS:
        samples = all_samples(params)
        valid = {sample.name: sample.operation for sample in samples}
        folder = params.network.name
        for name, cases in (
            ("operations", [_operation(sample, params) for sample in samples]),
            ("transactions", [_signed(one, params) for one in signed_cases(samples, params)]),
            ("spellings", [_spelling(one, params) for one in spellings(valid, params.network)]),
            ("refused_bytes", list(_refused_bytes(valid, params))),
            ("refused_json", list(_refused_json(valid, params))),
            ("refused_operations", [_refused(one, params) for one in refused_samples(valid)]),
            (
                "refused_transactions",
                [_refused_transaction(one, params) for one in refused_cases(samples, params)],
            ),
        ):
            yield f"{folder}/{name}.json", cases


def all_samples(params: ChainParams) -> list[Sample]:
    """Return the samples of every operation in the order of numbers."""
    found = [
        *account_samples.samples(params),
        *core_samples.samples(),
        *smt_samples.samples(),
        *report_samples.samples(),
    ]
    # Stable: the samples of one operation stay in their order.
    return sorted(found, key=lambda sample: sample.operation.TAG)


def as_text(content: Any) -> bytes:
    """Return the bytes of a file: one line a case, so that differences can be read."""
    if isinstance(content, list):
        return b"[\n" + b",\n".join(orjson.dumps(case) for case in content) + b"\n]\n"
    return orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n"


def _operation(sample: Sample, params: ChainParams) -> dict[str, Any]:
    operation, network = sample.operation, params.network
    case = {
        "name": sample.name,
        "description": sample.description,
        "source": _OURS if operation.TAG in _OWN_NUMBERS else _STEEMD,
        "op_id": operation.TAG,
        "virtual": operation.IS_VIRTUAL,
        "json": to_json(operation, network),
        "legacy_json": to_json(operation, network, Form.LEGACY),
        "hex": encode_as(Operation, operation, network).hex(),
    }
    if operation.IS_VIRTUAL:
        return case
    case["required_auths"] = {
        "owner": sorted(operation.required_owner()),
        "active": sorted(operation.required_active()),
        "posting": sorted(operation.required_posting()),
        "other": [to_json(authority, network) for authority in operation.required_other()],
    }
    case["digest"] = signature_digest(plain((operation,)), params.chain_id, network).hex()
    try:
        operation.validate(params)
    except InvalidOperationError as error:
        case["error"] = error.code
    return case


def _signed(one: SignedCase, params: ChainParams) -> dict[str, Any]:
    signed, network = one.signed, params.network
    keys = [PrivateKey.from_seed(seed) for seed in one.seeds]
    body = unsigned_bytes(signed, network)
    TransactionEnvelope.from_transaction(signed, params).verify(lookup(), params)
    return {
        "name": one.name,
        "description": one.description,
        "source": "smtchain",
        "chain_id": params.chain_id.hex(),
        "seeds": list(one.seeds),
        "keys": [key.wif for key in keys],
        "public": [public_key_text(key.public_key, network.address_prefix) for key in keys],
        "canon": "bip" if one.form is SignatureForm.LOW_S else "fc",
        "json": to_json(signed, network),
        "legacy_json": to_json(signed, network, Form.LEGACY),
        "tx_hex": body.hex(),
        "signed_hex": encode(signed, network).hex(),
        "id": sha256(body)[:20].hex(),
        "sig_digest": sha256(params.chain_id + body).hex(),
        "merkle_digest": merkle_digest(signed, network).hex(),
    }


def _spelling(one: Any, params: ChainParams) -> dict[str, Any]:
    for form in one.forms:
        if from_json(Operation, form, params.network) != one.operation:
            raise UnexpectedOutcomeError(f"{form} means something else")
    return {
        "name": one.name,
        "description": one.description,
        "source": "smtchain",
        "forms": list(one.forms),
        "hex": encode_as(Operation, one.operation, params.network).hex(),
    }


def _refused_bytes(valid: dict[str, Operation], params: ChainParams) -> Iterator[dict[str, Any]]:
    for hostile in hostile_bytes(valid, params.network):
        data = bytes.fromhex(hostile.content)
        error = _refusal(hostile.name, lambda data=data: decode_as(Operation, data, params.network))
        if not isinstance(error, WireError):
            raise UnexpectedOutcomeError(hostile.name)
        yield {
            "name": hostile.name,
            "description": hostile.description,
            "source": "smtchain",
            "hex": hostile.content,
            "error": error.code,
            "field": error.field,
            "offset": error.offset,
        }


def _refused_json(valid: dict[str, Operation], params: ChainParams) -> Iterator[dict[str, Any]]:
    for hostile in hostile_json(valid, params.network):

        def read(text: str = hostile.content) -> object:
            return from_json(Operation, read_json(text.encode()), params.network)

        error = _refusal(hostile.name, read)
        yield {
            "name": hostile.name,
            "description": hostile.description,
            "source": "smtchain",
            "text": hostile.content,
            "error": error.code,
            "field": error.field,
        }


def _refused(sample: Sample, params: ChainParams) -> dict[str, Any]:
    operation, network = sample.operation, params.network
    error = _refusal(sample.name, lambda: operation.validate(params))
    printed = to_json(operation, network)
    return {
        "name": sample.name,
        "description": sample.description,
        "source": "smtchain",
        # Negative amounts have bytes; JSON does not hold them.
        **({"json": printed} if _is_readable(printed, params) else {}),
        "hex": encode_as(Operation, operation, network).hex(),
        "error": error.code,
        "field": error.field,
    }


def _is_readable(printed: Any, params: ChainParams) -> bool:
    try:
        from_json(Operation, printed, params.network)
    except ProtocolError:
        return False
    return True


def _refused_transaction(one: SignedCase, params: ChainParams) -> dict[str, Any]:
    envelope = TransactionEnvelope.from_transaction(one.signed, params)

    def admit() -> None:
        validate_transaction(one.signed, params)
        envelope.verify(lookup(), params)

    error = _refusal(one.name, admit)
    return {
        "name": one.name,
        "description": one.description,
        "source": "smtchain",
        "chain_id": params.chain_id.hex(),
        "seeds": list(one.seeds),
        "signed_hex": envelope.raw.hex(),
        "error": error.code,
        "field": error.field,
    }


def _refusal(name: str, act: Callable[[], object]) -> ProtocolError:
    """Return what `act` raises.

    Raises
    ------
    UnexpectedOutcomeError
        It raises nothing.
    """
    try:
        act()
    except ProtocolError as error:
        return error
    raise UnexpectedOutcomeError(name)
