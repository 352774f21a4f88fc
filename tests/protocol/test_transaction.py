"""Transactions: the reference's bytes, ids, digests and signatures; envelopes; what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import transaction as transaction_module
from protocol.assets import STEEM, Asset
from protocol.authority import (
    AuthorityLookup,
    IrrelevantSignatureError,
    MissingActiveAuthorityError,
    RequiredAuthorities,
    single_key_authority,
)
from protocol.crypto import (
    InvalidSignatureError,
    NotCanonicalSignatureError,
    PrivateKey,
    SignatureForm,
    public_key_text,
)
from protocol.curve_pure import CURVE_ORDER
from protocol.errors import (
    InvalidOperationError,
    JsonUnknownFieldError,
    TrailingBytesError,
    WireError,
)
from protocol.jsonform import Form, from_json, to_json
from protocol.operations.recovery import RecoverAccount
from protocol.operations.rewards import AuthorReward
from protocol.operations.social import Vote
from protocol.operations.transfer import Transfer
from protocol.params import DEV, DEV_PARAMS, TESTNET
from protocol.transaction import (
    DifferentTransactionError,
    EmptyTransactionError,
    SignedTransaction,
    Transaction,
    TransactionEnvelope,
    VirtualOperationError,
    block_reference,
    merge_signatures,
    merkle_digest,
    required_authorities,
    sign_transaction,
    signature_digest,
    transaction_id,
    unsigned_bytes,
    validate_transaction,
)
from protocol.wire import decode, encode

VECTORS = Path(__file__).parents[1] / "vectors" / "transactions"
ALICE, BOB, CAROL = (PrivateKey.from_seed(name) for name in ("alice", "bob", "carol"))
CHAIN_ID = DEV_PARAMS.chain_id
TRANSFER = Transfer("alice", "bob", Asset(1000, STEEM), "")
PLAIN = Transaction(1, 2, 3, (TRANSFER,))

# Shapes that differ from revision W by design: smt_refund without executor, one setup parameter
# for vesting and one for voting, percent_content_rewards (docs/DIVERGENCES.md).
OTHER_SHAPES = {"op100", "op101", "op108", "op110", "op114", "op117", "op118"}


def ours(data):
    """Return the reference's JSON with the names and the latest time that we print."""
    text = json.dumps(data)
    for theirs, mine in (
        ("smt_setup_emissions_operation", "smt_setup_inflation_operation"),
        ("emissions_unit", "inflation_unit"),
        ("1969-12-31T23:59:59", "2106-02-07T06:28:15"),
    ):
        text = text.replace(theirs, mine)
    return json.loads(text)


def cases():
    for folder, network in (("testnet", TESTNET), ("dev", DEV)):
        for path in sorted((VECTORS / folder).glob("*.json")):
            for case in json.loads(path.read_text()):
                if case["name"].partition(":")[0] in OTHER_SHAPES and path.stem == "transactions":
                    continue
                name = f"{network.name}-{path.stem}-{case['name']}"
                yield pytest.param(case, network, id=name)


@pytest.mark.parametrize(("case", "network"), list(cases()))
def test_bytes_and_digests_are_the_references(case, network):
    signed = from_json(SignedTransaction, case["json"], network)
    assert encode(signed, network).hex() == case["signed_hex"]
    assert unsigned_bytes(signed, network).hex() == case["tx_hex"]
    assert decode(SignedTransaction, bytes.fromhex(case["signed_hex"]), network) == signed
    assert to_json(signed, network) == ours(case["json"])
    assert transaction_id(signed, network).hex() == case["id"]
    assert merkle_digest(signed, network).hex() == case["merkle_digest"]
    chain_id = bytes.fromhex(case["chain_id"])
    assert signature_digest(signed, chain_id, network).hex() == case["sig_digest"]
    legacy = to_json(signed, network, Form.LEGACY)
    assert from_json(SignedTransaction, legacy, network) == signed


def test_shapes_said_to_differ_do_differ():
    found = {
        case["name"].partition(":")[0]: case
        for case in json.loads((VECTORS / "testnet" / "transactions.json").read_text())
    }
    for name in OTHER_SHAPES:
        case = found[name]
        if name in {"op100", "op101"}:
            with pytest.raises(JsonUnknownFieldError):
                from_json(SignedTransaction, case["json"], TESTNET)
            continue
        signed = from_json(SignedTransaction, case["json"], TESTNET)
        assert encode(signed, TESTNET).hex() != case["signed_hex"]


@pytest.mark.parametrize(("case", "network"), list(cases()))
def test_signatures_and_their_keys_are_the_references(case, network):
    signed = from_json(SignedTransaction, case["json"], network)
    chain_id = bytes.fromhex(case["chain_id"])
    keys = [PrivateKey.from_wif(text) for text in case["keys"]]
    form = SignatureForm.FC if case["canon"] == "fc" else SignatureForm.LOW_S
    again = sign_transaction(replace(signed, signatures=()), keys, chain_id, network, form)
    # The vector "dup_sig" signs twice with one key on purpose; signing never does.
    assert again.signatures == tuple(dict.fromkeys(signed.signatures))
    params = replace(DEV_PARAMS, network=network, chain_id=chain_id)
    envelope = TransactionEnvelope.from_bytes(bytes.fromhex(case["signed_hex"]), params)
    texts = [public_key_text(key, network.address_prefix) for key in envelope.signers]
    assert texts == case["public"]
    assert envelope.id.hex() == case["id"]
    assert envelope.digest.hex() == case["sig_digest"]
    assert envelope.merkle_digest.hex() == case["merkle_digest"]
    assert envelope.size == case["pack_size"]


def test_envelope_is_the_same_from_bytes_and_from_value():
    signed = sign_transaction(PLAIN, [ALICE, BOB], CHAIN_ID, DEV)
    made = TransactionEnvelope.from_transaction(signed, DEV_PARAMS)
    read = TransactionEnvelope.from_bytes(made.raw, DEV_PARAMS)
    assert read.transaction == signed
    assert (read.raw, read.id, read.digest) == (made.raw, made.id, made.digest)
    assert read.signers == (ALICE.public_key, BOB.public_key)
    assert read.required == RequiredAuthorities(active=frozenset({"alice"}))


@pytest.mark.parametrize("count", [0, 1, 127, 128, 300])
def test_id_ignores_any_number_of_signatures(count):
    # The signature list's varint has one byte up to 127 and two above.
    signed = SignedTransaction(1, 2, 3, (TRANSFER,), (), tuple(bytes(65) for _ in range(count)))
    assert unsigned_bytes(signed, DEV) == encode(PLAIN, DEV)
    envelope = TransactionEnvelope.from_bytes(encode(signed, DEV), DEV_PARAMS)
    assert envelope.id == transaction_id(PLAIN, DEV)
    assert envelope.digest == signature_digest(PLAIN, CHAIN_ID, DEV)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_cut_or_extended_bytes_are_refused(data):
    raw = encode(sign_transaction(PLAIN, [ALICE], CHAIN_ID, DEV), DEV)
    end = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(WireError):
        TransactionEnvelope.from_bytes(raw[:end], DEV_PARAMS)
    with pytest.raises(TrailingBytesError):
        TransactionEnvelope.from_bytes(raw + b"\0", DEV_PARAMS)


def test_digest_depends_on_the_chain():
    assert signature_digest(PLAIN, CHAIN_ID, DEV) != signature_digest(PLAIN, bytes(32), DEV)


def test_block_reference_is_low_number_and_second_word():
    # By hand: block 0x00012345, so 0x2345; bytes 4..7 little-endian.
    assert block_reference(bytes.fromhex("000123450a0b0c0d" + "00" * 12)) == (0x2345, 0x0D0C0B0A)


def test_signing_again_with_the_same_key_changes_nothing():
    once = sign_transaction(PLAIN, [ALICE], CHAIN_ID, DEV)
    assert sign_transaction(once, [ALICE], CHAIN_ID, DEV) == once
    both = sign_transaction(once, [ALICE, BOB, BOB], CHAIN_ID, DEV)
    assert both.signatures[:1] == once.signatures
    assert len(both.signatures) == 2


def test_signing_refuses_a_transaction_with_a_bad_signature():
    broken = SignedTransaction(1, 2, 3, (TRANSFER,), (), (bytes(65),))
    with pytest.raises(InvalidSignatureError):
        sign_transaction(broken, [ALICE], CHAIN_ID, DEV)


def test_signatures_made_apart_merge_into_one():
    parts = [sign_transaction(PLAIN, [key], CHAIN_ID, DEV) for key in (ALICE, BOB, ALICE, CAROL)]
    merged = merge_signatures([PLAIN, *parts], CHAIN_ID, DEV)
    assert merged == sign_transaction(PLAIN, [ALICE, BOB, CAROL], CHAIN_ID, DEV)
    assert merge_signatures([PLAIN], CHAIN_ID, DEV).signatures == ()


def test_only_signatures_of_one_transaction_merge():
    other = sign_transaction(replace(PLAIN, expiration=4), [BOB], CHAIN_ID, DEV)
    with pytest.raises(DifferentTransactionError) as caught:
        merge_signatures([PLAIN, other], CHAIN_ID, DEV)
    assert caught.value.value == transaction_id(other, DEV).hex()
    with pytest.raises(EmptyTransactionError):
        merge_signatures([], CHAIN_ID, DEV)
    broken = SignedTransaction(1, 2, 3, (TRANSFER,), (), (bytes(65),))
    with pytest.raises(InvalidSignatureError):
        merge_signatures([PLAIN, broken], CHAIN_ID, DEV)


def test_required_authorities_are_joined_over_operations():
    key = single_key_authority(ALICE.public_key)
    vote = Vote("carol", "bob", "post", 100)
    recover = RecoverAccount("dave", key, key, ())
    assert required_authorities([vote]) == RequiredAuthorities(posting=frozenset({"carol"}))
    assert required_authorities([recover]).other == recover.required_other()
    joined = required_authorities([TRANSFER, vote, recover, replace(TRANSFER, from_account="erin")])
    assert joined == RequiredAuthorities(
        frozenset(), frozenset({"alice", "erin"}), frozenset({"carol"}), recover.required_other()
    )
    assert required_authorities([]) == RequiredAuthorities()


def test_refuses_a_transaction_without_operations():
    with pytest.raises(EmptyTransactionError) as caught:
        validate_transaction(replace(PLAIN, operations=()), DEV_PARAMS)
    assert caught.value.code == "transaction.empty"
    validate_transaction(PLAIN, DEV_PARAMS)


def test_refuses_virtual_operations_only_at_validation():
    amount = Asset(1, STEEM)
    virtual = AuthorReward("alice", "post", amount, amount, amount)
    transaction = replace(PLAIN, operations=(TRANSFER, virtual))
    assert decode(Transaction, encode(transaction, DEV), DEV) == transaction
    with pytest.raises(VirtualOperationError) as caught:
        validate_transaction(transaction, DEV_PARAMS)
    assert caught.value.code == "transaction.virtual_operation"
    assert caught.value.field == "operations[1]"
    assert caught.value.value == "author_reward"


def test_operation_errors_name_the_operation():
    bad = replace(TRANSFER, amount=Asset(0, STEEM))
    with pytest.raises(InvalidOperationError) as caught:
        validate_transaction(replace(PLAIN, operations=(TRANSFER, bad)), DEV_PARAMS)
    assert caught.value.field == "operations[1].amount"


def test_bad_signature_is_named():
    good = sign_transaction(PLAIN, [ALICE], CHAIN_ID, DEV)
    high_s = good.signatures[0][:33] + (
        CURVE_ORDER - int.from_bytes(good.signatures[0][33:])
    ).to_bytes(32)
    broken = replace(good, signatures=(*good.signatures, high_s))
    envelope = TransactionEnvelope.from_transaction(broken, DEV_PARAMS)
    with pytest.raises(NotCanonicalSignatureError) as caught:
        _ = envelope.signers
    assert caught.value.field == "signatures[1]"
    assert not envelope.has_signers


def test_keys_recovered_elsewhere_are_taken_over(monkeypatch):
    signed = sign_transaction(PLAIN, [ALICE, BOB], CHAIN_ID, DEV)
    envelope = TransactionEnvelope.from_transaction(signed, DEV_PARAMS)
    envelope.preset_signers([ALICE.public_key, None])
    envelope.preset_signers([ALICE.public_key])
    assert not envelope.has_signers
    monkeypatch.setattr(transaction_module, "recover_public_key", None)
    envelope.preset_signers([ALICE.public_key, BOB.public_key])
    assert envelope.signers == (ALICE.public_key, BOB.public_key)


def test_envelope_verifies_against_the_chains_authorities():
    lookup = AuthorityLookup(
        lambda name: single_key_authority(CAROL.public_key),
        lambda name: single_key_authority(ALICE.public_key),
        lambda name: None,
    )

    def verify(*keys):
        signed = sign_transaction(PLAIN, keys, CHAIN_ID, DEV)
        TransactionEnvelope.from_transaction(signed, DEV_PARAMS).verify(lookup, DEV_PARAMS)

    verify(ALICE)
    verify(CAROL)
    with pytest.raises(MissingActiveAuthorityError):
        verify(BOB)
    with pytest.raises(IrrelevantSignatureError):
        verify(ALICE, BOB)
