"""The index of a large manifest: any level and any search of its tree with few reads, however many entries it has.

All entries are rows in the order of their level, so the children of a folder follow each other. The file: blocks of
1,000 rows (zlib; a line of JSON each); the names as a search compares them (zlib; a line for each row); the rows of
folders by the hash of their path, sorted (12 bytes each); the directory (zlib, JSON) and its length (4 bytes,
big-endian).
"""

import json
import re
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.exports.contents.manifest import Manifest, metadata_of
from chalicelib.exports.contents.preview import LEVEL_SIZE, MAX_MATCHES, Level, Search
from chalicelib.exports.contents.tree import NO_FOLDER, Tree
from chalicelib.search import normalize

MIN_FILES = 5_001  # of an export that has an index: the manifest of a smaller one is read whole
_BLOCK = 1_000  # rows
_ENTRY = 12  # bytes: a hash of 8, a row of 4
_WINDOW = 4_096  # entries that are read around where a hash should be
_RANGES = 16  # blocks further apart than so many ranges are read as one
_PIECE = 1 << 20  # bytes of names that are searched at a time
TAIL = 64 << 10  # bytes that hold the directory
_LENGTH = struct.Struct(">I")
_NAME, _TITLE = "\n", "\x1f"  # what names end with, and titles begin with


def index_chunks(manifest: Manifest) -> Iterator[bytes]:
    """The index of a manifest, in chunks."""
    tree, names, hashes = Tree(manifest.contents), zlib.compressobj(1), list[int]()
    compressed = [b""]
    blocks, at, rows = array("Q"), 0, 0
    numbered = _rows(manifest, tree, hashes)
    while some := list(islice(numbered, _BLOCK)):
        block = zlib.compress("\n".join(line for line, _ in some).encode(), 3)
        compressed.append(names.compress("".join(name for _, name in some).encode()))
        blocks.append(at)
        at, rows = at + len(block), rows + len(some)
        yield block
    blocks.append(at)
    compressed.append(names.flush())
    yield from compressed
    hashes.sort()
    for start in range(0, len(hashes), _WINDOW):
        yield b"".join(entry.to_bytes(_ENTRY, "big") for entry in hashes[start : start + _WINDOW])
    names_size = sum(map(len, compressed))
    directory = {
        "head": {"type": manifest.type, "date": manifest.date},
        "top": tree.count(NO_FOLDER),
        "rows": rows,
        "blocks": blocks.tolist(),
        "names": [at, names_size],
        "paths": [at + names_size, len(hashes)],
    }
    packed = zlib.compress(json.dumps(directory).encode())
    yield packed + _LENGTH.pack(len(packed))


def _rows(manifest: Manifest, tree: Tree, hashes: list[int]) -> Iterator[tuple[str, str]]:
    """Each row as a line, and its name as a line; the folders' hashes are appended to `hashes`.

    A folder's row is [its parent's row, name, kind, title, first child's row, number of children], a file's is [parent,
    name, metadata or null]. The children of the folders follow in the order of these.
    """
    contents, has_metadata = manifest.contents, manifest.has_metadata
    queue, row_of = array("i", [NO_FOLDER]), array("i", bytes(4 * len(contents.folders)))
    row, following = 0, tree.count(NO_FOLDER)
    for parent in queue:  # which grows meanwhile
        above = NO_FOLDER if parent == NO_FOLDER else row_of[parent]
        for place in tree.items(parent) if parent != NO_FOLDER else ():
            item = contents.items[place]
            fields = dict(metadata_of(item)) if has_metadata else None
            yield _line([above, item.name, fields]), _name_line(item.name, None)
            row += 1
        for place in tree.folders(parent):
            folder, count = contents.folders[place], tree.count(place)
            yield (
                _line([above, folder.path[-1], folder.kind, folder.title, following, count]),
                _name_line(folder.path[-1], folder.title),
            )
            hashes.append(_hash("/".join(folder.path)) << 32 | row)
            queue.append(place)
            row_of[place] = row
            row, following = row + 1, following + count


def _line(row: list[Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _name_line(name: str, title: str | None) -> str:
    text = normalize(name) + (_TITLE + normalize(title) if title else "")
    return text.replace(_NAME, " ") + _NAME


def _hash(path: str) -> int:
    return int.from_bytes(blake2b(path.encode(errors="surrogatepass"), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry: its row, its parent's, its document without children; and where a folder's children are."""

    number: int
    parent: int
    document: dict[str, Any]
    first: int = 0
    count: int = 0


class PreviewIndex:
    """An index that is read by ranges: `read(start, length)`. `tail` are its last bytes, `size` all of them."""

    def __init__(self, read: Callable[[int, int], bytes], tail: bytes) -> None:
        (length,) = _LENGTH.unpack(tail[-_LENGTH.size :])
        self._directory = json.loads(zlib.decompress(tail[-_LENGTH.size - length : -_LENGTH.size]))
        self._read = read

    def level_of(self, path: str, start: int) -> Level:
        """The level below `path` (folder names joined by `/`, empty for the top) from the child at `start` on."""
        if path:
            folder = self._folder(path)
            head, first, count = folder.document, folder.first, folder.count
        else:
            head, first, count = self._directory["head"], 0, self._directory["top"]
        end = min(count, start + LEVEL_SIZE)
        rows = self._rows(range(first + start, first + end))
        children = [rows[number].document for number in range(first + start, first + end)]
        document = {key: value for key, value in head.items() if key != "child_count"}
        return Level({**document, "children": children}, end if end < count else None)

    def search(self, text: str) -> Search:
        """Items whose name or title contains `text`, ignoring case and accents."""
        hits, total = self._matching(normalize(text).encode(errors="surrogatepass"))
        rows = dict(self._rows(hits))
        missing = {row.parent for row in rows.values()} - rows.keys() - {NO_FOLDER}
        while missing:
            above = self._rows(missing)
            rows |= above
            missing = {row.parent for row in above.values()} - rows.keys() - {NO_FOLDER}
        top: list[dict[str, Any]] = []
        for number in sorted(rows):
            row = rows[number]
            siblings = top if row.parent == NO_FOLDER else rows[row.parent].document.setdefault("children", [])
            siblings.append(row.document)
        return Search({**self._directory["head"], "children": top}, total)

    def _matching(self, sought: bytes) -> tuple[list[int], int]:
        """The first rows that match, and how many do."""
        hits: list[int] = []
        total = row = 0
        hit = re.compile(re.escape(sought) + rb"[^\n]*\n") if sought else re.compile(rb"[^\n]*\n")
        for piece in self._name_pieces():
            counted = 0
            for found in hit.finditer(piece):
                total += 1
                if len(hits) < MAX_MATCHES:
                    row += piece.count(b"\n", counted, found.start())
                    counted = found.start()
                    hits.append(row)
            row += piece.count(b"\n", counted)
        return hits, total

    def _name_pieces(self) -> Iterator[bytes]:
        """The lines of names, about a mebibyte at a time."""
        unpacked, data, rest = zlib.decompressobj(), self._read(*self._directory["names"]), b""
        while data and (piece := unpacked.decompress(data, _PIECE)):
            data = unpacked.unconsumed_tail
            lines, newline, rest = (rest + piece).rpartition(b"\n")
            yield lines + newline
        yield rest + unpacked.flush()

    def _folder(self, path: str) -> _Row:
        wanted = _hash(path)
        offset, count = self._directory["paths"]
        guess = wanted * count >> 64
        begin, end = max(0, guess - _WINDOW // 2), min(count, guess + _WINDOW // 2)
        seen: set[int] = set()
        while begin not in seen:
            seen.add(begin)
            data = self._read(offset + begin * _ENTRY, (end - begin) * _ENTRY)
            entries = [int.from_bytes(data[at : at + _ENTRY], "big") for at in range(0, len(data), _ENTRY)]
            place = bisect_left(entries, wanted << 32)
            if place < len(entries) and entries[place] >> 32 == wanted:
                number = entries[place] & 0xFFFFFFFF
                return self._rows([number])[number]
            if place == len(entries) and end < count:
                begin, end = end, min(count, end + _WINDOW)
            elif place == 0 and begin:
                begin, end = max(0, begin - _WINDOW), begin
        raise NotFound("Folder not found in this export.")

    def _rows(self, numbers: Iterable[int]) -> dict[int, _Row]:
        """These rows, by number."""
        wanted: dict[int, list[int]] = {}
        for number in numbers:
            wanted.setdefault(number // _BLOCK, []).append(number)
        found: dict[int, _Row] = {}
        for block, data in self._blocks(sorted(wanted)):
            lines = zlib.decompress(data).split(b"\n")
            for number in wanted[block]:
                found[number] = _row(number, json.loads(lines[number % _BLOCK]))
        return found

    def _blocks(self, blocks: list[int]) -> Iterator[tuple[int, bytes]]:
        """These blocks: neighbours are read at once; all with what is between them if they are scattered."""
        offsets = self._directory["blocks"]
        runs: list[list[int]] = []
        for block in blocks:
            if runs and runs[-1][-1] == block - 1:
                runs[-1].append(block)
            else:
                runs.append([block])
        if len(runs) > _RANGES:
            runs = [blocks]
        for run in runs:
            start = offsets[run[0]]
            data = memoryview(self._read(start, offsets[run[-1] + 1] - start))
            for block in run:
                yield block, bytes(data[offsets[block] - start : offsets[block + 1] - start])


def _row(number: int, values: list[Any]) -> _Row:
    if len(values) == 3:
        parent, name, metadata = values
        fields = {} if metadata is None else {"metadata": metadata}
        return _Row(number, parent, {"name": name, "type": "file", **fields})
    parent, name, kind, title, first, count = values
    titled = {} if title is None else {"irida-next-name": title}
    document = {"name": name, "type": "folder", "irida-next-type": kind, **titled, "child_count": count}
    return _Row(number, parent, document, first, count)
