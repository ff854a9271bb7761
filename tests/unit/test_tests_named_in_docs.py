"""Each threat of the threat model, and each feature claimed beside IRIDA Next, has a test that exists."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"


def rows(name: str) -> list[str]:
    """The rows of the document's tables, without their headings."""
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    return [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("|") and not line.startswith("|---") and not following.startswith("|---")
    ]


@pytest.mark.parametrize(("document", "at_least"), [("threat-model.md", 25), ("irida-next.md", 30)])
def test_every_named_test_exists(document: str, at_least: int) -> None:
    named = set(re.findall(r"`(test_\w+)`", "\n".join(rows(document))))
    existing = {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert len(named) >= at_least
    assert named - existing == set()


def test_every_threat_has_a_test() -> None:
    assert all("`test_" in row for row in rows("threat-model.md"))


def test_every_feature_that_is_there_has_a_test() -> None:
    claimed = [row for row in rows("irida-next.md") if row.split("|")[3].strip().startswith("yes")]
    assert [row for row in claimed if "`test_" not in row] == []
