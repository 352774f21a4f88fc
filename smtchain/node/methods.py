"""The method registry: what the node answers, and with which arguments.

Each module of `smtchain.node.rpc` declares one API::

    api = Api("database_api")

    @api.method(returns={"accounts": []})
    def find_accounts(node: Node, accounts: Names) -> Json: ...

The parameter names and hints of the function are the declaration: they check the arguments, and
`jsonrpc.get_methods` and `jsonrpc.get_signature` show them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from smtchain.node.rpc_errors import (
    ParamCountError,
    ParamMissingError,
    ParamTypeError,
    ParamUnknownError,
    UnknownApiError,
    UnknownMethodError,
)

if TYPE_CHECKING:
    from smtchain.node.arguments import Argument, Json

Handler = TypeVar("Handler", bound=Callable[..., Any])

_MISSING: Any = inspect.Parameter.empty

CONDENSER = "condenser_api"
"""The API of positional arguments and legacy amounts; old clients mean it under other names."""

_IGNORED_EXTRAS = frozenset(
    {"include_reversible", "delayed_votes_active", "observer", "max_block_age"}
)
"""Named arguments that clients made for later nodes send to every node; they change nothing here.

History always includes reversible blocks, so `include_reversible` is what happens anyway.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared argument; `default` is `_MISSING` when it is required.

    `keyword` is the handler's own name for it: `from_` where the argument is called `from`.
    """

    name: str
    keyword: str
    argument: Argument
    default: Any

    @property
    def is_required(self) -> bool:
        """Return whether a call without this argument is refused."""
        return self.default is _MISSING

    def read(self, value: Json) -> object:
        """Return the argument in our types; null stands for a default of None."""
        if value is None and self.default is None:
            return None
        return self.argument.read(value, self.name)


@dataclass(frozen=True, slots=True)
class Method:
    """One method.  `handler(node, **arguments)` returns JSON, or an awaitable of it."""

    api: str
    name: str
    handler: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    returns: Json

    @property
    def full_name(self) -> str:
        """Return `api.method`."""
        return f"{self.api}.{self.name}"

    @property
    def is_positional(self) -> bool:
        """Return whether arguments come as a list."""
        return self.api == CONDENSER

    def signature(self) -> Json:
        """Return `{"args", "ret"}` with an example of each, as `jsonrpc.get_signature` does."""
        if self.is_positional:
            return {"args": [], "ret": self.returns}
        return {
            "args": {
                p.name: p.argument.example if p.is_required or p.default is None else p.default
                for p in self.parameters
            },
            "ret": self.returns,
        }

    def read_arguments(self, params: Json) -> dict[str, object]:
        """Return keyword arguments from `params`: a list, an object, or None for no arguments.

        Raises
        ------
        ParamTypeError
            `params` is neither, or an argument has the wrong type.
        ParamCountError, ParamMissingError, ParamUnknownError, ParamRangeError
            As their names say.
        """
        if params is None:
            params = []
        if isinstance(params, list):
            return self._read_list(params)
        if isinstance(params, dict):
            return self._read_object(params)
        raise ParamTypeError("a list or an object", "params", params)

    def _read_list(self, params: list[Json]) -> dict[str, object]:
        required = sum(1 for p in self.parameters if p.is_required)
        most = len(self.parameters)
        if not required <= len(params) <= most:
            expected = str(most) if required == most else f"{required} to {most}"
            raise ParamCountError(expected, len(params), self._names())
        return {
            p.keyword: p.read(value) for p, value in zip(self.parameters, params, strict=False)
        } | {p.keyword: p.default for p in self.parameters[len(params) :]}

    def _read_object(self, params: dict[str, Json]) -> dict[str, object]:
        arguments: dict[str, object] = {}
        for p in self.parameters:
            value = params.get(p.name, _MISSING)
            if value is _MISSING:
                if p.is_required:
                    raise ParamMissingError(p.name)
                arguments[p.keyword] = p.default
            else:
                arguments[p.keyword] = p.read(value)
        known = {p.name for p in self.parameters}
        for name in params:
            if name not in known and name not in _IGNORED_EXTRAS:
                raise ParamUnknownError(name, self._names())
        return arguments

    def _names(self) -> str:
        return ", ".join(p.name for p in self.parameters) or "none"


class Api:
    """One API's methods, filled by its `method` decorator."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.methods: dict[str, Method] = {}

    def method(self, *, name: str = "", returns: Json = None) -> Callable[[Handler], Handler]:
        """Return the decorator that declares a function as a method.

        `name` defaults to the function's; `returns` is an example of the answer for
        `jsonrpc.get_signature`.
        """

        def declare(handler: Handler) -> Handler:
            chosen = name or handler.__name__
            if chosen in self.methods:
                raise ValueError(f"{self.name}.{chosen} is declared twice")
            self.methods[chosen] = Method(self.name, chosen, handler, _parameters(handler), returns)
            return handler

        return declare


def _parameters(handler: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the declared arguments of a handler: all its parameters but the first, `node`."""
    hints = get_type_hints(handler, include_extras=True)
    names = list(inspect.signature(handler).parameters.values())
    found = []
    for parameter in names[1:]:
        hint = hints[parameter.name]
        options = [hint, *get_args(hint)]  # `Name | None` declares what `Name` does
        annotated = next((o for o in options if get_origin(o) is Annotated), None)
        if annotated is None:
            raise TypeError(f"{handler.__name__}({parameter.name}) has no declared argument type")
        found.append(
            Parameter(
                parameter.name.rstrip("_"),
                parameter.name,
                get_args(annotated)[1],
                parameter.default,
            )
        )
    return tuple(found)


class MethodTable:
    """All methods of a node."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._apis: dict[str, dict[str, Method]] = {}
        for api in apis:
            if api.name in self._apis:
                raise ValueError(f"API {api.name} is declared twice")
            self._apis[api.name] = api.methods

    def find(self, api: str, name: str, params: Json) -> Method:
        """Return the method that a request means.

        A list of arguments sent to another API means the condenser method of that name, if there
        is one: clients from before named arguments call `database_api` so.

        Raises
        ------
        UnknownApiError
            No such API.
        UnknownMethodError
            The API has no such method.
        """
        methods = self._apis.get(api)
        if methods is None:
            raise UnknownApiError(api)
        if isinstance(params, list) and api != CONDENSER:
            twin = self._apis.get(CONDENSER, {}).get(name)
            if twin is not None:
                return twin
        method = methods.get(name)
        if method is None:
            raise UnknownMethodError(name)
        return method

    def get(self, full_name: str) -> Method:
        """Return the method called `api.method`; raises as `find`."""
        api, _, name = full_name.partition(".")
        return self.find(api, name, None)

    def names(self) -> list[str]:
        """Return every `api.method`, sorted."""
        return sorted(m.full_name for methods in self._apis.values() for m in methods.values())
