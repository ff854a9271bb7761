"""The environment as one frozen object, read on first use and never at import.

`Settings` is the one declaration: the names of variables and template parameters, the environment that
`infra/package.py` gives to the functions, and `docs/settings.md` are derived from it or verified against it.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any, Literal, get_args, get_origin


class SettingsError(Exception):
    """A variable of the environment is missing or has a value outside its range; the message names it."""


class Source(StrEnum):
    """Where a setting's value comes from."""

    RESOURCE = "resource"  # the name of the template's resource that has the setting's name
    PARAMETER = "parameter"  # the template's parameter of that name: the operator decides
    ISSUER = "issuer"  # such a parameter too; without `OidcIssuer`, the stack's own user pool
    FUNCTION = "function"  # given only to the functions that need it
    CODE = "code"  # not from the environment


def _from(source: Source, description: str, default: Any = MISSING) -> Any:
    return field(default=default, metadata={"source": source, "description": description})


def _resource(description: str) -> Any:
    return _from(Source.RESOURCE, description)


def _parameter(description: str, default: Any = MISSING) -> Any:
    return _from(Source.PARAMETER, description, default)


def _issuer(description: str, default: Any = MISSING) -> Any:
    return _from(Source.ISSUER, description, default)


def _function(description: str) -> Any:
    return _from(Source.FUNCTION, description, "")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how the service behaves. Sizes in bytes, durations in seconds."""

    users_table: str = _resource("Users")
    secrets_table: str = _resource("Hashes of personal access tokens, and the key that signs cursors")
    namespaces_table: str = _resource("Groups, projects, members and links")
    samples_table: str = _resource("Samples, their metadata and templates")
    files_table: str = _resource("Files of samples")
    runs_table: str = _resource("Workflow executions and their outputs")
    exports_table: str = _resource("Exports")
    webhooks_table: str = _resource("Webhooks, their deliveries, and the outbox of announcements")
    audit_table: str = _resource("The audit trail of exports")
    idempotency_table: str = _resource("Idempotency keys and rate limits")
    imports_table: str = _resource("Imports")
    catalog_bucket: str = _resource("Uploaded files and arrivals")
    work_bucket: str = _resource("Plans and what is being assembled")
    exports_bucket: str = _resource("Finished exports")
    mail_configuration_set: str = _resource("The configuration set of SES, which reports what became of mails")
    oidc_issuer: str = _issuer(
        "Issuer (`iss`) of the access tokens; empty for a Cognito user pool that the stack creates"
    )
    oidc_audience: str = _issuer(
        "Audience (`aud`; Cognito's `client_id` or resource server) of the access tokens; several with spaces between"
    )
    oidc_jwks_uri: str = _issuer("Where the issuer publishes its keys")
    mail_from: str = _parameter("Sender of the mails; an identity that SES has verified")
    public_url: str = _parameter("Where people open the pages; empty for the API's own address", "")
    oidc_authorization_endpoint: str = _issuer(
        "Where the pages send people to sign in (OpenID Connect, authorization code with PKCE)", ""
    )
    oidc_token_endpoint: str = _issuer("Where the pages exchange the code for a token", "")
    oidc_client_id: str = _parameter("The pages' client id at the issuer; empty if it is the audience", "")
    oidc_scope: str = _issuer(
        "The scopes that the pages request; some issuers need one of the API", "openid email profile"
    )
    oidc_userinfo_endpoint: str = _issuer(
        "Where addresses and names are read that access tokens don't carry (UserInfo); empty for tokens that do", ""
    )
    oidc_end_session_endpoint: str = _issuer("Where the pages send people who sign out; may be empty", "")
    puid_prefix: str = _parameter("What persistent unique identifiers begin with", "INXT")
    time_zone: str = _parameter("The time zone of business days", "America/Toronto")
    holidays_country: str = _parameter("The country whose holidays are no business days (ISO 3166-1)", "CA")
    holidays_subdivision: str = _parameter("Its province or state (ISO 3166-2); may be empty", "ON")
    copy_crc: Literal["answer", "read"] = _parameter(
        "Does S3 return CRC-32s for copied parts? Another object store may not: `read`", "answer"
    )
    stuck_after: int = _parameter(
        "Seconds without a sign of life after which a running export is restarted; workers that an account throttles"
        " give none",
        21_600,
    )
    max_export_samples: int = _parameter("The most samples of one export", 100_000)
    max_export_files: int = _parameter("The most files of one export", 1_000_000)
    max_export_bytes: int = _parameter("The most bytes of one export", 50_000 * (1 << 30))
    max_running_exports: int = _parameter("The most exports of one user that are worked on at once", 10)
    max_active_exports: int = _parameter(
        "The most exports of all users that are worked on at once; further ones wait in a fair queue", 2
    )
    assemble_concurrency: int = _parameter("Workers of one export at once", 2)
    group_creators: str = _parameter(
        "Addresses of the users who may create top-level groups, with spaces between; empty: everybody who can sign in",
        "",
    )
    webhook_hosts: Literal["public", "any"] = _parameter(
        "Where webhooks may lead: to public addresses over HTTPS; `any` only on a laptop", "public"
    )
    deleted_files_kept: int = _parameter(
        "Days after which the uploaded content of deleted files is deleted; running exports may need it until then", 14
    )
    csv_bom: bool = _parameter(
        "Do CSV files begin with a byte order mark, for Excel to read them as UTF-8?", default=True
    )
    state_machine_arn: str = _function("The state machine, for the functions that start or stop executions")
    origin_token: str = _function(
        "The header `x-origin-token` of requests that come through the stack's distribution; empty if it has none"
    )
    download_role: str = _function("The role that signs links to exports; empty: the function's own")
    import_function: str = _function("The function that imports, for those that start it")
    webhooks_function: str = _function("The function that delivers webhooks, for those that start it")
    results_function: str = _function("The function that reads runs' results, for those that start it")
    refresh_function: str = _function("The function that makes snapshots of samples, for those that query them")
    arrivals_dead_letters: str = _function("The queue's URL, for the function that registers arrivals")
    version: str = _from(Source.CODE, "The service's version", "0.1.0")

    @property
    def pages_url(self) -> str:
        """The public URL without a slash at its end."""
        return self.public_url.rstrip("/")


PARAMETERS = (Source.PARAMETER, Source.ISSUER)


def settings_from(*sources: Source) -> list[Field[Any]]:
    """The fields of `Settings` whose values come from these sources."""
    return [field for field in fields(Settings) if field.metadata["source"] in sources]


def resource_name(field: Field[Any]) -> str:
    """The template's name of a setting: `UsersTable` for `users_table`."""
    return "".join(part.capitalize() for part in field.name.split("_"))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from variables named as the fields in upper case; of an empty one that is no text, the default holds.
    Raises SettingsError naming all that are missing."""
    known = settings_from(Source.RESOURCE, *PARAMETERS, Source.FUNCTION)
    missing = [
        setting.name.upper()
        for setting in known
        if setting.default is MISSING and not environment.get(setting.name.upper())
    ]
    if missing:
        raise SettingsError(f"missing environment variables: {', '.join(missing)}")
    given = {setting: environment[name] for setting in known if (name := setting.name.upper()) in environment}
    values: dict[str, Any] = {
        setting.name: _value(setting, text) for setting, text in given.items() if text or setting.type is str
    }
    return Settings(**values)


def _value(setting: Field[Any], text: str) -> object:
    name, kind = setting.name.upper(), setting.type
    if kind is int:
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise SettingsError(f"{name} is {text!r}; it must be a whole number above 0")
        return int(text)
    choices = ("true", "false") if kind is bool else get_args(kind) if get_origin(kind) is Literal else None
    if choices is not None and text not in choices:
        raise SettingsError(f"{name} is {text!r}; it must be {' or '.join(map(repr, choices))}")
    return text == "true" if kind is bool else text


@cache
def settings() -> Settings:
    """This process's settings. Tests call `settings.cache_clear()` after they change the environment."""
    return read_settings(os.environ)
