"""The demo's workflow executions: created through the API, with outputs put where a pipeline would put them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.demo import outputs, reads
from infra.demo.api import Api
from infra.local.clients import local_clients

_FINAL = {"completed", "error", "canceled"}


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A run over the first samples of a project. `makes` its outputs: (sample's name or None, filename, content)."""

    name: str | None
    workflow: str
    version: str
    project: str
    state: str
    samples: int
    makes: Callable[[list[str]], Iterator[tuple[str | None, str, bytes]]]
    by: str = "analyst"
    shared: bool = False

    @property
    def automated(self) -> bool:
        """Started by the platform, not by a user."""
        return self.by == "owner"


def _nothing(_: list[str]) -> Iterator[tuple[str | None, str, bytes]]:
    return iter(())


def _assembly(samples: list[str]) -> Iterator[tuple[str | None, str, bytes]]:
    yield None, "summary.txt.gz", outputs.summary(samples)
    for number, name in enumerate(samples):
        yield name, "quast.pdf", outputs.quast_report(name)
        yield name, "report.json", reads.quality_report(name, number)
        yield name, f"{name}.assembly.fasta.gz", reads.assembly(name, number)


def _typing(samples: list[str]) -> Iterator[tuple[str | None, str, bytes]]:
    for name in samples:
        yield name, "alleles.tsv", outputs.typing_table(name)


def _log(samples: list[str]) -> Iterator[tuple[str | None, str, bytes]]:
    yield None, "nextflow.log.txt", "".join(reads.run_log(name).decode() for name in samples).encode()


RUNS = (
    DemoRun("Assembly of the outbreak", "phac-nml/mikrokondo", "0.9.0", "outbreak-2026-07", "completed", 4, _assembly),
    DemoRun("Typing of the outbreak", "phac-nml/gasclustering", "0.7.0", "outbreak-2026-07", "completed", 3, _typing,
            shared=True),
    DemoRun("Assembly with too little memory", "phac-nml/mikrokondo", "0.9.0", "outbreak-2026-07", "error", 2, _log),
    DemoRun("Typing of the panel", "phac-nml/gasclustering", "0.7.0", "reference-panel", "running", 5, _nothing),
    DemoRun("Automated assembly", "phac-nml/mikrokondo", "0.9.0", "outbreak-2026-07", "completed", 2, _assembly,
            by="owner"),
    DemoRun(None, "phac-nml/mikrokondo", "0.9.0", "sewershed-lambda", "completed", 1, _assembly, by="owner"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """The catalog bucket, with the credentials of a pipeline."""

    s3: Any
    name: str

    @classmethod
    def of_stack(cls, info: Mapping[str, Any]) -> "Bucket":
        """From the response of `/local/info`."""
        key = info["credentials"]
        client = local_clients(info["endpoints"]["s3"], key["access_key_id"], key["secret_access_key"], key["region"])
        return cls(client("s3"), info["buckets"]["catalog"])

    def put(self, key: str, body: bytes) -> str:
        """Write an object; returns its URI."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)
        return f"s3://{self.name}/{key}"


def load_runs(people: Mapping[str, Api], bucket: Bucket, stopping: Callable[[], bool]) -> None:
    """Load the demo's runs into the catalog; existing ones are kept."""
    projects = {project["path"]: project["id"] for project in people["owner"].all("/projects")}
    for wanted in RUNS:
        if stopping():
            return
        api, project = people[wanted.by], projects[wanted.project]
        samples = api.get(f"/namespaces/{project}/samples?sort=name&limit={wanted.samples}")["items"]
        run = _find(api, wanted, project) or _create(api, wanted, project, samples)
        if run["state"] not in _FINAL:
            _complete(api, wanted, run["id"], samples, bucket)


def _find(api: Api, wanted: DemoRun, project: str) -> Any:
    for run in api.all("/workflow-executions"):
        known = (run["name"], run["workflow"]["name"], run["namespace_id"])
        if known == (wanted.name, wanted.workflow, project):
            return run
    return None


def _create(api: Api, wanted: DemoRun, project: str, samples: list[Any]) -> Any:
    rows = [{"sample_id": sample["id"], "samplesheet": {"sample": sample["puid"], "sample_name": sample["name"]}}
            for sample in samples]  # fmt: skip
    body = {
        "name": wanted.name,
        "workflow": {"name": wanted.workflow, "version": wanted.version},
        "state": "running",
        "namespace_id": project,
        "automated": wanted.automated,
        "shared_with_namespace": wanted.shared,
        "samples": rows,
    }
    return api.post("/workflow-executions", body)


def _complete(api: Api, wanted: DemoRun, run_id: str, samples: list[Any], bucket: Bucket) -> None:
    """Put and register the outputs, then set the state: an interrupted run can simply be repeated."""
    puids = {sample["name"]: sample["puid"] for sample in samples}
    for name, filename, body in wanted.makes(list(puids)):
        place = "" if name is None else f"{puids[name]}/"
        uri = bucket.put(f"runs/{run_id}/{place}{filename}", body)
        of_sample = {} if name is None else {"sample_id": puids[name]}
        api.post(f"/workflow-executions/{run_id}/outputs/register", {"s3_uri": uri, **of_sample})
    if wanted.state != "running":
        api.call("PATCH", f"/workflow-executions/{run_id}", {"state": wanted.state})
