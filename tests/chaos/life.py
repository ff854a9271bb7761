"""The life of an export under a fault: requested, assembled, announced, mailed, downloaded, removed, cleaned up."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import requests

from chalicelib import aws, outbox, timestamps
from chalicelib.exports import executions, record
from chalicelib.exports.executions import Execution
from chalicelib.exports.model import Status
from chalicelib.settings import settings
from chalicelib.webhooks.announce import distribute
from tests.chaos.faults import Injector
from tests.chaos.machine import run_export
from tests.harness import Person, expect_status
from tests.iam import as_function
from tests.lab import Lab
from tests.workflow.clean_up import clean_up

STEPS = ("create", "plan", "assemble", "finish", "render_linelist", "notify", "fail", "clean_up", "announce", "remove")
_ROUNDS = 8  # of the clean-up, of which one restarts an export and another fails it
_MAX_TRIES = 5  # of a client, and of a function that a schedule invokes again


@dataclass(frozen=True)
class Kind:
    """An export to request: its body, and what the file must contain when it is ready; None: it must fail."""

    name: str
    body: Callable[[Lab], dict[str, Any]]
    check: Callable[[bytes], None] | None


@dataclass(frozen=True)
class Outcome:
    """What became of an export. `wrong` names the promises that were broken."""

    status: str
    mails: int
    wrong: tuple[str, ...]


def live(ana: Person, lab: Lab, kind: Kind, injector: Injector, mails: Counter[str]) -> Outcome:
    """Live one life. Every step may meet the fault; what is retried in the service is retried here."""
    wrong: list[str] = []
    export_id = _create(ana, lab, kind, injector)
    moment = timestamps.now()
    ran: set[int] = set()
    for _ in range(_ROUNDS):
        _run_executions(injector, export_id, ran)
        present = record.find(export_id)
        if present is None or present.status is not Status.PROCESSING:
            break
        moment += timedelta(hours=7)  # longer than an export may give no sign of life
        _clean_up(injector, moment)
    present = record.find(export_id)
    status = "gone" if present is None else present.status.value
    if status == "processing":
        wrong.append("stuck")
    wrong += _announced(injector, export_id, status)
    if status == "ready":
        wrong += _downloaded(ana, export_id, kind)
    sent = mails[export_id]
    if sent > 1:
        wrong.append(f"{sent} mails")
    wrong += _removed(ana, injector, export_id, moment)
    return Outcome(status, sent, tuple(wrong))


def _in_step(injector: Injector, step: str, work: Callable[[], Any]) -> Any:
    injector.step = step
    try:
        return work()
    finally:
        injector.step = None


def _create(ana: Person, lab: Lab, kind: Kind, injector: Injector) -> str:
    """Request an export as the client does: again with the same key while the service can't respond."""
    key = {"Idempotency-Key": str(uuid4())}
    for _ in range(_MAX_TRIES):
        reply = _in_step(injector, "create", lambda: ana.call("POST", "/exports", kind.body(lab), **key))
        if reply.status < 500:
            break
        injector.times = 0 if injector.times is None else injector.times  # a lasting fault ends here
    return str(expect_status(reply, 202)["id"])


def _run_executions(injector: Injector, export_id: str, ran: set[int]) -> None:
    """Run the execution of the present attempt, if Step Functions has started it."""
    export = record.find(export_id)
    if export is None or export.attempt in ran or executions.state_of(export) is Execution.UNKNOWN:
        return
    ran.add(export.attempt)
    run_export(injector, export_id, export.attempt)
    executions.stop(export)  # moto's own execution does nothing, and never ends


def _clean_up(injector: Injector, moment: Any) -> None:
    for _ in range(_MAX_TRIES):
        try:
            _in_step(injector, "clean_up", lambda: clean_up(lambda: moment))
        except Exception:  # noqa: BLE001 - the schedule invokes it again
            injector.times = injector.injected if injector.times is None else injector.times
        else:
            return


def _announced(injector: Injector, export_id: str, status: str) -> list[str]:
    """The event of the outcome is in the outbox once, and is distributed whatever fails."""
    found = [item for item in outbox.pending(1_000) if item.data["id"] == export_id]
    topics = [item.topic.value for item in found]
    for _ in range(_MAX_TRIES):
        try:
            with as_function("deliver_webhooks"):
                _in_step(injector, "announce", distribute)
        except Exception:  # noqa: BLE001 - the schedule invokes it again
            injector.times = injector.injected if injector.times is None else injector.times
        else:
            break
    left = [item for item in outbox.pending(1_000) if item.data["id"] == export_id]
    wanted = [f"export.{status}"] if status in {"ready", "failed"} else []
    return [*([] if topics == wanted else [f"announced {topics}"]), *(["outbox"] if left else [])]


def _downloaded(ana: Person, export_id: str, kind: Kind) -> list[str]:
    if kind.check is None:
        return ["ready, but must fail"]
    link = expect_status(ana.post(f"/exports/{export_id}/download"), 200)
    try:
        kind.check(requests.get(link["url"], timeout=30).content)
    except (AssertionError, zipfile.BadZipFile, KeyError) as error:
        return [f"contents: {error}"]
    return []


def _removed(ana: Person, injector: Injector, export_id: str, moment: Any) -> list[str]:
    """After the export is removed and the clean-up ran, nothing of it is left."""
    for _ in range(_MAX_TRIES):
        reply = _in_step(injector, "remove", lambda: ana.call("DELETE", f"/exports/{export_id}"))
        if reply.status < 500:
            break
        injector.times = injector.injected if injector.times is None else injector.times
    for hours in (1, 2):
        later = moment + timedelta(hours=hours)
        _clean_up(injector, later)
    s, s3 = settings(), aws.s3()
    left = []
    for bucket, prefix in ((s.exports_bucket, f"{export_id}/"), (s.work_bucket, f"work/{export_id}/")):
        objects = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        uploads = s3.list_multipart_uploads(Bucket=bucket, Prefix=prefix).get("Uploads", [])
        left += [f"left: {item['Key']}" for item in (*objects, *uploads)]
    return [*left, *(["left: the record"] if record.find(export_id) is not None else [])]


def count_mails() -> Counter[str]:
    """Counts the mails that SES receives from now on, by export."""
    mails = Counter[str]()

    def sent(params: Any, **_: Any) -> None:
        mails.update(tag["Value"] for tag in params["EmailTags"] if tag["Name"] == "export_id")

    aws.sesv2().meta.events.register("before-parameter-build.sesv2.SendEmail", sent)
    return mails


def archive_of(names: dict[str, bytes]) -> Callable[[bytes], None]:
    """A check that an archive is whole and has these files, by the end of their paths."""

    def check(body: bytes) -> None:
        archive = zipfile.ZipFile(io.BytesIO(body))
        assert archive.testzip() is None
        found = {name.rsplit("/", 1)[-1]: archive.read(name) for name in archive.namelist() if "/" in name}
        assert found == names, sorted(found)
        assert json.loads(archive.read("manifest.json"))

    return check


def table_of(names: set[str]) -> Callable[[bytes], None]:
    """A check that a linelist has the rows of these samples."""

    def check(body: bytes) -> None:
        rows = body.decode("utf-8-sig").splitlines()
        assert {row.split(",")[1] for row in rows[1:]} == names, rows

    return check
