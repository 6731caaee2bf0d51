"""Versions of descriptions: a user's text is never replaced by a model's.

[Note: A person's words win] Versions are only added. A model's version becomes the current one
only while the current one is not a person's, and the UPDATE itself says so: no check that could
be overtaken.

[Note: Ten versions] Of each picture the last ten versions by people and the last ten by models are
kept: whoever changes a description without an end does not fill the database. Older ones go in the
transaction that adds one. The version that is shown never goes, and the newest by a model is there
for whoever forgets their own words.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, exists, select, update

from app.accounts.models import User
from app.database import db
from app.descriptions.checks import note_checked
from app.images.models import (
    Description,
    DescriptionSource,
    DescriptionState,
    Image,
)
from app.images.schemas import DescriptionIn
from app.search.index import index_images

if TYPE_CHECKING:
    from app.clients.openai_vision import (
        GeneratedDescription,  # its shapes are not built where nobody is asked
    )

MAX_VERSIONS = 10  # by people, and as many by models, of one picture


def write(user: User, image_id: UUID, words: DescriptionIn) -> None:
    """Make a person's words the current description."""
    version = Description(
        image_id=image_id,
        source=DescriptionSource.PERSON,
        alt_text=words.alt_text,
        text=words.text,
        visible_text=words.visible_text,
        tags=words.tags,
    )
    db.session.add(version)
    db.session.flush()  # the id is needed below
    db.session.execute(
        update(Image)
        .where(Image.owned_by(user), Image.id == image_id)
        .values(
            current_description_id=version.id,
            description_state=DescriptionState.DONE,
            description_failure=None,
        )
    )
    note_checked(user, {image_id: version.id})
    index_images([image_id])
    _forget_older(image_id, DescriptionSource.PERSON)


def forget_own_words(user: User, image_id: UUID) -> None:
    """Show the model's latest version again, or none where there is none. Safe to repeat."""
    latest = (
        select(Description.id)
        .where(Description.image_id == image_id, Description.source == DescriptionSource.MODEL)
        .order_by(Description.created_at.desc())
        .limit(1)
    )
    found = db.session.scalar(latest)
    db.session.execute(
        update(Image)
        .where(Image.owned_by(user), Image.id == image_id, by(DescriptionSource.PERSON))
        .values(
            current_description_id=found,
            description_state=DescriptionState.DONE if found else DescriptionState.NONE,
            description_failure=None,
        )
    )
    index_images([image_id])


def copy_description(user: User, image_id: UUID, *, of: UUID) -> UUID | None:
    """Describe an image as another one is, which both are locked; return the version that was made.

    None: it has a description, or the other one has none. One that waits for a model goes on
    waiting, and keeps a person's words all the same.
    """
    columns = (
        Description.source,
        Description.alt_text,
        Description.text,
        Description.visible_text,
        Description.tags,
        Description.model,
        Description.prompt_version,
        Description.is_demo,
    )
    shown = db.session.execute(
        select(*columns)
        .join(Image, Image.current_description_id == Description.id)
        .where(Image.owned_by(user), Image.id == of)
    ).one_or_none()
    mine = (Image.owned_by(user), Image.id == image_id, Image.current_description_id.is_(None))
    if shown is None or db.session.scalar(select(Image.id).where(*mine)) is None:
        return None
    version = Description(image_id=image_id, **shown._mapping)  # noqa: SLF001 - a row's own way
    db.session.add(version)
    db.session.flush()  # the id is needed below
    waits = Image.description_state == DescriptionState.WAITING
    db.session.execute(
        update(Image)
        .where(*mine)
        .values(
            current_description_id=version.id,
            description_state=case((waits, Image.description_state), else_=DescriptionState.DONE),
            description_failure=None,
        )
        .execution_options(synchronize_session=False)
    )
    index_images([image_id])
    return version.id


def take_back_copy(user: User, image_id: UUID, version_id: UUID) -> None:
    """Delete the version that `copy_description` made, where it is still shown. Safe to repeat."""
    waits = Image.description_state == DescriptionState.WAITING
    changed = db.session.scalar(
        update(Image)
        .where(
            Image.owned_by(user),
            Image.id == image_id,
            Image.current_description_id == version_id,
        )
        .values(
            current_description_id=None,
            description_state=case((waits, Image.description_state), else_=DescriptionState.NONE),
        )
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    if changed is not None:
        db.session.execute(
            delete(Description)
            .where(Description.id == version_id, Description.image_id == image_id)
            .execution_options(synchronize_session=False)
        )
        index_images([image_id])


def record(image_id: UUID, sighting: "GeneratedDescription", *, is_demo: bool) -> None:
    """Keep a model's answer; see [Note: A person's words win]. Safe to repeat."""
    version = Description(
        image_id=image_id,
        source=DescriptionSource.MODEL,
        alt_text=sighting.alt_text,
        text=sighting.text,
        visible_text=sighting.visible_text,
        tags=list(sighting.tags),
        model=sighting.model,
        prompt_version=sighting.prompt_version,
        input_tokens=sighting.input_tokens,
        output_tokens=sighting.output_tokens,
        is_demo=is_demo,
    )
    db.session.add(version)
    db.session.flush()  # the id is needed below
    for_the_one = update(Image).where(Image.id == image_id)
    unsynchronized = {"synchronize_session": False}
    db.session.execute(
        for_the_one.where(~by(DescriptionSource.PERSON)).values(current_description_id=version.id),
        execution_options=unsynchronized,
    )
    # Whoever's words are shown: nothing is waited for any more.
    db.session.execute(
        for_the_one.values(description_state=DescriptionState.DONE, description_failure=None),
        execution_options=unsynchronized,
    )
    index_images([image_id])
    _forget_older(image_id, DescriptionSource.MODEL)


def record_failure(image_id: UUID, *, code: str) -> None:
    """Note why no description came; the person can try again. Safe to repeat."""
    db.session.execute(
        update(Image)
        .where(Image.id == image_id, Image.description_state == DescriptionState.WAITING)
        .values(description_state=DescriptionState.FAILED, description_failure=code)
        .execution_options(synchronize_session=False)
    )


def _forget_older(image_id: UUID, source: DescriptionSource) -> None:
    """Delete all but the last versions: see [Note: Ten versions].

    Comes after the update of the picture, whose row stays locked: which version is shown cannot
    change any more.
    """
    of_source = (Description.image_id == image_id) & (Description.source == source)
    kept = (
        select(Description.id)
        .where(of_source)
        .order_by(Description.created_at.desc(), Description.id)
        .limit(MAX_VERSIONS)
    )
    is_shown = exists().where(Image.id == image_id, Image.current_description_id == Description.id)
    db.session.execute(
        delete(Description)
        .where(of_source, Description.id.not_in(kept), ~is_shown)
        .execution_options(synchronize_session=False)
    )


def by(source: DescriptionSource) -> ColumnElement[bool]:
    """Whether the current description was written by `source`."""
    return exists().where(
        Description.id == Image.current_description_id, Description.source == source
    )
