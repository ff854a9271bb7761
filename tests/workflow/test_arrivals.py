"""Objects that arrive in the catalog bucket of a real S3 server, with the events that EventBridge makes of them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4
from zlib import crc32

import boto3
import pytest
from chalice.test import Client

from chalicelib import aws
from chalicelib.catalog.files import pairs, uploads
from chalicelib.errors import Conflict
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.iam import as_function, as_nobody
from tests.lab import new_lab

SignIn = Callable[..., Person]


@pytest.fixture
def dead_letters(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    url: str = boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
    monkeypatch.setenv("ARRIVALS_DEAD_LETTERS", url)
    settings.cache_clear()
    return url


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def place(olga: Person, dead_letters: str) -> dict[str, Any]:
    lab = new_lab(olga)
    group, project = lab.group, lab.project
    other = expect_status(olga.post("/projects", {"name": "Q", "path": "q", "group_id": group["id"]}))
    sample = expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": "S"}))
    return {"group": group, "project": project, "other": other, "sample": sample}


def put(key: str, body: bytes, **more: Any) -> dict[str, Any]:
    """Put an object, and give the event that S3 sends by EventBridge ("Amazon S3 event message structure")."""
    bucket = settings().catalog_bucket
    aws.s3().put_object(Bucket=bucket, Key=key, Body=body, **more)
    return event_of(bucket, key)


def event_of(bucket: str, key: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2026-11-24T07:14:38Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {"version": "0", "bucket": {"name": bucket}, "object": {"key": key}, "reason": "PutObject"},
    }


def arrive(client: Client, event: dict[str, Any]) -> Any:
    """Call the function as Lambda does. (Chalice's client swaps `os.environ`: not for threads.)"""
    from app import register_arrival

    with as_function("register_arrival"):
        return register_arrival(event, None)


def deliver(client: Client, event: dict[str, Any]) -> Any:
    """Invoke it as Lambda does asynchronously: what is raised is tried twice more. (A transaction of moto can be seen
    half-done by another thread, which no retry would be needed for with DynamoDB.)"""
    for _ in range(2):
        try:
            return arrive(client, event)
        except Conflict:
            continue
    return arrive(client, event)


def key_in(place: dict[str, Any], filename: str) -> str:
    return f"uploads/{place['project']['puid']}/{place['sample']['puid']}/{filename}"


def files_of(person: Person, place: dict[str, Any]) -> list[Any]:
    return list(expect_status(person.get(f"/samples/{place['sample']['id']}/files"), 200)["items"])


def run_in(person: Person, place: dict[str, Any]) -> str:
    body = {
        "name": "R", "workflow": {"name": "w", "version": "1"}, "state": "running", "automated": False,
        "namespace_id": place["project"]["id"], "shared_with_namespace": False,
        "samples": [{"sample_id": place["sample"]["id"], "samplesheet": {"sample": "S"}}],
    }  # fmt: skip
    return str(expect_status(person.post("/workflow-executions", body))["id"])


def letters(url: str) -> list[Any]:
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def test_an_object_becomes_a_file_with_its_size_and_checksums(
    client: Client, olga: Person, place: dict[str, Any]
) -> None:
    body = b"@r\nACGT\n+\nIIII\n"
    event = put(key_in(place, "été 1.fastq"), body, ChecksumAlgorithm="CRC32")
    answers = [arrive(client, event) for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert answers[0]["outcome"] == "registered"
    (file,) = files_of(olga, place)
    assert (file["id"], file["filename"], file["format"]) == (answers[0]["file_id"], "été 1.fastq", "fastq")
    assert (file["size"], file["checksums"]) == (len(body), {"crc32": f"{crc32(body):08x}"})
    assert file["s3_uri"] == f"s3://{settings().catalog_bucket}/{key_in(place, 'été 1.fastq')}"


def test_keys_may_contain_ids_or_puids(client: Client, olga: Person, place: dict[str, Any]) -> None:
    arrive(client, put(f"uploads/{place['project']['id']}/{place['sample']['id']}/a.fa", b"A"))
    assert [file["filename"] for file in files_of(olga, place)] == ["a.fa"]


def test_mates_are_paired_in_any_order_of_arrival(client: Client, olga: Person, place: dict[str, Any]) -> None:
    events = [put(key_in(place, f"a_S1_L001_R{mate}_001.fastq.gz"), b"AC" * mate) for mate in (2, 1)]
    for event in events:
        arrive(client, event)
    upload(olga, place["sample"]["id"], "b_1.fq")
    arrive(client, put(key_in(place, "b_2.fq"), b"ACGT"))
    arrive(client, events[0])
    found = {file["filename"]: file for file in files_of(olga, place)}
    assert len(found) == 4
    for forward, reverse, type in (
        ("a_S1_L001_R1_001.fastq.gz", "a_S1_L001_R2_001.fastq.gz", "illumina_pe"),
        ("b_1.fq", "b_2.fq", "pe"),
    ):
        first, other = found[forward], found[reverse]
        assert (first["direction"], other["direction"]) == ("forward", "reverse")
        assert (first["puid"], first["type"], first["paired_with"]) == (other["puid"], type, other["id"])


def test_simultaneous_events_make_one_file_each_and_one_pair(
    client: Client, olga: Person, place: dict[str, Any]
) -> None:
    for turn in range(4):
        events = [put(key_in(place, f"t{turn}_{mate}.fq"), b"ACGT") for mate in (1, 2)]
        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(lambda event: deliver(client, event)["outcome"], events * 3))
        assert outcomes == ["registered"] * 6
        found = [file for file in files_of(olga, place) if file["filename"].startswith(f"t{turn}_")]
        assert sorted(file["filename"] for file in found) == [f"t{turn}_1.fq", f"t{turn}_2.fq"]
        assert {file["paired_with"] for file in found} == {file["id"] for file in found}


def test_an_overwritten_object_updates_all_its_records(client: Client, olga: Person, place: dict[str, Any]) -> None:
    key = key_in(place, "c_1.fq")
    arrive(client, put(key, b"old", ChecksumAlgorithm="CRC32"))
    arrive(client, put(key_in(place, "c_2.fq"), b"mate"))
    (before,) = [file for file in files_of(olga, place) if file["filename"] == "c_1.fq"]
    elsewhere = expect_status(olga.post(f"/projects/{place['other']['id']}/samples", {"name": "T"}))["id"]
    expect_status(olga.post(f"/samples/{elsewhere}/files/register", {"s3_uri": before["s3_uri"]}))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda event: deliver(client, event), [put(key, b"newer")] * 4))
    (after,) = [file for file in files_of(olga, place) if file["filename"] == "c_1.fq"]
    assert after == {**before, "size": 5, "checksums": after["checksums"]}
    assert after["checksums"] != before["checksums"]
    assert expect_status(olga.get(f"/samples/{elsewhere}/files"), 200)["items"][0]["size"] == 5


def test_an_object_of_a_run_becomes_its_output_and_follows_it(
    client: Client, olga: Person, place: dict[str, Any]
) -> None:
    run = run_in(olga, place)
    keys = [f"runs/{run}/summary.txt.gz", f"runs/{run}/{place['sample']['puid']}/quast.pdf"]
    for body in (b"first", b"overwritten"):
        for key in keys:
            answers = [arrive(client, put(key, body)) for _ in range(2)]
            assert answers[0] == answers[1]
        outputs = _outputs(expect_status(olga.get(f"/workflow-executions/{run}"), 200))
        assert sorted(outputs) == [("quast.pdf", len(body)), ("summary.txt.gz", len(body))]


def test_nested_outputs_keep_their_folder(client: Client, olga: Person, place: dict[str, Any]) -> None:
    """Of the run, or of a sample by its id, its PUID or its name in the samplesheet."""
    run, sample = run_in(olga, place), place["sample"]
    for key in (
        "multiqc/multiqc_data/data.json",
        "pipeline_info/params.json",
        f"{sample['puid']}/assembly/contigs.fa",
        f"{sample['id']}/a/b/c.txt",
        "S/quast/report.tsv",
    ):
        assert arrive(client, put(f"runs/{run}/{key}", b"x"))["outcome"] == "registered"
    document = expect_status(olga.get(f"/workflow-executions/{run}"), 200)
    own = {(output["folder"], output["filename"]) for output in document["outputs"]}
    assert own == {("multiqc/multiqc_data", "data.json"), ("pipeline_info", "params.json")}
    (row,) = document["samples"]
    of_sample = {(output["folder"], output["filename"]) for output in row["outputs"]}
    assert of_sample == {("assembly", "contigs.fa"), ("a/b", "c.txt"), ("quast", "report.tsv")}


def _outputs(document: Any) -> list[tuple[str, int]]:
    """Name and size of every output that a run's document holds, wherever it stands."""
    if isinstance(document, dict) and {"filename", "size"} <= document.keys():
        return [(document["filename"], document["size"])]
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return [output for value in inner for output in _outputs(value)]


def test_a_late_event_of_an_overwritten_object_does_not_bring_the_old_one_back(
    client: Client, olga: Person, place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_in(place, "late.fa")
    first = put(key, b"old")
    record = uploads.register_in_place

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        """Between its look at the object and its write, the object is overwritten and the other event is worked on."""
        monkeypatch.setattr(uploads, "register_in_place", record)
        with as_nobody():
            event = put(key, b"new one")
        arrive(client, event)
        return record(*args, **kwargs)

    monkeypatch.setattr(uploads, "register_in_place", overtaken)
    arrive(client, first)
    assert [file["size"] for file in files_of(olga, place)] == [7]


def test_an_interrupted_registration_is_completed_by_the_next(
    client: Client, olga: Person, place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = put(key_in(place, "cut.fa"), b"ACGT")

    def cut_off(file: Any) -> Any:
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(pairs, "complete", cut_off)
        with pytest.raises(TimeoutError):
            arrive(client, event)
    assert files_of(olga, place) == []
    assert arrive(client, event)["outcome"] == "registered"
    assert [file["filename"] for file in files_of(olga, place)] == ["cut.fa"]


def test_transient_errors_are_retried_not_dead_lettered(
    client: Client, place: dict[str, Any], dead_letters: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = put(key_in(place, "busy.fa"), b"ACGT")

    def busy(*args: Any, **kwargs: Any) -> Any:
        raise Conflict("busy")

    with monkeypatch.context() as patched:
        patched.setattr(pairs, "complete", busy)
        with pytest.raises(Conflict):
            arrive(client, event)
    assert letters(dead_letters) == []


def test_unregistrable_objects_are_dead_letters_with_a_reason(
    client: Client, olga: Person, place: dict[str, Any], dead_letters: str
) -> None:
    project, sample, other, group = (place[name]["puid"] for name in ("project", "sample", "other", "group"))
    bad = {
        f"uploads/{project}/{sample}": "malformed-key",
        f"uploads/{project}/{sample}/run/a.fa": "malformed-key",
        f"uploads/INXT_PRJ_AAAAAAAAAA/{sample}/a.fa": "unknown-project",
        f"uploads/{group}/{sample}/a.fa": "unknown-project",
        f"uploads/{project}/INXT_SAM_AAAAAAAAAA/a.fa": "unknown-sample",
        f"uploads/{other}/{sample}/a.fa": "sample-elsewhere",
        "runs/a.fa": "malformed-key",
        f"runs/{uuid4()}/a.fa": "unknown-run",
        f"runs/{run_in(olga, place)}/INXT_SAM_AAAAAAAAAA/a.fa": "sample-not-of-run",
    }
    for key, reason in bad.items():
        event = put(key, b"A")
        assert arrive(client, event) == {"outcome": "misplaced", "reason": reason}
        (letter,) = letters(dead_letters)
        assert (letter["reason"], letter["key"], letter["event"]) == (reason, key, event)
        assert letter["detail"]
    missing = event_of(settings().catalog_bucket, key_in(place, "gone.fa"))
    assert arrive(client, missing)["reason"] == "object-missing"
    assert arrive(client, event_of("elsewhere", key_in(place, "a.fa")))["reason"] == "other-bucket"
    assert files_of(olga, place) == []


def test_a_dead_letter_can_be_redriven_once_its_sample_exists(
    client: Client, olga: Person, place: dict[str, Any], dead_letters: str
) -> None:
    event = put(f"uploads/{place['project']['puid']}/INXT_SAM_BBBBBBBBBB/early.fa", b"ACGT")
    arrive(client, event)
    (letter,) = letters(dead_letters)
    body = {"name": "late", "puid": "INXT_SAM_BBBBBBBBBB"}
    late = expect_status(olga.post(f"/projects/{place['project']['id']}/samples", body))
    assert arrive(client, letter["event"])["outcome"] == "registered"
    assert expect_status(olga.get(f"/samples/{late['id']}/files"), 200)["total"] == 1


def test_folder_placeholder_objects_are_ignored(client: Client, place: dict[str, Any], dead_letters: str) -> None:
    assert arrive(client, put(key_in(place, ""), b"")) == {"outcome": "ignored"}
    assert letters(dead_letters) == []


def test_the_object_outlives_its_record(client: Client, olga: Person, place: dict[str, Any]) -> None:
    key = key_in(place, "kept.fa")
    arrive(client, put(key, b"ACGT"))
    assert olga.call("DELETE", f"/samples/{place['sample']['id']}").status == 204
    assert aws.s3().head_object(Bucket=settings().catalog_bucket, Key=key)["ContentLength"] == 4
