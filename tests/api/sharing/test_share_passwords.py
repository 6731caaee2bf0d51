"""Guessing the password of a share link (THREATS 43): few guesses reach the hash."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import (
    SHARE_TRIES,
    SHARE_TRIES_ALL,
    SHARE_TRIES_NETWORK,
    SHARE_TRIES_OWNER,
)
from app.accounts.sessions.tokens import new_token
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import api_settings, new_network, running_api
from tests.support.rate_limits import forget, use_up
from tests.support.shares import PASSWORD, Link, open_link, share, shares_of
from tests.support.users import Person, told

ROOT = Path(__file__).parents[3]
NewVisitor = Callable[[], httpx2.Client]


@pytest.fixture
def link(ada: Person, database: Engine) -> Link:
    """A link with a password."""
    forget(database, SHARE_TRIES_ALL)
    return share(ada, images={"ids": add_images(ada, database, 1)}, password=PASSWORD)


def test_of_guesses_from_everywhere_few_reach_the_hash_and_the_owner_comes_in(
    ada: Person,
    link: Link,
    site: str,
    stack: EmbeddedStack,
    model: StandIn,
    new_visitor: NewVisitor,
) -> None:
    """Eight programs guess, each from several networks by several threads, at two processes."""
    with running_api(api_settings(stack, model)) as second:
        guessers = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.support.share_guesser", link.token, "50"),
                    *(",".join(new_network() for _ in range(4)), site, second),
                ],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(8)
        ]
        opened = [open_link(ada.http, link.token, PASSWORD).status_code for _ in range(10)]
        statuses = [line for each in guessers for line in each.communicate(timeout=120)[0].split()]
    assert len(statuses) == 400
    assert set(statuses) == {"404", "429"}
    # What grew again meanwhile is a few more.
    assert SHARE_TRIES.burst <= statuses.count("404") <= SHARE_TRIES.burst + 8
    assert opened == [200] * 10
    waits = open_link(new_visitor(), link.token, PASSWORD)
    assert waits.status_code == 429
    assert 0 < int(waits.headers["Retry-After"]) <= SHARE_TRIES.every.total_seconds()
    assert shares_of(ada)[0]["visits"] == 0


def test_one_network_keeps_nobody_elsewhere_out(
    link: Link, visitor: httpx2.Client, new_visitor: NewVisitor
) -> None:
    with ThreadPoolExecutor(4) as at_once:
        guesses = at_once.map(
            lambda n: open_link(visitor, link.token, f"guess number {n}").status_code, range(40)
        )
        found = Counter(guesses)
    assert found[404] in {SHARE_TRIES_NETWORK.burst, SHARE_TRIES_NETWORK.burst + 1}
    assert found[404] + found[429] == 40
    assert open_link(new_visitor(), link.token, PASSWORD).status_code == 200


def test_whoever_knows_it_is_never_made_to_wait(link: Link, visitor: httpx2.Client) -> None:
    for _ in range(3 * SHARE_TRIES_NETWORK.burst):
        assert open_link(visitor, link.token, PASSWORD).status_code == 200


def test_limits_tell_not_whether_there_is_a_link(link: Link, new_visitor: NewVisitor) -> None:
    said = []
    for token in (link.token, new_token()):
        visitor = new_visitor()
        answers = [
            open_link(visitor, token, f"guess {n}") for n in range(SHARE_TRIES_NETWORK.burst + 2)
        ]
        said.append([each.status_code for each in answers])
        assert len({told(each) for each in answers if each.status_code == 404}) == 1
    assert said[0] == said[1]
    assert Counter(said[0]) == {404: SHARE_TRIES_NETWORK.burst, 429: 2}


def test_the_owners_tries_are_their_own(
    ada: Person, bob: Person, link: Link, database: Engine
) -> None:
    use_up(database, SHARE_TRIES_ALL, of="")
    assert open_link(bob.http, link.token, PASSWORD).status_code == 429
    assert open_link(ada.http, link.token, PASSWORD).status_code == 200
    statuses = [open_link(ada.http, link.token, "guess").status_code for _ in range(32)]
    assert Counter(statuses) == {404: SHARE_TRIES_OWNER.burst, 429: 2}
    forget(database, SHARE_TRIES_ALL)


def test_guesses_keep_nobody_from_signing_in(
    ada: Person, link: Link, visitor: httpx2.Client
) -> None:
    for number in range(SHARE_TRIES_NETWORK.burst + 1):
        last = open_link(visitor, link.token, f"guess {number}")
    assert last.status_code == 429
    body = {"email": ada.email, "password": "seven quiet lanterns by the harbour"}
    assert visitor.post("/api/auth/login", json=body).status_code == 200


def test_only_a_hash_is_kept(link: Link, database: Engine) -> None:
    with database.connect() as connection:
        query = text("SELECT token_hash, password_hash FROM shares WHERE id = :id")
        row = connection.execute(query, {"id": link.id}).one()
    assert row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(row.token_hash) == 32
    assert link.token.encode() not in bytes(row.token_hash)
