"""Where a client is wrong or knows less, and the chain is right: found by running them.

A case listed here must go wrong: a client that was mended is noticed.  The chain's bytes of these
operations are the original's (`tests/vectors/operations`).
"""

ORDER = "writes the members in another order"
PRECISION = "keeps amounts as floating point numbers: exact up to 2^53 satoshis"

DIFFERENT = {
    "dsteem": {
        "escrow_transfer": ORDER,
        "limit_order_create2": ORDER,
        "transfer/largest": PRECISION,
    },
    "steem-js": {
        "claim_reward_balance2": ORDER,
        "update_proposal_votes": "sorts numbers as if they were texts",
        "witness_set_properties": "writes no properties",
        "witness_set_properties/all": "writes no properties",
    },
    "beem": {
        "custom": "writes the hexadecimal digits of data instead of its bytes",
        "escrow_dispute": "leaves out the agent",
        "escrow_release": "leaves out agent and receiver",
        "escrow_transfer": ORDER,
        "limit_order_create2": ORDER,
        "transfer/largest": PRECISION,
        "transfer/unicode": "writes a NUL as the five letters u0000",
    },
}
"""Client, case, and how its bytes differ from the right ones."""

_TOKENS = {
    "delegate_vesting_shares/token",
    "limit_order_create/token",
    "transfer/fine_token",
    "transfer/token",
    "transfer/whole_token",
    "transfer_to_vesting/token",
    "withdraw_vesting/token",
}
_MINING = {"pow", "pow2", "pow2/equihash", "report_over_production"}

UNKNOWN = {
    "dsteem": {*_TOKENS, *_MINING, "claim_reward_balance2", "comment_options/vote_assets"},
    "steem-js": {
        *_MINING,
        "comment_options/vote_assets",
        "transfer/fine_token",
        "witness_update/disabled",
    },
    "beem": {
        *_TOKENS,
        *_MINING,
        "claim_reward_balance2",
        "comment_options/vote_assets",
        "custom_binary",
        "reset_account",
        "set_reset_account",
    },
}
"""Client, and the cases that it refuses to serialize."""
