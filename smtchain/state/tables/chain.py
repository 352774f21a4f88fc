"""What the chain knows of itself: global properties, TaPoS ring, duplicate check, hardforks."""

from dataclasses import dataclass

from protocol.types import I64, U8, U16, U32, U64, U128, AccountName, Ripemd160, Time
from smtchain.state.schema import stored


@stored("dynamic_global_properties", key=())
@dataclass(frozen=True, slots=True)
class DynamicGlobalProperties:
    """The head and the running totals, all amounts in satoshis.

    steemd: dynamic_global_property_object.
    """

    head_block_number: U32
    head_block_id: Ripemd160
    time: Time
    current_witness: AccountName
    virtual_supply: I64 = 0
    current_supply: I64 = 0
    init_sbd_supply: I64 = 0
    current_sbd_supply: I64 = 0
    total_vesting_fund_steem: I64 = 0
    total_vesting_shares: I64 = 0
    pending_rewarded_vesting_shares: I64 = 0
    pending_rewarded_vesting_steem: I64 = 0
    sbd_interest_rate: U16 = 0
    sbd_print_rate: U16 = 10_000
    maximum_block_size: U32 = 131_072
    current_aslot: U64 = 0
    recent_slots_filled: U128 = (1 << 128) - 1
    participation_count: U8 = 128
    last_irreversible_block_num: U32 = 0
    vote_power_reserve_rate: U32 = 10
    smt_creation_fee: I64 = 1_000
    smt_creation_fee_in_sbd: bool = True


@stored("block_summary", key=("slot",))
@dataclass(frozen=True, slots=True)
class BlockSummary:
    """Id of the newest block whose number is `slot` modulo 65,536: what TaPoS refers to."""

    slot: U16
    block_id: Ripemd160


@stored("transaction", key=("expiration", "transaction_id"))
@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction applied and not yet expired: the duplicate check.

    The id covers the expiration, so the two together are as unique as the id, and one order serves
    both to look a transaction up and to forget it in time.
    """

    expiration: Time
    transaction_id: Ripemd160


@stored("hardfork_property", key=())
@dataclass(frozen=True, slots=True)
class HardforkProperty:
    """Versions are packed as steemd does: `major << 24 | hardfork << 16 | revision`."""

    processed_hardforks: tuple[Time, ...]
    last_hardfork: U32
    current_hardfork_version: U32
    next_hardfork: U32
    next_hardfork_time: Time


@stored("sequence", key=("table",))
@dataclass(frozen=True, slots=True)
class Sequence:
    """The next object id of a table; ids rise in creation order and are undone with the rest."""

    table: str
    next_id: U64
