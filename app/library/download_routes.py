"""Zips that a browser makes of a person's own images, over HTTP."""

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.sessions.guards import current_user, signed_in
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.images.named import parse_ids
from app.library.download_schemas import (
    MAX_ORIGINALS,
    DownloadEntriesOut,
    DownloadIn,
    DownloadOriginalsOut,
    OriginalsIn,
)
from app.library.downloads import list_entries, show_originals

downloads = APIBlueprint("downloads", __name__, url_prefix="/api/downloads", tag="Downloads")


@downloads.post("/entries")
@signed_in
@downloads.input(DownloadIn, location="json")
@downloads.output(DownloadEntriesOut)
@downloads.doc(responses={400: "The cursor is not one of ours.", 429: LONG_READS})
def list_download_entries(json_data: DownloadIn) -> Response:
    """List the files of a zip of your pictures, which whoever asks makes: names, sizes, dates.

    10,000 at a time, the newest first. Nothing is changed.
    """
    return json_response(
        list_entries(
            current_user(), json_data.images, title=json_data.title, cursor=json_data.cursor
        )
    )


@downloads.get("/originals")
@signed_in
@downloads.input(OriginalsIn, location="query")
@downloads.output(DownloadOriginalsOut)
def get_originals(query_data: OriginalsIn) -> Response:
    """Get addresses of originals, to read them by a script of this site's page; for five minutes.

    They answer with `Content-Disposition: attachment`, and with `Range` the rest of what broke off.
    """
    user = current_user()
    ids = parse_ids(query_data.ids, most=MAX_ORIGINALS)
    reader = dependencies().access.originals(user.id)
    return json_response(
        show_originals(user, ids, reader=reader, with_sidecars=query_data.sidecars)
    )
