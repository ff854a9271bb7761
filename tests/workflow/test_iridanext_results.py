"""Runs of pipelines that were built for IRIDA Next: `iridanext.output.json.gz` arrives with the files that it names.

The documents have the shapes that the plugin nf-iridanext writes; no pipeline runs here."""

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import pytest
from chalice.test import Client

from chalicelib.catalog.runs import ingestion as ingestions
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.samples import repository as samples
from chalicelib.ingestion.iridanext import ingest as step
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.lab import Lab, new_lab, new_run, new_sample
from tests.workflow.state_machine import run as run_export
from tests.workflow.test_arrivals import arrive, deliver, put

SignIn = Callable[..., Person]
NAME = "iridanext.output.json.gz"
PLACES: dict[str, Any] = {"save": ingestions, "end": workflow_executions}  # of the steps that are in other modules


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def lab(olga: Person, client: Client, monkeypatch: pytest.MonkeyPatch) -> Lab:
    url: str = boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
    monkeypatch.setenv("ARRIVALS_DEAD_LETTERS", url)
    settings.cache_clear()
    lab = new_lab(olga)
    made = (new_sample(olga, lab.project, "One", {"country": "Canada"}), new_sample(olga, lab.project, "Two"))
    sheet = [{"sample_id": row["id"], "samplesheet": {"sample": f"EC-{n}"}} for n, row in enumerate(made, 1)]
    run = new_run(olga, lab.project, name="Run", automated=True, samples=sheet, state="running")
    return replace(lab, samples=made, runs={"r": run["id"]})


def document(**metadata: Any) -> dict[str, Any]:
    return {
        "files": {
            "global": [{"path": "summary/summary.txt"}],
            "samples": {"EC-1": [{"path": "assembly/EC-1.fa"}], "EC-2": [{"path": "assembly/EC-2.fa"}]},
        },
        "metadata": {"samples": metadata},
    }


FILES = ("summary/summary.txt", "assembly/EC-1.fa", "assembly/EC-2.fa")


def write(lab: Lab, contents: Any, files: tuple[str, ...] = FILES, name: str = NAME) -> dict[str, Any]:
    """Put the files into the run's folder, and last the one that names them; its event."""
    folder = f"runs/{lab.runs['r']}"
    for path in files:
        put(f"{folder}/{path}", path.encode())
    body = contents if isinstance(contents, bytes) else json.dumps(contents).encode()
    return put(f"{folder}/{name}", gzip.compress(body) if name.endswith(".gz") else body)


def detail(person: Person, lab: Lab) -> Any:
    return expect_status(person.get(f"/workflow-executions/{lab.runs['r']}"), 200)


def sample(person: Person, lab: Lab, place: int) -> Any:
    return expect_status(person.get(f"/samples/{lab.samples[place]['id']}"), 200)


def paths(outputs: list[Any]) -> list[str]:
    return sorted(f"{output.get('folder', '')}/{output['filename']}" for output in outputs)


@pytest.mark.parametrize("name", ["iridanext.output.json", NAME])
def test_a_run_is_read_as_a_whole(client: Client, olga: Person, lab: Lab, name: str) -> None:
    event = write(
        lab, document(**{"EC-1": {"amr": {"gene": "blaTEM"}, "country": "France"}, "EC-2": {"mlst": 131}}), name=name
    )
    assert [arrive(client, event)["outcome"] for _ in range(2)] == ["ingested"] * 2
    found = detail(olga, lab)
    assert found["state"] == "completed"
    assert paths(found["outputs"]) == ["summary/summary.txt"]
    assert [paths(row["outputs"]) for row in found["samples"]] == [["assembly/EC-1.fa"], ["assembly/EC-2.fa"]]
    results = found["results"]
    assert (results["outputs"], results["samples_with_metadata"], results["missing_count"]) == (3, 2, 0)
    assert (results["unknown_samples"], results["invalid"], results["failure"]) == ([], [], None)
    assert results["kept"] == [{"sample": "EC-1", "field": "country"}]
    one, two = (sample(olga, lab, place) for place in (0, 1))
    assert one["metadata"] == {"country": "Canada", "amr.gene": "blaTEM"}
    assert {field: source["workflow_execution_id"] for field, source in one["metadata_sources"].items()} == {
        "amr.gene": lab.runs["r"]
    }
    assert two["metadata"] == {"mlst": 131}


def test_what_a_person_changes_stays(client: Client, olga: Person, lab: Lab) -> None:
    event = write(lab, document(**{"EC-2": {"mlst": 131, "amr": "x"}}))
    arrive(client, event)
    path = f"/samples/{lab.samples[1]['id']}/metadata"
    expect_status(olga.call("PATCH", path, {"mlst": 73}), 200)
    arrive(client, event)
    two = sample(olga, lab, 1)
    assert two["metadata"] == {"mlst": 73, "amr": "x"}
    assert list(two["metadata_sources"]) == ["amr"]
    assert detail(olga, lab)["results"]["kept"] == [{"sample": "EC-2", "field": "mlst"}]


def test_only_files_that_are_named_are_outputs(client: Client, olga: Person, lab: Lab) -> None:
    """Whether they arrived before or come after."""
    folder = f"runs/{lab.runs['r']}"
    for path in ("work/tmp.bam", *FILES):
        assert arrive(client, put(f"{folder}/{path}", b"early"))["outcome"] == "registered"
    arrive(client, write(lab, document()))
    assert arrive(client, put(f"{folder}/pipeline_info/late.html", b"late")) == {"outcome": "not-listed"}
    assert arrive(client, put(f"{folder}/assembly/EC-1.fa", b"later"))["outcome"] == "registered"
    found = detail(olga, lab)
    assert paths(found["outputs"]) == ["summary/summary.txt"]
    assert [paths(row["outputs"]) for row in found["samples"]] == [["assembly/EC-1.fa"], ["assembly/EC-2.fa"]]
    assert found["samples"][0]["outputs"][0]["size"] == len(b"later")


def test_missing_files_and_unknown_samples_are_shown(client: Client, olga: Person, lab: Lab) -> None:
    contents = document(**{"EC-9": {"a": 1}, "EC-1": {"sample puid": "x"}})
    arrive(client, write(lab, contents, files=FILES[:2]))
    results = detail(olga, lab)["results"]
    assert (results["outputs"], results["missing"], results["unknown_samples"]) == (2, [FILES[2]], ["EC-9"])
    assert results["invalid"] == [{"sample": "EC-1", "field": "sample puid"}]
    assert arrive(client, put(f"runs/{lab.runs['r']}/{FILES[2]}", b"late"))["outcome"] == "registered"
    found = detail(olga, lab)
    assert (found["results"]["outputs"], found["results"]["missing"]) == (3, [])
    assert paths(found["samples"][1]["outputs"]) == ["assembly/EC-2.fa"]


def test_a_file_that_can_t_be_read_says_why_and_can_be_replaced(client: Client, olga: Person, lab: Lab) -> None:
    answer = arrive(client, write(lab, b"[]"))
    assert answer == {"outcome": "invalid", "reason": "/ is not an object."}
    found = detail(olga, lab)
    assert (found["state"], found["results"]["failure"]) == ("running", "/ is not an object.")
    french = olga.call("GET", f"/workflow-executions/{lab.runs['r']}", **{"Accept-Language": "fr"})
    assert french.body["results"]["failure"].startswith("/ n’est pas")
    assert arrive(client, write(lab, document()))["outcome"] == "ingested"
    assert detail(olga, lab)["results"]["failure"] is None


def test_no_files_and_no_metadata_complete_the_run(client: Client, olga: Person, lab: Lab) -> None:
    arrive(client, write(lab, {}, files=()))
    found = detail(olga, lab)
    assert (found["state"], found["outputs"], found["results"]["outputs"]) == ("completed", [], 0)


def test_simultaneous_events_give_the_same_result(client: Client, olga: Person, lab: Lab) -> None:
    event = write(lab, document(**{"EC-1": {"a": 1}, "EC-2": {"b": 2}}))
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda _: deliver(client, event)["outcome"], range(3)))
    assert outcomes == ["ingested"] * 3
    found = detail(olga, lab)
    assert [paths(row["outputs"]) for row in found["samples"]] == [["assembly/EC-1.fa"], ["assembly/EC-2.fa"]]
    assert (sample(olga, lab, 0)["metadata"], sample(olga, lab, 1)["metadata"]) == (
        {"country": "Canada", "a": 1},
        {"b": 2},
    )


@pytest.mark.parametrize("moment", ["_register", "_remove_others", "_write_metadata", "end"])
def test_an_object_that_arrives_during_the_reading_is_no_output(
    client: Client, olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Its event was at work when the reading began, and ends before or after each step."""
    event = write(lab, document())
    late = put(f"runs/{lab.runs['r']}/work/x.bam", b"not listed")
    place = PLACES.get(moment, step)
    original = getattr(place, moment)

    def after_the_arrival(*arguments: Any) -> Any:
        monkeypatch.setattr(place, moment, original)
        assert arrive(client, late) == {"outcome": "not-listed"}
        return original(*arguments)

    monkeypatch.setattr(place, moment, after_the_arrival)
    assert arrive(client, event)["outcome"] == "ingested"
    assert paths(detail(olga, lab)["outputs"]) == ["summary/summary.txt"]


def test_an_arrival_that_began_before_the_reading_is_no_output(
    client: Client, olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read that there are no results yet, and registers its object after all others were removed."""
    event = write(lab, document())
    late = put(f"runs/{lab.runs['r']}/work/x.bam", b"not listed")
    register = run_outputs.register

    def after_the_reading(*arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(run_outputs, "register", register)
        assert arrive(client, event)["outcome"] == "ingested"
        return register(*arguments, **more)

    monkeypatch.setattr(run_outputs, "register", after_the_reading)
    assert arrive(client, late) == {"outcome": "not-listed"}
    assert paths(detail(olga, lab)["outputs"]) == ["summary/summary.txt"]


@pytest.mark.parametrize("killed_at", ["_register", "_remove_others", "_write_metadata", "end", "save"])
def test_a_reading_that_is_killed_is_completed_by_the_next(
    client: Client, olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    event = write(lab, document(**{"EC-1": {"a": 1}}))
    arrive(client, put(f"runs/{lab.runs['r']}/other.txt", b"not listed"))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PLACES.get(killed_at, step), killed_at, killed)
        with pytest.raises(KeyboardInterrupt):
            arrive(client, event)
    assert arrive(client, event)["outcome"] == "ingested"
    found = detail(olga, lab)
    assert (found["state"], paths(found["outputs"])) == ("completed", ["summary/summary.txt"])
    assert sample(olga, lab, 0)["metadata"] == {"country": "Canada", "a": 1}


def test_a_deleted_sample_does_not_keep_the_others_from_their_results(client: Client, olga: Person, lab: Lab) -> None:
    samples.delete(samples.find(lab.samples[0]["id"]))
    arrive(client, write(lab, document(**{"EC-1": {"a": 1}, "EC-2": {"b": 2}})))
    found = detail(olga, lab)
    assert [row["sample"] for row in found["results"]["invalid"]] == ["EC-1"]
    assert paths(found["samples"][0]["outputs"]) == ["assembly/EC-1.fa"]
    assert sample(olga, lab, 1)["metadata"] == {"b": 2}


def test_the_results_are_exported(client: Client, olga: Person, lab: Lab) -> None:
    arrive(client, write(lab, document()))
    body = {
        "type": "analysis", "analysis_type": "project", "namespace_id": lab.project["id"],
        "workflow_execution_ids": [lab.runs["r"]], "layout": "tree",
    }  # fmt: skip
    export = expect_status(olga.post("/exports", body), 202)
    assert "ready" in run_export(export)
    tree = expect_status(olga.get(f"/exports/{export['id']}/preview"), 200)
    (run,) = tree["children"]
    names = [child["name"] for child in run["children"]]
    assert names == ["summary", "EC-1", "EC-2"]
    assert run["children"][1]["children"][0]["children"][0]["name"] == "EC-1.fa"
