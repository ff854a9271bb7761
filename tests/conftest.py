from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import aws
from infra.local.issuer import Issuer
from tests.harness import Functions, Person, published_keys, service


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say in which order the tests ran, however quiet the run is: a failure that depends on it can be repeated."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.write_line(f"The order's random seed was {seed}: repeat it with SEED=--randomly-seed={seed}")


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with published_keys(tmp_path_factory.mktemp("issuer")) as made:
        yield made


@pytest.fixture
def client(signer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The service with all of AWS from moto; a folder may have another."""
    with service(monkeypatch, signer):
        from app import app

        with Client(app) as made:
            yield made


@pytest.fixture
def sign_in(client: Client, signer: Issuer) -> Callable[..., Person]:
    """Sign somebody in by their address, on whatever `client` the folder has; a first sign-in makes the user."""

    def signed(email: str, locale: str = "en") -> Person:
        person = Person(client, signer.token({"email": email, "locale": locale}))
        assert person.get("/me").status == 200
        return person

    return signed


@pytest.fixture
def functions(client: Client, monkeypatch: pytest.MonkeyPatch) -> Functions:
    """What is invoked in the background is kept instead."""
    kept = Functions([])
    monkeypatch.setattr(aws, "functions", cache(lambda: kept))
    return kept
