"""The environment as one frozen object, read on first use and never at import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal


class SettingsError(Exception):
    """A variable of the environment is missing or has a value outside its range; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how the service behaves. Sizes in bytes, durations in seconds."""

    users_table: str
    namespaces_table: str
    samples_table: str
    files_table: str
    runs_table: str
    exports_table: str
    audit_table: str
    idempotency_table: str
    imports_table: str
    catalog_bucket: str
    work_bucket: str
    exports_bucket: str
    oidc_issuer: str
    oidc_audience: str
    oidc_jwks_uri: str
    mail_from: str
    public_url: str  # where people open the pages; the links in mails begin with it
    oidc_authorization_endpoint: str = ""  # where the pages send people to sign in, and where they get the token
    oidc_token_endpoint: str = ""
    oidc_end_session_endpoint: str = ""
    state_machine_arn: str = ""  # only the functions that start or stop executions have it
    import_function: str = ""  # only the functions that start imports have it
    arrivals_dead_letters: str = ""  # the queue's URL; only the function that registers arrivals has it
    puid_prefix: str = "INXT"
    time_zone: str = "America/Toronto"
    holidays_country: str = "CA"
    holidays_subdivision: str = "ON"
    copy_crc: Literal["answer", "read"] = "answer"  # does S3 answer CRC-32s for copied parts?
    stuck_after: int = 21_600  # an export without any sign of life for so long is looked into
    max_export_samples: int = 100_000
    max_export_files: int = 1_000_000
    max_export_bytes: int = 50_000 * (1 << 30)
    max_running_exports: int = 10  # of one user
    assemble_concurrency: int = 40  # workers of one export at once
    csv_bom: bool = True  # do CSV files begin with a byte order mark, by which Excel knows UTF-8?
    version: str = "0.1.0"

    @property
    def pages_url(self) -> str:
        """The public URL without a slash at its end."""
        return self.public_url.rstrip("/")


_REQUIRED = (
    "users_table", "namespaces_table", "samples_table", "files_table", "runs_table", "exports_table", "audit_table",
    "idempotency_table", "imports_table",
    "catalog_bucket", "work_bucket", "exports_bucket",
    "oidc_issuer", "oidc_audience", "oidc_jwks_uri", "mail_from", "public_url",
)  # fmt: skip
_NUMBERS = ("stuck_after", "max_export_samples", "max_export_files", "max_export_bytes", "max_running_exports",
            "assemble_concurrency")  # fmt: skip
_OPTIONAL_TEXT = (
    "oidc_authorization_endpoint", "oidc_token_endpoint", "oidc_end_session_endpoint", "state_machine_arn",
    "import_function", "arrivals_dead_letters", "puid_prefix", "time_zone", "holidays_country", "holidays_subdivision",
)  # fmt: skip


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from variables named as the fields in upper case. Raises SettingsError naming all that are missing."""
    missing = [name.upper() for name in _REQUIRED if not environment.get(name.upper())]
    if missing:
        raise SettingsError(f"missing environment variables: {', '.join(missing)}")
    values: dict[str, Any] = {name: environment[name.upper()] for name in _REQUIRED}
    values |= {name: environment[name.upper()] for name in _OPTIONAL_TEXT if environment.get(name.upper())}
    copy_crc = environment.get("COPY_CRC") or "answer"
    if copy_crc not in ("answer", "read"):
        raise SettingsError(f"COPY_CRC is {copy_crc!r}; it must be 'answer' or 'read'")
    values |= {name: _number(environment, name) for name in _NUMBERS if environment.get(name.upper())}
    csv_bom = environment.get("CSV_BOM") or "true"
    if csv_bom not in ("true", "false"):
        raise SettingsError(f"CSV_BOM is {csv_bom!r}; it must be 'true' or 'false'")
    return Settings(**values, copy_crc="read" if copy_crc == "read" else "answer", csv_bom=csv_bom == "true")


def _number(environment: Mapping[str, str], name: str) -> int:
    text = environment[name.upper()]
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"{name.upper()} is {text!r}; it must be a whole number above 0")
    return int(text)


@cache
def settings() -> Settings:
    """This process's settings. Tests call `settings.cache_clear()` after they change the environment."""
    return read_settings(os.environ)
