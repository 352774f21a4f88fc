"""Blocks: their bytes, ids, Merkle root, and the witness's signature.

A received block is decoded once; `BlockEnvelope` keeps its bytes and an envelope per transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self, final

from protocol.block_header import (
    BlockHeader,
    HardforkVersionVote,
    HeaderExtensions,
    RunningVersion,
    SignedBlockHeader,
    header_digest,
)
from protocol.crypto import (
    InvalidSignatureError,
    PrivateKey,
    recover_public_key,
    ripemd160,
    sha224,
    sha256,
)
from protocol.errors import InvalidBlockError, InvariantViolationError
from protocol.params import ChainParams, Network
from protocol.transaction import SIGNATURE_SIZE, SignedTransaction, TransactionEnvelope
from protocol.types import PublicKey, Varint, VarU32
from protocol.wire import decode, encode, encode_as, wire_struct
from protocol.wire_tables import tables_of
from protocol.wire_unpack import PADDING, compile_shape_unpacker, unpacker_of

__all__ = [
    "EMPTY_MERKLE_ROOT",
    "NO_BLOCK_ID",
    "NO_SIGNATURE",
    "BlockEnvelope",
    "BlockHeader",
    "HardforkVersionVote",
    "HeaderExtensions",
    "InvalidBlockSignatureError",
    "RunningVersion",
    "SignedBlock",
    "SignedBlockHeader",
    "block_id",
    "block_num_of",
    "header_digest",
    "merkle_root",
    "sign_header",
]

NO_BLOCK_ID: Final = bytes(20)
"""The `previous` of block 1."""
EMPTY_MERKLE_ROOT: Final = bytes(20)
NO_SIGNATURE: Final = bytes(65)


class InvalidBlockSignatureError(InvalidBlockError):
    """The witness signature of a block recovers no key."""

    code = "block.invalid_signature"


@wire_struct
@dataclass(frozen=True, slots=True)
class SignedBlock(SignedBlockHeader):
    """A signed header and the transactions.

    Spec
    ----
    steemd: block.hpp::signed_block
    """

    transactions: tuple[SignedTransaction, ...]


def block_num_of(block_id: bytes) -> int:
    """Return the block number that a block id begins with.

    Spec
    ----
    steemd: block.cpp::block_header::num_from_id
    """
    return int.from_bytes(block_id[:4])


def block_id(header: SignedBlockHeader, network: Network) -> bytes:
    """Return the 20-byte id of a block.

    SHA-224 of the signed header, its first four bytes replaced by the block number (big-endian),
    cut to 20 bytes.

    Spec
    ----
    steemd: block.cpp::signed_block_header::id
    """
    raw = encode(header.header(), network) + header.witness_signature
    return _block_id_from(raw, header.previous)


def merkle_root(digests: Sequence[bytes]) -> bytes:
    """Return the 20-byte root over the transactions' Merkle digests.

    Pairs are hashed with SHA-256, an odd last one is carried up; the root is the RIPEMD-160 of the
    one that remains, or 20 zero bytes for no transaction.

    Spec
    ----
    steemd: block.cpp::signed_block::calculate_merkle_root
    """
    if not digests:
        return EMPTY_MERKLE_ROOT
    level = list(digests)
    while len(level) > 1:
        pairs = [sha256(level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return ripemd160(level[0])


def sign_header(header: BlockHeader, key: PrivateKey, network: Network) -> SignedBlockHeader:
    """Return the header with the signature of `key`.

    Spec
    ----
    steemd: block.cpp::signed_block_header::sign
    """
    return SignedBlockHeader(
        header.previous,
        header.timestamp,
        header.witness,
        header.transaction_merkle_root,
        header.extensions,
        key.sign(header_digest(header, network)),
    )


@final
class BlockEnvelope:
    """A block with its bytes, id and digest, and an envelope for each transaction.

    Attributes
    ----------
    block : SignedBlock
        The decoded value.
    raw : bytes
        Its bytes.
    id : bytes
        20 bytes; the first four are the number.
    digest : bytes
        32 bytes that the witness signed.
    transactions : tuple of TransactionEnvelope
        In block order.
    """

    __slots__ = ("_signee", "block", "digest", "id", "raw", "transactions")

    def __init__(
        self,
        header: SignedBlockHeader,
        raw: bytes,
        header_bytes: bytes,
        transactions: tuple[TransactionEnvelope, ...],
    ) -> None:
        """Join parts that the caller knows to belong together.

        `header_bytes` is the part of `raw` before the witness signature.
        """
        self.block = SignedBlock(
            header.previous,
            header.timestamp,
            header.witness,
            header.transaction_merkle_root,
            header.extensions,
            header.witness_signature,
            tuple(envelope.transaction for envelope in transactions),
        )
        self.raw = raw
        self.transactions = transactions
        self.digest = sha256(header_bytes)
        self.id = _block_id_from(header_bytes + header.witness_signature, header.previous)
        self._signee: PublicKey | None = None

    @classmethod
    def from_bytes(cls, data: bytes, params: ChainParams) -> Self:
        """Decode a signed block and keep its bytes.

        Raises
        ------
        WireError
            `data` is not the canonical encoding of a signed block.
        """
        tables = tables_of(params.network)
        chain_id = params.chain_id
        padded = data + PADDING
        size = len(data)
        transactions = []
        try:
            header, header_end = unpacker_of(SignedBlockHeader)(padded, 0, size, tables)
            count, offset = _read_count(padded, header_end, size, tables)
            unpack = unpacker_of(SignedTransaction)
            for _ in range(count):
                transaction, end = unpack(padded, offset, size, tables)
                raw = data[offset:end]
                transactions.append(TransactionEnvelope(transaction, raw, chain_id))
                offset = end
            if offset == size:
                return cls(header, data, data[: header_end - SIGNATURE_SIZE], tuple(transactions))
        except Exception:  # noqa: S110 - the strict decoder below says what is wrong
            pass
        decode(SignedBlock, data, params.network)
        raise InvariantViolationError(f"decoders disagree on block {data.hex()}")

    @classmethod
    def from_block(cls, block: SignedBlock, params: ChainParams) -> Self:
        """Encode a signed block.

        Raises
        ------
        WireError
            A field has no encoding.
        """
        transactions = tuple(
            TransactionEnvelope.from_transaction(transaction, params)
            for transaction in block.transactions
        )
        return cls.assemble(block, transactions, params)

    @classmethod
    def assemble(
        cls,
        header: SignedBlockHeader,
        transactions: tuple[TransactionEnvelope, ...],
        params: ChainParams,
    ) -> Self:
        """Put a signed header before transactions whose bytes are at hand.

        Raises
        ------
        WireError
            A field of the header has no encoding.
        """
        header_bytes = encode(header.header(), params.network)
        count = encode_as(VarU32, len(transactions), params.network)
        raw = b"".join(
            (
                header_bytes,
                header.witness_signature,
                count,
                *(envelope.raw for envelope in transactions),
            )
        )
        return cls(header, raw, header_bytes, transactions)

    @property
    def num(self) -> int:
        """Return the block number."""
        return block_num_of(self.id)

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return len(self.raw)

    def merkle_root(self) -> bytes:
        """Return the root over the transactions; the header must name it."""
        return merkle_root([envelope.merkle_digest for envelope in self.transactions])

    @property
    def signee(self) -> PublicKey:
        """Return the key that signed the header.

        Raises
        ------
        InvalidBlockSignatureError
            The signature is not valid.

        Spec
        ----
        steemd: block.cpp::signed_block_header::signee
        """
        if self._signee is None:
            try:
                self._signee = recover_public_key(self.digest, self.block.witness_signature)
            except InvalidSignatureError as error:
                raise InvalidBlockSignatureError(
                    error.message, field="witness_signature", value=error.value
                ) from None
        return self._signee

    def preset_signee(self, key: PublicKey | None) -> None:
        """Take over the key that was recovered elsewhere; None leaves it to `signee`."""
        self._signee = key


_read_count: Final = compile_shape_unpacker(Varint())


def _block_id_from(signed_header_bytes: bytes, previous: bytes) -> bytes:
    number = (block_num_of(previous) + 1) & 0xFFFFFFFF  # unsigned 32 bits in the reference
    return number.to_bytes(4) + sha224(signed_header_bytes)[4:20]
