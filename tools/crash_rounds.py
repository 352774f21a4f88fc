"""Kill a chain with signal 9 at random moments and show that nothing is lost.

A round: a child process opens the chain, pushes random transactions and produces blocks as fast as
it can, and writes down the digest after each; at a random moment it is killed.  The next round goes
on from what it left.  After some rounds the blocks on disk are replayed once, cleanly, from genesis,
and every digest that any child wrote down must be the replay's.

    python tools/crash_rounds.py 300 --seed 7
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from random_load import RandomLoad

from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.chain import Chain
from smtchain.chain.data_directory import BLOCK_LOG, FORK_FILE
from smtchain.chain.fork_file import read_records
from smtchain.chain.genesis import Genesis, parse_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import read_blocks, replay

ROOT = Path(__file__).resolve().parents[1]
GENESIS = ROOT / "genesis" / "dev.json"
ROUNDS_BETWEEN_PROOFS = 10
LAGS = (0, 4, None)
"""How far behind the head blocks become irreversible, by turns; None is the reference's rule."""

_LONGEST_LIFE_SECONDS = 1.2


class CrashProofError(Exception):
    """Something was lost or changed by a kill."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds; return 0 if all went well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, nargs="?", default=20, help="rounds (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="decides everything (%(default)s)")
    parser.add_argument("--live", nargs=2, metavar=("DIR", "SEED"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.live is not None:
        live(Path(chosen.live[0]), chosen.live[1])
    chance = Random(chosen.seed)
    done = 0
    while done < chosen.count:
        rounds = min(ROUNDS_BETWEEN_PROOFS, chosen.count - done)
        folder = Path(tempfile.mkdtemp(prefix="smtchain-crash-"))
        lag = LAGS[done // ROUNDS_BETWEEN_PROOFS % len(LAGS)]
        try:
            report = Campaign(folder, lag, chance).run(rounds)
        except CrashProofError as error:
            print(f"FAILED: {error}\nseed {chosen.seed}; the files are in {folder}", flush=True)
            return 1
        shutil.rmtree(folder)
        print(f"rounds {done + 1}-{done + rounds}: {report}", flush=True)
        done += rounds
    print(f"{done} rounds, nothing lost")
    return 0


class Campaign:
    """Some rounds on one data directory, and the proof at their end."""

    def __init__(self, folder: Path, lag: int | None, chance: Random) -> None:
        self.folder = folder
        self.lag = lag
        self.chance = chance
        self.said: dict[int, str] = {}
        document = json.loads(GENESIS.read_text())
        document["params"]["irreversible_lag"] = lag
        (folder / "genesis.json").write_text(json.dumps(document))

    def run(self, rounds: int) -> str:
        """Run the rounds and the proof; return what happened in a line.

        Raises
        ------
        CrashProofError
            A child could not go on, or said something that the blocks do not confirm.
        """
        for _ in range(rounds):
            self._kill_one()
            self._read_diary()
        blocks = self._prove()
        return f"{blocks} blocks, {len(self.said)} digests confirmed, lag {self.lag}"

    def _kill_one(self) -> None:
        seed = str(self.chance.random())
        child = subprocess.Popen(
            [sys.executable, __file__, "--live", str(self.folder), seed],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with child:
            # Opening is short beside starting Python: half of the kills are aimed at either.
            if self.chance.random() < 0.5:
                assert child.stdout is not None
                child.stdout.readline()
                life = self.chance.random() ** 2 * _LONGEST_LIFE_SECONDS / 4
            else:
                life = self.chance.random() * _LONGEST_LIFE_SECONDS
            time.sleep(life)
            child.send_signal(signal.SIGKILL)
            _, complaint = child.communicate()
        if child.returncode != -signal.SIGKILL:
            raise CrashProofError(f"a child ended by itself: {complaint.strip()}")

    def _read_diary(self) -> None:
        """Take over what the child wrote down; a last line without its end was never said."""
        diary = self.folder / "diary"
        if not diary.exists():
            return
        for line in diary.read_text().split("\n")[:-1]:
            event, number, digest = line.split()
            if event == "opened" and int(number) < max(self.said, default=0):
                raise CrashProofError(f"opened at block {number} after block {max(self.said)}")
            if self.said.setdefault(int(number), digest) != digest:
                raise CrashProofError(f"block {number} came back with another digest")
        diary.unlink()

    def _prove(self) -> int:
        """Replay what is on disk once from genesis; return how many blocks there are."""
        genesis = load(self.folder)
        log = self.folder / "data" / BLOCK_LOG
        forks = self.folder / "data" / FORK_FILE
        digests = {0: ""}
        blocks = [*read_blocks(log, genesis.params)] if log.exists() else []
        reversible, _ = read_records(forks.read_bytes()) if forks.exists() else ([], 0)

        def note(block: AppliedBlock) -> None:
            digests[block.number] = block.digest.hex()

        head = replay(genesis, [*blocks, *reversible], on_block=note)
        digests[0] = self.said.get(0, "")
        for number, digest in self.said.items():
            if digests.get(number) != digest:
                raise CrashProofError(f"block {number}: a child had {digest}, a clean replay not")
        with Chain.open(self.folder / "data", genesis) as chain:
            if chain.digest() != head.digest:
                raise CrashProofError(f"block {head.block_number}: opening gives another digest")
            chain.state.discard_pending()
            if chain.state.recount_digest() != head.digest:
                raise CrashProofError("the rows on disk do not add up to the digest")
        return head.block_number


def load(folder: Path) -> Genesis:
    """Return the genesis of a campaign."""
    return parse_genesis(json.loads((folder / "genesis.json").read_text()))


def live(folder: Path, seed: str) -> None:
    """Produce blocks of random transactions until somebody ends it."""
    chance = Random(seed)
    options = ChainOptions(recount_every=25, is_durable=chance.random() < 0.5)
    with Chain.open(folder / "data", load(folder), options) as chain:
        diary = os.open(folder / "diary", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def note(event: str, number: int, digest: bytes) -> None:
            os.write(diary, f"{event} {number} {digest.hex()}\n".encode())

        note("opened", chain.head_block_number, chain.digest())
        chain.on_applied(lambda block: note("applied", block.number, block.digest))
        print("opened", flush=True)
        load_on = RandomLoad(chain, chance)
        while True:
            load_on.run(1_000)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
