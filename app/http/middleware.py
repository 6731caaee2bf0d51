"""What all requests and responses share: checks, security headers, error responses."""

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from app.clients.aws.boto import AwsUnavailableError
from app.database import db
from app.errors import (
    AppError,
    BadRequestError,
    CompressedError,
    CrossSiteError,
    NotFoundError,
    NotJsonError,
    PartsMissingError,
    ScopeTooSmallError,
    TooLargeError,
    TooManyRequestsError,
    UnavailableError,
)
from app.http.compression import ColumnsResponse, compress
from app.http.entity_tags import make_conditional
from app.observability import request_ids
from app.settings import Settings

log = logging.getLogger(__name__)

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LARGEST_BODY = 1024 * 1024
_CHUNK = 64 * 1024


class OrjsonProvider(JSONProvider):
    """JSON by orjson: quick, strict UTF-8, no NaN, and bounded in depth."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 - Flask's signature
        """Serialize to text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 - Flask's signature
        """Parse, or raise ValueError."""
        return orjson.loads(s)


def bearer_token() -> str | None:
    """The access token that the request shows, if it shows one (RFC 6750)."""
    given = request.authorization
    return given.token or "" if given is not None and given.type == "bearer" else None


def json_response(value: object, *, status: int = 200) -> Response:
    """Answer with JSON made by orjson, past all models; moments of UTC end in Z, as theirs do."""
    return Response(_json(value), status=status, mimetype="application/json")


def columns_response(value: object) -> Response:
    """Answer as json_response() does, with what is compressed as columns are."""
    return ColumnsResponse(_json(value), mimetype="application/json")


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def problem_response(error: AppError) -> Response:
    """Shape an error as problem+json."""
    response = _problem_response(error)
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, UnavailableError):
        response.headers["Retry-After"] = "5"
    elif error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = _challenge()
    elif isinstance(error, ScopeTooSmallError):
        response.headers["WWW-Authenticate"] = _challenge("insufficient_scope", scope="write")
    return response


def _challenge(error: str | None = None, **more: str) -> str:
    """Say how to come in (RFC 6750, section 3); error is of the token that was shown."""
    if error is None and bearer_token() is not None:
        error = "invalid_token"
    words = {"realm": "Pinhole", **({"error": error} if error else {}), **more}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in words.items())


def _problem_response(error: AppError) -> Response:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.explanation,
        "request_id": request_ids.current(),
    }
    if error.errors:
        body["errors"] = list(error.errors)
    if isinstance(error, PartsMissingError):
        body["missing"] = error.missing
    return Response(orjson.dumps(body), status=error.status, mimetype="application/problem+json")


def init_web(app: Flask, settings: Settings) -> None:
    """Guard every request, dress every answer, shape every error."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json = OrjsonProvider(app)
    headers = security_headers(settings)

    @app.before_request
    def refuse_cross_site_writes() -> None:
        request_ids.begin()
        if request.method not in SAFE_METHODS:
            # No other site's page can make a browser send a bearer token; whoever sends one is
            # known by it alone, and the browser's cookies count for nothing (see
            # accounts/sessions/guards.py).
            if bearer_token() is None:
                _refuse_cross_site(settings.site_origin)
            _refuse_other_than_json()

    @app.after_request
    def add_common_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request_ids.current()
        if request.path.startswith("/api"):
            response.headers.setdefault("Cache-Control", "private, no-store")
            response.vary.add("Cookie")
        return response

    _end_requests(app)
    _shape_errors(app)


def _end_requests(app: Flask) -> None:
    # The one that is registered last is called first: no connection is held for a slow client.
    app.after_request(compress)
    app.after_request(make_conditional)

    @app.after_request
    def read_to_the_end(response: Response) -> Response:
        # Closing a socket with unread data resets it, which may cut off the answer.
        with suppress(RequestEntityTooLarge, ClientDisconnected):
            while request.stream.read(_CHUNK):
                pass
        return response

    @app.after_request
    def let_go_of_the_database(response: Response) -> Response:
        # Here and not in teardown: a connection that broke after the last commit must not turn a
        # success into an error.
        try:
            db.session.close()
        except DBAPIError:
            db.session().invalidate()
        return response


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer, errors included.

    Pictures come from the bucket's own origin, and uploads go there; nothing else is loaded from
    anywhere but the site.
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        # A zip that the page makes: frontend/src/components/downloads/save-stream.ts.
        "frame-src": "'self'",
        "img-src": f"'self' blob: data: {settings.picture_origin}",
        "media-src": settings.picture_origin,
        "connect-src": f"'self' {settings.picture_origin}",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        # What passes, frontend/src/ui/trusted-types.ts says.
        "require-trusted-types-for": "'script'",
        "trusted-types": "default pinhole-scripts",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if settings.site_is_https:
        headers["Strict-Transport-Security"] = "max-age=63072000"
    return headers


def _refuse_cross_site(site_origin: str) -> None:
    """See [Note: Cross-site writes]."""
    # [Note: Cross-site writes] A change is accepted when the browser says that the site's own
    # page asked for it: by Origin, which every current browser sends with a write, and by
    # Sec-Fetch-Site, which no page can forge. A client without either must send Origin itself,
    # which no page on another site can make a browser do. (OWASP CSRF Prevention Cheat Sheet.)
    origin = request.headers.get("Origin")
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if origin is not None and origin != site_origin:
        raise CrossSiteError
    if fetch_site is not None and fetch_site != "same-origin":
        raise CrossSiteError
    if origin is None and fetch_site is None:
        raise CrossSiteError


def _refuse_other_than_json() -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise CompressedError
    has_body = request.content_length not in {None, 0} or "Transfer-Encoding" in request.headers
    if (has_body or request.mimetype) and request.mimetype != "application/json":
        raise NotJsonError


def _shape_errors(app: Flask) -> None:
    @app.errorhandler(AppError)
    def known(error: AppError) -> Response:
        return problem_response(error)

    @app.errorhandler(HTTPException)
    def refused_by_werkzeug(error: HTTPException) -> Response:
        response = problem_response(_from_status(error.code or 500, error.name))
        allowed = error.get_response().headers.get("Allow")
        if allowed:
            response.headers["Allow"] = allowed
        return response

    @app.errorhandler(AwsUnavailableError)
    @app.errorhandler(PoolTimeoutError)
    @app.errorhandler(OperationalError)
    def out_of_reach(error: Exception) -> Response:
        log.warning("out of reach: %s", _without_values(error))
        return known(UnavailableError())

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.error(
            "unforeseen %s at %s %s",
            type(error).__name__,
            request.method,
            request.path,
            exc_info=error,
        )
        return problem_response(AppError())


def _from_status(status: int, name: str) -> AppError:
    """Give an error of the framework the same shape as ours."""
    if status == NotFoundError.status:
        return NotFoundError()
    if status == BadRequestError.status:
        return BadRequestError("The body is not valid JSON.")
    if status == TooLargeError.status:
        return TooLargeError()
    error = AppError("The request was refused: " + name + ".")
    error.status = status
    error.code = name.lower().replace(" ", "_")
    return error


def _without_values(error: Exception) -> str:
    """An error for the log without the values of its SQL, which are people's data."""
    if isinstance(error, DBAPIError):
        return f"{type(error).__name__}: {str(error.orig).splitlines()[0]}"
    return f"{type(error).__name__}: {error}"


def host_of(origin: str) -> str:
    """The host and port of an origin."""
    return urlsplit(origin).netloc
