"""Exports that fail, and steps that come late or twice: nothing is lost silently, nothing hangs."""

import json
import re
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import aws, timestamps
from chalicelib.archive import plan_file
from chalicelib.assembly import assemble
from chalicelib.assembly.assemble import assemble_batch
from chalicelib.assembly.finish import finish_export
from chalicelib.assembly.plan import plan_export
from chalicelib.exports import attempts, lifecycle, record, storage
from chalicelib.exports.cleanup import FAILED_KEPT
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.model import Status
from chalicelib.exports.storage import request_key
from chalicelib.exports.table import ExportRow
from chalicelib.settings import settings
from infra.package import ROOT
from tests.harness import Person, expect_status
from tests.workflow.clean_up import clean_up
from tests.workflow.state_machine import run
from tests.workflow.steps import LARGE, MIB, SMALL, batch_of, create, lose, objects_of, planned
from tests.workflow.test_sample_exports import archive_of


def test_files_skipped_by_an_earlier_attempt_are_checked_again(ana: Person, project: str) -> None:
    keys = objects_of(ana, project, SMALL)
    export = create(ana, project)
    lose(keys["s00.txt"], keys["s01.txt"], keys["s02.txt"])
    state = plan_export({"export_id": export["id"], "attempt": 1, "plan": 1})
    assert finish_export(state)["outcome"] == "sources_changed"
    present = record.find(export["id"])
    assert present is not None
    at = timestamps.format(timestamps.now())
    lifecycle.mark_failed(present, 1, FailureCode.INTERNAL, at=at, kept_until="2099-01-01T00:00:00.000Z")
    # One has come back, just as the catalog knows it.
    aws.s3().put_object(
        Bucket=settings().catalog_bucket,
        Key=keys["s01.txt"],
        Body=(b"s01.txt" * 200)[: SMALL["s01.txt"] // 7 * 7] + b"x" * (SMALL["s01.txt"] % 7),
    )
    assert ana.post(f"/exports/{export['id']}/retry").status == 202
    assert run(export, attempt=2).count("planned") == 1
    final = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (final["status"], final["warnings"]) == ("ready", 2)
    kept = {name.rsplit("/", 1)[-1] for name in archive_of(ana, export["id"]).namelist() if "/" in name}
    assert kept == set(SMALL) - {"s00.txt", "s02.txt"}


def test_an_export_failed_by_the_last_resort_can_be_seen_and_retried_for_seven_days(ana: Person, project: str) -> None:
    objects_of(ana, project, {"a.txt": 10})
    export = create(ana, project)
    resort = json.loads((ROOT / "infra" / "state_machine.json").read_text())["States"]["Fail directly"]["Parameters"]
    values = {
        name: ({"N": "1"} if name == ":attempt" else value)
        for name, value in resort["ExpressionAttributeValues"].items()
    }
    boto3.client("dynamodb").update_item(
        TableName=settings().exports_table,
        Key={"id": {"S": export["id"]}},
        UpdateExpression=resort["UpdateExpression"],
        ConditionExpression=resort["ConditionExpression"],
        ExpressionAttributeNames=resort["ExpressionAttributeNames"],
        ExpressionAttributeValues=values,
    )
    moment = timestamps.now() + timedelta(minutes=5)
    for _ in range(3):
        assert clean_up(lambda: moment)["purged"] == 0
    result = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (result["status"], result["failure"]["code"], result["failure"]["retryable"]) == ("failed", "internal", True)
    events = [event["action"] for event in expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]]
    assert events == ["created", "failed"]
    late = moment + FAILED_KEPT - timedelta(minutes=1)
    assert clean_up(lambda: late)["purged"] == 0
    assert ana.post(f"/exports/{export['id']}/retry").status == 202
    assert run(export, attempt=2)[-2] == "ready"


def test_the_reason_of_a_failure_is_in_the_language_of_the_request(ana: Person, project: str) -> None:
    objects_of(ana, project, {"a.txt": 10})
    export = create(ana, project)
    ExportRow(export["id"]).update(
        actions=[ExportRow.status.set(Status.FAILED), ExportRow.failure_code.set("internal")]
    )

    def messages(**headers: str) -> set[str]:
        shown = ana.call("GET", f"/exports/{export['id']}", **headers).body
        (listed,) = ana.call("GET", "/exports", **headers).body["items"]
        return {shown["failure"]["message"], listed["failure"]["message"]}

    for own in ("en", "fr"):
        assert ana.call("PATCH", "/me", {"locale": own}).status == 200
        (english,) = messages(**{"Accept-Language": "en"})
        (french,) = messages(**{"Accept-Language": "fr"})
        assert english != french
        assert messages() == {english if own == "en" else french}


def test_failed_export_is_cleaned_up_after_seven_days(ana: Person, project: str) -> None:
    objects_of(ana, project, {"a.txt": 10})
    export = create(ana, project)
    ExportRow(export["id"]).update(
        actions=[ExportRow.status.set(Status.FAILED), ExportRow.failure_code.set("internal")]
    )
    moment = timestamps.now() + timedelta(minutes=1)
    clean_up(lambda: moment)
    assert clean_up(lambda: moment + FAILED_KEPT + timedelta(seconds=1))["purged"] == 1
    assert ana.get(f"/exports/{export['id']}").status == 410


def test_a_retry_uses_the_stored_request_or_reports_it_missing(ana: Person, project: str) -> None:
    objects_of(ana, project, {"a.txt": 10})
    export = create(ana, project)
    ExportRow(export["id"]).update(
        actions=[ExportRow.status.set(Status.FAILED), ExportRow.failure_code.set("internal")]
    )
    bucket, key = settings().work_bucket, request_key(export["id"])
    before = aws.s3().head_object(Bucket=bucket, Key=key)["LastModified"]
    import time

    time.sleep(1.1)
    assert ana.post(f"/exports/{export['id']}/retry").status == 202
    assert aws.s3().head_object(Bucket=bucket, Key=key)["LastModified"] > before
    ExportRow(export["id"]).update(
        actions=[ExportRow.status.set(Status.FAILED), ExportRow.failure_code.set("internal")]
    )
    aws.s3().delete_object(Bucket=bucket, Key=key)
    refused = ana.post(f"/exports/{export['id']}/retry")
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (409, "request-expired")


def test_a_late_duplicate_worker_removes_nothing_even_if_it_is_killed(
    ana: Person, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects_of(ana, project, {f"m{n}.txt": 3 * MIB for n in range(12)})
    export = create(ana, project)
    state = planned(export)

    class Killed(BaseException):
        """SIGKILL: no handler of the code's own sees it."""

    put = storage.put_work

    def dies(key: str, body: bytes) -> None:
        put(key, body)
        raise Killed

    # The duplicate has read earlier results (none), then the first run does all, then the duplicate saves its own and
    # is killed.
    with monkeypatch.context() as patched:
        merged = plan_file.merged

        def first_run_is_quicker(results: Any) -> Any:
            found = merged(results)
            if not patched_once:
                patched_once.append(True)
                assert assemble_batch(batch_of(state))["outcome"] == "done"
                patched.setattr(assemble, "put_work", dies)
            return found

        patched_once: list[bool] = []
        patched.setattr(assemble, "merged", first_run_is_quicker)
        with pytest.raises(Killed):
            assemble_batch(batch_of(state))
    for number in state["batches"][1:]:
        assemble_batch(batch_of(state, number))
    assert finish_export(state)["outcome"] == "ready"


def test_incomplete_batches_are_returned(ana: Person, project: str) -> None:
    objects_of(ana, project, {f"m{n}.txt": 3 * MIB for n in range(12)})
    export = create(ana, project)
    state = planned(export)
    found = finish_export(state)
    assert (found["outcome"], found["round"], found["copying"]) == ("incomplete", 1, False)
    assert found["batches"] == state["batches"]
    for number in found["batches"]:
        assemble_batch(batch_of(found, number))
    assert finish_export(found)["outcome"] == "ready"


def test_an_assembly_that_never_completes_fails(ana: Person, project: str) -> None:
    objects_of(ana, project, {f"m{n}.txt": 3 * MIB for n in range(4)})
    state = {**planned(create(ana, project)), "round": 5}
    with pytest.raises(Exception, match="parts were not written"):
        finish_export(state)


def test_a_worker_of_an_earlier_attempt_changes_nothing_of_a_newer_one(ana: Person, project: str) -> None:
    keys = objects_of(ana, project, {"a.txt": 1_000, "b.txt": 2_000})
    export = create(ana, project)
    zombie = planned(export)
    ExportRow(export["id"]).update(
        actions=[ExportRow.status.set(Status.FAILED), ExportRow.failure_code.set("internal")]
    )
    assert ana.post(f"/exports/{export['id']}/retry").status == 202
    lose(keys["b.txt"])
    assert run(export, attempt=2)[-2] == "ready"
    preview = expect_status(ana.get(f"/exports/{export['id']}/preview"), 200)
    warnings = expect_status(ana.get(f"/exports/{export['id']}/warnings"), 200)
    assert finish_export(zombie)["outcome"] in {"removed", "ready"}
    assert expect_status(ana.get(f"/exports/{export['id']}/preview"), 200) == preview
    assert expect_status(ana.get(f"/exports/{export['id']}/warnings"), 200) == warnings


def test_progress_that_can_not_be_recorded_fails_no_batch(
    ana: Person, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects_of(ana, project, {f"m{n}.txt": 3 * MIB for n in range(4)})
    export = create(ana, project)

    def refused(*_: Any, **__: Any) -> bool:
        raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "UpdateItem")

    monkeypatch.setattr(attempts, "add_bytes", refused)
    assert run(export)[-2] == "ready"


def test_errors_of_the_destination_are_not_blamed_on_a_source(
    ana: Person, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects_of(ana, project, LARGE)
    export = create(ana, project)
    state = planned(export)
    from chalicelib.exports import archive_uploads as export_uploads

    store = export_uploads.store()

    def denied(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "UploadPartCopy")

    monkeypatch.setattr(store.copier, "upload_part_copy", denied)
    if store.parts is not None:
        monkeypatch.setattr(store.parts, "copy", lambda *_, **__: None)
    with pytest.raises(Exception, match=re.escape(f"the destination {settings().exports_bucket}")):
        assemble_batch(batch_of(state))
