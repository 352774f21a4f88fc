"""Transactions over JSON-RPC: accepted in both forms, refused each with its own error."""

import asyncio
import copy

import orjson
import pytest

from protocol.assets import SBD, STEEM, Asset
from protocol.jsonform import Form
from protocol.operations.transfer import Transfer
from smtchain.node.producer import Producer

BROADCASTS = (
    "condenser_api.broadcast_transaction",
    "condenser_api.broadcast_transaction_synchronous",
    "network_broadcast_api.broadcast_transaction",
    "network_broadcast_api.broadcast_transaction_synchronous",
)


def transfer(amount: int = 1_000, symbol: int = STEEM) -> Transfer:
    return Transfer("alice", "bob", Asset(amount, symbol), "memo")


def params_of(method: str, trx: object) -> object:
    return [trx] if method.startswith("condenser") else {"trx": trx}


def balance(rpc, name: str) -> str:
    (account,) = rpc.call("condenser_api.get_accounts", [[name]])
    return account["balance"]


@pytest.mark.parametrize("form", list(Form), ids=lambda form: form.value)
@pytest.mark.parametrize("method", BROADCASTS)
def test_takes_either_form_in_every_method(rpc, method, form) -> None:
    rpc.call(method, params_of(method, rpc.signed_in(form, transfer(), signer="alice")))
    # 1000000.000 STEEM each at genesis.
    assert balance(rpc, "alice") == "999999.000 STEEM"
    assert balance(rpc, "bob") == "1000001.000 STEEM"


def test_synchronous_says_where_the_transaction_is(rpc) -> None:
    trx = rpc.signed(transfer(), signer="alice")
    answer = rpc.call("condenser_api.broadcast_transaction_synchronous", [trx])
    assert (answer["block_num"], answer["trx_num"], answer["expired"]) == (2, 0, False)
    block = rpc.call("block_api.get_block", {"block_num": 2})["block"]
    assert block["transaction_ids"] == [answer["id"]]
    found = rpc.call("condenser_api.get_transaction", [answer["id"]])
    assert (found["block_num"], found["transaction_num"]) == (2, 0)
    assert found["operations"] == [
        [
            "transfer",
            {"from": "alice", "to": "bob", "amount": "1.000 STEEM", "memo": "memo"},
        ]
    ]
    status = rpc.call("transaction_status_api.find_transaction", {"transaction_id": answer["id"]})
    assert status == {"status": "within_irreversible_block", "block_num": 2}


def test_asynchronous_answers_with_nothing(rpc) -> None:
    trx = rpc.signed(transfer(), signer="alice")
    assert rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx}) == {}


def test_takes_the_reversed_call_of_old_clients(rpc) -> None:
    # steem-js: network_broadcast_api with a list.
    trx = rpc.signed_in(Form.LEGACY, transfer(), signer="alice")
    params = ["network_broadcast_api", "broadcast_transaction_synchronous", [trx]]
    assert rpc.call("call", params)["block_num"] == 2


def test_ignores_members_that_clients_add(rpc) -> None:
    trx = rpc.signed(transfer(), signer="alice") | {"transaction_id": "00" * 20, "mine": 1}
    rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx})
    assert balance(rpc, "alice") == "999999.000 STEEM"


class TestRefusals:
    """Each names its own code and field, and the state stays what it was."""

    @pytest.fixture
    def refuse(self, rpc):
        def check(trx, code: str, field: str = "") -> dict:
            digest = rpc.chain.digest()
            refusal = rpc.refusal("network_broadcast_api.broadcast_transaction", {"trx": trx})
            assert refusal.code == code
            if field:
                assert refusal.error["data"]["field"] == field
            rpc.produce()
            assert balance(rpc, "alice") == "1000000.000 STEEM"
            assert rpc.chain.state.accounts.get("bob").balance == 1_000_000_000
            assert digest != rpc.chain.digest()  # the block itself, and nothing but it
            assert rpc.chain.find_block(rpc.chain.head_block_number).transactions == ()
            return refusal.error

        return check

    def test_wrong_signature(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), signer="bob")
        error = refuse(trx, "transaction.missing_active_authority")
        assert error["data"]["code"] == 3_010_000
        assert error["data"]["name"] == "tx_missing_active_auth"
        assert "missing required active authority" in error["message"]
        assert error["code"] == -32000

    def test_no_signature(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), signer="alice") | {"signatures": []}
        refuse(trx, "transaction.missing_active_authority")

    def test_unneeded_signature(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), signer="alice")
        other = rpc.signed(transfer(), signer="bob")
        trx["signatures"] += other["signatures"]
        assert refuse(trx, "transaction.irrelevant_signature")["data"]["code"] == 3_050_000

    def test_same_signature_twice(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), signer="alice")
        trx["signatures"] *= 2
        assert refuse(trx, "transaction.duplicate_signature")["data"]["code"] == 3_060_000

    def test_expired(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), signer="alice", expiration=rpc.chain.head_block_time)
        refuse(trx, "transaction.expired", "expiration")

    def test_expiration_too_far(self, rpc, refuse) -> None:
        late = rpc.chain.head_block_time + 3_601  # the limit is an hour
        trx = rpc.signed(transfer(), signer="alice", expiration=late)
        refuse(trx, "transaction.expiration_too_far", "expiration")

    def test_other_chain(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), signer="alice", ref_block_prefix=5)
        refuse(trx, "transaction.tapos_mismatch", "ref_block_prefix")

    def test_duplicate(self, rpc) -> None:
        trx = rpc.signed(transfer(), signer="alice")
        rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx})
        refusal = rpc.refusal("network_broadcast_api.broadcast_transaction", {"trx": trx})
        assert refusal.code == "transaction.duplicate"
        # hive-tx takes these words for success.
        assert "Duplicate transaction check failed" in refusal.error["message"]
        assert balance(rpc, "alice") == "999999.000 STEEM"

    def test_too_little_money(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(1_000_000_001), signer="alice")
        error = refuse(trx, "evaluation.insufficient_funds", "operations[0].amount")
        assert error["code"] == -32003
        assert "insufficient funds" in error["message"]

    def test_second_operation_is_bad_and_the_first_undone(self, rpc, refuse) -> None:
        trx = rpc.signed(transfer(), transfer(1_000_000_000), signer="alice")
        refuse(trx, "evaluation.insufficient_funds", "operations[1].amount")

    def test_foreign_symbol(self, rpc, refuse) -> None:
        trx = rpc.signed_in(Form.LEGACY, transfer(), signer="alice")
        trx["operations"][0][1]["amount"] = "1.000 TESTS"
        refuse(trx, "json.asset", "operations[0][1].amount")

    @pytest.mark.parametrize(
        ("path", "value", "field"),
        [
            (("ref_block_num",), 65_536, "ref_block_num"),
            (("ref_block_num",), -1, "ref_block_num"),
            (("ref_block_num",), 1.5, "ref_block_num"),
            (("ref_block_prefix",), 1 << 32, "ref_block_prefix"),
            (("expiration",), "yesterday", "expiration"),
            (("operations",), "none", "operations"),
            (("operations", 0), [], "operations[0]"),
            (("operations", 0, "type"), "no_such_operation", "operations[0].type"),
            (("operations", 0, "value", "from"), 5, "operations[0].value.from"),
            (("operations", 0, "value", "amount"), "1", "operations[0].value.amount"),
            (("operations", 0, "value", "amount", "nai"), "@@0", "operations[0].value.amount.nai"),
            (("signatures", 0), "zz", "signatures[0]"),
            (("signatures", 0), "00", "signatures[0]"),
        ],
    )
    def test_bad_member(self, rpc, refuse, path, value, field) -> None:
        trx = rpc.signed(transfer(), signer="alice")
        bad = copy.deepcopy(trx)
        place = bad
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        refusal = rpc.refusal("network_broadcast_api.broadcast_transaction", {"trx": bad})
        assert refusal.error["data"]["field"] == field
        assert refusal.code.startswith("json.")
        # The transaction itself was good.
        trx = rpc.signed(transfer(), signer="alice")
        assert rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx}) == {}

    @pytest.mark.parametrize("trx", [None, 5, "x", [], [1]])
    def test_not_a_transaction(self, rpc, trx) -> None:
        refusal = rpc.refusal("network_broadcast_api.broadcast_transaction", {"trx": trx})
        assert refusal.code.startswith("json.")
        assert refusal.error["data"]["field"] == "trx"


class TestSynchronousWaiting:
    def test_waits_for_the_next_block(self, rpc) -> None:
        rpc.node.producer = Producer(rpc.chain, rpc.clock, [], block_seconds=3)
        trx = rpc.signed(transfer(), signer="alice")
        body = {"jsonrpc": "2.0", "id": 1, "method": BROADCASTS[1], "params": [trx]}

        async def act() -> tuple[bool, bytes]:
            waiting = asyncio.create_task(rpc.dispatcher.answer(orjson.dumps(body)))
            for _ in range(5):
                await asyncio.sleep(0)
            waited = not waiting.done()
            await rpc.producer.produce(1)
            return waited, await waiting

        waited, answer = asyncio.run(act())
        assert waited
        assert orjson.loads(answer)["result"]["block_num"] == 2

    def test_says_when_it_expired_outside_of_a_block(self, rpc) -> None:
        rpc.node.producer = Producer(rpc.chain, rpc.clock, [], block_seconds=3)
        trx = rpc.signed(transfer(), signer="alice")
        body = {"jsonrpc": "2.0", "id": 1, "method": BROADCASTS[1], "params": [trx]}

        async def act() -> bytes:
            waiting = asyncio.create_task(rpc.dispatcher.answer(orjson.dumps(body)))
            for _ in range(5):
                await asyncio.sleep(0)
            # The signed transaction lives for 60 seconds; the next block comes after 100 slots.
            await rpc.producer.produce(1, missed_slots=100)
            return await waiting

        answer = orjson.loads(asyncio.run(act()))["result"]
        assert (answer["expired"], answer["block_num"]) == (True, 0)
        assert balance(rpc, "alice") == "1000000.000 STEEM"


class TestSignatureQuestions:
    def test_hex_of_an_unsigned_transaction_has_an_empty_signature_list(self, rpc) -> None:
        trx = rpc.signed_in(Form.LEGACY, transfer(), signer="alice")
        signed = rpc.call("condenser_api.get_transaction_hex", [trx])
        unsigned = rpc.call("condenser_api.get_transaction_hex", [trx | {"signatures": []}])
        # One count byte and 65 bytes of one signature against a count of zero.
        assert unsigned.endswith("00")
        assert signed == unsigned[:-2] + "01" + trx["signatures"][0]

    def test_what_no_block_could_hold_is_refused_before_its_signatures_are_tried(self, rpc) -> None:
        # Recovering a key takes longer than sending a signature; 65 bytes each, 128 KiB a block.
        trx = rpc.signed(transfer(), signer="alice")
        trx["signatures"] *= 2_100
        keys = {"available_keys": []}
        for method, more in (
            ("verify_authority", {}),
            ("get_required_signatures", keys),
            ("get_potential_signatures", {}),
            ("get_transaction_hex", {}),
        ):
            refusal = rpc.refusal(f"database_api.{method}", {"trx": trx} | more)
            assert refusal.code == "transaction.too_large"

    def test_names_the_keys_that_can_sign(self, rpc) -> None:
        trx = rpc.signed(transfer(), signer="alice") | {"signatures": []}
        row = rpc.chain.state.account_authorities.get("alice")
        ((active, _),) = row.active.key_auths
        ((owner, _),) = row.owner.key_auths
        texts = [rpc.node.nai.key(key) for key in (active, owner)]
        potential = rpc.call("database_api.get_potential_signatures", {"trx": trx})["keys"]
        assert texts[0] in potential
        required = rpc.call(
            "database_api.get_required_signatures", {"trx": trx, "available_keys": texts}
        )
        assert required == {"keys": texts[:1]}

    def test_verifies_or_says_what_is_missing(self, rpc) -> None:
        good = rpc.signed(transfer(), signer="alice")
        assert rpc.call("database_api.verify_authority", {"trx": good}) == {"valid": True}
        assert rpc.call("condenser_api.verify_authority", [good]) is True
        bad = rpc.signed(transfer(), signer="bob")
        refusal = rpc.refusal("condenser_api.verify_authority", [bad])
        assert refusal.code == "transaction.missing_active_authority"

    def test_verifies_keys_of_an_account(self, rpc) -> None:
        ((active, _),) = rpc.chain.state.account_authorities.get("alice").active.key_auths
        text = rpc.node.nai.key(active)
        params = {"account": "alice", "signers": [text]}
        assert rpc.call("database_api.verify_account_authority", params) == {"valid": True}
        params = {"account": "bob", "signers": [text]}
        refusal = rpc.refusal("database_api.verify_account_authority", params)
        assert refusal.code == "transaction.missing_active_authority"
        params = {"account": "nobody", "signers": []}
        assert rpc.refusal("database_api.verify_account_authority", params).code != "rpc.fault"


class TestHistory:
    @pytest.fixture
    def ids(self, rpc):
        """Return the ids of three transfers of alice, one block each."""
        made = []
        for amount in (1, 2, 3):
            trx = rpc.signed(transfer(amount, SBD), signer="alice")
            made.append(rpc.call(BROADCASTS[1], [trx])["id"])
        return made

    def ids_of(self, history) -> list[str]:
        return [entry["trx_id"] for _, entry in history]

    def test_ends_with_the_newest(self, rpc, ids) -> None:
        for start in (-1, (1 << 64) - 1, str((1 << 64) - 1)):
            history = rpc.call("condenser_api.get_account_history", ["alice", start, 2])
            assert self.ids_of(history) == ids[1:]
        named = rpc.call(
            "account_history_api.get_account_history",
            {"account": "alice", "start": "18446744073709551615", "limit": 2},
        )["history"]
        assert self.ids_of(named) == ids[1:]
        assert [number for number, _ in named] == [number for number, _ in history]

    def test_goes_on_below_a_number(self, rpc, ids) -> None:
        (newest, _), *_ = rpc.call("condenser_api.get_account_history", ["alice", -1, 1])
        history = rpc.call("condenser_api.get_account_history", ["alice", newest - 1, 2])
        assert self.ids_of(history) == ids[:2]

    def test_filters_by_operation(self, rpc, ids) -> None:
        # transfer is operation 2, account_create 9, producer_reward a virtual one.
        call = "condenser_api.get_account_history"
        assert self.ids_of(rpc.call(call, ["alice", -1, 100, 1 << 2])) == ids
        assert rpc.call(call, ["alice", -1, 100, 1 << 9]) == []
        assert rpc.call(call, ["alice", -1, 100, 0, 1]) == []

    def test_limits_the_answer(self, rpc) -> None:
        refusal = rpc.refusal("condenser_api.get_account_history", ["alice", -1, 10_001])
        assert refusal.error["data"]["field"] == "limit"
        assert rpc.call("condenser_api.get_account_history", ["alice", -1, 10_000]) is not None
        assert rpc.refusal("condenser_api.get_account_history", ["alice", -2, 1]).code

    def test_lists_a_block_with_its_virtual_operations(self, rpc, ids) -> None:
        every = rpc.call("condenser_api.get_ops_in_block", [2, False])
        virtual = rpc.call(
            "account_history_api.get_ops_in_block", {"block_num": 2, "only_virtual": 1}
        )
        assert [entry["op"][0] for entry in every] == ["transfer", "producer_reward"]
        assert [entry["op"]["type"] for entry in virtual["ops"]] == ["producer_reward_operation"]
        assert every[1]["trx_in_block"] == 0xFFFFFFFF  # as recorded from the reference
        assert every[1]["virtual_op"] == 1
        ranged = rpc.call(
            "account_history_api.enum_virtual_ops",
            {"block_range_begin": 2, "block_range_end": 4},
        )
        assert [entry["block"] for entry in ranged["ops"]] == [2, 3]
        assert ranged["next_block_range_begin"] == 4

    def test_does_not_know_other_transactions(self, rpc) -> None:
        refusal = rpc.refusal("condenser_api.get_transaction", ["00" * 20])
        assert refusal.code == "rpc.unknown_transaction"
        assert "Unknown Transaction" in refusal.error["message"]
        assert refusal.error["code"] == -32003
        status = rpc.call("transaction_status_api.find_transaction", {"transaction_id": "00" * 20})
        assert status == {"status": "unknown"}
