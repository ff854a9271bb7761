"""The policies in `.chalice/`, with the template's references resolved to short names of resources.

A table, bucket, queue or state machine is named by its logical id: `FilesTable`, `FilesTable/index/by_name`,
`CatalogBucket/files/x`, `ExportStateMachine`, `execution:ExportStateMachine:x`. `*` matches any characters, also `/`,
as in IAM ("IAM JSON policy elements: Resource").
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.package import resources

POLICIES = Path(__file__).parents[2] / ".chalice"
FUNCTIONS = sorted(path.stem.removeprefix("policy-") for path in POLICIES.glob("policy-*.json"))
DOWNLOADS = "download"  # the role that the API's function assumes to sign links
REGISTERED = {  # the values of these parameters in tests
    "RegisteredObjects": ("bound/*", "CatalogBucket/reads/*"),
    "RegisteredBuckets": ("bound", "CatalogBucket"),
}
_ARN = re.compile(r"^arn:\$\{AWS::Partition\}:[a-z0-9]+:(\$\{AWS::Region\})?:(\$\{AWS::AccountId\})?:")
_ATTRIBUTE = re.compile(r"\$\{(\w+)(\.\w+)?\}")


@dataclass(frozen=True, slots=True)
class Permission:
    """One action on one resource pattern that a function is granted; `conditions` are names of template parameters by
    the key of the request's context that must equal them."""

    function: str
    sid: str
    action: str
    resource: str
    conditions: tuple[tuple[str, str], ...] = ()

    def allows(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Does it allow a call? `context` has the values of parameters under their names, too."""
        patterns = REGISTERED.get(self.resource, (self.resource,))
        return (
            action == self.action
            and any(re.fullmatch(".*".join(map(re.escape, text.split("*"))), resource, re.DOTALL) for text in patterns)
            and all(context.get(key) == context.get(parameter) for key, parameter in self.conditions)
        )


@cache
def permissions(function: str) -> tuple[Permission, ...]:
    """All that a function is granted. Its policy has no Deny, NotAction or NotResource: those are refused."""
    found = []
    for statement in [*_own(function), *_attached(function)]:
        if statement["Effect"] != "Allow" or statement.keys() - {"Sid", "Effect", "Action", "Resource", "Condition"}:
            raise ValueError(f"{function}: a statement that tests can't evaluate: {statement}")
        conditions = tuple(_conditions(statement.get("Condition", {})))
        found += [
            Permission(function, statement["Sid"], action, resource, conditions)
            for action in _listed(statement["Action"])
            for resource in map(_resource, _listed(statement["Resource"]))
        ]
    return tuple(found)


def _own(function: str) -> list[dict[str, Any]]:
    if function == DOWNLOADS:
        (policy,) = resources()["Resources"]["DownloadRole"]["Properties"]["Policies"]
        document = policy["PolicyDocument"]
    else:
        document = json.loads((POLICIES / f"policy-{function}.json").read_text(encoding="utf-8"))
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def _attached(function: str) -> Iterator[dict[str, Any]]:
    """The statements of policies that the template attaches to the function's role in every deployment: those for KMS
    keys depend on parameters, and no test server evaluates them."""
    role = "".join(word.title() for word in function.split("_")) + "Role"
    for name, resource in _template_policies().items():
        if {"Ref": role} in resource["Properties"]["Roles"]:
            for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
                yield {"Sid": name, **statement}


@cache
def _template_policies() -> dict[str, Any]:
    return {
        name: resource
        for name, resource in resources()["Resources"].items()
        if resource.get("Type") == "AWS::IAM::Policy" and "Condition" not in resource
    }


def _conditions(condition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for operator, keys in condition.items():
        if operator != "StringEquals":
            raise ValueError(f"a condition that tests can't evaluate: {operator}")
        yield from ((key, value["Ref"]) for key, value in keys.items())


def _resource(resource: Any) -> str:
    match resource:
        case {"Fn::GetAtt": [str(name), "Arn"]} | {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), "StreamArn"]}:
            return f"{name}/stream"
        case "*":
            return "*"
        case {"Fn::Sub": str(text)}:
            return _ATTRIBUTE.sub(r"\1", _ARN.sub("", text))
        case {"Fn::If": ["HasRegisteredObjects" | "HasRegisteredBuckets", registered, _]}:
            return _resource(registered)
        case _:
            raise ValueError(f"a resource that tests can't evaluate: {resource}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
