"""`make bench-samples`: filters and orders by metadata in a group of 100,000 samples with 40 fields, on the deployed
local stack, beside the first page of its plain list.

Also measured: how long the snapshot takes from nothing, and after 1,000 of the samples changed; and how soon a query
finds a change.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from botocore.config import Config

from infra.demo.api import Api, ApiError
from tests.bench.bench_lists import load
from tests.scale.seed_data import Laboratory
from tests.stack.local_stack import Running, running

ROUNDS, FIELDS = 3, 40
COUNTRY, DATE, NUMBER, TEXT = (f"metadata.field {i:02d}" for i in range(4))
QUERIES: dict[str, dict[str, Any]] = {
    "all, by name": {},
    "by a number, descending": {"sort": f"-{NUMBER}"},
    "by a text that is unique": {"sort": TEXT},
    "country and dates, by number": {
        "filters": [
            {"column": COUNTRY, "operator": "is", "values": ["canada"]},
            {"column": DATE, "operator": "between", "values": ["2026-03", "2026-04"]},
        ],
        "sort": NUMBER,
    },
    "a text contains": {"filters": [{"column": TEXT, "operator": "contains", "values": ["of 77"]}]},
    "a search": {"q": "sample 09"},
}


def refresh(stack: Running, namespace_id: str) -> dict[str, Any]:
    """Run the function that makes a snapshot, and print how long it took."""
    began = time.perf_counter()
    payload = json.dumps({"namespace_id": namespace_id}).encode()
    client = stack.client("lambda", config=Config(read_timeout=900, retries={"total_max_attempts": 1}))
    answer = client.invoke(FunctionName=stack.info["functions"]["refresh_samples"], Payload=payload)
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    print(f"snapshot: {time.perf_counter() - began:.1f} s, {result}", flush=True)
    return result


def main() -> None:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home") as stack:
        olga = stack.person("olga@example.org")
        group = olga.post("/groups", {"name": "Lab", "path": "lab"})
        project = olga.post("/projects", {"name": "Big", "path": "big", "group_id": group["id"]})
        lab = Laboratory(group["id"], project["id"], samples, 1, FIELDS)
        began = time.perf_counter()
        loaded = load(stack, stack.info["tables"]["samples"], lab.sample_rows())
        print(f"{samples:,} samples: {loaded:,} rows loaded in {time.perf_counter() - began:,.0f} s", flush=True)
        refresh(stack, group["id"])
        measure(olga, group["id"])
        changed = olga.get(f"/namespaces/{group['id']}/samples?limit=1000")["items"]
        for sample in random.Random(1).sample(changed, min(1_000, len(changed))):
            olga.call("PATCH", f"/samples/{sample['id']}/metadata", {"field 00": "Nowhere"})
        nowhere = {"filters": [{"column": COUNTRY, "operator": "is", "values": ["nowhere"]}]}
        began = time.perf_counter()
        print(f"1,000 changed: found {ask(olga, group['id'], nowhere)['total']} in {time.perf_counter() - began:.2f} s")
        refresh(stack, group["id"])
        measure(olga, group["id"])


def ask(api: Api, namespace_id: str, body: dict[str, Any]) -> Any:
    while True:
        try:
            return api.post(f"/namespaces/{namespace_id}/samples/query", body)
        except ApiError as error:
            if error.problem["status"] != 503:
                raise
            time.sleep(1)


def measure(api: Api, namespace_id: str) -> None:
    print(f"{'query, 20 samples of it':30} {'total':>8} {'s':>6}   (medians of {ROUNDS})")
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        total = api.get(f"/namespaces/{namespace_id}/samples")["total"]
        times.append(time.perf_counter() - began)
    print(f"{'plain list':30} {total:8,} {median(times):6.2f}")
    for name, body in QUERIES.items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            total = ask(api, namespace_id, body)["total"]
            times.append(time.perf_counter() - began)
        print(f"{name:30} {total:8,} {median(times):6.2f}", flush=True)


if __name__ == "__main__":
    main()
