"""What statements read in the database, by PostgreSQL's own count."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows_read(plan: dict[str, Any]) -> float:
    """How many rows the scans of a plan gave or passed over."""
    own = 0.0
    if plan["Node Type"].endswith("Scan") and "Relation Name" in plan:
        passed_over = plan.get("Rows Removed by Filter", 0)
        own = (plan["Actual Rows"] + passed_over) * plan["Actual Loops"]
    return own + sum(rows_read(part) for part in plan.get("Plans", []))


@contextmanager
def plans_of(engine: Engine, *, table: str) -> Iterator[list[dict[str, Any]]]:
    """Collect the plans of all statements meanwhile that read a table. Those are run twice."""
    plans: list[dict[str, Any]] = []

    def explain(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object
    ) -> None:
        if f"FROM {table}" in statement and not statement.startswith("EXPLAIN"):
            cursor = connection.connection.cursor()
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            plans.append(cursor.fetchone()[0][0]["Plan"])

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", explain)
