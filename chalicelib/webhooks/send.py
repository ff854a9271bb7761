"""Send one delivery to its receiver."""

import json
from dataclasses import dataclass

from standardwebhooks import Webhook as Signer
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from chalicelib import timestamps
from chalicelib.settings import settings
from chalicelib.webhooks.addresses import NotAllowed, Target, resolve, target_of
from chalicelib.webhooks.model import Delivery, Webhook

_TIMEOUT = Timeout(connect=5, read=15, total=20)  # seconds
_MAX_RESPONSE = 1_000  # bytes that are kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver responded, or why there is no response."""

    status_code: int | None
    response: str | None
    error: str | None


def send(webhook: Webhook, delivery: Delivery) -> Outcome:
    """Send a delivery, signed. Redirects are not followed: they are responses like others, and no success."""
    any_host = settings().webhook_hosts == "any"
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    try:
        target = target_of(webhook.url, any_host=any_host)
        address = resolve(target, any_host=any_host)
        with _pool(target, address) as pool:
            response = pool.urlopen(
                "POST",
                target.path,
                body=body.encode(),
                headers={"Host": target.host_header, **headers(webhook, delivery, body)},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                beginning = response.read(_MAX_RESPONSE, decode_content=False).decode("utf-8", "replace")
            finally:
                response.close()
    except NotAllowed as error:
        return Outcome(None, None, str(error.rule))
    except OSError as error:
        return Outcome(None, None, f"The host was not found: {error.strerror or type(error).__name__}.")
    except HTTPError as error:
        return Outcome(None, None, f"{type(error).__name__}: {error}"[:500])
    return Outcome(response.status, beginning, None)


def headers(webhook: Webhook, delivery: Delivery, body: str) -> dict[str, str]:
    """The headers of a try ("Webhook headers", Standard Webhooks specification), signed for this moment."""
    now = timestamps.now()
    signatures = [
        Signer(secret).sign(msg_id=delivery.id, timestamp=now, data=body)
        for secret in webhook.secrets(timestamps.format(now))
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Seqport/{settings().version}",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _pool(target: Target, address: str) -> HTTPConnectionPool:
    """A connection to the address that was checked; certificates are those of the host's name."""
    if target.scheme == "http":
        return HTTPConnectionPool(address, target.port, timeout=_TIMEOUT, maxsize=1)
    return HTTPSConnectionPool(
        address,
        target.port,
        timeout=_TIMEOUT,
        maxsize=1,
        cert_reqs="CERT_REQUIRED",
        server_hostname=target.host,
        assert_hostname=target.host,
    )
