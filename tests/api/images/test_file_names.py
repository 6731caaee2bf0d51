"""Names of files are display text, whatever they are (THREATS 14)."""

from email.message import Message
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2
import pytest

from app.clients.aws.presigned_urls import attachment
from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.users import Person

NASTY_NAMES = [
    "../../etc/passwd.jpg",
    "..\\..\\windows\\system32\\evil.jpg",
    "/absolute/path.jpg",
    "C:\\Users\\ada\\beach.jpg",
    "nul\x00byte.jpg",
    "line\r\nSet-Cookie: session=stolen.jpg",
    "tab\tand\x1bescape\x7f.jpg",
    'quote"; filename="evil.exe',
    "semi;colon.jpg",
    "percent%2e%2e%2fslash.jpg",
    "right\u202eto-left gpj.exe",
    "zero\u200bwidth\ufeff.jpg",
    "żółw 🐢 ĳs.jpg",
    "e\u0301clair.jpg",
    "<img src=x onerror=alert(1)>.jpg",
    "'; DROP TABLE images; --.jpg",
    "$(touch /tmp/pwned).jpg",
    "`touch /tmp/pwned`.jpg",
    "${7*7}{{7*7}}.jpg",
    "x" * 1025 + ".jpg",
    "ł" * 1025,
    ".",
    "..",
    "...",
    " ",
    "\n",
    "/",
    "\\",
    "con.jpg",
    "users/0/1/original",
    "javascript:alert(1)",
    "\U000e0041\U000e0042tags.jpg",
    "combining" + "\u0300" * 500 + ".jpg",
    *(f"control {chr(code)}.jpg" for code in (1, 7, 8, 11, 12, 28, 127, 128, 133, 155)),
    *(f"space {chr(code)}.jpg" for code in (0xA0, 0x2003, 0x2028, 0x2029, 0x3000)),
    *(f"order {chr(code)}.jpg" for code in (0x202A, 0x202B, 0x202D, 0x2066, 0x2069)),
    *(f"%{code:02x}.jpg" for code in (0, 0x0A, 0x0D, 0x2F, 0x5C)),
    "\ufffe\uffff.jpg",
    "🏳️‍🌈 family 👨‍👩‍👧.jpg",
]


def test_names_are_display_text_whatever_they_are(ada: Person) -> None:
    assert len(NASTY_NAMES) >= 60
    for number, name in enumerate(NASTY_NAMES):
        picture = jpeg(seed=1000 + number, size=(320, 32), name=name)
        (place,) = ada.promise(picture)
        shown = place["image"]["name"]
        assert 0 < len(shown) <= 255
        assert shown.replace("\u200d", "").isprintable()
        assert "/" not in shown
        assert "\\" not in shown
        key = urlsplit(place["upload"]["url"]).path
        assert (
            key.removeprefix("/pinhole-pictures/users/")
            .replace("/original", "")
            .replace("/", "")
            .isalnum()
        )
        renamed = ada.http.patch(f"/api/images/{place['image']['id']}", json={"name": name})
        if "/" in name or "\\" in name:
            # What was typed is not cut behind somebody's back.
            assert renamed.status_code == 422
            assert "no / and no" in renamed.json()["errors"][0]["message"]
        else:
            assert renamed.json()["name"] == shown
        expect_one_name(attachment(shown), shown)
    assert not Path("/tmp/pwned").exists()  # noqa: S108 - where one of the names would have it made


def expect_one_name(header: str, shown: str) -> None:
    """A header that saves a file says its name once for old browsers, once for all, and no more."""
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    kind, plain, extended = header.split("; filename")
    assert kind == "attachment"
    assert not set('"\\;%') & set(plain.removeprefix('="').removesuffix('"'))
    assert unquote(extended.removeprefix("*=UTF-8''")) == shown


@pytest.mark.parametrize(
    "name", ['quote"; filename="evil.exe', "line\r\nX-Evil: yes.jpg", "żółw 🐢.jpg"]
)
def test_downloads_have_one_name_and_no_header_of_a_strangers(ada: Person, name: str) -> None:
    (image_id,) = ada.upload(jpeg(seed=31, name=name))
    until(lambda: ada.settled(image_id))
    shown = ada.detail(image_id)["name"]
    answer = httpx2.get(ada.http.get(f"/api/images/{image_id}/original").json()["url"])
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers
    header = Message()
    header["Content-Disposition"] = answer.headers["content-disposition"]
    assert header.get_content_disposition() == "attachment"
    extended = answer.headers["content-disposition"].partition("filename*=UTF-8''")[2]
    assert unquote(extended) == shown
    assert ";" not in extended
