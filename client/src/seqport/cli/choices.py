"""What users name, as the API wants it: samples from arguments or files, metadata templates."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seqport import errors
from seqport.messages import translate as _

if TYPE_CHECKING:
    from seqport.client import Client


def ids(arguments: Sequence[str], path: str | None) -> list[str]:
    """Ids or PUIDs of the arguments and of the file (`-`: standard input): the first word of each line, without empty
    lines and lines that begin with #. In their order, each once."""
    found = list(arguments)
    if path is not None:
        try:
            content = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise errors.UsageError(_("Can't read {path}: {reason}.").format(path=path, reason=reason)) from error
        lines = [line.split("#")[0].split() for line in content.replace(",", " ").splitlines()]
        found += [words[0] for words in lines if words]
    return list(dict.fromkeys(found))


def template_fields(client: Client, namespace: str, name: str) -> list[str]:
    """The fields of a metadata template, by its name or id. Raises UsageError with the names that there are."""
    templates = list(client.metadata_templates(namespace))
    for template in templates:
        if name in {template["name"], template["id"]}:
            return template["fields"]
    known = ", ".join(template["name"] for template in templates) or _("none")
    raise errors.UsageError(
        _("There is no metadata template {name}.").format(name=name), hint=_("Known: {names}.").format(names=known)
    )


def namespace_of(client: Client, samples: Sequence[str], given: str | None) -> str:
    """The project or group that is exported from: what is given, else the project of the first sample."""
    if given is not None:
        return given
    if not samples:
        raise errors.UsageError(_("Which project?"), hint=_("Give --project."))
    return client.api.get_sample(samples[0])["project_id"]
