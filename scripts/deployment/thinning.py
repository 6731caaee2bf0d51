"""Leaving out of the functions' package what no function needs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from scripts.deployment.libraries import ELF, compact

if TYPE_CHECKING:
    from collections.abc import Callable
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
    *(f"PIL/{name}.py" for name in ("ImageDraw*", "ImageFont", "ImageText", "*FontFile")),
    *(f"PIL/{name}.py" for name in ("ImageShow", "ImageTk", "ImageQt", "ImageGrab", "PSDraw")),
    *(f"PIL/{name}.py" for name in ("PdfImagePlugin", "PdfParser")),
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/libbrotli*",
    "pillow.libs/libpng*",  # of use to FreeType alone
    # Of Pillow only AVIF is read, and the rest by libvips.
    "PIL/_imagingcms.*",
    "pillow.libs/liblcms2*",
    "PIL/_webp.*",
    # Nothing here writes PDF, draws, or shows pictures in windows.
    *(f"PIL/{name}.py" for name in ("*FontFile", "Pdf*", "ImageDraw*", "ImageFont", "ImageText")),
    *(f"PIL/{name}.py" for name in ("ImageGrab", "ImageQt", "ImageShow", "ImageTk", "ImageWin")),
    *(f"PIL/{name}.py" for name in ("PSDraw", "_tkinter_finder")),
    "pillow.libs/libwebp*",
    "pillow.libs/libsharpyuv*",
    "cffi",  # makes bindings; made ones need its compiled half alone, which lies beside it
    "pycparser",
    "dns",  # email_validator asks it whether a domain takes mail, which is not asked of it
    "sqlalchemy/testing",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle",
    "sqlalchemy/dialects/sqlite",
    *(
        f"sqlalchemy/ext/{name}.py"
        for name in (
            *("associationproxy", "automap", "baked", "horizontal_shard", "hybrid", "indexable"),
            *("mutable", "orderinglist"),
        )
    ),
    "sqlalchemy/ext/asyncio",
    "sqlalchemy/ext/mypy",
    "sqlalchemy/ext/serializer.py",
    "alembic/testing",
    "alembic/templates",
    "anyio/_backends/_trio.py",
    "anyio/pytest_plugin.py",
    "authlib/integrations",  # with web frameworks; ours calls the protocols alone
    "authlib/oauth1",
    "aws_xray_sdk/ext/*/",  # what it patches in other libraries, of which nothing is patched
    "packaging/licenses",
    "packaging/pylock.py",
    "urllib3/contrib/emscripten",
    "werkzeug/debug",
    "boto3/data",
    "boto3/examples",
    "botocore/data/*/*/examples-1.json",
    "botocore/data/rds/2014-09-01",  # the version before
    "openai/cli",
    # Only `responses`, `files` and `batches` are used, and each of the others imports nothing
    # before it is asked for.
    *(
        f"openai/{part}/{name}"
        for part in ("lib", "resources", "types")
        for name in ("admin", "beta", "evals", "fine_tuning", "live", "realtime")
    ),
    *(
        f"openai/resources/{name}"
        for name in (
            *("audio", "chat", "completions.py", "containers", "conversations", "images.py"),
            *("safety", "skills", "uploads", "vector_stores", "videos.py", "webhooks"),
            *("decisions.py", "embeddings.py", "moderations.py", "content_provenance_checks.py"),
        )
    ),
    *(f"openai/types/{name}" for name in ("audio", "conversations", "webhooks")),
    *(
        f"openai/lib/{name}.py"
        for name in (
            *("browser", "computer", "decisions_tool_runner", "responses_tool_runner"),
            *("_assistants_runs", "_assistants_threads", "_chat_completion_resources"),
            *("_vector_stores", "realtime_translation", "streaming/_assistants"),
        )
    ),
    *(f"openai/lib/streaming/{name}" for name in ("agents", "chat")),
    "openai/helpers",
    "openai/lib/responses_websocket",
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
            *("idempotency", "kafka", "parameters", "parser", "streaming"),
        )
    ),
)


# Of each RFC there is a module; of them all one says what is in an Android key's certificate.
_ASN1_MODULES = ("__init__.py", "rfc5280.py")


def thin_out(folder: Path) -> None:
    """Remove from a folder of packages what no function needs."""
    for pattern in _UNWANTED:
        for path in list(folder.rglob(pattern)):
            _remove(path)
    for pattern in _UNUSED:
        for path in list(folder.glob(pattern)):
            _remove(path)
    _leave_only(folder / "botocore/data", lambda path: path.is_file() or path.name in _SERVICES)
    _leave_out_endpoints(folder / "botocore/data/endpoints.json")
    _leave_only(folder / "pyasn1_modules", lambda path: path.name in _ASN1_MODULES)
    for path in folder.glob("*.dist-info/METADATA"):
        _leave_out_description(path)


def _leave_only(folder: Path, is_needed: Callable[[Path], bool]) -> None:
    for path in list(folder.iterdir()):
        if not is_needed(path):
            _remove(path)


def _leave_out_description(path: Path) -> None:
    """Keep the fields of a package's metadata; its README follows the first empty line."""
    fields, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
    path.write_text(f"{fields}\n", encoding="utf-8")


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
