"""Lay out an e-mail as plain text and as simple HTML. No images, no tracking."""

from dataclasses import dataclass
from html import escape

from app.clients.aws.ses import Mail

_FONT = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif"
_LINK = "display:inline-block;padding:.6em 1.2em;border-radius:.4em"
_BUTTON = f"{_LINK};background:#1f5f4a;color:#ffffff;text-decoration:none"
_SMALL = "color:#5c5c5c;font-size:14px"


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address of this site, and what it is there for."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a mail says."""

    subject: str
    paragraphs: tuple[str, ...]
    link: Link | None = None
    unasked: str  # what to do if it was not you


def lay_out(words: Words, *, to: str, site_origin: str) -> Mail:
    """Make the mail. Whatever people or browsers wrote is on one line, and in HTML is text."""
    last = f"This is an automatic message from Pinhole at {site_origin}. Do not reply."
    return Mail(
        to=to,
        subject=one_line(words.subject),
        text=_text(words, last=last),
        html=_html(words, last=last),
    )


def one_line(text: str) -> str:
    """Without line breaks and whatever else is not printed: no header or line can be added."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _text(words: Words, *, last: str) -> str:
    parts = [one_line(paragraph) for paragraph in words.paragraphs]
    if words.link:
        parts.append(f"{words.link.label}:\n{words.link.url}")
    parts += [one_line(words.unasked), f"--\n{last}"]
    return "\n\n".join(parts) + "\n"


def _html(words: Words, *, last: str) -> str:
    parts = [f"<p>{escape(one_line(paragraph))}</p>" for paragraph in words.paragraphs]
    if words.link:
        url = escape(words.link.url)
        parts.append(f'<p><a href="{url}" style="{_BUTTON}">{escape(words.link.label)}</a></p>')
        parts.append(f'<p style="{_SMALL}">Or copy this address:<br>{url}</p>')
    parts += [
        f"<p>{escape(one_line(words.unasked))}</p>",
        f'<p style="{_SMALL}">{escape(last)}</p>',
    ]
    title = escape(one_line(words.subject))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n"
        f'<body style="{_FONT};max-width:34em;margin:2em auto;padding:0 1em">\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )
