"""An operator's description of a deployment, and the errors in it."""

from pathlib import Path
from typing import Any

import pytest

from infra.lambda_package import Runtime
from infra.operate import concurrency_of
from infra.package import ROOT, resources
from infra.stage import StageError, check_parameters, read_stage, stage_of


def test_the_example_has_all_that_is_required() -> None:
    stage = read_stage("example")
    assert (stage.stack, stage.runtime) == ("seqport-example", Runtime("3.13", "arm64"))
    check_parameters(stage.parameters, resources()["Parameters"])


def test_the_example_s_commented_keys_are_known(tmp_path: Path) -> None:
    text = (ROOT / "stages" / "example.toml").read_text(encoding="utf-8")
    keys = ("stack", "architecture", "python", "service_role", "deployment_bucket")
    for key in keys:
        assert f"# {key} = " in text
        text = text.replace(f"# {key} = ", f"{key} = ")
    (tmp_path / "full.toml").write_text(text, encoding="utf-8")
    assert read_stage("full", tmp_path).stack == "seqport-prod"


def test_values_are_written_as_cloudformation_takes_them() -> None:
    parameters = {"CsvBom": False, "MaxRunningExports": 5, "RegisteredObjects": ["a", "b"], "TimeZone": "UTC"}
    stage = stage_of("dev", {"region": "eu-west-1", "python": "3.12", "parameters": parameters})
    assert stage.parameters == {
        "CsvBom": "false",
        "MaxRunningExports": "5",
        "RegisteredObjects": "a,b",
        "TimeZone": "UTC",
    }


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "region is missing"),
        ({"region": 1}, "region must be a string"),
        ({"region": "r", "zone": "x"}, "unknown keys: zone"),
        ({"region": "r", "python": "3.9"}, "must be one of 3.11, 3.12, 3.13"),
        ({"region": "r", "architecture": "riscv"}, "must be one of arm64, x86_64"),
        ({"region": "r", "stack": "s" * 31}, "at most 30"),
        ({"region": "r", "tags": "x"}, "tags must be a table"),
        ({"region": "r", "parameters": {"A": 1.5}}, "parameters.A must be"),
    ],
)
def test_mistakes_name_the_key_and_the_rule(document: dict[str, Any], words: str) -> None:
    with pytest.raises(StageError, match=words):
        stage_of("dev", document)


@pytest.mark.parametrize(("name", "words"), [("", "lower-case"), ("../x", "lower-case"), ("none", "does not exist")])
def test_names_of_stages_are_names_of_files(name: str, words: str) -> None:
    with pytest.raises(StageError, match=words):
        read_stage(name)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text("region = ", encoding="utf-8")
    with pytest.raises(StageError, match=r"stages/dev.toml is not TOML"):
        read_stage("dev", tmp_path)


def test_unknown_and_missing_parameters_are_named() -> None:
    known = {"A": {"Type": "String"}, "B": {"Type": "String", "Default": ""}}
    check_parameters({"A": "x"}, known)
    with pytest.raises(StageError, match="unknown parameters: C"):
        check_parameters({"A": "x", "C": "x"}, known)
    with pytest.raises(StageError, match="missing parameters: A"):
        check_parameters({"A": "", "B": "x"}, known)


@pytest.mark.parametrize("limit", [10, 49, 50, 100, 500, 573, 1_000, 10_000])
def test_workers_leave_a_fifth_of_the_account_to_the_api(limit: int) -> None:
    chosen = concurrency_of(limit)
    parameters = resources()["Parameters"]
    exports, workers = (
        int(chosen.get(name, parameters[name]["Default"])) for name in ("MaxActiveExports", "AssembleConcurrency")
    )
    assert exports * workers <= 0.8 * limit


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("OidcIssuer", "OidcIssuer needs OidcAudience and OidcJwksUri"),
        ("OidcIssuer OidcAudience", "OidcIssuer needs OidcJwksUri"),
        ("OidcScope OidcAudience", "OidcAudience, OidcScope: only with OidcIssuer"),
        ("HostedZoneId", "HostedZoneId: only with DomainName"),
        ("DomainName", "DomainName needs CertificateArn, or HostedZoneId"),
        ("AlarmEmail AlarmTopic", "AlarmEmail: not with AlarmTopic"),
        ("RequestsPerAddress WebAcl", "RequestsPerAddress: not with WebAcl"),
        ("DistributionCertificateArn", "DistributionCertificateArn needs DomainName"),
        ("DomainName CertificateArn DistributionCertificateArn", "DistributionCertificateArn: not with CertificateArn"),
        (
            "DomainName DistributionCertificateArn RequestsPerAddress",
            "DistributionCertificateArn: not with RequestsPerAddress",
        ),
        ("MonthlyBudget", "MonthlyBudget needs AlarmEmail or AlarmTopic"),
        ("DomainName CertificateArn PublicUrl", "PublicUrl: not with DomainName"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(given: str, words: str) -> None:
    parameters = {"MailFrom": "x", **dict.fromkeys(given.split(), "x")}
    with pytest.raises(StageError, match=words):
        check_parameters(parameters, resources()["Parameters"])


@pytest.mark.parametrize("given", ["", "OidcIssuer OidcAudience OidcJwksUri", "DomainName HostedZoneId", "PublicUrl"])
def test_a_sender_and_complete_groups_of_parameters_suffice(given: str) -> None:
    check_parameters({"MailFrom": "x", **dict.fromkeys(given.split(), "x")}, resources()["Parameters"])
