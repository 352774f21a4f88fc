"""No slot is signed twice: what witnesses have signed, on whatever branch it lies.

A witness that signs two blocks for one slot lets two branches live.  A node that produced a block,
switched to another branch and looks at its clock again must not produce there in the same slot, and
neither must it after a restart.

All blocks that ever were the head count, the node's own among them: their signatures are checked.
Blocks behind the last irreversible one need no memory, as the head is always later.  Of the others
the chain's own files tell after a restart: reversible blocks are in the fork file, and the times of
those that a commit made impossible are committed with it.
"""

from collections.abc import Iterable

from protocol.block import BlockEnvelope
from protocol.errors import InvalidBlockError
from protocol.types import AccountName, Time


class DoubleSignError(InvalidBlockError):
    """The witness has signed a block of that time or a later one; `value` is the time asked for."""

    code = "block.double_sign"


class SigningGuard:
    """The time of each witness' newest block after the last irreversible one.

    Parameters
    ----------
    saved : bytes
        What `pack` returned before the last commit; empty at the beginning.
    """

    def __init__(self, saved: bytes) -> None:
        lines = (line.split() for line in saved.decode("ascii").splitlines())
        self._newest = {AccountName(name): int(time) for name, time in lines}

    @property
    def newest(self) -> Time:
        """Time of the newest of these blocks; 0 when there is none."""
        return max(self._newest.values(), default=0)

    def note(self, block: BlockEnvelope) -> None:
        """Remember a block that its witness has signed."""
        header = block.block
        self._newest[header.witness] = max(header.timestamp, self._newest.get(header.witness, 0))

    def has_signed(self, witness: AccountName, when: Time) -> bool:
        """Return whether the witness has signed a block of that time or a later one."""
        return when <= self._newest.get(witness, 0)

    def check(self, witness: AccountName, when: Time) -> None:
        """Check that the witness has signed neither a block of that time nor a later one.

        Raises
        ------
        DoubleSignError
            It has.
        """
        if self.has_signed(witness, when):
            raise DoubleSignError(
                f"{witness} has signed a block of time {self._newest[witness]} already",
                field="timestamp",
                value=when,
            )

    def forget_until(self, irreversible: Time) -> None:
        """Forget blocks that are not after the last irreversible one: nothing is built there."""
        self._newest = {name: time for name, time in self._newest.items() if time > irreversible}

    def pack(self) -> bytes:
        """Return all of it as bytes: a line for each witness, its name and the time."""
        lines: Iterable[str] = (f"{name} {self._newest[name]}\n" for name in sorted(self._newest))
        return "".join(lines).encode("ascii")
