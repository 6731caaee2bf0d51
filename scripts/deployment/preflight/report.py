"""The preflight's table, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.deployment.preflight.finding import Finding, Verdict


MARKS: dict[Verdict, str] = {"good": "\u2713", "note": "!", "unknown": "?", "bad": "\u2717"}
_PLAIN_MARKS: dict[Verdict, str] = {"good": "ok", "note": "!", "unknown": "?", "bad": "NO"}


def table(findings: Sequence[Finding], *, plain: bool = False) -> list[str]:
    """Return the lines of the table: mark, name, what was seen, and below it what to do."""
    marks = _PLAIN_MARKS if plain else MARKS
    width = max(len(each.name) for each in findings)
    lines = []
    for each in findings:
        lines.append(f"    {marks[each.verdict]:2} {each.name:{width}}  {each.words}")
        if each.advice:
            lines += [f"       {'':{width}}  {line}" for line in each.advice.splitlines()]
    return lines
