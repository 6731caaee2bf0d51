/** What an export says of pictures, said to the site. As scripts/importer/apply.py; all of it can be repeated. */
import { ApiProblem, type Batch, type ImageChanges, type ImageDetail } from "@/api";

import type { IntoAlbum } from "../queue/upload-state";
import { clockOf, wallText, type Zone } from "./clocks";
import { saidDate, type OwnDate } from "./dates";
import type { AlbumOfFolder, Facts } from "./folder";
import { groupBy } from "./group-by";
import type { ImportApi } from "./import-api";
import { digestOf, type Journal } from "./journal";

/** A picture that the site has read, and what is to be said of it. */
export type Landed = {
  sha256: string;
  imageId: string;
  isNew: boolean;
  /** This very page has sent it: nobody can have said anything of it yet. */
  isSent: boolean;
  /** Digest of what was said of it before. */
  before: string | null;
  facts: Facts;
};

type ApplyParts = {
  api: ImportApi;
  journal: Journal;
  /** By key. */
  albums: ReadonlyMap<string, AlbumOfFolder>;
  zone: Zone;
  /** The album that was open: all go into it as well. */
  open: IntoAlbum | null;
};

/** Its key. */
const OPEN = "open";

/** As many writes of one person the site does at once. */
const WRITERS = 3;
const MAX_ALT_TEXT = 300;
const MAX_TEXT = 2000;
const MAX_TITLE = 200;
const MAX_TAG_DEPTH = 6;
const MAX_TAG_NAME = 100;
const MAX_TAG_PATH = 300;

export class Applier {
  /** What could not be said, in words. */
  readonly problems: string[] = [];
  readonly #parts: ApplyParts;
  #albums: Map<string, string> | null = null;
  /** Those of the library, as of this round. */
  #there: { id: string; title: string }[] | null = null;

  constructor(parts: ApplyParts) {
    this.#parts = parts;
  }

  /** Says everything of some pictures, and notes that it was said. */
  async say(pictures: readonly Landed[]): Promise<void> {
    this.#there = null;
    await this.#sayAlbums(pictures);
    const idsOf = (wanted: (picture: Landed) => boolean): string[] =>
      pictures.filter(wanted).map(({ imageId }) => imageId);
    await this.#batch(
      { action: "favourite" },
      idsOf(({ facts }) => facts.favourite),
    );
    await this.#batch(
      { action: "archive" },
      idsOf(({ facts, isNew }) => facts.archived && isNew),
    );
    await this.#sayTags(pictures);
    const ownDates = await this.#lookAtDates(pictures);
    const left = pictures.values();
    const correctOneByOne = async () => {
      for (const picture of left) await this.#correct(picture, ownDates.get(picture.imageId));
    };
    await Promise.all(Array.from({ length: WRITERS }, correctOneByOne));
    await this.#parts.journal.notePictures(
      pictures.map(({ sha256, imageId, isNew, facts }) => ({
        sha256,
        imageId,
        isNew,
        said: digestOfFacts(facts),
      })),
    );
  }

  async #sayAlbums(pictures: readonly Landed[]): Promise<void> {
    const open = this.#parts.open ? [OPEN] : [];
    const members = groupBy(
      pictures.flatMap(({ imageId, facts }) =>
        [...facts.albums, ...open].map((key) => ({ key, imageId })),
      ),
      ({ key }) => key,
    );
    for (const [key, those] of members) {
      const albumId = await this.#album(key);
      if (albumId === null) continue;
      const ids = those.map(({ imageId }) => imageId);
      const added = await this.#batch({ action: "add_to_album", album_id: albumId }, ids);
      await this.#parts.journal.noteEntries({ key: digestOf(key), albumId }, added);
    }
  }

  /** The album of a key: one that was made before, one of that title, or a new one. */
  async #album(key: string): Promise<string | null> {
    const { api, journal, albums: wanted, open } = this.#parts;
    if (key === OPEN) return open?.id ?? null;
    const there = (this.#there ??= await api.albums());
    this.#albums ??= new Map(journal.albums.map((album) => [album.key, album.albumId]));
    const notedKey = digestOf(key);
    const known = this.#albums.get(notedKey);
    if (known !== undefined && there.some(({ id }) => id === known)) return known;
    const album = wanted.get(key);
    if (!album) return null;
    const title = titleOf(album);
    const others = new Set(this.#albums.values());
    const found = there.find((each) => each.title === title && !others.has(each.id));
    let albumId = found?.id;
    if (albumId === undefined) {
      const description = cut(album.description, MAX_TEXT);
      try {
        albumId = (await api.makeAlbum({ title, description })).id;
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        this.#complain(`Album “${title}”`, error);
        return null;
      }
      there.push({ id: albumId, title });
    }
    this.#albums.set(notedKey, albumId);
    await journal.noteAlbum({ key: notedKey, albumId, isNew: !found, added: [] });
    return albumId;
  }

  async #sayTags(pictures: readonly Landed[]): Promise<void> {
    const tagged = groupBy(
      pictures.flatMap(({ imageId, facts }) =>
        facts.tags.map((tag) => ({ tag: tagPath(tag), imageId })),
      ),
      ({ tag }) => tag,
    );
    for (const [tag, those] of tagged) {
      if (tag === null) continue;
      const ids = those.map(({ imageId }) => imageId);
      await this.#batch({ action: "add_tag", tag }, ids);
    }
  }

  /** Changes many at once; those that are not there any more are passed over. */
  #batch(change: Omit<Batch, "images">, ids: readonly string[]): Promise<string[]> {
    return this.#parts.api.batchEach(change, ids, (error) => this.#complain("A picture", error));
  }

  /** What the site has read, of those whose own date was not found here. */
  async #lookAtDates(pictures: readonly Landed[]): Promise<Map<string, OwnDate>> {
    const asked = pictures.filter(({ facts }) => facts.isSaid && facts.moment !== null);
    const found = new Map<string, OwnDate>();
    if (asked.length === 0) return found;
    const images = await this.#parts.api.images(asked.map(({ imageId }) => imageId));
    for (const { id, dated_by, taken_at } of images) {
      const own = dated_by === "picture" ? ownDate(taken_at) : null;
      if (own) found.set(id, own);
    }
    return found;
  }

  /** Says date, place and description of one picture. */
  async #correct(picture: Landed, own: OwnDate | undefined): Promise<void> {
    const { api, zone } = this.#parts;
    const { facts, imageId, isSent } = picture;
    let changes = changesOf(facts, own, zone);
    try {
      // Of what was there before, in Recently deleted too, a person may have said something on the site.
      if (hasAny(changes) && !isSent) changes = missing(changes, await api.show(imageId));
      if (hasAny(changes)) await api.correct(imageId, changes);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status !== 404) this.#complain(facts.name, error);
    }
  }

  #complain(what: string, { detail }: ApiProblem): void {
    this.problems.push(`${what}: ${detail}`);
  }
}

/** Tells whether the same has been said. */
export const digestOfFacts = (facts: Facts): string => digestOf(JSON.stringify(facts));

/** What the album of a folder is called on the site. */
export const titleOf = ({ title }: Pick<AlbumOfFolder, "title">): string =>
  cut(oneLine(title), MAX_TITLE) || "Album";

const hasAny = (changes: ImageChanges): boolean => Object.keys(changes).length > 0;

/** A wall clock and, where it has one, its distance from UTC. */
const ownDate = (takenAt: string | null): OwnDate | null => {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:(Z)|([+-])(\d\d):(\d\d))?$/.exec(
      takenAt ?? "",
    );
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map(Number);
  const taken = clockOf(year, month, day, hour, minute, second);
  const [, , , , , , , zulu, sign, hours, minutes] = found;
  if (zulu) return { taken, offset: 0 };
  if (!sign) return { taken, offset: null };
  const away = Number(hours) * 60 + Number(minutes);
  return { taken, offset: sign === "-" ? -away : away };
};

const changesOf = (facts: Facts, own: OwnDate | undefined, zone: Zone): ImageChanges => {
  const changes: ImageChanges = {};
  const taken = takenOf(facts, own, zone);
  if (taken) changes.taken = taken;
  if (facts.place) changes.location = { latitude: facts.place[0], longitude: facts.place[1] };
  if (facts.description !== "") {
    changes.description = {
      alt_text: cut(oneLine(facts.description), MAX_ALT_TEXT),
      text: cut(facts.description, MAX_TEXT),
    };
  }
  return changes;
};

type Taken = NonNullable<ImageChanges["taken"]>;

/** Chooses between an export's date and the file's again, now that the site has read the file. */
const takenOf = (facts: Facts, own: OwnDate | undefined, zone: Zone): Taken | null => {
  if (!facts.isSaid || facts.taken === null) return null;
  if (!own || facts.moment === null) return { at: facts.taken, offset_minutes: facts.offset };
  const date = saidDate(own, facts.moment * 1000, zone);
  const shown = date?.taken ?? null;
  return date && shown !== null ? { at: wallText(shown), offset_minutes: date.offset } : null;
};

/** Leaves out what a person has said on the site already. */
const missing = (changes: ImageChanges, shown: ImageDetail): ImageChanges => {
  const left = { ...changes };
  if (shown.corrected.includes("taken")) delete left.taken;
  if (shown.corrected.includes("location") || shown.location) delete left.location;
  if (shown.description) delete left.description;
  return left;
};

/** A path that the site takes; null where nothing is left of it. */
const tagPath = (tag: string): string | null => {
  const names = tag.split("/").map((name) => cut(oneLine(name), MAX_TAG_NAME));
  const path = names
    .filter((name) => name !== "")
    .slice(0, MAX_TAG_DEPTH)
    .join("/");
  return path !== "" && path.length <= MAX_TAG_PATH ? path : null;
};

const oneLine = (text: string): string => text.split(/\s+/).join(" ").trim();

/** By characters, as the site counts them. */
const cut = (text: string, most: number): string => Array.from(text).slice(0, most).join("");
