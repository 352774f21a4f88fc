"""The garbage collector, tuned for a process that holds a large state.

What lives long is taken out of the collector's sight, and it runs rarely: by default it takes a
sixth of the time, nearly all of it spent on rows that stay.
"""

import gc

NODE_THRESHOLD = 50_000
"""Allocations between two collections of a node: each pause stays at a millisecond or two."""

REPLAY_THRESHOLD = 1_000_000
"""The same of a replay, more than what lives from one commit to the next."""


def settle_garbage(threshold: int) -> None:
    """Collect once, spare what is left for good, and collect every `threshold` allocations."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(threshold, 20, 50)
