"""A library of some thousand images for browser tests, put straight into the database."""

from contextlib import closing
from io import BytesIO

import psycopg2
from PIL import Image
from playwright.sync_api import BrowserContext, Route

from tests.e2e.running_app import RunningProduct

# Eight images every fifth day, back from the end of October 2025: about 48 in a month.
_FILL = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    stored_at, width, height, has_preview, preview_format, timeline_at, taken_at, attempts,
    description_state)
SELECT gen_random_uuid(), users.id, 'seeded ' || n || '.jpg', 1000000 + n,
    sha256((users.id::text || n)::bytea), 'image/jpeg', 'ready', now(), now(),
    CASE n %% 4 WHEN 0 THEN 3000 ELSE 4000 END, CASE n %% 4 WHEN 0 THEN 4000 ELSE 3000 END,
    true, 'webp', moment, moment, 1, 'none'
FROM users, generate_series(0, %(count)s - 1) AS n, LATERAL (
    SELECT timestamp '2025-10-31 18:00' - n / 8 * interval '5 days'
        - n %% 8 * interval '7 minutes' AS moment
) AS taken
WHERE users.email = %(email)s
"""


def fill(product: RunningProduct, email: str, *, count: int) -> None:
    """Give a person so many images: "seeded 0.jpg" is the newest."""
    with (
        closing(psycopg2.connect(product.database)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(_FILL, {"count": count, "email": email})


def draw_thumbnails(context: BrowserContext, product: RunningProduct) -> None:
    """Answer for the storage: of seeded images it has no files."""
    content = BytesIO()
    Image.new("RGB", (400, 300), "#b5651d").save(content, "WEBP")

    def answer(route: Route) -> None:
        route.fulfill(body=content.getvalue(), content_type="image/webp")

    context.route(f"{product.storage}/**/thumbnail.webp*", answer)
    context.route(f"{product.storage}/**/preview.webp*", answer)
