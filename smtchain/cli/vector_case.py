"""What a check of test vectors works with: the case, two objections, the reference's habits."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from protocol.errors import JsonDuplicateError, ProtocolError
from protocol.jsonform import from_json, to_json_as
from protocol.params import ChainParams, Network
from protocol.wire import decode_as, encode_as

_TIME = re.compile(r"19[0-6][0-9]-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_PRINTED_OTHERWISE = {
    "smt_setup_emissions_operation": "smt_setup_inflation_operation",
    "smt_setup_emissions": "smt_setup_inflation",
}
_RENAMED_MEMBERS = {"emissions_unit": "inflation_unit"}
_PLAIN_ESCAPES = {"\t", "\n", "\r"}  # of the escapes, the only ones the reference reads


class Mismatch(Exception):  # noqa: N818 - a finding, not a fault
    """The case does not hold."""


class Departure(Exception):  # noqa: N818 - a finding, not a fault
    """The reference differs here from what this project has decided (docs/DIVERGENCES.md)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its members, the name of its file without suffix, and the network it is for."""

    data: dict[str, Any]
    stem: str
    params: ChainParams

    @property
    def network(self) -> Network:
        """Return the network's names."""
        return self.params.network

    def __getitem__(self, name: str) -> Any:
        """Return a member."""
        return self.data[name]

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a member."""
        return name in self.data

    def raw(self, name: str) -> bytes:
        """Return the bytes of a member in hex."""
        return bytes.fromhex(self.data[name])


def expect(what: str, found: object, expected: object) -> None:
    """Object unless both are equal."""
    if found != expected:
        raise Mismatch(f"{what} is {_short(found)}, not {_short(expected)}")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def as_we_print(value: Any) -> Any:
    """Return the reference's JSON in our spelling: inflation, and times after 2038."""
    if isinstance(value, dict):
        return {_RENAMED_MEMBERS.get(name, name): as_we_print(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_we_print(part) for part in value]
    if not isinstance(value, str):
        return value
    if _TIME.fullmatch(value):
        # The reference prints its unsigned seconds as if they were signed.
        later = datetime.fromisoformat(value).replace(tzinfo=UTC) + timedelta(seconds=1 << 32)
        return later.strftime("%Y-%m-%dT%H:%M:%S")
    return _PRINTED_OTHERWISE.get(value, value)


def as_the_reference_reads(value: Any) -> Any:
    """Return JSON input as the reference takes it: of an escape like u00e9, the five letters."""
    if isinstance(value, dict):
        return {name: as_the_reference_reads(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_the_reference_reads(part) for part in value]
    if isinstance(value, str):
        return "".join(
            letter
            if letter in _PLAIN_ESCAPES
            else json.dumps(letter)[1:-1].replace("\\u", "u")
            if not letter.isprintable() or not letter.isascii()
            else letter
            for letter in value
        )
    return value


def check_reading(case: Case, hint: object) -> None:
    """Check `input` (JSON) or `hex` (bytes) against `result`, for a value of a hinted type.

    What the reference changes while it reads (numbers cut to their width, names to 16 bytes,
    unsorted or repeated elements), we refuse: a departure.  Forms of JSON that only we read are one
    as well; bytes that the reference refuses must be refused.
    """
    result = case["result"]
    is_json = "input" in case
    try:
        value = (
            from_json(hint, as_the_reference_reads(case["input"]), case.network)
            if is_json
            else decode_as(hint, case.raw("hex"), case.network)
        )
    except ProtocolError as error:
        _check_refusal(case, error, is_json=is_json)
        return
    if "error" in result:
        if is_json:
            raise Departure("a form of JSON that the reference does not read")
        raise Mismatch(f"{case['hex']} is accepted")
    encoded = encode_as(hint, value, case.network).hex()
    if is_json and encoded != result["hex"] and not _is_kept(case["input"], result["json"]):
        raise Departure("the reference changes the value while it reads")
    expect("hex", encoded, result["hex"])
    expect("json", to_json_as(hint, value, case.network), as_we_print(result["json"]))


def _check_refusal(case: Case, error: ProtocolError, *, is_json: bool) -> None:
    result = case["result"]
    if "error" in result:
        return
    if isinstance(error, JsonDuplicateError):
        raise Departure("the reference keeps the first of two")
    if is_json and not _is_kept(case["input"], result["json"]):
        raise Departure("the reference changes the value while it reads")
    if not is_json and (case["hex"] != result["hex"] or not _is_unicode(result["json"])):
        raise Departure("these bytes are not canonical")
    raise error


def _is_kept(given: Any, read: Any) -> bool:
    """Tell whether the reference read what it was given, but for the spelling of numbers."""
    if isinstance(given, dict) and isinstance(read, dict):
        return all(name in read and _is_kept(given[name], read[name]) for name in given)
    if isinstance(given, list) and isinstance(read, list):
        same_size = len(given) == len(read)
        return same_size and sorted(map(_plain, given)) == sorted(map(_plain, read))
    return _plain(given) == _plain(as_we_print(read)) or _plain(given) == _plain(read)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ",".join(_plain(part) for part in value) + "]"
    return str(value).lower()


def _is_unicode(value: Any) -> bool:
    return not isinstance(value, str) or value.isascii() or max(value) < "\udc80"
