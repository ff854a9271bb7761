"""RO-Crates of the deployed stack, validated by roc-validator and read by ro-crate-py."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.demo.api import Api
from infra.local.servers import ROOT
from tests.stack import exports
from tests.stack.local_stack import Running
from tests.stack.test_analysis_exports import run_with_outputs

PYTHON = ROOT / ".venv-guides" / "bin" / "python"
# The context of RO-Crate 1.1 as ro-crate-py has it, instead of a download.
VALIDATE = """
import sys
from pathlib import Path
import requests, rocrate
from rocrate_validator.cli import cli
from rocrate_validator.utils.http import HttpRequester

def get(self, url, **options):
    assert url == "https://w3id.org/ro/crate/1.1/context", url
    response = requests.Response()
    response.status_code, response.url = 200, url
    response.headers["Content-Type"] = "application/ld+json"
    response._content = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
    return response

HttpRequester.get = get
cli()
"""
READ = """
import json, sys
from rocrate.rocrate import ROCrate
crate = ROCrate(sys.argv[1])
print(json.dumps([[e.id, e.type, e.get("contentSize"), e.get("crc32")] for e in crate.data_entities]))
"""


def issues(crate: Path, profile: str) -> list[str]:
    """How the crate violates the requirements (MUST) of a profile and of those that it is based on."""
    report = crate.with_suffix(".json")
    options = ["--no-paging", "--no-auto-profile", "-p", profile, "-f", "json", "-o", str(report), str(crate)]
    subprocess.run([str(PYTHON), "-c", VALIDATE, "-y", "validate", *options], capture_output=True, check=False)
    found = json.loads(report.read_text())
    assert found["passed"] is not bool(found["issues"])
    return [issue["message"] for issue in found["issues"]]


def extracted(api: Api, body: dict[str, Any], folder: Path) -> Path:
    made = api.post("/exports", {**body, "packaging": "ro-crate"})
    export = exports.wait(api, made["id"])
    assert export["status"] == "ready", export
    crate = folder / "crate"
    exports.archive(api, export).extractall(crate)
    return crate


def sizes(crate: Path) -> dict[str, int]:
    return {
        str(path.relative_to(crate)): path.stat().st_size
        for path in crate.rglob("*")
        if path.is_file() and path.parent != crate
    }


def files(crate: Path) -> dict[str, int]:
    """The files that another library reads from the crate, below its top."""
    done = subprocess.run([str(PYTHON), "-c", READ, str(crate)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert all(checksum is None or len(checksum) == 8 for *_, checksum in found)
    return {id_: int(size) for id_, kind, size, _ in found if kind == "File" and "/" in id_}


@pytest.fixture
def ana(stack: Running) -> Api:
    return stack.person("ana.crates@example.org")


def test_a_crate_of_samples_is_valid(ana: Api, tmp_path: Path) -> None:
    project = exports.project(ana, "Éclosion")
    exports.sample_with(ana, project["id"], "EC 1", {"a_R1.fastq.gz": 900, "a_R2.fastq.gz": 6 << 20, "a.fasta": 10})
    exports.sample_with(ana, project["id"], "EC 2", {"b #1 100%.fastq": 700})
    body = {"type": "sample", "namespace_id": project["id"], "selection": {"all": True},
            "file_formats": ["fastq", "fasta"], "name": "Outbreak"}  # fmt: skip
    crate = extracted(ana, body, tmp_path)
    assert issues(crate, "ro-crate-1.1") == []
    assert len(sizes(crate)) == 4
    assert sum(files(crate).values()) == sum(sizes(crate).values())


def test_a_crate_of_workflow_executions_is_valid(stack: Running, ana: Api, tmp_path: Path) -> None:
    project = exports.project(ana)["id"]
    samples = [ana.post(f"/projects/{project}/samples", {"name": name}) for name in ("One", "Two")]
    runs = [run_with_outputs(stack, ana, project, samples)[0] for _ in range(2)]
    body = {"type": "analysis", "analysis_type": "user", "workflow_execution_ids": runs}
    crate = extracted(ana, body, tmp_path)
    assert issues(crate, "process-run-crate-0.5") == []
    assert files(crate) == sizes(crate)


def test_the_validator_notices_a_missing_file(ana: Api, tmp_path: Path) -> None:
    """The validator is one that can fail."""
    project = exports.project(ana)
    sample, _ = exports.sample_with(ana, project["id"], "S", {"a.fastq": 10})
    body = {"type": "sample", "namespace_id": project["id"], "sample_ids": [sample["id"]], "file_formats": ["fastq"]}
    crate = extracted(ana, body, tmp_path)
    assert issues(crate, "ro-crate-1.1") == []
    next(crate.rglob("a.fastq")).unlink()
    (issue,) = issues(crate, "ro-crate-1.1")
    assert "a.fastq" in issue
