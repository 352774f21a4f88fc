"""The `smtchain` command.  Each subcommand's module is imported only when it is run.

Whatever goes wrong is one line on stderr, `error: CODE: message`, never a traceback.  Exit codes:
0 success, 1 the input or the chain refused, 2 the command line was wrong.
"""

import importlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import click
from typing_extensions import override

from protocol.errors import ProtocolError

HELP_SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"]}

REFUSED = 1
WRONG_USAGE = 2

_DEBUG_VARIABLE = "SMTCHAIN_DEBUG"  # set to anything: show the traceback of our own faults


class CommandError(Exception):
    """A command cannot do what it was asked for.

    Attributes
    ----------
    code : str
        Stable code, printed before the message.
    exit_code : int
        1, or 2 when the arguments were at fault.
    """

    def __init__(self, code: str, message: str, *, exit_code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.exit_code = exit_code


class _Entry(NamedTuple):
    module: str
    attribute: str
    summary: str


_COMMANDS: Mapping[str, _Entry] = {
    "testnet": _Entry(
        "smtchain.cli.node_commands", "testnet", "Run a funded local chain with JSON-RPC."
    ),
    "node": _Entry("smtchain.cli.node_commands", "node", "Run a node on a data directory."),
    "init": _Entry(
        "smtchain.cli.data_commands", "init", "Make a data directory from a genesis file."
    ),
    "replay": _Entry("smtchain.cli.data_commands", "replay", "Rebuild the state from a block log."),
    "state-digest": _Entry(
        "smtchain.cli.data_commands", "state_digest", "Print the head and its state digest."
    ),
    "call": _Entry("smtchain.cli.call", "call", "Send one JSON-RPC request and print the answer."),
    "demo": _Entry("smtchain.cli.showcase", "demo", "Live through a whole token launch."),
    "conformance": _Entry(
        "smtchain.cli.showcase", "conformance", "Check the whitepaper's examples to the satoshi."
    ),
    "keys": _Entry("smtchain.cli.key_commands", "keys", "Show keys, or keep them in a safe file."),
    "smt": _Entry(
        "smtchain.cli.smt_commands", "smt", "Prepare a token: hidden caps, inflation schedules."
    ),
    "encode": _Entry("smtchain.cli.offline", "encode", "Operations or transactions: JSON to hex."),
    "decode": _Entry("smtchain.cli.offline", "decode", "Operations or transactions: hex to JSON."),
    "digest": _Entry("smtchain.cli.offline", "digest", "Print id, digest and bytes to sign."),
    "sign": _Entry("smtchain.cli.offline", "sign", "Sign a transaction offline."),
    "verify-vectors": _Entry(
        "smtchain.cli.offline", "verify_vectors", "Check the codec against recorded vectors."
    ),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports them when asked for one."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is not a command")
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in _COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings=dict(HELP_SETTINGS),
    epilog="\b\nExamples:\n  smtchain testnet\n"
    "  smtchain call condenser_api.get_accounts '[[\"alice\"]]'",
)
@click.version_option(package_name="smtchain", prog_name="smtchain")
def root() -> None:
    """Smart Media Tokens: a Steem chain that runs them, and tools around it."""


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command line (default: this process's) and exit; every error is one line."""
    try:
        code = root.main(args=args, prog_name="smtchain", standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_USAGE)
    except click.ClickException as error:
        _fail("usage", error.format_message(), WRONG_USAGE)
    except click.Abort:
        _fail("interrupted", "stopped by the keyboard", REFUSED)
    except CommandError as error:
        _fail(error.code, error.message, error.exit_code)
    except ProtocolError as error:
        code_text, _, message = str(error).partition(": ")
        _fail(code_text, message, REFUSED)
    except BrokenPipeError:
        # The reader of our output left; give the interpreter nothing to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)
    except OSError as error:
        _fail("os", f"{error.strerror or error}{_file_of(error)}", REFUSED)
    except Exception as error:
        if os.environ.get(_DEBUG_VARIABLE):
            raise
        code_text, message = _named(error)
        _fail(code_text, message, REFUSED)
    sys.exit(code if isinstance(code, int) else 0)


def _named(error: Exception) -> tuple[str, str]:
    """Return code and message of an error that carries no code.

    Errors of our own rooms are named after their class (`StateLockedError`: `state_locked`); any
    other is a fault of this program.
    """
    kind = type(error)
    if kind.__module__.split(".")[0] != __name__.split(".")[0]:
        return "fault", f"{kind.__name__}: {error}"
    words = re.findall("[A-Z][a-z0-9]*", kind.__name__.removesuffix("Error"))
    return "_".join(words).lower(), str(error)


def _file_of(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""


def _fail(code: str, message: str, exit_code: int) -> NoReturn:
    # What others sent must not steer the terminal.
    line = "".join(c if c.isprintable() else "?" for c in " ".join(message.split()))
    click.echo(f"error: {code}: {line}", err=True)
    sys.exit(exit_code)
