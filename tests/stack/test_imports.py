"""Samplesheets imported by the deployed function, in one invocation and in several."""

import time
from typing import Any

from infra.demo.api import Api
from tests.stack import exports
from tests.stack.local_stack import Running

SAMPLES = 40


def sheet_of(api: Api, project: Any) -> str:
    """Forty samples with the same pair of reads, which lie in the catalog bucket already."""
    first, bodies = exports.sample_with(api, project["id"], "First", {"a_R1.fastq": 2_000, "a_R2.fastq": 1_000})
    uris = {file["filename"]: file["s3_uri"] for file in api.get(f"/samples/{first['id']}/files")["items"]}
    assert set(uris) == set(bodies)
    rows = [f"S{number:02},{uris['a_R1.fastq']},{uris['a_R2.fastq']},place {number}" for number in range(SAMPLES)]
    return "\n".join(["sample,fastq_1,fastq_2,site", *rows])


def ended(api: Api, import_id: str, seconds: float = 120) -> Any:
    """The import once it is over; its rows may never become fewer."""
    deadline, rows = time.monotonic() + seconds, 0
    while True:
        result = api.get(f"/imports/{import_id}")
        assert result["progress"]["rows_done"] >= rows
        rows = result["progress"]["rows_done"]
        if result["status"] != "processing":
            return result
        assert time.monotonic() < deadline, result
        time.sleep(0.2)


def check(api: Api, project: Any, reported: Any) -> None:
    assert (reported["status"], reported["error_count"], reported["failure"]) == ("done", 0, None)
    assert (reported["samples_created"], reported["files_registered"]) == (SAMPLES, 2 * SAMPLES)
    listed = api.get(f"/namespaces/{project['id']}/samples?limit=100")["items"]
    made = {sample["name"]: sample for sample in listed if sample["name"] != "First"}
    assert sorted(made) == [f"S{number:02}" for number in range(SAMPLES)]
    for name in ("S00", f"S{SAMPLES - 1}"):
        assert api.get(f"/samples/{made[name]['id']}")["metadata"] == {"site": f"place {int(name[1:])}"}
        files = api.get(f"/samples/{made[name]['id']}/files")["items"]
        assert {(file["filename"], file["size"], "paired_with" in file) for file in files} == {
            ("a_R1.fastq", 2_000, True),
            ("a_R2.fastq", 1_000, True),
        }


def test_a_samplesheet_is_imported_in_the_background_and_its_samples_are_exported(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    sheet = sheet_of(ana, project)
    expected = ana.post(f"/projects/{project['id']}/import", {"samplesheet": sheet, "dry_run": True})
    assert (expected["samples_to_create"], expected["files_to_register"], expected["errors"]) == (40, 80, [])
    begun = ana.post(f"/projects/{project['id']}/import", {"samplesheet": sheet, "dry_run": False})
    check(ana, project, ended(ana, begun["id"]))
    export_request = {
        "type": "sample",
        "namespace_id": project["id"],
        "selection": {"all": True},
        "file_formats": ["fastq"],
    }
    export = exports.wait(ana, ana.post("/exports", export_request)["id"])
    assert (export["status"], export["file"]["files"]) == ("ready", 2 * SAMPLES + 2)


def test_an_import_longer_than_its_functions_timeout_continues_by_itself(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    sheet = sheet_of(ana, project)
    functions, name = stack.client("lambda"), stack.info["functions"]["run_import"]
    # A timeout barely above the time it keeps in reserve, so that every invocation stops after a chunk or two.
    functions.update_function_configuration(FunctionName=name, Timeout=181)
    try:
        begun = ana.post(f"/projects/{project['id']}/import", {"samplesheet": sheet, "dry_run": False})
        check(ana, project, ended(ana, begun["id"]))
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=900)
