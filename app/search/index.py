"""Write the words of images and albums into the index. The caller commits.

See [Note: Indexed with the change] in models.py.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.database import Prepared, db, given, set_short_lock_timeout
from app.gazetteer.columns import countries
from app.images.album_models import Album
from app.images.models import SHOWN, Description, Image
from app.images.tag_models import Tag
from app.search.models import ImageToIndex
from app.search.terms import tsvector

MAX_AT_ONCE = 50  # images in one transaction of the sweep: their owners wait for its end
_TEXTS = Prepared(
    select(
        Image.id,
        Image.owner_id,
        Image.name,
        Image.shown_title(),
        Image.caption,
        Image.camera_make,
        Image.camera_model,
        Image.lens,
        Description.alt_text,
        Description.text,
        Description.visible_text,
        Description.tags,
        Image.town,
        Image.region,
        Image.country_code,
        Image.place_is_named(),
    )
    .outerjoin(Description, Description.id == Image.current_description_id)
    .where(Image.id == any_(given("ids", ARRAY(Uuid()))), Image.state.in_(SHOWN))
)
_WRITE = Prepared(
    text(
        "WITH noted AS (DELETE FROM images_to_index WHERE image_id = ANY(CAST(:all AS uuid[])))"
        " INSERT INTO image_search AS kept (image_id, owner_id, words)"
        " SELECT id, owner, CAST(words AS tsvector)"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:owners AS uuid[]), CAST(:words AS text[]))"
        " AS made (id, owner, words)"
        " ON CONFLICT (image_id) DO UPDATE SET words = excluded.words"
        " WHERE kept.words IS DISTINCT FROM excluded.words"
    )
)
_NOTE = Prepared(
    text(
        "INSERT INTO images_to_index (image_id) SELECT unnest(CAST(:ids AS uuid[]))"
        " ON CONFLICT DO NOTHING"
    )
)


def index_images(ids: Sequence[UUID]) -> None:
    """Index the texts of images as they are in this transaction. Safe to repeat.

    Images that have not arrived, or are gone, are left out.
    """
    all_ids = [str(each) for each in ids]
    rows = _TEXTS.rows({"ids": all_ids})
    made: dict[str, list[str]] = {"all": all_ids, "ids": [], "owners": [], "words": []}
    for (
        image_id, owner_id, name, title, caption, make, model, lens, alt, prose, visible, tags,
        town, region, country_code, place_is_named,
    ) in rows:  # fmt: skip
        place: list[str] = []
        if place_is_named:
            place = names_of_place(town, region, country_code)
        said = (title, name, alt, prose, *(tags or ()), visible, caption, *place)
        words = tsvector(
            owner_id,
            [each for each in said if each],
            camera=[each for each in (make, model, lens) if each],
            place=place,
        )
        made["ids"].append(str(image_id))
        made["owners"].append(str(owner_id))
        made["words"].append(words)
    _WRITE.run(made)


def index_later(ids: Sequence[UUID]) -> None:
    """Have the sweep index images: of thousands a request does not wait for it."""
    _NOTE.run({"ids": [str(each) for each in ids]})


def names_of_place(town: str | None, region: str | None, country_code: str | None) -> list[str]:
    """Return the words for where an image was taken, the nearest first, each once."""
    country = countries().get(country_code) if country_code else None
    return list(dict.fromkeys(each for each in (town, region, country) if each))


def index_album(album: Album) -> None:
    """Index the title of an album."""
    album.title_words = tsvector(album.owner_id, [album.title])


def index_tag(tag: Tag) -> None:
    """Index the path of a tag."""
    tag.words = tag_words(tag.owner_id, tag.path)


def tag_words(owner_id: UUID, path: str) -> str:
    """Return the terms of a tag's path, as a tsvector."""
    return tsvector(owner_id, [path])


def index_some() -> bool:
    """Index some images whose texts changed, and return whether there were as many as at once.

    Ends the transaction. Those that somebody changes at this moment are left to the next sweep:
    their texts cannot be read yet, and their note is the only one, since a second changes nothing.
    The images are locked first, as by whoever changes them, so nobody waits crosswise.
    """
    set_short_lock_timeout()
    some = (
        select(ImageToIndex.image_id)
        .join(Image, Image.id == ImageToIndex.image_id)
        .order_by(ImageToIndex.image_id)  # along the index, past what was deleted
        .limit(MAX_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True, of=(Image, ImageToIndex))
    )
    ids = list(db.session.scalars(some))
    if ids:
        index_images(ids)
    db.session.commit()
    return len(ids) == MAX_AT_ONCE


def index_some_albums() -> bool:
    """The same of albums whose titles the former release wrote."""
    set_short_lock_timeout()
    some = (
        select(Album)
        .where(Album.title_words.is_(None))
        .limit(MAX_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    albums = list(db.session.scalars(some))
    for album in albums:
        index_album(album)
    db.session.commit()
    return len(albums) == MAX_AT_ONCE
