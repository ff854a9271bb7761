"""Every message of the API has a French translation, and every problem a known type."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from chalicelib import errors
from chalicelib.exports.types.base import _LIMIT_MESSAGES
from chalicelib.http.messages_fr import FRENCH
from chalicelib.http.problem_types import PROBLEM_TYPES, TYPE_ROOT
from chalicelib.http.problems import preferred_language
from chalicelib.http.requests import _INVALID_VALUE, _MESSAGES
from infra.gateway_responses import EXTENSION
from infra.package import resources

ROOT = Path(__file__).parents[3] / "chalicelib"
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
SPEAKING = ERRORS | {
    "BadRequest",
    "message",
    "_InternalError",
    "_MethodNotAllowed",
    "_ContentType",
    "_Unavailable",
    "_OwnersChanged",
}


def calls() -> Iterator[ast.Call]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node


def templates() -> set[str]:
    """The templates of all errors and violations in the code."""
    found = {*_MESSAGES.values(), _INVALID_VALUE, *_LIMIT_MESSAGES.values()}
    for call in calls():
        assert isinstance(call.func, ast.Name)
        place = 1 if call.func.id == "Violation" else 0
        if call.func.id in SPEAKING | {"Violation"} and len(call.args) > place:
            result = call.args[place]
            assert not isinstance(result, ast.JoinedStr), f"{ast.unparse(call)}: facts go beside the template"
            if isinstance(result, ast.Constant) and isinstance(result.value, str):
                found.add(result.value)
    return found


def assigned_rules() -> set[str]:
    """Templates that are named first: `rule = "…"`."""
    found = set()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = {target.id for target in node.targets if isinstance(target, ast.Name)}
                if "rule" in names:
                    found.add(str(node.value.value))
    return found


def facts(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_every_message_has_a_french_translation_and_none_is_unused() -> None:
    messages = templates() | assigned_rules()
    assert len(messages) > 70
    assert messages - FRENCH.keys() == set()
    assert FRENCH.keys() - messages == set()


@pytest.mark.parametrize("template", FRENCH)
def test_french_messages_have_the_same_placeholders(template: str) -> None:
    assert facts(FRENCH[template]) == facts(template)
    assert FRENCH[template] != template


def test_every_problem_type_in_the_code_is_defined_and_used() -> None:
    slugs = {kind.slug for name, kind in vars(errors).items() if name in ERRORS} - {"error"}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "slug" and isinstance(node.value, ast.Constant):
                slugs.add(str(node.value.value))
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "slug" for t in node.targets):
                assert isinstance(node.value, ast.Constant)
                slugs.add(str(node.value.value))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CodedViolation":
                assert isinstance(node.args[0], ast.Constant)
                slugs.add(str(node.args[0].value))
    assert slugs - {None, "None"} - {"error"} == PROBLEM_TYPES.keys()


def test_gateway_responses_match_the_problem_table() -> None:
    responses = resources()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"][EXTENSION]
    assert len(responses) >= 6
    for response in responses.values():
        document = json.loads(response["responseTemplates"]["application/problem+json"])
        kind = PROBLEM_TYPES[document["type"].removeprefix(TYPE_ROOT)]
        assert (response["statusCode"], document["status"], document["title"]) == (kind.status, kind.status, kind.title)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.5, fr;q=0.4", "en"),
        ("de, fr;q=0.1", "fr"),
        ("de", None),
        ("", None),
        ("*", None),
        ("fr;q=0", None),
        ("fr;q=x", None),
        (",;,", None),
    ],
)
def test_the_preferred_language_is_used(header: str, language: str | None) -> None:
    assert preferred_language(header) == language
