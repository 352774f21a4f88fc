"""The line by line commands answer a line before they read the next one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VOTE = json.dumps(["vote", {"voter": "alice", "author": "bob", "permlink": "p", "weight": 1}])
VOTE_HEX = "0005616c69636503626f6201700100"
TRANSACTION = json.dumps(
    {
        "ref_block_num": 1,
        "ref_block_prefix": 2,
        "expiration": "2030-01-01T00:00:00",
        "operations": [json.loads(VOTE)],
        "extensions": [],
    }
)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["encode"], VOTE),
        (["decode"], VOTE_HEX),
        (["digest"], TRANSACTION),
        (["sign", "--seed", "aliceposting"], TRANSACTION),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_line_is_answered_before_the_next_is_given(command, line):
    with subprocess.Popen(
        [sys.executable, "-m", "smtchain.cli", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        for number in range(1, 4):
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            assert answer.endswith("\n")
            assert len(answer) > 10
            # A bad line is reported at once, too, with its number.
            process.stdin.write("nope\n")
            process.stdin.flush()
            assert process.stderr.readline().endswith(f"(line {2 * number})\n")
        process.stdin.close()
        assert process.wait(30) == 1
