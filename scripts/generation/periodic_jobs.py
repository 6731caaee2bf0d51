"""The table of periodic jobs in docs/architecture.md, made from the list that the sweep runs."""

from inspect import unwrap

from app.jobs.periodic import PERIODIC_JOBS

BEGIN = "<!-- made by ./scripts/generate -->\n"
END = "<!-- end of what is made -->\n"


def with_periodic_jobs(page: str) -> str:
    """Return the page with the table between its two marks as the code has it."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"docs/architecture.md has no lines {BEGIN!r} and {END!r}")
    return before + BEGIN + _table() + END + after


def _table() -> str:
    rows = ["| job | function | in |", "|---|---|---|"]
    for job in PERIODIC_JOBS:
        function = unwrap(job.run)
        path = function.__module__.replace(".", "/") + ".py"
        rows.append(f"| {job.does} | `{function.__name__}` | `{path}` |")
    return "".join(f"{row}\n" for row in rows)
