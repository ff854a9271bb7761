"""A laboratory to test with: a group with projects, samples, runs and files, made through the API by its owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib import aws
from chalicelib.catalog.files.registration import SourceRow, source_key
from chalicelib.settings import settings
from tests.harness import Person, expect_status

Record = dict[str, Any]  # a resource, as the API shows it
MIKROKONDO = {"name": "phac-nml/mikrokondo", "version": "0.9.0"}


@dataclass(frozen=True)
class Lab:
    """What a test finds there. `runs` are ids by name, `bodies` the contents of files and outputs by name or path."""

    owner: Person
    group: Record
    projects: tuple[Record, ...]
    samples: tuple[Record, ...] = ()
    runs: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def project(self) -> Record:
        """The first project, where most of the tests work."""
        return self.projects[0]

    def id_of(self, name: str) -> str:
        """The id of the group, of a project by its path, or of a run by its name; any other name is its own id."""
        ids = {"group": self.group["id"], **{project["path"]: project["id"] for project in self.projects}, **self.runs}
        return str(ids.get(name, name))


def new_lab(owner: Person, *projects: str, path: str = "lab") -> Lab:
    """A group with projects of these names, without samples."""
    group = new_group(owner, path)
    return Lab(owner, group, tuple(new_project(owner, group, name) for name in projects or ("P",)))


def new_group(owner: Person, path: str, parent: Record | None = None) -> Record:
    body = {"name": path.title(), "path": path, **({"parent_id": parent["id"]} if parent else {})}
    made: Record = expect_status(owner.post("/groups", body))
    return made


def new_project(owner: Person, group: Record, name: str) -> Record:
    made: Record = expect_status(owner.post("/projects", {"name": name, "path": name.lower(), "group_id": group["id"]}))
    return made


def new_sample(person: Person, project: Record, name: str, metadata: Mapping[str, Any] | None = None) -> Record:
    body = {"name": name, **({"metadata": metadata} if metadata is not None else {})}
    made: Record = expect_status(person.post(f"/projects/{project['id']}/samples", body))
    return made


def new_run(person: Person, namespace: Record, **changes: Any) -> Record:
    body = {"workflow": MIKROKONDO, "state": "completed", "namespace_id": namespace["id"], **changes}
    made: Record = expect_status(person.post("/workflow-executions", body))
    return made


def register_output(person: Person, run_id: str, path: str, body: bytes, sample: Record | None = None) -> None:
    """Store an object below the run's prefix, and register it as the run's output, or as a sample's in it."""
    key, bucket = f"runs/{run_id}/{path}", settings().catalog_bucket
    aws.s3().put_object(Bucket=bucket, Key=key, Body=body)
    request = {"s3_uri": f"s3://{bucket}/{key}", **({"sample_id": sample["id"]} if sample else {})}
    expect_status(person.post(f"/workflow-executions/{run_id}/outputs/register", request))


def grant(owner: Person, namespace_id: str, person: Person, role: str, expires_at: str | None = None) -> None:
    """Make a person a member of a namespace."""
    member = expect_status(person.get("/me"), 200)["id"]
    body = {"role": role, "expires_at": expires_at}
    expect_status(owner.call("PUT", f"/namespaces/{namespace_id}/members/{member}", body), 200)


def bind_source(namespace_id: str, bucket: str, prefix: str) -> None:
    """Let objects under this bucket and prefix be registered in a namespace, as an operator does."""
    SourceRow(*source_key(namespace_id, bucket, prefix)).save()
