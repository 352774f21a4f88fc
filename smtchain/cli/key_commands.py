"""`smtchain keys`: show keys, and keep them in an encrypted file."""

import secrets
from pathlib import Path

import click
import orjson
from typing_extensions import override

from protocol.crypto import PrivateKey, public_key_text
from protocol.params import NETWORKS, Network
from smtchain.cli import HELP_SETTINGS, CommandError
from smtchain.cli.key_store import KeyStore, locked
from smtchain.cli.options import Command, network_option, password_file_option
from smtchain.cli.passwords import read_password

_ROLES = ("owner", "active", "posting", "memo")
_GENESIS_ACCOUNT = "initminer"
_GENESIS_SEED = "init_key"
_DEFAULT_STORE = Path("~/.smtchain/keys.json")


class _KeysGroup(click.Group):
    """A group whose first command, `show`, need not be named."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_KeysGroup,
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain keys alice                      the development keys of alice
  smtchain keys alice --role active --json
  smtchain keys alice --ask-password       the keys of a master password
  smtchain keys --wif 5JNHfZYKGaomSFvd4NUdQ9qMcEAC43kujbfjueTHpVapX1Kzq2n
  smtchain keys store add alice-active     keep a key in an encrypted file
""",
)
def keys() -> None:
    """Show keys, or keep them in an encrypted file.

    `smtchain keys ACCOUNT` is `smtchain keys show ACCOUNT`; see `smtchain keys show -h`.
    """


@keys.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain keys alice
  smtchain keys show alice --role active --json
""",
)
@network_option
@click.argument("account", required=False)
@click.option("--role", type=click.Choice(_ROLES), help="Only the key of this role.")
@click.option("--password", help="Master password; better use --ask-password.")
@click.option("--ask-password", is_flag=True, help="Ask for the master password.")
@click.option("--seed", metavar="TEXT", help="The key that is the SHA-256 of TEXT.")
@click.option("--wif", metavar="WIF", help="The key of this WIF.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of a table.")
def show(  # noqa: PLR0913 - one for each option
    *,
    network: str,
    account: str | None,
    role: str | None,
    password: str | None,
    ask_password: bool,
    seed: str | None,
    wif: str | None,
    as_json: bool,
) -> None:
    """Show private and public keys of an ACCOUNT, a seed or a WIF.

    Without a password these are the keys of development chains: the SHA-256 of account and role.
    """
    if [account, seed, wif].count(None) != 2:
        raise CommandError("usage", "give an ACCOUNT, --seed or --wif", exit_code=2)
    if ask_password:
        password = click.prompt("Password", hide_input=True, err=True)
    if account is None and (password is not None or role is not None):
        raise CommandError("usage", "--password and --role need an ACCOUNT", exit_code=2)
    if account is not None:
        found = [
            (account, one, _account_key(account, one, password))
            for one in ([role] if role else _ROLES)
        ]
    elif wif is not None:
        found = [("", "", PrivateKey.from_wif(wif))]
    else:
        found = [("", "", PrivateKey.from_seed(seed or ""))]
    prefix = NETWORKS[network].address_prefix
    rows = [
        {
            "account": name,
            "role": of_role,
            "public_key": public_key_text(key.public_key, prefix),
            "wif": key.wif,
        }
        for name, of_role, key in found
    ]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for row in rows:
        click.echo(f"{row['account']:16} {row['role']:8} {row['public_key']} {row['wif']}".strip())


def _account_key(account: str, role: str, password: str | None) -> PrivateKey:
    if password is not None:
        return PrivateKey.from_login(account, role, password)
    if account == _GENESIS_ACCOUNT:
        return PrivateKey.from_seed(_GENESIS_SEED)
    return PrivateKey.from_seed(account + role)


@keys.group(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain keys store add alice-active
  smtchain keys store list
  smtchain sign --store ~/.smtchain/keys.json --use alice-active < transaction.json

The password is asked for, or read from --password-file or SMTCHAIN_PASSWORD.
""",
)
def store() -> None:
    """Keep private keys in an encrypted file (scrypt, AES-256-GCM)."""


def _store_options(command: Command) -> Command:
    command = password_file_option(command)
    return click.option(
        "--store",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        default=_DEFAULT_STORE,
        envvar="SMTCHAIN_STORE",
        show_default=True,
        show_envvar=True,
        help="The file.",
    )(command)


@store.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain keys store add alice-active                   asks for the key
  smtchain keys store add cold --key-file cold.wif
  smtchain keys store add new --generate                 makes a key, prints its public key
""",
)
@network_option
@_store_options
@click.argument("name")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the private key (WIF).",
)
@click.option("--seed", metavar="TEXT", help="The key that is the SHA-256 of TEXT.")
@click.option("--generate", is_flag=True, help="A new key.")
def add(  # noqa: PLR0913 - one for each option
    *,
    network: str,
    path: Path,
    password_file: Path | None,
    name: str,
    key_file: Path | None,
    seed: str | None,
    generate: bool,
) -> None:
    """Store a private key as NAME; the file is made when there is none."""
    if [key_file is not None, seed is not None, generate].count(True) > 1:
        raise CommandError("usage", "give one of --key-file, --seed, --generate", exit_code=2)
    path = path.expanduser()
    password = read_password(password_file, is_new=not path.exists())
    key = _given_key(key_file, seed, generate=generate)
    with locked(path):
        begin = KeyStore.open if path.exists() else KeyStore.create
        opened = begin(path, password)
        opened.add(name, key)
        opened.save()
    _show_public(name, key, NETWORKS[network])


def _given_key(key_file: Path | None, seed: str | None, *, generate: bool) -> PrivateKey:
    if generate:
        return PrivateKey(secrets.token_bytes(32))
    if seed is not None:
        return PrivateKey.from_seed(seed)
    if key_file is not None:
        return PrivateKey.from_wif((key_file.read_text().split() or [""])[0])
    return PrivateKey.from_wif(click.prompt("Private key (WIF)", hide_input=True, err=True))


@store.command(name="list", context_settings=dict(HELP_SETTINGS))
@network_option
@_store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of a table.")
def list_keys(*, network: str, path: Path, password_file: Path | None, as_json: bool) -> None:
    """List names and public keys.

    \b
    Example:
      smtchain keys store list --json
    """  # noqa: D301 - click's mark for lines that stay as they are
    opened = _opened(path, password_file)
    prefix = NETWORKS[network].address_prefix
    if as_json:
        rows = [
            {"name": name, "public_key": public_key_text(key.public_key, prefix)}
            for name, key in opened.keys.items()
        ]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    for name, key in opened.keys.items():
        _show_public(name, key, NETWORKS[network])


@store.command(context_settings=dict(HELP_SETTINGS))
@_store_options
@click.argument("name")
def remove(path: Path, password_file: Path | None, name: str) -> None:
    """Forget the key called NAME.

    \b
    Example:
      smtchain keys store remove alice-active
    """  # noqa: D301 - click's mark for lines that stay as they are
    path = path.expanduser()
    password = _password_of(path, password_file)
    with locked(path):
        opened = KeyStore.open(path, password)
        opened.remove(name)
        opened.save()


@store.command(context_settings=dict(HELP_SETTINGS))
@_store_options
@click.argument("name")
def export(path: Path, password_file: Path | None, name: str) -> None:
    """Print the private key (WIF) called NAME.

    \b
    Example:
      smtchain keys store export alice-active
    """  # noqa: D301 - click's mark for lines that stay as they are
    click.echo(_opened(path, password_file).get(name).wif)


@store.command(context_settings=dict(HELP_SETTINGS))
@_store_options
@click.option(
    "--new-password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the new password; otherwise it is asked for.",
)
def password(path: Path, password_file: Path | None, new_password_file: Path | None) -> None:
    """Encrypt the file with another password.

    \b
    Example:
      smtchain keys store password
    """  # noqa: D301 - click's mark for lines that stay as they are
    path = path.expanduser()
    old = _password_of(path, password_file)
    KeyStore.open(path, old)  # before a new one is typed for nothing
    if new_password_file is not None:
        new = read_password(new_password_file)
    else:
        new = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    with locked(path):
        opened = KeyStore.open(path, old)
        opened.change_password(new)
        opened.save()


def stored_keys(path: Path, names: tuple[str, ...], password_file: Path | None) -> list[PrivateKey]:
    """Return the keys called `names`; without names the only one there is.

    Standard input stays untouched: the password is typed at the terminal, or given otherwise.

    Raises
    ------
    CommandError
        No names although the store has another number of keys than one.
    KeyStoreError
        See `KeyStore.open` and `KeyStore.get`.
    """
    opened = _opened(path, password_file, reads_input=True)
    if not names and len(opened.keys) != 1:
        known = ", ".join(opened.keys) or "none"
        raise CommandError("usage", f"choose keys with --use; stored are: {known}", exit_code=2)
    return [opened.get(name) for name in names or opened.keys]


def _opened(path: Path, password_file: Path | None, *, reads_input: bool = False) -> KeyStore:
    path = path.expanduser()
    return KeyStore.open(path, _password_of(path, password_file, reads_input=reads_input))


def _password_of(path: Path, password_file: Path | None, *, reads_input: bool = False) -> str:
    # Nobody shall type a password for a file that is not there.
    return read_password(password_file, reads_input=reads_input) if path.exists() else ""


def _show_public(name: str, key: PrivateKey, network: Network) -> None:
    click.echo(f"{name:24} {public_key_text(key.public_key, network.address_prefix)}")
