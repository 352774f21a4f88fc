"""SBD on its way to become STEEM."""

from dataclasses import dataclass

from protocol.types import I64, U32, U64, AccountName, Time
from smtchain.state.schema import stored


@stored(
    "convert_request",
    key=("owner", "requestid"),
    indexes={"by_conversion_date": ("conversion_date", "id")},
)
@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """SBD satoshis taken from their owner, paid for in STEEM at `conversion_date`.

    They count as supply until then.  steemd: convert_request_object.
    """

    id: U64
    owner: AccountName
    requestid: U32
    amount: I64
    conversion_date: Time
