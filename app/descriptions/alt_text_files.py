"""Alt texts as parts of a file: comma-separated, or elements of HTML.

What a description says may be written by a model that read it in a picture, or by anybody whose
picture somebody uploaded. So no cell is a formula where a spreadsheet opens it, and no text is
markup where a browser does.
"""

import csv
import html
import io
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.descriptions.alt_texts import AltTextFilter, AltTexts, list_alt_texts, place_of

MAX_PART_BYTES = 1_000_000  # of UTF-8, but for its last line
_ROWS_AT_ONCE = 500

_AnyRow = Row[*tuple[Any, ...]]

_COLUMNS = ("id", "file_name", "alt_text", "description", "written_by", "is_checked")
_BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take it for the local encoding
# A cell that begins with one of these is a formula to some program; OWASP, "CSV Injection", and the
# full-width forms that Excel takes for the same.
_OPERATORS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf"^(?=[\t\r\n]|\s*[{_OPERATORS}])")
# Where decimals have a comma, spreadsheets split lines at semicolons, and then quotes and line ends
# mean something else, too: a cell may begin in the middle of ours. Each run is looked at once.
_FORMULA_WITHIN = re.compile(rf"""(?<![;\s"'])[;\s"']++(?=[{_OPERATORS}])""")
_SEPARATOR = re.compile(r"[;\t\r\n]")

_HEAD = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Alt texts</title>\n'
_FOOT = "</html>\n"


class AltTextFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    HTML = "html"


def part_of_file(
    owner: User | Owner, *, which: AltTextFilter, form: AltTextFormat, cursor: str | None
) -> tuple[str, str | None]:
    """Return the part of a file that starts after `cursor`, and the cursor of the next.

    Put one behind the other they are the file. One may have no lines: see [Note: Bounded looks].

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    page = list_alt_texts(owner, which=which, limit=_ROWS_AT_ONCE, cursor=cursor)
    head, line_of, foot = _FORMS[form]
    lines, more = _fit(page, line_of)
    begin = head if cursor is None else ""
    end = foot if more is None else ""
    return begin + "".join(lines) + end, more


def _fit(page: AltTexts, line_of: Callable[[_AnyRow], str]) -> tuple[list[str], str | None]:
    """Return as many lines as one part may have, and the cursor of what comes after them."""
    lines: list[str] = []
    size = 0
    for row in page.rows:
        line = line_of(row)
        lines.append(line)
        size += len(line.encode())
        if size > MAX_PART_BYTES and row is not page.rows[-1]:
            return lines, place_of(row)
    return lines, page.next_cursor


def _csv_line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(
        [_as_text(cell) for cell in cells]
    )
    return written.getvalue()


def _as_text(cell: str) -> str:
    """Have a spreadsheet take a cell for text, by the apostrophe that it does not show."""

    def marked(run: re.Match[str]) -> str:
        return f"{run[0]}'" if _SEPARATOR.search(run[0]) else run[0]

    return _FORMULA.sub("'", _FORMULA_WITHIN.sub(marked, cell))


def _csv_row(row: _AnyRow) -> str:
    writer = {"model": row.model or "model", "person": "you"}.get(row.source or "", "")
    return _csv_line(
        (
            str(row.id),
            row.name,
            row.alt_text or "",
            row.text or "",
            writer,
            "yes" if row.is_checked else "no",
        )
    )


def _html_row(row: _AnyRow) -> str:
    """Write one element; none without alt text: an empty one would say that it is decoration."""
    if not row.alt_text:
        return ""
    # "./", so that no name is another scheme or host.
    address = html.escape("./" + quote(row.name, safe=""))
    return f'<img src="{address}" alt="{html.escape(row.alt_text)}">\n'


_FORMS: dict[AltTextFormat, tuple[str, Callable[[_AnyRow], str], str]] = {
    AltTextFormat.CSV: (_BYTE_ORDER_MARK + _csv_line(_COLUMNS), _csv_row, ""),
    AltTextFormat.HTML: (_HEAD, _html_row, _FOOT),
}
