/** A plan in numbers. */
import { titleOf } from "./apply";
import type { DateSource } from "./dates";
import type { Plan, Reason, Verdict } from "./plan";
import type { Row } from "./rows";

export type Count = { count: number; bytes: number };

export type PlanSummary = {
  /** Of pictures, by what becomes of them; and files that are there twice. */
  upload: Count;
  here: number;
  deleted: number;
  same: number;
  /** Of what is to be uploaded, most first. */
  dates: [DateSource, number][];
  places: number;
  descriptions: number;
  favourites: number;
  archived: number;
  tagged: number;
  /** Pictures whose sidecars name people. */
  withPeople: number;
  /** With how many pictures, most first; `isThere`: the library has one of that title, which is used. */
  albums: { key: string; title: string; count: number; isThere: boolean }[];
  left: [Reason, number][];
};

const KEPT: ReadonlySet<Verdict> = new Set(["upload", "here", "deleted", "same", "read"]);

/** `titles`: of the library's albums. */
export const summarizePlan = (
  { pictures, albums, verdicts }: Plan,
  rows: readonly Row[],
  titles: readonly string[],
) => {
  const free = [...titles];
  const taken = [...pictures.values()].filter(({ outcome }) => outcome !== "deleted");
  const sent = taken.filter(({ outcome }) => outcome === "upload");
  const count = (isSo: (picture: (typeof taken)[number]) => boolean): number =>
    taken.filter(isSo).length;
  const inAlbums = new Map(tally(taken.flatMap(({ facts }) => facts.albums)));
  const summary: PlanSummary = {
    upload: { count: sent.length, bytes: sent.reduce((sum, { row }) => sum + row.size, 0) },
    here: taken.length - sent.length,
    deleted: pictures.size - taken.length,
    same: rows.filter(({ id }) => verdicts.get(id) === "same").length,
    dates: tally(sent.map(({ facts }) => facts.dated)),
    places: count(({ facts }) => facts.place !== null),
    descriptions: count(({ facts }) => facts.description !== ""),
    favourites: count(({ facts }) => facts.favourite),
    archived: count(({ facts, outcome }) => facts.archived && outcome === "upload"),
    tagged: count(({ facts }) => facts.tags.length > 0),
    withPeople: count(({ facts }) => facts.people > 0),
    albums: [...albums.values()]
      .map(({ key, title }) => ({ key, title, count: inAlbums.get(key) ?? 0 }))
      .filter((album) => album.count > 0)
      .map((album) => {
        // Each is used once.
        const at = free.indexOf(titleOf(album));
        if (at >= 0) free.splice(at, 1);
        return { ...album, isThere: at >= 0 };
      })
      .sort((one, other) => other.count - one.count || one.title.localeCompare(other.title)),
    left: leftOf({ verdicts }),
  };
  return summary;
};

/** Why files are left, and how many, most first. */
export const leftOf = ({ verdicts }: Pick<Plan, "verdicts">): [Reason, number][] =>
  tally([...verdicts.values()]).filter((each): each is [Reason, number] => !KEPT.has(each[0]));

/** How often each is there, most first. */
const tally = <Key>(keys: readonly Key[]): [Key, number][] => {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
};
