"""The bodies of `POST /exports`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from seqport import errors
from seqport.messages import translate as _


def sample_request(
    namespace: str,
    sample_ids: Sequence[str],
    *,
    all_samples: bool,
    q: str | None,
    file_formats: Iterable[str],
    packaging: str,
) -> dict[str, Any]:
    """An export of samples' files. Raises UsageError for no samples, and for names beside all."""
    return {
        "type": "sample",
        "namespace_id": namespace,
        **_selection(sample_ids, all_samples, q),
        "file_formats": list(dict.fromkeys(file_formats)),
        "packaging": packaging,
    }


def linelist_request(
    namespace: str,
    sample_ids: Sequence[str],
    *,
    all_samples: bool,
    q: str | None,
    metadata_fields: Iterable[str],
    linelist_format: str,
) -> dict[str, Any]:
    """An export of samples' metadata. Raises UsageError for no samples, and for names beside all."""
    return {
        "type": "linelist",
        "namespace_id": namespace,
        **_selection(sample_ids, all_samples, q),
        "metadata_fields": list(dict.fromkeys(metadata_fields)),
        "linelist_format": linelist_format,
    }


def analysis_request(
    run_ids: Sequence[str], *, namespace: str | None, analysis_type: str, packaging: str, layout: str = "flat"
) -> dict[str, Any]:
    """An export of the outputs of workflow executions."""
    return {
        "type": "analysis",
        "analysis_type": analysis_type,
        "workflow_execution_ids": list(run_ids),
        "packaging": packaging,
        **({"layout": layout} if layout != "flat" else {}),
        **({"namespace_id": namespace} if namespace else {}),
    }


def _selection(sample_ids: Sequence[str], all_samples: bool, q: str | None) -> dict[str, Any]:
    if all_samples == bool(sample_ids):
        raise errors.UsageError(_("Name samples, or select all of them, not both."))
    return {"selection": {"all": True, **({"q": q} if q else {})}} if all_samples else {"sample_ids": list(sample_ids)}
