"""Error responses: RFC 9457 problem details, in the caller's language."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec

from chalice.app import Request, Response

from chalicelib.aws import is_outage
from chalicelib.errors import Invalid, Message, SeqportError, Violation
from chalicelib.http.authentication import LOCALE
from chalicelib.http.messages_fr import FRENCH
from chalicelib.http.problem_types import CONTENT_TYPE, PROBLEM_TYPES, TYPE_ROOT
from chalicelib.http.requests import MAX_VIOLATIONS
from chalicelib.http.schemas.base import Problem
from chalicelib.http.schemas.base import Violation as ViolationRow
from chalicelib.log import logger

P = ParamSpec("P")
RETRY_AFTER = "30"  # seconds until one of the user's exports may have ended
_RETRY_AFTER = {"not-indexed": "3"}  # seconds, by problem
_LANGUAGES = ("en", "fr")
# Unless a view sets others: responses are private to the caller, and their Content-Type is not to be guessed.
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class _InternalError(SeqportError):
    """An unexpected error; its details stay in the log."""

    slug = "internal"


class _Unavailable(SeqportError):
    """A service that this one depends on does not respond; it may again soon."""

    slug = "unavailable"


class _MethodNotAllowed(SeqportError):
    """The route exists, but not with this method."""

    slug = "method-not-allowed"


class _ContentType(SeqportError):
    """The body is not of the one accepted type."""

    slug = "content-type"


class _ErrorResponse(Response):
    """Carries an error to `as_problem`, which knows the request and so the language."""

    def __init__(self, error: SeqportError) -> None:
        super().__init__("", status_code=PROBLEM_TYPES[error.slug].status)
        self.error = error


def _internal_error() -> SeqportError:
    return _InternalError("An internal error occurred.")


def _unavailable() -> SeqportError:
    return _Unavailable("A service that Seqport depends on is unavailable. Try again in a moment.")


_CHALICE: dict[int, Callable[[], SeqportError]] = {
    404: lambda: SeqportError("Not found.", slug="not-found"),
    405: lambda: _MethodNotAllowed("This method is not allowed here."),
    415: lambda: _ContentType("The body must be JSON: send it with Content-Type: application/json."),
}


def preferred_language(accept_language: str) -> str | None:
    """`en` or `fr`, whichever an `Accept-Language` header (RFC 9110 section 12.5.4) prefers; None for neither."""
    weights: dict[str, float] = {}
    for item in accept_language.split(",")[:50]:
        name, _, parameter = item.strip().partition(";")
        language = name.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1) if parameter else 1.0
        except ValueError:
            weight = 0.0
        if language in _LANGUAGES and weight > weights.get(language, 0.0):
            weights[language] = weight
    return max(weights, key=lambda language: weights[language], default=None)


def language_of(request: Request) -> str:
    """The language of the response: the one that the request names, else the user's own, else English."""
    context: Mapping[str, Any] = request.context
    named = preferred_language(dict[str, str](request.headers).get("accept-language", ""))
    return named or str(context.get(LOCALE) or "en")


def translate(message: Message, language: str) -> str:
    """The title of a problem in English or French."""
    if language != "fr":
        return str(message)
    return FRENCH.get(message.template, message.template).format(**message.facts)


def violation_rows(violations: Sequence[Violation], language: str) -> list[ViolationRow]:
    """The first violations as the response shows them: pointer and message."""
    return [
        ViolationRow(pointer=violation.pointer, detail=translate(violation.message, language))
        for violation in violations[:MAX_VIOLATIONS]
    ]


def problem_of(error: SeqportError, language: str) -> Response:
    """The problem document of an error."""
    kind = PROBLEM_TYPES[error.slug]
    body = Problem(
        type=f"{TYPE_ROOT}{error.slug}",
        title=kind.french if language == "fr" else kind.title,
        status=kind.status,
        detail=translate(error.message, language),
    )
    if isinstance(error, Invalid) and error.violations:
        body["errors"] = violation_rows(error.violations, language)
    headers: dict[str, Any] = {
        "Content-Type": CONTENT_TYPE,
        "Content-Language": language,
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if kind.status in {429, 503}:
        headers["Retry-After"] = _RETRY_AFTER.get(error.slug, RETRY_AFTER)
    return Response(json.dumps(body, ensure_ascii=False), status_code=kind.status, headers=headers)


def problem_details(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose errors become problem details in `as_problem`; unexpected ones are logged."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except SeqportError as error:
            return _ErrorResponse(error)
        except Exception as error:  # noqa: BLE001 - service boundary: log everything unexpected
            logger().exception("a view failed", view=view.__name__)
            return _ErrorResponse(_unavailable() if is_outage(error) else _internal_error())

    return wrapped


def as_problem(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Middleware: errors of views, and chalice's own refusals (a method, a content type), become problems; pages report
    their errors themselves."""
    answer = _answer(event, get_response(event))
    for name, value in _PRIVATE.items():
        answer.headers.setdefault(name, value)
    return answer


def _answer(request: Request, response: Response) -> Response:
    if isinstance(response, _ErrorResponse):
        return problem_of(response.error, language_of(request))
    is_page = str(response.headers.get("Content-Type", "")).startswith("text/html")
    if response.status_code < 400 or is_page:
        return response
    answer = problem_of(_CHALICE.get(response.status_code, _internal_error)(), language_of(request))
    if "Allow" in response.headers:
        answer.headers["Allow"] = response.headers["Allow"]
    return answer
