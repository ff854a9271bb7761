"""An update in place while exports run and wait: none is lost."""

import re
import time
from pathlib import Path

from infra.deployment import Deployer, deploy
from infra.local.clients import local_clients
from infra.local.stack import DEPLOYMENTS, STACK
from infra.package import package
from tests.stack import exports
from tests.stack.local_stack import Running, running

MIB = 1 << 20


def update(stack: Running, **changes: str) -> None:
    """Deploy with other parameters: every function gets another environment."""
    region = stack.info["credentials"]["region"]
    client = local_clients(stack.info["endpoints"]["aws"], "test", "test", region)
    account = client("sts").get_caller_identity()["Account"]
    described = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    present = {row["ParameterKey"]: row["ParameterValue"] for row in described["Parameters"]}
    deploy(Deployer(client, STACK, DEPLOYMENTS, region, account), package(), present | changes)


def versions_called(stack: Running) -> set[str]:
    """The qualified ARNs of the functions that the state machine calls now."""
    machine = stack.info["state_machine_arn"]
    definition = stack.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["definition"]
    return set(re.findall(r'"FunctionName":\s*"([^"]+)"', definition))


def test_exports_that_run_or_wait_during_an_update_become_ready(tmp_path: Path) -> None:
    with running(tmp_path / "home") as stack:
        ana = stack.person("ana@example.org")
        project = exports.project(ana)["id"]
        sample, _ = exports.sample_with(ana, project, "Large", {"big.fastq.gz": 48 * MIB})
        (file,) = ana.get(f"/samples/{sample['id']}/files")["items"]
        for number in range(19):
            body = {"s3_uri": file["s3_uri"], "filename": f"again-{number}.fastq.gz"}
            ana.post(f"/samples/{sample['id']}/files/register", body)
        made = [exports.create(ana, project, [sample], ["fastq"])["id"] for _ in range(4)]
        deadline = time.monotonic() + 60
        while True:
            progress = [ana.get(f"/exports/{export_id}")["progress"] for export_id in made]
            if any(row["step"] == "assembling" for row in progress) and any(
                "queue_position" in row for row in progress
            ):
                break
            assert time.monotonic() < deadline, progress
            time.sleep(0.05)
        before = versions_called(stack)
        assert all(arn.rsplit(":", 1)[1].isdigit() for arn in before), before
        update(stack, MaxRunningExports="7")
        after = versions_called(stack)
        assert (len(after), after & before) == (len(before), set())
        for export_id in made:
            export = exports.wait(ana, export_id, 240)
            assert export["status"] == "ready", export
            assert len(exports.bodies_in(exports.archive(ana, export))) == 20
        for arn in before:  # running executions still called them
            assert stack.client("lambda").get_function_configuration(FunctionName=arn)["State"] == "Active"
        function = stack.info["functions"]["api"]
        variables = stack.client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        assert variables["MAX_RUNNING_EXPORTS"] == "7"
