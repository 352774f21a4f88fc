"""Three producers of 21 witnesses whose blocks arrive late, twice, out of order, or after a while.

What must come out: one head, one digest, and no transaction lost that a switch between branches
has taken out of a block.
"""

import heapq
from itertools import count
from random import Random

import pytest
from actors import Stage, key_of
from dpos_world import WITNESSES, dpos_genesis
from random_load import RandomLoad

from protocol.assets import STEEM, Asset
from protocol.block import BlockEnvelope
from protocol.errors import ProtocolError
from protocol.operations.transfer import Transfer
from protocol.transaction import block_reference
from smtchain.chain.apply_transaction import DuplicateTransactionError
from smtchain.chain.chain import Chain
from smtchain.chain.fork_db import BlockTooOldError, KnownBlockError, UnlinkableBlockError
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay

NODES = 3
LONGEST_DELAY = 3  # turns
OPTIONS = ChainOptions(recount_every=20, is_durable=False)


class Node:
    """One chain, what it could not link yet, and what it took back."""

    def __init__(self, number, chain, seed):
        self.chain = chain
        self.stage = Stage(self.chain)
        self.witnesses = frozenset(WITNESSES[number::NODES])
        self.load = RandomLoad(self.chain, Random(f"{seed} {number}"))
        self.strays = {}
        self.popped = {}
        self.depth = self.deepest = 0
        self.refusals = set()
        self.chain.on_undone(self.note_undone)
        self.chain.on_block(self.note_block)

    def note_undone(self, block):
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.popped.update((envelope.id, envelope) for envelope in block.transactions)

    def note_block(self, _):
        self.depth = 0

    def take_block(self, raw):
        """Push a block, and then those that waited for it."""
        block = BlockEnvelope.from_bytes(raw, self.chain.params)
        try:
            self.chain.push_block(block)
        except UnlinkableBlockError as error:
            self.refusals.add(error.code)
            self.strays.setdefault(block.block.previous, []).append(raw)
        except (KnownBlockError, BlockTooOldError) as error:
            self.refusals.add(error.code)
        else:
            for stray in self.strays.pop(block.id, []):
                self.take_block(stray)

    def take_transaction(self, transaction):
        try:
            self.chain.push_transaction(transaction)
        except ProtocolError as error:
            self.refusals.add(error.code)


class Storm:
    """The nodes, a clock, and a post office that delays, repeats and holds back."""

    def __init__(self, chains, seed, longest_partition):
        self.chance = Random(seed)
        self.nodes = [Node(number, chain, seed) for number, chain in enumerate(chains)]
        self.longest_partition = longest_partition
        self.turn = 0
        self.letters = []
        self.order = count()
        self.alone = None  # the node that nobody reaches
        self.alone_until = 0
        self.plain = {}
        first = self.nodes[0].stage.produce()
        for node in self.nodes[1:]:
            node.chain.push_block(first.envelope.raw)
        number, prefix = block_reference(first.envelope.id)
        self.reference = {"ref_block_num": number, "ref_block_prefix": prefix}
        self.start = self.nodes[0].chain.head_block_time

    def send(self, sender, deliver):
        """Post one letter to each other node; `deliver(node)` is its content."""
        for number in range(NODES):
            if number == sender:
                continue
            for _ in range(1 + (self.chance.random() < 0.1)):
                due = self.turn + self.chance.randrange(LONGEST_DELAY + 1)
                if self.turn < self.alone_until and self.alone in {sender, number}:
                    due = self.alone_until + self.chance.randrange(LONGEST_DELAY + 1)
                heapq.heappush(self.letters, (due, next(self.order), number, deliver))

    def deliver(self, *, everything=False):
        while self.letters and (everything or self.letters[0][0] <= self.turn):
            _, _, number, deliver = heapq.heappop(self.letters)
            deliver(self.nodes[number])

    def play(self, turns, *, load=True):
        for _ in range(turns):
            self.turn += 1
            if self.turn >= self.alone_until and self.chance.random() < 0.1:
                self.alone = self.chance.randrange(NODES)
                self.alone_until = self.turn + self.chance.randrange(4, self.longest_partition + 1)
            for number, node in enumerate(self.nodes):
                if load:
                    self.push(number, node)
                self.produce(number, node)
            self.deliver()

    def push(self, number, node):
        taken = node.load.push(self.chance.randrange(3))
        if self.chance.random() < 0.7:
            life = self.chance.choice((30, 100, 3_000))
            envelope = node.stage.push(
                Transfer("alice", "bob", Asset(1, STEEM), f"{self.turn} {number}"),
                **self.reference,
                expiration=node.chain.head_block_time + life,
            )
            self.plain[envelope.id] = envelope
            taken.append(envelope)
        for envelope in taken:
            transaction = envelope.transaction
            self.send(number, lambda other, sent=transaction: other.take_transaction(sent))

    def produce(self, number, node):
        clock = self.start + 3 * self.turn
        slot = node.chain.slot_at_time(clock)
        if slot == 0:
            return
        witness = node.chain.scheduled_witness(slot)
        if witness in node.witnesses and not node.chain.has_signed(witness, clock):
            raw = node.chain.generate_block(clock, witness, key_of(witness)).raw
            self.send(number, lambda other: other.take_block(raw))

    def calm(self):
        """Let everything arrive, then go on without delays until all that waits is in a block."""
        self.alone_until = 0
        self.deliver(everything=True)
        for _ in range(3 * len(WITNESSES)):
            self.turn += 1
            for number, node in enumerate(self.nodes):
                self.produce(number, node)
                self.deliver(everything=True)


@pytest.fixture(scope="module", params=["21 behind", "confirmed"])
def weather(genesis_folder, request):
    """A genesis by rule of irreversibility, and the longest partition that the rule bears.

    In the first month a branch is final 21 blocks back, whoever made them, so partitions must be
    well shorter; later it takes three quarters of the witnesses, whom neither side has.
    """
    if request.param == "confirmed":
        changes = {"irreversible_lag": None, "irreversible_support_min_block": 1}
        return dpos_genesis(genesis_folder, **changes), 40
    return dpos_genesis(genesis_folder, irreversible_lag=None), 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_storm_ends_on_one_head_and_loses_nothing(weather, seed, tmp_path):
    genesis, longest_partition = weather
    chains = [Chain.open(tmp_path, genesis, OPTIONS)]
    chains += [Chain.in_memory(genesis, OPTIONS) for _ in range(NODES - 1)]
    storm = Storm(chains, seed, longest_partition)
    storm.play(turns=120)
    storm.calm()
    heads = {(node.chain.head_block_id, node.chain.digest()) for node in storm.nodes}
    assert len(heads) == 1
    # The storm was one: everybody has switched, some over several blocks, and every kind of
    # stray block has come.
    assert all(node.popped for node in storm.nodes)
    assert max(node.deepest for node in storm.nodes) >= 3
    refusals = set().union(*(node.refusals for node in storm.nodes))
    assert {"block.known", "block.unlinkable", "transaction.duplicate"} <= refusals
    popped = [envelope for node in storm.nodes for envelope in node.popped.values()]
    for node in storm.nodes:
        assert not node.strays
        assert node.chain.last_irreversible_block_number > 40
        for envelope in popped:
            assert_settled(node, envelope, is_plain=envelope.id in storm.plain)
    last = chains[0].head_block_number
    blocks = [chains[0].find_block(number) for number in range(1, last + 1)]
    assert replay(genesis, blocks, recount_every=50).digest == chains[0].digest()
    for chain in chains:
        chain.close()
    with Chain.open(tmp_path, genesis, OPTIONS) as again:
        assert {(again.head_block_id, again.digest())} == heads


def assert_settled(node, envelope, *, is_plain):
    """Included, expired, or, if it depended on others, refused for a reason that still holds."""
    if node.chain.history.get_transaction(envelope.id) is not None:
        return
    if envelope.transaction.expiration <= node.chain.head_block_time:
        return
    assert not is_plain
    with pytest.raises(ProtocolError) as caught:
        node.chain.push_transaction(envelope.transaction)
    assert not isinstance(caught.value, DuplicateTransactionError)
