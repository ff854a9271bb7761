"""Downloads of the client, from a server that cuts connections and lets links expire."""

import io
import os
import random
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from seqport import errors
from seqport.transfer.download import Downloaded, download
from seqport.transfer.fetch import PARTIAL
from seqport.transfer.listing import list_files

from chalicelib.zip_format import central_header, end_records, local_header
from tests.client.object_server import ObjectServer, serving

MIB = 1 << 20
CONTENT = random.Random(16).randbytes(40 * MIB + 7)


def archive_of(files: dict[str, bytes]) -> bytes:
    """An archive in the form that the engine writes."""
    import zlib

    out, directory = io.BytesIO(), b""
    from datetime import UTC, datetime

    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for name, content in files.items():
        crc, offset = zlib.crc32(content), out.tell()
        out.write(local_header(name, len(content), noon, crc) + content)
        directory += central_header(name, len(content), noon, crc, offset)
    start = out.tell()
    return out.getvalue() + directory + end_records(len(files), len(directory), start)


FILES = {
    "P/S1/A/S1_R1.fastq.gz": random.Random(1).randbytes(20 * MIB),
    "P/S1/A/S1_R2.fastq.gz": random.Random(2).randbytes(9 * MIB + 3),
    "P/S2/A/S2.fasta": b">1\nGATTACA\n",
    "P/S2/B/empty.txt": b"",
    "report.json": b"[]",
}
ARCHIVE = archive_of(FILES)


def run(store: ObjectServer, folder: Path, **options: Any) -> Downloaded:
    return download("e1", cast("Callable[[], Any]", store.link), folder, **options)


@pytest.fixture
def store() -> Iterator[ObjectServer]:
    with serving(ObjectServer(CONTENT)) as running:
        yield running


@pytest.fixture
def archive() -> Iterator[ObjectServer]:
    with serving(ObjectServer(ARCHIVE)) as running:
        yield running


def test_file_is_complete_and_nothing_else_remains(store: ObjectServer, tmp_path: Path) -> None:
    result = run(store, tmp_path / "new" / "folder")
    assert result.path.read_bytes() == CONTENT
    assert [path.name for path in result.path.parent.iterdir()] == ["export.zip"]
    assert (result.size, result.received, store.sent) == (len(CONTENT),) * 3


def test_download_survives_cut_connections(store: ObjectServer, tmp_path: Path) -> None:
    store.cuts, store.cut_after = 50, 512 * 1024
    assert run(store, tmp_path).path.read_bytes() == CONTENT
    assert store.sent == len(CONTENT), "no byte was transferred twice"


def test_expired_link_is_renewed(store: ObjectServer, tmp_path: Path) -> None:
    def expire(number: int) -> None:
        store.valid_from = 2 if number >= 3 else 1

    store.on_request = expire
    assert run(store, tmp_path, connections=1).path.read_bytes() == CONTENT
    assert store.links == 2


def test_killed_process_is_continued_by_the_next(store: ObjectServer, tmp_path: Path) -> None:
    reached = threading.Event()

    def pause(number: int) -> None:
        if number == 4:
            reached.set()
            threading.Event().wait(0.2)

    store.on_request = pause
    code = (
        "import json, sys, urllib.request\n"
        "from pathlib import Path\n"
        "from seqport.transfer.download import download\n"
        "download('e1', lambda: json.loads(sys.argv[1]), Path(sys.argv[2]), connections=1)\n"
    )
    import json

    environment = {**os.environ, "PYTHONPATH": "client/src"}
    process = subprocess.Popen([sys.executable, "-c", code, json.dumps(store.link()), str(tmp_path)], env=environment)
    assert reached.wait(30)
    process.kill()
    process.wait()
    partial = tmp_path / "export.zip.part"
    assert partial.exists()
    assert not (tmp_path / "export.zip").exists()
    store.on_request = lambda _number: None
    result = run(store, tmp_path)
    assert result.path.read_bytes() == CONTENT
    assert 0 < result.received < len(CONTENT), "what was there was not transferred again"


def test_damaged_partial_file_is_fetched_again(store: ObjectServer, tmp_path: Path) -> None:
    stop = threading.Event()
    store.on_request = lambda number: stop.set() if number == 4 else None
    with pytest.raises(errors.Interrupted):
        run(store, tmp_path, connections=1, stop=stop)
    with (tmp_path / "export.zip.part").open("r+b") as file:
        file.write(b"damaged")
    store.on_request = lambda _number: None
    assert run(store, tmp_path).path.read_bytes() == CONTENT


def test_torn_journal_is_read_up_to_the_tear(store: ObjectServer, tmp_path: Path) -> None:
    stop = threading.Event()
    store.on_request = lambda number: stop.set() if number == 4 else None
    with pytest.raises(errors.Interrupted):
        run(store, tmp_path, connections=1, stop=stop)
    (journal,) = tmp_path.glob(".seqport-download-*")
    journal.write_text(journal.read_text()[:-20])
    store.on_request = lambda _number: None
    assert run(store, tmp_path).path.read_bytes() == CONTENT


def test_complete_file_is_not_downloaded_again(store: ObjectServer, tmp_path: Path) -> None:
    run(store, tmp_path)
    assert run(store, tmp_path).received == 0


def test_other_file_of_the_name_is_not_overwritten(store: ObjectServer, tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(b"mine")
    with pytest.raises(errors.LocalFiles, match="other content"):
        run(store, tmp_path)
    assert (tmp_path / "export.zip").read_bytes() == b"mine"


def test_wrong_content_is_not_kept(store: ObjectServer, tmp_path: Path) -> None:
    real = store.link

    def link() -> dict[str, Any]:
        return {**real(), "crc32": "00000000"}

    with pytest.raises(errors.Corrupt, match="CRC-32"):
        download("e1", cast("Callable[[], Any]", link), tmp_path)
    assert not (tmp_path / "export.zip").exists()
    assert not (tmp_path / "export.zip.part").exists()


def test_replaced_object_is_detected(store: ObjectServer, tmp_path: Path) -> None:
    def replace(number: int) -> None:
        store.etag = '"2"' if number >= 3 else '"1"'

    store.on_request = replace
    with pytest.raises(errors.Corrupt):
        run(store, tmp_path, connections=1)


def test_removed_export_ends_the_download(store: ObjectServer, tmp_path: Path) -> None:
    real, links = store.link, iter([None])

    def link() -> dict[str, Any]:
        if next(links, "gone") == "gone":
            raise errors.Gone("This export was deleted.", status=410, slug="gone")
        return real()

    store.on_request = lambda number: setattr(store, "valid_from", 99) if number == 2 else None
    with pytest.raises(errors.Gone):
        download("e1", cast("Callable[[], Any]", link), tmp_path, connections=1)
    assert not (tmp_path / "export.zip").exists()


def test_too_little_space_is_reported_before_the_first_byte(
    store: ObjectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 30 * MIB})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    with pytest.raises(errors.LocalFiles, match="bytes free"):
        run(store, tmp_path)
    assert store.requests == 0


def test_full_disk_is_reported_and_the_download_continues(store: ObjectServer, tmp_path: Path) -> None:
    """A file size limit of the process stands for a disk that is full: the write itself fails."""
    import resource
    import signal

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10 * MIB, hard))
    try:
        with pytest.raises(errors.LocalFiles):
            run(store, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert run(store, tmp_path).path.read_bytes() == CONTENT


def test_second_process_is_refused(store: ObjectServer, tmp_path: Path) -> None:
    first = threading.Thread(target=run, args=(store, tmp_path))
    arrived, refused = threading.Event(), threading.Event()

    def hold(number: int) -> None:
        arrived.set()
        refused.wait(30)

    store.on_request = hold
    first.start()
    assert arrived.wait(30)
    with pytest.raises(errors.LocalFiles, match="Another process"):
        run(store, tmp_path)
    refused.set()
    first.join()
    assert (tmp_path / "export.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["../../escape.zip", "/etc/passwd", "a\\b.zip", "..", "C:\\x.zip"])
def test_name_stays_in_the_folder(name: str, tmp_path: Path) -> None:
    with serving(ObjectServer(b"content", filename=name)) as store:
        result = run(store, tmp_path)
    assert result.path.parent == tmp_path


def test_extracted_files_are_complete(archive: ObjectServer, tmp_path: Path) -> None:
    result = run(archive, tmp_path, extract=True)
    assert {str(p.relative_to(result.path)): p.read_bytes() for p in result.path.rglob("*") if p.is_file()} == FILES
    assert result.path == tmp_path / "export"


def test_extraction_survives_cuts_and_interruptions(archive: ObjectServer, tmp_path: Path) -> None:
    stop = threading.Event()
    archive.cuts, archive.cut_after = 20, 256 * 1024
    archive.on_request = lambda number: stop.set() if number == 9 else None
    with pytest.raises(errors.Interrupted):
        run(archive, tmp_path, extract=True, stop=stop, connections=2)
    archive.on_request = lambda _number: None
    result = run(archive, tmp_path, extract=True)
    assert {str(p.relative_to(result.path)): p.read_bytes() for p in result.path.rglob("*") if p.is_file()} == FILES
    assert result.received < len(ARCHIVE)


def test_only_matching_files_are_fetched(tmp_path: Path) -> None:
    files = {f"P/S{i}/A/S{i}_R1.fastq": random.Random(i).randbytes(100_000) for i in range(300)}
    wanted = {name for name in files if "/S7/" in name or "/S77/" in name}
    with serving(ObjectServer(archive_of(files))) as store:
        result = run(store, tmp_path, only=["P/S7/*", "S77_*.fastq"])
    there = {str(p.relative_to(result.path)): p.read_bytes() for p in result.path.rglob("*") if p.is_file()}
    assert there == {name: files[name] for name in wanted}
    assert store.sent < 0.02 * len(store.content)


def test_pattern_without_a_match_is_an_error(archive: ObjectServer, tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match=r"\*\.bam"):
        run(archive, tmp_path, only=["*.bam"])


def test_damaged_entry_is_named_and_not_kept(tmp_path: Path) -> None:
    damaged = bytearray(ARCHIVE)
    damaged[5 * MIB] ^= 1
    with (
        serving(ObjectServer(bytes(damaged))) as store,
        pytest.raises(errors.Corrupt, match=r"S1_R1\.fastq\.gz"),
    ):
        run(store, tmp_path, extract=True)
    assert not (tmp_path / "export" / "P" / "S1" / "A" / "S1_R1.fastq.gz").exists()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x"])
def test_entry_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with (
        serving(ObjectServer(archive_of({name: b"x"}))) as store,
        pytest.raises(errors.Corrupt, match="extracted"),
    ):
        run(store, tmp_path, extract=True)


def test_compressed_archives_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as other:
        other.writestr("a", b"a" * 1000)
    with serving(ObjectServer(out.getvalue())) as store, pytest.raises(errors.Corrupt, match="extracted"):
        run(store, tmp_path, extract=True)


def test_files_are_listed_without_their_content(archive: ObjectServer) -> None:
    listed = list(list_files(cast("Callable[[], Any]", archive.link)))
    assert {row["path"]: row["size"] for row in listed} == {name: len(content) for name, content in FILES.items()}
    assert archive.sent < MIB


def test_linelists_are_not_extracted(tmp_path: Path) -> None:
    with (
        serving(ObjectServer(b"a,b\r\n", filename="table.csv")) as store,
        pytest.raises(errors.UsageError, match=r"table\.csv"),
    ):
        run(store, tmp_path, extract=True)


def test_partial_suffix_is_not_a_final_name(tmp_path: Path) -> None:
    with serving(ObjectServer(b"content", filename=f"x{PARTIAL}")) as store:
        assert run(store, tmp_path).path.name == f"_x{PARTIAL}"
