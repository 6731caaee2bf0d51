"""How files are told by their first bytes, as a module of the front end."""

from __future__ import annotations

import json

from app.media.formats.sniff import signatures

_HEAD = """\
/** How files are told by their first bytes. Made by ./scripts/generate from sniff.py. */

/** Where, which bytes (hexadecimal), and what they say; the first that fits counts. */
export const FIXED: readonly (readonly [offset: number, bytes: string, type: string])[] = """
_BRANDS = """\
;

/** The brands of ISO media (ISO/IEC 14496-12), by type. */
export const BRANDS: Readonly<Record<string, readonly string[]>> = """


def signatures_module() -> str:
    """Return the module's text, not yet formatted."""
    known = signatures()
    fixed = [(offset, magic.hex(), content_type) for offset, magic, content_type in known.fixed]
    brands = {name: sorted(brand.decode() for brand in of) for name, of in known.brands.items()}
    return f"{_HEAD}{json.dumps(fixed)}{_BRANDS}{json.dumps(brands)};\n"
