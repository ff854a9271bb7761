"""A linelist that was exported comes back without a change, and an edited one changes what was edited."""

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.samples.metadata import RESERVED_FIELDS, field_named, is_field_name, is_value, value_of
from chalicelib.ingestion.imports.model import Samplesheet
from chalicelib.ingestion.imports.plan import _changes
from chalicelib.ingestion.imports.samplesheet import read_samplesheet
from chalicelib.linelist import csv_writer, tsv_writer
from chalicelib.linelist.rows import Columns

KNOWN = {
    "sample",
    "sample name",
    "sample id",
    "id",
    "puid",
    "sample puid",
    "description",
    "fastq 1",
    "fastq 2",
    "fasta",
}
FIELDS = (
    st.text(max_size=12)
    .map(field_named)
    .filter(lambda name: is_field_name(name) and name not in RESERVED_FIELDS)
    .filter(lambda name: "".join(c if c.isalnum() else " " for c in name).strip() not in KNOWN)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20) | st.sampled_from(
    ["=1+1", "1;=2", "'=x", "-", "1.0", "00012", "NA", "a\nb", '"x"', "+5 mg/L", "@x", "\uff1d1"]
)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(allow_nan=False, allow_infinity=False)
# What a cell can show: a text of blanks only, or with blanks around it, can't be distinguished from one without.
VALUES = (TEXTS.map(str.strip).filter(bool) | NUMBERS).filter(is_value)
TABLES = st.lists(FIELDS, unique=True, min_size=1, max_size=4).flatmap(
    lambda fields: st.tuples(
        st.just(fields), st.lists(st.dictionaries(st.sampled_from(fields), VALUES), min_size=1, max_size=4)
    )
)


def exported(fields: list[str], samples: list[dict[str, Any]], delimiter: str) -> str:
    columns = Columns(tuple(fields))
    rows = [columns.row(f"P{place}", f"S{place}", "Q", metadata) for place, metadata in enumerate(samples)]
    if delimiter == "\t":
        return b"".join(tsv_writer.chunks(columns, rows)).decode()
    return b"".join(csv_writer.chunks(columns, rows, delimiter=delimiter)).decode()


def changes(sheet: Samplesheet, samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assert [sample.puid for sample in sheet.samples] == [f"P{place}" for place in range(len(samples))]
    return [_changes(result.metadata, present) for result, present in zip(sheet.samples, samples, strict=True)]


@given(TABLES, st.sampled_from([",", ";"]))
def test_importing_an_export_changes_nothing(table: tuple[list[str], list[dict[str, Any]]], delimiter: str) -> None:
    fields, samples = table
    sheet = read_samplesheet(exported(fields, samples, delimiter))
    assert sheet.violations == ()
    assert set(sheet.fields) <= set(fields)  # no new ones
    assert all(column.role != "file" for column in sheet.columns)
    assert changes(sheet, samples) == [{}] * len(samples)
    assert [sample.name for sample in sheet.samples] == [f"S{place}" for place in range(len(samples))]


@given(TABLES, st.data())
def test_only_an_edited_cell_changes(table: tuple[list[str], list[dict[str, Any]]], data: st.DataObject) -> None:
    fields, samples = table
    rows = list(csv.reader(io.StringIO(exported(fields, samples, ",").removeprefix("\ufeff"), newline="")))
    place, field = data.draw(st.integers(0, len(samples) - 1)), data.draw(st.integers(0, len(fields) - 1))
    edited = data.draw(st.sampled_from(["edited", "7", "7.0", "Été"]))
    rows[place + 1][3 + field] = edited
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    found = changes(read_samplesheet(out.getvalue()), samples)
    assert found[:place] + found[place + 1 :] == [{}] * (len(samples) - 1)
    assert found[place] in ({fields[field]: value_of(edited)}, {})


def test_a_samples_name_can_be_edited_too() -> None:
    sheet = read_samplesheet("SAMPLE PUID,SAMPLE NAME,PROJECT PUID,X\nP0,New,Q,1\n")
    assert (sheet.samples[0].name, sheet.samples[0].is_renamed) == ("New", True)
    assert not read_samplesheet("sample_puid,sample,x\nP0,label,1\n").samples[0].is_renamed
