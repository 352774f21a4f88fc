"""Packing and unpacking a signed transfer, against msgpack on a tuple of the same values."""

from collections.abc import Iterable
from contextlib import ExitStack

import msgpack

from benchmarks import transfer
from benchmarks.method import Better, Row, seconds_per_call
from protocol.transaction import SignedTransaction
from protocol.wire import decode, encode


def rows(_stack: ExitStack) -> Iterable[Row]:
    """Return one row; msgpack's limit is that of a codec written in C that knows no types."""
    signed, network = transfer.SIGNED, transfer.NETWORK
    same = (
        transfer.REF_BLOCK_NUM,
        transfer.REF_BLOCK_PREFIX,
        transfer.EXPIRATION,
        ((2, (transfer.SENDER, transfer.RECEIVER, (transfer.SATOSHIS, 35), transfer.MEMO)),),
        (),
        signed.signatures,
    )
    return (
        Row(
            "unpack(pack(tx))",
            "msgpack of a tuple",
            seconds_per_call(
                lambda: decode(SignedTransaction, encode(signed, network), network), 20_000
            ),
            seconds_per_call(lambda: msgpack.unpackb(msgpack.packb(same), use_list=False), 50_000),
            Better.LOWER,
            target=6,
            floor=10,
        ),
    )
