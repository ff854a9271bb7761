"""The deployed API against its own description: schemathesis sends requests that it allows and forbids."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.demo.api import Api
from tests.stack import exports
from tests.stack.local_stack import Running

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))  # of one operation, beside those that boundary values need
SEED = os.environ.get("FUZZ_SEED", "1")
AT_LEAST = 2_000
REQUESTS = {
    "SampleExportRequest", "LinelistExportRequest", "AnalysisExportRequest", "NewExecution", "NewProject",
    "OutputRegistration", "SampleToRun",
}  # fmt: skip
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance"
)


def laboratory(api: Api) -> dict[str, list[str]]:
    """Ids and PUIDs of things that there are, by the names of parameters and fields."""
    group = api.post("/groups", {"name": "Fuzz", "path": "fuzz"})
    other = api.post("/groups", {"name": "Friends", "path": "friends"})
    project = api.post("/projects", {"name": "Pro", "path": "pro", "group_id": group["id"]})
    sample = api.post(f"/projects/{project['id']}/samples", {"name": "S", "metadata": {"a": 1}})
    file = exports.upload(api, sample["id"], "a.txt", b"text")
    pending = api.post(f"/samples/{sample['id']}/files", {"filename": "b.txt", "size": 9})
    workflow = {"name": "w", "version": "1"}
    run = api.post(
        "/workflow-executions",
        {"workflow": workflow, "namespace_id": project["id"], "samples": [{"sample_id": sample["id"]}]},
    )
    template = api.post(f"/namespaces/{project['id']}/metadata-templates", {"name": "T", "fields": ["a"]})
    member = api.signed_in(api.url, "member@example.org").get("/me")
    imported = api.post(f"/projects/{project['id']}/import", {"samplesheet": "sample\nA\n", "dry_run": False})
    ready = exports.wait(api, exports.create(api, project["id"], [sample], ["text"])["id"])
    return {
        "namespace_id": [project["id"], group["puid"]],
        "project_id": [project["puid"]],
        "group_id": [other["id"]],
        "sample_id": [sample["id"], sample["puid"]],
        "file_id": [file["id"], pending["id"]],
        "execution_id": [run["id"]],
        "template_id": [template["id"]],
        "import_id": [imported["id"]],
        "export_id": [ready["id"]],
        "user_id": [member["id"]],
        "sample_ids": [sample["id"], sample["puid"]],
        "workflow_execution_ids": [run["id"]],
        "file_formats": ["text", "fastq"],
        "linelist_format": ["csv", "xlsx"],
    }


def with_known_ids(document: dict[str, Any], ids: dict[str, list[str]]) -> dict[str, Any]:
    """The document with path parameters and fields that name what there is."""
    for schema in document["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            if name not in ids or schema.get("title") not in REQUESTS:
                continue
            values = {"enum": ids[name]}
            is_list = "array" in json.dumps(field)
            schema["properties"][name] = {"type": "array", "items": values, "maxItems": 3} if is_list else values
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in ids:
                    parameter["schema"] = {"type": "string", "enum": [*ids[parameter["name"]], "unknown"]}
                    parameter.pop("example", None)
    return document


def responses_to(described: Path, api: Api, operations: Sequence[str]) -> int:
    """How many requests schemathesis made of these operations, all of which were answered as described.

    Two processes share them, each with one thread: in CPython before 3.11.8 threads that parse Python at once, as
    Hypothesis does with the source of lambdas, can fail (python/cpython#106905)."""
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda part: _responses_to(described, api, operations[part::2], part), range(2)))


def _responses_to(described: Path, api: Api, operations: Sequence[str], part: int) -> int:
    events = described.with_suffix(f".{part}.ndjson")
    selection = [argument for name in operations for argument in ("--include-operation-id", name)]
    command = [
        str(Path(sys.executable).parent / "st"), "run", str(described), "--url", f"{api.url}/api/v1", *selection,
        "--header", f"Authorization: Bearer {api.token}", "--workers", "1", "--checks", CHECKS,
        "--phases", "examples,coverage,fuzzing", "--mode", "all", "--max-examples", str(EXAMPLES), "--seed", SEED,
        "--generation-database", "none", "--continue-on-failure", "--max-redirects", "0", "--request-timeout", "120",
        "--suppress-health-check", "all", "--no-color", "--report", "ndjson", "--report-ndjson-path", str(events),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=described.parent, capture_output=True, text=True, timeout=1_500, check=False)
    failures = done.stdout.partition(" FAILURES ")[2].partition(" WARNINGS ")[0] or done.stdout[-5_000:]
    assert done.returncode == 0, failures[:10_000] + done.stderr[-2_000:]
    finished = [json.loads(line).get("ScenarioFinished") for line in events.read_text(encoding="utf-8").splitlines()]
    return sum(len(scenario["recorder"].get("cases", {})) for scenario in finished if scenario)


def test_every_response_matches_its_description(stack: Running, tmp_path: Path) -> None:
    api = stack.person("fuzzer@example.org")
    document = with_known_ids(api.get("/openapi.json"), laboratory(api))
    described = tmp_path / "openapi.json"
    described.write_text(json.dumps(document), encoding="utf-8")
    by_method = [(method, item[method]["operationId"]) for item in document["paths"].values() for method in item]
    # It learns ids from responses: what it could delete is needed by all the others.
    count = responses_to(described, api, [name for method, name in by_method if method != "delete"])
    assert count + responses_to(described, api, [name for method, name in by_method if method == "delete"]) >= AT_LEAST
