"""Commands that need no chain: encode, decode, digest, sign, verify-vectors."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from protocol.block import SignedBlock
from protocol.crypto import PrivateKey, sha256
from protocol.errors import JsonFormError, ProtocolError
from protocol.jsonform import Form, from_json, to_json
from protocol.operation import Operation
from protocol.params import DEV_PARAMS, NETWORKS, TESTNET_PARAMS, ChainParams, Network
from protocol.transaction import (
    SignedTransaction,
    Transaction,
    merge_signatures,
    sign_transaction,
    transaction_id,
    unsigned_bytes,
)
from protocol.wire import decode as decode_bytes
from protocol.wire import decode_as, encode_as
from protocol.wire import encode as encode_value
from smtchain.cli import HELP_SETTINGS, CommandError
from smtchain.cli.key_commands import stored_keys
from smtchain.cli.lines import each_line, read_hex, read_json, report
from smtchain.cli.options import Command, network_option, password_file_option

_PARAMS: Mapping[str, ChainParams] = {"dev": DEV_PARAMS, "testnet": TESTNET_PARAMS}
_KINDS: Mapping[str, type] = {
    "operation": Operation,
    "transaction": Transaction,
    "signed-transaction": SignedTransaction,
    "block": SignedBlock,
}
# What nodes add when they print a transaction or a block: no part of it.
_ANNOTATIONS = ("transaction_id", "block_num", "transaction_num")
_BLOCK_ANNOTATIONS = ("block_id", "signing_key", "transaction_ids")
_EXIT_REFUSED = 1


def _chain_id_option(command: Command) -> Command:
    return click.option(
        "--chain-id",
        "chain_id_text",
        metavar="HEX",
        help="32 bytes, the chain that is signed for.  [default: that of the network]",
    )(command)


def _form_option(command: Command) -> Command:
    return click.option(
        "--form",
        type=click.Choice([form.value for form in Form]),
        default=Form.NAI.value,
        show_default=True,
        help="Style of the JSON: database_api's (nai) or condenser_api's (legacy).",
    )(command)


@click.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  echo '["vote",{"voter":"alice","author":"bob","permlink":"p","weight":1}]' | smtchain encode
  smtchain encode --network testnet < operations.jsonl > operations.hex
""",
)
@network_option
@click.option(
    "--type",
    "kind",
    type=click.Choice(["auto", *_KINDS]),
    default="auto",
    show_default=True,
    help="What a line holds; auto tells by its members.",
)
def encode(network: str, kind: str) -> None:
    """Turn JSON into hex, line by line.

    A line of standard input is an operation, a transaction (signed or not) or a block, in any JSON
    form.  A transaction with a member "signatures" is encoded with them.
    """
    chosen = NETWORKS[network]

    def work(line: bytes) -> str:
        data = read_json(line)
        cls = _kind_of(data) if kind == "auto" else _KINDS[kind]
        return _encode(cls, _read(cls, data, chosen), chosen).hex()

    each_line(work)


@click.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  echo 0005616c69636503626f6201700100 | smtchain decode
  smtchain decode --type signed-transaction --form legacy < transactions.hex
""",
)
@network_option
@_form_option
@click.option(
    "--type",
    "kind",
    type=click.Choice(list(_KINDS)),
    default="operation",
    show_default=True,
    help="What a line holds.",
)
def decode(network: str, form: str, kind: str) -> None:
    """Turn hex into JSON, line by line: the inverse of encode.

    Only canonical bytes are read: nothing missing, nothing left over, everything sorted.
    """
    chosen = NETWORKS[network]
    style = Form(form)
    cls = _KINDS[kind]

    def work(line: bytes) -> str:
        data = read_hex(line)
        value = (
            decode_as(Operation, data, chosen)
            if cls is Operation
            else decode_bytes(cls, data, chosen)
        )
        return orjson.dumps(to_json(value, chosen, style)).decode()

    each_line(work)


@click.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Example:
  smtchain digest --chain-id 6ac0bb015cbf715209c919327516cdadcf2a243fb17e35351e844fca16af7429 \\
    < transaction.json
""",
)
@network_option
@_chain_id_option
def digest(network: str, chain_id_text: str | None) -> None:
    """Print what is signed: {"id", "digest", "hex"} for each line with a transaction in JSON.

    "hex" are the bytes without signatures, "id" the first 20 bytes of their SHA-256, "digest" the
    SHA-256 of chain id and bytes.
    """
    chosen = NETWORKS[network]
    chain_id = _chain_id(chain_id_text, network)

    def work(line: bytes) -> str:
        body = unsigned_bytes(_read_transaction(line, chosen), chosen)
        return orjson.dumps(
            {
                "id": sha256(body)[:20].hex(),
                "digest": sha256(chain_id + body).hex(),
                "hex": body.hex(),
            }
        ).decode()

    each_line(work)


@click.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain sign --seed aliceactive < transaction.json > signed.json
  smtchain sign --key-file cold.wif < signed-by-one.json > signed-by-two.json
  smtchain sign --store keys.json --use alice-active < transaction.json > signed.json
  cat signed-*.json | smtchain sign --merge > complete.json
""",
)
@network_option
@_chain_id_option
@_form_option
@click.option("--key", "wifs", multiple=True, metavar="WIF", help="A private key; may be repeated.")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file with one private key (WIF) a line; keeps keys out of the list of processes.",
)
@click.option(
    "--seed", "seeds", multiple=True, metavar="TEXT", help="A development key: SHA-256 of TEXT."
)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An encrypted file of keys, see `smtchain keys store`.",
)
@click.option(
    "--use", "names", multiple=True, metavar="NAME", help="A key of the store; may be repeated."
)
@password_file_option
@click.option(
    "--merge", is_flag=True, help="Join the signatures of all lines that are one transaction."
)
def sign(  # noqa: PLR0913 - one for each option
    *,
    network: str,
    chain_id_text: str | None,
    form: str,
    wifs: tuple[str, ...],
    key_file: tuple[Path, ...],
    seeds: tuple[str, ...],
    store: Path | None,
    names: tuple[str, ...],
    password_file: Path | None,
    merge: bool,
) -> None:
    """Add signatures to transactions, offline: JSON in, JSON out, line by line.

    Signatures that are already there are checked and kept; a key that has signed adds nothing.
    """
    chosen = NETWORKS[network]
    chain_id = _chain_id(chain_id_text, network)
    keys = [PrivateKey.from_wif(text) for text in (*wifs, *_lines_of(key_file))]
    keys += [PrivateKey.from_seed(text) for text in seeds]
    if store is not None:
        keys += stored_keys(store, names, password_file)
    elif names:
        raise CommandError("usage", "--use needs --store", exit_code=2)
    if not keys and not merge:
        raise CommandError(
            "usage", "give --key, --key-file, --seed, --store or --merge", exit_code=2
        )

    def signed_by(transaction: Transaction) -> SignedTransaction:
        return sign_transaction(transaction, keys, chain_id, chosen)

    def show(transaction: SignedTransaction) -> str:
        return orjson.dumps(to_json(transaction, chosen, Form(form))).decode()

    if not merge:
        each_line(lambda line: show(signed_by(_read_transaction(line, chosen))))
        return
    groups, refused = _transactions_by_id(chosen)
    for transactions in groups:
        click.echo(show(signed_by(merge_signatures(transactions, chain_id, chosen))))
    if refused:
        raise click.exceptions.Exit(_EXIT_REFUSED)


@click.command(
    name="verify-vectors",
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain verify-vectors tests/vectors
  smtchain verify-vectors --verbose vectors/ops.json
""",
)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="DIR...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--network",
    type=click.Choice(list(NETWORKS)),
    help="[default: dev for files and folders called dev or mainnet, else testnet]",
)
@click.option("--verbose", is_flag=True, help="Name the cases that this project decided otherwise.")
def verify_vectors(paths: tuple[Path, ...], network: str | None, verbose: bool) -> None:  # noqa: FBT001
    """Check keys, bytes, JSON, ids and signatures against files of recorded vectors.

    Prints one line for each file.  Exit code 0 means that no case fails; where the reference does
    what this project has decided otherwise, the case is counted apart.
    """
    from smtchain.cli.vectors import find_files, verify_file  # noqa: PLC0415 - only needed here

    params = _PARAMS[network] if network else None
    failed = False
    for root in paths:
        for path in find_files(root):
            report_of_file = verify_file(path, root, params)
            click.echo(f"{path}: {report_of_file.summary}")
            if verbose:
                for label, reason in report_of_file.departures:
                    click.echo(f"  otherwise {label}: {reason}")
            for label, reason in report_of_file.failures:
                failed = True
                click.echo(f"  failed {label}: {reason}", err=True)
    if failed:
        raise click.exceptions.Exit(_EXIT_REFUSED)


def _kind_of(data: Any) -> type:
    if isinstance(data, dict):
        if "transaction_merkle_root" in data:
            return SignedBlock
        if "operations" in data:
            return SignedTransaction if "signatures" in data else Transaction
    return Operation


def _read(cls: type, data: Any, network: Network) -> Any:
    return from_json(cls, _without_annotations(cls, data), network)


def _without_annotations(cls: type, data: Any) -> Any:
    if not isinstance(data, dict) or cls is Operation:
        return data
    dropped = _BLOCK_ANNOTATIONS if cls is SignedBlock else _ANNOTATIONS
    kept = {name: value for name, value in data.items() if name not in dropped}
    if cls is SignedBlock and isinstance(kept.get("transactions"), list):
        kept["transactions"] = [
            _without_annotations(SignedTransaction, one) for one in kept["transactions"]
        ]
    return kept


def _read_transaction(line: bytes, network: Network) -> Transaction:
    data = read_json(line)
    if not isinstance(data, dict) or "operations" not in data:
        raise JsonFormError("not a transaction: it has no member operations")
    cls = _kind_of(data)
    transaction: Transaction = _read(cls, data, network)
    return transaction


def _encode(cls: type, value: Any, network: Network) -> bytes:
    if cls is Operation:
        return encode_as(Operation, value, network)
    return encode_value(value, network)


def _chain_id(text: str | None, network: str) -> bytes:
    if text is None:
        return _PARAMS[network].chain_id
    try:
        chain_id = bytes.fromhex(text)
    except ValueError:
        chain_id = b""
    if len(chain_id) != 32 or len(text) != 64:
        raise CommandError("usage", "--chain-id takes 64 hexadecimal digits", exit_code=2)
    return chain_id


def _lines_of(files: tuple[Path, ...]) -> Iterator[str]:
    for file in files:
        for line in file.read_text().splitlines():
            if line.strip():
                yield line.strip()


def _transactions_by_id(network: Network) -> tuple[list[list[Transaction]], bool]:
    """Read all lines; return the transactions with equal ids together, and whether any is bad."""
    groups: dict[bytes, list[Transaction]] = {}
    refused = False
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            transaction = _read_transaction(line.strip(), network)
            groups.setdefault(transaction_id(transaction, network), []).append(transaction)
        except ProtocolError as error:
            refused = True
            report(error, number)
    return list(groups.values()), refused
