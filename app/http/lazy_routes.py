"""Import a route's module at its first request.

[Note: Addresses are not built] Werkzeug compiles for each route a function that builds its URL, a
twentieth of a cold start. Nothing here uses these functions. They are compiled at their first use.

[Note: Routes by table] The decorators of a view are in its module, and importing all modules takes
a third of a cold start. A request needs one of them. The API on Lambda therefore reads its routes
from `app/api/route_table.py`, which `./scripts/generate` writes from the decorators and a test
compares with them. It imports a view at its first call ("Lazily Loading Views" in Flask's manual).
"""

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
View = Callable[..., Any]


class LeanRule(Rule):
    """A route whose address is built by a function that is made on its first use."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - Werkzeug's signature
        compile_builder = super()._compile_builder

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - Werkzeug's
            builder: Builder = compile_builder(append_unknown).__get__(rule, None)
            return builder(**values)

        return build


def read_later(where: str) -> View:
    """A view that is imported when it is first called; `where` is its module and name."""

    def view(**values: Any) -> Any:  # noqa: ANN401 - the view's own
        return resolve_name(where)(**values)

    view.where = where  # type: ignore[attr-defined]
    return view


def view_itself(view: View) -> View:
    """Return a view, imported now if it is one that is read later."""
    where = getattr(view, "where", None)
    return resolve_name(where) if where else view
