"""Share links over HTTP, for whoever has one: no account and no cookie."""

from uuid import UUID

from flask import Response

from app.accounts.rate_limits.limiter import take
from app.accounts.rate_limits.policies import (
    LONG_READS,
    MANY_ORIGINALS,
    ORIGINALS_OF_SHARE,
    TOO_MANY_TRIES,
)
from app.accounts.sessions.guards import public
from app.clients.aws.image_store import BARE
from app.clients.aws.session_policies import MAX_VISITOR_ORIGINALS, as_many_as_fit
from app.errors import NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import columns_response, json_response
from app.images.named import parse_ids
from app.library.download_schemas import DownloadEntriesOut, DownloadOriginalsOut
from app.library.downloads import show_addresses
from app.messages import StripOriginal
from app.sharing.bare_originals import require_bare
from app.sharing.contents import (
    find_shared_original,
    list_shared_entries,
    read_shared,
    require_shared_originals,
    show_shared,
    show_shared_image,
    show_shared_in_view,
)
from app.sharing.previews import preview_page, preview_picture
from app.sharing.schemas import (
    OpenShareIn,
    SharedDownloadIn,
    SharedImageOut,
    SharedImagesIn,
    SharedImagesOut,
    SharedInViewOut,
    SharedOriginalOut,
    SharedOriginalsIn,
    SharedOut,
    VisitOut,
)
from app.sharing.visits import begin_visit, current_share, for_visitors
from app.timeline.schemas import InViewIn, parse_ids_in_view

shared = APIBlueprint("shared", __name__, url_prefix="/api/shared", tag="Shared with visitors")

CLOSED = {
    404: "The link is not known, was ended or has expired, or its password is not the one:"
    " `share_closed`, and the answer is the same."
}
NOT_SHOWN = {
    404: "The link does not show it (`not_found`), or is not open (`share_closed`).",
}

NOT_SAVED = NOT_SHOWN[404] + " Or its owner allows no downloads."


@shared.post("/open")
@public
@shared.input(OpenShareIn, location="json")
@shared.output(VisitOut)
@shared.doc(responses={**CLOSED, 429: TOO_MANY_TRIES})
def open_share(json_data: OpenShareIn) -> Response:
    """Open a share link, with its password where it has one. Counts as a visit.

    The token stands behind the `#` of the link, which no browser sends by itself.
    """
    share, visit = begin_visit(json_data.token, json_data.password)
    return json_response({"visit": visit, "share": show_shared(share)})


@shared.get("")
@for_visitors
@shared.output(SharedOut)
@shared.doc(responses=CLOSED)
def get_shared() -> Response:
    """Show what is said of a link, as opening it did; for a page that is loaded again."""
    return json_response(show_shared(current_share()))


@shared.get("/previews/<uuid:preview_id>")
@public
@shared.doc(hide=True)  # no JSON: it is for messengers
def get_link_page(preview_id: UUID) -> Response:
    """Get the page that messengers read of `/s/ID`, and that leads browsers to `/s#TOKEN`.

    It has the title and the picture of a link with a preview, as Open Graph says them. It is the
    same for all other links, and where there is none.
    """
    origin = dependencies().settings.site_origin
    return Response(preview_page(preview_id, site_origin=origin), mimetype="text/html")


@shared.get("/previews/<uuid:preview_id>/picture")
@public
@shared.doc(hide=True)
def get_link_picture(preview_id: UUID) -> Response:
    """Get the picture that messengers show of a link before it is opened."""
    jpeg = preview_picture(preview_id)
    if jpeg is None:
        raise NotFoundError
    return Response(jpeg, mimetype="image/jpeg")


@shared.get("/images")
@for_visitors
@shared.input(SharedImagesIn, location="query")
@shared.output(SharedImagesOut)
@shared.doc(
    responses={
        400: "The cursor is not one of ours, or its picture was taken out meanwhile: begin again.",
        429: LONG_READS,
        **CLOSED,
    }
)
def list_shared_images(query_data: SharedImagesIn) -> Response:
    """List what a link shows, in columns; 2,000 at a time.

    Pass `next_cursor` as `cursor` to get the next page.
    """
    return columns_response(read_shared(current_share(), cursor=query_data.cursor))


@shared.get("/addresses")
@for_visitors
@shared.input(InViewIn, location="query")
@shared.output(SharedInViewOut)
@shared.doc(responses=CLOSED)
def get_shared_addresses(query_data: InViewIn) -> Response:
    """Get what it takes to show pictures that are in view.

    Signed addresses, which work for a minute, colour placeholders and, where they are shown,
    alternative texts of up to 200 pictures.
    """
    share = current_share()
    ids = parse_ids_in_view(query_data.ids)
    reader = dependencies().access.visitor_reader(share.id, share.owner_id, until=share.expires_at)
    said = {"base": reader.shared.base, "query": reader.shared.query}
    return json_response(show_shared_in_view(share, ids, reader=reader, shared=said))


@shared.get("/images/<uuid:image_id>")
@for_visitors
@shared.output(SharedImageOut)
@shared.doc(responses=NOT_SHOWN)
def get_shared_image(image_id: UUID) -> Response:
    """Show one picture of a link with what its owner lets visitors know about it."""
    access = dependencies().access
    return json_response(show_shared_image(current_share(), image_id, access=access))


@shared.get("/images/<uuid:image_id>/original")
@for_visitors
@shared.output(SharedOriginalOut)
@shared.doc(
    responses={
        404: NOT_SAVED,
        409: "It is given without what is written in it, and has to be made first"
        " (`being_prepared`: ask again in a few seconds), or that cannot be done"
        " (`not_without_metadata`).",
        429: MANY_ORIGINALS,
    }
)
def get_shared_original(image_id: UUID) -> Response:
    """Get an address that saves the original, where the owner of the link allows that."""
    share = current_share()
    original = find_shared_original(share, image_id)
    if share.without_metadata:
        require_bare(share.owner_id, image_id, ask=_ask_to_strip)
    # What is counted are sessions: who is told to ask again has none.
    take(ORIGINALS_OF_SHARE, of=str(share.id))
    signed = dependencies().access.visitor_download(
        share.id,
        share.owner_id,
        image_id,
        name=original.name,
        content_type=original.content_type,
        until=share.expires_at,
        part=BARE if share.without_metadata else "original",
    )
    return json_response({"url": signed.url, "expires_at": signed.expires_at})


def _ask_to_strip(image_id: UUID) -> None:
    # Beside exports: nobody's picture waits for it, and it is seldom asked for.
    dependencies().export_queue.send(StripOriginal(image_id=image_id).message())


@shared.post("/downloads/entries")
@for_visitors
@shared.input(SharedDownloadIn, location="json")
@shared.output(DownloadEntriesOut)
@shared.doc(responses={404: NOT_SAVED, 429: LONG_READS})
def list_shared_download_entries(json_data: SharedDownloadIn) -> Response:
    """List the files of a zip of what a link shows, which whoever asks makes; 10,000 at most."""
    return json_response(list_shared_entries(current_share(), json_data.ids))


@shared.get("/downloads/originals")
@for_visitors
@shared.input(SharedOriginalsIn, location="query")
@shared.output(DownloadOriginalsOut)
@shared.doc(responses={404: NOT_SAVED, 429: MANY_ORIGINALS})
def get_shared_originals(query_data: SharedOriginalsIn) -> Response:
    """Get addresses of originals, to read them by a script of this site's page; for a minute.

    They answer with `Content-Disposition: attachment`, and with `Range` the rest of what broke off.
    Of several, the last may be left out: ask for those again.
    """
    share = current_share()
    ids = parse_ids(query_data.ids, most=MAX_VISITOR_ORIGINALS)
    take(ORIGINALS_OF_SHARE, of=str(share.id))
    found = require_shared_originals(share, ids)
    access = dependencies().access
    count, reader = as_many_as_fit(
        found,
        lambda some: access.visitor_originals(
            share.id, share.owner_id, some, until=share.expires_at
        ),
    )
    return json_response(show_addresses(found[:count], reader=reader))
