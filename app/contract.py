"""What a route takes and gives: said at the route, parsed when it is called, described when asked.

[Note: APIFlask describes only] The decorators are spelled as APIFlask's are, and `app/openapi.py`
hands what they note to APIFlask, which makes the document. It is not needed to serve a request,
and with marshmallow, webargs and apispec behind it would cost each cold start 0.1 s of CPU
(docs/decisions/0014-cold-start.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast

from flask import Blueprint, request

from app.errors import FieldError, ValidationFailedError

if TYPE_CHECKING:
    from app.shapes import BaseModel

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


def _parse(model: "type[BaseModel]", location: Location) -> "BaseModel":
    from pydantic import ValidationError  # noqa: PLC0415 - whoever gave a model has imported it

    # force: what else than JSON is declared has been refused before (app/web.py).
    data = request.get_json(force=True) if location == "json" else request.args.to_dict()
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        fields = tuple(
            FieldError(
                location=_NAMED[location],
                field=".".join(str(part) for part in each["loc"]) or "_schema",
                message=each["msg"],
            )
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise ValidationFailedError(errors=fields) from None
