"""What SAM makes of the template, as CloudFormation will see it."""

import json
import os
import subprocess
from typing import Any

import pytest
from seqport.sign_in import REDIRECT_URI

from chalicelib.http.site_files import headers
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


def resolved(value: Any, conditions: dict[str, bool]) -> Any:
    """A value of the template with its conditions decided."""
    match value:
        case {"Fn::If": [name, then, otherwise]}:
            return resolved(then if conditions[name] else otherwise, conditions)
        case dict():
            return {key: resolved(inner, conditions) for key, inner in value.items()}
        case list():
            return [resolved(inner, conditions) for inner in value]
    return value


@pytest.mark.parametrize(
    ("given", "url", "origin"),
    [
        (set(), "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live",
         "https://*.execute-api.${AWS::Region}.${AWS::URLSuffix}"),
        ({"HasPublicUrl"}, {"Ref": "PublicUrl"}, {"Ref": "PublicUrl"}),
        ({"HasDomain"}, "https://${DomainName}", "https://${DomainName}"),
    ],
)  # fmt: skip
def test_sign_in_and_uploads_work_where_the_pages_are(
    transformed: dict[str, Any], given: set[str], url: Any, origin: Any
) -> None:
    def sub(value: Any) -> Any:
        return {"Fn::Sub": value} if isinstance(value, str) else value

    conditions = {name: name in given for name in transformed["Conditions"]}
    client = resolved(transformed["Resources"]["PagesClient"], conditions)["Properties"]
    assert client["CallbackURLs"] == [{"Fn::Join": ["", [sub(url), "/signed-in"]]}, REDIRECT_URI]
    bucket = resolved(transformed["Resources"]["ExportsBucket"], conditions)["Properties"]
    assert bucket["CorsConfiguration"]["CorsRules"][0]["AllowedOrigins"] == [sub(origin)]
    function = resolved(transformed["Resources"]["APIHandler"], conditions)["Properties"]
    expected = sub(url) if given else {"Ref": "PublicUrl"}  # which is empty then
    assert function["Environment"]["Variables"]["PUBLIC_URL"] == expected


def test_tokens_of_the_user_pool_are_for_the_scope_that_the_pages_request(transformed: dict[str, Any]) -> None:
    conditions = {name: name == "HasUserPool" for name in transformed["Conditions"]}
    variables = resolved(transformed["Resources"]["APIHandler"], conditions)["Properties"]["Environment"]["Variables"]
    client, server = (transformed["Resources"][name]["Properties"] for name in ("PagesClient", "ResourceServer"))
    (scope,) = set(client["AllowedOAuthScopes"]) - {"openid", "email", "profile"}
    assert scope == f"{variables['OIDC_AUDIENCE']}/{server['Scopes'][0]['ScopeName']}"
    assert variables["OIDC_AUDIENCE"] == server["Identifier"]
    assert variables["OIDC_SCOPE"].split() == client["AllowedOAuthScopes"]
    assert variables["OIDC_ISSUER"]["Fn::Sub"] in variables["OIDC_JWKS_URI"]["Fn::Sub"]


def test_one_address_and_one_token_have_limits(transformed: dict[str, Any]) -> None:
    conditions = {name: name in {"HasRateLimits", "HasWebAcl"} for name in transformed["Conditions"]}
    acl = transformed["Resources"]["RateLimits"]["Properties"]
    statements = [rule["Statement"]["RateBasedStatement"] for rule in acl["Rules"]]
    assert [row["Limit"] for row in statements] == [{"Ref": "RequestsPerAddress"}, {"Ref": "RequestsPerToken"}]
    assert [row["AggregateKeyType"] for row in statements] == ["IP", "CUSTOM_KEYS"]
    assert statements[1]["CustomKeys"][0]["Header"]["Name"] == "authorization"
    association = resolved(transformed["Resources"]["WebAclAssociation"]["Properties"], conditions)
    assert association["WebACLArn"] == {"Fn::GetAtt": ["RateLimits", "Arn"]}


def test_the_role_of_links_can_only_read_exports_and_their_sources(transformed: dict[str, Any]) -> None:
    role = transformed["Resources"]["DownloadRole"]["Properties"]
    (policy,) = role["Policies"]
    statements = {row["Sid"]: (row["Action"], row["Resource"]) for row in policy["PolicyDocument"]["Statement"]}
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    assert statements.pop("RegisteredObjects")[0] == read
    assert statements == {
        "Exports": ("s3:GetObject", {"Fn::Sub": "${ExportsBucket.Arn}/*"}),
        "Sources": (read, {"Fn::Sub": "${CatalogBucket.Arn}/*"}),
    }
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Fn::GetAtt": ["ApiHandlerRole", "Arn"]}}
    attached = [
        name
        for name, resource in of_type(transformed, "AWS::IAM::Policy").items()
        if {"Ref": "DownloadRole"} in resource["Properties"]["Roles"]
    ]
    assert attached == ["BucketsKeyPolicy", "SourceKeysPolicy"]  # to decrypt


def test_the_distribution_passes_only_the_api_on_and_names_itself_to_it(transformed: dict[str, Any]) -> None:
    conditions = {name: name in {"HasDistribution", "HasDomain"} for name in transformed["Conditions"]}
    config = resolved(transformed["Resources"]["Distribution"]["Properties"], conditions)["DistributionConfig"]
    pages, api = config["Origins"]
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == pages["Id"]
    assert [(row["PathPattern"], row["TargetOriginId"]) for row in config["CacheBehaviors"]] == [("/api/*", api["Id"])]
    (header,) = api["OriginCustomHeaders"]
    function = resolved(transformed["Resources"]["APIHandler"]["Properties"], conditions)
    assert header["HeaderName"] == "x-origin-token"
    assert header["HeaderValue"] == function["Environment"]["Variables"]["ORIGIN_TOKEN"]
    for name in ("ApiDomain", "ApiDomainMapping", "ApiDomainRecord"):
        assert transformed["Resources"][name]["Condition"] in {"HasApiDomain", "HasApiRecord"}


def test_pages_behind_the_distribution_have_the_headers_of_those_from_the_function(transformed: dict[str, Any]) -> None:
    conditions = {name: name == "HasUserPool" for name in transformed["Conditions"]}
    config = resolved(transformed["Resources"]["PagesHeaders"]["Properties"], conditions)["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    policy, values = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    assert values["Issuer"]["Fn::Join"][1][1] == {"Fn::Sub": "${UserPoolDomain}.auth.${AWS::Region}.amazoncognito.com"}
    sent = headers("https://issuer.example.org", "https://catalog.s3.ca-central-1.amazonaws.com")
    values = {"Issuer": "https://issuer.example.org", "CatalogBucket": "catalog", "AWS::Region": "ca-central-1"}
    for name, value in (values | {"AWS::URLSuffix": "amazonaws.com"}).items():
        policy = policy.replace(f"${{{name}}}", value)
    assert policy == sent.pop("Content-Security-Policy")
    shown = {
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={security['StrictTransportSecurity']['AccessControlMaxAgeSec']}",
        "X-Content-Type-Options": "nosniff" if security["ContentTypeOptions"]["Override"] else "",
        **{row["Header"]: row["Value"] for row in config["CustomHeadersConfig"]["Items"]},
    }
    assert shown == sent
