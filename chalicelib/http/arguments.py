"""The arguments of views: each parameter's annotation declares which part of the request it receives.

| parameter | value |
|---|---|
| named in the route's path | that segment, decoded |
| `body: Model` | the JSON body as this model; `Annotated[Base, ByType(models)]` for one of several |
| `user: User` | the caller |
| `request: Request` | the request itself, for its language and address |
| `idempotent: Idempotent` | runs what creates a resource once for each Idempotency-Key |
| `paging: Paging`, `Annotated[SortedPaging, Sort(…)]`, `cursor: Cursor` | where a list continues, and its order |
| `Annotated[str \\| None, Query(…)]` | the query parameter of that name |
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol, get_args, get_origin

from chalice.app import Request
from pydantic import BaseModel

from chalicelib.access.users import User
from chalicelib.http.idempotent import Idempotency, Idempotent
from chalicelib.http.paging import Cursor, Paging, Sort, SortedPaging
from chalicelib.http.requests import BadRequest, path_value, query, read_body, read_body_by_type


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a route. `user` is None if the route is public."""

    request: Request
    segments: Mapping[str, str]
    user: User | None
    idempotency: Idempotency | None


class Argument(Protocol):
    """One parameter of a view."""

    def value(self, call: Call) -> object:
        """Its value for a call. Raises the error for a request with an invalid one."""


@dataclass(frozen=True, slots=True)
class PathSegment:
    """A segment of the path."""

    name: str

    def value(self, call: Call) -> str:
        return path_value(call.segments[self.name])


@dataclass(frozen=True, slots=True)
class JsonBody:
    """The body, as one model."""

    model: type[BaseModel]

    def value(self, call: Call) -> BaseModel:
        return read_body(call.request, self.model)


@dataclass(frozen=True, slots=True)
class ByType:
    """The body, as the model that its member `type` names."""

    models: Mapping[str, type[BaseModel]]

    def value(self, call: Call) -> BaseModel:
        return read_body_by_type(call.request, self.models)


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter: at most `max_bytes` in UTF-8, one of `choices` if there are any."""

    description: str
    max_bytes: int = 1_000
    choices: tuple[str, ...] = ()
    required: bool = False
    name: str = ""

    def value(self, call: Call) -> str | None:
        value = query(call.request, self.name, max_bytes=self.max_bytes)
        if self.required and not value:
            raise BadRequest("The parameter {name} is required.", slug="bad-parameter", name=self.name)
        if value is not None and self.choices and value not in self.choices:
            raise BadRequest(
                "The parameter {name} must be one of: {known}.",
                slug="bad-parameter",
                name=self.name,
                known=", ".join(self.choices),
            )
        return value


SEARCH = Query("Finds the beginning of the name, of a word in it, or of the PUID or id; case is ignored.")


@dataclass(frozen=True, slots=True)
class FromCall:
    """A property of the call itself, by the parameter's type."""

    type: type
    of: Callable[[Call], object]

    def value(self, call: Call) -> object:
        return self.of(call)


@dataclass(frozen=True, slots=True)
class PagingArgument:
    """The page and order of a list."""

    sort: Sort | None

    def value(self, call: Call) -> Paging:
        return Paging.of(call.request) if self.sort is None else SortedPaging.sorted_by(call.request, self.sort)


def _user(call: Call) -> User:
    assert call.user is not None  # noqa: S101 - `bind` authenticates every route that is not public
    return call.user


def _idempotency(call: Call) -> Idempotency:
    assert call.idempotency is not None  # noqa: S101 - routes with such an argument declare it
    return call.idempotency


_FROM_CALL: Mapping[type, Callable[[Call], object]] = {
    User: _user,
    Request: lambda call: call.request,
    Cursor: lambda call: Cursor.of(call.request),
    Idempotent: lambda call: Idempotent(call.request, _user(call), _idempotency(call)),
}


def is_idempotent(argument: Argument) -> bool:
    """Is this the argument by which a view creates once for each Idempotency-Key?"""
    return isinstance(argument, FromCall) and argument.type is Idempotent


def arguments_of(view: Callable[..., object], path: str) -> dict[str, Argument]:
    """The arguments of a view by the names of its parameters. Raises TypeError for an unknown parameter."""
    segments = set(re.findall(r"{(\w+)}", path))
    parameters = inspect.signature(view).parameters
    if missing := segments - parameters.keys():
        raise TypeError(f"{view.__name__} lacks parameters of {path}: {sorted(missing)}")
    return {
        name: PathSegment(name) if name in segments else _argument(name, parameter.annotation)
        for name, parameter in parameters.items()
    }


def _argument(name: str, annotation: Any) -> Argument:
    if get_origin(annotation) is Annotated:
        for marker in get_args(annotation)[1:]:
            match marker:
                case Query():
                    return replace(marker, name=name)
                case Sort():
                    return PagingArgument(marker)
                case ByType():
                    return marker
    elif annotation is Paging:
        return PagingArgument(None)
    elif annotation in _FROM_CALL:
        return FromCall(annotation, _FROM_CALL[annotation])
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return JsonBody(annotation)
    raise TypeError(f"no argument of a view: {name}: {annotation}")
