"""`make bench-client`: the client beside curl, aria2c and `aws s3 cp`, in turn, on the same server and file.

The deployed local stack has an export of 1 GiB. Prints medians of wall and CPU time and the ratio to the fastest peer;
a peer that is not installed is named and left away."""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from infra.demo.api import Api
from infra.local.servers import ROOT
from tests.stack.exports import create, project, wait
from tests.stack.local_stack import Running, running

MIB = 1 << 20
FILES, SIZE = 8, 128 * MIB


@dataclass(frozen=True)
class Took:
    """Wall and CPU seconds of a command and its children."""

    wall: float
    cpu: float


def timed(command: list[str], environment: dict[str, str], folder: Path) -> Took:
    """Run a command in an empty folder."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@contextmanager
def empty_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".local-bench") as name:
        yield Path(name)


def compare(title: str, methods: dict[str, Callable[[Path], Took]], rounds: int, ours: str) -> None:
    """Each method in turn, `rounds` times; the table of medians."""
    took: dict[str, list[Took]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, method in methods.items():
            with empty_folder() as folder:
                took[name].append(method(folder))
    walls = {name: median(each.wall for each in all_of) for name, all_of in took.items()}
    cpus = {name: median(each.cpu for each in all_of) for name, all_of in took.items()}
    fastest = min(wall for name, wall in walls.items() if name != ours)
    print(f"\n{title}\n| method | wall s | CPU s | wall, ratio to the fastest peer |\n|---|--:|--:|--:|")
    for name in methods:
        print(f"| {name} | {walls[name]:.2f} | {cpus[name]:.2f} | {walls[name] / fastest:.2f} |")


class Bench:
    """A stack with an export of 1 GiB, and the files it was made of."""

    def __init__(self, stack: Running, folder: Path) -> None:
        self.stack, self.api = stack, stack.person("bench@example.org")
        self.folder = folder / "reads"
        self.folder.mkdir()
        for number in range(FILES):
            (self.folder / f"S{number}.fastq").write_bytes(random.Random(number).randbytes(SIZE))
        key = stack.info["credentials"]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
            "PYTHONPATH": str(ROOT / "client" / "src"),
            "SEQPORT_URL": stack.url,
            "SEQPORT_TOKEN": self.api.token,
            "SEQPORT_CONFIG_DIR": str(folder / "config"),
            "SEQPORT_STATE_DIR": str(folder / "state"),
            "AWS_ACCESS_KEY_ID": key["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": key["secret_access_key"],
            "AWS_DEFAULT_REGION": key["region"],
            "AWS_ENDPOINT_URL_S3": stack.info["endpoints"]["s3"],
        }
        self.project = project(self.api)
        self.seqport(["upload", str(self.folder), "--project", self.project["puid"]], folder)
        samples = self.api.all(f"/namespaces/{self.project['id']}/samples")
        self.export = wait(self.api, create(self.api, self.project["id"], samples, ["fastq"], name="G")["id"], 600)

    def seqport(self, arguments: list[str], folder: Path) -> Took:
        return timed([sys.executable, "-m", "seqport.cli.main", *arguments, "-q"], self.environment, folder)

    def link(self) -> str:
        return str(self.api.post(f"/exports/{self.export['id']}/download", {})["url"])

    def key(self) -> str:
        return self.link().split("?")[0].removeprefix(self.stack.info["endpoints"]["s3"] + "/")

    def peer(self, *command: str) -> Callable[[Path], Took]:
        """A command with {url}, {key}, {reads} and {bucket} replaced."""

        def run(folder: Path) -> Took:
            values = {
                "url": self.link(),
                "key": self.key(),
                "reads": str(self.folder),
                "bucket": self.stack.info["buckets"]["catalog"],
            }
            return timed([part.format(**values) for part in command], self.environment, folder)

        return run

    def new_project(self, api: Api) -> str:
        return str(project(api)["puid"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    (ROOT / ".local-bench").mkdir(exist_ok=True)
    aws = next((path for path in (ROOT / ".venv-aws" / "bin" / "aws",) if path.exists()), shutil.which("aws"))
    for name, path in (("curl", shutil.which("curl")), ("aria2c", shutil.which("aria2c")), ("aws", aws)):
        if path is None:
            print(f"{name} is not installed: it is not measured")
    with tempfile.TemporaryDirectory(dir=ROOT / ".local-bench") as name, running(Path(name) / "home") as stack:
        bench = Bench(stack, Path(name))
        export = bench.export["id"]
        peers = {
            "curl": ("curl", "-fsSo", "out.zip", "{url}"),
            "aria2c": ("aria2c", "-q", "-x8", "-s8", "-o", "out.zip", "{url}"),
            "aws s3 cp": (str(aws), "s3", "cp", "--quiet", "s3://{key}", "out.zip"),
        }
        installed = {name: bench.peer(*command) for name, command in peers.items() if shutil.which(command[0])}
        ours = {"seqport download": lambda folder: bench.seqport(["download", export], folder)}
        compare(f"Download of {bench.export['file']['size']:,} bytes", installed | ours, rounds, "seqport download")
        compare(
            "Download and unpack",
            {
                "seqport download, unzip": bench.peer(
                    "sh",
                    "-c",
                    f"{sys.executable} -m seqport.cli.main download {export} -q && unzip -q G.zip && rm G.zip",
                ),
                "seqport download --extract": lambda folder: bench.seqport(["download", export, "--extract"], folder),
            },
            rounds,
            "seqport download --extract",
        )
        if aws:
            compare(
                f"Upload of {FILES} files of {SIZE // MIB} MiB",
                {
                    "aws s3 cp --recursive": bench.peer(
                        str(aws), "s3", "cp", "--quiet", "--recursive", "{reads}", "s3://{bucket}/uploads/bench/"
                    ),
                    "seqport upload": lambda folder: bench.seqport(
                        ["upload", str(bench.folder), "--project", bench.new_project(bench.api)], folder
                    ),
                },
                rounds,
                "seqport upload",
            )
        start = [timed([sys.executable, "-m", "seqport.cli.main", "--help"], bench.environment, ROOT) for _ in range(5)]
        print(f"\nseqport --help: {median(each.cpu for each in start):.3f} s of CPU")
    shutil.rmtree(ROOT / ".local-bench")


if __name__ == "__main__":
    main()
