"""Reading a case file member by member, so that every complaint names a path and a value."""

import json
from collections.abc import Iterator
from pathlib import Path

from protocol.errors import JsonFormError, ProtocolError
from protocol.jsonscalars import parse_time
from protocol.types import AccountName, Time
from protocol.validation import is_valid_account_name

_SATOSHIS_MAX = (1 << 62) - 1


class CaseFileError(ProtocolError):
    """A case file cannot be used.  Only its subclasses are raised."""

    code = "conformance"


class CaseFileUnreadableError(CaseFileError):
    """The file cannot be read or is not JSON."""

    code = "conformance.file"


class CaseFormError(CaseFileError):
    """A member has the wrong type or cannot be understood."""

    code = "conformance.form"


class CaseMissingFieldError(CaseFileError):
    """A required member is absent."""

    code = "conformance.missing_field"


class CaseUnknownFieldError(CaseFileError):
    """A member is not part of the format."""

    code = "conformance.unknown_field"


class CaseRangeError(CaseFileError):
    """A number or time is outside its allowed range."""

    code = "conformance.out_of_range"


class CaseNameError(CaseFileError):
    """A text is not an account name."""

    code = "conformance.account_name"


class CaseDuplicateError(CaseFileError):
    """Something that must be unique is given twice."""

    code = "conformance.duplicate"


class CaseReferenceError(CaseFileError):
    """A member refers to something that the file does not have."""

    code = "conformance.unknown_reference"


class CaseOperationError(CaseFileError):
    """One of the file's operations is not an operation, or not the one that belongs there."""

    code = "conformance.operation"


def load_document(path: Path) -> "Members":
    """Return the members of the JSON object in `path`.

    Raises
    ------
    CaseFileUnreadableError
        The file cannot be read, is not UTF-8 JSON, or repeats a member.
    CaseFormError
        The document is not an object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CaseFileUnreadableError(f"cannot read: {reason}", value=str(path)) from error
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise CaseFileUnreadableError(f"not JSON: {error}", value=str(path)) from error
    return Members(document, "")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


class Members:
    """The members of one JSON object of a case file.

    Parameters
    ----------
    data : object
        What JSON gave.
    path : str
        Where it stands in the file, `cases[3].expect`; empty for the whole document.

    Raises
    ------
    CaseFormError
        `data` is not an object.
    """

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise CaseFormError("expected an object", field=path, value=data)
        self._data: dict[str, object] = data
        self._path = path
        self._seen: set[str] = set()

    def path_of(self, name: str) -> str:
        """Return the path of a member for messages."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Tell whether a member is present."""
        return name in self._data

    def finish(self) -> None:
        """Raise `CaseUnknownFieldError` for the first member that was never asked for."""
        for name in self._data:
            if name not in self._seen:
                raise CaseUnknownFieldError(
                    "member is not part of the format", field=self.path_of(name)
                )

    def get(self, name: str) -> object:
        """Return a required member as JSON gave it."""
        self._seen.add(name)
        if name not in self._data:
            raise CaseMissingFieldError("member is missing", field=self.path_of(name))
        return self._data[name]

    def get_text(self, name: str, default: str | None = None) -> str:
        """Return a text member."""
        if default is not None and not self.has(name):
            return default
        return as_text(self.get(name), self.path_of(name))

    def get_integer(self, name: str, default: int | None = None) -> int:
        """Return a number of satoshis or units, 0 or more."""
        if default is not None and not self.has(name):
            return default
        return as_integer(self.get(name), self.path_of(name))

    def get_flag(self, name: str) -> bool:
        """Return a boolean member."""
        value = self.get(name)
        if not isinstance(value, bool):
            raise CaseFormError("expected true or false", field=self.path_of(name), value=value)
        return value

    def get_list(self, name: str) -> list[object]:
        """Return a list member, empty when it is absent."""
        value = self.get(name) if self.has(name) else []
        return as_list(value, self.path_of(name))

    def get_members(self, name: str) -> "Members":
        """Return an object member for further reading."""
        return Members(self.get(name), self.path_of(name))

    def get_figures(self, name: str) -> dict[AccountName, int]:
        """Return an object of satoshis by account, empty when it is absent."""
        if not self.has(name):
            return {}
        figures = self.get_members(name)
        path = figures.path_of
        return {
            as_account(owner, path(owner)): as_integer(value, path(owner))
            for owner, value in figures.items()
        }

    def items(self) -> Iterator[tuple[str, object]]:
        """Yield all members, in file order."""
        self._seen.update(self._data)
        yield from self._data.items()


def as_text(value: object, path: str) -> str:
    """Return a value that must be a text."""
    if not isinstance(value, str):
        raise CaseFormError("expected a text", field=path, value=value)
    return value


def as_integer(value: object, path: str) -> int:
    """Return a value that must be a number from 0 to 2^62-1."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise CaseFormError("expected an integer", field=path, value=value)
    if not 0 <= value <= _SATOSHIS_MAX:
        raise CaseRangeError(f"must be 0 to {_SATOSHIS_MAX}", field=path, value=value)
    return value


def as_list(value: object, path: str) -> list[object]:
    """Return a value that must be a list."""
    if not isinstance(value, list):
        raise CaseFormError("expected a list", field=path, value=value)
    return value


def as_row(value: object, path: str, members: str, count: int) -> list[object]:
    """Return a value that must be a list of `count` entries, described by `members`."""
    row = as_list(value, path)
    if len(row) != count:
        raise CaseFormError(f"expected [{members}]", field=path, value=value)
    return row


def as_account(value: object, path: str) -> AccountName:
    """Return a value that must be an account name."""
    text = as_text(value, path)
    if not is_valid_account_name(AccountName(text)):
        raise CaseNameError("not an account name", field=path, value=text)
    return AccountName(text)


def as_time(value: object, path: str) -> Time:
    """Return a value that must be a time, `2017-07-01T12:00:00`, as seconds since 1970."""
    try:
        return Time(parse_time(as_text(value, path)))
    except JsonFormError as error:
        raise CaseFormError(error.message, field=path, value=value) from error
