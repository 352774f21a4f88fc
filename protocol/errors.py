"""Every way in which input is refused: one class per kind, each with a stable code.

The code is a contract: JSON-RPC answers carry it in `error.data.error_code`, the command line
prints it, and conformance vectors compare it.  A class is never renamed without keeping its code.
Families that need more kinds declare them beside their rules, as subclasses of the five roots
below (`WireError`, `JsonFormError`, `InvalidOperationError`, `InvalidTransactionError`,
`EvaluationError`, `InvalidBlockError`).
"""

from reprlib import Repr
from typing import ClassVar

from typing_extensions import override

_LIMITED = Repr()
_LIMITED.maxstring = _LIMITED.maxother = _LIMITED.maxlong = 120
_LIMITED.maxlevel = 3


def _shown(value: object) -> str:
    """Return a short text of any input: however deep, long or large it is."""
    try:
        return _LIMITED.repr(value)
    except (ValueError, RecursionError):
        # Python refuses to write out integers of thousands of digits.
        return f"a {type(value).__name__} too large to show"


class ProtocolError(Exception):
    """Input was refused.  Root of all rejections; never raised itself.

    Attributes
    ----------
    message : str
        One line for a person, without the code.
    field : str
        Dotted path of the offending member (`operations[0].amount`), empty when none applies.
    value : object
        The offending value, or None.
    """

    code: ClassVar[str] = "protocol"

    def __init__(self, message: str, *, field: str = "", value: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value

    def within(self, prefix: str) -> "ProtocolError":
        """Return self with `prefix` put before its field path (used while unwinding nesting)."""
        if not self.field:
            self.field = prefix
        elif self.field.startswith("["):
            self.field = prefix + self.field
        else:
            self.field = f"{prefix}.{self.field}"
        return self

    @override
    def __str__(self) -> str:
        """Return `code: message (field=..., value=...)` on one line."""
        parts = []
        if self.field:
            parts.append(f"field={self.field}")
        if self.value is not None:
            parts.append(f"value={_shown(self.value)}")
        tail = f" ({', '.join(parts)})" if parts else ""
        return f"{self.code}: {self.message}{tail}"


class WireError(ProtocolError):
    """Bytes are not the canonical form of any value.  `offset` counts bytes from the start."""

    code = "wire"

    def __init__(
        self, message: str, *, offset: int = 0, field: str = "", value: object = None
    ) -> None:
        super().__init__(message, field=field, value=value)
        self.offset = offset

    @override
    def __str__(self) -> str:
        """Return the one-line form with the byte offset."""
        return f"{super().__str__()} at byte {self.offset}"


class TruncatedError(WireError):
    """The bytes end inside a value."""

    code = "wire.truncated"


class TrailingBytesError(WireError):
    """Bytes are left over after a complete value."""

    code = "wire.trailing_bytes"


class OutOfRangeError(WireError):
    """A number, length or flag is outside what its type can hold."""

    code = "wire.out_of_range"


class UnknownTagError(WireError):
    """A static variant or operation number names no known type."""

    code = "wire.unknown_tag"


class NotCanonicalError(WireError):
    """The value has another, canonical encoding (unsorted keys, padded varint, bad symbol)."""

    code = "wire.not_canonical"


class JsonFormError(ProtocolError):
    """JSON does not describe a value of the expected type."""

    code = "json.form"


class JsonRangeError(JsonFormError):
    """A JSON number is outside what its type can hold."""

    code = "json.out_of_range"


class JsonMissingFieldError(JsonFormError):
    """A required member is absent."""

    code = "json.missing_field"


class JsonUnknownFieldError(JsonFormError):
    """A member is not part of the type (strict mode)."""

    code = "json.unknown_field"


class JsonDuplicateError(JsonFormError):
    """A map key, set element or variant kind is given twice."""

    code = "json.duplicate"


class JsonUnknownTypeError(JsonFormError):
    """An operation or variant name (or number) is not known."""

    code = "json.unknown_type"


class InvalidOperationError(ProtocolError):
    """An operation breaks a rule that needs no chain state."""

    code = "operation"


class InvalidTransactionError(ProtocolError):
    """A transaction breaks a rule of its envelope: form, time, TaPoS, signatures."""

    code = "transaction"


class EvaluationError(ProtocolError):
    """An operation is well formed and the present state refuses it."""

    code = "evaluation"


class InvalidBlockError(ProtocolError):
    """A block breaks a rule of the chain."""

    code = "block"


class InvariantViolationError(Exception):
    """The state contradicts itself: a bug in us, never a caller's fault.  Halts the node."""
