/** Wall clocks without a zone, as "2024-05-03T14:05:06", and how far they are from UTC. */
import { dateFormat } from "@/locale";

const CLOCK = "2024-05-03T14:05:06".length;

/** Moments are counted in UTC: no clock of this machine's place skips an hour in between. */
const toMoment = (clock: string): number => Date.parse(`${clock}Z`);

/** The date and the time of a clock; without a zone, and whole seconds. */
export const partsOf = (clock: string): { date: string; time: string } => {
  const [date = "", time = ""] = clock.slice(0, CLOCK).split("T");
  return { date, time: time.length === "14:05".length ? `${time}:00` : time };
};

/** The clock so many seconds later; null: there is no such year. */
export const shifted = (clock: string, seconds: number): string | null => {
  const { date, time } = partsOf(clock);
  const moment = new Date(toMoment(`${date}T${time}`) + seconds * 1_000);
  const year = moment.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9_999
    ? null
    : moment.toISOString().slice(0, CLOCK);
};

/** Minutes from UTC that "…+02:00" or "…Z" ends with; null: it does not say. */
export const offsetOf = (moment: string | null): number | null => {
  const found = /(?:([+-])(\d\d):(\d\d)|Z)$/.exec(moment?.slice(CLOCK) ?? "");
  if (!found) return null;
  const [, sign, hours, minutes] = found;
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
};

/** How far a time zone is from UTC at a moment, in minutes. */
const offsetAt = (moment: number, zone: Intl.DateTimeFormat): number => {
  const said = zone.formatToParts(moment).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(said) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
};

/**
 * Minutes from UTC of a clock in a time zone; null: this browser does not know the zone.
 *
 * A clock that a zone shows twice, in autumn, is taken for the first of both. One that it skips, in
 * spring, gets the offset after the change.
 */
export const offsetIn = (name: string, clock: string): number | null => {
  const { date, time } = partsOf(clock);
  const asUtc = toMoment(`${date}T${time}`);
  if (Number.isNaN(asUtc)) return null;
  let zone: Intl.DateTimeFormat;
  try {
    zone = new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
  // A zone is less than a day from UTC: a change of the clock is between these two, or none is.
  const before = offsetAt(asUtc - 86_400_000, zone);
  const after = offsetAt(asUtc + 86_400_000, zone);
  return offsetAt(asUtc - before * 60_000, zone) === before ? before : after;
};

/** "UTC+05:45". */
export const offsetInWords = (minutes: number): string => {
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const twoDigits = (value: number): string => String(value).padStart(2, "0");
  const clock = `${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
  return `UTC${minutes < 0 ? "−" : "+"}${clock}`;
};

const HOURS = Array.from({ length: 27 }, (_, at) => (at - 12) * 60);
/** Of Marquesas, Newfoundland, Iran, Afghanistan, India, Nepal, Myanmar, Eucla, Adelaide, Lord Howe, Chatham. */
const BETWEEN = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765];

/** The offsets that clocks of the world are set to, and this one. */
export const offsetsWith = (minutes: number | null): number[] =>
  [...new Set([...HOURS, ...BETWEEN, ...(minutes === null ? [] : [minutes])])].sort(
    (a, b) => a - b,
  );

const words = dateFormat({
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "UTC",
});

/** "3 May 2024, 14:05:06", by the language of the browser. */
export const clockInWords = (clock: string): string => {
  const { date, time } = partsOf(clock);
  const moment = toMoment(`${date}T${time}`);
  return Number.isNaN(moment) ? "" : words.format(moment);
};
