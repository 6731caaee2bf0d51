"""Remove the prefix of a shard of the HTTP API from the path of a request.

See [Note: Shards] in infrastructure/shards.py.
"""

import re
from collections.abc import Mapping
from typing import Any

_SHARD = re.compile(r"/shard-\d+(?=/api/)")


def path_without_shard(event: Mapping[str, Any]) -> str:
    """Return the path that the viewer asked for, still encoded as it came."""
    path = str(event["rawPath"])
    shard = _SHARD.match(path)
    return path[shard.end() :] if shard else path
