"""Forks a thousand blocks deep, and the death of the process at each write of a switch."""

import json
import shutil
from dataclasses import replace

import pytest
from actors import Stage, key_of

from protocol.assets import STEEM, Asset
from protocol.block import BlockEnvelope, merkle_root, sign_header
from protocol.errors import ProtocolError
from protocol.operations.transfer import Transfer
from protocol.transaction import block_reference
from smtchain.chain.chain import Chain
from smtchain.chain.data_directory import BlockStorage
from smtchain.chain.fork_db import BlockTooOldError, KnownBlockError, UnlinkableBlockError
from smtchain.chain.genesis import parse_genesis
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.state.errors import SessionError
from smtchain.state.state import State

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")
FAST = ChainOptions(is_durable=False)
DEPTH = 1_000


def lagging_genesis(folder, lag):
    """The dev chain, whose blocks stay reversible until `lag` others are on top."""
    document = json.loads(folder.joinpath("dev.json").read_text())
    document["params"]["irreversible_lag"] = lag
    return parse_genesis(document)


def branch(stage, count, slot=1, memo=""):
    """Produce `count` blocks, the first in `slot`; every tenth takes a transfer tied to block 1."""
    first = stage.chain.find_block(1)
    number, prefix = block_reference(first.id if first else bytes(20))
    blocks = []
    for place in range(count):
        if place % 10 == 0:
            stage.push(
                replace(GIVE, memo=f"{memo} {place}"),
                ref_block_num=number,
                ref_block_prefix=prefix,
                expiration=stage.now + 3_600,
            )
        blocks.append(stage.produce(slot=slot if place == 0 else 1).envelope)
    return blocks


def tell(chain, blocks):
    return [chain.push_block(block) for block in blocks]


def facts(chain):
    return chain.head_block_number, chain.head_block_id, chain.digest()


def overspending(parent, stage):
    """Return a block after `parent` that is sound but for a transfer of what nobody has."""
    params = stage.params
    bad = stage.sign(
        replace(GIVE, amount=Asset(10**13, STEEM)), expiration=parent.block.timestamp + 60
    )
    header = replace(
        parent.block.header(),
        previous=parent.id,
        timestamp=parent.block.timestamp + 3,
        transaction_merkle_root=merkle_root([bad.merkle_digest]),
    )
    signed = sign_header(header, key_of("initminer"), params.network)
    return BlockEnvelope.assemble(signed, (bad,), params)


@pytest.fixture(scope="module")
def fork(genesis_folder, tmp_path_factory):
    """A genesis, a data directory with one branch, and another branch of as many blocks."""
    genesis = lagging_genesis(genesis_folder, 2 * DEPTH)
    folder = tmp_path_factory.mktemp("fork")
    with Chain.in_memory(genesis) as theirs, Chain.open(folder, genesis, FAST) as ours:
        shared = branch(Stage(theirs), 5)
        tell(ours, shared)
        other = branch(Stage(theirs), DEPTH, slot=2, memo="theirs")
        branch(Stage(ours), DEPTH, memo="ours")
    return genesis, folder, shared, other


@pytest.mark.slow
class TestAThousandBlocks:
    @pytest.fixture
    def ours(self, fork, tmp_path):
        genesis, folder, _, _ = fork
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        with Chain.open(tmp_path, genesis, FAST) as chain:
            yield chain

    def test_the_longer_branch_wins_and_comes_back_after_a_restart(self, fork, ours, tmp_path):
        genesis, _, shared, other = fork
        before = facts(ours)
        undone = []
        ours.on_undone(undone.append)
        # None of them is the head yet.
        assert tell(ours, other) == [False] * DEPTH
        assert facts(ours) == before
        with Chain.in_memory(genesis) as theirs:
            tell(theirs, (*shared, *other))
            last = Stage(theirs).produce().envelope
            after = facts(theirs)
        assert ours.push_block(last) is True
        assert facts(ours) == after
        assert len(undone) == DEPTH
        # The transfers of ours wait again, in their old order.  They live for 3,600 seconds, and
        # 1,001 blocks take about 3,000: none has expired.
        waiting = [envelope.transaction.operations[0].memo for envelope in ours.mempool]
        assert waiting == [f"ours {place}" for place in range(0, DEPTH, 10)]
        ours.close()
        with Chain.open(tmp_path, genesis, FAST) as again:
            assert facts(again) == after
            recount = again.digest()
            again.state.discard_pending()
            assert again.state.recount_digest() == recount
            assert replay(genesis, [*shared, *other, last]).digest == recount

    def test_a_branch_bad_at_its_end_is_dropped_and_ours_restored(self, fork, ours):
        genesis, _, _, other = fork
        waiting = Stage(ours).push(GIVE)
        before = facts(ours)
        heard = []
        ours.on_block(heard.append)
        ours.on_undone(heard.append)
        tell(ours, other)
        with Chain.in_memory(genesis) as theirs:
            bad = overspending(other[-1], Stage(theirs))
        with pytest.raises(InsufficientFundsError) as caught:
            ours.push_block(bad)
        assert caught.value.field.startswith("transactions[0]")
        assert facts(ours) == before
        assert heard == []
        assert [envelope.id for envelope in ours.mempool] == [waiting.id]
        assert ours.halted == ""
        # Only the bad block is forgotten: the branch may yet grow in another way.
        with pytest.raises(KnownBlockError):
            ours.push_block(other[-1])
        assert ours.find_block_by_id(bad.id) is None
        Stage(ours).produce(slot=5)  # a slot that the witness has not signed on the other branch

    def test_what_comes_without_its_parent_waits_elsewhere(self, fork, ours):
        _, _, _, other = fork
        before = facts(ours)
        with pytest.raises(UnlinkableBlockError):
            ours.push_block(other[-1])
        assert facts(ours) == before

    def test_what_is_no_longer_reversible_is_too_old(self, genesis_folder, fork):
        genesis, _, shared, _ = fork
        near = lagging_genesis(genesis_folder, 10)
        with Chain.in_memory(near, FAST) as chain:
            Stage(chain).produce(30)
            with pytest.raises(BlockTooOldError) as caught:
                chain.push_block(shared[0])
            assert caught.value.value == 1
        assert genesis.params.chain_id == near.params.chain_id


class Died(BaseException):
    """Stands for kill -9: nothing in the program may handle it."""


class TestDeathWhileSwitching:
    """The process dies right before or after a step of a switch over three blocks."""

    @pytest.mark.parametrize(
        ("owner", "name", "times"),
        [
            (State, "undo_block", 1),
            (State, "undo_block", 3),
            (State, "seal_block", 2),
            (State, "seal_block", 4),
            (BlockStorage, "keep_reversible", 4),
            (BlockStorage, "sync", 1),
            (State, "commit", 1),
            (BlockStorage, "forget_irreversible", 1),
        ],
    )
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_the_chain_is_on_either_branch_and_goes_on(  # noqa: PLR0917
        self, genesis_folder, tmp_path, monkeypatch, owner, name, times, moment
    ):
        genesis = lagging_genesis(genesis_folder, 4)
        living, dead = tmp_path.joinpath("living"), tmp_path.joinpath("dead")
        with Chain.in_memory(genesis) as theirs, Chain.open(living, genesis, FAST) as ours:
            shared = branch(Stage(theirs), 6)
            tell(ours, shared)
            other = branch(Stage(theirs), 4, slot=2, memo="theirs")
            branch(Stage(ours), 3, memo="ours")
            old, new = facts(ours), facts(theirs)
            real = getattr(owner, name)
            calls = []

            def die(*args):
                calls.append(args)
                if len(calls) < times:
                    return real(*args)
                if moment == "after":
                    real(*args)
                if not dead.exists():
                    shutil.copytree(living, dead)
                raise Died

            with monkeypatch.context() as patch:
                patch.setattr(owner, name, die)
                # What the dead process does next is nobody's concern.
                with pytest.raises((Died, SessionError, ProtocolError)):
                    tell(ours, other)
        with Chain.open(dead, genesis, FAST) as again:
            assert facts(again) in {old, new}
            tell(again, [block for block in other if again.find_block_by_id(block.id) is None])
            assert facts(again) == new
            Stage(again).produce(5)
            final = again.digest()
            blocks = [again.find_block(number) for number in range(1, again.head_block_number + 1)]
        assert replay(genesis, blocks).digest == final
