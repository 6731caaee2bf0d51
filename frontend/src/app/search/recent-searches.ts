/** Recent searches, stored in this browser only and until the user signs out (preload.ts). */
import { lowerCase } from "@/locale";

import { SEARCHES } from "../device-data";

const MAX_KEPT = 8;

type Kept = { user: string; searches: string[] };

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" &&
  value !== null &&
  "user" in value &&
  "searches" in value &&
  Array.isArray(value.searches) &&
  value.searches.every((each) => typeof each === "string");

/** The latest first; those of whoever else was signed in are none of this person's. */
export const recentSearches = (user: string): readonly string[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(SEARCHES) ?? "null");
    return isKept(kept) && kept.user === user ? kept.searches : [];
  } catch {
    return []; // storage is closed to us, or somebody else wrote there
  }
};

const keep = (kept: Kept): void => {
  try {
    localStorage.setItem(SEARCHES, JSON.stringify(kept));
  } catch {
    // Without storage nothing is kept.
  }
};

export const noteSearch = (user: string, q: string): void => {
  const others = recentSearches(user).filter((each) => lowerCase(each) !== lowerCase(q));
  keep({ user, searches: [q, ...others].slice(0, MAX_KEPT) });
};

export const clearSearches = (user: string): void => keep({ user, searches: [] });
