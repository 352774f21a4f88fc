"""Recovering signatures in other processes, ahead of the blocks that need them.

Recovery takes two thirds of the time of a signed transfer and needs no state.  A worker gets plain
bytes in chunks, 32 of a digest and 65 of a signature each, and gives back 33 of a key each, zeros
where there is none.  What a worker could not recover is tried again where the key is asked for, so
the error is the same one at the same place with any number of workers.
"""

import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import NamedTuple, Self

from protocol.block import BlockEnvelope
from protocol.crypto import NULL_PUBLIC_KEY, recover_many
from protocol.types import PublicKey

CHUNK = 250
"""Signatures in a chunk: large enough that the hand-over costs little."""

_DIGEST_SIZE = 32
_PAIR_SIZE = _DIGEST_SIZE + 65
_KEY_SIZE = len(NULL_PUBLIC_KEY)
_CHUNKS_AHEAD = 2  # for each worker: one that it works on, one in the pipe, which holds both


class SignatureWorkerLostError(Exception):
    """A worker process died."""


class _Waiting(NamedTuple):
    """A block and how many keys it waits for."""

    block: BlockEnvelope
    signatures: int


class SignatureWorkers:
    """Processes that recover signatures; a context manager.

    The processes are new interpreters, not forks: they hold none of this process's files and end
    when it does, however it ends.

    Parameters
    ----------
    count : int
        How many, at least 1.
    """

    def __init__(self, count: int) -> None:
        context = get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there,), daemon=True)
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)
        self._sent = 0
        self._received = 0

    def __enter__(self) -> Self:
        """Return the workers."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        self.close()

    def close(self) -> None:
        """End the processes."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def ahead_of(self, blocks: Iterable[BlockEnvelope]) -> Iterator[BlockEnvelope]:
        """Yield the blocks with the keys of all their signatures known.

        A few chunks are read ahead.  If reading fails, that shows after the blocks before it.

        Raises
        ------
        SignatureWorkerLostError
            A worker died.
        Exception
            What `blocks` raised.
        """
        while self._received < self._sent:  # left by a pass that was given up
            self._receive()
        waiting: deque[_Waiting] = deque()
        keys: deque[PublicKey | None] = deque()
        chunk: list[bytes] = []
        fault: Exception | None = None
        source = iter(blocks)
        while True:
            try:
                block = next(source, None)
            except Exception as error:
                fault = error
                break
            if block is None:
                break
            pairs = _pairs_of(block)
            waiting.append(_Waiting(block, len(pairs)))
            for pair in pairs:
                chunk.append(pair)
                if len(chunk) == CHUNK:
                    keys.extend(self._send(chunk))
                    chunk = []
            yield from _complete(waiting, keys)
        if chunk:
            keys.extend(self._send(chunk))
        while self._received < self._sent:
            keys.extend(self._receive())
            yield from _complete(waiting, keys)
        if fault is not None:
            raise fault

    def _send(self, chunk: list[bytes]) -> list[PublicKey | None]:
        """Hand a chunk to the worker whose turn it is; return the keys of the oldest if it must go.

        A pipe takes `_CHUNKS_AHEAD` chunks without waiting, so neither side can wait for the other.
        """
        is_full = self._sent - self._received >= _CHUNKS_AHEAD * len(self._pipes)
        keys = self._receive() if is_full else []
        try:
            self._pipes[self._sent % len(self._pipes)].send_bytes(b"".join(chunk))
        except OSError as error:
            raise SignatureWorkerLostError("a signature worker died") from error
        self._sent += 1
        return keys

    def _receive(self) -> list[PublicKey | None]:
        """Return the keys of the oldest chunk that was sent."""
        try:
            data = self._pipes[self._received % len(self._pipes)].recv_bytes()
        except (EOFError, OSError) as error:
            raise SignatureWorkerLostError("a signature worker died") from error
        self._received += 1
        found = (data[at : at + _KEY_SIZE] for at in range(0, len(data), _KEY_SIZE))
        return [None if key == NULL_PUBLIC_KEY else PublicKey(key) for key in found]


def _pairs_of(block: BlockEnvelope) -> list[bytes]:
    """Return digest and signature of the block and then of its transactions."""
    pairs = [block.digest + block.block.witness_signature]
    pairs += [
        envelope.digest + signature
        for envelope in block.transactions
        for signature in envelope.transaction.signatures
    ]
    return pairs


def _complete(waiting: deque[_Waiting], keys: deque[PublicKey | None]) -> Iterator[BlockEnvelope]:
    """Yield the waiting blocks for which there are enough keys, with their keys."""
    while waiting and waiting[0].signatures <= len(keys):
        block = waiting.popleft().block
        block.preset_signee(keys.popleft())
        for envelope in block.transactions:
            count = len(envelope.transaction.signatures)
            envelope.preset_signers([keys.popleft() for _ in range(count)])
        yield block


def _work(pipe: Connection) -> None:
    """Recover chunk after chunk until the other side is gone."""
    # Ctrl-C is for the process that reads the blocks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            data = pipe.recv_bytes()
            pairs = (data[at : at + _PAIR_SIZE] for at in range(0, len(data), _PAIR_SIZE))
            keys = recover_many((pair[:_DIGEST_SIZE], pair[_DIGEST_SIZE:]) for pair in pairs)
            pipe.send_bytes(b"".join(NULL_PUBLIC_KEY if key is None else key for key in keys))
