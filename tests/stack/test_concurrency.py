"""Many clients at the same moment, on the deployed stack."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from infra.demo.api import Api, ApiError
from tests.stack import exports
from tests.stack.local_stack import Running

CLIENTS = 20


def statuses(api: Api, path: str, body: Any, **headers: str) -> tuple[Counter[int], list[Any]]:
    def create(_: int) -> tuple[int, Any]:
        try:
            answer = api.call("POST", path, body, **headers)
        except ApiError as error:
            return error.status, error.problem
        return answer.status, answer.body

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(create, range(CLIENTS)))
    return Counter(status for status, _ in answers), [body for _, body in answers]


def test_one_of_twenty_requests_for_the_same_path_or_puid_wins(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    path = f"p-{uuid4().hex[:8]}"
    assert statuses(ana, "/groups", {"name": "G", "path": path})[0] == {201: 1, 409: CLIENTS - 1}
    project = exports.project(ana)
    puid = f"INXT_SAM_{uuid4().hex[:10].upper().translate(str.maketrans('0189', 'WXYZ'))}"
    counted, _ = statuses(ana, f"/projects/{project['id']}/samples", {"name": "S", "puid": puid})
    assert counted == {201: 1, 409: CLIENTS - 1}


def test_twenty_simultaneous_requests_with_one_key_write_once(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    body = {"samples": [{"name": f"S{i}", "metadata": {"n": i}} for i in range(60)]}
    key = {"Idempotency-Key": str(uuid4())}
    counted, answers = statuses(ana, f"/projects/{project['id']}/samples/batch", body, **key)
    assert counted == {201: CLIENTS}
    assert len({tuple(sample["id"] for sample in answer["samples"]) for answer in answers}) == 1
    assert ana.get(f"/namespaces/{project['id']}/samples")["total"] == 60


def test_twenty_simultaneous_requests_create_one_export(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    sample, bodies = exports.sample_with(ana, project["id"], "S", {"a.txt": 100})
    export_request = {
        "type": "sample",
        "namespace_id": project["id"],
        "sample_ids": [sample["id"]],
        "file_formats": ["text"],
    }
    counted, answers = statuses(ana, "/exports", export_request, **{"Idempotency-Key": str(uuid4())})
    assert counted == {202: CLIENTS}
    (export_id,) = {answer["id"] for answer in answers}
    assert exports.bodies_in(exports.archive(ana, exports.wait(ana, export_id))) == bodies
