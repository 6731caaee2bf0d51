"""Request and response schemas of what descriptions cost."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.descriptions.asking import MAX_SELECTED
from app.http.schemas import BaseModel

MAX_BUDGET_USD = 1_000_000
MAX_NEVER_SENT = 1000


_BATCH = (
    "Within a day, at half the price. 409 where the operator has not switched batches on: `batches`"
    " of /api/descriptions says so."
)


class SelectedIn(BaseModel):
    """These pictures."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MAX_SELECTED)


class AskIn(SelectedIn):
    """These pictures, at once or within a day."""

    batch: bool = Field(default=False, description=_BATCH)


class DescribeMissingIn(BaseModel):
    """At once or within a day."""

    model_config = ConfigDict(extra="forbid")

    batch: bool = Field(default=False, description=_BATCH)


class EstimateIn(BaseModel):
    """These pictures, or all that have no description."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_SELECTED,
        description="Null: all that have no description.",
    )


class StandingsOut(BaseModel):
    """How many of the pictures that were named stand how; each of them counts once."""

    missing: int = Field(description="Never asked for: they would be sent.")
    failed: int = Field(description="Asked for in vain: they would be sent again.")
    waiting: int = Field(description="They wait for their descriptions already.")
    described: int
    never_sent: int = Field(description="By themselves, by an album or by their stack.")
    not_ready: int = Field(description="Without a preview: they are being made, or do not open.")
    gone: int = Field(description="Deleted, or not yours.")


class BatchEstimateOut(BaseModel):
    """What the same costs in batches, within a day."""

    most_usd: float
    likely_usd: float | None
    most_usd_of_one: float
    fits: int
    spent_by: str | None


class EstimateOut(BaseModel):
    """What would be sent, and what that costs."""

    host: str = Field(description="Who receives the pictures.", examples=["api.openai.com"])
    model: str
    pictures: int = Field(
        description="How many would be sent: those without a description that can be described."
    )
    standings: StandingsOut | None = Field(
        description="Of the pictures that were named, also afterwards, for showing how far it has"
        " got. Null: none were named."
    )
    most_tokens: int = Field(description="Of all of them, questions and answers together.")
    most_usd: float = Field(description="What all of them cost at most, in US dollars.")
    likely_usd: float | None = Field(
        description="By what your last hundred pictures cost; null: too few were described yet."
    )
    most_usd_of_one: float
    left_usd: float | None = Field(
        description="What this month's budget of yours leaves; null: no limit."
    )
    fits: int = Field(
        description="How many of them have room there; 0 where the site's has none. The others"
        " wait, and are described if there is room left, or in the next month."
    )
    batch: BatchEstimateOut | None = Field(
        description="Null: the operator has not switched batches on."
    )
    spent_by: str | None = Field(
        description="Whose budget has no room for one picture: person or site. Null: both have."
    )
    resets_on: date = Field(description="When a new month begins, by UTC.")


class BudgetOut(BaseModel):
    """What descriptions cost this month, in US dollars."""

    month_usd: float | None = Field(description="The budget of each month; null: no limit.")
    spent_usd: float
    reserved_usd: float = Field(description="For calls that are under way.")


class ConsentOut(BaseModel):
    """To whom you agreed to send reduced copies of pictures."""

    at: datetime | None = Field(description="Null: you did not.")
    host: str | None = Field(description="Null: it is not known, or you did not.")
    is_current: bool = Field(description="Whether it is the host that they would go to now.")


class StoppedOut(BaseModel):
    """Why the model is left alone for now."""

    code: str = Field(
        description="quota_exceeded, bad_key, rate_limited, unreachable or price_unknown."
    )
    detail: str
    until: datetime = Field(description="When it is tried again.")


class BatchesOut(BaseModel):
    """How far your batches are: those under way or else those of the last day."""

    since: datetime = Field(description="When the first of them was asked for.")
    ended_at: datetime | None = Field(description="Null: they are under way.")
    pictures: int
    described: int
    failed: int = Field(description="Each picture says why.")
    waiting: int = Field(description="Without an answer yet.")
    sent: int = Field(description="Of those, the model's host has.")
    answered: int = Field(
        description="Of those, the host says that it has answered. What comes of it, comes when the"
        " batch is over."
    )
    is_cancelled: bool = Field(description="What is under way is being cancelled.")


class BatchesStatusOut(BaseModel):
    """Whether there are batches, and how far yours are."""

    available: bool = Field(description="The operator has switched them on.")
    batches: BatchesOut | None = Field(description="Null: there are none, or they ended long ago.")


class UnsentAlbum(BaseModel):
    """An album that is never sent."""

    id: UUID
    title: str
    is_deleted: bool = Field(description="It is in Recently deleted, and counts there as well.")


class UnsentOut(BaseModel):
    """What is never sent."""

    pictures: int = Field(description="By themselves; 10,000 stands for as many or more.")
    albums: list[UnsentAlbum] = Field(description="500 at most.")


class VersionOut(BaseModel):
    """One version of what is said about a picture."""

    id: UUID
    at: datetime
    is_current: bool = Field(description="Whether it is the one that is shown.")
    source: Literal["model", "person"]
    model: str | None
    demo: bool
    alt_text: str
    text: str
    visible_text: str
    tags: list[str]


class HistoryOut(BaseModel):
    """The versions of one picture, newest first: the last ten by models and by you."""

    is_never_sent: bool = Field(
        description="By itself, or with what it is stacked with: no model sees this picture."
    )
    albums_never_sent: list[UnsentAlbum] = Field(
        description="Albums that it, or what it is stacked with, is in, for whose sake no model"
        " sees it; 20 at most."
    )
    versions: list[VersionOut]


class PriceOut(BaseModel):
    """What the model costs, in US dollars for a million tokens."""

    input_usd: float
    output_usd: float
    most_usd_of_one: float = Field(description="One picture, at most.")
    is_operators: bool = Field(description="The operator said so, and not the table that ships.")
    as_of: date | None = Field(description="Of the table that ships.")
    source: str | None = Field(description="Of the table that ships.")


class DescriptionCostsOut(BaseModel):
    """The model, its price, and how the budgets stand."""

    host: str
    model: str
    price: PriceOut | None = Field(
        description="Null: nobody has said what this model costs, so nothing is sent."
    )
    budget: BudgetOut | None = Field(description="Yours. Null where there is no price.")
    own_budget_usd: float | None = Field(description="What you set; null: the operator's counts.")
    operators_budget_usd: float | None = Field(
        description="The most that you may set; null: anything."
    )
    consent: ConsentOut
    stopped: StoppedOut | None = Field(
        description="Null: the model is asked. Else what waits goes on waiting."
    )
    never_sent: UnsentOut
    site_is_spent: bool = Field(description="The site's budget has no room for one more picture.")
    resets_on: date | None = Field(description="When a new month begins, by UTC.")


class NeverSendIn(BaseModel):
    """Pictures, or an album, that are never sent to a model."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MAX_NEVER_SENT)
    album_id: UUID | None = None
    never: bool = Field(description="false: they may be sent again, where it is asked for.")


class BudgetPatch(BaseModel):
    """What you want descriptions to cost at most."""

    model_config = ConfigDict(extra="forbid")

    own_budget_usd: Annotated[float, Field(ge=0, le=MAX_BUDGET_USD)] | None = Field(
        description="In each month, in US dollars; null: as much as the operator allows."
    )


class CallRow(BaseModel):
    """One sending of a picture to a model."""

    at: datetime
    image_id: UUID
    is_there: bool = Field(description="Whether the picture is still yours to look at.")
    name: str | None = Field(description="What its file is called; null: it is gone.")
    host: str
    model: str
    in_batch: bool = Field(description="Sent in a batch, at half the price.")
    outcome: str | None = Field(
        description="described; unknown, where the worker died before the answer was kept; or why"
        " there is no description, as in description_failure. Of batches also withdrawn (it came,"
        " and you did not want it any more), cancelled, expired and not_sent. Null: under way."
    )
    input_tokens: int | None
    output_tokens: int | None
    usd: float | None = Field(
        description="What it cost; at most, where the host did not count. Null: under way."
    )
    reserved_usd: float = Field(description="What it could have cost at most.")


class CallsOut(BaseModel):
    """A page of sendings, newest first. 400 days and 10,000 of them are kept."""

    calls: list[CallRow]
    next_cursor: str | None
