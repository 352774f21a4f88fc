"""Whose history an operation belongs to: everyone it names, read from its fields' types."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from protocol.operation import Operation
from protocol.operations.smt_contribution import SmtFounderPayout
from protocol.operations.smt_inflation import SmtInflationEmitted
from protocol.operations.smt_setup import SmtLaunchEvaluated, SmtPhaseChanged
from protocol.operations.transfer import ClearNullAccountBalance
from protocol.operations.witness import Hardfork
from protocol.types import AccountName
from smtchain.ledger.smt import find_token
from smtchain.state.state import State

_OWNERS_OF_EVENTS: dict[type[Operation], tuple[AccountName, ...]] = {
    ClearNullAccountBalance: (AccountName("null"),),
    Hardfork: (AccountName("initminer"),),
}
"""Whom the reference gives the chain's own events that name nobody."""

_TOKEN_EVENTS = (SmtPhaseChanged, SmtLaunchEvaluated, SmtFounderPayout, SmtInflationEmitted)
"""Events of a token as a whole: its control account has them in its history too."""

_FIRST_LETTER = "a"  # of every account name
Names = Callable[[Any], tuple[AccountName, ...]]


def impacted_accounts(operation: Operation) -> tuple[AccountName, ...]:
    """Return the accounts in whose history the operation appears, in name order, each once.

    These are the accounts it names in fields of its own (not inside authorities or unit maps);
    all who must sign for it are among them.

    Spec
    ----
    steemd: impacted.cpp::get_impacted_account_visitor
    """
    operation_class = type(operation)
    read = _READERS.get(operation_class)
    if read is None:
        read = _READERS[operation_class] = _reader_of(operation_class)
    names = sorted(set(read(operation)))
    if not names:
        return _OWNERS_OF_EVENTS.get(operation_class, ())
    # Empty means "none" or "myself"; "$..." are unit targets, not accounts.  Both sort first.
    if names[0] < _FIRST_LETTER:
        return tuple(name for name in names if name and name[0] != "$")
    return tuple(names)


def find_token_controller(state: State, operation: Operation) -> tuple[AccountName, ...]:
    """Return the control account of the token that a token event is about, else nobody."""
    if not isinstance(operation, _TOKEN_EVENTS):
        return ()
    token = find_token(state, operation.symbol)
    return () if token is None else (token.control_account,)


_READERS: dict[type[Operation], Names] = {}


def _reader_of(operation_class: type[Operation]) -> Names:
    """Return how to read all account names of an operation."""
    hints = get_type_hints(operation_class, include_extras=True)
    names = [field.name for field in fields(operation_class)]  # type: ignore[arg-type]  # a dataclass
    plain = [name for name in names if hints[name] is AccountName]
    lists = [reader for name in names if (reader := _list_reader(name, hints[name])) is not None]
    if len(plain) > 1 and not lists:
        return attrgetter(*plain)

    def read(operation: Operation) -> tuple[AccountName, ...]:
        found = [getattr(operation, name) for name in plain]
        for reader in lists:
            found += reader(operation)
        return tuple(found)

    return read


def _list_reader(name: str, hint: Any) -> Names | None:
    """Return how to read account names from a field that lists some, or None if it does not."""
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(bare) is not tuple:
        return None
    element = get_args(bare)[0]
    if element is AccountName:
        return attrgetter(name)
    if get_origin(element) is tuple and get_args(element)[0] is AccountName:
        return lambda operation: tuple(pair[0] for pair in getattr(operation, name))
    return None
