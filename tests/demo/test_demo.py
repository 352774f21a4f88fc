"""The demonstration finds out when something is wrong."""

import pytest

from protocol.crypto import PrivateKey
from smtchain.chain.chain import Chain
from smtchain.chain.driver import Driver
from smtchain.chain.options import ChainOptions
from smtchain.demo.proof import prove_by_replay
from smtchain.demo.story import CONTRIBUTIONS, Story, StoryDiffersError
from smtchain.demo.supply import Holding, SupplyTable, show_amount, steem_supply

STEEM = 3_200_000_035  # asset number of STEEM, steemd asset_symbol.hpp
SBD = 3_200_000_003


@pytest.fixture
def driver(dev_genesis):
    with Chain.in_memory(dev_genesis, ChainOptions(recount_every=1)) as chain:
        yield Driver(chain, {"initminer": PrivateKey.from_seed("init_key")})


def test_tells_every_phase_in_order(driver):
    told = []
    story = Story(driver, told.append)
    story.run()
    phases = [line[28:46].strip() for line in told]
    order = ["-", "setup", "setup completed", "contribution", "contribution ended", "active"]
    assert sorted(set(phases), key=phases.index) == order


def test_tables_account_for_everything(driver):
    story = Story(driver, lambda line: None)
    story.run()
    token, steem = story.tables()
    # Five sixths of the launch go to contributors and one to founder-c: 6 tokens for 1 STEEM.
    launched = sum(CONTRIBUTIONS.values()) * 60
    # Ten tokens are burned, and two events print 3,000 tokens each.
    assert token.stated == token.counted == launched - 100_000 + 2 * 30_000_000
    assert steem.agrees
    assert Holding("vesting fund", 30_000_000) in token.holdings
    assert Holding("reward fund", 40_000_000) in token.holdings


def test_a_wrong_amount_stops_the_story(driver, monkeypatch):
    units = sum(CONTRIBUTIONS.values()) // 100

    class Forgetful(Story):
        def _launch(self, times):
            monkeypatch.setitem(CONTRIBUTIONS, "dave", CONTRIBUTIONS["dave"] - 100)
            super()._launch(times)

    expected = f"units accepted: expected {units - 1} got {units}"
    with pytest.raises(StoryDiffersError, match=expected):
        Forgetful(driver, lambda line: None).run()


def test_one_missing_satoshi_shows_in_a_table():
    table = SupplyTable(STEEM, (Holding("alice", 3), Holding("bob", 4)), 7)
    assert table.agrees
    assert not SupplyTable(STEEM, table.holdings, 8).agrees


def test_steem_table_covers_the_whole_supply(chain):
    chain.produce(3)
    table = steem_supply(chain.state)
    assert table.counted == chain.state.globals.get().current_supply


def test_replay_gives_the_same_digest_and_misses_no_block(driver, dev_genesis):
    for _ in range(3):
        driver.produce()
    lived = driver.chain.digest()
    proof = prove_by_replay(dev_genesis, driver.blocks, lived)
    assert proof.agrees
    assert proof.lived == proof.replayed == proof.recounted == lived
    short = prove_by_replay(dev_genesis, driver.blocks[:-1], lived)
    assert not short.agrees
    assert short.replayed == short.recounted != lived


@pytest.mark.parametrize(
    ("amount", "symbol", "shown"),
    [
        (0, STEEM, "0.000 STEEM"),
        (1, STEEM, "0.001 STEEM"),
        (1_234_567_890, STEEM, "1,234,567.890 STEEM"),
        (1_000, SBD, "1.000 SBD"),
    ],
)
def test_shows_amounts_with_all_decimals(amount, symbol, shown):
    assert show_amount(amount, symbol) == shown
