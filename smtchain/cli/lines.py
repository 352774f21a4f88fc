"""Commands that turn one line into one line: reading, error lines, strict JSON and hex.

A bad line is reported and the others are still worked on; nothing is kept from line to line, so
any number of lines needs the same memory.
"""

import json
import re
import sys
from collections.abc import Callable
from typing import Any, Final, NoReturn

import click

from protocol.errors import JsonDuplicateError, JsonFormError, ProtocolError

REFUSED: Final = 1
_LONGEST_INTEGER: Final = 400
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2})*")


class NotHexError(ProtocolError):
    """A line is not an even number of hexadecimal digits."""

    code = "hex"


def each_line(work: Callable[[bytes], str]) -> None:
    """Write `work(line)` for each line of standard input; empty lines are passed over.

    Where it raises a `ProtocolError`, standard error gets `error: CODE: message (line N)`; the
    process then ends with exit code 1 after the last line.
    """
    refused = False
    output = sys.stdout.buffer
    for number, line in enumerate(sys.stdin.buffer, start=1):
        text = line.strip()
        if not text:
            continue
        try:
            answer = work(text)
        except ProtocolError as error:
            refused = True
            report(error, number)
        else:
            output.write(answer.encode() + b"\n")
            output.flush()
    if refused:
        raise click.exceptions.Exit(REFUSED)


def report(error: ProtocolError, number: int) -> None:
    """Write the error of line `number` to standard error, as one line."""
    click.echo(f"error: {' '.join(str(error).split())} (line {number})", err=True)


def read_json(text: bytes) -> Any:
    """Return the JSON value of a line: RFC 8259 and no key twice.

    Raises
    ------
    JsonFormError
        It is not JSON, or nested deeper than can be read.
    JsonDuplicateError
        An object has a key twice.
    """
    try:
        return _DECODER.decode(text.decode())
    except UnicodeDecodeError:
        raise JsonFormError("not UTF-8") from None
    except RecursionError:
        raise JsonFormError("nested too deep") from None
    except ValueError as error:
        raise JsonFormError(f"not JSON: {error}") from None


def read_hex(text: bytes) -> bytes:
    """Return the bytes of a line of hexadecimal digits.

    Raises
    ------
    NotHexError
        It is anything else.
    """
    if _HEX.fullmatch(text) is None:
        raise NotHexError("not an even number of hexadecimal digits")
    return bytes.fromhex(text.decode())


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise JsonDuplicateError("given twice", field=name)
            seen.add(name)
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _integer(digits: str) -> int:
    # Nothing on the chain is longer than 128 bits; Python's own limit depends on its settings.
    if len(digits) > _LONGEST_INTEGER:
        raise ValueError(f"an integer of {len(digits)} characters")
    return int(digits)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_refuse_constant, parse_int=_integer
)
