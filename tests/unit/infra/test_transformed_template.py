"""What SAM makes of the template, as CloudFormation will see it."""

import json
import os
import subprocess
from typing import Any

import pytest

from infra.gateway_responses import EXTENSION, GATEWAY_RESPONSES
from infra.package import ROOT, package


@pytest.fixture(scope="session")
def transformed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Made by the environment of the local stack, which has SAM's translator."""
    out = tmp_path_factory.mktemp("template") / "transformed.json"
    python = ROOT / ".venv-stack" / "bin" / "python"
    command = [str(python), "-m", "infra.transform_template", str(package() / "sam.json"), str(out)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"})
    made: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return made


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def test_the_api_has_one_public_stage_and_it_is_throttled(transformed: dict[str, Any]) -> None:
    (stage,) = of_type(transformed, "AWS::ApiGateway::Stage").values()
    assert stage["Properties"]["MethodSettings"][0]["ThrottlingRateLimit"] > 0
    (deployment,) = of_type(transformed, "AWS::ApiGateway::Deployment").values()
    assert "StageName" not in deployment["Properties"]


def test_throttled_routes_exist(transformed: dict[str, Any]) -> None:
    (stage,) = of_type(transformed, "AWS::ApiGateway::Stage").values()
    (api,) = of_type(transformed, "AWS::ApiGateway::RestApi").values()
    paths = api["Properties"]["Body"]["paths"]
    limited = [row for row in stage["Properties"]["MethodSettings"] if row["ResourcePath"] != "/*"]
    assert len(limited) == 3
    for row in limited:
        path = row["ResourcePath"].removeprefix("/").replace("~1", "/")
        assert row["HttpMethod"].lower() in paths[path], path


def test_gateway_responses_are_part_of_the_api_s_definition(transformed: dict[str, Any]) -> None:
    (api,) = of_type(transformed, "AWS::ApiGateway::RestApi").values()
    assert api["Properties"]["Body"][EXTENSION].keys() == GATEWAY_RESPONSES.keys()
    assert of_type(transformed, "AWS::ApiGateway::GatewayResponse") == {}
    challenges = [kind for kind, response in GATEWAY_RESPONSES.items() if response.status == 401]
    for kind in challenges:
        parameters = api["Properties"]["Body"][EXTENSION][kind]["responseParameters"]
        assert parameters["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"


def test_tables_are_created_one_after_the_other(transformed: dict[str, Any]) -> None:
    tables = of_type(transformed, "AWS::DynamoDB::Table")
    before = {name: table.get("DependsOn") for name, table in tables.items()}
    assert sorted(before.values(), key=str).count(None) == 1
    assert len(set(before.values())) == len(tables)


def test_no_arn_names_a_partition(transformed: dict[str, Any]) -> None:
    assert "arn:aws:" not in json.dumps(transformed)
