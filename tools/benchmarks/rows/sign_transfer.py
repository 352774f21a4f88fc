"""Building and signing a transfer, against one bare recoverable signature."""

from collections.abc import Iterable
from contextlib import ExitStack
from itertools import count

import coincurve

from benchmarks import transfer
from benchmarks.method import Better, Row, seconds_per_call
from protocol.crypto import SignatureForm, sha256
from protocol.transaction import sign_transaction


def rows(_stack: ExitStack) -> Iterable[Row]:
    """Return a row for each form of signature: what the chain demands, and the stricter one.

    Each transaction differs, so that the number of candidates tried is the average one.
    """
    bare = coincurve.PrivateKey(transfer.KEY.secret)
    numbers = count()

    def sign_bare() -> bytes:
        return bare.sign_recoverable(sha256(next(numbers).to_bytes(8)), hasher=None)

    def row(name: str, form: SignatureForm, target: float, floor: float) -> Row:
        def build_and_sign() -> object:
            transaction = transfer.build(transfer.EXPIRATION + next(numbers) % 1_000_000)
            return sign_transaction(
                transaction, [transfer.KEY], transfer.CHAIN_ID, transfer.NETWORK, form
            )

        return Row(
            name,
            "coincurve sign_recoverable",
            seconds_per_call(build_and_sign, 2_000),
            seconds_per_call(sign_bare, 3_000),
            Better.LOWER,
            target,
            floor,
        )

    return (
        row("build and sign (low s)", SignatureForm.LOW_S, 2.4, 3),
        # No node asks for this form any more; it takes two candidates on average.
        row("build and sign (fc form)", SignatureForm.FC, 3, 4),
    )
