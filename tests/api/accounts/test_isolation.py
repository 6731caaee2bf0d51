"""A person sees what their session may read, and that S3 refuses the rest (THREATS 8)."""

from uuid import UUID

import httpx2
import pytest

from app.accounts.rate_limits.policies import ISOLATION_TRIES
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.users import Json, Person

PATH = "/api/account/isolation"


@pytest.fixture
def picture(bob: Person) -> str:
    """The address of a picture of Bob's, as his browser has it."""
    (image,) = bob.upload(jpeg(seed=1450, name="his.jpg"))
    until(lambda: bob.settled(image))
    url: str = bob.http.get(f"/api/images/{image}").json()["thumbnail_url"]
    assert httpx2.get(url).status_code == 200
    return url


def probe(person: Person, address: str | None = None) -> Json:
    answer = person.http.post(f"{PATH}/probe", json={"address": address})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def test_the_policy_is_the_sessions_and_names_one_prefix(ada: Person) -> None:
    shown = ada.http.get(PATH).json()
    prefix = f"users/{UUID(ada.user_id).hex}/"
    assert shown["prefix"] == prefix
    statements = shown["policy"]["Statement"]
    assert len(statements) == 2
    assert all(f"/{prefix}" in each["Resource"] for each in statements)
    assert all(each["Effect"] == "Allow" for each in statements)
    assert shown["is_aws"] is False


def test_storage_refuses_anothers_picture_and_shows_ones_own(ada: Person, picture: str) -> None:
    (own,) = ada.upload(jpeg(seed=1451, name="hers.jpg"))
    until(lambda: ada.settled(own))
    for address in (None, picture):
        tried = probe(ada, address)
        refused = httpx2.get(tried["url"], headers=tried["headers"])
        assert refused.status_code == 403
        assert "<Code>AccessDenied</Code>" in refused.text
        assert httpx2.get(tried["own_url"]).status_code == 200
    assert picture.partition("/users/")[2].partition("/")[0] in probe(ada, picture)["key"]


def test_the_signature_reads_no_byte_though_it_were_allowed(
    ada: Person, stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = stack.environment("api")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, environment[name])
    (own,) = ada.upload(jpeg(seed=1452, name="hers.jpg"))
    until(lambda: ada.settled(own))
    parts = build_parts(Settings.from_environment(environment))
    key = f"users/{UUID(ada.user_id).hex}/{UUID(own).hex}/original"
    url, headers = parts.access.probe(UUID(ada.user_id), key)
    allowed = httpx2.get(url, headers=headers)
    assert allowed.status_code == 416
    assert b"JFIF" not in allowed.content
    # The header is signed: without it, and with another one, nothing is read either.
    for other in ({}, {"Range": "bytes=0-9"}):
        assert httpx2.get(url, headers=other).status_code == 403


def test_what_is_no_address_of_anothers_picture_is_refused(ada: Person, picture: str) -> None:
    own = f"https://s3.example/users/{UUID(ada.user_id).hex}/{'0' * 32}/original"
    wrong = ["", "x", "https://[", "https://s3.example/users/../x", own, picture[:60], "x" * 5_001]
    for address in wrong:
        answer = ada.http.post(f"{PATH}/probe", json={"address": address})
        assert answer.status_code == 422, address


def test_scripts_learn_nothing_of_it_and_tries_end(ada: Person) -> None:
    asked = {"name": "A script", "scope": "write", "days": 7}
    made = ada.http.post("/api/account/tokens", json=asked)
    token = made.json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=ada.http.base_url, headers=headers) as script:
        assert script.get(PATH).status_code == 403
        assert script.post(f"{PATH}/probe", json={}).status_code == 403
    answers = [
        ada.http.post(f"{PATH}/probe", json={}).status_code
        for _ in range(ISOLATION_TRIES.burst + 1)
    ]
    assert answers[-1] == 429
