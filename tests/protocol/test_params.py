"""Networks and chain constants; numbers from steemd config.hpp and the whitepaper."""

import dataclasses
from hashlib import sha256

import pytest

from protocol.params import DEV, DEV_PARAMS, NETWORKS, TESTNET, TESTNET_PARAMS, ChainParams


def test_networks_have_the_references_names() -> None:
    assert NETWORKS == {"dev": DEV, "testnet": TESTNET}
    assert (DEV.core_symbol, DEV.debt_symbol, DEV.address_prefix) == ("STEEM", "SBD", "STM")
    assert (TESTNET.core_symbol, TESTNET.debt_symbol, TESTNET.address_prefix) == (
        "TESTS",
        "TBD",
        "TST",
    )


def test_core_symbols_have_eight_wire_bytes() -> None:
    assert set(DEV.core_wire_texts().values()) == {
        b"\x03STEEM\0\0",
        b"\x03SBD\0\0\0\0",
        b"\x06VESTS\0\0",
    }
    assert set(TESTNET.core_wire_texts().values()) == {
        b"\x03TESTS\0\0",
        b"\x03TBD\0\0\0\0",
        b"\x06VESTS\0\0",
    }


def test_chain_ids() -> None:
    assert DEV_PARAMS.chain_id == sha256(b"smtchain-dev").digest()
    assert TESTNET_PARAMS.chain_id.hex() == (
        "18dcf0a285365fc58b71f18b3d3fec954aa0c141c44e4e5cb4cf777b9eab274e"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("block_interval_seconds", 3),
        ("max_share_supply", 10**15),
        ("max_satoshis", 2**62 - 1),
        ("max_authority_membership", 40),
        ("max_sig_check_depth", 2),
        ("max_sig_check_accounts", 125),
        ("smt_max_decimal_places", 8),
        ("smt_max_unit_routes", 10),
        ("smt_max_votable_assets", 2),
        ("smt_vesting_withdraw_intervals", 13),
        ("smt_emission_min_interval_seconds", 21_600),
        ("smt_emit_indefinitely", 0xFFFFFFFF),
        ("smt_max_votes_per_regeneration", 1000 * 604_800 // 86_400),
        ("content_constant", 2_000_000_000_000),
        ("vote_dust_threshold", 50_000_000),
        ("launch_payouts_per_block", 1_000),
    ],
)
def test_constants_are_the_references(name: str, value: int) -> None:
    assert getattr(DEV_PARAMS, name) == value


def test_a_day_has_its_blocks() -> None:
    params = DEV_PARAMS
    assert params.blocks_per_day * params.block_interval_seconds == 86_400
    assert params.blocks_per_hour * params.block_interval_seconds == 3_600
    assert params.blocks_per_year == 365 * params.blocks_per_day


def test_parameters_are_frozen_and_vary_by_replace() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEV_PARAMS.min_feeds = 3  # type: ignore[misc]  # that is the point
    varied = dataclasses.replace(DEV_PARAMS, param_bound_inclusive=True)
    assert varied != DEV_PARAMS
    assert dataclasses.replace(varied, param_bound_inclusive=False) == DEV_PARAMS


def test_every_constant_is_a_whole_number_or_a_switch() -> None:
    for entry in dataclasses.fields(ChainParams):
        value = getattr(DEV_PARAMS, entry.name)
        if entry.name not in {"network", "chain_id", "irreversible_lag"}:
            assert isinstance(value, int), entry.name
