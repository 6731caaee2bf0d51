"""Batches of descriptions at the stand-in, done step by step as workers do them."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from PIL import Image
from sqlalchemy import text

from app.clients.openai_batches import Batches
from app.clients.openai_vision import VisionSettings
from app.database import db
from app.descriptions.batches.ask import add_batches
from app.descriptions.batches.rows import lease_in_batch, wake_due
from app.descriptions.batches.send import Means
from app.descriptions.batches.tend import tend
from app.images.models import DescriptionState
from app.images.models import Image as ImageRow
from app.processing.yielding import never_give_way
from scripts.embedded.openai_stand_in import StandIn
from tests.support.budgets import TARIFF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clients.aws.image_store import PictureStore
    from app.descriptions.tariff import Tariff
    from app.media.sandbox.decoder_time import DecoderTime
    from tests.support.library import Library

MISSING = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " stored_at, timeline_at, has_preview, attempts, description_state)"
    " SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256(gen_random_uuid()::text::bytea),"
    " 'image/jpeg', 'ready', now(), now(), now(), true, 0, 'none'"
    " FROM generate_series(1, :count) RETURNING id"
)
AGREE = (
    "UPDATE users SET descriptions_enabled_at = now(), descriptions_host = :host"
    " WHERE id = :id RETURNING 1"
)
DESCRIPTIONS = "SELECT count(*) FROM descriptions WHERE image_id = :id"


class Previews:
    """A store, and decoders, of previews that are small already."""

    def __init__(self) -> None:
        file = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(file, "WEBP")
        self.preview = file.getvalue()
        self.on_render: Any = lambda: None

    def fetch_preview(self, *_: object) -> bytes:
        return self.preview

    def render_vision_input(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes:
        del owner, decoder_time
        self.on_render()
        return preview


@dataclass
class Site:
    """A library, the stand-in that describes its pictures in batches, and a worker's means."""

    library: Library
    server: StandIn
    host: Batches
    previews: Previews
    tariff: Tariff

    def means(self, **changed: Any) -> Means:
        """What the worker has."""
        means = Means(
            store=cast("PictureStore", self.previews),
            decoders=self.previews,
            host=self.host,
            tariff=self.tariff,
            takes_batches=True,
            is_demo=False,
            give_way=never_give_way,
        )
        return replace(means, **changed)

    def person(self) -> UUID:
        """Somebody who agreed to descriptions by this host."""
        owner = self.library.person()
        self.library.value(AGREE, id=owner, host=self.tariff.host)
        return owner

    def missing(self, owner: UUID, count: int) -> list[UUID]:
        """Pictures without a description."""
        with self.library.worker_context.app.app_context():
            found = db.session.scalars(text(MISSING), {"owner": owner, "count": count}).all()
            db.session.commit()
            return list(found)

    def ask(self, owner: UUID, ids: list[UUID]) -> UUID:
        """Ask for these in a batch, as the API does."""
        with self.library.worker_context.app.app_context():
            db.session.execute(
                ImageRow.__table__.update()  # type: ignore[attr-defined]
                .where(ImageRow.id.in_(ids))
                .values(description_state=DescriptionState.WAITING.value, **lease_in_batch())
            )
            (batch_id,) = add_batches(owner, ids)
            db.session.commit()
            return batch_id

    def tend(self, batch_id: UUID, **changed: Any) -> None:
        """Do one message."""
        with self.library.worker_context.app.app_context():
            tend(batch_id, means=self.means(**changed))

    def until_done(self, batch_id: UUID, *, most: int = 12) -> int:
        """Do messages until the batch is done; returns how many it took."""
        for count in range(1, most + 1):
            self.tend(batch_id)
            if self.of(batch_id, "state") == "done":
                return count
        raise AssertionError(self.of(batch_id, "state"))

    def of(self, batch_id: UUID, column: str) -> Any:
        """Read a column of a batch."""
        query = f"SELECT {column} FROM description_batches WHERE id = :id"  # noqa: S608 - ours
        return self.library.value(query, id=batch_id)

    def set(self, batch_id: UUID, assignment: str) -> None:
        """Change a batch."""
        query = f"UPDATE description_batches SET {assignment} WHERE id = :id RETURNING 1"  # noqa: S608 - ours
        self.library.value(query, id=batch_id)

    def states(self, ids: list[UUID]) -> list[str]:
        """How the pictures' descriptions stand."""
        query = "SELECT description_state FROM images WHERE id = :id"
        return [self.library.value(query, id=each) for each in ids]

    def outcomes(self, owner: UUID) -> list[str | None]:
        """What the person's log says, sorted; null last."""
        found: list[str | None] = self.library.value(
            "SELECT array_agg(outcome ORDER BY outcome) FROM model_calls WHERE owner_id = :id",
            id=owner,
        )
        return found or []

    def sums(self, owner: UUID) -> tuple[int, int]:
        """What is spent and what is reserved of a person's budget."""
        query = "SELECT {} FROM model_spending WHERE owner_id = :id"
        return (
            self.library.value(query.format("spent"), id=owner) or 0,
            self.library.value(query.format("reserved"), id=owner) or 0,
        )

    def due(self) -> list[UUID]:
        """What the sweep sends messages for."""
        with self.library.worker_context.app.app_context():
            return wake_due()


@contextmanager
def site_on(library: Library) -> Iterator[Site]:
    """Run a stand-in for a library, of which no batch and no money is known from before."""
    library.value("WITH gone AS (DELETE FROM model_calls) DELETE FROM model_spending RETURNING 1")
    library.value("DELETE FROM rate_limits RETURNING 1")
    library.value("DELETE FROM description_batches RETURNING 1")
    with StandIn(0) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        settings = VisionSettings(api_key="x", base_url=server.base_url, model="m", effort=None)
        host = Batches(settings)
        tariff = replace(TARIFF, host=f"127.0.0.1:{server.server_address[1]}", model="m")
        yield Site(library=library, server=server, host=host, previews=Previews(), tariff=tariff)
        host.close()
        server.shutdown()


def cost(site: Site) -> int:
    """What one answer of the stand-in costs in a batch."""
    (tokens,) = {
        site.library.value("SELECT max(output_tokens) FROM model_calls"),
        site.library.value("SELECT min(output_tokens) FROM model_calls"),
    }
    return int(900 * TARIFF.in_batches().price.input + tokens * TARIFF.in_batches().price.output)
