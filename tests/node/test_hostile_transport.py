"""Clients that are broken, slow or hostile, over real sockets: the node lives and says what is so.

Each test ends by asking the node something ordinary from a connection of its own.
"""

import asyncio
import gzip
import json
import logging
import random
import resource
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from rpc_world import Rpc

from smtchain.node import server as server_module
from smtchain.node.connections import claim_files, connection_limit
from smtchain.node.server import Server

BODY = b'{"jsonrpc":"2.0","id":1,"method":"condenser_api.get_account_count","params":[]}'
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def post(body: bytes, *headers: bytes) -> bytes:
    lines = [b"POST / HTTP/1.1", b"Host: x", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class LiveServer:
    """The node's server on a free port, in a thread of its own."""

    def __init__(self, rpc: Rpc, most_connections: int) -> None:
        self._server = Server(rpc.node, rpc.dispatcher)
        self._most = most_connections
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        self._thread.start()
        assert self._is_up.wait(10)
        self.port = int(self._server.url.rpartition(":")[2])

    async def _run(self) -> None:
        await self._server.start("127.0.0.1", 0, most_connections=self._most)
        self._is_up.set()
        await self._stop.wait()
        await self._server.stop()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._loop.close()

    def wait_for_connections(self, count: int) -> None:
        """Wait until the server holds that many connections."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            assert self._server._runner is not None
            if len(self._server._runner.server.connections) == count:
                return
            time.sleep(0.01)
        raise AssertionError(self._server._runner.server.connections)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def talk(self, sent: bytes, *, half_close: bool = False) -> bytes:
        """Send bytes, return everything until the node hangs up."""
        with self.connect() as client:
            try:
                client.sendall(sent)
                if half_close:
                    client.shutdown(socket.SHUT_WR)
                return read_all(client)
            except ConnectionError:
                return b""

    def ask(self, body: bytes, *headers: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer to a POST."""
        answer = self.talk(post(body, b"Connection: close", *headers))
        head, _, content = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), content

    def call(self, body: bytes) -> Any:
        status, content = self.ask(body)
        assert status == 200
        return json.loads(content)

    def check_alive(self) -> None:
        began = time.monotonic()
        assert self.call(BODY)["result"] > 10
        assert time.monotonic() - began < 5


def read_all(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65_536):
        received += piece
    return received


@pytest.fixture
def serve(rpc, caplog) -> Iterator[Any]:
    """Return a function that starts the server; at the end it must live and have logged nothing."""
    caplog.set_level(logging.INFO)
    started = []

    def start(most_connections: int = 50) -> LiveServer:
        started.append(LiveServer(rpc, most_connections))
        return started[-1]

    yield start
    (live,) = started
    try:
        live.check_alive()
    finally:
        live.close()
    assert [
        record.getMessage() for record in caplog.records if "block=" not in record.message
    ] == []
    assert rpc.chain.halted == ""


@pytest.fixture
def live(serve) -> LiveServer:
    made: LiveServer = serve()
    return made


class TestNoHttp:
    @pytest.mark.parametrize(
        "sent",
        [
            bytes(range(256)) * 40,
            random.Random(5).randbytes(5_000),
            bytes.fromhex("16030100a5010000a10303") + bytes(100),  # a TLS hello
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            b"GET / HTTP/3.0\r\n\r\n",
            b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
            b"\x00" * 10_000,
            b"\r\n" * 100 + b"\x01\r\n\r\n",
        ],
        ids=lambda sent: repr(sent[:12]),
    )
    def test_is_refused_and_hung_up_on(self, live, sent) -> None:
        for _ in range(20):
            answer = live.talk(sent, half_close=True)
            assert answer == b"" or answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))

    def test_a_half_sent_request_is_forgotten(self, live) -> None:
        for cut in (1, 20, 60, 90):
            assert live.talk(post(BODY)[:cut], half_close=True)[:15] in (b"", b"HTTP/1.0 400 Ba")

    def test_a_reset_in_the_middle_is_forgotten(self, live) -> None:
        for cut in (10, 90, len(post(BODY))):
            client = live.connect()
            client.sendall(post(BODY)[:cut])
            # No lingering: close sends a reset.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()

    @pytest.mark.parametrize("verb", [b"PUT", b"DELETE", b"TRACE", b"PATCH"])
    def test_other_verbs_are_not_allowed(self, live, verb) -> None:
        request = post(BODY, b"Connection: close").replace(b"POST", verb)
        assert live.talk(request).split()[1] == b"405"

    def test_a_head_request_is_answered(self, live) -> None:
        answer = live.talk(b"HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"\r\n\r\n")


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"", "empty"),
            (b" \n\t ", "empty"),
            (b"\xff\xfe\x00", "Parse Error"),
            (b"hello", "Parse Error"),
            (b'{"jsonrpc":"2.0","id":NaN,"method":"a.b"}', "Parse Error"),
            (BODY.replace(b"[]", b"[NaN]"), "Parse Error"),
            (BODY.replace(b"[]", b"[Infinity]"), "Parse Error"),
            (BODY.replace(b"[]", b"[1e999]"), "Parse Error"),
            (BODY.replace(b"[]", b"[" + b"9" * 50_000 + b"]"), "Parse Error"),
            (BODY.replace(b"[]", b'["\\ud800"]'), "Parse Error"),
            (BODY.replace(b"[]", b'["\\udc00\\ud800"]'), "Parse Error"),
            (BODY + b"x", "Parse Error"),
            (BODY[:-1], "Parse Error"),
            (b"\xef\xbb\xbf" + BODY, "Parse Error"),
            (BODY.decode().encode("utf-16"), "Parse Error"),
            (b"[" * 100_000, "Parse Error"),
            (b"[" * 100 + b"]" * 100, "nests"),
            (b'{"a":' * 100_000, "Parse Error"),
            (b"[" + b"[]," * 1_000_000 + b"[]]", "arrays and objects"),
            (b"[" + BODY + (b"," + BODY) * 9_999 + b"]", "a batch has at most 1000"),
            (b"x" * 10_000_000, "bytes"),
            (b'["' + b"x" * 10_000_000 + b'"]', "bytes"),
        ],
        ids=lambda part: repr(part[:24]) if isinstance(part, bytes) else None,
    )
    def test_that_are_no_request_get_an_error_object(self, live, body, words) -> None:
        answer = live.call(body)
        assert answer["id"] is None
        assert answer["error"]["code"] in (-32000, -32600)
        assert words in answer["error"]["message"]

    def test_a_batch_of_a_thousand_is_answered(self, live) -> None:
        answers = live.call(b"[" + BODY + (b"," + BODY) * 999 + b"]")
        assert len(answers) == 1_000
        assert all("result" in answer for answer in answers)

    def test_a_chunked_body_is_limited_too(self, live) -> None:
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        head = (
            b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        assert b"bytes" in live.talk(head + chunk * 6 + b"0\r\n\r\n")

    @pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"nonsense"])
    def test_compressed_ones_are_not_taken(self, live, encoding) -> None:
        bomb = gzip.compress(b" " * 10_000_000)  # in 10 kB
        status, text = live.ask(bomb, b"Content-Encoding: " + encoding)
        assert (status, text) == (415, b"send the request without Content-Encoding\n")

    @pytest.mark.parametrize(
        "kind", [b"text/html", b"multipart/form-data; boundary=x", b"x/y; charset=no", b";;=="]
    )
    def test_any_content_type_will_do(self, live, kind) -> None:
        status, content = live.ask(BODY, b"Content-Type: " + kind)
        assert status == 200
        assert "result" in json.loads(content)


class TestTime:
    """What a client may take is cut short here: seconds become tenths."""

    @pytest.fixture(autouse=True)
    def _hurry(self, monkeypatch) -> None:
        for name in ("_BODY_SECONDS", "_READ_SECONDS", "_IDLE_SECONDS"):
            monkeypatch.setattr(server_module, name, 0.3)

    def test_a_body_that_does_not_come_is_not_waited_for(self, live) -> None:
        head = (
            b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n"
        )
        with live.connect() as client:
            client.sendall(head + b"{")
            assert client.recv(15) == b"HTTP/1.1 408 Re"

    @pytest.mark.parametrize("sent", [b"", b"PO", b"POST / HTTP/1.1\r\nContent-"])
    def test_a_request_that_does_not_come_is_not_waited_for(self, live, sent) -> None:
        with live.connect() as client:
            client.sendall(sent)
            assert read_all(client) == b""

    def test_an_idle_connection_is_closed(self, live) -> None:
        with live.connect() as client:
            client.sendall(post(BODY))
            assert read_all(client).startswith(b"HTTP/1.1 200")

    def test_a_client_that_does_not_read_is_hung_up_on(self, live) -> None:
        # Each answer has about a megabyte, far more than the buffers between us hold.
        many = BODY.replace(b"get_account_count", b"get_config")
        batch = b"[" + many + (b"," + many) * 199 + b"]"
        with live.connect() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.sendall(post(batch) * 3)
            live.wait_for_connections(1)
            live.wait_for_connections(0)


class TestNumbers:
    def test_too_many_connections_are_told_so(self, serve) -> None:
        live = serve(most_connections=5)
        held = [live.connect() for _ in range(5)]
        live.wait_for_connections(5)
        status, text = live.ask(BODY)
        assert (status, text) == (503, b"too many connections, try again soon\n")
        for client in held[:2]:
            client.close()
        live.wait_for_connections(3)
        assert "result" in live.call(BODY)
        held[2].sendall(post(BODY, b"Connection: close"))
        assert read_all(held[2]).startswith(b"HTTP/1.1 200")
        for client in held:
            client.close()
        live.wait_for_connections(0)

    def test_a_burst_of_connections_is_counted_right(self, serve) -> None:
        live = serve(most_connections=5)
        held = [live.connect() for _ in range(60)]
        live.wait_for_connections(5)
        for client in held:
            client.close()
        live.wait_for_connections(0)

    def test_the_limit_leaves_files_for_the_node(self) -> None:
        assert [connection_limit(n) for n in (64, 1_024, 4_096, 1 << 20)] == [16, 256, 500, 500]

    @pytest.mark.parametrize(
        ("soft", "hard", "claimed"),
        [(256, 1 << 20, 4_096), (256, -1, 4_096), (1_024, 2_000, 2_000), (-1, -1, None)],
    )
    def test_claims_files_as_far_as_it_may(self, monkeypatch, soft, hard, claimed) -> None:
        made = []
        monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
        monkeypatch.setattr(resource, "setrlimit", lambda _, limits: made.append(limits))
        assert claim_files() == (claimed or 4_096)
        assert made == ([] if claimed is None else [(claimed, hard)])


def frame(opcode: int, payload: bytes, *, is_last: bool = True, is_masked: bool = True) -> bytes:
    """Return a WebSocket frame of a client; the mask is zero."""
    size = len(payload)
    mask = 0x80 if is_masked else 0
    head = bytes([(0x80 if is_last else 0) | opcode])
    if size < 126:
        head += bytes([mask | size])
    elif size < 65_536:
        head += bytes([mask | 126]) + size.to_bytes(2)
    else:
        head += bytes([mask | 127]) + size.to_bytes(8)
    return head + (bytes(4) if is_masked else b"") + payload


class TestWebSocket:
    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (bytes(range(256)), 1002),
            (frame(0, b"continues nothing"), 1002),
            (frame(9, b"x" * 126), 1002),  # a ping is short
            (frame(3, b"no such kind"), 1002),
            (frame(1, b"\xff\xfe"), 1007),
            (b"\x81\xff" + b"\x7f" * 8 + b"abcd", 1009),
            (frame(1, b" " * (4 * 1024 * 1024 + 1)), 1009),
            (frame(1, b"a", is_last=False) + frame(1, b"b"), 1002),
        ],
        ids=["bytes", "continuation", "long-ping", "kind", "utf8", "huge", "large", "interleaved"],
    )
    def test_garbage_closes_it_with_a_reason(self, live, sent, code) -> None:
        answer = live.talk(UPGRADE + sent, half_close=True)
        head, _, frames = answer.partition(b"\r\n\r\n")
        if answer:  # or the reset came first
            assert head.startswith(b"HTTP/1.1 101")
            assert frames[:1] == b"\x88"
            assert int.from_bytes(frames[2:4]) == code

    def test_a_message_that_is_no_request_gets_an_error_object(self, live) -> None:
        for kind in (1, 2):
            with live.connect() as client:
                client.sendall(UPGRADE + frame(kind, b"nonsense") + frame(kind, BODY))
                received = b""
                while received.count(b'"jsonrpc"') < 2:
                    received += client.recv(4_096)
                assert b"Parse Error" in received
                assert b'"result"' in received

    def test_many_pings_are_no_harm(self, live) -> None:
        with live.connect() as client:
            client.sendall(UPGRADE + frame(9, b"x") * 2_000 + frame(1, BODY))
            received = b""
            while b'"result"' not in received:
                received += client.recv(65_536)

    @pytest.mark.parametrize(
        "request_line", [UPGRADE.replace(b"13", b"99"), UPGRADE.replace(b"Sec-WebSocket-Key", b"X")]
    )
    def test_a_bad_handshake_is_refused(self, live, request_line) -> None:
        with live.connect() as client:
            client.sendall(request_line)
            assert client.recv(12) == b"HTTP/1.1 400"

    def test_a_client_that_does_not_read_is_hung_up_on(self, live, monkeypatch) -> None:
        monkeypatch.setattr(server_module, "_READ_SECONDS", 0.3)
        many = BODY.replace(b"get_account_count", b"get_config")
        batch = frame(1, b"[" + many + (b"," + many) * 199 + b"]")
        with live.connect() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.sendall(UPGRADE + batch * 10)
            live.wait_for_connections(1)
            live.wait_for_connections(0)

    def test_a_client_that_vanishes_leaves_nothing(self, live) -> None:
        for _ in range(20):
            with live.connect() as client:
                client.sendall(UPGRADE + frame(1, BODY) * 50)
