"""`python -m infra.operate COMMAND STAGE …`: an operator's deployments, and what only operators may change in them.

Credentials and endpoints are those of the AWS SDK: environment, profile, session. Changes are shown before they are
made; `--yes` confirms them in advance.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.http.site_files import site_version
from infra.deployment import Change, Client, Deployer, DeploymentFailed, Release, clients
from infra.lambda_package import package_for
from infra.package import ROOT, VERSIONED, resources
from infra.pages_distribution import publish
from infra.source_bindings import Bindings, buckets_of, readable
from infra.stage import Stage, StageError, check_parameters, read_stage

Confirm = Callable[[str], bool]
_COMMANDS = (
    "deploy", "smoke-test", "outputs", "rollback", "destroy", "invite", "sources", "bind-source", "unbind-source",
)  # fmt: skip
_VERSIONS_KEPT = 10  # of each function: running exports use theirs
# By the account's limit of concurrent executions: active exports and workers of each (docs/performance.md).
_CONCURRENCY = ((1_000, 20, 40), (500, 10, 40), (100, 5, 12), (50, 4, 8))


def concurrency_of(limit: int) -> dict[str, str]:
    """The parameters that suit an account's limit of concurrent executions; none for a small one: the defaults do."""
    for least, exports, workers in _CONCURRENCY:
        if limit >= least:
            return {"MaxActiveExports": str(exports), "AssembleConcurrency": str(workers)}
    return {}


def access_logs_of(client: Client, present: str | None) -> str:
    """The value of `AccessLogs`. All APIs of an account and region write their logs with one role, which the stack
    creates if there is none. `present`: the value that the stack was deployed with, if it exists."""
    if present == "create-role":
        return present
    return "on" if client("apigateway").get_account().get("cloudwatchRoleArn") else "create-role"


def deployer_of(stage: Stage, client: Client) -> Deployer:
    """The deployer of a stage, for the account of the caller's credentials."""
    account = client("sts").get_caller_identity()["Account"]
    bucket = stage.deployment_bucket or f"seqport-deployments-{account}-{stage.region}"
    return Deployer(client, stage.stack, bucket, stage.region, account, stage.service_role)


def deploy(stage: Stage, client: Client, confirm: Confirm, *, with_smoke_test: bool = True) -> None:
    """Package, show the changes, deploy once they are confirmed, and run the smoke test."""
    deployer = deployer_of(stage, client)
    limit = client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    known = resources()["Parameters"]
    check_parameters(stage.parameters, known)
    copy_crc = {} if deployer.copies_have_checksums() else {"CopyCrc": "read"}
    logs = {"AccessLogs": access_logs_of(client, deployer.parameters().get("AccessLogs"))}
    buckets = buckets_of(stage.parameters.get("RegisteredObjects", ""))
    parameters = {**concurrency_of(limit), **copy_crc, **logs, **buckets, **stage.parameters}
    if stage.parameters.get("DistributionCertificateArn"):
        parameters["PagesVersion"] = site_version()
    print(f"Packaging for Python {stage.runtime.python} on {stage.runtime.architecture} …")
    package = package_for(stage.runtime)
    print(f"The account may run {limit:,} functions at once: {_concurrency_text(parameters, known)}.")
    if copy_crc:
        print("This S3 returns no CRC-32s for copies: sources of unknown CRC-32 are read once (CopyCrc: read).")
    release = Release(deployer.upload(package, parameters), parameters, stage.tags)
    is_published = _publish_pages(deployer)
    _apply(deployer, release, confirm)
    if not is_published:  # the first deployment, which has created the bucket
        _publish_pages(deployer)
    if with_smoke_test:
        smoke_test(stage, client)


def _publish_pages(deployer: Deployer) -> bool:
    """Put the pages where the distribution serves them from; False if there is no distribution, or not yet."""
    bucket = None if deployer.status() is None else deployer.outputs().get("PagesBucketName")
    if bucket:
        publish(deployer.client, bucket, deployer.account)
    return bool(bucket)


def smoke_test(stage: Stage, client: Client) -> None:
    """Create exports in the deployment, and compare them with their sources. Raises DeploymentFailed."""
    if start_smoke_test(stage, client).wait():
        raise DeploymentFailed("the smoke test failed; `make rollback` restores the release before")


def start_smoke_test(stage: Stage, client: Client) -> subprocess.Popen[bytes]:
    """The smoke test's process: separate, because settings are read from the environment once."""
    outputs = deployer_of(stage, client).outputs()
    function = outputs["APIHandlerName"]
    described = client("lambda").get_function_configuration(FunctionName=function)
    emulator = os.environ.get("AWS_ENDPOINT_URL")
    url = f"{emulator}/restapis/{outputs['RestAPIId']}/live/_user_request_" if emulator else outputs["PagesUrl"]
    print(f"Smoke test of {url}:", flush=True)
    return subprocess.Popen(
        [sys.executable, "-m", "infra.smoke_test", function, url],
        cwd=ROOT,
        env={**os.environ, **described["Environment"]["Variables"], "AWS_DEFAULT_REGION": stage.region},
    )


def rollback(stage: Stage, client: Client, confirm: Confirm, to: str | None) -> None:
    """Deploy an earlier release again: the one before the present one, or `to`."""
    deployer = deployer_of(stage, client)
    history = deployer.history()
    if not history:
        raise DeploymentFailed(f"nothing was deployed to {stage.stack} yet")
    earlier = {at: release for at, release in history[1:] if release != history[0][1]}
    if to is not None and to not in earlier:
        raise DeploymentFailed(f"there is no earlier release {to}; there are: {', '.join(earlier) or 'none'}")
    if not earlier:
        raise DeploymentFailed("there is no earlier release")
    chosen = to or next(iter(earlier))
    print(f"Rolling back to the release of {chosen}.")
    _apply(deployer, earlier[chosen], confirm)


def outputs(stage: Stage, client: Client) -> None:
    """Print the stack's outputs as JSON."""
    print(json.dumps(deployer_of(stage, client).outputs(), indent=2))


def destroy(stage: Stage, client: Client, confirm: Confirm) -> None:
    """Delete the stack; its data stays, and is listed."""
    deployer = deployer_of(stage, client)
    if deployer.status() is None:
        raise DeploymentFailed(f"there is no stack {stage.stack} in {stage.region}")
    kept = "\n  ".join(deployer.retained())
    print(f"Tables, buckets and user pool stay, with all their data, until you delete them yourself:\n  {kept}")
    if not confirm(f"Delete the stack {stage.stack}?"):
        raise DeploymentFailed("not confirmed: nothing was changed")
    deployer.delete()
    print(f"{stage.stack} is deleted.")


def sources(stage: Stage, client: Client, namespace: str) -> None:
    """Print the prefixes that are bound to a group or project, and which of them the functions may read."""
    for uri in _bindings(stage, client).of(namespace):
        is_readable = readable(uri, stage.parameters.get("RegisteredObjects", ""))
        print(uri if is_readable else f"{uri}   NOT READABLE: {_arn_to_add(uri, stage)}")


def bind_source(stage: Stage, client: Client, namespace: str, uri: str) -> None:
    """Let a group's or project's uploaders register the objects below a prefix."""
    _bindings(stage, client).bind(namespace, uri)
    print(f"{uri} is bound to {namespace}.")
    if not readable(uri, stage.parameters.get("RegisteredObjects", "")):
        print(f"The functions may not read it yet: {_arn_to_add(uri, stage)}, and `make deploy`.")


def unbind_source(stage: Stage, client: Client, namespace: str, uri: str) -> None:
    """Undo `bind_source`; what is registered stays registered."""
    _bindings(stage, client).unbind(namespace, uri)
    print(f"{uri} is no longer bound to {namespace}.")


def invite(stage: Stage, client: Client, email: str) -> None:
    """Create a user of the stack's user pool, who gets a temporary password by e-mail. Their address counts as
    verified: nobody else can receive the password."""
    pool = deployer_of(stage, client).outputs().get("UserPoolId")
    if pool is None:
        raise DeploymentFailed("people sign in at another issuer (OidcIssuer): invite them there")
    if "@" not in email:
        raise DeploymentFailed(f"EMAIL is {email!r}; it must be an address")
    client("cognito-idp").admin_create_user(
        UserPoolId=pool,
        Username=email,
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        DesiredDeliveryMediums=["EMAIL"],
    )
    print(f"{email} gets a temporary password by e-mail.")


def _bindings(stage: Stage, client: Client) -> Bindings:
    return Bindings(client, deployer_of(stage, client).outputs()["NamespacesTableName"])


def _arn_to_add(uri: str, stage: Stage) -> str:
    partition = boto3.Session().get_partition_for_region(stage.region)
    return f"add arn:{partition}:s3:::{uri.removeprefix('s3://')}* to RegisteredObjects in the stage's file"


def _apply(deployer: Deployer, release: Release, confirm: Confirm) -> None:
    prepared = deployer.prepare(release)
    if prepared is None:
        print("Nothing would change.")
        return
    change_set, changes = prepared
    print(_table(changes))
    if not confirm(f"Execute these {len(changes)} changes of {deployer.stack} in {deployer.region}?"):
        deployer.discard(change_set)
        raise DeploymentFailed("not confirmed: nothing was changed")
    deployer.execute(change_set)
    deployer.record(release, datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S"))
    print(f"{deployer.stack} is deployed: {deployer.outputs()['PagesUrl']}")
    try:
        deployer.prune_versions(deployer.physical_names(VERSIONED), _VERSIONS_KEPT)
    except ClientError as error:
        print(f"Old versions of the functions were not deleted: {error}")


def _table(changes: list[Change]) -> str:
    """The changes as lines, replacements first and marked: they are the ones to look at."""
    ordered = sorted(changes, key=lambda change: (not change.replacement, change.action, change.resource))
    return "\n".join(
        f"  {change.action:7} {change.resource:34} {change.type}{'   REPLACED' if change.replacement else ''}"
        for change in ordered
    )


def _concurrency_text(parameters: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]) -> str:
    exports, workers = (
        parameters.get(name, known[name]["Default"]) for name in ("MaxActiveExports", "AssembleConcurrency")
    )
    return f"{exports} exports with {workers} workers each"


def _confirm_at_terminal(question: str) -> bool:
    if not sys.stdin.isatty():
        print(f"{question} Nobody is there to answer: confirm with YES=1.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.operate")
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("stage")
    parser.add_argument("--namespace", default="")
    parser.add_argument("--uri", default="")
    parser.add_argument("--email", default="")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--no-smoke-test", action="store_true")
    parser.add_argument("--to")
    chosen = parser.parse_args(arguments)
    confirm: Confirm = (lambda _: True) if chosen.yes else _confirm_at_terminal
    try:
        stage = read_stage(chosen.stage)
        client = clients(boto3.Session(region_name=stage.region))
        run: dict[str, Callable[[], None]] = {
            "deploy": lambda: deploy(stage, client, confirm, with_smoke_test=not chosen.no_smoke_test),
            "smoke-test": lambda: smoke_test(stage, client),
            "outputs": lambda: outputs(stage, client),
            "rollback": lambda: rollback(stage, client, confirm, chosen.to),
            "destroy": lambda: destroy(stage, client, confirm),
            "sources": lambda: sources(stage, client, chosen.namespace),
            "bind-source": lambda: bind_source(stage, client, chosen.namespace, chosen.uri),
            "invite": lambda: invite(stage, client, chosen.email),
            "unbind-source": lambda: unbind_source(stage, client, chosen.namespace, chosen.uri),
        }
        run[chosen.command]()
    except (StageError, DeploymentFailed, ClientError, BotoCoreError) as error:
        print(f"{chosen.command}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
