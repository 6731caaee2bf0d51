"""The dependencies of the worker's tasks, shared by its loop and the Lambda handlers."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial

from flask import Flask
from sqlalchemy import select

from app.accounts.emails.sender import send_mail
from app.api.app import create_worker_app
from app.clients.aws.boto import make_client, make_client_later
from app.clients.aws.bucket_inventory import BucketInventory
from app.clients.aws.export_store import ExportStore
from app.clients.aws.image_store import PictureStore
from app.clients.aws.ses import Mailer
from app.clients.aws.sqs import MAX_MESSAGES, Queue
from app.clients.openai_batches import Batches
from app.clients.openai_vision import Vision, VisionSettings
from app.database import db
from app.descriptions.ask_for_all import ask_for_next
from app.descriptions.batches.send import Means
from app.descriptions.batches.tend import tend
from app.descriptions.generate import describe_next
from app.descriptions.tariff import Tariff
from app.embeddings.encoder import make_encoder
from app.exports.create import make_next_zip
from app.integrity.in_time import all_within
from app.jobs.cleanup import SECONDS_FOR_PEOPLE
from app.jobs.heartbeat import Heartbeat
from app.jobs.periodic import run_periodic_jobs
from app.jobs.sweep import Sweep
from app.media.sandbox.pool import DecoderPool
from app.messages import (
    PROCESS,
    DescribeAll,
    DescribePicture,
    ExportLibrary,
    Handler,
    PictureStored,
    SendMail,
    StripOriginal,
    TendBatch,
    handle,
    parse,
    pause_after,
)
from app.processing.bare_original import strip_original
from app.processing.fingerprints import FingerprintTurns, make_missing
from app.processing.in_hand import InHand
from app.processing.lease import seconds_until_next
from app.processing.process_image import ProcessingContext, note_arrivals, process_next
from app.processing.scratch_space import ScratchSpace
from app.processing.yielding import GiveWay, Pause, give_way, never_give_way
from app.settings import ModelSettings, Settings
from app.sharing.arrivals import take_in

# On AWS the function has two minutes, and both its start and the last step need some of them.
SWEEP_SECONDS = 95.0 - SECONDS_FOR_PEOPLE


class WorkerContext:
    """The bucket, the queues, the database and the model, and what is done with them."""

    def __init__(
        self,
        settings: Settings,
        *,
        pool_size: int,
        in_hand: InHand | None = None,
        max_leases: int | None = None,
        pause: Pause | None = None,
        trusts_fresh_connections: bool = False,
    ) -> None:
        """Connect to nothing yet.

        Args:
            settings: where everything is.
            pool_size: the most database connections.
            in_hand: bounds the pictures that are in hand at once; one if not told.
            max_leases: bounds the pictures of one person that all workers have in hand.
            pause: how long work rests, to give way; it does not when there is none.
            trusts_fresh_connections: see app/database.py. Not on Lambda, where clocks stand still
                between two messages.
        """
        sqs = make_client("sqs", settings)
        self.settings = settings
        self.app: Flask = create_worker_app(
            settings, pool_size=pool_size, trusts_fresh_connections=trusts_fresh_connections
        )
        s3 = make_client("s3", settings)
        self.store = PictureStore(s3=s3, bucket_name=settings.picture_bucket)
        self.exports = ExportStore(s3=s3, bucket_name=settings.picture_bucket)
        self.inventory = BucketInventory(s3=s3, bucket_name=settings.picture_bucket)
        # A thread for each, so that leases do not run out while SQS does not answer.
        self.heartbeat = Heartbeat()
        self.message_heartbeat = Heartbeat()
        self.pictures = Queue(sqs=sqs, url=settings.picture_queue_url)
        self.descriptions = Queue(sqs=sqs, url=settings.description_queue_url)
        self.copies = Queue(sqs=sqs, url=settings.export_queue_url)
        self.mails = Queue(sqs=sqs, url=settings.mail_queue_url)
        self._in_hand = in_hand or InHand(most=1)
        self._max_leases = max_leases
        self._scratch = ScratchSpace()
        self._fingerprint_turns = FingerprintTurns()
        self._give_way: GiveWay = partial(give_way, pause=pause) if pause else never_give_way
        self._mailer = _mailer(settings)
        self._vision = _vision(settings)
        self._batches = _batches(settings)
        self._encoder = make_encoder(is_wanted=settings.search_by_meaning_is_wanted)

    def handlers(self, decoders: DecoderPool) -> Mapping[type, Handler]:
        """Return what is done for each task that a message of its own asks for."""
        is_demo = bool(self.settings.model and self.settings.model.is_demo)
        tariff = Tariff.of(self.settings.model)

        def describe(task: DescribePicture, attempt: int) -> None:
            describe_next(
                task,
                attempt,
                store=self.store,
                decoders=decoders,
                vision=self._vision,
                tariff=tariff,
                is_demo=is_demo,
                give_way=self._give_way,
                ask=self.ask,
            )

        def export(task: ExportLibrary, attempt: int) -> None:
            make_next_zip(
                task,
                attempt,
                store=self.exports,
                send=self.go_on,
                holding=self._saying,
                give_way=self._give_way,
                zip_bytes=self.settings.export_zip_bytes,
            )

        def describe_all(task: DescribeAll, attempt: int) -> None:
            del attempt
            ask_for_next(task, ask=self.ask_for_each, go_on=self.descriptions.send)

        def tend_batch(task: TendBatch, attempt: int) -> None:
            del attempt
            means = Means(
                store=self.store,
                decoders=decoders,
                host=self._batches,
                tariff=tariff,
                takes_batches=bool(self.settings.model and self.settings.model.takes_batches),
                is_demo=is_demo,
                give_way=self._give_way,
            )
            tend(task.batch_id, means=means)

        def post(task: SendMail, attempt: int) -> None:
            send_mail(task, attempt, mailer=self._mailer, settings=self.settings)

        def strip(task: StripOriginal, attempt: int) -> None:
            del attempt
            strip_original(
                task,
                store=self.store,
                decoders=decoders,
                scratch=self._scratch,
                give_way=self._give_way,
            )

        return {
            StripOriginal: strip,
            DescribePicture: describe,
            DescribeAll: describe_all,
            TendBatch: tend_batch,
            ExportLibrary: export,
            SendMail: post,
        }

    def do(self, body: str, *, attempt: int, decoders: DecoderPool) -> None:
        """Do what a message asks for. Safe to repeat; raises when it should be tried again."""
        with self.app.app_context():
            handle(
                body,
                attempt=attempt,
                bucket_name=self.settings.picture_bucket,
                handlers=self.handlers(decoders),
            )

    def note_arrivals(self, bodies: Iterable[str]) -> set[str]:
        """Note the originals that messages tell of. Safe to repeat.

        Returns:
            The messages that tell of what could not be noted now: they are to come again.

        Raises:
            SQLAlchemyError: nothing could be noted.
        """
        told = {body: self._stored(body) for body in bodies}
        tasks = [task for stored in told.values() for task in stored]
        if not tasks:
            return set()
        with self.app.app_context():
            missed = set(
                note_arrivals(
                    tasks,
                    take_in=partial(
                        take_in, links_are_allowed=self.settings.share_links_are_allowed
                    ),
                )
            )
        return {body for body, stored in told.items() if missed.intersection(stored)}

    def _stored(self, body: str) -> list[PictureStored]:
        tasks = parse(body, bucket_name=self.settings.picture_bucket)
        return [task for task in tasks if isinstance(task, PictureStored)]

    def receive_arrivals(self, *, wait_seconds: int) -> int:
        """Receive messages of the queue of pictures, note what they tell, and end them."""
        messages = self.pictures.receive(most=MAX_MESSAGES, wait_seconds=wait_seconds)
        if messages:
            missed = self.note_arrivals(message.body for message in messages)
            done = [message for message in messages if message.body not in missed]
            if done:
                self.pictures.all_done(done)
            for message in messages:
                if message.body in missed:
                    self.pictures.again_in(message, seconds=pause_after(message.attempt))
        return len(messages)

    def process_next(self, decoders: DecoderPool) -> bool:
        """Process the picture whose turn it is; False when none waits. See process_next there."""
        with self.app.app_context():
            return process_next(context=self._processing_context(decoders))

    def make_missing_fingerprint(self, decoders: DecoderPool) -> bool:
        """Make one from a preview, then give way; False when none has to be made."""
        with self.app.app_context():
            begun = time.monotonic()
            owner_id = make_missing(self._fingerprint_turns, store=self.store, decoders=decoders)
            if owner_id is not None:
                self._give_way(owner_id, time.monotonic() - begun)
            return owner_id is not None

    def seconds_until_next(self) -> float | None:
        """How soon a picture may be processed; None when none waits."""
        with self.app.app_context():
            return seconds_until_next()

    def sweep(self) -> None:
        """Run the periodic jobs once."""
        sweep = Sweep(
            store=self.store,
            inventory=self.inventory,
            exports=self.exports,
            notify=self.notify,
            wake=self.wake,
            ask=self.ask,
            tend=self.tend,
            asked=self.descriptions.length,
            go_on=self.go_on,
            post=self.post,
            pages=self.settings.sweep_pages,
            links_are_allowed=self.settings.share_links_are_allowed,
            encoder=self._encoder,
            model_host=None if self.settings.model is None else self.settings.model.host,
        )
        with self.app.app_context(), all_within(SWEEP_SECONDS):
            run_periodic_jobs(sweep)

    def ask_database(self) -> None:
        """Raise unless the database answers."""
        with self.app.app_context():
            db.session.execute(select(1))

    def ask_all(self) -> None:
        """Raise unless the database and the bucket answer."""
        self.ask_database()
        self.inventory.page(after="users/~")

    def _saying(self, still_at_it: Callable[[], None]) -> AbstractContextManager[None]:
        def beat() -> None:
            with self.app.app_context():
                still_at_it()

        return self.heartbeat.during(beat)

    def notify(self, task: PictureStored) -> None:
        """Send the event that S3 sent, or should have."""
        self.pictures.send(task.message(bucket_name=self.settings.picture_bucket))

    def wake(self, *, delay_seconds: int = 0) -> None:
        """Have whatever waits processed, by a worker that sleeps."""
        self.pictures.send(PROCESS, delay_seconds=delay_seconds)

    def ask(self, task: DescribePicture, delay_seconds: int = 0) -> None:
        """Send the message for a description, to arrive after a delay."""
        self.descriptions.send(task.message(), delay_seconds=delay_seconds)

    def tend(self, task: TendBatch) -> None:
        """Send the message for a batch of descriptions."""
        self.descriptions.send(task.message())

    def ask_for_each(self, tasks: Sequence[DescribePicture]) -> None:
        """Send the messages for descriptions, by tens."""
        self.descriptions.send_all([task.message() for task in tasks])

    def go_on(self, task: ExportLibrary) -> None:
        """Send the message for the next zip of a copy of everything."""
        self.copies.send(task.message())

    def post(self, task: SendMail) -> None:
        """Send the message for a mail."""
        self.mails.send(task.message())

    def _processing_context(self, decoders: DecoderPool) -> ProcessingContext:
        return ProcessingContext(
            store=self.store,
            decoders=decoders,
            ask=self.ask,
            holding=self._saying,
            describes=self.settings.model is not None,
            in_hand=self._in_hand,
            give_way=self._give_way,
            max_leases=self._max_leases,
            scratch=self._scratch,
        )


def _mailer(settings: Settings) -> Mailer | None:
    if settings.mail_from is None:
        return None
    return Mailer(ses=make_client_later("sesv2", settings), sender=settings.mail_from)


def _vision(settings: Settings) -> Vision | None:
    return None if settings.model is None else Vision(_vision_settings(settings.model))


def _batches(settings: Settings) -> Batches | None:
    return None if settings.model is None else Batches(_vision_settings(settings.model))


def _vision_settings(model: ModelSettings) -> VisionSettings:
    return VisionSettings(
        api_key=model.api_key, base_url=model.base_url, model=model.model, effort=model.effort
    )
