"""The local stack as a process of its own, started and ended as people do."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.demo.api import Api
from infra.local.info import TICK
from infra.local.servers import HOST, ROOT, SAVE_SECONDS, free_ports

START_SECONDS = 120
# As `python -m infra.local.run` at a terminal. A shell without job control lets what it starts in the background ignore
# SIGINT, and the launcher would too until its own handler is there.
_LAUNCHER = """
import runpy, signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
runpy.run_module("infra.local.run", run_name="__main__", alter_sys=True)
"""


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    return {**os.environ, "PORT": str(port), "SEQPORT_HOME": str(home), **more}


def launch(home: Path, port: int, **more: str) -> subprocess.Popen[str]:
    """The launcher's process, with an empty catalog; its output goes beside the data folder."""
    log = home.with_name(f"{home.name}-{port}.log").open("w")
    with log:
        return subprocess.Popen(
            [sys.executable, "-c", _LAUNCHER, "--empty"],
            cwd=ROOT,
            env=environment(home, port, **more),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def refusal(home: Path, port: int, **more: str) -> str:
    """The output of a launcher that can't start; it must exit by itself with status 1."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.local.run", "--empty"],
        cwd=ROOT,
        env=environment(home, port, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def children_of(pid: int) -> set[int]:
    """All processes below this one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
    below: set[int] = set()
    grown = {pid}
    while grown:
        grown = {child for child, parent in parents.items() if parent in grown} - below
        below |= grown
    return below


def still_alive(pids: set[int]) -> set[int]:
    """Those of the processes that have not ended (zombies have)."""
    alive = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            alive.add(pid)
    return alive


@dataclass
class Running:
    """A running stack."""

    process: subprocess.Popen[str]
    url: str
    info: dict[str, Any]

    def person(self, email: str) -> Api:
        return Api.signed_in(self.url, email)

    def client(self, service: str, config: Config | None = None) -> Any:
        key = self.info["credentials"]
        endpoint = self.info["endpoints"]["s3" if service == "s3" else "aws"]
        make_client: Any = boto3.client
        return make_client(
            service,
            endpoint_url=endpoint,
            aws_access_key_id=key["access_key_id"],
            aws_secret_access_key=key["secret_access_key"],
            region_name=key["region"],
            config=config,
        )

    def replace_manifest(self, export_id: str, manifest: bytes) -> None:
        """Replace the manifest of a ready export, for its preview."""
        s3, bucket = self.client("s3"), self.info["buckets"]["exports"]
        keys = [object_["Key"] for object_ in s3.list_objects_v2(Bucket=bucket, Prefix=f"{export_id}/")["Contents"]]
        (key,) = (key for key in keys if key.endswith("/manifest.json"))
        s3.put_object(Bucket=bucket, Key=key, Body=manifest)

    def clean_up(self) -> dict[str, Any]:
        """Run the scheduled function now."""
        return self._invoke("clean_up", TICK)

    def bounce(self, export_id: str, address: str) -> dict[str, Any]:
        """Report the mail about a ready export as bounced, as SES would (the emulator reports nothing)."""
        mail = {
            "timestamp": datetime.now(UTC).isoformat(),
            "destination": [address],
            "tags": {"export_id": [export_id], "mail": ["1-ready"]},
        }
        event = {**TICK, "source": "aws.ses", "detail-type": "Email Bounced"}
        return self._invoke("record_mail_delivery", {**event, "detail": {"eventType": "Bounce", "mail": mail}})

    def _invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        payload = json.dumps(event).encode()
        answer = self.client("lambda").invoke(FunctionName=self.info["functions"][function], Payload=payload)
        result: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        return result

    def stop(self) -> None:
        """Stop it as Ctrl-C or `kill` would. No process may be left."""
        below = children_of(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(SAVE_SECONDS + 30) == 0
        assert not still_alive(below)

    def kill(self) -> None:
        """Kill it and all its children, as a power cut would."""
        _kill(self.process)


def _kill(process: subprocess.Popen[str], others: Iterable[int] = ()) -> None:
    """Kill a process, all processes below it, and others."""
    for pid in (process.pid, *children_of(process.pid), *others):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(10)


def wait_until_up(process: subprocess.Popen[str], port: int) -> Running:
    url = f"http://{HOST}:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the launcher ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{url}/local/info", timeout=5) as answer:
                return Running(process, url, json.load(answer))
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the stack did not come up")


@contextmanager
def running(home: Path, port: int | None = None, **more: str) -> Iterator[Running]:
    """A stack on a free port, killed afterwards: nobody needs the state that it would save for up to minutes."""
    port = port or free_ports(1)[0]
    process = launch(home, port, **more)
    below: set[int] = set()
    try:
        stack = wait_until_up(process, port)
        below = children_of(process.pid)
        yield stack
    finally:
        _kill(process, still_alive(below))
