"""Every way in which a transaction is refused: its own code, and nothing has changed.

Each test breaks one thing of a transfer that is accepted at the end.
"""

from dataclasses import replace

import pytest
from actors import key_of

import protocol.transaction
from protocol.assets import SBD, STEEM, Asset
from protocol.authority import (
    DuplicateSignatureError,
    IrrelevantSignatureError,
    MissingActiveAuthorityError,
    MissingOwnerAuthorityError,
    MissingPostingAuthorityError,
    MixedAuthoritiesError,
    single_key_authority,
)
from protocol.crypto import InvalidSignatureError
from protocol.errors import ProtocolError
from protocol.operations.account import AccountUpdate
from protocol.operations.recovery import ResetAccount
from protocol.operations.social import Vote
from protocol.operations.transfer import Transfer
from protocol.operations.witness import FeedPublish, ProducerReward
from protocol.transaction import (
    EmptyTransactionError,
    SignedTransaction,
    TransactionEnvelope,
    VirtualOperationError,
)
from smtchain.chain.apply_transaction import (
    DuplicateTransactionError,
    ExpirationTooFarError,
    ExpiredTransactionError,
    TaposMismatchError,
    TransactionTooLargeError,
)
from smtchain.chain.mempool import MempoolFullError
from smtchain.chain.options import ChainOptions
from smtchain.evaluator import OperationNotSupportedError
from smtchain.ledger.balances import InsufficientFundsError

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")


def refused(chain, envelope, error, code):
    """Check that a transaction is refused with exactly this code and changes nothing."""
    before = observable(chain)
    with pytest.raises(error) as caught:
        chain.chain.push_transaction(envelope)
    assert caught.value.code == code
    assert observable(chain) == before
    return caught.value


def observable(chain):
    return (
        chain.chain.digest(),
        chain.actor("alice").steem,
        chain.actor("bob").steem,
        len(chain.chain.mempool),
        chain.state.transactions.first() is None,
    )


@pytest.fixture
def grown(chain):
    """A chain of some blocks: before the first there is no TaPoS and no expiry."""
    chain.produce(3)
    return chain


class TestForm:
    def test_no_operation(self, grown):
        envelope = grown.sign(signers=[])
        refused(grown, envelope, EmptyTransactionError, "transaction.empty")
        grown.send(GIVE)

    def test_a_virtual_operation(self, grown):
        envelope = grown.sign(ProducerReward("alice", Asset(1, STEEM)), signers=[])
        error = refused(grown, envelope, VirtualOperationError, "transaction.virtual_operation")
        assert error.field == "operations[0]"
        grown.send(GIVE)

    def test_a_bad_field_in_the_second_operation_is_named_with_its_place(self, grown):
        bad = replace(GIVE, amount=Asset(0, STEEM))
        with pytest.raises(ProtocolError) as caught:
            grown.push(GIVE, bad)
        assert caught.value.field == "operations[1].amount"
        grown.send(GIVE)

    def test_more_bytes_than_a_block_takes(self, grown):
        memo = replace(GIVE, memo="m" * 2_000)
        envelope = grown.sign(*[memo] * 70)
        # 131,072 bytes of block less 256
        assert envelope.size > 130_816
        refused(grown, envelope, TransactionTooLargeError, "transaction.too_large")
        grown.send(*[memo] * 60)


class TestDuplicates:
    def test_twice_pending(self, grown):
        envelope = grown.push(GIVE)
        error = refused(grown, envelope, DuplicateTransactionError, "transaction.duplicate")
        # clients take these words for success
        assert "Duplicate transaction check failed" in error.message

    def test_again_after_it_is_in_a_block(self, grown):
        envelope = grown.send(GIVE).envelope.transactions[0]
        refused(grown, envelope, DuplicateTransactionError, "transaction.duplicate")

    def test_a_signature_cannot_make_it_new(self, grown):
        # The id leaves signatures out, so re-signing is no way around.
        envelope = grown.send(GIVE).envelope.transactions[0]
        same = envelope.transaction
        other = SignedTransaction(
            same.ref_block_num,
            same.ref_block_prefix,
            same.expiration,
            same.operations,
            same.extensions,
            (),
        )
        again = TransactionEnvelope.from_transaction(other, grown.params)
        refused(grown, again, DuplicateTransactionError, "transaction.duplicate")

    def test_the_memory_of_it_ends_when_it_could_no_longer_be_repeated(self, grown):
        envelope = grown.push(GIVE)
        grown.produce()
        expiration = envelope.transaction.expiration
        grown.jump_to(expiration)
        assert grown.state.transactions.exists(envelope.transaction.expiration, envelope.id)
        refused(grown, envelope, DuplicateTransactionError, "transaction.duplicate")
        grown.produce()
        assert not grown.state.transactions.exists(envelope.transaction.expiration, envelope.id)
        refused(grown, envelope, ExpiredTransactionError, "transaction.expired")


class TestSignatures:
    def test_none(self, grown):
        envelope = grown.sign(GIVE, signers=[])
        refused(
            grown,
            envelope,
            MissingActiveAuthorityError,
            "transaction.missing_active_authority",
        )
        grown.send(GIVE)

    @pytest.mark.parametrize(("name", "role"), [("bob", "active"), ("alice", "posting")])
    def test_a_wrong_key(self, grown, name, role):
        envelope = grown.sign(GIVE, signers=[key_of(name, role)])
        refused(
            grown,
            envelope,
            MissingActiveAuthorityError,
            "transaction.missing_active_authority",
        )
        grown.send(GIVE)

    def test_the_owner_key_also_signs_for_active(self, grown):
        grown.send(GIVE, signers=[key_of("alice", "owner")])

    def test_owner_is_required_to_change_owner(self, grown):
        authority = grown.state.account_authorities.get("alice").active
        update = AccountUpdate(
            account="alice",
            owner=authority,
            active=None,
            posting=None,
            memo_key=key_of("alice", "memo").public_key,
            json_metadata="",
        )
        envelope = grown.sign(update, signers=[key_of("alice")])
        refused(grown, envelope, MissingOwnerAuthorityError, "transaction.missing_owner_authority")
        grown.send(update)

    def test_posting_is_required_to_vote(self, grown):
        vote = Vote("alice", "bob", "post", 100)
        envelope = grown.sign(vote, signers=[key_of("bob", "posting")])
        refused(
            grown,
            envelope,
            MissingPostingAuthorityError,
            "transaction.missing_posting_authority",
        )

    def test_posting_beside_active(self, grown):
        envelope = grown.sign(Vote("alice", "bob", "post", 100), GIVE)
        refused(grown, envelope, MixedAuthoritiesError, "transaction.mixed_authorities")

    def test_one_signature_too_many(self, grown):
        envelope = grown.sign(GIVE, signers=[key_of("alice"), key_of("bob")])
        refused(grown, envelope, IrrelevantSignatureError, "transaction.irrelevant_signature")
        grown.send(GIVE)

    def test_one_key_twice(self, grown):
        good = grown.sign(GIVE).transaction
        doubled = replace(good, signatures=good.signatures * 2)
        envelope = TransactionEnvelope.from_transaction(doubled, grown.params)
        refused(grown, envelope, DuplicateSignatureError, "transaction.duplicate_signature")
        grown.chain.push_transaction(good)

    def test_bytes_that_are_no_signature(self, grown):
        good = grown.sign(GIVE).transaction
        spoiled = replace(good, signatures=(bytes(65),))
        envelope = TransactionEnvelope.from_transaction(spoiled, grown.params)
        error = refused(grown, envelope, InvalidSignatureError, "transaction.invalid_signature")
        assert error.field == "signatures[0]"
        grown.chain.push_transaction(good)

    def test_a_signature_for_another_chain(self, grown):
        other = replace(grown.params, chain_id=bytes(32))
        signed = grown.sign(GIVE).transaction
        envelope = TransactionEnvelope.from_transaction(signed, other)
        assert envelope.id == grown.sign(GIVE).id
        refused(
            grown,
            envelope,
            MissingActiveAuthorityError,
            "transaction.missing_active_authority",
        )

    def test_keys_are_recovered_once_for_pending_and_block(self, stage_with, monkeypatch):
        calls = []
        recover = protocol.transaction.recover_public_key

        def counting(digest, signature):
            calls.append(signature)
            return recover(digest, signature)

        monkeypatch.setattr("protocol.transaction.recover_public_key", counting)
        stages = [stage_with(ChainOptions()), stage_with(ChainOptions())]
        raw = stages[0].sign(GIVE, expiration=stages[0].now + 600).raw
        for stage in stages:
            stage.chain.push_transaction(TransactionEnvelope.from_bytes(raw, stage.params))
        assert len(calls) == 2
        block = stages[0].produce().envelope
        # The same block from outside: what is pending here is not recovered again either.
        assert stages[1].chain.push_block(block.raw)
        assert block.transactions[0].raw == raw
        assert len(calls) == 2


class TestReference:
    @pytest.mark.parametrize("change", [{"ref_block_prefix": 1}, {"ref_block_num": 2}])
    def test_another_block(self, grown, change):
        envelope = grown.sign(GIVE, **change)
        refused(grown, envelope, TaposMismatchError, "transaction.tapos_mismatch")
        grown.send(GIVE)

    def test_a_block_that_does_not_exist_yet(self, grown):
        envelope = grown.sign(GIVE, ref_block_num=4)
        refused(grown, envelope, TaposMismatchError, "transaction.tapos_mismatch")

    def test_a_slot_that_no_block_has_filled_is_all_zeros(self, grown):
        envelope = grown.sign(GIVE, ref_block_num=60_000, ref_block_prefix=1)
        refused(grown, envelope, TaposMismatchError, "transaction.tapos_mismatch")
        grown.send(GIVE, ref_block_num=60_000, ref_block_prefix=0)

    def test_the_first_block_can_be_referred_to(self, chain):
        chain.produce()
        envelope = chain.sign(GIVE, ref_block_prefix=77)
        refused(chain, envelope, TaposMismatchError, "transaction.tapos_mismatch")
        chain.send(GIVE)

    def test_an_old_block_is_good_enough(self, grown):
        envelope = grown.sign(GIVE)
        grown.produce(5)
        grown.chain.push_transaction(envelope)

    def test_nothing_is_referred_to_before_the_first_block(self, chain):
        chain.send(GIVE, ref_block_num=77, ref_block_prefix=77, expiration=chain.now + 10**6)


class TestExpiration:
    def test_expired_at_the_heads_time(self, grown):
        envelope = grown.sign(GIVE, expiration=grown.now)
        refused(grown, envelope, ExpiredTransactionError, "transaction.expired")
        grown.push(GIVE, expiration=grown.now + 1)

    def test_more_than_an_hour_ahead(self, grown):
        envelope = grown.sign(GIVE, expiration=grown.now + 3_601)
        refused(grown, envelope, ExpirationTooFarError, "transaction.expiration_too_far")
        grown.send(GIVE, expiration=grown.now + 3_600)


class TestEvaluation:
    def test_too_little_money(self, grown):
        poor = replace(GIVE, amount=Asset(1_000_000_001, STEEM))
        envelope = grown.sign(poor)
        error = refused(grown, envelope, InsufficientFundsError, "evaluation.insufficient_funds")
        assert error.field == "operations[0].amount"

    def test_an_operation_without_rules(self, grown):
        authority = single_key_authority(key_of("bob").public_key)
        envelope = grown.sign(ResetAccount("alice", "bob", authority))
        refused(grown, envelope, OperationNotSupportedError, "evaluation.unsupported")

    def test_the_last_operation_undoes_all_before_it(self, grown):
        poor = replace(GIVE, amount=Asset(1_000_000_000, STEEM))
        envelope = grown.sign(GIVE, GIVE, poor)
        error = refused(grown, envelope, InsufficientFundsError, "evaluation.insufficient_funds")
        assert error.field == "operations[2].amount"
        grown.send(GIVE, GIVE)

    def test_operations_see_what_those_before_them_did(self, grown):
        everything = replace(GIVE, amount=Asset(1_000_000_000, STEEM))
        back = Transfer("bob", "alice", Asset(2_000_000_000, STEEM), "")
        grown.send(everything, back)
        assert grown.actor("bob").steem == 0


class TestOrderOfChecks:
    """Of several faults the one the reference looks at first is reported."""

    def test_the_form_comes_first(self, grown):
        envelope = grown.sign(signers=[], ref_block_prefix=1, expiration=1)
        refused(grown, envelope, EmptyTransactionError, "transaction.empty")

    def test_a_duplicate_before_its_signatures(self, grown):
        sent = grown.send(GIVE).envelope.transactions[0].transaction
        unsigned = replace(sent, signatures=())
        envelope = TransactionEnvelope.from_transaction(unsigned, grown.params)
        refused(grown, envelope, DuplicateTransactionError, "transaction.duplicate")

    def test_signatures_before_the_reference(self, grown):
        envelope = grown.sign(GIVE, signers=[], ref_block_prefix=1)
        refused(
            grown,
            envelope,
            MissingActiveAuthorityError,
            "transaction.missing_active_authority",
        )

    def test_the_reference_before_the_expiration(self, grown):
        envelope = grown.sign(GIVE, ref_block_prefix=1, expiration=1)
        refused(grown, envelope, TaposMismatchError, "transaction.tapos_mismatch")

    def test_too_far_before_expired_before_the_operations(self, grown):
        poor = replace(GIVE, amount=Asset(1_000_000_001, STEEM))
        far = grown.sign(poor, expiration=grown.now + 3_601)
        refused(grown, far, ExpirationTooFarError, "transaction.expiration_too_far")
        late = grown.sign(poor, expiration=grown.now)
        refused(grown, late, ExpiredTransactionError, "transaction.expired")


class TestAdmission:
    @pytest.mark.parametrize(
        "options", [ChainOptions(mempool_count=2), ChainOptions(mempool_size=400)]
    )
    def test_a_full_mempool_takes_no_more(self, stage_with, options):
        stage = stage_with(options)
        stage.produce()
        stage.push(GIVE)
        stage.push(replace(GIVE, memo="second"))
        envelope = stage.sign(replace(GIVE, memo="m" * 200))
        refused(stage, envelope, MempoolFullError, "transaction.mempool_full")
        stage.produce()
        stage.chain.push_transaction(envelope)

    def test_a_witness_operation_of_a_stranger_is_refused_by_its_evaluator(self, grown):
        price = grown.state.feed_history.get().current_median_history
        with pytest.raises(ProtocolError) as caught:
            grown.push(FeedPublish("alice", price))
        assert caught.value.field == "operations[0].publisher"

    def test_pending_transactions_show_in_reads_and_not_in_the_digest(self, grown):
        before = grown.chain.digest()
        grown.push(GIVE)
        assert grown.actor("alice").steem == 999_999_995
        assert grown.chain.digest() == before

    def test_listeners_hear_of_accepted_transactions_only(self, grown):
        heard = []
        grown.chain.on_transaction(heard.append)
        envelope = grown.push(GIVE)
        with pytest.raises(DuplicateTransactionError):
            grown.chain.push_transaction(envelope)
        assert heard == [envelope]

    def test_sbd_is_transferred_like_steem(self, grown):
        grown.send(replace(GIVE, amount=Asset(7, SBD)))
        assert grown.actor("bob").sbd == 100_000_007
