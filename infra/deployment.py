"""Deploy the packaged template by CloudFormation, to AWS or to an emulator, in the same way."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_DEPLOY_SECONDS = 3600.0
_NO_CHANGES = ("didn't contain changes", "No updates")
Client = Callable[[str], Any]


class DeploymentFailed(Exception):
    """CloudFormation or S3 refused, or the stack was rolled back; the message has the reasons."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change set does to one resource; `replacement`: its data would be lost, or it gets another name."""

    action: str
    resource: str
    type: str
    replacement: bool


@dataclass(frozen=True, slots=True)
class Release:
    """What is deployed: the template's key in the deployment bucket, and the stack's parameters and tags."""

    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployer:
    """A stack of one account and region. `account` guards the deployment bucket: calls fail if somebody else owns it.
    CloudFormation acts with `service_role` if there is one, else with the caller's rights."""

    client: Client
    stack: str
    bucket: str
    region: str
    account: str
    service_role: str = ""

    def upload(self, package: Path, parameters: Mapping[str, str]) -> str:
        """Put the deployment package and the template into the deployment bucket; returns the template's key.

        Functions get the release as their description: SAM publishes a version only if a property in the template
        changes, and parameters are references there.
        """
        self.ensure_bucket()
        s3 = self.client("s3")
        code = (package / "deployment.zip").read_bytes()
        key = f"code/{hashlib.sha256(code).hexdigest()[:32]}.zip"
        s3.put_object(Bucket=self.bucket, Key=key, Body=code, ExpectedBucketOwner=self.account)
        template = json.loads((package / "sam.json").read_text(encoding="utf-8"))
        release = hashlib.sha256(json.dumps([key, *sorted(parameters.items())]).encode()).hexdigest()[:12]
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = f"s3://{self.bucket}/{key}"
                resource["Properties"]["Description"] = f"release {release}"
        body = json.dumps(template, sort_keys=True).encode()
        template_key = f"template/{hashlib.sha256(body).hexdigest()[:32]}.json"
        s3.put_object(Bucket=self.bucket, Key=template_key, Body=body, ExpectedBucketOwner=self.account)
        return template_key

    def copies_have_checksums(self) -> bool:
        """Does S3 return the CRC-32 of a copied part, as the engine expects by default? Tried with a small copy in the
        deployment bucket."""
        self.ensure_bucket()
        s3, key, owner = self.client("s3"), "probe", {"ExpectedBucketOwner": self.account}
        s3.put_object(Bucket=self.bucket, Key=key, Body=b"probe", **owner)
        upload = s3.create_multipart_upload(
            Bucket=self.bucket, Key=f"{key}-copy", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT", **owner
        )["UploadId"]
        part = {"Bucket": self.bucket, "Key": f"{key}-copy", "UploadId": upload, **owner}
        source = {"Bucket": self.bucket, "Key": key}
        try:
            copied = s3.upload_part_copy(**part, PartNumber=1, CopySource=source)["CopyPartResult"]
        finally:
            s3.abort_multipart_upload(**part)
            s3.delete_object(Bucket=self.bucket, Key=key, **owner)
        return bool(copied.get("ChecksumCRC32"))

    def ensure_bucket(self) -> None:
        """Create the private deployment bucket unless this account has it. Another account's bucket is never used."""
        s3 = self.client("s3")
        constraint = {} if self.region == "us-east-1" else {"LocationConstraint": self.region}
        try:
            s3.head_bucket(Bucket=self.bucket, ExpectedBucketOwner=self.account)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
                raise DeploymentFailed(
                    f"the bucket {self.bucket} belongs to another account, or you may not use it: name another as"
                    " deployment_bucket"
                ) from error
            s3.create_bucket(Bucket=self.bucket, **({"CreateBucketConfiguration": constraint} if constraint else {}))
        blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration=dict.fromkeys(blocked, True),
            ExpectedBucketOwner=self.account,
        )

    def prepare(self, release: Release) -> tuple[str, list[Change]] | None:
        """The id and the changes of a new change set; None if nothing would change. Raises DeploymentFailed."""
        cloudformation = self.client("cloudformation")
        status = self.status()
        if status == "ROLLBACK_COMPLETE":
            raise DeploymentFailed(
                f"the first deployment of {self.stack} failed: delete it (`make destroy`), then again"
            )
        change_set = cloudformation.create_change_set(
            StackName=self.stack,
            ChangeSetName=f"deploy-{int(time.time() * 1000)}",
            ChangeSetType="CREATE" if status in {None, "REVIEW_IN_PROGRESS"} else "UPDATE",
            TemplateURL=f"{self.client('s3').meta.endpoint_url}/{self.bucket}/{release.template}",
            Capabilities=_CAPABILITIES,
            Parameters=[{"ParameterKey": key, "ParameterValue": text} for key, text in release.parameters.items()],
            Tags=[{"Key": key, "Value": text} for key, text in release.tags.items()],
            **({"RoleARN": self.service_role} if self.service_role else {}),
        )["Id"]
        described = _wait(
            lambda: cloudformation.describe_change_set(ChangeSetName=change_set, StackName=self.stack), "Status"
        )
        if described["Status"] != "FAILED":
            return change_set, list(self._changes(change_set))
        reason = described.get("StatusReason", "")
        if not any(text in reason for text in _NO_CHANGES):
            raise DeploymentFailed(reason)
        cloudformation.delete_change_set(ChangeSetName=change_set, StackName=self.stack)
        return None

    def _changes(self, change_set: str) -> Iterator[Change]:
        cloudformation = self.client("cloudformation")
        more: dict[str, str] = {}
        while True:
            page = cloudformation.describe_change_set(ChangeSetName=change_set, StackName=self.stack, **more)
            for row in page.get("Changes", []):
                change = row["ResourceChange"]
                is_replaced = change.get("Replacement", "False") != "False"
                yield Change(change["Action"], change["LogicalResourceId"], change["ResourceType"], is_replaced)
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def execute(self, change_set: str) -> None:
        """Execute a change set, and wait for its end. Raises DeploymentFailed."""
        cloudformation = self.client("cloudformation")
        cloudformation.execute_change_set(ChangeSetName=change_set, StackName=self.stack)
        done = _wait(self._existing, "StackStatus")
        if done["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise DeploymentFailed(f"{done['StackStatus']}: " + "; ".join(self._failures()))

    def discard(self, change_set: str) -> None:
        """Delete a change set; and the empty stack that one for a new stack leaves behind."""
        cloudformation = self.client("cloudformation")
        cloudformation.delete_change_set(ChangeSetName=change_set, StackName=self.stack)
        if self.status() == "REVIEW_IN_PROGRESS":
            cloudformation.delete_stack(StackName=self.stack)

    def delete(self) -> None:
        """Delete the stack; what its template retains (tables, buckets) stays. Raises DeploymentFailed."""
        cloudformation = self.client("cloudformation")
        stack_id = self._existing()["StackId"]
        role = {"RoleARN": self.service_role} if self.service_role else {}
        cloudformation.delete_stack(StackName=self.stack, **role)
        # By its id, because a deleted stack is not found by name.
        done = _wait(lambda: self._described(stack_id) or {"StackStatus": "DELETE_COMPLETE"}, "StackStatus")
        if done["StackStatus"] != "DELETE_COMPLETE":
            raise DeploymentFailed(f"{done['StackStatus']}: " + "; ".join(self._failures()))

    def status(self) -> str | None:
        """The stack's status; None if there is no such stack."""
        stack = self._described(self.stack)
        return None if stack is None or stack["StackStatus"] == "DELETE_COMPLETE" else str(stack["StackStatus"])

    def outputs(self) -> dict[str, str]:
        """The stack's outputs. Raises DeploymentFailed if there is no such stack."""
        return {output["OutputKey"]: output["OutputValue"] for output in self._existing().get("Outputs", [])}

    def parameters(self) -> dict[str, str]:
        """The parameters of the stack as it is; none if there is no such stack."""
        stack = self._described(self.stack) or {}
        return {row["ParameterKey"]: row["ParameterValue"] for row in stack.get("Parameters", [])}

    def retained(self) -> list[str]:
        """The physical names of tables, buckets and the user pool, which deleting the stack leaves."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack)
        rows = [row for page in pages for row in page["StackResourceSummaries"]]
        kept = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool"}
        return sorted(row["PhysicalResourceId"] for row in rows if row["ResourceType"] in kept)

    def prune_versions(self, functions: Iterable[str], kept: int) -> None:
        """Delete all but the latest versions of these functions (physical names), which use the account's storage."""
        client = self.client("lambda")
        for function in functions:
            pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
            found = [row["Version"] for page in pages for row in page["Versions"] if row["Version"] != "$LATEST"]
            for version in sorted(found, key=int)[:-kept]:
                client.delete_function(FunctionName=function, Qualifier=version)

    def physical_names(self, logical_ids: Iterable[str]) -> list[str]:
        """The physical names of resources of the stack."""
        describe = self.client("cloudformation").describe_stack_resource
        return [
            describe(StackName=self.stack, LogicalResourceId=name)["StackResourceDetail"]["PhysicalResourceId"]
            for name in logical_ids
        ]

    def record(self, release: Release, at: str) -> None:
        """Remember a deployed release, for roll-backs."""
        self.client("s3").put_object(
            Bucket=self.bucket,
            Key=f"{self._history}{at}.json",
            Body=json.dumps(asdict(release)).encode(),
            ExpectedBucketOwner=self.account,
        )

    def history(self) -> list[tuple[str, Release]]:
        """The deployed releases with the time of each, the latest first."""
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self._history, ExpectedBucketOwner=self.account
        )
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        found = []
        for key in sorted(keys, reverse=True):
            body = s3.get_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self.account)["Body"].read()
            found.append((key.removeprefix(self._history).removesuffix(".json"), Release(**json.loads(body))))
        return found

    @property
    def _history(self) -> str:
        return f"releases/{self.stack}/"

    def _described(self, name_or_id: str) -> dict[str, Any] | None:
        """A stack, or None if CloudFormation does not know it."""
        try:
            stack: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=name_or_id)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        return stack

    def _existing(self) -> dict[str, Any]:
        stack = self._described(self.stack)
        if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
            raise DeploymentFailed(f"there is no stack {self.stack} in {self.region}")
        return stack

    def _failures(self) -> list[str]:
        events = self.client("cloudformation").describe_stack_events(StackName=self.stack)["StackEvents"]
        failed = [event for event in reversed(events) if "FAILED" in event["ResourceStatus"]]
        return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed[:5]]


def clients(session: "boto3.Session", endpoint: str | None = None, *, path_style: bool = False) -> Client:
    """A maker of clients; `path_style` for an object store without a host for each bucket."""
    any_session: Any = session
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 4},
        s3={"addressing_style": "path"} if path_style else {},
    )
    return lambda service: any_session.client(service, endpoint_url=endpoint, config=config)


def deploy(deployer: Deployer, package: Path, parameters: Mapping[str, str]) -> dict[str, str]:
    """Create or update the stack from what `infra.package` made, and return its outputs. Raises DeploymentFailed."""
    prepared = deployer.prepare(Release(deployer.upload(package, parameters), parameters))
    if prepared is not None:
        deployer.execute(prepared[0])
    return deployer.outputs()


def _wait(describe: Callable[[], dict[str, Any]], status: str) -> dict[str, Any]:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    pause = 0.05
    while True:
        described = describe()
        if not described[status].endswith(("IN_PROGRESS", "PENDING")):
            return described
        if time.monotonic() > deadline:
            raise DeploymentFailed(f"still {described[status]} after {_DEPLOY_SECONDS:.0f} s")
        time.sleep(pause)
        pause = min(2 * pause, 5.0)
