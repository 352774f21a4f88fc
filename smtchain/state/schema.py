"""What a table is: its row class, primary key, indices, and the names of all sub-databases.

LMDB sub-databases (`keys` gives the key bytes, `codec` the row bytes):

====================  =====================================  ==============================
name                  key                                    value
====================  =====================================  ==============================
`row/<table>`         primary key                            row
`index/<table>/<i>`   index parts, rest of the primary key   empty
`meta`                ASCII name                             see `store`
`history/...`         see `history`                          see `history`
====================  =====================================  ==============================
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar, get_type_hints

from smtchain.state.codec import describe, integer_bounds, make_row_decoder, make_row_encoder
from smtchain.state.keys import (
    MAX_KEY_SIZE,
    MAX_TEXT_SIZE,
    KeyPart,
    key_part,
    make_key_encoder,
    make_key_reader,
    make_key_tuple,
    make_row_key,
)

RowT = TypeVar("RowT")
_Class = TypeVar("_Class", bound=type)

META_DATABASE = "meta"


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """An ordered way into a table; the primary key is the index named "".

    Attributes
    ----------
    fields : tuple[str, ...]
        All parts of an entry, the declared ones first.
    parts : tuple[KeyPart, ...]
        Their encodings, for prefixes.
    encode : Callable
        Row to entry bytes.
    primary_key : Callable
        Entry bytes to the tuple of primary key values.
    """

    name: str
    database: str
    fields: tuple[str, ...]
    parts: tuple[KeyPart, ...]
    encode: Callable[[Any], bytes]
    primary_key: Callable[[bytes], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class TableSchema(Generic[RowT]):
    """A table's declaration with the functions generated from it.

    Attributes
    ----------
    setters : Mapping
        Field name to `(slot setter, least, greatest)`; the bounds are None for what is not an
        integer.  Fields of the primary key are absent, for they never change.
    indexed_fields : frozenset[str]
        Fields whose change moves an entry of a secondary index.
    """

    name: str
    row_class: type[RowT]
    fields: tuple[str, ...]
    key: tuple[str, ...]
    primary: IndexSchema
    indexes: tuple[IndexSchema, ...]
    indexed_fields: frozenset[str]
    key_of: Callable[[RowT], tuple[Any, ...]]
    encode_key: Callable[..., bytes]
    encode: Callable[[RowT], bytes]
    decode: Callable[[bytes], RowT]
    setters: Mapping[str, tuple[Callable[[RowT, Any], None], int | None, int | None]]
    bounds: tuple[tuple[str, int, int], ...]
    layout: str

    @property
    def is_singleton(self) -> bool:
        """Whether the table holds at most one row, with the empty key."""
        return not self.key


_BY_CLASS: dict[type, TableSchema[Any]] = {}


def stored(
    name: str, *, key: tuple[str, ...], indexes: Mapping[str, tuple[str, ...]] | None = None
) -> Callable[[_Class], _Class]:
    """Declare a frozen slotted dataclass to be the row of a table.

    Parameters
    ----------
    name : str
        Unique table name; part of the state digest.
    key : tuple[str, ...]
        Fields of the primary key, in order; `()` for a table of one row.
    indexes : Mapping[str, tuple[str, ...]] | None
        Index name to its fields, in order.

    Raises
    ------
    TypeError
        The class is not a frozen slotted dataclass, a field has no stored form, a key field is
        unknown, or the table name is taken.
    """

    def declare(row_class: _Class) -> _Class:
        declared = {} if indexes is None else indexes
        _BY_CLASS[row_class] = _make_schema(name, row_class, key, declared)
        return row_class

    return declare


def schema_of(row_class: type[RowT]) -> TableSchema[RowT]:
    """Return the declaration of a row class."""
    return _BY_CLASS[row_class]


def layout_digest(schemas: list[TableSchema[Any]]) -> bytes:
    """Return the SHA-256 of all row layouts: equal when stored bytes mean the same."""
    text = "\n".join(sorted(schema.layout for schema in schemas))
    return hashlib.sha256(text.encode()).digest()


def _make_schema(
    name: str, row_class: type, key: tuple[str, ...], indexes: Mapping[str, tuple[str, ...]]
) -> TableSchema[Any]:
    names = _field_names(row_class)
    if any(schema.name == name for schema in _BY_CLASS.values()):
        raise TypeError(f"table {name} is declared twice")
    for field in (*key, *(each for index in indexes.values() for each in index)):
        if field not in names:
            raise TypeError(f"{name} has no field {field}")
    hints = get_type_hints(row_class, include_extras=True)

    def make_index(index: str, index_fields: tuple[str, ...]) -> IndexSchema:
        whole = (*index_fields, *(field for field in key if field not in index_fields))
        parts = {field: key_part(hints[field]) for field in whole}
        if sum(part.size or MAX_TEXT_SIZE + 1 for part in parts.values()) > MAX_KEY_SIZE:
            raise TypeError(f"keys of {name}.{index} can be longer than {MAX_KEY_SIZE} bytes")
        return IndexSchema(
            name=index,
            database=f"index/{name}/{index}" if index else f"row/{name}",
            fields=whole,
            parts=tuple(parts[field] for field in whole),
            encode=make_row_key(whole, parts),
            primary_key=make_key_reader(whole, parts, key),
        )

    bounds = {field: integer_bounds(hints[field]) for field in names}
    return TableSchema(
        name=name,
        row_class=row_class,
        fields=names,
        key=key,
        primary=make_index("", key),
        indexes=tuple(make_index(index, parts) for index, parts in indexes.items()),
        indexed_fields=frozenset(field for index in indexes.values() for field in index),
        key_of=make_key_tuple(key),
        encode_key=make_key_encoder(key, {field: key_part(hints[field]) for field in key}),
        encode=make_row_encoder(row_class),
        decode=make_row_decoder(row_class),
        setters={
            field: (row_class.__dict__[field].__set__, *(bounds[field] or (None, None)))
            for field in names
            if field not in key
        },
        bounds=tuple((field, *pair) for field, pair in bounds.items() if pair is not None),
        layout=_layout(name, hints, names, key, indexes),
    )


def _field_names(row_class: type) -> tuple[str, ...]:
    parameters = getattr(row_class, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen or "__slots__" not in row_class.__dict__:
        raise TypeError(f"{row_class.__name__} is not a frozen slotted dataclass")
    return tuple(field.name for field in fields(row_class))


def _layout(
    name: str,
    hints: Mapping[str, object],
    names: tuple[str, ...],
    key: tuple[str, ...],
    indexes: Mapping[str, tuple[str, ...]],
) -> str:
    columns = ", ".join(f"{field}: {describe(hints[field])}" for field in names)
    ways = ", ".join(f"{index}({', '.join(parts)})" for index, parts in sorted(indexes.items()))
    return f"{name}({columns}) key({', '.join(key)}) {ways}"
