"""Names that must be known before what they name is made, or differ between regions.

[Note: Names of the whole account] CloudFront's policies and CloudWatch's dashboards belong to the
account and not to a region: a second Pinhole in another region would collide with the first one's.
So they are named after the region.

[Note: A name ahead of its bucket] The site's content security policy names the picture bucket's
origin, and the bucket's CORS names the site's: a circle, if each name came from its resource. So
the bucket's name is made from the stack's own id, which is new for every stack, so that a bucket
kept from a stack that is gone is never in the way.
"""

from __future__ import annotations

from aws_cdk import Fn, Stack
from constructs import Construct

_ID_IN_ARN = 2
_LAST_GROUP_OF_ID = 4


def own_name(scope: Construct, start: str) -> str:
    """Return a name that no other stack has, not even an earlier one of the same name."""
    stack_id = Fn.select(_ID_IN_ARN, Fn.split("/", Stack.of(scope).stack_id))
    return Fn.join("-", [start, Fn.select(_LAST_GROUP_OF_ID, Fn.split("-", stack_id))])


def regional_name(scope: Construct, start: str) -> str:
    """See [Note: Names of the whole account]."""
    return f"{start}-{Stack.of(scope).region}"


def picture_bucket_name(scope: Construct, kept: str | None) -> str:
    """Return the name of the bucket that is taken back, or else of the stack's own.

    See [Note: A name ahead of its bucket].
    """
    return kept or own_name(scope, "pinhole-pictures")


def picture_origin(scope: Construct, kept: str | None) -> str:
    """Where browsers upload pictures to and read them from; app/settings.py says the same."""
    region = Stack.of(scope).region
    return f"https://{picture_bucket_name(scope, kept)}.s3.{region}.amazonaws.com"
