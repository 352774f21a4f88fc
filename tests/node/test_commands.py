"""The command line: start, kill, start again; data directories; one-line errors."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from protocol.assets import STEEM, Asset
from protocol.crypto import PrivateKey
from protocol.jsonform import to_json
from protocol.jsonscalars import parse_time
from protocol.operations.transfer import Transfer
from protocol.params import DEV_PARAMS
from protocol.transaction import Transaction, block_reference, sign_transaction
from smtchain.cli import main

START_SECONDS = 60


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; return exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def refusal(capsys, *arguments: str) -> tuple[int, str]:
    """Run a command that must fail with one line on stderr; return exit code and error code."""
    code, out, err = run(capsys, *arguments)
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return code, err.split(": ")[1]


class TestUsage:
    def test_lists_the_commands(self, capsys) -> None:
        code, out, _ = run(capsys, "-h")
        assert code == 0
        for name in ("testnet", "node", "init", "replay", "state-digest", "call", "encode", "sign"):
            assert f"  {name} " in out

    @pytest.mark.parametrize(
        "command", ["testnet", "node", "init", "replay", "state-digest", "call"]
    )
    def test_every_command_has_help_with_examples(self, capsys, command) -> None:
        code, out, _ = run(capsys, command, "-h")
        assert code == 0
        assert "Example" in out
        assert f"smtchain {command}" in out

    @pytest.mark.parametrize(
        "arguments",
        [
            ("nonsense",),
            ("testnet", "--port", "70000"),
            ("testnet", "--block-time", "5"),
            ("testnet", "--no-such-option"),
            ("testnet", "--ephemeral", "--data-dir", "chain"),
            ("state-digest",),
            ("replay", "/nonexistent/block_log"),
            ("call", "a.b", "[1"),
            ("call", "a.b", "--url", "ftp://x"),
        ],
    )
    def test_wrong_usage_is_one_line_and_code_2(self, capsys, arguments) -> None:
        assert refusal(capsys, *arguments)[0] == 2

    def test_offline_commands_do_without_server_and_state(self) -> None:
        script = (
            "import sys; sys.argv = ['smtchain', 'encode', '-h']\n"
            "from smtchain.cli import main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "loaded = [m for m in ('aiohttp', 'lmdb', 'asyncio') if m in sys.modules]\n"
            "print('loaded:', loaded)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stdout.endswith("loaded: []\n")


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ("", "--data-dir testnet-data/dev"),
        ("--fresh", "--data-dir testnet-data/dev --fresh"),
        ("--network testnet", "--data-dir testnet-data/testnet --network testnet"),
        ("--network=testnet -q", "--data-dir testnet-data/testnet --network=testnet -q"),
        ("--ephemeral", "--ephemeral"),
        ("--seed 7", "--seed 7"),
        ("--data-dir ./mine", "--data-dir ./mine"),
    ],
)
def test_make_keeps_a_testnet_for_each_network(arguments, options) -> None:
    # The make that runs the tests would pass its own options on.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-n", "testnet", f"args={arguments}"],
        cwd=Path(__file__).parents[2],
        env=outside,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1].split("smtchain testnet")[1].split() == options.split()


class TestDataDirectories:
    def test_init_then_digest_then_recount_agree(self, capsys, tmp_path) -> None:
        chain = str(tmp_path / "chain")
        code, begun, _ = run(capsys, "init", "--data-dir", chain)
        assert code == 0
        assert json.loads(begun)["block_num"] == 0
        assert run(capsys, "state-digest", "--data-dir", chain)[1] == begun
        assert run(capsys, "state-digest", "--data-dir", chain, "--recount")[1] == begun

    def test_networks_differ_from_the_first_state_on(self, capsys, tmp_path) -> None:
        dev = run(capsys, "init", "--data-dir", str(tmp_path / "a"))[1]
        testnet = run(capsys, "init", "--data-dir", str(tmp_path / "b"), "--network", "testnet")[1]
        assert json.loads(dev)["digest"] != json.loads(testnet)["digest"]

    def test_refuses_a_directory_that_is_taken(self, capsys, tmp_path) -> None:
        run(capsys, "init", "--data-dir", str(tmp_path))
        assert refusal(capsys, "init", "--data-dir", str(tmp_path)) == (1, "data_dir_taken")

    def test_a_testnet_refuses_a_directory_of_another_network(self, capsys, tmp_path) -> None:
        run(capsys, "init", "--data-dir", str(tmp_path), "--network", "dev")
        arguments = ("testnet", "--network", "testnet", "--data-dir", str(tmp_path), "--port", "0")
        assert refusal(capsys, *arguments) == (1, "chain_mismatch")

    def test_refuses_a_directory_without_a_chain(self, capsys, tmp_path) -> None:
        assert refusal(capsys, "state-digest", "--data-dir", str(tmp_path)) == (1, "data_dir_empty")
        assert refusal(capsys, "node", "--data-dir", str(tmp_path)) == (1, "data_dir_empty")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("content", "code"),
        [(None, "genesis.file"), ("{", "genesis.file"), ("{}", "genesis.missing_field")],
    )
    def test_refuses_bad_genesis_files_and_leaves_nothing(
        self, capsys, tmp_path, content, code
    ) -> None:
        genesis = tmp_path / "genesis.txt"
        if content is not None:
            genesis.write_text(content)
        chain = tmp_path / "chain"
        for command in ("init", "testnet"):
            arguments = (command, "--data-dir", str(chain), "--genesis", str(genesis))
            assert refusal(capsys, *arguments) == (1, code)
        assert not chain.exists()

    def test_refuses_a_log_that_is_damaged(self, capsys, tmp_path) -> None:
        log = tmp_path / "block_log"
        log.write_bytes(b"\xff" * 100 + bytes(8) + b"\xff" * 100 + (50).to_bytes(8, "little"))
        assert refusal(capsys, "replay", str(log))[0] == 1

    def test_replays_an_empty_log_to_genesis(self, capsys, tmp_path) -> None:
        log = tmp_path / "block_log"
        log.touch()
        replayed = run(capsys, "replay", str(log))[1]
        begun = run(capsys, "init", "--data-dir", str(tmp_path / "chain"))[1]
        assert json.loads(replayed)["digest"] == json.loads(begun)["digest"]


class LiveNode:
    """A node in a process of its own."""

    def __init__(self, log: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        command = [sys.executable, "-m", "smtchain.cli", *arguments, "--port", str(port)]
        with log.open("w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        self.wait_until(lambda: self.health()["status"] == "ok")

    def wait_until(self, is_done) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if is_done():
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def health(self):
        with urllib.request.urlopen(f"{self.url}/health", timeout=10) as response:
            return json.loads(response.read())

    def call(self, method: str, params: object):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        with urllib.request.urlopen(self.url, body.encode(), timeout=30) as response:
            return json.loads(response.read())["result"]

    def transfer(self, amount: int) -> None:
        head = self.call("database_api.get_dynamic_global_properties", {})
        number, prefix = block_reference(bytes.fromhex(head["head_block_id"]))
        expiration = parse_time(head["time"]) + 60
        operation = Transfer("alice", "bob", Asset(amount, STEEM), f"{amount}")
        signed = sign_transaction(
            Transaction(number, prefix, expiration, (operation,)),
            [PrivateKey.from_seed("aliceactive")],
            DEV_PARAMS.chain_id,
            DEV_PARAMS.network,
        )
        trx = to_json(signed, DEV_PARAMS.network)
        self.call("network_broadcast_api.broadcast_transaction", {"trx": trx})

    def end(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=30)


class TestLiveNode:
    def test_survives_kill_9_while_it_produces_blocks(self, capsys, tmp_path) -> None:
        chain = tmp_path / "chain"
        options = ("testnet", "--block-time", "0", "--data-dir", str(chain))
        node = LiveNode(tmp_path / "first.log", *options)
        node.wait_until(lambda: node.health()["head_block_num"] > 0)
        for amount in range(1, 11):
            node.transfer(amount)
        before = node.health()
        assert node.end(signal.SIGKILL) == -signal.SIGKILL

        digest = json.loads(run(capsys, "state-digest", "--data-dir", str(chain))[1])
        replayed = json.loads(run(capsys, "replay", str(chain / "block_log"))[1])
        assert digest == replayed
        assert before["head_block_num"] - 1 <= digest["block_num"] <= before["head_block_num"]

        again = LiveNode(tmp_path / "second.log", *options)
        head = again.health()
        assert head["head_block_num"] >= digest["block_num"]
        (bob,) = again.call("condenser_api.get_accounts", [["bob"]])
        # 1000000.000 at genesis and 0.055 from ten transfers of 1 to 10 satoshis.
        assert bob["balance"] == "1000000.055 STEEM"
        again.transfer(11)
        (bob,) = again.call("condenser_api.get_accounts", [["bob"]])
        assert bob["balance"] == "1000000.066 STEEM"
        assert again.end(signal.SIGTERM) == 0

    def test_shows_accounts_keys_and_how_to_begin(self, tmp_path) -> None:
        log = tmp_path / "log"
        node = LiveNode(log, "testnet")
        node.wait_until(lambda: "Ctrl-C" in log.read_text())
        screen = log.read_text()
        assert node.end(signal.SIGINT) == 0
        assert node.url in screen
        for name in ("initminer", "alice", "judy"):
            assert name in screen
        # sha256("aliceactive"), from the development keys that all clients derive.
        assert "5JL1pfugiAnim85X8KpqDhixLZowctUzzMmEXgP37u5gC7uWy22" in screen
        assert "Traceback" not in log.read_text()
        ours = [line for line in screen.splitlines() if sys.executable not in line]
        assert max(map(len, ours)) <= 80
        data = next(line.split()[1] for line in screen.splitlines() if line.startswith("Data"))
        assert not Path(data).exists()

    def test_the_printed_examples_work_as_they_stand(self, tmp_path) -> None:
        log = tmp_path / "log"
        node = LiveNode(log, "testnet", "--network", "testnet")
        node.wait_until(lambda: "Ctrl-C" in log.read_text())
        lines = log.read_text().splitlines()
        begin = next(at for at, line in enumerate(lines) if line.startswith("Try it"))
        end = next(at for at, line in enumerate(lines) if line.startswith("Ctrl-C"))
        script = "\n".join(lines[begin + 1 : end])
        if shutil.which("curl") is None:
            script = script[script.index(f"  {sys.executable}") :]
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True)
        node.end(signal.SIGTERM)
        assert '"name": "judy"' in done.stdout
        assert '"jsonrpc":"2.0","result":[{' in done.stdout or shutil.which("curl") is None
        keys = next(line for line in lines if " keys judy" in line)
        shown = subprocess.run(
            ["sh", "-ec", keys], capture_output=True, text=True, check=True
        ).stdout
        assert "TST" in shown
        assert "5HvNoebJyCT9kFBquP3PC4EaUz7BRbxaumoLUeCEQPyHVtFu1S3" in shown

    def test_a_kept_chain_goes_on_until_it_is_begun_anew(self, capsys, tmp_path) -> None:
        chain, log = tmp_path / "chain", tmp_path / "log"
        options = ("testnet", "--block-time", "0", "--data-dir", str(chain))
        node = LiveNode(log, *options)
        node.wait_until(lambda: node.health()["head_block_num"] > 0)
        node.transfer(5)
        assert node.end(signal.SIGINT) == 0
        assert "Stopped; start again to go on" in log.read_text()
        (chain / "mine.txt").touch()

        again = LiveNode(log, *options)
        assert again.health()["head_block_num"] == 2
        assert "Goes on     after block 2 of " in log.read_text()
        (bob,) = again.call("condenser_api.get_accounts", [["bob"]])
        assert bob["balance"] == "1000000.005 STEEM"
        fresh = (*options, "--fresh", "--port", "0")
        assert refusal(capsys, *fresh) == (1, "state_locked")
        assert again.end(signal.SIGTERM) == 0

        code, error = refusal(capsys, *options, "--network", "testnet", "--port", "0")
        assert (code, error) == (1, "chain_mismatch")
        anew = LiveNode(log, *options, "--fresh", "--network", "testnet")
        anew.wait_until(lambda: anew.health()["head_block_num"] > 0)
        (bob,) = anew.call("condenser_api.get_accounts", [["bob"]])
        assert bob["balance"] == "1000000.000 TESTS"
        assert "Goes on" not in log.read_text()
        assert anew.end(signal.SIGTERM) == 0
        assert (chain / "mine.txt").exists()

    def test_says_which_port_is_taken(self, capsys, tmp_path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            code, _, err = run(capsys, "testnet", "--port", port)
        assert code == 1
        assert err.startswith(f"error: listen: cannot listen on 127.0.0.1 port {port}: ")
        assert "--port N" in err

    def test_two_seeded_runs_make_the_same_blocks(self, tmp_path) -> None:
        heads = []
        for attempt in ("a", "b", "c"):
            seed = "8" if attempt == "c" else "7"
            node = LiveNode(tmp_path / attempt, "testnet", "--block-time", "0", "--seed", seed)
            node.wait_until(lambda: node.health()["head_block_num"] > 0)  # noqa: B023
            node.call("debug_node_api.debug_generate_blocks", {"count": 3})
            heads.append(node.health()["head_block_id"])
            node.end(signal.SIGTERM)
        assert heads[0] == heads[1] != heads[2]

    def test_call_prints_results_and_refusals(self, capsys, tmp_path) -> None:
        node = LiveNode(tmp_path / "log", "testnet", "--block-time", "0")
        code, out, _ = run(
            capsys, "call", "condenser_api.lookup_accounts", '["al", 1]', "--url", node.url
        )
        assert (code, json.loads(out)) == (0, ["alice"])
        url = ("--url", node.url)
        assert refusal(capsys, "call", "condenser_api.nosuch", *url) == (1, "rpc.unknown_method")
        bad = ("call", "condenser_api.get_block", '["x"]', *url)
        assert refusal(capsys, *bad) == (1, "rpc.params.type")
        node.end(signal.SIGTERM)
        assert refusal(capsys, "call", "a.b", *url) == (1, "connection")

    def test_node_goes_on_from_a_testnet_s_directory(self, capsys, tmp_path) -> None:
        chain = str(tmp_path / "chain")
        run(capsys, "init", "--data-dir", chain)
        key = PrivateKey.from_seed("init_key").wif
        node = LiveNode(tmp_path / "log", "node", "--data-dir", chain, "--witness-key", key)
        node.wait_until(lambda: node.health()["head_block_num"] > 0)
        methods = node.call("jsonrpc.get_methods", {})
        assert "debug_node_api.debug_generate_blocks" not in methods
        second = refusal(capsys, "node", "--data-dir", chain, "--port", "0")
        assert second == (1, "state_locked")
        assert node.end(signal.SIGTERM) == 0

    def test_a_full_disk_stops_the_node_with_one_line(self, capsys, tmp_path) -> None:
        chain = tmp_path / "chain"
        # A limit on the size of files is a full disk to whoever writes them.
        script = (
            "import resource, signal, sys\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "from smtchain.cli import main\n"
            "from smtchain.node.service import Service\n"
            "import asyncio\n"
            "begin = Service._serve\n"
            "async def limited(self, node):\n"
            "    room = (self._config.data_dir / 'state' / 'data.mdb').stat().st_size\n"
            "    resource.setrlimit(resource.RLIMIT_FSIZE, (room + 40_000,) * 2)\n"
            "    await begin(self, node)\n"
            "Service._serve = limited\n"
            "main(['testnet', '-q', '--block-time', '0', '--port', '0',"
            f" '--data-dir', {str(chain)!r}])\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        url = ""
        for line in process.stdout:
            if line.startswith("JSON-RPC"):
                url = line.split()[1]
            if line.startswith("Ctrl-C"):
                break
        body = json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "debug_node_api.debug_generate_blocks",
                "params": {"count": 5_000},
            }
        )
        with urllib.request.urlopen(url, body.encode(), timeout=30) as response:
            error = json.loads(response.read())["error"]
        assert error["data"]["error_code"] == "node.stops"
        _, err = process.communicate(timeout=30)
        assert process.returncode == 1
        last = err.strip().splitlines()[-1]
        assert last.startswith("error: ")
        assert "Traceback" not in err
        # Nothing committed is lost, and with room again the chain goes on.
        digest = json.loads(run(capsys, "state-digest", "--data-dir", str(chain))[1])
        assert digest == json.loads(run(capsys, "replay", str(chain / "block_log"))[1])
        assert digest["block_num"] > 0
