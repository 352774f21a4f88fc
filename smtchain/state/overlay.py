"""One index as it is now: the entries on disk, less those removed, plus those added since.

The disk holds committed blocks only.  `Overlay` keeps the difference in memory and merges it with
an LMDB cursor whenever somebody walks along the index.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from smtchain.state.keys import MAX_KEY_SIZE
from smtchain.state.store import Cursor, Database, Store

_BLOCK_SIZE = 512  # keys in a sorted block before it is split
_MOST_RUNS = 1024
_MOST_FIRSTS = 1024
_BEYOND_ALL = b"\xff" * (MAX_KEY_SIZE + 1)


def after_prefix(prefix: bytes) -> bytes | None:
    """Return the least key above every key that begins with `prefix`, None if there is none."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else None


class OrderedKeys:
    """A set of keys that can be asked for neighbours.

    Order costs time only where it is used: keys stay in a plain set until somebody asks, and new
    ones are sorted in when somebody asks again.
    """

    __slots__ = ("_blocks", "_fresh", "_is_ordered", "_keys", "_tops")

    def __init__(self) -> None:
        self._keys: set[bytes] = set()
        self._fresh: set[bytes] = set()
        self._is_ordered = False
        self._blocks: list[list[bytes]] = []
        self._tops: list[bytes] = []

    def __contains__(self, key: bytes) -> bool:
        """Return whether the key is present."""
        return key in self._keys

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._keys)

    def add(self, key: bytes) -> None:
        """Add a key that is absent."""
        self._keys.add(key)
        if self._is_ordered:
            self._fresh.add(key)

    def remove(self, key: bytes) -> None:
        """Remove a key that is present."""
        self._keys.remove(key)
        if not self._is_ordered:
            return
        if key in self._fresh:
            self._fresh.remove(key)
            return
        place = bisect_left(self._tops, key)
        block = self._blocks[place]
        del block[bisect_left(block, key)]
        if not block:
            del self._blocks[place]
            del self._tops[place]
        elif self._tops[place] == key:
            self._tops[place] = block[-1]

    def at_or_after(self, key: bytes) -> bytes | None:
        """Return the least key not below `key`."""
        self._order()
        place = bisect_left(self._tops, key)
        if place == len(self._tops):
            return None
        block = self._blocks[place]
        return block[bisect_left(block, key)]

    def before(self, key: bytes | None) -> bytes | None:
        """Return the greatest key below `key`, or of all if `key` is None."""
        self._order()
        place = len(self._tops) if key is None else bisect_left(self._tops, key)
        if key is not None and place < len(self._tops):
            block = self._blocks[place]
            inner = bisect_left(block, key)
            if inner:
                return block[inner - 1]
        return self._tops[place - 1] if place else None

    def _order(self) -> None:
        if self._is_ordered and not self._fresh:
            return
        if not self._is_ordered or len(self._fresh) * 8 > len(self._keys):
            self._split(sorted(self._keys))
        else:
            for key in sorted(self._fresh):
                self._insert(key)
        self._fresh.clear()
        self._is_ordered = True

    def _split(self, keys: list[bytes]) -> None:
        size = _BLOCK_SIZE // 2
        self._blocks = [keys[start : start + size] for start in range(0, len(keys), size)]
        self._tops = [block[-1] for block in self._blocks]

    def _insert(self, key: bytes) -> None:
        place = bisect_left(self._tops, key)
        if place == len(self._tops):
            place -= 1
            self._tops[place] = key
        block = self._blocks[place]
        insort(block, key)
        if len(block) > _BLOCK_SIZE:
            half = len(block) // 2
            self._blocks.insert(place + 1, block[half:])
            self._tops.insert(place, block[half - 1])
            del block[half:]


class Overlay:
    """The present entries of one index.

    Attributes
    ----------
    delta : dict[bytes, int]
        Net changes of the open session: 1 for an entry added, -1 for one removed.
    steps : int
        Entries walked over, removed ones included.
    """

    def __init__(self, store: Store, database: Database) -> None:
        self.store = store
        self.database = database
        self.delta: dict[bytes, int] = {}
        self.steps = 0
        self.removed: set[bytes] = set()
        self.revivals = 0
        self._added = OrderedKeys()
        self._firsts: dict[bytes, bytes | None] = {}
        self._runs: dict[tuple[bytes | None, bool], bytes] = {}
        self._runs_generation = store.generation

    def add(self, key: bytes) -> None:
        """Add an absent entry in the open session."""
        delta = self.delta
        if key in delta:
            del delta[key]
        else:
            delta[key] = 1
        if key in self.removed:
            self._put(key)
            return
        self._added.add(key)
        if self._firsts:
            self._firsts.clear()

    def remove(self, key: bytes) -> None:
        """Remove a present entry in the open session."""
        delta = self.delta
        if key in delta:
            del delta[key]
        else:
            delta[key] = -1
        self._drop(key)

    def take_delta(self) -> dict[bytes, int]:
        """Return the net changes of the open session and begin anew."""
        delta = self.delta
        self.delta = {}
        return delta

    def revert(self, delta: dict[bytes, int]) -> None:
        """Take back the net changes of the newest sealed block."""
        for key, sign in delta.items():
            if sign > 0:
                self._drop(key)
            else:
                self._put(key)

    def settle(self, delta: dict[bytes, int]) -> None:
        """Account for net changes that have just reached the disk."""
        for key, sign in delta.items():
            if sign > 0:
                if key in self._added:
                    self._added.remove(key)
                else:  # removed again by a later block
                    self.removed.add(key)
            elif key in self.removed:
                self.removed.remove(key)
            else:  # added again by a later block
                self._added.add(key)
        self.revivals += 1

    def settle_all(self) -> None:
        """Account for everything that was in memory having reached the disk."""
        self.removed.clear()
        if self._added:
            self._added = OrderedKeys()
        self.revivals += 1

    def first(self, prefix: bytes) -> bytes | None:
        """Return the first entry that begins with `prefix`."""
        try:
            key = self._firsts[prefix]
        except KeyError:
            key = next(self.ascend(prefix), None)
            if key is not None and not key.startswith(prefix):
                key = None
            if len(self._firsts) >= _MOST_FIRSTS:
                self._firsts.clear()
            self._firsts[prefix] = key
        else:
            self.steps += 1
        return key

    def entries(self, prefix: bytes) -> Iterator[bytes]:
        """Yield entries that begin with `prefix` or come after all those that do, rising.

        The first is remembered, so that asking whether something is due costs no walk.
        """
        key = self.first(prefix)
        if key is not None:
            yield key
            yield from self.ascend(key + b"\0")

    def ascend(self, bound: bytes) -> Iterator[bytes]:
        """Yield entries not below `bound`, rising, always the next in the present state."""
        walk = _DiskWalk(self, is_reverse=False)
        while True:
            disk = walk.seek(bound)
            added = self._added.at_or_after(bound) if self._added else None
            if disk is None or (added is not None and added < disk):
                disk = added
            self.steps += 1
            if disk is None:
                return
            yield disk
            bound = disk + b"\0"

    def descend(self, bound: bytes | None) -> Iterator[bytes]:
        """Yield entries below `bound` (None: all), falling, always the next in the present."""
        walk = _DiskWalk(self, is_reverse=True)
        while True:
            disk = walk.seek(bound)
            added = self._added.before(bound) if self._added else None
            if disk is None or (added is not None and added > disk):
                disk = added
            self.steps += 1
            if disk is None:
                return
            yield disk
            bound = disk

    def run_end(self, bound: bytes | None, *, is_reverse: bool) -> bytes | None:
        """Return where to look on disk for the neighbour of `bound`.

        All entries between the two are known to be removed: a queue whose front is consumed by
        blocks that are still reversible would otherwise be walked over again and again.
        """
        if self._runs_generation != self.store.generation:
            self._runs.clear()
            self._runs_generation = self.store.generation
        return self._runs.get((bound, is_reverse), bound) if self._runs else bound

    def remember_run(
        self, bound: bytes | None, end: bytes | None, length: int, *, is_reverse: bool
    ) -> None:
        """Note that the disk has only removed entries from `bound` up to `end`."""
        self.steps += length
        if len(self._runs) >= _MOST_RUNS:
            self._runs.clear()
        if is_reverse:
            self._runs[bound, True] = b"" if end is None else end + b"\0"
        else:
            self._runs[bound, False] = _BEYOND_ALL if end is None else end

    def _put(self, key: bytes) -> None:
        if key in self.removed:
            self.removed.remove(key)
            self.revivals += 1
            self._runs.clear()
        else:
            self._added.add(key)
        if self._firsts:
            self._firsts.clear()

    def _drop(self, key: bytes) -> None:
        if key in self._added:
            self._added.remove(key)
        else:
            self.removed.add(key)
        if self._firsts:
            self._firsts.clear()


class _DiskWalk:
    """A cursor along the entries on disk that are not removed, in one direction."""

    __slots__ = ("_cursor", "_generation", "_here", "_is_reverse", "_overlay", "_revivals")

    def __init__(self, overlay: Overlay, *, is_reverse: bool) -> None:
        self._overlay = overlay
        self._is_reverse = is_reverse
        self._cursor: Cursor | None = None
        self._here: bytes | None = None
        self._generation = -1
        self._revivals = -1

    def seek(self, bound: bytes | None) -> bytes | None:
        """Return the first entry on disk from `bound` on; bounds only move onward."""
        overlay = self._overlay
        if self._generation != overlay.store.generation:
            self._generation = overlay.store.generation
            self._cursor = overlay.store.cursor(overlay.database)
            self._revivals = -1
        if self._revivals != overlay.revivals:
            self._revivals = overlay.revivals
            self._here = self._jump(bound)
        elif self._here is not None and self._is_behind(self._here, bound):
            self._here = self._onward()
        if self._here in overlay.removed:
            self._skip(bound)
        return self._here

    def _is_behind(self, key: bytes, bound: bytes | None) -> bool:
        if bound is None:
            return False
        return key >= bound if self._is_reverse else key < bound

    def _jump(self, bound: bytes | None) -> bytes | None:
        bound = self._overlay.run_end(bound, is_reverse=self._is_reverse)
        cursor = self._cursor
        if cursor is None:
            return None
        if not self._is_reverse:
            return cursor.key() if cursor.set_range(bound or b"") else None
        if bound is not None and cursor.set_range(bound):
            return cursor.key() if cursor.prev() else None
        return cursor.key() if cursor.last() else None

    def _onward(self) -> bytes | None:
        cursor = self._cursor
        if cursor is None:
            return None
        moved = cursor.prev() if self._is_reverse else cursor.next()
        return cursor.key() if moved else None

    def _skip(self, bound: bytes | None) -> None:
        removed = self._overlay.removed
        length = 0
        while self._here in removed:
            self._here = self._onward()
            length += 1
        self._overlay.remember_run(bound, self._here, length, is_reverse=self._is_reverse)


def net_of(deltas: Iterable[dict[bytes, int]]) -> dict[bytes, int]:
    """Return the sum of the net changes of several blocks, oldest first."""
    net: dict[bytes, int] = {}
    for delta in deltas:
        for key, sign in delta.items():
            if net.pop(key, 0) == 0:
                net[key] = sign
    return net
