"""Real third-party clients, against our bytes and against live testnets: `make test-clients`.

Each client is installed into an environment of its own below this directory.  Prints one line per
check and, per client and chain, `N passed, N failed`; exit code 0 when nothing failed, 1 when
something did, 2 when node or npm is missing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from protocol.params import DEV_PARAMS, TESTNET_PARAMS, ChainParams
from tests.clients.launch_alpha import Launch
from tests.clients.live_testnet import LiveTestnet, running_testnet
from tests.clients.serialization.compare import compare_all

HERE = Path(__file__).parent
DSTEEM = HERE / "dsteem"
SERIALIZATION = HERE / "serialization"


def main() -> int:
    """Run everything; return the exit code."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        print(f"error: clients.missing: {' and '.join(missing)} not found; install Node.js first")
        return 2
    install(SERIALIZATION)
    install(DSTEEM)
    with tempfile.TemporaryDirectory(prefix="smtchain-clients-") as scratch:
        outcomes = [
            *compare_all(),
            basics(DEV_PARAMS, "3", Path(scratch)),
            basics(DEV_PARAMS, "0", Path(scratch)),
            basics(TESTNET_PARAMS, "0", Path(scratch)),
            alpha(DEV_PARAMS, Path(scratch)),
            alpha(TESTNET_PARAMS, Path(scratch)),
        ]
    failed = outcomes.count(False)
    print(f"client runs: {len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


def install(directory: Path) -> None:
    """Install a client's packages, once for each version of its package.json."""
    wanted = (directory / "package.json").read_bytes()
    stamp = directory / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    print(f"installing {directory.name} ...", flush=True)
    # Scripts would only build native accelerators, which the clients do without.
    options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    subprocess.run(("npm", "install", *options), cwd=directory, check=True)
    stamp.write_bytes(wanted)


def run_script(name: str, node: LiveTestnet, params: ChainParams, **extra: str) -> bool:
    """Run a script of the dsteem directory; return whether all its checks passed."""
    network = params.network
    environment = {
        **os.environ,
        "NODE_URL": node.url,
        "CHAIN_ID": params.chain_id.hex(),
        "ADDRESS_PREFIX": network.address_prefix,
        "CORE": network.core_symbol,
        "DEBT": network.debt_symbol,
        **extra,
    }
    done = subprocess.run(("node", name), cwd=DSTEEM, env=environment, check=False)
    return done.returncode == 0


def basics(params: ChainParams, block_time: str, scratch: Path) -> bool:
    """Let dsteem use a testnet."""
    name = params.network.name
    print(f"testnet --network {name} --block-time {block_time}", flush=True)
    options = ("--network", name, "--block-time", block_time)
    with running_testnet(*options, log=scratch / f"{name}-{block_time}.log") as node:
        return run_script("basics.cjs", node, params)


def alpha(params: ChainParams, scratch: Path) -> bool:
    """Launch ALPHA by transactions over JSON-RPC, and read it back with dsteem."""
    name = params.network.name
    print(f"ALPHA on testnet --network {name} --block-time 0", flush=True)
    options = ("--network", name, "--block-time", "0")
    with running_testnet(*options, log=scratch / f"{name}-alpha.log") as node:
        expected = scratch / f"{name}-alpha.json"
        expected.write_text(json.dumps(Launch(node, params).run()))
        return run_script("tokens.cjs", node, params, EXPECTED=str(expected))


if __name__ == "__main__":
    sys.exit(main())
