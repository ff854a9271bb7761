"""The command `seqport` as a process of its own, as in a pipeline."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.servers import ROOT
from tests.stack.local_stack import Running

# Root may write into read-only folders, unless it gives up this capability.
WITHOUT_OVERRIDE = ("setpriv", "--bounding-set", "-dac_override") if os.geteuid() == 0 else ()


@dataclass(frozen=True)
class Ended:
    """The status and output of a command."""

    status: int
    out: str
    err: str

    @property
    def last(self) -> Any:
        """The last JSON document of the output."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def rows(self) -> list[Any]:
        """The documents of JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Client:
    """Runs commands as one user of a stack, in a folder."""

    stack: Running
    token: str
    folder: Path
    variables: tuple[tuple[str, str], ...] = ()

    def environment(self) -> dict[str, str]:
        """Only what the command needs: no configuration of the person who runs the tests."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "client" / "src"),
            "SEQPORT_URL": self.stack.url,
            "SEQPORT_TOKEN": self.token,
            "SEQPORT_CONFIG_DIR": str(self.folder / "config"),
            "SEQPORT_STATE_DIR": str(self.folder / "state"),
            **dict(self.variables),
        }

    def start(self, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "seqport.cli.main", *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, prefix: tuple[str, ...] = ()) -> Ended:
        """Run a command to its end, whatever its status is."""
        with self.start(*arguments, prefix=prefix) as process:
            out, err = process.communicate(timeout=300)
        return Ended(process.returncode, out, err)

    def json(self, *arguments: str) -> Any:
        """The result of a command that must succeed."""
        ended = self.run(*arguments, "--json")
        assert ended.status == 0, ended.err
        return json.loads(ended.out)
