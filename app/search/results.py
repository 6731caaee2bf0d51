"""Format search results: each image with the fields that matched."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, given
from app.images.album_models import Album, AlbumImage
from app.images.listing import LISTED, Reader, Shown, show, with_descriptions
from app.images.models import Description, Image
from app.images.tag_models import ImageTag, Tag
from app.search.asked import Found
from app.search.index import names_of_place
from app.search.query import Query
from app.search.why import asked_for, beginning, explain, whole

_TEXTS = (
    Description.text,
    Description.tags,
    Description.visible_text,
    Image.caption,
    Image.camera_make,
    Image.camera_model,
    Image.lens,
    Image.town,
    Image.region,
    Image.country_code,
    Image.place_is_named(),
)
_TITLE = len(LISTED) - 1  # an expression, not to be compared
_NAME, _ALT_TEXT = LISTED.index(Image.name), LISTED.index(Description.alt_text)
_IMAGES = Prepared(
    with_descriptions(select(cast(Image.id, Text), *LISTED[1:], *_TEXTS)).where(
        Image.owner_id == given("owner"), Image.id == any_(given("ids", ARRAY(Uuid())))
    )
)
_TITLES = Prepared(
    select(cast(AlbumImage.image_id, Text), Album.title)
    .join(Album, Album.id == AlbumImage.album_id)
    .where(
        Album.owner_id == given("owner"),
        Album.deleted_at.is_(None),
        Album.id == any_(given("albums", ARRAY(Uuid()))),
        AlbumImage.image_id == any_(given("ids", ARRAY(Uuid()))),
    )
    .order_by(Album.title, Album.id)
)

_TAGS = Prepared(
    select(cast(ImageTag.image_id, Text), cast(Tag.id, Text), Tag.path)
    .join(Tag, Tag.id == ImageTag.tag_id)
    .where(
        Tag.owner_id == given("owner"),
        Tag.deleted_at.is_(None),
        Tag.id == any_(given("tags", ARRAY(Uuid()))),
        ImageTag.image_id == any_(given("ids", ARRAY(Uuid()))),
    )
    .order_by(Tag.key)
)


def show_found(owner: User | Owner, found: Found, query: Query, *, reader: Reader) -> list[Shown]:
    """Shape a page as the API's FoundImage, in its order; what went meanwhile is left out."""
    if not found.ids:
        return []
    ids = [str(each) for each in found.ids]
    rows = {row[0]: row for row in _IMAGES.rows({"owner": str(owner.id), "ids": ids})}
    titles: dict[str, list[str]] = defaultdict(list)
    if found.albums:
        values = {"owner": str(owner.id), "ids": ids}
        albums = [str(each) for each in found.albums]
        for image_id, title in _TITLES.rows(values | {"albums": albums}):
            titles[image_id].append(title)
    own_tags: dict[str, list[str]] = defaultdict(list)
    named: dict[str, list[Shown]] = defaultdict(list)
    if found.tags or found.named_tags:
        named_ids, tag_ids = set(found.named_tags), set(found.tags)
        values = {"owner": str(owner.id), "ids": ids}
        every = [str(each) for each in named_ids | tag_ids]
        for image_id, tag_id, path in _TAGS.rows(values | {"tags": every}):
            if UUID(tag_id) in tag_ids:
                own_tags[image_id].append(path)
            if UUID(tag_id) in named_ids:
                named[image_id].append(whole("tag", path))
    asked = asked_for(query.wanted)
    return [
        {
            **show(row, reader=reader),
            "why": [
                *named.get(image_id, []),
                *explain(
                    _fields_of(row, titles.get(image_id, []), own_tags.get(image_id, [])), asked
                ),
            ],
        }
        for image_id in ids
        if (row := rows.get(image_id))
    ]


def show_near(owner: User | Owner, ids: Sequence[UUID], *, reader: Reader) -> list[Shown]:
    """Shape images that mean nearly the same as the API's FoundImage, in their order."""
    if not ids:
        return []
    wanted = [str(each) for each in ids]
    rows = {row[0]: row for row in _IMAGES.rows({"owner": str(owner.id), "ids": wanted})}
    return [
        {**show(row, reader=reader), "why": [beginning("meaning", _meant(row))]}
        for image_id in wanted
        if (row := rows.get(image_id))
    ]


def _meant(row: tuple[Any, ...]) -> str:
    """Return the text that says best what a vector was made of."""
    text, tags, _, caption, *_ = row[len(LISTED) :]
    return str(row[_ALT_TEXT] or text or row[_TITLE] or caption or ", ".join(tags or ()))


def _fields_of(
    row: tuple[Any, ...], albums: Sequence[str], own_tags: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the texts of an image, the most telling first."""
    (
        text, tags, visible_text, caption, make, model, lens, town, region, country_code,
        place_is_named,
    ) = row[len(LISTED) :]  # fmt: skip
    place = names_of_place(town, region, country_code) if place_is_named else []
    fields = [
        ("title", row[_TITLE]),
        ("description", text),
        ("alt_text", row[_ALT_TEXT]),
        *(("tag", tag) for tag in (*own_tags, *(tags or ()))),
        ("visible_text", visible_text),
        ("caption", caption),
        ("place", ", ".join(place)),
        *(("album", title) for title in albums),
        ("name", row[_NAME]),
        *(("camera", each) for each in (make, model, lens)),
    ]
    return [(name, said) for name, said in fields if said]
