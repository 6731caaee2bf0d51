/** One folder of an export: which sidecars its pictures have, and what these say. As scripts/importer/folder.py. */
import { wallText } from "./clocks";
import { decideDate, type DateSource } from "./dates";
import type { Own } from "./exif";
import { groupBy } from "./group-by";
import { lastName, splitName } from "./kinds";
import { readName } from "./name-dates";
import {
  isSameTitle,
  isYearFolder,
  kindOfFolder,
  matchSidecars,
  originalOfEdited,
  type FolderKind,
  type Match,
} from "./names";
import type { Choices, MediaRow, Row, SidecarRow } from "./rows";
import type { LatLon, PictureSaid } from "./sidecar";

/** Positions closer than this, about a kilometre, are the same place written with fewer digits. */
const SAME_PLACE = 0.01;

/** What is to be said of a picture. */
export type Facts = {
  name: string;
  /** Wall clock, as ISO text. */
  taken: string | null;
  /** Minutes from UTC. */
  offset: number | null;
  dated: DateSource;
  isSaid: boolean;
  /** Seconds of UTC. Where the picture's own date was not found, the site is asked for it first. */
  moment: number | null;
  place: LatLon | null;
  description: string;
  favourite: boolean;
  archived: boolean;
  /** How many people the sidecar names. */
  people: number;
  tags: string[];
  /** Keys of albums. */
  albums: string[];
};

export type Skip = "trash" | "locked" | "shared";

export type Found = {
  row: MediaRow;
  facts: Facts;
  /** Why it is left where it is. */
  skip: Skip | null;
  /** What tells this picture from others, by its own sidecar. */
  identity: Pick<PictureSaid, "url" | "title" | "taken"> | null;
};

export type AlbumOfFolder = { key: string; title: string; description: string };

/** The files of one folder, of whichever zips they are in, with what was read of each. */
export class Folder {
  /** Of sidecars that belong to a picture. */
  readonly used = new Set<number>();
  readonly albumSidecars: readonly SidecarRow[];
  readonly #media: readonly MediaRow[];
  readonly #said: readonly PictureRow[];
  readonly #saidByName: ReadonlyMap<string, PictureRow[]>;
  readonly #path: string;
  readonly #isTakeout: boolean;
  readonly #kind: FolderKind | null;

  /** @param isTakeout whether folders beside it have Google's sidecars: trash and albums are named there. */
  constructor(path: string, rows: readonly Row[], { isTakeout }: { isTakeout: boolean }) {
    this.#path = path;
    this.#isTakeout = isTakeout;
    this.#media = rows.filter((row) => row.kind === "media" && row.type !== "") as MediaRow[];
    const sidecars = rows.filter((row) => row.kind === "json");
    this.#said = sidecars.filter(saysPicture);
    this.albumSidecars = sidecars.filter(({ said }) => said !== null && "album" in said);
    this.#saidByName = groupBy(this.#said, ({ name }) => name);
    this.#kind = isTakeout ? kindOfFolder(this.#name) : null;
  }

  get #name(): string {
    return lastName(this.#path);
  }

  get isEmpty(): boolean {
    return this.#media.length === 0 && this.#said.length === 0;
  }

  get isTakeout(): boolean {
    return this.#isTakeout;
  }

  /** The album that this folder is. */
  album(): AlbumOfFolder | null {
    const said = this.albumSidecars[0]?.said;
    if (this.#kind || isYearFolder(this.#name) || !this.#isTakeout) return null;
    if (!said || !("album" in said)) return null;
    const title = said.album.title.trim() || this.#name;
    return { key: `takeout:${this.#path}`, title, description: said.album.description };
  }

  /** Each picture with what is known of it. */
  *pictures(choices: Choices): Generator<Found> {
    const titles = new Map(this.#said.map(({ name, said }) => [name, said.picture.title]));
    const names = [...new Set(this.#media.map(({ name }) => name))];
    const matches = matchSidecars(names, titles);
    const album = this.album();
    for (const row of this.#media) {
      const match = matches.get(row.name) ?? null;
      const said = match && this.#saidOf(match, row);
      const facts = together(row, match, said, choices);
      const skip = this.#skip(said, choices);
      const isApart = this.#kind === "archive" || this.#kind === "locked";
      facts.archived ||= isApart || (said?.locked ?? false);
      if (album) facts.albums.push(album.key);
      yield { row, facts, skip, identity: match?.isShared === false ? said : null };
    }
  }

  /** What sidecars say to which the folder has no picture. */
  lonelySidecars(): PictureRow[] {
    return this.#said.filter(({ id }) => !this.used.has(id));
  }

  /** What the sidecar says; of two with one name, that of the picture's own zip. */
  #saidOf(match: Match, row: MediaRow): PictureSaid | null {
    const rows = this.#saidByName.get(match.sidecar) ?? [];
    for (const { id } of rows) this.used.add(id);
    const own = rows.find(({ container }) => container === row.container) ?? rows[0];
    return own?.said.picture ?? null;
  }

  #skip(said: PictureSaid | null, { trash, locked, ownOnly }: Choices): Skip | null {
    if (!trash && (said?.trashed || this.#kind === "trash")) return "trash";
    if (!locked && (said?.locked || this.#kind === "locked")) return "locked";
    const isShared = said?.origin === "fromPartnerSharing" || said?.origin === "fromSharedAlbum";
    return ownOnly && isShared ? "shared" : null;
  }
}

export type PictureRow = SidecarRow & { said: { picture: PictureSaid } };

const saysPicture = (row: SidecarRow): row is PictureRow =>
  row.said !== null && "picture" in row.said;

/** Puts together what the picture, its sidecar, its name and its file say. */
const together = (
  row: MediaRow,
  match: Match | null,
  said: PictureSaid | null,
  { zone, people }: Choices,
): Facts => {
  const guess = readName(row.name, zone);
  const claim = said?.taken ?? null;
  const date = decideDate({ own: row.own, claim, guess, modified: row.modified, zone });
  const named = said?.people ?? [];
  return {
    name: nameOf(row.name, match, said),
    taken: date.taken === null ? null : wallText(date.taken),
    offset: date.offset,
    dated: date.source,
    isSaid: date.isSaid,
    moment: row.own.taken === null ? claim : null,
    place: said?.place && !isSamePlace(row.own, said.place) ? said.place : null,
    description: said?.description ?? "",
    favourite: said?.favourite ?? false,
    archived: said?.archived ?? false,
    people: named.length,
    tags: [
      ...(people ? named.map((name) => `people/${name.replaceAll("/", "-")}`) : []),
      ...(guess?.tag ? [guess.tag] : []),
    ],
    albums: [],
  };
};

const isSamePlace = ({ place }: Own, said: LatLon): boolean =>
  place !== null &&
  Math.abs(place[0] - said[0]) < SAME_PLACE &&
  Math.abs(place[1] - said[1]) < SAME_PLACE;

/** The title is the name that the picture had before it was clipped and cleaned. */
const nameOf = (name: string, match: Match | null, said: PictureSaid | null): string => {
  const title = said?.title ?? "";
  if (!match || match.isShared || !isSameTitle(title, withoutNumber(name))) return name;
  const hasExtension = extensionOf(title) === extensionOf(name);
  return hasExtension && originalOfEdited(name) === null ? title : name;
};

const extensionOf = (name: string): string => splitName(name)[1].toLowerCase();

const withoutNumber = (name: string): string => {
  const [stem, extension] = splitName(name);
  const base = stem.endsWith(")") ? stem.slice(0, Math.max(0, stem.lastIndexOf("("))) : "";
  return base === "" ? name : base + extension;
};
