/**
 * When a picture was taken: what it says itself, what an export says, and which of them counts. As
 * scripts/importer/dates.py: see [Note: Whose date] there.
 */
import { fixedZone, yearOf, type Zone } from "./clocks";
import type { NameDate } from "./name-dates";

/** What a picture says itself: a wall clock, and minutes from UTC. */
export type OwnDate = { taken: number | null; offset: number | null };

/** `isSaid`: it is said to the site beside what the picture says. Otherwise it is a hint. */
export type DateThatCounts = {
  taken: number | null;
  offset: number | null;
  source: DateSource;
  isSaid: boolean;
};

export type DateSource = "sidecar" | "picture" | "name" | "file" | "none";

/** Zones reach from 12 hours west to 14 hours east; a clock that was set wrong by less is left alone. */
const SAME_MOMENT_MS = 24 * 60 * 60_000;
/** What the site takes. */
const EARLIEST_YEAR = 1826;
const LATEST_YEAR = 2199;

type Sources = {
  own: OwnDate;
  /** What the export says, in seconds of UTC. */
  claim: number | null;
  guess: NameDate | null;
  /** The file's last change, as a wall clock. */
  modified: number | null;
  zone: Zone;
};

export const decideDate = ({ own, claim, guess, modified, zone }: Sources): DateThatCounts => {
  const said = claim === null ? null : saidDate(own, claim * 1000, zone);
  if (said) return said;
  if (own.taken !== null) {
    return { taken: own.taken, offset: own.offset, source: "picture", isSaid: false };
  }
  const hint = { offset: null, isSaid: false };
  if (guess) return { ...hint, taken: guess.taken, source: "name" };
  if (modified !== null) return { ...hint, taken: modified, source: "file" };
  return { ...hint, taken: null, source: "none" };
};

/** What the export says, where it counts. */
export const saidDate = (own: OwnDate, moment: number, zone: Zone): DateThatCounts | null => {
  let shownBy = zone;
  if (own.taken !== null) {
    const apart = Math.abs(own.taken - (own.offset ?? 0) * 60_000 - moment);
    if (apart <= SAME_MOMENT_MS) return null;
    if (own.offset !== null) shownBy = fixedZone(own.offset);
  }
  const ahead = shownBy(moment);
  const taken = moment + ahead;
  const year = yearOf(taken);
  if (year < EARLIEST_YEAR || year > LATEST_YEAR) return null;
  // Before standard time, places were seconds apart: only whole minutes can be said.
  const offset = ahead % 60_000 === 0 ? ahead / 60_000 : null;
  return { taken, offset, source: "sidecar", isSaid: true };
};
