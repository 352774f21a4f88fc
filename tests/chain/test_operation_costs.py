"""What operations and blocks cost, counted: the same among a thousand accounts and a hundred times
as many.

Counted are look-ups, changes and index steps of every table, and what reaches LMDB: gets, seeks
and moves of cursors, and writes.  The cache is small and empty at the start, so rows are cold.
"""

from collections import Counter

import pytest
from actors import Stage, key_of

from protocol.assets import SBD, STEEM, Asset
from protocol.authority import single_key_authority
from protocol.operations.smt_contribution import RevealedCap, SmtContribute, cap_hash
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtSetup,
)
from protocol.operations.transfer import Transfer
from protocol.symbols import smt_symbol
from smtchain.chain import head
from smtchain.chain.chain import Chain
from smtchain.chain.options import ChainOptions
from smtchain.ledger.accounts import create_account
from smtchain.state.live import LiveTable
from smtchain.state.store import Store

SIZES = (1_000, 100_000)
KEY = key_of("alice")
AUTHORITY = single_key_authority(KEY.public_key)
OPTIONS = ChainOptions(is_durable=False, cache_rows=400)


def name_of(number):
    return f"user{number:06}"


def populate(folder, genesis, size, monkeypatch):
    """Begin a chain with `size` accounts more, all with one key and nothing on them."""
    write_genesis = head.write_genesis

    def write_crowd(state, given):
        write_genesis(state, given)
        for number in range(size):
            create_account(
                state,
                name=name_of(number),
                owner=AUTHORITY,
                active=AUTHORITY,
                posting=AUTHORITY,
                memo_key=KEY.public_key,
                recovery_account="alice",
                json_metadata="",
                created=given.params.genesis_time,
            )

    with monkeypatch.context() as patch:
        patch.setattr(head, "write_genesis", write_crowd)
        patch.setattr(head, "recount", lambda *_: None)  # linear in the accounts, and not the point
        Chain.open(folder, genesis, OPTIONS).close()


class Meter:
    """Counts what tables and store do."""

    def __init__(self, state, monkeypatch):
        self.tables = [table for table in vars(state).values() if isinstance(table, LiveTable)]
        self.store = Counter()
        get, cursor, write = Store.get, Store.cursor, Store.write
        meter = self.store

        class CountingCursor:
            def __init__(self, real):
                self._real = real

            def __getattr__(self, name):
                if name in {"set_range", "first", "last", "next", "prev"}:
                    meter["moves"] += 1
                return getattr(self._real, name)

        def counting_get(store, *args):
            meter["gets"] += 1
            return get(store, *args)

        def counting_write(store, batches, meta):
            batches = list(batches)
            meter["puts"] += sum(len(batch.puts) + len(batch.deletes) for batch in batches)
            return write(store, batches, meta)

        monkeypatch.setattr(Store, "get", counting_get)
        monkeypatch.setattr(Store, "cursor", lambda *args: CountingCursor(cursor(*args)))
        monkeypatch.setattr(Store, "write", counting_write)

    def read(self):
        return Counter(
            reads=sum(table.reads for table in self.tables),
            writes=sum(table.writes for table in self.tables),
            steps=sum(table.steps for table in self.tables),
            **self.store,
        )

    def of(self, work):
        before = self.read()
        work()
        after = self.read()
        after.subtract(before)
        return dict(after)


def token_open_for_contributions(stage):
    """Create a token and bring it to where it takes contributions."""
    nai = stage.state.nai_pool.get().nais[0]
    symbol = smt_symbol(nai >> 5, 3)
    stage.send(SmtCreate("alice", symbol, Asset(1_000, SBD)))
    cap = RevealedCap(1, 0)
    large = RevealedCap(10**9, 0)
    stage.send(
        SmtSetup(
            control_account="alice",
            symbol=symbol,
            decimal_places=0,
            max_supply=10**15,
            initial_generation_policy=CappedGenerationPolicy(
                pre_soft_cap_unit=GenerationUnit((("alice", 1),), (("$from", 1),)),
                post_soft_cap_unit=GenerationUnit(),
                min_steem_units_commitment=CapCommitment(1, 1, cap_hash(cap)),
                hard_cap_steem_units_commitment=CapCommitment(10**9, 10**9, cap_hash(large)),
                soft_cap_percent=10_000,
                min_unit_ratio=1,
                max_unit_ratio=1,
            ),
            generation_begin_time=stage.now + 30,
            generation_end_time=stage.now + 100_000,
            announced_launch_time=stage.now + 200_000,
            launch_expiration_time=stage.now + 300_000,
        )
    )
    stage.jump_to(stage.now + 60)
    return symbol


@pytest.fixture(scope="module")
def costs(dev_genesis, tmp_path_factory):
    """For each size, what each kind of work costs."""
    found = {}
    for size in SIZES:
        folder = tmp_path_factory.mktemp(f"chain{size}")
        with pytest.MonkeyPatch.context() as monkeypatch:
            populate(folder, dev_genesis, size, monkeypatch)
            with Chain.open(folder, dev_genesis, OPTIONS) as chain:
                meter = Meter(chain.state, monkeypatch)
                found[size] = dict(works(Stage(chain), size, meter))
    return found


def works(stage, size, meter):
    """Yield name and cost of each kind of work: each is pushed and in a block of its own."""
    symbol = token_open_for_contributions(stage)
    people = [name_of(place * (size // 20) + 7) for place in range(20)]
    for place, name in enumerate(people):
        # Money from one whose row is at hand to one whose is not, seen by nobody before.
        gift = Transfer("alice", name, Asset(1_000, STEEM), "")
        yield f"gift {place}", meter.of(lambda gift=gift: stage.send(gift))
    for place in range(10):
        pay = Transfer(people[place], people[place + 10], Asset(5, STEEM), "")
        yield f"transfer {place}", meter.of(lambda pay=pay: stage.send(pay, signers=[KEY]))
        part = SmtContribute(people[place], symbol, place, Asset(7, STEEM))
        yield f"contribution {place}", meter.of(lambda part=part: stage.send(part, signers=[KEY]))
        yield f"empty block {place}", meter.of(stage.produce)
    many = [Transfer("alice", name, Asset(1, STEEM), "many") for name in people]

    def crowded_block():
        for each in many:
            stage.push(each)
        stage.produce()

    yield "block of twenty", meter.of(crowded_block)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_costs_are_the_same_among_a_hundred_times_as_many_accounts(costs):
    few, many = (costs[size] for size in SIZES)
    assert many == few


@pytest.mark.slow
def test_costs_are_counted_and_small(costs):
    """Bounds from the rules: a block without transactions touches rows by the dozen."""
    cost = costs[SIZES[1]]
    for place in range(1, 10):
        empty = cost[f"empty block {place}"]
        assert 10 < empty["reads"] < 100
        assert 0 < empty["writes"] < 25
        assert 0 < empty["steps"] < 50
        transfer = cost[f"transfer {place}"]
        # Once pending, once chosen for the block, once in it.
        assert 3 * 3 <= transfer["writes"] - empty["writes"] < 3 * 8
        assert transfer["reads"] - empty["reads"] < 3 * 30
        contribution = cost[f"contribution {place}"]
        assert contribution["writes"] - empty["writes"] < 3 * 10
        assert contribution["reads"] - empty["reads"] < 3 * 40
