"""What a function reads when it starts: the operator's keys become settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lambda_handlers.config import function_config
from tests.support.lambda_environment import function_environment

if TYPE_CHECKING:
    import pytest

    from scripts.embedded.stack import EmbeddedStack


def test_keys_become_settings(stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in function_environment(stack, "api").items():
        monkeypatch.setenv(name, value)
    settings = function_config.__wrapped__().settings
    assert settings.secret_key == "k" * 48
    assert [(each.name, each.client_id) for each in settings.providers] == [
        ("google", "pinhole-at-google"),
        ("work", "pinhole-at-work"),
    ]
    assert settings.trusted_proxies == 2
