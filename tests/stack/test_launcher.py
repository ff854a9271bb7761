"""Starting and ending the local stack, as operators meet it."""

import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from infra.local.servers import HOST, free_ports
from tests.stack import exports
from tests.stack.local_stack import Running, children_of, launch, refusal, running, still_alive


def test_data_survives_a_restart_and_two_stacks_run_side_by_side(stack: Running, tmp_path: Path) -> None:
    home = tmp_path / "second"
    with running(home) as second:
        assert second.url != stack.url
        ana = second.person("ana@example.org")
        group = ana.post("/groups", {"name": "Kept", "path": "kept"})
        assert stack.person("ana@example.org").all("/groups") != ana.all("/groups")
        second.stop()
    with running(home) as again:
        kept = again.person("ana@example.org").get(f"/namespaces/{group['id']}")
        assert kept == again.person("ana@example.org").all("/groups")[0]


def test_a_port_in_use_is_named_with_a_remedy(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        words = refusal(tmp_path / "home", port)
    assert f"port {port} is taken" in words
    assert "PORT=" in words


@pytest.mark.parametrize("port", ["0", "x", "70000"])
def test_invalid_port_is_refused(tmp_path: Path, port: str) -> None:
    assert "PORT is" in refusal(tmp_path / "home", 1, PORT=port)


def test_a_missing_tool_is_named_with_how_to_install_it(tmp_path: Path) -> None:
    words = refusal(tmp_path / "home", free_ports(1)[0], SEQPORT_STACK_VENV=str(tmp_path / "none"))
    assert "make setup" in words


def test_an_invalid_data_folder_is_named(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "ports.json").write_text("{no json")
    assert str(damaged / "ports.json") in refusal(damaged, port)
    (damaged / "ports.json").unlink()
    (damaged / "issuer.pem").write_text("no key")
    assert str(damaged / "issuer.pem") in refusal(damaged, port)
    a_file = tmp_path / "file"
    a_file.write_text("")
    assert "SEQPORT_HOME" in refusal(a_file, port)


@pytest.mark.parametrize("service", ["stepfunctions", "dynamodb"])
def test_data_lost_by_an_interrupted_save_is_named(
    tmp_path_factory: pytest.TempPathFactory, saved: tuple[Path, int], service: str
) -> None:
    saved_home, port = saved
    home = tmp_path_factory.mktemp(service) / "home"
    shutil.copytree(saved_home, home)
    file = home / "ministack" / "state" / f"{service}.json"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    words = refusal(home, port)  # at another port, its functions would be deployed again
    assert f"the data in {home} is damaged" in words
    assert "start again" in words


def test_functions_lost_by_the_emulator_are_deployed_again(saved: tuple[Path, int], tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(saved[0], home)
    (home / "ministack" / "state" / "lambda.json").write_text("{cut off")
    with running(home) as stack:
        ana = stack.person("ana@example.org")
        project = exports.project(ana)
        sample = ana.post(f"/projects/{project['id']}/samples", {"name": "A"})
        exports.upload(ana, sample["id"], "a.txt", b"text")
        assert exports.wait(ana, exports.create(ana, project["id"], [sample], ["text"])["id"])["status"] == "ready"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The data folder of a stack that was stopped, and the port that it had."""
    home = tmp_path_factory.mktemp("saved") / "home"
    with running(home) as stack:
        stack.stop()
    return home, int(stack.url.rsplit(":", 1)[1])


def test_a_second_stack_on_the_same_data_is_refused(stack: Running) -> None:
    words = refusal(Path(stack.info["home"]), free_ports(1)[0])
    assert "another local stack runs" in words


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0.3, 1.5, 3.0])
def test_stack_stops_within_10_seconds_at_any_moment(tmp_path: Path, number: int, after: float) -> None:
    process = launch(tmp_path / "home", free_ports(1)[0])
    seen: set[int] = set()
    deadline = time.monotonic() + after
    while time.monotonic() < deadline:
        seen |= children_of(process.pid)
        time.sleep(0.02)
    seen |= children_of(process.pid)
    began = time.monotonic()
    process.send_signal(number)
    process.wait(20)
    assert time.monotonic() - began < 10
    assert process.returncode in {0, -signal.SIGINT, -signal.SIGTERM}  # killed before Python could listen
    assert not still_alive(seen)
