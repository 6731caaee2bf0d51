"""The OpenAPI 3.1 document, made from the routes and pydantic's JSON Schemas."""

import re
from collections.abc import Iterator
from inspect import getdoc
from pkgutil import resolve_name
from typing import Any, NamedTuple, cast

from flask import Flask
from pydantic.json_schema import models_json_schema

from app.api.idempotency import OF_READING, REPETITIONS
from app.errors import problem_codes
from app.http.blueprint import Contract, contract_of
from app.http.dependencies import EXTENSION as PARTS
from app.http.dependencies import Dependencies
from app.http.lazy_routes import view_itself
from app.http.problem_details import Problem

EXTENSION = "pinhole-openapi"
_MODELS = "#/components/schemas/"

DESCRIPTION = """\
Pinhole keeps pictures in a private bucket and tells about them here.

A script sends an access token of the settings with each request: `Authorization: Bearer pinhole_…`.
A browser signs in with `POST /api/auth/login`: the answer sets a cookie that later requests send.
Requests by cookie that change something carry `Origin: <the site's own address>` (browsers do so by
themselves). Bodies are JSON. Errors are `application/problem+json` with a stable `code`.

Each operation says whether it is safe to repeat, for clients whose line broke before the answer;
`x-idempotent` says it to programs.

What is here stays: fields and codes are added, and meanings do not change. What is to go is marked
`deprecated` here and answers with a `Deprecation` and a `Sunset` header for a year before.
"""

_TAGS = {
    "System": "Whether the service answers, and this document.",
    "Signing in": "Sessions of browsers: the first account, password, second factor, passkey.",
    "Joining": "Accounts by mail or invitation, and lost passwords.",
    "Account": "The address of one's account.",
    "OpenID providers": "Signing in with Google or another provider, and linking it.",
    "Security": "Password, authenticator app, recovery codes and passkeys of one's account.",
    "Signed-in browsers": "Where one is signed in, and ending it.",
    "Personal access tokens": "Keys for scripts.",
    "Activity": "What touched the account.",
    "Accounts": "What one keeps here, and whether models may describe it.",
    "Images": "Pictures: upload, list, look, change, delete, describe.",
    "Downloads": "Zips of originals that a browser makes by itself.",
    "Timeline": "Pictures by months and days, for a screen that shows what is in view.",
    "Map": "Where the images of the timeline are.",
    "Places": "Towns of the world by name, to say where pictures were taken.",
    "Search": "Pictures by words, dates and what they are.",
    "Statistics": "How many pictures there are of each year, camera, country and format.",
    "Albums": "Pictures under a title, by date or by hand; one may be in many.",
    "Share links": "Links by which others see pictures without an account, and ending them.",
    "People of albums": "Albums shared with people who have an account here, for their owners:"
    " invited by address, who see nothing before they accept.",
    "Albums of others": "What others share with you: invitations, and the albums that you are in."
    " Addresses work for a minute; what is taken back is dead by then.",
    "Sharing a library": "Your library, shared one way with people of the site.",
    "Libraries of others": "Invitations to libraries, and what partners see of them.",
    "Shared with visitors": "What whoever has a share link sees of it.",
    "Descriptions": "What descriptions by a model cost: before, in budgets, and afterwards.",
    "Tags": "People's own words for pictures, in a tree; a picture may have many.",
    "Look-alikes": "Copies of a picture that were edited a little: which to keep.",
    "Leaving": "Copies of everything, and deleting the account.",
    "Administration": "Accounts and invitations of the site; never pictures.",
}


class _Route(NamedTuple):
    path: str
    method: str
    name: str
    summary: str
    description: str
    access: str
    contract: Contract
    parameters: list[dict[str, Any]]


def openapi_document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of an app; made at the first call, and kept."""
    if EXTENSION not in app.extensions:
        app.extensions[EXTENSION] = _document(app)
    return cast("dict[str, Any]", app.extensions[EXTENSION])


def _document(app: Flask) -> dict[str, Any]:
    routes = list(_routes(app))
    settings = cast("Dependencies", app.extensions[PARTS]).settings
    schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
    used = dict.fromkeys(route.contract.tag or "" for route in routes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pinhole",
            "version": "1",
            "summary": "A private picture library.",
            "description": DESCRIPTION,
            "license": {
                "name": "All rights reserved",
                "identifier": "LicenseRef-All-Rights-Reserved",
            },
            "contact": {"name": "Whoever runs this site", "url": settings.site_origin},
        },
        "servers": [{"url": settings.site_origin, "description": "This site."}],
        "tags": [{"name": tag, "description": _TAGS[tag]} for tag in used],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": _HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal access token of the settings; for scripts.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-session" if settings.site_is_https else "session",
                    "description": "Set by signing in; for browsers.",
                },
                "visit": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Pinhole-Visit",
                    "description": "The `visit` of `POST /api/shared/open`.",
                },
            },
        },
    }


_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_MEANINGS = {
    "image_id": "The picture's `id`.",
    "key": "Of a bucket: a month, as `2024-07`, or a day, as `2024-07-31`.",
    "provider": "The provider's `name`, as `GET /api/auth/session` tells it.",
}


def _routes(app: Flask) -> Iterator[_Route]:
    for rule in app.url_map.iter_rules():
        view = view_itself(app.view_functions[rule.endpoint])
        contract = contract_of(view)
        if not contract.tag or contract.is_hidden:
            continue
        words = getdoc(view) or ""
        parameters = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": _MEANINGS.get(name, f"The `id` of the {_thing(name)}."),
                "schema": {"type": "string", **({"format": "uuid"} if kind == "uuid" else {})},
            }
            for kind, name in _PARAMETER.findall(rule.rule)
        ]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield _Route(
                path=_PARAMETER.sub(r"{\2}", rule.rule),
                method=method.lower(),
                name=view.__name__,
                summary=words.partition("\n")[0].removesuffix("."),
                description=words,
                access=getattr(view, "access", "public"),
                contract=contract,
                parameters=parameters,
            )


def _thing(parameter: str) -> str:
    return parameter.removesuffix("_id").replace("_", " ")


def _schemas(routes: list[_Route]) -> dict[str, Any]:
    """Return the JSON Schema of each model that a request or an answer is made of."""
    heard = [model for route in routes for model, _ in route.contract.inputs]
    told = [model for route in routes if (model := _output_model(route.contract))]
    _, found = models_json_schema(
        [
            *((model, "validation") for model in dict.fromkeys(heard)),
            *((model, "serialization") for model in dict.fromkeys([*told, Problem])),
        ],
        ref_template=_MODELS + "{model}",
    )
    schemas: dict[str, Any] = found["$defs"]
    for model in dict.fromkeys(heard):
        _forget_defaults(schemas, model.__name__)
    for query in {m.__name__ for r in routes for m, where in r.contract.inputs if where == "query"}:
        schemas.pop(query)  # its fields are parameters
    schemas["Problem"]["properties"]["code"]["enum"] = problem_codes()
    return dict(sorted(schemas.items()))


def _forget_defaults(schemas: dict[str, Any], name: str) -> None:
    """Take the defaults out of a body's fields.

    Generated clients send a default as if it had been asked for: a description that nobody
    mentioned would be forgotten by its `null`. What may be left out is simply not required.
    """
    for field in schemas[name].get("properties", {}).values():
        field.pop("default", None)
        for inner in re.findall(rf"{_MODELS}(\w+)", str(field)):
            _forget_defaults(schemas, inner)


def _output_model(contract: Contract) -> Any:  # noqa: ANN401 - a model, or nothing
    model = contract.output[0] if contract.output else None
    return resolve_name(model) if isinstance(model, str) else model or None


def _operation(route: _Route) -> dict[str, Any]:
    contract = route.contract
    repeated = OF_READING if route.method == "get" else REPETITIONS[route.name]
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"{route.description}\n\n{repeated.words}",
        "x-idempotent": repeated.is_idempotent,
        "tags": [contract.tag],
        "security": _SECURITY.get(route.access, [{"session": []}]),
        "parameters": [*route.parameters],
    }
    for model, where in contract.inputs:
        if where == "json":
            reference = {"$ref": _MODELS + model.__name__}
            content = {"application/json": {"schema": reference}}
            operation["requestBody"] = {"required": True, "content": content}
        else:
            operation["parameters"] += _query_parameters(model)
    operation["responses"] = dict(sorted(_responses(route).items()))
    return operation


def _query_parameters(model: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a model
    _, found = models_json_schema([(model, "validation")], ref_template=_MODELS + "{model}")
    schema = found["$defs"][model.__name__]
    for name, field in schema["properties"].items():
        field.pop("title", None)
        description = field.pop("description", name)
        options = field.get("anyOf", [])
        if {"type": "null"} in options:  # left out, as a query says it
            (field_itself,) = (option for option in options if option != {"type": "null"})
            field = {**{k: v for k, v in field.items() if k != "anyOf"}, **field_itself}  # noqa: PLW2901
            if field.get("default", 0) is None:
                del field["default"]
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": description,
            "schema": field,
        }


# What each guard takes: a script by its token, a browser, or whoever came by a share link.
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "public": [],
    "signed_in": [{"token": []}, {"session": []}],
    "visitor": [{"visit": []}],
}
_NO_ACCOUNT = {"public", "visitor"}
_NOBODY = "Nobody is signed in, or the token is not known."
_REFUSED = {
    "fresh": "Nobody is signed in, or their last proof is more than ten minutes ago.",
    "fresh_for_another_session": (
        "Nobody is signed in; or it is another session, and the last proof is more than ten minutes"
        " ago."
    ),
    "fresh_administrator": "Nobody is signed in, or their last proof is too long ago.",
}
_HEADERS = {
    "ETag": {
        "description": "Of this answer; send it as `If-None-Match` to hear 304 if nothing changed.",
        "schema": {"type": "string"},
    },
    "RequestId": {
        "description": "Names this request, in the log of whoever runs the site too.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "SignIn": {
        "description": "How to sign in (RFC 6750), and what was wrong with the token.",
        "schema": {"type": "string"},
    },
}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _responses(route: _Route) -> dict[str, Any]:
    contract = route.contract
    answers: dict[str, Any] = {}
    if contract.output:
        _, success, description = contract.output
        answers[str(success)] = _answer(contract, description)
    said = {str(number): words for number, words in contract.responses.items()}
    for status, words in (_problems(route) | said).items():
        if status.startswith(("4", "5")):
            answers[status] = _problem(status, words)
        else:
            answers.setdefault(status, {"description": words})
    for status, answer in answers.items():
        answer.setdefault("headers", {})["X-Request-Id"] = _header("RequestId")
        if status == "200" and route.method == "get" and route.access == "signed_in":
            answer["headers"]["ETag"] = _header("ETag")
    return answers


def _answer(contract: Contract, description: str | None) -> dict[str, Any]:
    model = _output_model(contract)
    if model is None:
        return {"description": description or "Done."}
    schema = {"$ref": _MODELS + model.__name__}
    return {
        "description": description or "As asked.",
        "content": {"application/json": {"schema": schema}},
    }


def _problems(route: _Route) -> dict[str, str]:
    """Return what may be answered of any route of this kind."""
    problems = {
        "429": "Too many requests, by this caller or from this address.",
        "503": "Something behind the API does not answer.",
    }
    if route.access not in _NO_ACCOUNT:
        problems["401"] = _REFUSED.get(route.access, _NOBODY)
    if route.method != "get":
        problems["403"] = "The request came from another site."
        if route.access == "signed_in":
            problems["403"] = "The token may only read, or the request came from another site."
    elif route.access not in _NO_ACCOUNT | {"signed_in"}:
        problems["403"] = "A token cannot do this."
    if "administrator" in route.access:
        problems["404"] = "There is nothing here for anybody but an administrator."
    inputs = {where for _, where in route.contract.inputs}
    if inputs or route.parameters:
        problems["422"] = "Some fields are not right; see errors."
    if route.parameters and not inputs:
        del problems["422"]
        problems.setdefault("404", "There is no such thing, or it is not yours.")
    if "json" in inputs:
        problems |= {
            "400": "The body is not valid JSON.",
            "413": "The body is larger than the API reads.",
            "415": "The body is not declared as JSON, or is compressed.",
        }
    return problems


def _problem(status: str, description: str) -> dict[str, Any]:
    schema = {"$ref": f"{_MODELS}Problem"}
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }
    if status in {"429", "503"}:
        answer["headers"] = {"Retry-After": _header("RetryAfter")}
    elif status == "401":
        answer["headers"] = {"WWW-Authenticate": _header("SignIn")}
    return answer
