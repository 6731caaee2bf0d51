"""How long a stranger's picture takes against one that never was (THREATS 3).

`python -m tests.bench.existence http://localhost:8000/mailbox#KEY`, the mailbox's address that a
running Pinhole printed; makes two accounts there. Prints both medians, their gap, and the spread of
one kind as the floor.
"""

import sys
from hashlib import sha256
from statistics import median
from time import perf_counter
from uuid import uuid4

import httpx2

from tests.support.images import Picture
from tests.support.mailbox import join_by_mail, open_mailbox
from tests.support.users import Person

ROUNDS = 200


def main(mailbox: str) -> None:
    """Ask alternately for foreign and absent pictures."""
    site, _, key = mailbox.partition("/mailbox#")
    ada, bob = (Person(http=_browser(site)) for _ in range(2))
    for person in (ada, bob):
        open_mailbox(person.http, key)
        person.email = join_by_mail(person.http)
    foreign = [
        place["image"]["id"] for start in (0, 100) for place in ada.promise(*_pictures(start))
    ]
    times: dict[str, list[float]] = {"foreign": [], "absent": [], "absent again": []}
    for image_id in foreign:
        for kind, asked in zip(times, (image_id, uuid4(), uuid4()), strict=True):
            start = perf_counter()
            bob.http.get(f"/api/images/{asked}")
            times[kind].append(perf_counter() - start)
    medians = {kind: median(taken) * 1e3 for kind, taken in times.items()}
    for kind, milliseconds in medians.items():
        print(f"{kind}: {milliseconds:.2f} ms")
    print(f"gap {abs(medians['foreign'] - medians['absent']):.2f} ms", end=", ")
    print(f"floor {abs(medians['absent again'] - medians['absent']):.2f} ms")


def _browser(site: str) -> httpx2.Client:
    return httpx2.Client(base_url=site, headers={"Origin": site})


def _pictures(start: int) -> list[Picture]:
    return [
        Picture(name="x.jpg", content_type="image/jpeg", content=sha256(bytes((n,))).digest())
        for n in range(start, start + ROUNDS // 2)
    ]


if __name__ == "__main__":
    main(sys.argv[1])
