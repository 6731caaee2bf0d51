"""Leaving out of the functions' package what no function needs."""

from __future__ import annotations

import shutil
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ELF = b"\x7fELF"
# What botocore describes of AWS: all of it is 25 MB, of which the functions call six services.
_SERVICES = ("rds", "s3", "secretsmanager", "sesv2", "sqs", "sts")
# Not needed to run: type stubs, tests, programs, sources of compiled modules, debugging.
_UNWANTED = ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "py.typed", "__pycache__", "tests", ".lock")
# Parts of packages that no function comes near; tests/infrastructure/test_package.py uses the rest.
_UNUSED = (
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/sboms",
    "PIL/_imagingft.*",  # fonts, of which nothing here draws any
    "PIL/_imagingtk.*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/libbrotli*",
    "dns",  # email_validator asks it whether a domain takes mail, which is not asked of it
    "sqlalchemy/testing",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle",
    "alembic/testing",
    "alembic/templates",
    "boto3/data",
    "boto3/examples",
    "botocore/data/*/*/examples-1.json",
    "openai/cli",
    # Only `responses` is used, and each of the others imports nothing before it is asked for.
    *(
        f"openai/{part}/{name}"
        for part in ("lib", "resources", "types")
        for name in ("admin", "beta", "evals", "fine_tuning", "live", "realtime")
    ),
    "pydantic/v1",
    "wrapt-stubs",
    "zappa/asynchronous.py",
    "zappa/cli.py",  # Zappa packs and serves; it does not deploy
    "zappa/core.py",
    "zappa/letsencrypt.py",
    "zappa/policies",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/parser",
)


def thin_out(folder: Path) -> None:
    """Remove from a folder of packages what no function needs."""
    for pattern in _UNWANTED:
        for path in list(folder.rglob(pattern)):
            _remove(path)
    for pattern in _UNUSED:
        for path in list(folder.glob(pattern)):
            _remove(path)
    for path in (folder / "botocore/data").iterdir():
        if path.is_dir() and path.name not in _SERVICES:
            shutil.rmtree(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def strip(folder: Path) -> None:
    """Cut off what loading never reads: tables of symbols and debugging, behind the last segment.

    As `sstrip` does it, and not `strip`, which knows only its own machine's libraries.
    """
    for path in folder.rglob("*.so*"):
        content = path.read_bytes()
        if content[:4] == ELF:
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
