"""The queue of token events on the chain: ties, several thresholds at once, late inflation."""

from dataclasses import replace

import pytest
from smt_world import commitment
from token_stage import HOUR, PLAIN, TokenStage

from protocol.operations.smt_contribution import SmtContributorPayout
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_setup import SmtLaunchEvaluated, SmtPhaseChanged
from smtchain.chain.genesis import with_params
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay
from smtchain.state.tables.smt import SmtPhase

SIX_HOURS = 21_600
FOREVER = 0xFFFFFFFF


def phases_in(block, symbol):
    """Return the phases a token entered in a block's event stage."""
    return [
        SmtPhase(each.new_phase)
        for each in block.events
        if isinstance(each, SmtPhaseChanged) and each.symbol == symbol
    ]


class TestTies:
    def test_equal_times_run_by_age(self, chain):
        tokens = []
        for _ in range(3):
            token = TokenStage(chain)
            if tokens:
                token.begin, token.end = tokens[0].begin, tokens[0].end
                token.launch, token.expiration = tokens[0].launch, tokens[0].expiration
            token.set_up(PLAIN, 1, 1_000)
            tokens.append(token)
        chain.jump_to(tokens[0].begin)
        for token in reversed(tokens):
            chain.push(token.contribution("bob", 1_000))
        chain.produce()
        chain.jump_to(tokens[0].end)
        block = chain.jump_to(tokens[0].launch)
        verdicts = [each.symbol for each in block.events if isinstance(each, SmtLaunchEvaluated)]
        payouts = [each.symbol for each in block.events if isinstance(each, SmtContributorPayout)]
        assert verdicts == payouts == [token.symbol for token in tokens]

    def test_launch_comes_before_expiration(self, chain):
        token = TokenStage(chain)
        token.expiration = token.launch
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        token.go(token.launch)
        assert token.phase == SmtPhase.ACTIVE

    def test_without_reveals_the_same_second_expires_it(self, chain):
        token = TokenStage(chain)
        token.expiration = token.launch
        token.set_up()
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        block = token.go(token.launch)
        assert phases_in(block, token.symbol)[-2:] == [
            SmtPhase.LAUNCH_PENDING,
            SmtPhase.LAUNCH_FAILED,
        ]

    def test_the_end_of_contributions_comes_before_the_launch(self, chain):
        token = TokenStage(chain)
        token.end = token.launch = token.expiration
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        block = token.go(token.launch)
        assert phases_in(block, token.symbol) == [
            SmtPhase.CONTRIBUTION_ENDED,
            SmtPhase.LAUNCHING,
            SmtPhase.ACTIVE,
        ]

    def test_a_beginning_now_opens_in_the_block_of_the_setup(self, chain):
        token = TokenStage(chain)
        token.begin = chain.now
        token.set_up()
        assert token.phase == SmtPhase.CONTRIBUTION


class TestSeveralThresholdsInOneBlock:
    def test_a_year_without_blocks_leads_to_the_same_end(self, chain):
        token = TokenStage(chain)
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        block = token.go(token.expiration + 365 * 24 * HOUR)
        assert phases_in(block, token.symbol) == [
            SmtPhase.CONTRIBUTION_ENDED,
            SmtPhase.LAUNCHING,
            SmtPhase.ACTIVE,
        ]
        assert token.held("bob", "ivan") == (600, 300)

    def test_all_of_them_with_nothing_contributed(self, chain):
        token = TokenStage(chain)
        token.set_up(PLAIN, 1, 1_000)
        block = token.go(token.expiration + HOUR)
        assert phases_in(block, token.symbol) == [
            SmtPhase.CONTRIBUTION,
            SmtPhase.CONTRIBUTION_ENDED,
            SmtPhase.LAUNCH_FAILED,
        ]

    def test_hidden_caps_revealed_by_the_block_that_crosses_everything(self, chain):
        """The reveals are in the block: they are known before its events run."""
        token = TokenStage(chain)
        token.set_up()
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        chain.push(token.reveal(1), token.reveal(1_000))
        block = token.go(token.launch)
        assert block.envelope.transactions == ()  # the transaction had expired by then
        assert token.phase == SmtPhase.LAUNCH_PENDING
        chain.push(token.reveal(1), token.reveal(1_000))
        block = token.go(token.stage.now + 300)
        assert phases_in(block, token.symbol) == [SmtPhase.LAUNCHING, SmtPhase.ACTIVE]


class TestLateInflation:
    def endless(self, token, amount=10):
        return token.inflation(
            {"judy": 1}, amount, interval_seconds=SIX_HOURS, interval_count=FOREVER
        )

    def late(self, chain, count, days):
        """Bring `count` tokens to a launch that many days late; return them."""
        tokens = []
        for _ in range(count):
            token = TokenStage(chain)
            token.launch = token.end
            token.expiration = token.launch + 400 * 24 * HOUR
            token.set_up(before=(self.endless(token),))
            tokens.append(token)
        chain.jump_to(tokens[-1].begin)
        for token in tokens:
            chain.push(token.contribution("bob", 1_000))
        chain.produce()
        chain.jump_to(tokens[-1].launch + days * 24 * HOUR)
        for token in tokens:
            chain.push(token.reveal(1), token.reveal(1_000))
        chain.produce()
        return tokens

    def emitted_in(self, block):
        return [each for each in block.events if isinstance(each, SmtInflationEmitted)]

    def test_a_token_catches_up_ten_events_a_block(self, chain):
        (token,) = self.late(chain, 1, days=10)
        # 41 events: at the launch and every six hours of ten days.
        counts = [len(self.emitted_in(chain.blocks[-1]))]
        while len(self.emitted_in(chain.produce())):
            counts.append(len(self.emitted_in(chain.blocks[-1])))
        assert counts == [10, 10, 10, 10, 1]
        events = chain.events(SmtInflationEmitted)
        assert [each.event_time for each in events] == [
            token.launch + index * SIX_HOURS for index in range(41)
        ]
        assert token.held("judy") == (410,)

    def test_twelve_tokens_share_a_hundred_events_a_block(self, chain):
        tokens = self.late(chain, 12, days=3)
        blocks = [chain.blocks[-1]]
        while self.emitted_in(chain.produce()):
            blocks.append(chain.blocks[-1])
        counts = [len(self.emitted_in(block)) for block in blocks]
        # 13 events each.  A token's events are older than the next token's launch, so they come
        # first: 10 of each of ten tokens; then their last 3 and 10 of the other two; then 3 each.
        assert counts == [100, 50, 6]
        for block in blocks:
            by_token = [each.symbol for each in self.emitted_in(block)]
            assert max(by_token.count(token.symbol) for token in tokens) <= 10
        assert [token.held("judy") for token in tokens] == [(130,)] * 12

    def test_is_the_same_when_the_chain_is_replayed(self, chain, dev_genesis):
        self.late(chain, 2, days=5)
        chain.produce(3)
        blocks = [block.envelope.raw for block in chain.blocks]
        assert replay(dev_genesis, blocks).digest == chain.chain.digest()

    def test_begins_when_the_last_payout_is_made(self, stage_with, dev_genesis):
        """The event of the announced launch waits for the token to exist as a whole."""
        slow = with_params(dev_genesis, replace(dev_genesis.params, launch_payouts_per_block=1))
        stage = stage_with(ChainOptions(recount_every=1), slow)
        token = TokenStage(stage)
        token.set_up(PLAIN, 1, 1_000, before=(self.endless(token),))
        token.go(token.begin)
        token.contribute(("bob", 1_000), ("carol", 1_000))
        token.go(token.end)
        token.go(token.launch)
        assert (token.phase, token.held("judy")) == (SmtPhase.LAUNCHING, (0,))
        stage.produce()
        assert (token.phase, token.held("judy")) == (SmtPhase.ACTIVE, (10,))


@pytest.mark.parametrize("bound", [1, 2, 3, 1_000])
def test_payouts_are_the_same_whatever_a_block_may_do(stage_with, dev_genesis, bound):
    params = replace(dev_genesis.params, launch_payouts_per_block=bound)
    stage = stage_with(ChainOptions(recount_every=1), with_params(dev_genesis, params))
    token = TokenStage(stage)
    policy = replace(PLAIN, hard_cap_steem_units_commitment=commitment(500))
    token.run(policy, ("bob", 2_000), ("carol", 1_000), ("bob", 2_500), ("dave", 10), ("erin", 70))
    while token.phase != SmtPhase.ACTIVE:
        stage.produce()
    # Units 200, 100, 250, 1, 7; the hard cap of 500 cuts the third to 200. R = 1.
    assert token.held("bob", "carol", "dave", "erin", "ivan") == (800, 200, 0, 0, 500)
    assert stage.actor("heidi").steem == 1_000_005_000
    assert [stage.actor(name).steem - 1_000_000_000 for name in ("bob", "carol", "dave")] == [
        -4_000,
        -1_000,
        0,
    ]
