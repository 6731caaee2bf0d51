"""The schema of an error for the OpenAPI document; `app/http/middleware.py` writes the errors."""

from pydantic import Field

from app.http.schemas import BaseModel


class Problem(BaseModel):
    """An error, as RFC 9457 wants it told. Programs look at `code`, people at `detail`."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable; never changes its meaning.", examples=["not_found"])
    detail: str = Field(examples=["There is nothing here."])
    request_id: str = Field(
        description="Names the request in the log of whoever runs the site.",
        examples=["2f1c9c7e0b5a4d0f"],
    )
    errors: list["ProblemField"] | None = Field(
        default=None, description="Which fields were refused, and why."
    )
    missing: list[int] | None = Field(
        default=None, description="With parts_missing: the numbers of these parts."
    )


class ProblemField(BaseModel):
    """One field that was refused."""

    location: str = Field(examples=["body"])
    field: str = Field(examples=["images.0.size"])
    message: str = Field(examples=["Input should be greater than 0"])
