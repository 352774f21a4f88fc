"""What the documents say is true: pages, commands, links, modules, tests and examples exist."""

import ast
import contextlib
import functools
import importlib.util
import io
import os
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text()
FOREIGN = {"node_modules", "__pycache__"}


@functools.cache
def own_files(*suffixes: str) -> tuple[Path, ...]:
    """Return the project's own files, whatever tools have put beside them."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in FOREIGN and name[0] != "."]
        found += [Path(folder, name) for name in names if name.endswith(suffixes)]
    return tuple(sorted(found))


def documents() -> tuple[Path, ...]:
    return own_files(".md")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def section(text: str, heading: str) -> str:
    """Return what stands below a heading of level two, up to the next one."""
    start = text.index(f"\n## {heading}\n")
    end = text.find("\n## ", start + 1)
    return text[start : end if end > 0 else None]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows, headings and rulers left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rulers = [index for index, row in enumerate(cells) if set("".join(row)) <= {"-"}]
    return [
        row for index, row in enumerate(cells) if index not in rulers and index + 1 not in rulers
    ]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-")
        for heading in headings
    }


# ---- generated pages ----------------------------------------------------------------------------


def reference_pages():
    spec = importlib.util.spec_from_file_location(
        "reference_pages", ROOT / "tools/reference_pages.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("name", ["OPERATIONS.md", "ERRORS.md"])
def test_reference_pages_are_what_the_code_says(name):
    assert (DOCS / name).read_text() == reference_pages().PAGES[name](), "run `make docs`"


# ---- README -------------------------------------------------------------------------------------


def test_modules_of_the_coverage_table_exist():
    table = rows(section(README, "Coverage of the whitepaper"))
    assert len(table) > 10
    for what, module, state in table:
        paths = re.findall(r"`([^`]+\.py)`", module)
        assert paths or state == "not yet", what
        assert [path for path in paths if not (ROOT / path).is_file()] == [], what
        is_declared_only = bool(paths) and all(path.startswith("protocol/") for path in paths)
        assert is_declared_only <= state.startswith("wire"), what


def test_rooms_of_the_table_exist():
    for names, _ in rows(section(README, "Rooms")):
        for folder in re.findall(r"`([^`]+)`", names):
            assert (ROOT / folder).is_dir(), folder


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_commands_of_make_exist(path):
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:`|\$ )make ([a-z-]+)", path.read_text()):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_document_is_linked():
    assert [path.name for path in DOCS.glob("*.md") if f"(docs/{path.name})" not in README] == []


def test_the_example_prints_what_it_says():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in example.splitlines() if line]) == 8
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})  # the reader would run it too
    assert f"prints `{printed.getvalue().strip()}`" in README


# ---- links and names ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_named_files_of_the_project_exist(path):
    named = re.findall(
        r"`((?:protocol|smtchain|tests|tools|docs|genesis)/[\w./-]+)`", path.read_text()
    )
    # CONTRIBUTING writes `<family>` where a name goes; such texts are not matched
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_cited_documents_exist():
    known = {path.name for path in documents()}
    missing = []
    for path in own_files(".py", ".md", ".json", ".toml"):
        cited = re.findall(r"(?<![\w/])(?:docs/)?([A-Z][A-Z_]+\.md)\b", path.read_text())
        missing += [f"{name_of(path)}: {name}" for name in cited if name not in known]
    assert missing == []


# ---- decisions, rules, divergences, invariants ---------------------------------------------------


_NUMBER = r"\d+(?:\.\d+)?"


def decisions() -> list[int]:
    return [
        int(number)
        for number in re.findall(r"^\| D-(\d\d) \|", (DOCS / "DECISIONS.md").read_text(), re.M)
    ]


def rule_sections() -> set[str]:
    text = (DOCS / "RULES.md").read_text()
    return set(re.findall(r"^#+ (\d+(?:\.\d+)?) ", text, re.MULTILINE))


def test_decisions_are_numbered_without_gaps():
    assert decisions() == list(range(1, len(decisions()) + 1))


def test_modules_of_decisions_cite_or_hold_them():
    for number, _, module in rows((DOCS / "DECISIONS.md").read_text()):
        for path in re.findall(r"`([^`]+)`", module):
            assert (ROOT / path).is_file(), number


def test_cited_decisions_and_rules_exist():
    known, missing = {f"{number:02}" for number in decisions()}, []
    sections = rule_sections()
    for path in own_files(".py", ".md", ".json"):
        text = path.read_text()
        cited = re.findall(r"(?<![\w-])D-(\d\d)(?!\d)", text)
        missing += [f"{name_of(path)}: D-{number}" for number in cited if number not in known]
        for numbers in re.findall(rf"RULES(?:\.md)? ({_NUMBER}(?:(?:, | and |-){_NUMBER})*)", text):
            found = re.findall(_NUMBER, numbers)
            missing += [f"{name_of(path)}: {each}" for each in found if each not in sections]
    assert missing == []


def divergences() -> list[tuple[int, list[str]]]:
    text = (DOCS / "DIVERGENCES.md").read_text()
    parts = re.split(r"^### DIV-(\d{3}) .*$", text, flags=re.MULTILINE)
    found = []
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        shown = body[body.index("**Shown by:**") :]
        found.append((int(number), re.findall(r"`(tests/[^`]+)`", shown)))
    return found


def test_divergences_are_numbered_without_gaps():
    numbers = [number for number, _ in divergences()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(("number", "tests"), divergences())
def test_every_divergence_is_shown_by_a_test(number, tests):
    assert tests
    for test in tests:
        path, *names = test.split("::")
        body = ast.parse((ROOT / path).read_text()).body
        for name in names:
            named = {node.name: node for node in body if hasattr(node, "name")}
            assert name in named, test
            body = getattr(named[name], "body", [])
        assert names[-1].startswith("test_"), test


def test_invariants_are_those_of_the_code():
    written = [int(row[0]) for row in rows((DOCS / "INVARIANTS.md").read_text())]
    tree = ast.parse((ROOT / "smtchain/chain/invariants.py").read_text())
    checked = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and type(node.args[0].value) is int
    }
    assert written == sorted(checked)
    assert written == list(range(1, len(written) + 1))


# ---- genesis and dependencies --------------------------------------------------------------------


def test_every_member_of_a_genesis_file_is_described():
    described = set(re.findall(r"\"?`?([a-z_]+)", (ROOT / "genesis/README.md").read_text()))
    tree = ast.parse((ROOT / "smtchain/chain/genesis.py").read_text())
    read = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr.startswith("get") or node.func.attr in {"has", "each", "names"})
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert "signing_key" in read
    assert sorted(read - described) == []


def test_every_dependency_has_its_line():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (DOCS / "dependencies.md").read_text()
    for heading, needed in (
        ("At run time", project["dependencies"]),
        ("For development", project["optional-dependencies"]["dev"]),
    ):
        listed = {name for row in rows(section(text, heading)) for name in row[0].split(", ")}
        assert listed == {re.match(r"[\w-]+", line)[0] for line in needed}
