"""HTTP and WebSocket in front of the dispatcher.

`POST` to any path is JSON-RPC, whatever its content type; `GET /ws` (or an upgrade on any path) is
the same over WebSocket, one message per request; `GET /health` is for load balancers and scripts.
Answers to refused requests have status 200, as steemd's.

Clients may be slow, broken or hostile: each has its time to send and to read, their number is
limited, and what they do wrong is no matter for the log.
"""

import asyncio
import errno
import logging
import os
from typing import Final, NoReturn

import orjson
from aiohttp import WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from smtchain.node.connections import ConnectionLimit, claim_files, connection_limit
from smtchain.node.jsonrpc import Dispatcher
from smtchain.node.node import Node

log = logging.getLogger(__name__)

_BODY_SECONDS: Final = 20.0  # a client that sends slower than this is dropped
_READ_SECONDS: Final = 60.0  # and one that reads its answer slower than this
_IDLE_SECONDS: Final = 60.0  # and one that sends no request for so long
_SHUTDOWN_SECONDS: Final = 2.0  # open connections get this long to finish

_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
}


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Tell whether the HTTP library reports more than a client that broke off or sent no HTTP."""
    fault = record.exc_info[1] if record.exc_info else None
    return not isinstance(fault, HttpProcessingError | ConnectionError)


log.addFilter(_is_our_fault)


class ListenError(Exception):
    """The address to listen on is taken, not this machine's, or no address."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        # asyncio's own words repeat the address; those of a failed name look-up have no errno.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror or str(error)
        hint = "; is another node running? --port N listens elsewhere"
        text = f"cannot listen on {host} port {port}: {reason}"
        super().__init__(text + hint if number == errno.EADDRINUSE else text)


class Server:
    """The node's HTTP front.

    Attributes
    ----------
    url : str
        Where it listens, once started; the port is the real one when 0 was asked for.
    """

    def __init__(self, node: Node, dispatcher: Dispatcher) -> None:
        self._node = node
        self._dispatcher = dispatcher
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self.url = ""

    def application(self) -> web.Application:
        """Return the aiohttp application; tests mount it on a client of their own."""
        # One byte more than allowed, so that the dispatcher says what was wrong.
        application = web.Application(client_max_size=self._dispatcher.limits.request_bytes + 1)
        application.router.add_get("/health", self._health)
        application.router.add_route("OPTIONS", "/{path:.*}", self._options)
        application.router.add_post("/{path:.*}", self._call)
        application.router.add_get("/{path:.*}", self._get)
        return application

    async def start(self, host: str, port: int, *, most_connections: int | None = None) -> None:
        """Listen; port 0 takes a free one.

        Raises
        ------
        ListenError
            The address cannot be listened on.
        """
        self._runner = web.AppRunner(
            self.application(),
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_IDLE_SECONDS,
            logger=log,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        await self._runner.setup()
        assert self._runner.server is not None
        most = most_connections or connection_limit(claim_files())
        accept = ConnectionLimit(self._runner.server, most)
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(accept, host, port)
        except OSError as error:
            raise ListenError(host, port, error) from error
        taken = self._listener.sockets[0].getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{taken}"

    async def stop(self) -> None:
        """Stop listening; requests under way get two seconds."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _call(self, request: web.Request) -> web.Response:
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            return web.Response(status=415, text="send the request without Content-Encoding\n")
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            body = b" " * (self._dispatcher.limits.request_bytes + 1)
        except TimeoutError:
            return web.Response(status=408, text="the request did not arrive in time\n")
        response = _json(await self._dispatcher.answer(body))
        try:
            async with asyncio.timeout(_READ_SECONDS):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            _hang_up(request)
        return response

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._websocket(request)
        text = (
            "This is the JSON-RPC endpoint of a smtchain node. POST a request:\n"
            '{"jsonrpc":"2.0","id":1,"method":"jsonrpc.get_methods","params":{}}\n'
        )
        return web.Response(text=text, headers=_CORS)

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(
            heartbeat=30, max_msg_size=self._dispatcher.limits.request_bytes
        )
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                answer = await self._dispatcher.answer(message.data.encode())
            elif message.type is WSMsgType.BINARY:
                answer = await self._dispatcher.answer(message.data)
            else:
                break
            try:
                async with asyncio.timeout(_READ_SECONDS):
                    await socket.send_str(answer.decode())
            except TimeoutError:
                _hang_up(request)
        return socket

    async def _health(self, request: web.Request) -> web.Response:
        """Answer 200 while the node takes requests and blocks, 503 once it stops."""
        node = self._node
        head = node.head
        state = {
            "status": "stopping" if node.is_stopping else "ok",
            "head_block_num": head.head_block_number,
            "head_block_id": head.head_block_id.hex(),
            "last_irreversible_block_num": head.last_irreversible_block_num,
            "head_block_age_seconds": node.clock.now() - head.time,
        }
        return _json(orjson.dumps(state), status=503 if node.is_stopping else 200)

    async def _options(self, request: web.Request) -> web.Response:
        return web.Response(status=204, headers=_CORS)


def _hang_up(request: web.Request) -> NoReturn:
    """Drop a client that does not read its answer."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("the client does not read")


def _json(body: bytes, *, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, headers=_CORS, content_type="application/json")
