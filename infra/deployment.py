"""Deploy the packaged template by CloudFormation, to AWS or to an emulator, in the same way."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_DEPLOY_SECONDS = 1800.0
Client = Callable[[str], Any]


class DeploymentFailed(Exception):
    """CloudFormation refused or rolled back; the message holds its reasons."""


def clients(endpoint: str | None, access_key: str, secret_key: str, region: str) -> Client:
    """A maker of clients for one endpoint."""
    session: Any = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    config = Config(retries={"mode": "standard", "total_max_attempts": 4}, s3={"addressing_style": "path"})
    return lambda service: session.client(service, endpoint_url=endpoint, config=config)


def _exists(cloudformation: Any, stack: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    return True


def _upload(client: Client, package: Path, bucket: str, base_url: str) -> str:
    """Put package and template into the deployment bucket; returns the template's URL."""
    s3 = client("s3")
    try:
        s3.create_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise
    code = (package / "deployment.zip").read_bytes()
    key = f"code/{hashlib.sha256(code).hexdigest()[:32]}.zip"
    s3.put_object(Bucket=bucket, Key=key, Body=code)
    template = json.loads((package / "sam.json").read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    body = json.dumps(template, sort_keys=True).encode()
    template_key = f"template/{hashlib.sha256(body).hexdigest()[:32]}.json"
    s3.put_object(Bucket=bucket, Key=template_key, Body=body)
    return f"{base_url}/{bucket}/{template_key}"


def deploy(
    client: Client, package: Path, stack: str, parameters: Mapping[str, str], *, bucket: str, base_url: str
) -> dict[str, str]:
    """Create or update `stack` from what `infra.package` made, and return its outputs. Raises DeploymentFailed."""
    url = _upload(client, package, bucket, base_url)
    cloudformation = client("cloudformation")
    change = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"deploy-{int(time.time() * 1000)}",
        ChangeSetType="UPDATE" if _exists(cloudformation, stack) else "CREATE",
        TemplateURL=url,
        Capabilities=_CAPABILITIES,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )["Id"]
    description = _wait(lambda: cloudformation.describe_change_set(ChangeSetName=change, StackName=stack), "Status")
    if description["Status"] == "FAILED":
        reason = description.get("StatusReason", "")
        if "didn't contain changes" not in reason and "No updates" not in reason:
            raise DeploymentFailed(reason)
    else:
        cloudformation.execute_change_set(ChangeSetName=change, StackName=stack)
    done = _wait(lambda: cloudformation.describe_stacks(StackName=stack)["Stacks"][0], "StackStatus")
    if done["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        reasons = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in reversed(events)
            if "FAILED" in event["ResourceStatus"]
        ]
        raise DeploymentFailed(f"{done['StackStatus']}: " + "; ".join(reasons[:5]))
    return {output["OutputKey"]: output["OutputValue"] for output in done.get("Outputs", [])}


def _wait(ask: Callable[[], dict[str, Any]], field: str) -> dict[str, Any]:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    pause = 0.05
    while True:
        answer = ask()
        if not answer[field].endswith(("IN_PROGRESS", "PENDING")):
            return answer
        if time.monotonic() > deadline:
            raise DeploymentFailed(f"still {answer[field]} after {_DEPLOY_SECONDS:.0f} s")
        time.sleep(pause)
        pause = min(2 * pause, 5.0)
