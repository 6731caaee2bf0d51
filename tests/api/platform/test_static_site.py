"""The site as one machine serves it: one page, hashed files, one host, apart from the API."""

from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack

SITE = "http://localhost:8000"


@pytest.fixture(scope="module")
def client(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    site_dir = tmp_path_factory.mktemp("site")
    (site_dir / "index.html").write_text("<!doctype html><title>Pinhole</title>")
    (site_dir / "s.html").write_text("<!doctype html><title>Shared</title>")
    (site_dir / "assets").mkdir()
    (site_dir / "assets/index-1a2b3c.js").write_text("export {};")
    (site_dir / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (site_dir.parent / "secret").write_text("not of the site")
    return _client(stack, site_dir)


def _client(stack: EmbeddedStack, site_dir: Path) -> FlaskClient:
    settings = Settings.from_environment(stack.environment("api") | {"SITE_DIR": str(site_dir)})
    return create_app(build_parts(settings)).test_client()


@pytest.mark.parametrize("path", ["/", "/settings", "/images/123", "/apis", "/a/b/c"])
def test_every_page_is_the_one_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url=SITE, buffered=True)
    assert answer.status_code == 200
    assert b"<title>Pinhole</title>" in answer.data
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_share_links_have_a_page_of_their_own(client: FlaskClient) -> None:
    answer = client.get("/s", base_url=SITE, buffered=True)
    assert b"<title>Shared</title>" in answer.data
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for other in ("/s/", "/s/x", "/s/x/y"):
        assert client.get(other, base_url=SITE).headers["Location"] == "/s"


@pytest.mark.parametrize("end", ["", "/"])
def test_a_link_with_a_preview_has_a_page_that_goes_on(client: FlaskClient, end: str) -> None:
    link = str(uuid4()).upper() + end
    answer = client.get(f"/s/{link}", base_url=SITE, buffered=True)
    assert b'<script src="/share-link.js">' in answer.data
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_hashed_files_are_kept_for_a_year(client: FlaskClient) -> None:
    answer = client.get("/assets/index-1a2b3c.js", base_url=SITE, buffered=True)
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/assets/gone-000000.js", base_url=SITE).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/images/0/describe"])
def test_the_api_is_not_the_site(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method, base_url=SITE, headers={"Origin": SITE})
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "not_found"


@pytest.mark.parametrize(
    "path", ["/../secret", "/..%2fsecret", "/assets/../../secret", "/%2e%2e/secret", "//secret"]
)
def test_nothing_beside_the_site_is_served(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url=SITE, buffered=True)
    assert b"not of the site" not in answer.data


def test_files_beside_the_site_there_or_not_get_one_answer(client: FlaskClient) -> None:
    there, absent = (
        client.get(f"/..%2f{name}", base_url=SITE, buffered=True) for name in ("secret", "nothing")
    )
    assert (there.status_code, there.data) == (absent.status_code, absent.data)


@pytest.mark.parametrize(
    "path", ["/" + "a" * 300, "/assets/" + "a" * 300, "/a%00b", "/" + "a/" * 3000]
)
def test_odd_addresses_are_pages_or_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url=SITE, buffered=True)
    assert answer.status_code in {200, 404}


@pytest.mark.parametrize("path", ["/x%0d%0aSet-Cookie:a=b", "/%0a/evil", "/a%3fb?c=%0d%0a"])
def test_redirects_stay_one_line(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 307
    assert answer.headers["Location"].startswith(f"{SITE}/")
    assert "Set-Cookie" not in answer.headers


def test_other_names_of_this_machine_lead_to_the_one(client: FlaskClient) -> None:
    answer = client.get("/settings?a=b", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{SITE}/settings?a=b"


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/%09/evil.example", "/\\evil.example", "/%01//evil.example", "/@evil"],
)
def test_no_redirect_leads_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8000")
    location = answer.headers.get("Location", SITE + "/")
    assert location.startswith(SITE + "/")


@pytest.mark.parametrize("host", ["evil.example", "localhost:9999", "localhost.evil.example:8000"])
def test_other_hosts_are_refused(client: FlaskClient, host: str) -> None:
    for path in ("/", "/api/health", "/api/auth/session"):
        answer = client.get(path, base_url=f"http://{host}")
        assert answer.status_code == 421
        assert answer.get_json()["code"] == "misdirected_request"
