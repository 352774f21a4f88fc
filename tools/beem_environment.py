"""Beem in a virtual environment of its own, `.venv-beem`: its pins do not fit ours.

`python tools/beem_environment.py` makes it and prints its interpreter.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "tools" / "beem.requirements.txt"
ENVIRONMENT = ROOT / ".venv-beem"


class BeemUnavailableError(Exception):
    """Beem cannot be installed here; the message says why in one line."""


def beem_python() -> Path:
    """Return the interpreter that has beem, installing it once for each list of requirements.

    Raises
    ------
    BeemUnavailableError
        The environment cannot be made: mostly, no package index can be reached.
    """
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / ".installed"
    wanted = REQUIREMENTS.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return python
    print("installing beem ...", file=sys.stderr, flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
    _run(
        str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement",
        str(REQUIREMENTS),
    )  # fmt: skip
    stamp.write_bytes(wanted)
    return python


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise BeemUnavailableError(f"beem cannot be installed: {lines[-1]}")


if __name__ == "__main__":
    try:
        print(beem_python())
    except BeemUnavailableError as error:
        sys.exit(f"error: beem: {error}")
