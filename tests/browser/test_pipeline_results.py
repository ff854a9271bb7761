"""A run whose pipeline was built for IRIDA Next: what was read is on its page and its sample's."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from infra.demo.api import Api
from tests.browser.accessibility import violations
from tests.browser.seed_data import OWNER
from tests.stack import exports
from tests.stack.local_stack import Running

Open = Callable[..., Page]
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "results": "Results", "missing": "1 named file is missing",
        "kept": "1 value that a person had entered was kept",
        "source": "from a workflow execution", "create": "Create Export", "folders": "Keep the pipeline's folders",
        "submit": "Submit", "sheet": "Samplesheet (1 row)", "parameters": "1 parameter",
        "versions": "1 software version",
    },
    "fr": {
        "results": "Résultats", "missing": "1 fichier nommé est absent",
        "kept": "1 valeur saisie par une personne a été conservée", "source": "d’une exécution de flux de travail",
        "create": "Créer une exportation", "folders": "Conserver les dossiers du pipeline", "submit": "Soumettre",
        "sheet": "Feuille d’échantillons (1 ligne)", "parameters": "1 paramètre", "versions": "1 version de logiciel",
    },
}  # fmt: skip
RESULTS = {
    "files": {
        "global": [{"path": "multiqc/report.html"}, {"path": "summary/none.tsv"}],
        "samples": {"EC-1": [{"path": "assembly/EC-1.fa"}]},
    },
    "metadata": {"samples": {"EC-1": {"country": "France", "amr": {"gene": "blaTEM"}}}},
}


def finished_run(stack: Running, api: Api) -> tuple[str, Any]:
    """The id of a run whose results were read, and its sample. The function is called as the event would call it, which
    SeaweedFS does not raise."""
    project = exports.project(api)["id"]
    sample = api.post(f"/projects/{project}/samples", {"name": "One", "metadata": {"country": "Canada"}})
    body = {
        "name": "Week 47", "workflow": {"name": "phac-nml/mikrokondo", "version": "0.9.0"}, "state": "running",
        "namespace_id": project, "parameters": {"min_reads": 1000},
        "samples": [{"sample_id": sample["id"], "samplesheet": {"sample": "EC-1"}}],
    }  # fmt: skip
    run = api.post("/workflow-executions", body)["id"]
    s3, bucket = stack.client("s3"), stack.info["buckets"]["catalog"]
    for path in ("multiqc/report.html", "assembly/EC-1.fa"):
        s3.put_object(Bucket=bucket, Key=f"runs/{run}/{path}", Body=path.encode())
    versions = b"Workflow:\n  Nextflow: 24.10.3\n"
    s3.put_object(Bucket=bucket, Key=f"runs/{run}/pipeline_info/software_versions.yml", Body=versions)
    key = f"runs/{run}/iridanext.output.json.gz"
    s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(json.dumps(RESULTS).encode()))
    event = {
        "version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "account": "123456789012",
        "time": "2026-12-01T00:00:00Z", "region": "us-east-1", "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
    }  # fmt: skip
    function = stack.info["functions"]["register_arrival"]
    answer = stack.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    assert json.loads(answer["Payload"].read()) == {"outcome": "ingested"}
    return run, sample


@pytest.mark.parametrize("language", WORDS)
def test_results_of_a_pipeline_are_shown_and_exported(language: str, open_page: Open, stack: Running) -> None:
    words, api = WORDS[language], stack.person(OWNER)
    run, sample = finished_run(stack, api)
    page = open_page(OWNER, f"/workflow-executions/{run}", language=language)
    expect(page.get_by_role("heading", name=words["results"])).to_be_visible()
    expect(page.get_by_text("multiqc/", exact=True)).to_be_visible()
    page.get_by_text(words["missing"]).click()
    expect(page.get_by_text("summary/none.tsv")).to_be_visible()
    for title, value in (words["sheet"], "EC-1"), (words["parameters"], "min_reads"), (words["versions"], "24.10.3"):
        page.get_by_text(title).click()
        expect(page.get_by_role("region", name=title).get_by_text(value)).to_be_visible()
    page.get_by_text(words["kept"]).click()
    expect(page.get_by_text("EC-1: country")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("checkbox", name=words["folders"]).check()
    assert violations(page) == []
    page.get_by_role("button", name=words["submit"]).click()
    expect(page).to_have_url(re.compile(r"/exports/[0-9a-f-]{36}"), timeout=30_000)
    expect(page.get_by_text(words["folders"])).to_be_visible()
    made = page.url.rsplit("/", 1)[1].split("?")[0]
    ready = exports.wait(api, made)
    names = exports.archive(api, ready).namelist()
    inside = {name.removeprefix(f"{run}/") for name in names if name.startswith(run)}
    assert inside == {"multiqc/report.html", "EC-1/assembly/EC-1.fa"}
    page = open_page(OWNER, f"/samples/{sample['id']}", language=language)
    expect(page.get_by_text("blaTEM")).to_be_visible()
    expect(page.get_by_role("link", name=words["source"])).to_have_attribute("href", f"/workflow-executions/{run}")
