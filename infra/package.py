"""`python -m infra.package [OUT]`: the template and the deployment package, as they go to AWS and to a laptop alike.

Chalice packages the app and merges `resources.yaml` into its template. Before that the state machine's definition is
put in, and every function gets the environment that all of them have. An unchanged input is not packaged again.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_OUT = ROOT / "build" / "package"
FUNCTIONS = ("APIHandler", "Authorize", "Plan", "Assemble", "Finish", "RenderLinelist", "Notify", "Fail", "CleanUp",
             "RegisterArrival", "RunImport")  # fmt: skip
_INPUTS = ("app.py", "chalicelib", ".chalice", "requirements.txt", "infra/resources.yaml", "infra/state_machine.json",
           "infra/package.py")  # fmt: skip
_ENVIRONMENT: dict[str, Any] = {
    "USERS_TABLE": {"Ref": "UsersTable"},
    "NAMESPACES_TABLE": {"Ref": "NamespacesTable"},
    "SAMPLES_TABLE": {"Ref": "SamplesTable"},
    "FILES_TABLE": {"Ref": "FilesTable"},
    "RUNS_TABLE": {"Ref": "RunsTable"},
    "EXPORTS_TABLE": {"Ref": "ExportsTable"},
    "AUDIT_TABLE": {"Ref": "AuditTable"},
    "IDEMPOTENCY_TABLE": {"Ref": "IdempotencyTable"},
    "IMPORTS_TABLE": {"Ref": "ImportsTable"},
    "CATALOG_BUCKET": {"Ref": "CatalogBucket"},
    "WORK_BUCKET": {"Ref": "WorkBucket"},
    "EXPORTS_BUCKET": {"Ref": "ExportsBucket"},
    "OIDC_ISSUER": {"Ref": "OidcIssuer"},
    "OIDC_AUDIENCE": {"Ref": "OidcAudience"},
    "OIDC_JWKS_URI": {"Ref": "OidcJwksUri"},
    "OIDC_AUTHORIZATION_ENDPOINT": {"Ref": "OidcAuthorizationEndpoint"},
    "OIDC_TOKEN_ENDPOINT": {"Ref": "OidcTokenEndpoint"},
    "OIDC_END_SESSION_ENDPOINT": {"Ref": "OidcEndSessionEndpoint"},
    "MAIL_FROM": {"Ref": "MailFrom"},
    "PUBLIC_URL": {"Ref": "PublicUrl"},
    "PUID_PREFIX": {"Ref": "PuidPrefix"},
    "TIME_ZONE": {"Ref": "TimeZone"},
    "COPY_CRC": {"Ref": "CopyCrc"},
    "STUCK_AFTER": {"Ref": "StuckAfter"},
    "MAX_EXPORT_SAMPLES": {"Ref": "MaxExportSamples"},
    "MAX_EXPORT_FILES": {"Ref": "MaxExportFiles"},
    "MAX_EXPORT_BYTES": {"Ref": "MaxExportBytes"},
    "ASSEMBLE_CONCURRENCY": {"Ref": "AssembleConcurrency"},
    "CSV_BOM": {"Ref": "CsvBom"},
    "MAX_RUNNING_EXPORTS": {"Ref": "MaxRunningExports"},
    "AWS_ENDPOINT_URL_S3": {"Fn::If": ["HasS3Endpoint", {"Ref": "S3EndpointUrl"}, {"Ref": "AWS::NoValue"}]},
}


def resources() -> dict[str, Any]:
    """What is merged into chalice's template, complete and without YAML's anchors."""
    text = (ROOT / "infra" / "resources.yaml").read_text(encoding="utf-8")
    merged: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(text)))
    definition = json.loads((ROOT / "infra" / "state_machine.json").read_text(encoding="utf-8"))
    machine = merged["Resources"]["ExportStateMachine"]["Properties"]
    # A Map's concurrency is a number, and only text can be put in by CloudFormation: so without the quotes.
    for name in ("Copy", "Assemble"):
        definition["States"][name]["MaxConcurrency"] = "${AssembleConcurrency}"
    text = json.dumps(definition, ensure_ascii=False)
    machine["DefinitionString"] = text.replace('"${AssembleConcurrency}"', "${AssembleConcurrency}")
    for function in FUNCTIONS:
        properties = merged["Resources"].setdefault(function, {}).setdefault("Properties", {})
        variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
        properties["Environment"]["Variables"] = {**_ENVIRONMENT, **variables}
    return merged


def fingerprint() -> str:
    """A hash of all that the package is made of."""
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
    """Package into `out` (template `sam.json` and `deployment.zip`) unless it is up to date; gives `out` back."""
    mark = out / "fingerprint"
    wanted = fingerprint()
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted and (out / "deployment.zip").exists():
        return out
    out.mkdir(parents=True, exist_ok=True)
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
    mark.write_text(wanted, encoding="utf-8")
    return out


if __name__ == "__main__":
    made = package(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DEFAULT_OUT)
    print(f"{made}: template {(made / 'sam.json').stat().st_size:,} bytes, "
          f"package {(made / 'deployment.zip').stat().st_size:,} bytes")  # fmt: skip
