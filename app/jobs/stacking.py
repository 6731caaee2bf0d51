"""The sweep's part in stacking: what no worker came to look at."""

from functools import partial
from itertools import count
from uuid import UUID

from app.integrity.in_time import in_time
from app.integrity.one_step import try_step
from app.stacks.automatic import images_to_stack, look_for_partners


def stack_what_waits() -> None:
    """Look for partners of images, in turns of their people, as long as each turn gets on."""
    turns: list[tuple[UUID, list[UUID]]] = []
    for _ in in_time(count()):
        before, turns = turns, []
        try_step(partial(_find, turns))
        if not turns or turns == before:
            return
        for owner_id, ids in turns:
            try_step(partial(look_for_partners, owner_id, ids))


def _find(turns: list[tuple[UUID, list[UUID]]]) -> None:
    turns.extend(images_to_stack())
