"""Settings from the environment: types, ranges and error messages."""

import pytest

from chalicelib.settings import PARAMETERS, Settings, SettingsError, Source, read_settings, resource_name, settings_from
from infra.package import resources
from infra.settings_table import table

REQUIRED = {
    setting.name.upper(): f"x-{setting.name}"
    for setting in settings_from(Source.RESOURCE, *PARAMETERS)
    if setting.name not in {"puid_prefix", "time_zone"} and setting.type is str
}


def test_types_follow_the_declaration_and_defaults_hold_for_what_is_absent_or_empty() -> None:
    read = read_settings({**REQUIRED, "STUCK_AFTER": "60", "CSV_BOM": "false", "MAX_EXPORT_FILES": "", "COPY_CRC": ""})
    assert (read.stuck_after, read.csv_bom, read.users_table) == (60, False, "x-users_table")
    defaults = {setting.name: setting.default for setting in settings_from(*Source)}
    assert (read.max_export_files, read.copy_crc) == (defaults["max_export_files"], defaults["copy_crc"])
    assert read_settings({**REQUIRED, "HOLIDAYS_SUBDIVISION": ""}).holidays_subdivision == ""
    assert isinstance(read, Settings)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("STUCK_AFTER", "0", "a whole number above 0"),
        ("MAX_EXPORT_BYTES", "1e6", "a whole number above 0"),
        ("ASSEMBLE_CONCURRENCY", "٣", "a whole number above 0"),
        ("CSV_BOM", "True", "'true' or 'false'"),
        ("COPY_CRC", "guess", "'answer' or 'read'"),
    ],
)
def test_bad_value_is_refused_with_its_name_and_rule(name: str, text: str, rule: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is .*; it must be {rule}"):
        read_settings({**REQUIRED, name: text})


def test_all_missing_variables_are_named_at_once() -> None:
    given = {name: value for name, value in REQUIRED.items() if name not in {"USERS_TABLE", "OIDC_ISSUER"}}
    with pytest.raises(SettingsError, match="USERS_TABLE, OIDC_ISSUER"):
        read_settings({**given, "OIDC_ISSUER": ""})


def test_version_is_not_taken_from_the_environment() -> None:
    assert read_settings({**REQUIRED, "VERSION": "9"}).version != "9"


def test_table_names_every_parameter() -> None:
    rows = [line.split("`")[1] for line in table().splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(resources()["Parameters"])
    assert {resource_name(setting) for setting in settings_from(*PARAMETERS)} <= set(rows)
