"""Where a password comes from: a file, the environment, or the person at the terminal."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from smtchain.cli.key_store import PasswordNeededError

PASSWORD_VARIABLE: Final = "SMTCHAIN_PASSWORD"  # noqa: S105 - a name, not a password


def read_password(
    file: Path | None, *, prompt: str = "Password", is_new: bool = False, reads_input: bool = False
) -> str:
    """Return the password: the first line of `file`, else the variable's, else what is typed.

    Parameters
    ----------
    file : Path or None
        Holds the password in its first line.
    is_new : bool
        It is chosen now: ask for it twice.
    reads_input : bool
        Standard input holds the command's data; a password is typed only at the terminal itself.

    Raises
    ------
    PasswordNeededError
        There is none, and nobody to ask.
    """
    if file is not None:
        return file.read_text().partition("\n")[0].removesuffix("\r")
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    if reads_input and not sys.stdin.isatty() and not _has_terminal():
        raise PasswordNeededError(f"set {PASSWORD_VARIABLE} or give --password-file")
    password: str = click.prompt(prompt, hide_input=True, confirmation_prompt=is_new, err=True)
    return password


def _has_terminal() -> bool:
    """Tell whether this process has a terminal beside its standard input."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
