"""The operator's description of a deployment: `stages/<stage>.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from infra.lambda_package import Runtime
from infra.package import ROOT

_NAME = re.compile(r"[a-z][a-z0-9-]{0,20}")
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")  # longer ones would be cut in the functions' names


class StageError(Exception):
    """The stage's file is missing or breaks a rule; the message names the key and the rule."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A deployment. `parameters` are the template's; an empty `deployment_bucket` is named after account and region."""

    name: str
    region: str
    stack: str
    runtime: Runtime
    service_role: str = ""
    deployment_bucket: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


_KEYS = {entry.name for entry in fields(Stage)} - {"name", "runtime"} | {"architecture", "python"}


def read_stage(name: str, folder: Path = ROOT / "stages") -> Stage:
    """The stage of this name. Raises StageError."""
    if not _NAME.fullmatch(name):
        raise StageError(f"STAGE is {name!r}; it must be lower-case letters, digits and hyphens, at most 21")
    path = folder / f"{name}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StageError(f"stages/{name}.toml does not exist: copy stages/example.toml and edit it") from None
    except tomllib.TOMLDecodeError as error:
        raise StageError(f"stages/{name}.toml is not TOML: {error}") from None
    return stage_of(name, document)


def stage_of(name: str, document: Mapping[str, Any]) -> Stage:
    """The stage that a document describes. Raises StageError."""
    unknown = sorted(document.keys() - _KEYS)
    if unknown:
        raise StageError(f"unknown keys: {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}")
    text = {key: _text(document, key) for key in _KEYS - {"tags", "parameters"}}
    if not text["region"]:
        raise StageError("region is missing: the AWS region to deploy to")
    stack = text["stack"] or f"seqport-{name}"
    if not _STACK.fullmatch(stack):
        raise StageError(f"stack is {stack!r}; it must be letters, digits and hyphens, at most 30")
    try:
        runtime = Runtime(text["python"] or "3.13", text["architecture"] or "arm64")
    except ValueError as error:
        raise StageError(str(error)) from None
    return Stage(
        name,
        text["region"],
        stack,
        runtime,
        text["service_role"],
        text["deployment_bucket"],
        _table(document, "tags"),
        _table(document, "parameters"),
    )


def check_parameters(given: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise StageError for parameters that are not among the template's, for missing ones without a default, and for
    those that contradict each other."""
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise StageError(f"unknown parameters: {', '.join(unknown)} (docs/settings.md lists them)")
    missing = [name for name, parameter in known.items() if "Default" not in parameter and not given.get(name)]
    if missing:
        raise StageError(f"missing parameters: {', '.join(missing)}")
    _check_combinations({name for name, value in given.items() if value})


def _check_combinations(given: set[str]) -> None:
    if "OidcIssuer" in given:
        missing = [name for name in ("OidcAudience", "OidcJwksUri") if name not in given]
        if missing:
            raise StageError(f"OidcIssuer needs {' and '.join(missing)} (docs/issuers.md)")
    elif unused := sorted(name for name in given if name.startswith("Oidc")):
        raise StageError(
            f"{', '.join(unused)}: only with OidcIssuer; without, people sign in with the stack's user pool"
        )
    if "DomainName" not in given:
        if unused := sorted(given & {"CertificateArn", "HostedZoneId"}):
            raise StageError(f"{', '.join(unused)}: only with DomainName")
    elif "PublicUrl" in given:
        raise StageError("PublicUrl: not with DomainName, at which the pages are")
    elif not given & {"CertificateArn", "HostedZoneId", "DistributionCertificateArn"}:
        raise StageError("DomainName needs CertificateArn, or HostedZoneId for the stack to request a certificate")
    if "DistributionCertificateArn" in given and "DomainName" not in given:
        raise StageError("DistributionCertificateArn needs DomainName")
    for name, other in (
        ("AlarmEmail", "AlarmTopic"),
        ("RequestsPerAddress", "WebAcl"),
        ("DistributionCertificateArn", "CertificateArn"),
        ("DistributionCertificateArn", "RequestsPerAddress"),
    ):
        if {name, other} <= given:
            raise StageError(f"{name}: not with {other}")
    if "MonthlyBudget" in given and not given & {"AlarmEmail", "AlarmTopic"}:
        raise StageError("MonthlyBudget needs AlarmEmail or AlarmTopic, which receives the alarm")


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key, "")
    if not isinstance(value, str):
        raise StageError(f"{key} must be a string")
    return value


def _table(document: Mapping[str, Any], key: str) -> dict[str, str]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise StageError(f"{key} must be a table")
    return {name: _parameter(f"{key}.{name}", value) for name, value in table.items()}


def _parameter(place: str, value: object) -> str:
    """A value as CloudFormation takes it: lists joined by commas."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ",".join(value)
    raise StageError(f"{place} must be a string, a number, true or false, or a list of strings")
