"""`make deploy`, `outputs`, `rollback` and `destroy` against an emulator, from an empty account."""

import json
import struct
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from infra import operate
from infra.deployment import Client, DeploymentFailed, clients
from infra.lambda_package import Runtime, native, package_for
from infra.stage import Stage, read_stage, stage_of
from infra.user_pool import CLIENT_REDIRECT_URI
from tests.object_stores import running_ministack

EXAMPLE = dict(read_stage("example").parameters)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running_ministack(tmp_path_factory.mktemp("ministack")) as endpoint:
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="ca-central-1")
        yield clients(session, endpoint, path_style=True)


@pytest.fixture
def emulator(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulator's address; also for programs of their own."""
    endpoint = str(client("lambda").meta.endpoint_url)
    for name, value in (("ENDPOINT_URL", endpoint), ("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test")):
        monkeypatch.setenv(f"AWS_{name}", value)
    return endpoint


def stage(name: str, **parameters: str) -> Stage:
    here = native()
    document = {
        "region": "ca-central-1",
        "python": here.python,
        "architecture": here.architecture,
        "tags": {"owner": "lab"},
        "parameters": EXAMPLE | parameters,
    }
    return stage_of(name, document)


def refuse(_: str) -> bool:
    return False


def accept(_: str) -> bool:
    return True


def limit_of(client: Client, function: str) -> str:
    variables = client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    return str(variables["MAX_RUNNING_EXPORTS"])


def test_a_stage_is_deployed_changed_rolled_back_and_destroyed(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    first, changed = stage("life"), stage("life", MaxRunningExports="7")
    deployer = operate.deployer_of(first, client)
    with pytest.raises(DeploymentFailed, match="nothing was changed"):
        operate.deploy(first, client, refuse, with_smoke_test=False)
    assert deployer.status() is None
    operate.deploy(first, client, accept, with_smoke_test=False)
    shown = capsys.readouterr().out
    assert "ExportsTable                       AWS::DynamoDB::Table" in shown
    operate.outputs(first, client)
    outputs = json.loads(capsys.readouterr().out)
    assert outputs["PagesUrl"] in shown
    assert limit_of(client, outputs["APIHandlerName"]) == "10"
    assert "CopyCrc: read" in shown  # the emulator's S3 returns no checksums of copies
    tags = client("cloudformation").describe_stacks(StackName="seqport-life")["Stacks"][0]["Tags"]
    assert {"Key": "owner", "Value": "lab"} in tags

    operate.deploy(first, client, refuse, with_smoke_test=False)
    assert "Nothing would change." in capsys.readouterr().out
    operate.deploy(changed, client, accept, with_smoke_test=False)
    assert limit_of(client, outputs["APIHandlerName"]) == "7"
    operate.rollback(changed, client, accept, None)
    assert limit_of(client, outputs["APIHandlerName"]) == "10"
    with pytest.raises(DeploymentFailed, match="no earlier release 2020"):
        operate.rollback(changed, client, accept, "2020")

    capsys.readouterr()
    operate.destroy(first, client, accept)
    assert outputs["ExportsTableName"] in capsys.readouterr().out
    assert client("dynamodb").describe_table(TableName=outputs["ExportsTableName"])["Table"]
    with pytest.raises(DeploymentFailed, match="no stack seqport-life"):
        operate.outputs(first, client)
    with pytest.raises(DeploymentFailed, match="no stack seqport-life"):
        operate.destroy(first, client, accept)


def test_people_sign_in_with_the_stack_s_user_pool_once_they_are_invited(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = stage("pool")
    operate.deploy(lab, client, accept, with_smoke_test=False)
    outputs = operate.deployer_of(lab, client).outputs()
    pool, cognito = outputs["UserPoolId"], client("cognito-idp")
    (row,) = cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    pages = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=row["ClientId"])["UserPoolClient"]
    assert sorted(pages["CallbackURLs"]) == [CLIENT_REDIRECT_URI, f"{outputs['PagesUrl']}/signed-in"]
    assert "ClientSecret" not in pages

    endpoint = client("apigateway").meta.endpoint_url
    way_in = f"{endpoint}/restapis/{outputs['RestAPIId']}/live/_user_request_/api/v1/sign-in"
    with urllib.request.urlopen(way_in, timeout=60) as response:
        sign_in = json.load(response)
    assert sign_in["client_id"] == row["ClientId"]
    assert sign_in["scope"].split() == pages["AllowedOAuthScopes"]
    assert sign_in["issuer"].endswith(f"/{pool}")

    operate.invite(lab, client, "ana@example.org")
    (user,) = cognito.list_users(UserPoolId=pool)["Users"]
    attributes = {row["Name"]: row["Value"] for row in user["Attributes"]}
    assert (attributes["email"], attributes["email_verified"]) == ("ana@example.org", "true")
    with pytest.raises(DeploymentFailed, match="EMAIL is 'ana'"):
        operate.invite(lab, client, "ana")
    capsys.readouterr()
    operate.destroy(lab, client, accept)
    assert pool in capsys.readouterr().out


def test_exports_of_a_deployment_are_tried_even_if_only_some_may_create_groups(
    client: Client, capfd: pytest.CaptureFixture[str], emulator: str
) -> None:
    lab = stage("smoke", PublicUrl=emulator, GroupCreators="somebody@example.org")
    operate.deploy(lab, client, accept)
    operate.smoke_test(lab, client)  # again: what the first one created is there
    assert capfd.readouterr().out.count("  export of files: ") == 2


def test_a_deployment_that_can_not_export_is_found_out(
    client: Client, capfd: pytest.CaptureFixture[str], emulator: str
) -> None:
    """The emulator's S3 returns no checksums of copies, which these exports would need."""
    lab = stage("broken", PublicUrl=emulator, CopyCrc="answer")
    with pytest.raises(DeploymentFailed, match="make rollback"):
        operate.deploy(lab, client, accept)
    captured = capfd.readouterr()
    assert "export of files: FAILED" in captured.out
    assert "Something went wrong on our side" in captured.err


def test_the_deployment_bucket_is_private_and_in_the_region(client: Client) -> None:
    deployer = operate.deployer_of(stage("bucket"), client)
    deployer.upload(package_for(native()), {})
    s3 = client("s3")
    blocked = s3.get_public_access_block(Bucket=deployer.bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert s3.get_bucket_location(Bucket=deployer.bucket)["LocationConstraint"] == "ca-central-1"


def test_packages_for_another_processor_have_its_wheels(tmp_path: Path) -> None:
    package = package_for(Runtime("3.13", "arm64"))
    functions = [
        resource["Properties"]
        for resource in json.loads((package / "sam.json").read_text())["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    assert {(function["Runtime"], *function["Architectures"]) for function in functions} == {("python3.13", "arm64")}
    with zipfile.ZipFile(package / "deployment.zip") as archive:
        names = set(archive.namelist())
        assert {"app.py", "chalicelib/settings.py", "chalice/app.py", "boto3/__init__.py"} <= names
        libraries = [name for name in names if name.endswith(".so")]
        machines = {struct.unpack_from("<H", archive.read(name), 18)[0] for name in libraries}
        assert sum(info.file_size for info in archive.infolist()) < 250 << 20  # Lambda's limit
    assert len(libraries) >= 5
    assert machines == {183}  # EM_AARCH64 (ELF header, e_machine)
    assert not [name for name in libraries if "cpython-" in name and "cpython-313-aarch64" not in name]


def test_sources_are_bound_listed_and_unbound(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    lab = stage("sources", RegisteredObjects="arn:aws:s3:::lab/runs/*")
    operate.deploy(lab, client, accept, with_smoke_test=False)
    table = operate.deployer_of(lab, client).outputs()["NamespacesTableName"]
    rows = [("NS#1234", "META", {}), ("PUID#INXT_PRJ_AZKFAVKQ3L", "PUID", {"target_id": {"S": "1234"}})]
    for hash_key, range_key, more in rows:
        item = {"pk": {"S": hash_key}, "sk": {"S": range_key}, **more}
        client("dynamodb").put_item(TableName=table, Item=item)
    capsys.readouterr()
    operate.bind_source(lab, client, "INXT_PRJ_AZKFAVKQ3L", "s3://lab/runs/2026/")
    assert "RegisteredObjects" not in capsys.readouterr().out
    operate.bind_source(lab, client, "1234", "s3://other/")
    assert "add arn:aws:s3:::other/* to RegisteredObjects" in capsys.readouterr().out
    operate.sources(lab, client, "1234")
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == ["s3://lab/runs/2026/", "s3://other/"]
    assert "NOT READABLE" in listed[1]
    operate.unbind_source(lab, client, "1234", "s3://other/")
    with pytest.raises(DeploymentFailed, match="is not bound"):
        operate.unbind_source(lab, client, "1234", "s3://other/")
    for namespace, uri, words in (
        ("none", "s3://lab/runs/", "no group or project 'none'"),
        ("", "s3://lab/runs/", "no group or project"),
        ("1234", "s3://lab/runs", "must be s3://bucket/ or"),
        ("1234", "lab/runs/", "must be s3://bucket/ or"),
    ):
        with pytest.raises(DeploymentFailed, match=words):
            operate.bind_source(lab, client, namespace, uri)
