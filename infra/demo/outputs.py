"""The outputs of the demo's pipelines: small files as real ones write them, reproducible."""

import gzip
import random


def summary(samples: list[str]) -> bytes:
    """A pipeline's `summary.txt.gz`: a row for each sample."""
    source = random.Random(f"summary {samples}")
    rows = ["sample\tcontigs\tlength\tn50\tspecies\tstatus"]
    for name in samples:
        length = 48_502 + source.randrange(-40, 40)
        rows.append(f"{name}\t1\t{length}\t{length}\tEscherichia phage lambda\tPASSED")
    return gzip.compress("\n".join(rows).encode() + b"\n", mtime=0)


def typing_table(name: str) -> bytes:
    """Alleles of one sample, as tab-separated text."""
    source = random.Random(f"alleles {name}")
    genes = ("cI", "cro", "int", "xis", "J", "lom")
    rows = [("sample", *genes), (name, *(str(source.randrange(1, 40)) for _ in genes))]
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def quast_report(name: str) -> bytes:
    """`quast.pdf`: one page with the figures of an assembly (ISO 32000-1 section 7.5)."""
    source = random.Random(f"quast {name}")
    figures = [
        "QUAST report", f"Assembly: {name}", "# contigs (>= 500 bp): 1",
        f"Total length: {48_502 + source.randrange(-40, 40)}", f"GC (%): {source.uniform(49, 50.5):.2f}",
        f"# mismatches per 100 kbp: {source.uniform(20, 60):.2f}",
    ]  # fmt: skip
    lines = " ".join(f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj T*" for line in figures)
    page = f"BT /F1 12 Tf 72 720 Td 16 TL {lines} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    ending = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + ending
