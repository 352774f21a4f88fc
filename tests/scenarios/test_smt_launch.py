"""ALPHA, the whitepaper's first example, from nothing to a token in use.

Everything happens by signed transactions in produced blocks; all invariants are counted anew after
each block.  Amounts are docs/RULES.md 7.1's: per unit of 0.100 STEEM alpha-org gets 70, founder-a
23, founder-b 7 satoshis, the contributor 5,000 and founder-c 1,000 token satoshis (ratio 1000).
"""

import pytest
from actors import Stage, key_of

from protocol.assets import SBD, STEEM, Asset
from protocol.authority import single_key_authority
from protocol.errors import ProtocolError
from protocol.operations.account import AccountCreate
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefund,
    SmtRefunded,
    cap_hash,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtLaunchEvaluated,
    SmtPhaseChanged,
    SmtSetup,
    SmtTokenLaunched,
)
from protocol.operations.transfer import Transfer
from protocol.symbols import smt_symbol, stripped, symbol_from_nai
from protocol.types import TIME_MAX
from smtchain.chain.chain import Chain
from smtchain.chain.options import ChainOptions
from smtchain.chain.replay import replay
from smtchain.state.tables.smt import SmtPhase

ALPHA = symbol_from_nai("@@181188044", 4)  # the first identifier a fresh chain offers
MIN_CAP = RevealedCap(1, 0)
HARD_CAP = RevealedCap(166_666_666_666, 0)
PEOPLE = ("alpha", "alpha-org", "founder-a", "founder-b", "founder-c")
HOUR = 3_600


def commitment(cap):
    return CapCommitment(cap.amount, cap.amount, cap_hash(cap))


class Alpha:
    """The cast, and ALPHA's steps."""

    def __init__(self, stage: Stage):
        self.stage = stage
        stage.produce()
        for name in PEOPLE:
            stage.push(self.account(name))
        stage.push(Transfer("bob", "alpha", Asset(10_000, SBD), "for the creation fee"))
        stage.produce()
        self.begin = stage.now + HOUR
        self.end = self.begin + HOUR
        self.launch = self.end + HOUR
        self.expiration = self.launch + HOUR

    @staticmethod
    def account(name):
        owner, active, posting = (
            single_key_authority(key_of(name, role).public_key)
            for role in ("owner", "active", "posting")
        )
        return AccountCreate(
            fee=Asset(3_000, STEEM),
            creator="bob",
            new_account_name=name,
            owner=owner,
            active=active,
            posting=posting,
            memo_key=key_of(name, "memo").public_key,
            json_metadata="",
        )

    def create(self):
        self.stage.send(SmtCreate("alpha", ALPHA, Asset(1_000, SBD)))

    def setup(self):
        policy = CappedGenerationPolicy(
            pre_soft_cap_unit=GenerationUnit(
                steem_unit=(("alpha-org", 70), ("founder-a", 23), ("founder-b", 7)),
                token_unit=(("$from", 5), ("founder-c", 1)),
            ),
            post_soft_cap_unit=GenerationUnit(),
            min_steem_units_commitment=commitment(MIN_CAP),
            hard_cap_steem_units_commitment=commitment(HARD_CAP),
            soft_cap_percent=10_000,
            min_unit_ratio=1_000,
            max_unit_ratio=1_000,
        )
        self.stage.send(
            SmtSetup(
                control_account="alpha",
                symbol=ALPHA,
                decimal_places=4,
                max_supply=1_000_000_000_000_000,
                initial_generation_policy=policy,
                generation_begin_time=self.begin,
                generation_end_time=self.end,
                announced_launch_time=self.launch,
                launch_expiration_time=self.expiration,
            )
        )

    def reveal(self):
        self.stage.push(SmtCapReveal("alpha", ALPHA, MIN_CAP))
        self.stage.push(SmtCapReveal("alpha", ALPHA, HARD_CAP))
        self.stage.produce()

    def contribute(self, name, number, satoshis):
        self.stage.send(SmtContribute(name, ALPHA, number, Asset(satoshis, STEEM)))

    @property
    def phase(self):
        return SmtPhase(self.stage.state.smt_tokens.get(stripped(ALPHA)).phase)

    def contributed_by(self, *contributions):
        """Go on to the end of the generation with these contributions (name, satoshis)."""
        self.create()
        self.setup()
        self.stage.jump_to(self.begin)
        for number, (name, satoshis) in enumerate(contributions):
            self.contribute(name, number, satoshis)
        self.stage.jump_to(self.end)


@pytest.fixture
def alpha(chain):
    return Alpha(chain)


class TestLaunch:
    def test_two_contributors_and_eleven_units(self, alpha):
        stage = alpha.stage
        before = {name: stage.actor(name).steem for name in ("erin", "frank")}
        alpha.contributed_by(("erin", 1_000), ("frank", 100))
        alpha.reveal()
        stage.jump_to(alpha.launch)
        assert alpha.phase == SmtPhase.ACTIVE
        steem = {name: stage.actor(name).steem for name in PEOPLE}
        assert steem == {
            "alpha": 0,
            "alpha-org": 770,
            "founder-a": 253,
            "founder-b": 77,
            "founder-c": 0,
        }
        tokens = {name: stage.actor(name).tokens(ALPHA) for name in ("erin", "frank", *PEOPLE)}
        assert tokens == {
            "erin": 50_000,
            "frank": 5_000,
            "founder-c": 11_000,
            "alpha": 0,
            "alpha-org": 0,
            "founder-a": 0,
            "founder-b": 0,
        }
        token = stage.state.smt_tokens.get(stripped(ALPHA))
        assert token.current_supply == 66_000
        assert stage.actor("erin").steem == before["erin"] - 1_000
        assert stage.actor("frank").steem == before["frank"] - 100
        assert not stage.state.smt_generations.exists(stripped(ALPHA))

    def test_each_step_is_reported_in_order(self, alpha):
        stage = alpha.stage
        alpha.contributed_by(("erin", 1_000), ("frank", 100))
        alpha.reveal()
        stage.jump_to(alpha.launch)
        phases = [
            (SmtPhase(event.old_phase), SmtPhase(event.new_phase))
            for event in stage.events(SmtPhaseChanged)
        ]
        assert phases == [
            (SmtPhase.SETUP, SmtPhase.SETUP_COMPLETED),
            (SmtPhase.SETUP_COMPLETED, SmtPhase.CONTRIBUTION),
            (SmtPhase.CONTRIBUTION, SmtPhase.CONTRIBUTION_ENDED),
            (SmtPhase.CONTRIBUTION_ENDED, SmtPhase.LAUNCHING),
            (SmtPhase.LAUNCHING, SmtPhase.ACTIVE),
        ]
        (verdict,) = stage.events(SmtLaunchEvaluated)
        assert verdict.success
        assert (verdict.units_accepted, verdict.unit_ratio, verdict.delayed) == (11, 1_000, False)
        payouts = stage.events(SmtContributorPayout)
        assert [(each.contributor, each.accepted_units) for each in payouts] == [
            ("erin", 10),
            ("frank", 1),
        ]
        (founders,) = stage.events(SmtFounderPayout)
        assert [name for name, _ in founders.account_payouts] == [
            "alpha-org",
            "founder-a",
            "founder-b",
            "founder-c",
        ]
        assert stage.events(SmtTokenLaunched) == [
            SmtTokenLaunched(control_account="alpha", symbol=ALPHA)
        ]

    def test_the_token_is_used_once_it_is_launched(self, alpha):
        stage = alpha.stage
        alpha.contributed_by(("erin", 1_000))
        alpha.reveal()
        give = Transfer("erin", "grace", Asset(1_234, ALPHA), "")
        with pytest.raises(ProtocolError):
            stage.push(give)
        stage.jump_to(alpha.launch)
        stage.send(give)
        assert stage.actor("grace").tokens(ALPHA) == 1_234
        assert stage.actor("erin").tokens(ALPHA) == 48_766

    def test_what_is_sent_to_null_leaves_the_supply(self, alpha):
        stage = alpha.stage
        alpha.contributed_by(("erin", 1_000))
        alpha.reveal()
        stage.jump_to(alpha.launch)
        stage.send(Transfer("erin", "null", Asset(50_000, ALPHA), ""))
        assert stage.state.smt_tokens.get(stripped(ALPHA)).current_supply == 10_000
        assert stage.actor("null").tokens(ALPHA) == 0

    def test_one_jump_over_all_dates_launches_all_the_same(self, alpha):
        # caps revealed early; a year without blocks
        stage = alpha.stage
        alpha.create()
        alpha.setup()
        alpha.reveal()
        stage.jump_to(alpha.begin)
        alpha.contribute("erin", 1, 100)
        stage.jump_to(alpha.launch + 365 * 24 * HOUR)
        assert alpha.phase == SmtPhase.ACTIVE
        assert stage.actor("alpha-org").steem == 70


class TestFailure:
    def test_below_the_minimum_nothing_is_launched(self, alpha):
        alpha.contributed_by()
        alpha.reveal()
        alpha.stage.jump_to(alpha.launch)
        assert alpha.phase == SmtPhase.LAUNCH_FAILED

    def test_caps_that_stay_hidden_give_everything_back(self, alpha):
        stage = alpha.stage
        before = stage.actor("erin").steem
        alpha.contributed_by(("erin", 1_000))
        stage.jump_to(alpha.launch)
        assert alpha.phase == SmtPhase.LAUNCH_PENDING
        stage.jump_to(alpha.expiration)
        assert alpha.phase == SmtPhase.LAUNCH_FAILED
        assert stage.actor("erin").steem == before
        (refund,) = stage.events(SmtRefunded)
        assert (refund.contributor, refund.amount, refund.automatic) == (
            "erin",
            Asset(1_000, STEEM),
            True,
        )

    def test_a_late_reveal_launches_without_those_who_left(self, alpha):
        stage = alpha.stage
        alpha.contributed_by(("erin", 1_000), ("frank", 100))
        stage.jump_to(alpha.launch)
        stage.send(SmtRefund("erin", ALPHA, 0, Asset(1_000, STEEM)))
        alpha.reveal()
        assert alpha.phase == SmtPhase.ACTIVE
        assert stage.actor("alpha-org").steem == 70
        assert stage.actor("frank").tokens(ALPHA) == 5_000
        assert stage.actor("erin").tokens(ALPHA) == 0


class TestNumbers:
    @pytest.mark.parametrize(
        ("satoshis", "founders", "contributor", "founder_c"),
        [
            # docs/RULES.md 7.1
            (100, (70, 23, 7), 5_000, 1_000),
            (10_000, (7_000, 2_300, 700), 500_000, 100_000),
            (1_000_000, (700_000, 230_000, 70_000), 50_000_000, 10_000_000),
        ],
    )
    def test_one_contributor(self, alpha, satoshis, founders, contributor, founder_c):
        stage = alpha.stage
        alpha.contributed_by(("erin", satoshis))
        alpha.reveal()
        stage.jump_to(alpha.launch)
        names = ("alpha-org", "founder-a", "founder-b")
        assert tuple(stage.actor(name).steem for name in names) == founders
        assert stage.actor("erin").tokens(ALPHA) == contributor
        assert stage.actor("founder-c").tokens(ALPHA) == founder_c

    def test_half_a_unit_is_refused(self, alpha):
        alpha.create()
        alpha.setup()
        alpha.stage.jump_to(alpha.begin)
        with pytest.raises(ProtocolError) as caught:
            alpha.contribute("erin", 1, 50)
        assert caught.value.field == "operations[0].contribution"
        alpha.contribute("erin", 1, 100)


class TestIdentifiers:
    def test_the_pool_is_refilled_by_blocks_and_not_by_what_waits(self, chain):
        """Eleven creations in one block: the eleventh needs an identifier the block drew."""
        chain.produce()
        pool = chain.state.nai_pool.get().nais
        for nai in pool:
            chain.push(SmtCreate("alice", smt_symbol(nai >> 5, 3), Asset(1_000, SBD)))
        assert chain.state.nai_pool.get().nais == ()
        chain.produce()
        fresh = chain.state.nai_pool.get().nais
        assert len(fresh) == 10
        assert not set(fresh) & set(pool)
        assert len([row for row in chain.state.smt_tokens.scan() if row.created]) == 11

    def test_live_and_replayed_identifiers_agree(self, dev_genesis):
        with Chain.in_memory(dev_genesis, ChainOptions(recount_every=1)) as opened:
            stage = Stage(opened)
            stage.produce()
            for round_ in range(3):
                for nai in stage.state.nai_pool.get().nais[: 4 + round_]:
                    stage.push(SmtCreate("alice", smt_symbol(nai >> 5, 3), Asset(1_000, SBD)))
                stage.produce()
            blocks = [block.envelope.raw for block in stage.blocks]
            assert replay(dev_genesis, blocks).digest == opened.digest()


def test_a_launch_on_disk_replays_to_the_same_digest(disk_chain, dev_genesis):
    alpha = Alpha(disk_chain)
    alpha.contributed_by(("erin", 1_000), ("frank", 100))
    alpha.reveal()
    disk_chain.jump_to(alpha.launch)
    assert alpha.phase == SmtPhase.ACTIVE
    blocks = [block.envelope.raw for block in disk_chain.blocks]
    assert replay(dev_genesis, blocks, recount_every=1).digest == disk_chain.chain.digest()
    assert disk_chain.state.smt_balances.get("erin", stripped(ALPHA)).next_vesting_withdrawal == (
        TIME_MAX
    )
