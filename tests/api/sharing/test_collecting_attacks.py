"""Nobody sends by a link that is not open to them, and no guest fills a quota (THREATS 1, 43)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import Engine, text

from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import new_network, running_api
from tests.api.sharing.test_visitors import (
    SENDING,
    Scene,
    with_a_forged_visit,
    with_a_link_that_was_ended,
    with_a_visit_of_yesterday,
    with_a_wrong_password,
    with_an_expired_link,
    with_nothing,
)
from tests.support.albums import make_album
from tests.support.api_operations import OF_VISITORS
from tests.support.guests import announced, ask, collect, in_a_week, places
from tests.support.images import jpeg
from tests.support.shares import PASSWORD, share, visit
from tests.support.users import Json, Person, in_turn, told, told_headers

OPERATIONS = sorted(method for method, path in OF_VISITORS if path == SENDING)
QUOTA = 1_000_000


def rows_of(database: Engine, person: Person) -> int:
    with database.connect() as rows:
        query = text("SELECT count(*) FROM collected_images WHERE owner_id = :id")
        return rows.scalar(query, {"id": person.user_id}) or 0


@pytest.fixture
def collecting(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine, stack: EmbeddedStack
) -> Scene:
    """Somebody with a visit to a link with a password, by which guests add pictures."""
    link = share(
        ada,
        album_id=make_album(ada),
        expires_at=in_a_week(),
        password=PASSWORD,
        collect={},
    )
    header = visit(visitor, link, PASSWORD)
    (place,) = places(visitor, header, announced(jpeg(seed=7201)))
    assert place["status"] == "upload"  # so that the tests would see it
    return Scene(
        owner=ada,
        stranger=bob,
        link=link,
        visit=header,
        visitor=visitor,
        database=database,
        stack=stack,
    )


@pytest.mark.parametrize("method", OPERATIONS)
@pytest.mark.parametrize(
    "kind",
    [
        with_nothing,
        with_a_wrong_password,
        with_an_expired_link,
        with_a_link_that_was_ended,
        with_a_forged_visit,
        with_a_visit_of_yesterday,
    ],
)
def test_none_is_let_in_to_send_or_to_ask(
    collecting: Scene, kind: Callable[[Scene], dict[str, str]], method: str
) -> None:
    (place,) = places(collecting.visitor, collecting.visit, announced(jpeg(seed=7202)))
    before = rows_of(collecting.database, collecting.owner)
    header = kind(collecting)
    body = {"images": [announced(jpeg(seed=7203)), announced(jpeg(seed=7202), id=place["id"])]}
    answer = collecting.visitor.request(
        method,
        SENDING,
        headers=header,
        **({"params": {"ids": place["id"]}} if method == "GET" else {"json": body}),
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "share_closed")
    assert place["id"] not in answer.text
    assert rows_of(collecting.database, collecting.owner) == before
    closed = collecting.visitor.get("/api/shared", headers=header)
    assert told(answer) == told(closed)
    assert told_headers(answer) == told_headers(closed)


def test_both_operations_are_known() -> None:
    assert OPERATIONS == ["GET", "POST"]


@pytest.fixture(scope="module")
def small_site(stack: EmbeddedStack, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """An API where everybody may keep a million bytes."""
    environment = stack.environment("api") | {
        "STORAGE_QUOTA_BYTES": str(QUOTA),
        "TRUSTED_PROXIES": "1",
    }
    with running_api(environment) as address:
        yield address


def test_guests_and_their_owner_share_one_quota(
    small_site: str, stack: EmbeddedStack, database: Engine
) -> None:
    def browser() -> httpx2.Client:
        headers = {"Origin": stack.site_origin, "X-Forwarded-For": new_network()}
        return httpx2.Client(base_url=small_site, headers=headers, timeout=30)

    with browser() as hers, browser() as theirs:
        cora = Person(http=hers).join(database)
        header = visit(theirs, collect(cora, make_album(cora)))

        def of_guest(number: int) -> Json:
            body = announced(jpeg()) | {"size": 100_000, "sha256": f"{number:064x}"}
            found: Json = in_turn(lambda: ask(theirs, header, body)).json()["places"][0]
            return found

        with ThreadPoolExecutor(10) as threads:
            said = list(threads.map(of_guest, range(50)))
        given = [each for each in said if each["status"] == "upload"]
        assert len(given) == QUOTA // 100_000
        # No figure of the owner's is told.
        refusals = {(e["code"], e["detail"]) for e in said if e["status"] == "refused"}
        detail = "The album takes no more pictures. Ask whoever sent you the link."
        assert refusals == {("collection_full", detail)}
        new = announced(jpeg(seed=7204))
        answer = cora.http.post("/api/images", json={"images": [new]})
        assert answer.json()["places"][0]["code"] == "quota_exceeded"
