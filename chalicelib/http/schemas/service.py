"""JSON about the service itself."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class Health(TypedDict):
    """The service is up."""

    status: Annotated[str, Field(examples=["ok"])]
    version: Annotated[str, Field(examples=["0.1.0"])]


class SignIn(TypedDict):
    """How to sign in: the OpenID Connect issuer and its endpoints; null where the issuer has none."""

    issuer: Annotated[str, Field(examples=["https://login.example.org"])]
    client_id: Annotated[str, Field(examples=["seqport"])]
    scope: Annotated[str, Field(examples=["openid email profile"])]
    authorization_endpoint: Annotated[str | None, Field(examples=["https://login.example.org/authorize"])]
    token_endpoint: Annotated[str | None, Field(examples=["https://login.example.org/token"])]
    end_session_endpoint: Annotated[str | None, Field(examples=["https://login.example.org/logout"])]
