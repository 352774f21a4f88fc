"""One function per operation.  Importing this package registers every family below."""

from smtchain.evaluators import (
    account,
    custom,
    escrow,
    market,
    recovery,
    smt_contribution,
    smt_creation,
    smt_inflation,
    smt_parameters,
    smt_setup,
    transfer,
    vesting,
    witness,
)

__all__ = [
    "account",
    "custom",
    "escrow",
    "market",
    "recovery",
    "smt_contribution",
    "smt_creation",
    "smt_inflation",
    "smt_parameters",
    "smt_setup",
    "transfer",
    "vesting",
    "witness",
]
