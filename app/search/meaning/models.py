"""Tables of what images mean.

[Note: Vectors behind the words] Making a vector takes some milliseconds and 150 MB of memory, so no
request waits for it. A trigger notes each image whose words in the index changed
(`images_to_embed`), and the sweep makes vectors of what is noted, some of each person's in turn.
Until then an image is found by what it meant before. Where search by meaning is switched off notes
stay, one for each image at most, and vectors are made when it is switched on.

[Note: Signs first] A search compares the signs of all vectors of one person, 64 bytes each, which
the process holds: see signs.py. They are in an index by owner, so that neither the vectors nor
anybody else's are read, and no extension is needed. Of the nearest by signs the whole vectors are
compared. An image without text has no row, so that there is no vector of length 0.
"""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.embeddings.encoder import DIMENSIONS


class ImageMeaning(Base):
    """What the texts of one image mean: title, alternative text, tags, caption, description."""

    __tablename__ = "image_meanings"
    __table_args__ = (
        Index(
            "ix_image_meanings_version",
            "model",
            "owner_id",
            "version",
            postgresql_include=["image_id", "signs"],
        ),
        {"comment": "Vectors of images' texts: see app/search/meaning/models.py."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
    model: Mapped[int] = mapped_column(
        SmallInteger, comment="Which made it; only vectors of one model are compared."
    )
    text_digest: Mapped[bytes] = mapped_column(
        LargeBinary, comment="BLAKE2b of the text, 8 bytes: what stayed the same is not made anew."
    )
    signs: Mapped[str] = mapped_column(
        BIT(DIMENSIONS), comment="1 where a part of the vector is above 0."
    )
    parts: Mapped[bytes] = mapped_column(LargeBinary, comment="The vector, a signed byte a part.")
    version: Mapped[int] = mapped_column(
        BigInteger,
        server_default=text("0"),
        comment="Of an owner's, those that changed later have higher ones.",
    )


class ImageToEmbed(Base):
    """That the words of an image changed since its vector was made."""

    __tablename__ = "images_to_embed"
    __table_args__ = (
        Index("ix_images_to_embed_owner_id_image_id", "owner_id", "image_id"),
        {"comment": "Images whose words changed since their vectors were made."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
    changes: Mapped[int] = mapped_column(
        Integer, server_default=text("0"), comment="How often they changed since this was noted."
    )
