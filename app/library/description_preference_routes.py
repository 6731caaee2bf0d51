"""In which languages a person's pictures are described, and which names a model may use."""

from typing import Annotated

from flask import Response
from pydantic import AfterValidator, ConfigDict, Field

from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import check_again, current_user, session_required
from app.database import db
from app.description_languages import (
    LANGUAGES,
    LONGEST_NAME,
    LONGEST_NOTE,
    MAX_LANGUAGES,
    MAX_NAMES,
)
from app.descriptions.preferences import Preferences, keep_preferences, preferences_of
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.text import displayable, one_line

description_preferences = APIBlueprint(
    "description_preferences",
    __name__,
    url_prefix="/api/descriptions/preferences",
    tag="Descriptions",
)


def _known(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError("Choose one of the languages that are offered.")
    return code


def _each_once(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _said(name: str) -> str:
    if not name.strip():
        raise ValueError("Write a name.")
    return name.strip()


class KnownName(BaseModel):
    """A name that a model may use."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_NAME, examples=["Oma"]),
        AfterValidator(displayable),
        AfterValidator(one_line),
        AfterValidator(_said),
    ]
    note: Annotated[
        str,
        Field(
            max_length=LONGEST_NOTE,
            description="What it stands for.",
            examples=["an old woman with short white hair and a red coat"],
        ),
        AfterValidator(displayable),
        AfterValidator(one_line),
    ]


class OfferedLanguage(BaseModel):
    """A language that can be chosen."""

    code: str = Field(description="BCP 47.", examples=["de"])
    name: str = Field(description="In English.")


class DescriptionPreferencesOut(BaseModel):
    """Your preferences, and what can be chosen."""

    languages: list[str] = Field(
        description="The first is the alt text's; the description has a paragraph in each, and tags"
        " are in each. None: English."
    )
    names: list[KnownName]
    offered: list[OfferedLanguage]


class DescriptionPreferencesPatch(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    languages: Annotated[
        list[Annotated[str, Field(max_length=10), AfterValidator(_known)]],
        Field(max_length=MAX_LANGUAGES),
        AfterValidator(_each_once),
    ] = []  # noqa: RUF012 - pydantic copies it
    names: Annotated[list[KnownName], Field(max_length=MAX_NAMES)] = []  # noqa: RUF012 - as above


@description_preferences.get("")
@session_required
@description_preferences.output(DescriptionPreferencesOut)
def get_description_preferences() -> Response:
    """Show in which languages your pictures are described, and which names a model may use."""
    return _shown(preferences_of(current_user().id))


@description_preferences.patch("")
@session_required
@description_preferences.input(DescriptionPreferencesPatch, location="json")
@description_preferences.output(DescriptionPreferencesOut)
def set_description_preferences(json_data: DescriptionPreferencesPatch) -> Response:
    """Choose up to 3 languages for descriptions, and up to 30 names that a model may use.

    Names and their notes are sent with each picture, as data. What is described already stays.
    """
    user = current_user()
    take_seat(user.id)
    check_again()  # it may have waited for what ended the session
    kept = preferences_of(user.id)
    given = json_data.model_fields_set
    preferences = Preferences(
        languages=tuple(json_data.languages) if "languages" in given else kept.languages,
        names=tuple((each.name, each.note) for each in json_data.names)
        if "names" in given
        else kept.names,
    )
    keep_preferences(user.id, preferences)
    db.session.commit()
    return _shown(preferences)


def _shown(preferences: Preferences) -> Response:
    return json_response(
        {
            "languages": preferences.languages,
            "names": [{"name": name, "note": note} for name, note in preferences.names],
            "offered": [{"code": code, "name": name} for code, name in LANGUAGES.items()],
        }
    )
