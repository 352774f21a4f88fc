"""The chain's state: typed rows, nested undo, digests; the only room that uses LMDB.

Start at `state.State`.  Byte layouts are documented in `keys` (keys), `codec` (rows), `schema`
(names of sub-databases), `store` (metadata) and `history`.  `live`, `overlay` and `engine` are the
engine over LMDB; `memory` is the reference in plain Python that tests compare it with.
"""
