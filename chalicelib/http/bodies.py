"""What comes in: JSON bodies parsed once, into models; path and query parameters."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from chalice.app import Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chalicelib.access import users
from chalicelib.access.tokens import AccessToken
from chalicelib.access.users import User
from chalicelib.errors import Flaw, Invalid, SeqportError, TooLarge, Unauthenticated

M = TypeVar("M", bound=BaseModel)
MAX_BODY = 6 * 1024 * 1024
Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
Text = Annotated[str, StringConstraints(max_length=2_000)]

_RULES = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field.",
    "string_type": "This must be a text.",
    "bool_type": "This must be true or false.",
    "int_type": "This must be a whole number.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
}


class BadRequest(SeqportError):
    """The request is no readable JSON, or a parameter can't be read."""

    slug = "bad-request"


class Body(BaseModel):
    """Base of the bodies: unknown fields are refused, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


def read_body(request: Request, model: type[M]) -> M:
    """The body as `model`. Raises BadRequest for malformed JSON, TooLarge, and Invalid with every broken rule."""
    raw = request.raw_body
    if len(raw) > MAX_BODY:
        raise TooLarge(f"A request's body may have {MAX_BODY} bytes; this one has {len(raw)}.")
    if not raw:
        raise BadRequest("The body is empty; a JSON object is needed.", slug="malformed-json")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("The body is no well-formed JSON.", slug="malformed-json") from None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        flaws = [_flaw(dict(row)) for row in error.errors(include_url=False, include_context=True)]
        detail = flaws[0].detail if len(flaws) == 1 else f"The request breaks {len(flaws)} rules."
        raise Invalid(detail, flaws) from None


def _flaw(row: Mapping[str, Any]) -> Flaw:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in row["loc"])
    words = _RULES.get(row["type"]) or str(row["msg"]).removeprefix("Value error, ")
    words = words.replace("Input should be", "This must be").replace("String should have", "This may have")
    if row["type"] == "string_pattern_mismatch":
        words = "This has characters that are not allowed here."
    return Flaw("".join(f"/{step}" for step in steps), words if words.endswith(".") else f"{words}.")


def caller(request: Request) -> User:
    """Who is asking, by the identity that the authorizer verified. Raises Unauthenticated when there is none."""
    gateway: Mapping[str, Any] = request.context
    context = gateway.get("authorizer")
    if not isinstance(context, dict):
        raise Unauthenticated("This needs a valid access token.")
    try:
        token = AccessToken.from_context(context)
    except KeyError:
        raise Unauthenticated("This needs a valid access token.") from None
    if not token.subject:
        raise Unauthenticated("This needs a valid access token.")
    return users.signed_in(token)


def source_ip(request: Request) -> str | None:
    """Where the request comes from, as the gateway saw it."""
    gateway: dict[str, Any] = request.context
    identity: dict[str, Any] = gateway.get("identity") or {}
    address = identity.get("sourceIp")
    return str(address) if address else None


def path_value(value: str) -> str:
    """A path parameter as the client meant it: the gateway passes it on still encoded."""
    return unquote(value)


def query(request: Request, name: str) -> str | None:
    """A query parameter, or None; a text of more than 1,000 characters is refused."""
    value = dict[str, str](request.query_params or {}).get(name)
    if value is not None and len(value) > 1_000:
        raise BadRequest(f"The parameter {name} is too long.", slug="bad-parameter")
    return value


def one_of(request: Request, name: str, known: tuple[str, ...]) -> str | None:
    """A query parameter that must be one of `known`, or None when it is absent."""
    value = query(request, name)
    if value is not None and value not in known:
        raise BadRequest(f"The parameter {name} must be one of: {', '.join(known)}.", slug="bad-parameter")
    return value
