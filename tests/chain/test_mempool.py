"""What waits for a block: order, limits, what goes in, what is tried again, what is dropped."""

import json
from dataclasses import replace

import pytest
from actors import Stage

from protocol.assets import STEEM, Asset
from protocol.operations.transfer import Transfer
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import parse_genesis, with_params
from smtchain.chain.replay import replay

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")
ALL = Asset(1_000_000_000, STEEM)


def given(chain, block):
    return [each.transaction.operations[0].memo for each in block.envelope.transactions]


class TestOrder:
    def test_first_come_first_served(self, chain):
        chain.produce()
        for memo in ("one", "two", "three"):
            chain.push(replace(GIVE, memo=memo))
        assert given(chain, chain.produce()) == ["one", "two", "three"]

    def test_a_chain_of_payments_fits_one_block(self, chain):
        chain.produce()
        chain.push(Transfer("alice", "bob", ALL, "1"))
        chain.push(Transfer("bob", "carol", Asset(2_000_000_000, STEEM), "2"))
        chain.push(Transfer("carol", "dave", Asset(3_000_000_000, STEEM), "3"))
        chain.produce()
        assert chain.actor("dave").steem == 4_000_000_000


class TestSelection:
    def test_what_expires_before_the_slot_is_left_out(self, chain):
        chain.produce()
        chain.push(replace(GIVE, memo="short"), expiration=chain.now + 5)
        chain.push(replace(GIVE, memo="long"))
        block = chain.produce(slot=2)  # 6 seconds on
        assert given(chain, block) == ["long"]
        assert len(chain.chain.mempool) == 0

    def test_what_expires_at_the_slot_goes_in(self, chain):
        chain.produce()
        chain.push(replace(GIVE, memo="short"), expiration=chain.now + 6)
        assert given(chain, chain.produce(slot=2)) == ["short"]

    def test_a_full_block_postpones_and_the_next_takes_the_rest(self, chain):
        chain.produce()
        big = [replace(GIVE, memo=f"{number:02}" + "m" * 2_000) for number in range(100)]
        for operation in big:
            chain.push(operation)
        first = chain.produce()
        assert first.envelope.size < 131_072
        assert first.envelope.size > 131_072 - 2_200
        second = chain.produce()
        assert given(chain, first) + given(chain, second) == [each.memo for each in big]

    def test_a_small_one_passes_one_that_does_not_fit(self, chain):
        chain.produce()
        for number in range(61):
            chain.push(replace(GIVE, memo=f"{number:02}" + "m" * 2_000))
        chain.push(*[replace(GIVE, memo="large" + "m" * 1_990)] * 3)
        chain.push(replace(GIVE, memo="small"))
        assert given(chain, chain.produce())[-1] == "small"
        assert given(chain, chain.produce())[0].startswith("large")

    def test_no_more_than_six_are_passed_over_for_size(self, chain):
        # block_producer.cpp: it stops once more than 5 are postponed
        chain.produce()
        for number in range(60):
            chain.push(replace(GIVE, memo=f"{number:02}" + "m" * 2_000))
        for number in range(6):
            chain.push(*[replace(GIVE, memo=f"large{number}" + "m" * 1_990)] * 10)
        chain.push(replace(GIVE, memo="small"))
        assert "small" not in given(chain, chain.produce())
        assert "small" in given(chain, chain.produce())

    def test_what_the_head_refuses_is_passed_over_and_leaves_no_trace(self, chain, dev_genesis):
        chain.produce()
        refused = chain.sign(Transfer("alice", "bob", Asset(10**12, STEEM), "too much"))
        chain.chain.mempool.add(refused)
        chain.push(replace(GIVE, memo="good"))
        block = chain.produce()
        assert given(chain, block) == ["good"]
        assert chain.chain.mempool.find(refused.id) is None
        assert (
            replay(dev_genesis, [each.envelope.raw for each in chain.blocks]).digest
            == chain.chain.digest()
        )


class TestTryingAgain:
    def test_what_no_longer_fits_the_new_head_is_dropped(self, dev_genesis):
        with Chain.in_memory(dev_genesis) as here, Chain.in_memory(dev_genesis) as there:
            mine, other = Stage(here), Stage(there)
            for stage in (mine, other):
                stage.produce()
            spend = mine.push(Transfer("alice", "bob", ALL, "mine"))
            keep = mine.push(Transfer("carol", "bob", ALL, "kept"))
            other.push(Transfer("alice", "dave", ALL, "theirs"))
            here.push_block(other.produce().envelope.raw)
            assert here.mempool.find(spend.id) is None
            assert here.mempool.find(keep.id) is keep
            assert mine.actor("dave").steem == 2_000_000_000
            assert mine.actor("bob").steem == 2_000_000_000  # pending shows

    def test_what_has_expired_is_dropped(self, chain):
        chain.produce()
        envelope = chain.push(GIVE, expiration=chain.now + 5)
        chain.produce(slot=2)
        assert chain.chain.mempool.find(envelope.id) is None
        assert chain.actor("alice").steem == 1_000_000_000

    def test_the_digest_after_a_block_does_not_depend_on_what_waits(self, dev_genesis):
        digests = []
        for extra in (0, 3):
            with Chain.in_memory(dev_genesis) as chain:
                stage = Stage(chain)
                stage.produce()
                for number in range(extra):
                    # never selected: expires before the slot
                    stage.push(replace(GIVE, memo=str(number)), expiration=stage.now + 5)
                stage.produce(slot=2)
                digests.append(chain.digest())
        assert digests[0] == digests[1]


class TestLimits:
    def test_the_block_size_follows_the_witnesses(self, document):
        document["witnesses"][0]["maximum_block_size"] = 65_536
        with Chain.in_memory(parse_genesis(document)) as chain:
            stage = Stage(chain)
            stage.produce()
            for number in range(60):
                stage.push(replace(GIVE, memo=f"{number:02}" + "m" * 2_000))
            block = stage.produce()
            assert 65_536 - 2_200 < block.envelope.size <= 65_536

    def test_the_number_of_postponed_transactions_is_a_parameter(self, dev_genesis):
        params = replace(dev_genesis.params, max_postponed_transactions=0)
        with Chain.in_memory(with_params(dev_genesis, params)) as chain:
            stage = Stage(chain)
            stage.produce()
            for number in range(61):
                stage.push(replace(GIVE, memo=f"{number:02}" + "m" * 2_000))
            for number in range(2):
                stage.push(*[replace(GIVE, memo=f"large{number}" + "m" * 1_990)] * 3)
            stage.push(replace(GIVE, memo="small"))
            first = stage.produce()
            assert [memo for memo in given(stage, first) if memo == "small"] == []


@pytest.fixture
def document(genesis_folder):
    return json.loads(genesis_folder.joinpath("dev.json").read_text())
