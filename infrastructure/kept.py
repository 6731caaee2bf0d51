"""What an earlier stack left behind on purpose, and this one takes back.

[Note: Taken back] The bucket is imported by CloudFormation (`--import-existing-resources`), which
finds it by a name that is written out, and changes nothing about it; so what follows from this
stack (events, CORS) is left out of the first deployment and added by the second, see `is_first` in
settings.py. The database is made from its snapshot: whoever leaves `-c snapshot=` out later would
have CloudFormation replace it by an empty one. The outputs hold all three names, ./scripts/deploy
says them again each time, and a stack policy refuses such a replacement. docs/decisions/0036.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

BUCKET_TAG = (
    "pinhole:bucket"  # on the secret that belongs to a bucket; scripts/deployment/keeping.py
)
OUTPUTS = {"bucket": "KeptBucket", "snapshot": "KeptSnapshot", "keys": "KeptKeys"}
_FORMS = {
    "bucket": re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "snapshot": re.compile(
        r"(arn:aws:rds:[a-z0-9-]+:\d{12}:snapshot:)?[A-Za-z][A-Za-z0-9:-]{0,254}"
    ),
    "keys": re.compile(r"arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+"),
}


class InvalidKeptError(ValueError):
    """A name that nothing can have."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Names of what is taken back; all None for a library that begins."""

    bucket: str | None = None
    snapshot: str | None = None
    keys_arn: str | None = None

    def outputs(self) -> dict[str, str]:
        """Return what the stack says of it."""
        values = {"bucket": self.bucket, "snapshot": self.snapshot, "keys": self.keys_arn}
        return {OUTPUTS[name]: value for name, value in values.items() if value}


def read_kept(context: Callable[[str], object]) -> Kept:
    """Read `-c bucket=`, `-c snapshot=` and `-c keys=`.

    Raises:
        InvalidKeptError: one of them names nothing that can be.
    """
    found: dict[str, str | None] = {}
    for name, form in _FORMS.items():
        value = context(name)
        if value and not form.fullmatch(str(value)):
            raise InvalidKeptError(f"-c {name}= does not take {value!r}")
        found[name] = str(value) if value else None
    return Kept(bucket=found["bucket"], snapshot=found["snapshot"], keys_arn=found["keys"])
