"""`smtchain init`, `replay` and `state-digest`: data directories, without a running node."""

import contextlib
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from protocol.block import BlockEnvelope
from smtchain.chain.block_log import OFFSET_BYTES
from smtchain.chain.chain import Chain
from smtchain.chain.data_directory import BLOCK_LOG, open_storage
from smtchain.chain.genesis import load_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import read_blocks
from smtchain.chain.replay import replay as run_replay
from smtchain.chain.signature_workers import SignatureWorkers
from smtchain.chain.skip import Skip
from smtchain.cli import HELP_SETTINGS, CommandError
from smtchain.node.config import SHIPPED_NETWORKS, shipped_genesis
from smtchain.node.data_dir import GENESIS_COPY, keep_genesis, open_chain, require_empty
from smtchain.node.garbage import REPLAY_THRESHOLD, settle_garbage

_network = click.option(
    "--network",
    type=click.Choice(SHIPPED_NETWORKS),
    default="dev",
    show_default=True,
    help="Which shipped genesis file, if none is named.",
)
_genesis = click.option("--genesis", type=click.Path(path_type=Path), help="The genesis file.")


@click.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="\b\nExamples:\n  smtchain init --data-dir ./chain\n"
    "  smtchain init --data-dir ./chain --genesis my-genesis.json",
)
@click.option("--data-dir", type=click.Path(path_type=Path), required=True, help="Where to begin.")
@_network
@_genesis
def init(data_dir: Path, network: str, genesis: Path | None) -> None:
    """Make a data directory: the chain at its genesis, before the first block."""
    require_empty(data_dir)
    with contextlib.closing(open_chain(data_dir, genesis or shipped_genesis(network))) as chain:
        _print_chain(chain)


@click.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="\b\nExamples:\n  smtchain replay old/block_log                 check it, keep nothing\n"
    "  smtchain replay old/block_log --data-dir new  a directory that a node can go on from",
)
@click.argument("block_log", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the result here; a replay that was stopped goes on.  Default: in memory, only the "
    "digest is printed.",
)
@click.option("--stop-at", type=click.IntRange(0), metavar="N", help="End after block N.")
@click.option(
    "--no-signatures", is_flag=True, help="Leave out the signatures: the log is your own."
)
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    default=0,
    show_default=True,
    help="Processes that recover signatures ahead; 0 does it in this one.",
)
@_network
@_genesis
def replay(  # noqa: PLR0913  one parameter for each option
    *,
    block_log: Path,
    data_dir: Path | None,
    stop_at: int | None,
    no_signatures: bool,
    workers: int,
    network: str,
    genesis: Path | None,
) -> None:
    """Rebuild the state from BLOCK_LOG and print its head and digest.

    The genesis file is the one named, else the `genesis.json` beside the log, else the network's.
    """
    beside = block_log.parent / GENESIS_COPY
    path = genesis or (beside if beside.exists() else shipped_genesis(network))
    begun = load_genesis(path)
    with contextlib.ExitStack() as stack:
        state = storage = None
        if data_dir is not None:
            if (data_dir / BLOCK_LOG).exists() and block_log.samefile(data_dir / BLOCK_LOG):
                raise CommandError(
                    "replay.same_log",
                    f"{block_log} is the log of that directory: it cannot be replayed onto itself",
                )
            keep_genesis(data_dir, path)
            state, storage = open_storage(data_dir, begun.params, ChainOptions())
            stack.callback(state.close)
            stack.callback(storage.close)
            if stop_at is not None and state.revision > stop_at:
                raise CommandError(
                    "replay.beyond", f"{data_dir} is at block {state.revision} already"
                )
        settle_garbage(REPLAY_THRESHOLD)
        blocks = read_blocks(block_log, begun.params)
        if stop_at is not None:
            blocks = islice(blocks, stop_at)
        if sys.stderr.isatty():
            size = block_log.stat().st_size
            blocks = _with_progress(blocks, stop_at, size, stack.enter_context(_progress()))
        if workers and not no_signatures:
            blocks = stack.enter_context(SignatureWorkers(workers)).ahead_of(blocks)
        result = run_replay(
            begun,
            blocks,
            state=state,
            log=storage.log if storage is not None else None,
            skip=Skip.TRANSACTION_SIGNATURES | Skip.WITNESS_SIGNATURE
            if no_signatures
            else Skip.NONE,
        )
    _print_head(result.block_number, result.block_id, result.digest)


def _progress() -> Progress:
    return Progress(
        TextColumn("replay"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("block {task.fields[number]:,}  {task.fields[rate]:,.0f} blocks/s  left:"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _with_progress(
    blocks: Iterator[BlockEnvelope], stop_at: int | None, size: int, progress: Progress
) -> Iterator[BlockEnvelope]:
    """Yield the blocks and show how far they have come, of so many blocks or of the log's size."""
    task = progress.add_task("replay", total=size if stop_at is None else stop_at, number=0, rate=0)
    start = time.monotonic()
    for block in blocks:
        yield block
        rate = block.num / (time.monotonic() - start)
        advance = 1 if stop_at is not None else block.size + OFFSET_BYTES
        progress.update(task, advance=advance, number=block.num, rate=rate)


@click.command(
    "state-digest",
    context_settings=dict(HELP_SETTINGS),
    epilog="\b\nExample:\n  smtchain state-digest --data-dir ./chain",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="A data directory that no node has open.",
)
@click.option("--recount", is_flag=True, help="Compute it anew from every row; they must agree.")
def state_digest(data_dir: Path, *, recount: bool) -> None:
    """Print the head block and the digest of the state after it as JSON."""
    with contextlib.closing(open_chain(data_dir, None)) as chain:
        if recount:
            _check_recount(chain)
        _print_chain(chain)


def _check_recount(chain: Chain) -> None:
    chain.state.discard_pending()
    counted = chain.state.recount_digest()
    if counted != chain.digest():
        raise CommandError("state.digest", f"kept {chain.digest().hex()}, counted {counted.hex()}")


def _print_chain(chain: Chain) -> None:
    _print_head(chain.head_block_number, chain.head_block_id, chain.digest())


def _print_head(number: int, block_id: bytes, digest: bytes) -> None:
    head = {"block_num": number, "block_id": block_id.hex(), "digest": digest.hex()}
    click.echo(orjson.dumps(head).decode())
