"""The e-mail about an outcome: best effort, at most once; its failure never fails an export."""

from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import metrics, timestamps
from chalicelib.access import users
from chalicelib.exports import attempts, failures
from chalicelib.exports.announcements import page_of
from chalicelib.exports.attempts import Mail
from chalicelib.exports.model import Export, Status
from chalicelib.log import logger
from chalicelib.mail.messages import Message, expiring_message, failed_message, ready_message
from chalicelib.mail.send import send
from chalicelib.settings import settings


class Sent(StrEnum):
    """The outcome of sending a mail."""

    SENT = "sent"
    NOT_WANTED = "not-wanted"
    ALREADY = "already"
    UNSURE = "unsure"


def notify_owner(export: Export) -> Sent:
    """Send the mail of the export's present outcome, if its owner requested one and none was sent.

    Raises MailRefused, after releasing the claim, when SES definitely refused it: the step may be retried.
    """
    user = users.find(export.user_id)
    if not export.email_notification or user is None or not user.email:
        return Sent.NOT_WANTED
    return _send_once(export, user, Mail.OUTCOME, _message(export, user))


def remind_owner(export: Export) -> Sent:
    """Send the mail that a ready export, which nobody has downloaded, expires soon, if its owner requested mails and
    none was sent. Raises MailRefused as `notify_owner` does."""
    user = users.find(export.user_id)
    if not export.email_notification or user is None or not user.email or export.expires_at is None:
        return Sent.NOT_WANTED
    message = expiring_message(
        name=export.name or export.id,
        first_name=user.first_name,
        locale=user.language,
        link=page_of(export),
        expires_at=timestamps.parse(export.expires_at),
        time_zone=settings().time_zone,
        is_extendable=export.extended_at is None,
    )
    return _send_once(export, user, Mail.REMINDER, message)


def _send_once(export: Export, user: users.User, mail: Mail, message: Message) -> Sent:
    if not attempts.claim_mail(export, mail):
        return Sent.ALREADY
    sent = _send(export, user, mail, message)
    metrics.emit("Mails", 1, outcome=sent)
    return sent


def _send(export: Export, user: users.User, mail: Mail, message: Message) -> Sent:
    try:
        send(user.email, message, tags={"export_id": export.id, "mail": attempts.mail_id(export, mail)})
    except (ClientError, BotoCoreError) as error:
        # It may have been sent: a second mail would be worse than none.
        logger().warning("mail may not have been sent", export_id=export.id, error=type(error).__name__)
        return Sent.UNSURE
    except Exception:
        metrics.emit("Mails", 1, outcome="refused")
        attempts.release_mail_claim(export, mail)
        raise
    return Sent.SENT


def _message(export: Export, user: users.User) -> Message:
    name = export.name or export.id
    link = page_of(export)
    if export.status is Status.READY and export.expires_at is not None:
        return ready_message(
            name=name,
            first_name=user.first_name,
            locale=user.language,
            link=link,
            expires_at=timestamps.parse(export.expires_at),
            time_zone=settings().time_zone,
            skipped=export.warnings,
        )
    failure = failures.describe(export.failure_code or "", user.language)
    return failed_message(
        name=name,
        first_name=user.first_name,
        locale=user.language,
        link=link,
        reason=failure.message,
        retryable=failure.retryable,
    )
