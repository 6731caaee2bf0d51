"""Words for the pictures of a seeded library, and their terms in the index.

Texts are made of 4,000 descriptions in five languages, drawn by a fixed seed: some words are in
two of five pictures, most are rare. The terms of each text are made once for each person, by the
code that makes them in the product.
"""

from __future__ import annotations

import random

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class
from psycopg2.extras import execute_values

from app.search.terms import prefix_of, tsvector
from tests.bench.listing.seed import LISTER, PEOPLE, person_id

TEXTS = 4_000
IN_ALBUM = 500
TAGS, ALBUMS = 5_000, 10_000  # as many as a person may have
_SHARES = {"common": 0.4, "frequent": 0.02, "seldom": 0.002}
# Words of five languages; each picture's text draws from one of them.
_LANGUAGES = (
    "beach lighthouse dusk harbour snow garden market street bicycle birthday cake mountain river",
    "strand leuchtturm dämmerung hafen schnee garten markt straße fahrrad geburtstag kuchen berg",
    "plage phare crépuscule port neige jardin marché rue vélo anniversaire gâteau montagne rivière",
    "plaj deniz akşam liman kar bahçe pazar sokak bisiklet doğumgünü pasta dağ nehir",
    "浜辺 灯台 夕暮れ 港 雪 庭 市場 通り 自転車 誕生日 東京 山 川",
)


_MADE = """
CREATE UNLOGGED TABLE made (owner uuid, text_id integer, said text, words tsvector, prefix text)
"""
# The name is IMG_7.jpg for the seventh picture.
_INDEX = """
INSERT INTO image_search (image_id, owner_id, words)
SELECT images.id, owner_id, words || CAST(
    format('%L:1 %L:2 %L:3', prefix || 'img', prefix || substring(name FROM '[0-9]+'),
        prefix || 'jpg') AS tsvector)
FROM images JOIN made ON owner = owner_id
    AND text_id = abs(hashint4(substring(name FROM '[0-9]+')::integer)) % {texts}
"""
_SAY = """
UPDATE descriptions SET text = said FROM images JOIN made ON owner = owner_id
    AND text_id = abs(hashint4(substring(name FROM '[0-9]+')::integer)) % {texts}
WHERE descriptions.id = current_description_id AND owner_id = '{owner}'
"""
_ALBUM = """
WITH album AS (
    INSERT INTO albums (id, owner_id, title, title_words, created_at, changed_at)
    VALUES (gen_random_uuid(), %s, 'Iceland', CAST(%s AS tsvector), now(), now()) RETURNING id
) INSERT INTO album_images (album_id, image_id, position, shown_at)
SELECT album.id, images.id, row_number() OVER (), timeline_at FROM album, images
WHERE owner_id = %s AND deleted_at IS NULL LIMIT %s
"""


def texts() -> list[str]:
    """Return the descriptions; the same in each run."""
    luck = random.Random(20)  # noqa: S311 - a seed, no secret
    made = []
    for number in range(TEXTS):
        language = _LANGUAGES[number % len(_LANGUAGES)].split()
        words = luck.choices(language, k=12) + [f"rare{luck.randrange(20_000)}" for _ in range(24)]
        words += [word for word, share in _SHARES.items() if luck.random() < share]
        luck.shuffle(words)
        made.append(" ".join(words))
    return made


def add_words(connection: Connection) -> None:
    """Say something of every picture, and index it. `connection` is a superuser's."""
    connection.autocommit = False
    made = texts()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(_MADE)
        for person in range(1, PEOPLE + 1):
            owner = person_id(person)
            rows = [
                (str(owner), number, said, tsvector(owner, [said]), prefix_of(owner))
                for number, said in enumerate(made)
            ]
            execute_values(cursor, "INSERT INTO made VALUES %s", rows, page_size=500)
        cursor.execute("CREATE INDEX ON made (owner, text_id)")
        cursor.execute("ANALYZE made")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_image_search_words'")
        (index,) = cursor.fetchone() or ("",)
        cursor.execute("DROP INDEX ix_image_search_words")
        cursor.execute(_INDEX.replace("{texts}", str(TEXTS)))
        cursor.execute(index)
        cursor.execute(_SAY.replace("{texts}", str(TEXTS)).replace("{owner}", str(LISTER)))
        title = tsvector(LISTER, ["Iceland"])
        cursor.execute(_ALBUM, [str(LISTER), title, str(LISTER), IN_ALBUM])
        cursor.execute("DROP TABLE made")
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


_TAGS = """
INSERT INTO tags (id, owner_id, path, key, lineage, words, created_at, changed_at, image_count)
SELECT id, owner, path, lower(path), ARRAY[id], CAST(words AS tsvector), now(), now(), 1
FROM (VALUES %s) AS made (owner, path, words) CROSS JOIN LATERAL
    (SELECT gen_random_uuid() AS id WHERE path IS NOT NULL) AS new
"""
_ALBUMS = """
INSERT INTO albums (id, owner_id, title, title_words, created_at, changed_at)
SELECT gen_random_uuid(), owner, title, CAST(words AS tsvector), now(), now()
FROM (VALUES %s) AS made (owner, title, words)
"""


def add_names(connection: Connection) -> None:
    """Give the person who searches as many tags and albums as one may have."""
    with connection.cursor() as cursor:
        for statement, name, count in (
            (_TAGS, "people/pen friend", TAGS),
            (_ALBUMS, "Walk by the river", ALBUMS - 1),
        ):
            names = [f"{name} {number}" for number in range(count)]
            rows = [(str(LISTER), each, tsvector(LISTER, [each])) for each in names]
            execute_values(
                cursor, statement, rows, template="(CAST(%s AS uuid), %s, %s)", page_size=500
            )
        cursor.execute("VACUUM ANALYZE tags")
        cursor.execute("VACUUM ANALYZE albums")
