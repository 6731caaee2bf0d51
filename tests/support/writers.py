"""Many sessions that change the same rows at once, each by choices that a number decides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as Connection  # noqa: N812
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

_ROLLED_BACK = 0.1


def write_at_once(
    connect: Callable[[], Connection],
    write_one: Callable[[Cursor, Random], None],
    *,
    writers: int,
    rounds: int,
) -> None:
    """Write so many rounds in each of so many sessions; a tenth is rolled back."""

    def write(seed: int) -> None:
        choices = Random(seed)  # noqa: S311 - the same each time
        with closing(connect()) as connection:
            for _ in range(rounds):
                with connection.cursor() as cursor:
                    write_one(cursor, choices)
                if choices.random() < _ROLLED_BACK:
                    connection.rollback()
                connection.commit()

    with ThreadPoolExecutor(writers) as threads:
        for written in [threads.submit(write, seed) for seed in range(writers)]:
            written.result()
