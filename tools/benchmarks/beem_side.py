"""Beem's side of a comparison: a process with beem's own interpreter that measures on request."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path

from beem_environment import BeemUnavailableError, beem_python

from benchmarks.method import Measurement, RowUnavailableError

_WORKER = Path(__file__).with_name("beem_worker.py")


class BeemSide:
    """A running worker."""

    def __init__(self, transfer: dict[str, object], stack: ExitStack) -> None:
        """Start it with the transfer that it shall work on.

        Raises
        ------
        RowUnavailableError
            Beem cannot be installed here.
        """
        try:
            python = beem_python()
        except BeemUnavailableError as error:
            raise RowUnavailableError(str(error)) from None
        self._process = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - our own script
                (python, _WORKER),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        # Runs first: without input the worker ends, and the process can be waited for.
        stack.callback(self._close)
        self.hex: str = self._ask(transfer)["hex"]

    def seconds(self, task: str, calls: int) -> Measurement:
        """Return the measurement of a task of the worker."""
        return lambda: float(self._ask({"task": task, "calls": calls})["seconds"])

    def _ask(self, question: dict[str, object]) -> dict[str, str]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RowUnavailableError("beem's process has no pipes")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RowUnavailableError("beem's process ended")
        answer: dict[str, str] = json.loads(line)
        return answer

    def _close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
