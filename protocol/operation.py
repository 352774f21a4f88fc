"""What an operation is, and the table of all operation numbers.

An operation class is a frozen slotted dataclass deriving from `Operation`, declared once in
`protocol/operations/<family>.py`::

    @operation(tag=2)
    @dataclass(frozen=True, slots=True)
    class Transfer(Operation):
        from_account: AccountName = field(metadata=json_name("from"))
        ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar, cast

from protocol.authority import Authority
from protocol.params import ChainParams
from protocol.shapes import declare_family, json_default, json_name, snake_case
from protocol.types import AccountName, FlatSet, StaticVariant
from protocol.wire import wire_struct

__all__ = [
    "NOBODY",
    "OPERATIONS_BY_NAME",
    "OPERATIONS_BY_TAG",
    "Accounts",
    "Extensions",
    "NoExtension",
    "Operation",
    "json_default",
    "json_name",
    "operation",
]

Accounts = frozenset[AccountName]
NOBODY: Accounts = frozenset()


@wire_struct(name="void_t")
@dataclass(frozen=True, slots=True)
class NoExtension:
    """The only kind of extension that exists so far: nothing."""


Extensions = FlatSet[Annotated[NoExtension, StaticVariant()]]
"""Room for later additions; valid operations leave it empty."""


class Operation:
    """Base of all operations: stateless validation and required authorities.

    Attributes
    ----------
    TAG : int
        Operation number, first on the wire (varint).  Append-only.
    NAME : str
        JSON name without the `_operation` suffix, `transfer`.
    IS_VIRTUAL : bool
        True for what the chain itself reports; such an operation is refused in transactions.
    """

    __slots__ = ()

    TAG: ClassVar[int]
    NAME: ClassVar[str]
    IS_VIRTUAL: ClassVar[bool] = False

    def validate(self, params: ChainParams) -> None:
        """Raise a subclass of `InvalidOperationError` naming the first bad field."""

    def required_owner(self) -> Accounts:
        """Return the accounts whose owner authority must sign."""
        return NOBODY

    def required_active(self) -> Accounts:
        """Return the accounts whose active authority must sign."""
        return NOBODY

    def required_posting(self) -> Accounts:
        """Return the accounts whose posting authority must sign."""
        return NOBODY

    def required_other(self) -> tuple[Authority, ...]:
        """Return authorities that must be satisfied besides any account's own."""
        return ()


OperationT = TypeVar("OperationT", bound=Operation)

_TABLE = declare_family(Operation)

OPERATIONS_BY_TAG: Mapping[int, type[Operation]] = cast(
    "Mapping[int, type[Operation]]", _TABLE.by_tag
)
OPERATIONS_BY_NAME: Mapping[str, type[Operation]] = cast(
    "Mapping[str, type[Operation]]", _TABLE.by_name
)


def operation(
    tag: int,
    *,
    virtual: bool = False,
    name: str = "",
    aliases: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
) -> Callable[[type[OperationT]], type[OperationT]]:
    """Give an operation class its number, its name and its wire form.

    Parameters
    ----------
    tag : int
        Number on the wire.
    virtual : bool
        The chain reports it; nobody may send it.
    name : str
        JSON name; by default the class name in snake case.
    aliases : tuple of str
        Other names that JSON may use, without the `_operation` suffix.
    ignored : tuple of str
        Members that JSON may hold and that mean nothing (the reference drops them).

    Raises
    ------
    UnsupportedHintError
        At import: the number or a name is taken, or a field has no wire form.
    """

    def declare(cls: type[OperationT]) -> type[OperationT]:
        cls.TAG = tag
        cls.NAME = name or snake_case(cls.__name__)
        cls.IS_VIRTUAL = virtual
        wire_struct(name=cls.NAME, aliases=aliases, ignored=ignored)(cls)
        _TABLE.add(cls, tag, (cls.NAME, *aliases))
        return cls

    return declare
