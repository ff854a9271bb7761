"""Objects put into the deployed catalog bucket, on the emulator's own S3: SeaweedFS raises no events."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.demo.api import Api
from tests.stack import exports
from tests.stack.local_stack import Running, running


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("arrivals") / "home"
    with running(
        home, SEQPORT_OBJECT_STORE="ministack", SFN_WAIT_SCALE="0", LAMBDA_ASYNC_RETRY_BASE_SECONDS="0.1"
    ) as up:
        yield up


def soon(ask: Callable[[], Any], seconds: float = 60) -> Any:
    """What `ask` answers as soon as that is anything."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)
    return answer


def files_of(api: Api, sample: Any) -> dict[str, Any]:
    return {file["filename"]: file for file in api.get(f"/samples/{sample['id']}/files?limit=100")["items"]}


def letter(stack: Running) -> Any:
    queue = stack.client("sqs")
    url = stack.info["dead_letters"]["arrivals"]
    for message in queue.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
        queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])
    return None


def test_objects_under_uploads_are_listed_paired_overwritten_and_exported(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    sample = ana.post(f"/projects/{project['id']}/samples", {"name": "Arrived"})
    s3, bucket = stack.client("s3"), stack.info["buckets"]["catalog"]
    bodies = {f"{stem}_{mate}.fastq": f"@{stem}/{mate}".encode() for stem in ("a", "b é+%20") for mate in (1, 2)}

    def put(name: str, body: bytes) -> None:
        s3.put_object(Bucket=bucket, Key=f"uploads/{project['puid']}/{sample['puid']}/{name}", Body=body)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda item: put(*item), bodies.items()))
    soon(lambda: sum("paired_with" in file for file in files_of(ana, sample).values()) == len(bodies))
    found = files_of(ana, sample)
    assert set(found) == set(bodies)
    for stem in ("a", "b é+%20"):
        forward, reverse = found[f"{stem}_1.fastq"], found[f"{stem}_2.fastq"]
        assert (forward["direction"], reverse["direction"]) == ("forward", "reverse")
        assert (forward["paired_with"], forward["puid"]) == (reverse["id"], reverse["puid"])
    bodies["a_1.fastq"] = b"@a/1 sequenced anew"
    put("a_1.fastq", bodies["a_1.fastq"])
    soon(lambda: files_of(ana, sample)["a_1.fastq"]["size"] == len(bodies["a_1.fastq"]))
    made = exports.create(ana, project["id"], [sample], ["fastq"])
    ready = exports.wait(ana, made["id"])
    assert (ready["status"], ready["warnings"]) == ("ready", 0)
    assert exports.bodies_in(exports.archive(ana, ready)) == bodies
    assert letter(stack) is None


def test_other_objects_raise_no_event_and_misplaced_ones_are_dead_letters(stack: Running) -> None:
    s3, bucket = stack.client("s3"), stack.info["buckets"]["catalog"]
    for key in ("files/x/y/z", "other/x/y/z.fa", "uploads/INXT_PRJ_AAAAAAAAAA/INXT_SAM_AAAAAAAAAA/a.fa"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"ACGT")
    result = soon(lambda: letter(stack))
    assert (result["reason"], result["bucket"]) == ("unknown-project", bucket)
    assert (
        result["key"]
        == result["event"]["detail"]["object"]["key"]
        == "uploads/INXT_PRJ_AAAAAAAAAA/INXT_SAM_AAAAAAAAAA/a.fa"
    )
    assert letter(stack) is None


def test_objects_under_runs_become_outputs_of_the_run_and_its_samples(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    sample = ana.post(f"/projects/{project['id']}/samples", {"name": "Of a run"})
    run = ana.post("/workflow-executions", {
        "name": "R", "workflow": {"name": "w", "version": "1"}, "state": "running", "namespace_id": project["id"],
        "samples": [{"sample_id": sample["id"], "samplesheet": {"sample": sample["puid"]}}],
    })["id"]  # fmt: skip
    s3, bucket = stack.client("s3"), stack.info["buckets"]["catalog"]
    for name in ("summary.txt.gz", f"{sample['puid']}/report.json"):
        s3.put_object(Bucket=bucket, Key=f"runs/{run}/{name}", Body=name.encode())

    def outputs() -> Any:
        result = ana.get(f"/workflow-executions/{run}")
        (of_sample,) = result["samples"]
        return [[output["filename"] for output in place["outputs"]] for place in (result, of_sample)]

    soon(lambda: outputs() == [["summary.txt.gz"], ["report.json"]])
    assert letter(stack) is None


def test_the_results_of_a_pipeline_arrive(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    sample = ana.post(f"/projects/{project['id']}/samples", {"name": "Analyzed"})
    run = ana.post("/workflow-executions", {
        "name": "R", "workflow": {"name": "w", "version": "1"}, "state": "running", "namespace_id": project["id"],
        "samples": [{"sample_id": sample["id"], "samplesheet": {"sample": "EC-1"}}], "automated": True,
    })["id"]  # fmt: skip
    results = {
        "files": {"global": [{"path": "multiqc/report.html"}], "samples": {"EC-1": [{"path": "assembly/EC-1.fa"}]}},
        "metadata": {"samples": {"EC-1": {"mlst": 131}}},
    }
    bodies = {
        "multiqc/report.html": b"<p>", "work/x.bam": b"x", "assembly/EC-1.fa": b">1",
        "iridanext.output.json.gz": gzip.compress(json.dumps(results).encode()),
    }  # fmt: skip
    s3, bucket = stack.client("s3"), stack.info["buckets"]["catalog"]
    for path, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=f"runs/{run}/{path}", Body=body)

    def outputs() -> Any:
        found = ana.get(f"/workflow-executions/{run}")
        places = (found, *found["samples"])
        shown = [[(output["folder"], output["filename"]) for output in place["outputs"]] for place in places]
        return found["state"], "results" in found, shown

    wanted = ("completed", True, [[("multiqc", "report.html")], [("assembly", "EC-1.fa")]])
    soon(lambda: outputs() == wanted)
    assert ana.get(f"/samples/{sample['id']}")["metadata"] == {"mlst": 131}
    request = {"type": "analysis", "analysis_type": "project", "namespace_id": project["id"], "layout": "tree"}
    made = ana.post("/exports", {**request, "workflow_execution_ids": [run]})
    names = exports.archive(ana, exports.wait(ana, made["id"])).namelist()
    inside = {name.removeprefix(f"{run}/") for name in names if "/" in name}
    assert inside == {"multiqc/report.html", "EC-1/assembly/EC-1.fa"}
    assert letter(stack) is None


def test_an_event_that_always_fails_is_a_dead_letter_too(stack: Running) -> None:
    broken = {"detail": {"bucket": {"name": "b"}}}
    function = stack.info["functions"]["register_arrival"]
    stack.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(broken).encode())
    assert soon(lambda: letter(stack))["requestPayload"] == broken
