"""`make bench-requests`: the CPU that the API's slowest requests take, and their time at the function's share of a CPU.

API Gateway waits for 29 seconds. A function of 1,024 MB has 1,024/1,769 of a CPU ("Configure Lambda function memory",
Lambda Developer Guide). Reads are answered by a server in a process of its own (`table_server`), so only the function's
own part is measured: SDK, PynamoDB and our code.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

SAMPLES = 100_000
SHARE = 1024 / 1769


def prepare(port: int) -> None:
    from chalicelib.settings import PARAMETERS, Source, settings_from

    for setting in settings_from(Source.RESOURCE, *PARAMETERS):
        if setting.type is str:
            os.environ.setdefault(setting.name.upper(), setting.name)
    os.environ |= {
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
        "PUID_PREFIX": "INXT",
        "TIME_ZONE": "UTC",
    }


def cases(group: str, ids: list[str]) -> list[tuple[str, Callable[[], Any]]]:
    from chalicelib.catalog.samples import queries
    from chalicelib.catalog.samples import repository as samples
    from chalicelib.catalog.samples.resolve import files_by_sample
    from chalicelib.exports.types.sample_selection import MAX_COUNTED, MAX_VALIDATED, MAX_WALKED

    summaries = list(samples.find_summaries(ids[:MAX_VALIDATED]).values())

    def page(**more: Any) -> None:
        arguments: dict[str, Any] = {"sort": "name", "descending": False, "q": None, "after": None, "limit": 1_000}
        found = queries.page([group], **{**arguments, **more})
        samples.find_many(entry.id for entry in found.samples)

    return [
        (f"{MAX_VALIDATED:,} ids of a request", lambda: samples.find_summaries(ids[:MAX_VALIDATED])),
        (f"files of {MAX_COUNTED:,} samples", lambda: list(files_by_sample(summaries[:MAX_COUNTED]))),
        (f"files of {MAX_VALIDATED:,} samples (not within a request)", lambda: list(files_by_sample(summaries))),
        (
            f"{MAX_WALKED:,} samples walked for an estimate",
            lambda: list(islice(queries.everything([group], None), MAX_WALKED)),
        ),
        ("a page of 1,000 samples", page),
        ("a search that finds one", lambda: page(q="077777")),
        ("a search that finds all", lambda: page(q="sample")),
    ]


def main() -> None:
    environment = {**os.environ}
    prepare(0)
    command = [sys.executable, "-m", "tests.bench.table_server", str(SAMPLES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**environment, **os.environ}) as server:
        try:
            assert server.stdout is not None
            lab = json.loads(server.stdout.readline())
            prepare(lab["port"])
            print(f"| in a laboratory of {SAMPLES:,} samples | CPU | at {SHARE:.2f} of a CPU |\n|---|--:|--:|")
            for name, work in cases(lab["group"], lab["ids"]):
                started = time.process_time()
                work()
                seconds = time.process_time() - started
                print(f"| {name} | {seconds:.1f} s | {seconds / SHARE:.1f} s |", flush=True)
        finally:
            server.kill()


if __name__ == "__main__":
    main()
