"""Write docs/OPERATIONS.md and docs/ERRORS.md from the code: `make docs`.

Everything comes from declarations, docstrings and the recorded vectors, in a fixed order, so the
same code gives the same pages; a test compares them with those in the repository.
"""

import ast
import importlib
import inspect
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import protocol
import smtchain
import smtchain.evaluators
from protocol.errors import (
    EvaluationError,
    InvalidBlockError,
    InvalidOperationError,
    InvalidTransactionError,
    InvariantViolationError,
    JsonFormError,
    ProtocolError,
    WireError,
)
from protocol.jsonform import to_json_as
from protocol.operation import Operation
from protocol.operations import OPERATIONS
from protocol.params import DEV, DEV_PARAMS
from protocol.shapes import (
    NO_DEFAULT,
    BoolShape,
    EnumShape,
    ListShape,
    MapShape,
    OptionalShape,
    PublicKeyShape,
    Shape,
    StructShape,
    SymbolShape,
    TaggedShape,
    TextShape,
    VariantShape,
    struct_of,
)
from protocol.types import (
    TIME_MAX,
    FixedBytes,
    SignedVarint,
    TimePoint,
    VarBytes,
    Varint,
    VersionNumber,
    Width,
)
from protocol.wire import decode_as
from smtchain.chain.apply_block import PROCESSING
from smtchain.evaluator import EVALUATORS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
VECTORS = ROOT / "tests/vectors/operations"
GENERATED = "<!-- Written by `make docs` from the code. Do not edit. -->"

REFUSED_FOR_GOOD = frozenset(
    {
        "pow",
        "pow2",
        "report_over_production",
        "reset_account",
        "set_reset_account",
        "create_proposal",
        "update_proposal_votes",
        "remove_proposal",
    }
)
"""Operations on the wire that this chain will never carry out."""

OPERATIONS_INTRO = """
Every operation, by number. The number is the first varint of its bytes; the fields follow in the
order of the table. Numbers are never reused. How values are written: [WIRE.md](WIRE.md).

*Virtual* operations are reported by the chain and refused in transactions. *No rules yet*: the
operation has its bytes, JSON and `validate()`, and a chain refuses it with
`evaluation.unsupported`. *Refused*: the same, for good.

A default is what an absent JSON member means; a member without one means the zero of its type. The
example is the first valid case of `tests/vectors/operations` with this number: JSON as `smtchain
decode` prints it, and the bytes on the network `dev` (core assets STEEM, SBD, VESTS).
"""

BLOCK_INTRO = """
After the transactions of a block, in this order.
"""

ERRORS_INTRO = """
A refusal has a stable code, a message, the field and the value that caused it. JSON-RPC answers
carry the code in `error.data.error_code`, the command line prints `error: CODE: message`. A class
keeps its code for ever. Codes in *italics* are groups: what is raised is always one of the group.
"""

_ROOTS: tuple[tuple[type[ProtocolError], str], ...] = (
    (WireError, "Bytes"),
    (JsonFormError, "JSON"),
    (InvalidOperationError, "Operations by themselves"),
    (InvalidTransactionError, "Transactions"),
    (EvaluationError, "Operations against the state"),
    (InvalidBlockError, "Blocks"),
)
_SOURCES = ("own.json", "dev/project.json", "dev/steemd.json")
_AUTHORITIES = ("owner", "active", "posting", "other")


# ---- docstrings ---------------------------------------------------------------------------------


def first_paragraph(documented: object) -> str:
    """Return the first paragraph of a docstring on one line."""
    text = inspect.getdoc(documented) or ""
    return " ".join(text.split("\n\n", 1)[0].split())


def spec_of(documented: object) -> str:
    """Return the `Spec` section of a docstring on one line, without its heading."""
    text = inspect.getdoc(documented) or ""
    match = re.search(r"^Spec\n-+\n(.*?)(?:\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
    return " ".join(match[1].split()) if match else ""


def escaped(text: str) -> str:
    """Return text fit for a cell of a table."""
    return text.replace("|", "\\|")


# ---- operations ---------------------------------------------------------------------------------


def shape_text(shape: Shape) -> str:  # noqa: PLR0911, PLR0912 - one per shape
    """Return the words for a shape; structs are links to their own section."""
    match shape:
        case Width(bits, signed):
            return f"{'i' if signed else 'u'}{bits}"
        case TimePoint():
            return "time"
        case Varint():
            return "varint"
        case SignedVarint():
            return "signed varint"
        case VersionNumber():
            return "version"
        case BoolShape():
            return "bool"
        case TextShape(limit):
            return "text" if limit is None else "account name" if limit == 16 else f"text ≤ {limit}"
        case FixedBytes(size):
            return f"{size} bytes"
        case VarBytes():
            return "bytes"
        case PublicKeyShape():
            return "public key"
        case SymbolShape():
            return "symbol"
        case EnumShape(cls, bits):
            names = ", ".join(f"{member.value} {member.name}" for member in cls)
            return f"{cls.__name__}, u{bits}: {names}"
        case OptionalShape(inner):
            return f"optional {shape_text(inner)}"
        case ListShape(inner, is_sorted):
            return f"{'set' if is_sorted else 'list'} of {shape_text(inner)}"
        case MapShape(key, value):
            return f"map {shape_text(key)} → {shape_text(value)}"
        case StructShape(cls):
            return _struct_link(cls)
        case VariantShape(members):
            arms = ", ".join(f"{index} {_struct_link(cls)}" for index, cls in enumerate(members))
            return f"variant({arms})"
        case TaggedShape():
            return "operation"


def _struct_link(cls: type) -> str:
    name = struct_of(cls).name
    return f"[{name}](#{name})"


def structs_in(shape: Shape) -> Iterator[type]:
    """Yield the structs that a shape is made of, each before those inside it."""
    match shape:
        case OptionalShape(inner) | ListShape(inner):
            yield from structs_in(inner)
        case MapShape(key, value):
            yield from structs_in(key)
            yield from structs_in(value)
        case StructShape(cls):
            yield cls
            for member in struct_of(cls).members:
                yield from structs_in(member.shape)
        case VariantShape(members):
            for cls in members:
                yield from structs_in(StructShape(cls))
        case _:
            return


def fields_table(cls: type) -> list[str]:
    """Return the table of a struct's fields."""
    members = struct_of(cls).members
    if not members:
        return ["No fields.", ""]
    lines = ["| field | type | default |", "|---|---|---|"]
    for member in members:
        name, *aliases = member.names
        also = "".join(f", also `{alias}`" for alias in aliases)
        default = _default_text(member.default, member.shape)
        lines.append(f"| `{name}`{also} | {escaped(shape_text(member.shape))} | {default} |")
    return [*lines, ""]


def _default_text(value: Any, shape: Shape) -> str:
    if value is NO_DEFAULT:
        return "absent" if isinstance(shape, OptionalShape) else ""
    if isinstance(shape, TimePoint) and value == TIME_MAX:
        return "never"
    if isinstance(value, type(None) | tuple | str) and not value:
        return "absent" if value is None else "empty"
    if isinstance(shape, EnumShape):
        return f"`{shape.cls(value).name}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def authority_text(cls: type[Operation]) -> str:
    """Return who signs, from the docstrings of the `required_*` methods."""
    if cls.IS_VIRTUAL:
        return "virtual"
    found = []
    for kind in _AUTHORITIES:
        method = getattr(cls, f"required_{kind}")
        if method is not getattr(Operation, f"required_{kind}"):
            who = first_paragraph(method).removeprefix("Return ").rstrip(".")
            found.append(f"{who} ({kind})")
    return "; ".join(found) or "nobody"


def answer_text(cls: type[Operation]) -> str:
    """Return where the operation is carried out."""
    if cls.IS_VIRTUAL:
        return "virtual"
    evaluator = EVALUATORS.get(cls)
    if evaluator is not None:
        return f"`{evaluator.__module__}`"
    return "refused" if cls.NAME in REFUSED_FOR_GOOD else "no rules yet"


def load_examples() -> dict[str, tuple[str, str]]:
    """Return JSON and hex of the first valid vector of each operation name."""
    first: dict[str, tuple[str, str]] = {}
    valid: dict[str, tuple[str, str]] = {}
    for source in _SOURCES:
        for case in json.loads((VECTORS / source).read_text(encoding="utf-8")):
            try:
                operation = decode_as(Operation, bytes.fromhex(case["hex"]), DEV)
            except ProtocolError:
                continue  # an operation whose shape is revision W's and not ours
            shown = json.dumps(to_json_as(Operation, operation, DEV), ensure_ascii=False)
            first.setdefault(operation.NAME, (shown, case["hex"]))
            if _is_valid(operation):
                valid.setdefault(operation.NAME, (shown, case["hex"]))
    return first | valid


def _is_valid(operation: Operation) -> bool:
    try:
        operation.validate(DEV_PARAMS)
    except InvalidOperationError:
        return False
    return True


def operations_page() -> str:
    """Return docs/OPERATIONS.md."""
    examples = load_examples()
    lines = ["# Operations", GENERATED, OPERATIONS_INTRO]
    lines += ["| number | name | signed by | carried out by |", "|---|---|---|---|"]
    for cls in OPERATIONS:
        link = f"[{cls.NAME}](#{cls.TAG}-{cls.NAME})"
        lines.append(
            f"| {cls.TAG} | {link} | {escaped(authority_text(cls))} | {answer_text(cls)} |"
        )
    lines.append("")
    structs: dict[str, type] = {}
    for cls in OPERATIONS:
        lines += _operation_section(cls, examples[cls.NAME])
        for member in struct_of(cls).members:
            structs.update((struct_of(part).name, part) for part in structs_in(member.shape))
    lines += _block_section()
    lines += ["## Structs", ""]
    for name in sorted(structs):
        lines += [f"### {name}", "", first_paragraph(structs[name]), ""]
        lines += fields_table(structs[name])
    return "\n".join(lines).rstrip() + "\n"


def _block_section() -> list[str]:
    lines = ["## What happens by itself", "", BLOCK_INTRO.strip(), ""]
    lines += ["| step | what | source |", "|---|---|---|"]
    for step in PROCESSING:
        name = f"`{step.__module__}`"
        lines.append(f"| {name} | {escaped(first_paragraph(step))} | {escaped(spec_of(step))} |")
    return [*lines, ""]


def _operation_section(cls: type[Operation], example: tuple[str, str]) -> list[str]:
    spec = spec_of(cls)
    rules = spec_of(cls.validate) if cls.validate is not Operation.validate else ""
    source = f"Source: {spec}." if not rules or rules == spec else f"Source: {spec}; {rules}."
    struct = struct_of(cls)
    lines = [f"## {cls.TAG} {cls.NAME}", "", first_paragraph(cls), "", source, ""]
    lines += [f"Declared in `{cls.__module__}`. Signed by: {authority_text(cls)}."]
    lines += [f"Carried out by: {answer_text(cls)}.", ""]
    if struct.aliases:
        also = ", ".join(f"`{alias}_operation`" for alias in struct.aliases)
        lines += [f"JSON may also call it {also}.", ""]
    lines += fields_table(cls)
    lines += ["```", example[0], example[1], "```", ""]
    return lines


# ---- errors -------------------------------------------------------------------------------------


def import_everything() -> None:
    """Import every module, so that every error class is known."""
    for package in (protocol, smtchain):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def subclasses_of(root: type) -> list[type]:
    """Return all subclasses of ours, at any depth."""
    found: dict[type, None] = {}
    pending: list[type] = list(root.__subclasses__())
    while pending:
        cls = pending.pop()
        if cls.__module__.split(".")[0] in {"protocol", "smtchain"}:
            found[cls] = None
        pending += cls.__subclasses__()
    return list(found)


@cache
def raised_names() -> frozenset[str]:
    """Return the names of all classes that are called somewhere, so may be raised."""
    names = set()
    for path in source_files():
        for node in ast.walk(syntax_of(path)):
            if isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Attribute):
                    names.add(called.attr)
                elif isinstance(called, ast.Name):
                    names.add(called.id)
    return frozenset(names)


def source_files() -> list[Path]:
    """Return the files of both packages, in order."""
    folders = (ROOT / "protocol", ROOT / "smtchain")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


@cache
def syntax_of(path: Path) -> ast.Module:
    """Return a source file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def errors_page() -> str:
    """Return docs/ERRORS.md."""
    import_everything()
    lines = ["# Errors", GENERATED, ERRORS_INTRO]
    refusals = sorted(subclasses_of(ProtocolError), key=lambda cls: str(cls.__dict__["code"]))
    listed: set[type] = set()
    for root, title in _ROOTS:
        group = [cls for cls in refusals if issubclass(cls, root)]
        listed.update(group)
        lines += [f"## {title}", "", *_refusal_table(group)]
    rest = [cls for cls in refusals if cls not in listed]
    lines += ["## Files and command lines", "", *_refusal_table(rest)]
    lines += ["## JSON-RPC", "", "What the node itself answers.", ""]
    lines += _literal_table(_rpc_codes())
    lines += ["## Command line", "", "Besides all codes above.", "", *_literal_table(_cli_codes())]
    lines += ["## Faults", "", "Not refusals: they stop the command or the node.", ""]
    lines += _fault_table()
    return "\n".join(lines).rstrip() + "\n"


def _refusal_table(classes: list[type]) -> list[str]:
    raised = raised_names()
    lines = ["| code | class | meaning | module |", "|---|---|---|---|"]
    for cls in classes:
        code = str(cls.__dict__["code"])
        is_group = bool(cls.__subclasses__()) and cls.__name__ not in raised
        shown = f"*{code}*" if is_group else f"`{code}`"
        meaning = escaped(first_paragraph(cls))
        lines.append(f"| {shown} | {cls.__name__} | {meaning} | `{cls.__module__}` |")
    return [*lines, ""]


Literal = tuple[str, str, str]
"""A code that is written out where it is used: code, words, module."""


def _literal_table(codes: list[Literal]) -> list[str]:
    lines = ["| code | meaning | module |", "|---|---|---|"]
    lines += [f"| `{code}` | {escaped(words)} | `{module}` |" for code, words, module in codes]
    return [*lines, ""]


def _rpc_codes() -> list[Literal]:
    """Return every text given or defaulted as `error_code`, best explained first.

    The docstring of an error class explains its code; elsewhere the message beside the code does.
    """
    explained: dict[str, Literal] = {}
    found: dict[str, Literal] = {}
    for path in source_files():
        module = module_name(path)
        for node in ast.walk(syntax_of(path)):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                words = " ".join((ast.get_docstring(node) or "").split("\n\n", 1)[0].split())
                for inner in ast.walk(node):
                    for code in _error_codes_at(inner):
                        explained.setdefault(code, (code, words, module))
            elif isinstance(node, ast.Call):
                message = next((text for arg in node.args if (text := _text_of(arg))), "")
                for code in _error_codes_at(node):
                    found.setdefault(code, (code, message or "(what went wrong)", module))
    return [(found | explained)[code] for code in sorted(found | explained)]


def _error_codes_at(node: ast.AST) -> Iterator[str]:
    """Yield the text that a call, or a function's parameter, gives `error_code`."""
    given: list[tuple[str | None, ast.expr | None]] = []
    if isinstance(node, ast.Call):
        given = [(keyword.arg, keyword.value) for keyword in node.keywords]
    elif isinstance(node, ast.arguments):
        names = [argument.arg for argument in node.kwonlyargs]
        given = list(zip(names, node.kw_defaults, strict=True))
    for name, value in given:
        if name == "error_code" and isinstance(value, ast.Constant) and value.value:
            yield str(value.value)


def _cli_codes() -> list[Literal]:
    """Return every code that a command gives itself, with its message."""
    found: dict[Literal, None] = {}
    for path in source_files():
        if path.parent != ROOT / "smtchain/cli":
            continue
        for node in ast.walk(syntax_of(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in {"CommandError", "_fail"} and len(node.args) >= 2:
                code, words = _text_of(node.args[0]), _text_of(node.args[1])
                if code:
                    said = words if any(map(str.isalpha, words)) else "(what went wrong)"
                    found[code, said, module_name(path)] = None
    return sorted(found)


def _text_of(node: ast.expr) -> str:
    """Return a text as written, with `…` for what is put in at run time."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (_text_of(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
        return "".join(parts)
    return ""


def _fault_table() -> list[str]:
    known = {ProtocolError, *subclasses_of(ProtocolError)}
    answered = {cls for cls in subclasses_of(Exception) if _is_answered(cls)}
    faults = [
        cls
        for cls in subclasses_of(Exception)
        if cls not in known
        and cls not in answered
        and re.fullmatch(r"[A-Z]\w+Error", cls.__name__)
        and (cls is InvariantViolationError or cls.__module__.startswith("smtchain."))
    ]
    lines = ["| class | meaning | module |", "|---|---|---|"]
    for cls in sorted(faults, key=lambda cls: (cls.__module__, cls.__name__)):
        meaning = escaped(first_paragraph(cls))
        lines.append(f"| {cls.__name__} | {meaning} | `{cls.__module__}` |")
    return [*lines, ""]


def _is_answered(cls: type) -> bool:
    """Tell whether the command line or JSON-RPC turns an exception into an answer of its own."""
    return any(base.__name__ in {"RpcError", "CommandError"} for base in cls.__mro__)


# ---- the command --------------------------------------------------------------------------------

PAGES: dict[str, Callable[[], str]] = {"OPERATIONS.md": operations_page, "ERRORS.md": errors_page}


def main() -> int:
    """Write the pages; say which ones changed."""
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(text, encoding="utf-8")
        print(f"docs/{name}: {'unchanged' if text == before else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
