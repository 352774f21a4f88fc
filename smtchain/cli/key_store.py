"""Private keys in one encrypted file; its format is `docs/key-store.md`.

All names and keys are one JSON text under AES-256-GCM; the cipher's key is derived from a password
by scrypt.  A file is only ever replaced as a whole, and only its owner may read it.
"""

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from smtchain.cli import CommandError

FORMAT: Final = "smtchain-key-store"
VERSION: Final = 1
COST: Final = 1 << 17  # scrypt's n: 128 MiB and about half a second
_BLOCK_SIZE: Final = 8  # scrypt's r
_PARALLEL: Final = 1  # scrypt's p
_HIGHEST_COST: Final = 1 << 20  # 1 GiB: what a hostile file may make us spend
_ASSOCIATED: Final = b"smtchain-key-store 1"
_KEY_SIZE: Final = 32  # bytes
_SALT_SIZE: Final = 16  # bytes
_NONCE_SIZE: Final = 12  # bytes
_LONGEST_NAME: Final = 64
_LARGEST_FILE: Final = 1 << 24
_PRIVATE_MODE: Final = 0o600


class KeyStoreError(CommandError):
    """A key store cannot be used.  Only its subclasses are raised."""

    def __init__(self, message: str) -> None:
        super().__init__(self.store_code, message)

    store_code = "key_store"


class KeyStoreMissingError(KeyStoreError):
    """There is no such file."""

    store_code = "key_store.missing"


class KeyStoreFormatError(KeyStoreError):
    """The file is no key store, or one of a later version."""

    store_code = "key_store.format"


class WrongPasswordError(KeyStoreError):
    """The password does not open the file, or its bytes were changed: the two look alike."""

    store_code = "key_store.wrong_password"


class PasswordNeededError(KeyStoreError):
    """There is no password, and nobody to ask for it."""

    store_code = "key_store.password_needed"


class KeyNameError(KeyStoreError):
    """A name is empty, too long, has letters that cannot be printed, or is taken."""

    store_code = "key_store.name"


class KeyNotStoredError(KeyStoreError):
    """No key has this name."""

    store_code = "key_store.no_such_key"


@dataclass(slots=True)
class KeyStore:
    """An opened store.  Changes are kept by `save`.

    Attributes
    ----------
    path : Path
        The file.
    keys : dict of str to PrivateKey
        By name.
    """

    path: Path
    keys: dict[str, PrivateKey]
    _salt: bytes
    _cost: int
    _secret: bytes = field(repr=False)

    @classmethod
    def create(cls, path: Path, password: str, cost: int = COST) -> Self:
        """Return a new store without keys; `save` writes the file.

        `cost` is scrypt's n, a power of two.

        Raises
        ------
        PasswordNeededError
            The password is empty.
        """
        salt, secret = _chosen(password, cost)
        return cls(path, {}, salt, cost, secret)

    @classmethod
    def open(cls, path: Path, password: str) -> Self:
        """Read and decrypt a store.

        Raises
        ------
        KeyStoreMissingError
            There is no such file.
        KeyStoreFormatError
            It is no key store.
        WrongPasswordError
            The password does not open it.
        """
        salt, cost, nonce, ciphertext = _read_file(path)
        secret = _derive(password, salt, cost)
        try:
            plain = AESGCM(secret).decrypt(nonce, ciphertext, _ASSOCIATED)
        except InvalidTag:
            raise WrongPasswordError(f"wrong password, or {path} was changed") from None
        return cls(path, _read_keys(plain, path), salt, cost, secret)

    def add(self, name: str, key: PrivateKey) -> None:
        """Enter a key.

        Raises
        ------
        KeyNameError
            The name cannot be used, or is taken.
        """
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name != name.strip():
            raise KeyNameError(f"a name has 1 to {_LONGEST_NAME} letters that can be printed")
        if name in self.keys:
            raise KeyNameError(f"there is already a key {name}")
        self.keys[name] = key

    def get(self, name: str) -> PrivateKey:
        """Return the key of a name.

        Raises
        ------
        KeyNotStoredError
            There is none.
        """
        try:
            return self.keys[name]
        except KeyError:
            raise KeyNotStoredError(f"no key {name} in {self.path}") from None

    def remove(self, name: str) -> None:
        """Forget the key of a name.

        Raises
        ------
        KeyNotStoredError
            There is none.
        """
        self.get(name)
        del self.keys[name]

    def change_password(self, password: str) -> None:
        """Encrypt with another password from the next `save` on.

        Raises
        ------
        PasswordNeededError
            The password is empty.
        """
        self._salt, self._secret = _chosen(password, self._cost)

    def save(self) -> None:
        """Replace the file: complete or not at all, with mode 600."""
        entries = [{"name": name, "wif": key.wif} for name, key in self.keys.items()]
        nonce = secrets.token_bytes(_NONCE_SIZE)
        plain = json.dumps({"keys": entries}).encode()
        document = {
            "format": FORMAT,
            "version": VERSION,
            "kdf": {
                "name": "scrypt",
                "n": self._cost,
                "r": _BLOCK_SIZE,
                "p": _PARALLEL,
                "salt": self._salt.hex(),
            },
            "cipher": {"name": "aes-256-gcm", "nonce": nonce.hex()},
            "ciphertext": AESGCM(self._secret).encrypt(nonce, plain, _ASSOCIATED).hex(),
        }
        _replace(self.path, json.dumps(document, indent=1).encode() + b"\n")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time change the store: two additions at once both last."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The folder is locked, not the file, which every `save` replaces by another.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _chosen(password: str, cost: int) -> tuple[bytes, bytes]:
    """Return a new salt, and the cipher's key for a new password."""
    if not password:
        raise PasswordNeededError("the password is empty")
    salt = secrets.token_bytes(_SALT_SIZE)
    return salt, _derive(password, salt, cost)


def _derive(password: str, salt: bytes, cost: int) -> bytes:
    kdf = Scrypt(salt=salt, length=_KEY_SIZE, n=cost, r=_BLOCK_SIZE, p=_PARALLEL)
    return kdf.derive(password.encode())


def _read_file(path: Path) -> tuple[bytes, int, bytes, bytes]:
    """Return salt, cost, nonce and ciphertext."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_FILE)
    except FileNotFoundError:
        raise KeyStoreMissingError(f"there is no key store {path}") from None
    try:
        document = json.loads(text)
        kdf, cipher = document["kdf"], document["cipher"]
        found = (document["format"], document["version"], kdf["name"], kdf["r"], kdf["p"])
        known = (FORMAT, VERSION, "scrypt", _BLOCK_SIZE, _PARALLEL)
        cost = kdf["n"]
        is_known = found == known and cipher["name"] == "aes-256-gcm" and _is_cost(cost)
        salt, nonce = bytes.fromhex(kdf["salt"]), bytes.fromhex(cipher["nonce"])
        ciphertext = bytes.fromhex(document["ciphertext"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeyStoreFormatError(f"{path} is no key store") from None
    if not is_known or len(salt) != _SALT_SIZE or len(nonce) != _NONCE_SIZE:
        raise KeyStoreFormatError(f"{path} is no key store of version {VERSION}")
    return salt, cost, nonce, ciphertext


def _is_cost(value: Any) -> bool:
    """Tell whether `value` can be scrypt's n here: a power of two, affordable."""
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return is_integer and 2 <= value <= _HIGHEST_COST and value & (value - 1) == 0


def _read_keys(plain: bytes, path: Path) -> dict[str, PrivateKey]:
    try:
        entries = json.loads(plain)["keys"]
        return {str(entry["name"]): PrivateKey.from_wif(entry["wif"]) for entry in entries}
    except (ValueError, TypeError, KeyError, ProtocolError):
        raise KeyStoreFormatError(f"{path} was decrypted and holds no keys") from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, to the disk, then take its place."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), _PRIVATE_MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
