"""Who may join by a provider: as the operator has it, and the first administers the site."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session as OrmSession

from app.accounts.models import Invite
from app.accounts.sessions.tokens import digest, new_token
from app.database import now
from app.settings import with_driver
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import PATIENCE, new_network, running_api
from tests.oidc.conftest import Traveller, state_of
from tests.oidc.fake_provider import Issuer, Provider
from tests.oidc.test_sign_in import proved
from tests.support.databases import empty_database
from tests.support.users import PASSWORD, an_administrator

Opener = Callable[[], Traveller]


@contextmanager
def browsers_at(settings: Mapping[str, str]) -> Iterator[Opener]:
    """Another API; opens browsers that are at it."""
    with running_api({**settings, "TRUSTED_PROXIES": "1"}) as address, ExitStack() as opened:

        def open_browser() -> Traveller:
            headers = {"Origin": settings["SITE_ORIGIN"], "X-Forwarded-For": new_network()}
            client = httpx2.Client(base_url=address, headers=headers, timeout=PATIENCE)
            return Traveller(
                http=opened.enter_context(client),
                email=f"new-{uuid4().hex}@example.org",
                site_origin=settings["SITE_ORIGIN"],
            )

        yield open_browser


@pytest.fixture(scope="module")
def settings(stack: EmbeddedStack, provider: Provider, site: str) -> dict[str, str]:
    """What the API is started with, at a site that has people."""
    assert site
    return stack.environment("api") | provider.settings()


@pytest.fixture(scope="module")
def by_invitation(settings: dict[str, str]) -> Iterator[Opener]:
    """Browsers at the site, when it takes in those who are invited."""
    with browsers_at(settings | {"REGISTRATION": "invite"}) as open_browser:
        yield open_browser


def invite(database: Engine, *, email: str | None = None, days: int = 7) -> str:
    """Make an invitation; return the token of its link."""
    token = new_token()
    with OrmSession(database) as rows:
        expires_at = now() + timedelta(days=days)
        made = {"created_by": an_administrator(rows), "expires_at": expires_at}
        rows.add(Invite(token_hash=digest(token), email=email, **made))
        rows.commit()
    return token


def test_a_closed_site_takes_in_nobody_and_knows_its_people(
    settings: dict[str, str], issuer: Issuer, ada: Traveller
) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    with browsers_at(settings | {"REGISTRATION": "closed"}) as open_browser:
        known, stranger = open_browser(), open_browser()
        assert known.where(known.travel(issuer, claims=who)) == "/"
        answer = stranger.travel(issuer, claims=proved(stranger.email))
        assert stranger.where(answer) == "/sign-in?problem=registration_closed"
        assert stranger.signed_in_as is None


def test_an_invitation_lets_one_person_in(
    by_invitation: Opener, issuer: Issuer, database: Engine
) -> None:
    token = invite(database)
    first, second = by_invitation(), by_invitation()
    assert first.where(first.travel(issuer, claims=proved(first.email), invite=token)) == "/"
    answer = second.travel(issuer, claims=proved(second.email), invite=token)
    assert second.where(answer) == "/sign-in?problem=invite_needed"
    assert second.signed_in_as is None


def test_of_two_who_use_an_invitation_at_once_one_is_let_in(
    by_invitation: Opener, issuer: Issuer, database: Engine
) -> None:
    token = invite(database)
    people = [by_invitation(), by_invitation()]
    ways = [each.set_out(issuer, invite=token) for each in people]
    codes = [
        issuer.authorize(way, **proved(each.email)) for each, way in zip(people, ways, strict=True)
    ]

    def finish(n: int) -> str:
        answer = people[n].come_back(issuer, code=codes[n], state=state_of(ways[n]))
        return people[n].where(answer)

    with ThreadPoolExecutor(2) as pool:
        pages = sorted(pool.map(finish, range(2)))
    assert pages == ["/", "/sign-in?problem=invite_needed"]


@pytest.mark.parametrize("kind", ["none", "made up", "expired", "somebody else's"])
def test_without_an_invitation_of_their_own_nobody_joins(
    by_invitation: Opener, issuer: Issuer, database: Engine, kind: str
) -> None:
    stranger = by_invitation()
    wishes = {
        "none": {},
        "made up": {"invite": new_token()},
        "expired": {"invite": invite(database, days=-1)},
        "somebody else's": {"invite": invite(database, email="somebody@example.org")},
    }[kind]
    answer = stranger.travel(issuer, claims=proved(stranger.email), **wishes)
    assert stranger.where(answer) == "/sign-in?problem=invite_needed"
    assert stranger.signed_in_as is None


def test_an_invitation_for_an_address_lets_that_address_in(
    by_invitation: Opener, issuer: Issuer, database: Engine
) -> None:
    guest = by_invitation()
    token = invite(database, email=guest.email)
    assert guest.where(guest.travel(issuer, claims=proved(guest.email), invite=token)) == "/"
    assert guest.signed_in_as == guest.email


@pytest.fixture
def empty(stack: EmbeddedStack, settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """The settings of a site in which nobody has an account, and which is closed otherwise."""
    with empty_database(stack) as url:
        yield settings | {"DATABASE_URL": url, "REGISTRATION": "closed"}


def test_of_two_who_come_first_at_once_one_administers(
    empty: dict[str, str], issuer: Issuer
) -> None:
    with browsers_at(empty) as open_browser:
        people = [open_browser() for _ in range(4)]
        ways = [each.set_out(issuer) for each in people]
        codes = [
            issuer.authorize(way, **proved(each.email))
            for each, way in zip(people, ways, strict=True)
        ]

        def finish(n: int) -> str:
            answer = people[n].come_back(issuer, code=codes[n], state=state_of(ways[n]))
            return people[n].where(answer)

        with ThreadPoolExecutor(4) as pool:
            pages = sorted(pool.map(finish, range(4)))
    assert pages == ["/", *["/sign-in?problem=registration_closed"] * 3]
    assert _who_administers(empty) == [True]


def test_of_several_who_come_first_by_password_one_administers(empty: dict[str, str]) -> None:
    with browsers_at(empty) as open_browser:
        people = [open_browser() for _ in range(4)]

        def come(person: Traveller) -> int:
            body = {"email": person.email, "password": PASSWORD}
            return person.http.post("/api/auth/first", json=body).status_code

        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(come, people))
        signed_in = [each.signed_in_as for each in people if each.signed_in_as]
    assert statuses == [201, 409, 409, 409]
    assert len(signed_in) == 1
    assert _who_administers(empty) == [True]


def _who_administers(site: dict[str, str]) -> list[bool]:
    engine = create_engine(with_driver(site["DATABASE_URL"]))
    with engine.connect() as rows:
        found = rows.execute(text("SELECT is_administrator FROM users")).scalars().all()
    engine.dispose()
    return list(found)
