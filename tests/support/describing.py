"""Describing as the worker does, with a model that nobody may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from app.descriptions.generate import describe_next
from app.messages import DescribePicture
from app.processing.yielding import never_give_way
from tests.support.budgets import TARIFF
from tests.support.models import Unasked

if TYPE_CHECKING:
    from tests.support.library import Library


def describe(library: Library) -> None:
    """Do one message, as the worker does, which must come to no question."""
    with library.worker_context.app.app_context():
        describe_next(
            DescribePicture(image_id=uuid4()),
            1,
            store=library.worker_context.store,
            decoders=Unasked(),
            vision=Unasked(),
            tariff=TARIFF,
            is_demo=False,
            give_way=never_give_way,
            ask=lambda _task, _seconds: None,
        )
