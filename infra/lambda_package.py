"""The package and template for a Lambda runtime, made on any machine.

Chalice packages for the Python and the processor that it runs on. For another runtime the app's own modules are taken
from its package, and the pinned dependencies are installed as wheels of that runtime's platform.
"""

import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from infra.package import DEFAULT_OUT, ROOT, compile_command, fingerprint, locked, package, write_archive

PYTHONS = ("3.11", "3.12", "3.13")
# Amazon Linux 2023, of Python 3.12 and later, has glibc 2.34; Amazon Linux 2, of 3.11, has 2.26.
_PLATFORMS = {"arm64": "aarch64", "x86_64": "x86_64"}
_OWN = ("app.py", "chalicelib", "chalice")  # of Chalice's package: the app, and Chalice's runtime


@dataclass(frozen=True, slots=True)
class Runtime:
    """A Lambda runtime: Python's version and the processor. ValueError for one that Lambda or the app does not know."""

    python: str
    architecture: str

    def __post_init__(self) -> None:
        if self.python not in PYTHONS:
            raise ValueError(f"python is {self.python!r}; it must be one of {', '.join(PYTHONS)}")
        if self.architecture not in _PLATFORMS:
            raise ValueError(f"architecture is {self.architecture!r}; it must be one of {', '.join(_PLATFORMS)}")

    @property
    def platform(self) -> str:
        """uv's name of the platform whose wheels the runtime can load."""
        glibc = "manylinux_2_26" if self.python == "3.11" else "manylinux_2_34"
        return f"{_PLATFORMS[self.architecture]}-{glibc}"


def native() -> Runtime:
    """The runtime that this machine's Python is."""
    architecture = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    return Runtime(f"{sys.version_info.major}.{sys.version_info.minor}", architecture)


def package_for(runtime: Runtime) -> Path:
    """A folder with `sam.json` and `deployment.zip` for this runtime. Unless it is up to date it is made."""
    made = package()
    out = DEFAULT_OUT.parent / f"package-{runtime.python}-{runtime.architecture}"
    with locked(out):
        _repackage(made, runtime, out)
    return out


def _repackage(made: Path, runtime: Runtime, out: Path) -> None:
    mark = out / "fingerprint"
    expected = hashlib.sha256((fingerprint() + Path(__file__).read_text(encoding="utf-8")).encode()).hexdigest()
    if mark.exists() and mark.read_text(encoding="utf-8") == expected:
        return
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    template = json.loads((made / "sam.json").read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["Runtime"] = f"python{runtime.python}"
            resource["Properties"]["Architectures"] = [runtime.architecture]
    (out / "sam.json").write_text(json.dumps(template), encoding="utf-8")
    if runtime == native():
        shutil.copy(made / "deployment.zip", out / "deployment.zip")
    else:
        _build(made / "deployment.zip", runtime, out / "deployment.zip")
    mark.write_text(expected, encoding="utf-8")


def _build(chalice_package: Path, runtime: Runtime, archive: Path) -> None:
    with tempfile.TemporaryDirectory(dir=archive.parent) as name:
        folder = Path(name)
        with zipfile.ZipFile(chalice_package) as opened:
            members = [member for member in opened.namelist() if PurePosixPath(member).parts[0] in _OWN]
            opened.extractall(folder, [member for member in members if "__pycache__" not in member])
        _install(runtime, folder)
        _compile(runtime, folder)
        write_archive(folder, archive)


def _install(runtime: Runtime, folder: Path) -> None:
    command = [
        str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet", "--no-deps", "--require-hashes",
        "--only-binary", ":all:", "--python-version", runtime.python, "--python-platform", runtime.platform,
        "--target", str(folder), "--requirements", str(ROOT / "requirements.txt"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the dependencies for {runtime.platform} can't be installed:\n{done.stderr}")


def _compile(runtime: Runtime, folder: Path) -> None:
    """Compile with the runtime's own version of Python, if this machine has it; without, cold starts take longer."""
    python = shutil.which(f"python{runtime.python}")
    if native().python == runtime.python:
        python = sys.executable
    if python is None or subprocess.run(compile_command(python, folder), capture_output=True, check=False).returncode:
        print(f"Python {runtime.python} is not installed here: modules are not compiled, and cold starts take longer.")
