"""Samplesheets: the dry run, which reports every violation by its row; beginning an import, and who may see it."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.ingestion.imports import plan as import_plan
from chalicelib.settings import settings
from tests.harness import Functions, Person, Reply, expect_status
from tests.lab import bind_source, grant, new_lab

SignIn = Callable[..., Person]


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def project(olga: Person) -> Any:
    lab = new_lab(olga)
    group, made_one = lab.group, lab.project
    aws.s3().create_bucket(Bucket="bound")
    for number, name in enumerate(("a_1.fq", "a_2.fq", "b.fa")):
        aws.s3().put_object(Bucket="bound", Key=f"reads/{name}", Body=b"A" * (number + 1))
    bind_source(group["id"], "bound", "reads/")
    return made_one


WHOLE = "sample,fastq_1,fastq_2\nA,s3://bound/reads/a_1.fq,s3://bound/reads/a_2.fq\nB,,\n"


def begin(person: Person, project: Any, sheet: str = WHOLE, **headers: str) -> Reply:
    body = {"samplesheet": sheet, "dry_run": False}
    return person.call("POST", f"/projects/{project['id']}/import", body, **headers)


def dry(person: Person, project: Any, sheet: str) -> Any:
    return expect_status(person.post(f"/projects/{project['id']}/import", {"samplesheet": sheet, "dry_run": True}), 200)


def test_dry_run_reports_creations_updates_and_registrations(olga: Person, project: Any) -> None:
    body = {"name": "B", "metadata": {"site": "x"}}
    known = expect_status(olga.post(f"/projects/{project['id']}/samples", body))
    expect_status(olga.post(f"/samples/{known['id']}/files/register", {"s3_uri": "s3://bound/reads/b.fa"}))
    sheet = (
        "sample,fastq_1,fastq_2,fasta,Site\n"
        "A,s3://bound/reads/a_1.fq,s3://bound/reads/a_2.fq,,north\nB,,,s3://bound/reads/b.fa,x\n"
    )
    result = dry(olga, project, sheet)
    assert (result["samples_to_create"], result["samples_to_update"], result["error_count"]) == (1, 0, 0)
    assert (result["files_to_register"], result["files_looked_at"], result["bytes"]) == (2, 2, 3)
    assert (result["rows"], result["metadata_fields"]) == (2, ["site"])
    assert [(sample["row"], sample["name"], sample["action"]) for sample in result["samples"]] == [
        (2, "A", "create"),
        (3, "B", "none"),
    ]
    mates = ["s3://bound/reads/a_1.fq", "s3://bound/reads/a_2.fq"]
    assert result["samples"][0]["files"][1] == {"s3_uri": mates[1], "size": 2, "paired_with": mates[0]}
    assert result["samples"][0]["changed_fields"] == ["site"]
    assert result["interpretation"]["columns"][1] == {"name": "fastq_1", "role": "file"}
    assert (result["interpretation"]["delimiter"], result["interpretation"]["encoding"]) == ("comma", "utf-8")
    changed = dry(olga, project, f"puid,site\n{known['puid']},south\n")
    assert [(sample["name"], sample["action"]) for sample in changed["samples"]] == [("B", "update")]
    assert olga.get(f"/namespaces/{project['id']}/samples").body["total"] == 1


def test_every_violation_has_its_row_and_column(olga: Person, project: Any) -> None:
    for _ in range(2):
        expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": "Twin"}))
    result = dry(
        olga,
        project,
        "sample,puid,fasta,x\n"
        "A,,s3://bound/reads/missing.fa,1\nB,,s3://elsewhere/b.fa,1\nC,INXT_SAM_x,,1\nTwin,,,1\n,,,1\nD,,file.fa,1\nE,,\n",
    )
    by_pointer = {error["pointer"]: error["detail"] for error in result["errors"]}
    assert set(by_pointer) == {
        "/samplesheet/2/fasta",
        "/samplesheet/3/fasta",
        "/samplesheet/4/puid",
        "/samplesheet/5/sample",
        "/samplesheet/6/sample",
        "/samplesheet/7/fasta",
        "/samplesheet/8",
    }
    assert result["error_count"] == 7
    assert by_pointer["/samplesheet/2/fasta"] == by_pointer["/samplesheet/3/fasta"]  # whether it exists or not


def test_violations_are_capped_at_100_but_all_are_counted(olga: Person, project: Any) -> None:
    result = dry(olga, project, "sample,fasta\n" + "".join(f"S{i},f{i}\n" for i in range(150)))
    assert (result["error_count"], len(result["errors"])) == (150, 100)


def test_violations_are_translated_into_french(olga: Person, project: Any) -> None:
    body = {"samplesheet": "name\nA\n", "dry_run": True}
    answer = olga.call("POST", f"/projects/{project['id']}/import", body, **{"Accept-Language": "fr"})
    assert answer.body["errors"][0]["detail"] == "Une feuille d’échantillons doit avoir une colonne nommée sample."


@pytest.mark.parametrize("body", [{}, {"samplesheet": "sample\nA\n"}, {"samplesheet": "sample\nA\n", "dry_run": 0}])
def test_dry_run_is_required(olga: Person, project: Any, body: Any) -> None:
    assert olga.post(f"/projects/{project['id']}/import", body).status == 422


def test_an_import_requires_an_analyst(olga: Person, project: Any, sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    body = {"samplesheet": "sample\nA\n", "dry_run": True}
    assert bob.post(f"/projects/{project['id']}/import", body).status == 404
    for role, status in (("uploader", 403), ("analyst", 200)):
        olga.call("PUT", f"/namespaces/{project['id']}/members/{bob.get('/me').body['id']}", {"role": role})
        assert bob.post(f"/projects/{project['id']}/import", body).status == status


def test_an_accepted_import_has_its_location_and_progress(olga: Person, project: Any, functions: Functions) -> None:
    answer = begin(olga, project)
    result = expect_status(answer, 202)
    assert answer.headers["Location"] == f"https://seqport.test/api/v1/imports/{result['id']}"
    assert answer.headers["Retry-After"] == "2"
    assert functions.invoked == [{"import_id": result["id"]}]
    assert (result.pop("warning_count"), result.pop("warnings")) == (0, [])
    assert expect_status(olga.get(f"/imports/{result['id']}"), 200) == result
    assert (result["status"], result["project_id"], result["failure"]) == ("processing", project["id"], None)
    assert result["progress"] == {"percent": 0, "rows_done": 0, "rows_total": 2}
    assert olga.get(f"/namespaces/{project['id']}/samples").body["total"] == 0


def test_impossible_uri_is_a_violation_of_its_cell(olga: Person, project: Any) -> None:
    result = dry(olga, project, f"sample,fasta\nA,s3://bound/{'x' * 3_000}\nB,s3://bound/{'é' * 600}\n")
    assert [error["pointer"] for error in result["errors"]] == ["/samplesheet/2/fasta", "/samplesheet/3/fasta"]


def test_beyond_a_limit_existing_files_are_found_by_the_worker(
    olga: Person, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_plan, "_MAX_COMPARED", 1)
    for name in ("A", "B"):
        sample = expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": name}))
        expect_status(olga.post(f"/samples/{sample['id']}/files/register", {"s3_uri": "s3://bound/reads/b.fa"}))
    result = dry(olga, project, "sample,fasta\nA,s3://bound/reads/b.fa\nB,s3://bound/reads/b.fa\n")
    assert [sample["action"] for sample in result["samples"]] == ["none", "update"]


def test_any_violation_refuses_the_whole_import(olga: Person, project: Any, functions: Functions) -> None:
    answer = begin(olga, project, "sample,fasta,puid\nA,s3://elsewhere/a.fa,\nB,b.fa,\nC,,INXT_SAM_x\nD,,\n")
    assert answer.status == 422
    pointers = {error["pointer"] for error in answer.body["errors"]}
    assert pointers == {"/samplesheet/2/fasta", "/samplesheet/3/fasta", "/samplesheet/4/puid"}
    assert functions.invoked == []
    assert aws.s3().list_objects_v2(Bucket=settings().work_bucket).get("KeyCount") == 0


def test_the_same_key_is_the_same_import(olga: Person, project: Any, functions: Functions) -> None:
    first, again = (begin(olga, project, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.body, first.headers["Location"]) == (again.body, again.headers["Location"])
    assert len(functions.invoked) == 1
    assert begin(olga, project, "sample\nC\n", **{"Idempotency-Key": "k"}).status == 422
    assert begin(olga, project).body["id"] != first.body["id"]


def test_an_interrupted_request_is_completed_by_the_next(
    olga: Person, project: Any, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: Any, **__: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(Functions, "invoke", cut_off)
        assert begin(olga, project, **{"Idempotency-Key": "k"}).status == 500
    result = expect_status(begin(olga, project, **{"Idempotency-Key": "k"}), 202)
    assert functions.invoked == [{"import_id": result["id"]}]


def test_an_import_is_visible_to_its_creator_and_maintainers_only(
    olga: Person, project: Any, sign_in: SignIn, functions: Functions
) -> None:
    bob, max_ = sign_in("bob@example.org"), sign_in("max@example.org")

    assert begin(bob, project).status == 404
    grant(olga, project["id"], bob, "uploader")
    assert begin(bob, project).status == 403
    grant(olga, project["id"], bob, "analyst")
    own = expect_status(begin(bob, project), 202)["id"]
    other = expect_status(begin(olga, project), 202)["id"]
    assert [olga.get(f"/imports/{import_id}").status for import_id in (own, other)] == [200, 200]
    assert [bob.get(f"/imports/{import_id}").status for import_id in (own, other)] == [200, 404]
    nothing = bob.get("/imports/none")
    assert (bob.get(f"/imports/{other}").body, nothing.status) == (nothing.body, 404)
    for role, status in (("analyst", 404), ("maintainer", 200)):
        grant(olga, project["id"], max_, role)
        assert max_.get(f"/imports/{own}").status == status


def test_a_user_has_at_most_five_imports_at_once(olga: Person, project: Any, functions: Functions) -> None:
    assert [begin(olga, project).status for _ in range(6)] == [202] * 5 + [429]


def test_the_bytes_of_a_file_are_read_in_their_encoding(olga: Person, project: Any) -> None:
    path, sheet = f"/projects/{project['id']}/import", "sample;lieu\nÉté;Québec\n"
    for encoding, warnings in (("utf-8-sig", 0), ("utf-16", 0), ("windows-1252", 1)):
        data = base64.b64encode(sheet.encode(encoding)).decode()
        result = expect_status(olga.post(path, {"samplesheet_base64": data, "dry_run": True}), 200)
        assert (result["samples"][0]["name"], result["error_count"], result["warning_count"]) == ("Été", 0, warnings)
        assert result["interpretation"]["delimiter"] == "semicolon"
    for body in (
        {"samplesheet_base64": "?"},
        {"samplesheet": "", "samplesheet_base64": ""},
    ):
        assert olga.post(path, {**body, "dry_run": True}).status == 422, body


def test_names_of_files_are_relative_to_the_base(olga: Person, project: Any) -> None:
    body = {"samplesheet": "sample,fasta\nA,reads/b.fa\n", "base_uri": "s3://bound", "dry_run": True}
    result = expect_status(olga.post(f"/projects/{project['id']}/import", body), 200)
    assert (result["files_to_register"], result["error_count"]) == (1, 0)


KEYS = [
    "reads/a%20b.fa",
    "reads//a.fa",
    "reads/a b+c.fa",
    "reads/é.fa",
    "reads/a\\b.fa",
    "reads/a\nb.fa",
    "reads/%2e/a.fa",
    "reads/a?b#c.fa",
]


@pytest.mark.parametrize("key", KEYS)
def test_any_legal_key_can_be_registered(olga: Person, project: Any, key: str) -> None:
    aws.s3().put_object(Bucket="bound", Key=key, Body=b"ACGT")
    sample = expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": "K"}))["id"]
    file = expect_status(olga.post(f"/samples/{sample}/files/register", {"s3_uri": f"s3://bound/{key}"}))
    assert (file["size"], file["format"], file["s3_uri"]) == (4, "fasta", f"s3://bound/{key}")
    assert file["filename"].isprintable()


@pytest.mark.parametrize(
    "key", ["reads/../reads/b.fa", "reads/./b.fa", "reads/", "", "reads/" + "é" * 600, "reads/a\x00.fa"]
)
def test_keys_of_no_file_or_outside_the_prefix_are_refused(olga: Person, project: Any, key: str) -> None:
    sample = expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": "K"}))["id"]
    answer = olga.post(f"/samples/{sample}/files/register", {"s3_uri": f"s3://bound/{key}"})
    assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (422, "source-not-allowed")


def test_sources_of_a_project_are_listed_with_those_of_groups_above(
    olga: Person, project: Any, sign_in: SignIn
) -> None:
    bind_source(project["id"], "whole-bucket", "")
    path = f"/namespaces/{project['id']}/sources"
    listed = {source["uri"] for source in expect_status(olga.get(path), 200)["items"]}
    assert listed == {"s3://whole-bucket/", "s3://bound/reads/"}
    guest = sign_in("guest@example.org")
    grant(olga, project["id"], guest, "guest")
    assert guest.get(path).status == 403
