"""Whether budgets hold while a model fails at random and workers are killed: they must.

    ./scripts/bench budget [--pictures 2000] [--workers 4] [--kills 10]

Real PostgreSQL, the product's own client and worker code in processes of their own, and a stand-in
for the model over HTTP that answers with 429, 500, slowly, with a refusal, with nonsense or not at
all at random. Workers are killed with -9 while pictures are under way, and others begin. Previews
are made up: 16 pixels that say which picture it is. The model's rests are cut to a fiftieth of a
second, or this would take a day. The site's budget has room for some four in five of the pictures.

Fails when more was spent or reserved than a budget at any moment, when the stand-in counted more
than the database, when a picture has two descriptions, when it was answered twice though no worker
died, or when something is not settled after a restart.
"""

from __future__ import annotations

import argparse
import base64
import io
import logging
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import create_engine, text

from app.clients.openai_vision import Vision, VisionSettings
from app.database import db
from app.descriptions import budget, circuit_breaker, generate
from app.descriptions.tariff import Tariff
from app.jobs.worker_context import WorkerContext
from app.messages import DescribePicture
from app.processing.yielding import never_give_way
from app.settings import Settings, with_driver
from scripts.embedded.openai_stand_in import FAILURES, Answer, StandIn, respond
from scripts.embedded.pixel_descriptions import describe_pixels
from tests.conftest import running_stack
from tests.support.library import library_on, root_environment

if TYPE_CHECKING:
    from app.media.sandbox.decoder_time import DecoderTime

PEOPLE = 5
REST_SECONDS = 0.02
# Of a hundred calls; the others are answered at once.
FAULTS = {
    "rate_limited": 8,
    "server_error": 6,
    "slow": 5,
    "refusal": 5,
    "bad_json": 3,
    "hang_up": 3,
}
SLOW_SECONDS = 0.25
PRICE = "pinhole-demo=0.10/0.50"
WAITING = text("""
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
  stored_at, timeline_at, has_preview, attempts, description_state, description_asked_at)
SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256(gen_random_uuid()::text::bytea), 'image/jpeg',
  'ready', now(), now(), now(), true, 0, 'waiting', now() FROM generate_series(1, :count)
""")
AGREE = text("UPDATE users SET descriptions_enabled_at = now() WHERE id = :owner")
SUMS = text("SELECT spent, reserved FROM model_spending WHERE owner_id IS NULL")
LEFT = text("SELECT count(*) FROM images WHERE description_state = 'waiting'")


class FailingModel(StandIn):
    """The stand-in, which fails at random, and counts what it would ask money for."""

    def __init__(self, *, seed: int) -> None:
        super().__init__(0)
        self._random = random.Random(seed)  # noqa: S311 - guards nothing
        self._counting = threading.Lock()
        self.told: Counter[str] = Counter()
        self.answered: Counter[UUID] = Counter()
        self.nanos = 0

    def answer(self, asked: dict[str, Any]) -> Answer:
        """Answer, or not."""
        with self._counting:
            names = [*FAULTS, "answered"]
            weights = [*FAULTS.values(), 100 - sum(FAULTS.values())]
            fault = self._random.choices(names, weights)[0]
            self.told[fault] += 1
        if fault in FAILURES and fault != "hang_up":
            return FAILURES[fault]
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        picture = _decoded(asked)
        is_answered = fault in {"slow", "answered"}
        body = respond(
            asked, describe_pixels(picture), fault if fault in {"refusal", "bad_json"} else ""
        )
        usage = body["usage"]
        with self._counting:
            self.nanos += usage["input_tokens"] * 100 + usage["output_tokens"] * 500
            if is_answered:
                self.answered[_id_in(picture)] += 1
        return Answer(body=None if fault == "hang_up" else body)


def _decoded(asked: dict[str, Any]) -> Image.Image:
    url = asked["input"][0]["content"][1]["image_url"]
    picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    picture.load()
    return picture.convert("RGB")


def _id_in(picture: Image.Image) -> UUID:
    return UUID(bytes=picture.getchannel("R").tobytes())


class Previews:
    """A store, and decoders, whose previews say which picture they are."""

    def fetch_preview(self, owner_id: UUID, image_id: UUID, preview: object) -> bytes:
        """Return a preview."""
        del owner_id, preview
        file = io.BytesIO()
        Image.frombytes("L", (4, 4), image_id.bytes).convert("RGB").save(
            file, "WEBP", lossless=True
        )
        return file.getvalue()

    def render_vision_input(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes:
        """Make it no smaller."""
        del owner, decoder_time
        return preview


def work(environment: dict[str, str]) -> None:
    """Describe, until killed."""
    os.environ.update(environment)
    logging.disable(logging.ERROR)  # what goes wrong is meant to, and is counted
    for module in (circuit_breaker, generate):
        vars(module)["MAX_REST_SECONDS"] = REST_SECONDS
    vars(circuit_breaker)["MIN_REST_SECONDS"] = REST_SECONDS
    vars(circuit_breaker)["MAX_REST_ASKED_SECONDS"] = REST_SECONDS
    settings = Settings.from_environment(environment)
    model = settings.model
    if model is None:
        raise SystemExit("no model")
    context = WorkerContext(settings, pool_size=1, trusts_fresh_connections=True)
    vision = Vision(
        VisionSettings(api_key="x", base_url=model.base_url, model=model.model, effort=model.effort)
    )
    previews: Any = Previews()
    while True:
        with context.app.app_context():
            generate.describe_next(
                DescribePicture(image_id=uuid4()),
                1,
                store=previews,
                decoders=previews,
                vision=vision,
                tariff=Tariff.of(model),
                is_demo=False,
                give_way=never_give_way,
                ask=lambda _task, _seconds: None,
            )
        time.sleep(0.005)


def main() -> None:
    """Run it all, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(run(parser.parse_args()))


def run(options: argparse.Namespace) -> int:
    """Return 0 where everything held."""
    with (
        running_stack() as stack,
        library_on(stack) as library,
        FailingModel(seed=options.seed) as model,
    ):
        threading.Thread(target=model.serve_forever, args=(0.05,), daemon=True).start()
        environment = root_environment(stack) | {
            "OPENAI_API_KEY": "x",
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_MODEL": "pinhole-demo",
            "OPENAI_PRICES": PRICE,
            "OPENAI_PERSON_BUDGET_USD": "none",
        }
        tariff = Tariff.of(
            Settings.from_environment(environment | {"OPENAI_BUDGET_USD": "1"}).model
        )
        if tariff is None:
            raise SystemExit("no price")
        # An answer of the stand-in takes 900 tokens and some 200; what is unknown costs the most.
        dollars = options.pictures * (0.8 * 190_000 + 0.12 * tariff.most_of_picture) / 10**9
        tariff = replace(tariff, site_budget=int(dollars * 10**9))
        environment["OPENAI_BUDGET_USD"] = f"{dollars:.9f}"
        engine = create_engine(with_driver(stack.database_url))
        for person in range(PEOPLE):
            with engine.begin() as rows:
                count = options.pictures // PEOPLE + (person < options.pictures % PEOPLE)
                owner = library.person()
                rows.execute(AGREE, {"owner": owner})
                rows.execute(WAITING, {"owner": owner, "count": count})
        began = time.monotonic()
        over, killed = _let_work(engine, environment, options, most=tariff.site_budget or 0)
        took = time.monotonic() - began
        # The restart: nobody works any more, and the sweep settles what is left.
        vars(budget)["ABANDONED_AFTER"] = budget.ABANDONED_AFTER * 0
        with library.worker_context.app.app_context():
            while budget.settle_abandoned():
                db.session.commit()
        troubles = _troubles(engine, model, most=tariff.site_budget or 0, over=over)
        _tell(engine, model, options, took=took, killed=killed, most=tariff.site_budget or 0)
        model.shutdown()
        engine.dispose()
    for trouble in troubles:
        print(f"FAILED: {trouble}")
    return 1 if troubles else 0


def _let_work(
    engine: Any, environment: dict[str, str], options: argparse.Namespace, *, most: int
) -> tuple[int, int]:
    """Let workers work, and kill some; return how often sums were over the budget, and kills."""
    fork = multiprocessing.get_context("spawn")

    def begin() -> Any:
        process = fork.Process(target=work, args=(environment,), daemon=True)
        process.start()
        return process

    workers = [begin() for _ in range(options.workers)]
    every = max(1, options.pictures // (options.kills + 1))
    over = killed = 0
    left = before = options.pictures
    still_since = time.monotonic()
    while left:
        time.sleep(0.1)
        with engine.connect() as rows:
            sums = rows.execute(SUMS).one_or_none()
            now_left = rows.execute(LEFT).scalar_one()
        if sums is not None and sums.spent + sums.reserved > most:
            over += 1
        if now_left < left:
            left, still_since = now_left, time.monotonic()
        elif time.monotonic() - still_since > (
            60 if left == options.pictures else 20
        ):  # the budget is used up
            break
        if killed < options.kills and before - left >= every:
            before = left
            victim = workers.pop(0)
            os.kill(victim.pid, signal.SIGKILL)
            victim.join()
            workers.append(begin())
            killed += 1
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
    return over, killed


def _troubles(engine: Any, model: FailingModel, *, most: int, over: int) -> list[str]:
    def value(statement: str) -> Any:
        with engine.connect() as rows:
            return rows.execute(text(statement)).scalar()

    spent = value("SELECT spent FROM model_spending WHERE owner_id IS NULL")
    twice = value(
        "SELECT count(*) FROM (SELECT image_id FROM descriptions GROUP BY 1 HAVING count(*) > 1) x"
    )
    unknown = value("SELECT count(*) FROM model_calls WHERE outcome = 'unknown'")
    asked_twice = sum(count - 1 for count in model.answered.values() if count > 1)
    checks = {
        f"sums were over the budget at {over} moments": over == 0,
        f"{spent} spent, the budget is {most}": spent <= most,
        f"the stand-in counted {model.nanos}, the database {spent}": model.nanos <= spent,
        "something is reserved still": value("SELECT sum(reserved) FROM model_spending") == 0,
        "a call is not settled": value("SELECT count(*) FROM model_calls WHERE settled_at IS NULL")
        == 0,
        "the sum is not that of the calls": spent == value("SELECT sum(cost) FROM model_calls"),
        "sums of people are not everybody's": spent
        == value("SELECT sum(spent) FROM model_spending WHERE owner_id IS NOT NULL"),
        f"{twice} pictures have two descriptions": twice == 0,
        f"{asked_twice} pictures were answered twice, {unknown} workers died": asked_twice
        <= unknown,
    }
    return [words for words, holds in checks.items() if not holds]


def _tell(
    engine: Any,
    model: FailingModel,
    options: argparse.Namespace,
    *,
    took: float,
    killed: int,
    most: int,
) -> None:
    with engine.connect() as rows:
        outcomes = rows.execute(
            text("SELECT outcome, count(*), sum(cost) FROM model_calls GROUP BY 1 ORDER BY 2 DESC")
        ).all()
        states = rows.execute(
            text("SELECT description_state, count(*) FROM images GROUP BY 1 ORDER BY 2 DESC")
        ).all()
        spent = rows.execute(SUMS).one().spent
    usd = [f"{nanos / 10**9:.4f}" for nanos in (most, spent, model.nanos)]
    told = ", ".join(f"{name} {count}" for name, count in model.told.most_common())
    print(
        f"{options.pictures} pictures of {PEOPLE} people, {options.workers} workers, {took:.0f} s"
    )
    print(f"workers killed with -9: {killed}, and {options.workers} together at the end")
    print(f"budget {usd[0]} USD, spent {usd[1]}, asked for by the stand-in {usd[2]}")
    print(f"the stand-in: {told}")
    for outcome, count, cost in outcomes:
        print(f"  {outcome:16} {count:6} calls {cost / 10**9:10.4f} USD")
    print("pictures: " + ", ".join(f"{state} {count}" for state, count in states))
    twice = sum(count > 1 for count in model.answered.values())
    print(f"answered twice, since a worker died: {twice}")


if __name__ == "__main__":
    main()
