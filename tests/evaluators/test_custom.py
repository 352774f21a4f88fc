"""custom, custom_json and custom_binary leave no trace in the state."""

import pytest
from world import key_of

from protocol.authority import Authority
from protocol.operations.custom import Custom, CustomBinary, CustomJson
from smtchain.evaluators.custom import CustomDataTooLongError, TooManySignersError


def names(count, first=0):
    return tuple(f"signer{number:02}" for number in range(first, first + count))


def authority(count):
    keys = sorted(key_of(f"member{number}") for number in range(count))
    return Authority(1, (("alice", 1),), tuple((key, 1) for key in keys))


def valid_custom(**changes):
    return Custom(**({"required_auths": ("alice",), "id": 7, "data": b"\x00\xff"} | changes))


def valid_json(**changes):
    given = {
        "required_auths": (),
        "required_posting_auths": ("alice",),
        "id": "follow",
        "json": '["follow",{}]',
    }
    return CustomJson(**(given | changes))


def valid_binary(**changes):
    given = {
        "required_owner_auths": (),
        "required_active_auths": ("alice",),
        "required_posting_auths": (),
        "required_auths": (),
        "id": "blob",
        "data": b"\x00\xff",
    }
    return CustomBinary(**(given | changes))


def of_size(size):
    return {
        "custom": valid_custom(data=bytes(size)),
        "json": valid_json(json='"' + "x" * (size - 2) + '"'),
        "binary": valid_binary(data=bytes(size)),
    }


def signed_by(count):
    """Return each operation with `count` signers in the ways it has."""
    half = count // 2
    rest = count - half
    return {
        "custom": valid_custom(required_auths=names(count)),
        "json": valid_json(
            required_auths=names(half), required_posting_auths=names(rest, first=half)
        ),
        "binary": valid_binary(
            required_owner_auths=names(1),
            required_active_auths=names(1),
            required_posting_auths=names(1),
            # an account and keys
            required_auths=(authority(count - 4),),
        ),
    }


FIELDS = {"custom": "required_auths", "json": "required_posting_auths", "binary": "required_auths"}
TEXTS = {"custom": "data", "json": "json", "binary": "data"}
KINDS = pytest.mark.parametrize("kind", ["custom", "json", "binary"])


class TestCustomApply:
    @KINDS
    def test_changes_nothing(self, world, kind):
        before = world.seal()
        assert world.apply(signed_by(5)[kind]) == ()
        assert world.seal() == before

    @KINDS
    def test_rejects_more_than_forty_signers(self, world, kind):
        world.refuse(
            signed_by(41)[kind],
            TooManySignersError,
            "evaluation.custom.too_many_signers",
            FIELDS[kind],
            41,
        )
        world.apply(signed_by(40)[kind])

    @KINDS
    def test_rejects_long_data_while_pending(self, world, kind):
        world.ctx.is_pending = True
        world.refuse(
            of_size(8_193)[kind],
            CustomDataTooLongError,
            "evaluation.custom.data_too_long",
            TEXTS[kind],
            8_193,
        )
        world.apply(of_size(8_192)[kind])

    @KINDS
    def test_accepts_long_data_in_a_block(self, world, kind):
        assert world.apply(of_size(8_193)[kind]) == ()

    def test_counts_bytes_not_letters(self, world):
        world.ctx.is_pending = True
        text = '"' + "ä" * 4_096 + '"'
        world.refuse(
            valid_json(json=text),
            CustomDataTooLongError,
            "evaluation.custom.data_too_long",
            "json",
            8_194,
        )
        world.apply(valid_json(json=text.replace("ä", "a")))


class TestOnAChain:
    def test_json_is_carried_by_a_block(self, chain):
        block = chain.send(valid_json())
        assert [done.operation for done in block.transactions[0]] == [valid_json()]

    @pytest.mark.parametrize("operation", [valid_custom(), valid_binary()])
    def test_bytes_are_carried_by_a_block(self, chain, operation):
        block = chain.send(operation)
        assert [done.operation for done in block.transactions[0]] == [operation]

    def test_a_node_does_not_take_long_data(self, chain):
        with pytest.raises(CustomDataTooLongError):
            chain.push(of_size(8_193)["json"])
        chain.push(of_size(8_192)["json"])
