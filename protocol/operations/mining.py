"""Proof of work and reports on doubly produced blocks: known on the wire, refused by the chain."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import override

from protocol.authority import Authority, single_key_authority
from protocol.block_header import SignedBlockHeader, header_digest
from protocol.chain_properties import LegacyChainProperties
from protocol.crypto import recover_public_key
from protocol.errors import InvalidOperationError, ProtocolError
from protocol.operation import NOBODY, Accounts, Operation, operation
from protocol.params import ChainParams
from protocol.types import (
    U32,
    U64,
    AccountName,
    PublicKey,
    Ripemd160,
    Sha256,
    Signature,
    StaticVariant,
)
from protocol.validation import check_account_name
from protocol.wire import wire_struct


class MiningEndedError(InvalidOperationError):
    """Proof of work is given; blocks of this rule set are never mined."""

    code = "operation.mining.ended"


class InvalidOverProductionError(InvalidOperationError):
    """Two headers do not show one witness signing two blocks for the same time."""

    code = "operation.mining.invalid_over_production"


@wire_struct
@dataclass(frozen=True, slots=True)
class Pow:
    """The first proof of work: a signature by a key made for it.

    Spec
    ----
    steemd: steem_operations.hpp::pow
    """

    worker: PublicKey
    input: Sha256
    signature: Signature
    work: Sha256


@operation(tag=14, name="pow")
@dataclass(frozen=True, slots=True)
class PowOperation(Operation):
    """Mine a block of the first kind.

    Spec
    ----
    steemd: pow_operation (refused since hardfork 13)
    """

    worker_account: AccountName
    block_id: Ripemd160
    nonce: U64
    work: Pow
    props: LegacyChainProperties

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse it: mining had ended before this rule set."""
        raise MiningEndedError("mining has ended", field="work")


@wire_struct
@dataclass(frozen=True, slots=True)
class Pow2Input:
    """What the later proofs of work hash.

    Spec
    ----
    steemd: steem_operations.hpp::pow2_input
    """

    worker_account: AccountName
    prev_block: Ripemd160
    nonce: U64


@wire_struct
@dataclass(frozen=True, slots=True)
class Pow2:
    """The second proof of work.

    Spec
    ----
    steemd: steem_operations.hpp::pow2
    """

    input: Pow2Input
    pow_summary: U32


@wire_struct
@dataclass(frozen=True, slots=True)
class EquihashProof:
    """An Equihash solution for parameters `n` and `k`.

    Spec
    ----
    steemd: fc/crypto/equihash.hpp::proof
    """

    n: U32
    k: U32
    seed: Sha256
    inputs: tuple[U32, ...]


@wire_struct
@dataclass(frozen=True, slots=True)
class EquihashPow:
    """The third proof of work.

    Spec
    ----
    steemd: steem_operations.hpp::equihash_pow
    """

    input: Pow2Input
    proof: EquihashProof
    prev_block: Ripemd160
    pow_summary: U32


@operation(tag=30, name="pow2")
@dataclass(frozen=True, slots=True)
class Pow2Operation(Operation):
    """Mine a block of the second or third kind, creating the miner's account at need.

    Spec
    ----
    steemd: pow2_operation (refused since hardfork 17)
    """

    work: Annotated[Pow2 | EquihashPow, StaticVariant()]
    new_owner_key: PublicKey | None
    props: LegacyChainProperties

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse it: mining had ended before this rule set."""
        raise MiningEndedError("mining has ended", field="work")

    @override
    def required_active(self) -> Accounts:
        """Return the miner, unless its account is created here."""
        if self.new_owner_key is not None:
            return NOBODY
        return frozenset((self.work.input.worker_account,))

    @override
    def required_other(self) -> tuple[Authority, ...]:
        """Return the key of a new account."""
        if self.new_owner_key is None:
            return ()
        return (single_key_authority(self.new_owner_key),)


@operation(tag=16)
@dataclass(frozen=True, slots=True)
class ReportOverProduction(Operation):
    """Show two blocks that one witness signed for the same time.  Disabled; always refused.

    Spec
    ----
    steemd: report_over_production_operation
    """

    reporter: AccountName
    first_block: SignedBlockHeader
    second_block: SignedBlockHeader

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names, and headers that are equal or differ in witness, time or signer."""
        first, second = self.first_block, self.second_block
        check_account_name(self.reporter, "reporter")
        check_account_name(first.witness, "first_block.witness")
        if first.witness != second.witness:
            raise InvalidOverProductionError(
                "witnesses differ", field="second_block.witness", value=second.witness
            )
        if first.timestamp != second.timestamp:
            raise InvalidOverProductionError(
                "times differ", field="second_block.timestamp", value=second.timestamp
            )
        if first == second:
            raise InvalidOverProductionError("the blocks are the same one", field="second_block")
        if _signer(first, "first_block", params) != _signer(second, "second_block", params):
            raise InvalidOverProductionError(
                "signers differ", field="second_block.witness_signature"
            )


def _signer(block: SignedBlockHeader, field: str, params: ChainParams) -> PublicKey:
    try:
        return recover_public_key(
            header_digest(block.header(), params.network), block.witness_signature
        )
    except ProtocolError as error:
        raise InvalidOverProductionError(
            error.message, field=f"{field}.witness_signature"
        ) from error
