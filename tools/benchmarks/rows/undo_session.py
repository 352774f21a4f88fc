"""The undo session of one transaction: begin, two edits, keep; against a bare recovery."""

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from itertools import count

from benchmarks.chain_load import make_load, name_of
from benchmarks.method import Better, Row, seconds_per_call


class _RefusedError(Exception):
    """Stands for a transaction that is refused at its end."""


def rows(stack: ExitStack) -> Iterable[Row]:
    """Return two rows: a session that is kept, and one that is taken back."""
    load = make_load(stack, accounts=100, warm=0, blocks=0, per_block=0)
    state = stack.enter_context(load.state())
    state.begin_pending()
    accounts = state.accounts
    sender, receiver = accounts.get(name_of(1)), accounts.get(name_of(2))
    numbers = count()

    def keep() -> None:
        number = next(numbers)
        with state.checkpoint():
            accounts.modify(sender, balance=number)
            accounts.modify(receiver, balance=number)

    def take_back() -> None:
        number = next(numbers)
        with suppress(_RefusedError), state.checkpoint():
            accounts.modify(sender, balance=number)
            accounts.modify(receiver, balance=number)
            raise _RefusedError

    return (
        Row(
            "undo session with two edits",
            "a bare recovery",
            seconds_per_call(keep, 20_000),
            None,
            Better.LOWER,
            target=0.05,
            floor=0.1,
        ),
        Row(
            "the same, taken back",
            "a bare recovery",
            seconds_per_call(take_back, 20_000),
            None,
            Better.LOWER,
            target=0.15,
            floor=0.3,
        ),
    )
