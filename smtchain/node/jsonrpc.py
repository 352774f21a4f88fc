"""JSON-RPC 2.0 without sockets: bytes of a request in, bytes of the answer out.

Both call styles of steemd are taken: `"method": "api.name"`, and `"method": "call"` with
`params: [api, name, arguments]`.  Answers to refused requests are ordinary answers: the HTTP layer
sends them with status 200.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from smtchain.node.arguments import Json
from smtchain.node.methods import MethodTable
from smtchain.node.rpc_errors import (
    ASSERT_KIND,
    CAST_KIND,
    END_OF_FILE_KIND,
    INVALID_REQUEST,
    NOT_AN_OBJECT,
    PARSE_KIND,
    SERVER_ERROR,
    UNKNOWN_NAME,
    RpcError,
    error_object,
    from_exception,
)

if TYPE_CHECKING:
    from smtchain.node.node import Node

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for.

    Attributes
    ----------
    request_bytes : int
        Largest body, bytes; a block's worth of transactions fits several times.
    batch : int
        Most requests in one batch.
    depth : int
        Deepest nesting of arrays and objects; the deepest real transaction needs 12.
    brackets : int
        Most arrays and objects, those in texts included; a full body of transfers has half of it.
    answer_bytes : int
        Once the answers to a batch fill this, the rest of it is refused.
    """

    request_bytes: int = 4 * 1024 * 1024
    batch: int = 1_000
    depth: int = 64
    brackets: int = 200_000
    answer_bytes: int = 64 * 1024 * 1024


class Dispatcher:
    """Answers requests of one node.

    Parameters
    ----------
    table : MethodTable
        The methods.
    node : Node
        Handed to every handler as its first argument.
    limits : Limits
        Size limits.
    is_fatal : callable
        Says whether an exception must stop the node; such a one is given to `halt` too.
    halt : callable
        Called with a fatal exception.
    """

    def __init__(
        self,
        table: MethodTable,
        node: "Node",
        *,
        limits: Limits | None = None,
        is_fatal: Callable[[Exception], bool] = lambda _: False,
        halt: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self.table = table
        self.limits = limits if limits is not None else Limits()
        self._node = node
        self._is_fatal = is_fatal
        self._halt = halt

    async def answer(self, body: bytes) -> bytes:
        """Return the answer to one HTTP body or WebSocket message; never raises on any input."""
        try:
            request = self._parse(body)
        except RpcError as error:
            return orjson.dumps(_failed(error, None))
        if not isinstance(request, list):
            return await self._answer_one(request)
        if not request:
            return orjson.dumps(_failed(RpcError(SERVER_ERROR, "Array is invalid"), None))
        if len(request) > self.limits.batch:
            text = f"a batch has at most {self.limits.batch} requests, this one {len(request)}"
            return orjson.dumps(_failed(RpcError(INVALID_REQUEST, text), None))
        answers: list[bytes] = []
        room = self.limits.answer_bytes
        for entry in request:
            answers.append(self._no_room(entry) if room < 0 else await self._answer_one(entry))
            room -= len(answers[-1])
            await asyncio.sleep(0)  # blocks and other clients have their turn inside a long batch
        return b"[" + b",".join(answers) + b"]"

    def _parse(self, body: bytes) -> Json:
        """Return the JSON of a body.

        Raises
        ------
        RpcError
            Too large, too deep, empty or not JSON.
        """
        limits = self.limits
        if len(body) > limits.request_bytes:
            raise RpcError(INVALID_REQUEST, f"a request has at most {limits.request_bytes} bytes")
        if not body.strip():
            raise RpcError(
                SERVER_ERROR, "the request is empty", kind=END_OF_FILE_KIND, error_code="rpc.empty"
            )
        brackets = body.count(b"[") + body.count(b"{")
        if brackets > limits.brackets:
            text = f"a request has at most {limits.brackets} arrays and objects"
            raise RpcError(INVALID_REQUEST, text)
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise RpcError(
                SERVER_ERROR, str(error), kind=PARSE_KIND, error_code="rpc.parse"
            ) from error
        # Few brackets cannot nest deeply: only a suspicious body pays for the walk.
        if brackets > limits.depth and _is_deeper(request, limits.depth):
            raise RpcError(INVALID_REQUEST, f"a request nests at most {limits.depth} deep")
        return request

    def _no_room(self, request: Json) -> bytes:
        """Return the refusal of a batch's request after answers that fill the limit."""
        refusal = RpcError(
            SERVER_ERROR,
            f"the answers before this one fill {self.limits.answer_bytes} bytes; ask for less",
            kind=ASSERT_KIND,
            error_code="rpc.batch.answer_size",
        )
        try:
            return orjson.dumps(_failed(refusal, _identity(request)))
        except RpcError as error:
            return orjson.dumps(_failed(error, None))

    async def _answer_one(self, request: Json) -> bytes:
        """Return the answer to one request object."""
        identity: Json = None
        try:
            identity = _identity(request)
            result = await self._call(request)
            return orjson.dumps({"jsonrpc": "2.0", "result": result, "id": identity})
        except Exception as error:
            return orjson.dumps(_failed(self._refusal(error), identity))

    def _refusal(self, error: Exception) -> RpcError:
        """Return what to answer for an exception; log our own faults, halt on fatal ones."""
        if self._is_fatal(error):
            self._halt(error)
            return RpcError(
                SERVER_ERROR, f"the node stops: {error}", kind=ASSERT_KIND, error_code="node.stops"
            )
        refusal = from_exception(error)
        if refusal.error_code == "rpc.fault":
            log.error("fault in a method", exc_info=error)
        return refusal

    async def _call(self, request: dict[str, Json]) -> Json:
        """Run the method that a request object names.

        Raises
        ------
        RpcError
            The envelope, the name or an argument is refused; or the method refuses.
        """
        if request.get("jsonrpc") != "2.0":
            raise RpcError(INVALID_REQUEST, 'jsonrpc value is not "2.0"')
        name = request.get("method")
        if not isinstance(name, str):
            raise RpcError(INVALID_REQUEST, 'A member "method" does not exist')
        params = request.get("params")
        if name == "call":
            api, name, params = _call_params(params)
        else:
            parts = name.split(".")
            if len(parts) != 2:
                raise RpcError(
                    UNKNOWN_NAME,
                    "method specification invalid. Should be api.method",
                    kind=ASSERT_KIND,
                    error_code="rpc.method_form",
                    value=name,
                )
            api, name = parts
        method = self.table.find(api, name, params)
        result = method.handler(self._node, **method.read_arguments(params))
        if inspect.isawaitable(result):
            result = await result
        return result


def _identity(request: Json) -> int | str | None:
    """Return a request's id, None when it has none.

    Raises
    ------
    RpcError
        The request is not an object, or its id is neither an integer nor a string.
    """
    if not isinstance(request, dict):
        raise RpcError(
            NOT_AN_OBJECT,
            "a request must be an object",
            kind=CAST_KIND,
            error_code="rpc.request.type",
            value=orjson.dumps(request).decode(),
        )
    if "id" not in request:
        return None
    given = request["id"]
    if isinstance(given, bool) or not isinstance(given, int | str):
        text = 'Only integer value or string is allowed for member "id"'
        raise RpcError(INVALID_REQUEST, text)
    return given


def _call_params(params: Json) -> tuple[str, str, Json]:
    """Return api, method and arguments of a `call`; numbers are read as the names they are not."""
    if not isinstance(params, list) or len(params) not in (2, 3):
        raise RpcError(
            UNKNOWN_NAME,
            'params should be ["api", "method", args]',
            kind=ASSERT_KIND,
            error_code="rpc.call_form",
        )
    return str(params[0]), str(params[1]), params[2] if len(params) == 3 else None


def _failed(error: RpcError, identity: Json) -> dict[str, Json]:
    """Return the answer that carries an error."""
    return {"jsonrpc": "2.0", "error": error_object(error), "id": identity}


def _is_deeper(value: Json, limit: int) -> bool:
    """Tell whether arrays and objects nest deeper than `limit`; level by level, without recursion.

    The input is hostile: the walk must not cost much more than reading it did.
    """
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(limit):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, list | dict)
        ]
        if not level:
            return False
    return True
