"""Messages that come three times, too early, and after the picture is gone."""

from __future__ import annotations

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import boto3

from scripts.embedded.policies import ACCOUNT, BUCKET, PICTURE_QUEUE, REGION
from tests.faults.client import Browser, big_photo, photo
from tests.faults.expectations import Ledger
from tests.faults.kill_points import owner_of
from tests.faults.rounds import Result, settled, time_of

if TYPE_CHECKING:
    from tests.faults.running_app import Launched


def every_message_three_times(product: Launched, *, pictures: int, seed: int = 0) -> Result:
    """Send each picture's event early, and three times more; delete each third at any time."""
    ledger = Ledger()
    queue = PictureQueue(product)
    with Browser.of(product.site, product.database, ledger) as actor:
        owner = owner_of(actor)

        def one(number: int) -> None:
            chance = random.Random(seed + number)  # noqa: S311 - the same each time
            picture = big_photo() if number % 5 == 1 else photo()
            place = actor.promise(picture)
            notify = partial(queue.notify, owner, place["image"]["id"])
            notify()
            told = actor.upload(picture, place=place)
            later = [threading.Timer(chance.uniform(0, 0.5), notify) for _ in range(3)]
            for timer in later:
                timer.start()
            if number % 3 == 0:
                time.sleep(chance.uniform(0, 0.5))
                actor.delete(told)
            for timer in later:
                timer.join()

        with ThreadPoolExecutor(4) as several:
            list(several.map(one, range(pictures)))
    seconds = time_of(lambda: not ledger.unsettled(product.database), since=time.monotonic())
    verdict = settled(ledger, product.database, product.bucket())
    return Result(name="Every message four times and more", verdict=verdict, seconds=[seconds])


class PictureQueue:
    """The queue of pictures, for sending S3's events once more."""

    def __init__(self, product: Launched) -> None:
        keys = json.loads((product.data / "aws-keys.json").read_text())["pinhole-worker"]
        _, port, _ = json.loads((product.data / "ports.json").read_text())
        session = boto3.Session(
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            region_name=REGION,
        )
        self._sqs = session.client("sqs", endpoint_url=f"http://127.0.0.1:{port}")
        self._url = f"http://127.0.0.1:{port}/{ACCOUNT}/{PICTURE_QUEUE}"

    def notify(self, owner: str, image_id: str) -> None:
        """Send the event of an original."""
        key = f"users/{owner}/{UUID(image_id).hex}/original"
        stored = {"bucket": {"name": BUCKET}, "object": {"key": key}}
        body = {"Records": [{"eventName": "ObjectCreated:Put", "s3": stored}]}
        self._sqs.send_message(QueueUrl=self._url, MessageBody=json.dumps(body))
