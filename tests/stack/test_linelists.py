"""Linelists on the deployed stack, through HTTP."""

import csv
import io
import time
import zlib
from typing import Any
from uuid import uuid4

import openpyxl
import requests

from infra.demo.api import Api
from tests.stack import exports
from tests.stack.local_stack import Running

SAMPLES = 300
MANY = 50_000
HEADER = ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", "COUNTRY", "AGE"]


def project_with_samples(api: Api) -> tuple[Any, list[Any]]:
    project = exports.project(api)
    wanted = [{"name": f"S{i:03d}", "metadata": {"Country": f"=C{i}", "age": i / 4}} for i in range(SAMPLES)]
    key = {"Idempotency-Key": str(uuid4())}
    return project, api.call("POST", f"/projects/{project['id']}/samples/batch", {"samples": wanted}, **key).body[
        "samples"
    ]


def downloaded(api: Api, export: Any) -> bytes:
    link = api.post(f"/exports/{export['id']}/download", {})
    answer = requests.get(link["url"], timeout=60)
    assert (len(answer.content), f"{zlib.crc32(answer.content):08x}") == (link["size"], link["crc32"])
    report = requests.get(link["report_url"], timeout=60).json()
    assert [row["outcome"] for row in report].count("included") == export["progress"]["rows_total"]
    return answer.content


def test_linelists_are_rendered_downloaded_and_complete(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project, samples = project_with_samples(ana)
    export_request = {
        "type": "linelist", "namespace_id": project["id"], "metadata_fields": ["country", "age"],
        "sample_ids": [sample["puid"] for sample in reversed(samples)],
    }  # fmt: skip
    made = {name: ana.post("/exports", {**export_request, "linelist_format": name}) for name in ("csv", "xlsx")}
    done = {name: exports.wait(ana, export["id"]) for name, export in made.items()}
    assert {export["status"] for export in done.values()} == {"ready"}
    expected = [
        [sample["puid"], sample["name"], project["puid"], sample["metadata"]["country"], sample["metadata"]["age"]]
        for sample in reversed(samples)
    ]
    rows = list(csv.reader(io.StringIO(downloaded(ana, done["csv"]).decode("utf-8-sig"), newline="")))
    assert rows[0] == HEADER
    assert [[*row[:3], row[3].removeprefix("'"), float(row[4])] for row in rows[1:]] == expected
    sheet = openpyxl.load_workbook(io.BytesIO(downloaded(ana, done["xlsx"])))["linelist"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [HEADER, *expected]


def test_fifty_thousand_ids_in_one_request_are_accepted_and_checked_by_the_plan(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project, samples = project_with_samples(ana)
    there = [sample["id"] for sample in samples]
    ids = there + [str(uuid4()) for _ in range(MANY - len(there))]
    started = time.monotonic()
    made = ana.post(
        "/exports",
        {
            "type": "linelist", "namespace_id": project["id"], "metadata_fields": ["age"], "linelist_format": "tsv",
            "sample_ids": ids,
        },
    )  # fmt: skip
    assert time.monotonic() - started < 29
    assert made["parameters"]["sample_count"] == MANY
    done = exports.wait(ana, made["id"])
    assert (done["status"], done["warnings"]) == ("ready", MANY - SAMPLES)
    lines = downloaded(ana, done).decode().splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == [sample["puid"] for sample in samples]
