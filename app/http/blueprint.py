"""A blueprint whose routes declare their inputs, outputs and errors.

`app/api/openapi.py` makes the document of what the decorators note; serving a request needs none of
it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast

from flask import Blueprint, current_app, request

from app.errors import BadRequestError, FieldError, TooLargeError, ValidationFailedError

if TYPE_CHECKING:
    from app.http.schemas import BaseModel

P = ParamSpec("P")
R = TypeVar("R")
T_route = TypeVar("T_route", bound=Callable[..., Any])

Location = Literal["json", "query"]
Nothing = dict[str, Any]  # an output without content is written {}
# The module and name of a shape: for a route that answers without pydantic, and so imports none.
Named = str

_NAMED: Mapping[Location, Literal["body", "query"]] = {"json": "body", "query": "query"}


@dataclass(kw_only=True)
class Contract:
    """What the decorators of one route have noted."""

    inputs: list[tuple["type[BaseModel]", Location]] = field(default_factory=list)
    output: tuple["type[BaseModel] | Nothing | Named", int, str | None] | None = None
    responses: dict[int, str] = field(default_factory=dict)
    is_hidden: bool = False
    tag: str | None = None


class APIBlueprint(Blueprint):
    """A part of the API; its routes say what they take and give."""

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        tag: str,
        url_prefix: str,
        template_folder: str | None = None,
    ) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, template_folder=template_folder)
        self.tag = tag

    def route(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:  # noqa: ANN401 - Flask's
        """Add a route, which is described below this blueprint's heading."""
        add = super().route(rule, **options)

        def decorate(view: T_route) -> T_route:
            contract_of(view).tag = self.tag
            return add(view)

        return decorate

    def input(
        self, model: "type[BaseModel]", *, location: Location
    ) -> Callable[[Callable[..., R]], Callable[..., R]]:
        """Parse the body or the query, and hand it on as `json_data` or `query_data`."""

        def decorate(view: Callable[..., R]) -> Callable[..., R]:
            contract_of(view).inputs.append((model, location))

            @wraps(view)
            def parsed(*args: Any, **kwargs: Any) -> R:  # noqa: ANN401 - the view's own
                kwargs[f"{location}_data"] = _parse(model, location)
                return view(*args, **kwargs)

            return parsed

        return decorate

    def output(
        self,
        model: "type[BaseModel] | Nothing | Named",
        *,
        status_code: int = HTTPStatus.OK,
        description: str | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Note what is answered: for the document, which tests compare with what is sent."""

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            contract_of(view).output = (model, status_code, description)
            return view

        return decorate

    def doc(
        self, *, responses: Mapping[int, str] | None = None, hide: bool = False
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Note what else may be answered, or that the document leaves this route out."""

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            contract = contract_of(view)
            contract.responses.update(responses or {})
            contract.is_hidden = hide
            return view

        return decorate


def contract_of(view: Callable[..., object]) -> Contract:
    """Return what is noted of a view; decorators that use functools.wraps hand it on."""
    if not hasattr(view, "contract"):
        view.contract = Contract()  # type: ignore[attr-defined]
    return cast("Contract", view.contract)  # type: ignore[attr-defined]


def _body() -> bytes:
    """Read the body. Raises TooLargeError, also where its length was not announced."""
    body = request.get_data()
    # Werkzeug ends such a body at its limit without a word.
    if request.content_length is None and len(body) >= current_app.config["MAX_CONTENT_LENGTH"]:
        raise TooLargeError
    return body


def _parse(model: "type[BaseModel]", location: Location) -> "BaseModel":
    from pydantic import ValidationError  # noqa: PLC0415 - whoever gave a model has imported it

    try:
        if location == "query":
            return model.model_validate(request.args.to_dict())
        # Strict: "10" is no number, and 0 is not false. What else than JSON is declared has been
        # refused before (app/http/middleware.py).
        return model.model_validate_json(_body(), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        if any(each["type"] == "json_invalid" for each in found):
            raise BadRequestError("The body is not valid JSON.") from None
        fields = tuple(
            FieldError(
                location=_NAMED[location],
                field=".".join(str(part) for part in each["loc"]),
                message=each["msg"].removeprefix("Value error, "),
            )
            for each in found
        )
        raise ValidationFailedError(errors=fields) from None
