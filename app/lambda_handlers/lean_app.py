"""Flask and SQLAlchemy without the parts that the API on Lambda does not need at the start.

Both import everything that they can do: a development server, a command line, templates, four more
PostgreSQL drivers, asyncio. These are a fifth of their instructions. All but the command line are
imported at their first use: the documentation page is a template. See
docs/decisions/0052-cold-start-by-halves.md.
"""

from app.lambda_handlers.import_bundle import bundled
from app.lambda_handlers.import_stubs import later, without

_DIALECTS = "sqlalchemy.dialects.postgresql"
_SELDOM = (
    "asyncio",
    "click",
    "difflib",  # guesses which route was meant, where one is built by a wrong name
    "flask.templating",
    "importlib.metadata",
    "itsdangerous",  # signs Flask's own sessions, of which there are none
    "jinja2",
    "mimetypes",
    "pprint",
    "tempfile",  # of forms, which are refused
    "werkzeug.formparser",
    "werkzeug.sansio.multipart",
    "werkzeug.serving",
    f"{_DIALECTS}.asyncpg",
    f"{_DIALECTS}.pg8000",
    f"{_DIALECTS}.psycopg",
    f"{_DIALECTS}.psycopg2cffi",
)

# A group of commands is made with each app and blueprint, so that it cannot come later.
with bundled(), without("flask.cli"), later(*_SELDOM):
    import sqlalchemy.dialects.postgresql.psycopg2  # noqa: F401 - as the database's address names it
    import werkzeug.test  # noqa: F401 - by which Zappa asks Flask; it knows how to send forms

    from app.api.app import create_app

__all__ = ["create_app"]
