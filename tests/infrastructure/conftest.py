"""The stack in both sizes, synthesized once, and the functions' package, built once."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MACHINE = "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64"

KEPT = {
    "bucket": "pinhole-pictures-0a1b2c3d4e5f",
    "snapshot": "pinhole-snapshot-databaseinstance-1x2y3z",
    "keys": "arn:aws:secretsmanager:us-east-1:123456789012:secret:SecretsKeys-AbCdEf",
}


def run(*words: str | Path, **variables: str) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        # The caller's, less what tests/conftest.py takes out: installers find registries by it.
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Template:
    path: Path
    body: dict[str, Any]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of a type, by their names."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind: str, *, named: str = "") -> dict[str, Any]:
        """Return the one resource of a type whose name starts so, whole."""
        found = [
            resource
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == kind and name.startswith(named)
        ]
        assert len(found) == 1, f"{len(found)} of {kind} {named}"
        return dict(found[0])


@pytest.fixture(scope="session")
def packages() -> dict[str, Path]:
    """Build the package for this machine, and then the one that is deployed."""
    for architecture in dict.fromkeys((MACHINE, "arm64")):
        run(ROOT / "scripts/build", PINHOLE_ARCHITECTURE=architecture)
    return {name: ROOT / "build" / name for name in {MACHINE, "arm64"}}


def _synthesize(out: Path, *, region: str = "", **context: str) -> Template:
    settled = json.loads((ROOT / "cdk.json").read_text())["context"]
    run(
        ROOT / ".venv-deploy/bin/python",
        *("-m", "infrastructure.app"),
        CDK_OUTDIR=str(out),
        CDK_CONTEXT_JSON=json.dumps(settled | context),
        **({"CDK_DEFAULT_REGION": region} if region else {}),
    )
    path = out / "Pinhole.template.json"
    return Template(path=path, body=json.loads(path.read_text()))


@pytest.fixture(scope="session")
def small(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Template:
    assert packages
    return _synthesize(tmp_path_factory.mktemp("small"), size="small")


@pytest.fixture(scope="session")
def production(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Template:
    assert packages
    return _synthesize(
        tmp_path_factory.mktemp("production"),
        size="production",
        domain="pictures.example.org",
        zone="Z0123456789ABC",
        alarms="operator@example.org",
        mail="pinhole@example.org",
        registration="closed",
    )


@pytest.fixture(scope="session")
def large(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Template:
    assert packages
    return _synthesize(tmp_path_factory.mktemp("large"), size="large")


@pytest.fixture(scope="session")
def ipv6(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Template:
    assert packages
    return _synthesize(
        tmp_path_factory.mktemp("ipv6"),
        region="eu-north-1",
        egress="ipv6",
        zones="eu-north-1a,eu-north-1b",
    )


@pytest.fixture(scope="session")
def beside(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack in eu-west-1 with a firewall and a second copy: the folder of all three templates."""
    assert packages
    out = tmp_path_factory.mktemp("beside")
    _synthesize(out, region="eu-west-1", rate="2400", replica="eu-central-1")
    return out


@pytest.fixture(params=["small", "production", "large"])
def template(request: pytest.FixtureRequest) -> Template:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Template)
    return found


@pytest.fixture(scope="session")
def first(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The first deployment of a library that takes back what an earlier stack kept."""
    assert packages
    return _synthesize(tmp_path_factory.mktemp("first"), first="true", **KEPT)


@pytest.fixture(scope="session")
def taken_back(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The second deployment of that one, where ten functions may run at once and no budget is."""
    assert packages
    out = tmp_path_factory.mktemp("taken-back")
    return _synthesize(out, executions="10", budget="none", **KEPT)
