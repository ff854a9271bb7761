"""A server that answers DynamoDB's BatchGetItem with samples of 60 fields, whatever their ids; prints its port."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.bench.bench_linelists import metadata

# As JSON in JSON, made once: the server must not be what the measured process waits for.
_METADATA = [json.dumps(json.dumps(metadata(number), ensure_ascii=False)) for number in range(1_000)]


def item(sample_id: str) -> str:
    number = int(sample_id)
    values = {"sample_id": sample_id, "puid": f"INXT_SAM_{number:010d}", "name": f"Sample {number}"}
    texts = "".join(f'"{name}":{{"S":"{value}"}},' for name, value in values.items())
    return f'{{{texts}"metadata":{{"S":{_METADATA[number % len(_METADATA)]}}}}}'


class Handler(BaseHTTPRequestHandler):
    """Answers each request as BatchGetItem."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ((table, requested),) = request["RequestItems"].items()
        items = ",".join(item(key["pk"]["S"].removeprefix("SAMPLE#")) for key in requested["Keys"])
        body = f'{{"Responses":{{"{table}":[{items}]}},"UnprocessedKeys":{{}}}}'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """No log."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(json.dumps({"port": server.server_port, "pid": os.getpid()}), flush=True)
    server.serve_forever()
