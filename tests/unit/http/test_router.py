"""Mistakes in a route are refused where it is declared."""

from collections.abc import Callable

import pytest

from chalicelib.access.users import User
from chalicelib.http.idempotent import STORED, Idempotency, Idempotent
from chalicelib.http.router import Router


def without_key(user: User) -> None: ...


def with_key(user: User, idempotent: Idempotent) -> None: ...


def with_something_else(user: User, something: int) -> None: ...


@pytest.mark.parametrize(
    ("path", "view", "idempotency"),
    [
        ("/x", without_key, STORED),
        ("/x", with_key, None),
        ("/x/{x_id}", without_key, None),
        ("/x", with_something_else, None),
    ],
)
def test_route_that_does_not_match_its_view_is_refused(
    path: str, view: Callable[..., object], idempotency: Idempotency | None
) -> None:
    router = Router("X")
    with pytest.raises(TypeError):
        router.route("POST", path, idempotency=idempotency)(view)
    assert router.routes == []


def test_matching_route_is_registered_and_the_view_is_unchanged() -> None:
    router = Router("X")
    assert router.route("POST", "/x", idempotency=STORED)(with_key) is with_key
    assert [(route.method, route.path) for route in router.routes] == [("POST", "/x")]
