"""The OpenAPI document, made from the code that serves it, and tidied for its readers."""

from collections.abc import Callable
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, cast

from flask import Flask

from app.contract import contract_of
from app.problem import Problem
from app.routing import view_itself

if TYPE_CHECKING:
    from apiflask import APIFlask

EXTENSION = "pinhole-openapi"

DESCRIPTION = """\
Pinhole keeps pictures in a private bucket and tells about them here.

Sign in with `POST /api/auth/login`: the answer sets a cookie that later requests send. Requests
that change something carry `Origin: <the site's own address>` (browsers do so by themselves) and
JSON bodies. Errors are `application/problem+json` with a stable `code`.
"""


def openapi_document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of an app; made at the first call, and kept."""
    if EXTENSION not in app.extensions:
        app.extensions[EXTENSION] = _tidied(app, _described(app))
    return cast("dict[str, Any]", app.extensions[EXTENSION])


def _described(app: Flask) -> dict[str, Any]:
    """Let APIFlask describe each route by what the route has noted.

    See [Note: APIFlask describes only].
    """
    from apiflask import APIFlask  # noqa: PLC0415

    describer = APIFlask(
        __name__,
        title="Pinhole",
        version="1",
        docs_path=None,
        spec_path=None,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None: no static files
    )
    describer.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        AUTO_404_RESPONSE=False,
        AUTO_SERVERS=False,
        TAGS=_tags(app),
        HTTP_ERROR_SCHEMA={},  # _mark_problems fills both in
        VALIDATION_ERROR_SCHEMA={},
        VALIDATION_ERROR_DESCRIPTION="Some fields are not right; see errors.",
        SECURITY_SCHEMES={
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "__Host-session",
                "description": "`session` where the site is plain http on this machine.",
            },
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A personal access token of the settings; for scripts.",
            },
        },
    )
    for rule in app.url_map.iter_rules():
        view = view_itself(app.view_functions[rule.endpoint])
        contract = contract_of(view)
        if contract.tag and not contract.is_hidden:
            describer.add_url_rule(
                rule.rule,
                endpoint=rule.endpoint.replace(".", "_"),
                view_func=_stand_in(describer, view, tag=contract.tag),
                methods=sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            )
    with describer.app_context():
        return cast("dict[str, Any]", describer.spec)


def _tags(app: Flask) -> list[str]:
    """Return the headings, in the order in which their routes were added."""
    tags = (contract_of(view_itself(view)).tag for view in app.view_functions.values())
    return list(dict.fromkeys(tag for tag in tags if tag))


def _stand_in(describer: "APIFlask", view: Callable[..., object], *, tag: str) -> Any:  # noqa: ANN401 - APIFlask's
    """Return a function of the view's name and words that carries what the view has noted."""

    def stand_in() -> None:
        """Never called."""

    stand_in.__name__, stand_in.__doc__ = view.__name__, view.__doc__
    contract, described = contract_of(view), cast("Any", stand_in)
    for model, location in contract.inputs:
        described = describer.input(model, location=location)(described)
    if contract.output:
        named, status, description = contract.output
        model_out = resolve_name(named) if isinstance(named, str) else named
        described = describer.output(model_out, status_code=status, description=description)(
            described
        )
    return describer.doc(tags=[tag], responses=dict(contract.responses) or None)(described)


def _tidied(app: Flask, document: dict[str, Any]) -> dict[str, Any]:
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas.update({**problem.pop("$defs"), "Problem": problem})
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe_route(app, path, method, operation)
            _mark_problems(operation)
            _tidy_inputs(operation)
            operation["responses"] = dict(sorted(operation["responses"].items()))
    for unused in ("HTTPError", "ValidationError"):
        schemas.pop(unused, None)
    _name_models_once(document)
    return document


def _name_models_once(document: dict[str, Any]) -> None:
    """Call a nested model by its own name: APIFlask repeats it below each model that holds it."""
    schemas = document["components"]["schemas"]
    short = {name: name.rsplit(".", 1)[-1] for name in schemas}
    document["components"]["schemas"] = {
        short[name]: _renamed(schema, short) for name, schema in sorted(schemas.items())
    }
    document["paths"] = _renamed(document["paths"], short)


def _renamed(value: Any, short: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    prefix = "#/components/schemas/"
    if isinstance(value, dict):
        return {key: _renamed(item, short) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, short) for item in value]
    if isinstance(value, str) and value.startswith(prefix):
        return prefix + short[value.removeprefix(prefix)]
    return value


# What each guard of app/accounts/guards.py takes.
_SECURITY: dict[str | None, list[dict[str, list[str]]]] = {
    "public": [],
    "signed_in": [{"session": []}, {"token": []}],
}
_NOBODY = "Nobody is signed in."
_REFUSED = {
    "fresh": "Nobody is signed in, or their last proof is more than ten minutes ago.",
    "fresh_administrator": "Nobody is signed in, or their last proof is too long ago.",
}


def _describe_route(app: Flask, path: str, method: str, operation: dict[str, Any]) -> None:
    """Name an operation after its function, and say who may call it, as its route says it."""
    for rule in app.url_map.iter_rules():
        if _as_openapi(rule.rule) == path and method.upper() in (rule.methods or ()):
            view = view_itself(app.view_functions[rule.endpoint])
            operation["operationId"] = view.__name__
            access = getattr(view, "access", None)
            operation["security"] = _SECURITY.get(access, [{"session": []}])
            if access != "public":
                operation["responses"].setdefault(
                    "401", _problem(_REFUSED.get(access or "", _NOBODY))
                )
    if method != "get":
        operation["responses"]["403"] = _problem("The request came from another site.")


def _as_openapi(rule: str) -> str:
    return rule.replace("<uuid:", "{").replace("<", "{").replace(">", "}")


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


def _mark_problems(operation: dict[str, Any]) -> None:
    """Errors are problem+json, and an answer without content has none."""
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status.startswith(("4", "5")):
            response.update(_problem(response["description"]))
        elif status in {"204", "302"} or not content:
            response.pop("content", None)


def _tidy_inputs(operation: dict[str, Any]) -> None:
    """Bodies are never optional, and parameters say themselves what they mean."""
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
        operation["responses"]["400"] = _problem("The body is not valid JSON.")
        operation["responses"]["415"] = _problem("The body is not declared as JSON.")
    for parameter in operation["parameters"]:
        meaning = parameter["schema"].pop("description", None)
        if meaning:
            parameter["description"] = meaning
