"""Transactions: one for each operation that can be sent, a few of other kinds, refused ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from protocol.crypto import CURVE_ORDER, PrivateKey, SignatureForm
from protocol.operation import Operation
from protocol.params import ChainParams
from protocol.transaction import (
    SignedTransaction,
    Transaction,
    required_authorities,
    sign_transaction,
)
from published_vectors.people import NOON, Sample
from published_vectors.signing import seeds_for

REF_BLOCK_NUM = 34_294
REF_BLOCK_PREFIX = 1_707_342_826
EXPIRATION = NOON + 3_600


@dataclass(frozen=True, slots=True)
class SignedCase:
    """A signed transaction, who signed, and which form of signature was kept."""

    name: str
    description: str
    signed: SignedTransaction
    seeds: tuple[str, ...]
    form: SignatureForm = SignatureForm.LOW_S


def plain(operations: Iterable[Operation]) -> Transaction:
    """Return the transaction of these operations that all vectors use."""
    return Transaction(REF_BLOCK_NUM, REF_BLOCK_PREFIX, EXPIRATION, tuple(operations))


def signed_cases(samples: Sequence[Sample], params: ChainParams) -> Iterator[SignedCase]:
    """Yield the first sample of each operation that can be sent, signed, and special ones."""
    valid = {sample.name: sample.operation for sample in samples}

    def case(
        name: str,
        description: str,
        *operations: Operation,
        seeds: Sequence[str] | None = None,
        form: SignatureForm = SignatureForm.LOW_S,
    ) -> SignedCase:
        transaction = plain(operations)
        chosen = seeds or seeds_for(required_authorities(operations))
        keys = [PrivateKey.from_seed(seed) for seed in chosen]
        signed = sign_transaction(transaction, keys, params.chain_id, params.network, form)
        return SignedCase(name, description, signed, tuple(chosen), form)

    for sample in samples:
        if "/" not in sample.name and not sample.operation.IS_VIRTUAL:
            yield case(sample.name, sample.description, sample.operation)
    transfer = valid["transfer"]
    yield case("several", "two operations, one signature", transfer, valid["transfer/token"])
    yield case(
        "two_signers",
        "signatures stand in the order in which they were made",
        transfer,
        valid["smt_contribute"],
        seeds=["bobactive", "aliceactive"],
    )
    yield case(
        "fc_form",
        "the stricter form of signature that nodes asked for before hardfork 20",
        transfer,
        form=SignatureForm.FC,
    )


def refused_cases(samples: Sequence[Sample], params: ChainParams) -> Iterator[SignedCase]:
    """Yield signed transactions that no node accepts, whatever its state."""
    valid = {sample.name: sample.operation for sample in samples}
    vote, transfer = valid["vote"], valid["transfer"]

    def signed(operations: Iterable[Operation], *seeds: str) -> SignedTransaction:
        keys = [PrivateKey.from_seed(seed) for seed in seeds]
        return sign_transaction(plain(operations), keys, params.chain_id, params.network)

    def case(
        name: str, description: str, operations: Iterable[Operation], *seeds: str
    ) -> SignedCase:
        return SignedCase(name, description, signed(operations, *seeds), seeds)

    yield case("empty", "no operation", ())
    yield case("virtual", "a report is no order", (valid["author_reward"],))
    yield case(
        "operation",
        "the second operation is not valid",
        (transfer, replace(transfer, memo="m" * 2_048)),  # type: ignore[type-var]
        "aliceactive",
    )
    yield case("missing_active", "the posting key may not transfer", (transfer,), "aliceposting")
    yield case("missing_posting", "another account's key", (vote,), "bobposting")
    yield case(
        "missing_owner",
        "the active key may not change the recovery account",
        (valid["change_recovery_account"],),
        "aliceactive",
    )
    yield case(
        "missing_other",
        "the recent owner key is missing",
        (valid["recover_account"],),
        "aliceowner2",
    )
    yield case("irrelevant", "one signature too many", (transfer,), "aliceactive", "bobactive")
    yield case(
        "mixed", "posting authority beside active authority", (vote, transfer), "aliceactive"
    )
    once = signed((transfer,), "aliceactive")
    yield SignedCase(
        "twice",
        "one signature twice",
        replace(once, signatures=once.signatures * 2),
        ("aliceactive",),
    )
    yield SignedCase("zeros", "no signature at all", replace(once, signatures=(bytes(65),)), ())
    yield SignedCase(
        "high_s",
        "the other form of a valid signature, with s above half the order",
        replace(once, signatures=(_other_form(once.signatures[0]),)),
        ("aliceactive",),
    )


def _other_form(signature: bytes) -> bytes:
    s = CURVE_ORDER - int.from_bytes(signature[33:])
    return bytes([(signature[0] - 27 ^ 1) + 27]) + signature[1:33] + s.to_bytes(32)
