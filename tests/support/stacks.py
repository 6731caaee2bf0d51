"""Stacks, as tests make and read them."""

from typing import Any

from sqlalchemy import Engine, text

from tests.support.users import Json, Person

ADD = text("""
    INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
        stored_at, timeline_at, taken_at, camera_model, width, height, has_preview, is_animated,
        attempts, description_state)
    VALUES (gen_random_uuid(), :user, :name, 1000, sha256(gen_random_uuid()::text::bytea),
        :content_type, 'ready', now(), now(), :taken_at, :taken_at, :camera, 400, 300, true, false,
        0, 'none')
    RETURNING id
""")
NOTE = text("INSERT INTO images_to_stack (image_id, owner_id) VALUES (:image, :user)")


def add_image(
    person: Person,
    database: Engine,
    name: str,
    *,
    taken_at: str = "2024-05-03 12:00:00",
    content_type: str = "image/jpeg",
    camera: str | None = "Z 6",
    waits: bool = False,
) -> str:
    """Put an image straight into the library; one that waits is looked at by the sweep."""
    user = person.user_id
    with database.begin() as connection:
        values = {"user": user, "name": name, "taken_at": taken_at, "camera": camera}
        found = connection.scalar(ADD, values | {"content_type": content_type})
        if waits:
            connection.execute(NOTE, {"image": found, "user": user})
    return str(found)


def add_images(person: Person, database: Engine, count: int, **same: Any) -> list[str]:
    """Put several of one day into the library, each with a name of its own."""
    return [
        add_image(person, database, f"{n}.jpg", taken_at=f"2024-05-03 12:00:{n:02}", **same)
        for n in range(count)
    ]


def change(person: Person, action: str, *ids: str, whole: bool = False, **more: Any) -> Json:
    """Do something to named images; return the answer."""
    images = {"ids": list(ids), "whole_stacks": whole}
    return send(person, {"action": action, "images": images, **more})


def send(person: Person, body: Json) -> Json:
    answer = person.http.post("/api/images/batch", json=body)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def undo(person: Person, done: Json) -> Json:
    return send(person, {name: value for name, value in done["undo"].items() if value is not None})


def stack_of(person: Person, image_id: str) -> list[str]:
    """The ids of a stack, its cover first."""
    answer = person.http.get(f"/api/images/{image_id}/stack")
    answer.raise_for_status()
    return [image["id"] for image in answer.json()["images"]]


def tiles(person: Person, *, month: str = "2024-05") -> dict[str, int]:
    """What the timeline shows, each with for how many it stands; as counts, buckets and lists."""
    counted = person.http.get("/api/timeline").json()["count"]
    bucket = person.http.get(f"/api/timeline/{month}").json()
    sizes = {
        image_id: bucket["stacks"].get(str(place), 1)
        for place, image_id in enumerate(bucket["ids"])
    }
    assert counted == len(sizes)
    listed = person.http.get("/api/images").json()["images"]
    assert {image["id"]: image["stack_size"] or 1 for image in listed} == sizes
    assert not any(image["is_folded"] for image in listed)
    return sizes


def everything(database: Engine, person: Person) -> list[tuple[Any, ...]]:
    """Where each image of a person stands."""
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, deleted_at IS NULL, archived_at IS NULL, stack_id, stack_rank,"
                " stack_reason, is_folded, stack_size FROM images WHERE owner_id = :user"
                " ORDER BY id"
            ),
            {"user": person.user_id},
        )
        return [tuple(row) for row in rows]
