"""The CDK runs on the Node.js that the build provided, whichever the machine has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.deployment.deploy import run_cdk
from scripts.embedded.errors import StartError


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A shell in which the first Node.js does not run the CDK."""
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 1\n")
    node.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}


def test_cdk_runs_where_the_machines_own_node_does_not_do(machine: dict[str, str]) -> None:
    run_cdk("--version", environment=machine)


def test_cdk_that_fails_is_an_error(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", machine["PATH"])  # so that the one before could fail
    with pytest.raises(StartError, match="cdk --version did not succeed"):
        run_cdk("--version", environment=machine)
