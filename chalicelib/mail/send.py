"""Hand a message to SES."""

from collections.abc import Mapping

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib import aws
from chalicelib.mail.messages import Message
from chalicelib.settings import settings

_SERVER_ERROR = 500


class MailRefused(Exception):
    """SES refused the mail: it was certainly not sent."""


def send(to: str, message: Message, *, tags: Mapping[str, str]) -> None:
    """Send one mail. SES returns the tags with what it reports about the mail (`delivery`); their values are letters,
    digits, hyphens and underscores.

    Raises MailRefused when SES surely did not take it; any other error leaves that open."""
    try:
        aws.sesv2().send_email(
            FromEmailAddress=settings().mail_from,
            Destination={"ToAddresses": [to]},
            ConfigurationSetName=settings().mail_configuration_set,
            EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
            Content={
                "Simple": {
                    "Subject": {"Data": message.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": message.text, "Charset": "UTF-8"},
                        "Html": {"Data": message.html, "Charset": "UTF-8"},
                    },
                }
            },
        )
    except (ConnectTimeoutError, EndpointConnectionError) as error:  # there was no connection
        raise MailRefused(type(error).__name__) from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _SERVER_ERROR)
        if status < _SERVER_ERROR:
            raise MailRefused(error.response["Error"]["Code"]) from error
        raise
