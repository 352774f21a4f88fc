"""Every invariant can fail: one row is falsified, and its number is in the complaint."""

from dataclasses import replace

import pytest
from actors import Stage
from smt_world import (
    valid_smt_cap_reveal,
    valid_smt_contribute,
    valid_smt_create,
    valid_smt_setup,
)

from protocol.assets import STEEM, Asset
from protocol.errors import InvariantViolationError
from protocol.symbols import stripped, symbol_from_nai
from smtchain.chain.chain import Chain, ChainHaltedError
from smtchain.chain.genesis import with_params
from smtchain.chain.invariants import check_totals, recount
from smtchain.chain.options import ChainOptions
from smtchain.state.tables.account import KeyReference
from smtchain.state.tables.conversion import ConvertRequest
from smtchain.state.tables.escrow import Escrow
from smtchain.state.tables.smt import (
    SmtBalance,
    SmtContribution,
    SmtEvent,
    SmtInflation,
    SmtPhase,
)
from smtchain.state.tables.witness import WitnessVote

DEV = stripped(symbol_from_nai("@@439870063", 3))


def falsify(table_name, *key, **changes):
    def apply(state):
        table = getattr(state, table_name)
        table.modify(table.get(*key), **changes)

    return apply


def remove(table_name, *key):
    def apply(state):
        table = getattr(state, table_name)
        table.remove(table.get(*key))

    return apply


def insert(table_name, row):
    def apply(state):
        getattr(state, table_name).insert(row)

    return apply


def escrow(**changes):
    members = {
        "id": 0,
        "escrow_id": 1,
        "from_account": "alice",
        "to": "bob",
        "agent": "carol",
        "ratification_deadline": 4_000_000_000,
        "escrow_expiration": 4_000_000_001,
        "sbd_balance": 0,
        "steem_balance": 0,
        "pending_fee": Asset(0, STEEM),
    }
    return Escrow(**(members | changes))


def conversion(amount):
    return ConvertRequest(
        id=0, owner="alice", requestid=1, amount=amount, conversion_date=4_000_000_000
    )


def inflation(**changes):
    members = {
        "nai": DEV,
        "schedule_time": 4_000_000_000,
        "token_unit": (("bob", 1),),
        "interval_seconds": 21_600,
        "interval_count": 1,
        "lep_time": 0,
        "rep_time": 0,
        "lep_abs_amount": 1,
        "rep_abs_amount": 1,
        "lep_rel_amount_numerator": 0,
        "rep_rel_amount_numerator": 0,
        "rel_amount_denom_bits": 0,
    }
    return SmtInflation(**(members | changes))


def overlapping_inflation(state):
    state.smt_inflation.insert(inflation())
    state.smt_inflation.insert(inflation(schedule_time=4_000_021_600))


def foreign_token_balance(state):
    state.smt_balances.insert(SmtBalance(owner="dave", nai=16 * 77, symbol=16 * 77, liquid=1))


def key_of_nobody(state):
    any_reference = state.key_references.first()
    state.key_references.insert(KeyReference(public_key=any_reference.public_key, account="dave"))


def pooled_token(state):
    pool = state.nai_pool.get()
    state.nai_pool.modify(pool, nais=(*pool.nais[1:], DEV))


def pooled_twice(state):
    pool = state.nai_pool.get()
    state.nai_pool.modify(pool, nais=(*pool.nais[1:], pool.nais[1]))


def too_many_pooled(state):
    pool = state.nai_pool.get()
    state.nai_pool.modify(pool, nais=(*pool.nais, 16 * 99))


def empty_balance_kept(state):
    state.smt_balances.insert(SmtBalance(owner="dave", nai=DEV, symbol=DEV | 0x10 | 3))


def vote_for_no_witness(state):
    state.witness_votes.insert(WitnessVote(id=0, account="alice", witness="bob"))
    state.accounts.modify(state.accounts.get("alice"), witnesses_voted_for=1)


def vote_beside_a_proxy(state):
    state.witness_votes.insert(WitnessVote(id=0, account="alice", witness="initminer"))
    state.accounts.modify(state.accounts.get("alice"), witnesses_voted_for=1, proxy="bob")


RULES = [
    (1, falsify("globals", current_sbd_supply=-1)),
    (1, falsify("globals", pending_rewarded_vesting_shares=1 << 62)),
    (2, falsify("globals", virtual_supply=1)),
    (3, falsify("globals", total_vesting_fund_steem=251_000_000_000)),
    (4, falsify("globals", participation_count=3)),
    (4, falsify("globals", last_irreversible_block_num=9)),
    (5, falsify("accounts", "alice", balance=-1)),
    (5, falsify("smt_balances", "alice", DEV, liquid=-1)),
    (6, empty_balance_kept),
    (6, foreign_token_balance),
    (6, insert("smt_balances", SmtBalance(owner="nobody", nai=DEV, symbol=DEV | 3, liquid=1))),
    (6, falsify("smt_balances", "alice", DEV, symbol=DEV | 0x10 | 5)),
    (7, falsify("accounts", "alice", balance=1_000_000_001)),
    (7, falsify("accounts", "alice", savings_balance=1)),
    (7, falsify("reward_funds", "post", reward_balance=1)),
    (7, falsify("smt_tokens", DEV, market_maker_steem=1)),
    (8, falsify("accounts", "alice", sbd_balance=99_999_999)),
    (8, falsify("accounts", "alice", reward_sbd_balance=1)),
    (9, falsify("accounts", "alice", vesting_shares=1)),
    (9, falsify("accounts", "alice", reward_vesting_steem=1)),
    (10, falsify("accounts", "alice", delegated_vesting_shares=1)),
    (10, falsify("smt_balances", "alice", DEV, delegated_vesting_shares=1)),
    (10, falsify("smt_balances", "alice", DEV, received_vesting_shares=1)),
    (11, falsify("smt_tokens", DEV, current_supply=200_000_001)),
    (11, falsify("smt_tokens", DEV, reward_balance=0)),
    (11, falsify("smt_balances", "alice", DEV, liquid=1)),
    (11, falsify("smt_balances", "alice", DEV, pending_liquid=1)),
    (11, falsify("smt_balances", "alice", DEV, savings=1)),
    (12, falsify("smt_tokens", DEV, max_supply=199_999_999)),
    (12, falsify("smt_tokens", DEV, max_supply=10**15 + 1)),
    (13, falsify("smt_balances", "alice", DEV, vesting_shares=1)),
    (13, falsify("smt_balances", "alice", DEV, pending_vesting_value=1)),
    (14, falsify("smt_tokens", DEV, phase=SmtPhase.CONTRIBUTION)),
    (
        15,
        insert(
            "smt_contributions",
            SmtContribution(id=0, nai=DEV, contributor="bob", contribution_id=1, contribution=5),
        ),
    ),
    (16, insert("smt_events", SmtEvent(id=0, time=1, kind=0, nai=DEV))),
    (16, insert("smt_events", SmtEvent(id=0, time=4_000_000_000, kind=0, nai=16 * 77))),
    (16, insert("smt_events", SmtEvent(id=0, time=4_000_000_000, kind=4, nai=DEV))),
    (22, insert("smt_inflation", inflation(nai=16 * 77))),
    (22, insert("smt_inflation", inflation(token_unit=(("$market_maker", 1),)))),
    (22, falsify("smt_tokens", DEV, market_maker_inflation_entries=1)),
    (22, overlapping_inflation),
    (17, falsify("witnesses", "initminer", votes=5)),
    (17, falsify("witness_schedule", current_shuffled_witnesses=("alice",))),
    (21, insert("witness_votes", WitnessVote(id=0, account="alice", witness="initminer"))),
    (21, insert("witness_votes", WitnessVote(id=0, account="nobody", witness="initminer"))),
    (21, vote_for_no_witness),
    (21, vote_beside_a_proxy),
    (21, falsify("accounts", "alice", witnesses_voted_for=1)),
    (21, falsify("accounts", "alice", proxied_vsf_votes=(0, 0, 1, 0))),
    (21, falsify("accounts", "alice", proxy="bob")),
    (21, falsify("witnesses", "initminer", votes=1, votes_descending=(1 << 63) - 2)),
    (18, remove("account_authorities", "alice")),
    (18, key_of_nobody),
    (5, insert("escrows", escrow(steem_balance=-1))),
    (7, insert("escrows", escrow(steem_balance=1))),
    (8, insert("escrows", escrow(sbd_balance=1))),
    (8, insert("convert_requests", conversion(amount=1))),
    (20, insert("escrows", escrow(to_approved=True, agent_approved=True))),
    (20, insert("convert_requests", conversion(amount=0))),
    (19, pooled_token),
    (19, pooled_twice),
    (19, too_many_pooled),
]


def falsified(chain, falsehood, check):
    """Run a check on the falsified state; the state is as before afterwards."""
    with chain.state.checkpoint():
        falsehood(chain.state)
        check(chain.state, chain.params)


@pytest.mark.parametrize(("rule", "falsehood"), RULES)
def test_a_falsified_row_breaks_its_rule(chain, rule, falsehood):
    chain.produce(3)
    recount(chain.state, chain.params)
    with pytest.raises(InvariantViolationError, match=rf"^invariant {rule}: "):
        falsified(chain, falsehood, recount)
    recount(chain.state, chain.params)


def test_every_place_that_holds_money_counts(chain):
    """Amounts in columns that are empty in the dev chain, and supplies raised by as much."""
    state = chain.state
    globals_, token = state.globals.get(), state.smt_tokens.get(DEV)
    holding = state.smt_balances.get("alice", DEV)
    state.accounts.modify(
        state.accounts.get("alice"),
        savings_balance=1,
        reward_steem_balance=2,
        reward_vesting_steem=3,
        reward_vesting_balance=4,
        savings_sbd_balance=5,
        reward_sbd_balance=6,
    )
    state.smt_balances.modify(
        holding, savings=1, pending_liquid=2, pending_vesting_shares=3, pending_vesting_value=4
    )
    state.smt_tokens.modify(
        token,
        current_supply=token.current_supply + 12,
        pending_rewarded_vesting_shares=3,
        pending_rewarded_vesting_smt=4,
        market_maker_tokens=5,
        market_maker_steem=7,
    )
    # SBD 5 + 6, of which 9 count as initial; STEEM 1 + 2 + 3 + 7; the price is 1 to 1.
    state.globals.modify(
        globals_,
        init_sbd_supply=9,
        current_sbd_supply=globals_.current_sbd_supply + 2,
        current_supply=globals_.current_supply + 13,
        virtual_supply=globals_.virtual_supply + 15,
        pending_rewarded_vesting_steem=3,
        pending_rewarded_vesting_shares=4,
    )
    recount(state, chain.params)


def test_an_active_token_may_wait_for_its_inflation(chain):
    chain.state.smt_events.insert(SmtEvent(id=0, time=4_000_000_000, kind=5, nai=DEV))
    recount(chain.state, chain.params)


def test_every_rule_is_broken_by_some_test():
    assert {rule for rule, _ in RULES} == set(range(1, 23))


@pytest.mark.parametrize(("rule", "falsehood"), [each for each in RULES if each[0] <= 4])
def test_the_cheap_check_sees_what_totals_tell(chain, rule, falsehood):
    chain.produce()
    with pytest.raises(InvariantViolationError, match=rf"^invariant {rule}: "):
        falsified(chain, falsehood, check_totals)


def test_the_cheap_check_reads_no_more_of_a_larger_state(chain):
    tables = [table for table in vars(chain.state).values() if hasattr(table, "schema")]
    before = [(table.reads, table.steps) for table in tables]
    check_totals(chain.state, chain.params)
    after = [(table.reads, table.steps) for table in tables]
    assert sum(new[0] - old[0] for new, old in zip(after, before, strict=True)) <= 3
    assert sum(new[1] - old[1] for new, old in zip(after, before, strict=True)) == 0


class TestGenerations:
    """A token whose launch pays one of its three contributions per block."""

    SYMBOL = symbol_from_nai("@@181188044", 4)

    @pytest.fixture
    def stage(self, stage_with, dev_genesis):
        params = replace(dev_genesis.params, launch_payouts_per_block=1)
        stage = stage_with(ChainOptions(recount_every=1), with_params(dev_genesis, params))
        stage.produce()
        stage.send(valid_smt_create(symbol=self.SYMBOL))
        self.times = [stage.now + 30 * step for step in range(1, 5)]
        stage.send(self.setup())
        return stage

    def setup(self, **changes):
        names = (
            "generation_begin_time",
            "generation_end_time",
            "announced_launch_time",
            "launch_expiration_time",
        )
        return valid_smt_setup(
            symbol=self.SYMBOL, **(dict(zip(names, self.times, strict=True)) | changes)
        )

    def contribute(self, stage):
        stage.jump_to(self.times[0])
        for name in ("alice", "bob", "carol"):
            stage.push(valid_smt_contribute(symbol=self.SYMBOL, contributor=name))
        stage.produce()

    def reveal(self, stage):
        for amount in (1, 1_000):
            stage.push(valid_smt_cap_reveal(amount, symbol=self.SYMBOL))

    def phase(self, stage):
        return stage.state.smt_tokens.get(stripped(self.SYMBOL)).phase

    def check_events(self, stage, *kinds):
        """Check that each of these events is missed."""
        events = list(stage.state.smt_events.scan("by_nai", stripped(self.SYMBOL)))
        assert sorted(event.kind for event in events) == list(kinds)
        for kind in kinds:
            with pytest.raises(InvariantViolationError, match=r"^invariant 16: .* waits for"):
                falsified(stage, self.without(kind), recount)

    def without(self, kind):
        def apply(state):
            for event in state.smt_events.scan("by_nai", stripped(self.SYMBOL)):
                if event.kind == kind:
                    state.smt_events.remove(event)

        return apply

    def test_every_phase_misses_its_events(self, stage):
        assert self.phase(stage) == SmtPhase.SETUP_COMPLETED
        self.check_events(stage, 0, 1, 2, 3)
        self.contribute(stage)
        self.check_events(stage, 1, 2, 3)
        stage.jump_to(self.times[1])
        self.check_events(stage, 2, 3)
        stage.jump_to(self.times[2])
        assert self.phase(stage) == SmtPhase.LAUNCH_PENDING
        self.check_events(stage, 3)
        self.reveal(stage)
        stage.produce()
        assert self.phase(stage) == SmtPhase.LAUNCHING
        self.check_events(stage, 4)
        stage.produce(2)
        assert self.phase(stage) == SmtPhase.ACTIVE
        self.check_events(stage)

    def test_a_failed_launch_waits_for_its_refunds(self, stage):
        self.contribute(stage)
        stage.jump_to(self.times[3])
        assert self.phase(stage) == SmtPhase.LAUNCH_FAILED
        self.check_events(stage, 4)
        stage.produce(2)
        self.check_events(stage)

    def test_an_event_that_is_overdue_is_found(self, stage):
        def put_off(state):
            event = state.smt_events.first("by_nai", stripped(self.SYMBOL))
            state.smt_events.remove(event)
            state.smt_events.insert(replace(event, time=stage.now - 1))

        with pytest.raises(InvariantViolationError, match=r"^invariant 16: .* has not run"):
            falsified(stage, put_off, recount)

    def test_contributions_are_recounted(self, stage):
        self.contribute(stage)
        nai = stripped(self.SYMBOL)
        for falsehood, complaint in (
            (falsify("smt_generations", nai, contribution_count=2), "contributions to"),
            (falsify("smt_contributions", nai, "bob", 1, contribution=0), "contribution 1 is 0"),
        ):
            with pytest.raises(InvariantViolationError, match=f"^invariant 15: {complaint}"):
                falsified(stage, falsehood, recount)

    def test_while_paying_it_holds_what_founders_get_to_the_satoshi(self, stage):
        self.contribute(stage)
        self.reveal(stage)
        stage.jump_to(self.times[2])
        assert self.phase(stage) == SmtPhase.LAUNCHING

        def steal_from_founders(state):
            generation = state.smt_generations.get(stripped(self.SYMBOL))
            state.smt_generations.modify(generation, contributed=generation.contributed - 1)
            alice = state.accounts.get("alice")
            state.accounts.modify(alice, balance=alice.balance + 1)

        with pytest.raises(InvariantViolationError, match=r"^invariant 15: STEEM held"):
            falsified(stage, steal_from_founders, recount)

    def test_a_pending_transaction_may_queue_an_event_for_now(self, stage):
        """Between two blocks it is due and has not run; that is no violation."""
        self.contribute(stage)
        stage.jump_to(self.times[2])
        self.reveal(stage)
        due = stage.state.smt_events.first()
        assert (due.kind, due.time) == (2, stage.now)
        stage.chain.check_invariants()
        assert not stage.chain.halted


class TestHalting:
    def test_a_violation_stops_the_chain_and_leaves_the_head(self, dev_genesis, monkeypatch):
        with Chain.in_memory(dev_genesis) as chain:
            stage = Stage(chain)
            stage.produce()
            before = chain.head_block_number, chain.digest()

            def mistake(ctx):
                ctx.state.globals.modify(ctx.state.globals.get(), virtual_supply=1)

            monkeypatch.setattr("smtchain.chain.apply_block.PROCESSING", (mistake,))
            with pytest.raises(InvariantViolationError):
                stage.produce()
            assert (chain.head_block_number, chain.digest()) == before
            assert "virtual supply" in chain.halted
            monkeypatch.undo()
            with pytest.raises(ChainHaltedError):
                stage.produce()

    def test_the_full_check_can_be_asked_for(self, chain):
        chain.chain.check_invariants()
        chain.state.globals.modify(chain.state.globals.get(), virtual_supply=1)
        with pytest.raises(InvariantViolationError):
            chain.chain.check_invariants()
        assert chain.chain.halted
