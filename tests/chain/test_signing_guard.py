"""No witness signs twice for one slot: not after a switch, not after a restart."""

import json
import shutil
from dataclasses import replace

import pytest
from actors import Stage, key_of

from protocol.block import BlockEnvelope, sign_header
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import parse_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.signing_guard import DoubleSignError, SigningGuard

PRODUCERS = ("initminer", "heidi", "ivan")
LAG = 3
FAST = ChainOptions(recount_every=1, is_durable=False)
AHEAD = 90  # slots; far more than the other branch has blocks


@pytest.fixture(scope="module")
def genesis(genesis_folder):
    """Three producers; a block is irreversible when three others follow it."""
    document = json.loads(genesis_folder.joinpath("dev.json").read_text())
    document["params"]["irreversible_lag"] = LAG
    first = document["witnesses"][0]
    for name in PRODUCERS[1:]:
        document["witnesses"].append(
            first | {"owner": name, "signing_key": {"seed": f"{name}active"}}
        )
    return parse_genesis(document)


@pytest.fixture
def other(genesis):
    with Chain.in_memory(genesis, FAST) as chain:
        yield Stage(chain)


def diverge(ours, other, count):
    """Let us produce one block far ahead, and the others `count` of which we hear; return ours."""
    other.produce()
    ours.chain.push_block(other.blocks[0].envelope)
    mine = ours.produce(slot=AHEAD).envelope.block
    other.produce(count)
    return mine


def hear(ours, other):
    for block in other.blocks[1:]:
        ours.chain.push_block(block.envelope)
    assert ours.chain.head_block_id == other.chain.head_block_id


def sign_again(chain, block):
    return chain.generate_block(block.timestamp, block.witness, key_of(block.witness))


def assert_refuses(chain, block):
    assert chain.slot_at_time(block.timestamp) > 0  # the slot lies ahead again
    assert chain.scheduled_witness(chain.slot_at_time(block.timestamp)) == block.witness
    assert chain.has_signed(block.witness, block.timestamp)
    assert chain.newest_block_time == block.timestamp
    before = chain.head_block_id
    with pytest.raises(DoubleSignError) as caught:
        sign_again(chain, block)
    assert (caught.value.code, caught.value.field, caught.value.value) == (
        "block.double_sign",
        "timestamp",
        block.timestamp,
    )
    assert chain.head_block_id == before


class TestOnOneBranch:
    def test_every_slot_is_new(self, other):
        for _ in range(10):
            other.produce()
            assert other.chain.newest_block_time == other.chain.head_block_time

    def test_the_slots_of_other_witnesses_are_free(self, genesis, other):
        with Chain.in_memory(genesis, FAST) as chain:
            ours = Stage(chain)
            mine = diverge(ours, other, 2)
            hear(ours, other)
            free = [name for name in PRODUCERS if not chain.has_signed(name, mine.timestamp)]
            assert free == [name for name in PRODUCERS if name != mine.witness]


class TestAfterASwitch:
    @pytest.mark.parametrize("count", [2, LAG + 8])
    def test_the_slot_is_not_signed_again(self, genesis, other, count):
        with Chain.in_memory(genesis, FAST) as chain:
            ours = Stage(chain)
            mine = diverge(ours, other, count)
            hear(ours, other)
            assert_refuses(chain, mine)
            # The witness' next turn comes three slots later.
            slot = chain.slot_at_time(mine.timestamp) + 3
            assert chain.scheduled_witness(slot) == mine.witness
            ours.produce(slot=slot)
            assert chain.newest_block_time == chain.head_block_time

    def test_an_earlier_slot_is_not_signed_either(self, genesis, other):
        with Chain.in_memory(genesis, FAST) as chain:
            ours = Stage(chain)
            mine = diverge(ours, other, 2)
            hear(ours, other)
            slot = chain.slot_at_time(mine.timestamp) - 3
            with pytest.raises(DoubleSignError):
                chain.generate_block(chain.slot_time(slot), mine.witness, key_of(mine.witness))

    def test_a_forged_block_does_not_silence_a_witness(self, other):
        other.produce(2)
        head = other.blocks[-1].envelope.block
        # Of the head's number, so that it is kept aside and nobody looks at its signature.
        future = replace(head.header(), timestamp=head.timestamp + 900, witness="ivan")
        forged = BlockEnvelope.assemble(
            sign_header(future, key_of("bob"), other.params.network), (), other.params
        )
        assert other.chain.push_block(forged) is False
        assert not other.chain.has_signed("ivan", head.timestamp + 3)
        other.produce(6)


class TestAfterARestart:
    def test_reversible_branches_are_read_from_the_fork_file(self, genesis, other, tmp_path):
        with Chain.open(tmp_path, genesis, FAST) as chain:
            ours = Stage(chain)
            mine = diverge(ours, other, 2)
            hear(ours, other)
        with Chain.open(tmp_path, genesis, FAST) as chain:
            assert_refuses(chain, mine)

    def test_branches_that_became_impossible_are_committed(self, genesis, other, tmp_path):
        with Chain.open(tmp_path, genesis, FAST) as chain:
            ours = Stage(chain)
            mine = diverge(ours, other, LAG + 8)
            hear(ours, other)
        tmp_path.joinpath("fork_file").unlink()
        with Chain.open(tmp_path, genesis, FAST) as chain:
            assert chain.head_block_number == LAG + 9 - LAG
            assert_refuses(chain, mine)

    def test_a_state_rebuilt_from_the_log_learns_it_from_the_fork_file(
        self, genesis, other, tmp_path
    ):
        with Chain.open(tmp_path, genesis, FAST) as chain:
            ours = Stage(chain)
            mine = diverge(ours, other, LAG + 8)
            hear(ours, other)
        shutil.rmtree(tmp_path.joinpath("state"))
        with Chain.open(tmp_path, genesis, FAST) as chain:
            assert chain.head_block_number == other.chain.head_block_number
            assert_refuses(chain, mine)

    def test_a_forged_block_in_the_fork_file_counts_no_more_than_before(
        self, genesis, other, tmp_path
    ):
        other.produce(2)
        head = other.blocks[-1].envelope.block
        future = replace(head.header(), timestamp=head.timestamp + 900, witness="ivan")
        forged = BlockEnvelope.assemble(
            sign_header(future, key_of("bob"), other.params.network), (), other.params
        )
        other.produce(LAG + 1)
        with Chain.open(tmp_path, genesis, FAST) as chain:
            for block in other.blocks[:2]:
                chain.push_block(block.envelope)
            chain.push_block(forged)
            for block in other.blocks[2:]:
                chain.push_block(block.envelope)
        shutil.rmtree(tmp_path.joinpath("state"))
        assert forged.raw in tmp_path.joinpath("fork_file").read_bytes()
        with Chain.open(tmp_path, genesis, FAST) as chain:
            assert not chain.has_signed("ivan", head.timestamp + 900)

    def test_without_branches_nothing_is_kept(self, dev_genesis, tmp_path):
        with Chain.open(tmp_path, dev_genesis, FAST) as chain:
            Stage(chain).produce(5)
            assert not chain.state.meta_get("signed")


class TestMemory:
    def test_bytes_hold_all_of_it(self, other):
        other.produce(3)
        guard = SigningGuard(b"")
        for block in other.blocks:
            guard.note(block.envelope)
        assert guard.newest == other.now
        again = SigningGuard(guard.pack())
        for name in PRODUCERS:
            for when in range(other.now - 10, other.now + 4):
                assert again.has_signed(name, when) == guard.has_signed(name, when)
        assert guard.pack().decode() == "".join(
            f"{block.envelope.block.witness} {block.envelope.block.timestamp}\n"
            for block in sorted(other.blocks, key=lambda each: each.envelope.block.witness)
        )

    def test_what_lies_behind_an_irreversible_block_is_forgotten(self, other):
        other.produce(3)
        guard = SigningGuard(b"")
        for block in other.blocks:
            guard.note(block.envelope)
        guard.forget_until(other.now - 3)
        assert [
            guard.has_signed(block.envelope.block.witness, other.now) for block in other.blocks
        ] == [
            False,
            False,
            True,
        ]
        guard.forget_until(other.now)
        assert guard.pack() == b""
        assert guard.newest == 0
