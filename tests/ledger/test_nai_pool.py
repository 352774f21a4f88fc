"""The identifier pool: deterministic refills (docs/RULES.md 1.5), collisions, bounds."""

from dataclasses import replace
from typing import Any

from smt_world import fill_pool
from world import ALPHA

from protocol.assets import nai_string, smt_symbol, stripped
from smtchain.ledger.nai_pool import (
    NaiAttempts,
    is_available_nai,
    list_available_nais,
    replenish_nai_pool,
    take_nai,
)

# NAIs of seeds 0-3 and 10, and of 0xffffffff, from the table and the reference's generator.
SEED_0, SEED_1, SEED_2, SEED_3 = "@@181188044", "@@880090920", "@@982728226", "@@131958147"
SEED_10, SEED_MAX = "@@439870063", "@@398738403"


def pooled(world: Any) -> list[str]:
    return [nai_string(symbol) for symbol in list_available_nais(world.state)]


def block_id(seed: int) -> bytes:
    return b"\xff" * 16 + seed.to_bytes(4, "little")


class TestReplenish:
    def test_fills_an_absent_pool_from_seed_zero(self, world: Any) -> None:
        assert pooled(world) == []
        counters = replenish_nai_pool(world.state, world.params, bytes(20), NaiAttempts())
        assert counters == NaiAttempts(attempts=10, collisions=0)
        assert pooled(world)[:4] == [SEED_0, SEED_1, SEED_2, SEED_3]

    def test_reads_the_seed_from_the_last_word_little_endian(self, world: Any) -> None:
        replenish_nai_pool(world.state, world.params, block_id(2), NaiAttempts())
        assert pooled(world)[:2] == [SEED_2, SEED_3]

    def test_wraps_the_seed_at_32_bits(self, world: Any) -> None:
        replenish_nai_pool(world.state, world.params, block_id(0xFFFFFFFF), NaiAttempts())
        assert pooled(world)[:2] == [SEED_MAX, SEED_0]

    def test_adds_the_attempts_made_before(self, world: Any) -> None:
        counters = replenish_nai_pool(world.state, world.params, bytes(20), NaiAttempts(2, 5))
        assert pooled(world)[:2] == [SEED_2, SEED_3]
        assert counters == NaiAttempts(attempts=12, collisions=5)

    def test_skips_tokens_and_pooled_identifiers(self, world: Any) -> None:
        world.add_token(smt_symbol(18118804, 7))  # seed 0, with decimals
        fill_pool(world, smt_symbol(88009092, 0))  # seed 1
        counters = replenish_nai_pool(world.state, world.params, bytes(20), NaiAttempts())
        assert pooled(world)[:3] == [SEED_1, SEED_2, SEED_3]
        assert pooled(world)[9] == SEED_10
        assert counters == NaiAttempts(attempts=11, collisions=2)

    def test_leaves_a_full_pool_alone(self, world: Any) -> None:
        replenish_nai_pool(world.state, world.params, bytes(20), NaiAttempts())
        before = pooled(world)
        counters = replenish_nai_pool(world.state, world.params, block_id(77), NaiAttempts(3, 4))
        assert (pooled(world), counters) == (before, NaiAttempts(3, 4))

    def test_stops_after_the_allowed_collisions(self, world: Any) -> None:
        params = replace(world.params, smt_max_nai_generation_tries=2)
        replenish_nai_pool(world.state, params, bytes(20), NaiAttempts())
        take_nai(world.state, smt_symbol(88009092, 0))
        counters = replenish_nai_pool(world.state, params, block_id(2), NaiAttempts())
        assert counters == NaiAttempts(attempts=2, collisions=2)
        assert len(pooled(world)) == 9
        assert replenish_nai_pool(world.state, params, block_id(2), counters) == counters


class TestTake:
    def test_ignores_the_precision(self, world: Any) -> None:
        fill_pool(world, ALPHA)
        assert list_available_nais(world.state) == (stripped(ALPHA),)
        assert is_available_nai(world.state, smt_symbol(31415926, 9))
        take_nai(world.state, smt_symbol(31415926, 9))
        assert not is_available_nai(world.state, ALPHA)
        assert pooled(world) == []
