"""Suggest words, places, cameras and lenses of a person's images.

[Note: Words of the newest images] No list of words is kept: it would be written with each image,
and would name what is deleted. The newest images are read, by the index of the timeline. What most
images have is among them. Where few of them have what is typed, few of all have it, about, and the
index of words is asked as well: its terms begin with their owner, so it costs what that person's
images cost. Both reads are of a bounded number of rows, and give of each image a bounded number of
words: an image at its limits has 10,000. Both are made on the seat that the request has taken, and
have a time; what takes longer is left out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, is_contention
from app.gazetteer.columns import countries
from app.search.suggestions.typed import Suggestion, SuggestionKind, Typed
from app.search.terms import CAMERA, PLACE, Phrase, prefix_of
from app.search.why import asked_for
from app.search.words import Folded, Word, fold

NEWEST = 250  # images
OF_THE_INDEX = 60  # images, for each of words, places and cameras
MAX_NEWEST_MS = 1_000
MAX_INDEX_MS = 150
# Of one image, and of one of them: what begins as is typed may be much of a long text.
MAX_WORDS_OF_AN_IMAGE = 20
MAX_WORD_BYTES = 100
MAX_TEXT = 10_000  # characters of an image that are looked through for how a word is written
_SHORTEST = 2  # letters of a word that is completed
# Words of more of the newest images than this tell nothing: "the".
_MAX_SHARE = 0.5
# Where more of the newest images than this have what is typed, the index has too many to read.
_RARE = 0.1
_ENOUGH = 4  # suggestions of a kind, with which the index is not asked
_IMAGES_OF_A_WORD = 2
# As an array that is unnested row by row: unnest(tsvector) makes all of them, with their positions,
# and takes twelve times as long for an image at its limits.
_COLUMNS = (
    "CAST(i.id AS text), CASE WHEN s.words @@ CAST(:begins AS tsquery) THEN ARRAY("
    "SELECT lexeme FROM (SELECT unnest(tsvector_to_array(s.words)) AS lexeme) AS terms"
    " WHERE starts_with(lexeme, :begun) AND octet_length(lexeme) <= :longest LIMIT :words) END,"
    " i.camera_make, i.camera_model, i.lens,"
    " CASE WHEN i.latitude IS NOT DISTINCT FROM i.place_latitude"
    " AND i.longitude IS NOT DISTINCT FROM i.place_longitude"
    " THEN ARRAY[i.town, i.region, CAST(i.country_code AS text)] END"
)
_SEARCHED = "LEFT JOIN image_search AS s ON s.image_id = i.id AND s.owner_id = :owner"
_IN_LIBRARY = "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
_NEWEST = Prepared(
    text(
        f"SELECT {_COLUMNS} FROM (SELECT * FROM images WHERE owner_id = :owner AND {_IN_LIBRARY}"  # noqa: S608 - constants
        f" AND archived_at IS NULL ORDER BY timeline_at DESC, id DESC LIMIT :most) AS i {_SEARCHED}"
    )
)
_OF_THE_INDEX = Prepared(
    text(
        f"SELECT {_COLUMNS} FROM (SELECT DISTINCT hit.image_id"  # noqa: S608 - constants
        " FROM unnest(CAST(:wanted AS text[])) AS asked (words)"
        " CROSS JOIN LATERAL search_hits(:owner, CAST(asked.words AS tsquery), :most)"
        " AS hit (image_id)) AS found JOIN images AS i"
        f" ON i.id = found.image_id AND i.owner_id = :owner AND i.{_IN_LIBRARY} {_SEARCHED}"
    )
)
_BRIEFLY = Prepared(text("SELECT set_config('statement_timeout', :milliseconds, true)"))
_TEXTS = Prepared(
    text(
        "SELECT CAST(i.id AS text), left(concat_ws(E'\\n', d.text, d.alt_text,"
        " array_to_string(d.tags, E'\\n'), d.visible_text, i.caption), :longest)"
        " FROM images AS i LEFT JOIN descriptions AS d ON d.id = i.current_description_id"
        " WHERE i.owner_id = :owner AND i.id = ANY (CAST(:ids AS uuid[]))"
    )
)


class _Read(NamedTuple):
    """What is read of an image."""

    id: str
    terms: Sequence[str]  # some of those that begin as is typed
    make: str | None
    model: str | None
    lens: str | None
    place: Sequence[str | None]  # town, region, country code

    @classmethod
    def of(cls, row: Sequence[Any]) -> "_Read":
        """Make one of a row."""
        image_id, terms, make, model, lens, place = row
        return cls(image_id, terms or (), make, model, lens, place or ())


class _Name(NamedTuple):
    """The name of a place, a camera or a lens that images have."""

    kind: SuggestionKind
    label: str
    value: str  # that is looked for
    detail: str = ""


def suggest_of_pictures(owner: User | Owner, typed: Typed, *, limit: int) -> list[Suggestion]:
    """Suggest what a person's images are called by: places, cameras and lenses, then words.

    The request has taken a seat for long reads.

    Args:
        owner: whose.
        typed: what is typed.
        limit: of each kind at most.
    """
    found = _Found(owner.id, typed)
    values = {"owner": str(owner.id), **found.begun()}
    images = {
        each.id: each
        for each in _read_briefly(_NEWEST, values | {"most": NEWEST}, milliseconds=MAX_NEWEST_MS)
    }
    found.add(images.values())
    if len(images) >= NEWEST and (wanted := found.wanted()):
        values |= {"wanted": wanted, "most": OF_THE_INDEX}
        more = _read_briefly(_OF_THE_INDEX, values, milliseconds=MAX_INDEX_MS)
        found.add(each for each in more if each.id not in images)
    return found.suggestions(limit=limit)


def _read_briefly(
    query: Prepared, values: Mapping[str, object], *, milliseconds: int
) -> list[_Read]:
    """Read images in so much time; none if it takes longer."""
    # Rolled back, the savepoint takes the time back as well. The seat was taken before, and stays.
    savepoint = db.session.begin_nested()
    try:
        _BRIEFLY.rows({"milliseconds": str(milliseconds)})
        return [_Read.of(row) for row in query.rows(values)]
    except OperationalError as error:
        if not is_contention(error):
            raise
        return []
    finally:
        savepoint.rollback()


class _Found:
    """What of images goes on as typed."""

    def __init__(self, owner_id: UUID, typed: Typed) -> None:
        self._owner_id = owner_id
        self._typed = typed
        self._last = typed.endings[0]
        self._words: Counter[str] = Counter()
        self._images_of: dict[str, list[str]] = {}
        self._names: Counter[_Name] = Counter()
        self._meant: dict[_Name, bool] = {}
        self._kinds: Counter[SuggestionKind] = Counter()
        self._images = 0
        begun = self._last.texts[-1]
        # Characters that stand alone are no words; a word of a letter begins with all.
        has_word = not self._last.words[-1].is_sign and len(begun) >= _SHORTEST
        self._begun = (
            prefix_of(owner_id) + begun
            if has_word and len(self._last.words) == 1 and typed.asks_for(SuggestionKind.WORD)
            else None
        )

    def begun(self) -> dict[str, object]:
        """Return the values with which terms are read: without a word to complete, none are."""
        return {
            "begun": self._begun,
            "begins": self._begun and f"'{self._begun}':*",
            "longest": MAX_WORD_BYTES,
            "words": MAX_WORDS_OF_AN_IMAGE,
        }

    def add(self, images: Iterable[_Read]) -> None:
        """Take images in."""
        for image in images:
            self._images += 1
            kinds = set()
            for term in image.terms:
                word = term[len(prefix_of(self._owner_id)) :]
                self._words[word] += 1
                self._images_of.setdefault(word, []).append(image.id)
                kinds.add(SuggestionKind.WORD)
            for name in _names_of(image):
                if self._is_meant(name):
                    self._names[name] += 1
                    kinds.add(name.kind)
            self._kinds.update(kinds)

    def _is_meant(self, name: _Name) -> bool:
        known = self._meant.get(name)
        if known is None:  # many images have the same
            known = self._typed.asks_for(name.kind) and bool(self._typed.longest(name.label))
            self._meant[name] = known
        return known

    def wanted(self) -> list[str]:
        """Return what to ask of the index of words, as tsqueries: what few images have."""
        typed, wanted = self._typed, []
        if self._begun and self._is_rare(SuggestionKind.WORD, len(self._words)):
            wanted.append(self._last.tsquery(self._owner_id))
        kinds = {kind: sum(name.kind is kind for name in self._names) for kind in SuggestionKind}
        cameras = (SuggestionKind.CAMERA, SuggestionKind.LENS)
        if typed.asks_for(*cameras) and all(self._is_rare(each, kinds[each]) for each in cameras):
            wanted += [each.tsquery(self._owner_id, part=CAMERA) for each in typed.endings[:2]]
        place = SuggestionKind.PLACE
        if typed.asks_for(place) and self._is_rare(place, kinds[place]):
            wanted += [each.tsquery(self._owner_id, part=PLACE) for each in typed.endings[:2]]
        return wanted

    def _is_rare(self, kind: SuggestionKind, found: int) -> bool:
        return found < _ENOUGH and self._kinds[kind] <= _RARE * self._images

    def suggestions(self, *, limit: int) -> list[Suggestion]:
        """Return the most frequent of each kind."""
        made: list[Suggestion] = []
        for kind in (SuggestionKind.PLACE, SuggestionKind.CAMERA, SuggestionKind.LENS):
            names = [name for name, _ in self._names.most_common() if name.kind is kind]
            for name in names[:limit]:
                ending = self._typed.longest(name.label) or self._last
                made.append(
                    Suggestion(
                        kind=kind,
                        label=name.label,
                        detail=name.detail,
                        q=self._typed.with_operator(ending, kind, name.value),
                    )
                )
        made += [
            Suggestion(
                kind=SuggestionKind.WORD, label=word, q=self._typed.with_text(self._last, word)
            )
            for word in self._written(limit=limit)
        ]
        return made

    def _written(self, *, limit: int) -> list[str]:
        """Return words as they are written: terms are folded."""
        typed = self._last.texts[-1]
        common = [
            term
            for term, count in self._words.most_common()
            if not any(letter.isdigit() for letter in term)
            and (self._images < NEWEST or count <= _MAX_SHARE * self._images)
            and term != typed
        ][: 2 * limit]
        if not common:
            return []
        ids = {each for term in common for each in self._images_of[term][:_IMAGES_OF_A_WORD]}
        values = {"owner": str(self._owner_id), "ids": sorted(ids), "longest": MAX_TEXT}
        said = [(text_of, fold(text_of)) for _, text_of in _TEXTS.rows(values) if text_of]
        written = (_as_written(term, said) for term in common)
        return [word for word in written if word][:limit]


def _as_written(term: str, texts: Sequence[tuple[str, Folded]]) -> str | None:
    """Return how a folded word is mostly written; None where no text has it: a file's name has."""
    (asked,) = asked_for([Phrase(words=(Word(term, 0, len(term)),))])
    forms: Counter[str] = Counter()
    for each, folded in texts:
        for match in asked.pattern.finditer(folded.text):
            start, end = folded.span(match.start(), match.end())
            before = each[:start].rstrip(" ")[-1:]
            # Where a sentence begins, a capital tells nothing.
            forms[each[start:end]] += 1 if before in {"", ".", "!", "?", "\n"} else 2
    return forms.most_common(1)[0][0] if forms else None


def _names_of(image: _Read) -> Iterator[_Name]:
    """Give the names of an image's camera, its lens and its place."""
    if image.model:
        make = (image.make or "").split(" ")[0]
        is_made_by = make and not image.model.lower().startswith(make.lower())
        label = f"{image.make} {image.model}" if is_made_by else image.model
        yield _Name(kind=SuggestionKind.CAMERA, label=label, value=image.model, detail="Camera")
    if image.lens:
        yield _Name(kind=SuggestionKind.LENS, label=image.lens, value=image.lens, detail="Lens")
    if len(image.place) == 3:  # noqa: PLR2004 - town, region, country
        town, region, code = image.place
        country = countries().get(code) if code else None
        place = SuggestionKind.PLACE
        if town:
            yield _Name(kind=place, label=town, value=town, detail=country or "")
        if region and region != town:
            yield _Name(kind=place, label=region, value=region, detail=country or "")
        if country:
            yield _Name(kind=place, label=country, value=country, detail="Country")
