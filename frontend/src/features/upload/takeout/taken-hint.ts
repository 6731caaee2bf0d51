/** What the site may date a picture by that does not say when it was taken. */
import { yearOf } from "./clocks";

const DAY_MS = 24 * 60 * 60_000;
/** The site takes clocks before this for ones that were never set. */
const EARLIEST_YEAR = 1981;

/** Null where it would not believe it. */
export const takenHint = (taken: string | null): string | null => {
  if (taken === null) return null;
  const wall = Date.parse(`${taken}Z`);
  return yearOf(wall) >= EARLIEST_YEAR && wall < Date.now() + DAY_MS ? taken : null;
};
