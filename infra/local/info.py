"""The description of a running local stack."""

from typing import Any

from infra.local.choices import Choices
from infra.local.servers import ACCESS_KEY, REGION, SECRET_KEY

# The event of a schedule ("Scheduled Event", EventBridge), to run a scheduled function now.
TICK = {
    "version": "0",
    "id": "now",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "1970-01-01T00:00:00Z",
    "region": REGION,
    "resources": [],
    "detail": {},
}
_TABLES = (
    "users",
    "secrets",
    "namespaces",
    "samples",
    "files",
    "runs",
    "exports",
    "audit",
    "idempotency",
    "imports",
    "webhooks",
)


def describe(choices: Choices, url: str, s3_url: str, emulator: str, outputs: dict[str, str]) -> dict[str, Any]:
    """The response of `/local/info`: endpoints, names and credentials. `s3_url` is empty for the emulator's own S3."""
    return {
        "url": url,
        "api": f"{url}/api/v1",
        "home": str(choices.home),
        "object_store": choices.object_store,
        "endpoints": {"aws": emulator, "s3": s3_url or emulator},
        "credentials": {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY, "region": REGION},
        "buckets": {name: outputs[f"{name.capitalize()}BucketName"] for name in ("catalog", "work", "exports")},
        "tables": {name: outputs[f"{name.capitalize()}TableName"] for name in _TABLES},
        "state_machine_arn": outputs["StateMachineArn"],
        "dead_letters": {"arrivals": outputs["ArrivalsDeadLettersUrl"]},
        "functions": {
            "api": outputs["APIHandlerName"],
            "clean_up": outputs["CleanUpFunction"],
            "register_arrival": outputs["RegisterArrivalFunction"],
            "run_import": outputs["RunImportFunction"],
            "read_results": outputs["ReadResultsFunction"],
            "deliver_webhooks": outputs["DeliverWebhooksFunction"],
            "refresh_samples": outputs["RefreshSamplesFunction"],
            "record_mail_delivery": outputs["RecordMailDeliveryFunction"],
        },
    }
