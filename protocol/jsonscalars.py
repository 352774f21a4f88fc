"""Numbers, times, texts and bytes as JSON writes them: strict about range, lenient about spelling.

The reference narrows numbers silently and reads `"abc"` as zero; we refuse both.  What it accepts
without loss (numbers as text, fractions of a second, compact dates) is accepted.
"""

import re
from datetime import date
from typing import Any

from protocol.errors import JsonFormError, JsonRangeError
from protocol.types import TIME_MAX

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}", re.ASCII)
_TIME = re.compile(
    r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})T([0-9]{2})(:?)([0-9]{2})\6([0-9]{2})(\.[0-9]{1,9})?Z?",
    re.ASCII,
)
_VERSION = re.compile(r"([0-9]{1,3})[._]([0-9]{1,3})[._]([0-9]{1,5})", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_BEFORE_EPOCH = -1  # 1969-12-31T23:59:59, how the reference prints `TIME_MAX`
_LARGEST_NUMBER = 0xFFFFFFFF  # above it the reference prints text


def print_integer(value: int, bits: int) -> int | str:
    """Return a JSON number, or text above 2^32-1 and for every 128-bit value."""
    return str(value) if value > _LARGEST_NUMBER or bits == 128 else value


def parse_integer(data: Any, bits: int, *, signed: bool) -> int:
    """Return an integer given as number or decimal text.

    Raises
    ------
    JsonFormError
        Neither a number nor digits (floats and booleans are neither).
    JsonRangeError
        Outside what `bits` bits hold.
    """
    if isinstance(data, str) and _INTEGER.fullmatch(data):
        value = int(data)
    elif isinstance(data, int) and not isinstance(data, bool):
        value = data
    else:
        raise JsonFormError("must be an integer", value=data)
    low = -(1 << bits - 1) if signed else 0
    high = low + (1 << bits) - 1
    if not low <= value <= high:
        raise JsonRangeError(f"must be {low} to {high}", value=_short(value))
    return value


def _short(value: int) -> object:
    """Return `value`, or a word for one whose decimal text could be refused or huge."""
    return value if value.bit_length() <= 256 else f"an integer of {value.bit_length()} bits"


def parse_bool(data: Any) -> bool:
    """Return a truth value given as such, as 0 or 1, or as the words.

    Raises
    ------
    JsonFormError
        Anything else.
    """
    if isinstance(data, bool):
        return data
    if isinstance(data, int) and data in {0, 1}:
        return data == 1
    if data == "true":
        return True
    if data == "false":
        return False
    raise JsonFormError("must be true or false", value=data)


def parse_text(data: Any, limit: int | None) -> str:
    """Return text of at most `limit` UTF-8 bytes (None: any).

    Raises
    ------
    JsonFormError
        Not text, or not valid Unicode, or a NUL where a limit is set.
    JsonRangeError
        Too long.
    """
    if not isinstance(data, str):
        raise JsonFormError("must be a string", value=data)
    if limit is None and data.isascii():
        return data
    try:
        size = len(data.encode())
    except UnicodeEncodeError:
        raise JsonFormError("holds half of a surrogate pair", value=data) from None
    if limit is not None:
        if size > limit:
            raise JsonRangeError(f"at most {limit} bytes", value=data)
        if "\0" in data:
            raise JsonFormError("no NUL allowed here", value=data)
    return data


def parse_hex(data: Any, size: int | None) -> bytes:
    """Return bytes given as hexadecimal digits; exactly `size` of them unless None.

    Raises
    ------
    JsonFormError
        Not an even number of hexadecimal digits.
    JsonRangeError
        Another length than `size`.
    """
    if not isinstance(data, str) or _HEX.fullmatch(data) is None:
        raise JsonFormError("must be hexadecimal digits, two for each byte", value=data)
    found = bytes.fromhex(data)
    if size is not None and len(found) != size:
        raise JsonRangeError(f"must be {size} bytes", value=data)
    return found


def print_time(value: int) -> str:
    """Return seconds since 1970 as `YYYY-MM-DDTHH:MM:SS` (UTC)."""
    days, rest = divmod(value, _DAY)
    return (
        f"{date.fromordinal(_EPOCH + days).isoformat()}"
        f"T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    )


def parse_time(data: Any) -> int:
    """Return the seconds since 1970 of an ISO time in UTC.

    A trailing `Z` and a fraction (dropped) are accepted, the compact spelling too, and
    1969-12-31T23:59:59 as the largest time.

    Raises
    ------
    JsonFormError
        No such spelling or no such day.
    JsonRangeError
        Before 1970 or after 2106-02-07T06:28:15.
    """
    match = _TIME.fullmatch(data) if isinstance(data, str) else None
    if match is None:
        raise JsonFormError("must be a time like 2017-08-10T00:00:00", value=data)
    hour, minute, second = int(match[5]), int(match[7]), int(match[8])
    try:
        day = date(int(match[1]), int(match[3]), int(match[4])).toordinal() - _EPOCH
    except ValueError:
        raise JsonFormError("no such day", value=data) from None
    if hour > 23 or minute > 59 or second > 59:
        raise JsonFormError("no such time of day", value=data)
    value = day * _DAY + hour * 3600 + minute * 60 + second
    if value == _BEFORE_EPOCH:
        return TIME_MAX
    if not 0 <= value <= TIME_MAX:
        raise JsonRangeError("must be 1970 to 2106-02-07T06:28:15", value=data)
    return value


def print_version(value: int) -> str:
    """Return `major.minor.revision` of a packed version."""
    return f"{value >> 24}.{value >> 16 & 0xFF}.{value & 0xFFFF}"


def parse_version(data: Any) -> int:
    """Return the packed form of `"0.22.0"`.

    Raises
    ------
    JsonFormError
        Not three numbers with dots (or underscores, as the reference allows).
    JsonRangeError
        A part does not fit 8, 8 and 16 bits.
    """
    match = _VERSION.fullmatch(data) if isinstance(data, str) else None
    if match is None or ("." in data and "_" in data):
        raise JsonFormError("must be a version like 0.22.0", value=data)
    major, minor, revision = int(match[1]), int(match[2]), int(match[3])
    if major > 0xFF or minor > 0xFF or revision > 0xFFFF:
        raise JsonRangeError("must be 0.0.0 to 255.255.65535", value=data)
    return major << 24 | minor << 16 | revision
