"""Error objects of JSON-RPC answers, in the shape steemd's clients parse.

An error is `{code, message, data}`; `data` is `{code, name, message, stack}` as steemd gives it,
and three members of our own: `error_code` (the stable code of `protocol.errors`), `field` (dotted
path of the offending member) and `value`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import walk_tb
from types import TracebackType
from typing import Any

import orjson

from protocol.errors import ProtocolError
from protocol.jsonform import to_json
from protocol.params import DEV
from protocol.shapes import is_struct

INVALID_REQUEST = -32600
"""The envelope is not a JSON-RPC 2.0 request."""

NOT_AN_OBJECT = -32700
"""The request, or an entry of a batch, is not a JSON object."""

SERVER_ERROR = -32000
"""Refused for a reason that is neither an assertion nor an unknown name."""

UNKNOWN_NAME = -32002
"""The API, the method or the form of `params` is not known."""

ASSERTION = -32003
"""A rule of the chain or of the method does not hold."""

_VALUE_CHARACTERS = 200  # an offending value or field is echoed up to this length
_TEXT_CHARACTERS = 1_000  # and a text that holds what the caller sent, up to this


@dataclass(frozen=True, slots=True)
class Kind:
    """One of steemd's exception classes: number, name and words, as clients match them."""

    code: int
    name: str
    words: str


ASSERT_KIND = Kind(10, "assert_exception", "Assert Exception")
CAST_KIND = Kind(7, "bad_cast_exception", "Bad Cast")
PARSE_KIND = Kind(4, "parse_error_exception", "Parse Error")
END_OF_FILE_KIND = Kind(11, "eof_exception", "End Of File")

_SIGNATURE_KINDS: Mapping[str, Kind] = {
    "transaction.missing_active_authority": Kind(
        3_010_000, "tx_missing_active_auth", "missing required active authority"
    ),
    "transaction.missing_owner_authority": Kind(
        3_020_000, "tx_missing_owner_auth", "missing required owner authority"
    ),
    "transaction.missing_posting_authority": Kind(
        3_030_000, "tx_missing_posting_auth", "missing required posting authority"
    ),
    "transaction.missing_other_authority": Kind(
        3_040_000, "tx_missing_other_auth", "missing required other authority"
    ),
    "transaction.irrelevant_signature": Kind(
        3_050_000, "tx_irrelevant_sig", "irrelevant signature included"
    ),
    "transaction.duplicate_signature": Kind(
        3_060_000, "tx_duplicate_sig", "duplicate signature included"
    ),
}
"""Our code → the exception that beem, dsteem and steem-js tell apart by number or words."""

_REWORDED: Mapping[str, str] = {
    # hive-tx takes exactly these words for success when it repeats a broadcast.
    "transaction.duplicate": "Duplicate transaction check failed",
}


_TYPE_CODES = frozenset({"json.form", "rpc.params.type"})
"""What these refuse may be null, which is then worth showing."""

_FIRST_WORDS: Mapping[str, str] = {
    # What clients show or look for when money is short.
    "evaluation.insufficient_funds": "insufficient funds: ",
}


class RpcError(Exception):
    """A request that is answered with an error object.

    Attributes
    ----------
    code : int
        The JSON-RPC code, -32000 to -32768.
    text : str
        One line for a person.
    kind : Kind or None
        steemd's exception class; None for an error of the envelope, which carries no `data`.
    error_code, field, value
        As in `ProtocolError`.
    """

    def __init__(  # noqa: PLR0913  what an error object has
        self,
        code: int,
        text: str,
        *,
        kind: Kind | None = None,
        error_code: str = "rpc",
        field: str = "",
        value: object = None,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.kind = kind
        self.error_code = error_code
        self.field = field
        self.value = value


class UnknownApiError(RpcError):
    """No API of that name."""

    def __init__(self, api: str) -> None:
        super().__init__(
            UNKNOWN_NAME,
            f"Could not find API {_short(api, _VALUE_CHARACTERS)}",
            kind=ASSERT_KIND,
            error_code="rpc.unknown_api",
            value=api,
        )


class UnknownMethodError(RpcError):
    """The API has no method of that name."""

    def __init__(self, method: str) -> None:
        super().__init__(
            UNKNOWN_NAME,
            f"Could not find method {_short(method, _VALUE_CHARACTERS)}",
            kind=ASSERT_KIND,
            error_code="rpc.unknown_method",
            value=method,
        )


class ParamTypeError(RpcError):
    """An argument is not of the declared type."""

    def __init__(self, expected: str, field: str, value: object) -> None:
        super().__init__(
            SERVER_ERROR,
            f"{field} must be {expected}",
            kind=CAST_KIND,
            error_code="rpc.params.type",
            field=field,
            value=value,
        )


class ParamRangeError(RpcError):
    """An argument is of the declared type and outside its range."""

    def __init__(self, expected: str, field: str, value: object) -> None:
        super().__init__(
            ASSERTION,
            f"{field} must be {expected}",
            kind=ASSERT_KIND,
            error_code="rpc.params.range",
            field=field,
            value=value,
        )


class ParamMissingError(RpcError):
    """A required argument is absent."""

    def __init__(self, field: str) -> None:
        super().__init__(
            ASSERTION,
            f"argument {field} is required",
            kind=ASSERT_KIND,
            error_code="rpc.params.missing",
            field=field,
        )


class ParamUnknownError(RpcError):
    """A named argument is not one of the method's."""

    def __init__(self, field: str, known: str) -> None:
        super().__init__(
            ASSERTION,
            f"argument {_short(field, _VALUE_CHARACTERS)} is not known; the method takes {known}",
            kind=ASSERT_KIND,
            error_code="rpc.params.unknown",
            field=field,
        )


class ParamCountError(RpcError):
    """Too many positional arguments."""

    def __init__(self, expected: str, given: int, known: str) -> None:
        super().__init__(
            ASSERTION,
            f"Expected {expected} argument(s), was {given}; the method takes {known}",
            kind=ASSERT_KIND,
            error_code="rpc.params.count",
            value=given,
        )


class AssertionFailedError(RpcError):
    """A rule of the method does not hold (limit too large, unknown transaction)."""

    def __init__(
        self,
        text: str,
        *,
        error_code: str = "rpc.assertion",
        field: str = "",
        value: object = None,
    ) -> None:
        super().__init__(
            ASSERTION, text, kind=ASSERT_KIND, error_code=error_code, field=field, value=value
        )


def from_exception(error: Exception) -> RpcError:
    """Return the error object's source for anything a method raised.

    A `ProtocolError` keeps its code, field and value.  Of a fault of ours the caller learns only
    that there was one.
    """
    if isinstance(error, RpcError):
        return error
    if isinstance(error, ProtocolError):
        kind = _SIGNATURE_KINDS.get(error.code, ASSERT_KIND)
        text = _REWORDED.get(error.code) or _FIRST_WORDS.get(error.code, "") + error.message
        if kind is not ASSERT_KIND and not text.startswith(kind.words):
            text = f"{kind.words}: {text}"
        plain = kind is ASSERT_KIND and error.code not in _REWORDED
        refused = RpcError(
            ASSERTION if plain else SERVER_ERROR,
            text,
            kind=kind,
            error_code=error.code,
            field=error.field,
            value=error.value,
        )
        refused.__traceback__ = error.__traceback__
        return refused
    fault = RpcError(
        SERVER_ERROR,
        "the node failed while answering; its log has the details",
        kind=Kind(0, "exception", "unspecified"),
        error_code="rpc.fault",
    )
    fault.__traceback__ = error.__traceback__
    return fault


def error_object(error: RpcError) -> dict[str, Any]:
    """Return `{code, message, data}`; an envelope error has no `data`, as in steemd."""
    kind = error.kind
    if kind is None:
        return {"code": error.code, "message": error.text}
    text = _short(error.text, _TEXT_CHARACTERS)
    details: dict[str, Any] = {"error_code": error.error_code}
    if error.field:
        details["field"] = _short(error.field, _VALUE_CHARACTERS)
    if error.value is not None or error.error_code in _TYPE_CODES:
        details["value"] = _shown(error.value)
    prefix = "" if text.startswith(kind.words) else f"{kind.words}:"
    return {
        "code": error.code,
        "message": prefix + text + _where(error, text, details),
        "data": {
            "code": kind.code,
            "name": kind.name,
            "message": kind.words,
            "stack": [
                {
                    "context": _context(error.__traceback__),
                    "format": text,
                    "data": details,
                }
            ],
            "error_code": error.error_code,
            "field": details.get("field", ""),
            "value": details.get("value"),
        },
    }


def _where(error: RpcError, text: str, details: Mapping[str, Any]) -> str:
    """Return field and value for people who read only the message, unless it names them."""
    if error.error_code in _REWORDED:
        return ""
    parts = []
    field = details.get("field", "")
    if field and not text.startswith(field):
        parts.append(f"field={field}")
    if "value" in details:
        shown = details["value"]
        if not isinstance(shown, str):
            parts.append(f"value={orjson.dumps(shown).decode()}")
        elif not isinstance(error.value, str):
            parts.append(f"value={shown}")
        elif not (shown and shown in text):
            parts.append(f'value="{shown}"')
    return f" ({', '.join(parts)})" if parts else ""


def _shown(value: object) -> object:
    """Return `value` fit for an answer: JSON-able and short."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if 0 <= value <= 0xFFFFFFFF else str(value)
    return _short(_printed(value), _VALUE_CHARACTERS)


def _printed(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if is_struct(type(value)):
        # Amounts look the same on every network, and nothing else is read from this.
        value = to_json(value, DEV)
    try:
        return orjson.dumps(value, default=str).decode()
    except orjson.JSONEncodeError:
        return str(value)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _context(trace: TracebackType | None) -> dict[str, Any]:
    """Return where the error was raised; hostname stays empty, as in steemd's answers."""
    file, line, method = "jsonrpc.py", 0, "dispatch"
    for frame, number in walk_tb(trace):
        file = PurePath(frame.f_code.co_filename).name
        line, method = number, frame.f_code.co_name
    return {
        "level": "error",
        "file": file,
        "line": line,
        "method": method,
        "hostname": "",
        "timestamp": datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%S"),
    }
