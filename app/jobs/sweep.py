"""What one sweep hands to each of its periodic jobs."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from app.clients.aws.bucket_inventory import BucketInventory
from app.clients.aws.export_store import ExportStore
from app.clients.aws.image_store import PictureStore
from app.database import db
from app.embeddings.encoder import Encoder
from app.images.turns import MaintenanceCharge
from app.integrity.orphans import PAGES_A_SWEEP
from app.messages import DescribePicture, ExportLibrary, PictureStored, SendMail, TendBatch

log = logging.getLogger(__name__)

One = TypeVar("One")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """The bucket, the messages that jobs send, and what the sweep has to be charged for.

    Attributes:
        store: the bucket, with the worker's rights.
        inventory: lists the same bucket.
        exports: the same bucket, for exports and for users who are deleted.
        notify: sends the event of an image whose own was lost.
        wake: sends a message that has whatever waits processed.
        ask: sends the message for a description that waits too long.
        tend: sends the message for a batch of descriptions.
        asked: returns how many such messages there are.
        go_on: sends the message for an export whose worker stopped.
        post: sends the message of an e-mail.
        pages: how many pages of the bucket's keys to look through.
        links_are_allowed: whether this site allows share links.
        encoder: makes vectors of what images mean; None: this site does not search by meaning.
        model_host: where pictures are described; None: this site has no model.
        maintenance: what looking after abandoned uploads costs, by owner.
    """

    store: PictureStore
    inventory: BucketInventory
    exports: ExportStore
    notify: Callable[[PictureStored], None]
    wake: Callable[[], None]
    ask: Callable[[DescribePicture], None]
    tend: Callable[[TendBatch], None]
    asked: Callable[[], int]
    go_on: Callable[[ExportLibrary], None]
    post: Callable[[SendMail], None]
    pages: int = PAGES_A_SWEEP
    links_are_allowed: bool = True
    encoder: Encoder | None = None
    model_host: str | None = None
    maintenance: MaintenanceCharge = field(default_factory=MaintenanceCharge)


def found(find: Callable[[], Sequence[One]]) -> Sequence[One]:
    """Return what a job's list has; nothing if it cannot be read, so that other lists are."""
    try:
        return find()
    except Exception:
        log.exception("a list of the sweep could not be read; the next sweep tries it again")
        db.session.rollback()
        return []
