"""The command-line client against the deployed stack, through a network that cuts, expires and pauses."""

import csv
import hashlib
import json
import random
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.demo.api import Api
from tests.readers import is_installed
from tests.stack.client_process import WITHOUT_OVERRIDE, Client
from tests.stack.exports import create, project, sample_with, wait
from tests.stack.forward_proxy import Network, forwarding
from tests.stack.local_stack import Running

MIB = 1 << 20
SAMPLES, FILE = 4, 128 * MIB  # two files each: 1 GiB


@dataclass(frozen=True)
class Gigabyte:
    """A ready export of 1 GiB: its user, project, the folder that was uploaded, and the export."""

    api: Api
    project: Any
    folder: Path
    export: Any


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture(scope="session")
def ana(stack: Running) -> Api:
    return stack.person("ana.client@example.org")


@pytest.fixture(scope="session")
def gigabyte(stack: Running, ana: Api, tmp_path_factory: pytest.TempPathFactory) -> Gigabyte:
    """Uploaded by the client, which is killed half-way: a new process that knows only the folder continues."""
    home = tmp_path_factory.mktemp("gigabyte")
    folder = home / "reads"
    folder.mkdir()
    for sample in range(SAMPLES):
        for mate in (1, 2):
            content = random.Random(f"{sample} {mate}").randbytes(FILE)
            (folder / f"S{sample}_S{sample}_L001_R{mate}_001.fastq").write_bytes(content)
    made = project(ana)
    client = Client(stack, ana.token, home)
    process = client.start("upload", str(folder), "--project", made["puid"])
    states = home / "state" / "uploads"
    deadline = time.monotonic() + 120
    while not any('"is_complete": true' in path.read_text() for path in states.glob("*.jsonl")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.communicate()
    result = client.json("upload", str(folder), "--project", made["puid"])
    assert result["files"] + result["already_there"] == 2 * SAMPLES
    assert result["already_there"] >= 1
    assert not list(states.glob("*"))
    export = client.json("export", "samples", "--project", made["puid"], "--all", "--name", "Giga", "--wait", "-q")
    return Gigabyte(ana, made, folder, export)


@pytest.fixture
def network(stack: Running) -> Network:
    return Network(urlsplit(stack.info["endpoints"]["s3"]).netloc)


@pytest.fixture
def client(stack: Running, ana: Api, network: Network, tmp_path: Path) -> Iterator[Client]:
    with forwarding(network) as proxy:
        yield Client(stack, ana.token, tmp_path, (("http_proxy", proxy),))


def when(predicate: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while not predicate():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_uploaded_files_are_pairs_with_their_content(gigabyte: Gigabyte) -> None:
    samples = gigabyte.api.all(f"/namespaces/{gigabyte.project['id']}/samples")
    assert sorted(sample["name"] for sample in samples) == [f"S{number}" for number in range(SAMPLES)]
    for sample in samples:
        files = gigabyte.api.all(f"/samples/{sample['id']}/files")
        assert sorted((file["direction"], file["size"]) for file in files) == [("forward", FILE), ("reverse", FILE)]


def test_download_survives_fifty_cuts_and_a_killed_process(
    client: Client, network: Network, gigabyte: Gigabyte, tmp_path: Path
) -> None:
    network.cuts, network.cut_after = 50, 3 * MIB
    with client.start("download", gigabyte.export["id"]) as process:
        when(lambda: network.sent > 300 * MIB, process)
        process.kill()
    assert not (tmp_path / "Giga.zip").exists()
    ended = client.run("download", gigabyte.export["id"], "--jsonl")
    assert ended.status == 0, ended.err
    size = gigabyte.export["file"]["size"]
    assert ended.last["size"] == size
    assert ended.last["received"] < size, "what the killed process had received was not sent again"
    assert network.cuts == 0
    with zipfile.ZipFile(tmp_path / "Giga.zip") as archive:
        for info in archive.infolist():
            source = gigabyte.folder / info.filename.rsplit("/", 1)[-1]
            if source.exists():
                assert archive.read(info) == source.read_bytes()
    if is_installed("unzip"):
        subprocess.run(["unzip", "-tqq", str(tmp_path / "Giga.zip")], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Giga.zip"]


def test_expired_link_is_renewed(client: Client, network: Network, gigabyte: Gigabyte, tmp_path: Path) -> None:
    network.link_bytes = gigabyte.export["file"]["size"] // 2
    ended = client.run("download", gigabyte.export["id"])
    assert ended.status == 0, ended.err
    assert len(network.by_link) == 2
    assert (tmp_path / "Giga.zip").stat().st_size == gigabyte.export["file"]["size"]


def test_extracted_files_are_those_that_were_uploaded(
    client: Client, network: Network, gigabyte: Gigabyte, tmp_path: Path
) -> None:
    network.cuts = 10
    ended = client.run("download", gigabyte.export["id"], "--extract")
    assert ended.status == 0, ended.err
    found = {path.name: digest(path) for path in (tmp_path / "Giga").rglob("*.fastq")}
    assert found == {path.name: digest(path) for path in gigabyte.folder.iterdir()}
    assert not (tmp_path / "Giga.zip").exists()


def test_chosen_files_cost_their_own_bytes(stack: Running, ana: Api, client: Client, network: Network) -> None:
    made = project(ana)
    sizes = {f"r{number:03d}.fastq": 100_000 for number in range(200)}
    sample, bodies = sample_with(ana, made["id"], "Many", sizes)
    export = wait(ana, create(ana, made["id"], [sample], ["fastq"])["id"])
    result = client.json("download", export["id"], "--only", "r007.fastq", "--only", "*/r19[9].fastq")
    assert network.sent < 0.02 * export["file"]["size"]
    found = {path.name: path.read_bytes() for path in Path(client.folder, result["path"]).rglob("*.fastq")}
    assert found == {name: bodies[name] for name in ("r007.fastq", "r199.fastq")}


def test_interrupted_download_says_how_to_continue(
    client: Client, network: Network, gigabyte: Gigabyte, tmp_path: Path
) -> None:
    with client.start("download", gigabyte.export["id"]) as process:
        when(lambda: network.sent > 20 * MIB, process)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=20)
    assert (process.returncode, err.splitlines()[-1]) == (
        130,
        "seqport: Interrupted; what was downloaded is kept. Continue with the same command.",
    )
    assert not (tmp_path / "Giga.zip").exists()


def test_deleted_export_ends_the_download(
    stack: Running, ana: Api, client: Client, network: Network, gigabyte: Gigabyte, tmp_path: Path
) -> None:
    samples = ana.all(f"/namespaces/{gigabyte.project['id']}/samples")[:1]
    export = wait(ana, create(ana, gigabyte.project["id"], samples, ["fastq"], name="Short")["id"])
    network.link_bytes, network.pause = 50 * MIB, 0.002
    with client.start("download", export["id"]) as process:
        when(lambda: network.sent > 10 * MIB, process)
        ana.call("DELETE", f"/exports/{export['id']}")
        _out, err = process.communicate(timeout=60)
    assert process.returncode in {5, 6}, err
    assert not (tmp_path / "Short.zip").exists()


def test_download_of_an_unfinished_export_is_refused_or_waits(
    stack: Running, ana: Api, client: Client, gigabyte: Gigabyte, tmp_path: Path
) -> None:
    samples = ana.all(f"/namespaces/{gigabyte.project['id']}/samples")
    export = create(ana, gigabyte.project["id"], samples, ["fastq"], name="Later")
    early = client.run("download", export["id"])
    assert (early.status, early.err.strip()) == (
        7,
        f"seqport: This export is not ready. Wait for it with: seqport download {export['id']} --wait",
    )
    assert not list(tmp_path.iterdir())
    waited = client.run("download", export["id"], "--wait")
    assert waited.status == 0, waited.err
    assert (tmp_path / "Later.zip").exists()


def test_wrong_token_is_reported(client: Client, gigabyte: Gigabyte) -> None:
    ended = replace(client, token="seqport_wrong").run("download", gigabyte.export["id"])
    assert ended.status == 3
    assert f"seqport login {client.stack.url}" in ended.err


def test_read_only_folder_is_reported(client: Client, gigabyte: Gigabyte, tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    ended = client.run("download", gigabyte.export["id"], str(folder), prefix=WITHOUT_OVERRIDE)
    assert (ended.status, "Permission denied" in ended.err) == (11, True), ended.err
    assert not list(folder.iterdir())


def test_full_disk_is_reported_and_continued(client: Client, gigabyte: Gigabyte, tmp_path: Path) -> None:
    """/dev/full refuses every write with ENOSPC, as a full disk does."""
    (tmp_path / "Giga.zip.part").symlink_to("/dev/full")
    ended = client.run("download", gigabyte.export["id"])
    assert (ended.status, "The disk is full" in ended.err) == (11, True), ended.err
    (tmp_path / "Giga.zip.part").unlink()
    assert client.run("download", gigabyte.export["id"]).status == 0


def test_copy_in_s3_arrives(stack: Running, client: Client, gigabyte: Gigabyte) -> None:
    s3: Any = stack.client("s3")
    s3.create_bucket(Bucket="lab")
    key = stack.info["credentials"]
    aws = {
        "AWS_ENDPOINT_URL_S3": stack.info["endpoints"]["s3"],
        "AWS_ACCESS_KEY_ID": key["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": key["secret_access_key"],
        "AWS_DEFAULT_REGION": key["region"],
    }
    result = replace(client, variables=tuple(aws.items())).json(
        "download", gigabyte.export["id"], "--to", "s3://lab/in/"
    )
    assert (result["uri"], result["through_here"]) == ("s3://lab/in/Giga.zip", False)
    assert s3.head_object(Bucket="lab", Key="in/Giga.zip")["ContentLength"] == gigabyte.export["file"]["size"]


def test_lists_are_tables_json_and_json_lines(client: Client, gigabyte: Gigabyte) -> None:
    puid = gigabyte.project["puid"]
    plain = client.run("samples", puid).out.splitlines()
    assert plain[0].split("\t")[:2] == ["PUID", "Name"]
    assert len(plain) == SAMPLES + 1
    assert [row["name"] for row in client.run("samples", puid, "--jsonl").rows] == [
        row["name"] for row in client.json("samples", puid)
    ]
    assert client.json("whoami")["email"] == "ana.client@example.org"
    assert puid in client.run("projects").out
    assert client.json("exports", "show", gigabyte.export["id"])["name"] == "Giga"
    paths = [row["path"] for row in client.json("exports", "preview", gigabyte.export["id"])]
    assert len(paths) == 2 * SAMPLES + 3
    assert client.run("exports", "list", "--status", "failed").out.count("\n") == 1
    assert client.run("runs").status == 0


def test_linelist_is_downloaded(client: Client, gigabyte: Gigabyte, tmp_path: Path) -> None:
    arguments = ("--project", gigabyte.project["puid"], "--all", "--field", "country", "--name", "T", "--download", ".")
    ended = client.run("export", "linelist", *arguments, "--format", "tsv")
    assert ended.status == 0, ended.err
    assert len((tmp_path / "T.tsv").read_text().splitlines()) == SAMPLES + 1
    estimate = client.json("export", "samples", "--project", gigabyte.project["puid"], "--all", "--dry-run")
    assert estimate["files"] == 2 * SAMPLES


def test_refused_input_names_each_field(client: Client, gigabyte: Gigabyte) -> None:
    ended = client.run("export", "linelist", "INXT_SAM_AAAAAAAAAA", "--project", gigabyte.project["puid"], "-f", "a")
    assert ended.status == 8
    assert "/sample_ids/0" in ended.err


def test_doctor_finds_what_does_not_work(client: Client) -> None:
    assert client.run("doctor").status == 0
    ended = replace(client, token="seqport_wrong").run("doctor")
    assert (ended.status, ended.out.count("✗")) == (3, 1)


def test_files_of_an_export_without_archive_are_rehydrated(
    stack: Running, ana: Api, client: Client, network: Network, gigabyte: Gigabyte, tmp_path: Path
) -> None:
    arguments = ("--project", gigabyte.project["puid"], "--all", "--manifest-only", "--name", "Manifest")
    made = client.json("export", "samples", *arguments, "--wait", "-q")
    assert made["file"]["size"] < 20_000
    network.cuts, network.cut_after = 10, 3 * MIB
    with client.start("rehydrate", made["id"]) as process:
        when(lambda: network.sent > 200 * MIB, process)
        process.kill()
    result = client.json("rehydrate", made["id"], "--samplesheet", "sheet.csv")
    assert result["files"] == 2 * SAMPLES
    assert result["received"] < gigabyte.export["file"]["size"]
    found = {path.name: digest(path) for path in (tmp_path / "Manifest").rglob("*.fastq")}
    assert found == {path.name: digest(path) for path in gigabyte.folder.iterdir()}
    with (tmp_path / "sheet.csv").open(newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert sorted(row["sample"] for row in rows) == [f"S{number}" for number in range(SAMPLES)]
    for row in rows:
        assert Path(row["fastq_1"]).name == f"{row['sample']}_{row['sample']}_L001_R1_001.fastq"
        assert Path(row["fastq_2"]).exists()
    aria2c = client.run("rehydrate", made["id"], "--aria2c", "--only", "S0_*_R1_*").out.splitlines()
    assert len(aria2c) == 2
    assert aria2c[1].endswith("S0_S0_L001_R1_001.fastq")


def test_an_archive_can_be_an_ro_crate(ana: Api, client: Client, tmp_path: Path) -> None:
    made = project(ana)
    sample_with(ana, made["id"], "S", {"a.fastq": 1_000})
    arguments = ("export", "samples", "--project", made["puid"], "--all", "--ro-crate", "--name", "Crate")
    export = client.json(*arguments, "--download", ".", "--extract", "-q")
    assert export["files"] == 5
    (crate,) = tmp_path.rglob("ro-crate-metadata.json")
    assert '"crc32"' in crate.read_text("utf-8")
    assert client.run(*arguments, "--manifest-only").status == 2


def test_lost_files_are_named_and_others_are_downloaded(stack: Running, ana: Api, client: Client) -> None:
    made = project(ana)
    sample, bodies = sample_with(
        ana, made["id"], "Lost", {"kept.fastq": 1_000, "lost.fastq": 1_000, "new.fastq": 1_000}
    )
    export = wait(ana, create(ana, made["id"], [sample], ["fastq"], packaging="manifest", name="L")["id"])
    s3: Any = stack.client("s3")
    for file in ana.all(f"/samples/{sample['id']}/files"):
        bucket, key = file["s3_uri"].removeprefix("s3://").split("/", 1)
        if file["filename"] == "lost.fastq":
            s3.delete_object(Bucket=bucket, Key=key)
        elif file["filename"] == "new.fastq":
            s3.put_object(Bucket=bucket, Key=key, Body=b"x" * 1_000)
    ended = client.run("rehydrate", export["id"])
    assert ended.status == 12
    assert "lost.fastq" in ended.err
    assert "new.fastq" in ended.err
    found = {path.name: path.read_bytes() for path in (client.folder / "L").rglob("*.fastq")}
    assert found == {"kept.fastq": bodies["kept.fastq"]}


def test_the_results_of_a_run_are_read(stack: Running, ana: Api, client: Client) -> None:
    made = project(ana)
    sample = ana.post(f"/projects/{made['id']}/samples", {"name": "S"})
    sheet = [{"sample_id": sample["id"], "samplesheet": {"sample": "EC-1"}}]
    body = {"workflow": {"name": "w", "version": "1"}, "state": "running", "namespace_id": made["id"], "samples": sheet}
    run = ana.post("/workflow-executions", body)["id"]
    failed = client.run("complete", run)
    assert failed.status != 0
    assert "There are no files in the folder." in failed.err
    bucket = stack.info["buckets"]["catalog"]
    results = {"files": {"samples": {"EC-1": [{"path": "EC-1.fa"}]}}, "metadata": {"samples": {"EC-1": {"mlst": 131}}}}
    for path, content in (("EC-1.fa", b"ACGT"), ("iridanext.output.json", json.dumps(results).encode())):
        stack.client("s3").put_object(Bucket=bucket, Key=f"runs/{run}/{path}", Body=content)
    shown = client.json("complete", run)
    assert (shown["state"], shown["results"]["samples_with_metadata"]) == ("completed", 1)
    assert ana.get(f"/samples/{sample['id']}")["metadata"] == {"mlst": 131}
