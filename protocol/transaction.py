"""Transactions: their bytes, ids and digests, their signatures, and what they require.

A received transaction is decoded once.  `TransactionEnvelope` keeps the bytes it came in, and from
them its id and digest; nothing serialises it again.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self, final

# Imported so that every operation number is known to the codec.
import protocol.operations  # noqa: F401
from protocol.authority import (
    AuthorityLookup,
    RequiredAuthorities,
    verify_authority,
)
from protocol.crypto import PrivateKey, SignatureForm, recover_public_key, sha256
from protocol.errors import InvalidOperationError, InvalidTransactionError
from protocol.operation import NOBODY, Extensions, Operation
from protocol.params import ChainParams, Network
from protocol.types import U16, U32, PublicKey, Signature, Time
from protocol.wire import decode, encode, encode_as, wire_struct

SIGNATURE_SIZE: Final = 65  # bytes
_BEFORE_LONE_OPERATION: Final = 11  # bytes: reference 2 and 4, expiration 4, the count of one 1


class EmptyTransactionError(InvalidTransactionError):
    """A transaction has no operation."""

    code = "transaction.empty"


class VirtualOperationError(InvalidTransactionError):
    """A transaction holds an operation that only the chain itself may report."""

    code = "transaction.virtual_operation"


class DifferentTransactionError(InvalidTransactionError):
    """Signatures of different transactions cannot be merged."""

    code = "transaction.different_transaction"


@wire_struct
@dataclass(frozen=True, slots=True)
class Transaction:
    """What is signed.

    Attributes
    ----------
    ref_block_num : int
        Low 16 bits of the number of a recent block.
    ref_block_prefix : int
        Bytes 4 to 7 of that block's id, little-endian.
    expiration : int
        Last moment, in seconds since 1970, before which it may enter a block.
    operations : tuple of Operation
        Applied in order, all or none.
    extensions : tuple
        Room for later additions.

    Spec
    ----
    steemd: transaction.hpp::transaction
    """

    ref_block_num: U16
    ref_block_prefix: U32
    expiration: Time
    operations: tuple[Operation, ...]
    extensions: Extensions = ()


@wire_struct
@dataclass(frozen=True, slots=True)
class SignedTransaction(Transaction):
    """A transaction with the signatures of its digest, in any order.

    Spec
    ----
    steemd: transaction.hpp::signed_transaction
    """

    signatures: tuple[Signature, ...] = ()


def block_reference(block_id: bytes) -> tuple[int, int]:
    """Return (ref_block_num, ref_block_prefix) that tie a transaction to a block.

    Spec
    ----
    steemd: transaction.cpp::transaction::set_reference_block
    """
    return int.from_bytes(block_id[2:4]), int.from_bytes(block_id[4:8], "little")


def unsigned_bytes(transaction: Transaction, network: Network) -> bytes:
    """Return the bytes of a transaction without signatures: what ids and digests cover.

    Raises
    ------
    WireError
        A field has no encoding.
    """
    raw = encode(transaction, network)
    if isinstance(transaction, SignedTransaction):
        return _without_signatures(raw, len(transaction.signatures))
    return raw


def transaction_id(transaction: Transaction, network: Network) -> bytes:
    """Return the 20-byte id: the head of the SHA-256 of the unsigned bytes.

    Spec
    ----
    steemd: transaction.cpp::transaction::id
    """
    return sha256(unsigned_bytes(transaction, network))[:20]


def signature_digest(transaction: Transaction, chain_id: bytes, network: Network) -> bytes:
    """Return the 32-byte digest that signatures sign: SHA-256 of chain id ‖ unsigned bytes.

    Spec
    ----
    steemd: transaction.cpp::transaction::sig_digest
    """
    return sha256(chain_id + unsigned_bytes(transaction, network))


def merkle_digest(transaction: SignedTransaction, network: Network) -> bytes:
    """Return the 32-byte leaf of the block's Merkle tree: SHA-256 of the signed bytes.

    Spec
    ----
    steemd: transaction.cpp::signed_transaction::merkle_digest
    """
    return sha256(encode(transaction, network))


def sign_transaction(
    transaction: Transaction,
    keys: Iterable[PrivateKey],
    chain_id: bytes,
    network: Network,
    form: SignatureForm = SignatureForm.LOW_S,
) -> SignedTransaction:
    """Return the transaction with a signature of each key after those it has.

    A key that has signed already adds nothing, so signing twice is harmless.

    Raises
    ------
    InvalidSignatureError
        A signature that is already there is not valid.
    WireError
        A field has no encoding.

    Spec
    ----
    steemd: transaction.cpp::signed_transaction::sign
    """
    digest = signature_digest(transaction, chain_id, network)
    signatures = list(_signatures_of(transaction))
    signers = {recover_public_key(digest, signature) for signature in signatures}
    for key in keys:
        if key.public_key not in signers:
            signers.add(key.public_key)
            signatures.append(key.sign(digest, form))
    return _with_signatures(transaction, signatures)


def merge_signatures(
    transactions: Sequence[Transaction], chain_id: bytes, network: Network
) -> SignedTransaction:
    """Return the one transaction that all of `transactions` are, with the signatures of all.

    One signature is kept per key, in the order of first appearance.

    Raises
    ------
    EmptyTransactionError
        `transactions` is empty.
    DifferentTransactionError
        They are not the same transaction; `value` is the id of the first that differs.
    InvalidSignatureError
        A signature is not valid.
    """
    if not transactions:
        raise EmptyTransactionError("there is no transaction to merge")
    first = transactions[0]
    body = unsigned_bytes(first, network)
    digest = sha256(chain_id + body)
    signatures: dict[PublicKey, bytes] = {}
    for transaction in transactions:
        other = unsigned_bytes(transaction, network)
        if other != body:
            raise DifferentTransactionError(
                f"not the transaction {sha256(body)[:20].hex()}", value=sha256(other)[:20].hex()
            )
        for signature in _signatures_of(transaction):
            signatures.setdefault(recover_public_key(digest, signature), signature)
    return _with_signatures(first, list(signatures.values()))


def required_authorities(operations: Sequence[Operation]) -> RequiredAuthorities:
    """Return everything that must sign for `operations`.

    Spec
    ----
    steemd: transaction.cpp::transaction::get_required_authorities
    """
    if len(operations) == 1:
        (only,) = operations
        return RequiredAuthorities(
            only.required_owner(),
            only.required_active(),
            only.required_posting(),
            only.required_other(),
        )
    return RequiredAuthorities(
        NOBODY.union(*(operation.required_owner() for operation in operations)),
        NOBODY.union(*(operation.required_active() for operation in operations)),
        NOBODY.union(*(operation.required_posting() for operation in operations)),
        tuple(other for operation in operations for other in operation.required_other()),
    )


def validate_transaction(transaction: Transaction, params: ChainParams) -> None:
    """Check what needs no state: at least one operation, none virtual, each valid.

    Raises
    ------
    EmptyTransactionError
        There is no operation.
    VirtualOperationError
        An operation is virtual.
    InvalidOperationError
        An operation breaks a rule; the field starts with `operations[index]`.

    Spec
    ----
    steemd: transaction.cpp::transaction::validate
    """
    if not transaction.operations:
        raise EmptyTransactionError(
            "a transaction must have at least one operation", field="operations"
        )
    for index, operation in enumerate(transaction.operations):
        if operation.IS_VIRTUAL:
            raise VirtualOperationError(
                "virtual operations cannot be sent",
                field=f"operations[{index}]",
                value=operation.NAME,
            )
        try:
            operation.validate(params)
        except InvalidOperationError as error:
            raise error.within(f"operations[{index}]")  # noqa: B904 - the same error


@final
class TransactionEnvelope:
    """A signed transaction with its bytes and what follows from them.

    Attributes
    ----------
    transaction : SignedTransaction
        The decoded value.
    raw : bytes
        Its bytes, signatures included.
    id : bytes
        20 bytes.
    """

    __slots__ = (
        "_body_size",
        "_chain_id",
        "_digest",
        "_merkle_digest",
        "_required",
        "_signers",
        "id",
        "raw",
        "transaction",
    )

    def __init__(self, transaction: SignedTransaction, raw: bytes, chain_id: bytes) -> None:
        """Join a transaction and its bytes, which the caller knows to belong together."""
        self.transaction = transaction
        self.raw = raw
        self._body_size = len(raw) - _signatures_size(len(transaction.signatures))
        self.id = sha256(raw[: self._body_size])[:20]
        self._chain_id = chain_id
        self._digest: bytes | None = None
        self._merkle_digest: bytes | None = None
        self._required: RequiredAuthorities | None = None
        self._signers: tuple[PublicKey, ...] | None = None

    @classmethod
    def from_bytes(cls, data: bytes, params: ChainParams) -> Self:
        """Decode a signed transaction and keep its bytes.

        Raises
        ------
        WireError
            `data` is not the canonical encoding of a signed transaction.
        """
        transaction = decode(SignedTransaction, data, params.network)
        return cls(transaction, data, params.chain_id)

    @classmethod
    def from_transaction(cls, transaction: SignedTransaction, params: ChainParams) -> Self:
        """Encode a signed transaction.

        Raises
        ------
        WireError
            A field has no encoding.
        """
        return cls(transaction, encode(transaction, params.network), params.chain_id)

    @property
    def size(self) -> int:
        """Return the number of bytes, signatures included."""
        return len(self.raw)

    @property
    def digest(self) -> bytes:
        """Return the 32 bytes that the signatures sign; they depend on the chain id."""
        if self._digest is None:
            self._digest = sha256(self._chain_id + self.raw[: self._body_size])
        return self._digest

    def operation_bytes(self, index: int, network: Network) -> bytes:
        """Return the bytes of an operation, its number first, as in the transaction.

        Of a lone operation they are cut out of the bytes at hand.
        """
        transaction = self.transaction
        if len(transaction.operations) == 1 and not transaction.extensions:
            return self.raw[_BEFORE_LONE_OPERATION : self._body_size - 1]
        return encode_as(Operation, transaction.operations[index], network)

    @property
    def merkle_digest(self) -> bytes:
        """Return the 32-byte leaf of the block's Merkle tree."""
        if self._merkle_digest is None:
            self._merkle_digest = sha256(self.raw)
        return self._merkle_digest

    @property
    def required(self) -> RequiredAuthorities:
        """Return everything that must sign."""
        if self._required is None:
            self._required = required_authorities(self.transaction.operations)
        return self._required

    @property
    def signers(self) -> tuple[PublicKey, ...]:
        """Return the keys that signed, in the order of the signatures.

        Recovered on first use; `preset_signers` spares that.

        Raises
        ------
        InvalidSignatureError
            A signature is not valid; the field names it.
        """
        if self._signers is None:
            self._signers = tuple(
                _recover_at(self.digest, signature, index)
                for index, signature in enumerate(self.transaction.signatures)
            )
        return self._signers

    def recover_signers(self) -> None:
        """Recover the signers now; what is not valid shows when `signers` is read."""
        with suppress(InvalidTransactionError):
            _ = self.signers

    @property
    def has_signers(self) -> bool:
        """Tell whether the signers are known already."""
        return self._signers is not None

    def preset_signers(self, keys: Sequence[PublicKey | None]) -> None:
        """Take over keys that were recovered elsewhere, one for each signature.

        Ignored if any is None: the error then shows when `signers` is read.
        """
        known = tuple(key for key in keys if key is not None)
        if len(known) == len(self.transaction.signatures):
            self._signers = known

    def verify(self, lookup: AuthorityLookup, params: ChainParams) -> None:
        """Check that the signers satisfy what is required, and that each was needed.

        Raises
        ------
        InvalidSignatureError
            A signature is not valid.
        MissingAuthorityError, IrrelevantSignatureError, DuplicateSignatureError,
        MixedAuthoritiesError
            See `protocol.authority.verify_authority`.
        """
        verify_authority(self.required, self.signers, lookup, params)


def _recover_at(digest: bytes, signature: bytes, index: int) -> PublicKey:
    try:
        return recover_public_key(digest, signature)
    except InvalidTransactionError as error:
        error.field = f"signatures[{index}]"
        raise


def _signatures_of(transaction: Transaction) -> tuple[bytes, ...]:
    return transaction.signatures if isinstance(transaction, SignedTransaction) else ()


def _with_signatures(transaction: Transaction, signatures: list[bytes]) -> SignedTransaction:
    return SignedTransaction(
        transaction.ref_block_num,
        transaction.ref_block_prefix,
        transaction.expiration,
        transaction.operations,
        transaction.extensions,
        tuple(signatures),
    )


def _without_signatures(raw: bytes, count: int) -> bytes:
    """Cut the signature list, its varint count included, from the end of signed bytes."""
    return raw[: -_signatures_size(count)]


def _signatures_size(count: int) -> int:
    """Return how many bytes so many signatures take, their varint count included."""
    count_size = 1
    while count >> 7 * count_size:
        count_size += 1
    return count * SIGNATURE_SIZE + count_size
