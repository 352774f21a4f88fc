"""What importing `protocol` brings along: nothing of a node."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_A_NODE = {
    "aiohttp",
    "lmdb",
    "msgpack",
    "orjson",
    "click",
    "rich",
    "asyncio",
    "socket",
    "smtchain",
}


def modules_after(statement):
    """Return the modules that a fresh interpreter has after a statement and had not before."""
    program = (
        "import json, sys; before = set(sys.modules)\n"
        f"{statement}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_importing_the_package_loads_next_to_nothing():
    loaded = modules_after("import protocol")
    assert "protocol" in loaded
    # Names are loaded when they are first asked for; counted, since time depends on the machine.
    assert len(loaded) < 40


@pytest.mark.parametrize("statement", ["import protocol", "from protocol import *"])
def test_nothing_of_a_node_is_loaded(statement):
    roots = {name.partition(".")[0] for name in modules_after(statement)}
    assert roots & OF_A_NODE == set()


def test_every_public_name_can_be_imported():
    loaded = modules_after(
        "from protocol import *; from protocol import __all__ as n; [globals()[x] for x in n]"
    )
    assert {"protocol.operations.smt_setup", "protocol.memo", "protocol.block"} <= loaded
