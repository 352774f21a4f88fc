"""Packing a signed transfer, against beem."""

from collections.abc import Iterable
from contextlib import ExitStack

from benchmarks import transfer
from benchmarks.beem_side import BeemSide
from benchmarks.method import Better, Row, RowUnavailableError, seconds_per_call
from protocol.assets import format_asset
from protocol.jsonform import to_json
from protocol.wire import encode


def rows(stack: ExitStack) -> Iterable[Row]:
    """Return two rows: ready objects, and objects built each time on both sides.

    Raises
    ------
    RowUnavailableError
        Beem cannot be installed, or does not give our bytes.
    """
    signed, network = transfer.SIGNED, transfer.NETWORK
    beem = BeemSide(
        {
            "from": transfer.SENDER,
            "to": transfer.RECEIVER,
            "amount": format_asset(signed.operations[0].amount, network),  # type: ignore[attr-defined]
            "memo": transfer.MEMO,
            "prefix": network.address_prefix,
            "ref_block_num": transfer.REF_BLOCK_NUM,
            "ref_block_prefix": transfer.REF_BLOCK_PREFIX,
            "expiration": to_json(signed, network)["expiration"],
            "signatures": [signature.hex() for signature in signed.signatures],
        },
        stack,
    )
    if beem.hex != encode(signed, network).hex():
        raise RowUnavailableError("beem's bytes of the transfer differ from ours")
    return (
        Row(
            "pack a signed transfer",
            "beem bytes(tx)",
            seconds_per_call(lambda: encode(signed, network), 50_000),
            beem.seconds("pack", 4_000),
            Better.HIGHER,
            target=18,
            floor=12,
        ),
        Row(
            "build and pack it",
            "beem the same",
            seconds_per_call(lambda: encode(transfer.build_signed(), network), 20_000),
            beem.seconds("build and pack", 2_000),
            Better.HIGHER,
            target=12,
            floor=8,
        ),
    )
