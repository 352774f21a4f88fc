"""Block headers, below the operations: an operation reports two of them (`report_over_production`).

Blocks, block ids and merkle roots are in `protocol.block`.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from protocol.hashes import sha256
from protocol.jsonform import Form
from protocol.jsonscalars import parse_version, print_version
from protocol.operation import NoExtension
from protocol.params import Network
from protocol.types import (
    AccountName,
    FlatSet,
    Ripemd160,
    Signature,
    StaticVariant,
    Time,
    Version,
)
from protocol.wire import encode, wire_struct


@wire_struct(name="version")
@dataclass(frozen=True, slots=True)
class RunningVersion:
    """The protocol version a witness runs, `major << 24 | minor << 16 | revision`.

    Spec
    ----
    steemd: version.hpp::version
    """

    number: Version

    def to_json_form(self, network: Network, form: Form) -> Any:
        """Return `"0.22.0"`: in JSON a version is text, not an object."""
        return print_version(self.number)

    @classmethod
    def from_json_form(cls, data: Any, network: Network) -> Self:
        """Return the version that text describes; raises a `JsonFormError`."""
        return cls(parse_version(data))

    @classmethod
    def json_zero(cls) -> Self:
        """Return what an absent member means."""
        return cls(0)


@wire_struct
@dataclass(frozen=True, slots=True)
class HardforkVersionVote:
    """A witness's vote for the next hardfork and the time it should happen.

    Spec
    ----
    steemd: version.hpp::hardfork_version_vote
    """

    hf_version: Version
    hf_time: Time


HeaderExtensions = FlatSet[
    Annotated[NoExtension | RunningVersion | HardforkVersionVote, StaticVariant()]
]
"""What a header may carry, at most one of each kind."""


@wire_struct
@dataclass(frozen=True, slots=True)
class BlockHeader:
    """What a witness signs.

    Attributes
    ----------
    previous : bytes
        Id of the block before; zeros for the first block.
    timestamp : int
        Seconds since 1970.
    witness : str
        Who produced the block.
    transaction_merkle_root : bytes
        Root over the block's signed transactions; zeros when there are none.

    Spec
    ----
    steemd: block_header.hpp::block_header
    """

    previous: Ripemd160
    timestamp: Time
    witness: AccountName
    transaction_merkle_root: Ripemd160
    extensions: HeaderExtensions = ()


@wire_struct
@dataclass(frozen=True, slots=True)
class SignedBlockHeader:
    """A header and the signature of its witness.

    Spec
    ----
    steemd: block_header.hpp::signed_block_header
    """

    previous: Ripemd160
    timestamp: Time
    witness: AccountName
    transaction_merkle_root: Ripemd160
    extensions: HeaderExtensions
    witness_signature: Signature

    def header(self) -> BlockHeader:
        """Return what the signature signs."""
        return BlockHeader(
            self.previous,
            self.timestamp,
            self.witness,
            self.transaction_merkle_root,
            self.extensions,
        )


def header_digest(header: BlockHeader, network: Network) -> bytes:
    """Return the 32 bytes a witness signs: SHA-256 of the header's wire bytes.

    Spec
    ----
    steemd: block.cpp::block_header::digest
    """
    return sha256(encode(header, network))
