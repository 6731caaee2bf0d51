"""The list of periodic jobs, in the order in which a sweep runs them.

A sweep runs every 20 seconds on one machine (app/jobs/worker.py) and every five minutes on AWS
(app/lambda_handlers/cleanup.py). Each job takes a bounded number of rows and a bounded time (see
[Note: The sweep's time]), can be repeated, and does not stop the others when it fails.
docs/architecture.md shows this list; ./scripts/generate writes it there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

from app.accounts import cleanup as accounts
from app.accounts.emails.sender import settle_old_mails
from app.accounts.mfa import former_factors
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.store import delete_dead_sessions
from app.database import db
from app.descriptions import budget
from app.descriptions.batches import rows as batches
from app.integrity.in_time import in_time
from app.integrity.one_step import try_step
from app.integrity.scan_state import record_sweep
from app.jobs import cleanup
from app.jobs.stacking import stack_what_waits
from app.jobs.sweep import Sweep
from app.members.invite import forget_expired_invitations
from app.processing.lease import record_backlog
from app.sharing.arrivals import forget_what_is_over


@dataclass(frozen=True)
class PeriodicJob:
    """One job of the sweep.

    Attributes:
        does: what it does, as docs/architecture.md says it.
        run: does it. What it leaves uncommitted is committed behind it.
    """

    does: str
    run: Callable[[Sweep], object]


def run_periodic_jobs(sweep: Sweep) -> None:
    """Run each job once. Raises nothing: what fails is logged and tried by the next sweep."""
    for job in PERIODIC_JOBS:
        try_step(partial(_run_and_commit, job, sweep))


def _run_and_commit(job: PeriodicJob, sweep: Sweep) -> None:
    job.run(sweep)
    db.session.commit()


def _alone(job: Callable[[], object]) -> Callable[[Sweep], object]:
    """Make a job of a function that needs nothing of the sweep."""

    @wraps(job)
    def run(_: Sweep) -> object:
        return job()

    return run


def _in_time(job: Callable[[accounts.InTime], object]) -> Callable[[Sweep], object]:
    """Make a job of a function that asks, part by part, whether there is time left."""

    @wraps(job)
    def run(_: Sweep) -> object:
        return job(in_time)

    return run


PERIODIC_JOBS = (
    PeriodicJob(
        "run times of the sweep are recorded",
        _alone(record_sweep),  # first: else what was stored meanwhile is taken for orphaned
    ),
    PeriodicJob("e-mails whose message was lost are sent", cleanup.post_overdue_mails),
    PeriodicJob(
        "e-mails that nobody could send in a day are given up; settled ones are deleted after a"
        " week",
        _alone(settle_old_mails),
    ),
    PeriodicJob(
        "one-time tokens that have expired are deleted", _alone(one_time_tokens.delete_expired)
    ),
    PeriodicJob(
        "second factors that were removed a week ago are deleted",
        _alone(former_factors.delete_expired),
    ),
    PeriodicJob(
        "rate limits that are full again are deleted, except those that somebody counts in",
        _in_time(accounts.delete_old_limits),
    ),
    PeriodicJob(
        "audit events without an account are deleted after 91 days",
        _alone(accounts.delete_nobodys_old_events),
    ),
    PeriodicJob(
        "sign-ins and the like that one person repeats beyond 5,000 entries of a kind are deleted",
        _in_time(accounts.delete_surplus_events),
    ),
    PeriodicJob(
        "sent e-mails of one person beyond 1,000 are deleted",
        _in_time(accounts.delete_surplus_mails),
    ),
    PeriodicJob(
        "unused invitations are deleted 90 days after they expire",
        _alone(accounts.delete_old_invites),
    ),
    PeriodicJob(
        "invitations to albums and libraries that nobody accepted in 30 days are deleted",
        _alone(forget_expired_invitations),
    ),
    PeriodicJob("uploads whose S3 event was lost are processed", cleanup.take_up_overdue_uploads),
    PeriodicJob(
        "pictures of guests whose S3 event was lost are taken in; those that did not come in an"
        " hour are forgotten",
        cleanup.look_for_pictures_of_guests,
    ),
    PeriodicJob(
        "what is known of pictures that guests sent and that are gone is deleted after three days",
        _alone(forget_what_is_over),
    ),
    PeriodicJob(
        "images that an older decoder could not open are tried again",
        _alone(cleanup.decode_again_what_older_decoders_could_not),
    ),
    PeriodicJob("the age of the oldest waiting image is measured", _alone(record_backlog)),
    PeriodicJob(
        "a worker is woken if an image waits, or an old one has no fingerprint",
        cleanup.wake_if_images_wait,
    ),
    PeriodicJob(
        "descriptions that have waited for an hour are queued again, once few messages are left",
        cleanup.ask_for_late_descriptions,
    ),
    PeriodicJob(
        "batches of descriptions are sent, or looked after, by messages for those that are due",
        cleanup.tend_batches,
    ),
    PeriodicJob(
        "batches of descriptions that ended a week ago are deleted", _alone(batches.forget_ended)
    ),
    PeriodicJob(
        "objects of what people deleted for good, and of deletions that were interrupted, are"
        " deleted",
        cleanup.finish_purges,
    ),
    PeriodicJob(
        "images deleted 30 days ago, uploads never made and old rejections are deleted for good",
        cleanup.purge_what_is_due,
    ),
    PeriodicJob("albums deleted 30 days ago are deleted for good", _alone(cleanup.purge_albums)),
    PeriodicJob(
        "tags deleted 30 days ago are deleted for good", _alone(cleanup.purge_deleted_tags)
    ),
    PeriodicJob("bytes of cancelled uploads are deleted", cleanup.clear_cancelled_uploads),
    PeriodicJob(
        "the time that abandoned uploads took is charged to their owners' turns",
        cleanup.charge_maintenance,
    ),
    PeriodicJob(
        "objects and exports without a row are found and deleted; images that an older decoder"
        " called broken are tried again, in the same scan",
        cleanup.look_for_orphaned_objects,
    ),
    PeriodicJob("exports whose worker stopped are continued", cleanup.continue_exports),
    PeriodicJob("expired exports are deleted", cleanup.delete_expired_exports),
    PeriodicJob("accounts whose deletion is due are closed", _alone(cleanup.close_accounts)),
    PeriodicJob(
        "places of images that the former release wrote, or that were there before their names,"
        " are named, some of each person's in turn",
        _alone(cleanup.name_places),
    ),
    PeriodicJob(
        "images and albums whose texts the former release wrote, or that were there before the"
        " index, are indexed",
        _alone(cleanup.index_texts),
    ),
    PeriodicJob(
        "meaning vectors are made for texts that changed, a few of each user",
        cleanup.embed_texts,
    ),
    PeriodicJob(
        "new images are compared with the user's other images to find look-alikes, a few of each"
        " user",
        _alone(cleanup.compare_new_images),
    ),
    PeriodicJob(
        "images not yet checked for stacks are stacked, a few of each user",
        _alone(stack_what_waits),
    ),
    PeriodicJob(
        "sidecars are written to the bucket for images that changed, a hundred of each user in"
        " turn",
        cleanup.write_sidecars,
    ),
    PeriodicJob(
        "old entries of the list of changes are deleted", _alone(cleanup.forget_old_changes)
    ),
    PeriodicJob(
        "amounts that crashed workers had reserved for descriptions are booked as spent",
        _alone(budget.settle_abandoned),
    ),
    PeriodicJob(
        "consents to descriptions without a host get the current host",
        cleanup.note_hosts_of_consents,
    ),
    PeriodicJob(
        "records of images sent to a model are deleted after 400 days",
        _alone(budget.forget_old_calls),
    ),
    PeriodicJob("sessions that have ended are deleted", _alone(delete_dead_sessions)),
    # Last, since a large library may take as long as there is.
    PeriodicJob("closed accounts are deleted with all they have", cleanup.delete_accounts),
)
