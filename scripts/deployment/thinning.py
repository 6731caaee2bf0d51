"""Leaving out of the functions' package what no function needs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from scripts.deployment.libraries import ELF, compact

if TYPE_CHECKING:
    from pathlib import Path

# What botocore describes of AWS: all of it is 25 MB, of which the functions call six services.
_SERVICES = ("rds", "s3", "secretsmanager", "sesv2", "sqs", "sts")
# What endpoints.json calls them, which lists every region of every service: 1.2 MB of 1.3.
_ENDPOINTS = ("email", "rds", "s3", "secretsmanager", "sqs", "sts")
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
    "pillow.libs/libpng*",  # of use to FreeType alone
    # Of Pillow only AVIF is read, and the rest by libvips.
    "PIL/_imagingcms.*",
    "pillow.libs/liblcms2*",
    "PIL/_webp.*",
    "pillow.libs/libwebp*",
    "pillow.libs/libsharpyuv*",
    "cffi",  # makes bindings; made ones need its compiled half alone, which lies beside it
    "pycparser",
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
    "pydantic/mypy.py",
    "pydantic/v1",
    "share",
    "wrapt-stubs",
    "zappa/asynchronous.py",
    "zappa/cli.py",  # Zappa packs and serves; it does not deploy
    "zappa/core.py",
    "zappa/letsencrypt.py",
    "zappa/policies",
    "aws_lambda_powertools/event_handler",
    *(
        f"aws_lambda_powertools/utilities/{part}"
        for part in (
            *("auth_alpha", "circuit_breaker", "data_classes", "data_masking", "feature_flags"),
            *("idempotency", "kafka", "parser"),
        )
    ),
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
    _leave_out_endpoints(folder / "botocore/data/endpoints.json")


def _leave_out_endpoints(path: Path) -> None:
    known = json.loads(path.read_text())
    for partition in known["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in _ENDPOINTS if name in services}
    path.write_text(json.dumps(known, separators=(",", ":")))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def strip(folder: Path) -> None:
    """Cut out of shared libraries what loading them never reads."""
    for path in folder.rglob("*.so*"):
        content = path.read_bytes()
        if content[:4] == ELF:
            path.write_bytes(compact(content))
