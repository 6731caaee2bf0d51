"""Check all images, on this machine or on AWS, and report the result."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError
from scripts.embedded.install import stop_on_signals
from scripts.integrity_check.on_aws import slices_on_aws
from scripts.integrity_check.on_this_machine import slices_on_this_machine
from scripts.integrity_check.options import parse
from scripts.integrity_check.start import CANNOT_TELL
from scripts.integrity_check.tombstones import Tombstones

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

_INTERRUPTED = 130
# What each trouble is, and what does away with it.
_ADVICE = {
    ("missing", "reported"): "gone, but an earlier version is kept: --repair",
    ("missing", "lost"): "gone in every version: restore, or --forget-lost",
    ("missing", "deleted"): "deleted by tombstone: --forget-lost, if that is right",
    ("wrong", "reported"): "other bytes, but the right ones are kept: --repair",
    ("wrong", "lost"): "other bytes, and the right ones are in no version: restore",
    ("wrong", "deleted"): "other bytes, and the right ones were deleted by tombstone",
    ("unseen", "reported"): "without thumbnail or preview: --repair",
    ("no_copy", "reported"): "without the copy that has no metadata: --repair",
    ("no_sidecar", "reported"): "without the sidecar that was written: --repair",
    ("given_up", "reported"): "not shown, or called broken by older decoders: --repair",
    ("orphan", "reported"): "in no row: --adopt-since after a restore, else --remove-orphans",
    ("foreign", "reported"): "not one of our keys: look who put it there",
}
_OPEN = {"reported", "lost", "deleted"}


def main(words: Sequence[str]) -> int:
    """Examine, and return 0 when nothing is left to do."""
    options = parse(words)
    stop_on_signals()
    try:
        if options.deletes and not options.yes:
            _agree()
        slices = slices_on_aws if options.aws else slices_on_this_machine
        return tell(slices(options))
    except StartError as error:
        print(f"\n{error}", file=sys.stderr)
        return CANNOT_TELL
    except KeyboardInterrupt:
        return _INTERRUPTED


def tell(slices: Iterable[dict[str, Any]]) -> int:
    """Say what is in the slices as they come, and sum it up."""
    rows = objects = 0
    found: Counter[tuple[str, str]] = Counter()
    tombstones = Tombstones()
    for seen in slices:
        rows, objects = rows + seen["rows"], objects + seen["objects"]
        if seen.get("decoders_are_confined") is False:
            print(
                "  Decoders cannot be confined on this machine: see UNCONFINED_DECODERS in README."
            )
        for finding in seen["findings"]:
            found[finding["trouble"], finding["outcome"]] += 1
            tombstones.count(finding)
            print(f"  {finding['trouble']:8} {finding['outcome']:10} {finding['key']}")
    print(f"\n  {rows} rows, {objects} objects")
    if not found:
        print("  Rows, objects and checksums agree.")
        return 0
    for (trouble, outcome), count in sorted(found.items()):
        what = _ADVICE.get((trouble, outcome), outcome)
        print(f"  {count:6} {trouble}: {what}")
    for line in tombstones.lines():
        print(f"  {line}")
    left = sum(count for (_, outcome), count in found.items() if outcome in _OPEN)
    print(f"\n  {left} left to do." if left else "\n  Nothing is left to do.")
    return 1 if left else 0


def _agree() -> None:
    question = "  What --forget-lost and --remove-orphans delete is gone for good. Go on? [y/N] "
    if input(question).strip().lower() not in {"y", "yes"}:
        raise StartError("Nothing was changed.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
