from dataclasses import replace

import pytest

from protocol.assets import STEEM, Asset
from protocol.authority import single_key_authority
from protocol.block_header import (
    BlockHeader,
    RunningVersion,
    SignedBlockHeader,
    header_digest,
)
from protocol.chain_properties import LegacyChainProperties
from protocol.crypto import PrivateKey
from protocol.jsonform import from_json, to_json
from protocol.operations.mining import (
    EquihashPow,
    EquihashProof,
    InvalidOverProductionError,
    MiningEndedError,
    Pow,
    Pow2,
    Pow2Input,
    Pow2Operation,
    PowOperation,
    ReportOverProduction,
)
from protocol.params import DEV, DEV_PARAMS
from protocol.validation import InvalidAccountNameError

SECRET = PrivateKey.from_seed("witness")
KEY = SECRET.public_key
PROPS = LegacyChainProperties(Asset(1, STEEM))
INPUT = Pow2Input("alice", bytes(20), 1)
POW = PowOperation("alice", bytes(20), 1, Pow(KEY, bytes(32), bytes(65), bytes(32)), PROPS)
POW2 = Pow2Operation(Pow2(INPUT, 1), None, PROPS)
EQUIHASH = Pow2Operation(
    EquihashPow(INPUT, EquihashProof(140, 6, bytes(32), (1, 2)), bytes(20), 1), None, PROPS
)


def signed(header, secret=SECRET):
    signature = secret.sign(header_digest(header, DEV))
    return SignedBlockHeader(
        header.previous,
        header.timestamp,
        header.witness,
        header.transaction_merkle_root,
        header.extensions,
        signature,
    )


HEADER = BlockHeader(bytes(20), 99, "alice", bytes(20))
SIBLING = replace(HEADER, previous=b"\1" * 20)
REPORT = ReportOverProduction("bob", signed(HEADER), signed(SIBLING))


class TestPowOperationValidate:
    def test_is_refused(self):
        with pytest.raises(MiningEndedError):
            POW.validate(DEV_PARAMS)


class TestPowOperationAuthorities:
    def test_nobody_signs(self):
        assert not POW.required_active() | POW.required_owner() | POW.required_posting()


class TestPow2OperationValidate:
    @pytest.mark.parametrize("operation", [POW2, EQUIHASH], ids=["pow2", "equihash"])
    def test_is_refused(self, operation):
        with pytest.raises(MiningEndedError):
            operation.validate(DEV_PARAMS)


class TestPow2OperationAuthorities:
    @pytest.mark.parametrize("operation", [POW2, EQUIHASH], ids=["pow2", "equihash"])
    def test_the_miner_signs_with_active(self, operation):
        assert operation.required_active() == {"alice"}
        assert operation.required_other() == ()

    def test_the_key_of_a_new_account_signs_instead(self):
        operation = replace(POW2, new_owner_key=KEY)
        assert operation.required_other() == (single_key_authority(KEY),)
        assert not operation.required_active()


class TestReportOverProductionValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"reporter": "x"}, InvalidAccountNameError, "reporter", id="reporter"),
            pytest.param(
                {"first_block": signed(replace(HEADER, witness="x"))},
                InvalidAccountNameError,
                "first_block.witness",
                id="witness",
            ),
            pytest.param(
                {"second_block": signed(replace(SIBLING, witness="carol"))},
                InvalidOverProductionError,
                "second_block.witness",
                id="witnesses_differ",
            ),
            pytest.param(
                {"second_block": signed(replace(SIBLING, timestamp=102))},
                InvalidOverProductionError,
                "second_block.timestamp",
                id="times_differ",
            ),
            pytest.param(
                {"second_block": REPORT.first_block},
                InvalidOverProductionError,
                "second_block",
                id="one_block",
            ),
            pytest.param(
                {"second_block": signed(SIBLING, PrivateKey.from_seed("thief"))},
                InvalidOverProductionError,
                "second_block.witness_signature",
                id="signers_differ",
            ),
            pytest.param(
                {"first_block": replace(REPORT.first_block, witness_signature=bytes(65))},
                InvalidOverProductionError,
                "first_block.witness_signature",
                id="no_signature",
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(REPORT, change, error, field)


class TestReportOverProductionAuthorities:
    def test_nobody_signs(self):
        assert not REPORT.required_active() | REPORT.required_owner() | REPORT.required_posting()


class TestRunningVersion:
    def test_is_text_in_json(self):
        header = replace(HEADER, extensions=(RunningVersion(22 << 16 | 7),))
        printed = to_json(header, DEV)
        assert printed["extensions"] == [{"type": "version", "value": "0.22.7"}]
        assert from_json(BlockHeader, printed, DEV) == header

    def test_absent_is_version_zero(self):
        assert RunningVersion.json_zero() == RunningVersion(0)
