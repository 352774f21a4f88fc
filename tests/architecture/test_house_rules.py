"""The rules of the house that no linter knows."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pytest

import protocol
import smtchain
from protocol.errors import ProtocolError
from protocol.operation import OPERATIONS_BY_TAG
from smtchain.evaluator import EVALUATORS

ROOT = Path(__file__).parents[2]
CONSENSUS_ROOMS = (
    "protocol",
    "smtchain/state",
    "smtchain/economics",
    "smtchain/ledger",
    "smtchain/evaluators",
    "smtchain/processing",
    "smtchain/chain",
)
REFUSED_BY_DESIGN = {
    "pow",
    "pow2",
    "report_over_production",
    "reset_account",
    "set_reset_account",
    "create_proposal",
    "update_proposal_votes",
    "remove_proposal",
}


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def modules() -> list[str]:
    names = []
    for package in (protocol, smtchain):
        names += [
            module.name
            for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
            if not module.name.endswith("__main__")
        ]
    return names


def error_classes() -> list[type[ProtocolError]]:
    for name in modules():
        importlib.import_module(name)
    found: list[type[ProtocolError]] = []
    pending: list[type[ProtocolError]] = [ProtocolError]
    while pending:
        cls = pending.pop()
        found.append(cls)
        pending += cls.__subclasses__()
    return found


@pytest.mark.parametrize(
    "path", python_files(*CONSENSUS_ROOMS), ids=lambda path: str(path.relative_to(ROOT))
)
def test_consensus_code_has_no_floats(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float | complex), where
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            # `path / name` is the one other meaning of the operator
            assert "/" in ast.unparse(node), where
            assert re.search(r"path|directory|folder|file|root", ast.unparse(node), re.I), where
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"float", "complex", "round", "hash"}, where


@pytest.mark.parametrize(
    "path",
    python_files("protocol", "smtchain", "tests", "tools"),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_module_is_over_600_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 600


def test_every_error_code_is_used_once() -> None:
    codes = Counter(cls.code for cls in error_classes())
    assert [code for code, count in codes.items() if count > 1] == []


def test_every_error_class_documents_itself() -> None:
    assert [cls.__name__ for cls in error_classes() if not inspect.getdoc(cls)] == []


def test_every_operation_names_its_source() -> None:
    silent = [
        cls.__name__ for cls in OPERATIONS_BY_TAG.values() if "Spec" not in (cls.__doc__ or "")
    ]
    assert silent == []


def test_virtual_operations_and_refused_ones_have_no_evaluator() -> None:
    for cls in OPERATIONS_BY_TAG.values():
        if cls.IS_VIRTUAL or cls.NAME in REFUSED_BY_DESIGN:
            assert cls not in EVALUATORS, cls.NAME


def test_every_evaluator_family_has_its_declaration_and_its_tests() -> None:
    for path in (ROOT / "smtchain/evaluators").glob("[a-z]*.py"):
        assert (ROOT / "protocol/operations" / path.name).exists(), path.name
        assert (ROOT / "tests/evaluators" / f"test_{path.name}").exists(), path.name
        assert (ROOT / "tests/operations" / f"test_{path.name}").exists(), path.name


def test_no_module_has_a_name_without_meaning() -> None:
    shapeless = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)(_|$)")
    assert [name for name in modules() if shapeless.search(name.rsplit(".", 1)[-1])] == []


def test_no_unfinished_marks() -> None:
    marks = re.compile(
        "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"))
    )
    here = Path(__file__)
    marked = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in python_files("protocol", "smtchain", "tests", "tools")
        if path != here
        for line in path.read_text().splitlines()
        if marks.search(line)
    ]
    assert marked == []
