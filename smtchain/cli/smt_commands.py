"""`smtchain smt`: what creators of a token compute before they sign anything."""

import csv
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import track
from typing_extensions import override

from protocol.crypto import PrivateKey
from protocol.hidden_caps import (
    CapKind,
    NonceTerms,
    amounts_of_few_digits,
    bounds_around,
    commit_cap,
    count_amounts_of_few_digits,
    derive_nonce,
    find_cap,
)
from protocol.jsonform import to_json
from protocol.jsonscalars import parse_time, print_time
from protocol.operations.smt_contribution import RevealedCap
from protocol.params import DEV_PARAMS, TESTNET_PARAMS
from protocol.symbols import nai_string, symbol_from_nai
from protocol.types import Symbol
from smtchain.cli import HELP_SETTINGS, CommandError
from smtchain.cli.lines import read_json
from smtchain.cli.options import Command, network_option
from smtchain.cli.schedule_file import ScheduleFile, read_schedule
from smtchain.cli.schedule_plot import decimal_text, plot_schedule
from smtchain.economics.schedule import Emission, simulate_schedule

_PARAMS = {"dev": DEV_PARAMS, "testnet": TESTNET_PARAMS}
_NONCE_BITS = 128
_MOST_DIGITS = 15  # of 10^15, the largest cap
_EVENTS_SHOWN = 1_000


class _NonceType(click.ParamType[int]):
    """An integer of 128 bits, decimal or with 0x."""

    name = "integer"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail with one line."""
        try:
            number = int(value, 0)
        except (TypeError, ValueError):
            self.fail(f"{value!r} is not an integer", param, ctx)
        if not 0 <= number < 1 << _NONCE_BITS:
            self.fail(f"{value} does not fit {_NONCE_BITS} bits", param, ctx)
        return number


def _derivation_options(command: Command) -> Command:
    """Add what a nonce is derived from, apart from the bounds."""
    for option in reversed(
        (
            click.option("--nonce", type=_NonceType(), help="The nonce, decimal or 0x…"),
            click.option(
                "--key", "wif", metavar="WIF", help="Derive the nonce from this private key."
            ),
            click.option(
                "--key-file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="A file whose first line is that key; keeps it out of the process list.",
            ),
            click.option("--symbol", "nai", metavar="NAI", help="The token, @@123456789."),
            click.option(
                "--cap",
                "kind",
                type=click.Choice([kind.value for kind in CapKind]),
                default=CapKind.HARD_CAP.value,
                show_default=True,
                help="Which cap a derived nonce is for; two caps never share one.",
            ),
        )
    ):
        command = option(command)
    return command


@click.group(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain smt commit 30000000 --lower 10000000 --upper 100000000 \\
    --key-file creator.wif --symbol @@181188044
  smtchain smt recover-cap HASH --lower 10000000 --upper 100000000 --nonce 1234
  smtchain smt schedule inflation.json --supply 15000000000 --csv events.csv --plot events.svg
""",
)
def smt() -> None:
    """Prepare a token: hidden caps and inflation schedules, computed offline."""


@smt.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain smt commit 5000000                                    a cap that is no secret
  smtchain smt commit 5000000 --nonce 1234                       hidden, from 1 to 10 million
  smtchain smt commit 5000000 --lower 1000000 --upper 9999999    hidden, nonce from chance
  smtchain smt commit 5000000 --lower 1000000 --upper 9999999 \\
    --key-file creator.wif --symbol @@181188044 --cap min        hidden, nonce from a key
""",
)
@click.argument("amount", type=int)
@click.option("--lower", type=int, help="The least amount, published.")
@click.option("--upper", type=int, help="The largest amount, published.")
@_derivation_options
@click.option(
    "--date", "day", metavar="YYYY-MM-DD", help="For a derived nonce.  [default: today, UTC]"
)
@network_option
def commit(  # noqa: PLR0913 - one for each option
    *,
    amount: int,
    lower: int | None,
    upper: int | None,
    nonce: int | None,
    wif: str | None,
    key_file: Path | None,
    nai: str | None,
    kind: str,
    day: str | None,
    network: str,
) -> None:
    """Commit to a cap of AMOUNT STEEM units: print the commitment, and the cap to reveal later.

    "commitment" goes into smt_setup, "cap" into smt_cap_reveal; keep it until then.  A key gives
    the same nonce again from the public data under "nonce_from"; chance does not.

    Without a nonce, a key or bounds both bounds are AMOUNT: everybody knows the cap.  Otherwise
    they are the powers of ten around it, unless given.
    """
    params = _PARAMS[network]
    key = _key(wif, key_file)
    is_public = not nonce and key is None
    least, most = (amount, amount) if is_public else bounds_around(amount, params)
    least = least if lower is None else lower
    most = most if upper is None else upper
    answer: dict[str, Any] = {}
    if key is not None:
        if nonce is not None:
            raise CommandError("usage", "give --nonce or a key, not both", exit_code=2)
        terms = NonceTerms(_symbol(nai), CapKind(kind), least, most, str(_day(day, _today())))
        nonce = derive_nonce(key, terms)
        answer["nonce_from"] = _terms_json(terms)
    elif nonce is None:
        nonce = 0 if least == most else secrets.randbits(_NONCE_BITS)
    cap = RevealedCap(amount, nonce)
    commitment = commit_cap(cap, least, most, params)
    _print(
        {
            "commitment": to_json(commitment, params.network),
            "cap": to_json(cap, params.network),
            **answer,
        }
    )


@smt.command(
    "recover-cap",
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain smt recover-cap 30c5b2226e39e505d4c0a6069e629368834846ed03d0fabda30172349df45f6e \\
    --lower 1 --upper 1000000000 --nonce 1234
  smtchain smt recover-cap HASH --lower 1000000 --upper 9999999 \\
    --key-file creator.wif --symbol @@181188044 --cap min --from 2017-05-01 --to 2017-06-01
""",
)
@click.argument("digest", metavar="HASH")
@click.option("--lower", type=int, required=True, help="The commitment's lower bound.")
@click.option("--upper", type=int, required=True, help="The commitment's upper bound.")
@_derivation_options
@click.option("--from", "first", metavar="YYYY-MM-DD", help="Earliest date.  [default: --to]")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="Latest date.  [default: today, UTC]")
@click.option(
    "--digits",
    type=click.IntRange(1, _MOST_DIGITS),
    default=3,
    show_default=True,
    help="Try amounts of at most so many significant digits; 15 tries every amount.",
)
@network_option
def recover_cap(  # noqa: PLR0913 - one for each option
    *,
    digest: str,
    lower: int,
    upper: int,
    nonce: int | None,
    wif: str | None,
    key_file: Path | None,
    nai: str | None,
    kind: str,
    first: str | None,
    last: str | None,
    digits: int,
    network: str,
) -> None:
    """Find the amount behind a commitment whose HASH, bounds and nonce (or key) are known.

    Amounts of few significant digits are tried, fewest first: 3 digits take less than a second.
    """
    wanted = _digest(digest)
    if not 0 < lower <= upper <= DEV_PARAMS.max_share_supply:
        raise CommandError("usage", "--lower and --upper must be 1 to 10^15", exit_code=2)
    key = _key(wif, key_file)
    if (key is None) == (nonce is None):
        raise CommandError("usage", "give --nonce, or --key or --key-file", exit_code=2)
    terms_of: dict[int, NonceTerms] = {}
    if key is not None:
        to_day = _day(last, _today())
        for day in _days(_day(first, to_day), to_day):
            terms = NonceTerms(_symbol(nai), CapKind(kind), lower, upper, str(day))
            terms_of[derive_nonce(key, terms)] = terms
    nonces = tuple(terms_of) if nonce is None else (nonce,)
    cap = find_cap(wanted, nonces, _amounts(lower, upper, digits))
    if cap is None:
        raise CommandError(
            "cap.not_found",
            f"no amount of at most {digits} significant digits fits; see --digits",
        )
    answer = {"cap": to_json(cap, _PARAMS[network].network)}
    if cap.nonce in terms_of:
        answer["nonce_from"] = _terms_json(terms_of[cap.nonce])
    _print(answer)


@smt.command(
    context_settings=dict(HELP_SETTINGS),
    epilog="""\b
Examples:
  smtchain smt schedule inflation.json --supply 15000000000
  smtchain smt schedule setup.json --supply 15000000000 --until 2020-01-01T00:00:00 --plot p.svg
  smtchain smt schedule - --supply 1000000 --csv events.csv < operations.json
""",
)
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--supply", type=click.IntRange(0), required=True, help="Satoshis before the first event."
)
@click.option(
    "--max-supply",
    type=click.IntRange(1),
    help="Satoshis.  [default: that of the file's smt_setup, else 10^15]",
)
@click.option("--until", metavar="TIME", help="Leave out later events, 2020-01-01T00:00:00.")
@click.option(
    "--events",
    type=click.IntRange(1),
    default=_EVENTS_SHOWN,
    show_default=True,
    help="Stop after so many events.",
)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Export.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Export as SVG.")
@network_option
def schedule(  # noqa: PLR0913 - one for each option
    *,
    file: Path,
    supply: int,
    max_supply: int | None,
    until: str | None,
    events: int,
    csv_file: Path | None,
    plot: Path | None,
    network: str,
) -> None:
    """Show what an inflation schedule creates, event by event.

    FILE is a JSON list of operations, or a transaction, with smt_setup_inflation operations; - is
    standard input.  The file with --csv has satoshis, the table decimals.
    """
    text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    params = _PARAMS[network]
    found = read_schedule(read_json(text), params)
    most = max_supply or found.max_supply or params.max_share_supply
    if supply > most:
        raise CommandError("usage", "--supply is above the maximum supply", exit_code=2)
    last_time = parse_time(until) if until is not None else None
    simulated = _until(simulate_schedule(found.entries, supply, most), last_time)
    emissions = list(islice(simulated, events))
    if not emissions:
        raise CommandError("schedule.empty", "the schedule has no event in this time")
    _print_events(found, emissions)
    if next(simulated, None) is not None:
        click.echo(f"note: the schedule goes on after {events} events, see --events", err=True)
    if csv_file is not None:
        _write_csv(csv_file, emissions)
    if plot is not None:
        title = f"{nai_string(found.symbol)}: inflation of {len(emissions)} events"
        plot.write_text(plot_schedule(title, supply, emissions, found.precision))


# ---- hidden caps ---------------------------------------------------------------------------------


def _key(wif: str | None, key_file: Path | None) -> PrivateKey | None:
    if wif is not None and key_file is not None:
        raise CommandError("usage", "give one of --key, --key-file", exit_code=2)
    if key_file is not None:
        wif = (key_file.read_text().split() or [""])[0]
    return None if wif is None else PrivateKey.from_wif(wif)


def _symbol(nai: str | None) -> Symbol:
    if nai is None:
        raise CommandError("usage", "a derived nonce needs --symbol", exit_code=2)
    return symbol_from_nai(nai, 0)


def _today() -> date:
    return datetime.now(UTC).date()


def _day(text: str | None, default: date) -> date:
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError("usage", f"{text} is not a date, 2017-06-01", exit_code=2) from error


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise CommandError("usage", "HASH is 64 hexadecimal digits", exit_code=2)
    return digest


def _amounts(lower: int, upper: int, digits: int) -> Iterable[int]:
    """Return the amounts to try; on a terminal, show how far the search has come."""
    amounts = amounts_of_few_digits(lower, upper, digits)
    if not sys.stderr.isatty():
        return amounts
    total = count_amounts_of_few_digits(lower, upper, digits)
    return track(amounts, "recover-cap", total, console=Console(stderr=True), transient=True)


def _terms_json(terms: NonceTerms) -> dict[str, Any]:
    return {
        "symbol": nai_string(terms.symbol),
        "cap": terms.kind.value,
        "lower_bound": terms.lower_bound,
        "upper_bound": terms.upper_bound,
        "date": terms.date,
    }


# ---- schedules -----------------------------------------------------------------------------------


def _until(emissions: Iterator[Emission], last_time: int | None) -> Iterator[Emission]:
    for emission in emissions:
        if last_time is not None and emission.time > last_time:
            return
        yield emission


def _print_events(found: ScheduleFile, emissions: Sequence[Emission]) -> None:
    """Print a line for each event; amounts are decimals of the token."""
    rows = [
        ("time", "created", "supply"),
        *(
            (
                print_time(each.time),
                decimal_text(each.created, found.precision),
                decimal_text(each.supply, found.precision),
            )
            for each in emissions
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for time, created, after in rows:
        click.echo(f"{time:{widths[0]}}  {created:>{widths[1]}}  {after:>{widths[2]}}")


def _write_csv(path: Path, emissions: Sequence[Emission]) -> None:
    """Write all figures in satoshis, one column for each target."""
    targets = sorted({target for each in emissions for target, _ in each.emitted})
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("time", "absolute", "relative", "created", *targets, "supply"))
        for each in emissions:
            amounts = dict(each.emitted)
            writer.writerow(
                (
                    print_time(each.time),
                    each.absolute,
                    each.relative,
                    each.created,
                    *(amounts.get(target, 0) for target in targets),
                    each.supply,
                )
            )


def _print(answer: dict[str, Any]) -> None:
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
