"""Every reason that is kept on a row has words for the person it belongs to."""

from typing import get_args

from app.clients.vision import VisionErrorCode
from app.images.failures import WORDS, failure
from app.images.outcome import DamageReason, RejectionReason


def test_every_reason_has_words() -> None:
    reasons = {*get_args(RejectionReason), *get_args(DamageReason), *get_args(VisionErrorCode)}
    assert reasons - set(WORDS) == set()


def test_a_code_without_words_is_told_all_the_same() -> None:
    told = failure("something_new")
    assert told is not None
    assert told["code"] == "something_new"
    assert told["detail"]
    assert failure(None) is None
