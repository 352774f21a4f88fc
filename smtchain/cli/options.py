"""Options that several offline commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from protocol.params import NETWORKS

Command = Callable[..., Any]


def network_option(command: Command) -> Command:
    """Add `--network`: whose names amounts and keys have."""
    return click.option(
        "--network",
        type=click.Choice(list(NETWORKS)),
        default="dev",
        show_default=True,
        help="Whose names amounts and keys have: STEEM/SBD/STM or TESTS/TBD/TST.",
    )(command)


def password_file_option(command: Command) -> Command:
    """Add `--password-file`: where the password of a key store is."""
    return click.option(
        "--password-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A file whose first line is the password of the store.",
    )(command)
