"""Whose history an operation belongs to, and where in the block it stands."""

import typing
from dataclasses import fields

import pytest

from protocol.assets import SBD, STEEM, Asset
from protocol.operation import OPERATIONS_BY_TAG, Operation
from protocol.operations.transfer import ClearNullAccountBalance, Transfer
from protocol.operations.vesting import TransferToVesting
from protocol.operations.witness import Hardfork, ProducerReward
from protocol.types import AccountName
from protocol.wire import encode_as
from smtchain.chain.impacted import impacted_accounts
from smtchain.state.history import NO_TRANSACTION

GIVE = Transfer("alice", "bob", Asset(5, STEEM), "for you")


class TestImpacted:
    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            (GIVE, ("alice", "bob")),
            (Transfer("bob", "bob", Asset(5, STEEM), ""), ("bob",)),
            (TransferToVesting("alice", "", Asset(5, STEEM)), ("alice",)),
            (ProducerReward("carol", Asset(5, STEEM)), ("carol",)),
            (Hardfork(hardfork_id=1), ("initminer",)),
            (ClearNullAccountBalance((Asset(1, SBD),)), ("null",)),
        ],
    )
    def test_everyone_named_once_in_order(self, operation, expected):
        assert impacted_accounts(operation) == expected

    @pytest.mark.parametrize("cls", OPERATIONS_BY_TAG.values(), ids=lambda cls: cls.NAME)
    def test_every_account_field_of_every_operation_counts(self, cls):
        hints = typing.get_type_hints(cls)
        named = [field.name for field in fields(cls) if hints[field.name] is AccountName]
        probe = object.__new__(cls)
        for field in fields(cls):
            object.__setattr__(probe, field.name, ())
        for place, name in enumerate(named):
            object.__setattr__(probe, name, f"acc{place}")
        found = impacted_accounts(probe)
        assert set(found) >= {f"acc{place}" for place in range(len(named))}


class TestPositions:
    def test_operations_stand_where_they_happened(self, chain):
        chain.produce()
        first = chain.push(GIVE, TransferToVesting("alice", "bob", Asset(9, STEEM)))
        second = chain.push(Transfer("alice", "null", Asset(5, STEEM), "burn"))
        block = chain.produce()
        entries = chain.chain.history.get_ops_in_block(2)
        inside = [entry for entry in entries if entry.trx_in_block != NO_TRANSACTION]
        assert [(entry.trx_id, entry.trx_in_block, entry.op_in_trx) for entry in inside] == [
            (first.id, 0, 0),
            (first.id, 0, 1),
            (second.id, 1, 0),
        ]
        assert inside[0].operation == encode_as_operation(GIVE, chain)
        outside = [entry for entry in entries if entry.trx_in_block == NO_TRANSACTION]
        assert [entry.virtual_op for entry in outside] == list(range(1, len(outside) + 1))
        assert all(entry.is_virtual and entry.trx_id == bytes(20) for entry in outside)
        assert {entry.timestamp for entry in entries} == {block.envelope.block.timestamp}
        # burning what null received, then the producer's pay
        assert [type(operation) for operation in block.events] == [
            ClearNullAccountBalance,
            ProducerReward,
        ]

    def test_an_account_finds_its_own(self, chain):
        chain.produce()
        chain.send(GIVE)
        chain.send(Transfer("carol", "dave", Asset(5, STEEM), ""))
        history = chain.chain.history
        assert [entry.operation for _, entry in history.get_account_history("bob")] == [
            encode_as_operation(GIVE, chain)
        ]
        assert len(history.get_account_history("initminer")) == 3  # a reward for each block


def encode_as_operation(operation, chain):
    return encode_as(Operation, operation, chain.params.network)
