"""Answers have the reference's shape: every member it prints, with the same kind of value."""

import json
from pathlib import Path
from typing import Any

import pytest

from protocol.assets import SBD, STEEM, Asset, Price
from protocol.authority import single_key_authority
from protocol.block import BlockEnvelope, SignedBlock
from protocol.crypto import PrivateKey
from protocol.jsonform import from_json, to_json
from protocol.operations.account import AccountCreate
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import SmtSetupInflation
from protocol.operations.transfer import Transfer
from protocol.operations.witness import FeedPublish
from protocol.params import TESTNET, TESTNET_PARAMS
from protocol.symbols import symbol_from_nai
from smtchain.node.views.blocks import block_json, header_json

RECORDED = Path(__file__).parent.parent / "vectors/rpc"

# The method and the arguments that ask our chain for an object of the same kind.
ASKED: dict[str, tuple[str, Any]] = {
    "condenser_api.get_account_count": ("", []),
    "condenser_api.get_account_history": ("", ["alice", -1, 100]),
    "condenser_api.get_accounts": ("", [["initminer", "alice", "nosuch"]]),
    "condenser_api.get_active_witnesses": ("", []),
    "condenser_api.get_chain_properties": ("", []),
    "condenser_api.get_current_median_history_price": ("", []),
    "condenser_api.get_dynamic_global_properties": ("", []),
    "condenser_api.get_feed_history": ("", []),
    "condenser_api.get_hardfork_version": ("", []),
    "condenser_api.get_next_scheduled_hardfork": ("", []),
    "condenser_api.get_owner_history": ("", ["alice"]),
    "condenser_api.get_reward_fund": ("", ["post"]),
    "condenser_api.get_vesting_delegations": ("", ["alice", "", 10]),
    "condenser_api.get_version": ("", []),
    "condenser_api.get_withdraw_routes": ("", ["alice", "all"]),
    "condenser_api.get_witness_by_account": ("", ["initminer"]),
    "condenser_api.get_witness_count": ("", []),
    "condenser_api.get_witness_schedule": ("", []),
    "condenser_api.get_witnesses": ("", [[0, 1]]),
    "condenser_api.get_witnesses_by_vote": ("", ["", 10]),
    "condenser_api.lookup_account_names": ("", [["alice", "zzz"]]),
    "condenser_api.lookup_accounts": ("", ["", 100]),
    "database_api.find_accounts": ("", {"accounts": ["alice", "initminer"]}),
    "database_api.find_owner_histories": ("", {"owner": "alice"}),
    "database_api.find_witnesses": ("", {"owners": ["initminer"]}),
    "database_api.get_active_witnesses": ("", {}),
    "database_api.get_current_price_feed": ("", {}),
    "database_api.get_dynamic_global_properties": ("", {}),
    "database_api.get_feed_history": ("", {}),
    "database_api.get_hardfork_properties": ("", {}),
    "database_api.get_nai_pool": ("", {}),
    "database_api.get_order_book": ("", {"limit": 10}),
    "database_api.get_reward_funds": ("", {}),
    "database_api.get_version": ("", {}),
    "database_api.get_witness_schedule": ("", {}),
    "database_api.list_accounts": ("", {"start": "", "limit": 3, "order": "by_name"}),
    "database_api.list_witnesses": ("", {"start": "", "limit": 2, "order": "by_name"}),
    "rc_api.find_rc_accounts": ("", {"accounts": ["alice"]}),
}


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())["response"]["result"]


def kind(value: Any) -> str:
    """Name the kind of a JSON value; large integers are text, so digits count as a number."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return "number"
    if isinstance(value, str):
        return "text"
    if value is None:
        return "null"
    return "list" if isinstance(value, list) else "object"


def differences(ours: Any, reference: Any, path: str = "") -> list[str]:
    """List where `ours` lacks a member of `reference`, or has another kind of value."""
    # Text that happens to be digits, or is empty, says nothing about its kind.
    if kind(ours) != kind(reference) and "" not in (ours, reference):
        return [f"{path}: {kind(ours)} where the reference has {kind(reference)}"]
    if isinstance(reference, dict):
        found = [f"{path}.{name} is missing" for name in reference if name not in ours]
        for name in reference:
            if name in ours:
                found += differences(ours[name], reference[name], f"{path}.{name}")
        return found
    if isinstance(reference, list) and reference and ours:
        return differences(ours[0], reference[0], f"{path}[0]")
    return []


@pytest.mark.parametrize("name", sorted(ASKED))
def test_answers_have_the_shape_of_the_reference(name, testnet_rpc) -> None:
    rpc = testnet_rpc
    transfer = rpc.signed(Transfer("alice", "bob", Asset(1, STEEM), "x"), signer="alice")
    rpc.call("network_broadcast_api.broadcast_transaction", {"trx": transfer})
    ours = rpc.call(name, ASKED[name][1])
    reference = recorded(name)
    if name == "condenser_api.get_account_history":
        # Different histories: compare the entries, not what they tell of.
        for _, entry in (*ours, *reference):
            entry["op"] = [entry["op"][0], {}]
    assert differences(ours, reference) == []


def test_condenser_amounts_are_text_and_the_others_objects(testnet_rpc) -> None:
    (legacy,) = testnet_rpc.call("condenser_api.get_accounts", [["alice"]])
    (with_nai,) = testnet_rpc.call("database_api.find_accounts", {"accounts": ["alice"]})[
        "accounts"
    ]
    assert legacy["balance"] == "1000000.000 TESTS"
    assert with_nai["balance"] == {"amount": "1000000000", "precision": 3, "nai": "@@000000021"}
    assert legacy["sbd_balance"] == "100000.000 TBD"
    assert legacy["memo_key"].startswith("TST")


def test_integers_above_32_bits_are_text(rpc) -> None:
    (alice,) = rpc.call("condenser_api.get_accounts", [["alice"]])
    # 100000.000000 VESTS at genesis, all of it voting power.
    assert alice["voting_manabar"]["current_mana"] == "100000000000"
    assert alice["comment_count"] == 0


class TestBlocks:
    @pytest.fixture
    def blocks(self, testnet_rpc):
        """Return block 2 as both APIs print it; it holds one transfer."""
        trx = testnet_rpc.signed(Transfer("alice", "bob", Asset(1, STEEM), "x"), signer="alice")
        testnet_rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx})
        return (
            testnet_rpc.call("condenser_api.get_block", [2]),
            testnet_rpc.call("block_api.get_block", {"block_num": 2})["block"],
            trx,
        )

    def test_have_the_shape_of_the_reference(self, blocks) -> None:
        legacy, with_nai, _ = blocks
        for ours, name in ((legacy, "blocks_condenser"), (with_nai, "blocks_block_api")):
            reference = json.loads((RECORDED / f"{name}.json").read_text())[2]
            reference["transactions"][0]["operations"] = ours["transactions"][0]["operations"]
            assert differences(ours, reference) == []

    def test_say_where_each_transaction_is_only_in_legacy_form(self, blocks) -> None:
        legacy, with_nai, trx = blocks
        (transaction,) = legacy["transactions"]
        assert (transaction["block_num"], transaction["transaction_num"]) == (2, 0)
        assert transaction["transaction_id"] == legacy["transaction_ids"][0]
        assert transaction["operations"][0][0] == "transfer"
        assert with_nai["transactions"] == [trx]

    def test_are_null_or_empty_beyond_the_head(self, testnet_rpc) -> None:
        # As recorded in jsonrpc_errors.json: get_block_future and block_api_future.
        assert testnet_rpc.call("condenser_api.get_block", [99_999_999]) is None
        assert testnet_rpc.call("block_api.get_block", {"block_num": 99_999_999}) == {}
        assert testnet_rpc.call("condenser_api.get_block", [0]) is None
        assert testnet_rpc.call("block_api.get_block_header", {"block_num": 99_999_999}) == {}

    def test_header_extensions_print_as_in_the_reference(self, testnet_rpc) -> None:
        for name, render in (
            ("blocks_condenser", testnet_rpc.node.legacy),
            ("blocks_block_api", testnet_rpc.node.nai),
        ):
            # Block 1 of the recorded chain: a version and a vote in its header.
            reference = json.loads((RECORDED / f"{name}.json").read_text())[0]
            block = from_json(SignedBlock, reference, TESTNET, strict=False)
            envelope = BlockEnvelope.from_block(block, TESTNET_PARAMS)
            assert block_json(envelope, render) == reference
            header = header_json(envelope, render)
            assert header == {member: reference[member] for member in header}


class TestTokens:
    @pytest.fixture
    def token(self, testnet_rpc):
        """Return a token that alice has just created, as NAI symbol JSON."""
        pool = testnet_rpc.call("database_api.get_nai_pool", {})["nai_pool"]
        symbol = symbol_from_nai(pool[0]["nai"], 4)
        create = SmtCreate("alice", symbol, Asset(1_000, SBD))
        inflation = recorded("database_api.list_smt_token_emissions")["token_emissions"][0]
        body = {
            "control_account": "alice",
            "symbol": {"nai": pool[0]["nai"], "decimals": 4},
            "schedule_time": "2100-01-01T00:00:00",
            "inflation_unit": {"token_unit": [["alice", 2], ["$rewards", 1]]},
            "interval_seconds": inflation["interval_seconds"],
            "interval_count": 5,
            "lep_time": "1970-01-01T00:00:00",
            "rep_time": "1970-01-01T00:00:00",
            "lep_abs_amount": to_json(Asset(100, symbol), TESTNET),
            "rep_abs_amount": to_json(Asset(100, symbol), TESTNET),
            "lep_rel_amount_numerator": 0,
            "rep_rel_amount_numerator": 0,
            "rel_amount_denom_bits": 0,
        }
        schedule = from_json(SmtSetupInflation, body, TESTNET, strict=False)
        for operation in (create, schedule):
            trx = testnet_rpc.signed(operation, signer="alice")
            testnet_rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx})
        return body["symbol"]

    def test_have_the_shape_of_the_reference(self, testnet_rpc, token) -> None:
        found = testnet_rpc.call("database_api.find_smt_tokens", {"symbols": [token]})
        (reference,) = recorded("database_api.list_smt_tokens_setup")["tokens"]
        assert differences(found["tokens"][0]["token"], reference["token"]) == []
        assert found["tokens"][0]["token"]["phase"] == "account_elevated"

    def test_wrong_precision_finds_nothing_unless_ignored(self, testnet_rpc, token) -> None:
        wrong = token | {"decimals": 3}
        call = "database_api.find_smt_tokens"
        assert testnet_rpc.call(call, {"symbols": [wrong]}) == {"tokens": []}
        ignored = testnet_rpc.call(call, {"symbols": [wrong], "ignore_precision": True})
        assert ignored["tokens"][0]["token"]["liquid_symbol"] == token

    def test_inflation_has_the_shape_of_the_reference(self, testnet_rpc, token) -> None:
        found = testnet_rpc.call("database_api.find_smt_token_emissions", {"asset_symbol": token})
        listed = testnet_rpc.call(
            "database_api.list_smt_token_emissions",
            {"start": [token], "limit": 10, "order": "by_symbol_time"},
        )
        reference = recorded("database_api.list_smt_token_emissions")
        assert differences(found, reference) == []
        assert listed == found

    @pytest.mark.parametrize("start", [None, "", {}, []])
    def test_lists_from_the_beginning(self, testnet_rpc, token, start) -> None:
        for order in ("by_symbol", "by_control_account"):
            params = {"start": start, "limit": 100, "order": order}
            listed = testnet_rpc.call("database_api.list_smt_tokens", params)["tokens"]
            assert token in [entry["token"]["liquid_symbol"] for entry in listed]

    def test_shows_the_empty_pool_answers_of_contributions(self, testnet_rpc, token) -> None:
        params = {"start": [], "limit": 10, "order": "by_contributor"}
        listed = testnet_rpc.call("database_api.list_smt_contributions", params)
        assert listed == recorded("database_api.list_smt_contributions")
        params = {"symbol_contributors": [[token, "alice"]]}
        found = testnet_rpc.call("database_api.find_smt_contributions", params)
        assert found == recorded("database_api.find_smt_contributions")


class TestConfig:
    def test_names_the_chain_as_beem_reads_it(self, testnet_rpc) -> None:
        config = testnet_rpc.call("database_api.get_config", {})
        prefixes = [name.split("_")[0] for name in config]
        assert max(set(prefixes), key=prefixes.count) == "STEEM"
        assert config["STEEM_CHAIN_ID"] == testnet_rpc.chain.params.chain_id.hex()
        assert config["STEEM_ADDRESS_PREFIX"] == "TST"
        assert config["IS_TEST_NET"] is True
        assert config["STEEM_BLOCKCHAIN_VERSION"].count(".") == 2
        symbols = {name: value for name, value in config.items() if name.endswith("_SYMBOL")}
        assert symbols == {
            "STEEM_SYMBOL": {"nai": "@@000000021", "decimals": 3},
            "SBD_SYMBOL": {"nai": "@@000000013", "decimals": 3},
            "VESTS_SYMBOL": {"nai": "@@000000037", "decimals": 6},
        }

    def test_is_the_same_in_both_apis(self, rpc) -> None:
        config = rpc.call("condenser_api.get_config", [])
        assert config == rpc.call("database_api.get_config", {})
        assert config["IS_TEST_NET"] is False
        assert config["STEEM_ADDRESS_PREFIX"] == "STM"


class TestAccounts:
    def test_key_references_follow_new_accounts(self, rpc) -> None:
        key = PrivateKey.from_seed("zoeactive").public_key
        authority = single_key_authority(key)
        fee = rpc.chain.state.witness_schedule.get().account_creation_fee
        create = AccountCreate(
            fee=Asset(fee, STEEM),
            creator="alice",
            new_account_name="zoe",
            owner=authority,
            active=authority,
            posting=authority,
            memo_key=key,
            json_metadata="",
        )
        count = rpc.call("condenser_api.get_account_count", [])
        rpc.call(
            "network_broadcast_api.broadcast_transaction",
            {"trx": rpc.signed(create, signer="alice")},
        )
        text = rpc.node.nai.key(key)
        assert rpc.call("condenser_api.get_key_references", [[text]]) == [["zoe"]]
        answer = rpc.call("account_by_key_api.get_key_references", {"keys": [text]})
        assert answer == {"accounts": [["zoe"]]}
        assert rpc.call("condenser_api.get_account_count", []) == count + 1
        assert (
            rpc.refusal("condenser_api.get_key_references", [["STM7"]]).code == "rpc.params.range"
        )

    def test_lists_from_a_name_on(self, rpc) -> None:
        assert rpc.call("condenser_api.lookup_accounts", ["b", 2]) == ["bob", "carol"]
        listed = rpc.call(
            "database_api.list_accounts", {"start": "bob", "limit": 2, "order": "by_name"}
        )
        assert [account["name"] for account in listed["accounts"]] == ["bob", "carol"]
        assert rpc.call("database_api.list_accounts", {"start": None, "limit": 1})["accounts"]
        reputations = rpc.call("condenser_api.get_account_reputations", [None, 1])
        assert reputations == [{"account": "alice", "reputation": 0}]

    def test_refuses_limits_and_orders_as_the_reference(self, rpc) -> None:
        # list_limit, list_badorder and wrong_order of jsonrpc_errors.json.
        params = {"start": "", "limit": 1001, "order": "by_name"}
        assert rpc.refusal("database_api.list_accounts", params).error["code"] == -32003
        params = {"start": "", "limit": 10, "order": "by_symbol"}
        assert rpc.refusal("database_api.list_accounts", params).error["code"] == -32003

    def test_names_who_controls_a_token(self, rpc) -> None:
        # judy controls the token of genesis/dev.json.
        answer = rpc.call("database_api.find_accounts", {"accounts": ["alice", "judy"]})
        assert [account["is_smt"] for account in answer["accounts"]] == [False, True]

    def test_shows_token_balances(self, rpc) -> None:
        # genesis/dev.json: alice holds the shipped token, liquid and vested.
        (row,) = rpc.call("smt_api.get_balances", {"account": "alice"})["balances"]
        (token,) = rpc.chain.state.smt_tokens.scan()
        held = rpc.chain.state.smt_balances.get("alice", token.nai)
        assert row["liquid"] == to_json(Asset(held.liquid, token.symbol), rpc.chain.params.network)
        assert rpc.call("smt_api.get_balances", {"account": "initminer"}) == {"balances": []}


def test_feed_shows_what_witnesses_publish(rpc) -> None:
    price = Price(Asset(500, SBD), Asset(1_000, STEEM))
    publish = FeedPublish("initminer", price)
    trx = rpc.signed(publish, signer="init_", role="key")  # sha256("init_key")
    rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx})
    witness = rpc.call("condenser_api.get_witness_by_account", ["initminer"])
    assert witness["sbd_exchange_rate"] == {"base": "0.500 SBD", "quote": "1.000 STEEM"}


def test_unknown_content_is_a_post_of_empty_members(testnet_rpc) -> None:
    cases = json.loads((RECORDED / "jsonrpc_errors.json").read_text())
    reference = next(case for case in cases if case["name"] == "unknown_content")
    ours = testnet_rpc.call("condenser_api.get_content", ["nobody", "zip"])
    assert ours == reference["response"]["result"]


def test_signatures_have_the_arguments_of_the_reference(rpc) -> None:
    # rpc.call("jsonrpc.get_signature") must work for every method that get_methods lists.
    for name in rpc.call("jsonrpc.get_methods", {}):
        assert set(rpc.call("jsonrpc.get_signature", {"method": name})) == {"args", "ret"}
    shown = rpc.call("jsonrpc.get_signature", {"method": "database_api.find_accounts"})
    assert shown == {"args": {"accounts": []}, "ret": {"accounts": []}}


def test_resources_have_the_shape_of_the_reference_and_no_price(rpc) -> None:
    params = rpc.call("rc_api.get_resource_params", {})
    pools = rpc.call("rc_api.get_resource_pool", {})["resource_pool"]
    recorded_params = recorded("rc_api.get_resource_params")
    assert params["resource_names"] == recorded_params["resource_names"]
    for name in params["resource_names"]:
        free = params["resource_params"][name]
        assert differences(free, recorded_params["resource_params"][name]) == []
        # The formula by which beem finds a cost, for a thousand units of the resource.
        curve = free["price_curve_params"]
        pool = int(pools[name]["pool"])
        assert (10**12 * curve["coeff_a"] + 1) * 1_000 // (curve["coeff_b"] + pool) == 0
