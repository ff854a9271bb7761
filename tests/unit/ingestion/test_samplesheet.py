"""Samplesheets as people, spreadsheets and pipelines write them, and every possible error."""

import csv
import io
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ingestion.imports.columns import MAX_COLUMNS
from chalicelib.ingestion.imports.model import Samplesheet
from chalicelib.ingestion.imports.samplesheet import MAX_BYTES, MAX_ROWS, read_samplesheet
from chalicelib.ingestion.imports.samplesheet_text import Unreadable, decoded

SHEET = (
    "sample,fastq_1,fastq_2,Description,Collection Date,reads\n"
    "A,s3://b/a_L1_1.fq,s3://b/a_L1_2.fq,first,2026-07-01,00012\n"
    "B,s3://b/b_1.fq,,,,1e5\n"
    "\n"
    "A,s3://b/a_L2_1.fq,s3://b/a_L2_2.fq,,2026-07-01,\n"
)


def roles(sheet: Samplesheet) -> dict[str, str]:
    return {column.name: column.role for column in sheet.columns}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_of_a_sample_become_one_sample_with_files_and_metadata(delimiter: str, begin: str, end: str) -> None:
    sheet = read_samplesheet(begin + SHEET.replace(",", delimiter).replace("\n", end))
    assert (sheet.violations, sheet.warnings) == ((), ())
    assert (sheet.row_count, sheet.fields, sheet.delimiter) == (3, ("collection date", "reads"), delimiter)
    first, second = sheet.samples
    assert (first.name, first.puid, first.description, first.rows) == ("A", None, "first", (2, 5))
    assert first.metadata == {"collection date": "2026-07-01", "reads": "00012"}
    assert [(file.s3_uri, file.mate, file.direction) for file in first.files] == [
        ("s3://b/a_L1_1.fq", "s3://b/a_L1_2.fq", "forward"),
        ("s3://b/a_L1_2.fq", "s3://b/a_L1_1.fq", "reverse"),
        ("s3://b/a_L2_1.fq", "s3://b/a_L2_2.fq", "forward"),
        ("s3://b/a_L2_2.fq", "s3://b/a_L2_1.fq", "reverse"),
    ]
    assert (second.name, second.metadata, [file.mate for file in second.files]) == ("B", {"reads": "1e5"}, [None])


def test_a_file_declared_by_two_rows_has_the_mate_of_the_first() -> None:
    sheet = read_samplesheet("sample,fastq_1,fastq_2\nA,s3://b/1,s3://b/2\nA,s3://b/3,s3://b/2\n")
    (sample,) = sheet.samples
    assert {file.s3_uri: file.mate for file in sample.files} == {
        "s3://b/1": "s3://b/2",
        "s3://b/2": "s3://b/1",
        "s3://b/3": None,
    }


# The header, its first row, the roles of its columns, and the fields.
HEADERS = [
    ("sample,x", "A,1", {"sample": "sample", "x": "metadata"}),
    ("Sample_ID,x", "A,1", {"sample_id": "sample", "x": "metadata"}),
    ("Sample Name,x", "A,1", {"sample name": "sample", "x": "metadata"}),
    ("SAMPLE\u00a0NAME,x", "A,1", {"sample\u00a0name": "sample", "x": "metadata"}),
    ("id,x", "A,1", {"id": "sample", "x": "metadata"}),
    ("id,sample", "1,A", {"id": "metadata", "sample": "sample"}),
    ("sample_id,sample_name", "1,A", {"sample_id": "metadata", "sample_name": "sample"}),
    (
        "SAMPLE PUID,SAMPLE NAME,PROJECT PUID,X",
        "P,A,Q,1",
        {"sample puid": "puid", "sample name": "sample", "project puid": "ignored", "x": "metadata"},
    ),
    ("puid,x", "P,1", {"puid": "puid", "x": "metadata"}),
    ("sample,bam", "A,s3://b/a.bam", {"sample": "sample", "bam": "file"}),
    ("sample,fasta", "A,", {"sample": "sample", "fasta": "file"}),
]


@pytest.mark.parametrize(("header", "row", "expected"), HEADERS)
def test_columns_are_recognised_by_their_usual_names(header: str, row: str, expected: dict[str, str]) -> None:
    sheet = read_samplesheet(f"{header}\n{row}\n")
    assert sheet.violations == ()
    assert roles(sheet) == expected
    assert sheet.fields == tuple(name for name, role in expected.items() if role == "metadata")


def test_a_column_that_mostly_holds_uris_names_files() -> None:
    sheet = read_samplesheet("sample,bam,note\nA,s3://b/a.bam,s3://b/x\nB,s3://b/b.bam,plain\nC,NA,\n")
    assert roles(sheet) == {"sample": "sample", "bam": "file", "note": "metadata"}
    assert [[file.s3_uri for file in sample.files] for sample in sheet.samples] == [
        ["s3://b/a.bam"],
        ["s3://b/b.bam"],
        [],
    ]
    (warning,) = sheet.warnings
    assert (warning.pointer, str(warning.message)) == ("/samplesheet/4/bam", "NA is read as “no file”.")


@pytest.mark.parametrize("cell", ["NA", "N/A", "n/a", "-", "none", "None", "NULL", "n.a.", "missing"])
@pytest.mark.parametrize("column", ["fastq_2", "bam"])
def test_placeholders_in_columns_of_files_are_reported(cell: str, column: str) -> None:
    sheet = read_samplesheet(f"sample,{column}\nA,{cell}\nB,s3://b/x.fq\nC,s3://b/y.fq\n")
    assert (sheet.violations, sheet.samples[0].files, sheet.fields) == ((), (), ())
    assert [warning.pointer for warning in sheet.warnings] == [f"/samplesheet/2/{column}"]


def test_system_files_are_ignored_and_counted() -> None:
    sheet = read_samplesheet("sample,fasta\nA,s3://b/._a.fa\nB,s3://b/.DS_Store\nC,s3://b/c.fa\n")
    assert [len(sample.files) for sample in sheet.samples] == [0, 0, 1]
    assert [warning.pointer for warning in sheet.warnings] == ["/samplesheet/2/fasta", "/samplesheet/3/fasta"]


# What spreadsheets leave behind, before the header, beside and below the table.
LEFTOVERS = [
    ("sample,x,,\nA,1,,\n", 1),
    ("sample,x\nA,1,,\n,,,\n\n", 1),
    ("\n\nsample,x\nA,1\n", 3),
    (",,,\nsample,x,,\nA,1,,\n,,,\n", 2),
    ("sep=,\nsample,x\nA,1\n", 2),
    ('"sep=;"\r\nsample;x\r\nA;1\r\n', 2),
    ("SEP=\t\nsample\tx\nA\t1\n", 2),
    ("sample , x \n A , 1 \n", 1),
    ("sample,x\nA\u00a0,\u00a01\n", 1),
    ('"sample","x"\n"A","1"\n', 1),
]


@pytest.mark.parametrize(("text", "header_row"), LEFTOVERS)
def test_artefacts_of_spreadsheets_change_nothing(text: str, header_row: int) -> None:
    sheet = read_samplesheet(text)
    assert (sheet.violations, sheet.header_row, sheet.row_count) == ((), header_row, 1)
    assert [(sample.name, dict(sample.metadata)) for sample in sheet.samples] == [("A", {"x": "1"})]


def test_the_delimiter_is_the_one_that_gives_known_columns() -> None:
    field = "geo_loc_name (country, province, city)"
    sheet = read_samplesheet(f"sample\t{field}\nA\tCanada, ON, Ottawa\n")
    assert (sheet.delimiter, sheet.fields) == ("\t", (field,))
    assert sheet.samples[0].metadata == {field: "Canada, ON, Ottawa"}
    assert read_samplesheet("note;a,b;sample\nx;1,2;A\n").samples[0].metadata == {"note": "x", "a,b": "1,2"}


def test_columns_that_differ_between_the_rows_of_a_sample_describe_rows() -> None:
    sheet = read_samplesheet(
        "patient,sex,status,sample,lane,fastq_1,fastq_2\n"
        "P,XX,1,T,L001,s3://b/1_R1.fq,s3://b/1_R2.fq\nP,XX,1,T,L002,s3://b/2_R1.fq,s3://b/2_R2.fq\nP,XX,0,N,L001,,\n"
    )
    assert sheet.violations == ()
    assert sheet.fields == ("patient", "sex", "status")
    assert [dict(sample.metadata) for sample in sheet.samples] == [
        {"patient": "P", "sex": "XX", "status": "1"},
        {"patient": "P", "sex": "XX", "status": "0"},
    ]
    (warning,) = sheet.warnings
    assert (warning.pointer, roles(sheet)["lane"]) == ("/samplesheet/1/lane", "ignored")


@pytest.mark.parametrize(
    ("cell", "uri"),
    [
        ("a/x_1.fq", "s3://b/run/a/x_1.fq"),
        ("./x_1.fq", "s3://b/run/x_1.fq"),
        ("s3://c/x_1.fq", "s3://c/x_1.fq"),
        ("S3://c/x_1.fq", "s3://c/x_1.fq"),
        ("../x_1.fq", None),
        ("a/../../x_1.fq", None),
        ("/data/x_1.fq", None),
        ("https://c/x_1.fq", None),
    ],
)
def test_names_of_files_are_relative_to_the_base(cell: str, uri: str | None) -> None:
    for base in ("s3://b/run", "s3://b/run/"):
        sheet = read_samplesheet(f"sample,fastq_1\nA,{cell}\n", base)
        assert [file.s3_uri for sample in sheet.samples for file in sample.files] == ([uri] if uri else [])
        assert [violation.pointer for violation in sheet.violations] == ([] if uri else ["/samplesheet/2/fastq_1"])


def test_relative_names_need_a_base_and_the_base_is_a_uri() -> None:
    assert [violation.pointer for violation in read_samplesheet("sample,fastq_1\nA,x.fq\n").violations] == [
        "/samplesheet/2/fastq_1"
    ]
    for base in ("b/run", "https://b/run", "s3://", "s3:///x"):
        assert [violation.pointer for violation in read_samplesheet("sample\nA\n", base).violations] == ["/base_uri"]


def test_formula_guards_are_removed() -> None:
    sheet = read_samplesheet("SAMPLE PUID,X,Y\nP,'=1+1,'plain\n")
    assert sheet.samples[0].metadata == {"x": "=1+1", "y": "'plain"}


@pytest.mark.parametrize(
    ("text", "pointer", "rule"),
    [
        ("", "/samplesheet", "empty"),
        ("\n", "/samplesheet", "empty"),
        (",,\n,,\n", "/samplesheet", "empty"),
        ("sample\n", "/samplesheet", "no row"),
        ("name\nA\n", "/samplesheet/1", "a column named sample"),
        ("sample,puid,sample_puid\nA,,\n", "/samplesheet/1", "one PUID column"),
        ("sample,a/b,A/b\nA,,\n", "/samplesheet/1/a~1b", "are the same field name"),
        ("sample,x y,x\u00a0y\nA,,\n", "/samplesheet/1/x\u00a0y", "are the same field name"),
        ("sample,\nA,1\n", "/samplesheet/1/", "1 to 255"),
        ("sample,\u200b\nA,1\n", "/samplesheet/1/\u200b", "1 to 255"),
        ("sample,a\ufffd\nA,1\n", "/samplesheet/1/a\ufffd", "1 to 255"),
        ("sample,x\nA\n", "/samplesheet/2", "2"),
        ("sample,x\nA,1,2\n", "/samplesheet/2", "3 cells"),
        ("sample,x\n,1\n", "/samplesheet/2/sample", "must name a sample"),
        ("sample,fastq_1\nA,/data/a.fq\n", "/samplesheet/2/fastq_1", "s3://"),
        ("sample,puid\nA,P\n\nB,P\n", "/samplesheet/4/sample", "Conflicting values"),
        (f"sample\n{'x' * 256}\n", "/samplesheet/2/sample", "at most 255"),
        ("sample\na\x07b\n", "/samplesheet/2/sample", "not allowed"),
        ("sample\n\u200b\n", "/samplesheet/2/sample", "not allowed"),
        ("sample,x\nA,Montr\ufffdal\n", "/samplesheet/2/x", "U+FFFD"),
        ("sample,x\nA," + "x" * 32_768, "/samplesheet/2/x", "at most 32767"),
        ("sample,x\nA," + "\U0001f9ec" * 20_000, "/samplesheet/2/x", "at most 32767"),
        ('sample,x\nA,"open\n', "/samplesheet", "not valid CSV"),
        ("sample\n" + "A\n" * (MAX_ROWS + 1), "/samplesheet", "rows"),
        ("sample" + ",x" * MAX_COLUMNS + "\n", "/samplesheet/1", "columns"),
        ("sample\n" + "é" * (MAX_BYTES // 2), "/samplesheet", "bytes"),
    ],
)
def test_violations_have_their_pointer(text: str, pointer: str, rule: str) -> None:
    (violation, *_) = read_samplesheet(text).violations
    assert violation.pointer == pointer
    assert rule in str(violation.message)


def test_all_violations_are_reported_together() -> None:
    sheet = read_samplesheet("sample,fastq_1,x\n,s3://b/a,1\nA,b,1\nA,s3://b/b\n")
    assert [violation.pointer for violation in sheet.violations] == [
        "/samplesheet/2/sample",
        "/samplesheet/3/fastq_1",
        "/samplesheet/4",
    ]


TEXT = "sample,lieu\nA,Québec – été\n"
ENCODINGS = [
    (TEXT.encode(), "utf-8", False),
    (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8", False),
    (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16", False),
    (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16", False),
    (TEXT.encode("utf-16-le"), "utf-16", False),
    (TEXT.encode("utf-16-be"), "utf-16", False),
    (TEXT.encode("windows-1252"), "windows-1252", True),
]


@pytest.mark.parametrize(("data", "encoding", "is_guessed"), ENCODINGS)
def test_the_encoding_of_a_file_is_detected(data: bytes, encoding: str, is_guessed: bool) -> None:
    file = decoded(data)
    assert (file.text, file.encoding, file.is_guessed) == (TEXT, encoding, is_guessed)


def test_undecodable_bytes_are_refused() -> None:
    for data in (b"\xff\xfe\x00", b"sample\n\x81\x8d\n", b"\xff\xfe\x00\xd8"):
        with pytest.raises(Unreadable):
            decoded(data)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\r\x00\ufffd"), max_size=12)


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff", "\n", "\r\n\r\n", "sep"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(0, 3),
)
def test_output_of_csv_writers_is_read_unchanged(
    cells: list[tuple[str, str]], delimiter: str, end: str, begin: str, quoting: int, empty: int
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    blank = [""] * empty
    writer.writerow(["sample", "field", *blank])
    writer.writerows([f"s{place}", f"{first}|{other}", *blank] for place, (first, other) in enumerate(cells))
    writer.writerow(["", "", *blank])
    sheet = read_samplesheet((f"sep={delimiter}\n" if begin == "sep" else begin) + out.getvalue())
    assert sheet.violations == ()
    assert sheet.delimiter == delimiter
    assert [sample.metadata["field"] for sample in sheet.samples] == [unguarded_text(f"{a}|{b}") for a, b in cells]


def unguarded_text(text: str) -> str:
    from chalicelib.linelist.formula_guard import unguarded

    return unguarded(text.strip())


@given(st.text(max_size=200), st.sampled_from([None, "s3://b/x"]))
def test_no_text_breaks_the_reader(text: str, base: str | None) -> None:
    for tried in (text, f"sample,x\n{text}", f"sample;fastq_1;fastq_2\n{text}"):
        sheet = read_samplesheet(tried, base)
        assert sheet.violations or sheet.samples


@given(st.binary(max_size=60))
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    try:
        file = decoded(data)
    except Unreadable:
        return
    assert isinstance(read_samplesheet(file.text), Samplesheet)


@pytest.mark.parametrize(("delimiter", "name"), list(product([",", ";", "\t"], ["sample", "Sample ID", "id"])))
def test_a_header_alone_is_recognised(delimiter: str, name: str) -> None:
    sheet = read_samplesheet(f"{name}{delimiter}x\nA{delimiter}1\n")
    assert (sheet.violations, sheet.delimiter) == ((), delimiter)
