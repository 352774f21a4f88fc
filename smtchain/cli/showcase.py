"""`smtchain conformance` and `smtchain demo`: what this chain does, shown and checked."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.progress import track

from protocol.crypto import PrivateKey
from protocol.params import Network
from protocol.types import AccountName
from smtchain.chain.chain import Chain
from smtchain.chain.driver import Driver
from smtchain.chain.genesis import Genesis, load_genesis
from smtchain.chain.options import ChainOptions
from smtchain.cli import HELP_SETTINGS, REFUSED, WRONG_USAGE, CommandError
from smtchain.conformance.bundle import conformance_genesis, shipped_case_files, shown_name
from smtchain.conformance.case_file import CaseFile, load_case_file
from smtchain.conformance.reader import CaseFileError
from smtchain.conformance.report import (
    as_json,
    as_text,
    difference_lines,
    print_table,
    summary,
)
from smtchain.conformance.run_case import CaseResult, run_cases
from smtchain.demo.proof import ReplayProof, prove_by_replay
from smtchain.demo.story import HEADING, Story, StoryDiffersError
from smtchain.demo.supply import SupplyTable, show_amount
from smtchain.node.config import shipped_genesis

_CONFORMANCE_EXAMPLES = """\b
Examples:
  smtchain conformance                     all examples of the whitepaper
  smtchain conformance my-launch.json      your own case file
  smtchain conformance --json | jq .ok
"""


@click.command(context_settings=dict(HELP_SETTINGS), epilog=_CONFORMANCE_EXAMPLES)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="Print differences and one line of summary.")
def conformance(files: tuple[Path, ...], *, is_json: bool, quiet: bool) -> int:
    """Launch tokens as the whitepaper's examples say and compare every satoshi.

    Without FILE all shipped cases run: ALPHA, BETA, GAMMA, DELTA and the examples in its prose.
    Each case has a chain of its own and gets there by signed transactions and produced blocks.

    Exit code 0: all agree, 1: something differs, 2: a file is no case file.
    """
    genesis = conformance_genesis()
    case_files = _load(files or shipped_case_files(), genesis.params.network)
    if case_files is None:
        return WRONG_USAGE
    results = list(_run(case_files, genesis, is_silent=is_json or quiet))
    notes = [f"{shown_name(file.path)}: {note}" for file in case_files for note in file.notes]
    if is_json:
        click.echo(orjson.dumps(as_json(results, notes), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(results, notes, is_brief=quiet)
    return 0 if all(result.is_ok for result in results) else REFUSED


def _load(paths: Sequence[Path], network: Network) -> list[CaseFile] | None:
    """Return the files' contents, or None after a line on stderr for each that is refused."""
    loaded = []
    for path in paths:
        try:
            loaded.append(load_case_file(path, network))
        except CaseFileError as error:
            code, _, message = str(error).partition(": ")
            click.echo(f"error: {code}: {shown_name(path)}: {message}", err=True)
    return loaded if len(loaded) == len(paths) else None


def _run(case_files: list[CaseFile], genesis: Genesis, *, is_silent: bool) -> Iterator[CaseResult]:
    """Yield the results; on a terminal, show how far they have come."""
    results = run_cases(case_files, genesis, shown_name)
    if is_silent or not sys.stderr.isatty():
        yield from results
        return
    total = sum(len(file.cases) for file in case_files)
    yield from track(results, "conformance", total, console=Console(stderr=True), transient=True)


def _print(results: list[CaseResult], notes: list[str], *, is_brief: bool) -> None:
    if not is_brief:
        if sys.stdout.isatty():
            print_table(results, Console())
        else:
            click.echo(as_text(results))
        for note in notes:
            click.echo(f"note: {note}")
    for line in difference_lines(results):
        click.echo(line)
    click.echo(summary(results))


@click.command(context_settings=dict(HELP_SETTINGS), epilog="\b\nExample:\n  smtchain demo")
def demo() -> None:
    """Live through ALPHA, the whitepaper's first token, and account for every satoshi.

    A chain in memory: creation, setup, reveals, contributions, launch, vesting, transfers,
    inflation.  Then the table of where everything is, the invariants, and a replay of the blocks
    on disk that must end with the same state digest.
    """
    genesis = load_genesis(shipped_genesis("dev"))
    console = Console(highlight=False, soft_wrap=True, markup=False)
    with Chain.in_memory(genesis, ChainOptions(recount_every=1)) as chain:
        driver = Driver(chain, {AccountName("initminer"): PrivateKey.from_seed("init_key")})
        story = Story(driver, console.print)
        console.print(HEADING, style="bold")
        try:
            story.run()
            tables = story.tables()
        except StoryDiffersError as error:
            raise CommandError("demo.differs", str(error)) from error
        for table in tables:
            _print_supply(table, console)
        blocks = len(driver.blocks)
        console.print(f"\ninvariants OK: every rule over all rows after each of {blocks} blocks")
        proof = prove_by_replay(genesis, driver.blocks, chain.digest())
    _print_proof(proof, blocks, console)
    if not proof.agrees:
        raise CommandError("demo.digest", "the replay ends in another state")


def _print_supply(table: SupplyTable, console: Console) -> None:
    """Print each place with its satoshis as an amount, then the sum beside the stated supply."""
    name = show_amount(0, table.symbol).split()[1]
    console.print(f"\nwhere all {name} is", style="bold")
    rows = [(each.place, show_amount(each.amount, table.symbol)) for each in table.holdings]
    total = show_amount(table.counted, table.symbol)
    places = max(len(place) for place, _ in rows)
    for place, amount in rows:
        console.print(f"  {place:<{places}}  {amount:>{len(total)}}")
    console.print(f"  {'sum':<{places}}  {total}", style="bold")
    console.print(f"  {'supply':<{places}}  {show_amount(table.stated, table.symbol)}  equal")


def _print_proof(proof: ReplayProof, blocks: int, console: Console) -> None:
    console.print(f"\n{blocks} blocks, {proof.log_size:,} bytes, replayed from genesis on LMDB:")
    console.print(f"  digest as lived     {proof.lived.hex()}")
    console.print(f"  digest as replayed  {proof.replayed.hex()}")
    console.print(f"  rows counted anew   {proof.recounted.hex()}")
    if proof.agrees:
        console.print("replay OK: the state digests are equal", style="bold")
