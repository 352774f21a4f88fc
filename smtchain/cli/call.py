"""`smtchain call`: one JSON-RPC request from the command line."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import click
import orjson

from smtchain.cli import HELP_SETTINGS, CommandError

_DEFAULT_URL = "http://127.0.0.1:8090"
_OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_EXAMPLES = """\b
Examples:
  smtchain call condenser_api.get_accounts '[["alice"]]'
  smtchain call database_api.list_smt_tokens '{"start":null,"limit":10,"order":"by_symbol"}'
  smtchain call debug_node_api.debug_generate_blocks '{"count":5}'
  smtchain call jsonrpc.get_methods --url http://127.0.0.1:8090
"""


@click.command(context_settings=dict(HELP_SETTINGS), epilog=_EXAMPLES)
@click.argument("method")
@click.argument("params", required=False, metavar="[PARAMS-JSON]")
@click.option("--url", default=_DEFAULT_URL, show_default=True, help="Where the node listens.")
@click.option(
    "--timeout",
    type=click.IntRange(1, 86_400),
    default=60,
    show_default=True,
    help="Seconds to wait for the answer.",
)
@click.option("--compact", is_flag=True, help="Print the answer on one line.")
def call(method: str, params: str | None, url: str, timeout: int, compact: bool) -> None:  # noqa: FBT001
    """Send METHOD, written api.name, and print the result as JSON.

    PARAMS-JSON is a list (condenser_api) or an object (other APIs).
    """
    request: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method}
    if params is not None:
        request["params"] = _read_params(params)
    result = send(url, request, timeout)
    option = 0 if compact else orjson.OPT_INDENT_2
    click.echo(orjson.dumps(result, option=option).decode())


def _read_params(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandError("params", f"PARAMS-JSON is not JSON: {error}", exit_code=2) from error


def send(url: str, request: dict[str, Any], timeout: int) -> Any:
    """Return the result of a request.

    Raises
    ------
    CommandError
        Nobody answers at `url`, the answer is no JSON-RPC, or it is an error.
    """
    try:
        body = orjson.dumps(request)
    except orjson.JSONEncodeError as error:
        raise CommandError("params", f"the request is not Unicode: {error}", exit_code=2) from error
    answer = _read_answer(url, _exchange(url, body, timeout))
    if "error" in answer:
        raise _refusal(url, answer["error"])
    return answer["result"]


def _exchange(url: str, body: bytes, timeout: int) -> bytes:
    """Return what comes back for a body sent to `url`."""
    host = _host_of(url)
    message = urllib.request.Request(  # noqa: S310  an http address, or `_host_of` had raised
        url, body, {"content-type": "application/json"}
    )
    # A proxy that the environment names knows nothing of this machine's own ports.
    proxies: dict[str, str] | None = {} if host in _OWN_HOSTS else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    try:
        with opener.open(message, timeout=timeout) as response:
            received: bytes = response.read()
    except urllib.error.HTTPError as error:
        error.close()
        raise CommandError("connection", f"{url} answered with HTTP status {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        raise CommandError("connection", f"no answer from {url}: {_reason(error)}") from error
    return received


def _host_of(url: str) -> str:
    """Return the host of an http address.

    Raises
    ------
    CommandError
        `url` is something else.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        has_port = parts.port is None or parts.port > 0  # reading it raises for what is none
    except ValueError as error:
        raise CommandError("url", f"{url}: {error}", exit_code=2) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port:
        text = f"{url}: an address like {_DEFAULT_URL} is needed"
        raise CommandError("url", text, exit_code=2)
    return parts.hostname


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ConnectionRefusedError):
        return "nobody listens there (`smtchain testnet` starts a node)"
    return getattr(reason, "strerror", None) or str(reason)


def _read_answer(url: str, received: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(received)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise CommandError("connection", f"{url} does not speak JSON-RPC")
    return answer


def _refusal(url: str, error: Any) -> CommandError:
    """Return an error answer as a command's error: its stable code if it has one."""
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return CommandError("connection", f"{url} sent an error of another form: {error}")
    details = error.get("data")
    if not isinstance(details, dict):
        details = {}
    code = details.get("error_code") or error.get("code")
    message = error["message"].removeprefix(f"{details.get('message')}:")
    return CommandError(str(code), message)
