"""What a model says never overtakes what a person wrote, nor their consent."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.accounts.rate_limits.policies import MODEL_RESTS_OF_PERSON
from app.api.app import create_worker_app
from app.clients.aws.boto import make_client
from app.clients.aws.image_store import PREVIEWS, PictureStore
from app.clients.openai_vision import GeneratedDescription
from app.clients.prompt_options import NO_OPTIONS, PromptOptions
from app.clients.vision_errors import VisionError, VisionErrorCode
from app.database import db, set_short_lock_timeout
from app.descriptions.circuit_breaker import MIN_REST_SECONDS
from app.descriptions.generate import MAX_DELAY_SECONDS, describe_next
from app.descriptions.lease import _BEGIN, Begun, begin_next, extend
from app.media.sandbox.pool import DecoderPool
from app.messages import MAX_ATTEMPTS, DescribePicture
from app.processing.yielding import never_give_way
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of, until
from tests.media.live_samples import one_frame, still
from tests.support.budgets import TARIFF
from tests.support.images import jpeg
from tests.support.library import root_environment
from tests.support.live_photos import a_still, a_video
from tests.support.models import SEEN
from tests.support.search import ids_of
from tests.support.users import Person

Meanwhile = Callable[[], object]


class SlowModel:
    """A model that takes so long that something happens meanwhile."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        self.calls = 0
        self.options = NO_OPTIONS
        self.shown = b""
        self.asked_again: list[tuple[DescribePicture, int]] = []
        self._meanwhile = meanwhile

    def describe(
        self, preview: bytes, *, options: PromptOptions = NO_OPTIONS
    ) -> GeneratedDescription:
        assert preview[8:12] == b"WEBP"
        self.shown = preview
        self.calls += 1
        self.options = options
        self._meanwhile()
        return SEEN


@pytest.fixture
def worker(stack: EmbeddedStack) -> Iterator[tuple[Flask, PictureStore]]:
    """What a worker has, in this process."""
    environment = stack.environment("worker")
    settings = Settings.from_environment(environment)
    with keys_of(environment):
        s3 = make_client("s3", settings)
    # What earlier tests left, some of it for later: the site's worker would describe the picture
    # whose turn it is by such a message, which is a test's, and end a rest of the model.
    with keys_of(root_environment(stack)):
        make_client("sqs", settings).purge_queue(QueueUrl=settings.description_queue_url)
    app = create_worker_app(settings, pool_size=2)
    yield app, PictureStore(s3=s3, bucket_name=settings.picture_bucket)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as warm:
        yield warm


@pytest.fixture
def describe(
    worker: tuple[Flask, PictureStore], decoders: DecoderPool, database: Engine
) -> Callable[..., SlowModel]:
    """Let a picture wait, and describe it here, so that no other worker is asked."""
    app, store = worker

    def run(
        image_id: str,
        *,
        meanwhile: Meanwhile = lambda: None,
        waiting: Meanwhile = lambda: None,
        attempt: int = 1,
        is_back: bool = True,
    ) -> SlowModel:
        model = SlowModel(meanwhile)

        def give_way(owner_id: UUID, seconds: float) -> float:
            waiting()
            return never_give_way(owner_id, seconds)

        waits = (
            "UPDATE images SET description_state = 'waiting', description_leased_until = NULL,"
            " description_asked_at = now(), description_attempts = :attempts WHERE id = :id"
        )
        with database.begin() as connection:
            # Whose turn it is depends on everybody's pictures, those of earlier tests too.
            connection.execute(text("UPDATE images SET description_state = 'none'"))
            if is_back:
                connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))
            connection.execute(text(waits), {"id": image_id, "attempts": attempt - 1})
        with app.app_context():
            describe_next(
                DescribePicture(image_id=UUID(image_id)),
                1,
                store=store,
                decoders=decoders,
                vision=model,
                tariff=TARIFF,
                is_demo=False,
                give_way=give_way,
                ask=lambda task, seconds: model.asked_again.append((task, seconds)),
            )
        return model

    return run


def rendered(person: Person, seed: int) -> str:
    (image_id,) = person.upload(jpeg(seed=seed))
    until(lambda: person.settled(image_id))
    return image_id


def switch(person: Person, *, on: bool) -> None:
    if on:
        person.switch_descriptions_on()
    else:
        off = {"descriptions_enabled": False}
        person.http.patch("/api/account", json=off).raise_for_status()


def write(person: Person, image_id: str) -> None:
    words = {"description": {"alt_text": "What Ada wrote"}}
    person.http.patch(f"/api/images/{image_id}", json=words).raise_for_status()


def test_what_a_model_saw_is_kept(ada: Person, describe: Callable[..., SlowModel]) -> None:
    image_id = rendered(ada, 500)
    switch(ada, on=True)
    assert describe(image_id).calls == 1
    detail = ada.detail(image_id)
    assert detail["description"]["alt_text"] == "What the model saw"
    assert detail["description_state"] == "done"
    assert not detail["description"]["demo"]
    assert ids_of(ada, "model saw") == [image_id]  # at once, and not with the next sweep


def test_a_model_is_shown_no_more_than_it_needs(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    (image_id,) = ada.upload(jpeg(seed=506, size=(2400, 1600)))
    preview = opened(httpx2.get(until(lambda: ada.settled(image_id))["preview_url"]).content)
    assert max(preview.size) > 1024
    switch(ada, on=True)
    shown = describe(image_id).shown
    assert (opened(shown).format, opened(shown).size) == ("WEBP", (1024, 683))
    assert not {"exif", "xmp", "icc_profile"} & opened(shown).info.keys()


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture), formats=["WEBP", "JPEG"])


def test_words_written_while_a_model_thinks_win(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 501)
    switch(ada, on=True)
    assert describe(image_id, meanwhile=lambda: write(ada, image_id)).calls == 1
    detail = ada.detail(image_id)
    assert detail["description"]["alt_text"] == "What Ada wrote"
    assert detail["description_state"] == "done"
    # The model's version is there all the same, for whoever forgets their own.
    ada.http.patch(f"/api/images/{image_id}", json={"description": None}).raise_for_status()
    assert ada.detail(image_id)["description"]["alt_text"] == "What the model saw"


def test_a_model_is_not_asked_about_what_a_person_described(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 502)
    switch(ada, on=True)
    write(ada, image_id)
    assert describe(image_id).calls == 0
    assert ada.detail(image_id)["description_state"] == "done"


def test_without_consent_nothing_is_sent(ada: Person, describe: Callable[..., SlowModel]) -> None:
    image_id = rendered(ada, 503)
    switch(ada, on=True)
    switch(ada, on=False)
    assert describe(image_id).calls == 0
    assert ada.detail(image_id)["description_state"] == "none"


def test_what_is_deleted_is_not_sent_and_waits_for_its_owner(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 504)
    switch(ada, on=True)
    ada.http.delete(f"/api/images/{image_id}").raise_for_status()
    assert describe(image_id).calls == 0
    ada.http.patch(f"/api/images/{image_id}", json={"deleted": False}).raise_for_status()
    assert ada.detail(image_id)["description_state"] == "waiting"


def test_consent_withdrawn_while_others_come_first_keeps_the_picture_here(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 507)
    switch(ada, on=True)
    assert describe(image_id, waiting=lambda: switch(ada, on=False)).calls == 0
    assert ada.detail(image_id)["description_state"] == "none"


def test_what_is_deleted_while_others_come_first_waits_for_its_owner(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 508)
    switch(ada, on=True)
    address = f"/api/images/{image_id}"
    assert describe(image_id, waiting=lambda: ada.http.delete(address)).calls == 0
    ada.http.patch(address, json={"deleted": False}).raise_for_status()
    assert ada.detail(image_id)["description_state"] == "waiting"


def test_words_written_while_others_come_first_are_no_call_of_the_model(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 509)
    switch(ada, on=True)
    assert describe(image_id, waiting=lambda: write(ada, image_id)).calls == 0
    assert ada.detail(image_id)["description_state"] == "done"


@pytest.fixture
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that have run out by the time that others have come first."""
    short = _BEGIN.bindparams(lease=timedelta())
    monkeypatch.setattr("app.descriptions.lease._BEGIN", short)


@pytest.mark.usefixtures("short_lease")
def test_a_picture_that_waited_for_others_is_ours_for_the_whole_call(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 510)
    switch(ada, on=True)
    begun: list[Begun | None] = []
    assert describe(image_id, meanwhile=lambda: begun.append(begin_next())).calls == 1
    assert begun == [None]


@pytest.mark.usefixtures("short_lease")
def test_a_picture_that_somebody_else_has_begun_meanwhile_is_shown_by_them_alone(
    ada: Person, describe: Callable[..., SlowModel], database: Engine
) -> None:
    image_id = rendered(ada, 511)
    switch(ada, on=True)
    begun: list[Begun | None] = []
    assert describe(image_id, waiting=lambda: begun.append(begin_next())).calls == 0
    (theirs,) = begun
    assert theirs is not None
    assert theirs.image_id == UUID(image_id)
    query = text("SELECT description_leased_until FROM images WHERE id = :id")
    with database.connect() as connection:
        assert connection.scalar(query, {"id": image_id}) == theirs.leased_until


SHOWN = "SELECT count(*) FROM rate_limits WHERE key LIKE 'shown-%' AND empty_at > now()"


FORGET_SHOWN = "DELETE FROM rate_limits WHERE key LIKE 'shown-%'"


@pytest.mark.parametrize("change", ["description_state = 'none'", "deleted_at = now()"])
def test_picture_that_the_model_was_not_shown_after_all_is_not_counted(
    ada: Person, describe: Callable[..., SlowModel], database: Engine, change: str
) -> None:
    image_id = rendered(ada, 514)
    switch(ada, on=True)

    def wait() -> None:
        with database.begin() as connection:
            assert connection.scalar(text(SHOWN)) == 2  # Ada's and everybody's
            connection.execute(
                text(f"UPDATE images SET {change} WHERE id = :id"),  # noqa: S608
                {"id": image_id},
            )

    with database.begin() as connection:
        connection.execute(text(FORGET_SHOWN))
    assert describe(image_id, waiting=wait).calls == 0
    with database.connect() as connection:
        assert connection.scalar(text(SHOWN)) == 0


def test_preview_that_cannot_be_opened_is_not_counted_as_shown(
    ada: Person,
    describe: Callable[..., SlowModel],
    database: Engine,
    worker: tuple[Flask, PictureStore],
) -> None:
    image_id = rendered(ada, 515)
    switch(ada, on=True)
    with database.begin() as connection:
        connection.execute(text(FORGET_SHOWN))
        of = text("SELECT owner_id, preview_format FROM images WHERE id = :id")
        owner_id, kind = connection.execute(of, {"id": image_id}).one()
    worker[1].put_derived(owner_id, UUID(image_id), PREVIEWS[kind], content=b"no picture")
    assert describe(image_id).calls == 0
    assert ada.detail(image_id)["description_failure"]["code"] == "preview_unreadable"
    with database.connect() as connection:
        assert connection.scalar(text(SHOWN)) == 0


@pytest.fixture
def contended(database: Engine) -> Iterator[Callable[[str, str], None]]:
    """Has PostgreSQL end the next statement of a kind, as where two wait for each other."""
    made: list[str] = []

    def break_next(event: str, table: str) -> None:
        made.append(table)
        with database.begin() as connection:
            connection.execute(
                text(
                    "CREATE SEQUENCE met; CREATE FUNCTION contend() RETURNS trigger"
                    " LANGUAGE plpgsql AS $$ BEGIN IF nextval('met') = 1 THEN"
                    " RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF;"
                    " RETURN coalesce(new, old); END $$;"
                    f" CREATE TRIGGER contend BEFORE {event} ON {table}"
                    " FOR EACH ROW EXECUTE FUNCTION contend();"
                    " GRANT ALL ON SEQUENCE met TO PUBLIC"
                )
            )

    yield break_next
    with database.begin() as connection:
        for table in made:
            connection.execute(
                text(f"DROP TRIGGER contend ON {table}; DROP FUNCTION contend; DROP SEQUENCE met")
            )


@pytest.mark.parametrize(
    ("event", "table"), [("INSERT", "descriptions"), ("DELETE", "rate_limits")]
)
def test_answer_that_is_paid_for_is_kept_though_rows_are_locked(
    ada: Person,
    describe: Callable[..., SlowModel],
    database: Engine,
    contended: Callable[[str, str], None],
    event: str,
    table: str,
) -> None:
    image_id = rendered(ada, 516)
    switch(ada, on=True)
    with database.begin() as connection:
        # The model had been away.
        connection.execute(text("INSERT INTO rate_limits VALUES ('model-away', now())"))

    assert describe(image_id, meanwhile=lambda: contended(event, table), is_back=False).calls == 1
    assert ada.detail(image_id)["description"]["alt_text"] == "What the model saw"
    with database.begin() as connection:
        assert connection.scalar(text("SELECT nextval('met')")) > 1  # it was met
        connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))


@pytest.mark.parametrize(
    ("code", "retry_after"),
    [("rate_limited", 7), ("unreachable", None), ("bad_key", None), ("quota_exceeded", None)],
)
def test_picture_waits_for_a_model_that_is_away_and_counts_nowhere(
    ada: Person,
    describe: Callable[..., SlowModel],
    database: Engine,
    code: VisionErrorCode,
    retry_after: float | None,
) -> None:
    image_id = rendered(ada, 505)
    switch(ada, on=True)

    def away() -> None:
        raise VisionError(code, retryable=True, retry_after=retry_after)

    with database.begin() as connection:
        gone = "DELETE FROM rate_limits WHERE key LIKE 'shown-%' OR key LIKE 'model-%'"
        connection.execute(text(gone))
        # Away for 40 seconds already.
        since = "INSERT INTO rate_limits VALUES ('model-away', now() + :rest)"
        connection.execute(text(since), {"rest": timedelta(days=30, seconds=-40)})
    task = DescribePicture(image_id=UUID(image_id))
    # As the last of its tries.
    ((again, seconds),) = describe(
        image_id, meanwhile=away, attempt=MAX_ATTEMPTS, is_back=False
    ).asked_again
    assert again == task
    if code == "quota_exceeded":
        assert seconds == MAX_DELAY_SECONDS  # of an hour
    else:
        assert seconds == 7 if retry_after else 40 <= seconds < 60
    assert ada.detail(image_id)["description_state"] == "waiting"
    tries = text("SELECT description_attempts FROM images WHERE id = :id")
    with database.connect() as connection:
        assert connection.scalar(tries, {"id": image_id}) == MAX_ATTEMPTS - 1
        assert connection.scalar(text(SHOWN)) == 0
    # Nobody asks it meanwhile, and the message is not lost.
    resting = describe(image_id, is_back=False)
    assert resting.calls == 0
    ((again, later),) = resting.asked_again
    assert again == task
    with database.connect() as connection:
        # Some of it has passed, on a busy machine more.
        left = "SELECT extract(epoch FROM empty_at - now()) FROM rate_limits"
        rest = connection.scalar(text(f"{left} WHERE key = 'model-rest'"))
    assert min(rest + 1, MAX_DELAY_SECONDS) <= later <= 2 * seconds + 2
    with database.begin() as connection:
        connection.execute(text("DELETE FROM rate_limits WHERE key = 'model-rest'"))
    assert describe(image_id, is_back=False).calls == 1
    assert ada.detail(image_id)["description_state"] == "done"
    with database.connect() as connection:
        away_still = text("SELECT count(*) FROM rate_limits WHERE key LIKE 'model-%'")
        assert connection.scalar(away_still) == 0


@pytest.mark.parametrize("code", ["unreachable", "bad_key"])
def test_picture_that_fails_whenever_others_succeed_is_given_up(
    ada: Person, describe: Callable[..., SlowModel], code: VisionErrorCode
) -> None:
    image_id = rendered(ada, 512)
    switch(ada, on=True)

    def crash() -> None:
        raise VisionError(code, retryable=True)

    ((_, seconds),) = describe(image_id, meanwhile=crash, attempt=4).asked_again
    assert seconds == 2 * MIN_REST_SECONDS  # so others go first
    assert describe(image_id, meanwhile=crash, attempt=MAX_ATTEMPTS).asked_again == []
    assert ada.detail(image_id)["description_failure"]["code"] == code
    counts = ada.http.get("/api/account").json()["descriptions"]
    assert (counts["failed"], counts["missing"]) == (1, 1)


def test_answer_that_cannot_be_used_is_asked_for_again_until_it_is_enough(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 513)
    switch(ada, on=True)

    def mumble() -> None:
        raise VisionError("unusable_answer", retryable=True)

    ((_, seconds),) = describe(image_id, meanwhile=mumble).asked_again
    assert seconds == 10
    describe(image_id, meanwhile=mumble, attempt=MAX_ATTEMPTS)
    assert ada.detail(image_id)["description_failure"]["code"] == "unusable_answer"


def test_person_whose_pictures_have_the_model_rest_again_and_again_waits_alone(
    ada: Person, describe: Callable[..., SlowModel], database: Engine
) -> None:
    image_id = rendered(ada, 517)
    switch(ada, on=True)

    def refuse() -> None:
        raise VisionError("bad_key")

    rests: list[list[str]] = []
    with database.begin() as connection:
        connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))
    for _ in range(MODEL_RESTS_OF_PERSON.burst + 1):
        assert describe(image_id, meanwhile=refuse).calls == 1  # others' were answered before
        with database.begin() as connection:
            resting = "SELECT key FROM rate_limits WHERE empty_at > now()"
            own = {"key": f"description-rest:{ada.user_id}"}
            keys = connection.scalars(text(f"{resting} AND key IN ('model-rest', :key)"), own)
            rests.append([key.partition(":")[0] for key in keys])
            connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'description-rest:%'"))
    assert rests == [*MODEL_RESTS_OF_PERSON.burst * [["model-rest"]], ["description-rest"]]


def test_silence_of_a_minute_is_a_try_also_where_no_other_picture_waits(
    ada: Person, describe: Callable[..., SlowModel], database: Engine
) -> None:
    """Each may cost as much as an answer."""
    image_id = rendered(ada, 518)
    switch(ada, on=True)

    def stall() -> None:
        raise VisionError("unreachable", retryable=True, has_stalled=True)

    with database.begin() as connection:
        connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))
        since = "INSERT INTO rate_limits VALUES ('model-away', now() + :rest)"
        connection.execute(text(since), {"rest": timedelta(days=30, seconds=-40)})
    rest = text(
        "SELECT extract(epoch FROM description_leased_until - now()) FROM images WHERE id = :id"
    )
    rests = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with database.begin() as connection:
            connection.execute(text("DELETE FROM rate_limits WHERE key = 'model-rest'"))
        describe(image_id, meanwhile=stall, attempt=attempt, is_back=False)
        with database.connect() as connection:
            rests.append(float(connection.scalar(rest, {"id": image_id}) or 0))
    assert [round(seconds / 60) for seconds in rests[:-1]] == [30, 60, 120, 240]
    assert ada.detail(image_id)["description_failure"]["code"] == "unreachable"
    with database.begin() as connection:
        connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))


def test_picture_that_is_locked_before_the_call_is_let_go_and_not_counted(
    ada: Person,
    describe: Callable[..., SlowModel],
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image_id = rendered(ada, 521)
    switch(ada, on=True)
    with database.connect() as changing:

        def extend_and_unlock(begun: Begun) -> Begun | None:
            changing.execute(
                text("SELECT 1 FROM images WHERE id = :id FOR UPDATE"), {"id": image_id}
            )
            set_short_lock_timeout()
            try:
                return extend(begun)
            finally:
                changing.rollback()

        monkeypatch.setattr("app.descriptions.generate.extend", extend_and_unlock)
        with pytest.raises(OperationalError):
            describe(image_id)
    row = text(
        "SELECT description_attempts, description_leased_until < now() + interval '1 minute',"
        " description_state FROM images WHERE id = :id"
    )
    with database.connect() as connection:
        assert tuple(connection.execute(row, {"id": image_id}).one()) == (0, True, "waiting")


def test_nothing_of_an_account_that_is_shut_is_sent(
    ada: Person, describe: Callable[..., SlowModel], database: Engine
) -> None:
    image_id = rendered(ada, 519)
    switch(ada, on=True)
    shut = text(
        "UPDATE users SET disabled_at = now() FROM images AS i WHERE i.id = :id AND"
        " users.id = i.owner_id"
    )

    def close() -> None:
        with database.begin() as connection:
            connection.execute(shut, {"id": image_id})

    assert describe(image_id, waiting=close).calls == 0
    assert describe(image_id).calls == 0
    state = text("SELECT description_state FROM images WHERE id = :id")
    with database.connect() as connection:
        assert connection.scalar(state, {"id": image_id}) == "waiting"


def test_without_money_everything_stops_for_an_hour(
    ada: Person, describe: Callable[..., SlowModel], database: Engine
) -> None:
    image_id = rendered(ada, 560)
    switch(ada, on=True)

    def no_money() -> None:
        raise VisionError("quota_exceeded", is_unbilled=True)

    assert describe(image_id, meanwhile=no_money).calls == 1
    assert ada.detail(image_id)["description_state"] == "waiting"
    for _ in range(3):
        assert describe(image_id, is_back=False).calls == 0
    with database.begin() as rows:
        found = rows.execute(
            text(
                "SELECT extract(epoch FROM empty_at - now()) FROM rate_limits"
                " WHERE key = 'model-reason:quota_exceeded'"
            )
        ).scalar_one()
        rows.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))
        cost = rows.execute(
            text("SELECT cost FROM model_calls WHERE image_id = :id"), {"id": image_id}
        ).scalar_one()
    assert 3500 < found <= 3600
    assert cost == 0


def test_what_is_never_sent_is_shown_to_no_model(
    ada: Person, describe: Callable[..., SlowModel]
) -> None:
    image_id = rendered(ada, 561)
    switch(ada, on=True)

    def keep() -> None:
        body = {"ids": [image_id], "never": True}
        ada.http.post("/api/descriptions/never-send", json=body).raise_for_status()

    # While its preview was being made small.
    assert describe(image_id, waiting=keep).calls == 0
    assert ada.detail(image_id)["description_state"] == "none"
    assert describe(image_id).calls == 0


def test_no_frame_of_the_video_of_a_live_photo_is_shown_to_a_model(
    ada: Person, describe: Callable[..., SlowModel], database: Engine
) -> None:
    (image,) = ada.upload(a_still(still(None)))
    until(lambda: ada.settled(image))
    body = {"ids": [image], "never": True}
    ada.http.post("/api/descriptions/never-send", json=body).raise_for_status()
    (video,) = ada.upload(a_video(one_frame(taken="2024-05-03T14:05:06+0200")))
    until(lambda: ada.detail(image)["moving_part_id"] == video)
    switch(ada, on=True)
    # As where it waited before it was joined.
    assert describe(video).calls == 0
    with database.connect() as rows:
        state = text("SELECT description_state FROM images WHERE id = :id")
        assert rows.scalar(state, {"id": video}) == "none"


def test_a_video_that_waits_and_is_joined_waits_no_more(ada: Person, database: Engine) -> None:
    (video,) = ada.upload(a_video(one_frame(taken="2024-05-03T14:05:06+0200")))
    until(lambda: ada.settled(video))
    with database.begin() as rows:
        waits = "UPDATE images SET description_state = 'waiting', description_asked_at = now()"
        rests = ", description_leased_until = now() + interval '1 day' WHERE id = :id"
        rows.execute(text(waits + rests), {"id": video})
    (image,) = ada.upload(a_still(still(None)))
    until(lambda: ada.detail(image)["moving_part_id"] == video)
    assert ada.detail(video)["description_state"] == "none"


def test_a_model_is_told_what_the_person_wishes_and_nobody_elses(
    ada: Person, bob: Person, describe: Callable[..., SlowModel]
) -> None:
    names = [{"name": "Oma", "note": "an old woman in a red coat"}]
    body = {"languages": ["de", "ja"], "names": names}
    ada.http.patch("/api/descriptions/preferences", json=body).raise_for_status()
    # Before it is switched on: else the site's own worker may be first.
    hers, his = rendered(ada, 8460), rendered(bob, 8461)
    switch(ada, on=True)
    options = describe(hers).options
    assert options.languages == ("German", "Japanese")
    assert options.names == (("Oma", "an old woman in a red coat"),)
    switch(bob, on=True)
    assert describe(his).options == NO_OPTIONS
