"""Table of what people wish of descriptions."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class DescriptionPreferences(Base):
    """In which languages a person wants descriptions, and which names a model may use."""

    __tablename__ = "description_preferences"
    __table_args__ = ({"comment": "What people wish of descriptions by a model."},)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    languages: Mapped[list[str]] = mapped_column(
        ARRAY(String(10)), comment="Codes, 3 at most; the first is the alt text's. None: English."
    )
    names: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="30 at most: name and note, which are shown to the model as data."
    )
