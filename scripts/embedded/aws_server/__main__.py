"""The embedded AWS: ministack on loopback, behind a request filter, with its state on disk.

Runs in an environment of its own (requirements/embedded-aws.txt) as
`python -m scripts.embedded.aws_server`, with PORT, BUCKET, FOLDER, MAILBOX and ROOT_KEY in its
environment.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path

from scripts.embedded.aws_server.refusals import Door

# Objects made and not let go; Python's own number is 700.
_COLLECTED_AFTER = 10_000


def forget_unfinished_writes(objects: Path) -> None:
    """Delete bodies without a sidecar: writes that a crash cut off, never acknowledged.

    ministack would take them for objects without type and checksum, and they would refuse the
    client's second try by If-None-Match.
    """
    for folder, _, names in os.walk(objects):
        present = set(names)
        for name in names:
            if name.endswith(".tmp") or (
                not name.endswith(".meta.json") and f"{name}.meta.json" not in present
            ):
                (Path(folder) / name).unlink()


def configure_ministack(*, port: int, folder: Path, root_key: str) -> None:
    """Set what ministack reads from its environment when it is imported."""
    os.environ.update(
        {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": root_key,
            "AWS_SECRET_ACCESS_KEY": root_key,  # ministack never checks it: the key is the secret
            "DOCKER_HOST": "unix:///nonexistent",  # no containers, whatever runs on this machine
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(folder / "objects"),
            "S3_PERSIST": "1",
            "SERVICES": "s3,sqs,sts,iam,secretsmanager,ses",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(folder / "state"),
        }
    )


def main() -> None:
    """Prepare the folder and ministack's environment, then import and serve it."""
    os.umask(0o077)  # what is kept here is for the owner's eyes only
    port, folder = int(os.environ["PORT"]), Path(os.environ["FOLDER"])
    door = Door(port=port, bucket=os.environ["BUCKET"], root_key=os.environ.pop("ROOT_KEY"))
    forget_unfinished_writes(folder / "objects")
    configure_ministack(port=port, folder=folder, root_key=door.root_key)
    # Only now: ministack reads its environment, and the objects, when it is imported.
    try:
        guard = importlib.import_module("scripts.embedded.aws_server.guard")
        uvloop = importlib.import_module("uvloop")
    except ModuleNotFoundError as error:
        sys.exit(f"{error}: `python3 -m scripts.embedded.install` renews .venv-aws")
    mailbox = Path(os.environ["MAILBOX"])
    # What was imported stays; a request's own are few. Walking through all of it is a tenth of it.
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)
    uvloop.run(guard.serve(door, state=folder / "state", mailbox=mailbox))


if __name__ == "__main__":
    main()
