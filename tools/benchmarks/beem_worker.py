"""Run by beem's interpreter: build a transfer, then measure what each line of input asks for.

The first line describes the transfer and is answered with its bytes; the others name a task and a
number of calls and are answered with the seconds of CPU time for each call.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from itertools import repeat
from typing import Any

from beembase.operations import Transfer  # type: ignore[import-not-found]
from beembase.signedtransactions import Signed_Transaction  # type: ignore[import-not-found]


def main() -> None:
    """Answer lines until there are no more."""
    given = json.loads(sys.stdin.readline())

    def build() -> Any:
        operation = Transfer(
            **{
                "from": given["from"],
                "to": given["to"],
                "amount": given["amount"],
                "memo": given["memo"],
                "prefix": given["prefix"],
            }
        )
        return Signed_Transaction(
            ref_block_num=given["ref_block_num"],
            ref_block_prefix=given["ref_block_prefix"],
            expiration=given["expiration"],
            operations=[operation],
            signatures=given["signatures"],
        )

    ready = build()
    tasks: dict[str, Callable[[], object]] = {
        "pack": lambda: bytes(ready),
        "build and pack": lambda: bytes(build()),
    }
    gc.collect()
    gc.freeze()
    print(json.dumps({"hex": bytes(ready).hex()}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        task, calls = tasks[question["task"]], question["calls"]
        start = time.process_time()
        for _ in repeat(None, calls):
            task()
        seconds = (time.process_time() - start) / calls
        print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
