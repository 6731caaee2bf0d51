"""Answer a request to save pictures of others to one's library; see save.py."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response

from app.accounts.models import User
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.members.save import Limits, See, save


def save_seen(user: User, see: See, ids: Sequence[UUID]) -> Response:
    """Copy pictures that a person sees, within the site's limits, as the API's SavedImagesOut."""
    parts = dependencies()
    images = save(
        user,
        see,
        ids,
        access=parts.access,
        uploads=parts.uploads,
        limits=Limits(
            max_bytes=parts.settings.max_upload_bytes,
            quota_bytes=parts.settings.storage_quota_bytes,
        ),
    )
    return json_response({"images": images})
