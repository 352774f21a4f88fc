"""Reading a genesis file member by member, so that every complaint names a path and a value."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from protocol.assets import parse_asset, precision_of, symbol_from_nai
from protocol.crypto import PrivateKey, parse_public_key
from protocol.errors import ProtocolError
from protocol.jsonscalars import parse_time
from protocol.params import Network
from protocol.types import AccountName, PublicKey, Symbol, Time
from protocol.validation import check_account_name, check_smt_symbol

_DECIMAL = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)


class GenesisError(ProtocolError):
    """A genesis file cannot be used.  Only its subclasses are raised."""

    code = "genesis"


class GenesisFileError(GenesisError):
    """The file cannot be read or is not JSON."""

    code = "genesis.file"


class GenesisFormError(GenesisError):
    """A member has the wrong type or cannot be understood."""

    code = "genesis.form"


class GenesisMissingFieldError(GenesisError):
    """A required member is absent."""

    code = "genesis.missing_field"


class GenesisUnknownFieldError(GenesisError):
    """A member is not part of the format."""

    code = "genesis.unknown_field"


class GenesisRangeError(GenesisError):
    """A number is outside its allowed range."""

    code = "genesis.out_of_range"


class GenesisAmountError(GenesisError):
    """An amount is malformed or of another asset than the member demands."""

    code = "genesis.amount"


class GenesisNameError(GenesisError):
    """A text is not an account name."""

    code = "genesis.account_name"


class GenesisKeyError(GenesisError):
    """A public key is malformed or has another network's prefix."""

    code = "genesis.public_key"


class GenesisDuplicateError(GenesisError):
    """An account, witness, token or balance is given twice."""

    code = "genesis.duplicate"


class GenesisUnknownAccountError(GenesisError):
    """A member names an account that the file does not create."""

    code = "genesis.unknown_account"


class GenesisSupplyError(GenesisError):
    """Declared supplies and the sum of balances differ, or a supply exceeds its maximum."""

    code = "genesis.supply"


def load_document(path: Path) -> Mapping[str, object]:
    """Return the JSON object in `path`.

    Raises
    ------
    GenesisFileError
        The file cannot be read, is not UTF-8 JSON, or repeats a member.
    GenesisFormError
        The document is not an object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GenesisFileError(f"cannot read genesis file: {error}", value=str(path)) from error
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise GenesisFileError(f"genesis file is not JSON: {error}", value=str(path)) from error
    if not isinstance(document, dict):
        raise GenesisFormError("a genesis file holds one object", value=type(document).__name__)
    return document


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


class Members:
    """The members of one JSON object of a genesis file.

    Parameters
    ----------
    data : object
        What JSON gave.
    path : str
        Where it stands in the file, `accounts[3]`; empty for the whole document.
    network : Network
        Decides asset names and the key prefix.

    Raises
    ------
    GenesisFormError
        `data` is not an object.
    """

    def __init__(self, data: object, path: str, network: Network) -> None:
        if not isinstance(data, dict):
            raise GenesisFormError("expected an object", field=path, value=data)
        self._data: dict[str, object] = data
        self._path = path
        self._network = network
        self._seen: set[str] = set()

    def path_of(self, name: str) -> str:
        """Return the path of a member for messages."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Tell whether a member is present."""
        return name in self._data

    def finish(self) -> None:
        """Raise `GenesisUnknownFieldError` for the first member that was never asked for."""
        for name in self._data:
            if name not in self._seen:
                raise GenesisUnknownFieldError(
                    "member is not part of the genesis format", field=self.path_of(name)
                )

    def get(self, name: str) -> object:
        """Return a required member as JSON gave it."""
        self._seen.add(name)
        if name not in self._data:
            raise GenesisMissingFieldError("member is missing", field=self.path_of(name))
        return self._data[name]

    def get_text(self, name: str, default: str | None = None) -> str:
        """Return a text member."""
        if default is not None and not self.has(name):
            return default
        value = self.get(name)
        if not isinstance(value, str):
            raise GenesisFormError("expected a text", field=self.path_of(name), value=value)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise GenesisFormError(
                "text has no UTF-8 form", field=self.path_of(name), value=value
            ) from None
        return value

    def get_integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return an integer member between `low` and `high`."""
        if default is not None and not self.has(name):
            return default
        value = self.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise GenesisFormError("expected an integer", field=self.path_of(name), value=value)
        if not low <= value <= high:
            raise GenesisRangeError(
                f"must be {low} to {high}", field=self.path_of(name), value=value
            )
        return value

    def get_flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean member."""
        if not self.has(name):
            return default
        value = self.get(name)
        if not isinstance(value, bool):
            raise GenesisFormError("expected true or false", field=self.path_of(name), value=value)
        return value

    def get_time(self, name: str) -> Time:
        """Return a time member, `2024-01-01T00:00:00`, as seconds since 1970."""
        text = self.get_text(name)
        try:
            moment = parse_time(text)
        except ProtocolError as error:
            raise GenesisFormError(error.message, field=self.path_of(name), value=text) from error
        if not 0 < moment <= 0xFFFF_FFFF:
            raise GenesisRangeError("time is out of range", field=self.path_of(name), value=text)
        return moment

    def get_hash(self, name: str) -> bytes:
        """Return a member of 64 hexadecimal digits as 32 bytes."""
        text = self.get_text(name)
        if re.fullmatch(r"[0-9a-f]{64}", text) is None:
            raise GenesisFormError(
                "expected 64 lower-case hexadecimal digits", field=self.path_of(name), value=text
            )
        return bytes.fromhex(text)

    def get_name(self, name: str, default: str | None = None) -> AccountName:
        """Return an account name member."""
        text = self.get_text(name, default)
        try:
            check_account_name(AccountName(text), name)
        except ProtocolError as error:
            raise GenesisNameError(error.message, field=self.path_of(name), value=text) from error
        return AccountName(text)

    def get_amount(self, name: str, symbol: Symbol, default: int | None = None) -> int:
        """Return the satoshis (0 or more) of an amount member like `1.000 STEEM`."""
        if default is not None and not self.has(name):
            return default
        text = self.get_text(name)
        try:
            asset = parse_asset(text, self._network)
        except ProtocolError as error:
            raise GenesisAmountError(error.message, field=self.path_of(name), value=text) from error
        if asset.symbol != symbol or asset.amount < 0:
            wanted = self._network.name_of_core(symbol)
            raise GenesisAmountError(
                f"expected 0 or more {wanted}", field=self.path_of(name), value=text
            )
        return asset.amount

    def get_decimal(self, name: str, symbol: Symbol, default: int | None = None) -> int:
        """Return the satoshis of a token amount written without its symbol, `12.5000`.

        The text has exactly as many decimals as the token.
        """
        if default is not None and not self.has(name):
            return default
        text = self.get_text(name)
        match = _DECIMAL.fullmatch(text)
        places = precision_of(symbol)
        if match is None or len(match[2] or "") != places:
            raise GenesisAmountError(
                f"expected a number with {places} decimals", field=self.path_of(name), value=text
            )
        amount = int(match[1] + (match[2] or ""))
        if amount > (1 << 62) - 1:
            raise GenesisRangeError("amount is too large", field=self.path_of(name), value=text)
        return amount

    def get_symbol(self, name: str, most_decimals: int) -> Symbol:
        """Return the liquid symbol of a token, a member `{"nai": "@@...", "precision": 3}`."""
        members = self.get_members(name)
        nai = members.get_text("nai")
        precision = members.get_integer("precision", 0, most_decimals)
        members.finish()
        try:
            symbol = symbol_from_nai(nai, precision)
            check_smt_symbol(symbol, "nai")
        except ProtocolError as error:
            raise GenesisFormError(
                error.message, field=members.path_of("nai"), value=nai
            ) from error
        return symbol

    def get_key(self, name: str) -> PublicKey:
        """Return a public key member: key text, or `{"seed": "..."}` for sha256 of that text."""
        value = self.get(name)
        if isinstance(value, dict):
            members = Members(value, self.path_of(name), self._network)
            seed = members.get_text("seed")
            members.finish()
            return PrivateKey.from_seed(seed).public_key
        text = self.get_text(name)
        try:
            return parse_public_key(text, self._network.address_prefix)
        except ProtocolError as error:
            raise GenesisKeyError(error.message, field=self.path_of(name), value=text) from error

    def get_members(self, name: str) -> "Members":
        """Return an object member for further reading."""
        return Members(self.get(name), self.path_of(name), self._network)

    def each(self, name: str) -> Iterator["Members"]:
        """Yield the objects of a list member (nothing when it is absent)."""
        if not self.has(name):
            return
        value = self.get(name)
        if not isinstance(value, list):
            raise GenesisFormError("expected a list", field=self.path_of(name), value=value)
        for index, entry in enumerate(value):
            yield Members(entry, f"{self.path_of(name)}[{index}]", self._network)

    def names(self) -> tuple[str, ...]:
        """Return the names of all members, in file order."""
        return tuple(self._data)
