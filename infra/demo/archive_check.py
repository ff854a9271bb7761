"""Verifies a downloaded archive with third-party programs."""

import json
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


class WrongArchive(Exception):
    """The archive differs from what it should be; the message says how."""


def crc32_of(path: Path) -> int:
    """The CRC-32 of a whole file."""
    checksum = 0
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


def check_archive(path: Path, *, size: int, crc32: str, sources: Mapping[str, tuple[int, int | None]]) -> str:
    """Check size and CRC-32 of the file against what S3 answered, its structure by a reader that is not ours, and its
    files against its manifest and `sources` (size and CRC-32 by the end of the path). Returns the reader's name; raises
    WrongArchive.
    """
    if path.stat().st_size != size:
        raise WrongArchive(f"{path} has {path.stat().st_size} bytes; S3 says {size}")
    if f"{crc32_of(path):08x}" != crc32:
        raise WrongArchive(f"{path} has another CRC-32 than S3 says ({crc32})")
    reader = _independent_reader(path)
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: info for info in archive.infolist()}
        listed = set(_paths_of(json.loads(archive.read("manifest.json"))["children"]))
    if listed != {name for name in members if "/" in name}:
        raise WrongArchive(f"the manifest of {path} lists other files than it contains")
    for tail, (source_size, source_crc) in sources.items():
        found = [info for name, info in members.items() if f"/{name}".endswith(f"/{tail}")]
        if len(found) != 1:
            raise WrongArchive(f"{tail} is {len(found)} times in {path}")
        if found[0].file_size != source_size or (source_crc is not None and source_crc != found[0].CRC):
            raise WrongArchive(f"{tail} is not what the catalog holds")
    if len(members) != len(sources) + 3:
        raise WrongArchive(f"{path} holds {len(members)} members; {len(sources)} files and 3 documents were expected")
    return reader


def _paths_of(children: Sequence[Mapping[str, Any]], above: str = "") -> Iterator[str]:
    for child in children:
        if child["type"] == "file":
            yield above + child["name"]
        else:
            yield from _paths_of(child["children"], f"{above}{child['name']}/")


def _independent_reader(path: Path) -> str:
    if shutil.which("unzip"):
        done = subprocess.run(["unzip", "-tqq", str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise WrongArchive(f"unzip -t: {done.stdout[-500:]}{done.stderr[-500:]}")
        return "unzip -t"
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
    if broken is not None:
        raise WrongArchive(f"Python's zipfile finds {broken} broken")
    return "Python's zipfile"
