"""What is said of money before a picture is sent, what is refused, and what is told afterwards."""

import base64
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import DESCRIPTIONS_OF_SELECTED
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import _browser, api_settings, running_api, until
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg
from tests.support.rate_limits import use_up
from tests.support.stacks import change
from tests.support.users import Json, Person

# As much as two pictures cost at most, and half of a third.
PRICE = {"OPENAI_PRICES": "pinhole-demo=0.10/0.50"}
MOST = 0.0018


@pytest.fixture(scope="module")
def priced(stack: EmbeddedStack, model: StandIn, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """An API whose model costs something; nobody works for it."""
    settings = api_settings(stack, model) | PRICE
    settings |= {"OPENAI_PERSON_BUDGET_USD": "0.004", "OPENAI_BUDGET_USD": "1000"}
    with running_api(settings) as address:
        yield address


@pytest.fixture
def eve(priced: str, stack: EmbeddedStack, database: Engine) -> Iterator[Person]:
    with _browser(priced, stack) as browser:
        person = Person(http=browser).join(database)
        person.switch_descriptions_on()
        yield person


@pytest.fixture
def missing(eve: Person, database: Engine) -> Callable[[int], list[str]]:
    """Add pictures that could be described, of which there are no bytes."""

    def add(count: int) -> list[str]:
        query = (
            "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
            " created_at, stored_at, timeline_at, has_preview, attempts, description_state)"
            " SELECT gen_random_uuid(), :owner, 'a.jpg', 1,"
            " sha256(gen_random_uuid()::text::bytea), 'image/jpeg', 'ready', now(), now(), now(),"
            " true, 0, 'none' FROM generate_series(1, :count) RETURNING id"
        )
        with database.begin() as rows:
            found = rows.execute(text(query), {"owner": eve.user_id, "count": count})
            return [str(row.id) for row in found]

    return add


def estimate(person: Person, ids: list[str] | None = None) -> Json:
    answer = person.http.post("/api/descriptions/estimate", json={"ids": ids})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def spend(database: Engine, person: Person, usd: float) -> None:
    query = (
        "INSERT INTO model_spending (owner_id, month, reserved, spent)"
        " VALUES (:owner, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 0, :nanos)"
    )
    with database.begin() as rows:
        rows.execute(text(query), {"owner": person.user_id, "nanos": int(usd * 10**9)})


def test_before_anything_is_sent_it_says_how_much_it_costs_at_most(
    eve: Person, missing: Callable[[int], list[str]]
) -> None:
    ids = missing(3)
    of_all = estimate(eve)
    assert (of_all["pictures"], of_all["model"]) == (3, "pinhole-demo")
    assert of_all["host"].startswith("127.0.0.1:")
    one = of_all["most_usd_of_one"]
    assert MOST < one < 2 * MOST
    assert of_all["most_usd"] == pytest.approx(3 * one)
    assert of_all["most_tokens"] > 3 * 3000
    assert of_all["likely_usd"] is None
    assert (of_all["left_usd"], of_all["fits"]) == (0.004, int(0.004 / one))
    assert of_all["spent_by"] is None
    assert date.fromisoformat(of_all["resets_on"]).day == 1
    of_two = estimate(eve, ids[:2])
    assert (of_two["pictures"], of_two["most_usd"]) == (2, pytest.approx(2 * one))


def test_of_those_that_are_selected_it_says_how_each_stands(
    eve: Person, missing: Callable[[int], list[str]], ada: Person, database: Engine
) -> None:
    ids = missing(9)
    (hers,) = ada.promise(jpeg(seed=8801))
    with database.begin() as rows:
        for assignment, which in (
            ("deleted_at = now()", ids[0]),
            ("has_preview = false", ids[1]),
            ("description_state = 'waiting', description_asked_at = now()", ids[2]),
            ("description_state = 'failed', description_failure = 'refused'", ids[3]),
        ):
            rows.execute(text(f"UPDATE images SET {assignment} WHERE id = :id"), {"id": which})  # noqa: S608 - ours
    never(eve, ids=[ids[4]]).raise_for_status()
    album = make_album(eve)
    add_to(eve, album, [ids[5]])
    never(eve, album_id=album).raise_for_status()
    words = {"description": {"alt_text": "Mine", "text": "", "tags": []}}
    eve.http.patch(f"/api/images/{ids[6]}", json=words).raise_for_status()
    found = estimate(eve, [*ids, ids[0], hers["image"]["id"]])
    assert found["standings"] == {
        "missing": 2,
        "failed": 1,
        "waiting": 1,
        "described": 1,
        "never_sent": 2,
        "not_ready": 1,
        "gone": 2,
    }
    assert found["pictures"] == 3
    assert estimate(eve)["standings"] is None
    # Exactly those are asked for.
    assert eve.http.post("/api/descriptions/ask", json={"ids": ids}).json() == {"queued": 3}
    assert estimate(eve, ids)["standings"]["waiting"] == 4


def test_what_others_have_is_not_counted(
    eve: Person, missing: Callable[[int], list[str]], ada: Person
) -> None:
    ids = missing(1)
    (hers,) = ada.promise(jpeg(seed=8800))
    assert estimate(eve, [hers["image"]["id"], *ids])["pictures"] == 1


def test_those_that_are_selected_wait(eve: Person, missing: Callable[[int], list[str]]) -> None:
    ids = missing(3)
    answer = eve.http.post("/api/descriptions/ask", json={"ids": ids[:2]})
    assert (answer.status_code, answer.json()) == (202, {"queued": 2})
    again = eve.http.post("/api/descriptions/ask", json={"ids": ids[:2]})
    assert again.json() == {"queued": 0}
    states = [eve.detail(image_id)["description_state"] for image_id in ids]
    assert states == ["waiting", "waiting", "none"]


@pytest.mark.parametrize("path", ["/api/descriptions/ask", "/api/images/describe", "one"])
def test_asking_is_refused_where_no_picture_has_room(
    eve: Person, missing: Callable[[int], list[str]], database: Engine, path: str
) -> None:
    (image_id,) = missing(1)
    spend(database, eve, 0.004 - 0.001)
    one = f"/api/images/{image_id}/describe"
    body = {"ids": [image_id]} if path.endswith("ask") else None
    answer = eve.http.post(one if path == "one" else path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "budget_spent")
    assert "Your budget" in answer.json()["detail"]
    assert eve.detail(image_id)["description_state"] == "none"
    assert estimate(eve)["spent_by"] == "person"


def test_a_person_lowers_their_budget_and_raises_it_within_the_operators(eve: Person) -> None:
    def put(usd: float | None) -> httpx2.Response:
        return eve.http.patch("/api/descriptions", json={"own_budget_usd": usd})

    assert put(0).json()["budget"]["month_usd"] == 0
    assert estimate(eve)["spent_by"] == "person"
    assert put(0.002).json()["own_budget_usd"] == 0.002
    lots = put(50).json()
    assert (lots["budget"]["month_usd"], lots["operators_budget_usd"]) == (0.004, 0.004)
    assert put(None).json()["own_budget_usd"] is None
    for wrong in (-1, 10**7, "5"):
        assert put(wrong).status_code == 422  # type: ignore[arg-type]


def test_what_the_site_has_left_is_told_to_nobody(
    eve: Person, missing: Callable[[int], list[str]], database: Engine
) -> None:
    missing(3)
    before = estimate(eve)
    month = "date_trunc('month', now() AT TIME ZONE 'UTC')::date"
    room = 10**9 * before["most_usd_of_one"] * 1.5  # of everybody's for one more
    with database.begin() as rows:
        held = rows.execute(
            text(
                "INSERT INTO model_spending AS kept (month, reserved, spent)"  # noqa: S608
                f" VALUES ({month}, 0, :more) ON CONFLICT (owner_id, month)"
                " DO UPDATE SET spent = :more - kept.reserved RETURNING spent"  # others' is in it
            ),
            {"more": int(1000 * 10**9 - room)},
        ).scalar_one()
        assert held >= 0
    try:
        found = estimate(eve)
        assert (found["left_usd"], found["fits"]) == (before["left_usd"], before["fits"])
        assert found["spent_by"] is None
        with database.begin() as rows:
            rows.execute(
                text("UPDATE model_spending SET spent = :all WHERE owner_id IS NULL"),
                {"all": 1000 * 10**9},
            )
        found = estimate(eve)
        assert (found["spent_by"], found["fits"]) == ("site", 0)
        assert found["left_usd"] == before["left_usd"]
        assert eve.http.get("/api/descriptions").json()["site_is_spent"] is True
    finally:
        with database.begin() as rows:
            rows.execute(text("DELETE FROM model_spending WHERE owner_id IS NULL"))


def test_only_a_budget_that_is_raised_takes_up_what_waits(eve: Person, database: Engine) -> None:
    def put(usd: float | None) -> None:
        body = {"own_budget_usd": usd}
        eve.http.patch("/api/descriptions", json=body).raise_for_status()

    key = {"key": f"description-rest:{eve.user_id}"}

    def rests() -> bool:
        with database.connect() as rows:
            query = "SELECT count(*) FROM rate_limits WHERE key = :key"
            return bool(rows.scalar(text(query), key))

    put(0.003)
    with database.begin() as rows:
        query = "INSERT INTO rate_limits (key, empty_at) VALUES (:key, now() + interval '1 hour')"
        rows.execute(text(query), key)
    for usd in (0.003, 0.002, 0.002):
        put(usd)
        assert rests()
    put(0.003)
    assert not rests()
    put(None)  # the operator's 0.004
    with database.begin() as rows:
        rows.execute(text(query), key)
    for more in (0.004, 50, 60, None):  # no more than before, since the operator's counts
        put(more)
        assert rests()


def test_the_price_and_where_it_comes_from(eve: Person) -> None:
    found = eve.http.get("/api/descriptions").json()
    price = found["price"]
    assert (price["input_usd"], price["output_usd"]) == (0.10, 0.50)
    assert (price["is_operators"], price["as_of"], price["source"]) == (True, None, None)
    assert found["site_is_spent"] is False


def test_selections_are_limited(
    eve: Person, missing: Callable[[int], list[str]], database: Engine
) -> None:
    ids = missing(1)
    use_up(database, DESCRIPTIONS_OF_SELECTED, of=eve.user_id)
    answer = eve.http.post("/api/descriptions/ask", json={"ids": ids})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")


def test_a_model_without_a_price_sends_nothing_and_says_what_to_do(
    stack: EmbeddedStack, model: StandIn, database: Engine
) -> None:
    settings = api_settings(stack, model) | {"OPENAI_MODEL": "unheard-of", "VISION_IS_DEMO": ""}
    with running_api(settings) as address, _browser(address, stack) as browser:
        person = Person(http=browser).join(database)
        person.switch_descriptions_on()
        for answer in (
            person.http.post("/api/descriptions/estimate", json={}),
            person.http.post("/api/images/describe"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "model_price_unknown")
            assert "OPENAI_PRICES" in answer.json()["detail"]
        assert person.http.get("/api/descriptions").json()["price"] is None


def test_each_sending_is_told_to_its_person_alone(
    ada: Person, bob: Person, database: Engine
) -> None:
    ada.switch_descriptions_on()
    ids = ada.upload(jpeg(seed=8801), jpeg(seed=8802))

    def done() -> bool:
        return all(ada.detail(each)["description_state"] == "done" for each in ids)

    until(done)
    page = ada.http.get("/api/descriptions/calls", params={"limit": "1"}).json()
    rest = ada.http.get(
        "/api/descriptions/calls", params={"cursor": page["next_cursor"], "limit": "1"}
    ).json()
    assert rest["next_cursor"] is None
    calls = page["calls"] + rest["calls"]
    # Of how many others sent, neither rows nor cursors tell.
    assert not any("id" in call for call in calls)
    cursor = base64.urlsafe_b64decode(page["next_cursor"] + "==").decode()
    with database.connect() as rows:
        numbers = {str(row.id) for row in rows.execute(text("SELECT id FROM model_calls"))}
    assert not numbers & set(cursor.split("|"))
    assert {call["image_id"] for call in calls} == set(ids)
    for call in calls:
        assert (call["outcome"], call["model"]) == ("described", "pinhole-demo")
        assert call["host"].startswith("127.0.0.1:")
        assert call["input_tokens"] == 900
        assert (call["usd"], call["is_there"]) == (0.0, True)
        assert call["name"].endswith(".jpg")
    assert bob.http.get("/api/descriptions/calls").json() == {"calls": [], "next_cursor": None}
    # What is gone for good was sent all the same.
    with database.begin() as rows:
        rows.execute(text("DELETE FROM images WHERE id = :id"), {"id": calls[0]["image_id"]})
    (gone, _) = ada.http.get("/api/descriptions/calls").json()["calls"]
    assert (gone["is_there"], gone["name"], gone["image_id"]) == (False, None, calls[0]["image_id"])
    assert ada.http.get("/api/descriptions/calls", params={"cursor": "x"}).status_code == 400


def never(person: Person, *, value: bool = True, **what: object) -> httpx2.Response:
    return person.http.post("/api/descriptions/never-send", json={"never": value, **what})


def test_what_is_never_sent_waits_no_more_and_is_not_asked_for(
    eve: Person, missing: Callable[[int], list[str]]
) -> None:
    one, other, third = missing(3)
    asked = eve.http.post("/api/descriptions/ask", json={"ids": [one, other]})
    assert asked.json() == {"queued": 2}
    answer = never(eve, ids=[one])
    assert answer.json()["never_sent"] == {"pictures": 1, "albums": []}
    assert eve.detail(one)["description_state"] == "none"
    assert estimate(eve)["pictures"] == 1  # the third; the other waits
    assert estimate(eve, [one, third])["pictures"] == 1
    assert eve.http.post("/api/descriptions/ask", json={"ids": [one]}).json() == {"queued": 0}
    refused = eve.http.post(f"/api/images/{one}/describe")
    assert (refused.status_code, refused.json()["code"]) == (409, "never_sent")
    assert never(eve, value=False, ids=[one]).json()["never_sent"]["pictures"] == 0
    assert estimate(eve)["pictures"] == 2


def test_nothing_of_an_album_is_sent_whenever_it_came_there(
    eve: Person, missing: Callable[[int], list[str]]
) -> None:
    before, later, out = missing(3)
    album = make_album(eve, title="Us")
    add_to(eve, album, [before])
    eve.http.post("/api/descriptions/ask", json={"ids": [before]}).raise_for_status()
    answer = never(eve, album_id=album)
    assert answer.json()["never_sent"]["albums"] == [
        {"id": album, "title": "Us", "is_deleted": False}
    ]
    assert eve.detail(before)["description_state"] == "none"
    add_to(eve, album, [later])
    assert estimate(eve, [before, later, out])["pictures"] == 1
    assert estimate(eve)["pictures"] == 1
    # Also while the album is in Recently deleted.
    eve.http.delete(f"/api/albums/{album}").raise_for_status()
    assert estimate(eve)["pictures"] == 1
    # It is told there, and can be allowed, and nothing there is marked anew.
    (told,) = eve.http.get("/api/descriptions").json()["never_sent"]["albums"]
    assert told == {"id": album, "title": "Us", "is_deleted": True}
    assert never(eve, album_id=album, value=False).json()["never_sent"]["albums"] == []
    assert estimate(eve)["pictures"] == 3
    assert never(eve, album_id=album).status_code == 404


def test_a_stack_is_never_sent_as_one(eve: Person, missing: Callable[[int], list[str]]) -> None:
    first, twin, late, out = missing(4)
    change(eve, "stack", first, twin)
    eve.http.post("/api/descriptions/ask", json={"ids": [first, twin]}).raise_for_status()
    never(eve, ids=[first]).raise_for_status()
    states = {eve.detail(each)["description_state"] for each in (first, twin)}
    assert states == {"none"}
    # And what comes to the stack later.
    change(eve, "stack", first, twin, late)
    for each in (first, twin, late):
        assert eve.http.post(f"/api/images/{each}/describe").json()["code"] == "never_sent"
        told = eve.http.get(f"/api/images/{each}/descriptions").json()
        assert told["is_never_sent"] is True
    assert estimate(eve)["pictures"] == estimate(eve, [first, twin, late, out])["pictures"] == 1
    # Taken out of the stack, each is as it was marked.
    change(eve, "unstack", first, twin, late)
    assert estimate(eve, [first, twin])["pictures"] == 0
    change(eve, "stack", first, twin)
    never(eve, ids=[twin], value=False).raise_for_status()
    assert estimate(eve)["pictures"] == 4


def test_a_stack_is_never_sent_for_an_album_that_has_one_of_it(
    eve: Person, missing: Callable[[int], list[str]]
) -> None:
    first, twin = missing(2)
    change(eve, "stack", first, twin)
    album = make_album(eve, title="Us")
    add_to(eve, album, [first])
    change(eve, "unstack", first, twin)
    change(eve, "stack", twin, first)
    never(eve, album_id=album).raise_for_status()
    assert estimate(eve)["pictures"] == estimate(eve, [first, twin])["pictures"] == 0
    told = eve.http.get(f"/api/images/{twin}/descriptions").json()
    assert [each["title"] for each in told["albums_never_sent"]] == ["Us"]


def test_never_send_is_about_ones_own(
    eve: Person, missing: Callable[[int], list[str]], ada: Person
) -> None:
    (hers,) = ada.promise(jpeg(seed=8803))
    (own,) = missing(1)
    assert never(eve, ids=[own, hers["image"]["id"]]).status_code == 404
    assert never(eve, album_id=make_album(ada, title="hers")).status_code == 404
    assert eve.http.get("/api/descriptions").json()["never_sent"]["pictures"] == 0
    wrongs: list[Json] = [{}, {"ids": [own], "album_id": own}, {"ids": []}]
    for wrong in wrongs:
        assert never(eve, **wrong).status_code == 422


def test_who_withdraws_consent_waits_for_nothing_at_once(
    eve: Person, missing: Callable[[int], list[str]]
) -> None:
    ids = missing(2)
    assert eve.http.get("/api/descriptions").json()["consent"]["is_current"] is True
    eve.http.post("/api/descriptions/ask", json={"ids": ids}).raise_for_status()
    eve.http.patch("/api/account", json={"descriptions_enabled": False}).raise_for_status()
    assert [eve.detail(each)["description_state"] for each in ids] == ["none", "none"]
    consent = eve.http.get("/api/descriptions").json()["consent"]
    assert consent == {"at": None, "host": None, "is_current": False}


@pytest.mark.parametrize("how", ["restored", "sent_again"])
def test_what_waited_in_recently_deleted_is_not_sent_by_a_later_consent(
    eve: Person, missing: Callable[[int], list[str]], database: Engine, how: str
) -> None:
    (before,) = missing(1)
    picture = jpeg(seed=711)
    with database.begin() as rows:
        query = "UPDATE images SET sha256 = :sha256 WHERE id = :id"
        digest = sha256(picture.content).digest()
        rows.execute(text(query), {"sha256": digest, "id": before})
    eve.http.post("/api/descriptions/ask", json={"ids": [before]}).raise_for_status()
    eve.http.delete(f"/api/images/{before}").raise_for_status()
    eve.http.patch("/api/account", json={"descriptions_enabled": False}).raise_for_status()
    eve.switch_descriptions_on()
    if how == "restored":
        restore(eve, before)
    else:
        assert [each["restored"] for each in eve.promise(picture)] == [True]
    assert eve.detail(before)["description_state"] == "none"


def restore(person: Person, image_id: str) -> None:
    person.http.patch(f"/api/images/{image_id}", json={"deleted": False}).raise_for_status()


def test_what_waited_in_recently_deleted_goes_on_by_the_same_consent(
    eve: Person, missing: Callable[[int], list[str]]
) -> None:
    (image_id,) = missing(1)
    eve.http.post("/api/descriptions/ask", json={"ids": [image_id]}).raise_for_status()
    eve.http.delete(f"/api/images/{image_id}").raise_for_status()
    restore(eve, image_id)
    assert eve.detail(image_id)["description_state"] == "waiting"


def test_consent_is_to_one_host_and_no_other(
    eve: Person, missing: Callable[[int], list[str]], database: Engine
) -> None:
    missing(1)
    with database.begin() as rows:
        query = "UPDATE users SET descriptions_host = 'former.example.org' WHERE id = :id"
        rows.execute(text(query), {"id": eve.user_id})
    answer = eve.http.post("/api/descriptions/estimate", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "descriptions_off")
    assert eve.http.get("/api/descriptions").json()["consent"]["is_current"] is False
    eve.switch_descriptions_on()
    assert estimate(eve)["pictures"] == 1


@pytest.mark.parametrize("shown", [{}, {"descriptions_host": "former.example.org"}])
def test_consent_to_a_host_that_was_not_shown_is_refused(eve: Person, shown: Json) -> None:
    off = {"descriptions_enabled": False}
    eve.http.patch("/api/account", json=off).raise_for_status()
    host = eve.http.get("/api/auth/session").json()["descriptions"]["host"]
    body = {"descriptions_enabled": True, "stacks_images": False, **shown}
    refused = eve.http.patch("/api/account", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "other_host")
    assert host in refused.json()["detail"]
    assert eve.http.get("/api/descriptions").json()["consent"]["at"] is None
    assert eve.http.get("/api/account").json()["user"]["stacks_images"] is True
    eve.switch_descriptions_on()
    assert eve.http.get("/api/descriptions").json()["consent"]["host"] == host


def test_why_nothing_is_sent_is_told(eve: Person, database: Engine) -> None:
    keys = ("model-rest", "model-reason:quota_exceeded")
    with database.begin() as rows:
        query = "INSERT INTO rate_limits (key, empty_at) VALUES (:key, now() + interval '1 hour')"
        rows.execute(text(query), [{"key": key} for key in keys])
    stopped = eve.http.get("/api/descriptions").json()["stopped"]
    with database.begin() as rows:
        rows.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))
    assert stopped["code"] == "quota_exceeded"
    assert "no money left" in stopped["detail"]
    assert eve.http.get("/api/descriptions").json()["stopped"] is None
