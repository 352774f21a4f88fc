"""`smtchain call` against nodes that are none: one line, a code, no traceback."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from smtchain.cli import main

ANSWERS = {
    "/empty": b"",
    "/html": b"<html>",
    "/list": b"[]",
    "/neither": b"{}",
    "/bytes": b"\xff\xfe",
    "/deep": b'{"result":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    "/text": b'{"error":"x"}',
    "/null": b'{"error":null}',
    "/no-message": b'{"error":{"code":1}}',
    "/odd": b'{"error":{"code":1,"message":5,"data":"x"}}',
    "/plain": b'{"error":{"code":-32600,"message":"no","data":7}}',
    "/escape": b'{"error":{"code":1,"message":"a\\nb\\u001b[31mc\\u009b1m"}}',
    "/good": b'{"result":{"a":[1,null]}}',
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/500":
            self.send_error(500)
        elif self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ANSWERS[self.path])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def call(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["call", *arguments])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def check_line(err: str, code: str) -> None:
    assert err.startswith(f"error: {code}: ")
    assert err.count("\n") == 1
    assert err.rstrip("\n").isprintable()


@pytest.mark.parametrize("path", ["/empty", "/html", "/list", "/neither", "/bytes", "/deep"])
def test_says_when_it_is_no_json_rpc(call, url, path) -> None:
    code, out, err = call("a.b", "--url", url + path)
    assert (code, out) == (1, "")
    check_line(err, "connection")
    assert "does not speak JSON-RPC" in err


@pytest.mark.parametrize("path", ["/text", "/null", "/no-message", "/odd"])
def test_says_when_an_error_has_another_form(call, url, path) -> None:
    code, _, err = call("a.b", "--url", url + path)
    assert code == 1
    check_line(err, "connection")


@pytest.mark.parametrize("path", ["/500", "/elsewhere", "/cut"])
def test_says_when_http_fails(call, url, path) -> None:
    code, _, err = call("a.b", "--url", url + path)
    assert code == 1
    check_line(err, "connection")


def test_prints_results_and_errors(call, url) -> None:
    assert call("a.b", "--url", url + "/good", "--compact") == (0, '{"a":[1,null]}\n', "")
    assert call("a.b", "--url", url + "/plain") == (1, "", "error: -32600: no\n")


def test_what_a_node_sends_does_not_steer_the_terminal(call, url) -> None:
    _, _, err = call("a.b", "--url", url + "/escape")
    assert err == "error: 1: a b?[31mc?1m\n"


def test_a_proxy_does_not_stand_before_this_machine(call, url, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert call("a.b", "--url", url + "/good")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("a.b", "--url", "http://"), "url"),
        (("a.b", "--url", "http://[::1"), "url"),
        (("a.b", "--url", "http://127.0.0.1:99999"), "url"),
        (("a.b", "--url", "http://127.0.0.1:x"), "url"),
        (("a.b", "--url", "127.0.0.1:8090"), "url"),
        (("a.b", "--url", "file:///etc/passwd"), "url"),
        (("a.b", "--timeout", "0"), "usage"),
        (("a.b", "--timeout", "-1"), "usage"),
        (("a.b", "[1"), "params"),
        (("a.b", "NaN"), "params"),
        (("a.b", '["\udcff"]'), "params"),
        (("\udcff",), "params"),
        (("a.b", "[" * 5_000), "params"),
        ((), "usage"),
    ],
)
def test_refuses_wrong_arguments(call, arguments, code) -> None:
    exit_code, _, err = call(*arguments)
    assert exit_code == 2
    check_line(err, code)


def test_says_how_to_start_a_node(call) -> None:
    code, _, err = call("a.b", "--url", "http://127.0.0.1:9")
    assert code == 1
    assert "`smtchain testnet` starts a node" in err
