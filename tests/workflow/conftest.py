from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from chalice.test import Client

from infra.local.issuer import Issuer
from tests.harness import BUCKETS, Person, service
from tests.lab import new_lab
from tests.object_stores import running_seaweedfs


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as endpoint:
        yield endpoint


@pytest.fixture
def client(signer: Issuer, object_store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The service with a real S3 server; the rest of AWS is moto's."""
    buckets = {name: f"{bucket}-{uuid4().hex[:12]}" for name, bucket in BUCKETS.items()}
    environment = {"AWS_ENDPOINT_URL_S3": object_store, "COPY_CRC": "answer", **buckets}
    with service(monkeypatch, signer, **environment):
        from app import app

        with Client(app) as opened:
            yield opened


@pytest.fixture
def ana(sign_in: Callable[..., Person]) -> Person:
    return sign_in("ana@example.org")


@pytest.fixture
def project(ana: Person) -> str:
    return str(new_lab(ana).project["id"])
