"""Compares a downloaded linelist with the catalog cell by cell, read by Python's csv."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.catalog.samples.metadata import text_of


class WrongTable(Exception):
    """The table differs from the catalog; the message says where."""


def check_table(path: Path, samples: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> None:
    """Raises WrongTable unless the csv has these samples' metadata, in this order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    if header != ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", *(field.upper() for field in fields)]:
        raise WrongTable(f"the header is {header}")
    if len(rows) != len(samples):
        raise WrongTable(f"{len(rows)} rows for {len(samples)} samples")
    for row, sample in zip(rows, samples, strict=True):
        metadata = sample["metadata"]
        expected = [sample["puid"], sample["name"], *(text_of(metadata.get(field, "")) for field in fields)]
        if [row[0], row[1], *row[3:]] != expected:
            raise WrongTable(f"the row of {sample['puid']} is {row}")
