"""Files from the computer to samples: a folder dropped on a project, what is cut off and goes on, pairs, deletion."""

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from infra.demo.api import Api
from tests.browser.accessibility import violations
from tests.browser.drag_and_paste import DROP
from tests.browser.seed_data import OWNER
from tests.stack import exports
from tests.stack.local_stack import Running

Open = Callable[..., Page]
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "summary": "10 samples · 9 new samples · 20 files · 9 pairs", "upload": "Upload files",
        "start": "Upload 20 files", "done": "20 files uploaded", "new": "new", "panel": "Uploads",
        "again": "20 files", "there": "Already there", "details": "Details",
    },
    "fr": {
        "summary": "10 échantillons · 9 nouveaux échantillons · 20 fichiers · 9 paires",
        "upload": "Téléverser des fichiers", "start": "Téléverser 20 fichiers", "done": "20 fichiers téléversés",
        "new": "nouveau", "panel": "Téléversements", "again": "20 fichiers", "there": "Déjà présent",
        "details": "Détails",
    },
}  # fmt: skip
BIG = (64 << 20) + 5  # two parts


def project(api: Api) -> Any:
    made = exports.project(api)
    api.post(f"/projects/{made['id']}/samples", {"name": "EC-1", "metadata": {"place": "Québec"}})
    return made


def samples_of(api: Api, project_id: str) -> dict[str, Any]:
    return {sample["name"]: sample for sample in api.get(f"/namespaces/{project_id}/samples?limit=100")["items"]}


def files_of(api: Api, sample: Any) -> list[Any]:
    return list(api.get(f"/samples/{sample['id']}/files")["items"])


@pytest.mark.parametrize("language", WORDS)
def test_twenty_files_are_dropped_on_a_project(language: str, open_page: Open, stack: Running) -> None:
    words = WORDS[language]
    api = stack.person(OWNER)
    lab = project(api)
    reads = [
        (f"EC-{number}_S{number}_L001_R{mate}_001.fastq", f"@{number}/{mate}\nACGT\n+\n!!!!\n")
        for number in range(1, 10)
        for mate in (1, 2)
    ]
    files = [*reads, ("EC-1.fasta", ">1\nACGT\n"), ("Étude.csv", "a,b\n1,2\n")]
    page = open_page(OWNER, f"/projects/{lab['id']}/samples", language=language)
    expect(page.get_by_role("link", name="EC-1")).to_be_visible()
    page.evaluate(DROP, [None, files])
    dialog = page.get_by_role("dialog", name=words["upload"])
    expect(dialog.get_by_role("status")).to_contain_text(words["summary"])
    expect(dialog.get_by_role("row", name="Étude")).to_contain_text(words["new"])
    expect(dialog.get_by_role("row", name="EC-1.fasta")).not_to_contain_text(words["new"])
    assert violations(page) == []
    dialog.get_by_role("button", name=words["start"]).click()
    panel = page.get_by_role("region", name=words["panel"])
    expect(panel.get_by_role("status")).to_have_text(words["done"], timeout=60_000)
    expect(page.get_by_role("link", name="Étude")).to_be_visible()  # the list shows the new samples

    samples = samples_of(api, lab["id"])
    assert set(samples) == {*(f"EC-{number}" for number in range(1, 10)), "Étude"}
    for number in range(1, 10):
        pair = [file for file in files_of(api, samples[f"EC-{number}"]) if file["format"] == "fastq"]
        assert {(file["direction"], "R1" in file["filename"]) for file in pair} == {
            ("forward", True),
            ("reverse", False),
        }
    export = exports.wait(api, exports.create(api, lab["id"], list(samples.values()), ["fastq", "fasta", "csv"])["id"])
    bodies = exports.bodies_in(exports.archive(api, export))
    assert {name: bodies[name].decode() for name, _ in files} == dict(files)

    page.evaluate(DROP, [None, files])  # the same again: nothing is uploaded twice
    page.get_by_role("dialog").get_by_role("button", name=words["start"]).click()
    expect(panel.get_by_role("status")).to_have_text(words["done"], timeout=60_000)
    panel.get_by_role("button", name=words["details"]).click()
    expect(panel.get_by_text(words["there"])).to_have_count(20)
    assert violations(page) == []
    assert len(files_of(api, samples["EC-1"])) == 3


def test_an_upload_goes_on_after_a_reload_with_what_is_missing(open_page: Open, stack: Running, tmp_path: Path) -> None:
    api = stack.person(OWNER)
    lab = project(api)
    sample = samples_of(api, lab["id"])["EC-1"]
    body = random.Random(1).randbytes(1 << 20) * 64 + b"12345"
    file = tmp_path / "EC-1.fasta"
    file.write_bytes(body)
    assert file.stat().st_size == BIG
    page = open_page(OWNER, f"/projects/{lab['id']}/samples/{sample['id']}")

    sent: list[str] = []

    def number(request: Request) -> str:
        return request.url.partition("partNumber=")[2].partition("&")[0]

    def note(request: Request) -> None:
        if request.method == "PUT":
            sent.append(number(request))

    def hold(route: Route) -> None:
        """The first part never arrives."""

    page.on("requestfinished", note)
    page.route("**/*partNumber=1&*", hold)
    page.get_by_label("Choose files").set_input_files(file)
    with page.expect_request_finished(lambda request: request.method == "PUT" and number(request) == "2"):
        page.get_by_role("dialog").get_by_role("button", name="Upload 1 file").click()
    page.unroute_all(behavior="ignoreErrors")
    page.on("dialog", lambda question: question.accept())  # the browser's: leave although something is uploaded?
    page.goto("/")
    interrupted = page.get_by_role("listitem").filter(has_text="EC-1.fasta")
    expect(interrupted).to_be_visible()
    sent.clear()
    interrupted.get_by_role("link", name="EC-1").click()
    page.get_by_label("Choose files").set_input_files(file)
    page.get_by_role("dialog").get_by_role("button", name="Upload 1 file").click()
    expect(page.get_by_role("region", name="Uploads").get_by_role("status")).to_have_text(
        "1 file uploaded", timeout=60_000
    )
    assert sent == ["1"]
    (uploaded,) = files_of(api, sample)
    assert uploaded["size"] == BIG
    bucket, _, key = uploaded["s3_uri"].removeprefix("s3://").partition("/")
    assert stack.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == body
    page.get_by_role("link", name="Seqport").click()
    expect(page.get_by_text("Interrupted uploads")).to_have_count(0)


def test_a_part_is_sent_again_and_a_refused_file_can_be_retried(open_page: Open, stack: Running) -> None:
    api = stack.person(OWNER)
    lab = project(api)
    sample = samples_of(api, lab["id"])["EC-1"]
    page = open_page(OWNER, f"/projects/{lab['id']}/samples/{sample['id']}")
    expect(page.get_by_text("This sample has no files.")).to_be_visible()
    attempts: list[str] = []

    def storage(route: Route) -> None:
        if route.request.method != "PUT":
            route.fallback()
            return
        attempts.append(route.request.url)
        headers = {"Access-Control-Allow-Origin": "*"}
        if len(attempts) == 1:
            route.fulfill(status=503, headers=headers)
        elif len(attempts) == 2:
            route.fulfill(status=400, headers=headers)
        else:
            route.fallback()

    page.route("**/files/**", storage)
    page.evaluate(DROP, [".drop", [["notes.txt", "some notes"]]])
    page.get_by_role("dialog").get_by_role("button", name="Upload 1 file").click()
    panel = page.get_by_role("region", name="Uploads")
    expect(panel.get_by_role("status")).to_have_text("1 file was not uploaded")
    panel.get_by_role("button", name="Details").click()
    expect(panel.get_by_text("The storage refused the file (HTTP 400).")).to_be_visible()
    assert violations(page) == []
    panel.get_by_role("button", name="Retry").click()
    expect(panel.get_by_role("status")).to_have_text("1 file uploaded")
    assert len(attempts) == 3
    expect(page.get_by_role("cell", name="notes.txt", exact=True)).to_be_visible()
    assert [file["filename"] for file in files_of(api, sample)] == ["notes.txt"]
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)


def test_files_are_paired_separated_and_deleted(open_page: Open, stack: Running) -> None:
    api = stack.person(OWNER)
    lab = project(api)
    sample = samples_of(api, lab["id"])["EC-1"]
    for name in ("left.fastq", "right.fastq", "z.txt"):
        exports.upload(api, sample["id"], name, os.urandom(30))
    page = open_page(OWNER, f"/projects/{lab['id']}/samples/{sample['id']}")

    def act(name: str, action: str) -> None:
        page.get_by_role("row", name=name).get_by_role("button", name=action).click()

    act("right.fastq", "Pair")
    dialog = page.get_by_role("dialog", name="Pair")
    dialog.get_by_label("This file is").select_option("reverse")
    assert violations(page) == []
    dialog.get_by_role("button", name="Pair").click()
    expect(page.get_by_role("row", name="right.fastq")).to_contain_text("FASTQ · reverse")
    expect(page.get_by_role("row")).to_contain_text(["Name", "left.fastq", "right.fastq", "z.txt"])
    act("left.fastq", "Separate")
    expect(page.get_by_role("row", name="left.fastq")).not_to_contain_text("forward")
    act("z.txt", "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("row", name="z.txt")).to_have_count(0)
    assert {file["filename"] for file in files_of(api, sample)} == {"left.fastq", "right.fastq"}

    page.get_by_role("button", name="Delete the sample").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Samples")
    assert samples_of(api, lab["id"]) == {}
