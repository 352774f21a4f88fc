"""The demonstration: one token's whole life, accounted for to the satoshi and replayed."""
