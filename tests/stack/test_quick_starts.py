"""The blocks of docs/quick-starts.md, as they are typed, in an environment that has only the client's wheel."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.servers import ROOT
from tests.readers import is_installed
from tests.stack.exports import project, upload
from tests.stack.local_stack import Running

GUIDE = (ROOT / "docs" / "quick-starts.md").read_text("utf-8")
READS = {f"EC-{number}": [f"EC-{number}_S{number}_L001_R{mate}_001.fastq.gz" for mate in (1, 2)] for number in (1, 2)}


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Shell:
    """Runs what people type, in a folder, with the environment that the guide's first lines set."""

    folder: Path
    variables: dict[str, str]

    def run(self, *command: str, input_text: str | None = None) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.variables, input=input_text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def names(self, folder: str) -> list[str]:
        """The names of the reads below a folder."""
        return sorted(path.name for path in (self.folder / folder).rglob("*.fastq.gz"))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the client's wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("client")
    uv = str(Path(sys.executable).parent / "uv")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT / "client")], check=True)
    (wheel,) = folder.glob("*.whl")
    venv = folder / "venv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), str(wheel)], check=True)
    return venv


@pytest.fixture(scope="session")
def catalog(stack: Running) -> tuple[Any, str]:
    """A project with two samples of E. coli and one of another species; and a token for it."""
    ana = stack.person("ana.guide@example.org")
    made = project(ana, "Guide")
    for name, filenames in READS.items():
        metadata = {"organism": "E. coli", "country": "Canada"}
        sample = ana.post(f"/projects/{made['id']}/samples", {"name": name, "metadata": metadata})
        for filename in filenames:
            upload(ana, sample["id"], filename, filename.encode())
        upload(ana, sample["id"], f"{name}.fasta", b">1\nGATTACA\n")
    ana.post(f"/projects/{made['id']}/samples", {"name": "SA-1", "metadata": {"organism": "S. aureus"}})
    token = ana.post("/me/tokens", {"name": "guide", "scopes": ["read", "export"]})["token"]
    return made, token


@pytest.fixture
def shell(stack: Running, environment: Path, catalog: tuple[Any, str], tmp_path: Path) -> Shell:
    made, token = catalog
    return Shell(
        tmp_path,
        {
            "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
            "HOME": str(tmp_path / "home"),
            "LANG": "C.UTF-8",
            "SEQPORT_URL": stack.url,
            "SEQPORT_TOKEN": token,
            "PROJECT": made["puid"],
        },
    )


ALL_READS = sorted(name for names in READS.values() for name in names)


def test_bash(shell: Shell) -> None:
    exports, main, decision = blocks("bash")
    assert set(re.findall(r"export (\w+)=", exports)) == {"SEQPORT_URL", "PROJECT"}
    out = shell.run("bash", "-eu", "-c", main)
    assert "E. coli" in out
    assert shell.names("data/outbreak") == ALL_READS
    assert out.count("_R1_001.fastq.gz") == 2
    assert len((shell.folder / "data" / "metadata.csv").read_text().splitlines()) == 4
    assert "genomes are there" in shell.run("bash", "-eu", "-c", decision)
    assert len(list((shell.folder / "genomes").rglob("*.fasta"))) == 2


def test_python(shell: Shell, environment: Path) -> None:
    (program,) = blocks("python")
    out = shell.run(str(environment / "bin" / "python"), "-c", program)
    assert shell.names("coli/coli") == ALL_READS
    assert "files in coli/coli" in out


def test_snakemake(shell: Shell, tmp_path: Path) -> None:
    snakemake = ROOT / ".venv-guides" / "bin" / "snakemake"
    (program,) = blocks("snakemake")
    (tmp_path / "Snakefile").write_text(program)
    shell.run(str(snakemake), "--cores", "1", "--quiet", "all")
    assert (tmp_path / "reads.txt").read_text().strip() == "2"


def test_r(shell: Shell) -> None:
    if not is_installed("Rscript"):
        return
    (program,) = blocks("r")
    (shell.folder / "guide.R").write_text(program)
    out = shell.run("Rscript", "--vanilla", "guide.R")
    assert re.search(r"E\. coli\s+2", out)


def test_script_of_the_nextflow_process(shell: Shell) -> None:
    (program,) = blocks("nextflow")
    found = re.search(r'"""\n(.*?)"""', program, re.DOTALL)
    assert found is not None
    shell.run("bash", "-eu", "-c", found[1].replace("${project}", "$PROJECT"))
    assert shell.names("reads") == ALL_READS


def test_commands_of_the_readme_are_commands_of_the_client(shell: Shell) -> None:
    """Each command of the client's README is one that the client knows, with options that it knows."""
    readme = (ROOT / "client" / "README.md").read_text("utf-8")
    commands = re.findall(r"^seqport ([^#\n]+)", readme, re.MULTILINE)
    assert len(commands) > 12
    for command in commands:
        words = command.split()
        depth = 2 if words[0] in {"export", "exports"} else 1
        text = shell.run("seqport", *words[:depth], "--help")
        for option in (word for word in words if word.startswith("--")):
            assert option in text, command
