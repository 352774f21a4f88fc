"""The HTTP front: statuses, headers, connections, WebSocket, health."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from smtchain.node.jsonrpc import Dispatcher, Limits
from smtchain.node.server import Server

BODY = '{"jsonrpc":"2.0","id":"7","method":"condenser_api.get_version","params":[]}'


@pytest.fixture
def serve(rpc):
    """Return a function that runs a test against the server on 127.0.0.1."""

    def run(test: Callable[[TestClient], Awaitable[Any]], **limits: int) -> Any:
        dispatcher = Dispatcher(rpc.node.methods, rpc.node, limits=Limits(**limits))
        application = Server(rpc.node, dispatcher).application()

        async def act() -> Any:
            async with TestClient(TestServer(application)) as client:
                return await test(client)

        return asyncio.run(act())

    return run


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""]
)
@pytest.mark.parametrize("path", ["/", "/rpc"])
def test_answers_any_content_type_on_any_path(serve, content_type, path) -> None:
    async def test(client: TestClient) -> None:
        headers = {"Content-Type": content_type} if content_type else {}
        response = await client.post(path, data=BODY.encode(), headers=headers)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        answer = await response.json()
        assert answer["id"] == "7"
        assert answer["result"]["blockchain_version"] == "0.22.0"

    serve(test)


def test_answers_refusals_with_status_200(serve) -> None:
    async def test(client: TestClient) -> None:
        for body in ("", "hello", "[]", '{"jsonrpc":"2.0","id":1,"method":"a.b"}'):
            response = await client.post("/", data=body.encode())
            assert response.status == 200
            assert "error" in await response.json()

    serve(test)


def test_refuses_bodies_above_the_limit(serve) -> None:
    async def test(client: TestClient) -> None:
        fits = BODY + " " * (500 - len(BODY))
        assert "result" in await (await client.post("/", data=fits.encode())).json()
        answer = await (await client.post("/", data=(fits + " ").encode())).json()
        assert answer["error"]["code"] == -32600
        assert "500 bytes" in answer["error"]["message"]

    serve(test, request_bytes=500)


def test_closes_the_connection_when_asked(serve) -> None:
    async def test(client: TestClient) -> bytes:
        # steem-js waits for the end of the stream.
        reader, writer = await asyncio.open_connection(client.host, client.port)
        head = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(BODY)}"
        writer.write(f"{head}\r\n\r\n{BODY}".encode())
        async with asyncio.timeout(5):
            received = await reader.read()
        writer.close()
        return received

    received = serve(test)
    assert received.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in received.lower()
    assert json.loads(received.split(b"\r\n\r\n", 1)[1])["id"] == "7"


def test_allows_browsers_of_any_origin(serve) -> None:
    async def test(client: TestClient) -> None:
        preflight = await client.options("/", headers={"Origin": "https://x"})
        assert preflight.status == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
        response = await client.post("/", data=BODY.encode())
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    serve(test)


def test_answers_over_websocket(serve) -> None:
    async def test(client: TestClient) -> None:
        async with client.ws_connect("/ws") as socket:
            await socket.send_str(BODY)
            assert (await socket.receive_json(timeout=5))["id"] == "7"
            await socket.send_bytes(f"[{BODY}]".encode())
            assert len(await socket.receive_json(timeout=5)) == 1
            await socket.send_str("nonsense")
            assert "error" in await socket.receive_json(timeout=5)
            await socket.close()
            assert (await socket.receive()).type is WSMsgType.CLOSED

    serve(test)


def test_health_shows_the_head_until_the_node_stops(serve, rpc) -> None:
    async def test(client: TestClient) -> None:
        response = await client.get("/health")
        assert response.status == 200
        health = await response.json()
        assert health["status"] == "ok"
        assert health["head_block_num"] == 1
        assert health["head_block_id"] == rpc.chain.head_block_id.hex()
        rpc.node.is_stopping = True
        assert (await client.get("/health")).status == 503

    serve(test)


def test_a_browser_is_told_what_this_is(serve) -> None:
    async def test(client: TestClient) -> None:
        response = await client.get("/")
        assert response.status == 200
        assert "JSON-RPC" in await response.text()

    serve(test)


def test_listens_on_a_free_port_and_stops(rpc) -> None:
    async def act() -> None:
        server = Server(rpc.node, rpc.dispatcher)
        await server.start("127.0.0.1", 0)
        async with ClientSession() as session:
            response = await session.post(server.url, data=BODY.encode())
            assert (await response.json())["id"] == "7"
        await server.stop()
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))

    asyncio.run(act())


def test_reads_are_answered_while_many_blocks_are_made(serve) -> None:
    async def test(client: TestClient) -> tuple[int, float]:
        many = {"jsonrpc": "2.0", "id": 1, "method": "debug_node_api.debug_generate_blocks"}
        making = asyncio.create_task(client.post("/", json=many | {"params": {"count": 400}}))
        loop = asyncio.get_running_loop()
        answered, slowest = 0, 0.0
        while not making.done():
            begin = loop.time()
            response = await client.post("/", data=BODY.encode())
            await response.read()
            slowest = max(slowest, loop.time() - begin)
            answered += 1
        assert (await (await making).json())["result"] == {"blocks": 400}
        return answered, slowest

    answered, slowest = serve(test)
    assert answered > 3
    assert slowest < 0.5  # clients give a read half a second
