"""Words and files that mean harm, and a site that does."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.images import Picture, jpeg

# Each stands for another way into a page: markup, attributes, addresses, templates, encodings.
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><script src=//evil.example/x.js></script>',
    "<img src=x onerror=alert(3)>",
    "'><img src=//evil.example/x.png onerror=alert(4)>",
    "<svg onload=alert(5)>",
    "<svg><animate onbegin=alert(6) attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.alert(7)</script>'>",
    "<iframe src=javascript:alert(8)>",
    "<body onload=alert(9)>",
    "<details open ontoggle=alert(10)>",
    "<input autofocus onfocus=alert(11)>",
    "<video><source onerror=alert(12)>",
    "<math><mtext><style><img src onerror=alert(13)></style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><button autofocus>x</button>",
    "javascript:alert(14)",
    "[click](javascript:alert(15))",
    "![](http://evil.example/x.png)",
    "{{constructor.constructor('alert(16)')()}}",
    "${alert(17)}",
    "&lt;script&gt;alert(18)&lt;/script&gt;",
    "\\u003cscript\\u003ealert(19)\\u003c/script\\u003e",
    "<style>@import '//evil.example/x.css'</style>",
    "<object data=javascript:alert(20)>",
    "<embed src=//evil.example/x.swf>",
    "<a href=javascript:alert(21)>x</a>",
    "<template><script>alert(22)</script></template>",
    "<svg><script href=//evil.example/x.js />",
    "<svg><use href=data:image/svg+xml,x onload=alert(23)>",
    "<audio src onerror=alert(24)>",
    "<marquee onstart=alert(25)>",
    "<div style=background:url(//evil.example/x.png)>",
    "<portal src=//evil.example>",
    '" autofocus onfocus=alert(26) x="',
    "' style=animation-name:x onanimationstart=alert(27) '",
    "--><img src=x onerror=alert(28)><!--",
    "]]><img src=x onerror=alert(29)>",
)


def as_names() -> list[Picture]:
    """Pictures that are called these things; of a path only the end would be taken as a name."""
    names = [re.sub(r"[/\\]", "\N{FRACTION SLASH}", words) for words in PAYLOADS]
    return [
        jpeg(seed=200 + number, size=(160, 120), name=f"{number:02} {words}.jpg")
        for number, words in enumerate(names)
    ]


def polyglot() -> Picture:
    """A JPEG that is a page as well, to whoever looks for markup only."""
    page = b"<!doctype html><html><script>alert(document.domain)</script></html>"
    whole = jpeg(seed=250).content
    comment = b"\xff\xfe" + (len(page) + 2).to_bytes(2, "big") + page
    content = whole[:2] + comment + whole[2:] + page
    return Picture(name="polyglot.html", content_type="image/jpeg", content=content)


class OtherSite(ThreadingHTTPServer):
    """A site of somebody else, which shows whatever page it was given last."""

    daemon_threads = True

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Page)
        self.page = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Page(BaseHTTPRequestHandler):
    server: OtherSite

    def do_GET(self) -> None:
        body = self.server.page.encode() if self.path == "/" else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Say nothing."""


@contextmanager
def other_site(host: str) -> Iterator[OtherSite]:
    """Serve somebody else's site."""
    with OtherSite(host) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
