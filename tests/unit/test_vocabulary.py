"""The code uses standard terms (docs/architecture.md, "Glossary"): the private vocabulary of its first months stays out
of identifiers, docstrings, comments and messages, of the tests and of the pages' modules too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.http.messages_fr import FRENCH

ROOT = Path(__file__).parents[2]
FOLDERS = ("chalicelib", "infra", "tests")
SOURCES = sorted([ROOT / "app.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])
SOURCES.remove(Path(__file__))  # it has the words that it looks for
SITE = ROOT / "chalicelib" / "site"
PAGES = [path for path in sorted(SITE.rglob("*.js")) if path.parent.name not in {"vendor", "i18n"}]
IDENTIFIERS = {
    "told",
    "wish",
    "asked",
    "flaw",
    "flaws",
    "lean",
    "anew",
    "foreseen",
    "spoken",
    "wayin",
    "verdict",
    "verdicts",
    "said",
    "twin",
    "twins",
    "spoils",
}
PROSE = re.compile(
    r"\b(wish|told|flaws?|anew|whoever|comes? twice|left out|lean client|looks? after|verdicts?)\b", re.IGNORECASE
)


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name) | ast.Name(id=name):
                yield name
            case ast.Attribute(attr=name):
                yield name


def docstrings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_uses_standard_terms(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert {name for name in identifiers(tree) if IDENTIFIERS & set(name.lower().split("_"))} == set()
    assert [text for text in docstrings(tree) if PROSE.search(text)] == []
    comments = [line for line in source.splitlines() if "# " in line and PROSE.search(line.partition("# ")[2])]
    assert comments == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_page_module_uses_standard_terms(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    words = {part.lower() for name in re.findall(r"[A-Za-z]+", source) for part in re.findall(r"[A-Z]?[a-z]+", name)}
    assert words & IDENTIFIERS == set()
    assert [line for line in source.splitlines() if PROSE.search(line)] == []


def test_messages_use_standard_terms() -> None:
    assert [template for template in FRENCH if PROSE.search(template)] == []


def test_vocabulary_is_recognised() -> None:
    assert PROSE.search("The wish is told anew.")
    assert list(identifiers(ast.parse("def as_told(flaw): pass"))) == ["as_told", "flaw"]
