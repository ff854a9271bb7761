"""Routes: method, path, scope, problems and idempotency of each view, declared where the view is defined and bound to
Chalice once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chalice.app import Chalice, Request, Response

from chalicelib import rate_limits
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.http.arguments import Argument, Call, arguments_of, is_idempotent
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import Idempotency
from chalicelib.http.problems import problem_details
from chalicelib.http.replies import to_response
from chalicelib.http.urls import PREFIX

View = TypeVar("View", bound=Callable[..., object])
Authorizer = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API. `path` is below `/api/v1`; `scope` is what a personal access token needs, None if only
    users who signed in may call it; `problems` are the slugs of the errors that the view itself raises;
    `calls_per_minute` limits the calls of one user, None: not at all."""

    method: str
    path: str
    view: Callable[..., object]
    tag: str
    scope: Scope | None
    public: bool
    problems: tuple[str, ...]
    calls_per_minute: int | None
    idempotency: Idempotency | None
    arguments: dict[str, Argument]


class Router:
    """The routes of one resource; `tag` groups them in the API's description."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.routes: list[Route] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        scope: Scope | None = None,
        public: bool = False,
        problems: Sequence[str] = (),
        calls_per_minute: int | None = None,
        idempotency: Idempotency | None = None,
    ) -> Callable[[View], View]:
        """Declare a view as the operation at this method and path."""

        def register(view: View) -> View:
            arguments = arguments_of(view, path)
            if (idempotency is None) == any(is_idempotent(argument) for argument in arguments.values()):
                raise TypeError(f"{view.__name__}: idempotency and a parameter of type Idempotent go together")
            route = Route(
                method, path, view, self.tag, scope, public, tuple(problems), calls_per_minute, idempotency, arguments
            )
            self.routes.append(route)
            return view

        return register


def current_request(app: Chalice) -> Request:
    """The request that a view is called for."""
    request = app.current_request
    assert request is not None  # noqa: S101 - chalice sets it before it calls a view
    return request


def bind(app: Chalice, routes: Iterable[Route], authorize: Authorizer) -> None:
    """Add the routes to the app; all but public ones are behind the authorizer."""
    for route in routes:
        options = {} if route.public else {"authorizer": authorize}
        app.route(f"{PREFIX}{route.path}", methods=[route.method], name=route.view.__name__, **options)(
            _handler(app, route)
        )


def _handler(app: Chalice, route: Route) -> Callable[..., Response]:
    def handle(**segments: str) -> Response:
        request = current_request(app)
        user = None if route.public else caller(request, route.scope)
        if user is not None and route.calls_per_minute is not None:
            rate_limits.count_call(route.view.__name__, user.id, limit=route.calls_per_minute)
        call = Call(request, segments, user, route.idempotency)
        result = route.view(**{name: argument.value(call) for name, argument in route.arguments.items()})
        return to_response(result, request)

    handle.__name__ = route.view.__name__
    return problem_details(handle)
