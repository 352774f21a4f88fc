"""Forks: which branch wins, what happens to its transactions, and what never changes.

Three producers take turns; blocks stay reversible for 21 blocks (the reference's rule).
"""

import json
import random
from dataclasses import replace

import pytest
from actors import Stage, key_of

from protocol.assets import STEEM, Asset
from protocol.block import BlockEnvelope, merkle_root, sign_header
from protocol.operations.transfer import Transfer
from protocol.transaction import block_reference
from smtchain.chain.chain import Chain
from smtchain.chain.fork_db import (
    BlockTooOldError,
    ForkDatabase,
    ForkLimitError,
    KnownBlockError,
    UnlinkableBlockError,
)
from smtchain.chain.genesis import parse_genesis, with_params
from smtchain.chain.options import ChainOptions
from smtchain.ledger.balances import InsufficientFundsError

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")
PRODUCERS = ("initminer", "heidi", "ivan")


@pytest.fixture(scope="module")
def three_genesis(genesis_folder):
    document = json.loads(genesis_folder.joinpath("dev.json").read_text())
    document["params"]["irreversible_lag"] = None
    first = document["witnesses"][0]
    for name in PRODUCERS[1:]:
        document["witnesses"].append(
            first | {"owner": name, "signing_key": {"seed": f"{name}active"}}
        )
    return parse_genesis(document)


@pytest.fixture
def node(three_genesis):
    """Return a function that starts one more node of the same chain."""
    opened = []

    def start():
        opened.append(Chain.in_memory(three_genesis, ChainOptions(recount_every=1)))
        return Stage(opened[-1])

    yield start
    for chain in opened:
        chain.close()


def tell(stage, blocks):
    return [stage.chain.push_block(block.envelope.raw) for block in blocks]


def branch(stage, count, slot=1):
    """Produce `count` blocks, the first in `slot`; return them."""
    return [stage.produce(slot=slot if number == 0 else 1) for number in range(count)]


def reference_to(block):
    number, prefix = block_reference(block.envelope.id)
    return {"ref_block_num": number, "ref_block_prefix": prefix}


def same_head(*stages):
    return (
        len({stage.chain.head_block_id for stage in stages}) == 1
        and len({stage.chain.digest() for stage in stages}) == 1
    )


class TestTurns:
    def test_producers_take_turns(self, node):
        stage = node()
        producers = [stage.produce().envelope.block.witness for _ in range(6)]
        # aslot counts from 0, so the first slot is the second producer's
        assert producers == ["heidi", "ivan", "initminer"] * 2

    def test_whose_turn_was_missed_is_counted(self, node):
        stage = node()
        stage.produce(slot=5)  # slots 1 to 4: heidi, ivan, initminer, heidi; produced by ivan
        missed = {name: stage.state.witnesses.get(name).total_missed for name in PRODUCERS}
        assert missed == {"initminer": 1, "heidi": 2, "ivan": 0}

    def test_blocks_become_irreversible_21_behind_the_head(self, node):
        stage = node()
        stage.produce(21)
        assert stage.chain.last_irreversible_block_number == 0
        assert stage.state.committed_revision == 0
        stage.produce(4)
        assert stage.chain.last_irreversible_block_number == 4
        assert stage.state.committed_revision == 4
        assert stage.chain.find_block(3).num == 3
        assert stage.chain.find_block(20).num == 20


class TestSwitching:
    def test_the_longer_branch_wins(self, node):
        ours, theirs = node(), node()
        tell(theirs, branch(ours, 2))
        branch(ours, 1)
        longer = branch(theirs, 2, slot=2)
        assert tell(ours, longer) == [False, True]
        assert same_head(ours, theirs)

    def test_of_equal_branches_the_first_seen_stays(self, node):
        ours, theirs = node(), node()
        mine = branch(ours, 1)
        other = branch(theirs, 1, slot=2)
        assert tell(ours, other) == [False]
        assert tell(theirs, mine) == [False]
        assert ours.chain.head_block_id == mine[0].envelope.id
        assert theirs.chain.head_block_id == other[0].envelope.id

    def test_switching_there_and_back_leads_to_the_same_state(self, node):
        ours, theirs, witness = node(), node(), node()
        mine = branch(ours, 3)
        other = branch(theirs, 4, slot=2)
        tell(ours, other)
        assert same_head(ours, theirs)
        more = branch(witness_of(witness, mine), 2)
        assert tell(ours, more) == [False, True]
        assert same_head(ours, witness)

    def test_listeners_hear_what_was_undone_and_what_came_instead(self, node):
        ours, theirs = node(), node()
        mine = branch(ours, 2)
        heard = []
        ours.chain.on_undone(lambda block: heard.append(("undone", block.id)))
        ours.chain.on_block(lambda block: heard.append(("applied", block.id)))
        other = branch(theirs, 3, slot=2)
        tell(ours, other)
        assert heard == [
            ("undone", mine[1].envelope.id),
            ("undone", mine[0].envelope.id),
            *(("applied", block.envelope.id) for block in other),
        ]

    def test_history_follows_the_branch(self, node):
        ours, theirs = node(), node()
        ours.push(GIVE)
        mine = branch(ours, 1)
        gone = mine[0].envelope.transactions[0].id
        assert ours.chain.history.get_transaction(gone) is not None
        tell(ours, branch(theirs, 2, slot=2))
        assert ours.chain.history.get_transaction(gone) is None


def witness_of(stage, blocks):
    tell(stage, blocks)
    return stage


class TestTransactionsOfUndoneBlocks:
    def test_they_wait_again_before_all_others(self, node):
        ours, theirs = node(), node()
        shared = branch(ours, 1)
        tell(theirs, shared)
        first = ours.push(replace(GIVE, memo="first"))
        branch(ours, 1)
        second = ours.push(replace(GIVE, memo="second"), **reference_to(shared[0]))
        tell(ours, branch(theirs, 2, slot=2))
        assert [envelope.id for envelope in ours.chain.mempool] == [first.id, second.id]
        block = ours.produce()
        assert [envelope.id for envelope in block.envelope.transactions] == [first.id, second.id]

    def test_what_the_new_branch_holds_too_waits_no_more(self, node):
        ours, theirs = node(), node()
        tell(theirs, branch(ours, 1))
        envelope = ours.push(GIVE)
        theirs.chain.push_transaction(envelope.transaction)
        branch(ours, 1)
        tell(ours, branch(theirs, 2, slot=2))
        assert len(ours.chain.mempool) == 0
        assert ours.actor("bob").steem == 1_000_000_005

    def test_what_refers_to_an_undone_block_is_dropped(self, node):
        ours, theirs = node(), node()
        tell(theirs, branch(ours, 1))
        branch(ours, 1)
        ours.push(GIVE)
        tell(ours, branch(theirs, 2, slot=2))
        assert len(ours.chain.mempool) == 0

    def test_what_contradicts_the_new_branch_is_dropped(self, node):
        ours, theirs = node(), node()
        tell(theirs, branch(ours, 1))
        everything = replace(GIVE, amount=Asset(1_000_000_000, STEEM))
        ours.push(everything)
        branch(ours, 1)
        theirs.push(replace(everything, to="carol"))
        tell(ours, branch(theirs, 2, slot=2))
        assert len(ours.chain.mempool) == 0
        assert ours.actor("carol").steem == 2_000_000_000


class TestBadBranches:
    @pytest.fixture
    def bad(self, node, three_genesis):
        """A branch of three blocks whose second one spends too much, and its last one."""
        maker = node()
        good = branch(maker, 1, slot=2)[0]
        poor = maker.sign(replace(GIVE, amount=Asset(10**12, STEEM)))
        spoiled = self.built_on(maker, good.envelope, (poor,), three_genesis.params)
        last = self.built_on(maker, spoiled, (), three_genesis.params)
        return [good.envelope, spoiled, last]

    @staticmethod
    def built_on(maker, parent, transactions, params):
        aslot = maker.state.globals.get().current_aslot + parent.num
        witness = PRODUCERS[aslot % 3]
        header = replace(
            parent.block.header(),
            previous=parent.id,
            timestamp=parent.block.timestamp + 3,
            witness=witness,
            transaction_merkle_root=merkle_root([each.merkle_digest for each in transactions]),
        )
        signed = sign_header(header, key_of(witness), params.network)
        return BlockEnvelope.assemble(signed, transactions, params)

    def test_the_branch_we_were_on_is_restored(self, node, bad):
        ours = node()
        branch(ours, 2)
        waiting = ours.push(GIVE)
        before = ours.chain.head_block_id, ours.chain.digest()
        heard = []
        ours.chain.on_block(heard.append)
        ours.chain.on_undone(heard.append)
        assert ours.chain.push_block(bad[0]) is False
        assert ours.chain.push_block(bad[1]) is False
        with pytest.raises(InsufficientFundsError):
            ours.chain.push_block(bad[2])
        assert (ours.chain.head_block_id, ours.chain.digest()) == before
        assert [envelope.id for envelope in ours.chain.mempool] == [waiting.id]
        assert heard == []

    def test_the_bad_block_and_all_after_it_are_forgotten(self, node, bad):
        ours = node()
        branch(ours, 2)
        for block in bad[:2]:
            ours.chain.push_block(block)
        with pytest.raises(InsufficientFundsError):
            ours.chain.push_block(bad[2])
        assert ours.chain.find_block_by_id(bad[0].id) is not None
        assert ours.chain.find_block_by_id(bad[1].id) is None
        with pytest.raises(UnlinkableBlockError):
            ours.chain.push_block(bad[2])
        ours.produce()


class TestPlaces:
    def test_a_known_block_a_stray_one_and_one_too_old(self, node):
        ours, theirs = node(), node()
        fork = branch(theirs, 1, slot=2)[0].envelope
        blocks = branch(ours, 25)
        with pytest.raises(KnownBlockError):
            ours.chain.push_block(blocks[-1].envelope)
        with pytest.raises(BlockTooOldError):
            ours.chain.push_block(fork)
        with pytest.raises(UnlinkableBlockError):
            theirs.chain.push_block(blocks[-1].envelope)

    def test_blocks_that_no_longer_descend_from_the_irreversible_one_are_dropped(self, node):
        ours, theirs = node(), node()
        fork = branch(theirs, 1, slot=2)[0].envelope
        branch(ours, 1)
        ours.chain.push_block(fork)
        assert ours.chain.find_block_by_id(fork.id) is not None
        ours.produce(22)
        assert ours.chain.find_block_by_id(fork.id) is None

    def test_the_chain_stops_growing_when_too_much_is_reversible(self, three_genesis):
        params = replace(three_genesis.params, max_undo_history=10)
        with Chain.in_memory(with_params(three_genesis, params)) as chain:
            stage = Stage(chain)
            stage.produce(10)
            before = chain.digest()
            with pytest.raises(ForkLimitError):
                stage.produce()
            assert chain.digest() == before
            assert chain.halted == ""

    def test_the_fork_database_has_room_for_so_many_blocks(self, node):
        forks = ForkDatabase(bytes(20), 0, limit=2)
        blocks = branch(node(), 3)
        for block in blocks[:2]:
            forks.push(block.envelope)
        assert len(forks) == 2
        assert blocks[0].envelope.id in forks
        with pytest.raises(ForkLimitError):
            forks.push(blocks[2].envelope)

    def test_branches_end_at_their_common_ancestor(self, node):
        ours, theirs = node(), node()
        forks = ForkDatabase(bytes(20), 0, limit=100)
        shared = branch(ours, 2)
        tell(theirs, shared)
        mine, other = branch(ours, 3), branch(theirs, 2, slot=2)
        for block in (*shared, *mine, *other):
            forks.push(block.envelope)
        new, old = forks.branches(mine[-1].envelope.id, other[-1].envelope.id)
        assert [block.id for block in new] == [block.envelope.id for block in mine]
        assert [block.id for block in old] == [block.envelope.id for block in other]
        assert [block.num for block in forks.branch_to(other[-1].envelope.id)] == [1, 2, 3, 4]
        assert len(forks.all_items()) == 7


class Storm:
    """Three producers who talk through a bad post office."""

    def __init__(self, node, seed):
        self.chance = random.Random(seed)
        self.stages = {name: node() for name in PRODUCERS}
        self.mail = {name: [] for name in PRODUCERS}
        self.sent = []
        first = self.stages["heidi"].produce()
        for name in ("initminer", "ivan"):
            tell(self.stages[name], [first])
        self.reference = reference_to(first)

    def blow(self, turns):
        clock = self.stages["heidi"].now
        for _ in range(turns):
            clock += 3
            for name, stage in self.stages.items():
                self.act(name, stage, stage.chain.slot_at_time(clock))
            for name in PRODUCERS:
                if self.chance.random() < 0.4:
                    self.deliver(name)

    def act(self, name, stage, slot):
        if slot == 0 or stage.chain.scheduled_witness(slot) != name:
            return
        memo = f"{name} {len(self.sent)}"
        self.sent.append((stage, stage.push(replace(GIVE, memo=memo), **self.reference)))
        raw = stage.produce(slot=slot).envelope.raw
        for other in PRODUCERS:
            if other != name:
                self.mail[other].append(raw)

    def deliver(self, name):
        """Hand over what has arrived, keeping for later what does not link yet."""
        kept = []
        for raw in self.mail[name]:
            try:
                self.stages[name].chain.push_block(raw)
            except UnlinkableBlockError:
                kept.append(raw)
            except (KnownBlockError, BlockTooOldError):
                continue
        self.mail[name] = kept

    def clear_up(self):
        """Let all letters arrive, and the longest branch grow until it is everybody's."""
        for _ in range(len(PRODUCERS)):
            for name in PRODUCERS:
                self.deliver(name)
        longest = max(self.stages.values(), key=lambda stage: stage.chain.head_block_number)
        raws = [longest.produce().envelope.raw]
        for name in PRODUCERS:
            self.mail[name] += raws
            self.deliver(name)


@pytest.mark.parametrize("seed", range(6))
def test_a_fork_storm_ends_on_one_head_and_loses_no_transaction(node, seed):
    storm = Storm(node, seed)
    undone = []
    for stage in storm.stages.values():
        stage.chain.on_undone(undone.append)
    storm.blow(turns=40)
    storm.clear_up()
    assert same_head(*storm.stages.values())
    assert undone
    for stage, envelope in storm.sent:
        in_block = stage.chain.history.get_transaction(envelope.id) is not None
        assert in_block or stage.chain.mempool.find(envelope.id) is not None
