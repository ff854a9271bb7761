"""Parses requests: JSON bodies into models, path and query parameters."""

import json
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import unquote

from chalice.app import Request
from pydantic import BaseModel, ValidationError

from chalicelib import timestamps
from chalicelib.errors import (
    Message,
    NotFound,
    SeqportError,
    TooLarge,
    Violation,
    pointer_step,
    validation_error,
)
from chalicelib.ids import MAX_ID
from chalicelib.names import REPLACEMENT

M = TypeVar("M", bound=BaseModel)
MAX_BODY = 6 * 1024 * 1024
MAX_VIOLATIONS = 100  # that a response lists
MAX_MEMBERS = 5_000  # of one JSON object: each unknown one is a separate violation

_INVALID_VALUE = "Invalid value."
_MESSAGES = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "string_type": "Must be a string.",
    "string_unicode": "Must be a string of valid Unicode.",
    "bool_type": "Must be true or false.",
    "int_type": "Must be an integer.",
    "list_type": "Must be a list.",
    "dict_type": "Must be an object.",
    "model_type": "Must be an object.",
    "string_too_short": "Must have at least {min_length} characters.",
    "string_too_long": "Must have at most {max_length} characters.",
    "string_pattern_mismatch": "Contains characters that are not allowed here.",
    "too_short": "Must have at least {min_length} items.",
    "too_long": "Must have at most {max_length} items.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than_equal": "Must be at most {le}.",
    "literal_error": "Must be {expected}.",
    "too_many_bytes": "Must have at most {max_bytes} bytes; this has {size}.",
    "blank_name": "A name needs at least one visible character.",
    "wrong_encoding": "Contains U+FFFD: the text was decoded with the wrong encoding.",
    "field_name": "A field name must have 1 to 255 characters, not only spaces, without control"
    " characters or U+FFFD, and must not be one of the fixed columns of a linelist.",
    "metadata_value": "A metadata value must be a string of at most 32,767 characters or a number of at"
    " most 15 digits.",
}  # by pydantic's error types; their values have pydantic's names


class BadRequest(SeqportError):
    """The request is not readable JSON, or a parameter can't be parsed."""

    slug = "bad-request"


def read_body(request: Request, model: type[M]) -> M:
    """The body as `model`. Raises BadRequest for malformed JSON, TooLarge, and Invalid with every broken rule."""
    return _validated(_document(request), model)


def read_body_by_type(request: Request, models: Mapping[str, type[M]]) -> M:
    """The body as the model of the type that it names. Raises as `read_body` does."""
    document = _document(request)
    if not isinstance(document, dict):
        raise validation_error([Violation("", _MESSAGES["dict_type"])])
    if "type" not in document:
        raise validation_error([Violation("/type", _MESSAGES["missing"])])
    name = document["type"]
    if not isinstance(name, str) or name not in models:
        known = ", ".join(f"'{known_name}'" for known_name in models)
        raise validation_error([Violation("/type", Message(_MESSAGES["literal_error"], {"expected": known}))])
    return _validated(document, models[name])


def _document(request: Request) -> Any:
    raw = request.raw_body
    if len(raw) > MAX_BODY:
        raise TooLarge("The body may have at most {most} bytes; this one has {size}.", most=MAX_BODY, size=len(raw))
    if not raw:
        raise BadRequest("The body is empty; a JSON object is required.", slug="malformed-json")
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.", slug="malformed-json") from None
    if REPLACEMENT in text:  # the gateway decodes bodies: it replaces bytes that are not UTF-8 by this character
        raise BadRequest("The body is not UTF-8: it contains U+FFFD.", slug="malformed-json")
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not well-formed JSON.", slug="malformed-json") from None


def _validated(document: Any, model: type[M]) -> M:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        rows = error.errors(include_url=False, include_context=True, include_input=False)
        violations = [_violation(dict(row)) for row in islice(rows, MAX_VIOLATIONS)]
        raise validation_error(violations, count=error.error_count()) from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Duplicate members are refused, because one would be lost silently."""
    if len(members) > MAX_MEMBERS:
        raise BadRequest(
            "A JSON object must have at most {most} members here; this one has {size}.",
            slug="bad-request",
            most=MAX_MEMBERS,
            size=len(members),
        )
    document = dict(members)
    if len(document) < len(members):
        counts = Counter(name for name, _ in members)
        name = next(name for name, count in counts.items() if count > 1)
        raise BadRequest("A JSON object has a duplicate member: {name}.", slug="malformed-json", name=name[:255])
    return document


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are not JSON (RFC 8259 section 6)."""
    raise ValueError(name)


def _violation(row: Mapping[str, Any]) -> Violation:
    loc = [str(step) for step in row["loc"] if step != "[key]"]
    pointer = "".join(f"/{pointer_step(step)}" for step in loc)
    template = _MESSAGES.get(row["type"], _INVALID_VALUE)
    facts = {name: str(fact).replace(" or ", ", ") for name, fact in (row.get("ctx") or {}).items()}
    return Violation(pointer, Message(template, facts))


def future_timestamp(text: str | None, pointer: str) -> str | None:
    """A time as it is stored; Invalid for one that is past or not RFC 3339."""
    if text is None:
        return None
    try:
        moment = timestamps.parse_rfc_3339(text)
        kept = timestamps.format(moment) if moment > timestamps.now() else None
    except (ValueError, OverflowError):
        kept = None
    if kept is None:
        raise validation_error(
            [Violation(pointer, "Must be a time in the future, in RFC 3339 format with an offset or Z.")]
        )
    return kept


def path_value(value: str) -> str:
    """A path parameter, decoded: the gateway passes it on encoded. NotFound for anything that is not an id."""
    meant = unquote(value)
    if not 1 <= len(meant.encode(errors="surrogatepass")) <= MAX_ID:
        raise NotFound("Not found.")
    return meant


def query(request: Request, name: str, *, max_bytes: int = 1_000) -> str | None:
    """A query parameter, or None; one that has more bytes in UTF-8 than `max_bytes` is refused."""
    value = dict[str, str](request.query_params or {}).get(name)
    if value is not None and len(value.encode(errors="surrogatepass")) > max_bytes:
        raise BadRequest(
            "The parameter {name} must have at most {max_bytes} bytes.",
            slug="bad-parameter",
            name=name,
            max_bytes=max_bytes,
        )
    return value
