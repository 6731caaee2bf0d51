"""Programs that integrators would write, by clients that are made from the document.

Each uploads, lists, renames, describes and deletes, against the running product, after a strict
check of its types. What is made here is never kept.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from scripts.embedded.node import path_with_node
from tests.support.images import jpeg
from tests.support.users import Person

CLIENTS = Path(__file__).parent / "clients"
PACKAGES = CLIENTS / "node_modules"
DOCUMENT = Path(__file__).parents[2] / "docs/openapi.json"
PROGRAMS = Path(sys.executable).parent
PATIENCE = 240


def run(*command: str | Path, folder: Path, settings: dict[str, str] | None = None) -> str:
    """Run a program that must end well; return what it printed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            "PATH": path_with_node(),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            **(settings or {}),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-4000:]}"
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the packages that make and judge clients in TypeScript."""
    assert PACKAGES.exists(), f"run `npm ci --ignore-scripts` in {CLIENTS}, or ./scripts/test api"
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name in ("environment.ts", "tsconfig.json"):
        shutil.copy(CLIENTS / name, tmp_path)
    return tmp_path


@pytest.fixture
def document(visitor: httpx2.Client, tmp_path: Path) -> Path:
    """The document as the running product gives it."""
    found = tmp_path / "openapi.json"
    found.write_text(json.dumps(visitor.get("/api/openapi.json").json()))
    return found


@pytest.fixture
def settings(ada: Person, site: str, tmp_path: Path) -> dict[str, str]:
    """What a program is given: where the site is, a token that may write, and a picture."""
    ada.switch_descriptions_on()
    made = ada.http.post("/api/account/tokens", json={"name": "x", "scope": "write", "days": 1})
    (tmp_path / "picture.jpg").write_bytes(jpeg(seed=5300).content)
    picture = str(tmp_path / "picture.jpg")
    return {"SITE": site, "TOKEN": made.json()["token"], "PICTURE": picture}


def require_deleted(person: Person, printed: str) -> None:
    """What a program ends with: its picture is in Recently deleted, under its new name."""
    (image_id,) = printed.split()
    assert person.timeline(deleted="true") == [image_id]
    assert person.detail(image_id)["name"] == "dusk.jpg"


def test_openapi_python_client_works_under_mypy_strict(
    ada: Person, document: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    maker = PROGRAMS / "openapi-python-client"
    # Without a formatter of its own choice: ruff's fixes are not what is judged here.
    (tmp_path / "maker.yaml").write_text("post_hooks: []\n")
    options = ["--meta", "none", "--output-path", "pinhole_client", "--config", "maker.yaml"]
    run(maker, "generate", "--path", document, *options, folder=tmp_path)
    shutil.copy(CLIENTS / "openapi_python_client.py", tmp_path / "program.py")
    run(PROGRAMS / "mypy", "--strict", "program.py", "pinhole_client", folder=tmp_path)
    strict = [sys.executable, "-W", "error", "program.py"]
    require_deleted(ada, run(*strict, folder=tmp_path, settings=settings))


MAKERS = {
    "openapi-fetch": ["openapi-typescript", "openapi.json", "-o", "schema.d.ts"],
    "hey-api": [
        *("openapi-ts", "-i", "openapi.json", "-o", "made", "-c", "@hey-api/client-fetch"),
        *("--silent", "--no-log-file"),
    ],
}


@pytest.mark.parametrize("program", MAKERS)
def test_typescript_client_works_under_tsc_strict(
    ada: Person,
    document: Path,
    folder: Path,
    settings: dict[str, str],
    program: str,
) -> None:
    assert document.exists()
    maker, *options = MAKERS[program]
    run(PACKAGES / ".bin" / maker, *options, folder=folder)
    shutil.copy(CLIENTS / f"{program}.ts", folder)
    run(PACKAGES / ".bin/tsc", "-p", ".", folder=folder)
    node = shutil.which("node", path=path_with_node())
    require_deleted(ada, run(node or "node", f"js/{program}.js", folder=folder, settings=settings))


def test_document_breaks_no_recommended_rule_of_redocly_and_spectral(tmp_path: Path) -> None:
    assert PACKAGES.exists(), f"run `npm ci --ignore-scripts` in {CLIENTS}, or ./scripts/test api"
    offline = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    found = run("node", CLIENTS / "lint.mjs", DOCUMENT, folder=tmp_path, settings=offline)
    assert found.strip() == ""
