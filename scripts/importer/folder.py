"""One folder of an export: which sidecars its pictures have, and what these say together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import pinhole
from .dates import Claim, decide
from .exif import Own
from .kinds import split_name
from .name_dates import read_name
from .options import Options
from .takeout_names import (
    Match,
    is_year_folder,
    kind_of_folder,
    match_sidecars,
    original_of_edited,
    same_title,
)

# Positions closer than this, about a kilometre, are the same place written with fewer digits.
_SAME_PLACE = 0.01
Row = dict[str, Any]


@dataclass(kw_only=True)
class FolderOf:
    """The files of one folder, of whichever zips they are in, with what was read of each."""

    path: str
    rows: list[Row]
    is_takeout: bool
    used: set[int] = field(default_factory=set)  # ids of sidecars that belong to a picture

    def __post_init__(self) -> None:
        """Sort the files by what they are."""
        self.media = [row for row in self.rows if row["type"]]
        self.derived: list[Row] = []
        if self._is_of_bucket():
            self.derived = [row for row in self.media if row["name"] != pinhole.ORIGINAL]
            self.media = [row for row in self.media if row["name"] == pinhole.ORIGINAL]
        self.pictures_said = [row for row in self.rows if "picture" in row["facts"]]
        self.said_by_name: dict[str, list[Row]] = {}
        for row in self.pictures_said:
            self.said_by_name.setdefault(row["name"], []).append(row)
        self.xmps = self._by_name("xmp")
        self.owns = self._by_name("own")
        self.besides = self._by_name("beside")
        self.details = [row for row in self.rows if "details" in row["facts"]]
        albums = [row for row in self.rows if "album" in row["facts"] and row["role"] == "json"]
        self.album = albums[0]["facts"]["album"] if albums else None
        self.album_sidecars = albums
        self.name = self.path.rpartition("/")[2]
        self.kind = kind_of_folder(self.name) if self.is_takeout else None

    def _by_name(self, kind: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            if kind in row["facts"]:
                found.setdefault(row["name"].casefold(), []).append(row)
        return found

    def _is_of_bucket(self) -> bool:
        """Whether this is a picture's folder in a copy of Pinhole's bucket."""
        names = {row["name"]: row["facts"] for row in self.rows}
        return pinhole.ORIGINAL in names and "own" in names.get(pinhole.SIDECAR, {})

    def album_of(self, options: Options) -> Row | None:
        """Return the album that this folder is: key, title and description."""
        if self.kind or is_year_folder(self.name):
            return None
        if self.is_takeout and self.album is not None:
            title = self.album["title"].strip() or self.name
            return {
                "key": f"takeout:{self.path}",
                "title": title,
                "description": self.album["description"],
            }
        if options.albums_by_folder and self.name and not self._is_of_bucket():
            return {"key": f"folder:{self.path}", "title": self.name, "description": ""}
        return None

    def facts_of_all(self, options: Options) -> Iterable[tuple[Row, Row]]:
        """Yield each picture with what is known of it."""
        takeout = self._takeout_sidecars()
        album = self.album_of(options)
        for row in self.media:
            if own := self._own(row):
                yield row, self._as_it_was(own, album, options)
                continue
            match = takeout.get(row["name"])
            said = self._said(match, row) or self._beside(row)
            sidecar = self._xmp(row)
            if sidecar is not None:
                self.used.add(sidecar["id"])
            xmp = sidecar["facts"]["xmp"] if sidecar is not None else {}
            facts = _together(row, said, xmp, self._detail(row), options)
            facts["albums"] = [album["key"]] if album else []
            facts["albums"] += [_key_beside(each) for each in said.get("albums", [])]
            facts["uid"] = said.get("uid")
            facts["name"] = _name(row["name"], match, said)
            facts["skip"] = self._skip(facts, options)
            is_apart = facts["locked"] or self.kind in {"archive", "locked"}
            facts["archived"] = facts["archived"] or is_apart
            is_own = match is not None and not match.is_shared
            facts["said"] = [said.get(key) for key in ("url", "title", "taken")] if is_own else None
            yield row, facts

    def _own(self, row: Row) -> Row | None:
        """Return what Pinhole's own export says of these very bytes."""
        is_of_bucket = row["name"] == pinhole.ORIGINAL
        others = self.owns.get(f"{row['name']}.json".casefold(), [])
        for other in others + self.owns.get(pinhole.SIDECAR, []) * is_of_bucket:
            own: Row = other["facts"]["own"]
            if own["sha256"] == row["sha256"]:
                self.used.add(other["id"])
                if is_of_bucket:
                    # Of a TIFF it is the name that tells which kind of raw photo it is.
                    row["type"] = own.get("content_type", row["type"])
                beside = f"{row['name']}.xmp"  # the same, for other programs
                self.used.update(each["id"] for each in self.xmps.get(beside.casefold(), []))
                return own
        return None

    def _as_it_was(self, own: Row, album: Row | None, options: Options) -> Row:
        facts = pinhole.facts_of(own)
        facts |= {"name": own["name"], "said": None, "albums": [album["key"]] if album else []}
        said = own.get("albums", [])
        facts["albums"] += [each["key"] for each in said]
        stands = {each["key"]: each["position"] for each in said if each["position"] is not None}
        if stands:
            facts["positions"] = stands
        facts["skip"] = self._skip(facts, options)
        return facts

    def lonely_sidecars(self) -> list[Row]:
        """Return what sidecars say to which the folder has no picture."""
        return [row for row in self.pictures_said if row["id"] not in self.used]

    def _takeout_sidecars(self) -> dict[str, Match]:
        titles = {row["name"]: row["facts"]["picture"]["title"] for row in self.pictures_said}
        return match_sidecars(dict.fromkeys(row["name"] for row in self.media), titles)

    def _said(self, match: Match | None, row: Row) -> Row:
        """Return what the sidecar says; of two with one name, that of the picture's own zip."""
        if match is None:
            return {}
        rows = self.said_by_name[match.sidecar]
        self.used.update(said["id"] for said in rows)
        found: Row = min(rows, key=lambda said: said["container"] != row["container"])
        said: Row = found["facts"]["picture"]
        return said

    def _beside(self, media: Row) -> Row:
        """Return what immich-go or PhotoPrism says: `x.jpg.JSON`, `x.yml`."""
        stem = split_name(media["name"])[0]
        for name in (f"{media['name']}.json", f"{stem}.yml", f"{stem}.yaml"):
            if rows := self.besides.get(name.casefold()):
                found = min(rows, key=lambda row: row["container"] != media["container"])
                self.used.add(found["id"])
                beside: Row = found["facts"]["beside"]
                return beside
        return {}

    def albums_beside(self) -> list[tuple[str, str, str, str]]:
        """Return key, title, description and order of albums that sidecars of this folder name."""
        found = [
            (_key_beside(album), album["title"], album["description"], "oldest")
            for beside in self._used(self.besides, "beside")
            for album in beside.get("albums", [])
        ]
        return found + [
            (album["key"], album["title"], album["description"], album["order"])
            for own in self._used(self.owns, "own")
            for album in own.get("albums", [])
        ]

    def _used(self, sidecars: dict[str, list[Row]], kind: str) -> Iterable[Row]:
        """Yield what those sidecars say that belong to a picture."""
        for rows in sidecars.values():
            yield from (row["facts"][kind] for row in rows if row["id"] in self.used)

    def _xmp(self, media: Row) -> Row | None:
        """Return the XMP sidecar: `x.jpg.xmp` before `x.xmp`, and those of the same zip first."""
        for name in (f"{media['name']}.xmp", f"{split_name(media['name'])[0]}.xmp"):
            if rows := self.xmps.get(name.casefold()):
                return min(rows, key=lambda row: row["container"] != media["container"])
        return None

    def _detail(self, row: Row) -> Row:
        """Return what Apple's CSV says of a picture, that of its own zip first."""
        tables = sorted(self.details, key=lambda table: table["container"] != row["container"])
        for table in tables:
            if found := table["facts"]["details"].get(row["name"]):
                self.used.add(table["id"])
                detail: Row = found
                return detail
        return {}

    def _skip(self, facts: Row, options: Options) -> str | None:
        """Say why a picture is left where it is."""
        if not options.with_trash and (facts["trashed"] or self.kind == "trash"):
            return "in the trash there; --trash takes it"
        if not options.with_locked and (facts["locked"] or self.kind == "locked"):
            return "in the locked folder there; --locked takes it, into the archive"
        if options.own_only and facts["origin"] in {"fromPartnerSharing", "fromSharedAlbum"}:
            return "somebody else's, shared; leave out --own-only to take it"
        return None


def _key_beside(album: Row) -> str:
    return f"immich-go:{album['title']}"


def _name(name: str, match: Match | None, said: Row) -> str:
    """The title is the name that the picture had before it was clipped and cleaned."""
    if said.get("stem"):  # PhotoPrism, when it gives a file a name of its own
        return f"{said['stem']}{split_name(name)[1]}"
    if said.get("name"):
        return str(said["name"])
    title = str(said.get("title", ""))
    if match is None or match.is_shared or not same_title(title, _without_number(name)):
        return name
    has_extension = split_name(title)[1].casefold() == split_name(name)[1].casefold()
    is_edited = original_of_edited(name) is not None
    return title if has_extension and not is_edited else name


def _without_number(name: str) -> str:
    stem, extension = split_name(name)
    base = stem.rpartition("(")[0] if stem.endswith(")") else ""
    return base + extension if base else name


def _together(row: Row, said: Row, xmp: Row, detail: Row, options: Options) -> Row:
    """Put together what the picture, its sidecars, its name and its file say."""
    own = _own(row["own"])
    guess = read_name(row["name"], zone=options.zone)
    claim = _claim(said, xmp, detail)
    modified = datetime.fromisoformat(row["modified"]) if row["modified"] else None
    date = decide(own, claim, guess=guess, modified=modified, zone=options.zone)
    place, placed = _place(own, said, xmp)
    tags = list(dict.fromkeys([*(xmp.get("tags") or []), *(said.get("tags") or [])]))
    if options.people_as_tags:
        tags += [f"people/{name.replace('/', '-')}" for name in said.get("people") or []]
    if options.tags_by_name and guess and guess.tag:
        tags.append(guess.tag)
    return {
        "taken": date.taken.isoformat() if date.taken else None,
        "offset": date.offset,
        "dated": date.source,
        "is_said": date.is_said,
        # Where the picture's own date was not found, the site is asked for it first.
        "moment": claim.moment if claim and own.taken is None else None,
        "place": place,
        "placed": placed,
        "title": xmp.get("title") or (said.get("title") if "source" in said else "") or "",
        "description": xmp.get("description") or said.get("description") or "",
        "rating": xmp.get("rating") or said.get("rating"),
        "favourite": bool(said.get("favourite") or detail.get("favourite")),
        "archived": bool(said.get("archived") or detail.get("hidden")),
        "trashed": bool(said.get("trashed") or detail.get("deleted")),
        "locked": bool(said.get("locked")),
        "origin": said.get("origin") or "",
        "people": len(said.get("people") or []),
        "tags": tags,
    }


def _own(said: Row) -> Own:
    place = said.get("place")
    return Own(
        taken=datetime.fromisoformat(said["taken"]) if said.get("taken") else None,
        offset=said.get("offset"),
        place=(place[0], place[1]) if place else None,
    )


def _claim(said: Row, xmp: Row, detail: Row) -> Claim | None:
    if xmp.get("taken"):
        wall = datetime.fromisoformat(xmp["taken"])
        return Claim(source="XMP sidecar", wall=wall, offset=xmp.get("offset"))
    if said.get("claim"):
        claim: Row = dict(said["claim"])
        if "wall" in claim:
            claim["wall"] = datetime.fromisoformat(claim["wall"])
        return Claim(source=said["source"], **claim)
    if said.get("taken") is not None:
        return Claim(source="Google's sidecar", moment=said["taken"])
    if detail.get("taken") is not None:
        return Claim(source="iCloud's CSV", moment=detail["taken"])
    return None


def _place(own: Own, said: Row, xmp: Row) -> tuple[list[float] | None, str]:
    """Return the place that is to be said, and whose place counts."""
    for source, place in (
        ("XMP sidecar", xmp.get("place")),
        (said.get("source", "Google's sidecar"), said.get("place")),
    ):
        if place and not (own.place and _is_same_place(own.place, place)):
            return [place[0], place[1]], source
    return None, "picture" if own.place else "none"


def _is_same_place(one: tuple[float, float], other: list[float]) -> bool:
    return all(abs(a - b) < _SAME_PLACE for a, b in zip(one, other, strict=True))
