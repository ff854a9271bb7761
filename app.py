"""The Chalice app: the authorizer, the API's routes, and one line for each function, schedule and event.

All functions of the deployment load this module, and each imports what it needs when it is called for the first time:
a function that starts cold has imported nothing of the others.
"""

from collections.abc import Callable
from typing import Any

from chalice.app import AuthRequest, AuthResponse, Chalice, CloudWatchEvent, Rate, RouteEntry

_Routes = dict[str, dict[str, RouteEntry]]


class _App(Chalice):
    """A Chalice app that registers its routes on first access: only the API's own function needs them."""

    _registered: _Routes
    register: Callable[[], None] | None = None

    @property
    def routes(self) -> _Routes:
        register, self.register = self.register, None
        if register is not None:
            register()
        return self._registered

    @routes.setter
    def routes(self, routes: _Routes) -> None:
        self._registered = routes


# Chalice would add a handler of its own to the logger, and every line would be there twice.
app = _App(app_name="seqport", configure_logs=False)


@app.authorizer(ttl_seconds=0)
def authorize(request: AuthRequest) -> AuthResponse:
    from chalicelib.access.authenticate import authenticate
    from chalicelib.access.identity import InvalidToken

    try:
        token = authenticate(request.token or "")
    except InvalidToken:
        # The gateway answers 401 to exactly this message; an empty policy would be a 403.
        raise Exception("Unauthorized") from None  # noqa: TRY002
    return AuthResponse(routes=["*"], principal_id=token.subject, context=token.as_context())


def _register_routes() -> None:
    from chalicelib.http import routes

    routes.register(app, authorize)


app.register = _register_routes


@app.lambda_function()
def plan(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.assembly.plan import plan_export

    return invocations.run("plan", plan_export, event, context)


@app.lambda_function()
def assemble(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.assembly.assemble import assemble_batch

    return invocations.run("assemble", assemble_batch, event, context)


@app.lambda_function()
def finish(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.assembly.finish import finish_export

    return invocations.run("finish", finish_export, event, context)


@app.lambda_function()
def render_linelist(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.assembly.render_linelist import render

    return invocations.run("render_linelist", render, event, context)


@app.lambda_function(name="notify")
def notify_user(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.assembly.notify import notify

    return invocations.run("notify", notify, event, context)


@app.lambda_function()
def fail(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.assembly.fail import fail_export

    return invocations.run("fail", fail_export, event, context)


@app.schedule(Rate(5, unit=Rate.MINUTES))
def clean_up(event: CloudWatchEvent) -> dict[str, Any]:
    from chalicelib import invocations

    return invocations.run("clean_up", lambda _: _clean_up(), event.to_dict(), event.context)


def _clean_up() -> dict[str, Any]:
    from chalicelib.catalog.files.deleted_objects import delete_due_objects
    from chalicelib.exports.cleanup import clean_up as clean_up_exports
    from chalicelib.ingestion.imports.recovery import recover_stalled_imports

    try:  # each runs even if another fails
        imports = recover_stalled_imports()
    finally:
        try:
            exports = clean_up_exports()
        finally:
            objects = delete_due_objects()
    return {**exports, **imports, **objects}


# infra/resources.yaml adds the configuration set, which is made with the stack.
@app.on_cw_event(
    {
        "source": ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received", "Email Rejected", "Email Delivered"],
    }
)
def record_mail_delivery(event: CloudWatchEvent) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.exports.mail_delivery import record_delivery

    return invocations.run("record_mail_delivery", record_delivery, event.to_dict(), event.context)


# infra/resources.yaml adds its events: each announcement in the outbox, and every minute.
@app.lambda_function()
def deliver_webhooks(event: dict[str, Any], context: Any) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.webhooks.deliver import work

    return invocations.run("deliver_webhooks", lambda _: work(context), event, context)


@app.lambda_function()
def refresh_samples(event: dict[str, Any], context: object) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.catalog.sample_query.refresh import refresh_snapshot

    return invocations.run("refresh_samples", refresh_snapshot, event, context)


@app.lambda_function()
def run_import(event: dict[str, Any], context: Any) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.ingestion.imports.worker import run_import_steps

    return invocations.run("run_import", lambda _: run_import_steps(event["import_id"], context), event, context)


# The API invokes it with events of the same form.
@app.on_cw_event({"source": ["aws.omics"], "detail-type": ["Run Status Change"]})
def read_results(event: CloudWatchEvent) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.ingestion.results_events import handle_results_event

    return invocations.run("read_results", handle_results_event, event.to_dict(), event.context)


# infra/resources.yaml adds the bucket's name, which is made with the stack.
@app.on_cw_event(
    {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"object": {"key": [{"prefix": "uploads/"}, {"prefix": "runs/"}]}},
    }
)
def register_arrival(event: CloudWatchEvent) -> dict[str, Any]:
    from chalicelib import invocations
    from chalicelib.ingestion.object_events import handle_object_created

    return invocations.run("register_arrival", handle_object_created, event.to_dict(), event.context)
