"""Which sidecar of a Google Takeout belongs to which picture, by their names alone.

docs/importing.md has the rules and where each was observed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .kinds import is_video_name, split_name

_SUFFIX = ".supplemental-metadata"
_JSON = ".json"
MAX_SIDECAR = 46  # of the name before "(n)" and ".json"
MAX_MEDIA = 51  # of a media name, its extension included
_NUMBER = re.compile(r"^(.*?)(\(\d+\))$", re.DOTALL)
_EDITED = (
    "-edited", "-bearbeitet", "-modifié", "-modificato", "-bewerkt", "-edytowane", "-編集済み",
    "-编辑", "-ha editado", "-editado", "-editada", "-editat", "-düzenlendi",
)  # fmt: skip
_MIN_CLIPPED = 2  # "-e": a hyphen and something
# What Google makes "_" in file names.
_REPLACED = re.compile(r'[\\/:*?"<>|%&\x00-\x1f]')

_YEAR_FOLDER = re.compile(
    r"(?:Photos from|Fotos von|Fotos del?|Photos de|Foto da|Foto del|Foto's van|Foto's uit"
    r"|Zdjęcia z|Fotografias de|Fotos d[ae])\s(?:19|20)\d\d|(?:19|20)\d\d\s?年(?:の写真)?"
)
_TRASH = frozenset(
    (
        "trash", "bin", "papierkorb", "corbeille", "papelera", "cestino", "lixeira", "prullenbak",
        "kosz", "reciclagem", "ゴミ箱", "回收站",
    )
)  # fmt: skip
_LOCKED = frozenset(("locked folder", "gesperrter ordner", "dossier verrouillé", "carpeta privada"))
_ARCHIVE = frozenset(("archive", "archiv", "archivo", "archivio", "arquivo", "archief", "archiwum"))


@dataclass(frozen=True, kw_only=True)
class Match:
    """A sidecar of a picture. `is_shared`: it is that of the picture that this one goes with."""

    sidecar: str
    is_shared: bool = False


def is_year_folder(name: str) -> bool:
    """Whether a folder is one of those that Google makes for all pictures of a year."""
    return _YEAR_FOLDER.fullmatch(name) is not None


def kind_of_folder(name: str) -> str | None:
    """Tell trash, locked or archive by a folder's name; None of any other."""
    folded = name.casefold()
    for kind, names in (("trash", _TRASH), ("locked", _LOCKED), ("archive", _ARCHIVE)):
        if folded in names:
            return kind
    return None


def match_sidecars(media: Iterable[str], titles: Mapping[str, str]) -> dict[str, Match]:
    """Find the sidecar of each picture of one folder.

    Args:
        media: names of pictures and videos.
        titles: the title that each sidecar has inside, by the sidecar's name.

    Returns: those that were found.
    """
    names = list(media)
    by_folded = {name.casefold(): name for name in titles}
    matches: dict[str, Match] = {}
    for name in names:
        if sidecar := _own_sidecar(name, by_folded, titles):
            matches[name] = Match(sidecar=sidecar)
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(split_name(name)[0].casefold(), []).append(name)
    for name in names:
        if name in matches:
            continue
        for partner in _partners(name, by_stem):
            found = matches[partner].sidecar if partner in matches else None
            found = found or _own_sidecar(partner, by_folded, titles)
            if found:
                matches[name] = Match(sidecar=found, is_shared=True)
                break
    _match_by_title(names, titles, matches)
    return matches


def _own_sidecar(name: str, by_folded: Mapping[str, str], titles: Mapping[str, str]) -> str | None:
    """Return the sidecar whose name is made of this one's; of two, the one with the title."""
    found = [
        (by_folded[form.casefold()], base)
        for base, number in _bases(name)
        for form in _forms(base, number)
        if form.casefold() in by_folded
    ]
    for sidecar, base in found:
        if same_title(titles[sidecar], base):
            return sidecar
    return found[0][0] if found else None


def _bases(name: str) -> Iterator[tuple[str, str]]:
    """Yield what a media name may be made of: the title, and "(n)" beside it."""
    stem, extension = split_name(name)
    if numbered := _NUMBER.match(stem):
        yield numbered[1] + extension, numbered[2]
    yield name, ""


def _forms(base: str, number: str) -> Iterator[str]:
    for clipped in dict.fromkeys((_clip(base + _SUFFIX), base + _SUFFIX, _clip(base), base)):
        yield f"{clipped}{number}{_JSON}"
    for clipped in dict.fromkeys((_clip_units(base + _SUFFIX), _clip_units(base))):
        yield f"{clipped}{number}{_JSON}"


def _clip(text: str) -> str:
    return text[:MAX_SIDECAR]


def _clip_units(text: str) -> str:
    """Clip by UTF-16 units, of which an emoji has two."""
    units = text.encode("utf-16-le")[: 2 * MAX_SIDECAR]
    return units.decode("utf-16-le", "ignore")


def same_title(title: str, name: str) -> bool:
    """Whether a title is that of a media name, as far as the name was not clipped or changed."""
    made = _REPLACED.sub("_", title).casefold()
    given = _REPLACED.sub("_", name).casefold()
    if made == given:
        return True
    stem, _ = split_name(given)
    return len(given) >= MAX_MEDIA and made.startswith(stem)


def original_of_edited(name: str) -> str | None:
    """Return the name of the picture that this one is the edited copy of; None: it is none."""
    stem, extension = split_name(name)
    number = ""
    if numbered := _NUMBER.match(stem):
        stem, number = numbered[1], numbered[2]
    for suffix in _EDITED:
        if stem.casefold().endswith(suffix) and len(stem) > len(suffix):
            return f"{stem[: -len(suffix)]}{number}{extension}"
    return None


def _clipped_edited(name: str) -> Iterator[str]:
    """Yield what an edited copy may be of, whose suffix was clipped with the name."""
    stem, extension = split_name(name)
    number = ""
    if numbered := _NUMBER.match(stem):
        stem, number = numbered[1], numbered[2]
    if len(stem) + len(extension) < MAX_MEDIA - 1:
        return
    pieces = {suffix[:length] for suffix in _EDITED for length in range(_MIN_CLIPPED, len(suffix))}
    for piece in sorted(pieces, key=len, reverse=True):
        if stem.casefold().endswith(piece):
            yield f"{stem[: -len(piece)]}{number}{extension}"


def _partners(name: str, by_stem: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the names of pictures whose sidecar may be this one's as well."""
    if original := original_of_edited(name):
        yield original
        # "IMG-edited(1).jpg" of "IMG(1).jpg", and of a HEIC whose edit was saved as JPEG.
        yield from _stills(split_name(original)[0], name, by_stem)
    yield from _clipped_edited(name)
    stem, extension = split_name(name)
    if is_video_name(name) or not extension:
        yield from _stills(stem, name, by_stem)
        yield from _stills(name, name, by_stem)  # PXL_8.MP of PXL_8.MP.jpg


def _stills(stem: str, name: str, by_stem: Mapping[str, list[str]]) -> Iterator[str]:
    for other in by_stem.get(stem.casefold(), []):
        if other != name and not is_video_name(other):
            yield other


def _match_by_title(names: list[str], titles: Mapping[str, str], matches: dict[str, Match]) -> None:
    """Where a sidecar's name follows no rule that is known, its title and "(n)" may tell."""
    taken = {match.sidecar for match in matches.values()}
    left: dict[tuple[str, str], list[str]] = {}
    for sidecar, title in titles.items():
        if sidecar not in taken and title:
            numbered = _NUMBER.match(sidecar.removesuffix(_JSON))
            key = (_REPLACED.sub("_", title).casefold(), numbered[2] if numbered else "")
            left.setdefault(key, []).append(sidecar)
    for name in names:
        if name in matches:
            continue
        for base, number in _bases(name):
            found = left.get((_REPLACED.sub("_", base).casefold(), number), [])
            if len(found) == 1:
                matches[name] = Match(sidecar=found[0])
                break
