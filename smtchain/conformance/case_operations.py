"""The operations of a case file: the whitepaper's JSON, completed by the file's wrapper."""

from dataclasses import dataclass
from typing import TypeVar

from protocol.errors import ProtocolError
from protocol.jsonform import from_json
from protocol.operation import Operation
from protocol.operations.smt_contribution import SmtCapReveal
from protocol.operations.smt_inflation import SmtSetupInflation
from protocol.operations.smt_parameters import SmtSetSetupParameters
from protocol.operations.smt_setup import SmtSetup
from protocol.params import Network
from smtchain.conformance.reader import (
    CaseDuplicateError,
    CaseFormError,
    CaseOperationError,
    CaseReferenceError,
    Members,
    as_account,
    as_row,
    as_text,
)

LEGACY_FIELDS = {
    "smt_setup.smt_creation_fee": "the creation fee is a member of smt_create",
}
"""Members that the whitepaper's examples have and its operations have not."""

OperationT = TypeVar("OperationT", bound=Operation)

_ADDED = ("symbol", "launch_expiration_time", "setup_parameters")
_EXPECTED = ("smt_setup", "smt_cap_reveal", "smt_cap_reveal")


@dataclass(frozen=True, slots=True)
class CaseOperations:
    """What a token's control account sends; the reveals are the minimum's, the hard cap's."""

    setup_parameters: SmtSetSetupParameters | None
    inflation: tuple[SmtSetupInflation, ...]
    setup: SmtSetup
    reveals: tuple[SmtCapReveal, SmtCapReveal]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wrapper:
    symbol: object
    launch_expiration_time: object
    dropped_fields: tuple[str, ...]
    renamed_accounts: dict[str, str]


def read_operations(document: Members, network: Network) -> CaseOperations:
    """Return the file's operations with the wrapper's additions, renamings and omissions.

    Raises
    ------
    CaseFileError
        A subclass says what is wrong.
    """
    members = document.get_members("wrapper")
    wrapper = _Wrapper(
        symbol=members.get("symbol"),
        launch_expiration_time=members.get("launch_expiration_time"),
        dropped_fields=_read_dropped(members),
        renamed_accounts=_read_renamed(members),
    )
    inflation = _read_inflation(document, wrapper, network)
    entries = document.get_list("operations")
    if len(entries) != len(_EXPECTED):
        raise CaseFormError(
            "expected smt_setup and the reveals of minimum and hard cap",
            field="operations",
            value=len(entries),
        )
    completed = [
        _complete(entry, f"operations[{index}]", _EXPECTED[index], wrapper)
        for index, entry in enumerate(entries)
    ]
    _check_all_dropped(entries, wrapper)
    control_account = completed[0].get("control_account")
    parameters = None
    if members.has("setup_parameters"):
        parameters = _parse(
            SmtSetSetupParameters,
            {
                "control_account": control_account,
                "symbol": wrapper.symbol,
                "setup_parameters": members.get_list("setup_parameters"),
                "extensions": [],
            },
            "wrapper",
            network,
        )
    members.finish()
    return CaseOperations(
        setup_parameters=parameters,
        inflation=inflation,
        setup=_parse(SmtSetup, completed[0], "operations[0][1]", network),
        reveals=(
            _parse(SmtCapReveal, completed[1], "operations[1][1]", network),
            _parse(SmtCapReveal, completed[2], "operations[2][1]", network),
        ),
        notes=tuple(
            f"{name} is left out: {LEGACY_FIELDS[name]}" for name in wrapper.dropped_fields
        ),
    )


def _read_inflation(
    document: Members, wrapper: _Wrapper, network: Network
) -> tuple[SmtSetupInflation, ...]:
    """Return the entries of the inflation schedule; the wrapper adds the symbol to each."""
    expected = SmtSetupInflation.NAME
    return tuple(
        _parse(
            SmtSetupInflation,
            _complete(entry, f"inflation[{index}]", expected, wrapper),
            f"inflation[{index}][1]",
            network,
        )
        for index, entry in enumerate(document.get_list("inflation"))
    )


def _read_dropped(members: Members) -> tuple[str, ...]:
    names = []
    for index, value in enumerate(members.get_list("dropped_fields")):
        path = members.path_of(f"dropped_fields[{index}]")
        name = as_text(value, path)
        if name not in LEGACY_FIELDS:
            raise CaseReferenceError(
                f"only {', '.join(LEGACY_FIELDS)} may be dropped", field=path, value=name
            )
        names.append(name)
    return tuple(names)


def _read_renamed(members: Members) -> dict[str, str]:
    if not members.has("renamed_accounts"):
        return {}
    renamed = members.get_members("renamed_accounts")
    return {old: as_account(new, renamed.path_of(old)) for old, new in renamed.items()}


def _complete(entry: object, path: str, expected: str, wrapper: _Wrapper) -> dict[str, object]:
    row = as_row(entry, path, "name, members", 2)
    if as_text(row[0], f"{path}[0]") != expected:
        raise CaseOperationError(f"expected {expected}", field=f"{path}[0]", value=row[0])
    body = Members(row[1], f"{path}[1]")
    members = {
        name: _rename(value, wrapper.renamed_accounts)
        for name, value in body.items()
        if f"{expected}.{name}" not in wrapper.dropped_fields
    }
    added = {"symbol": wrapper.symbol}
    if expected == SmtSetup.NAME:
        added["launch_expiration_time"] = wrapper.launch_expiration_time
    for name in added:
        if body.has(name):
            raise CaseDuplicateError("the wrapper adds this member", field=body.path_of(name))
    return members | added


def _check_all_dropped(entries: list[object], wrapper: _Wrapper) -> None:
    present = {
        f"{entry[0]}.{name}"
        for entry in entries
        if isinstance(entry, list) and isinstance(entry[1], dict)
        for name in entry[1]
    }
    for name in wrapper.dropped_fields:
        if name not in present:
            raise CaseReferenceError(
                "no operation has this member", field="wrapper.dropped_fields", value=name
            )


def _rename(value: object, names: dict[str, str]) -> object:
    """Return JSON with every text that is exactly an old name replaced by the new one."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_rename(entry, names) for entry in value]
    if isinstance(value, dict):
        return {name: _rename(entry, names) for name, entry in value.items()}
    return value


def _parse(
    cls: type[OperationT], members: dict[str, object], path: str, network: Network
) -> OperationT:
    try:
        parsed: OperationT = from_json(cls, members, network)
    except ProtocolError as error:
        raise CaseOperationError(
            f"not {cls.NAME}: {error.message}",
            field=_place_of(error.field, path),
            value=error.value,
        ) from error
    return parsed


def _place_of(field: str, path: str) -> str:
    """Return where in the file an operation's member stands: some came from the wrapper."""
    if field.startswith(_ADDED):
        return f"wrapper.{field}"
    return f"{path}.{field}" if field else path
