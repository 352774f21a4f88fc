"""The pool of unused token identifiers, refilled from block ids so that nobody can choose one."""

from dataclasses import dataclass

from protocol.assets import generate_nai, stripped
from protocol.params import ChainParams
from protocol.types import Symbol
from smtchain.state.state import State
from smtchain.state.tables.smt import NaiPool

_SEED_OFFSET = 16  # the fifth 32-bit word of a 20-byte block id


@dataclass(frozen=True, slots=True)
class NaiAttempts:
    """Generation counters that last for one block (D-03).

    Attributes
    ----------
    attempts : int
        Identifiers generated so far; the next seed is the block's seed plus this.
    collisions : int
        How many of them were taken already.
    """

    attempts: int = 0
    collisions: int = 0


def list_available_nais(state: State) -> tuple[Symbol, ...]:
    """Return the identifiers (symbols of precision 0) a new token may take, first come first."""
    pool = state.nai_pool.find()
    return () if pool is None else tuple(Symbol(nai) for nai in pool.nais)


def is_available_nai(state: State, symbol: Symbol) -> bool:
    """Tell whether the pool holds the identifier of `symbol`, whatever its precision."""
    return stripped(symbol) in list_available_nais(state)


def take_nai(state: State, symbol: Symbol) -> None:
    """Remove an available identifier: the last entry of the pool takes its place.

    Spec
    ----
    steemd: smt_objects/nai_pool.cpp::remove_from_nai_pool
    """
    pool = state.nai_pool.get()
    nais = list(pool.nais)
    index = nais.index(stripped(symbol))
    nais[index] = nais[-1]
    nais.pop()
    state.nai_pool.modify(pool, nais=tuple(nais))


def replenish_nai_pool(
    state: State, params: ChainParams, head_block_id: bytes, counters: NaiAttempts
) -> NaiAttempts:
    """Fill the pool from the head block's id; return the counters to go on with in this block.

    Candidates that are tokens already (of any precision) or already pooled are skipped.  After
    `params.smt_max_nai_generation_tries` such collisions nothing more is generated in this block.
    A genesis calls it with an id of zeros: its pool comes from the seeds 0 to 9.

    Spec
    ----
    whitepaper: "Numerical asset identifiers"; steemd: smt_objects/nai_pool.cpp::replenish_nai_pool
    """
    pool = state.nai_pool.find()
    if pool is None:
        pool = state.nai_pool.insert(NaiPool(nais=()))
    nais = list(pool.nais)
    seed = int.from_bytes(head_block_id[_SEED_OFFSET : _SEED_OFFSET + 4], "little")
    attempts, collisions = counters.attempts, counters.collisions
    while (
        len(nais) < params.smt_max_nai_pool_count
        and collisions < params.smt_max_nai_generation_tries
    ):
        candidate = stripped(generate_nai((seed + attempts) & 0xFFFFFFFF))
        attempts += 1
        if candidate in nais or state.smt_tokens.exists(candidate):
            collisions += 1
        else:
            nais.append(candidate)
    if tuple(nais) != pool.nais:
        state.nai_pool.modify(pool, nais=tuple(nais))
    return NaiAttempts(attempts=attempts, collisions=collisions)
