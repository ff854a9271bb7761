"""Simulated sequencing files of phage lambda: as large as wanted, quickly, and the same every time."""

import gzip
import json
import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

READ_LENGTH = 150
FRAGMENT = 400
RECORDS_PER_MEMBER = 14_000
MEMBERS = 20
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True, slots=True)
class Pair:
    """Paired reads as two gzip members, forward and reverse. Concatenated members are valid gzip (RFC 1952)."""

    forward: bytes
    reverse: bytes


@cache
def genome() -> str:
    """The genome of phage lambda, 48,502 bases."""
    text = gzip.decompress((Path(__file__).parent / "lambda_virus.fa.gz").read_bytes()).decode()
    return "".join(line.strip() for line in text.splitlines() if not line.startswith(">")).upper()


def _reverse_complement(sequence: str) -> str:
    return sequence.translate(_COMPLEMENT)[::-1]


def _qualities(source: random.Random) -> str:
    """Phred+33 qualities as sequencers bin them, falling off towards the end."""
    good = source.randrange(90, READ_LENGTH)
    return "".join(source.choices("FFFFF:F,", k=good)) + "".join(source.choices("F:,#", k=READ_LENGTH - good))


def pair(number: int, records: int = RECORDS_PER_MEMBER) -> Pair:
    """The member pair of this number; the same number gives the same bytes."""
    source = random.Random(number)
    sequence = genome()
    qualities = [_qualities(source) for _ in range(400)]
    forward, reverse = [], []
    for i in range(records):
        start = source.randrange(len(sequence) - FRAGMENT)
        fragment = sequence[start : start + FRAGMENT]
        name = f"@M00001:{number}:FC:1:{1101 + i // 1000}:{i % 1000}:{start}"
        forward.append(f"{name} 1:N:0:1\n{fragment[:READ_LENGTH]}\n+\n{source.choice(qualities)}\n")
        mate = _reverse_complement(fragment)[:READ_LENGTH]
        reverse.append(f"{name} 2:N:0:1\n{mate}\n+\n{source.choice(qualities)}\n")
    return Pair(_member(forward), _member(reverse))


def _member(records: Sequence[str]) -> bytes:
    return gzip.compress("".join(records).encode(), compresslevel=1, mtime=0)


def assembly(name: str, seed: int) -> bytes:
    """The genome with a few single-base changes, as gzipped FASTA."""
    source = random.Random(f"assembly {seed}")
    bases = list(genome())
    for _ in range(25):
        bases[source.randrange(len(bases))] = source.choice("ACGT")
    sequence = "".join(bases)
    lines = [f">{name}_contig_1 length={len(sequence)}"]
    lines += [sequence[i : i + 70] for i in range(0, len(sequence), 70)]
    return gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)


def quality_report(name: str, seed: int) -> bytes:
    """A small JSON document as a quality tool would write it."""
    source = random.Random(f"report {seed}")
    document = {
        "sample": name,
        "total_reads": 2 * RECORDS_PER_MEMBER * source.randrange(12, 18),
        "q30": round(source.uniform(0.82, 0.95), 4),
        "gc": round(source.uniform(0.49, 0.505), 4),
        "mean_depth": round(source.uniform(800, 1500), 1),
        "status": "pass",
    }
    return json.dumps(document, indent=2).encode()


def depth_table(seed: int) -> bytes:
    """Depth along the genome, as CSV."""
    source = random.Random(f"depth {seed}")
    rows = [f"{position},{source.randrange(700, 1600)}" for position in range(0, len(genome()), 25)]
    return ("position,depth\n" + "\n".join(rows) + "\n").encode()


def run_log(name: str) -> bytes:
    """What a pipeline prints."""
    steps = ("trim adapters", "filter reads", "assemble", "polish", "report")
    return "".join(f"[{i + 1}/{len(steps)}] {name}: {step} done\n" for i, step in enumerate(steps)).encode()


def depth_picture(seed: int, width: int = 240, height: int = 80) -> bytes:
    """A plot of depth as a small PNG (ISO/IEC 15948), grey on white."""
    source = random.Random(f"picture {seed}")
    level, columns = height // 2, []
    for _ in range(width):
        level = min(height - 5, max(5, level + source.randrange(-3, 4)))
        columns.append(level)
    rows = b"".join(b"\0" + bytes(70 if height - y <= columns[x] else 255 for x in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
