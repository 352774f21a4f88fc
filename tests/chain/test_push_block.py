"""Blocks with each field wrong: refused with their own code, the head untouched."""

from dataclasses import replace

import pytest
from actors import WITNESS_KEY, key_of

from protocol.assets import STEEM, Asset
from protocol.block import (
    BlockEnvelope,
    HardforkVersionVote,
    InvalidBlockSignatureError,
    RunningVersion,
    SignedBlock,
    sign_header,
)
from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError, TrailingBytesError, TruncatedError
from protocol.operations.transfer import Transfer
from protocol.transaction import block_reference
from smtchain.chain.block_checks import (
    BlockTimestampError,
    BlockTooLargeError,
    MerkleRootError,
    OldVersionError,
    UnknownWitnessError,
    WitnessSignatureError,
    WrongPreviousError,
    WrongWitnessError,
    check_header,
)
from smtchain.chain.fork_db import BlockTooOldError, KnownBlockError, UnlinkableBlockError
from smtchain.chain.options import ChainOptions
from smtchain.chain.skip import Skip
from smtchain.ledger.balances import InsufficientFundsError

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")


@pytest.fixture
def pair(stage_with):
    """Two chains at the same head, and a block that the second has not seen."""
    maker, taker = stage_with(ChainOptions()), stage_with(ChainOptions(recount_every=1))
    for _ in range(2):
        taker.chain.push_block(maker.produce().envelope.raw)
    maker.push(GIVE)
    return maker, taker, maker.produce().envelope


def remade(envelope, params, key=WITNESS_KEY, transactions=None, **changes):
    """Return the block with members of its header replaced, signed again."""
    header = replace(envelope.block.header(), **changes)
    signed = sign_header(header, key, params.network)
    body = envelope.transactions if transactions is None else transactions
    return BlockEnvelope.assemble(signed, body, params)


def refused(taker, block, error, code):
    before = taker.chain.digest(), taker.chain.head_block_id
    with pytest.raises(error) as caught:
        taker.chain.push_block(block)
    assert caught.value.code == code
    assert (taker.chain.digest(), taker.chain.head_block_id) == before
    return caught.value


class TestGoodBlocks:
    @pytest.mark.parametrize("form", ["raw", "block", "envelope"])
    def test_bytes_values_and_envelopes_are_the_same_block(self, pair, form):
        maker, taker, good = pair
        given = {"raw": good.raw, "block": good.block, "envelope": good}[form]
        assert isinstance(good.block, SignedBlock)
        assert taker.chain.push_block(given)
        assert taker.chain.head_block_id == good.id
        assert taker.chain.digest() == maker.chain.digest()

    def test_a_trusted_log_needs_no_signatures(self, pair):
        _, taker, good = pair
        stranger = PrivateKey.from_seed("stranger")
        unsigned = remade(good, taker.params, key=stranger)
        assert taker.chain.push_block(unsigned, skip=Skip.WITNESS_SIGNATURE)

    def test_a_block_drops_its_transactions_from_the_mempool(self, pair):
        _, taker, good = pair
        taker.chain.push_transaction(good.transactions[0])
        taker.chain.push_block(good.raw)
        assert len(taker.chain.mempool) == 0


class TestBadHeaders:
    def test_a_previous_that_nobody_knows(self, pair):
        _, taker, good = pair
        stray = remade(good, taker.params, previous=good.block.previous[:19] + b"\0")
        refused(taker, stray, UnlinkableBlockError, "block.unlinkable")
        taker.chain.push_block(good)

    def test_the_time_of_the_head(self, pair):
        _, taker, good = pair
        early = remade(good, taker.params, timestamp=good.block.timestamp - 3)
        refused(taker, early, BlockTimestampError, "block.timestamp")
        taker.chain.push_block(good)

    def test_a_time_between_the_head_and_the_next_slot(self, pair):
        _, taker, good = pair
        early = remade(good, taker.params, timestamp=good.block.timestamp - 1)
        refused(taker, early, BlockTimestampError, "block.timestamp")

    def test_a_producer_that_is_no_witness(self, pair):
        _, taker, good = pair
        stranger = remade(good, taker.params, witness="alice")
        refused(taker, stranger, UnknownWitnessError, "block.unknown_witness")
        taker.chain.push_block(good)

    def test_another_key(self, pair):
        _, taker, good = pair
        forged = remade(good, taker.params, key=key_of("alice"))
        refused(taker, forged, WitnessSignatureError, "block.witness_signature")
        taker.chain.push_block(good)

    def test_a_signature_that_recovers_nothing(self, pair):
        _, taker, good = pair
        header = replace(good.block, witness_signature=bytes(65))
        spoiled = BlockEnvelope.assemble(header, good.transactions, taker.params)
        refused(taker, spoiled, InvalidBlockSignatureError, "block.invalid_signature")

    def test_a_root_of_other_transactions(self, pair):
        _, taker, good = pair
        wrong = remade(good, taker.params, transaction_merkle_root=bytes(20))
        refused(taker, wrong, MerkleRootError, "block.merkle_root")
        emptied = remade(good, taker.params, transactions=())
        refused(taker, emptied, MerkleRootError, "block.merkle_root")
        taker.chain.push_block(good)

    def test_a_version_below_the_present_hardfork(self, pair):
        _, taker, good = pair
        old = remade(good, taker.params, extensions=(RunningVersion(21 << 16),))
        refused(taker, old, OldVersionError, "block.old_version")
        taker.chain.push_block(good)

    def test_versions_and_votes_in_the_header_are_recorded(self, pair):
        _, taker, good = pair
        vote = HardforkVersionVote(23 << 16, 2_000_000_000)
        new = remade(good, taker.params, extensions=(RunningVersion(23 << 16), vote))
        taker.chain.push_block(new)
        witness = taker.state.witnesses.get("initminer")
        assert witness.running_version == 23 << 16
        assert witness.hardfork_version_vote == 23 << 16
        assert witness.hardfork_time_vote == 2_000_000_000


class TestBadPlaces:
    def test_the_same_block_twice(self, pair):
        _, taker, good = pair
        taker.chain.push_block(good)
        refused(taker, good, KnownBlockError, "block.known")

    def test_a_block_that_would_replace_an_irreversible_one(self, pair):
        maker, taker, good = pair
        taker.chain.push_block(good)
        rival = remade(good, taker.params, timestamp=good.block.timestamp + 3)
        refused(taker, rival, BlockTooOldError, "block.too_old")
        assert taker.chain.push_block(maker.produce().envelope)

    def test_a_block_that_comes_before_its_parent(self, pair):
        maker, taker, good = pair
        child = maker.produce().envelope
        refused(taker, child, UnlinkableBlockError, "block.unlinkable")
        taker.chain.push_block(good)
        taker.chain.push_block(child)


class TestBadBodies:
    def test_a_transaction_that_fails_names_its_place(self, pair):
        maker, taker, good = pair
        number, prefix = block_reference(good.block.previous)
        poor = maker.sign(
            replace(GIVE, amount=Asset(10**12, STEEM)),
            ref_block_num=number,
            ref_block_prefix=prefix,
        )
        both = (*good.transactions, poor)
        root = BlockEnvelope.assemble(good.block, both, taker.params).merkle_root()
        bad = remade(good, taker.params, transactions=both, transaction_merkle_root=root)
        error = refused(taker, bad, InsufficientFundsError, "evaluation.insufficient_funds")
        assert error.field == "transactions[1].operations[0].amount"
        taker.chain.push_block(good)

    def test_valid_alone_is_not_enough_in_sequence(self, pair):
        maker, taker, good = pair
        twice = good.transactions * 2
        root = BlockEnvelope.assemble(good.block, twice, taker.params).merkle_root()
        bad = remade(good, taker.params, transactions=twice, transaction_merkle_root=root)
        with pytest.raises(ProtocolError) as caught:
            taker.chain.push_block(bad)
        assert caught.value.code == "transaction.duplicate"
        assert caught.value.field == "transactions[1]"
        assert maker.chain.head_block_id == good.id

    def test_more_bytes_than_the_witnesses_allow(self, pair):
        maker, taker, good = pair
        large = tuple(
            maker.sign(replace(GIVE, memo="m" * 2_040 + str(number))) for number in range(65)
        )
        root = BlockEnvelope.assemble(good.block, large, taker.params).merkle_root()
        bad = remade(good, taker.params, transactions=large, transaction_merkle_root=root)
        assert bad.size > 131_072
        refused(taker, bad, BlockTooLargeError, "block.too_large")

    def test_bytes_that_are_no_block(self, pair):
        _, taker, good = pair
        with pytest.raises(TruncatedError):
            taker.chain.push_block(good.raw[:-1])
        with pytest.raises(TrailingBytesError):
            taker.chain.push_block(good.raw + b"\0")
        with pytest.raises(TruncatedError):
            taker.chain.push_block(b"")
        taker.chain.push_block(good.raw)

    def test_the_last_block_number_there_is(self, pair):
        _, taker, good = pair
        wild = remade(good, taker.params, previous=b"\xff" * 20)
        refused(taker, wild.raw, BlockTooOldError, "block.too_old")

    def test_exactly_the_bytes_the_witnesses_allow(self, pair):
        maker, taker, good = pair
        reference = dict(
            zip(
                ("ref_block_num", "ref_block_prefix"),
                block_reference(good.block.previous),
                strict=True,
            )
        )

        def block_of(*lengths):
            transactions = tuple(
                maker.sign(replace(GIVE, memo=f"{number:03}".ljust(length, "m")), **reference)
                for number, length in enumerate(lengths)
            )
            root = BlockEnvelope.assemble(good.block, transactions, taker.params).merkle_root()
            return remade(
                good, taker.params, transactions=transactions, transaction_merkle_root=root
            )

        # What 66 transfers leave is room for one more, with a memo of 128 bytes or more.
        left = 131_072 - block_of(*[1_850] * 66, 1_000).size
        full, too_full = (block_of(*[1_850] * 66, 1_000 + left + more) for more in (0, 1))
        assert (full.size, too_full.size) == (131_072, 131_073)
        refused(taker, too_full, BlockTooLargeError, "block.too_large")
        assert taker.chain.push_block(full)


class TestTurns:
    """Two witnesses, initminer and alice, who take turns."""

    @pytest.fixture
    def pair(self, stage_with, dev_genesis):
        (initminer,) = dev_genesis.witnesses
        alice = replace(initminer, owner="alice", signing_key=key_of("alice").public_key)
        genesis = replace(dev_genesis, witnesses=(initminer, alice))
        maker = stage_with(ChainOptions(), genesis)
        taker = stage_with(ChainOptions(recount_every=1), genesis)
        return maker, taker, maker.produce().envelope

    def test_each_slot_belongs_to_one_witness(self, pair):
        maker, taker, good = pair
        other = "alice" if good.block.witness == "initminer" else "initminer"
        usurped = remade(good, taker.params, key=key_of(other), witness=other)
        error = refused(taker, usurped, WrongWitnessError, "block.wrong_witness")
        assert (error.field, error.value) == ("witness", other)
        assert taker.chain.push_block(good)
        assert maker.produce().envelope.block.witness == other

    def test_the_slot_after_is_the_others(self, pair):
        _, taker, good = pair
        late = remade(
            good,
            taker.params,
            key=key_of(good.block.witness),
            timestamp=good.block.timestamp + 3,
        )
        refused(taker, late, WrongWitnessError, "block.wrong_witness")

    def test_a_block_on_another_than_the_head(self, pair):
        """The tree of blocks sorts such a block out before; the block log has no tree."""
        _, taker, good = pair
        stray = remade(
            good, taker.params, key=key_of(good.block.witness), previous=bytes(19) + b"\1"
        )
        with pytest.raises(WrongPreviousError) as caught:
            check_header(taker.chain._head.context(), stray, is_signature_trusted=True)
        assert (caught.value.code, caught.value.field) == ("block.wrong_previous", "previous")


class TestProducing:
    def test_only_in_a_slot_to_come(self, chain):
        with pytest.raises(BlockTimestampError):
            chain.chain.generate_block(chain.now + 2, "initminer", WITNESS_KEY)
        chain.chain.generate_block(chain.now + 3, "initminer", WITNESS_KEY)

    def test_only_by_the_scheduled_witness(self, chain):
        with pytest.raises(WrongWitnessError):
            chain.chain.generate_block(chain.now + 3, "alice", WITNESS_KEY)

    def test_only_with_the_signing_key(self, chain):
        with pytest.raises(WitnessSignatureError):
            chain.chain.generate_block(chain.now + 3, "initminer", key_of("alice"))

    def test_listeners_hear_of_a_block_once_it_can_be_read_back(self, chain):
        heard = []
        chain.chain.on_block(
            lambda block: heard.append(chain.chain.find_block(block.num).id == block.id)
        )
        chain.produce(2)
        assert heard == [True, True]

    def test_blocks_are_found_by_number_and_by_id(self, chain):
        blocks = [chain.produce().envelope for _ in range(3)]
        assert chain.chain.find_block(2).raw == blocks[1].raw
        assert chain.chain.find_block_by_id(blocks[0].id).raw == blocks[0].raw
        assert chain.chain.find_block_by_id(blocks[0].id[:4] + bytes(16)) is None
        assert chain.chain.find_block(4) is None
        assert chain.chain.find_block(0) is None
