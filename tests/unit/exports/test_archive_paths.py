import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exports.contents.archive_paths import MAX_NAME_BYTES, distinct_names, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("reads_R1.fastq.gz", "reads_R1.fastq.gz"),
        ("été 2026.csv", "été 2026.csv"),
        ("🧬.fa", "🧬.fa"),
        ("..", "_"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a/b\\c:d", "a_b_c_d"),
        ("CON", "_CON"),
        ("con.tar.gz", "_con.tar.gz"),
        ("LPT9.txt", "_LPT9.txt"),
        ("trailing. .", "trailing"),
        (" leading", "leading"),
        ("tab\tnewline\n", "tab_newline_"),
        ("evil\u202egpj.exe", "evil_gpj.exe"),
        ("e\u0301.txt", "\u00e9.txt"),
        (".hidden", ".hidden"),
        ("", "_"),
        ("   ", "_"),
    ],
)
def test_names_are_made_portable(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_suffixes() -> None:
    name = safe_name("é" * 200 + ".fastq.gz")
    assert name.endswith("é.fastq.gz")
    assert len(name.encode()) <= MAX_NAME_BYTES


def test_names_that_differ_by_case_or_normalization_are_made_distinct() -> None:
    names = distinct_names(["A.txt", "a.txt", "a.TXT", "\u00e9.txt", "e\u0301.txt", "b.fastq.gz", "B.fastq.gz"])
    assert names == ["A.txt", "a (2).txt", "a (3).TXT", "é.txt", "é (2).txt", "b.fastq.gz", "B (2).fastq.gz"]


@given(st.lists(st.text(max_size=300), max_size=12))
def test_all_names_are_safe_and_distinct(names: list[str]) -> None:
    given_names = distinct_names(names)
    assert len(given_names) == len(names)
    assert len({unicodedata.normalize("NFKD", name.casefold()) for name in given_names}) == len(names)
    for name in given_names:
        assert 0 < len(name.encode()) <= MAX_NAME_BYTES
        assert not set(name) & set('<>:"/\\|?*\x00\n')
        assert name not in {".", ".."}
        assert name[-1] not in ". "


@given(st.text(max_size=300))
def test_safe_names_are_unchanged(name: str) -> None:
    assert safe_name(safe_name(name)) == safe_name(name)
