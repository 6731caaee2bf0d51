"""Build the Flask app from its parts."""

from typing import Literal

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.api.route_table import ROUTES
from app.database import db, engine_options, trust_fresh_connections
from app.http.dependencies import EXTENSION, Dependencies
from app.http.lazy_routes import LeanRule, read_later
from app.http.middleware import init_web
from app.settings import Settings

API_CONNECTIONS = 8


def create_app(
    parts: Dependencies, *, views: Literal["imported", "read later"] = "imported"
) -> Flask:
    """Build the API from its collaborators.

    Args:
        parts: the collaborators.
        views: whether each is imported now, or when it is first asked: [Note: Routes by table].
    """
    app = Flask(__name__, static_folder=None)
    app.url_rule_class = LeanRule  # [Note: Addresses are not built]
    app.url_map.merge_slashes = False  # a path with // is not that with /
    # Only what our own front doors wrote says who is calling; the rest is the caller's word.
    if parts.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap it
            app.wsgi_app, x_for=parts.settings.trusted_proxies, x_proto=0
        )
    app.extensions[EXTENSION] = parts
    init_database(app, parts.settings, pool_size=API_CONNECTIONS)
    init_web(app, parts.settings)
    if views == "read later":
        _add_routes_by_table(app)
    else:
        _add_routes(app)
    if parts.settings.mailbox_dir:
        from app.api.local_mailbox import local_mails  # noqa: PLC0415 - local mode only

        app.register_blueprint(local_mails)
    if parts.settings.site_dir:
        from app.api.static_site import init_site  # noqa: PLC0415 - CloudFront has the site otherwise

        init_site(app, site_dir=parts.settings.site_dir, site_origin=parts.settings.site_origin)
    return app


def _add_routes(app: Flask) -> None:
    from app.api.blueprints import BLUEPRINTS  # noqa: PLC0415 - they are what is read later otherwise

    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _add_routes_by_table(app: Flask) -> None:
    for line in ROUTES.splitlines():
        methods, rule, where = line.split(" ")
        app.add_url_rule(rule, where, read_later(where), methods=methods.split(","))


def create_worker_app(
    settings: Settings, *, pool_size: int, trusts_fresh_connections: bool = False
) -> Flask:
    """Build what the worker needs of Flask: a context for its database sessions."""
    app = Flask(__name__, static_folder=None)
    init_database(app, settings, pool_size=pool_size, pings=not trusts_fresh_connections)
    if trusts_fresh_connections:
        with app.app_context():
            trust_fresh_connections(db.engine)
    return app


def init_database(app: Flask, settings: Settings, *, pool_size: int, pings: bool = True) -> None:
    """Connect Flask-SQLAlchemy to the one database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(
        pool_size=pool_size, is_proxied=settings.database_is_proxied, pings=pings
    )
    db.init_app(app)
