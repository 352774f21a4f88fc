"""Kill a chain with signal 9 at random moments and show that nothing is lost.

A round: a child process opens the chain, pushes random transactions, produces blocks and switches
between branches as fast as it can, and writes down the digest after each block; at a random moment
it is killed.  The next round goes on from what it left.  After some rounds the blocks on disk are
replayed once, cleanly, from genesis: the replay must confirm every digest that was written down.

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
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

from random_load import RandomLoad

from smtchain.chain.apply_block import AppliedBlock
from smtchain.chain.chain import Chain
from smtchain.chain.data_directory import BLOCK_LOG, FORK_FILE
from smtchain.chain.fork_db import KnownBlockError
from smtchain.chain.genesis import Genesis, parse_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import read_blocks, replay

ROOT = Path(__file__).resolve().parents[1]
GENESIS = ROOT / "genesis" / "dev.json"
ROUNDS_BETWEEN_PROOFS = 10
LAGS = (0, 4, None)
"""How far behind the head blocks become irreversible, by turns; None is the reference's rule."""

LIFE_SECONDS = 0.8
"""A child lives at most so long after it has opened the chain."""
OPENING_SHARE = 0.2
OPENING_SECONDS = 0.05
"""So many of the kills come at most so long after a child has begun to open the chain."""


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
    chance = Random(chosen.seed)  # noqa: S311 - chance, no secret
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


class Point(NamedTuple):
    """A block and the state after it."""

    block_id: str
    digest: str


class Diary:
    """What children wrote down, put together: the branch that the chain must be on.

    Lines are `opened`, `applied` and `undone`, each with number, id and digest, and `leaving`,
    which tells that the blocks after a number may be undone by what comes next.
    """

    def __init__(self) -> None:
        self.branch: dict[int, Point] = {}
        self.confirmed = 0
        self._leaving: int | None = None

    def read(self, lines: Iterable[str]) -> None:
        """Take over the lines of one child.

        Raises
        ------
        CrashProofError
            What was there before it is not there any more.
        """
        for line in lines:
            event, text, block_id, digest = line.split()
            number, point = int(text), Point(block_id, digest)
            if event == "leaving":
                self._leaving = number
                continue
            if event == "opened":
                self._open(number, point)
            elif event == "undone":
                # A child may have died before it could say that it had applied this one.
                self.branch.pop(number, None)
            elif self.branch.setdefault(number, point) != point:
                raise CrashProofError(f"block {number} came a second time, and as another one")
            self._leaving = None

    def _open(self, number: int, point: Point) -> None:
        newest = max(self.branch, default=0)
        if number < newest:
            raise CrashProofError(f"opened at block {number}, had been at {newest}")
        if self._leaving is not None and self.branch.get(number) != point:
            # The child died after it had changed the branch and before it could say so.
            left = [each for each in self.branch if each > self._leaving]
            for each in left:
                del self.branch[each]
        if self.branch.setdefault(number, point) != point:
            raise CrashProofError(f"block {number} is another one after opening")

    def compare(self, replayed: Mapping[int, Point]) -> None:
        """Check that a clean replay says the same.

        Raises
        ------
        CrashProofError
            It does not.
        """
        for number, point in self.branch.items():
            if replayed.get(number) != point:
                raise CrashProofError(
                    f"block {number}: {point}, replayed cleanly {replayed.get(number)}"
                )
        self.confirmed = len(self.branch)


class Campaign:
    """Some rounds on one data directory, and the proof at their end."""

    def __init__(self, folder: Path, lag: int | None, chance: Random) -> None:
        self.folder = folder
        self.lag = lag
        self.chance = chance
        self.diary = Diary()
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
        diary = self.folder / "diary"
        for _ in range(rounds):
            self._kill_one()
            if diary.exists():
                # What follows the last line end was being written and was not said.
                self.diary.read(diary.read_text().split("\n")[:-1])
                diary.unlink()
        blocks = self._prove()
        return f"{blocks} blocks, {self.diary.confirmed} digests confirmed, lag {self.lag}"

    def _kill_one(self) -> None:
        seed = str(self.chance.random())
        child = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, __file__, "--live", str(self.folder), seed],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with child:
            assert child.stdout is not None
            child.stdout.readline()
            life = self.chance.random() * OPENING_SECONDS
            if self.chance.random() >= OPENING_SHARE:
                child.stdout.readline()
                life = self.chance.random() * LIFE_SECONDS
            time.sleep(life)
            child.send_signal(signal.SIGKILL)
            _, complaint = child.communicate()
        if child.returncode != -signal.SIGKILL:
            raise CrashProofError(f"a child ended by itself: {complaint.strip()}")

    def _prove(self) -> int:
        """Replay what is on disk once from genesis; return how many blocks there are."""
        genesis = load(self.folder)
        data = self.folder / "data"
        if not (data / FORK_FILE).exists():
            return 0  # no child lived long enough to begin
        replayed: dict[int, Point] = {}

        def note(block: AppliedBlock) -> None:
            replayed[block.number] = Point(block.envelope.id.hex(), block.digest.hex())

        with Chain.open(data, genesis) as chain:
            # The last child may have died in the middle of a switch, as any other.
            self.diary.read(
                [_line("opened", chain.head_block_number, chain.head_block_id, chain.digest())]
            )
            blocks = list(read_blocks(data / BLOCK_LOG, genesis.params))
            for number in range(len(blocks) + 1, chain.head_block_number + 1):
                block = chain.find_block(number)
                assert block is not None
                blocks.append(block)
            head = replay(genesis, blocks, on_block=note)
            if chain.digest() != head.digest:
                raise CrashProofError("the chain has another digest than a clean replay")
            chain.state.discard_pending()
            if chain.state.recount_digest() != head.digest:
                raise CrashProofError("the rows on disk do not add up to the digest")
        if 0 in self.diary.branch:
            replayed[0] = Point(bytes(20).hex(), replay(genesis, []).digest.hex())
        self.diary.compare(replayed)
        return head.block_number


def _line(event: str, number: int, block_id: bytes = b"", digest: bytes = b"") -> str:
    return f"{event} {number} {block_id.hex() or '-'} {digest.hex() or '-'}"


def load(folder: Path) -> Genesis:
    """Return the genesis of a campaign."""
    return parse_genesis(json.loads((folder / "genesis.json").read_text()))


def live(folder: Path, seed: str) -> None:
    """Produce blocks of random transactions until somebody ends it."""
    chance = Random(seed)  # noqa: S311 - chance, no secret
    options = ChainOptions(recount_every=25, is_durable=chance.random() < 0.5)
    print("opening", flush=True)
    with Chain.open(folder / "data", load(folder), options) as chain:
        diary = os.open(folder / "diary", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def note(event: str, number: int, block_id: bytes = b"", digest: bytes = b"") -> None:
            os.write(diary, f"{_line(event, number, block_id, digest)}\n".encode())

        note("opened", chain.head_block_number, chain.head_block_id, chain.digest())
        chain.on_applied(lambda done: note("applied", done.number, done.envelope.id, done.digest))
        chain.on_undone(lambda block: note("undone", block.num, block.id))
        print("opened", flush=True)
        random_load = RandomLoad(chain, chance)
        while True:
            random_load.run(chance.randrange(1, 8))
            reversible = chain.head_block_number - chain.last_irreversible_block_number
            if reversible > 1:
                depth = chance.randrange(1, reversible)
                branch = random_load.branch_off(depth)
                note("leaving", chain.head_block_number - depth)
                for block in branch:
                    # An earlier branch from the same block may have begun in the same way.
                    with suppress(KnownBlockError):
                        chain.push_block(block.raw)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
