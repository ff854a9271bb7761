"""The library: `Client` and `AsyncClient`.

    from seqport import Client

    client = Client()  # the profile of `seqport login`, or SEQPORT_URL and SEQPORT_TOKEN
    for sample in client.samples("INXT_PRJ_AZKFAVKQ3L", q="EC-"):
        print(sample["name"], sample["metadata"])
    export = client.export_samples("INXT_PRJ_AZKFAVKQ3L", all_samples=True, file_formats=["fastq"])
    client.wait(export["id"])
    client.download(export["id"], "data", only=["*_R1_*.fastq.gz"])

All operations of the API are methods of `client.api`."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from seqport import errors
from seqport.export_requests import analysis_request, linelist_request, sample_request
from seqport.messages import translate as _
from seqport.operations import AsyncOperations, Operations
from seqport.paging import MAX_PAGE, items
from seqport.profiles import Profiles, config_folder
from seqport.transport import Transport

if TYPE_CHECKING:
    from seqport.models import (
        AnalysisExportRequest,
        Estimate,
        Event,
        Export,
        LinelistExportRequest,
        MetadataField,
        MetadataTemplate,
        Namespace,
        Sample,
        SampleExportRequest,
        SkippedItem,
        WorkflowExecution,
    )
    from seqport.transfer.download import Downloaded
    from seqport.transfer.progress import Progress
    from seqport.transfer.rehydrate import Rehydrated

    ExportRequest = SampleExportRequest | LinelistExportRequest | AnalysisExportRequest

_Result = TypeVar("_Result")
_FIRST_POLL, _LAST_POLL = 1.0, 15.0


def connect(
    url: str | None = None,
    token: str | None = None,
    profile: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Transport:
    """The transport to a server: what is given, else SEQPORT_URL, SEQPORT_TOKEN and SEQPORT_PROFILE, else the stored
    profile. Raises UsageError if no server is known."""
    profiles = Profiles(config_folder(environment))
    name = profile or environment.get("SEQPORT_PROFILE")
    stored = profiles.get(name)
    if name and stored is None:
        raise errors.UsageError(
            _("There is no profile {name}.").format(name=name),
            hint=_("Sign in with: seqport login URL --profile {name}").format(name=name),
        )
    url = url or environment.get("SEQPORT_URL") or (stored.url if stored else None)
    token = token or environment.get("SEQPORT_TOKEN")
    if token is None and stored is not None and url is not None and url.rstrip("/") == stored.url:
        token = stored.token  # never sent to another server than the one it is of
    if url is None:
        raise errors.UsageError(
            _("No server is configured."), hint=_("Sign in with: seqport login URL, or set SEQPORT_URL.")
        )
    return Transport(url, token)


class Client:
    """One server as one user. Threads may share it."""

    def __init__(self, url: str | None = None, token: str | None = None, profile: str | None = None) -> None:
        self.transport = connect(url, token, profile)
        self.api = Operations(self.transport)

    def projects(self, q: str | None = None) -> Iterator[Namespace]:
        """The projects that the user can see."""
        return items(lambda cursor: self.api.list_projects(q=q, limit=MAX_PAGE, cursor=cursor))

    def groups(self, q: str | None = None) -> Iterator[Namespace]:
        """The groups that the user can see."""
        return items(lambda cursor: self.api.list_groups(q=q, limit=MAX_PAGE, cursor=cursor))

    def samples(self, namespace: str, q: str | None = None) -> Iterator[Sample]:
        """The samples of a group or project, by id or PUID."""
        return items(lambda cursor: self.api.list_samples(namespace, q=q, limit=MAX_PAGE, cursor=cursor))

    def metadata_fields(self, namespace: str) -> Iterator[MetadataField]:
        """The metadata fields in use in a group or project."""
        return items(lambda cursor: self.api.list_metadata_fields(namespace, limit=MAX_PAGE, cursor=cursor))

    def metadata_templates(self, namespace: str) -> Iterator[MetadataTemplate]:
        """The metadata templates of a group or project."""
        return items(lambda cursor: self.api.list_metadata_templates(namespace, limit=MAX_PAGE, cursor=cursor))

    def runs(self, namespace: str | None = None, q: str | None = None) -> Iterator[WorkflowExecution]:
        """The user's workflow executions, or those of a group or project."""
        if namespace is None:
            return items(lambda cursor: self.api.list_workflow_executions(q=q, limit=MAX_PAGE, cursor=cursor))
        return items(
            lambda cursor: self.api.list_namespace_workflow_executions(namespace, q=q, limit=MAX_PAGE, cursor=cursor)
        )

    def exports(self, q: str | None = None) -> Iterator[Export]:
        """The user's exports, newest first."""
        return items(lambda cursor: self.api.list_exports(q=q, limit=MAX_PAGE, cursor=cursor))

    def events(self, export_id: str) -> Iterator[Event]:
        """The audit trail of an export."""
        return items(lambda cursor: self.api.list_export_events(export_id, limit=MAX_PAGE, cursor=cursor))

    def skipped_items(self, export_id: str) -> Iterator[SkippedItem]:
        """The requested items that a ready export does not contain."""
        return items(lambda cursor: self.api.list_export_warnings(export_id, limit=MAX_PAGE, cursor=cursor))

    def export_samples(
        self,
        namespace: str,
        sample_ids: Sequence[str] = (),
        *,
        file_formats: Sequence[str],
        all_samples: bool = False,
        q: str | None = None,
        packaging: str = "archive",
        name: str | None = None,
        email_notification: bool = False,
    ) -> Export:
        """Create an export of samples' files: of `sample_ids` (ids or PUIDs), or with `all_samples` of all in the
        namespace that match `q`."""
        request = sample_request(
            namespace, sample_ids, all_samples=all_samples, q=q, file_formats=file_formats, packaging=packaging
        )
        return self.create_export(request, name=name, email_notification=email_notification)

    def export_linelist(
        self,
        namespace: str,
        sample_ids: Sequence[str] = (),
        *,
        metadata_fields: Sequence[str],
        linelist_format: str = "csv",
        all_samples: bool = False,
        q: str | None = None,
        name: str | None = None,
        email_notification: bool = False,
    ) -> Export:
        """Create an export of samples' metadata as a table: csv, tsv, xlsx or json (JSON Lines)."""
        request = linelist_request(
            namespace,
            sample_ids,
            all_samples=all_samples,
            q=q,
            metadata_fields=metadata_fields,
            linelist_format=linelist_format,
        )
        return self.create_export(request, name=name, email_notification=email_notification)

    def export_analysis(
        self,
        run_ids: Sequence[str],
        *,
        namespace: str | None = None,
        analysis_type: str = "user",
        packaging: str = "archive",
        layout: str = "flat",
        name: str | None = None,
        email_notification: bool = False,
    ) -> Export:
        """Create an export of the outputs of workflow executions: the user's own, or (`project`, `group`) those of a
        namespace; all directly in the folder of their run or sample, or (`tree`) in the pipeline's own folders."""
        request = analysis_request(
            run_ids, namespace=namespace, analysis_type=analysis_type, packaging=packaging, layout=layout
        )
        return self.create_export(request, name=name, email_notification=email_notification)

    def create_export(
        self, request: Mapping[str, Any], *, name: str | None = None, email_notification: bool = False
    ) -> Export:
        """Create an export by the body of `POST /exports`."""
        body = {**request, "name": name, "email_notification": email_notification}
        return self.api.create_export(cast("ExportRequest", body))

    def estimate(self, request: Mapping[str, Any]) -> Estimate:
        """What an export would contain, by the body of `POST /exports`."""
        return self.api.estimate_export(cast("ExportRequest", request))

    def wait(
        self,
        export_id: str,
        *,
        on_progress: Callable[[Export], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Export:
        """Wait until an export is ready. Raises ExportFailed if it fails, Interrupted if `stop` is set."""
        stop, pause = stop or threading.Event(), _FIRST_POLL
        while True:
            export = self.api.get_export(export_id)
            if on_progress is not None:
                on_progress(export)
            if export["status"] == "ready":
                return export
            failure = export["failure"]
            if export["status"] == "failed" and failure is not None:
                raise errors.ExportFailed(
                    _("The export failed: {reason}").format(reason=failure["message"]),
                    hint=_("Try again with: seqport exports retry {id}").format(id=export_id)
                    if failure["retryable"]
                    else None,
                )
            if stop.wait(pause):
                raise errors.Interrupted(_("Interrupted."))
            pause = min(_LAST_POLL, pause * 1.5)

    def download(
        self,
        export_id: str,
        folder: str | Path = ".",
        *,
        extract: bool = False,
        only: Sequence[str] = (),
        connections: int | None = None,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> Downloaded:
        """Download a ready export, see `seqport.transfer.download.download`."""
        from seqport.transfer.download import CONNECTIONS, download

        return download(
            export_id,
            lambda: self.api.create_download_link(export_id),
            Path(folder),
            extract=extract,
            only=only,
            connections=connections or CONNECTIONS,
            progress=progress,
            stop=stop,
        )

    def rehydrate(
        self,
        export_id: str,
        folder: str | Path = ".",
        *,
        only: Sequence[str] = (),
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> Rehydrated:
        """Download the files of a ready export with the packaging `manifest`, see `seqport.transfer.rehydrate`."""
        from seqport.transfer.rehydrate import rehydrate

        return rehydrate(self.api, export_id, Path(folder), only=only, progress=progress, stop=stop)


class AsyncClient:
    """The same for asyncio: requests and downloads run in threads of the default executor."""

    def __init__(self, url: str | None = None, token: str | None = None, profile: str | None = None) -> None:
        self.sync = Client(url, token, profile)
        self.api = AsyncOperations(self.sync.api)

    def projects(self, q: str | None = None) -> AsyncIterator[Namespace]:
        """The projects that the user can see."""
        return _async_items(lambda: self.sync.projects(q))

    def samples(self, namespace: str, q: str | None = None) -> AsyncIterator[Sample]:
        """The samples of a group or project, by id or PUID."""
        return _async_items(lambda: self.sync.samples(namespace, q))

    def runs(self, namespace: str | None = None, q: str | None = None) -> AsyncIterator[WorkflowExecution]:
        """The user's workflow executions, or those of a group or project."""
        return _async_items(lambda: self.sync.runs(namespace, q))

    def exports(self, q: str | None = None) -> AsyncIterator[Export]:
        """The user's exports, newest first."""
        return _async_items(lambda: self.sync.exports(q))

    async def create_export(self, request: Mapping[str, Any], **options: Any) -> Export:
        """Create an export by the body of `POST /exports`."""
        return await asyncio.to_thread(self.sync.create_export, request, **options)

    async def wait(self, export_id: str) -> Export:
        """Wait until an export is ready. Raises ExportFailed if it fails."""
        return await _stoppable(lambda stop: self.sync.wait(export_id, stop=stop))

    async def download(self, export_id: str, folder: str | Path = ".", **options: Any) -> Downloaded:
        """Download a ready export. Cancelling it stops the transfer, and the next call continues it."""
        return await _stoppable(lambda stop: self.sync.download(export_id, folder, stop=stop, **options))


async def _stoppable(call: Callable[[threading.Event], _Result]) -> _Result:
    """A call in a thread that ends when the task is cancelled."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(call, stop)
    except asyncio.CancelledError:
        stop.set()
        raise


async def _async_items(iterate: Callable[[], Iterator[Any]]) -> AsyncIterator[Any]:
    iterator = await asyncio.to_thread(iterate)
    end = object()
    while (item := await asyncio.to_thread(next, iterator, end)) is not end:
        yield item
