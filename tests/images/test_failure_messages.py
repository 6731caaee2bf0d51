"""Every reason that is kept on a row has words for the person it belongs to."""

from typing import get_args

import pytest

from app.clients.vision_errors import VisionErrorCode
from app.images.failure_messages import OURS, WORDS, failure
from app.media.results import DamageReason, RejectionReason


def test_every_reason_has_words() -> None:
    reasons = {*get_args(RejectionReason), *get_args(DamageReason), *get_args(VisionErrorCode)}
    assert reasons - set(WORDS) == set()


TITLES = {
    # The file is broken.
    **dict.fromkeys(("incomplete", "corrupt"), "Damaged"),
    # The cause is ours: the file may be whole.
    **dict.fromkeys(("undecodable", "too_slow", "out_of_memory"), "No preview yet"),
    **dict.fromkeys(("decoder_crashed", "processing_failed"), "No preview yet"),
    "shown_small": "Small preview",
}


@pytest.mark.parametrize("code", TITLES)
def test_title_says_whether_the_file_is_broken_or_we_failed(code: str) -> None:
    told = failure(code)
    assert told is not None
    assert told["title"] == TITLES[code]
    says_it_is_broken = "broken" in told["detail"] or "missing" in told["detail"]
    assert says_it_is_broken == (TITLES[code] == "Damaged")
    assert told["detail"].endswith("The original is kept as it is.")


def test_every_reason_of_kept_pictures_has_a_title_of_its_own() -> None:
    assert set(get_args(DamageReason)) <= set(TITLES)
    assert {code for code, title in TITLES.items() if title != "Damaged"} == OURS


def test_a_code_without_words_is_told_all_the_same() -> None:
    told = failure("something_new")
    assert told is not None
    assert told["code"] == "something_new"
    assert told["detail"]
    assert failure(None) is None
