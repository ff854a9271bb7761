"""`python -m infra.package [OUT]`: the template and the deployment package, the same for AWS and for a laptop.

Chalice packages the app and merges `resources.yaml` into its template. Before that the state machine's definition is
put in, and every function gets the environment that all of them have. Afterwards the package's modules are compiled:
Lambda can't write where they are, so each cold start would compile them again. What has not changed is not packaged
again.
"""

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from chalicelib.settings import PARAMETERS, Source, resource_name, settings_from
from infra import gateway_responses, monitoring, pages_distribution, user_pool

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_OUT = ROOT / "build" / "package"
FUNCTIONS = ("APIHandler", "Authorize", "Plan", "Assemble", "Finish", "RenderLinelist", "Notify", "Fail", "CleanUp",
             "RegisterArrival", "ReadResults", "DeliverWebhooks", "RunImport", "RefreshSamples",
             "RecordMailDelivery")  # fmt: skip
# The steps of the state machine, which calls the version of its own release.
VERSIONED = ("Plan", "Assemble", "Finish", "RenderLinelist", "Notify", "Fail")
_INPUTS = ("app.py", "chalicelib", ".chalice", "requirements.txt", "infra/resources.yaml", "infra/state_machine.json",
           "infra/package.py", "infra/gateway_responses.py", "infra/monitoring.py", "infra/user_pool.py",
           "infra/pages_distribution.py")  # fmt: skip
_API_DOMAIN = "execute-api.${AWS::Region}.${AWS::URLSuffix}"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip entry can have: packages of the same files are the same


def environment() -> dict[str, Any]:
    """The variables that all functions have: every setting that comes from a resource or a parameter."""
    named = {
        setting.name.upper(): {"Ref": resource_name(setting)}
        for setting in settings_from(Source.RESOURCE, Source.PARAMETER)
    }
    issuer = {setting.name.upper(): user_pool.value_of(setting) for setting in settings_from(Source.ISSUER)}
    endpoint = {"Fn::If": ["HasS3Endpoint", {"Ref": "S3EndpointUrl"}, {"Ref": "AWS::NoValue"}]}
    return {
        **named, **issuer, "PUBLIC_URL": _at_domain({"Ref": "PublicUrl"}), "AWS_ENDPOINT_URL_S3": endpoint,
        "POWERTOOLS_SERVICE_NAME": {"Ref": "AWS::StackName"},
    }  # fmt: skip


def resources() -> dict[str, Any]:
    """The resources merged into chalice's template, without YAML anchors. Parameters have the descriptions and
    defaults of the settings."""
    text = (ROOT / "infra" / "resources.yaml").read_text(encoding="utf-8")
    merged: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(text)))
    for setting in settings_from(*PARAMETERS):
        parameter = merged["Parameters"].setdefault(resource_name(setting), {"Type": "String"})
        parameter["Description"] = setting.metadata["description"]
        if setting.default is MISSING and setting.metadata["source"] is Source.ISSUER:
            parameter["Default"] = ""  # the user pool's
        elif setting.default is not MISSING:
            text = str(setting.default).lower() if setting.type is bool else str(setting.default)
            parameter["Default"] = setting.default if parameter["Type"] == "Number" else text
    api = merged["Resources"]["RestAPI"]["Properties"]
    # The title is the API's name, and its metrics' dimension: each stack has its own.
    api["DefinitionBody"] = {
        "info": {"title": {"Ref": "AWS::StackName"}},
        gateway_responses.EXTENSION: gateway_responses.extension(),
    }
    url = _address({"Fn::Sub": f"https://${{RestAPI}}.{_API_DOMAIN}/live"})
    merged["Outputs"]["PagesUrl"]["Value"] = url
    # Buckets can't depend on the API's own address: it depends on functions that know the buckets' names.
    origin = _address({"Fn::Sub": f"https://*.{_API_DOMAIN}"})
    for bucket in ("ExportsBucket", "CatalogBucket"):
        (rule,) = merged["Resources"][bucket]["Properties"]["CorsConfiguration"]["CorsRules"]
        rule["AllowedOrigins"] = [origin]
    client = merged["Resources"]["PagesClient"]["Properties"]
    for name, path in (("CallbackURLs", "/signed-in"), ("LogoutURLs", "/")):
        client[name] = [{"Fn::Join": ["", [url, path]]}]
    merged["Resources"]["PagesFunction"]["Properties"]["FunctionCode"] = pages_distribution.function_code()
    merged["Resources"]["PagesHeaders"]["Properties"]["ResponseHeadersPolicyConfig"] = (
        pages_distribution.headers_policy()
    )
    client["CallbackURLs"].append(user_pool.CLIENT_REDIRECT_URI)
    client["AllowedOAuthScopes"] = user_pool.SCOPES
    merged["Resources"]["ResourceServer"]["Properties"] |= user_pool.RESOURCE_SERVER
    merged["Resources"] |= monitoring.alarms(FUNCTIONS) | {"Dashboard": monitoring.dashboard(FUNCTIONS)}
    definition = json.loads((ROOT / "infra" / "state_machine.json").read_text(encoding="utf-8"))
    machine = merged["Resources"]["ExportStateMachine"]["Properties"]
    # A Map's concurrency is a number, but CloudFormation substitutes only text: so the quotes are removed.
    for name in ("Copy", "Assemble", "RenderSlices"):
        definition["States"][name]["MaxConcurrency"] = "${AssembleConcurrency}"
    text = json.dumps(definition, ensure_ascii=False).replace("arn:aws:states:::", "arn:${Partition}:states:::")
    machine["DefinitionString"] = text.replace('"${AssembleConcurrency}"', "${AssembleConcurrency}")
    _chain_tables(merged["Resources"])
    boundary = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    roles = [f"{'ApiHandler' if function == 'APIHandler' else function}Role" for function in FUNCTIONS]
    for role in (*roles, "ExportStateMachineRole", "DownloadRole"):
        properties = merged["Resources"].setdefault(role, {}).setdefault("Properties", {})
        properties["PermissionsBoundary"] = boundary
    merged["Resources"]["TracingPolicy"]["Properties"]["Roles"] = [
        {"Ref": role} for role in (*roles, "ExportStateMachineRole")
    ]
    for function in VERSIONED:
        properties = merged["Resources"].setdefault(function, {}).setdefault("Properties", {})
        properties |= {"AutoPublishAlias": "live", "AutoPublishAliasAllProperties": True}
    for function in FUNCTIONS:
        properties = merged["Resources"].setdefault(function, {}).setdefault("Properties", {})
        variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
        properties["Environment"]["Variables"] = {**environment(), **variables}
        properties["Tracing"] = {"Fn::If": ["HasTracing", "Active", "PassThrough"]}
    return merged


def _at_domain(otherwise: dict[str, Any]) -> dict[str, Any]:
    return {"Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, otherwise]}


def _address(otherwise: dict[str, Any]) -> dict[str, Any]:
    """Where the pages are: at the stack's domain, or at the address that the operator gave."""
    return _at_domain({"Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, otherwise]})


def _chain_tables(resources: dict[str, Any]) -> None:
    """Let each table wait for the one before it: a template that creates several tables with indexes at once has to
    declare dependencies. Source: AWS::DynamoDB::Table, CloudFormation User Guide."""
    tables = [name for name, resource in resources.items() if resource.get("Type") == "AWS::DynamoDB::Table"]
    for before, name in pairwise(tables):
        resources[name]["DependsOn"] = before


def fingerprint() -> str:
    """A hash of everything that goes into the package."""
    digest = hashlib.sha256(sys.version.encode())
    for name in _INPUTS:
        top = ROOT / name
        paths = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else [top]
        for path in paths:
            skipped = {"__pycache__", "deployments", "deployed", "venv"} & set(path.relative_to(ROOT).parts)
            if not skipped:
                digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def package(out: Path = DEFAULT_OUT) -> Path:
    """Package into `out` (template `sam.json` and `deployment.zip`) unless it is up to date; returns `out`. Processes
    that package at the same time wait for each other."""
    with locked(out):
        _package(out)
    return out


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of a folder that is packaged into."""
    out.mkdir(parents=True, exist_ok=True)
    with (out.parent / f"{out.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _package(out: Path) -> None:
    mark = out / "fingerprint"
    expected = fingerprint()
    if mark.exists() and mark.read_text(encoding="utf-8") == expected and (out / "deployment.zip").exists():
        return
    merge = out / "resources.json"
    merge.write_text(json.dumps(resources(), indent=1), encoding="utf-8")
    command = [
        str(Path(sys.executable).parent / "chalice"), "package", "--stage", "live", "--pkg-format", "cloudformation",
        "--template-format", "json", "--merge-template", str(merge), str(out),
    ]  # fmt: skip
    # Chalice wants a region although nothing of the template depends on it.
    env = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # and the pip that it runs
            raise
    if process.returncode:
        raise SystemExit(f"chalice package failed:\n{output}")
    compile_modules(out / "deployment.zip")
    mark.write_text(expected, encoding="utf-8")


def compile_modules(archive: Path) -> None:
    """Put the compiled form of every module into a deployment package."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as name:
        folder = Path(name) / "package"
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
        subprocess.run(compile_command(sys.executable, folder), check=True)
        made = Path(name) / archive.name
        write_archive(folder, made)
        made.replace(archive)


def compile_command(python: str, folder: Path) -> list[str]:
    """The command that compiles a folder's modules. They are valid whatever times the files get when they are extracted
    (PEP 552, unchecked hashes), for this version of Python."""
    return [
        python, "-m", "compileall", "-qq", "-j", "0", "-s", str(folder), "--invalidation-mode", "unchecked-hash",
        str(folder),
    ]  # fmt: skip


def write_archive(folder: Path, archive: Path) -> None:
    """A zip file of a folder; the same files give the same bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EARLIEST)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            written.writestr(info, path.read_bytes())


if __name__ == "__main__":
    made = package(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DEFAULT_OUT)
    print(f"{made}: template {(made / 'sam.json').stat().st_size:,} bytes, "
          f"package {(made / 'deployment.zip').stat().st_size:,} bytes")  # fmt: skip
