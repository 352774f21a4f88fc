"""A bad value in every place of every operation of the first slice: refused, and nothing else.

The values are generated from the declared types (`bad_values`).  Each is sent over JSON-RPC in an
otherwise good transaction; the refusal must be typed, one line, and name the place and the value.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from bad_values import (
    doubtful,
    field_path,
    places,
    replaced,
    wrong_types,
)
from rpc_world import Rpc

from protocol.assets import SBD, STEEM, Asset, Price
from protocol.authority import Authority, single_key_authority
from protocol.chain_properties import LegacyChainProperties
from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from protocol.jsonform import from_json, to_json
from protocol.jsonscalars import print_time
from protocol.operation import Operation
from protocol.operations.account import AccountCreate, AccountUpdate
from protocol.operations.smt_contribution import (
    RevealedCap,
    SmtCapReveal,
    SmtContribute,
    SmtRefund,
    cap_hash,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import InflationUnit, SmtSetupInflation
from protocol.operations.smt_parameters import (
    CurveId,
    SmtParamAllowDownvotes,
    SmtParamAllowVesting,
    SmtParamAllowVoting,
    SmtParamMarketMaker,
    SmtParamMarketMakerTakerMode,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.operations.smt_setup import (
    CapCommitment,
    CappedGenerationPolicy,
    GenerationUnit,
    SmtSetup,
)
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from protocol.operations.witness import FeedPublish, WitnessUpdate
from protocol.shapes import StructShape
from protocol.symbols import symbol_from_nai
from smtchain.chain.chain import Chain
from smtchain.state.tables.smt import SmtPhase

BROADCAST = "network_broadcast_api.broadcast_transaction"
HOUR = 3_600
DAY = 24 * HOUR
MIN_CAP = RevealedCap(10, 5)
HARD_CAP = RevealedCap(2_000, 6)


def hidden(cap: RevealedCap) -> CapCommitment:
    return CapCommitment(cap.amount // 2, cap.amount * 2, cap_hash(cap))


POLICY = CappedGenerationPolicy(
    pre_soft_cap_unit=GenerationUnit((("$from.vesting", 2), ("bob", 8)), (("$from", 2),)),
    post_soft_cap_unit=GenerationUnit((("bob", 10),), (("$from", 1), ("$rewards", 1))),
    min_steem_units_commitment=hidden(MIN_CAP),
    hard_cap_steem_units_commitment=hidden(HARD_CAP),
    soft_cap_percent=5_000,
    min_unit_ratio=50,
    max_unit_ratio=100,
)


class World:
    """A node on whose chain every sample operation would be taken now.

    alice controls three tokens: one before its setup, one that takes contributions, and one whose
    launch waits for its caps, so that contributions can be taken back.
    """

    def __init__(self, genesis: Any) -> None:
        self.chain = Chain.in_memory(genesis)
        self.rpc = Rpc(self.chain, block_seconds=3)
        self.rpc.produce()
        pool = self.rpc.call("database_api.get_nai_pool", {})["nai_pool"]
        self.fresh, self.raw, self.open, self.late, self.unknown = (
            symbol_from_nai(entry["nai"], 3) for entry in pool[:5]
        )
        now = self.chain.head_block_time
        for symbol in (self.raw, self.open, self.late):
            self.send(SmtCreate("alice", symbol, Asset(1_000, SBD)), "alice")
        self.send(self.setup(self.late, now + HOUR, now + 2 * HOUR, now + 3 * HOUR), "alice")
        self.send(self.setup(self.open, now + 5 * HOUR, now + DAY, now + 2 * DAY), "alice")
        self.jump(now + HOUR)
        self.send(SmtContribute("bob", self.late, 7, Asset(1_000, STEEM)), "bob")
        self.jump(now + 6 * HOUR)
        phases = [self.phase(symbol) for symbol in (self.raw, self.open, self.late)]
        assert phases == [SmtPhase.SETUP, SmtPhase.CONTRIBUTION, SmtPhase.LAUNCH_PENDING]
        self.samples = dict(self._samples())

    def setup(self, symbol: int, begin: int, end: int, launch: int) -> SmtSetup:
        return SmtSetup("alice", symbol, 3, 10**12, POLICY, begin, end, launch, launch + 20 * DAY)

    def phase(self, symbol: int) -> SmtPhase:
        return SmtPhase(self.rpc.node.find_token(symbol).phase)

    def send(self, operation: Operation, signer: str) -> None:
        self.chain.push_transaction(self.rpc.envelope(operation, signer=signer))
        self.rpc.produce()

    def jump(self, moment: int) -> None:
        self.rpc.call(
            "debug_node_api.debug_generate_blocks_until",
            {"debug_key": "", "head_block_time": print_time(moment)},
        )

    def _samples(self) -> Any:
        """Yield name and (operation, who signs, in which role)."""
        now = self.chain.head_block_time
        key = PrivateKey.from_seed("zoe").public_key
        one = single_key_authority(key)
        many = Authority(2, (("bob", 1), ("carol", 1)), ((key, 1),))
        fee = self.chain.state.witness_schedule.get().account_creation_fee
        props = LegacyChainProperties(Asset(3_000, STEEM), 65_536, 0)
        operations: list[tuple[Operation, str, str]] = [
            (
                AccountCreate(Asset(fee, STEEM), "alice", "zoe", one, many, one, key, '{"a":1}'),
                "alice",
                "active",
            ),
            (AccountUpdate("carol", one, many, one, key, '{"a":1}'), "carol", "owner"),
            (Transfer("alice", "bob", Asset(5, STEEM), "memo"), "alice", "active"),
            (TransferToVesting("alice", "bob", Asset(1_000, STEEM)), "alice", "active"),
            (
                FeedPublish("initminer", Price(Asset(1_000, SBD), Asset(2_000, STEEM))),
                "initminer",
                "active",
            ),
            (
                WitnessUpdate("dave", "https://dave", key, props, Asset(0, STEEM)),
                "dave",
                "active",
            ),
            (SmtCreate("alice", self.fresh, Asset(1_000, SBD)), "alice", "active"),
            (
                SmtSetSetupParameters(
                    "alice",
                    self.raw,
                    (
                        SmtParamAllowVesting(True),
                        SmtParamAllowVoting(False),
                        SmtParamMarketMaker(3_000, 1_000, now + DAY, DAY, True),
                    ),
                ),
                "alice",
                "active",
            ),
            (
                SmtSetRuntimeParameters(
                    "alice",
                    self.raw,
                    (
                        SmtParamWindowsV1(7 * DAY // 2, 900),
                        SmtParamVoteRegenerationPeriodSecondsV1(5 * DAY, 50),
                        SmtParamRewardsV1(
                            10**12, 2_500, 7_500, CurveId.linear, CurveId.square_root
                        ),
                        SmtParamAllowDownvotes(False),
                        SmtParamMarketMakerTakerMode(True),
                    ),
                ),
                "alice",
                "active",
            ),
            (
                SmtSetupInflation(
                    "alice",
                    self.raw,
                    now + 40 * DAY,
                    InflationUnit((("$rewards", 3), ("bob", 1))),
                    DAY,
                    10,
                    now + 41 * DAY,
                    now + 42 * DAY,
                    Asset(5, self.raw),
                    Asset(6, self.raw),
                    3,
                    4,
                    10,
                ),
                "alice",
                "active",
            ),
            (self.setup(self.raw, now + HOUR, now + DAY, now + 2 * DAY), "alice", "active"),
            (SmtCapReveal("alice", self.open, MIN_CAP), "alice", "active"),
            (SmtContribute("alice", self.open, 3, Asset(50, STEEM)), "alice", "active"),
            (SmtRefund("bob", self.late, 7, Asset(1_000, STEEM)), "bob", "active"),
        ]
        for operation, signer, role in operations:
            yield type(operation).NAME, (operation, signer, role)

    def json_of(self, name: str) -> Any:
        return to_json(self.samples[name][0], self.chain.params.network)["value"]

    def read(self, name: str, body: Any) -> Operation | None:
        """Return the operation that a body means, None if it means none."""
        named = {"type": f"{name}_operation", "value": body}
        try:
            operation: Operation = from_json(
                Operation, named, self.chain.params.network, strict=False
            )
        except ProtocolError:
            return None
        return operation

    def sealed(self, name: str, body: Any) -> Any:
        """Return a transaction with this body, rightly signed if it can be read at all."""
        sample, signer, role = self.samples[name]
        operation = self.read(name, body) or sample
        try:
            signed = self.rpc.signed(operation, signer=signer, role=role)
        except ProtocolError:  # readable, and yet without a place on the wire
            signed = self.rpc.signed(sample, signer=signer, role=role)
        return signed | {"operations": [{"type": f"{name}_operation", "value": body}]}

    def send_all(self, name: str, bodies: Sequence[Any]) -> list[Any]:
        """Return the error object of each body, or None where it was accepted."""
        batch = [
            {"jsonrpc": "2.0", "id": 1, "method": BROADCAST, "params": {"trx": trx}}
            for trx in (self.sealed(name, body) for body in bodies)
        ]
        answers = []
        for begin in range(0, len(batch), 500):
            answers += self.rpc.request(batch[begin : begin + 500])
        return [answer.get("error") for answer in answers]

    def try_out(self, name: str, body: Any) -> Any:
        """Return the error object of one body, or None; what was accepted is forgotten."""
        (error,) = self.send_all(name, [body])
        if error is None:
            self.chain.mempool.replace(())
            with self.chain._step():  # back to the head block, as if it had never come
                pass
        return error

    def rows(self) -> list[str]:
        """Return every row of the state, pending changes included."""
        tables = [table for table in vars(self.chain.state).values() if hasattr(table, "scan")]
        return [repr(row) for table in tables for row in table.scan()]


NAMES = (
    "account_create",
    "account_update",
    "transfer",
    "transfer_to_vesting",
    "feed_publish",
    "witness_update",
    "smt_create",
    "smt_set_setup_parameters",
    "smt_set_runtime_parameters",
    "smt_setup_inflation",
    "smt_setup",
    "smt_cap_reveal",
    "smt_contribute",
    "smt_refund",
)

AUTHORITY = (".weight_threshold", ".key_auths", ".account_auths", "][1]")
"""An authority may have any threshold and weights, as in steemd: even one nobody can satisfy."""

FREE = {
    # Every value of the type is right here.
    "smt_set_setup_parameters": (
        "[0].value.value",
        "[1].value.value",
        ".decay_begin",
        ".decay_seconds",
        ".pay_later_emission",
    ),
    "smt_set_runtime_parameters": (".content_constant", "[3].value.value", "[4].value.value"),
    "smt_setup_inflation": ("_rel_amount_numerator", ".rel_amount_denom_bits"),
    "smt_setup": (".post_soft_cap_unit.token_unit",),  # nothing need be created above the soft cap
    "smt_contribute": ("contribution_id",),
}
SOME = {
    # Some of the values are right here, some are not.
    "account_create": ("new_account_name", "json_metadata"),
    "account_update": ("json_metadata",),
    "transfer": ("amount", "memo"),
    "transfer_to_vesting": ("to", "amount"),
    "feed_publish": (".base", ".quote"),
    "witness_update": ("url", ".account_creation_fee", ".sbd_interest_rate", "fee"),
    "smt_create": ("symbol",),
    "smt_set_runtime_parameters": (
        ".reverse_auction_window_seconds",
        ".votes_per_regeneration_period",
        ".percent_content_rewards",
        ".author_reward_curve",
        ".curation_reward_curve",
    ),
    "smt_setup_inflation": (".token_unit[0][1]", ".token_unit[1][1]", "interval_count"),
    "smt_setup": (
        "decimal_places",
        ".token_unit[0][1]",
        ".token_unit[1][1]",
        ".min_steem_units_commitment.lower_bound",
        ".min_unit_ratio",
        ".max_unit_ratio",
        "launch_expiration_time",
    ),
}
ROOTS = frozenset({"json", "operation", "evaluation", "transaction", "wire", "rpc.fault"})
"""Codes that say no more than where something was refused."""


def expectation(name: str, place: str) -> str:
    """Return whether a place takes all, some or none of the doubtful values of its type."""
    if name.startswith("account_") and place.startswith(("owner", "active", "posting")):
        return "all" if place.endswith(AUTHORITY) else "none"
    if f".{place}".endswith(FREE.get(name, ())):
        return "all"
    return "some" if f".{place}".endswith(SOME.get(name, ())) else "none"


@pytest.fixture(scope="module")
def world(dev_genesis):
    return World(dev_genesis)


@pytest.fixture
def unchanged(world):
    """Check that the test leaves the chain, what waits and every row as they were."""
    rows, digest = world.rows(), world.chain.digest()
    yield
    assert world.chain.halted == ""
    assert len(world.chain.mempool) == 0
    assert world.chain.digest() == digest
    assert world.rows() == rows


def check_error(error: Any, sent: Any) -> dict[str, Any]:
    """Check what every refusal has; return its data."""
    data: dict[str, Any] = error["data"]
    assert data["error_code"] not in ROOTS, (sent, error)
    assert "\n" not in error["message"]
    assert len(error["message"]) < 500
    top = data["stack"][0]
    assert top["data"]["field"] == data["field"] != "", (sent, error)
    assert data["field"] in error["message"]
    # dsteem puts members of `data` where the format asks for them.
    assert "${" not in top["format"]
    return data


def test_every_operation_of_the_slice_is_sampled(world) -> None:
    assert tuple(world.samples) == NAMES


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", NAMES)
class TestEachPlace:
    def test_refuses_values_of_another_type(self, world, name) -> None:
        good = world.json_of(name)
        sent = [
            (path, value)
            for path, shape in places(StructShape(type(world.samples[name][0])), good)
            for value in wrong_types(shape)
        ]
        bodies = [replaced(good, path, value) for path, value in sent]
        for (path, value), error in zip(sent, world.send_all(name, bodies), strict=True):
            assert error is not None, (path, value)
            data = check_error(error, (path, value))
            assert data["error_code"].startswith(("json.", "key."))
            assert data["field"].startswith(f"operations[0].value.{field_path(path)}")
            if data["error_code"] != "json.missing_field":
                assert "value" in data["stack"][0]["data"], (path, value, error)

    def test_refuses_values_that_rules_forbid(self, world, name) -> None:
        sample, *_ = world.samples[name]
        good = world.json_of(name)
        for path, shape in places(StructShape(type(sample)), good):
            outcomes = set()
            for value in doubtful(shape, world.unknown):
                body = replaced(good, path, value)
                if world.read(name, body) == sample:
                    continue
                error = world.try_out(name, body)
                outcomes.add("accepted" if error is None else "refused")
                if error is not None:
                    data = check_error(error, (path, value))
                    assert data["field"].startswith(("operations[0].", "signatures"))
            wanted = {
                "all": {"accepted"},
                "some": {"accepted", "refused"},
                "none": {"refused"},
            }[expectation(name, field_path(path))]
            assert outcomes in (wanted, set()), (field_path(path), outcomes)

    def test_takes_the_sample_itself(self, world, name) -> None:
        assert world.try_out(name, world.json_of(name)) is None


def test_the_same_samples_make_the_same_block_as_without_the_attack(dev_genesis) -> None:
    attacked, untouched = World(dev_genesis), World(dev_genesis)
    for name in NAMES:
        good = attacked.json_of(name)
        bodies = [
            replaced(good, path, value)
            for path, shape in places(StructShape(type(attacked.samples[name][0])), good)
            for value in (*wrong_types(shape)[:1], *doubtful(shape, attacked.unknown)[:1])
        ]
        errors = [attacked.try_out(name, body) for body in bodies]
        assert any(errors)
    for other in (attacked, untouched):
        errors = [other.send_all(name, [other.json_of(name)]) for name in NAMES]
        assert errors == [[None]] * len(NAMES)
        other.rpc.produce()
    assert attacked.chain.digest() == untouched.chain.digest()
