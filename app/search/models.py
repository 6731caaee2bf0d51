"""Tables of the search index.

[Note: Indexed with the change] Folding is done in Python, by whoever changes a text and in the same
transaction (index.py). A trigger on `images` (migration 0038) notes each change in
`images_to_index`, and indexing takes the note back: what the former release writes during an
upgrade, or a way of writing that indexes nothing, is indexed by the next sweep. So is what was
there before the index.

[Note: Terms of their owner] Each term begins with a few characters of its owner's id, so that a
person's search reads entries of theirs only, however many others have the same word: it takes no
longer for them, and tells nothing about them. Two people may share those characters: the owner is
compared besides. Titles of albums are not in here, since one that is renamed may hold 100,000
images: `albums.title_words` has them, and they are looked up first.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class ImageSearch(Base):
    """The words of one image: name, title, caption, description, visible text, tags, camera."""

    __tablename__ = "image_search"
    __table_args__ = (
        Index(
            "ix_image_search_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        {"comment": "Folded words of each image that arrived: see app/search/models.py."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
    words: Mapped[str] = mapped_column(
        TSVECTOR, comment="Terms with positions; each begins with four characters for the owner."
    )


class ImageToIndex(Base):
    """That texts of an image changed and are not indexed yet."""

    __tablename__ = "images_to_index"
    __table_args__ = ({"comment": "Images whose texts changed since they were indexed."},)

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
