"""A person's languages and names for descriptions."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.clients.prompt_options import NO_OPTIONS, PromptOptions
from app.database import db
from app.description_languages import LANGUAGES
from app.images.description_preference_models import DescriptionPreferences


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Codes of languages, and names with notes, as they are kept."""

    languages: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()

    @property
    def options(self) -> PromptOptions:
        """The same as the model is told; a code that a former release knew is left out."""
        known = tuple(LANGUAGES[code] for code in self.languages if code in LANGUAGES)
        return PromptOptions(languages=known, names=self.names)


def preferences_of(user_id: UUID) -> Preferences:
    """Return a person's preferences."""
    # Columns, and no entity: a worker's session may hold one from before a change.
    kept = db.session.execute(
        select(DescriptionPreferences.languages, DescriptionPreferences.names).where(
            DescriptionPreferences.user_id == user_id
        )
    ).one_or_none()
    if kept is None:
        return Preferences()
    return Preferences(
        languages=tuple(kept.languages),
        names=tuple((str(each["name"]), str(each["note"])) for each in kept.names),
    )


def prompt_options_of(user_id: UUID) -> PromptOptions:
    """Return what a model is told for a person."""
    preferences = preferences_of(user_id)
    return NO_OPTIONS if preferences == Preferences() else preferences.options


def keep_preferences(user_id: UUID, preferences: Preferences) -> None:
    """Keep a person's preferences; the caller commits. Safe to repeat."""
    values = {
        "languages": list(preferences.languages),
        "names": [{"name": name, "note": note} for name, note in preferences.names],
    }
    db.session.execute(
        insert(DescriptionPreferences)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )
