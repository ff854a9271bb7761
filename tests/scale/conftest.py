from collections.abc import Iterator

import pytest
from chalice.test import Client

from infra.local.issuer import Issuer
from tests.service import service


@pytest.fixture
def client(signer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with service(monkeypatch, signer):
        from app import app

        with Client(app) as made:
            yield made
