"""The OpenAPI document, made from the code that serves it, and tidied for its readers."""

from typing import Any

from apiflask import APIFlask

from app.web import Problem

DESCRIPTION = """\
Pinhole keeps pictures in a private bucket and tells about them here.

Sign in with `POST /api/auth/login`: the answer sets a cookie that later requests send. Requests
that change something carry `Origin: <the site's own address>` (browsers do so by themselves) and
JSON bodies. Errors are `application/problem+json` with a stable `code`.
"""


def init_openapi(app: APIFlask) -> None:
    """Describe the API as OpenAPI 3.1 with our own shape of errors."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        AUTO_404_RESPONSE=False,
        AUTO_SERVERS=False,
        HTTP_ERROR_SCHEMA={},  # _mark_problems fills both in
        VALIDATION_ERROR_SCHEMA={},
        VALIDATION_ERROR_DESCRIPTION="Some fields are not right; see errors.",
        SECURITY_SCHEMES={
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "__Host-session",
                "description": "`session` where the site is plain http on this machine.",
            }
        },
    )

    @app.spec_processor
    def tidy(document: dict[str, Any] | str) -> dict[str, Any] | str:
        if isinstance(document, str):  # YAML, which is not served
            return document
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


def _describe_route(app: APIFlask, path: str, method: str, operation: dict[str, Any]) -> None:
    """Name an operation after its function, and say who may call it, as its route says it."""
    for rule in app.url_map.iter_rules():
        if _as_openapi(rule.rule) == path and method.upper() in (rule.methods or ()):
            view = app.view_functions[rule.endpoint]
            operation["operationId"] = view.__name__
            access = getattr(view, "access", None)
            operation["security"] = [] if access == "public" else [{"session": []}]
            if access == "signed_in":
                operation["responses"]["401"] = _problem("Nobody is signed in.")
    if method != "get":
        operation["responses"]["403"] = _problem("The request came from another site.")


def _as_openapi(rule: str) -> str:
    return rule.replace("<uuid:", "{").replace(">", "}")


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
        elif status == "204" or not content:
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
