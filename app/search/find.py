"""Find images by words, newest first, in a bounded time however many match.

[Note: Two ways to a page] Where few match, all of them are read from the index of words, and
sorted. Where more than `Bounds.hits` do, sorting would take long, and the next match by date is
near: the library is walked by date, and each image is asked whether it matches. Walking is bounded
as well: a page then holds fewer, and its cursor goes on where the walk ended. Which way it is, the
first entries of the index decide, or PostgreSQL's own estimate where that is far above: all entries
of a word are read before the first is given, and of a common word that takes milliseconds. A wrong
estimate costs time, and no image. Where some weeks are named, and few images are of these, all of
them are asked.

[Note: Albums in a search] An image matches if its own texts have all words, or if they have those
that the title of an album that it is in lacks. Albums are looked up first: their words are in their
rows, and a person has 10,000 at most. Where these have more than `Bounds.entries` images, whose
texts would all be asked for the other words, the library is walked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import prepared
from app.images.collected_models import IN_TRASH
from app.images.pagination import make_cursor, parse_cursor
from app.search.album_titles import albums_with
from app.search.asked import AlbumGroup, Asked, Bounds, Found, TagGroup
from app.search.named_albums import find_named
from app.search.own_tags import OwnTags, find_own_tags, has_one_of
from app.search.query import Flag, Query
from app.search.terms import Phrase

# Ways in which albums have a part of the words; people who have more lose the narrowest.
MAX_ALBUM_GROUPS = 8
LIST = "search"

_SHOWN = "state IN ('processing', 'ready', 'damaged')"
_NOT_JOINED = "state <> 'joined'"  # see [Note: Live Photos] in app/images/models.py
_LIBRARY = f"deleted_at IS NULL AND {_SHOWN}"
# An image that waits to be indexed has no word; albums that it is in have.
_JOINED = "LEFT JOIN image_search AS s ON s.image_id = {image} AND s.owner_id = :owner"
_WORDS = "coalesce(s.words, '')"
_CONDITIONS = {
    Flag.FAVOURITE: "i.favourite",
    Flag.ARCHIVED: "i.archived_at IS NOT NULL",
    Flag.ANIMATED: "i.is_animated",
    Flag.MOTION: "(i.motion_bytes IS NOT NULL OR i.moving_part_id IS NOT NULL)",
    Flag.VIDEO: "i.content_type LIKE 'video/%'",
    Flag.DAMAGED: "i.state = 'damaged'",
    Flag.DESCRIBED: "i.current_description_id IS NOT NULL",
    Flag.TITLED: "coalesce(i.title, i.file_title, '') <> ''",
    Flag.PLACED: "i.latitude IS NOT NULL",
}


_USUAL = Bounds()


def find_images(
    owner: User | Owner,
    query: Query,
    *,
    limit: int,
    cursor: str | None,
    bounds: Bounds = _USUAL,
) -> Found:
    """Return a page of a person's images that match, newest first.

    A page may hold fewer than `limit`, or none: see [Note: Two ways to a page].

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    behind = parse_cursor(LIST, cursor) if cursor else None
    if query.is_empty:
        return Found(ids=[], albums=[], total=0, next_cursor=None)
    tags = find_own_tags(owner, query)
    asked = _ask(owner, query, tags, bounds)
    found = _find(asked, query, behind=behind, limit=limit)
    return replace(
        found,
        tags=[each for tag_set in tags.by_phrase.values() for each in tag_set.ids],
        named_tags=[each for tag_set in tags.named for each in tag_set.ids],
        chips=tags.chips,
    )


def _find(asked: Asked, query: Query, *, behind: tuple[datetime, UUID] | None, limit: int) -> Found:
    total: int | None = None
    if query.wanted and asked.has_few_days and not asked.is_deleted and _are_few_days(asked):
        rows = _walk_on(asked, behind=behind, limit=limit + 1, is_counted=behind is None)
        return _page(asked, rows, limit=limit, total=_total_of(rows) if behind is None else None)
    are_sorted = asked.entries <= asked.bounds.entries and not asked.is_walked
    if (query.wanted and are_sorted) or asked.few_named:
        hits, rows = _sorted_hits(asked, behind=behind, limit=limit + 1)
        if hits <= asked.bounds.hits:
            total = _total_of(rows) if behind is None else None
            return _page(asked, rows, limit=limit, total=total)
    return _walk(asked, behind=behind, limit=limit)


def _ask(owner: User | Owner, query: Query, tags: OwnTags, bounds: Bounds) -> Asked:
    written = [phrase.tsquery(owner.id) for phrase in query.wanted]
    unwanted = [phrase.tsquery(owner.id) for phrase in query.unwanted]
    asked = Asked(words=" & ".join([*written, *unwanted]), bounds=bounds)
    asked.values["owner"] = owner.id
    if asked.words:
        asked.values["words"] = asked.words
    _match_albums(asked, query.wanted, written, unwanted)
    _leave_albums_out(asked, owner.id, query.unwanted)
    _match_tags(asked, tags, written, unwanted)
    _filter_by_tags(asked, tags)
    _filter_by_albums(asked, owner.id, query)
    _filter(asked, query)
    return asked


def _filter(asked: Asked, query: Query) -> None:
    asked.is_deleted = query.flags.get(Flag.DELETED, False)
    asked.is_favourite = query.flags.get(Flag.FAVOURITE, False) and not asked.is_deleted
    for flag, is_wanted in query.flags.items():
        if condition := _CONDITIONS.get(flag):
            asked.filters.append(condition if is_wanted else f"NOT ({condition})")
    for number, (column, value) in enumerate(query.exactly):
        asked.filters.append(f"i.{column} = :exactly_{number}")
        asked.values[f"exactly_{number}"] = value
    if query.types is not None:
        asked.filters.append("i.content_type = ANY (:types)")
        asked.values["types"] = sorted(query.types)
    if query.other_types:
        asked.filters.append("i.content_type <> ALL (:other_types)")
        asked.values["other_types"] = sorted(query.other_types)
    if query.first is not None:
        asked.values["first"] = datetime.combine(query.first, time())
    if query.last is not None:
        asked.values["end"] = datetime.combine(query.last, time()) + timedelta(days=1)


def _match_albums(
    asked: Asked, phrases: Sequence[Phrase], written: Sequence[str], unwanted: Sequence[str]
) -> None:
    """See [Note: Albums in a search]."""
    matched = albums_with(asked.values["owner"], phrases, written)
    asked.albums = [album.id for albums in matched.values() for album in albums]
    widest_first = sorted(matched, key=lambda having: (-sum(having), having))
    for having in widest_first[:MAX_ALBUM_GROUPS]:
        rest = [words for words, has in zip(written, having, strict=True) if not has]
        albums = matched[having]
        group = AlbumGroup(
            albums=[album.id for album in albums], rest=" & ".join([*rest, *unwanted])
        )
        number = len(asked.groups)
        asked.values[f"albums_{number}"] = group.albums
        if group.rest:  # else the first entries are enough
            asked.values[f"rest_{number}"] = group.rest
            asked.entries += sum(album.entries for album in albums)
        asked.groups.append(group)


def _match_tags(
    asked: Asked, tags: OwnTags, written: Sequence[str], unwanted: Sequence[str]
) -> None:
    """See [Note: Tags in a search] in own_tags.py."""
    for number, tag_set in tags.by_phrase.items():
        asked.values[f"tags_{number}"] = tag_set.ids
    for chosen in tags.groups():
        left = [words for n, words in enumerate(written) if n not in chosen]
        rest = ""
        if left or unwanted:
            rest = f"tag_rest_{len(asked.tag_groups)}"
            asked.values[rest] = " & ".join([*left, *unwanted])
        asked.tag_groups.append(TagGroup(phrases=chosen, rest=rest))
        if min(tags.by_phrase[n].images for n in chosen) > asked.bounds.hits:
            asked.is_walked = True


def _filter_by_tags(asked: Asked, tags: OwnTags) -> None:
    for number, tag_set in enumerate(tags.named):
        asked.values[f"named_{number}"] = tag_set.ids
        asked.filters.append(has_one_of(f"named_{number}", image="i.id"))
    fewest = min(range(len(tags.named)), key=lambda n: tags.named[n].images, default=None)
    if fewest is not None and tags.named[fewest].images <= asked.bounds.hits:
        asked.few_named = (
            "(SELECT DISTINCT image_id FROM image_tags"  # noqa: S608 - a number
            f" WHERE tag_id = ANY (:named_{fewest}) LIMIT :most)"
        )
    if tags.unwanted:
        asked.values["without_tags"] = tags.unwanted
        asked.filters.append(f"NOT {has_one_of('without_tags', image='i.id')}")


def _filter_by_albums(asked: Asked, owner_id: UUID, query: Query) -> None:
    named = find_named(owner_id, query.albums, most=asked.bounds.hits)
    asked.filters += named.filters
    asked.values |= named.values
    asked.few_named = named.few or asked.few_named


def _leave_albums_out(asked: Asked, owner_id: UUID, unwanted: Sequence[Phrase]) -> None:
    named = [phrase for phrase in unwanted if not phrase.part]
    written = [phrase.positive().tsquery(owner_id) for phrase in named]
    albums = [
        album.id for found in albums_with(owner_id, named, written).values() for album in found
    ]
    if albums:
        asked.filters.append(
            "NOT EXISTS (SELECT FROM album_images AS a WHERE a.image_id = i.id"
            " AND a.album_id = ANY (:without_albums))"
        )
        asked.values["without_albums"] = albums


def _sorted_hits(
    asked: Asked, *, behind: tuple[datetime, UUID] | None, limit: int
) -> tuple[int, Sequence[Any]]:
    """Return how many entries of the index match, and the page if they are few enough."""
    estimated, matching = "estimated_hits(CAST(:words AS tsquery))", ""
    branches = _branches(asked)
    if asked.few_named:
        estimated, matching = "0", _matching(asked)
        branches = [asked.few_named]
    where = [_in_library(asked), *_range("i", asked), *asked.filters]
    if behind is not None:
        where.append(f"(i.{asked.moment}, i.id) < (:moment, :last_id)")
    statement = f"""
        WITH estimated AS MATERIALIZED (
            SELECT {estimated} AS hits
        ), found AS MATERIALIZED ({" UNION ".join(branches)}),
        counted AS MATERIALIZED (
            SELECT CASE WHEN hits > :most_estimated THEN :most
                ELSE (SELECT count(*) FROM found) END AS hits FROM estimated
        ),
        page AS (
            SELECT i.id, i.{asked.moment} AS moment, count(*) OVER () AS total
            FROM found CROSS JOIN LATERAL (
                SELECT * FROM images AS i WHERE i.id = found.image_id AND i.owner_id = :owner
                    AND {" AND ".join(where)} OFFSET 0
            ) AS i {matching}
            WHERE (SELECT hits FROM counted) <= :most_hits
            ORDER BY i.{asked.moment} DESC, i.id DESC LIMIT :limit
        )
        SELECT id, moment, total, NULL AS hits FROM page
        UNION ALL SELECT NULL, NULL, NULL, hits FROM counted
        ORDER BY moment DESC NULLS LAST, id DESC
    """  # noqa: S608 - constants and numbers
    bounds = asked.bounds
    values = {
        "limit": limit,
        "most": bounds.hits + 1,
        "most_hits": bounds.hits,
        "most_estimated": asked.most_estimated,
    }
    rows = _rows(statement, asked, values, behind=behind)
    return next(row[3] for row in rows if row[0] is None), [row for row in rows if row[0]]


def _branches(asked: Asked) -> list[str]:
    """Write the ways to entries that match: by their own texts, by albums, and by tags."""
    of_words = "search_hits(:owner, CAST(:words AS tsquery), :most) AS hit (image_id)"
    are_few = "(SELECT hits FROM estimated) <= :most_estimated"
    branches = [f"SELECT image_id FROM {of_words} WHERE {are_few}"]  # noqa: S608 - constants
    for number, group in enumerate(asked.groups):
        rest = f" AND {_WORDS} @@ CAST(:rest_{number} AS tsquery)" if group.rest else ""
        branches.append(
            f"(SELECT a.image_id FROM album_images AS a {_JOINED.format(image='a.image_id')}"  # noqa: S608 - numbers
            f" WHERE a.album_id = ANY (:albums_{number}){rest} LIMIT :most)"
        )
    for group_of_tags in asked.tag_groups:
        first, *others = group_of_tags.phrases
        also = [has_one_of(f"tags_{n}", image="t.image_id") for n in others]
        if group_of_tags.rest:
            also.append(f"{_WORDS} @@ CAST(:{group_of_tags.rest} AS tsquery)")
        branches.append(
            f"(SELECT DISTINCT t.image_id FROM image_tags AS t {_JOINED.format(image='t.image_id')}"  # noqa: S608 - numbers
            f" WHERE {' AND '.join([f't.tag_id = ANY (:tags_{first})', *also])} LIMIT :most)"
        )
    return branches


def _walk(asked: Asked, *, behind: tuple[datetime, UUID] | None, limit: int) -> Found:
    """See [Note: Two ways to a page]."""
    is_first = behind is None
    rows: list[Any] = []
    for _ in range(asked.bounds.walks):
        rows += _walk_on(asked, behind=behind, limit=limit + 1 - len(rows))
        if len(rows) > limit:
            break
        behind = _end_of_walk(asked, behind=behind)
        if behind is None:
            break
    is_whole = is_first and behind is None and len(rows) <= limit
    page = _page(asked, rows, limit=limit, total=len(rows) if is_whole else None)
    if page.next_cursor is None and behind is not None:
        return Found(
            ids=page.ids, albums=page.albums, total=None, next_cursor=make_cursor(LIST, *behind)
        )
    return page


def _walk_on(
    asked: Asked, *, behind: tuple[datetime, UUID] | None, limit: int, is_counted: bool = False
) -> Sequence[Any]:
    matching = _matching(asked)
    where = [*(_range("i", asked) if asked.is_deleted else ()), *asked.filters]
    columns = "i.id, i.moment" + (", count(*) OVER ()" if is_counted else "")
    statement = f"""
        SELECT {columns} FROM ({_walked(asked, is_behind=behind is not None)}) AS i
        {matching} {"WHERE " + " AND ".join(where) if where else ""}
        ORDER BY i.moment DESC, i.id DESC LIMIT :limit
    """  # noqa: S608 - constants and numbers
    return _rows(statement, asked, {"limit": limit, "walk": asked.bounds.walk}, behind=behind)


def _are_few_days(asked: Asked) -> bool:
    """Whether so few images are of some days that all of them are asked."""
    statement = f"SELECT count(*) FROM ({_walked(asked, is_behind=False)}) AS i"  # noqa: S608 - constants
    ((count,),) = _rows(statement, asked, {"walk": asked.bounds.few + 1}, behind=None)
    return int(count) <= asked.bounds.few


def _total_of(rows: Sequence[tuple[Any, ...]]) -> int:
    return int(rows[0][2]) if rows else 0


def _end_of_walk(
    asked: Asked, *, behind: tuple[datetime, UUID] | None
) -> tuple[datetime, UUID] | None:
    """Return the last image of a walk that begins there; None if the library ends before."""
    walked = _walked(asked, is_behind=behind is not None)
    statement = f"SELECT id, moment FROM ({walked}) AS i OFFSET :last_of_walk"  # noqa: S608 - constants
    values = {"walk": asked.bounds.walk, "last_of_walk": asked.bounds.walk - 1}
    rows = _rows(statement, asked, values, behind=behind)
    return (_plain(rows[0][1]), rows[0][0]) if rows else None


def _walked(asked: Asked, *, is_behind: bool) -> str:
    """Write a bounded part of the library, newest first."""
    columns = (
        f"id, {asked.moment} AS moment, timeline_at, state, content_type, is_animated, favourite,"
        " motion_bytes, moving_part_id, archived_at, latitude, current_description_id, title,"
        " file_title, camera_model, lens, country_code"
    )
    where = [] if asked.is_deleted else _range("images", asked)
    if is_behind:
        where.append(f"(images.{asked.moment}, images.id) < (:moment, :last_id)")
    more = "".join(f" AND {condition}" for condition in where)
    views = [f"{_LIBRARY} AND archived_at IS NULL", f"{_LIBRARY} AND archived_at IS NOT NULL"]
    if asked.is_favourite:
        views = [f"{_LIBRARY} AND favourite"]
    elif asked.is_deleted:
        views = [f"{IN_TRASH} AND {_NOT_JOINED}"]
    parts = [
        f"(SELECT {columns} FROM images WHERE owner_id = :owner AND {view}{more}"  # noqa: S608 - constants
        f" ORDER BY {asked.moment} DESC, id DESC LIMIT :walk)"
        for view in views
    ]
    whole = " UNION ALL ".join(parts)
    return f"SELECT * FROM ({whole}) AS walked ORDER BY moment DESC, id DESC LIMIT :walk"  # noqa: S608 - constants


def _matching(asked: Asked) -> str:
    """Write the join that asks of each image of a walk whether it matches."""
    if not asked.words:
        return ""
    # OFFSET: row by row, by the primary key; a join of both tables would read all of them.
    return f"JOIN LATERAL ({_ways(asked)} OFFSET 0) AS matching ON true"


def _ways(asked: Asked) -> str:
    """Write the query that has a row where an image `i` matches."""
    ways = [f"{_WORDS} @@ CAST(:words AS tsquery)"]
    for number, group in enumerate(asked.groups):
        rest = f" AND {_WORDS} @@ CAST(:rest_{number} AS tsquery)" if group.rest else ""
        ways.append(
            "EXISTS (SELECT FROM album_images AS a WHERE a.image_id = i.id"
            f" AND a.album_id = ANY (:albums_{number})){rest}"
        )
    for group_of_tags in asked.tag_groups:
        also = [has_one_of(f"tags_{n}", image="i.id") for n in group_of_tags.phrases]
        if group_of_tags.rest:
            also.append(f"{_WORDS} @@ CAST(:{group_of_tags.rest} AS tsquery)")
        ways.append(f"({' AND '.join(also)})")
    return f"SELECT FROM (SELECT) AS one {_JOINED.format(image='i.id')} WHERE {' OR '.join(ways)}"


def _in_library(asked: Asked) -> str:
    return (
        f"i.{IN_TRASH} AND i.{_NOT_JOINED}"
        if asked.is_deleted
        else f"i.deleted_at IS NULL AND i.{_SHOWN}"
    )


def _range(table: str, asked: Asked) -> list[str]:
    found = [f"{table}.timeline_at >= :first"] if "first" in asked.values else []
    return found + ([f"{table}.timeline_at < :end"] if "end" in asked.values else [])


def _rows(
    statement: str,
    asked: Asked,
    values: Mapping[str, object],
    *,
    behind: tuple[datetime, UUID] | None,
) -> Sequence[tuple[Any, ...]]:
    place: dict[str, object] = {}
    if behind is not None:
        moment, last_id = behind
        place = {"moment": moment, "last_id": last_id}
        if asked.is_deleted:
            place["moment"] = moment.replace(tzinfo=UTC)
    return prepared(statement).rows({**asked.values, **values, **place})


def _page(asked: Asked, rows: Sequence[Any], *, limit: int, total: int | None) -> Found:
    shown = rows[:limit]
    cursor = None
    if len(rows) > limit:
        cursor = make_cursor(LIST, _plain(shown[-1][1]), shown[-1][0])
    return Found(
        ids=[row[0] for row in shown], albums=asked.albums, total=total, next_cursor=cursor
    )


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
