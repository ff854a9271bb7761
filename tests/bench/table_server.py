"""A server that answers reads of DynamoDB for `bench_requests`: a laboratory's samples, each with four files.

`python -m tests.bench.table_server SAMPLES` prints, as JSON, its port, the group's id and the samples' ids.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chalicelib.settings import settings
from tests.scale.seed_data import Laboratory
from tests.scale.sorted_rows import SortedRows

_FILE = {
    "pk": {"S": "SAMPLE#x"}, "puid": {"S": "INXT_ATT_AAAAAAAAAA"}, "puid_given": {"BOOL": False},
    "filename": {"S": "EC-001_S1_L001_R1_001.fastq.gz"}, "size": {"N": "123456789"}, "bucket": {"S": "catalog"},
    "key": {"S": "files/x/y"}, "complete": {"BOOL": True}, "created_at": {"S": "2026-11-24T00:00:00.000Z"},
    "etag": {"S": '"e"'}, "is_managed": {"BOOL": True}, "crc32": {"N": "123"}, "part_size": {"N": "0"},
}  # fmt: skip
FILES = [{**_FILE, "sk": {"S": f"FILE#{number}"}, "file_id": {"S": str(number)}} for number in range(4)]


def answer(rows: SortedRows, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    if operation == "BatchGetItem":
        ((table, wanted),) = request["RequestItems"].items()
        return {"Responses": {table: rows.got(wanted["Keys"])}, "UnprocessedKeys": {}}
    if request["TableName"] == settings().files_table:
        return {"Items": FILES, "Count": len(FILES), "ScannedCount": len(FILES)}
    return rows.answer(operation, request)


def main() -> None:
    lab = Laboratory("group", "project", int(sys.argv[1]), 1)
    rows = SortedRows(lab.sample_rows())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            body = json.dumps(answer(rows, operation, request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """No log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ids = [pk.removeprefix("SAMPLE#") for pk, sk in rows.items if pk.startswith("SAMPLE#")]
    print(json.dumps({"port": server.server_port, "group": lab.group_id, "ids": ids, "pid": os.getpid()}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
