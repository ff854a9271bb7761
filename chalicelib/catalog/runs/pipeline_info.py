"""How a run's pipeline was run: its parameters and the versions of its software, for the run's page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.attributes import Json
from chalicelib.tables import Row, TableName

_PARAMETERS, _VERSIONS = "PARAMETERS", "VERSIONS"
Parameter = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SoftwareVersion:
    """A program that a step of the pipeline ran, and its version."""

    step: str
    software: str
    version: str


@dataclass(frozen=True, slots=True)
class PipelineInfo:
    """The parameters by name, and the versions in the pipeline's order; empty where nothing is known."""

    parameters: Mapping[str, Parameter]
    versions: tuple[SoftwareVersion, ...]


class _DocumentRow(Row):
    """`RUN#<run>` / `PARAMETERS` or `VERSIONS`."""

    class Meta:
        table_name = TableName("runs_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = Json()


def save_parameters(run_id: str, parameters: Mapping[str, Parameter]) -> None:
    """Store the parameters of a run, instead of those before."""
    _DocumentRow(f"RUN#{run_id}", _PARAMETERS, document=dict(parameters)).save()


def save_versions(run_id: str, versions: Iterable[SoftwareVersion]) -> None:
    """Store the versions of a run's software, instead of those before."""
    rows = [[version.step, version.software, version.version] for version in versions]
    _DocumentRow(f"RUN#{run_id}", _VERSIONS, document=rows).save()


def find(run_id: str) -> PipelineInfo:
    """What is known of a run's pipeline."""
    keys = [(f"RUN#{run_id}", name) for name in (_PARAMETERS, _VERSIONS)]
    documents: dict[str, Any] = {row.sk: row.document for row in _DocumentRow.batch_get(keys, consistent_read=True)}
    return PipelineInfo(
        documents.get(_PARAMETERS, {}), tuple(SoftwareVersion(*row) for row in documents.get(_VERSIONS, []))
    )
