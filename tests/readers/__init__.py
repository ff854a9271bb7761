"""Third-party programs that read archives back."""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from zlib import crc32

from stream_unzip import stream_unzip


def is_installed(program: str) -> bool:
    """CI has all readers; elsewhere those that are not there are skipped (`make test` says which)."""
    found = shutil.which(program) is not None
    assert found or not os.environ.get("CI"), f"{program} is not installed"
    return found


def check_archive(path: Path, bodies: Mapping[str, bytes]) -> None:
    """All readers but Java's accept the archive and find these members in this order, and nothing else."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == list(bodies)
        assert archive.testzip() is None
        assert all(archive.read(name) == body for name, body in bodies.items())
    for command in (["unzip", "-tqq", str(path)], ["7z", "t", "-bso0", str(path)]):
        # An archive without a member is a warning to unzip.
        if is_installed(command[0]) and bodies:
            subprocess.run(command, check=True, capture_output=True)
    if is_installed("bsdtar"):
        listed = subprocess.run(["bsdtar", "-tf", "-"], input=data, check=True, capture_output=True).stdout
        assert len(listed.splitlines()) == len(bodies)
    if bodies:
        streamed = {name.decode(): b"".join(chunks) for name, _, chunks in stream_unzip(io.BytesIO(data))}
        assert streamed == dict(bodies)


def check_by_java(archives: Mapping[Path, Mapping[str, bytes]], folder: Path) -> None:
    """java.util.zip.ZipInputStream reads the archives from their beginning and finds the same members in each."""
    if not is_installed("javac"):
        return
    source = Path(__file__).with_name("ReadStream.java")
    subprocess.run(["javac", "-d", str(folder), str(source)], check=True)
    paths: Sequence[str] = [str(path) for path in archives]
    result = subprocess.run(["java", "-cp", str(folder), "ReadStream", *paths], check=True, capture_output=True).stdout
    found: dict[str, set[tuple[str, int, int]]] = {path: set() for path in paths}
    for line in result.decode().splitlines():
        path, name, size, checksum = line.split("\t")
        found[path].add((name, int(size), int(checksum)))
    for archive, bodies in archives.items():
        assert found[str(archive)] == {(name, len(body), crc32(body)) for name, body in bodies.items()}
