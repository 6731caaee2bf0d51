"""Taking pictures in, and everything that tries to get something else in (THREATS 8-11, 14, 17)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import boto3
import httpx2
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from sqlalchemy import Engine, text

from app.clients.aws.boto import make_client
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from app.jobs.worker_context import WorkerContext
from app.settings import PICTURE_TYPES, Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of, until
from tests.support.images import Picture, jpeg, not_a_picture, png
from tests.support.users import Json, Person, put

MAX = 200 * 1024 * 1024


@pytest.fixture(scope="module")
def settings(stack: EmbeddedStack) -> Settings:
    return Settings.from_environment(stack.environment("api"))


@pytest.fixture
def access(stack: EmbeddedStack, settings: Settings) -> UserAccess:
    """What the API signs with."""
    with keys_of(stack.environment("api")):
        sts = make_client("sts", settings)
    return UserAccess(
        sts=sts,
        role_arn=settings.user_role_arn,
        bucket_name=settings.picture_bucket,
        bucket=bucket_at(
            name=settings.picture_bucket,
            region=settings.aws_region,
            endpoint_url=settings.aws_endpoint_url,
        ),
    )


def user_id(person: Person) -> UUID:
    return UUID(person.http.get("/api/account").json()["user"]["id"])


def test_what_was_promised_is_taken(ada: Person) -> None:
    picture = jpeg(seed=10)
    (place,) = ada.promise(picture)
    assert place["status"] == "upload"
    assert place["image"]["state"] == "uploading"
    assert place["upload"]["method"] == "PUT"
    assert put(place["upload"], picture.content).status_code == 200
    settled = until(lambda: ada.settled(place["image"]["id"]))
    assert settled["state"] == "ready"


def test_asking_for_places_moves_the_turn_on(ada: Person, database: Engine) -> None:
    """Others give way to who was promised a place, so it costs something to be promised one."""

    def turn() -> float:
        query = text(
            "SELECT coalesce(max(extract(epoch FROM empty_at - now())), 0)::float8"
            " FROM rate_limits WHERE key = 'turn:' || :owner"
        )
        with database.connect() as connection:
            return float(connection.execute(query, {"owner": str(user_id(ada))}).scalar_one())

    picture = jpeg(seed=77)
    assert turn() == 0
    for times in (1, 2):  # the same place again is as good a reason for others to give way
        ada.promise(picture)
        assert (times - 1) * 20 < turn() <= times * 20


def test_the_signature_covers_key_length_type_checksum_and_absence(ada: Person) -> None:
    (place,) = ada.promise(jpeg(seed=11))
    url = urlsplit(place["upload"]["url"])
    signed = unquote(url.query).partition("X-Amz-SignedHeaders=")[2].partition("&")[0]
    assert signed == "content-length;content-type;host;if-none-match;x-amz-checksum-sha256"
    assert "X-Amz-Expires=300" in url.query


@pytest.mark.parametrize("change", [b"", b"longer"])
def test_other_bytes_or_another_length_are_refused(ada: Person, change: bytes) -> None:
    picture = jpeg(seed=12)
    (place,) = ada.promise(picture)
    same_length = bytes(reversed(picture.content))
    assert put(place["upload"], same_length + change).status_code in {400, 403}
    assert put(place["upload"], b"").status_code in {400, 403, 411}
    assert put(place["upload"], picture.content[:-1]).status_code in {400, 403}
    assert put(place["upload"], picture.content).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/html"},
        {"content_type": "image/svg+xml"},
        {"content_type": "image/jpeg; charset=utf-7"},
        {"x_amz_checksum_sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        {"if_none_match": "nothing"},
        {"x_amz_acl": "public-read"},
        {"x_amz_website_redirect_location": "https://evil.example/"},
        {"x_amz_meta_owner": "somebody"},
        {"x_amz_tagging": "public=yes"},
        {"x_amz_storage_class": "GLACIER"},
        {"x_amz_server_side_encryption": "aws:kms"},
        {"x_amz_copy_source": "/pinhole-pictures/users/x/y/original"},
    ],
)
def test_other_headers_are_refused(
    ada: Person, store: Callable[[str], Json], headers: dict[str, str]
) -> None:
    picture = jpeg(seed=13)
    (place,) = ada.promise(picture)
    assert put(place["upload"], picture.content, **headers).status_code in {400, 403}
    assert put(place["upload"], picture.content).status_code == 200
    head = store(urlsplit(place["upload"]["url"]).path)
    assert head["ContentType"] == "image/jpeg"
    assert not head["Metadata"]


def test_other_keys_are_refused(ada: Person, bob: Person) -> None:
    picture = jpeg(seed=14)
    (place,) = ada.promise(picture)
    (bobs,) = bob.promise(picture)
    mine, his = place["upload"]["url"], bobs["upload"]["url"]
    path, query = urlsplit(mine).path, urlsplit(mine).query
    origin = mine.partition("/pinhole-pictures/")[0]
    user = path.split("/")[3]
    others = [
        urlsplit(his).path,
        path.replace("/original", "/thumbnail.webp"),
        path.replace("/original", "/preview.webp"),
        path.replace("/original", "/original/original"),
        path.replace(f"users/{user}", f"users/{user}/../{urlsplit(his).path.split('/')[3]}"),
        path.replace(f"users/{user}", f"users/{user}%2f..%2f{urlsplit(his).path.split('/')[3]}"),
        path.replace("/pinhole-pictures/", "/other-bucket/"),
        "/pinhole-pictures/evil.html",
    ]
    for other in others:
        answer = put(place["upload"], picture.content, url=f"{origin}{other}?{query}")
        assert answer.status_code in {403, 404}, other
    assert bob.timeline() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_a_place_is_for_putting_only(ada: Person, method: str) -> None:
    picture = jpeg(seed=15)
    (place,) = ada.promise(picture)
    assert put(place["upload"], picture.content).status_code == 200
    answer = httpx2.request(method, place["upload"]["url"], headers=place["upload"]["headers"])
    assert answer.status_code in {403, 400}


def test_a_place_is_used_once(ada: Person) -> None:
    picture = jpeg(seed=16)
    (place,) = ada.promise(picture)
    assert put(place["upload"], picture.content).status_code == 200
    assert put(place["upload"], picture.content).status_code == 412
    until(lambda: ada.settled(place["image"]["id"]))
    assert put(place["upload"], picture.content).status_code == 412


def test_a_place_expires(ada: Person, access: UserAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = jpeg(seed=17)
    access.credentials(user_id(ada))  # made now, so that only the place is old
    earlier = datetime.now(UTC) - timedelta(minutes=6)
    monkeypatch.setattr("app.clients.aws.presigned_urls._now", lambda: earlier)
    place = access.upload_place(
        user_id(ada),
        uuid4(),
        size=len(picture.content),
        content_type="image/jpeg",
        sha256=sha256(picture.content).digest(),
    )
    answer = put({"url": place.url, "headers": place.headers}, picture.content)
    assert answer.status_code == 403
    assert "expired" in answer.text.lower()


def test_a_cancelled_upload_leaves_nothing_even_if_it_arrives(
    ada: Person, worker_context: WorkerContext, objects_of: Callable[[Person], list[str]]
) -> None:
    picture = jpeg(seed=18)
    (place,) = ada.promise(picture)
    image_id = place["image"]["id"]
    assert ada.http.delete(f"/api/images/{image_id}").status_code == 204
    assert ada.http.get(f"/api/images/{image_id}").status_code == 404
    assert put(place["upload"], picture.content).status_code == 200

    def is_gone() -> bool:
        worker_context.sweep()
        return objects_of(ada) == []

    until(is_gone)
    assert ada.timeline() == []


def test_nobody_reads_pictures_without_a_signature(ada: Person) -> None:
    (image_id,) = ada.upload(jpeg(seed=19))
    settled = until(lambda: ada.settled(image_id))
    for url in (settled["thumbnail_url"], settled["preview_url"]):
        assert httpx2.get(url).status_code == 200
        assert httpx2.get(url.partition("?")[0]).status_code == 403
        assert httpx2.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403


def test_a_persons_credentials_reach_that_prefix_only(
    ada: Person, bob: Person, access: UserAccess, settings: Settings
) -> None:
    picture = jpeg(seed=20)
    (bobs,) = bob.upload(picture)
    until(lambda: bob.settled(bobs))
    (hers,) = ada.upload(picture)
    until(lambda: ada.settled(hers))
    given = access.credentials(user_id(ada))
    s3 = boto3.Session().client(
        "s3",
        endpoint_url=settings.aws_endpoint_url,
        region_name=settings.aws_region,
        aws_access_key_id=given.access_key_id,
        aws_secret_access_key=given.secret_access_key,
        aws_session_token=given.session_token,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    bucket = settings.picture_bucket
    mine = f"users/{user_id(ada).hex}/{UUID(hers).hex}"
    his = f"users/{user_id(bob).hex}/{UUID(bobs).hex}"
    assert s3.get_object(Bucket=bucket, Key=f"{mine}/original")["ContentLength"] > 0

    attempts: list[Callable[[], object]] = [
        lambda: s3.get_object(Bucket=bucket, Key=f"{his}/original"),
        lambda: s3.get_object(Bucket=bucket, Key=f"{his}/thumbnail.webp"),
        lambda: s3.head_object(Bucket=bucket, Key=f"{his}/original"),
        lambda: s3.put_object(Bucket=bucket, Key=f"{his}/original", Body=b"x"),
        lambda: s3.put_object(Bucket=bucket, Key=f"{mine}/thumbnail.webp", Body=b"x"),
        lambda: s3.put_object(Bucket=bucket, Key=f"{mine}/preview.webp", Body=b"x"),
        lambda: s3.put_object(Bucket=bucket, Key="evil.html", Body=b"x"),
        lambda: s3.copy_object(
            Bucket=bucket, Key=f"{mine}/original", CopySource=f"{bucket}/{his}/original"
        ),
        lambda: s3.delete_object(Bucket=bucket, Key=f"{his}/original"),
        lambda: s3.delete_object(Bucket=bucket, Key=f"{mine}/original"),
        lambda: s3.list_objects_v2(Bucket=bucket),
        lambda: s3.list_objects_v2(Bucket=bucket, Prefix=f"users/{user_id(bob).hex}/"),
        lambda: s3.put_object_acl(Bucket=bucket, Key=f"{mine}/original", ACL="public-read"),
        lambda: s3.get_bucket_policy(Bucket=bucket),
        lambda: s3.put_bucket_policy(Bucket=bucket, Policy="{}"),
        s3.list_buckets,
    ]
    for number, attempt in enumerate(attempts):
        with pytest.raises(ClientError) as refused:
            attempt()
        status = refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status in {403, 404}, (number, refused.value)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"size": 0}, 422),
        ({"size": -1}, 422),
        ({"size": 2**60}, 422),
        ({"size": "many"}, 422),
        ({"size": 1.5}, 422),
        ({"sha256": "abc"}, 422),
        ({"sha256": "g" * 64}, 422),
        ({"sha256": None}, 422),
        ({"name": ""}, 422),
        ({"name": None}, 422),
        ({"name": "x" * 5000}, 422),
        ({"content_type": None}, 422),
        ({"content_type": "x" * 200}, 422),
        ({"key": "users/x/y/original"}, 422),
    ],
)
def test_bad_announcements_are_refused_whole(
    ada: Person, database: Engine, change: Json, status: int
) -> None:
    good, bad = jpeg(seed=21).announcement(), jpeg(seed=22).announcement() | change
    answer = ada.http.post("/api/images", json={"images": [good, bad]})
    assert (answer.status_code, answer.json()["code"]) == (status, "validation_failed")
    assert answer.json()["errors"][0]["field"].startswith("images.1")
    assert _rows_of(ada, database) == 0


def test_what_cannot_be_taken_in_is_refused_alone(ada: Person) -> None:
    svg = Picture(name="x.svg", content_type="image/svg+xml", content=b"<svg/>")
    huge = jpeg(seed=23).announcement() | {"size": MAX + 1}
    largest = jpeg(seed=24).announcement() | {"size": MAX}
    answer = ada.http.post(
        "/api/images",
        json={"images": [svg.announcement(), huge, largest, png(seed=23).announcement()]},
    )
    places = answer.json()["places"]
    assert [place["status"] for place in places] == ["refused", "refused", "upload", "upload"]
    assert [place.get("code") for place in places[:2]] == ["unsupported_type", "too_large"]
    assert "200 MB" in places[1]["detail"]


def test_batches_are_bounded(ada: Person) -> None:
    one = jpeg(seed=25).announcement()
    assert ada.http.post("/api/images", json={"images": []}).status_code == 422
    assert ada.http.post("/api/images", json={"images": [one] * 101}).status_code == 422


def test_the_same_bytes_are_one_picture(ada: Person) -> None:
    picture = jpeg(seed=26)
    twice = ada.promise(picture, picture)
    assert twice[0]["image"]["id"] == twice[1]["image"]["id"]
    put(twice[0]["upload"], picture.content)
    until(lambda: ada.settled(twice[0]["image"]["id"]))
    (again,) = ada.promise(picture)
    assert again["status"] == "exists"
    assert not again["restored"]
    assert again["image"]["id"] == twice[0]["image"]["id"]
    assert ada.timeline() == [again["image"]["id"]]


def test_an_unfinished_upload_gets_its_place_again(ada: Person) -> None:
    picture = jpeg(seed=27)
    (first,) = ada.promise(picture)
    (second,) = ada.promise(replace(picture, name="again.jpg"))
    assert second["status"] == "upload"
    assert second["image"]["id"] == first["image"]["id"]
    assert second["image"]["name"] == "again.jpg"
    assert put(second["upload"], picture.content).status_code == 200


def test_uploading_a_deleted_picture_again_brings_it_back(ada: Person) -> None:
    picture = jpeg(seed=28)
    (image_id,) = ada.upload(picture)
    until(lambda: ada.settled(image_id))
    ada.http.delete(f"/api/images/{image_id}")
    assert ada.timeline() == []
    (again,) = ada.promise(picture)
    assert (again["status"], again["restored"]) == ("exists", True)
    assert again["image"]["deleted_at"] is None
    assert ada.timeline() == [image_id]


def test_what_is_no_picture_is_rejected_and_gone(
    ada: Person, objects_of: Callable[[Person], list[str]]
) -> None:
    (image_id,) = ada.upload(not_a_picture())
    settled = until(lambda: ada.settled(image_id))
    assert settled["state"] == "rejected"
    assert settled["failure"]["code"] == "not_a_picture"
    assert settled["thumbnail_url"] is None
    assert ada.timeline() == []
    until(lambda: objects_of(ada) == [])
    assert ada.http.get(f"/api/images/{image_id}/original").status_code == 404
    (good,) = ada.upload(jpeg(seed=29))
    assert until(lambda: ada.settled(good))["state"] == "ready"
    # Tried again, it gets a place and the same answer.
    (again,) = ada.upload(not_a_picture())
    assert until(lambda: ada.settled(again))["state"] == "rejected"


def test_the_detected_type_counts_not_the_declared_one(ada: Person) -> None:
    content = png(seed=30).content
    (image_id,) = ada.upload(Picture(name="x.jpg", content_type="image/jpeg", content=content))
    assert until(lambda: ada.settled(image_id))["content_type"] == "image/png"
    original = ada.http.get(f"/api/images/{image_id}/original").json()
    answer = httpx2.get(original["url"])
    assert answer.content == content
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment;")


JPEG, PNG = jpeg(seed=40).content, png(seed=40).content
PAGE = b"<!doctype html><script>alert(document.domain)</script>"
ARCHIVE = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
POLYGLOTS = {
    "picture, then page": JPEG + PAGE,
    "picture, then script": PNG + b"*/=1;alert(1)//",
    "picture, then archive": PNG + ARCHIVE,
    "picture with a page for a comment": JPEG[:2] + b"\xff\xfe\x00\x38" + PAGE + JPEG[2:],
    "gif that is a script": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//",
    "page, then picture": PAGE + JPEG,
    "archive, then picture": ARCHIVE + PNG,
    "svg": SVG,
    "svg behind white space": b"\n\n  " + SVG,
    "xml": b"<?xml version='1.0'?>" + SVG,
    "pdf": b"%PDF-1.7\n" + JPEG,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n" + PNG,
    "photoshop": b"8BPS\x00\x01" + bytes(30),
    "program": b"#!/bin/sh\n: " + PNG,
    "windows program": b"MZ" + bytes(60) + PNG,
    "video": b"\x00\x00\x00\x18ftypmp42" + bytes(40),
    "wave in webp's clothes": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20),
    "text": b"just words",
    "nulls": bytes(512),
}


@pytest.mark.parametrize("kind", POLYGLOTS)
def test_whatever_a_file_also_is_it_is_a_picture_or_gone(ada: Person, kind: str) -> None:
    content = POLYGLOTS[kind]
    (image_id,) = ada.upload(Picture(name="x.jpg", content_type="image/jpeg", content=content))
    settled = until(lambda: ada.settled(image_id))
    original = ada.http.get(f"/api/images/{image_id}/original")
    if settled["state"] == "rejected":
        assert original.status_code == 404
        return
    assert content.startswith((JPEG[:2], PNG[:8], b"GIF89a"))
    answer = httpx2.get(original.json()["url"])
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] in PICTURE_TYPES
    if settled["preview_url"]:
        preview = httpx2.get(settled["preview_url"])
        assert preview.headers["content-type"] in {"image/jpeg", "image/webp"}
        assert b"alert" not in preview.content


def _rows_of(person: Person, database: Engine) -> int:
    with database.connect() as connection:
        query = text("SELECT count(*) FROM images WHERE owner_id = :id")
        return int(connection.execute(query, {"id": user_id(person)}).scalar_one())
