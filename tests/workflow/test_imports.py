"""Imports of samplesheets with a real S3 server: whole, twice, at once, killed half-way, and given up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib import aws, timestamps
from chalicelib.catalog.files import registration, uploads
from chalicelib.catalog.samples import repository as samples
from chalicelib.ingestion.imports import record as import_record
from chalicelib.ingestion.imports import steps as import_steps
from chalicelib.ingestion.imports import worker as import_worker
from chalicelib.ingestion.imports.recovery import MAX_RESTARTS, SILENT_AFTER
from chalicelib.settings import settings
from tests.harness import IMPORT_FUNCTION, Functions, Person, expect_status
from tests.iam import as_function
from tests.lab import bind_source, new_lab
from tests.workflow.clean_up import recover_stalled_imports

SignIn = Callable[..., Person]


@dataclass
class Time:
    """A Lambda context that reports enough remaining time for the first `checks` calls, and none after."""

    checks: int = 1_000
    function_name: str = IMPORT_FUNCTION

    def get_remaining_time_in_millis(self) -> int:
        self.checks -= 1
        return 900_000 if self.checks >= 0 else 0


@dataclass(frozen=True)
class Lab:
    olga: Person
    project: Any
    bucket: str
    functions: Functions

    def put(self, *names: str) -> list[str]:
        for name in names:
            aws.s3().put_object(Bucket=self.bucket, Key=f"reads/{name}", Body=name.encode())
        return [f"s3://{self.bucket}/reads/{name}" for name in names]

    def begin(self, sheet: str) -> str:
        body = {"samplesheet": sheet, "dry_run": False}
        return str(expect_status(self.olga.post(f"/projects/{self.project['id']}/import", body), 202)["id"])

    def get(self, import_id: str) -> Any:
        return expect_status(self.olga.get(f"/imports/{import_id}"), 200)

    def catalog(self) -> dict[str, Any]:
        """Everything in the project, by the samples' names, which must be unique."""
        listed = expect_status(self.olga.get(f"/namespaces/{self.project['id']}/samples?limit=100"), 200)
        found: dict[str, Any] = {}
        for item in listed["items"]:
            assert item["name"] not in found
            sample = expect_status(self.olga.get(f"/samples/{item['id']}"), 200)
            files = expect_status(self.olga.get(f"/samples/{item['id']}/files?limit=100"), 200)["items"]
            found[item["name"]] = sample, {file["filename"]: file for file in files}
        assert listed["total"] == len(found)
        return found


def run(import_id: str, time: Time | None = None) -> str:
    """Call the function as Lambda does. (Chalice's client swaps `os.environ`: not for threads.)"""
    from app import run_import

    with as_function("run_import"):
        return str(run_import({"import_id": import_id}, time or Time())["outcome"])


@pytest.fixture
def lab(sign_in: SignIn, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(import_worker, "CONCURRENT_STEPS", 4)
    olga = sign_in("olga@example.org")
    lab = new_lab(olga)
    group, project = lab.group, lab.project
    bucket = settings().catalog_bucket
    bind_source(group["id"], bucket, "reads/")
    return Lab(olga, project, bucket, functions)


@pytest.fixture
def sheet(lab: Lab) -> str:
    """Eight samples with a pair of reads each, two of them in two lanes."""
    lines = ["sample,fastq_1,fastq_2,Site,count"]
    for number in range(8):
        for lane in (1, 2) if number % 5 == 0 else (1,):
            uris = lab.put(*(f"s{number}_S1_L00{lane}_R{mate}_001.fastq" for mate in (1, 2)))
            lines.append(f"S{number},{uris[0]},{uris[1]},site {number},{number}")
    return "\n".join(lines) + "\n"


def check_whole(lab: Lab, import_id: str) -> None:
    result = lab.get(import_id)
    assert (result["status"], result["error_count"], result["errors"], result["failure"]) == ("done", 0, [], None)
    assert result["progress"] == {"percent": 100, "rows_done": 10, "rows_total": 10}
    assert (result["samples_created"], result["samples_updated"], result["files_registered"]) == (8, 0, 20)
    assert result["ended_at"]
    found = lab.catalog()
    assert len(found) == 8
    for number in range(8):
        sample, files = found[f"S{number}"]
        assert sample["metadata"] == {"site": f"site {number}", "count": number}
        assert len(files) == (4 if number % 5 == 0 else 2)
        for name, file in files.items():
            mate = files[name.replace("_R1_", "_R9_").replace("_R2_", "_R1_").replace("_R9_", "_R2_")]
            assert (file["size"], file["paired_with"]) == (len(name), mate["id"])


def test_a_sheet_becomes_samples_with_metadata_and_paired_files(lab: Lab, sheet: str) -> None:
    import_id = lab.begin(sheet)
    assert lab.functions.invoked == [{"import_id": import_id}]
    assert run(import_id) == "done"
    check_whole(lab, import_id)
    before = lab.catalog()
    assert run(import_id) == "over"
    assert lab.catalog() == before


def test_importing_the_same_sheet_again_finds_nothing_to_do(lab: Lab, sheet: str) -> None:
    assert run(lab.begin(sheet)) == "done"
    before = lab.catalog()
    again = lab.begin(sheet)
    assert run(again) == "done"
    result = lab.get(again)
    assert (result["samples_created"], result["samples_updated"], result["files_registered"]) == (0, 0, 0)
    assert lab.catalog() == before


def test_existing_samples_are_updated_and_keep_other_values(lab: Lab) -> None:
    body = {"name": "A", "description": "old", "metadata": {"site": "x", "kept": 1}}
    sample = expect_status(lab.olga.post(f"/projects/{lab.project['id']}/samples", body))
    (uri,) = lab.put("a.fa")
    import_id = lab.begin(f"puid,description,site,fasta\n{sample['puid']},new,y,{uri}\n")
    run(import_id)
    changed, files = lab.catalog()["A"]
    assert (changed["id"], changed["description"]) == (sample["id"], "new")
    assert changed["metadata"] == {"site": "y", "kept": 1}
    assert set(files) == {"a.fa"}
    result = lab.get(import_id)
    assert (result["samples_created"], result["samples_updated"], result["files_registered"]) == (0, 1, 1)


def test_simultaneous_workers_create_everything_once(lab: Lab, sheet: str) -> None:
    import_id = lab.begin(sheet)
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda _: run(import_id), range(3)))
    assert set(outcomes) <= {"done", "left to another", "over"}
    assert outcomes.count("done") == 1
    check_whole(lab, import_id)


class Killed(BaseException):
    """A kill, which the worker's own code can't handle."""


@pytest.mark.parametrize("after", [1, 12])
@pytest.mark.parametrize("place", ["before", "after"])
def test_work_of_a_killed_worker_is_found_and_completed(
    lab: Lab, sheet: str, monkeypatch: pytest.MonkeyPatch, after: int, place: str
) -> None:
    import_id = lab.begin(sheet)
    record, calls = uploads.register_in_place, [0]

    def killing(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] >= after:
            if place == "after":
                record(*args, **kwargs)
            raise Killed
        return record(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "register_in_place", killing)
        with pytest.raises(Killed):
            run(import_id)
    assert lab.get(import_id)["status"] == "processing"
    assert run(import_id) == "done"
    check_whole(lab, import_id)


@pytest.mark.parametrize("counted", [True, False])
def test_a_worker_killed_while_it_counts_does_not_count_twice(
    lab: Lab, sheet: str, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    import_id = lab.begin(sheet)
    count = import_record.count

    def killing(*args: Any, **kwargs: Any) -> Any:
        if counted:
            count(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(import_record, "count", killing)
        with pytest.raises(Killed):
            run(import_id)
    rows = lab.get(import_id)["progress"]["rows_done"]
    assert rows > 0 if counted else rows == 0
    assert run(import_id) == "done"
    check_whole(lab, import_id)


def test_work_longer_than_one_invocation_continues_in_another(lab: Lab, sheet: str) -> None:
    import_id = lab.begin(sheet)
    lab.functions.invoked.clear()
    assert run(import_id, Time(checks=1)) == "continues"
    assert lab.functions.invoked == [{"import_id": import_id}]
    assert 0 < lab.get(import_id)["progress"]["percent"] < 100
    assert run(import_id) == "done"
    check_whole(lab, import_id)


def test_a_sample_of_many_files_is_taken_in_several_steps(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_steps, "FILES_PER_STEP", 2)
    monkeypatch.setattr(import_worker, "CONCURRENT_STEPS", 1)
    uris = lab.put(*(f"a{number}.fa" for number in range(5)))
    import_id = lab.begin("sample,fasta,x\n" + "".join(f"A,{uri},1\n" for uri in uris))
    assert run(import_id, Time(checks=1)) == "continues"
    sample, files = lab.catalog()["A"]
    assert len(files) == 2
    expect_status(lab.olga.call("PATCH", f"/samples/{sample['id']}/metadata", {"x": 2}), 200)
    assert run(import_id) == "done"
    sample, files = lab.catalog()["A"]
    assert (sample["metadata"], len(files)) == ({"x": 2}, 5)
    result = lab.get(import_id)
    assert (result["samples_created"], result["files_registered"], result["progress"]["rows_done"]) == (1, 5, 5)


def test_failing_rows_are_reported_and_the_others_imported(lab: Lab) -> None:
    known = expect_status(lab.olga.post(f"/projects/{lab.project['id']}/samples", {"name": "Gone"}))
    first, second, third = lab.put("a.fa", "b.fa", "c.fa")
    import_id = lab.begin(
        f"sample,puid,fasta,x\nA,,{first},1\nB,,{second},1\nGone,{known['puid']},{third},1\nD,INXT_SAM_DDDDDDDDDD,,1\n"
    )
    aws.s3().delete_object(Bucket=lab.bucket, Key="reads/a.fa")
    assert lab.olga.call("DELETE", f"/samples/{known['id']}").status == 204
    expect_status(
        lab.olga.post(f"/projects/{lab.project['id']}/samples", {"name": "Other", "puid": "INXT_SAM_DDDDDDDDDD"})
    )
    assert run(import_id) == "done"
    result = lab.get(import_id)
    assert [error["pointer"] for error in result["errors"]] == [
        "/samplesheet/2/fasta",
        "/samplesheet/4",
        "/samplesheet/5",
    ]
    assert result["errors"][0]["detail"] == "This object does not exist or can't be registered here."
    assert (result["error_count"], result["samples_created"], result["files_registered"]) == (3, 2, 1)
    assert result["progress"]["rows_done"] == 4
    french = lab.olga.call("GET", f"/imports/{import_id}", **{"Accept-Language": "fr"}).body["errors"]
    assert french[1]["detail"] == "Échantillon introuvable."
    found = lab.catalog()
    assert {name: set(files) for name, (_, files) in found.items()} == {"A": set(), "B": {"b.fa"}, "Other": set()}


def test_errors_are_capped_at_100_but_all_are_counted(lab: Lab) -> None:
    uris = lab.put(*(f"{number}.fa" for number in range(110)))
    import_id = lab.begin("sample,fasta\n" + "".join(f"A,{uri}\n" for uri in uris))
    for number in range(110):
        aws.s3().delete_object(Bucket=lab.bucket, Key=f"reads/{number}.fa")
    assert run(import_id) == "done"
    result = lab.get(import_id)
    assert (result["error_count"], len(result["errors"]), result["files_registered"]) == (110, 100, 0)


def test_a_source_that_was_unbound_meanwhile_is_refused_where_it_is_registered(lab: Lab) -> None:
    (uri,) = lab.put("a.fa")
    import_id = lab.begin(f"sample,fasta\nA,{uri}\n")
    for row in registration.SourceRow.scan(registration.SourceRow.sk.startswith("SOURCE#")):
        row.delete()
    assert run(import_id) == "done"
    assert [error["pointer"] for error in lab.get(import_id)["errors"]] == ["/samplesheet/2/fasta"]


@pytest.mark.parametrize("begun", [True, False])
def test_import_stops_when_its_owner_loses_the_role(lab: Lab, sheet: str, sign_in: SignIn, begun: bool) -> None:
    bob = sign_in("bob@example.org")
    member = f"/namespaces/{lab.project['id']}/members/{bob.get('/me').body['id']}"
    assert lab.olga.call("PUT", member, {"role": "analyst"}).status == 200
    import_id = Lab(bob, lab.project, lab.bucket, lab.functions).begin(sheet)
    if begun:
        assert run(import_id, Time(checks=1)) == "continues"
    assert lab.olga.call("PUT", member, {"role": "uploader"}).status == 200
    assert run(import_id) == "right-lost"
    result = lab.get(import_id)
    assert (result["status"], result["failure"]["code"]) == ("failed", "right-lost")
    assert len(lab.catalog()) == result["samples_created"] == (4 if begun else 0)


def test_a_lost_plan_fails_the_import(lab: Lab, sheet: str) -> None:
    import_id = lab.begin(sheet)
    (plan,) = aws.s3().list_objects_v2(Bucket=settings().work_bucket, Prefix="imports/")["Contents"]
    aws.s3().delete_object(Bucket=settings().work_bucket, Key=plan["Key"])
    assert run(import_id) == "plan-lost"
    assert lab.get(import_id)["failure"]["code"] == "plan-lost"


def _identity(moment: datetime) -> datetime:
    return moment


def test_stalled_import_is_restarted_a_few_times_then_failed(lab: Lab, sheet: str) -> None:
    import_id = lab.begin(sheet)
    lab.functions.invoked.clear()
    assert recover_stalled_imports() == {"imports_restarted": 0, "imports_failed": 0}
    late = timestamps.now()
    for _ in range(MAX_RESTARTS):
        late += SILENT_AFTER + timedelta(seconds=1)
        assert recover_stalled_imports(partial(_identity, late)) == {"imports_restarted": 1, "imports_failed": 0}
    assert lab.functions.invoked == [{"import_id": import_id}] * MAX_RESTARTS
    late += SILENT_AFTER + timedelta(seconds=1)
    assert recover_stalled_imports(partial(_identity, late)) == {"imports_restarted": 0, "imports_failed": 1}
    result = lab.get(import_id)
    assert (result["status"], result["failure"]["code"]) == ("failed", "interrupted")
    assert run(import_id) == "over"
    assert recover_stalled_imports(partial(_identity, late)) == {"imports_restarted": 0, "imports_failed": 0}


def test_an_active_import_is_never_failed(lab: Lab, sheet: str) -> None:
    import_id = lab.begin(sheet)
    late = timestamps.now()
    for _ in range(2 * MAX_RESTARTS):
        late += SILENT_AFTER + timedelta(seconds=1)
        assert recover_stalled_imports(partial(_identity, late))["imports_failed"] == 0
        if lab.get(import_id)["status"] == "processing":
            run(import_id, Time(checks=1))
    check_whole(lab, import_id)


def test_a_failing_import_does_not_stop_the_others(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {lab.begin(f"sample\nA{number}\n") for number in range(3)}
    lab.functions.invoked.clear()
    find, broken = import_record.find, min(ids)

    def finding(import_id: str) -> Any:
        if import_id == broken:
            raise TimeoutError
        return find(import_id)

    monkeypatch.setattr(import_record, "find", finding)
    with pytest.raises(RuntimeError, match="1 imports"):
        recover_stalled_imports(lambda: timestamps.now() + 2 * SILENT_AFTER)
    assert {event["import_id"] for event in lab.functions.invoked} == ids - {broken}


def test_a_sample_created_by_an_import_is_not_created_again_by_a_later_step(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_steps, "FILES_PER_STEP", 1)
    monkeypatch.setattr(import_worker, "CONCURRENT_STEPS", 1)
    uris = lab.put("a.fa", "b.fa")
    import_id = lab.begin("sample,fasta\n" + "".join(f"A,{uri}\n" for uri in uris))
    run(import_id, Time(checks=1))
    (sample, _) = lab.catalog()["A"]
    samples.delete(samples.find(sample["id"]))
    assert run(import_id) == "done"
    assert lab.catalog() == {}
    assert [error["pointer"] for error in lab.get(import_id)["errors"]] == ["/samplesheet/2"]
