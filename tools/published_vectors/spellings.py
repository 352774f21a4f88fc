"""All JSON forms of one operation that are read, beside the two that are printed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from protocol.jsonform import to_json
from protocol.operation import Operation
from protocol.params import Network


@dataclass(frozen=True, slots=True)
class Spelling:
    """Forms that all mean `operation`."""

    name: str
    description: str
    operation: Operation
    forms: tuple[Any, ...]


def spellings(valid: dict[str, Operation], network: Network) -> Iterator[Spelling]:
    """Yield the groups."""

    def members(base: str, **changes: Any) -> dict[str, Any]:
        value: dict[str, Any] = to_json(valid[base], network)["value"]
        return value | changes

    def group(name: str, description: str, base: str, *bodies: dict[str, Any]) -> Spelling:
        operation = valid[base]
        return Spelling(name, description, operation, tuple([operation.NAME, b] for b in bodies))

    vote = valid["vote"]
    body = to_json(vote, network)["value"]
    yield Spelling(
        "type",
        "the operation's name with or without suffix, or its number; an array or an object",
        vote,
        (
            ["vote", body],
            ["vote_operation", body],
            [0, body],
            {"type": "vote", "value": body},
            {"type": "vote_operation", "value": body},
            {"type": 0, "value": body},
        ),
    )
    yield group(
        "number",
        "numbers as numbers or as decimal text",
        "vote",
        members("vote", weight=10_000),
        members("vote", weight="10000"),
        members("vote", weight="+10000"),
    )
    yield group(
        "amount",
        "amounts as NAI objects or as text; the amount of an object as text or number",
        "transfer",
        members("transfer", amount=f"1.000 {network.core_symbol}"),
        members("transfer", amount={"amount": "1000", "precision": 3, "nai": "@@000000021"}),
        members("transfer", amount={"amount": 1000, "precision": 3, "nai": "@@000000021"}),
    )
    yield group(
        "symbol",
        "a symbol's precision as decimals or precision; smt_create.precision repeats it",
        "smt_create",
        members("smt_create"),
        members("smt_create", symbol={"nai": "@@181188044", "precision": 3}),
        members("smt_create", precision=3),
    )
    yield group(
        "time",
        "with Z, with a fraction, compact",
        "escrow_transfer",
        members("escrow_transfer", escrow_expiration="2019-06-26T12:00:00"),
        members("escrow_transfer", escrow_expiration="2019-06-26T12:00:00Z"),
        members("escrow_transfer", escrow_expiration="2019-06-26T12:00:00.000"),
        members("escrow_transfer", escrow_expiration="20190626T120000"),
    )
    yield group(
        "time.latest",
        "2^32-1, as it is and as the original prints it",
        "limit_order_create/token",
        members("limit_order_create/token", expiration="2106-02-07T06:28:15"),
        members("limit_order_create/token", expiration="1969-12-31T23:59:59"),
    )
    yield group(
        "set",
        "any order",
        "custom",
        members("custom"),
        members("custom", required_auths=["bob", "alice"]),
    )
    shared = members("account_create/shared")
    active = shared["active"]
    yield group(
        "map",
        "any order of pairs; an object where keys are text",
        "account_create/shared",
        shared | {"active": active | {"account_auths": active["account_auths"][::-1]}},
        shared | {"active": active | {"key_auths": active["key_auths"][::-1]}},
        shared | {"active": active | {"account_auths": dict(active["account_auths"])}},
    )
    runtime = members("smt_set_runtime_parameters/all")
    windows, *rest = runtime["runtime_parameters"]
    yield group(
        "variant",
        "kinds by name or number, in an array or an object, in any order",
        "smt_set_runtime_parameters/all",
        runtime | {"runtime_parameters": [*rest, windows]},
        runtime | {"runtime_parameters": [[0, windows["value"]], *rest]},
        runtime | {"runtime_parameters": [[windows["type"], windows["value"]], *rest]},
    )
    inflation = members("smt_setup_inflation")
    unit = inflation.pop("inflation_unit")
    yield Spelling(
        "inflation",
        "the names that steemd gives the operation and its unit",
        valid["smt_setup_inflation"],
        (
            ["smt_setup_emissions", inflation | {"emissions_unit": unit}],
            ["smt_setup_inflation", inflation | {"inflation_unit": unit}],
        ),
    )
    setup = members("smt_setup")
    yield group(
        "smt_name",
        "the whitepaper's name of a symbol in its setup",
        "smt_setup",
        {("smt_name" if name == "symbol" else name): part for name, part in setup.items()},
    )
    without = {name: part for name, part in body.items() if name != "weight"}
    yield Spelling(
        "default",
        "an absent member is zero, empty or false, or its default",
        _zero(vote),
        (["vote", without],),
    )


def _zero(vote: Any) -> Operation:
    made: Operation = type(vote)(vote.voter, vote.author, vote.permlink, 0)
    return made
