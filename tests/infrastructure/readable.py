"""A template in few lines that people read: one line for whatever fits into one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_WIDTH = 110
# Where it was made, and a tag that is everywhere: neither is a decision.
_LEFT_OUT = {"Metadata", "Tags"}


def readable(template: dict[str, Any]) -> str:
    """Return all resources, without what changes with every build: hashes of contents."""
    lines: list[str] = []
    for name, resource in sorted(template["Resources"].items()):
        others = {key: each for key, each in resource.items() if key not in {"Type", "Properties"}}
        body = _short({**resource.get("Properties", {}), **others})
        lines += [f"{name}: {resource['Type']}", *_lines(body, indent=1), ""]
    text = "\n".join(lines[:-1]) + "\n"
    text = re.sub(r"[0-9a-f]{64}", "HASH", text)
    text = re.sub(r"(ComputeMigrateCurrentVersion[0-9A-F]{8})[0-9a-f]{32}", r"\1VERSION", text)
    return re.sub(r"FunctionCode: .*", "FunctionCode: spa.js", text)


def _lines(value: dict[str, Any] | list[Any], *, indent: int) -> Iterator[str]:
    pairs = (
        ((f"{key}:", each) for key, each in sorted(value.items()))
        if isinstance(value, dict)
        else (("-", each) for each in value)
    )
    for head, each in pairs:
        start = f"{'  ' * indent}{head}"
        text = each if isinstance(each, str) else json.dumps(each, sort_keys=True)
        text = text.replace("\n", "\\n")
        if len(start) + len(text) < _WIDTH or not isinstance(each, dict | list):
            yield f"{start} {text}"
        else:
            yield start
            yield from _lines(each, indent=indent + 1)


def _short(value: Any) -> Any:
    """Write references as `<Name>` and `<Name.Attribute>`, and put joined texts together."""
    if isinstance(value, list):
        return [_short(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [between, list() as parts]}:
            return str(between).join(str(_short(part)) for part in parts)
        case _:
            return {key: _short(each) for key, each in value.items() if key not in _LEFT_OUT}
