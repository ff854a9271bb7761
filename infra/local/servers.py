"""The two servers of the local stack, as child processes: SeaweedFS (object store) and ministack (the rest of AWS).

Both listen on 127.0.0.1 only, run in process groups of their own, and are ended by process id.
"""

import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
# The emulator gives its Lambdas the account as key id; the object store must know that pair. It is local and no secret.
ACCESS_KEY, SECRET_KEY, REGION = "000000000000", "test", "us-east-1"
_START_SECONDS = 60.0
STOP_SECONDS = 7.0  # for a server without state in memory
SAVE_SECONDS = 180.0  # for the emulator, which saves its state when it ends: slow under load


class LocalStackError(Exception):
    """The local stack can't start or go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of clients of the local stack."""

    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    region: str = REGION


# Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 by RFC 6335): one of those may
# be gone before its server listens. Every process has a slice of its own, for the same reason.
_FIRST_PORT, _SLICES, _SLICE = 10_240, 64, 350
_choosing = threading.Lock()


@cache
def _own_ports() -> Iterator[int]:
    first, start = _FIRST_PORT + os.getpid() % _SLICES * _SLICE, random.randrange(_SLICE)
    return cycle([first + (start + i) % _SLICE for i in range(_SLICE)])


def free_ports(count: int) -> list[int]:
    """Free ports of the loopback interface, different from each other and from those of earlier calls. LocalStackError
    when there are too few."""
    with _choosing:
        found = list(islice(filter(is_free, islice(_own_ports(), _SLICE)), count))
    if len(found) < count:
        raise LocalStackError(f"{HOST} has no {count} free ports from {_FIRST_PORT} on")
    return found


def is_free(port: int) -> bool:
    """Could a server listen on this port of the loopback interface now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def tool(name: str) -> Path:
    """The path of a program of the stack's virtual environment; LocalStackError when it is not installed."""
    venv = Path(os.environ.get("SEQPORT_STACK_VENV") or ROOT / ".venv-stack")
    path = venv / "bin" / name
    if not path.exists():
        raise LocalStackError(f"{name} is not installed (looked in {venv}): run `make setup` first")
    return path


class Server:
    """A child process that is ready once `is_ready` says so. Its output goes to a log file."""

    def __init__(
        self,
        name: str,
        command: list[str],
        log: Path,
        is_ready: Callable[[], bool],
        env: Mapping[str, str],
        scratch: Path | None = None,
    ) -> None:
        self.name = name
        self._scratch = scratch  # deleted afterwards
        self._command, self._log, self._is_ready, self._env = command, log, is_ready, env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Start it and wait until it is ready; LocalStackError when it ends or stays silent instead."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._clear_scratch()
        if self._scratch is not None:
            self._scratch.mkdir()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self._env},
                cwd=self._log.parent,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if stopping():
                return
            if self._process.poll() is not None:
                raise LocalStackError(
                    f"{self.name} ended by itself with status {self._process.returncode}; its last words are in"
                    f" {self._log}. If its data folder is damaged, move {self._log.parent} away and start again"
                )
            if time.monotonic() > deadline:
                raise LocalStackError(f"{self.name} was not ready after {_START_SECONDS:.0f} s; see {self._log}")
            time.sleep(0.05)

    def is_running(self) -> bool:
        """Has it been started and not ended?"""
        return self._process is not None and self._process.poll() is None

    def terminate(self) -> None:
        """Send SIGTERM, without waiting."""
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def stop(
        self,
        patience: float = STOP_SECONDS,
        *,
        kill_now: Callable[[], bool] = lambda: False,
        waiting: Callable[[float], None] = lambda _: None,
    ) -> None:
        """End it and its children, gracefully for `patience` seconds, then by SIGKILL; earlier if `kill_now` returns
        True. `waiting` is called each second with the elapsed time."""
        if self._process is None:
            return
        self.terminate()
        began = time.monotonic()
        while not kill_now() and (waited := time.monotonic() - began) < patience:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, min(1.0, patience - waited)))
                break
            waiting(time.monotonic() - began)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its Lambdas' workers too
        self._process.wait()
        self._clear_scratch()

    def _clear_scratch(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def answers(url: str, certificate: str | None = None) -> bool:
    """Does an HTTP server respond at this URL, with any status? `certificate`: the file of the only one to trust."""
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    try:
        with urllib.request.urlopen(url, timeout=2, context=context):  # noqa: S310 - a loopback address of ours
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


SEAWEEDFS_PORTS = (
    "s3.port", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "master.port", "master.port.grpc",
    "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "admin.port", "admin.port.grpc",
)  # fmt: skip


def seaweedfs(folder: Path, ports: Mapping[str, int]) -> Server:
    """A SeaweedFS server with its data in `folder`; its S3 API is on `ports["s3.port"]`."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    config = folder / "s3.json"
    identity = {
        "name": "seqport",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    command = [
        str(tool("weed")), "-logtostderr=true", "mini", f"-ip={HOST}", f"-ip.bind={HOST}", f"-dir={data}",
        f"-s3.config={config}", "-webdav=false", "-admin.ui=false", "-master.telemetry=false",
        # Each bucket takes several volumes; the default, by free disk, runs out of them long before the disk is full.
        "-volume.max=100000",
        *(f"-{name}={ports[name]}" for name in SEAWEEDFS_PORTS),
    ]  # fmt: skip
    url = f"http://{HOST}:{ports['s3.port']}/"
    return Server("SeaweedFS", command, folder / "log.txt", lambda: answers(url), {})


def ministack(folder: Path, port: int, *, extra: Mapping[str, str] | None = None) -> Server:
    """A ministack server on `port` with its state in `folder`. It persists only when it is ended gracefully."""
    folder.mkdir(parents=True, exist_ok=True)
    # Each worker of a Lambda unpacks the deployment package into a temporary folder and leaves it there.
    scratch = folder / "scratch"
    env = {
        "TMPDIR": str(scratch),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        **(extra or {}),
    }
    certificate = env.get("MINISTACK_SSL_CERT")
    url = f"{'https' if certificate else 'http'}://{HOST}:{port}/_ministack/health"

    def is_ready() -> bool:
        return answers(url, certificate)

    return Server("ministack", [str(tool("ministack"))], folder / "log.txt", is_ready, env, scratch)
