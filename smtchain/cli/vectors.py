"""Running files of test vectors: which kind a file is, on which network, and how many cases hold.

A file is a JSON array of cases, or an object with `format` and `cases`.  What the cases are is told
by their members, so most files may have any name.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from protocol.errors import ProtocolError
from protocol.params import DEV_PARAMS, TESTNET_PARAMS, ChainParams
from smtchain.cli.vector_case import Case, Departure, Mismatch
from smtchain.cli.vector_messages import (
    check_authority,
    check_block,
    check_hostile,
    check_memo,
    check_operation,
    check_rejected,
    check_transaction,
)
from smtchain.cli.vector_published import (
    check_published_operation,
    check_refused_bytes,
    check_refused_json,
    check_refused_operation,
    check_refused_transaction,
    check_spellings,
)
from smtchain.cli.vector_values import (
    check_account_name,
    check_asset,
    check_cap,
    check_chain_id,
    check_damm,
    check_hash,
    check_header_extensions,
    check_key,
    check_legacy_asset,
    check_nai_generator,
    check_price,
    check_primitive,
    check_recovery,
    check_signature,
    check_symbol,
    check_threshold,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of cases: its name, members that only such cases have, and its check.

    Where the members are not telling, `stems` lists what a file of this kind is called.
    """

    name: str
    check: Callable[[Case], None]
    members: frozenset[str]
    stems: frozenset[str] = frozenset()

    def fits(self, case: dict[str, Any], names: set[str]) -> bool:
        """Tell whether `case` is of this kind; `names` are those of its file and folders."""
        return self.members <= case.keys() and (not self.stems or bool(self.stems & names))


def _kind(name: str, check: Callable[[Case], None], members: str, stems: str = "") -> Kind:
    return Kind(name, check, frozenset(members.split()), frozenset(stems.split()))


KINDS = (
    _kind("transactions", check_transaction, "tx_hex signed_hex json"),
    _kind("blocks", check_block, "block_hex json"),
    _kind("signatures", check_signature, "sig_bip0062 sig_fc wif"),
    _kind("signature recovery", check_recovery, "sig digest signer"),
    _kind("canonical signatures", check_threshold, "s bip_canonical"),
    _kind("memos", check_memo, "memo shared_secret"),
    _kind("authorities", check_authority, "accounts required signers expect"),
    _kind("hashes", check_hash, "hex sha256 ripemd160"),
    _kind("keys", check_key, "secret wif"),
    _kind("keys", check_key, "secret_in error"),
    _kind("NAI generator", check_nai_generator, "seed asset_num"),
    _kind("check digits", check_damm, "value check"),
    _kind("operations", check_published_operation, "json legacy_json hex op_id virtual"),
    _kind("spellings", check_spellings, "forms hex"),
    _kind("refused bytes", check_refused_bytes, "hex error offset"),
    _kind("refused JSON", check_refused_json, "text error"),
    _kind("refused transactions", check_refused_transaction, "signed_hex chain_id error"),
    _kind("refused operations", check_refused_operation, "hex error field"),
    _kind("operations", check_operation, "json hex op_id"),
    _kind("operations", check_operation, "json hex parts"),
    _kind("hostile bytes", check_hostile, "input_hex result"),
    _kind("refused operations", check_rejected, "input error"),
    _kind("primitives", check_primitive, "type result"),
    _kind("prices", check_price, "cmp result"),
    _kind("prices", check_price, "mul result"),
    _kind("caps", check_cap, "amount nonce hash"),
    _kind("caps", check_cap, "nonhidden hex"),
    _kind("caps", check_cap, "reveal commitment"),
    _kind("header extensions", check_header_extensions, "result", "header_extensions"),
    _kind("amounts as text", check_legacy_asset, "result", "legacy_assets testnet_text dev_text"),
    _kind("amounts", check_asset, "result", "assets"),
    _kind("symbols", check_symbol, "result", "symbols"),
    _kind("chain ids", check_chain_id, "name chain_id"),
    _kind("account names", check_account_name, "name valid", "account_names"),
)

_DEV_NAMES = frozenset({"dev", "mainnet"})  # files and folders with STEEM, SBD and prefix STM


@dataclass(slots=True)
class FileReport:
    """What became of one file.

    Attributes
    ----------
    kind : str
        What its cases are; empty if no check knows them.
    passed : int
        Cases that hold.
    departures : list of (case, reason)
        Cases in which the reference does what this project does otherwise by decision.
    failures : list of (case, reason)
        Cases that do not hold.
    """

    path: Path
    kind: str = ""
    passed: int = 0
    departures: list[tuple[str, str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """Return the counts in words."""
        if not self.kind:
            return "skipped: no vectors of a known kind"
        counts = f"{self.kind}: {self.passed} passed"
        if self.departures:
            counts += f", {len(self.departures)} decided otherwise"
        return counts + f", {len(self.failures)} failed"


def find_files(path: Path) -> Iterator[Path]:
    """Yield `path`, or each JSON file below it if it is a folder, in the order of names."""
    if path.is_dir():
        yield from sorted(path.rglob("*.json"))
    else:
        yield path


def verify_file(path: Path, root: Path, params: ChainParams | None = None) -> FileReport:
    """Check every case of a file.

    Parameters
    ----------
    root : Path
        Where the search began: names of folders above it mean nothing.
    params : ChainParams or None
        The network; by default `dev` for what is called `dev` or `mainnet`, file or folder,
        else `testnet`.
    """
    report = FileReport(path)
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        report.kind = "unreadable"
        report.failures.append(("the file", f"not JSON: {error}"))
        return report
    cases = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        return report
    names = _names(path, root)
    chosen = params or _params_of(names, cases)
    for index, case in enumerate(cases):
        kind = next((kind for kind in KINDS if kind.fits(case, names)), None)
        if kind is None:
            return FileReport(path)
        report.kind = kind.name
        _run(report, kind, Case(case, path.stem, chosen), _label(case, index))
    return report


def _run(report: FileReport, kind: Kind, case: Case, label: str) -> None:
    try:
        kind.check(case)
    except Departure as departure:
        report.departures.append((label, str(departure)))
    except Mismatch as mismatch:
        report.failures.append((label, str(mismatch)))
    except ProtocolError as error:
        report.failures.append((label, f"refused: {error}"))
    except (KeyError, TypeError, ValueError) as error:
        report.failures.append((label, f"not a case of this kind: {type(error).__name__} {error}"))
    else:
        report.passed += 1


def _label(case: dict[str, Any], index: int) -> str:
    name = case.get("name") or case.get("description") or case.get("case") or ""
    return f"[{index}] {name}".rstrip()


def _names(path: Path, root: Path) -> set[str]:
    """Return the names of the file and of its folders, from the one that was searched."""
    below = path.relative_to(root).parts[:-1] if path != root else ()
    top = (root if path != root else path.parent).resolve().name
    return {path.stem, top, *below}


def _params_of(names: set[str], cases: list[dict[str, Any]]) -> ChainParams:
    is_dev = bool(_DEV_NAMES & names) or any(name.startswith("dev_") for name in names)
    # What this project derived itself, part by part, is of its own network unless said otherwise.
    is_own = bool(cases) and "parts" in cases[0] and "testnet" not in names
    return DEV_PARAMS if is_dev or is_own else TESTNET_PARAMS
