"""Refuse videos that guests announced as pictures: they send pictures alone."""

from sqlalchemy import exists, select

from app.database import db
from app.images.collected_models import CollectedImage
from app.images.models import Image
from app.media.results import Rejected, Rendered
from app.messages import PictureStored


def without_videos_of_guests(
    task: PictureStored, outcome: Rendered | Rejected
) -> Rendered | Rejected:
    """Return what came of a file, and that it is no picture where a guest sent a video.

    Ends the transaction.
    """
    if not isinstance(outcome, Rendered) or not outcome.content_type.startswith("video/"):
        return outcome
    # Not once its owner has announced these bytes as what they are.
    was_announced = exists().where(
        CollectedImage.id == Image.id, Image.id == task.image_id, ~Image.is_video()
    )
    is_of_guest = db.session.scalar(select(was_announced))
    db.session.rollback()
    return Rejected(reason="not_a_picture") if is_of_guest else outcome
