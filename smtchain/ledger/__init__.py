"""Stateful rules that evaluators and per-block processing share: balances, supply, vesting, tokens.

Functions take the state first, emit nothing, and return what happened.
"""
