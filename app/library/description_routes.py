"""What descriptions by a model cost: before, in budgets, and afterwards."""

import logging
from dataclasses import asdict
from datetime import UTC
from decimal import Decimal
from uuid import UUID

from flask import Response
from sqlalchemy import ScalarSelect, func, select

from app.accounts.audit.schemas import PageIn
from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import DESCRIPTIONS_OF_ALL
from app.accounts.rate_limits.seats import take_read_seat, take_seat
from app.accounts.sessions.guards import (
    check_again,
    current_owner,
    current_user,
    session_required,
    signed_in,
)
from app.accounts.sessions.lookup import Owner
from app.clients.aws.boto import AwsUnavailableError
from app.database import db
from app.descriptions.asking import (
    ask_for_selected,
    count_missing,
    require_consent,
    require_tariff,
)
from app.descriptions.batches.ask import cancel_all, progress_of
from app.descriptions.batches.rows import look_soon
from app.descriptions.budget import Standing, Sums, mean_cost, smaller, standing_of
from app.descriptions.circuit_breaker import Stopped, why_it_rests
from app.descriptions.consent import UNKNOWN_HOST, agreed_to
from app.descriptions.errors import DescriptionsUnavailableError
from app.descriptions.lease import end_rest
from app.descriptions.never_send import (
    albums_never_sent,
    count_images_never_sent,
    keep_album,
    keep_images,
)
from app.descriptions.preferences import prompt_options_of
from app.descriptions.selected import count_standings
from app.descriptions.tariff import Tariff
from app.errors import (
    FieldError,
    ValidationFailedError,
)
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.images.failure_messages import WAITS
from app.images.model_call_models import ModelCall
from app.images.models import Image
from app.images.pagination import make_cursor, parse_cursor
from app.images.schemas import QueuedOut
from app.library.description_schemas import (
    AskIn,
    BatchesStatusOut,
    BudgetPatch,
    CallsOut,
    DescriptionCostsOut,
    EstimateIn,
    EstimateOut,
    NeverSendIn,
)
from app.messages import DescribeAll
from app.model_prices import NANOS, PRICES_AS_OF, PRICES_SOURCE, to_nanos
from app.settings import ModelSettings

log = logging.getLogger(__name__)

descriptions = APIBlueprint(
    "descriptions", __name__, url_prefix="/api/descriptions", tag="Descriptions"
)

_REFUSED = {
    409: "Descriptions are not available or not turned on, nobody has said what the model costs, or"
    " a budget has no room for one more picture.",
}
_CALLS = "calls"  # what cursors are of


@descriptions.get("")
@signed_in
@descriptions.output(DescriptionCostsOut)
@descriptions.doc(responses={409: "The operator has not switched AI descriptions on."})
def get_description_costs() -> Response:
    """Show the model, its price, and how this month's budgets stand."""
    return json_response(_costs(current_user(), _model()))


@descriptions.patch("")
@session_required
@descriptions.input(BudgetPatch, location="json")
@descriptions.output(DescriptionCostsOut)
@descriptions.doc(responses={409: "The operator has not switched AI descriptions on."})
def set_description_budget(json_data: BudgetPatch) -> Response:
    """Set what descriptions of your pictures may cost in a month.

    The operator's own limit counts as well. What waits for money is taken up at once where that
    raises it.
    """
    user = current_user()
    model = _model()
    take_seat(user.id)
    check_again()  # it may have waited for what ended the session
    usd = json_data.own_budget_usd
    before = smaller(user.description_budget, model.person_budget)
    user.description_budget = None if usd is None else to_nanos(Decimal(str(usd)))
    after = smaller(user.description_budget, model.person_budget)
    is_raised = before is not None and (after is None or after > before)
    # Not each time that somebody moves it up and down: a message for each picture would follow.
    if is_raised:
        look_soon(user.id)
    has_rested = is_raised and end_rest(user.id)
    if has_rested and limiter.count_within(DESCRIPTIONS_OF_ALL, of=str(user.id)) is not None:
        db.session.commit()
        _send(DescribeAll(user_id=user.id))
    db.session.commit()
    return json_response(_costs(user, model))


@descriptions.post("/never-send")
@signed_in
@descriptions.input(NeverSendIn, location="json")
@descriptions.output(DescriptionCostsOut)
@descriptions.doc(
    responses={404: "A picture, or the album, is not there, or not yours: nothing was changed."}
)
def set_never_sent(json_data: NeverSendIn) -> Response:
    """Never send these pictures, or what is in an album now or later, to a model.

    What waits of them waits no more, at once. `false` lets them be sent where it is asked for.
    """
    user = current_user()
    model = _model()
    take_seat(user.id)
    if (json_data.ids is None) == (json_data.album_id is None):
        raise ValidationFailedError(
            errors=(FieldError(location="body", field="ids", message="Say ids or album_id."),)
        )
    if json_data.ids is not None:
        keep_images(user, json_data.ids, never=json_data.never)
    elif json_data.album_id is not None:
        keep_album(user, json_data.album_id, never=json_data.never)
    return json_response(_costs(user, model))


@descriptions.post("/estimate")
@signed_in
@descriptions.input(EstimateIn, location="json")
@descriptions.output(EstimateOut)
@descriptions.doc(responses=_REFUSED)
def estimate_descriptions(json_data: EstimateIn) -> Response:
    """Say what describing these pictures, or all without a description, costs at most."""
    user = current_user()
    model = dependencies().settings.model
    require_consent(user, model=model)
    tariff = require_tariff(model).with_options(prompt_options_of(user.id))
    standings = None
    if json_data.ids is not None:
        take_read_seat(user.id, rows=len(json_data.ids))
        standings = count_standings(user, json_data.ids)
    pictures = count_missing(user) if standings is None else standings.sendable
    standing = standing_of(user.id, tariff=tariff)
    mean = mean_cost(user.id, tariff=tariff)
    one = tariff.most_of_picture
    # Their own sum alone: what everybody's leaves would tell what the others spend.
    left = standing.person.left
    fits = pictures if left is None or one == 0 else min(pictures, left // one)
    spent_by = standing.refuses(one)
    return json_response(
        {
            "host": tariff.host,
            "model": tariff.model,
            "pictures": pictures,
            "standings": None if standings is None else asdict(standings),
            "most_tokens": pictures * tariff.tokens_of_picture,
            "most_usd": _usd(pictures * one),
            "likely_usd": None if mean is None else _usd(pictures * mean),
            "most_usd_of_one": _usd(one),
            "left_usd": None if left is None else _usd(left),
            "fits": 0 if spent_by == "site" else fits,
            "batch": None
            if model is None or not model.takes_batches
            else _in_batches(tariff, standing, pictures=pictures, mean=mean),
            "spent_by": spent_by,
            "resets_on": standing.resets_on,
        }
    )


def _in_batches(
    tariff: Tariff, standing: Standing, *, pictures: int, mean: int | None
) -> dict[str, object]:
    """Return the API's BatchEstimate."""
    one = tariff.in_batches().most_of_picture
    left, spent_by = standing.person.left, standing.refuses(one)
    fits = pictures if left is None or one == 0 else min(pictures, left // one)
    return {
        "most_usd": _usd(pictures * one),
        "likely_usd": None if mean is None else _usd(pictures * mean // 2),
        "most_usd_of_one": _usd(one),
        "fits": 0 if spent_by == "site" else fits,
        "spent_by": spent_by,
    }


@descriptions.get("/batches")
@signed_in
@descriptions.output(BatchesStatusOut)
def get_batches() -> Response:
    """Say how far your batches of descriptions are."""
    return json_response(_batches(current_owner()))


@descriptions.post("/batches/cancel")
@signed_in
@descriptions.output(BatchesStatusOut)
def cancel_batches() -> Response:
    """Have no more described of what waits in batches.

    What was not sent yet waits no more. Of what was sent, descriptions that come back are kept, and
    cost what they cost; that takes some minutes.
    """
    user = current_user()
    take_seat(user.id)
    cancel_all(user)
    return json_response(_batches(current_owner()))


def _batches(owner: Owner) -> dict[str, object]:
    model = dependencies().settings.model
    progress = progress_of(owner.id)
    return {
        "available": model is not None and model.takes_batches,
        "batches": None if progress is None else asdict(progress),
    }


@descriptions.post("/ask")
@signed_in
@descriptions.input(AskIn, location="json")
@descriptions.output(QueuedOut, status_code=202, description="They wait for their descriptions.")
@descriptions.doc(responses={**_REFUSED, 429: "Enough descriptions were asked for."})
def describe_selected(json_data: AskIn) -> Response:
    """Have a model describe those of these pictures that have no description.

    What is not there, is not yours or has a description is passed over.
    """
    user = current_user()
    in_batch = json_data.batch
    queued, asked_at = ask_for_selected(
        user, json_data.ids, model=dependencies().settings.model, in_batch=in_batch
    )
    if queued and not in_batch:
        _send(DescribeAll(user_id=user.id, asked_at=asked_at))
    return json_response({"queued": queued}, status=202)


@descriptions.get("/calls")
@signed_in
@descriptions.input(PageIn, location="query")
@descriptions.output(CallsOut)
@descriptions.doc(responses={400: "The cursor was not made by this API."})
def list_model_calls(query_data: PageIn) -> Response:
    """List each sending of one of your pictures to a model, newest first: what it cost, and why."""
    owner = current_owner()
    calls = (
        select(ModelCall, Image.name)
        .outerjoin(Image, (Image.id == ModelCall.image_id) & Image.owned_by(owner))
        .where(ModelCall.owner_id == owner.id)
        .order_by(ModelCall.id.desc())
        .limit(query_data.limit + 1)
    )
    if query_data.cursor is not None:
        calls = calls.where(ModelCall.id < _last_of(owner.id, query_data.cursor))
    rows = db.session.execute(calls).all()
    shown = rows[: query_data.limit]
    more = None
    if len(rows) > query_data.limit:
        last: ModelCall = shown[-1][0]
        more = make_cursor(_CALLS, last.sent_at, last.image_id)
    return json_response({"calls": [_shown(*row) for row in shown], "next_cursor": more})


def _last_of(owner_id: UUID, cursor: str) -> ScalarSelect[int | None]:
    """Select the id of the last sending of the page before; null: it and all before it are gone.

    Ids are not told: they are of one sequence, which counts what everybody sends.
    """
    sent_at, image_id = parse_cursor(_CALLS, cursor)
    return (
        select(func.max(ModelCall.id))
        .where(ModelCall.owner_id == owner_id, ModelCall.image_id == image_id)
        .where(ModelCall.sent_at == sent_at.replace(tzinfo=UTC))
        .scalar_subquery()
    )


def _send(task: DescribeAll) -> None:
    try:
        dependencies().description_queue.send(task.message())
    except AwsUnavailableError as error:
        log.warning("descriptions wait for the sweep: %s", error)


def _shown(call: ModelCall, name: str | None) -> dict[str, object]:
    return {
        "at": call.sent_at,
        "image_id": call.image_id,
        "is_there": name is not None,
        "name": name,
        "host": call.host,
        "model": call.model,
        "in_batch": call.batch_id is not None,
        "outcome": call.outcome,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "usd": None if call.cost is None else _usd(call.cost),
        "reserved_usd": _usd(call.reserved),
    }


def _model() -> ModelSettings:
    model = dependencies().settings.model
    if model is None:
        raise DescriptionsUnavailableError
    return model


def _costs(user: User, model: ModelSettings) -> dict[str, object]:
    tariff = Tariff.of(model)
    if tariff is not None:
        tariff = tariff.with_options(prompt_options_of(user.id))
    own = user.description_budget
    stopped = why_it_rests()
    standing = None if tariff is None else standing_of(user.id, tariff=tariff)
    is_spent = (
        tariff is not None
        and standing is not None
        and ((left := standing.site.left) is not None and left < tariff.most_of_picture)
    )
    return {
        "host": model.host,
        "model": model.model,
        "price": None if tariff is None else _price(tariff, is_own=model.price_is_own),
        "budget": None if standing is None else _sums(standing.person),
        "own_budget_usd": None if own is None else _usd(own),
        "operators_budget_usd": None if model.person_budget is None else _usd(model.person_budget),
        "consent": {
            "at": user.descriptions_enabled_at,
            "host": None if user.descriptions_host == UNKNOWN_HOST else user.descriptions_host,
            "is_current": user.descriptions_enabled
            and agreed_to(model.host, user.descriptions_host),
        },
        "stopped": None if stopped is None else _stopped(stopped),
        "never_sent": {
            "pictures": count_images_never_sent(user),
            "albums": albums_never_sent(user),
        },
        "site_is_spent": is_spent,
        "resets_on": None if standing is None else standing.resets_on,
    }


def _stopped(stopped: Stopped) -> dict[str, object]:
    said = WAITS.get(stopped.code, WAITS["unreachable"])
    return {"code": stopped.code, "detail": said, "until": stopped.until}


def _price(tariff: Tariff, *, is_own: bool) -> dict[str, object]:
    million = 10**6
    return {
        "input_usd": _usd(tariff.price.input * million),
        "output_usd": _usd(tariff.price.output * million),
        "most_usd_of_one": _usd(tariff.most_of_picture),
        "is_operators": is_own,
        "as_of": None if is_own else PRICES_AS_OF,
        "source": None if is_own else PRICES_SOURCE,
    }


def _sums(sums: Sums) -> dict[str, object]:
    return {
        "month_usd": None if sums.budget is None else _usd(sums.budget),
        "spent_usd": _usd(sums.spent),
        "reserved_usd": _usd(sums.reserved),
    }


def _usd(nanos: int) -> float:
    return nanos / NANOS
