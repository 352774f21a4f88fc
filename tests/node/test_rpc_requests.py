"""What accounts have under way, read back: escrows, conversions, recovery, loans of shares.

Expected objects are the reference's recorded answers where there are any (their chain sends the
same escrow and the same conversion as these tests), else steemd's reflected members.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from protocol.assets import SBD, STEEM, VESTS, Asset
from protocol.authority import single_key_authority
from protocol.crypto import PrivateKey
from protocol.jsonscalars import print_time
from protocol.operations.account import AccountCreate, AccountCreateWithDelegation, AccountUpdate
from protocol.operations.escrow import EscrowApprove, EscrowTransfer
from protocol.operations.market import Convert
from protocol.operations.recovery import ChangeRecoveryAccount, RequestAccountRecovery
from protocol.operations.transfer import Transfer

RECORDED = Path(__file__).parent.parent / "vectors/rpc"
HOUR = 3_600
DAY = 24 * HOUR


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())["response"]["result"]


def send(rpc, operation, signer: str, role: str = "active") -> None:
    trx = rpc.signed(operation, signer=signer, role=role)
    rpc.call("network_broadcast_api.broadcast_transaction", {"trx": trx})


def listed(rpc, method: str, member: str, **arguments: Any) -> list[Any]:
    return rpc.call(f"database_api.{method}", {"limit": 1_000} | arguments)[member]


def authority(seed: str):
    return single_key_authority(PrivateKey.from_seed(seed).public_key)


class TestEscrows:
    @pytest.fixture
    def times(self, testnet_rpc):
        """Return deadline and expiration of three escrows: alice 1 and 7, bob 3."""
        rpc = testnet_rpc
        deadline = rpc.chain.head_block_time + HOUR
        expiration = deadline + DAY
        for number, (sender, escrow_id) in enumerate((("bob", 3), ("alice", 7), ("alice", 1))):
            operation = EscrowTransfer(
                sender,
                "frank" if sender == "bob" else "bob",
                Asset(1_000, SBD),
                Asset(1_000, STEEM),
                escrow_id,
                "carol",
                Asset(1, STEEM),
                "",
                deadline + number,
                expiration,
            )
            send(rpc, operation, sender)
        return deadline, expiration

    def ids(self, rows) -> list[tuple[str, int]]:
        return [(row["from"], row["escrow_id"]) for row in rows]

    def test_look_as_the_reference_s(self, testnet_rpc, times) -> None:
        deadline, expiration = times
        change = {
            "id": 2,
            "ratification_deadline": print_time(deadline + 2),
            "escrow_expiration": print_time(expiration),
        }
        assert testnet_rpc.call("condenser_api.get_escrow", ["alice", 1]) == (
            recorded("condenser_api.get_escrow") | change
        )
        found = testnet_rpc.call("database_api.find_escrows", {"from": "alice"})["escrows"]
        assert found[0] == recorded("database_api.find_escrows")["escrows"][0] | change
        assert self.ids(found) == [("alice", 1), ("alice", 7)]

    def test_are_null_when_there_is_none(self, testnet_rpc, times) -> None:
        assert testnet_rpc.call("condenser_api.get_escrow", ["alice", 2]) is None
        assert testnet_rpc.call("condenser_api.get_escrow", ["nosuch", 1]) is None
        assert testnet_rpc.call("database_api.find_escrows", {"from": "carol"}) == {"escrows": []}

    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            (None, [("alice", 1), ("alice", 7), ("bob", 3)]),
            ("bob", [("bob", 3)]),
            (["alice", 2], [("alice", 7), ("bob", 3)]),
            (["alice", 7], [("alice", 7), ("bob", 3)]),
            (["bob", 4], []),
        ],
    )
    def test_are_listed_by_sender(self, testnet_rpc, times, start, expected) -> None:
        rows = listed(testnet_rpc, "list_escrows", "escrows", start=start, order="by_from_id")
        assert self.ids(rows) == expected

    def test_are_listed_by_deadline_with_approved_ones_last(self, testnet_rpc, times) -> None:
        rpc = testnet_rpc
        deadline, _ = times
        for who in ("frank", "carol"):
            send(rpc, EscrowApprove("bob", "frank", "carol", who, 3), who)
        order = {"order": "by_ratification_deadline"}
        everyone = listed(rpc, "list_escrows", "escrows", **order)
        assert self.ids(everyone) == [("alice", 7), ("alice", 1), ("bob", 3)]
        approved = listed(rpc, "list_escrows", "escrows", start=[True], **order)
        assert self.ids(approved) == [("bob", 3)]
        assert (approved[0]["to_approved"], approved[0]["agent_approved"]) == (True, True)
        assert approved[0]["pending_fee"]["amount"] == "0"  # the agent has it
        later = listed(
            rpc, "list_escrows", "escrows", start=[False, print_time(deadline + 2), 0], **order
        )
        assert self.ids(later) == [("alice", 1), ("bob", 3)]


class TestConversions:
    @pytest.fixture
    def due(self, testnet_rpc):
        """Return when each of three conversions is due: bob 5, alice 9, alice 1."""
        rpc = testnet_rpc
        moments = []
        for owner, number in (("bob", 5), ("alice", 9), ("alice", 1)):
            moments.append(rpc.chain.head_block_time + rpc.chain.params.conversion_delay_seconds)
            send(rpc, Convert(owner, number, Asset(1_000, SBD)), owner)
        return moments

    def ids(self, rows) -> list[tuple[str, int]]:
        return [(row["owner"], row["requestid"]) for row in rows]

    def test_look_as_the_reference_s(self, testnet_rpc, due) -> None:
        change = {"id": 2, "conversion_date": print_time(due[2])}
        first, second = testnet_rpc.call("condenser_api.get_conversion_requests", ["alice"])
        assert first == recorded("condenser_api.get_conversion_requests")[0] | change
        assert second["requestid"] == 9
        found = testnet_rpc.call("database_api.find_sbd_conversion_requests", {"account": "alice"})
        (reference,) = recorded("database_api.find_sbd_conversion_requests")["requests"]
        assert found["requests"][0] == reference | change

    def test_are_listed_by_date_and_by_account(self, testnet_rpc, due) -> None:
        def ask(start, order):
            rows = listed(
                testnet_rpc, "list_sbd_conversion_requests", "requests", start=start, order=order
            )
            return self.ids(rows)

        by_date = [("bob", 5), ("alice", 9), ("alice", 1)]
        by_account = [("alice", 1), ("alice", 9), ("bob", 5)]
        assert ask(None, "by_conversion_date") == by_date
        assert ask([print_time(due[1]), 0], "by_conversion_date") == by_date[1:]
        assert ask([print_time(due[1]), 2], "by_conversion_date") == by_date[2:]
        assert ask(None, "by_account") == by_account
        assert ask(["alice", 2], "by_account") == by_account[1:]

    def test_are_gone_once_paid(self, testnet_rpc, due) -> None:
        testnet_rpc.call(
            "debug_node_api.debug_generate_blocks_until",
            {"debug_key": "", "head_block_time": print_time(due[2])},
        )
        assert testnet_rpc.call("condenser_api.get_conversion_requests", ["alice"]) == []


class TestRecovery:
    @pytest.fixture
    def rpc(self, rpc):
        """A chain on which alice has made zoe and yann, and wants to recover both."""
        fee = rpc.chain.state.witness_schedule.get().account_creation_fee
        for name in ("zoe", "yann"):
            roles = [authority(f"{name}{role}") for role in ("owner", "active", "posting")]
            key = PrivateKey.from_seed(f"{name}memo").public_key
            create = AccountCreate(Asset(fee, STEEM), "alice", name, *roles, key, "")
            send(rpc, create, "alice")
            request = RequestAccountRecovery("alice", name, authority(f"new {name}"))
            send(rpc, request, "alice")
        return rpc

    def expected(self, rpc, name: str, number: int) -> dict[str, Any]:
        # Both requests are made one block after the account; a request lives for a day.
        row = rpc.chain.state.accounts.get(name)
        key = rpc.node.nai.key(PrivateKey.from_seed(f"new {name}").public_key)
        return {
            "id": number,
            "account_to_recover": name,
            "new_owner_authority": {
                "weight_threshold": 1,
                "account_auths": [],
                "key_auths": [[key, 1]],
            },
            "expires": print_time(row.created + 3 + DAY),
        }

    def test_requests_are_found_by_account(self, rpc) -> None:
        expected = self.expected(rpc, "zoe", 0)
        assert rpc.call("condenser_api.get_recovery_request", ["zoe"]) == expected
        assert rpc.call("condenser_api.get_recovery_request", ["alice"]) is None
        arguments = {"accounts": ["zoe", "alice", "yann"]}
        found = rpc.call("database_api.find_account_recovery_requests", arguments)["requests"]
        assert found == [expected, self.expected(rpc, "yann", 1)]

    def test_requests_are_listed_by_account_and_by_end(self, rpc) -> None:
        def ask(start, order):
            rows = listed(
                rpc, "list_account_recovery_requests", "requests", start=start, order=order
            )
            return [row["account_to_recover"] for row in rows]

        assert ask("", "by_account") == ["yann", "zoe"]
        assert ask("yz", "by_account") == ["zoe"]
        assert ask([], "by_expiration") == ["zoe", "yann"]
        assert ask([self.expected(rpc, "yann", 1)["expires"], ""], "by_expiration") == ["yann"]

    def test_changes_of_the_recovery_account(self, rpc) -> None:
        effective = {}
        for name, helper in (("zoe", "bob"), ("yann", "carol")):
            # Thirty days: STEEM_OWNER_AUTH_RECOVERY_PERIOD.
            effective[name] = print_time(rpc.chain.head_block_time + 30 * DAY)
            send(rpc, ChangeRecoveryAccount(name, helper), name, "owner")
        zoe = {
            "id": 0,
            "account_to_recover": "zoe",
            "recovery_account": "bob",
            "effective_on": effective["zoe"],
        }
        find = "database_api.find_change_recovery_account_requests"
        assert rpc.call(find, {"accounts": ["alice", "zoe"]}) == {"requests": [zoe]}

        def ask(start, order):
            method = "list_change_recovery_account_requests"
            return [
                row["account_to_recover"]
                for row in listed(rpc, method, "requests", start=start, order=order)
            ]

        assert ask(None, "by_account") == ["yann", "zoe"]
        assert ask(["z"], "by_account") == ["zoe"]
        assert ask(None, "by_effective_date") == ["zoe", "yann"]
        assert ask([effective["yann"]], "by_effective_date") == ["yann"]

    def test_owner_history_tells_the_authority_before(self, rpc) -> None:
        before = rpc.call("condenser_api.get_accounts", [["zoe"]])[0]["owner"]
        memo = PrivateKey.from_seed("zoememo").public_key
        update = AccountUpdate("zoe", authority("second"), None, None, memo, "")
        moment = print_time(rpc.chain.head_block_time)
        send(rpc, update, "zoe", "owner")
        expected = {
            "id": 0,
            "account": "zoe",
            "previous_owner_authority": before,
            "last_valid_time": moment,
        }
        assert rpc.call("condenser_api.get_owner_history", ["zoe"]) == [expected]
        found = rpc.call("database_api.find_owner_histories", {"owner": "zoe"})
        assert found == {"owner_auths": [expected]}


class TestLoansOfShares:
    SHARES = 20_000_000_000  # VESTS satoshis: enough beside the smallest fee

    @pytest.fixture
    def lent(self, rpc):
        """Return when loans of alice to yann and zoe, and of bob to xena, can first end."""
        fee = rpc.chain.state.witness_schedule.get().account_creation_fee
        ends = {}
        for creator, name in (("bob", "xena"), ("alice", "zoe"), ("alice", "yann")):
            roles = [authority(f"{name}{role}") for role in ("owner", "active", "posting")]
            key = PrivateKey.from_seed(f"{name}memo").public_key
            ends[name] = print_time(rpc.chain.head_block_time + 30 * DAY)
            create = AccountCreateWithDelegation(
                Asset(fee, STEEM), Asset(self.SHARES, VESTS), creator, name, *roles, key, ""
            )
            send(rpc, create, creator)
        return ends

    def test_have_the_reference_s_members(self, rpc, lent) -> None:
        legacy = {
            "id": 2,
            "delegator": "alice",
            "delegatee": "yann",
            "vesting_shares": "20000.000000 VESTS",
            "min_delegation_time": lent["yann"],
        }
        first, second = rpc.call("condenser_api.get_vesting_delegations", ["alice", "", 10])
        assert first == legacy
        assert second["delegatee"] == "zoe"
        found = rpc.call("database_api.find_vesting_delegations", {"account": "alice"})
        amount = {"amount": str(self.SHARES), "precision": 6, "nai": "@@000000037"}
        assert found["delegations"][0] == legacy | {"vesting_shares": amount}

    def test_are_listed_from_a_borrower_on(self, rpc, lent) -> None:
        def ask(*params):
            rows = rpc.call("condenser_api.get_vesting_delegations", ["alice", *params])
            return [row["delegatee"] for row in rows]

        assert ask("z") == ["zoe"]
        assert ask("", 1) == ["yann"]
        assert ask("zoe", 10) == ["zoe"]
        assert ask("zz", 10) == []

        def listing(start):
            rows = listed(rpc, "list_vesting_delegations", "delegations", start=start)
            return [(row["delegator"], row["delegatee"]) for row in rows]

        everyone = [("alice", "yann"), ("alice", "zoe"), ("bob", "xena")]
        assert listing(None) == everyone
        assert listing(["alice", "z"]) == everyone[1:]
        assert listing("bob") == everyone[2:]


LISTINGS = (
    "list_account_recovery_requests",
    "list_change_recovery_account_requests",
    "list_escrows",
    "list_sbd_conversion_requests",
    "list_vesting_delegations",
    "list_witness_votes",
)


@pytest.mark.parametrize("method", LISTINGS)
class TestEveryListing:
    def test_refuses_orders_it_does_not_have(self, rpc, method) -> None:
        refusal = rpc.refusal(f"database_api.{method}", {"start": None, "limit": 1, "order": "by"})
        assert refusal.code == "rpc.params.range"
        data = refusal.error["data"]
        assert (data["field"], data["value"]) == ("order", "by")
        assert "by_" in refusal.error["message"]

    def test_refuses_more_than_a_thousand(self, rpc, method) -> None:
        assert rpc.call(f"database_api.{method}", {"limit": 1_000})
        refusal = rpc.refusal(f"database_api.{method}", {"limit": 1_001})
        assert refusal.error["data"]["field"] == "limit"

    def test_refuses_cursors_of_another_kind(self, rpc, method) -> None:
        for start in ([1], ["alice", "bob", 1, 1], [["alice"]], 5, {"x": 1}):
            refusal = rpc.refusal(f"database_api.{method}", {"start": start, "limit": 1})
            assert refusal.error["data"]["field"].startswith("start")


def test_witnesses_by_vote_begin_at_a_name_that_is_none(rpc) -> None:
    # steemd takes the first witness from that name on.
    call = "condenser_api.get_witnesses_by_vote"
    assert [row["owner"] for row in rpc.call(call, ["a", 10])] == ["initminer"]
    assert [row["owner"] for row in rpc.call(call, ["initminer", 10])] == ["initminer"]
    assert rpc.call(call, ["z", 10]) == []


def test_a_thousand_escrows_are_the_most_one_answer_has(rpc) -> None:
    head = rpc.chain.head_block_time
    parties = ("alice", "bob", Asset(0, SBD), Asset(1, STEEM))
    rest = ("carol", Asset(0, STEEM), "", head + HOUR, head + DAY)
    for begin in range(0, 1_005, 335):
        escrows = [EscrowTransfer(*parties, begin + n, *rest) for n in range(335)]
        rpc.chain.push_transaction(rpc.envelope(*escrows, signer="alice"))
    found = rpc.call("database_api.find_escrows", {"from": "alice"})["escrows"]
    assert len(found) == 1_000
    assert found[-1]["escrow_id"] == 999


def test_what_waits_in_the_mempool_is_seen(rpc) -> None:
    envelope = rpc.envelope(Convert("alice", 4, Asset(1_000, SBD)), signer="alice")
    rpc.chain.push_transaction(envelope)
    (row,) = rpc.call("condenser_api.get_conversion_requests", ["alice"])
    assert row["requestid"] == 4
    assert rpc.call("condenser_api.get_accounts", [["alice"]])[0]["sbd_balance"] == "99999.000 SBD"
    send(rpc, Transfer("bob", "alice", Asset(1, STEEM), ""), "bob")
    assert len(rpc.call("condenser_api.get_conversion_requests", ["alice"])) == 1
