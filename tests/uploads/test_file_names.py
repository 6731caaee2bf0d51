"""Names that come with uploads are made fit to show, and keep their extension."""

import pytest
from pydantic import TypeAdapter

from app.images.schemas import Name

_NAME = TypeAdapter[str](Name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("beach.jpg", "beach.jpg"),
        ("C:\\Users\\ada\\beach.jpg", "beach.jpg"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
        ("漢" * 256 + ".heic", "漢" * 250 + ".heic"),
        ("x" * 300, "x" * 255),
        # What only looks like an extension is cut with the rest.
        ("1. " + "x" * 300, ("1. " + "x" * 300)[:255]),
        ("x." + "y" * 300, ("x." + "y" * 300)[:255]),
        # 251 letters before a family of three, which is not cut through its joiners.
        ("x" * 249 + "\U0001f468\u200d\U0001f469.jpg", "x" * 249 + "\U0001f468.jpg"),
        ("beach .jpg", "beach .jpg"),
    ],
)
def test_name_that_is_long_keeps_its_extension(given: str, kept: str) -> None:
    assert _NAME.validate_python(given) == kept


@pytest.mark.parametrize(
    "unseen",
    ["\u200b\u200b", "\u3164", "\u2800\u2800", "\u115f \uffa0", "\u200d", "\ufe0f", "\u0301", " "],
)
@pytest.mark.parametrize("extension", ["", ".jpg", ".HEIC"])
def test_name_of_invisible_characters_becomes_readable(unseen: str, extension: str) -> None:
    assert _NAME.validate_python(unseen + extension) == "picture" + extension


@pytest.mark.parametrize("dots", [".", "..", "...", "…/.."])
def test_name_of_dots_becomes_readable(dots: str) -> None:
    assert _NAME.validate_python(dots) == "picture"
