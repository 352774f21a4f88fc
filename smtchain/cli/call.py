"""`smtchain call`: one JSON-RPC request from the command line."""

import urllib.error
import urllib.request
from typing import Any

import click
import orjson

from smtchain.cli import HELP_SETTINGS, CommandError

_DEFAULT_URL = "http://127.0.0.1:8090"
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
@click.option("--timeout", default=60, show_default=True, help="Seconds to wait for the answer.")
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
    if not url.startswith(("http://", "https://")):
        raise CommandError("url", f"{url} is not an http address", exit_code=2)
    message = urllib.request.Request(  # noqa: S310  the scheme is checked above
        url, orjson.dumps(request), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(message, timeout=timeout) as response:  # noqa: S310
            answer = orjson.loads(response.read())
    except urllib.error.URLError as error:
        raise CommandError("connection", f"no answer from {url}: {error.reason}") from error
    except (OSError, orjson.JSONDecodeError) as error:
        raise CommandError("connection", f"no answer from {url}: {error}") from error
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise CommandError("connection", f"{url} does not speak JSON-RPC")
    if "error" in answer:
        raise _refusal(answer["error"])
    return answer["result"]


def _refusal(error: dict[str, Any]) -> CommandError:
    """Return an error answer as a command's error: its stable code if it has one."""
    details = error.get("data") or {}
    code = details.get("error_code") or str(error.get("code"))
    message = str(error.get("message", "")).partition(":")[2] or str(error.get("message"))
    where = f" (field={details['field']})" if details.get("field") else ""
    return CommandError(code, message + where)
