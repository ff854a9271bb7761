"""`iridanext.output.json` by the shapes that pipelines write."""

import gzip
import json
from typing import Any

import pytest

from chalicelib.ingestion.iridanext import output_file
from chalicelib.ingestion.iridanext.output_file import InvalidOutputFile, OutputFile, parse

NORMAL: dict[str, Any] = {
    "files": {
        "global": [{"path": "summary/summary.txt.gz"}, {"path": "./multiqc/report.html"}],
        "samples": {"S1": [{"path": "assembly/S1.fa.gz"}], "S2": [{"path": "assembly/S2.fa.gz"}]},
    },
    "metadata": {"samples": {"S1": {"amr": {"gene": "blaTEM", "n": 2}, "tags": ["a", "b"]}, "S2": {"Flat.Key": True}}},
}


def test_normal_and_nested() -> None:
    found = parse(json.dumps(NORMAL).encode())
    assert found == OutputFile(
        run_paths=("summary/summary.txt.gz", "multiqc/report.html"),
        sample_paths={"S1": ("assembly/S1.fa.gz",), "S2": ("assembly/S2.fa.gz",)},
        metadata={
            "S1": {"amr.gene": "blaTEM", "amr.n": 2, "tags.1": "a", "tags.2": "b"},
            "S2": {"flat.key": "true"},
        },
        invalid=(),
    )
    assert found.samples == ("S1", "S2")
    assert len(found.paths) == 4
    assert parse(gzip.compress(json.dumps(NORMAL).encode())) == found


NO_FILES: list[Any] = [{}, {"files": {}, "metadata": {}}, {"files": {"global": [], "samples": {"S": []}}}]


@pytest.mark.parametrize("document", NO_FILES)
def test_members_may_be_missing(document: Any) -> None:
    found = parse(json.dumps(document).encode())
    assert (found.paths, dict(found.metadata)) == (frozenset(), {})


def test_empty_values_remove_and_impossible_ones_are_named() -> None:
    document = {"metadata": {"samples": {"S": {"a": None, "b": "", "sample puid": 1, "c": 1e400, "d": "x" * 40_000}}}}
    found = parse(json.dumps(document).encode())
    assert found.metadata == {"S": {"a": None, "b": None}}
    assert found.invalid == (("S", "sample puid"), ("S", "c"), ("S", "d"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"metadata": {"samples": {"S": ' + b'{"a":' * 900 + b"1" + b"}" * 903, "nested too deeply"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "/ is not an object."),
        (b'{"files": []}', "/files is not an object"),
        (b'{"files": {"global": {}}}', "/files/global is not a list"),
        (b'{"files": {"global": [1]}}', "/files/global/0 is not an object"),
        (b'{"files": {"global": [{"path": "../x"}]}}', "/files/global/0/path"),
        (b'{"files": {"global": [{"path": "/etc/passwd"}]}}', "/files/global/0/path"),
        (b'{"files": {"samples": {"S": [{}]}}}', "/files/samples/S/0/path"),
        (b'{"metadata": {"samples": {"S": 1}}}', "/metadata/samples/S is not an object"),
        (gzip.compress(b"{}", mtime=0)[:-9], "Its end is missing."),
        (b"\x1f\x8bxxxxxxxxx", "not JSON"),
    ],
)
def test_other_files_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidOutputFile) as refused:
        parse(data)
    assert reason in str(refused.value)


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_file, "MAX_BYTES", 1_000)
    with pytest.raises(InvalidOutputFile) as refused:
        parse(gzip.compress(b'{"a": "' + b"x" * 5_000 + b'"}'))
    assert "It has more than 1000 bytes" in str(refused.value)
