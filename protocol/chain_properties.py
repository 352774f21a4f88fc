"""What a witness proposes for the chain; part of `witness_update` and of mining operations."""

from dataclasses import dataclass
from typing import Final

from protocol.arith import I64_MAX
from protocol.assets import STEEM, Asset
from protocol.params import ChainParams
from protocol.types import U16, U32
from protocol.validation import check_bounds, check_percent, check_symbol
from protocol.wire import wire_struct

MAX_U32: Final = (1 << 32) - 1


def check_creation_fee(fee: Asset, field: str, params: ChainParams) -> None:
    """Check a proposed account creation fee: STEEM, at least the least a witness may propose.

    Raises
    ------
    WrongSymbolError
        It is in another asset.
    OutOfBoundsError
        It is below `params.min_account_creation_fee`.

    Spec
    ----
    steemd: legacy_chain_properties::validate
    """
    check_symbol(fee, STEEM, field)
    check_bounds(fee.amount, field, minimum=params.min_account_creation_fee, maximum=I64_MAX)


def check_block_size(size: int, field: str, params: ChainParams) -> None:
    """Check a proposed maximum block size in bytes.

    Raises
    ------
    OutOfBoundsError
        It is below `params.min_block_size_limit`.

    Spec
    ----
    steemd: legacy_chain_properties::validate
    """
    check_bounds(size, field, minimum=params.min_block_size_limit, maximum=MAX_U32)


# The condenser form of the reference shows two members of another type; they are skipped.
@wire_struct(ignored=("account_subsidy_budget", "account_subsidy_decay"))
@dataclass(frozen=True, slots=True)
class LegacyChainProperties:
    """Creation fee in STEEM, block size in bytes, SBD interest in basis points.

    Spec
    ----
    steemd: legacy_chain_properties
    """

    account_creation_fee: Asset
    maximum_block_size: U32 = 131_072
    sbd_interest_rate: U16 = 1_000

    def check(self, field: str, params: ChainParams) -> None:
        """Raise for a fee, size or rate that a witness may not propose."""
        check_creation_fee(self.account_creation_fee, f"{field}.account_creation_fee", params)
        check_block_size(self.maximum_block_size, f"{field}.maximum_block_size", params)
        check_percent(self.sbd_interest_rate, f"{field}.sbd_interest_rate")
