"""Serve the Vite build on one machine; on AWS, CloudFront does."""

import mimetypes
import re
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from flask import Flask, redirect, request, send_from_directory
from werkzeug.exceptions import MisdirectedRequest, NotFound
from werkzeug.routing import PathConverter
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.sessions.guards import public
from app.http.middleware import host_of
from app.sharing.visitor_routes import get_link_page

A_YEAR = "public, max-age=31536000, immutable"
# The page of share links, which is another document than the rest.
SHARE_LINKS = "s"
_PREVIEW = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?", re.IGNORECASE)
OTHER_NAMES = ("127.0.0.1", "[::1]")


def _own_address() -> str:
    """Path and query of this request, escaped as they came."""
    query = request.query_string.decode("latin-1")
    return quote(request.path) + (f"?{query}" if query else "")


def _is_file(folder: Path, path: str) -> bool:
    """Whether there is such a file in the folder; nothing is said of those elsewhere."""
    inside = safe_join(str(folder), path)
    try:
        return inside is not None and Path(inside).is_file()
    except (OSError, ValueError):  # too long for a name, or not one at all
        return False


class PagePath(PathConverter):
    """Every path but the API's: an unknown address there is the API's to answer."""

    regex = r"(?!api(?:/|$)).*?"


def _link_page(rest: str) -> AnyResponse:
    """Answer below the page of links, as CloudFront's viewer_address.js passes it on."""
    preview = _PREVIEW.fullmatch(rest)
    if preview is None:
        return redirect(f"/{SHARE_LINKS}")  # browsers keep what stands behind the #
    response = get_link_page(UUID(preview[1]))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def init_site(app: Flask, *, site_dir: Path, site_origin: str) -> None:
    """Serve the site: hashed files for a year, every other address of it as its one page."""
    host = host_of(site_origin)
    port = host.rpartition(":")[2]
    mimetypes.add_type("application/manifest+json", ".webmanifest")

    @app.before_request
    def insist_on_host() -> AnyResponse | None:
        """One name for the site: cookies, CORS and CSP hang on it, and rebinding ends here."""
        if request.host == host:
            return None
        if request.host in {f"{name}:{port}" for name in OTHER_NAMES} and request.method == "GET":
            return redirect(site_origin + _own_address(), code=307)
        raise MisdirectedRequest

    app.url_map.converters["page"] = PagePath

    @app.get("/")
    @app.get("/<page:path>")
    @public
    def page(path: str = "") -> AnyResponse:
        if path.startswith(f"{SHARE_LINKS}/"):
            return _link_page(path.removeprefix(f"{SHARE_LINKS}/"))
        if path and _is_file(site_dir, path):
            response = send_from_directory(site_dir, path)
            if path.startswith("assets/"):
                response.headers["Cache-Control"] = A_YEAR
            return response
        if path.startswith("assets/"):
            raise NotFound
        document = "s.html" if path == SHARE_LINKS else "index.html"
        response = send_from_directory(site_dir, document)
        response.headers["Cache-Control"] = "no-cache"
        return response
