"""Where all parts of the API meet."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts.routes import BLUEPRINTS
from app.accounts.routes.local_mails import local_mails
from app.administration.routes import BLUEPRINTS as ADMINISTRATION
from app.database import db, engine_options
from app.images.account_routes import account
from app.images.leaving_routes import leaving
from app.images.routes import images
from app.images.upload_routes import uploads
from app.parts import EXTENSION, Parts
from app.routing import LeanRule
from app.settings import Settings
from app.site import init_site
from app.system import system
from app.web import init_web

API_CONNECTIONS = 8


def create_app(parts: Parts) -> Flask:
    """Build the API from its collaborators."""
    app = Flask(__name__, static_folder=None)
    app.url_rule_class = LeanRule  # [Note: Addresses are not built]
    app.url_map.merge_slashes = False  # an address with two is not another's
    # Only what our own front doors wrote says who is calling; the rest is the caller's word.
    if parts.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap it
            app.wsgi_app, x_for=parts.settings.trusted_proxies, x_proto=0
        )
    app.extensions[EXTENSION] = parts
    init_database(app, parts.settings, pool_size=API_CONNECTIONS)
    init_web(app, parts.settings)
    for blueprint in (system, *BLUEPRINTS, account, images, uploads, leaving, *ADMINISTRATION):
        app.register_blueprint(blueprint)
    if parts.settings.mailbox_dir:
        app.register_blueprint(local_mails)
    if parts.settings.site_dir:
        init_site(app, site_dir=parts.settings.site_dir, site_origin=parts.settings.site_origin)
    return app


def create_worker_app(settings: Settings, *, pool_size: int) -> Flask:
    """Build what the worker needs of Flask: a context for its database sessions."""
    app = Flask(__name__, static_folder=None)
    init_database(app, settings, pool_size=pool_size)
    return app


def init_database(app: Flask, settings: Settings, *, pool_size: int) -> None:
    """Connect Flask-SQLAlchemy to the one database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(
        pool_size=pool_size, is_proxied=settings.database_is_proxied
    )
    db.init_app(app)
