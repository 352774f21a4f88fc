"""Reversible blocks of all branches, linked by their ids.

The root is the last irreversible block; every block here descends from it.  With one producer and
`irreversible_lag` 0 there is never more than the one block being applied.
"""

from protocol.block import BlockEnvelope, block_num_of
from protocol.errors import InvalidBlockError


class UnlinkableBlockError(InvalidBlockError):
    """The block's predecessor is not known; `value` is the predecessor's id."""

    code = "block.unlinkable"


class BlockTooOldError(InvalidBlockError):
    """The block would replace irreversible ones; `value` is its number."""

    code = "block.too_old"


class KnownBlockError(InvalidBlockError):
    """The block has been received before; `value` is its id."""

    code = "block.known"


class ForkLimitError(InvalidBlockError):
    """More reversible blocks than the node keeps; `value` is how many there are."""

    code = "block.too_many_reversible"


class ForkDatabase:
    """The tree of reversible blocks.

    Parameters
    ----------
    root_id : bytes
        Id of the last irreversible block, zeros before the first.
    root_number : int
        Its number.
    limit : int
        Most blocks kept in all branches together.

    Spec
    ----
    steemd: fork_database.cpp
    """

    def __init__(self, root_id: bytes, root_number: int, limit: int) -> None:
        self._limit = limit
        self.root_id = root_id
        self.root_number = root_number
        self._items: dict[bytes, BlockEnvelope] = {}
        self._children: dict[bytes, list[BlockEnvelope]] = {}

    def __len__(self) -> int:
        """Return how many blocks are kept."""
        return len(self._items)

    def __contains__(self, block_id: bytes) -> bool:
        """Tell whether a block is kept."""
        return block_id in self._items

    def find(self, block_id: bytes) -> BlockEnvelope | None:
        """Return a kept block, or None."""
        return self._items.get(block_id)

    def push(self, item: BlockEnvelope) -> None:
        """Add a block below its predecessor.

        Raises
        ------
        KnownBlockError
            It is kept already.
        BlockTooOldError
            It is not after the last irreversible block.
        UnlinkableBlockError
            Its predecessor is neither kept nor the last irreversible block.
        ForkLimitError
            No room is left.

        Spec
        ----
        steemd: fork_database.cpp::_push_block
        """
        if item.id in self._items or item.id == self.root_id:
            raise KnownBlockError("block has been received before", value=item.id.hex())
        if item.num <= self.root_number:
            raise BlockTooOldError(
                f"block {item.num} is not after irreversible block {self.root_number}",
                field="previous",
                value=item.num,
            )
        if item.block.previous not in self._items and item.block.previous != self.root_id:
            raise UnlinkableBlockError(
                "block does not link to known chain",
                field="previous",
                value=item.block.previous.hex(),
            )
        if len(self._items) >= self._limit:
            raise ForkLimitError(
                f"{self._limit} reversible blocks are kept already", value=len(self._items)
            )
        self._items[item.id] = item
        self._children.setdefault(item.block.previous, []).append(item)

    def remove(self, block_id: bytes) -> None:
        """Forget a block and all that descend from it."""
        item = self._items.get(block_id)
        if item is None:
            return
        siblings = [other for other in self._children[item.block.previous] if other is not item]
        self._set_children(item.block.previous, siblings)
        stack = [item]
        while stack:
            gone = stack.pop()
            del self._items[gone.id]
            stack.extend(self._children.pop(gone.id, ()))

    def branches(
        self, new_head: bytes, old_head: bytes
    ) -> tuple[list[BlockEnvelope], list[BlockEnvelope]]:
        """Return the blocks of either branch after their common ancestor, oldest first.

        Either id may be the root's.

        Spec
        ----
        steemd: fork_database.cpp::fetch_branch_from
        """
        new: list[BlockEnvelope] = []
        old: list[BlockEnvelope] = []
        while new_head != old_head:
            if self._number_of(new_head) >= self._number_of(old_head):
                new.append(self._items[new_head])
                new_head = new[-1].block.previous
            else:
                old.append(self._items[old_head])
                old_head = old[-1].block.previous
        return new[::-1], old[::-1]

    def branch_to(self, head: bytes) -> list[BlockEnvelope]:
        """Return the blocks from the root (not included) to `head`, oldest first."""
        return self.branches(head, self.root_id)[0]

    def all_items(self) -> list[BlockEnvelope]:
        """Return every kept block in order of arrival (parents before children)."""
        return list(self._items.values())

    def advance_root(self, item: BlockEnvelope) -> None:
        """Make a kept block the last irreversible one and forget what does not descend from it."""
        keep: set[bytes] = set()
        stack = list(self._children.get(item.id, ()))
        while stack:
            block = stack.pop()
            keep.add(block.id)
            stack.extend(self._children.get(block.id, ()))
        self._items = {block_id: kept for block_id, kept in self._items.items() if block_id in keep}
        keep.add(item.id)
        self._children = {
            parent: children for parent, children in self._children.items() if parent in keep
        }
        self.root_id = item.id
        self.root_number = item.num

    def _number_of(self, block_id: bytes) -> int:
        return self.root_number if block_id == self.root_id else block_num_of(block_id)

    def _set_children(self, parent: bytes, children: list[BlockEnvelope]) -> None:
        if children:
            self._children[parent] = children
        else:
            self._children.pop(parent, None)
