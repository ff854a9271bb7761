"""Random layouts, and archives of many tebibytes, as other programs read them."""

import random
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.limits import GIB
from chalicelib.archive.planner import plan
from chalicelib.zip_format import central_header, end_records, local_header
from tests.readers import check_archive, check_by_java, is_installed
from tests.unit.archive.test_parts import SMALL, assembled, body, entry

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAYOUTS = 150


def test_all_readers_agree_on_random_layouts(tmp_path: Path) -> None:
    archives = {}
    for seed in range(LAYOUTS):
        source = random.Random(seed)
        most = source.choice([499, 600, 1040, 9000])
        entries = [entry(i, source.randint(0, most)) for i in range(source.randrange(1, 40))]
        path = tmp_path / f"{seed}.zip"
        path.write_bytes(b"".join(assembled(plan(entries, SMALL))))
        archives[path] = {entry.name: body(i, entry.size) for i, entry in enumerate(entries)}
        check_archive(path, archives[path])
    check_by_java(archives, tmp_path)


@pytest.mark.parametrize(("count", "size"), [(3, 1024 * GIB), (70_000, 3 * GIB // 100), (3, 4 * GIB - 1)])
def test_central_directory_offsets_of_multi_tebibyte_archives(tmp_path: Path, count: int, size: int) -> None:
    """Headers, directory and end at their places in a file with holes for the bodies."""
    entries = [Entry(f"S{i}/reads.fastq", size, NOON, Source("b", f"k{i}", '"e"')) for i in range(count)]
    index = plan(entries).index
    path = tmp_path / "archive.zip"
    with path.open("wb") as file:
        for entry, offset in zip(entries, index.offsets, strict=True):
            file.seek(offset)
            file.write(local_header(entry.name, entry.size, NOON, 1))
        directory = b"".join(
            central_header(entry.name, entry.size, NOON, 1, offset)
            for entry, offset in zip(entries, index.offsets, strict=True)
        )
        begin = index.tail_offset
        file.seek(begin)
        file.write(directory + end_records(count, len(directory), begin))
    with zipfile.ZipFile(path) as archive:
        assert [(info.filename, info.file_size) for info in archive.infolist()] == [(e.name, e.size) for e in entries]
        assert [info.header_offset for info in archive.infolist()] == list(index.offsets)
        for info in (archive.infolist()[0], archive.infolist()[-1]):
            with archive.open(info) as member:
                assert member.read(10) == bytes(10)
    for command in (["7z", "l", "-slt", str(path)], ["zipinfo", "-1", str(path)]):
        if is_installed(command[0]):
            result = subprocess.run(command, check=True, capture_output=True).stdout.decode()
            assert result.count("reads.fastq") == count
    if is_installed("bsdtar"):
        result = subprocess.run(["bsdtar", "-tvf", str(path)], check=True, capture_output=True).stdout.decode()
        assert result.count(f" {size} ") == count
