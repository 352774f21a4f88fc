"""A small valid case file, made anew for each test, and how to run it."""

import json

TOKEN = {"nai": "@@181188044", "decimals": 4}
ONE_UNIT_HASH = "32edb6022c0921d99aa347e9cda5dc2db413f5574eebaaa8592234308ffebd2b"
TEN_MILLION_HASH = "4e12522945b8cc2d87d54debd9563a1bb6461f1b1fa1c31876afe3514e9a1511"


def valid_document():
    """One unit is 2 satoshis for `bob`; five token satoshis for it; minimum 1, hard cap 10^7."""
    return {
        "format": 1,
        "name": "small",
        "operations": [
            ["smt_setup", _setup()],
            ["smt_cap_reveal", _reveal(1)],
            ["smt_cap_reveal", _reveal(10_000_000)],
        ],
        "wrapper": {
            "symbol": dict(TOKEN),
            "launch_expiration_time": "2017-07-15T00:00:00",
            "dropped_fields": ["smt_setup.smt_creation_fee"],
            "renamed_accounts": {"bob_org": "bob"},
        },
        "cases": [
            {
                "name": "three units",
                "contributions": [["alice", 4], ["alice", 2]],
                "expect": {
                    "launched": True,
                    "units_accepted": 3,
                    "unit_ratio": 1,
                    "supply": 15,
                    "steem": {"bob": 6},
                    "tokens": {"alice": 15},
                    "refunded": {},
                },
            }
        ],
    }


def _setup():
    return {
        "control_account": "control",
        "max_supply": 1_000_000_000,
        "initial_generation_policy": [
            0,
            {
                "pre_soft_cap_unit": {"steem_unit": [["bob_org", 2]], "token_unit": [["$from", 5]]},
                "post_soft_cap_unit": {"steem_unit": [], "token_unit": []},
                "min_steem_units_commitment": _commitment(1, ONE_UNIT_HASH),
                "hard_cap_steem_units_commitment": _commitment(10_000_000, TEN_MILLION_HASH),
                "soft_cap_percent": 10_000,
                "min_unit_ratio": 1,
                "max_unit_ratio": 1,
                "extensions": [],
            },
        ],
        "generation_begin_time": "2017-06-01T00:00:00",
        "generation_end_time": "2017-06-30T00:00:00",
        "announced_launch_time": "2017-07-01T00:00:00",
        "smt_creation_fee": "1000.000 SBD",
        "extensions": [],
    }


def _commitment(units, digest):
    return {"lower_bound": units, "upper_bound": units, "hash": digest}


def _reveal(units):
    return {
        "control_account": "control",
        "cap": {"amount": units, "nonce": "0"},
        "extensions": [],
    }


def at(document, *path):
    """Return the container that holds the last step of `path`."""
    for step in path[:-1]:
        document = document[step]
    return document


def write(path, document):
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path
