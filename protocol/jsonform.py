"""JSON of everything that is said on the chain, both of the reference's styles.

`Form.NAI` is what `database_api` speaks: amounts as `{"amount", "precision", "nai"}` and operations
as `{"type": "transfer_operation", "value": {}}`.  `Form.LEGACY` is what `condenser_api` speaks:
`"1.000 STEEM"` and `["transfer", {}]`.  Reading accepts every form, whichever is asked for.
"""

from typing import Any

from protocol.jsonprint import Form, JsonSpoken, Style, printer_of
from protocol.jsonread import Parser, Rules, parser_of
from protocol.params import Network
from protocol.shapes import (
    Shape,
    StructShape,
    TaggedShape,
    family_of_member,
    json_default,
    json_name,
    shape_of,
)

__all__ = [
    "Form",
    "JsonSpoken",
    "from_json",
    "json_default",
    "json_name",
    "to_json",
    "to_json_as",
]


def to_json(value: object, network: Network, form: Form = Form.NAI) -> Any:
    """Return the JSON-able form of a struct or operation.

    An operation is printed with its name; any other struct as an object of its fields.
    """
    cls = type(value)
    base = family_of_member(cls)
    shape = StructShape(cls) if base is None else TaggedShape(base)
    return printer_of(shape)(value, Style(network, form))


def to_json_as(hint: object, value: object, network: Network, form: Form = Form.NAI) -> Any:
    """Return the JSON-able form of a value of any hinted type."""
    return printer_of(shape_of(hint))(value, Style(network, form))


def from_json(hint: Any, data: object, network: Network, *, strict: bool = True) -> Any:
    """Return the value that `data` describes.

    Parameters
    ----------
    hint : type
        A struct, an operation class (its bare fields or the form with its name), `Operation`, or
        any type hint.
    strict : bool
        Refuse members that no field has; otherwise they are ignored, as the reference does.

    Raises
    ------
    JsonFormError
        `data` describes no such value; `field` is the path to the offending member.
    KeyFormatError
        A public key's text is wrong.
    """
    shape = shape_of(hint)
    parse = _PARSERS.get(shape)
    if parse is None:
        parse = _PARSERS[shape] = parser_of(shape)
    return parse(data, Rules(network, strict))


# One entry for each type that the program names in a call; bounded by its source.
_PARSERS: dict[Shape, Parser] = {}
