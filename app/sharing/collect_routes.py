"""Pictures of guests over HTTP: sent by a share link, and reviewed by the album's owner."""

from flask import Response

from app.accounts.rate_limits.limiter import take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import GUESTS_OF_NETWORK, GUESTS_OF_SHARE, LONG_READS
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.images.listing import Shown
from app.images.named import parse_ids
from app.sharing.collect import Answer, Given, Limits, Received, give_places, tell_of
from app.sharing.collect_schemas import (
    MAX_TOLD,
    CollectedPageOut,
    DecideOnGuestsIn,
    GuestPictures,
    GuestPlacesOut,
    GuestsDecidedOut,
    GuestUploadsIn,
    GuestUploadsOut,
    ReviewIn,
)
from app.sharing.review import decide, list_collected
from app.sharing.visitor_routes import CLOSED
from app.sharing.visits import current_share, for_visitors

guests = APIBlueprint("guests", __name__, url_prefix="/api/shared", tag="Shared with visitors")
collected = APIBlueprint("collected", __name__, url_prefix="/api/collected", tag="Share links")


@guests.post("/uploads")
@for_visitors
@guests.input(GuestPictures, location="json")
@guests.output(GuestPlacesOut)
@guests.doc(
    responses={
        404: "The link is not open (`share_closed`), or guests add nothing by it, or an id is none"
        " of its pictures (`not_found`).",
        429: "Guests have asked for much: wait as long as `Retry-After` says.",
    }
)
def create_guest_uploads(json_data: GuestPictures) -> Response:
    """Ask for places to send a guest's pictures to, where the owner of the link allows that.

    PUT each file there with exactly the headers given, within a minute. What is sent after the
    link has ended is not taken in.
    """
    share = current_share()
    take_each((GUESTS_OF_SHARE, str(share.id)), *for_network(GUESTS_OF_NETWORK))
    settings = dependencies().settings
    answers = give_places(
        share,
        json_data.images,
        access=dependencies().access,
        limits=Limits(
            max_bytes=settings.max_upload_bytes, quota_bytes=settings.storage_quota_bytes
        ),
    )
    return json_response({"places": [_show(answer) for answer in answers]})


@guests.get("/uploads")
@for_visitors
@guests.input(GuestUploadsIn, location="query")
@guests.output(GuestUploadsOut)
@guests.doc(responses=CLOSED)
def get_guest_uploads(query_data: GuestUploadsIn) -> Response:
    """Ask what became of pictures that a guest has sent."""
    ids = parse_ids(query_data.ids, most=MAX_TOLD)
    return json_response({"images": tell_of(current_share(), ids)})


@collected.get("")
@signed_in
@collected.input(ReviewIn, location="query")
@collected.output(CollectedPageOut)
@collected.doc(responses={400: "The cursor is not one of ours.", 429: LONG_READS})
def get_collected(query_data: ReviewIn) -> Response:
    """List pictures that guests sent by your links: those that wait for your review, and others."""
    owner = current_owner()
    reader = dependencies().access.reader(owner.id)
    return json_response(list_collected(owner, query_data, reader=reader))


@collected.post("/decide")
@signed_in
@collected.input(DecideOnGuestsIn, location="json")
@collected.output(GuestsDecidedOut)
@collected.doc(
    responses={
        404: "One of these is not there, or not yours; nothing was changed.",
        409: "The album, or all of yours, hold as much as they may; nothing was changed.",
        429: "Several changes of yours are under way.",
    }
)
def decide_collected(json_data: DecideOnGuestsIn) -> Response:
    """Accept or decline pictures of guests, or undo that.

    What you decline is in Recently deleted for 30 days, and you can still accept it.
    """
    user = current_user()
    take_seat(user.id)
    decided = decide(user, json_data)
    db.session.commit()
    return json_response(
        {"changed": [str(each) for each in decided.changed], "has_more": decided.has_more}
    )


def _show(answer: Answer) -> Shown:
    match answer:
        case Given(id=collected_id, place=place):
            upload = {
                "method": "PUT",
                "url": place.url,
                "headers": place.headers,
                "expires_at": place.expires_at,
            }
            return {"status": "upload", "id": str(collected_id), "upload": upload}
        case Received(id=collected_id):
            return {"status": "received", "id": str(collected_id)}
    return {"status": "refused", "code": answer.code, "detail": answer.detail}
