"""`make rehearse`: the full package on an emulator that verifies signatures and evaluates all policies."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from chalicelib.http.site_files import SHELL, rendered, site_files, site_version
from infra import operate
from infra.deployment import Client, DeploymentFailed, clients
from infra.lambda_package import native
from infra.stage import Stage, stage_of
from tests.object_stores import running_ministack_with_iam


@dataclass(frozen=True, slots=True)
class Account:
    """An empty account on the emulator; `client` has all rights, as its root."""

    endpoint: str
    client: Client

    def stage(self, name: str, **parameters: str) -> Stage:
        here = native()
        given = {"MailFrom": "exports@example.org", "PublicUrl": self.endpoint, **parameters}
        document = {"region": "ca-central-1", "python": here.python, "architecture": here.architecture}
        return stage_of(name, {**document, "parameters": given})

    def outputs(self, stage: Stage) -> dict[str, str]:
        return operate.deployer_of(stage, self.client).outputs()

    def role_of(self, stage: Stage, logical_id: str) -> str:
        (name,) = operate.deployer_of(stage, self.client).physical_names([logical_id])
        return name


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder: Path = tmp_path_factory.mktemp("rehearsal")
    # The waits between retries are cut short: what is tried again is tried again at once.
    with (
        running_ministack_with_iam(folder, SFN_WAIT_SCALE="0") as (endpoint, certificate),
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("AWS_ENDPOINT_URL", endpoint)  # for the smoke test, a program of its own
        for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            environment.setenv(name, str(certificate))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "test")
        yield Account(endpoint, clients(boto3.Session(region_name="ca-central-1"), endpoint, path_style=True))


def accept(_: str) -> bool:
    return True


@pytest.fixture(scope="module")
def lab(account: Account) -> Stage:
    """A deployment that has passed its smoke test."""
    stage = account.stage("rehearsal")
    operate.deploy(stage, account.client, accept)
    return stage


def test_exports_of_all_types_survive_an_update(account: Account, lab: Stage) -> None:
    running = operate.start_smoke_test(lab, account.client)
    operate.deploy(account.stage("rehearsal", MaxRunningExports="7"), account.client, accept, with_smoke_test=False)
    assert running.wait(300) == 0
    operate.smoke_test(lab, account.client)


# Rights that each role can't do without: the emulator would allow everything if it evaluated no policies.
@pytest.mark.parametrize(
    ("role", "action"),
    [
        ("PlanRole", "s3:PutObject"),
        ("ApiHandlerRole", "states:StartExecution"),
        ("DownloadRole", "s3:GetObject"),
    ],
)
def test_a_role_without_one_of_its_rights_fails_the_smoke_test(
    account: Account, lab: Stage, role: str, action: str
) -> None:
    iam, name = account.client("iam"), account.role_of(lab, role)
    denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="denied", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    )
    try:
        with pytest.raises(DeploymentFailed, match="smoke test failed"):
            operate.smoke_test(lab, account.client)
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="denied")


def test_a_distribution_serves_the_pages_of_each_release(account: Account) -> None:
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/c"
    lab = account.stage("cdn", PublicUrl="", DomainName="seqport.example.org", DistributionCertificateArn=certificate)
    operate.deploy(lab, account.client, accept, with_smoke_test=False)
    outputs = account.outputs(lab)
    assert outputs["PagesUrl"] == "https://seqport.example.org"

    def get(path: str) -> tuple[int, str, str]:
        request = urllib.request.Request(account.endpoint + path, headers={"Host": outputs["DistributionDomain"]})
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.headers["Content-Type"], response.read().decode()

    version = site_version()
    for path in ("/", "/projects/P/samples", "/signed-in"):
        assert get(path) == (200, "text/html; charset=utf-8", rendered(SHELL, "")), path
    assert "swagger-ui" in get("/reference")[2]
    for name in ("main.js", "i18n/fr.js", "vendor/preact.js", "seqport.css"):
        assert get(f"/site/{version}/{name}") == (200, site_files()[name].content_type, site_files()[name].body)


def test_deletion_keeps_the_data(account: Account) -> None:
    lab = account.stage("deleted")
    operate.deploy(lab, account.client, accept, with_smoke_test=False)
    outputs = account.outputs(lab)
    operate.destroy(lab, account.client, accept)
    assert account.client("dynamodb").describe_table(TableName=outputs["ExportsTableName"])["Table"]
    with pytest.raises(DeploymentFailed, match="no stack"):
        account.outputs(lab)
