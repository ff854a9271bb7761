"""A small laboratory: projects with samples and files, workflow executions, and people with different roles."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from chalicelib.exports.storage import request_key
from infra.demo.api import Api
from tests.stack import exports
from tests.stack.local_stack import Running

OWNER, ANALYST, GUEST = "olga.owner@example.org", "ana.analyst@example.org", "gus.guest@example.org"
GROUP, PROJECT = "Santé publique", "Éclosion 2026"
USER_RUN, AUTOMATED_RUN = "Assemblage de Ana", "Assemblage automatique"
TEMPLATE = "Terrain"  # its first field is known, no sample has its second
# Names that a page must show as they are: markup, quotes, text from right to left, and as long as a name may be.
HOSTILE = (
    "<script>alert(1)</script>",
    "\"quotes\" & 'apostrophes' <b>",
    "مختبر الصحة العامة",
    "N" * 255,
)
FILES = {
    "a_S1_L001_R1_001.fastq.gz": 4_000,
    "a_S1_L001_R2_001.fastq.gz": 4_000,
    "a.assembly.fasta": 900,
    "notes.txt": 120,
}


@dataclass(frozen=True)
class Laboratory:
    """Ids of what is there."""

    stack: Running
    group: str
    project: str
    samples: list[Any]
    hostile: str
    template: str
    user_run: str
    automated_run: str

    def export(self, email: str = ANALYST, **more: Any) -> Any:
        """A sample export that is ready."""
        api = self.stack.person(email)
        made = exports.create(api, self.project, self.samples[:1], ["text", "fasta"], **more)
        return exports.wait(api, made["id"])


def laboratory(stack: Running) -> Laboratory:
    olga, ana, gus = (stack.person(email) for email in (OWNER, ANALYST, GUEST))
    group = olga.post("/groups", {"name": GROUP, "path": "sante"})["id"]
    for person, role in ((ana, "analyst"), (gus, "guest")):
        olga.call("PUT", f"/namespaces/{group}/members/{person.get('/me')['id']}", {"role": role})
    project = olga.post("/projects", {"name": PROJECT, "path": "eclosion", "group_id": group})["id"]
    metadata = {"organism": "Escherichia phage lambda", "host": "Escherichia coli", "place": "Québec"}
    bodies = [{"name": f"EC-{number:02d}", "metadata": metadata} for number in range(25)]
    samples = olga.post(f"/projects/{project}/samples/batch", {"samples": bodies})["samples"]
    for sample in samples[:3]:
        for name, size in FILES.items():
            exports.upload(olga, sample["id"], name, f"{sample['name']} {name} ".encode() * (size // 20))
    hostile = olga.post("/projects", {"name": HOSTILE[0], "path": "hostile", "group_id": group})["id"]
    for name in HOSTILE:
        sample = olga.post(f"/projects/{hostile}/samples", {"name": name, "metadata": {name[:200].lower(): name}})
        if name is not HOSTILE[3]:
            exports.upload(olga, sample["id"], f"{name.replace('/', '_')}.txt", b"text")
    fields = {"name": TEMPLATE, "fields": ["place", "collected by"]}
    template = olga.post(f"/namespaces/{project}/metadata-templates", fields)["id"]
    return Laboratory(
        stack,
        group,
        project,
        samples,
        hostile,
        template,
        user_run=completed_run(stack, ana, project, samples[:2], USER_RUN, automated=False),
        automated_run=completed_run(stack, olga, project, samples[:1], AUTOMATED_RUN, automated=True),
    )


def completed_run(stack: Running, api: Api, project: str, samples: list[Any], name: str, *, automated: bool) -> str:
    """The id of a run of these samples that has completed, with a file of its own and one of each sample."""
    body = {
        "name": name,
        "workflow": {"name": "phac-nml/mikrokondo", "version": "0.9.0"},
        "state": "submitted",
        "namespace_id": project,
        "automated": automated,
        "samples": [{"sample_id": sample["id"], "samplesheet": {"sample": sample["puid"]}} for sample in samples],
    }
    run = api.post("/workflow-executions", body)["id"]
    bucket = stack.info["buckets"]["catalog"]
    places: list[tuple[str, str | None]] = [
        ("summary.txt.gz", None),
        *(("report.json", sample["puid"]) for sample in samples),
    ]
    for filename, puid in places:
        key = "/".join(part for part in ("runs", run, puid, filename) if part)
        stack.client("s3").put_object(Bucket=bucket, Key=key, Body=f"{name} {key}".encode())
        of_sample = {"sample_id": puid} if puid else {}
        api.post(f"/workflow-executions/{run}/outputs/register", {"s3_uri": f"s3://{bucket}/{key}", **of_sample})
    for state in ("running", "completed"):
        api.call("PATCH", f"/workflow-executions/{run}", {"state": state})
    return str(run)


def visible_places(lab: Laboratory) -> list[str]:
    """The addresses of all kinds of pages, with something on each."""
    ready = lab.export(name="Prête / ready")
    return [
        "/", "/projects", "/groups", f"/groups/{lab.group}", f"/projects/{lab.project}/samples", "/exports",
        f"/groups/{lab.group}/samples", f"/projects/{lab.project}/workflow-executions",
        f"/projects/{lab.project}/members",
        f"/samples/{lab.samples[0]['id']}", "/workflow-executions", f"/workflow-executions/{lab.user_run}",
        f"/exports/{ready['id']}", f"/exports/{ready['id']}?tab=preview", "/exports/nothing", "/tokens", "/webhooks",
    ]  # fmt: skip


def failed_export(lab: Laboratory) -> Any:
    """An export that failed because its request was lost on our side; with `bring_back` a retry finds it again."""
    made = lab.export(name="Perdue / lost")
    records, table = lab.stack.client("dynamodb"), lab.stack.info["tables"]["exports"]
    item = records.get_item(TableName=table, Key={"id": {"S": made["id"]}})["Item"]
    kept = {
        name: value for name, value in item.items() if not name.startswith(("upload_", "file_", "ready_", "expires_"))
    }
    failed = str(uuid4())
    records.put_item(
        TableName=table,
        Item={**kept, "id": {"S": failed}, "status": {"S": "processing"}, "step": {"S": "queued"}},
    )
    lab.stack.client("stepfunctions").start_execution(
        stateMachineArn=lab.stack.info["state_machine_arn"],
        name=f"{failed}-1",
        input=json.dumps({"export_id": failed, "attempt": 1, "plan": 1}),
    )
    export = exports.wait(lab.stack.person(ANALYST), failed)
    assert (export["status"], export["failure"]["retryable"]) == ("failed", True)
    return {**export, "source_export": made["id"]}


def bring_back(lab: Laboratory, failed: Any) -> None:
    """Store the request of a failed export where its retry reads it."""
    bucket = lab.stack.info["buckets"]["work"]
    source = {"Bucket": bucket, "Key": request_key(failed["source_export"])}
    lab.stack.client("s3").copy_object(Bucket=bucket, Key=request_key(failed["id"]), CopySource=source)
