"""S3 is waited for so long in all, however often it is asked again."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.object_calls import call
from app.clients.aws.presigned_urls import bucket_at
from app.clients.aws.sigv4 import Credentials
from app.database import now


def test_what_fails_slowly_is_not_asked_again_when_time_is_up() -> None:
    asked: list[str] = []
    over = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            over.wait(0.6)
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        bucket = bucket_at(name="pictures", region="eu-north-1", endpoint_url=address)
        keys = Credentials(
            access_key_id="a", secret_access_key="b", session_token="c", expires_at=now()
        )
        with pytest.raises(AwsUnavailableError):
            call("GET", "users/a/b/original", bucket=bucket, credentials=keys, patience=1)
        over.set()
        server.shutdown()
    assert len(asked) <= 2  # the third would begin after 1.2 s
