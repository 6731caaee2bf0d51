"""The functions' package: for the right machine, small, the same each time, complete."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import struct
from typing import TYPE_CHECKING

import pytest

from scripts.deployment.build import find_python
from scripts.deployment.packaging import Package
from tests.infrastructure.conftest import MACHINE, ROOT, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ELF_MACHINES = {"arm64": 183, "x86_64": 62}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def fingerprint(folder: Path) -> dict[str, str]:
    """Return each file's mode and digest, and each folder's mode."""
    return {
        str(path.relative_to(folder)): f"{path.stat().st_mode:o} "
        + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in folder.rglob("*")
    }


def test_every_library_is_for_the_functions_machine(packages: dict[str, Path]) -> None:
    for architecture, folder in packages.items():
        machines = set()
        for path in files(folder):
            head = path.read_bytes()[:20]
            if head[:4] == b"\x7fELF":
                machines.add(struct.unpack_from("<H", head, 18)[0])
        assert machines == {ELF_MACHINES[architecture]}


def test_it_is_small(packages: dict[str, Path]) -> None:
    for folder in packages.values():
        assert sum(path.stat().st_size for path in files(folder)) < 120_000_000


def test_every_library_loads(packages: dict[str, Path]) -> None:
    script = (
        "import ctypes, pathlib, sys; "
        "[print(ctypes.CDLL(str(path))) for path in pathlib.Path(sys.argv[1]).rglob('*.so*')]"
    )
    told = run(find_python(), "-I", "-B", "-c", script, packages[MACHINE])
    assert len(told.splitlines()) > 40


def test_it_is_the_same_byte_for_byte_when_made_again(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    class Again(Package):
        @property
        def folder(self) -> Path:
            return tmp_path / "again"

    def do(title: str, command: Sequence[str | Path], *, directory: Path = ROOT) -> None:
        assert (title, directory) == ("package", ROOT)
        run(*command, PKG_CONFIG="false")

    again = Again(
        root=ROOT,
        build=tmp_path,
        tools=ROOT / ".venv-deploy",
        architecture=MACHINE,  # type: ignore[arg-type]
    )
    before = os.umask(0o077)  # that of a careful person's shell
    try:
        again.make(python=find_python(), uv=ROOT / ".tools/uv/bin/uv", run=do)
    finally:
        os.umask(before)
    assert fingerprint(tmp_path / "again") == fingerprint(packages[MACHINE])


def test_lambda_may_read_every_file(packages: dict[str, Path]) -> None:
    for folder in packages.values():
        for path in (folder, *folder.rglob("*")):
            wanted = 0o755 if path.is_dir() else 0o644
            assert path.stat().st_mode & 0o7777 == wanted, path


def test_all_bytecode_is_taken_without_a_look_at_its_source(packages: dict[str, Path]) -> None:
    compiled = [path for path in files(packages["arm64"]) if path.suffix == ".pyc"]
    assert len(compiled) > 1000
    for path in compiled:
        # PEP 552: bit 0 says "by hash", bit 1 "check it".
        assert struct.unpack_from("<I", path.read_bytes(), 4)[0] == 1, path


def test_every_module_of_ours_has_its_bytecode(packages: dict[str, Path]) -> None:
    folder = packages["arm64"] / "app"
    sources = [path for path in files(folder) if path.suffix == ".py"]
    assert sources
    for path in sources:
        cached = importlib.util.cache_from_source(path.name).replace("-311", "-313")
        assert (path.parent / cached).exists(), path


@pytest.mark.parametrize(
    "module",
    [
        "zappa.handler", "boto3", "openai", "alembic.command", "pyvips", "pillow_heif", "psycopg2",
        "authlib.oauth2.client", "authlib.oidc.core", "webauthn.registration.formats.android_key",
        "webauthn", "zxcvbn", "joserfc.jwt", "email_validator", "segno",
        "PIL.Image", "aws_lambda_powertools", "argon2", "orjson", "sqlalchemy",
        "app.media.decode.decoder", "app.media.sandbox.self_test", "app.cli.migrate", "app.api.app",
    ],
)  # fmt: skip
def test_it_imports_with_nothing_else_at_hand(packages: dict[str, Path], module: str) -> None:
    script = (
        "import socket, sys; sys.path[:0] = [sys.argv[1]]; "
        "socket.socket.connect = lambda *_: sys.exit('it calls out'); "
        "__import__(sys.argv[2])"
    )
    run(find_python(), "-I", "-B", "-c", script, packages[MACHINE], module)


def _canonical(pin: str) -> str:
    """Write the name as requirements do (PyPA, "Name normalization")."""
    name, _, version = pin.partition("==")
    return f"{re.sub('[._]', '-', name).lower()}=={version}"


def test_metadata_name_each_package_and_its_version(packages: dict[str, Path]) -> None:
    script = (
        "import sys; sys.path[:0] = [sys.argv[1]]; from importlib import metadata; "
        "[print(f'{each.name}=={each.version}') for each in metadata.distributions()]"
    )
    told = run(find_python(), "-I", "-S", "-B", "-c", script, packages[MACHINE]).splitlines()
    wanted = (ROOT / "requirements/lambda.txt").read_text()
    pinned = re.findall(r"^([\w.-]+==\S+)(.*)", wanted, re.MULTILINE)
    here = {pin for pin, condition in pinned if "== 'emscripten'" not in condition}
    assert len(here) > 40
    assert here - {_canonical(line) for line in told} == set()


def test_it_opens_pictures_of_every_kind(packages: dict[str, Path]) -> None:
    script = (
        "import sys; sys.path[:0] = [sys.argv[1]]; "
        "from app.media.decode import decoder; from app.media.sandbox import self_test; "
        "decoder.prepare(); self_test.run_self_test()"
    )
    run(find_python(), "-I", "-B", "-c", script, packages[MACHINE])


def test_it_knows_the_databases_authorities(packages: dict[str, Path]) -> None:
    authorities = (packages["arm64"] / "database-ca.pem").read_text()
    assert authorities.count("BEGIN CERTIFICATE") == authorities.count("END CERTIFICATE") > 50
