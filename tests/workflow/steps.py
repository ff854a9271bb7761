"""Exports of all text files of a project, step by step, with files lost on the way."""

from typing import Any

from chalicelib import aws
from chalicelib.assembly.plan import plan_export
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload

MIB = 1 << 20


def objects_of(ana: Person, project: str, sizes: dict[str, int]) -> dict[str, str]:
    """A sample with files of these sizes; their keys by name."""
    sample = expect_status(ana.post(f"/projects/{project}/samples", {"name": "s"}))["id"]
    keys = {}
    for name, size in sizes.items():
        file = upload(ana, sample, name, name.encode() * (size // len(name)) + b"x" * (size % len(name)))
        keys[name] = file["s3_uri"].split("/", 3)[3]
    return keys


def create(ana: Person, project: str, **more: Any) -> Any:
    body = {"type": "sample", "namespace_id": project, "selection": {"all": True}, "file_formats": ["text"], **more}
    return expect_status(ana.post("/exports", body), 202)


def lose(*keys: str) -> None:
    for key in keys:
        aws.s3().delete_object(Bucket=settings().catalog_bucket, Key=key)


def change(key: str) -> None:
    aws.s3().put_object(Bucket=settings().catalog_bucket, Key=key, Body=b"other")


SMALL = {f"s{number:02d}.txt": 1_000 + number for number in range(20)}
LARGE = {"large-a.txt": 6 * MIB, "large-b.txt": 7 * MIB, "large-c.txt": 11 * MIB}


def planned(export: Any) -> dict[str, Any]:
    return plan_export({"export_id": export["id"], "attempt": 1, "plan": 1})


def batch_of(state: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return {**{key: state[key] for key in ("export_id", "attempt", "plan")}, "batch": number}
