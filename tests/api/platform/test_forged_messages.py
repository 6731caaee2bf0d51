"""Messages that nobody of ours has sent do nothing (THREATS 17)."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.api.conftest import stored_event, until
from tests.support.images import jpeg
from tests.support.users import Person


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"task": "describe"}',
        '{"task": "describe", "image_id": "../../x"}',
        '{"task": "delete everything"}',
        stored_event("KEY", bucket="other"),
        stored_event("users/../KEY"),
        stored_event("KEY/original"),
        stored_event("KEY", name="ObjectRemoved:Delete"),
        '{"Records": [{"s3": 5}, 7, null]}',
        '{"Event": "s3:TestEvent"}',
    ],
)
def test_forged_messages_do_nothing(ada: Person, send: Callable[[str], None], body: str) -> None:
    (place,) = ada.promise(jpeg(seed=32))
    key = urlsplit(place["upload"]["url"]).path.removeprefix("/pinhole-pictures/")
    send(body.replace("KEY", key) or " ")
    # A picture that comes after it is processed, and the forged one has changed nothing.
    (after,) = ada.upload(jpeg(seed=33))
    until(lambda: ada.settled(after))
    assert ada.detail(place["image"]["id"])["state"] == "uploading"
