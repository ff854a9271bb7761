"""Routes about exports."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib import timestamps
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.errors import NotFound
from chalicelib.exports import audit, commands, failures, record
from chalicelib.exports.audit import Action, Event
from chalicelib.exports.contents.preview import MAX_INLINE_BYTES, level_of, search_in
from chalicelib.exports.download import Use, download_name, link_to, manifest_bytes, manifest_link
from chalicelib.exports.estimate import Estimate, excesses
from chalicelib.exports.model import Export, Status
from chalicelib.exports.progress import progress_of
from chalicelib.exports.queries import SORT_KEYS, get_owned, list_owned, matching, sort_position
from chalicelib.exports.skipped import load_skipped
from chalicelib.exports.source_permissions import require_namespace, require_sources
from chalicelib.exports.types.registry import TYPES
from chalicelib.http.authentication import caller, source_ip
from chalicelib.http.idempotent import idempotent
from chalicelib.http.paging import answer, decode_cursor, encode_cursor, limit, order, page
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import enum_parameter, path_value, query, read_body_by_type
from chalicelib.http.urls import location
from chalicelib.ids import Ids
from chalicelib.settings import settings

POLL_AFTER = "2"
BODIES = {name: kind.body for name, kind in TYPES.items()}
_JSON: dict[str, Any] = {"Content-Type": "application/json"}
_NOT_STORED: dict[str, Any] = {"Cache-Control": "no-store"}


def export_json(export: Export, locale: str) -> dict[str, Any]:
    """An export as JSON; why it failed in the user's language."""
    progress = progress_of(export)
    failure = None
    if export.status is Status.FAILED:
        description = failures.describe(export.failure_code or "", locale)
        failure = {"code": description.code, "message": description.message, "retryable": description.retryable}
    file = None
    if export.file is not None and export.status is Status.READY:
        file = {
            "filename": f"{export.id}.{export.file.ending}",
            "download_name": download_name(export, export.file),
            "size": export.file.size,
            "crc32": export.file.crc32,
            "files": export.file.files,
        }
    rows = {}
    if export.table is not None:
        rows = {"rows_done": export.table.rows_done, "rows_total": export.table.rows_total}
    return {
        "id": export.id,
        "name": export.name,
        "type": export.type,
        "status": export.status.value,
        "created_at": export.created_at,
        "ready_at": export.ready_at,
        "expires_at": export.expires_at,
        "email_notification": export.email_notification,
        "parameters": _parameters(export),
        "progress": {
            "step": progress.step.value,
            "percent": progress.percent,
            "bytes_done": progress.bytes_done,
            "bytes_total": progress.bytes_total,
            "files_total": progress.files_total,
            **rows,
        },
        "file": file,
        "warnings": export.warnings,
        "failure": failure,
    }


def _parameters(export: Export) -> dict[str, Any]:
    """What an export shows of its request; of a selection the number of samples, once it is planned."""
    parameters = dict(export.parameters)
    if parameters.get("sample_count", 0) is None:
        parameters["sample_count"] = export.sample_count
    return parameters


def _polling_headers(export: Export) -> dict[str, Any]:
    waiting = export.status is Status.PROCESSING
    return {"Cache-Control": "no-store", **({"Retry-After": POLL_AFTER} if waiting else {})}


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    limits = settings()
    return {
        "samples": estimate.samples,
        "files": estimate.files,
        "bytes": estimate.bytes,
        "by_format": {name: {"files": one.files, "bytes": one.bytes} for name, one in estimate.by_format.items()},
        "limits": {
            "samples": limits.max_export_samples,
            "files": limits.max_export_files,
            "bytes": limits.max_export_bytes,
            "running_exports": limits.max_running_exports,
        },
        "exceeds": [over.limit for over in excesses(estimate.samples, estimate.files, estimate.bytes, limits)],
        "exact": estimate.exact,
    }


def _record_event(export: Export, user: User, action: Action, request: Request) -> None:
    at = timestamps.format(timestamps.now())
    event = Event(export.id, export.user_id, export.namespace_id, at, action, user.id, source_ip(request), {})
    audit.write(event)


def _event_json(event: Event) -> dict[str, Any]:
    return {
        "action": event.action.value,
        "at": event.at,
        "actor": event.actor,
        "source_ip": event.source_ip,
        "details": event.details,
    }


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    def load_owned(export_id: str) -> tuple[User, Export]:
        user = caller(bp.current_request)
        return user, get_owned(path_value(export_id), user.id)

    def load_readable(export_id: str) -> tuple[User, Export]:
        """As `load_owned`; raises Forbidden if the export is ready and the caller may no longer read its sources."""
        user, export = load_owned(export_id)
        if export.status is Status.READY:
            require_sources(export, user.id)
        return user, export

    @bp.route("/exports", methods=["POST"], authorizer=authorize)
    @problem_details
    def create() -> Response:
        user = caller(bp.current_request)
        type_name, body = read_body_by_type(bp.current_request, BODIES)

        def make(ids: Ids) -> Response:
            export = commands.create_export(
                type_name,
                body.to_spec(user.id),
                user.id,
                ids,
                name=body.name,
                email_notification=body.email_notification,
                source_ip=source_ip(bp.current_request),
            )
            headers: dict[str, Any] = {"Location": location(f"/exports/{export.id}"), **_polling_headers(export)}
            return Response(export_json(export, user.language), status_code=202, headers=headers)

        return idempotent(bp.current_request, user, make)

    @bp.route("/exports/estimate", methods=["POST"], authorizer=authorize)
    @problem_details
    def estimate_export() -> Response:
        user = caller(bp.current_request)
        _, body = read_body_by_type(bp.current_request, BODIES)
        return Response(_estimate_json(body.estimate(user.id)))

    @bp.route("/exports", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_exports() -> Response:
        request = bp.current_request
        user = caller(request)
        by = order(request, SORT_KEYS, "-created_at")
        found = matching(
            list_owned(user.id),
            q=query(request, "q"),
            type=enum_parameter(request, "type", tuple(TYPES)),
            status=enum_parameter(request, "status", tuple(status.value for status in Status)),
        )

        def rows(items: Sequence[Export]) -> list[dict[str, Any]]:
            return [export_json(export, user.language) for export in items]

        return page(request, found, by=by, position=lambda export: sort_position(export, by.key), shown=rows)

    @bp.route("/exports/{export_id}", methods=["GET"], authorizer=authorize)
    @problem_details
    def get_export(export_id: str) -> Response:
        user, export = load_owned(export_id)
        return Response(export_json(export, user.language), headers=_polling_headers(export))

    @bp.route("/exports/{export_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_export(export_id: str) -> Response:
        user, export = load_owned(export_id)
        commands.remove_export(export, user.id, source_ip=source_ip(bp.current_request))
        return Response("", status_code=204)

    @bp.route("/exports/{export_id}/preview", methods=["GET"], authorizer=authorize)
    @problem_details
    def preview(export_id: str) -> Response:
        request = bp.current_request
        _, export = load_readable(export_id)
        manifest = manifest_bytes(export)
        if q := query(request, "q"):
            search = search_in(manifest, q)
            return Response({**search.document, "matches": search.matches, "manifest_url": manifest_link(export)})
        path, after = query(request, "path"), decode_cursor(request)
        if path is None and after is None and len(manifest) <= MAX_INLINE_BYTES:
            return Response(manifest.decode(), headers=_JSON)
        level = level_of(manifest, path or "", int(after or 0))
        next_cursor = encode_cursor(request, None if level.next is None else str(level.next))
        return Response({**level.document, "next_cursor": next_cursor, "manifest_url": manifest_link(export)})

    @bp.route("/exports/{export_id}/warnings", methods=["GET"], authorizer=authorize)
    @problem_details
    def warnings(export_id: str) -> Response:
        request = bp.current_request
        _, export = load_readable(export_id)
        by = order(request, ("position",), "position")
        return page(
            request,
            list(enumerate(load_skipped(export))),
            by=by,
            position=lambda one: f"{one[0]:09d}",
            shown=lambda rows: [asdict(left) for _, left in rows],
        )

    def link(export_id: str, use: Use = "get_object") -> dict[str, Any]:
        user, export = load_owned(export_id)
        made = link_to(export, user.id, use)
        if use == "head_object":
            return {"url": made.url}
        _record_event(export, user, Action.DOWNLOADED, bp.current_request)
        return {
            "url": made.url,
            "filename": made.filename,
            "size": made.size,
            "crc32": made.crc32,
            "expires_at": made.expires_at,
            **({} if made.report_url is None else {"report_url": made.report_url}),
        }

    @bp.route("/exports/{export_id}/download", methods=["POST"], authorizer=authorize)
    @problem_details
    def download(export_id: str) -> Response:
        return Response(link(export_id), headers=_NOT_STORED)

    @bp.route("/exports/{export_id}/download", methods=["GET", "HEAD"], authorizer=authorize)
    @problem_details
    def follow_download(export_id: str) -> Response:
        # A link is signed for one method: who asks by HEAD is led to one that answers HEAD.
        use: Use = "head_object" if bp.current_request.method == "HEAD" else "get_object"
        headers: dict[str, Any] = {"Location": link(export_id, use)["url"], "Cache-Control": "no-store"}
        return Response("", status_code=303, headers=headers)

    @bp.route("/exports/{export_id}/retry", methods=["POST"], authorizer=authorize)
    @problem_details
    def retry_export(export_id: str) -> Response:
        user, export = load_owned(export_id)
        again = commands.retry_export(export, user.id, source_ip=source_ip(bp.current_request))
        headers: dict[str, Any] = {"Location": location(f"/exports/{export.id}"), **_polling_headers(again)}
        return Response(export_json(again, user.language), status_code=202, headers=headers)

    @bp.route("/exports/{export_id}/extend", methods=["POST"], authorizer=authorize)
    @problem_details
    def extend(export_id: str) -> Response:
        user, export = load_readable(export_id)
        commands.extend_export(export, user.id, source_ip=source_ip(bp.current_request))
        return Response(export_json(get_owned(export.id, user.id), user.language), headers=_polling_headers(export))

    @bp.route("/exports/{export_id}/events", methods=["GET"], authorizer=authorize)
    @problem_details
    def events(export_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        trail = audit.of_export(path_value(export_id))
        if not trail or trail[0].user_id != user.id:
            raise NotFound("Export not found.")
        export = record.find(trail[0].export_id)
        if export is not None and export.status is Status.READY and export.removed_at is None:
            require_sources(export, user.id)
        else:
            require_namespace(trail[0].namespace_id, user.id)
        numbered = list(enumerate(trail))
        return page(
            request,
            numbered,
            by=order(request, ("at",), "at"),
            position=lambda one: f"{one[1].at}\x00{one[0]:06d}",
            shown=lambda chosen: [_event_json(event) for _, event in chosen],
        )

    @bp.route("/namespaces/{namespace_id}/export-events", methods=["GET"], authorizer=authorize)
    @problem_details
    def namespace_events(namespace_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        namespace = namespaces.find(path_value(namespace_id))
        permissions.require(user.id, namespace, Role.MAINTAINER)
        found = audit.of_namespace(namespace.id, decode_cursor(request), limit(request))
        items = [{"export_id": one.export_id, **_event_json(one)} for one in found.events]
        return answer(items, encode_cursor(request, found.next), found.total, is_exact=found.total_is_exact)

    return bp
