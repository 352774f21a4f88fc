"""Full disks: the chain stops with a clear message, and what it had said is there afterwards."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from random_load import RandomLoad

from smtchain.chain.chain import Chain, ChainHaltedError
from smtchain.chain.genesis import parse_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay
from smtchain.state.errors import StateFullError

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[0, 5_000], ids=["irreversible at once", "reversible for long"])
def genesis_path(genesis_folder, tmp_path, request):
    """A genesis file with which blocks go to log and state, or to the fork file."""
    document = json.loads(genesis_folder.joinpath("dev.json").read_text())
    document["params"]["irreversible_lag"] = request.param
    path = tmp_path.joinpath("genesis.json")
    path.write_text(json.dumps(document))
    return path


def load_genesis(path):
    return parse_genesis(json.loads(path.read_text()))


def assert_nothing_lost(folder, genesis, said):
    """Open the chain again: it has all blocks that were announced, and goes on."""
    with Chain.open(folder, genesis) as chain:
        assert chain.head_block_number >= max(said)
        RandomLoad(chain, Random(1)).run(3)
        numbers = range(1, chain.head_block_number + 1)
        blocks = [chain.find_block(number) for number in numbers]
        head = chain.digest()
    found = {}
    replay(genesis, blocks, on_block=lambda block: found.update({block.number: block.digest.hex()}))
    assert found[len(blocks)] == head.hex()
    assert {number: found[number] for number in said} == said


def test_a_small_map(genesis_folder, tmp_path):
    genesis = load_genesis(genesis_folder.joinpath("dev.json"))
    said = {}
    options = ChainOptions(map_size=800_000, is_durable=False)
    with Chain.open(tmp_path, genesis, options) as chain:
        chain.on_applied(lambda block: said.update({block.number: block.digest.hex()}))
        load = RandomLoad(chain, Random(3))
        with pytest.raises(StateFullError, match=r"map of .* is full; nothing committed is lost"):
            load.run(5_000)
        assert chain.halted.endswith("nothing committed is lost")
        with pytest.raises(ChainHaltedError, match="nothing committed is lost"):
            load.push(1)
        # Reads go on: the chain stands where the fault found it.
        assert chain.state.accounts.exists("alice")
    assert_nothing_lost(tmp_path, genesis, said)


LIMITED = """
import json, resource, signal, sys
from pathlib import Path
from random import Random
from random_load import RandomLoad
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import parse_genesis
from smtchain.chain.options import ChainOptions
from smtchain.state.errors import StateFullError
genesis = parse_genesis(json.loads(Path(sys.argv[1]).read_text()))
folder = Path(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Chain.open(folder, genesis, ChainOptions(is_durable=False)) as chain:
    chain.on_applied(lambda block: print(block.number, block.digest.hex()))
    load = RandomLoad(chain, Random(4))
    load.run(2)
    limit = (folder / "state" / "data.mdb").stat().st_size + 150_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        load.run(5_000)
    except (StateFullError, OSError) as error:
        assert chain.halted == str(error)
print("end", chain.halted)
"""


@pytest.mark.slow
def test_files_that_cannot_grow(genesis_path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(genesis_path), str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}"},
    )
    assert done.returncode == 0, done.stderr
    *lines, end = done.stdout.splitlines()
    assert "full" in end or "too large" in end
    assert done.stderr == ""
    said = {int(number): digest for number, digest in map(str.split, lines)}
    assert len(said) > 5
    assert_nothing_lost(tmp_path / "data", load_genesis(genesis_path), said)


# 64 MiB must stay free, so a disk of 65 is full soon.  It grows before the chain is opened again.
SMALL_DISK = """
set -e
mount -t tmpfs -o size=65m none "$1"
"$2" -c "$3" "$4" "$1/data"
mount -o remount,size=200m "$1"
"$2" -c "$5" "$4" "$1/data"
"""
ON_SMALL_DISK = LIMITED.replace("resource.setrlimit", "# no limit but the disk: ")
AGAIN = """
import json, sys
from pathlib import Path
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import parse_genesis
genesis = parse_genesis(json.loads(Path(sys.argv[1]).read_text()))
with Chain.open(Path(sys.argv[2]), genesis) as chain:
    chain.state.discard_pending()
    assert chain.state.recount_digest() == chain.digest()
    print(chain.head_block_number, chain.digest().hex())
"""


@pytest.mark.slow
def test_a_small_disk(genesis_folder, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    genesis = genesis_folder.joinpath("dev.json")
    isolated = ["unshare", "--map-root-user", "--mount"]
    try:
        subprocess.run([*isolated, "mount", "-t", "tmpfs", "none", str(disk)], check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no small disk can be mounted here")
    script = [SMALL_DISK, "sh", disk, sys.executable, ON_SMALL_DISK, genesis, AGAIN]
    done = subprocess.run(
        [*isolated, "sh", "-c", *map(str, script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
    )
    assert done.returncode == 0, done.stderr
    *lines, end, again = done.stdout.splitlines()
    assert "the disk of" in end
    assert "is nearly full" in end
    said = {int(number): digest for number, digest in map(str.split, lines)}
    number, digest = again.split()
    assert int(number) >= max(said)
    assert said.get(int(number), digest) == digest
