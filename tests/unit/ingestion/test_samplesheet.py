"""Samplesheets as people make them, and everything that can be wrong with one."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ingestion.samplesheet import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, read_samplesheet, value_of

SHEET = (
    "sample,fastq_1,fastq_2,Description,Collection Date,reads\n"
    "A,s3://b/a_L1_1.fq,s3://b/a_L1_2.fq,first,2026-07-01,00012\n"
    "B,s3://b/b_1.fq,,,,1e5\n"
    "\n"
    "A,s3://b/a_L2_1.fq,s3://b/a_L1_2.fq,,2026-07-01,\n"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_of_a_sample_become_one_sample_with_files_and_metadata(delimiter: str, begin: str, end: str) -> None:
    sheet = read_samplesheet(begin + SHEET.replace(",", delimiter).replace("\n", end))
    assert sheet.flaws == ()
    assert (sheet.row_count, sheet.fields) == (3, ("collection date", "reads"))
    first, second = sheet.samples
    assert (first.name, first.puid, first.description, first.rows) == ("A", None, "first", (2, 5))
    assert first.metadata == {"collection date": "2026-07-01", "reads": "00012"}
    assert [file.s3_uri for file in first.files] == ["s3://b/a_L1_1.fq", "s3://b/a_L1_2.fq", "s3://b/a_L2_1.fq"]
    assert (second.name, second.metadata, len(second.files)) == ("B", {"reads": "1e5"}, 1)


def test_any_column_of_s3_uris_names_files() -> None:
    sheet = read_samplesheet("sample,assembly,note\nA,s3://b/a.fa,s3://b/x\nB,,plain\n")
    assert sheet.fields == ("note",)
    assert [(file.row, file.column) for file in sheet.samples[0].files] == [(2, "assembly")]
    assert sheet.samples[0].metadata == {"note": "s3://b/x"}


@pytest.mark.parametrize(
    ("text", "pointer", "rule"),
    [
        ("", "/samplesheet", "empty"),
        ("\n", "/samplesheet", "empty"),
        ("sample\n", "/samplesheet", "no row"),
        ("name\nA\n", "/samplesheet/1", "a column sample"),
        ("sample,puid,sample_puid\nA,,\n", "/samplesheet/1", "one column of PUIDs"),
        ("sample,a/b,A/b\nA,,\n", "/samplesheet/1/a~1b", "comes twice"),
        ("sample,\nA,\n", "/samplesheet/1/", "1 to 255"),
        ("sample,x\nA\n", "/samplesheet/2", "2"),
        ("sample,x\n,1\n", "/samplesheet/2/sample", "names its sample"),
        ("sample,fastq_1\nA,/data/a.fq\n", "/samplesheet/2/fastq_1", "s3://"),
        ("sample,x\nA,1\n\nA,2\n", "/samplesheet/4/x", "different things"),
        (f"sample\n{'x' * 256}\n", "/samplesheet/2/sample", "at most 255"),
        ("sample,x\nA," + "x" * 32_768, "/samplesheet/2/x", "at most 32767"),
        ('sample,x\nA,"open\n', "/samplesheet", "no CSV"),
        ("sample\n" + "A\n" * (MAX_ROWS + 1), "/samplesheet", "rows"),
        ("sample" + ",x" * MAX_COLUMNS + "\n", "/samplesheet/1", "columns"),
        ("sample\n" + "é" * (MAX_BYTES // 2), "/samplesheet", "bytes"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(text: str, pointer: str, rule: str) -> None:
    (flaw, *_) = read_samplesheet(text).flaws
    assert flaw.pointer == pointer
    assert rule in str(flaw.words)


def test_all_flaws_are_told_at_once() -> None:
    sheet = read_samplesheet("sample,fastq_1,x\n,s3://b/a,1\nA,b,1\nA,s3://b/b\n")
    assert [flaw.pointer for flaw in sheet.flaws] == [
        "/samplesheet/2/sample", "/samplesheet/3/fastq_1", "/samplesheet/4"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12), ("-5.2", -5.2), ("0", 0), ("00012", "00012"), ("1e5", "1e5"), ("1.0", 1.0), ("1.50", "1.50"),
        ("nan", "nan"), ("inf", "inf"), ("1_000", "1_000"), ("٣", "٣"), ("9" * 16, "9" * 16),
        ("2026-07-01", "2026-07-01"),
    ],
)  # fmt: skip
def test_only_what_is_written_back_the_same_is_a_number(cell: str, value: str | float) -> None:
    assert value_of(cell) == value
    assert type(value_of(cell)) is type(value)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_a_program_writes_is_read_as_it_was(cells: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["sample", "field"])
    writer.writerows([f"s{place}", f"{one}|{other}"] for place, (one, other) in enumerate(cells))
    sheet = read_samplesheet(out.getvalue())
    assert sheet.flaws == ()
    assert [sample.metadata["field"] for sample in sheet.samples] == [f"{a}|{b}".strip() for a, b in cells]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for tried in (text, f"sample,x\n{text}"):
        sheet = read_samplesheet(tried)
        assert sheet.flaws or sheet.samples
