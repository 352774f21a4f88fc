"""Conformance: the whitepaper's examples, run on a chain and compared to the satoshi."""
