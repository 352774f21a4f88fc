"""What the whitepaper says in prose a token can be, each lived through on the chain."""

import pytest
from actors import key_of
from smt_world import make_policy
from token_stage import DAY, PLAIN, TokenStage

from protocol.authority import Authority
from protocol.errors import ProtocolError
from protocol.operations.account import AccountUpdate
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_parameters import (
    SmtParamAllowDownvotes,
    SmtParamAllowVesting,
    SmtParamAllowVoting,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from smtchain.state.tables.smt import SmtPhase

SIX_HOURS = 21_600
YEAR = 365 * DAY
FOREVER = 0xFFFFFFFF


@pytest.fixture
def token(chain):
    return TokenStage(chain)


def code_of(send, *operations, **options):
    with pytest.raises(ProtocolError) as caught:
        send(*operations, **options)
    return caught.value.code


class TestOneTransaction:
    """ "These later operations may occur in the same transaction" (SMT object creation), and a
    non-hidden cap by "including the reveal in the same transaction as the setup" (Hidden caps)."""

    def test_creation_to_reveal(self, token):
        parameters = SmtSetSetupParameters(
            token.control, token.symbol, (SmtParamAllowVoting(value=False),)
        )
        block = token.send(
            token.creation(),
            parameters,
            token.inflation({"bob": 1}, 100),
            token.setup(),
            token.reveal(1),
            token.reveal(1_000),
        )
        assert len(block.envelope.transactions) == 1
        assert token.phase == SmtPhase.SETUP_COMPLETED
        assert not token.row.allow_voting
        generation = token.generation
        assert (generation.min_steem_units, generation.hard_cap_steem_units) == (1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        token.go(token.launch)
        # 100 units, R = 3: 600 for bob; 300 for ivan; then bob's inflation of 100.
        assert token.held("bob", "ivan") == (700, 300)

    def test_is_all_or_nothing(self, token):
        code = code_of(token.send, token.creation(), token.setup(), token.reveal(2))
        assert code == "evaluation.smt.cap_mismatch"
        assert not token.stage.state.smt_tokens.exists(token.symbol & ~0x0F)


class TestSteemsOwnInflation:
    """Inflation FAQ: the structures can express Steem's inflation "except for rounding errors".

    Steem at block 7,000,000: 9.50 % a year, 0.01 % less every 250,000 blocks down to 0.95 %; 75 %
    to content, 15 % to vesting, 10 % to witnesses (steemd process_funds).
    """

    BLOCKS_PER_YEAR = 10_512_000
    BLOCKS_PER_STEP = 250_000
    SUPPLY = 250_000_000_000
    # 9.5 % / 1460 six-hour steps * 2^45, rounded down, and a tenth of it.
    LEFT, RIGHT, BITS = 2_289_394_074, 228_939_407, 45

    def steem_created(self, days):
        """Return what steemd creates, hour by hour, at the block's rate and rounding."""
        supply, block = self.SUPPLY, 7_000_000
        for _ in range(days * 24):
            rate = max(978 - block // self.BLOCKS_PER_STEP, 95)
            supply += 1_200 * (supply * rate // (10_000 * self.BLOCKS_PER_YEAR))
            block += 1_200
        return supply - self.SUPPLY

    def test_a_year_of_it(self, chain):
        token = TokenStage(chain, precision=3)
        step = self.BLOCKS_PER_STEP * 3  # seconds
        # A line through the middle of each of Steem's 855 steps.
        schedule = token.inflation(
            {"$rewards": 75, "$vesting": 15, "judy": 10},
            schedule_time=token.launch + SIX_HOURS,
            interval_seconds=SIX_HOURS,
            interval_count=FOREVER,
            lep_time=token.launch + SIX_HOURS + step // 2,
            rep_time=token.launch + SIX_HOURS + step // 2 + 855 * step,
            lep_rel_amount_numerator=self.LEFT,
            rep_rel_amount_numerator=self.RIGHT,
            rel_amount_denom_bits=self.BITS,
        )
        policy = make_policy(
            pre_steem={"heidi": 1}, pre_token={"$from": 250}, hard_cap=100_000_000, ratios=(10, 10)
        )
        token.set_up(policy, 1, 100_000_000, before=(schedule,))
        token.go(token.begin)
        token.contribute(("bob", 100_000_000))
        token.go(token.end)
        token.go(token.launch)
        assert token.row.current_supply == self.SUPPLY
        token.go(token.launch + YEAR)
        while token.row.last_emission_time < token.launch + YEAR:
            token.stage.produce()
        events = token.stage.events(SmtInflationEmitted)
        assert len(events) == 1_460
        created = token.row.current_supply - self.SUPPLY
        # steemd rounds down every block's new STEEM: at most one satoshi each.
        assert 0 <= created - self.steem_created(365) <= self.BLOCKS_PER_YEAR
        assert token.row.reward_balance * 100 == created * 75
        assert token.row.total_vesting_fund_smt * 100 == created * 15
        assert token.held("judy")[0] * 100 == created * 10


def test_founders_paid_directly_after_six_months(token):
    """Inflation FAQ: "reward founders directly after X months/years": yes."""
    half_year = token.inflation(
        {"grace": 3, "judy": 2}, 1_000, schedule_time=token.launch + 182 * DAY
    )
    token.set_up(PLAIN, 1, 1_000, before=(half_year,))
    token.go(token.begin)
    token.contribute(("bob", 1_000))
    token.go(token.launch)
    supply = token.row.current_supply
    token.go(token.launch + 182 * DAY - 3)
    assert token.held("grace", "judy") == (0, 0)
    token.go(token.launch + 182 * DAY)
    assert token.held("grace", "judy") == (600, 400)
    assert token.row.current_supply == supply + 1_000
    token.go(token.launch + 365 * DAY)
    assert token.held("grace", "judy") == (600, 400)


class TestIouToken:
    """ "The entrepreneur can issue an SMT without inflation properties" (Use cases, 5)."""

    @pytest.fixture
    def iou(self, token):
        plain = SmtSetSetupParameters(
            token.control,
            token.symbol,
            (SmtParamAllowVesting(value=False), SmtParamAllowVoting(value=False)),
        )
        # All of it is the issuer's, for one satoshi of STEEM.
        policy = make_policy(
            pre_steem={"alice": 1}, pre_token={"alice": 10_000}, hard_cap=1, ratios=(1_000, 1_000)
        )
        token.set_up(policy, 1, 1, before=(plain,))
        token.go(token.begin)
        token.contribute(("alice", 1))
        token.go(token.launch)
        return token

    def test_belongs_to_the_issuer_and_circulates(self, iou):
        assert iou.held("alice") == (10_000_000,)
        iou.send(Transfer("alice", "bob", iou.amount(2_500), "sold for dollars"))
        iou.send(Transfer("bob", "carol", iou.amount(500), ""))
        iou.send(Transfer("carol", "alice", iou.amount(500), "redeemed"))
        assert iou.held("alice", "bob", "carol") == (9_998_000, 2_000, 0)

    def test_what_is_redeemed_can_be_destroyed(self, iou):
        iou.send(Transfer("alice", "null", iou.amount(9_000_000), ""))
        assert iou.row.current_supply == 1_000_000

    def test_is_never_vested_and_never_inflated(self, iou):
        vest = TransferToVesting("alice", "alice", iou.amount(1))
        assert code_of(iou.send, vest) == "evaluation.smt.vesting_not_allowed"
        iou.go(iou.launch + 3 * 365 * DAY)
        assert iou.row.current_supply == 10_000_000
        assert not iou.row.allow_voting
        assert iou.stage.events(SmtInflationEmitted) == []


def test_a_burned_control_account_fixes_the_token_for_ever(token):
    """ "burning the account's keys by assigning them to @null, initiating a token for which the
    dynamic properties can never be adjusted" (Control account security)."""
    endless = token.inflation({"grace": 1}, 5, interval_seconds=SIX_HOURS, interval_count=FOREVER)
    token.set_up(PLAIN, 1, 1_000, before=(endless,))
    token.go(token.begin)
    token.contribute(("bob", 1_000))
    token.go(token.launch)
    change = SmtSetRuntimeParameters(
        token.control, token.symbol, (SmtParamAllowDownvotes(value=False),)
    )
    token.send(change)
    assert not token.row.allow_downvotes
    nobody = Authority(weight_threshold=1, account_auths=(("null", 1),), key_auths=())
    token.send(
        AccountUpdate(
            account=token.control,
            owner=nobody,
            active=nobody,
            posting=nobody,
            memo_key=key_of("null", "memo").public_key,
            json_metadata="",
        )
    )
    change = SmtSetRuntimeParameters(
        token.control, token.symbol, (SmtParamAllowDownvotes(value=True),)
    )
    for role in ("owner", "active", "posting"):
        signers = [key_of(token.control, role)]
        code = code_of(token.stage.send, change, signers=signers)
        assert code == "transaction.missing_active_authority"
    # The token itself goes on.
    token.send(Transfer("bob", "carol", token.amount(1), ""))
    token.go(token.launch + SIX_HOURS)
    assert token.held("carol", "grace") == (1, 10)
    assert not token.row.allow_downvotes
