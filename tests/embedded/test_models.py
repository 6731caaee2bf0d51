"""Which model settings reach the API and the worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.settings import Settings
from scripts.embedded.models import settings_of_person
from scripts.embedded.stack import EmbeddedStack
from tests.conftest import SITE_ORIGIN
from tests.embedded.raw_http import send

if TYPE_CHECKING:
    from pathlib import Path


def test_a_persons_own_settings_pass_through_as_they_are() -> None:
    own = {
        "OPENAI_API_KEY": "key",
        "OPENAI_BASE_URL": "http://127.0.0.1:11434/v1",
        "OPENAI_MODEL": "llava",
        "OPENAI_EFFORT": "",  # set but empty: do not send it
    }
    assert settings_of_person({**own, "OPENAI_LOG": "debug", "PATH": "/bin"}) == own
    assert settings_of_person({"OPENAI_API_KEY": "key"}) == {"OPENAI_API_KEY": "key"}


def test_without_a_key_there_is_no_model() -> None:
    assert settings_of_person({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}) == {}
    assert settings_of_person({"OPENAI_API_KEY": ""}) == {}


def test_the_stand_in_answers_and_is_marked_as_demo(data_folder: Path) -> None:
    with EmbeddedStack(
        data=data_folder, site_origin=SITE_ORIGIN, openai="stand-in", careless=True
    ) as stack:
        for part in ("api", "worker"):
            model = Settings.from_environment(stack.environment(part)).model
            assert model is not None
            assert model.is_demo
            assert model.model == "pinhole-demo"
            answer = send("GET", f"{model.base_url}/models")
            assert answer.status == 200
            assert json.loads(answer.body)
        assert "OPENAI_API_KEY" not in stack.environment("migrate")
