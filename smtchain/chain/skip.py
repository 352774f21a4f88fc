"""Checks that a caller who already trusts its input may leave out."""

from enum import IntFlag


class Skip(IntFlag):
    """Checks to leave out.  None of them changes what a valid block does to the state.

    Spec
    ----
    steemd: database.hpp::validation_steps
    """

    NONE = 0
    TRANSACTION_SIGNATURES = 1
    """With the authorities they prove: replaying one's own log."""
    WITNESS_SIGNATURE = 2
    """Of the block's header: replaying one's own log."""
