"""A `smtchain testnet` of its own for a test: started on a free port, stopped at the end."""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 60.0


class NodeDidNotStartError(Exception):
    """The node ended, or did not answer in time."""


class RefusedError(Exception):
    """The node answered with an error object, which is kept as `error`."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


@dataclass(frozen=True, slots=True)
class LiveTestnet:
    """A running node."""

    url: str

    def call(self, method: str, params: object = None) -> Any:
        """Return a method's result; raise RefusedError for an error object."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        request = urllib.request.Request(self.url, body.encode())
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.loads(response.read())
        if "error" in answer:
            raise RefusedError(answer["error"])
        return answer["result"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_testnet(*options: str, log: Path) -> Iterator[LiveTestnet]:
    """Start a testnet with these options and stop it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "smtchain.cli", "testnet", "--port", str(port), *options]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(url, process, log)
        yield LiveTestnet(url)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the node has its first block."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NodeDidNotStartError(log.read_text()[-2_000:])
        if _has_blocks(url):
            return
        time.sleep(0.1)
    raise NodeDidNotStartError(f"{url} does not answer")


def _has_blocks(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
            health: dict[str, Any] = json.loads(response.read())
    except OSError:
        return False
    return bool(health["head_block_num"] > 0)
