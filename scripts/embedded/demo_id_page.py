"""The one page of Demo ID, on which somebody says who they want to be."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 10vh auto; padding: 0 1.25rem; }
header { border-left: 4px solid #b45309; padding-left: .75rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; }
p { margin: .25rem 0; }
form { display: grid; gap: .75rem; }
input[type=email] { font: inherit; padding: .625rem; width: 100%; box-sizing: border-box; }
label { display: block; }
button { font: inherit; padding: .625rem; cursor: pointer; }
[role=alert] { font-weight: 600; }
"""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo ID</title>
<style>$style</style>
</head>
<body>
<main>
<header>
<h1>Demo ID</h1>
<p>For trying out on this machine. It asks for no password: you are whoever you say.</p>
</header>
$content
</main>
</body>
</html>
""")

_FORM = Template("""<form method="post" action="/decide">
$hidden
$hint
<label>E-mail address <input type="email" name="email" value="$email" required autofocus></label>
<label><input type="checkbox" name="email_verified" checked> The address is verified</label>
<button name="answer" value="yes">Continue</button>
<button name="answer" value="no" formnovalidate>Cancel</button>
</form>""")

_CARRIED = (
    "client_id",
    "response_type",
    "redirect_uri",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


def style_hash() -> str:
    """What the page's policy names its style by."""
    return f"sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}"


def page(wishes: Mapping[str, str], *, refusal: str, hint: str) -> str:
    """Write the page: the question who somebody is, or why it is not asked."""
    if refusal:
        return _PAGE.substitute(style=_STYLE, content=f'<p role="alert">{escape(refusal)}</p>')
    hidden = "\n".join(
        f'<input type="hidden" name="{name}" value="{escape(wishes[name])}">'
        for name in _CARRIED
        if name in wishes
    )
    content = _FORM.substitute(
        hidden=hidden,
        hint=f'<p role="alert">{escape(hint)}</p>' if hint else "",
        email=escape(wishes.get("email") or wishes.get("login_hint") or "ada@example.org"),
    )
    return _PAGE.substitute(style=_STYLE, content=content)
