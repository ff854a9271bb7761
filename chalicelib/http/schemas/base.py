"""What all schemas share: strict bodies, pages of lists, and the types of single fields with their examples."""

from typing import Annotated, Any, Generic, NotRequired, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

T = TypeVar("T")

# Lines of text, without control characters other than tab and line ends.
Text = Annotated[
    str,
    StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"),
    Field(examples=["Isolates of the 2026 cluster"]),
]
FutureTime = Annotated[
    str,
    StringConstraints(max_length=64),
    Field(description="A time in the future (RFC 3339).", examples=["2099-12-31T23:59:59Z"]),
]

Id = Annotated[str, Field(examples=["6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"])]
Name = Annotated[str, Field(examples=["EC-001"])]
Time = Annotated[str, Field(description="A time in UTC (RFC 3339).", examples=["2026-11-25T14:05:00Z"])]
Size = Annotated[int, Field(description="Bytes.", ge=0, examples=[104_857_600])]
Count = Annotated[int, Field(ge=0, examples=[3])]
Crc32 = Annotated[str, Field(description="CRC-32, 8 hexadecimal digits.", examples=["9ae0daaf"])]
Url = Annotated[str, Field(examples=["https://seqport-exports.s3.ca-central-1.amazonaws.com/…?X-Amz-Signature=…"])]


def one_of(*values: str, example: str | None = None) -> FieldInfo:
    """A field that is one of these strings."""
    extra: dict[str, Any] = {"enum": list(values)}
    info: FieldInfo = Field(examples=[example or values[0]], json_schema_extra=extra)
    return info


def puid(kind: str) -> FieldInfo:
    """A field with the PUID of one kind of resource."""
    info: FieldInfo = Field(description="Persistent unique identifier.", examples=[f"INXT_{kind}_AZKFAVKQ3L"])
    return info


class Body(BaseModel):
    """Base of the bodies: unknown fields are refused, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Page(TypedDict, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: Annotated[
        str | None, Field(description="`cursor` of the next page; null on the last one.", examples=[None])
    ]
    total: Annotated[int, Field(description="The length of the whole list.", ge=0, examples=[1])]
    total_is_exact: NotRequired[
        Annotated[bool, Field(description="False if `total` is a lower bound; absent otherwise.", examples=[False])]
    ]


class Violation(TypedDict):
    """One broken rule of a body."""

    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901) into the body.", examples=["/name"])]
    detail: Annotated[str, Field(examples=["This field is required."])]


class Problem(TypedDict):
    """An error (RFC 9457 problem details), in the language of the request's Accept-Language. Switch on `type`: its last
    segment never changes its meaning."""

    type: Annotated[str, Field(examples=["https://seqport.example.org/problems/invalid"])]
    title: Annotated[str, Field(examples=["Invalid request"])]
    status: Annotated[int, Field(examples=[422])]
    detail: Annotated[str, Field(examples=["The request has 2 errors."])]
    errors: NotRequired[
        Annotated[list[Violation], Field(description="Every broken rule, at most 100.", max_length=100)]
    ]
