"""Sending mails: what is tried again, what is given up, what is deleted, and what they look like.

In this process and with a mailer of the test's own, which fails when it is told to.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import pytest
from botocore.stub import Stubber
from sqlalchemy import delete, func, select, update

from app.accounts.deletion import shut
from app.accounts.emails.layout import Link, Words, lay_out
from app.accounts.emails.outbox import TO_ACT_ON, Kind, queue_mail
from app.accounts.emails.sender import overdue_mails, post_again, send_mail, settle_old_mails
from app.accounts.models import OutboxMail, User
from app.api.app import create_worker_app
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.ses import Mail, Mailer, MailError
from app.database import db, now
from app.messages import MAX_ATTEMPTS, RetryLaterError, SendMail
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack

HOSTILE = 'Eve\r\nBcc: all@example.org\n<img src="https://evil.example/x.png">&\u2028\u202e'


@dataclass
class FakeMailer:
    """Keeps what it is given, or fails with what it is told to."""

    failures: list[MailError] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail)


@pytest.fixture
def settings(stack: EmbeddedStack) -> Settings:
    return Settings.from_environment(stack.environment("worker"))


@pytest.fixture
def worker(settings: Settings) -> Iterator[None]:
    """What the worker runs its tasks in."""
    with create_worker_app(settings, pool_size=2).app_context():
        db.session.execute(delete(OutboxMail))
        db.session.commit()
        yield


@pytest.fixture
def user(worker: None) -> User:  # noqa: ARG001 - its context
    row = User(email=f"{uuid4().hex}@example.org")
    db.session.add(row)
    db.session.commit()
    return row


def queued(kind: Kind, user: User, **data: object) -> UUID:
    row = queue_mail(kind, email=user.email, user_id=user.id, **data)
    db.session.commit()
    return row.id


def is_done(mail_id: UUID) -> bool:
    """Whether a mail was sent, or is gone since there was nothing to say."""
    db.session.expire_all()
    mail = db.session.get(OutboxMail, mail_id)
    return mail is None or mail.settled_at is not None


def found(mail_id: UUID) -> OutboxMail:
    db.session.expire_all()
    return db.session.get_one(OutboxMail, mail_id)


def test_a_mail_is_sent_once(user: User, settings: Settings) -> None:
    task = SendMail(mail_id=queued(Kind.PASSWORD_CHANGED, user))
    mailer = FakeMailer()
    for attempt in (1, 2):
        send_mail(task, attempt, mailer=mailer, settings=settings)
    assert [mail.to for mail in mailer.sent] == [user.email]
    row = found(task.mail_id)
    assert (row.failure, row.attempts) == (None, 1)
    assert row.settled_at


def test_a_busy_mailer_is_asked_again_later_and_later(user: User, settings: Settings) -> None:
    task = SendMail(mail_id=queued(Kind.PASSWORD_CHANGED, user))
    mailer = FakeMailer(failures=[MailError("Busy", retryable=True) for _ in range(3)])
    pauses = []
    for attempt in (1, 2, 3):
        with pytest.raises(RetryLaterError) as later:
            send_mail(task, attempt, mailer=mailer, settings=settings)
        pauses.append(later.value.seconds)
        assert found(task.mail_id).settled_at is None
    send_mail(task, 4, mailer=mailer, settings=settings)
    assert pauses == sorted(set(pauses))
    assert len(mailer.sent) == 1


@pytest.mark.parametrize(
    ("error", "attempt"),
    [
        (MailError("Busy", retryable=True), MAX_ATTEMPTS),
        (MailError("MessageRejected", retryable=False), 1),
    ],
)
def test_what_cannot_be_sent_is_given_up_and_logged(
    user: User,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    error: MailError,
    attempt: int,
) -> None:
    task = SendMail(mail_id=queued(Kind.PASSWORD_CHANGED, user))
    send_mail(task, attempt, mailer=FakeMailer(failures=[error]), settings=settings)
    row = found(task.mail_id)
    assert (row.failure, row.settled_at is not None) == (error.code, True)
    (line,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    # The alarm MailsGivenUp counts lines that begin so.
    assert line.getMessage().startswith("gave up mail")
    assert user.email not in caplog.text


def test_a_mail_whose_message_was_lost_is_asked_for_once(user: User) -> None:
    mail_id = queued(Kind.PASSWORD_CHANGED, user)
    assert overdue_mails() == []
    found(mail_id).created_at -= timedelta(minutes=2)
    db.session.commit()

    def fail(_: SendMail) -> None:
        raise AwsUnavailableError

    for _ in range(MAX_ATTEMPTS + 1):  # an outage of the queue uses none of them up
        with pytest.raises(AwsUnavailableError):
            post_again(mail_id, post=fail)
    assert overdue_mails() == [mail_id]
    posted: list[SendMail] = []
    post_again(mail_id, post=posted.append)
    assert posted == [SendMail(mail_id=mail_id)]
    assert overdue_mails() == []


def test_mails_are_given_up_after_a_day_and_deleted_after_a_week(user: User) -> None:
    mail_id = queued(Kind.PASSWORD_CHANGED, user)
    found(mail_id).created_at -= timedelta(days=1, seconds=1)
    db.session.commit()
    settle_old_mails()
    row = found(mail_id)
    assert (row.failure, row.settled_at is not None) == ("lost", True)
    settle_old_mails()
    row = found(mail_id)
    assert row.settled_at
    row.settled_at -= timedelta(days=7, seconds=1)
    db.session.commit()
    settle_old_mails()
    assert db.session.scalar(select(OutboxMail).where(OutboxMail.id == mail_id)) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_written_or_left_on_purpose(
    kind: Kind, user: User, settings: Settings
) -> None:
    task = SendMail(mail_id=queued(kind, user, invite_id=uuid4().hex))
    mailer = FakeMailer()
    send_mail(task, 1, mailer=mailer, settings=settings)
    # To the present address; called off; of an invitation that is gone.
    nothing_to_say = {
        Kind.CHANGE_EMAIL,
        Kind.DELETION_ASKED,
        Kind.ALBUM_SHARED,
        Kind.LIBRARY_SHARED,
    }
    assert len(mailer.sent) == (0 if kind in nothing_to_say else 1)
    kept = db.session.scalar(select(func.count()).where(OutboxMail.id == task.mail_id))
    assert kept == len(mailer.sent)
    assert is_done(task.mail_id)
    for mail in mailer.sent:
        assert "f it was not you" in mail.text or "If you " in mail.text
        assert mail.text.count(settings.site_origin) >= 1


def test_somebody_whose_account_is_shut_hears_what_was_done_and_gets_no_link(
    user: User, settings: Settings
) -> None:
    user.disabled_at = now()
    db.session.commit()
    mailer = FakeMailer()
    for kind in (*sorted(TO_ACT_ON), Kind.RESET, Kind.PASSWORD_CHANGED):
        task = SendMail(mail_id=queued(kind, user))
        send_mail(task, 1, mailer=mailer, settings=settings)
        assert is_done(task.mail_id)
    (mail,) = mailer.sent
    assert "was changed at" in mail.text
    assert "This account is disabled" in mail.text
    assert settings.site_origin + "/" not in mail.text


def test_mails_to_somebody_who_leaves_are_withdrawn_when_the_week_is_over(user: User) -> None:
    waiting = queued(Kind.VERIFY_EMAIL, user)
    told = queued(Kind.PASSWORD_CHANGED, user)
    user.delete_after = now() - timedelta(seconds=1)
    db.session.commit()
    shut(user.id)
    assert found(waiting).failure == "withdrawn"
    assert found(told).settled_at is None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.NEW_DEVICE, {"ip": "198.51.100.4", "user_agent": HOSTILE}),
        (Kind.NEW_DEVICE, {"ip": "198.51.100.4", "user_agent": "Call evil.example now/1"}),
        (Kind.IDENTITY_LINKED, {"label": HOSTILE, "identity": HOSTILE}),
        (Kind.EMAIL_CHANGING, {"wanted": HOSTILE}),
        (Kind.FACTOR_CHANGED, {"what": HOSTILE, "name": HOSTILE}),
    ],
)
def test_what_strangers_wrote_is_text_on_one_line(
    user: User, settings: Settings, kind: Kind, data: dict[str, str]
) -> None:
    mailer = FakeMailer()
    task = SendMail(mail_id=queued(kind, user, **data))
    send_mail(task, 1, mailer=mailer, settings=settings)
    (mail,) = mailer.sent
    assert "\nBcc" not in mail.text + mail.html + mail.subject
    assert "<img" not in mail.html
    assert not {"\r", "\u2028", "\u202e"} & set(mail.text + mail.html)
    if kind is Kind.NEW_DEVICE:
        assert "evil.example" not in mail.text + mail.html


def test_a_subject_is_one_line() -> None:
    words = Words(subject=HOSTILE, paragraphs=(HOSTILE,), unasked=HOSTILE)
    mail = lay_out(words, to="ada@example.org", site_origin="https://pictures.example.org")
    assert mail.subject.isprintable()
    assert "\n" not in mail.subject


def test_a_link_stands_on_a_line_of_its_own() -> None:
    link = Link(label="Open", url="https://pictures.example.org/welcome#abc")
    words = Words(subject="x", paragraphs=("y",), link=link, unasked="z")
    mail = lay_out(words, to="ada@example.org", site_origin="https://pictures.example.org")
    assert link.url in mail.text.splitlines()
    assert f'href="{link.url}"' in mail.html


@pytest.mark.parametrize(
    ("code", "status", "retryable"),
    [
        ("TooManyRequestsException", 429, True),
        ("InternalFailure", 500, True),
        ("MessageRejected", 400, False),
        ("AccessDeniedException", 403, False),
        ("MailFromDomainNotVerifiedException", 400, False),
    ],
)
def test_what_ses_says_is_told_by_its_code(code: str, status: int, *, retryable: bool) -> None:
    ses = boto3.client(
        "sesv2", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(ses) as stubbed:
        stubbed.add_client_error(
            "send_email", code, "ada@example.org is not verified", http_status_code=status
        )
        with pytest.raises(MailError) as told:
            Mailer(ses=ses, sender="Pinhole <pinhole@example.org>").send(
                Mail(to="ada@example.org", subject="x", text="y", html="z")
            )
    assert (told.value.code, told.value.retryable) == (code, retryable)
    assert "ada@" not in str(told.value)


def test_a_mail_lands_in_the_folder_as_it_was_written(
    stack: EmbeddedStack, settings: Settings
) -> None:
    environment = stack.environment("worker")
    ses = boto3.client(
        "sesv2",
        region_name="us-east-1",
        endpoint_url=stack.aws_endpoint_url,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    assert settings.mail_from
    mail = Mail(to="zoë@example.org", subject="Grüße aus Łódź", text="ja ✓\n", html="<p>ja ✓</p>")
    before = set(stack.folder.mailbox.iterdir())
    Mailer(ses=ses, sender=settings.mail_from).send(mail)
    (new,) = set(stack.folder.mailbox.iterdir()) - before
    assert subject_of(new) == mail.subject


def subject_of(path: Path) -> str:
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("Subject: ")]
    return str(make_header(decode_header(line.removeprefix("Subject: "))))


def test_notices_of_one_kind_are_few_and_the_last_one_says_so(
    user: User, settings: Settings
) -> None:
    mailer = FakeMailer()

    def sent(kind: Kind, **data: object) -> bool:
        before = len(mailer.sent)
        task = SendMail(mail_id=queued(kind, user, **data))
        send_mail(task, 1, mailer=mailer, settings=settings)
        assert is_done(task.mail_id)
        return len(mailer.sent) > before

    assert [sent(Kind.FACTOR_CHANGED, what="token_made") for _ in range(9)] == [True] * 6 + [
        False
    ] * 3
    assert ["several times" in mail.text for mail in mailer.sent] == [False] * 5 + [True]
    assert sent(Kind.FACTOR_CHANGED, what="passkey_added")
    assert sent(Kind.NEW_DEVICE)
    assert all(sent(Kind.PASSWORD_CHANGED) for _ in range(8))
    assert all(sent(Kind.FACTOR_CHANGED, what="totp_removed") for _ in range(8))
    assert all(sent(Kind.VERIFY_EMAIL) for _ in range(8))
    leaves = update(User).where(User.id == user.id)
    db.session.execute(leaves.values(delete_after=now() + timedelta(days=7)))
    db.session.commit()
    assert all(sent(Kind.DELETION_ASKED) for _ in range(8))


def test_a_notice_that_is_tried_again_counts_once(user: User, settings: Settings) -> None:
    mailer = FakeMailer(failures=[MailError("busy", retryable=True) for _ in range(4)])
    task = SendMail(mail_id=queued(Kind.NEW_DEVICE, user))
    for _ in range(4):
        with pytest.raises(RetryLaterError):
            send_mail(task, 1, mailer=mailer, settings=settings)
    send_mail(task, 1, mailer=mailer, settings=settings)
    for _ in range(4):
        task = SendMail(mail_id=queued(Kind.NEW_DEVICE, user))
        send_mail(task, 1, mailer=mailer, settings=settings)
    assert len(mailer.sent) == 5
    assert not any("several times" in mail.text for mail in mailer.sent)


def test_old_mails_go_some_at_a_time(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them may be more than one statement has time for, and then none would go."""
    monkeypatch.setattr("app.accounts.emails.sender.MAX_SETTLED", 2)
    ids = [queued(Kind.PASSWORD_CHANGED, user) for _ in range(3)]
    for mail_id in ids:
        found(mail_id).created_at = now() - timedelta(days=900)
        db.session.commit()
    lost = select(func.count()).where(OutboxMail.id.in_(ids), OutboxMail.failure == "lost")
    for count in (2, 3):
        settle_old_mails()
        assert db.session.scalar(lost) == count
    for mail_id in ids:
        found(mail_id).settled_at = now() - timedelta(days=800)
        db.session.commit()
    for count in (1, 0):
        settle_old_mails()
        assert db.session.scalar(lost) == count
