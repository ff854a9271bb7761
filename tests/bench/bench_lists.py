"""`make bench-lists`: times of lists in a laboratory of 100,000 samples and 500 projects, on the deployed local stack.

The API's function is invoked with the event that the gateway gives it, and beside it, in turn, a bare function that
answers at once: the ratio says what the work on a list costs beyond being invoked. The emulator holds its tables in
plain dictionaries and sorts a partition for each query, so its times grow where DynamoDB's do not; the reads, which
tests/scale counts, are what is paid for on AWS.
"""

import io
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from infra.demo.api import Api
from tests.scale.seed_data import Laboratory
from tests.stack.local_stack import Running, running

ROUNDS = 5
BARE = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n"


def batches(rows: Iterator[dict[str, Any]], size: int = 25) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, size)):
        yield batch


def load(stack: Running, table: str, rows: Iterator[Any]) -> int:
    """Put rows into a table as fast as the emulator takes them."""
    dynamodb = stack.client("dynamodb")

    def put(batch: list[dict[str, Any]]) -> int:
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in batch]})
        return len(batch)

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(put, batches(row.serialize() for row in rows)))


def bare_function(stack: Running) -> str:
    """A function that does nothing; its name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("bare.py", BARE)
    stack.client("lambda").create_function(
        FunctionName="bare",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/bare",
        Handler="bare.handler",
        Code={"ZipFile": archive.getvalue()},
        MemorySize=1024,
    )
    return "bare"


def event(api: Api, me: dict[str, Any], namespace_id: str, query: dict[str, str]) -> dict[str, Any]:
    """What the gateway gives the API's function for a list of samples."""
    route = "/api/v1/namespaces/{namespace_id}/samples"
    authorizer = {"subject": me["id"], "scopes": "*"} | {
        key: me[key] for key in ("email", "first_name", "last_name", "locale")
    }
    return {
        "requestContext": {"resourcePath": route, "httpMethod": "GET", "authorizer": authorizer, "identity": {}},
        "pathParameters": {"namespace_id": namespace_id},
        "multiValueQueryStringParameters": {key: [value] for key, value in query.items()},
        "headers": {"Authorization": f"Bearer {api.token}"},
        "body": None,
        "stageVariables": None,
        "isBase64Encoded": False,
    }


def timed(stack: Running, function: str, payload: dict[str, Any]) -> tuple[float, Any]:
    client = stack.client("lambda")
    began = time.perf_counter()
    answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
    body = json.loads(answer["Payload"].read())
    return time.perf_counter() - began, body


def main() -> None:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home") as stack:
        olga = stack.person("olga@example.org")
        me = olga.get("/me")
        group = olga.post("/groups", {"name": "Lab", "path": "lab"})
        project = olga.post("/projects", {"name": "Big", "path": "big", "group_id": group["id"]})
        tables = stack.info["tables"]
        lab = Laboratory(group["id"], project["id"], samples, 500)
        began = time.perf_counter()
        loaded = load(stack, tables["samples"], lab.sample_rows()) + load(
            stack, tables["namespaces"], lab.project_rows()
        )
        print(f"{samples:,} samples, 500 projects: {loaded:,} rows loaded in {time.perf_counter() - began:,.0f} s")
        bare = bare_function(stack)
        function = stack.info["functions"]["api"]
        middle: dict[str, str] = {}
        for _ in range(3):
            page = olga.get(f"/namespaces/{group['id']}/samples?{urlencode({'limit': '1000'} | middle)}")
            middle = {"cursor": page["next_cursor"]}
        cases: dict[str, dict[str, str]] = {
            "first page": {},
            "first page, newest first": {"sort": "-created_at"},
            "a page further on": {"limit": "1000"} | middle,
            "a search that finds one": {"q": f"{samples - 1:06d}"[:6]},
            "a search that finds all": {"q": "sample"},
        }
        timed(stack, bare, {})
        print(f"{'list of a group':28} {'ms':>8} {'bare ms':>8} {'ratio':>7}   (medians of {ROUNDS})")
        for name, query in cases.items():
            requested = event(olga, me, group["id"], query)
            ours, peers = [], []
            for _ in range(ROUNDS):
                took, answer = timed(stack, function, requested)
                assert answer["statusCode"] == 200, answer
                ours.append(took)
                peers.append(timed(stack, bare, {})[0])
            print(f"{name:28} {median(ours) * 1e3:8.0f} {median(peers) * 1e3:8.0f} {median(ours) / median(peers):7.1f}")


if __name__ == "__main__":
    main()
