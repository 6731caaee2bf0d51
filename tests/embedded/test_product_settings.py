"""What an operator sets reaches the parts that read it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.embedded.processes import Program
from scripts.embedded.product import Product


@pytest.mark.parametrize(
    "name",
    [
        "MAX_UPLOAD_BYTES",
        "STORAGE_QUOTA_BYTES",
        "EXPORT_ZIP_BYTES",
        "UNCONFINED_DECODERS",
        "SEARCH_BY_MEANING",
    ],
)
def test_setting_of_the_operator_reaches_api_and_worker(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1234567")
    programs: list[Program] = []
    stack: Any = SimpleNamespace(
        environment=lambda _: {},
        crew=SimpleNamespace(start=programs.append),
        folder=SimpleNamespace(path=tmp_path),
    )
    product = Product(stack=stack, providers={}, site_port=1, api_port=1, is_dev=False)
    product.start_api()
    product.start_worker()
    assert [program.environment.get(name) for program in programs] == ["1234567", "1234567"]
