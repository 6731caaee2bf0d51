"""Other bytes in the place of those that were promised (THREATS 12).

Before, while and after they are taken in: what is served has the SHA-256 that is recorded.
"""

import base64
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import httpx2
from PIL import Image
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.support.images import Picture
from tests.support.multipart import PART, complete, put_part
from tests.support.users import Json, Person

RACES = 500
SIZE = 4096
BATCH = 100
AT_ONCE = 10  # pictures that are waited for together: a slow machine has patience for each few
RED, BLUE = (200, 30, 30), (30, 30, 200)
# How much later than the right bytes the others come, in races.
LATER = (0, 30)


def coloured(colour: tuple[int, int, int], number: int) -> Picture:
    """A picture of one colour. All are of the same length, and none has another's bytes."""
    file = io.BytesIO()
    Image.new("RGB", (48, 32), colour).save(file, "JPEG", quality=80)
    content = (file.getvalue() + number.to_bytes(4, "big")).ljust(SIZE, b"\0")
    return Picture(name=f"{number}.jpg", content_type="image/jpeg", content=content)


@dataclass(frozen=True, kw_only=True)
class Race:
    """A promise of red, asked for twice, and one of blue that is to come to red's place."""

    red: bytes
    blue: bytes
    place: Json
    again: Json
    of_blue: Json

    @property
    def image_id(self) -> str:
        found: str = self.place["image"]["id"]
        return found


def send(
    http: httpx2.Client, place: Json, content: bytes, *, url: str = "", **changed: str | None
) -> int:
    """PUT, with headers that are changed, or left out where they are None; return the status."""
    headers = place["upload"]["headers"] | {k.replace("_", "-"): v for k, v in changed.items()}
    kept = {name: value for name, value in headers.items() if value is not None}
    return http.put(url or place["upload"]["url"], headers=kept, content=content).status_code


def checksum(content: bytes) -> str:
    return base64.b64encode(sha256(content).digest()).decode()


def moved(race: Race) -> str:
    """Blue's address, with the path of red's place."""
    blue, red = (urlsplit(str(p["upload"]["url"])) for p in (race.of_blue, race.place))
    return blue._replace(path=red.path).geturl()


Attack = Callable[[httpx2.Client, Race], int]
ATTACKS: dict[str, Attack] = {
    "other bytes": lambda http, race: send(http, race.place, race.blue),
    "other bytes with their checksum": lambda http, race: send(
        http, race.place, race.blue, x_amz_checksum_sha256=checksum(race.blue)
    ),
    "other bytes, whatever is there": lambda http, race: send(
        http, race.place, race.blue, if_none_match=None
    ),
    "other bytes, whatever else is there": lambda http, race: send(
        http, race.again, race.blue, if_none_match='"another"'
    ),
    "the same bytes, whatever is there": lambda http, race: send(
        http, race.again, race.red, if_none_match=None
    ),
    "other bytes at their own address, moved": lambda http, race: send(
        http, race.of_blue, race.blue, url=moved(race)
    ),
    "other bytes without a checksum": lambda http, race: send(
        http, race.place, race.blue, x_amz_checksum_sha256=None
    ),
}


def promised(person: Person) -> list[Race]:
    races = []
    for first in range(0, RACES, BATCH):
        reds = [coloured(RED, first + n) for n in range(BATCH)]
        blues = [coloured(BLUE, first + n) for n in range(BATCH)]
        places = (person.promise(*reds), person.promise(*reds), person.promise(*blues))
        for red, blue, place, again, of_blue in zip(reds, blues, *places, strict=True):
            assert place["image"]["id"] == again["image"]["id"] != of_blue["image"]["id"]
            races.append(
                Race(red=red.content, blue=blue.content, place=place, again=again, of_blue=of_blue)
            )
    return races


def test_bytes_are_never_swapped(ada: Person, database: Engine) -> None:
    races = promised(ada)
    attacks = list(ATTACKS)
    turns: list[tuple[int, Race, str]] = []
    for number, race in enumerate(races):
        turns += [(number, race, "promised"), (number + number % 50, race, "promised again")]
        turns += [
            (number + later, race, attacks[(number + at) % len(attacks)])
            for at, later in enumerate(LATER)
        ]
    turns.sort(key=lambda turn: turn[0])
    taken: dict[str, list[str]] = {race.image_id: [] for race in races}
    with httpx2.Client(timeout=30) as http, ThreadPoolExecutor(8) as threads:

        def take_turn(turn: tuple[int, Race, str]) -> None:
            _, race, deed = turn
            if deed in ATTACKS:
                status = ATTACKS[deed](http, race)
            else:
                place = race.place if deed == "promised" else race.again
                status = send(http, place, race.red)
            assert status in {200, 400, 403, 412}, (deed, status)
            if status == 200:
                taken[race.image_id].append(deed)

        list(threads.map(take_turn, turns))
        assert {tuple(deeds) for deeds in taken.values()} <= {("promised",), ("promised again",)}
        for served in threads.map(lambda image: serve(ada, http, image), settled(ada, races)):
            assert served.state == "ready"
            assert served.original == recorded(database, served.image_id)
            assert served.colour == "red"


@dataclass(frozen=True, kw_only=True)
class Served:
    """What somebody gets who looks at a picture."""

    image_id: str
    state: str
    original: str  # its SHA-256
    colour: str


def settled(person: Person, races: list[Race]) -> list[Json]:
    found: list[Json] = []
    for first in range(0, len(races), AT_ONCE):
        ids = ",".join(race.image_id for race in races[first : first + AT_ONCE])

        def are_settled(ids: str = ids) -> list[Json] | None:
            images: list[Json] = ada_images(person, ids)
            busy = {"uploading", "processing"} & {image["state"] for image in images}
            return None if busy else images

        found += until(are_settled)
    return found


def ada_images(person: Person, ids: str) -> list[Json]:
    answer = person.http.get("/api/images", params={"ids": ids})
    answer.raise_for_status()
    images: list[Json] = answer.json()["images"]
    return images


def serve(person: Person, http: httpx2.Client, image: Json) -> Served:
    address = person.http.get(f"/api/images/{image['id']}/original").json()["url"]
    thumbnail = http.get(image["thumbnail_url"]).content
    seen = Image.open(io.BytesIO(thumbnail)).convert("RGB").resize((1, 1)).tobytes()
    return Served(
        image_id=image["id"],
        state=image["state"],
        original=sha256(http.get(address).content).hexdigest(),
        colour="red" if seen[0] > seen[2] else "blue",
    )


def recorded(database: Engine, image_id: str) -> str:
    query = text("SELECT encode(sha256, 'hex') FROM images WHERE id = :id")
    with database.connect() as connection:
        return str(connection.execute(query, {"id": image_id}).scalar_one())


def in_one_part(person: Person, file: Picture, part: bytes) -> Json:
    """A place in parts for a file, whose only part is said to be these bytes."""
    parts = {"size": PART, "sha256": [sha256(part).hexdigest()]}
    answer = person.http.post(
        "/api/images", json={"images": [file.announcement() | {"parts": parts}]}
    )
    answer.raise_for_status()
    (place,) = answer.json()["places"]
    found: Json = place
    return found


PART_RACES = 24


def test_parts_of_another_file_are_never_served(ada: Person) -> None:
    """Each part is as it was promised, and the whole is not."""
    ends = set()
    with httpx2.Client(timeout=30) as http, ThreadPoolExecutor(3) as threads:
        for number in range(PART_RACES):
            ends.add(race_in_parts(ada, http, threads, number))
    assert ends == {("ready", None), ("rejected", "not_as_promised")}


def race_in_parts(
    person: Person, http: httpx2.Client, threads: ThreadPoolExecutor, number: int
) -> tuple[str, str | None]:
    """Send red whole and blue in parts, for the same place; return what came of it."""
    red, blue = coloured(RED, RACES + number), coloured(BLUE, RACES + number)
    (whole,) = person.promise(red)
    place = in_one_part(person, red, blue.content)
    image_id = place["image"]["id"]
    (part,) = place["upload"]["parts"]
    assert put_part(part, blue.content).status_code == 200
    watching = threads.submit(watch, person, http, image_id)
    deeds: list[Callable[[], int]] = [
        lambda: send(http, whole, red.content),
        lambda: complete(person, place).status_code,
    ]
    if number % 2:
        deeds.reverse()
    if number % 4 < 2:
        statuses = [deed.result() for deed in [threads.submit(deed) for deed in deeds]]
    else:
        statuses = [deed() for deed in deeds]
    assert set(statuses) <= {200, 202, 409, 412}
    image, served = watching.result()
    assert served <= {sha256(red.content).hexdigest()}
    return image["state"], image["failure"] and image["failure"]["code"]


def watch(person: Person, http: httpx2.Client, image_id: str) -> tuple[Json, set[str]]:
    """Fetch the original again and again until the picture is settled, and once more."""
    served: set[str] = set()

    def look() -> Json | None:
        image = person.settled(image_id)
        answer = person.http.get(f"/api/images/{image_id}/original")
        if answer.status_code == 200:
            original = http.get(answer.json()["url"])
            if original.status_code == 200:
                served.add(sha256(original.content).hexdigest())
        return image

    return until(look), served
