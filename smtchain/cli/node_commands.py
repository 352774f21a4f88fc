"""`smtchain testnet` and `smtchain node`: commands that run until they are stopped."""

import asyncio
import contextlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from protocol.crypto import PrivateKey
from smtchain.chain.head import GenesisMismatchError
from smtchain.cli import HELP_SETTINGS, CommandError
from smtchain.node.config import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    SHIPPED_NETWORKS,
    ClockMode,
    NodeConfig,
    shipped_genesis,
)
from smtchain.node.data_dir import GENESIS_COPY, forget_chain
from smtchain.node.node import Node
from smtchain.node.service import Service
from smtchain.node.testnet import StartScreen
from smtchain.state.errors import ChainMismatchError, StateVersionError

_TESTNET_EXAMPLES = """\b
Examples:
  smtchain testnet                                 a block every 3 seconds
  smtchain testnet --block-time 0                  a block for every transaction
  smtchain testnet --data-dir ./my-chain           keep the chain; start again to go on
  smtchain testnet --data-dir ./my-chain --fresh   begin that one again
  smtchain testnet --network testnet --port 8091   TESTS/TBD, keys with TST
  smtchain testnet --block-time 0 --seed 7         the same block ids in every run
"""
_NODE_EXAMPLES = """\b
Examples:
  smtchain init --data-dir ./chain --genesis genesis/dev.json
  smtchain node --data-dir ./chain
  smtchain node --data-dir ./chain --witness-key 5JNHfZY...
"""

_host = click.option(
    "--host", default=DEFAULT_HOST, show_default=True, help="Address to listen on."
)
_port = click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=DEFAULT_PORT,
    show_default=True,
    help="JSON-RPC port; 0 takes a free one.",
)
_check_invariants = click.option(
    "--check-invariants",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Count everything anew every N blocks and stop if it does not add up; 0: never.",
)
_quiet = click.option("-q", "--quiet", is_flag=True, help="Do not log every block.")


@click.command(context_settings=dict(HELP_SETTINGS), epilog=_TESTNET_EXAMPLES)
@click.option(
    "--block-time",
    type=click.Choice(["3", "0"]),
    default="3",
    show_default=True,
    help="Seconds between blocks; 0 makes a block for every transaction.",
)
@click.option(
    "--network",
    type=click.Choice(SHIPPED_NETWORKS),
    help="Which shipped genesis file: dev (the default; STEEM, SBD, STM) or testnet (TESTS, TBD,"
    " TST).",
)
@click.option("--genesis", type=click.Path(path_type=Path), help="A genesis file of your own.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the chain here, and go on with the one that is here.  Default: --ephemeral.",
)
@click.option(
    "--ephemeral", is_flag=True, help="Use a temporary directory and remove it at the end."
)
@click.option("--fresh", is_flag=True, help="Remove the chain that --data-dir holds, begin again.")
@click.option(
    "--seed", help="Take the time from the blocks alone, beginning at a time made from this text."
)
@click.option(
    "--clock",
    type=click.Choice(["resume", "wall"]),
    default="resume",
    show_default=True,
    help="After a pause: go on at the head block's time, or miss the slots of the pause.",
)
@_host
@_port
@_check_invariants
@_quiet
def testnet(  # noqa: PLR0913  one parameter for each option
    *,
    block_time: str,
    network: str | None,
    genesis: Path | None,
    data_dir: Path | None,
    ephemeral: bool,
    fresh: bool,
    seed: str | None,
    clock: str,
    host: str,
    port: int,
    check_invariants: int,
    quiet: bool,
) -> None:
    """Run a funded local chain with JSON-RPC; accounts and keys are printed."""
    if ephemeral and data_dir is not None:
        raise CommandError("usage", "--ephemeral keeps nothing in --data-dir", exit_code=2)
    _start_logging("%(message)s", quiet=quiet)
    with _directory(data_dir) as directory:
        if fresh:
            forget_chain(directory)
        begun = (directory / GENESIS_COPY).exists()
        if genesis is None and (network is not None or not begun):
            genesis = shipped_genesis(network or SHIPPED_NETWORKS[0])
        config = NodeConfig(
            data_dir=directory,
            genesis=genesis,
            host=host,
            port=port,
            block_seconds=int(block_time),
            clock=ClockMode.BLOCKS if seed is not None else ClockMode(clock),
            seed=seed or "",
            is_testnet=True,
            check_invariants=check_invariants,
        )
        kept = f"{directory} ({'kept' if data_dir else 'removed at the end'})"

        def announce(node: Node, url: str) -> None:
            screen = StartScreen(url=url, data=kept, blocks=_rhythm(config), program=_program())
            click.echo("\n".join(screen.lines(node)))

        try:
            asyncio.run(Service(config, announce).run())
        except (ChainMismatchError, GenesisMismatchError, StateVersionError) as error:
            # Of a testnet's chain that is seldom worth more than a new one.
            raise type(error)(f"{error}; --fresh begins a new chain there") from error
        click.echo(
            f"Stopped; start again to go on, --fresh to begin anew ({directory})."
            if data_dir
            else "Stopped."
        )


@click.command(context_settings=dict(HELP_SETTINGS), epilog=_NODE_EXAMPLES)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A directory made by `smtchain init`, `replay` or `testnet --data-dir`.",
)
@click.option(
    "--witness-key",
    "witness_keys",
    multiple=True,
    metavar="WIF",
    help="Produce blocks for the witness with this signing key; repeatable.",
)
@_host
@_port
@_check_invariants
@_quiet
def node(  # noqa: PLR0913  one parameter for each option
    *,
    data_dir: Path,
    witness_keys: tuple[str, ...],
    host: str,
    port: int,
    check_invariants: int,
    quiet: bool,
) -> None:
    """Run a node on a data directory, by the machine's clock."""
    _start_logging("%(asctime)s %(message)s", quiet=quiet)
    config = NodeConfig(
        data_dir=data_dir,
        host=host,
        port=port,
        witness_keys=tuple(PrivateKey.from_wif(text) for text in witness_keys),
        clock=ClockMode.WALL,
        check_invariants=check_invariants,
    )

    def announce(running: Node, url: str) -> None:
        click.echo(f"JSON-RPC {url}  head block {running.head.head_block_number}  Ctrl-C stops it.")

    asyncio.run(Service(config, announce).run())


def _rhythm(config: NodeConfig) -> str:
    if config.block_seconds:
        return f"one every {config.block_seconds} seconds"
    idle = "" if config.clock is ClockMode.BLOCKS else ", an empty one after 20 idle seconds"
    return f"one for every transaction{idle}"


@contextlib.contextmanager
def _directory(chosen: Path | None) -> Iterator[Path]:
    """Yield the data directory: the chosen one, or a temporary one that is removed afterwards."""
    if chosen is not None:
        yield chosen
        return
    made = Path(tempfile.mkdtemp(prefix="smtchain-testnet-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _program() -> str:
    """Return what to type to run this program in another terminal."""
    called = Path(sys.argv[0])
    if called.name != "smtchain":
        return f"{sys.executable} -m smtchain.cli"
    found = shutil.which("smtchain")
    return "smtchain" if found and Path(found).samefile(called) else str(called)


def _start_logging(form: str, *, quiet: bool) -> None:
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, format=form)
