"""Routes that are only as ready as they must be.

[Note: Addresses are not built] Werkzeug compiles for each route a function that builds its
address, which nothing here ever asks for: a twentieth of a cold start. It is compiled when somebody
does.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LeanRule(Rule):
    """A route whose address is built by a function that is made on its first use."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - Werkzeug's signature
        compile_builder = super()._compile_builder

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - Werkzeug's
            builder: Builder = compile_builder(append_unknown).__get__(rule, None)
            return builder(**values)

        return build
