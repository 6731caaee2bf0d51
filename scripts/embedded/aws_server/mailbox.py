"""Mails that SES takes in land in a folder, one file each, and go nowhere else."""

from __future__ import annotations

import importlib
import os
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path

# ministack is in an environment of its own, so its modules are untyped here.
ses_v2 = importlib.import_module("ministack.services.ses_v2")


def keep_mails(folder: Path) -> None:
    """Write each mail into `folder` before its call is answered, the newest with the last name.

    ministack checks the signature, the right to send and the sender's identity before. It would
    then keep the mail's words with its own state, and write all of them again for each new one.
    """

    def deliver(_source: str, _recipients: list[str], message: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{time.time_ns():020}-{uuid4().hex[:12]}.eml"
        new = path.with_suffix(".tmp")
        with new.open("w", encoding="utf-8") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def forget() -> list[Any]:
        return []

    vars(ses_v2)["_smtp_relay"] = deliver
    vars(ses_v2)["_sent_emails_list"] = forget
