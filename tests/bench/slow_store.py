"""An object store that takes the time that S3 would: what `replay` runs the engine's workers against.

`python -m tests.bench.slow_store WORKERS DILATION` prints, as JSON, a port for each worker and its own process id.
Bodies of sources are zeros, of which nothing is stored; parts are known by their CRC-32 and size. All times of the
model (`simulate.Assumptions`) are multiplied by DILATION, so that the two cores of a small machine are not measured.
"""

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import cache
from math import log
from urllib.parse import parse_qs, unquote, urlsplit

from chalicelib.crc32 import combine, combine_all, crc32, from_base64, to_base64
from tests.bench.simulate import Assumptions, Link

Part = tuple[int, int]  # CRC-32 and size
_ZEROS = memoryview(bytes(1 << 20))


@cache
def crc_of_zeros(count: int) -> int:
    if count < 2:
        return crc32(bytes(count))
    half = crc_of_zeros(count // 2)
    return combine(combine(half, half, count // 2), crc32(bytes(count % 2)), count % 2)


def etag_of(part: Part) -> str:
    return f'"{part[0]:08x}-{part[1]}"'


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Response:
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    zeros: int = 0  # the length of a body of zeros
    status: str = "200 OK"


def xml(root: str, **values: object) -> Response:
    rows = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    document = f'<?xml version="1.0"?><{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}</{root}>'
    return Response({"Content-Type": "application/xml"}, document.encode())


class Store:
    """The objects, the uploads, and the worker's links, by port."""

    def __init__(self, dilation: float) -> None:
        self.a, self.dilation = Assumptions(), dilation
        self.objects: dict[str, Part] = {}
        self.uploads: dict[str, dict[int, Part]] = {}
        self.random = random.Random(3)

    def part_of(self, path: str, start: int = 0, length: int | None = None) -> Part:
        """An object, or a range of a source; a source's size is in its key."""
        if path in self.objects:
            return self.objects[path]
        size = int(path.split("/")[3]) if length is None else length
        return crc_of_zeros(size), size

    async def wait(self, median: float, sigma: float, more: float = 0.0) -> None:
        await asyncio.sleep((self.random.lognormvariate(log(median), sigma) + more) * self.dilation)


class Worker:
    """What one worker sees of the store: its network each way is a link of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        rate = store.a.link / store.dilation
        self.link_in, self.link_out = Link(rate), Link(rate)

    async def respond(self, request: Request) -> Response:
        method, query = request.method, request.query
        if method == "GET" and "uploadId" in query:
            return self.listed(request)
        if method == "GET":
            return await self.read(request)
        if method == "HEAD":
            crc, size = self.store.part_of(request.path)
            headers = {"ETag": etag_of((crc, size)), "x-amz-checksum-crc32": to_base64(crc)}
            return Response({**headers, "x-amz-checksum-type": "FULL_OBJECT", "Content-Length": str(size)})
        if method == "PUT" and "x-amz-copy-source" in request.headers:
            return await self.copied(request)
        if method == "PUT":
            return await self.put(request)
        return self.completed(request)

    async def read(self, request: Request) -> Response:
        a = self.store.a
        start, end = map(int, request.headers["range"].removeprefix("bytes=").split("-"))
        _, size = self.store.part_of(request.path)
        await self.store.wait(a.get_latency, a.spread)
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self.link_in.through(now, end + 1 - start) - now)
        headers = {"ETag": '"e"', "Content-Range": f"bytes {start}-{end}/{size}", "Accept-Ranges": "bytes"}
        headers["Last-Modified"] = "Tue, 24 Nov 2026 12:00:00 GMT"
        return Response(headers, zeros=end + 1 - start, status="206 Partial Content")

    async def copied(self, request: Request) -> Response:
        a, store = self.store.a, self.store
        source = "/" + unquote(request.headers["x-amz-copy-source"]).lstrip("/")
        chosen = request.headers.get("x-amz-copy-source-range")
        if chosen is None:
            part = store.part_of(source)
        else:
            start, end = map(int, chosen.removeprefix("bytes=").split("-"))
            part = store.part_of(source, start, end + 1 - start)
        await store.wait(a.copy_latency, a.spread, part[1] / store.random.lognormvariate(log(a.copy_rate), 0.3))
        self.keep(request, part)
        return xml("CopyPartResult", ETag=etag_of(part), ChecksumCRC32=to_base64(part[0]))

    async def put(self, request: Request) -> Response:
        a, loop = self.store.a, asyncio.get_running_loop()
        sent = self.link_out.through(loop.time(), len(request.body))
        part = (from_base64(request.headers["x-amz-checksum-crc32"]), len(request.body))
        await self.store.wait(a.put_latency, a.spread)
        await asyncio.sleep(sent - loop.time())
        self.keep(request, part)
        return Response({"ETag": etag_of(part)})

    def keep(self, request: Request, part: Part) -> None:
        self.store.uploads.setdefault(request.query["uploadId"], {})[int(request.query["partNumber"])] = part

    def listed(self, request: Request) -> Response:
        parts = sorted(self.store.uploads.get(request.query["uploadId"], {}).items())
        rows = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag_of(part)}</ETag><Size>{part[1]}</Size>"
            f"<ChecksumCRC32>{to_base64(part[0])}</ChecksumCRC32></Part>"
            for number, part in parts
        )
        response = xml("ListPartsResult", IsTruncated="false")
        return Response(response.headers, response.body.replace(b"</ListParts", rows.encode() + b"</ListParts"))

    def completed(self, request: Request) -> Response:
        parts = [part for _, part in sorted(self.store.uploads[request.query["uploadId"]].items())]
        whole = (combine_all(parts), sum(size for _, size in parts))
        self.store.objects[request.path] = whole
        return xml("CompleteMultipartUploadResult", ETag=etag_of(whole))


async def serve(worker: Worker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """HTTP/1.1, as much of it as the clients speak."""
    try:
        while (line := await reader.readline()).strip():
            method, target, _ = line.decode().split()
            headers: dict[str, str] = {}
            while (row := await reader.readline()).strip():
                name, _, value = row.decode().partition(":")
                headers[name.lower()] = value.strip()
            if headers.get("expect"):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            parts = urlsplit(target)
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            response = await worker.respond(Request(method, unquote(parts.path), query, headers, body))
            length = response.zeros or len(response.body)
            lines = {"Content-Length": str(length), **response.headers}
            text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            writer.write(f"HTTP/1.1 {response.status}\r\n{text}\r\n".encode() + response.body)
            for start in range(0, response.zeros, len(_ZEROS)):
                writer.write(_ZEROS[: response.zeros - start])
                await writer.drain()
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def connection(worker: Worker) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]:
    return lambda reader, writer: serve(worker, reader, writer)


async def main() -> None:
    store = Store(float(sys.argv[2]))
    servers = [
        await asyncio.start_server(connection(Worker(store)), "127.0.0.1", 0, limit=1 << 20)
        for _ in range(int(sys.argv[1]))
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    print(json.dumps({"ports": ports, "pid": os.getpid()}), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
