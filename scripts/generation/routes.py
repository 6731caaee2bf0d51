"""app/api/route_table.py, made from the decorators: see [Note: Routes by table] there."""

from flask import Flask

HEAD = '''\
"""Which function answers where. Made from the decorators by `./scripts/generate`; edit those.

See [Note: Routes by table] in app/http/lazy_routes.py.
"""

# The methods, the rule, and the module and name of the view.
ROUTES = """\\
'''


def route_table(app: Flask) -> str:
    """Return the module, for an app of which every view has been imported."""
    lines = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{methods} {rule.rule} {view.__module__}:{view.__name__}\n")
    return "".join([HEAD, *lines, '"""\n'])
