"""The answer key of Google Takeouts, for the front end's tests.

The importer in the browser has its rules in TypeScript. Both are held to the key of
`takeout_export.py`. After a change there:

    .venv/bin/python -m tests.importer.takeout_answers
"""

from __future__ import annotations

import base64
import json
from typing import Any
from unicodedata import normalize

from scripts.embedded.options import ROOT
from tests.importer import dated_names, takeout_export
from tests.importer.planning import ACCEPTED, BERLIN

FILE = ROOT / "frontend/src/features/upload/takeout/answers.json"


def answers() -> str:
    """The export's files, spread over zips, and what is to become of each picture."""
    export = takeout_export.make()
    files = [
        {"path": path, "zips": _zips(export, path, part), **_content(content)}
        for path, (part, content) in export.files.items()
    ]
    expected = {
        normalize("NFC", path): takeout_export.answer(path, expected)
        for path, expected in export.key.items()
    }
    return _lines(
        {
            "zone": str(BERLIN),
            "types": sorted(ACCEPTED.types),
            "maxBytes": ACCEPTED.max_bytes,
            "dated": dated_names.DATED,
            "undated": dated_names.UNDATED,
            "files": files,
            "expected": expected,
        }
    )


def _zips(export: takeout_export.Export, path: str, part: int) -> list[int]:
    return [part, *(where for name, where in export.twice if name == path)]


def _content(content: bytes) -> dict[str, str]:
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def _lines(whole: dict[str, Any]) -> str:
    """A line for each file, so that a change can be read."""
    files = ",\n".join(_line(file) for file in whole.pop("files"))
    expected = ",\n".join(
        f"{_line(path)}: {_line(answer)}" for path, answer in whole.pop("expected").items()
    )
    return f'{_line(whole)[:-1]},\n"files": [\n{files}\n],\n"expected": {{\n{expected}\n}}}}\n'


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(answers(), encoding="utf-8")
