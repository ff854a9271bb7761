"""Objects of deleted files: kept while exports may need them, then deleted, unless another record names them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import aws, timestamps
from chalicelib.catalog.files import deleted_objects
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.iam import as_function
from tests.lab import Lab, bind_source, new_lab, new_run, new_sample
from tests.workflow.state_machine import run

SignIn = Callable[..., Person]


@pytest.fixture
def lab(ana: Person) -> Lab:
    return new_lab(ana)


def objects() -> set[str]:
    found = aws.s3().list_objects_v2(Bucket=settings().catalog_bucket).get("Contents", [])
    return {item["Key"] for item in found}


def key_of(file: dict[str, Any]) -> str:
    return str(file["s3_uri"]).split("/", 3)[3]


def clean_up(days: int) -> dict[str, int]:
    """Run the clean-up as many days from now."""
    with as_function("clean_up"):
        return deleted_objects.delete_due_objects(lambda: timestamps.now() + timedelta(days=days))


def test_the_objects_of_a_deleted_sample_are_deleted_once_no_export_can_need_them(ana: Person, lab: Lab) -> None:
    sample, other = new_sample(ana, lab.project, "A"), new_sample(ana, lab.project, "B")
    files = [upload(ana, sample["id"], name, b"ACGT") for name in ("a_R1.fastq", "a_R2.fastq", "a.txt")]
    kept = upload(ana, other["id"], "b.txt", b"b")
    body = {"type": "sample", "namespace_id": lab.project["id"], "sample_ids": [sample["id"]], "file_formats": ["text"]}
    export = expect_status(ana.post("/exports", body), 202)

    def delete(step: str, _: Any) -> None:
        if step == "finish":
            assert ana.call("DELETE", f"/samples/{sample['id']}").status == 204
            assert clean_up(13) == {"objects_deleted": 0, "objects_failed": 0}

    assert run(export, between=delete)[-2] == "ready"
    assert objects() == {*map(key_of, files), key_of(kept)}
    assert clean_up(15) == {"objects_deleted": 3, "objects_failed": 0}
    assert objects() == {key_of(kept)}
    assert clean_up(15) == {"objects_deleted": 0, "objects_failed": 0}


def test_an_object_of_two_files_is_deleted_with_the_last_of_them(ana: Person, lab: Lab) -> None:
    sample = new_sample(ana, lab.project, "A")["id"]
    file = upload(ana, sample, "a.txt", b"text")
    again = expect_status(ana.post(f"/samples/{sample}/files/register", {"s3_uri": file["s3_uri"]}))
    assert ana.call("DELETE", f"/files/{file['id']}").status == 204
    assert clean_up(15)["objects_deleted"] == 0
    assert objects() == {key_of(file)}
    assert ana.call("DELETE", f"/files/{again['id']}").status == 204
    assert clean_up(15)["objects_deleted"] == 1
    assert objects() == set()


def test_an_object_that_is_an_output_of_a_run_stays(ana: Person, lab: Lab) -> None:
    sample = new_sample(ana, lab.project, "A")["id"]
    file = upload(ana, sample, "a.txt", b"text")
    register = f"/workflow-executions/{new_run(ana, lab.project)['id']}/outputs/register"
    expect_status(ana.post(register, {"s3_uri": file["s3_uri"]}))
    assert ana.call("DELETE", f"/files/{file['id']}").status == 204
    assert clean_up(15)["objects_deleted"] == 0
    assert objects() == {key_of(file)}


def test_registered_objects_are_never_deleted(ana: Person, lab: Lab) -> None:
    bucket = settings().catalog_bucket
    bind_source(lab.group["id"], bucket, "reads/")
    aws.s3().put_object(Bucket=bucket, Key="reads/a.txt", Body=b"text")
    sample = new_sample(ana, lab.project, "A")["id"]
    expect_status(ana.post(f"/samples/{sample}/files/register", {"s3_uri": f"s3://{bucket}/reads/a.txt"}))
    assert ana.call("DELETE", f"/samples/{sample}").status == 204
    assert clean_up(400) == {"objects_deleted": 0, "objects_failed": 0}
    assert objects() == {"reads/a.txt"}


def test_an_object_that_can_t_be_deleted_now_is_tried_again(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = new_sample(ana, lab.project, "A")["id"]
    files = [upload(ana, sample, name, b"text") for name in ("a.txt", "b.txt")]
    assert ana.call("DELETE", f"/samples/{sample}").status == 204
    with monkeypatch.context() as patched:
        patched.setattr(deleted_objects, "_MAX_PER_RUN", 1)
        assert clean_up(15)["objects_deleted"] == 1
    s3 = aws.s3()
    with monkeypatch.context() as patched:
        denied = s3.exceptions.ClientError({"Error": {"Code": "SlowDown"}}, "DeleteObject")
        patched.setattr(s3, "delete_object", lambda **_: (_ for _ in ()).throw(denied))
        assert clean_up(15) == {"objects_deleted": 0, "objects_failed": 1}
    assert len(objects() & set(map(key_of, files))) == 1
    assert clean_up(15) == {"objects_deleted": 1, "objects_failed": 0}
    assert objects() == set()
