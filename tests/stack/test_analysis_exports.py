"""Workflow executions through HTTP, on the deployed template: from their outputs to an archive of them."""

import json
import random
from typing import Any

import pytest

from infra.demo.api import Api, ApiError
from tests.stack import exports
from tests.stack.local_stack import Running

MIB = 1 << 20


def put(stack: Running, key: str, size: int) -> tuple[str, bytes]:
    body = random.Random(key).randbytes(size)
    bucket = stack.info["buckets"]["catalog"]
    stack.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return f"s3://{bucket}/{key}", body


def run_with_outputs(stack: Running, api: Api, project: str, samples: list[Any]) -> tuple[str, dict[str, bytes]]:
    """A run that goes its way to `completed`, with outputs of its own and of each sample; and these by their path."""
    rows = [{"sample_id": sample["id"], "samplesheet": {"sample": sample["puid"]}} for sample in samples]
    workflow = {"name": "phac-nml/mikrokondo", "version": "0.9.0"}
    body = {"workflow": workflow, "state": "submitted", "namespace_id": project, "automated": True, "samples": rows}
    run = api.post("/workflow-executions", body)["id"]
    bodies: dict[str, bytes] = {}
    wanted = [("summary.txt.gz", None, 300), *(("quast.pdf", sample, 2_000) for sample in samples),
              ("big.bam", samples[0], 11 * MIB)]  # fmt: skip
    for filename, sample, size in wanted:
        folder = f"{sample['puid']}/" if sample else ""
        uri, bodies[f"{run}/{folder}{filename}"] = put(stack, f"runs/{run}/{folder}{filename}", size)
        of_sample = {"sample_id": sample["puid"]} if sample else {}
        for _ in range(2):
            api.post(f"/workflow-executions/{run}/outputs/register", {"s3_uri": uri, **of_sample})
    for state in ("running", "completed"):
        api.call("PATCH", f"/workflow-executions/{run}", {"state": state})
    return run, bodies


def test_runs_are_exported_by_their_submitter_and_by_analysts_of_the_project(stack: Running) -> None:
    ana, bob = stack.person("ana.runs@example.org"), stack.person("bob.runs@example.org")
    project = exports.project(ana)["id"]
    samples = [ana.post(f"/projects/{project}/samples", {"name": name}) for name in ("One", "Two")]
    run, bodies = run_with_outputs(stack, ana, project, samples)
    ana.call("PUT", f"/namespaces/{project}/members/{bob.get('/me')['id']}", {"role": "analyst"})
    (listed,) = bob.all(f"/namespaces/{project}/workflow-executions")
    assert (listed["id"], listed["state"]) == (run, "completed")
    detail = bob.get(f"/workflow-executions/{run}")
    assert [output["filename"] for output in detail["outputs"]] == ["summary.txt.gz"]
    assert [sample["output_count"] for sample in detail["samples"]] == [2, 1]
    of_project = {"type": "analysis", "analysis_type": "project", "namespace_id": project,
                  "workflow_execution_ids": [run], "email_notification": True}  # fmt: skip
    of_user = {"type": "analysis", "analysis_type": "user", "workflow_execution_ids": [run]}
    with pytest.raises(ApiError) as refused:
        bob.post("/exports", of_user)
    assert [row["pointer"] for row in refused.value.problem["errors"]] == ["/workflow_execution_ids/0"]
    for person, export_request in ((ana, of_user), (bob, of_project)):
        made = exports.wait(person, person.post("/exports", export_request)["id"])
        assert (made["status"], made["warnings"], made["file"]["files"]) == ("ready", 0, 4)
        opened = exports.archive(person, made)
        assert {name: opened.read(name) for name in opened.namelist() if "/" in name} == bodies
        assert json.loads(opened.read("manifest.json")) == person.get(f"/exports/{made['id']}/preview")
        assert opened.read("manifest.txt").decode().startswith("Analysis Export\n")
    assert exports.mails_about(stack.url, "bob.runs@example.org", made["id"])
