"""An integrator's program by openapi-python-client; what it is given, environment.ts says."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
from pinhole_client import AuthenticatedClient
from pinhole_client.api.images import (
    change_images,
    create_images,
    delete_image,
    describe_image,
    get_image,
    list_changes,
    list_images,
    update_image,
)
from pinhole_client.models import (
    BatchIn,
    BatchInAction,
    BatchOut,
    BatchUndo,
    ChangesOut,
    DescriptionIn,
    DescriptionOut,
    DescriptionSource,
    DescriptionState,
    ImageDetail,
    ImagePatch,
    ImagesOut,
    ImageState,
    NewImage,
    NewImages,
    PickedImages,
    PlacesOut,
    Problem,
    ProblemCode,
    Upload,
    UploadPlaceOut,
)

PATIENCE = 150
WORDS = DescriptionIn(alt_text="a harbour", text="A harbour at dusk.", tags=["boat"])

T = TypeVar("T")


def given(answer: object, kind: type[T]) -> T:
    """Return an answer of the kind that is wanted, or fail with the problem that came instead."""
    if not isinstance(answer, kind):
        raise TypeError(repr(answer))
    return answer


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


def main() -> None:
    with AuthenticatedClient(base_url=os.environ["SITE"], token=os.environ["TOKEN"]) as client:
        use(client, Path(os.environ["PICTURE"]).read_bytes())


def use(client: AuthenticatedClient, content: bytes) -> None:
    new = NewImage(
        name="harbour.jpg",
        size=len(content),
        content_type="image/jpeg",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    promised = given(create_images.sync(client=client, body=NewImages(images=[new])), PlacesOut)
    place = given(promised.places[0], UploadPlaceOut)
    upload = given(place.upload, Upload)
    headers = upload.headers.additional_properties
    httpx.put(upload.url, headers=headers, content=content).raise_for_status()
    image_id: UUID = place.image.id

    def look() -> ImageDetail:
        return given(get_image.sync(image_id, client=client), ImageDetail)

    until(lambda: look().state == ImageState.READY)

    given(describe_image.sync(image_id, client=client), ImageDetail)
    until(lambda: look().description_state == DescriptionState.DONE)
    assert given(look().description, DescriptionOut).source == DescriptionSource.MODEL

    patch = ImagePatch(description=WORDS)
    given(update_image.sync(image_id, client=client, body=patch), ImageDetail)
    patch = ImagePatch(name="dusk.jpg")
    renamed = given(update_image.sync(image_id, client=client, body=patch), ImageDetail)
    assert renamed.name == "dusk.jpg"
    assert given(renamed.description, DescriptionOut).text == WORDS.text

    listed = given(list_images.sync(client=client, limit=10), ImagesOut)
    assert image_id in [image.id for image in listed.images]

    assert delete_image.sync_detailed(image_id, client=client).status_code == 204
    picked = PickedImages(ids=[image_id])
    restore = BatchIn(action=BatchInAction.RESTORE, images=picked)
    assert given(change_images.sync(client=client, body=restore), BatchOut).changed == 1
    again = BatchIn(action=BatchInAction.DELETE, images=picked)
    done = given(change_images.sync(client=client, body=again), BatchOut)
    assert given(done.undo, BatchUndo).images.ids == [image_id]
    changes = given(list_changes.sync(client=client), ChangesOut)
    assert changes.images[0].deleted_at is not None

    missing = given(get_image.sync(UUID(int=1), client=client), Problem)
    assert missing.code == ProblemCode.NOT_FOUND
    print(image_id)  # noqa: T201 - the test reads it


main()
