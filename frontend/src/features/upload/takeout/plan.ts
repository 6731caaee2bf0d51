/** The plan of an import: what is to be brought, and with what; and what is not, and why. As scripts/importer/plan.py. */
import type { Limits } from "../queue/validate-file";
import { Folder, type AlbumOfFolder, type Facts, type Found, type Skip } from "./folder";
import { groupBy } from "./group-by";
import { folderOf, lastName, splitName } from "./kinds";
import type { Choices, MediaRow, Row, SidecarRow } from "./rows";

/** Ente keeps its sidecars in a folder beside the pictures. */
const ENTE_SIDECARS = "metadata";

/** What becomes of a picture: it is sent; the library has it; it is in Recently deleted there. */
export type Outcome = "upload" | "here" | "deleted";

export type PlannedPicture = { row: MediaRow; outcome: Outcome; facts: Facts };

/** Why a file is not taken. */
export type Reason =
  | Skip
  | "video"
  | "unsupported"
  | "too_large"
  | "empty"
  | "broken"
  | "no_picture"
  | "other_sidecar"
  | "unused_sidecar"
  | "not_about_pictures";

export type Verdict = Outcome | "same" | "read" | Reason;

export type Plan = {
  /** By SHA-256. */
  pictures: Map<string, PlannedPicture>;
  /** By key. */
  albums: Map<string, AlbumOfFolder>;
  /** By the id of the row: every file has one. */
  verdicts: Map<number, Verdict>;
};

type PlanParts = {
  rows: readonly Row[];
  choices: Choices;
  limits: Limits;
  /** Whether the library has it, by SHA-256. */
  library: ReadonlyMap<string, "here" | "deleted">;
};

export const makePlan = ({ rows, choices, limits, library }: PlanParts): Plan => {
  const plan: Plan = { pictures: new Map(), albums: new Map(), verdicts: new Map() };
  const known = new Known();
  const lonely: { row: SidecarRow; album: string | null }[] = [];
  for (const folder of foldersOf(rows)) {
    const album = folder.album();
    for (const found of folder.pictures(choices)) {
      known.add(found);
      addPicture(plan, found, { limits, library, choices });
    }
    for (const row of folder.lonelySidecars()) lonely.push({ row, album: album?.key ?? null });
    if (album && !folder.isEmpty) plan.albums.set(album.key, album);
    for (const id of folder.used) plan.verdicts.set(id, "read");
    if (folder.isTakeout) for (const { id } of folder.albumSidecars) plan.verdicts.set(id, "read");
  }
  for (const { row, album } of lonely) {
    const sha256 = known.find(row);
    plan.verdicts.set(row.id, sha256 === null ? "unused_sidecar" : "read");
    const facts = sha256 === null ? null : plan.pictures.get(sha256)?.facts;
    if (facts && album !== null && !facts.albums.includes(album)) facts.albums.push(album);
  }
  for (const row of rows) if (!plan.verdicts.has(row.id)) plan.verdicts.set(row.id, judge(row));
  return plan;
};

const foldersOf = function* (rows: readonly Row[]): Generator<Folder> {
  const byFolder = groupBy(rows, (row) => {
    const folder = folderOf(row.path);
    const isEnte = row.kind === "json" && lastName(folder) === ENTE_SIDECARS;
    return isEnte ? folderOf(folder) : folder;
  });
  const takeouts = new Set(
    rows
      .filter((row) => row.kind === "json" && row.said !== null && "picture" in row.said)
      .map((row) => folderOf(folderOf(row.path))),
  );
  // Albums before years are as good as the other way round; the order only must be the same each time.
  for (const path of [...byFolder.keys()].sort()) {
    const isTakeout = takeouts.has(folderOf(path));
    const inOrder = [...(byFolder.get(path) ?? [])].sort(
      (one, other) => compare(one.container, other.container) || compare(one.name, other.name),
    );
    yield new Folder(path, inOrder, { isTakeout });
  }
};

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const addPicture = (
  { pictures, verdicts }: Plan,
  { row, facts, skip }: Found,
  { limits, library, choices }: Omit<PlanParts, "rows">,
): void => {
  const reason = refusal(row, limits) ?? skip;
  if (reason) {
    verdicts.set(row.id, reason);
    return;
  }
  const kept = pictures.get(row.sha256);
  if (kept) {
    kept.facts = merge(kept.facts, facts);
    verdicts.set(row.id, "same");
    return;
  }
  const there = library.get(row.sha256) ?? "upload";
  const outcome = there === "deleted" && choices.restore ? "upload" : there;
  pictures.set(row.sha256, { row, outcome, facts });
  verdicts.set(row.id, outcome);
};

/** Why the site would not take a file. */
const refusal = ({ type, size }: MediaRow, { contentTypes, maxBytes }: Limits): Reason | null => {
  // Before its type, which is not known of what was not read.
  if (size > maxBytes) return "too_large";
  if (!contentTypes.includes(type)) return type.startsWith("video/") ? "video" : "unsupported";
  return size > 0 ? null : "empty";
};

/**
 * Puts together what is said of the same bytes in two places. A date or place that an export says counts before one
 * that only the picture, its name or its file says: an album's copy may have a sidecar, and the year's copy none.
 */
const merge = (kept: Facts, more: Facts): Facts => ({
  ...kept,
  ...(more.isSaid &&
    !kept.isSaid && {
      taken: more.taken,
      offset: more.offset,
      dated: more.dated,
      isSaid: true,
      moment: more.moment,
    }),
  place: kept.place ?? more.place,
  description: kept.description || more.description,
  favourite: kept.favourite || more.favourite,
  archived: kept.archived || more.archived,
  albums: [...new Set([...kept.albums, ...more.albums])],
  tags: [...new Set([...kept.tags, ...more.tags])],
});

/** Pictures by what their sidecars say: albums that hold only sidecars are told by it. */
class Known {
  readonly #byUrl = new Map<string, Set<string>>();
  readonly #byTitle = new Map<string, Set<string>>();

  add({ row, identity }: Found): void {
    if (!identity) return;
    note(this.#byUrl, identity.url, row.sha256);
    note(this.#byTitle, titleKey(identity), row.sha256);
  }

  /** By its address at Google, else by title and time together; null: none, or several. */
  find({ said }: SidecarRow): string | null {
    if (!said || !("picture" in said)) return null;
    const { url } = said.picture;
    const byUrl = url === "" ? null : only(this.#byUrl.get(url));
    if (byUrl !== null) return byUrl;
    return said.picture.taken === null ? null : only(this.#byTitle.get(titleKey(said.picture)));
  }
}

const titleKey = ({ title, taken }: { title: string; taken: number | null }): string =>
  `${String(taken)} ${title}`;

const note = (into: Map<string, Set<string>>, key: string, sha256: string): void => {
  const found = into.get(key);
  if (found) found.add(sha256);
  else into.set(key, new Set([sha256]));
};

const only = (found: ReadonlySet<string> | undefined): string | null =>
  found?.size === 1 ? ([...found][0] ?? null) : null;

/** Says of a file that no folder has spoken for why it is left. */
const judge = (row: Row): Verdict => {
  if (row.kind === "json") return row.said ? "unused_sidecar" : "not_about_pictures";
  if (row.kind === "media") return "no_picture";
  if (row.problem !== null) return "broken";
  return row.role === "sidecar" ? "other_sidecar" : "no_picture";
};

/** What a name ends in, for reports. */
export const extensionOf = (path: string): string => splitName(lastName(path))[1].toLowerCase();
