"""The Chalice app: blueprints, the authorizer, and one line for each function, schedule and event."""

from typing import Any

from chalice.app import AuthRequest, AuthResponse, Chalice, CloudWatchEvent, Rate

from chalicelib.access.authenticate import authenticate
from chalicelib.access.oidc import InvalidToken
from chalicelib.assembly.assemble import assemble_batch
from chalicelib.assembly.fail import fail_export
from chalicelib.assembly.finish import finish_export
from chalicelib.assembly.notify import notify
from chalicelib.assembly.plan import plan_export
from chalicelib.assembly.render_linelist import render_linelist as render_table
from chalicelib.exports.cleanup import clean_up as clean_up_exports
from chalicelib.http import routes
from chalicelib.ingestion.imports.recovery import recover_stalled_imports
from chalicelib.ingestion.imports.worker import run_import_steps
from chalicelib.ingestion.object_events import handle_object_created

app = Chalice(app_name="seqport")


@app.authorizer(ttl_seconds=0)
def authorize(request: AuthRequest) -> AuthResponse:
    try:
        token = authenticate(request.token or "")
    except InvalidToken:
        # The gateway answers 401 to exactly this message; an empty policy would be a 403.
        raise Exception("Unauthorized") from None  # noqa: TRY002
    return AuthResponse(routes=["*"], principal_id=token.subject, context=token.as_context())


routes.register(app, authorize)


@app.lambda_function()
def plan(event: dict[str, Any], context: object) -> dict[str, Any]:
    return plan_export(event)


@app.lambda_function()
def assemble(event: dict[str, Any], context: object) -> dict[str, Any]:
    return assemble_batch(event)


@app.lambda_function()
def finish(event: dict[str, Any], context: object) -> dict[str, Any]:
    return finish_export(event)


@app.lambda_function()
def render_linelist(event: dict[str, Any], context: object) -> dict[str, Any]:
    return render_table(event)


@app.lambda_function(name="notify")
def notify_user(event: dict[str, Any], context: object) -> dict[str, Any]:
    return notify(event)


@app.lambda_function()
def fail(event: dict[str, Any], context: object) -> dict[str, Any]:
    return fail_export(event)


@app.schedule(Rate(5, unit=Rate.MINUTES))
def clean_up(event: CloudWatchEvent) -> dict[str, Any]:
    try:
        imports = recover_stalled_imports()
    finally:  # neither waits for the other's trouble
        exports = clean_up_exports()
    return {**exports, **imports}


@app.lambda_function()
def run_import(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return run_import_steps(event["import_id"], context)


# infra/resources.yaml adds the bucket's name, which is made with the stack.
@app.on_cw_event(
    {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"object": {"key": [{"prefix": "uploads/"}, {"prefix": "runs/"}]}},
    }
)
def register_arrival(event: CloudWatchEvent) -> dict[str, Any]:
    return handle_object_created(event.to_dict())
