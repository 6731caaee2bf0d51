"""Read an ICC profile and decide how to convert it (ICC.1:2022)."""

import math
import struct
from collections.abc import Sequence
from typing import Literal

# drop: it is sRGB, or unusable, and what has no profile is taken for sRGB anyway.
# keep: it is small and simple, so derived pictures can carry it and colours stay as wide.
# convert: anything else, such as a scanner's table of 900 KB, which no thumbnail should carry.
Fate = Literal["drop", "keep", "convert"]

_LARGEST_KEPT = 4096
_HEADER, _ENTRY = 128, 12
_MAX_TAGS = 100

# sRGB's primaries as a profile gives them: XYZ under D50. Profile makers differ in the third digit.
_SRGB_PRIMARIES = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_PRIMARY_TOLERANCE = 0.004
_SRGB_MIDDLE = 0.2140  # how much light half of the signal is
_MIDDLE_TOLERANCE = 0.008
_STEEPEST = 10  # gamma; no real tone curve comes near


def colour_space(profile: bytes) -> str:
    """Name the space of the numbers that the profile explains: RGB, CMYK, GRAY or another."""
    if profile[36:40] != b"acsp":
        return ""
    return profile[16:20].decode("ascii", "replace").strip()


def fate_of_rgb(profile: bytes) -> Fate:
    """Say what to do with the profile of an RGB picture."""
    if colour_space(profile) != "RGB":
        return "drop"
    tags = _tags(profile)
    if not {*_SRGB_PRIMARIES, b"rTRC", b"gTRC", b"bTRC"} <= tags.keys():
        return "convert"
    if _is_srgb(tags):
        return "drop"
    return "keep" if len(profile) <= _LARGEST_KEPT else "convert"


def code_points(profile: bytes) -> tuple[int, int, int, int] | None:
    """Return primaries, transfer, matrix and range of the tag "cicp" (ICC.1:2022, 9.2.17)."""
    if b"cicp" not in profile[_HEADER : _HEADER + 4 + _ENTRY * _MAX_TAGS]:
        return None
    found = _tags(profile).get(b"cicp", b"")
    return (found[8], found[9], found[10], found[11]) if len(found) >= 12 else None  # noqa: PLR2004


# What explains the numbers; the rest of a profile names a screen, its owner or a program.
_EXPLAINING = (b"wtpt", b"chad", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
_VERSION_4 = 4
_NAME = "RGB"
_NAME_IN_UTF16 = b"\0R\0G\0B"  # not encoded here: Python reads that codec from disk, too late


def anonymous(profile: bytes) -> bytes:
    """Rebuild a profile that is kept from what explains its numbers, nameless and undated."""
    given = _tags(profile)
    return _assembled(profile, {name: given[name] for name in _EXPLAINING if name in given})


def gamma_curve(gamma: float) -> bytes:
    """Return a tone curve that is a power."""
    return b"curv" + bytes(4) + struct.pack(">LH", 1, round(256 * gamma))


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}l", *(round(65536 * number) for number in numbers))


# IEC 61966-2-1; "para", function 3.
SRGB_CURVE = (
    b"para" + bytes(4) + b"\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
)


def profile_of(
    primaries: Sequence[tuple[float, float, float]], *, curve: bytes, version: int
) -> bytes:
    """Write a simple profile: of RGB with these primaries (XYZ under D50), or of grey with none."""
    header = bytearray(_HEADER)
    header[8] = version
    header[12:24] = b"mntr" + (b"RGB " if primaries else b"GRAY") + b"XYZ "
    header[36:40] = b"acsp"
    header[68:80] = _fixed(*_D50)
    tags = {b"wtpt": _xyz(_D50)}
    if primaries:
        tags |= {name: _xyz(xyz) for name, xyz in zip(_SRGB_PRIMARIES, primaries, strict=True)}
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    else:
        tags[b"kTRC"] = curve
    return _assembled(bytes(header), tags)


_D50 = (0.9642, 1.0, 0.8249)


def _xyz(parts: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*parts)


def _assembled(given: bytes, explaining: dict[bytes, bytes]) -> bytes:
    """Put a profile together from tags and what of a given header explains numbers."""
    tags = {b"desc": _name(version=given[8]), b"cprt": _text(version=given[8]), **explaining}
    start = _HEADER + 4 + _ENTRY * len(tags)
    table, contents = struct.pack(">L", len(tags)), b""
    for name, content in tags.items():
        table += struct.pack(">4sLL", name, start + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    header = bytearray(_HEADER)
    # Version, class and spaces; the mark of a profile; intent and white.
    for kept in (slice(8, 24), slice(36, 40), slice(64, 80)):
        header[kept] = given[kept]
    header[:4] = struct.pack(">L", start + len(contents))
    return bytes(header) + table + contents


def _name(*, version: int) -> bytes:
    if version >= _VERSION_4:
        return _text(version=version)
    text = _NAME.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">L", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)


def _text(*, version: int) -> bytes:
    if version < _VERSION_4:
        return b"text" + bytes(4) + _NAME.encode() + b"\0"
    text = _NAME_IN_UTF16
    return b"mluc" + bytes(4) + struct.pack(">LL4sLL", 1, 12, b"enUS", len(text), 28) + text


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">L", profile.ljust(_HEADER + 4, b"\0"), _HEADER)
    tags = {}
    for at in range(_HEADER + 4, _HEADER + 4 + _ENTRY * min(count, _MAX_TAGS), _ENTRY):
        entry = profile[at : at + _ENTRY]
        if len(entry) == _ENTRY:
            name, start, size = struct.unpack(">4sLL", entry)
            tags[name] = profile[start : start + size]
    return tags


def _is_srgb(tags: dict[bytes, bytes]) -> bool:
    for name, expected in _SRGB_PRIMARIES.items():
        found = _fixed_point(tags[name][8:20])
        if len(found) != len(expected) or any(
            abs(a - b) > _PRIMARY_TOLERANCE for a, b in zip(found, expected, strict=True)
        ):
            return False
    curves = (_middle(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    return all(abs(middle - _SRGB_MIDDLE) < _MIDDLE_TOLERANCE for middle in curves)


def _fixed_point(raw: bytes) -> list[float]:
    whole = len(raw) // 4
    return [number / 65536 for number in struct.unpack(f">{whole}l", raw[: 4 * whole])]


def _middle(curve: bytes) -> float:
    """Return how much light a tone curve gives for half of the signal; NaN when it cannot tell."""
    kind, body = curve[:4], curve[8:]
    if kind == b"curv" and len(body) >= 4:  # noqa: PLR2004 - the count itself
        (count,) = struct.unpack_from(">L", body)
        table = struct.unpack(f">{(len(body) - 4) // 2}H", body[4 : 4 + (len(body) - 4) // 2 * 2])
        if count == 0:
            return 0.5
        if count == 1 and table:
            return float(0.5 ** (table[0] / 256))
        if 1 < count <= len(table):
            return float(table[(count - 1) // 2] + table[count // 2]) / 2 / 65535
    if kind == b"para" and len(body) >= 8:  # noqa: PLR2004 - the function's number and gamma
        return _parametric_middle(int.from_bytes(body[:2], "big"), _fixed_point(body[4:]))
    return math.nan


def _parametric_middle(function: int, parameters: list[float]) -> float:
    """Evaluate ICC's parametric curve at one half: Y = (aX + b)^g, c and d being for the dark."""
    gamma, scale, offset = (
        (*parameters[:3], 1.0, 0.0)[:3] if function else (parameters[0], 1.0, 0.0)
    )
    base: float = scale / 2 + offset
    return math.pow(base, gamma) if base > 0 and 0 < gamma < _STEEPEST else math.nan
