"""Makes a Google Takeout with every oddity that is known, and the answer key to it.

The key says what docs/importing.md says, and is written by hand beside each oddity: it shares no
code with the importer. Sources are named as there: EN (ente), GT (GooglePhotosTakeoutHelper),
IG (immich-go), NEO, PV, RK.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

YEAR = "Takeout/Google Photos/Photos from 2019"
ROOT = "Takeout/Google Photos"
# 2019-07-14 12:00:00 UTC, which is 14:00 in Berlin.
NOON = 1563105600
BERLIN_NOON = "2019-07-14T14:00:00"


@dataclass(kw_only=True)
class Expected:
    """What is to become of one file."""

    outcome: str = "upload"
    taken: str | None = BERLIN_NOON
    is_said: bool = True
    offset: int | None = 120
    place: list[float] | None = None
    description: str = ""
    favourite: bool = False
    archived: bool = False
    albums: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    name: str | None = None
    # What the picture's EXIF has, which the site reads by itself.
    is_own: bool = False
    own_place: list[float] | None = None


@dataclass(kw_only=True)
class Export:
    """Files by path, spread over zips, and the key by path."""

    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)
    key: dict[str, Expected] = field(default_factory=dict)

    def put(self, path: str, content: bytes, *, part: int = 0) -> None:
        self.files[path] = (part, content)

    def picture(
        self, path: str, expected: Expected, *, part: int = 0, content: bytes | None = None
    ) -> bytes:
        content = content or picture(len(self.files))
        self.put(path, content, part=part)
        self.key[path] = expected
        return content

    def sidecar(self, path: str, *, part: int = 0, **said: Any) -> None:
        self.put(path, json.dumps(sidecar(**said)).encode(), part=part)

    def sha256(self, path: str) -> str:
        return hashlib.sha256(self.files[path][1]).hexdigest()

    def write(self, folder: Path, *, parts: int = 3) -> list[Path]:
        paths = [folder / f"takeout-20190801T000000Z-{part + 1:03}.zip" for part in range(parts)]
        for part, path in enumerate(paths):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, (where, content) in self.files.items():
                    if where == part or (name, part) in self.twice:
                        archive.writestr(name, content)
        return paths


def answer(path: str, expected: Expected) -> dict[str, Any]:
    """What the plan is to say of a picture."""
    if expected.outcome == "not":
        return {"outcome": "not"}
    return {
        "outcome": expected.outcome,
        "taken": expected.taken,
        "is_said": expected.is_said,
        "offset": expected.offset,
        "place": expected.place,
        "description": expected.description,
        "favourite": expected.favourite,
        "archived": expected.archived,
        "albums": sorted(expected.albums),
        "tags": expected.tags,
        "name": expected.name or normalize("NFC", path.rpartition("/")[2]),
    }


def sidecar(
    title: str,
    *,
    taken: int | str | None = NOON,
    place: tuple[float, float] = (0.0, 0.0),
    description: str = "",
    people: tuple[str, ...] = (),
    origin: str = "mobileUpload",
    **flags: bool,
) -> dict[str, Any]:
    """As Google writes it; flags that are false are left out."""
    geo = {"latitude": place[0], "longitude": place[1], "altitude": 0.0, "latitudeSpan": 0.0}
    said: dict[str, Any] = {
        "title": title,
        "description": description,
        "imageViews": "3",
        "creationTime": {"timestamp": "1600000000", "formatted": "13.09.2020, 12:26:40 UTC"},
        "geoData": geo,
        "url": f"https://photos.google.com/photo/{title}-{taken}",
        "googlePhotosOrigin": {origin: {"deviceType": "ANDROID_PHONE"}},
    }
    said["photoTakenTime"] = {"timestamp": str(taken if taken is not None else 0)}
    if people:
        said["people"] = [{"name": name} for name in people]
    return said | {name: True for name, value in flags.items() if value}


@cache
def picture(
    seed: int, *, taken: str | None = None, offset: str | None = None, gps: bool = False
) -> bytes:
    """A small JPEG, other bytes for each seed, with EXIF or without."""
    image = Image.new("RGB", (24, 16), (seed % 256, seed // 256 % 256, 90))
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if offset:
        exif.get_ifd(0x8769)[0x9011] = offset
    if gps:  # 52° 31' 12" N, 13° 24' 36" E: Berlin
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=f"seed {seed}".encode())
    return buffer.getvalue()


def video(seed: int) -> bytes:
    """A video of a kind that the site does not take: Matroska."""
    return b"\x1aE\xdf\xa3" + seed.to_bytes(8, "big")


def make() -> Export:
    """Every oddity, each with its answer."""
    export = Export()
    for add in (_names, _edited, _pairs, _times, _places, _flags, _albums, _others):
        add(export)
    return export


def _pair(export: Export, media: str, sidecar_name: str, title: str, **more: Any) -> None:
    export.picture(f"{YEAR}/{media}", Expected(**more))
    export.sidecar(f"{YEAR}/{sidecar_name}", title=title)


def _names(export: Export) -> None:
    # Old form, and new form with the whole suffix (EN metadata-json.ts).
    _pair(export, "old.jpg", "old.jpg.json", "old.jpg")
    _pair(export, "new.jpg", "new.jpg.supplemental-metadata.json", "new.jpg")
    # 46 characters of name and suffix: clipped within the suffix (EN #4956).
    name = "IMG_20190714_140000_long_name.jpg"  # 33
    _pair(export, name, f"{name}.supplemental.json", name)
    # At 45 "name..json", at 46 "name.json" (EN).
    name = "a" * 41 + ".jpg"
    _pair(export, name, f"{name}..json", name)
    name = "b" * 42 + ".jpg"
    _pair(export, name, f"{name}.json", name)
    # Longer: the name itself is clipped, the extension in half (GT #449).
    name = "c" * 43 + ".jpg"
    _pair(export, name, "c" * 43 + ".jp.json", name)
    # The media name is clipped at 51 with its extension; the title has it all (IG matcher_test.go).
    title = "d" * 60 + ".jpg"
    _pair(export, "d" * 47 + ".jpg", "d" * 46 + ".json", title, name=title)
    # (1) before or after; the title has no number (EN; NEO #133).
    _pair(export, "n.jpg", "n.jpg.json", "n.jpg")
    _pair(export, "n(1).jpg", "n.jpg(1).json", "n.jpg", name="n.jpg")
    _pair(export, "n(2).jpg", "n.jpg.supplemental-metadata(2).json", "n.jpg", name="n.jpg")
    _pair(export, "n(3).jpg", "n(3).jpg.supplemental-metadata.json", "n.jpg", name="n.jpg")
    # A name that ends in (4) itself.
    _pair(export, "own(4).jpg", "own(4).jpg.json", "own(4).jpg")
    # The number does not count in the 46 (EN).
    name = "e" * 42 + ".jpg"
    _pair(export, "e" * 42 + "(1).jpg", f"{name}(1).json", name, name=name)
    # The extension's case differs (GT #59).
    _pair(export, "case.JPG", "case.jpg.json", "case.jpg", name="case.jpg")
    # Forbidden characters became "_" (GT #247).
    _pair(export, "a_b_c.jpg", "a_b_c.jpg.json", "a:b?c.jpg", name="a:b?c.jpg")
    # macOS decomposed the picture's name and not the sidecar's (IG #133).
    export.picture(f"{YEAR}/cafe\u0301.jpg", Expected(name="café.jpg"))
    export.sidecar(f"{YEAR}/café.jpg.json", title="café.jpg")
    # An emoji counts as two of the 46 (IG #35).
    name = "\U0001f600" * 15 + ".jpg"
    units = (name + ".supplemental-metadata").encode("utf-16-le")[:92].decode("utf-16-le")
    _pair(export, name, f"{units}.json", name)
    # The picture is in one zip and its sidecar in the next (IG #380).
    export.picture(f"{YEAR}/split.jpg", Expected(), part=0)
    export.sidecar(f"{YEAR}/split.jpg.json", part=1, title="split.jpg")
    # The same path in two zips (RK).
    export.picture(f"{YEAR}/both.jpg", Expected(), part=0)
    export.sidecar(f"{YEAR}/both.jpg.json", part=0, title="both.jpg")
    export.twice += [(f"{YEAR}/both.jpg", 1), (f"{YEAR}/both.jpg.json", 1)]
    # "~2" is part of an ordinary name (PV).
    _pair(export, "IMG_5~2.jpg", "IMG_5~2.jpg.supplemental-metadata.json", "IMG_5~2.jpg")
    # [UNSET] (PV).
    _pair(export, "[UNSET].jpg", "[UNSET].jpg.json", "[UNSET].jpg")
    # A form that follows no rule: the title tells.
    _pair(export, "odd.jpg", "odd.jpg.beyond-all-rules.json", "odd.jpg")
    # No sidecar at all: the file's own date, else that of its name.
    export.picture(
        f"{YEAR}/lost.jpg",
        Expected(taken="2019-03-02T10:11:12", is_said=False, offset=None, is_own=True),
        content=picture(9001, taken="2019:03:02 10:11:12"),
    )
    export.picture(
        f"{YEAR}/IMG_20190302_101112.jpg",
        Expected(taken="2019-03-02T10:11:12", is_said=False, offset=None),
    )


def _edited(export: Export) -> None:
    # Edited copies have no sidecar of their own (NEO #29, extra_formats).
    suffixes = (
        "-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-編集済み",
        "-编辑", "-ha editado", "-editado", "-editat", "-düzenlendi",
    )  # fmt: skip
    for number, suffix in enumerate(suffixes):
        _pair(export, f"edit{number}.jpg", f"edit{number}.jpg.json", f"edit{number}.jpg")
        export.picture(f"{YEAR}/edit{number}{suffix}.jpg", Expected())
    # The number stands behind the suffix (RK).
    _pair(export, "again.jpg", "again.jpg.json", "again.jpg")
    export.picture(f"{YEAR}/again(1).jpg", Expected(name="again.jpg", description="the second"))
    export.sidecar(f"{YEAR}/again.jpg(1).json", title="again.jpg", description="the second")
    export.picture(f"{YEAR}/again-edited(1).jpg", Expected(description="the second"))
    # The suffix is clipped with a long name (RK).
    name = "f" * 44 + ".jpg"
    _pair(export, name, "f" * 44 + ".j.json", name)
    export.picture(f"{YEAR}/{'f' * 44}-ed.jpg", Expected())


def _pairs(export: Export) -> None:
    # One sidecar for a HEIC and its MP4 (GT #381); what begins as no MP4 is not taken.
    left = Expected(outcome="not", taken=None)
    for still, moving in (
        ("IMG_7.HEIC", "IMG_7.MP4"),
        ("PXL_7.jpg", "PXL_7.MP"),  # (GT #180)
        ("PXL_8.MP.jpg", "PXL_8.MP"),  # (IG #405)
        ("MVIMG_9.jpg", "MVIMG_9"),  # without extension (GT #384)
    ):
        # JPEG bytes under .HEIC, as well (immich #31617).
        _pair(export, still, f"{still}.supplemental-metadata.json", still)
        export.picture(f"{YEAR}/{moving}", left, content=video(len(export.files)))


def _times(export: Export) -> None:
    # The picture's own clock, in another zone than Berlin, means the same moment: it stays.
    own = Expected(taken="2019-07-14T21:00:00", is_said=False, offset=None, is_own=True)
    export.picture(f"{YEAR}/tokyo.jpg", own, content=picture(9100, taken="2019:07:14 21:00:00"))
    export.sidecar(f"{YEAR}/tokyo.jpg.json", title="tokyo.jpg")
    # Somebody has set another date in Google Photos: that counts.
    export.picture(
        f"{YEAR}/scan.jpg",
        Expected(taken="1985-07-14T17:30:00", offset=120),
        content=picture(9101, taken="2019:07:14 21:00:00"),
    )
    export.sidecar(f"{YEAR}/scan.jpg.json", title="scan.jpg", taken=490203000)
    # Before 1970 (IG json.go).
    export.picture(f"{YEAR}/moon.jpg", Expected(taken="1969-07-20T21:17:40", offset=60))
    export.sidecar(f"{YEAR}/moon.jpg.json", title="moon.jpg", taken=-14182940)
    # "0" means none (GT #32).
    export.picture(
        f"{YEAR}/IMG-20190630-WA0007.jpg",
        Expected(taken="2019-06-30T12:00:00", is_said=False, offset=None, tags=["WhatsApp"]),
    )
    export.sidecar(f"{YEAR}/IMG-20190630-WA0007.jpg.json", title="IMG-20190630-WA0007.jpg", taken=0)
    # The night in which summer time ends, and winter time.
    export.picture(f"{YEAR}/winter.jpg", Expected(taken="2019-12-24T18:00:00", offset=60))
    export.sidecar(f"{YEAR}/winter.jpg.json", title="winter.jpg", taken=1577206800)


def _places(export: Export) -> None:
    # geoData 0/0 is none (RK): all of the others. A place that the picture lacks.
    export.picture(f"{YEAR}/paris.jpg", Expected(place=[48.8566, 2.3522]))
    export.sidecar(f"{YEAR}/paris.jpg.json", title="paris.jpg", place=(48.8566, 2.3522))
    # The same place that EXIF has, with other digits: the picture's stays.
    export.picture(
        f"{YEAR}/berlin.jpg", Expected(own_place=[52.52, 13.41]), content=picture(9200, gps=True)
    )
    export.sidecar(f"{YEAR}/berlin.jpg.json", title="berlin.jpg", place=(52.5201, 13.4099))
    # Another place than EXIF has: somebody has corrected it (PV).
    export.picture(
        f"{YEAR}/moved.jpg", Expected(place=[48.8566, 2.3522]), content=picture(9201, gps=True)
    )
    export.sidecar(f"{YEAR}/moved.jpg.json", title="moved.jpg", place=(48.8566, 2.3522))


def _flags(export: Export) -> None:
    for name, expected, flags in (
        ("loved.jpg", Expected(favourite=True), {"favorited": True}),
        ("put_away.jpg", Expected(archived=True), {"archived": True}),
        ("binned.jpg", Expected(outcome="not", taken=None), {"trashed": True}),
        ("secret.jpg", Expected(outcome="not", taken=None), {"inLockedFolder": True}),
    ):
        export.picture(f"{YEAR}/{name}", expected)
        export.sidecar(f"{YEAR}/{name}.json", title=name, **flags)
    # The trash may show by its folder only (RK), in the language of the account (NEO).
    for folder in ("Bin", "Papierkorb"):
        export.picture(f"{ROOT}/{folder}/gone.jpg", Expected(outcome="not", taken=None))
        export.sidecar(f"{ROOT}/{folder}/gone.jpg.json", title="gone.jpg")
    export.picture(f"{ROOT}/Archiv/kept.jpg", Expected(archived=True))
    export.sidecar(f"{ROOT}/Archiv/kept.jpg.json", title="kept.jpg")
    export.picture(f"{YEAR}/said.jpg", Expected(description="Oma & Opa\nam See 🌊", favourite=True))
    export.sidecar(
        f"{YEAR}/said.jpg.json",
        title="said.jpg",
        description="Oma & Opa\nam See 🌊",
        people=("Oma", "Opa"),
        favorited=True,
    )


def _album(export: Export, folder: str, name: str, said: dict[str, Any], *, part: int = 0) -> None:
    export.put(f"{ROOT}/{folder}/{name}", json.dumps(said).encode(), part=part)


def _albums(export: Export) -> None:
    # The album's file is named in the account's language (IG docs); old ones are in albumData.
    names = (
        "metadata.json", "métadonnées.json", "metadati.json", "Metadaten.json", "metadáta.json",
        "метаданные.json", "metadatos.json", "metadades.json",
    )  # fmt: skip
    # One picture in several folders: one upload, in all of these albums.
    all_albums = [f"Album {n}" for n in range(8)]
    many = export.picture(f"{YEAR}/many.jpg", Expected(outcome="copy", albums=all_albums))
    export.sidecar(f"{YEAR}/many.jpg.json", title="many.jpg")
    for number, name in enumerate(names):
        said: dict[str, Any] = {
            "title": f"Album {number}",
            "description": "",
            "access": "protected",
        }
        _album(export, f"Album {number}", name, {"albumData": said} if number == 1 else said)
        same = Expected(outcome="copy", albums=all_albums)
        export.picture(f"{ROOT}/Album {number}/many.jpg", same, content=many)
        export.sidecar(f"{ROOT}/Album {number}/many.jpg.json", title="many.jpg")
    # A year's folder is no album, whatever its file says.
    _album(export, "Photos from 2019", "metadata.json", {"title": "Photos from 2019", "access": ""})
    # Albums without a title go by their folder; several share one (RK).
    for folder in ("Untitled", "Untitled(1)"):
        _album(export, folder, "metadata.json", {"title": "", "access": "protected"})
        export.picture(f"{ROOT}/{folder}/in {folder}.jpg", Expected(albums=[folder]))
        export.sidecar(f"{ROOT}/{folder}/in {folder}.jpg.json", title=f"in {folder}.jpg")
    # An album that holds sidecars only, in another zip than its pictures (RK).
    _album(export, "Lonely", "metadata.json", {"title": "Lonely", "date": {}}, part=2)
    export.picture(f"{YEAR}/far.jpg", Expected(albums=["Lonely"]))
    export.sidecar(f"{YEAR}/far.jpg.json", title="far.jpg", taken=NOON)
    export.sidecar(f"{ROOT}/Lonely/far.jpg.json", part=2, title="far.jpg", taken=NOON)
    # Spread over zips: the album's file in one, pictures in others.
    _album(export, "Spread", "metadata.json", {"title": "Spread: all of it", "access": ""}, part=2)
    for part in range(3):
        name = f"spread{part}.jpg"
        export.picture(f"{ROOT}/Spread/{name}", Expected(albums=["Spread: all of it"]), part=part)
        export.sidecar(f"{ROOT}/Spread/{name}.json", part=(part + 1) % 3, title=name)


def _others(export: Export) -> None:
    # Not sidecars (RK).
    export.put(f"{ROOT}/print-subscriptions.json", b'{"subscriptions": []}')
    export.put(f"{ROOT}/user-generated-memory-titles.json", b'{"title": ["A", "B"]}')
    export.put(f"{ROOT}/shared_album_comments.json", b'{"comments": []}', part=1)
    export.put("Takeout/archive_browser.html", b"<html>")
    # Broken JSON, and a picture that is none.
    export.put(f"{YEAR}/broken.jpg.json", b'{"title": ')
    export.picture(
        f"{YEAR}/notes.jpg", Expected(outcome="not", taken=None), content=b"no picture at all"
    )
    # From a partner: taken, unless it is not wanted.
    export.picture(f"{YEAR}/partner.jpg", Expected())
    export.sidecar(f"{YEAR}/partner.jpg.json", title="partner.jpg", origin="fromPartnerSharing")
