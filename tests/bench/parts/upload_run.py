"""One run of many photos through the whole product, measured from outside."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import Engine, create_engine, func, select

from app.images.models import Image, ImageState
from app.settings import with_driver
from scripts.embedded.aws import answers
from scripts.embedded.ports import free_ports
from scripts.embedded.product import Product
from scripts.embedded.stack import EmbeddedStack
from tests.bench.parts.meters import Meter, Use
from tests.support.images import Picture
from tests.support.users import Person

CLIENTS = 4
BATCH = 20  # as the front end asks for places
PATIENCE_SECONDS = 900
Announced = tuple[dict[str, object], bytes]
PRODUCT = ("api", "worker", "postgres")
PARENT = "worker without its children"
# The database's memory is PostgreSQL's own, and told apart: peers leave it out as well.
IN_MEMORY = ("api", "worker")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was measured."""

    count: int
    lost: int
    seconds: float
    uses: dict[str, Use]
    memory_mb: float
    product: tuple[str, ...] = PRODUCT

    @property
    def photos_per_second(self) -> float:
        """From the first byte that is sent to the last thumbnail that can be had."""
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU of one photo in all of the product's processes."""
        return sum(self.uses[name].cpu_seconds for name in PRODUCT) * 1e3 / self.count

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        figures = {"photos_per_second": self.photos_per_second, "cpu_ms_per_photo": self.cpu_ms}
        return asdict(self) | figures


def upload_all(files: list[bytes], *, data: Path) -> Run:
    """Start a product, upload everything with several clients, and wait for the last thumbnail."""
    with serving(data) as stack:
        database = create_engine(with_driver(stack.database_url))
        people = [_person(stack.site_origin, database) for _ in range(CLIENTS)]
        _warm_up(people, files[0], database)
        announced = [_announced(content, number) for number, content in enumerate(files)]
        roots = {part.program.name: part.process.pid for part in stack.crew.parts}
        roots |= {PARENT: roots["worker"], "clients": os.getpid()}
        meter = Meter(roots=roots, alone=frozenset({PARENT, "clients"}))
        with meter.watching(IN_MEMORY):
            begun = time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as threads:
                shares = [announced[n::CLIENTS] for n in range(CLIENTS)]
                for _ in threads.map(_upload, people, shares):
                    pass
            ready = _wait_for(len(files) + 1, database)
            seconds = time.monotonic() - begun
            uses = meter.used()
        database.dispose()
    names = [*PRODUCT, *sorted(uses.keys() - set(PRODUCT))]
    return Run(
        count=len(files),
        lost=len(files) + 1 - ready,
        seconds=seconds,
        uses={name: uses[name] for name in names},
        memory_mb=meter.peak_bytes(*IN_MEMORY) / 1e6,
    )


@contextmanager
def serving(data: Path) -> Iterator[EmbeddedStack]:
    """The API and the worker as the launcher runs them, without the site's files."""
    (port,) = free_ports(1)
    site = f"http://localhost:{port}"
    with EmbeddedStack(data=data, site_origin=site) as stack:
        product = Product(stack=stack, providers={}, site_port=port, api_port=port, is_dev=True)
        product.migrate()
        product.start_api()
        product.start_worker()
        is_ready = data / "worker-is-ready"
        stack.crew.wait_until(lambda: answers(f"{product.api_url}/api/health"), what="The API")
        stack.crew.wait_until(is_ready.exists, what="The worker")
        yield stack


def _person(site: str, database: Engine) -> Person:
    # Not by name: cookies for "localhost" are a matter of each client's own opinion.
    address = site.replace("localhost", "127.0.0.1")
    http = httpx2.Client(base_url=address, headers={"Origin": site}, timeout=60)
    return Person(http=http).join(database)


def _picture(content: bytes, number: int) -> Picture:
    return Picture(name=f"IMG_{number:04}.jpg", content_type="image/jpeg", content=content)


def _announced(content: bytes, number: int) -> Announced:
    """Hash before the clock runs: browsers do it on other machines."""
    return _picture(content, number).announcement(), content


def _warm_up(people: list[Person], content: bytes, database: Engine) -> None:
    """Take one photo in, other bytes than the rest: nobody measures a first start here."""
    people[0].upload(_picture(content + b"\0", 9999))
    for person in people:
        person.timeline()
    assert _wait_for(1, database) == 1, "the first photo was lost"


def _upload(person: Person, pictures: list[Announced]) -> None:
    storage: HTTPConnection | None = None
    for at in range(0, len(pictures), BATCH):
        batch = pictures[at : at + BATCH]
        body = {"images": [announcement for announcement, _ in batch]}
        answered = person.http.post("/api/images", json=body).raise_for_status()
        for place, (_, content) in zip(answered.json()["places"], batch, strict=True):
            upload = place["upload"]
            where = urlsplit(upload["url"])
            # The standard library's: what a client costs here is taken from the product.
            storage = storage or HTTPConnection(where.netloc, timeout=120)
            path = f"{where.path}?{where.query}"
            storage.request("PUT", path, body=content, headers=upload["headers"])
            answer = storage.getresponse()
            said = answer.read()
            assert answer.status == HTTPStatus.OK, said


def _wait_for(count: int, database: Engine) -> int:
    """Wait until so many pictures can be seen; return how many can after all patience."""
    seen = select(func.count()).where(Image.state == ImageState.READY, Image.has_preview)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with database.connect() as rows:
            ready = rows.scalar(seen) or 0
        if ready >= count or time.monotonic() > deadline:
            return ready
        time.sleep(0.05)
