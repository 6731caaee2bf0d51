"""Response schemas of stacks."""

from pydantic import Field

from app.http.schemas import BaseModel
from app.images.models import StackReason
from app.images.schemas import ImageOut


class StackOut(BaseModel):
    """Images that are stacked with one, itself included."""

    images: list[ImageOut] = Field(
        description="The cover first; 100 at most. Those in Recently deleted are not among them."
        " Empty: it is in no stack."
    )
    reason: StackReason | None = Field(
        description="Why they are a stack. shot: of one name, taken at the same time in two"
        " formats; edit: an edited copy beside its original; burst: by the names of their files;"
        " person: you stacked them. Null: it is in no stack."
    )
