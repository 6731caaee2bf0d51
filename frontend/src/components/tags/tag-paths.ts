/** Paths of tags, as people type them, and finding tags by a part of one. */
import type { Tag } from "@/api";
import { lowerCase } from "@/locale";

/** As the API bounds them. */
export const MAX_PATH = 300;
const MAX_NAME = 100;
const MAX_DEPTH = 6;

const namesOf = (path: string): string[] => path.split("/");

/** The last name of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The path of the tag above, with a slash at its end; empty: it is at the top. */
export const aboveOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** How many tags are above one. */
export const depthOf = (path: string): number => namesOf(path).length - 1;

export const isBelow = (path: string, above: string): boolean =>
  lowerCase(path).startsWith(`${lowerCase(above)}/`);

/** Tags that differ in case only are the same. */
export const isSamePath = (a: string, b: string): boolean =>
  lowerCase(a.normalize("NFC")) === lowerCase(b.normalize("NFC"));

/** Without space around its names, nor slashes at its ends. */
export const tidyPath = (typed: string): string =>
  namesOf(typed.trim().replace(/^\/+|\/+$/gu, ""))
    .map((name) => name.trim().replace(/\s+/gu, " "))
    .join("/");

/** What is wrong with a path that is tidy; undefined: nothing that is seen here. */
export const faultOf = (path: string): string | undefined => {
  const names = namesOf(path);
  if (names.some((name) => name === "")) return "Write a name before and after each /.";
  if (names.length > MAX_DEPTH) return `Write ${MAX_DEPTH} names below each other at most.`;
  if (names.some((name) => name.length > MAX_NAME)) {
    return `Write ${MAX_NAME} characters in each name at most.`;
  }
  return undefined;
};

/** Without regard to case and accents. */
const plain = (text: string): string => lowerCase(text.normalize("NFD").replace(/\p{M}/gu, ""));

/** How well it is found: 0 is best; null: not at all. */
const rankOf = (path: string, wanted: string): number | null => {
  const whole = plain(path);
  const name = nameOf(whole);
  if (whole === wanted) return 0;
  if (name === wanted) return 1;
  if (name.startsWith(wanted)) return 2;
  if (whole.startsWith(wanted)) return 3;
  return whole.includes(wanted) ? 4 : null;
};

/** The tags whose paths have this in them, the ones that begin with it first. */
export const matchingTags = (tags: readonly Tag[], text: string): Tag[] => {
  const wanted = plain(tidyPath(text));
  return tags
    .map((tag) => ({ tag, rank: rankOf(tag.path, wanted) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ tag }) => tag);
};

/** The tags that were given or changed last. */
export const recentTags = (tags: readonly Tag[]): Tag[] =>
  [...tags].sort((a, b) => (a.changed_at < b.changed_at ? 1 : -1));
