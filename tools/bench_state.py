"""Times of the state engine, in microseconds and in R, the time of one signature recovery.

Run it as a script: ``python tools/bench_state.py [ACCOUNTS]``.
Every figure is the median of the rounds, measured in process time.
"""

import gc
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import coincurve
import lmdb

from smtchain.state.state import State
from smtchain.state.tables.account import Account
from smtchain.state.tables.chain import DynamicGlobalProperties, TransactionRecord

ROUNDS = 7
HOT = 2_000
TRANSACTIONS = 1_000


def microseconds(work, count):
    """Median process time of `work`, which does something `count` times, per time."""
    results = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        results.append((time.process_time() - begin) / count * 1e6)
    return statistics.median(results)


def recovery_time():
    """Return the microseconds of one signature recovery."""
    key = coincurve.PrivateKey(b"\1" * 32)
    message = b"\2" * 32
    signature = key.sign_recoverable(message, hasher=None)

    def work():
        for _ in range(1_000):
            coincurve.PublicKey.from_signature_and_message(signature, message, hasher=None).format()

    return microseconds(work, 1_000)


def name_of(number):
    """Return the name of an account by its number."""
    return f"account{number:07}"


def fill(state, accounts):
    """Insert accounts in blocks of 10,000, each committed."""
    state.begin_block(0)
    state.globals.insert(DynamicGlobalProperties(0, bytes(20), 0, "init"))
    for number in range(accounts):
        state.accounts.insert(
            Account(number, name_of(number), b"\2" * 33, 0, "init", json_metadata='{"x":"y"}')
        )
        if number % 10_000 == 9_999:
            state.seal_block()
            state.commit(state.revision)
            state.begin_block(state.revision + 1)
    state.seal_block()
    state.commit(state.revision)


def transfer(state, sender, receiver):
    """Move a satoshi between two accounts."""
    accounts = state.accounts
    with state.checkpoint():
        source = accounts.get(sender)
        target = accounts.get(receiver)
        accounts.modify(source, balance=source.balance - 1)
        accounts.modify(target, balance=target.balance + 1)


def session_time(state):
    """Begin, two edits and squash, rows at hand."""
    state.begin_pending()
    accounts = state.accounts
    one, two = accounts.get(name_of(0)), accounts.get(name_of(1))

    def work():
        for number in range(10_000):
            with state.checkpoint():
                accounts.modify(one, balance=number)
                accounts.modify(two, balance=number)

    result = microseconds(work, 10_000)
    state.discard_pending()
    return result


def failed_session_time(state):
    """Begin, make two edits and take them back."""
    state.begin_pending()
    accounts = state.accounts
    one, two = accounts.get(name_of(0)), accounts.get(name_of(1))

    def work():
        for number in range(10_000):
            with suppress(ZeroDivisionError), state.checkpoint():
                accounts.modify(one, balance=number)
                accounts.modify(two, balance=number // 0)

    result = microseconds(work, 10_000)
    state.discard_pending()
    return result


def hot_transfer_time(state):
    """Move satoshis among accounts that are all in memory."""
    names = [name_of(number) for number in range(HOT)]
    state.begin_pending()

    def work():
        for number in range(10_000):
            transfer(state, names[number % HOT], names[(number * 7 + 1) % HOT])

    work()
    result = microseconds(work, 10_000)
    state.discard_pending()
    return result


def direct_transfer_time(directory, schema, rows):
    """Do the same straight to LMDB: get, decode, set, encode, put, for two accounts."""
    with lmdb.open(str(directory), map_size=1 << 30, sync=False) as env:
        with env.begin(write=True) as transaction:
            for row in rows:
                transaction.put(schema.primary.encode(row), schema.encode(row))
        keys = [schema.primary.encode(row) for row in rows]
        setter = schema.setters["balance"][0]

        def work():
            with env.begin(write=True) as transaction:
                for number in range(10_000):
                    for place in (number % HOT, (number * 7 + 1) % HOT):
                        row = schema.decode(transaction.get(keys[place]))
                        setter(row, row.balance + 1)
                        transaction.put(keys[place], schema.encode(row))

        return microseconds(work, 10_000)


def block_times(state, accounts):
    """Apply, seal, undo and commit a block of transfers over many accounts."""
    names = [name_of(number * 37 % accounts) for number in range(2 * TRANSACTIONS)]
    parts = {"apply": [], "seal": [], "undo": [], "commit": []}

    def timed(part, work):
        begin = time.process_time()
        work()
        parts[part].append((time.process_time() - begin) / TRANSACTIONS * 1e6)

    def apply(number):
        state.begin_block(number)
        for place in range(TRANSACTIONS):
            transfer(state, names[2 * place], names[2 * place + 1])
            record = TransactionRecord(
                1_000 + number, (number << 32 | place).to_bytes(20, "little")
            )
            state.transactions.insert(record)
        while (due := state.transactions.first()) is not None:
            if due.expiration > 995 + number:
                break
            state.transactions.remove(due)

    for _ in range(ROUNDS + 5):
        number = state.revision + 1
        timed("apply", lambda number=number: apply(number))
        timed("seal", state.seal_block)
        timed("undo", state.undo_block)
        apply(number)
        state.seal_block()
        timed("commit", lambda number=number: state.commit(number))
    return {part: statistics.median(times[5:]) for part, times in parts.items()}


def empty_block_time(state):
    """Six due checks, three edited singletons' worth of work, seal and commit."""

    def work():
        for _ in range(200):
            number = state.revision + 1
            state.begin_block(number)
            head = state.globals.get()
            state.globals.modify(head, head_block_number=number, time=number)
            state.transactions.first()
            state.smt_events.first()
            state.accounts.first("by_next_vesting_withdrawal")
            state.seal_block()
            state.commit(number)

    return microseconds(work, 200)


def main():
    """Print all figures."""
    gc.freeze()
    gc.set_threshold(50_000)  # as the node does
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    directory = Path(tempfile.mkdtemp())
    recovery = recovery_time()

    def show(what, value):
        print(f"{what:<44} {value:9.2f} us {value / recovery:8.3f} R")

    show("R, one signature recovery", recovery)
    state = State.open(directory / "state", is_durable=False)
    show("insert, seal and commit an account", microseconds_once(state, accounts))
    show("begin + 2 edits + squash", session_time(state))
    show("begin + 2 edits + rollback", failed_session_time(state))
    hot = hot_transfer_time(state)
    show("transfer on a hot set, in a session", hot)
    rows = [state.accounts.get(name_of(number)) for number in range(HOT)]
    direct = direct_transfer_time(directory / "direct", state.accounts.schema, rows)
    show("the same straight to LMDB", direct)
    print(f"{'':<44} {direct / hot:9.2f} times")
    for part, value in block_times(state, accounts).items():
        show(f"block of transfers: {part}, per transaction", value)
    show("empty block", empty_block_time(state))
    state.close()
    begin = time.process_time()
    state = State.open(directory / "state")
    state.globals.get()
    show("open and read the head", (time.process_time() - begin) * 1e6)
    state.close()
    shutil.rmtree(directory)


def microseconds_once(state, accounts):
    """Return the process time of `work`, done once, per time."""
    begin = time.process_time()
    fill(state, accounts)
    return (time.process_time() - begin) / accounts * 1e6


if __name__ == "__main__":
    main()
