"""Writing what is generated from the code, or saying what is stale."""

import difflib
import json
import subprocess
import sys
from pathlib import Path

from app.api.app import create_app
from app.api.openapi import openapi_document
from app.http.dependencies import Dependencies, build_parts
from app.settings import Settings
from scripts.generation.periodic_jobs import with_periodic_jobs
from scripts.generation.routes import route_table
from scripts.generation.schema import schema_page
from scripts.generation.signatures import signatures_module

ROOT = Path(__file__).parents[2]
ARCHITECTURE = "docs/architecture.md"
TYPES = "frontend/src/api/schema.d.ts"
SIGNATURES = "frontend/src/features/upload/signatures.ts"


def main() -> int:
    """Write all, or with --check compare; return the exit status."""
    generated = {
        "docs/openapi.json": _openapi(),
        "docs/schema.md": schema_page(),
        "app/api/route_table.py": route_table(create_app(_unconnected_parts())),
        ARCHITECTURE: with_periodic_jobs((ROOT / ARCHITECTURE).read_text()),
    }
    generated[SIGNATURES] = _prettier(SIGNATURES, signatures_module())
    if "--check" not in sys.argv:
        for name, content in generated.items():
            (ROOT / name).write_text(content)
        (ROOT / TYPES).write_text(_types())
        return 0
    generated[TYPES] = _types()
    stale = [name for name, content in generated.items() if not _is_fresh(name, content)]
    if stale:
        print(f"Stale: {', '.join(stale)}. Run ./scripts/generate and commit what it changed.")
    return 1 if stale else 0


def _openapi() -> str:
    with (app := create_app(_unconnected_parts())).app_context():
        return json.dumps(openapi_document(app), indent=2) + "\n"


def _types() -> str:
    """The front end's types, made from docs/openapi.json."""
    options = ["--alphabetize", "--default-non-nullable=false"]
    made = _frontend_tool("openapi-typescript", "../docs/openapi.json", *options)
    return _prettier(TYPES, made)


def _prettier(path: str, text: str) -> str:
    name = path.removeprefix("frontend/")
    return _frontend_tool("prettier", "--stdin-filepath", name, text=text)


def _frontend_tool(name: str, *arguments: str, text: str = "") -> str:
    frontend = ROOT / "frontend"
    done = subprocess.run(
        [frontend / "node_modules/.bin" / name, *arguments],
        cwd=frontend,
        check=True,
        stdout=subprocess.PIPE,
        input=text,
        text=True,
    )
    return done.stdout


def _unconnected_parts() -> Dependencies:
    """Parts that are never asked: describing the API needs no database and no AWS."""
    settings = Settings.from_environment(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
            "SITE_ORIGIN": "https://pictures.example.org",
            "PICTURE_BUCKET": "pictures",
            "PICTURE_QUEUE_URL": "https://queue.example.org/pictures",
            "DESCRIPTION_QUEUE_URL": "https://queue.example.org/descriptions",
            "EXPORT_QUEUE_URL": "https://queue.example.org/exports",
            "MAIL_QUEUE_URL": "https://queue.example.org/mails",
            "SECRET_KEY": "only documents are made with this",
            "SETUP_CODE": "only documents are made with this",
            "USER_ROLE_ARN": "arn:aws:iam::000000000000:role/user",
            "AWS_REGION": "us-east-1",
        }
    )
    return build_parts(settings)


def _is_fresh(name: str, content: str) -> bool:
    path = ROOT / name
    committed = path.read_text() if path.exists() else ""
    lines = difflib.unified_diff(
        committed.splitlines(), content.splitlines(), f"{name} as it is", "as it should be", n=1
    )
    for line in list(lines)[:20]:
        print(line)
    return committed == content


if __name__ == "__main__":
    sys.exit(main())
