"""All that is known of an image, as copies of everything and sidecars in the bucket have it."""

from uuid import UUID

from app.clients.aws.readers import PictureUrls
from app.exports.checks import checked_of
from app.exports.guests import guests_of
from app.exports.tags import tags_of
from app.images.listing import NO_URLS, AnyRow, Shown, detail


def beside_of(user_id: UUID, image_ids: list[UUID]) -> dict[UUID, Shown]:
    """Return what other tables say of each of a person's images: tags, its guest, if checked.

    Ends the transaction.
    """
    tags, guests = tags_of(user_id, image_ids), guests_of(user_id, image_ids)
    checked = checked_of(user_id, image_ids)
    return {
        image_id: {
            "tags": tags.get(image_id, []),
            "sent_by_guest": guests.get(image_id),
            "description_is_checked": image_id in checked,
        }
        for image_id in image_ids
    }


def facts_of(row: AnyRow, *, beside: Shown) -> Shown:
    """Return what is known of an image: the API's ImageDetail, and `beside`.

    It is without addresses and without the guess of its time zone, which nobody said.
    """
    facts = {**detail(row, reader=_no_addresses), **beside}
    for name in ("thumbnail_url", "preview_url", "urls_expire_at", "time_zone_guess"):
        del facts[name]
    return facts


def _no_addresses(*_: str) -> PictureUrls:
    return NO_URLS
