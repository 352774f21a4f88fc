"""The encrypted key store: its file, its commands, and signing with it."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol.crypto import PrivateKey, public_key_text
from smtchain.cli import key_store
from smtchain.cli.key_commands import keys
from smtchain.cli.key_store import (
    KeyNameError,
    KeyNotStoredError,
    KeyStore,
    KeyStoreFormatError,
    KeyStoreMissingError,
    PasswordNeededError,
    WrongPasswordError,
    locked,
)
from smtchain.cli.offline import sign
from smtchain.cli.passwords import PASSWORD_VARIABLE

CHEAP = 2  # scrypt's n: the tests need no protection
ALICE, BOB = PrivateKey.from_seed("aliceactive"), PrivateKey.from_seed("bobactive")
UNSIGNED = {
    "ref_block_num": 1,
    "ref_block_prefix": 2,
    "expiration": "2030-01-01T00:00:00",
    "operations": [
        ["vote", {"voter": "alice", "author": "bob", "permlink": "p", "weight": 1}],
    ],
    "extensions": [],
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.json"


@pytest.fixture
def store(path):
    """A saved store with two keys and the password `secret`."""
    made = KeyStore.create(path, "secret", CHEAP)
    made.add("alice", ALICE)
    made.add("bob", BOB)
    made.save()
    return made


def run(command, *arguments, password="secret", lines=""):
    environment = {PASSWORD_VARIABLE: password, "HOME": "/nonexistent", "SMTCHAIN_STORE": None}
    return CliRunner(env=environment).invoke(command, list(arguments), input=lines)


def code_of(result):
    return result.exception.code


class TestFile:
    def test_opens_with_its_password_only(self, store, path):
        assert KeyStore.open(path, "secret").keys == {"alice": ALICE, "bob": BOB}
        for wrong in ("Secret", "secret ", ""):
            with pytest.raises(WrongPasswordError):
                KeyStore.open(path, wrong)

    def test_is_what_the_document_describes(self, store, path):
        # Another implementation of docs/key-store.md: hashlib's scrypt, and the members by hand.
        document = json.loads(path.read_text())
        assert (document["format"], document["version"]) == ("smtchain-key-store", 1)
        kdf = document["kdf"]
        assert (kdf["name"], kdf["r"], kdf["p"], len(kdf["salt"])) == ("scrypt", 8, 1, 32)
        secret = hashlib.scrypt(
            b"secret", salt=bytes.fromhex(kdf["salt"]), n=kdf["n"], r=8, p=1, dklen=32
        )
        plain = AESGCM(secret).decrypt(
            bytes.fromhex(document["cipher"]["nonce"]),
            bytes.fromhex(document["ciphertext"]),
            b"smtchain-key-store 1",
        )
        assert json.loads(plain) == {
            "keys": [{"name": "alice", "wif": ALICE.wif}, {"name": "bob", "wif": BOB.wif}]
        }

    def test_tells_nothing_without_the_password(self, store, path):
        text = path.read_text()
        assert ALICE.wif not in text
        assert ALICE.secret.hex() not in text
        assert "alice" not in text

    def test_each_writing_has_another_nonce(self, store, path):
        first = json.loads(path.read_text())["cipher"]["nonce"]
        store.save()
        assert json.loads(path.read_text())["cipher"]["nonce"] != first

    def test_new_files_cost_an_attacker_128_mebibytes_a_guess(self):
        assert key_store.COST * 8 * 128 == 128 << 20

    def test_only_its_owner_reads_it(self, store, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        before = os.umask(0)
        try:
            store.save()
        finally:
            os.umask(before)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_failed_writing_leaves_the_old_file_alone(self, store, path, monkeypatch):
        before = path.read_bytes()
        store.add("carol", PrivateKey.from_seed("carol"))

        def full(_handle):
            raise OSError("no space left on device")

        monkeypatch.setattr(key_store.os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            store.save()
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("member", ["salt", "nonce", "ciphertext", "tag", "n"])
    def test_a_changed_file_is_refused(self, store, path, member):
        document = json.loads(path.read_text())
        parts = {
            "salt": (document["kdf"], "salt", 0),
            "nonce": (document["cipher"], "nonce", 0),
            "ciphertext": (document, "ciphertext", 0),
            "tag": (document, "ciphertext", -1),
        }
        if member == "n":
            document["kdf"]["n"] = 4
        else:
            holder, name, index = parts[member]
            data = bytearray.fromhex(holder[name])
            data[index] ^= 1
            holder[name] = data.hex()
        path.write_text(json.dumps(document))
        with pytest.raises(WrongPasswordError):
            KeyStore.open(path, "secret")

    @pytest.mark.parametrize(
        ("part", "member", "value"),
        [
            ("", "format", "another"),
            ("", "version", 2),
            ("", "ciphertext", "zz"),
            ("", "ciphertext", None),
            ("", "kdf", None),
            ("", "cipher", []),
            ("kdf", "name", "pbkdf2"),
            ("kdf", "n", 3),
            ("kdf", "n", 1),
            ("kdf", "n", 1 << 21),
            ("kdf", "n", True),
            ("kdf", "n", 2.0),
            ("kdf", "r", 1 << 20),
            ("kdf", "p", 1 << 20),
            ("kdf", "salt", "00"),
            ("cipher", "name", "rot13"),
            ("cipher", "nonce", "00"),
        ],
    )
    def test_a_file_of_another_form_is_refused(self, store, path, part, member, value):
        document = json.loads(path.read_text())
        (document[part] if part else document)[member] = value
        path.write_text(json.dumps(document))
        with pytest.raises(KeyStoreFormatError):
            KeyStore.open(path, "secret")

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"1", b"\xff", b"[" * 100_000])
    def test_what_is_no_store_is_refused(self, path, content):
        path.write_bytes(content)
        with pytest.raises(KeyStoreFormatError):
            KeyStore.open(path, "secret")

    def test_a_missing_file_is_named(self, path):
        with pytest.raises(KeyStoreMissingError, match=str(path)):
            KeyStore.open(path, "secret")

    def test_changes_made_at_once_all_last(self, store, path):
        def add(name):
            with locked(path):
                opened = KeyStore.open(path, "secret")
                opened.add(name, ALICE)
                opened.save()

        names = [f"key {number}" for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(add, names))
        assert KeyStore.open(path, "secret").keys.keys() == {"alice", "bob", *names}


class TestNames:
    @pytest.mark.parametrize("name", ["", "a" * 65, "a\nb", " a", "a ", "\x1b[1m"])
    def test_a_name_that_cannot_be_shown_is_refused(self, store, name):
        with pytest.raises(KeyNameError):
            store.add(name, ALICE)
        store.add("a" * 64, ALICE)

    def test_a_name_is_given_once(self, store):
        with pytest.raises(KeyNameError):
            store.add("alice", BOB)
        store.remove("alice")
        store.add("alice", BOB)
        assert store.get("alice") == BOB

    def test_an_unknown_name_is_refused(self, store):
        for act in (store.get, store.remove):
            with pytest.raises(KeyNotStoredError):
                act("carol")

    def test_an_empty_password_is_refused(self, store, path):
        with pytest.raises(PasswordNeededError):
            KeyStore.create(path, "", CHEAP)
        with pytest.raises(PasswordNeededError):
            store.change_password("")

    def test_another_password_replaces_the_first(self, store, path):
        store.change_password("other")
        store.save()
        assert KeyStore.open(path, "other").keys == store.keys
        with pytest.raises(WrongPasswordError):
            KeyStore.open(path, "secret")


class TestCommands:
    def test_a_store_is_made_filled_listed_exported_and_emptied(self, path, tmp_path, monkeypatch):
        monkeypatch.setattr(key_store, "COST", CHEAP)
        monkeypatch.setattr(KeyStore.create.__func__, "__defaults__", (CHEAP,))
        path = tmp_path / "deep" / "er" / "keys.json"
        wif_file = tmp_path / "bob.wif"
        wif_file.write_text(BOB.wif + "\n")
        at = ("--store", str(path))
        assert run(keys, "store", "add", "alice", *at, lines=ALICE.wif + "\n").exit_code == 0
        assert run(keys, "store", "add", "bob", "--key-file", str(wif_file), *at).exit_code == 0
        assert run(keys, "store", "add", "s", "--seed", "aliceactive", *at).exit_code == 0
        made = run(keys, "store", "add", "new", "--generate", *at)
        listed = run(keys, "store", "list", *at).stdout.splitlines()
        assert [line.split()[0] for line in listed] == ["alice", "bob", "s", "new"]
        assert listed[3] == made.stdout.strip()
        assert listed[0].split()[1] == listed[2].split()[1]
        rows = json.loads(run(keys, "store", "list", "--json", "--network", "testnet", *at).stdout)
        assert rows[1] == {"name": "bob", "public_key": public_key_text(BOB.public_key, "TST")}
        assert run(keys, "store", "export", "bob", *at).stdout == BOB.wif + "\n"
        new = run(keys, "store", "export", "new", *at).stdout.strip()
        assert public_key_text(PrivateKey.from_wif(new).public_key, "STM") in listed[3]
        assert run(keys, "store", "remove", "alice", *at).exit_code == 0
        assert code_of(run(keys, "store", "export", "alice", *at)) == "key_store.no_such_key"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def test_password_comes_from_the_file_first(self, store, path, tmp_path):
        file = tmp_path / "password"
        file.write_text("secret\r\nmore\n")
        options = ("--store", str(path), "--password-file", str(file))
        assert run(keys, "store", "list", *options, password="wrong").exit_code == 0
        file.write_text("")
        result = run(keys, "store", "list", *options)
        assert code_of(result) == "key_store.wrong_password"

    def test_password_is_asked_for(self, store, path):
        arguments = ("store", "export", "bob", "--store", str(path))
        result = run(keys, *arguments, password=None, lines="secret\n")
        assert result.stdout == BOB.wif + "\n"
        assert "secret" not in result.stderr

    def test_password_is_changed(self, store, path, tmp_path):
        arguments = ("store", "password", "--store", str(path))
        assert run(keys, *arguments, lines="other\nother\n").exit_code == 0
        assert KeyStore.open(path, "other").keys == store.keys
        file = tmp_path / "new"
        file.write_text("third\n")
        result = run(keys, *arguments, "--new-password-file", str(file), password="other")
        assert result.exit_code == 0
        assert KeyStore.open(path, "third").keys == store.keys

    @pytest.mark.parametrize(
        "arguments", [("add", "x", "--seed", "x"), ("list",), ("remove", "bob"), ("export", "bob")]
    )
    def test_a_wrong_password_changes_nothing(self, store, path, arguments):
        before = path.read_bytes()
        result = run(keys, "store", *arguments, "--store", str(path), password="wrong")
        assert code_of(result) == "key_store.wrong_password"
        assert result.stdout == ""
        assert path.read_bytes() == before

    @pytest.mark.parametrize("command", ["list", "remove", "export", "password"])
    def test_a_missing_store_is_named_before_a_password_is_asked_for(self, path, command):
        arguments = [command, *(["x"] if command in {"remove", "export"} else [])]
        result = run(keys, "store", *arguments, "--store", str(path), password=None)
        assert code_of(result) == "key_store.missing"

    def test_two_sources_of_a_key_are_refused(self, store, path):
        arguments = ("--store", str(path), "--seed", "x", "--generate")
        assert code_of(run(keys, "store", "add", "x", *arguments)) == "usage"

    @pytest.mark.parametrize("command", ["", "add", "list", "remove", "export", "password"])
    def test_help_has_examples(self, command):
        result = run(keys, "store", *([command] if command else []), "-h")
        assert result.exit_code == 0
        assert "Example" in result.stdout

    def test_accounts_called_like_a_command_are_reached_by_show(self):
        rows = json.loads(run(keys, "show", "store", "--role", "active", "--json").stdout)
        assert rows[0]["wif"] == PrivateKey.from_seed("storeactive").wif


class TestSigning:
    def sign(self, path, *arguments, **options):
        line = json.dumps(UNSIGNED) + "\n"
        return run(sign, "--store", str(path), *arguments, lines=line, **options)

    def test_signs_with_the_chosen_keys_in_order(self, store, path):
        found = self.sign(path, "--use", "bob", "--use", "alice").stdout
        expected = run(
            sign, "--key", BOB.wif, "--key", ALICE.wif, lines=json.dumps(UNSIGNED)
        ).stdout
        assert found == expected
        assert len(json.loads(found)["signatures"]) == 2

    def test_the_only_key_needs_no_name_and_several_do(self, store, path):
        result = self.sign(path)
        assert code_of(result) == "usage"
        assert "alice, bob" in str(result.exception)
        store.remove("bob")
        store.save()
        assert len(json.loads(self.sign(path).stdout)["signatures"]) == 1

    def test_refuses_unknown_names_and_wrong_passwords(self, store, path):
        assert code_of(self.sign(path, "--use", "carol")) == "key_store.no_such_key"
        assert code_of(self.sign(path, password="wrong")) == "key_store.wrong_password"
        assert code_of(self.sign(path.with_name("none"))) == "key_store.missing"
        assert code_of(run(sign, "--use", "alice", lines="")) == "usage"

    def test_never_takes_a_transaction_for_the_password(self, store, path):
        # Without a terminal nobody can type, and standard input belongs to the transactions.
        done = subprocess.run(
            [sys.executable, "-m", "smtchain.cli", "sign", "--store", str(path), "--use", "bob"],
            input="secret\n" + json.dumps(UNSIGNED),
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != PASSWORD_VARIABLE},
            cwd=Path(__file__).parents[2],
        )
        assert done.stderr.startswith("error: key_store.password_needed: ")
        assert (done.stdout, done.returncode) == ("", 1)
