"""The app in the tests' own process, for what no request shows."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack


@pytest.fixture(scope="module")
def app(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app in whose context a module's tests are."""
    site_dir = {"SITE_DIR": str(tmp_path_factory.mktemp("site"))}
    app = create_app(build_parts(Settings.from_environment(stack.environment("api") | site_dir)))
    with app.app_context():
        yield app
