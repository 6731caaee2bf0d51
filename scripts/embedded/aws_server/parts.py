"""Parts of uploads that are not finished, kept on disk: ministack keeps them in memory only.

So what was acknowledged survives a restart, and pictures that are on their way cost no memory. What
is a day old at a start is dropped, as the bucket's lifecycle rule does it on AWS.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# ministack is in an environment of its own, so its modules are untyped here.
s3 = importlib.import_module("ministack.services.s3")

log = logging.getLogger("parts")

DROPPED_AFTER = timedelta(days=1)
_UPLOAD = "upload.json"


class PartOnDisk(dict[str, Any]):
    """What ministack knows of a part; its bytes are read when they are asked for."""

    def __init__(self, facts: Mapping[str, Any], *, body: Path) -> None:
        """Know the facts of a part whose bytes are in a file."""
        super().__init__(facts)
        self._body = body

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - as dict has it
        """Return a fact, or the bytes."""
        return self._body.read_bytes() if name == "body" else super().__getitem__(name)


class Shelf:
    """One folder for each upload that is open."""

    def __init__(self, folder: Path) -> None:
        """Keep the parts below `folder`."""
        self._folder = folder
        self._known: set[str] = set()
        self._lock = asyncio.Lock()

    def bring_back(self) -> None:
        """Tell ministack of what was open when the last run ended."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in self._folder.iterdir():
            try:
                account, upload = _read_upload(folder)
            except (OSError, ValueError, KeyError):  # cut off while it was opened
                shutil.rmtree(folder)
                continue
            if datetime.fromisoformat(upload["created"]) < datetime.now(UTC) - DROPPED_AFTER:
                shutil.rmtree(folder)
                continue
            s3._multipart_uploads._data[account, folder.name] = upload  # noqa: SLF001
            self._known.add(folder.name)

    async def settle(self) -> bool:
        """Bring the disk to what ministack knows now; False: the disk did not take a part."""
        async with self._lock:
            present = dict(s3._multipart_uploads._data)  # noqa: SLF001
            gone = self._known - {upload_id for _, upload_id in present}
            for upload_id in gone:
                await asyncio.to_thread(shutil.rmtree, self._folder / upload_id)
                self._known.discard(upload_id)
            taken = [
                await self._keep(account, upload_id, upload)
                for (account, upload_id), upload in present.items()
            ]
            return all(taken)

    async def _keep(self, account: str, upload_id: str, upload: dict[str, Any]) -> bool:
        folder, parts = self._folder / upload_id, upload["parts"]
        new = {number: part for number, part in parts.items() if not isinstance(part, PartOnDisk)}
        try:
            if upload_id not in self._known:
                await asyncio.to_thread(_write_upload, folder, account, upload)
                self._known.add(upload_id)
            for number, part in new.items():
                kept = await asyncio.to_thread(_write_part, folder, number, part)
                if parts.get(number) is part:  # else it was sent again meanwhile
                    parts[number] = kept
        except OSError:
            log.exception("A part could not be written.")
            for number in new:
                if not isinstance(parts.get(number), PartOnDisk):
                    parts.pop(number, None)
            return False
        return True


def _write_upload(folder: Path, account: str, upload: dict[str, Any]) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = {name: value for name, value in upload.items() if name != "parts"}
    _write(folder / _UPLOAD, json.dumps({"account": account, "upload": facts}).encode())


def _write_part(folder: Path, number: int, part: dict[str, Any]) -> PartOnDisk:
    facts = {name: value for name, value in part.items() if name != "body"}
    # Named by what is in it: the same part with other bytes never mixes two up.
    body = folder / f"{number}-{part['etag'].strip(chr(34))}"
    _write(body, part["body"])
    _write(folder / f"{number}.json", json.dumps(facts | {"file": body.name}).encode())
    return PartOnDisk(facts, body=body)


def _read_upload(folder: Path) -> tuple[str, dict[str, Any]]:
    said = json.loads((folder / _UPLOAD).read_text())
    parts = {}
    for path in folder.glob("[0-9]*.json"):
        facts = json.loads(path.read_text())
        body = folder / facts.pop("file")
        if body.stat().st_size == facts["size"]:
            parts[int(path.stem)] = PartOnDisk(facts, body=body)
    return said["account"], {**said["upload"], "parts": parts}


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(f"{path.name}.tmp")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
