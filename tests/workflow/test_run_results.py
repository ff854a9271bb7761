"""Results in any folder: on request, and when AWS HealthOmics reports the end of a run."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from chalice.test import Client

from chalicelib import aws
from chalicelib.catalog.files.registration import SourceRow, source_key
from chalicelib.ingestion import run_folder
from chalicelib.settings import settings
from tests.harness import Functions, Person, expect_problem, expect_status
from tests.iam import as_function
from tests.lab import Lab, bind_source, grant, new_lab, new_run, new_sample
from tests.workflow.state_machine import run as run_export

SignIn = Callable[..., Person]
PARAMS = {"input": "s3://lab/sheet.csv", "genome": {"size": 5_000_000}, "api_token": "hidden", "skip": None, "x": [1]}
VERSIONS = "ASSEMBLE:\n  shovill: 1.10\nWorkflow:\n    phac-nml/x: v0.9.0\n    Nextflow: 24.10.3\n"


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def lab(olga: Person, functions: Functions) -> Lab:
    lab = new_lab(olga)
    made = (new_sample(olga, lab.project, "One", {"country": "Canada"}), new_sample(olga, lab.project, "Two"))
    return replace(lab, samples=made)


@pytest.fixture
def bucket(lab: Lab) -> str:
    """The bucket of the laboratory's own results, of which `results/` may be registered in the project. (In this
    emulated account the catalog bucket has other prefixes than `runs/`, too.)"""
    bind_source(lab.project["id"], settings().catalog_bucket, "reads/")
    return settings().catalog_bucket


def record(lab: Lab, **changes: Any) -> str:
    sheet = [{"sample_id": row["id"], "samplesheet": {"sample": f"EC-{n}"}} for n, row in enumerate(lab.samples, 1)]
    return str(
        new_run(lab.owner, lab.project, **{"samples": sheet, "state": "running", "automated": True, **changes})["id"]
    )


def put(bucket: str, prefix: str, files: dict[str, Any]) -> None:
    for path, body in files.items():
        data = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        aws.s3().put_object(Bucket=bucket, Key=f"{prefix}{path}", Body=data)


def detail(person: Person, run: str) -> Any:
    return expect_status(person.get(f"/workflow-executions/{run}"), 200)


def paths(outputs: list[Any]) -> list[str]:
    return sorted(f"{output.get('folder', '')}/{output['filename']}" for output in outputs)


def read(event: Any) -> Any:
    """Call the function as Lambda does."""
    from app import read_results

    with as_function("read_results"):
        return read_results(event, None)


def complete(person: Person, run: str, functions: Functions, **body: Any) -> Any:
    """Request the reading, and run the function that was invoked for it."""
    expect_status(person.post(f"/workflow-executions/{run}/complete", body), 202)
    return read(functions.invoked[-1])


def omics(uri: str | None, status: str = "COMPLETED") -> dict[str, Any]:
    """The event of a run's end ("Using EventBridge with AWS HealthOmics")."""
    arn = "arn:aws:omics:us-east-1:123456789012:run/1234567"
    return {
        "version": "0", "id": str(uuid4()), "detail-type": "Run Status Change", "source": "aws.omics",
        "account": "123456789012", "time": "2026-12-01T05:00:00Z", "region": "us-east-1", "resources": [arn],
        "detail": {"omicsVersion": "1.0.0", "arn": arn, "status": status, "uuid": str(uuid4()), "runOutputUri": uri},
    }  # fmt: skip


NF_CORE = {
    "multiqc/multiqc_report.html": "report",
    "EC-1/assembly/EC-1.fa": "one",
    "EC-2/EC-2.fa": "two",
    "pipeline_info/params_2026-12-01_05-00-00.json": PARAMS,
    "pipeline_info/nf_core_software_mqc_versions.yml": VERSIONS,
}


def test_a_folder_without_a_list_of_results_is_registered_as_it_is(
    client: Client, olga: Person, lab: Lab, bucket: str, functions: Functions
) -> None:
    run = record(lab)
    put(bucket, "reads/week-48/", {**NF_CORE, ".DS_Store": "x", "empty/": ""})
    for _ in range(2):  # repeated: nothing changes
        outcome = complete(olga, run, functions, output_uri=f"s3://{bucket}/reads/week-48")
        assert outcome == {"outcome": "read", "run_id": run}
        found = detail(olga, run)
        assert (found["state"], found["results"]["has_file"], found["results"]["outputs"]) == ("completed", False, 5)
        assert paths(found["outputs"]) == [
            "multiqc/multiqc_report.html",
            "pipeline_info/nf_core_software_mqc_versions.yml",
            "pipeline_info/params_2026-12-01_05-00-00.json",
        ]
        assert [paths(row["outputs"]) for row in found["samples"]] == [["assembly/EC-1.fa"], ["/EC-2.fa"]]
    assert found["parameters"] == {
        "input": "s3://lab/sheet.csv",
        "genome.size": 5_000_000,
        "api_token": "…",
        "skip": None,
        "x": "[1]",
    }
    assert [tuple(row.values()) for row in found["software_versions"]] == [
        ("ASSEMBLE", "shovill", "1.10"),
        ("Workflow", "phac-nml/x", "v0.9.0"),
        ("Workflow", "Nextflow", "24.10.3"),
    ]


def test_objects_that_have_changed_or_are_gone_are_followed(
    client: Client, olga: Person, lab: Lab, bucket: str, functions: Functions
) -> None:
    run, uri = record(lab), f"s3://{bucket}/reads/a"
    put(bucket, "reads/a/", {"one.txt": "1", "two.txt": "2"})
    complete(olga, run, functions, output_uri=uri)
    aws.s3().delete_object(Bucket=bucket, Key="reads/a/one.txt")
    put(bucket, "reads/a/", {"two.txt": "longer"})
    complete(olga, run, functions, output_uri=uri)
    (output,) = detail(olga, run)["outputs"]
    assert (output["filename"], output["size"]) == ("two.txt", len("longer"))


def test_the_results_in_a_declared_folder_are_read_with_their_metadata(
    client: Client, olga: Person, lab: Lab, bucket: str, functions: Functions
) -> None:
    document = {
        "files": {"global": [], "samples": {"EC-1": [{"path": "assembly/EC-1.fa"}]}},
        "metadata": {"samples": {"EC-1": {"country": "France", "mlst": 131}}},
    }
    run = record(lab, output_uri=f"s3://{bucket}/reads/b")
    put(bucket, "reads/b/", {"iridanext.output.json": document, "assembly/EC-1.fa": "one", "work/x.bam": "no"})
    complete(olga, run, functions)
    found = detail(olga, run)
    assert (found["state"], found["outputs"]) == ("completed", [])
    assert paths(found["samples"][0]["outputs"]) == ["assembly/EC-1.fa"]
    assert found["results"]["kept"] == [{"sample": "EC-1", "field": "country"}]
    path = f"/samples/{lab.samples[0]['id']}"
    assert expect_status(olga.get(path), 200)["metadata"] == {"country": "Canada", "mlst": 131}
    complete(olga, run, functions, overwrite_metadata=True)
    changed = expect_status(olga.get(path), 200)
    assert changed["metadata"] == {"country": "France", "mlst": 131}
    assert changed["metadata_sources"]["country"]["workflow_execution_id"] == run
    body = {
        "type": "analysis", "analysis_type": "project", "namespace_id": lab.project["id"],
        "workflow_execution_ids": [run], "layout": "tree",
    }  # fmt: skip
    assert "ready" in run_export(expect_status(olga.post("/exports", body), 202))


@pytest.mark.parametrize("below", ["pubdir/", "out/", ""])
def test_the_end_of_a_healthomics_run_completes_the_execution(
    client: Client, olga: Person, lab: Lab, bucket: str, below: str
) -> None:
    run = record(lab, output_uri=f"s3://{bucket}/reads/omics/")
    put(bucket, f"reads/omics/1234567/{below}", NF_CORE)
    if below:
        put(bucket, "reads/omics/1234567/logs/", {"engine.log": "no output"})
    for _ in range(2):
        assert read(omics(f"s3://{bucket}/reads/omics/1234567")) == {"outcome": "read", "run_id": run}
    found = detail(olga, run)
    assert (found["state"], len(found["outputs"]), found["results"]["outputs"]) == ("completed", 3, 5)
    assert found["software_versions"]


def test_a_healthomics_run_may_write_to_the_own_folder_of_an_execution(client: Client, olga: Person, lab: Lab) -> None:
    run, bucket = record(lab), settings().catalog_bucket
    put(bucket, f"runs/{run}/1234567/pubdir/", NF_CORE)
    assert read(omics(f"s3://{bucket}/runs/{run}/1234567"))["outcome"] == "read"
    assert paths(detail(olga, run)["samples"][0]["outputs"]) == ["assembly/EC-1.fa"]


@pytest.mark.parametrize(("status", "state"), [("FAILED", "error"), ("CANCELLED", "canceled"), ("RUNNING", "running")])
def test_other_ends_of_a_healthomics_run(
    client: Client, olga: Person, lab: Lab, bucket: str, status: str, state: str
) -> None:
    run = record(lab, output_uri=f"s3://{bucket}/reads/c")
    read(omics(f"s3://{bucket}/reads/c/1", status))
    assert detail(olga, run)["state"] == state
    assert read(omics(f"s3://{bucket}/reads/c/1"))["outcome"] == ("invalid" if state == "running" else "ignored")
    assert detail(olga, run)["state"] == state


@pytest.mark.parametrize(
    "uri", ["s3://elsewhere/x/1", "s3://{bucket}/reads/unknown/1", "s3://{bucket}/runs/none/1", None]
)
def test_healthomics_runs_that_are_not_recorded_are_ignored(
    client: Client, lab: Lab, bucket: str, uri: str | None
) -> None:
    assert read(omics(uri and uri.format(bucket=bucket))) == {"outcome": "ignored"}


def test_a_folder_that_is_not_bound_any_more_is_not_read(
    client: Client, olga: Person, lab: Lab, bucket: str, functions: Functions
) -> None:
    run = record(lab, output_uri=f"s3://{bucket}/reads/d")
    put(bucket, "reads/d/", {"x.txt": "x"})
    expect_status(olga.post(f"/workflow-executions/{run}/complete", {}), 202)
    SourceRow(*source_key(lab.project["id"], bucket, "reads/")).delete()
    assert read(functions.invoked[-1]) == {"outcome": "forbidden"}
    assert read(omics(f"s3://{bucket}/reads/d/1")) == {"outcome": "ignored"}
    assert detail(olga, run)["outputs"] == []


def test_only_bound_folders_are_accepted(client: Client, olga: Person, lab: Lab, bucket: str) -> None:
    run = record(lab)
    other = record(lab)
    for uri in ("s3://elsewhere/x", f"s3://{bucket}/runs/{other}", f"s3://{bucket}/reads/../x", "s3://", "s3://b"):
        answer = olga.post(f"/workflow-executions/{run}/complete", {"output_uri": uri})
        expect_problem(answer, 422, "source-not-allowed", "/output_uri")
        body = {"workflow": {"name": "w", "version": "1"}, "namespace_id": lab.project["id"], "output_uri": uri}
        expect_problem(olga.post("/workflow-executions", body), 422, "source-not-allowed", "/output_uri")


def test_two_executions_can_not_write_to_one_folder(client: Client, lab: Lab, bucket: str) -> None:
    record(lab, output_uri=f"s3://{bucket}/reads/e")
    body = {
        "workflow": {"name": "w", "version": "1"}, "namespace_id": lab.project["id"],
        "output_uri": f"s3://{bucket}/reads/e/",
    }  # fmt: skip
    expect_problem(lab.owner.post("/workflow-executions", body), 409, "folder-taken")


def test_only_analysts_complete_and_the_right_is_checked_again(
    client: Client, sign_in: SignIn, olga: Person, lab: Lab, functions: Functions
) -> None:
    run = record(lab)
    put(settings().catalog_bucket, f"runs/{run}/", {"x.txt": "x"})
    guest, analyst = sign_in("guest@example.org"), sign_in("analyst@example.org")
    grant(olga, lab.project["id"], guest, "guest")
    grant(olga, lab.project["id"], analyst, "analyst")
    expect_problem(guest.post(f"/workflow-executions/{run}/complete", {}), 403, "role-too-low")
    expect_status(analyst.post(f"/workflow-executions/{run}/complete", {}), 202)
    grant(olga, lab.project["id"], analyst, "guest")
    assert read(functions.invoked[-1]) == {"outcome": "forbidden"}


def test_an_empty_folder_and_one_that_is_too_large_say_so(
    client: Client, olga: Person, lab: Lab, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(lab)
    assert complete(olga, run, functions)["reason"] == "There are no files in the folder."
    found = detail(olga, run)
    assert (found["state"], found["results"]["failure"]) == ("completing", "There are no files in the folder.")
    put(settings().catalog_bucket, f"runs/{run}/", {"a.txt": "a", "b.txt": "b"})
    monkeypatch.setattr(run_folder, "MAX_OBJECTS", 1)
    assert complete(olga, run, functions)["reason"] == "There are more than 1 files in the folder."
    monkeypatch.undo()


@pytest.mark.parametrize("killed_at", ["_remove_gone", "head_object"])
def test_a_reading_that_is_killed_is_completed_by_the_next(
    client: Client, olga: Person, lab: Lab, functions: Functions, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    run = record(lab)
    put(settings().catalog_bucket, f"runs/{run}/", NF_CORE)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_folder, killed_at, killed)
        with pytest.raises(KeyboardInterrupt):
            complete(olga, run, functions)
    complete(olga, run, functions)
    assert detail(olga, run)["results"]["outputs"] == 5


def test_parameters_can_be_given_when_the_execution_is_recorded(client: Client, olga: Person, lab: Lab) -> None:
    run = record(lab, parameters={"min_reads": 1000, "db_password": "x", "fast": True, "note": None, "ratio": 0.5})
    assert detail(olga, run)["parameters"] == {
        "min_reads": 1000,
        "db_password": "…",
        "fast": True,
        "note": None,
        "ratio": 0.5,
    }


def test_ended_executions_are_not_completed(client: Client, olga: Person, lab: Lab) -> None:
    run = record(lab, state="error")
    expect_problem(olga.post(f"/workflow-executions/{run}/complete", {}), 409, "state-not-possible")
