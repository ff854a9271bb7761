"""The whole local stack as one thing that starts and stops: servers, deployment, buckets, front."""

import fcntl
import json
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from infra.deployment import Client, Deployer, DeploymentFailed, deploy
from infra.local.choices import Choices
from infra.local.clients import local_clients
from infra.local.gateway import Front
from infra.local.info import TICK, describe
from infra.local.issuer import AUDIENCE, ISSUER, issuer
from infra.local.servers import (
    ACCESS_KEY,
    HOST,
    REGION,
    SAVE_SECONDS,
    SEAWEEDFS_PORTS,
    SECRET_KEY,
    STOP_SECONDS,
    LocalStackError,
    Server,
    free_ports,
    is_free,
    ministack,
    seaweedfs,
)
from infra.local.wiring import Wiring
from infra.package import package

STACK = "seqport"
SENDER = "exports@seqport.example.org"
DEPLOYMENTS = "seqport-deployments"
Say = Callable[[str], None]
_SAY_EVERY = 3  # seconds


def _emulator(endpoint: str) -> Client:
    return local_clients(endpoint, "test", "test", REGION)


class LocalStack:
    """The servers and the front of one data folder. `stop` ends whatever `start` has begun."""

    def __init__(
        self,
        choices: Choices,
        say: Say = print,
        stopping: Callable[[], bool] = lambda: False,
        kill_now: Callable[[], bool] = lambda: False,
    ) -> None:
        self.choices = choices
        self._kill_now = kill_now  # is it to end without saving?
        self._say, self._stopping = say, stopping
        self._lock: IO[str] | None = None
        self._front: Front | None = None
        self.ministack: Server | None = None
        self.seaweedfs: Server | None = None

    @property
    def url(self) -> str:
        """Where people find it."""
        return f"http://{HOST}:{self.choices.port}"

    def start(self) -> dict[str, Any]:
        """Start everything and return the response of `/local/info`. Raises LocalStackError, with nothing running."""
        try:
            return self._start()
        except (LocalStackError, DeploymentFailed, OSError) as error:
            self.stop()
            raise error if isinstance(error, LocalStackError) else LocalStackError(str(error)) from error
        except BaseException:
            self.stop()
            raise

    def _start(self) -> dict[str, Any]:
        home = self._claim_home()
        ports = self._ports(home)
        wiring = Wiring(issuer(ISSUER, home), ports["ministack"])
        try:
            self._front = Front(self.choices.port, wiring)
        except OSError as error:
            raise LocalStackError(
                f"port {self.choices.port} is taken: end what uses it, or choose another with PORT=8001"
            ) from error
        self._front.start()
        self._start_servers(home, ports)
        if self._stopping():
            raise LocalStackError("stopped while starting")
        wiring.awaited = "the deployment"
        emulator = f"http://{HOST}:{ports['ministack']}"
        outputs = self._deploy(emulator, ports)
        client = _emulator(emulator)
        wiring.stage_path = f"/restapis/{outputs['RestAPIId']}/live/_user_request_"
        self._check_state(client, outputs)
        self._recover_exports(client, outputs)
        info = describe(self.choices, self.url, self._s3_url(ports), emulator, outputs)
        wiring.awaited = "the demo catalog"
        self._wiring = wiring
        self._published_info = info
        return info

    def open(self) -> None:
        """Say that everything is up: from now on `/local/info` answers 200."""
        self._wiring.info = self._published_info

    def _claim_home(self) -> Path:
        home = self.choices.home
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._lock = (home / "lock").open("w")
        except OSError as error:
            raise LocalStackError(
                f"the data folder {home} can't be used ({error.strerror}): choose another with SEQPORT_HOME"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LocalStackError(
                f"another local stack runs on {home}: stop it, or choose another folder with SEQPORT_HOME"
            ) from None
        return home

    def _ports(self, home: Path) -> dict[str, int]:
        """The ports of the servers behind the front: those of last time where they are free, for stored URLs."""
        path = home / "ports.json"
        names = ("ministack", *SEAWEEDFS_PORTS)
        known: dict[str, int] = {}
        if path.exists():
            try:
                known = {str(name): int(port) for name, port in json.loads(path.read_text(encoding="utf-8")).items()}
            except (ValueError, AttributeError, TypeError):
                raise LocalStackError(
                    f"{path} is damaged: delete it (or all of {home}, to start over) and start again"
                ) from None
        fresh = iter(free_ports(len(names)))
        ports = {name: known[name] if is_free(known.get(name, 0)) and name in known else next(fresh) for name in names}
        path.write_text(json.dumps(ports), encoding="utf-8")
        return ports

    def _start_servers(self, home: Path, ports: dict[str, int]) -> None:
        self._say("Starting the servers …")
        self.ministack = ministack(home / "ministack", ports["ministack"])
        servers = [self.ministack]
        if self.choices.object_store == "seaweedfs":
            self.seaweedfs = seaweedfs(home / "seaweedfs", ports)
            servers.append(self.seaweedfs)
        with ThreadPoolExecutor(len(servers)) as pool:
            for started in [pool.submit(server.start, self._stopping) for server in servers]:
                started.result()

    def _s3_url(self, ports: dict[str, int]) -> str:
        return f"http://{HOST}:{ports['s3.port']}" if self.choices.object_store == "seaweedfs" else ""

    def _deploy(self, emulator: str, ports: dict[str, int]) -> dict[str, str]:
        self._say("Packaging and deploying …")
        s3_url = self._s3_url(ports)
        client = _emulator(emulator)
        account = client("sts").get_caller_identity()["Account"]
        client("sesv2").create_email_identity(EmailIdentity=SENDER)
        outputs = deploy(
            Deployer(client, STACK, DEPLOYMENTS, REGION, account),
            package(),
            {
                "OidcIssuer": ISSUER,
                "OidcAudience": AUDIENCE,
                "OidcJwksUri": f"{self.url}/local/jwks.json",
                "OidcAuthorizationEndpoint": f"{self.url}/local/authorize",
                "OidcTokenEndpoint": f"{self.url}/local/token",
                "PublicUrl": self.url,  # the front's, not the emulator's
                "MailFrom": SENDER,
                "S3EndpointUrl": s3_url,
                "CopyCrc": "answer" if s3_url else "read",
                "WebhookHosts": "any",
                "StuckAfter": str(self.choices.stuck_after),
            },
        )
        if s3_url:
            # CloudFormation made the buckets in the emulator's own S3; the same names are needed where the objects lie.
            s3 = local_clients(s3_url, ACCESS_KEY, SECRET_KEY, REGION)("s3")
            there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
            for name in ("CatalogBucketName", "WorkBucketName", "ExportsBucketName"):
                if outputs[name] not in there:
                    s3.create_bucket(Bucket=outputs[name])
        return outputs

    def _check_state(self, client: Client, outputs: dict[str, str]) -> None:
        """Raise LocalStackError where the emulator has lost what its deployment says is there: it was ended while it
        saved. Nothing that is half there can be trusted."""
        machines = {
            machine["stateMachineArn"] for machine in client("stepfunctions").list_state_machines()["stateMachines"]
        }
        tables = set(client("dynamodb").list_tables(Limit=100)["TableNames"])
        functions = {function["FunctionName"] for function in client("lambda").list_functions()["Functions"]}
        missing = [
            what
            for what, is_there in (
                ("its state machine", outputs["StateMachineArn"] in machines),
                ("tables", {value for name, value in outputs.items() if name.endswith("TableName")} <= tables),
                ("functions", {outputs["APIHandlerName"], outputs["CleanUpFunction"]} <= functions),
            )
            if not is_there
        ]
        if missing:
            raise LocalStackError(
                f"the data in {self.choices.home} is damaged: the emulator has lost {' and '.join(missing)}, since it"
                f" was ended while it saved. Delete {self.choices.home} (or move it away) and start again"
            )

    def _recover_exports(self, client: Client, outputs: dict[str, str]) -> None:
        """Run the clean-up now, which restarts interrupted exports: executions that ran when the emulator ended are
        lost (it reports them as failed)."""
        response = client("lambda").invoke(FunctionName=outputs["CleanUpFunction"], Payload=json.dumps(TICK).encode())
        if "FunctionError" in response:  # a failing export must not keep the stack from starting
            self._say(f"The clean-up failed and will be tried again: {response['Payload'].read().decode()[:500]}")

    def stop(self) -> None:
        """End everything that was started, gracefully, and let go of the data folder."""
        if self._front is not None:
            self._front.stop()
            self._front = None
        if self.ministack is not None:  # first: it saves what it holds, and its functions may be at the object store
            self.ministack.stop(SAVE_SECONDS, kill_now=self._kill_now, waiting=self._saving)
        if self.seaweedfs is not None:
            self.seaweedfs.stop(STOP_SECONDS)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _saving(self, seconds: float) -> None:
        """Say that the emulator is still saving, every few seconds."""
        if round(seconds) % _SAY_EVERY == 0:
            self._say(f"Saving what the emulator holds … ({seconds:.0f} s)")


def check_tools() -> None:
    """Raise LocalStackError unless this interpreter can run and package the stack."""
    if shutil.which("chalice", path=str(Path(sys.executable).parent)) is None:
        raise LocalStackError("chalice is not installed beside this Python: run `make setup` first")
