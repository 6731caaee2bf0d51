/**
 * Wall clocks and zones. A wall clock is a number here: the milliseconds that UTC would have to show the same hands.
 */

/** Milliseconds by which a zone's clocks are ahead of UTC, at a moment in milliseconds. */
export type Zone = (moment: number) => number;

export const fixedZone =
  (minutes: number): Zone =>
  () =>
    minutes * 60_000;

/** A zone by its name; undefined: the one of this machine. */
export const zoneOf = (timeZone?: string): Zone => {
  const format = new Intl.DateTimeFormat("en-US", {
    ...(timeZone === undefined ? {} : { timeZone }),
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (moment) => {
    const whole = Math.floor(moment / 1000) * 1000;
    const parts = new Map(format.formatToParts(whole).map(({ type, value }) => [type, value]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
    const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
    return (
      clock([year, part("month"), part("day"), part("hour"), part("minute"), part("second")]) -
      whole
    );
  };
};

type Hands = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

/** The wall clock with these hands, whatever they are: the 30th of February is the 2nd of March. */
const clock = ([year, month, day, hour, minute, second]: Hands): number => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC takes years before 100 for others
  return date.setUTCHours(hour, minute, second);
};

/** The wall clock with these hands; null: there is no such day or hour. */
export const clockOf = (...hands: Hands): number | null => {
  const [, month, day, hour, minute, second] = hands;
  const wall = clock(hands);
  const date = new Date(wall);
  const isReal =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isReal && hands[0] >= 1 ? wall : null;
};

export const yearOf = (wall: number): number => new Date(wall).getUTCFullYear();

/** "2019-07-14T14:00:00" */
export const wallText = (wall: number): string => new Date(wall).toISOString().slice(0, 19);

/** What the clocks of this machine show at a moment. */
export const localWall = (moment: number): number =>
  Math.floor(moment / 1000) * 1000 - new Date(moment).getTimezoneOffset() * 60_000;

/** The moment at which the clocks of this machine show it. */
export const momentOfWall = (wall: number): number => {
  const shown = new Date(wall);
  return new Date(
    shown.getUTCFullYear(),
    shown.getUTCMonth(),
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  ).getTime();
};
