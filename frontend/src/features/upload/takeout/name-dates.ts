/**
 * Dates in file names: a guess, for pictures that nothing else dates. As scripts/importer/name_dates.py;
 * docs/importing.md says where each pattern comes from.
 */
import { clockOf, yearOf, type Zone } from "./clocks";

/** What a name says: a wall clock, what wrote it, and what kind of picture it is. */
export type NameDate = { taken: number; source: string; tag: string | null };

type Pattern = { source: string; regex: RegExp; isUtc?: boolean; tag?: string };

const DAY = String.raw`(?<y>(?:19|20)\d\d)(?<m>\d\d)(?<d>\d\d)`;
const DAY_DASHED = String.raw`(?<y>(?:19|20)\d\d)-(?<m>\d\d)-(?<d>\d\d)`;
const CLOCK = String.raw`(?<H>\d\d)(?<M>\d\d)(?<S>\d\d)`;
const CLOCK_DASHED = String.raw`(?<H>\d\d)[-.](?<M>\d\d)[-.](?<S>\d\d)`;
const END = "(?![0-9])";

/** The first that fits counts. Those that name their program stand before those that do not. */
const PATTERNS: readonly Pattern[] = [
  { source: "Pixel", regex: new RegExp(`^PXL_${DAY}_${CLOCK}\\d{3}`), isUtc: true },
  { source: "OneDrive for iOS", regex: new RegExp(`^${DAY}_${CLOCK}\\d{3}_iOS`), isUtc: true },
  {
    source: "WhatsApp",
    regex: new RegExp(`^(?:IMG|VID|PTT|STK|GIF)-${DAY}-WA\\d+`),
    tag: "WhatsApp",
  },
  {
    source: "WhatsApp",
    regex: new RegExp(`^WhatsApp (?:Image|Video) ${DAY_DASHED} at ${CLOCK_DASHED}`),
    tag: "WhatsApp",
  },
  { source: "Signal", regex: new RegExp(`^signal-${DAY_DASHED}-${CLOCK_DASHED}`), tag: "Signal" },
  { source: "Signal", regex: new RegExp(`^signal-${DAY_DASHED}-${CLOCK}`), tag: "Signal" },
  {
    source: "Telegram",
    regex: new RegExp(`^photo_${DAY_DASHED}_${CLOCK_DASHED}`),
    tag: "Telegram",
  },
  {
    source: "screenshot",
    regex: new RegExp(
      `^(?:Screenshot|Screen Shot|Bildschirmfoto|Capture d.écran)[ _-](?:from )?${DAY_DASHED}` +
        `(?:[ _-](?:at |um |à )?${CLOCK_DASHED})?`,
    ),
    tag: "Screenshots",
  },
  {
    source: "screenshot",
    regex: new RegExp(`^Screenshot[ _-]${DAY}[_-]${CLOCK}${END}`),
    tag: "Screenshots",
  },
  { source: "camera burst", regex: new RegExp(`BURST${DAY}${CLOCK}(?:\\d{3})?${END}`) },
  {
    source: "camera",
    regex: new RegExp(`^(?:IMG|VID|MVIMG|PANO|DSC|BURST|Photo)?[_-]?${DAY}[_-]${CLOCK}`),
  },
  { source: "camera", regex: new RegExp(`^${DAY_DASHED}[ _T-]${CLOCK_DASHED}`) },
  { source: "camera", regex: new RegExp(`^${DAY}${CLOCK}${END}`) },
];
const BURST_MILLISECONDS = new RegExp(`BURST(\\d{13})${END}`);
/** Before, no device put dates into names. */
const EARLIEST_YEAR = 1990;
const DAY_MS = 24 * 60 * 60_000;

/** Reads a date from a file name; UTC is shown by the clock of `zone`. */
export const readName = (name: string, zone: Zone): NameDate | null => {
  const burst = BURST_MILLISECONDS.exec(name);
  if (burst) {
    const moment = Math.floor(Number(burst[1]) / 1000) * 1000;
    return { taken: moment + zone(moment), source: "camera burst", tag: null };
  }
  for (const { source, regex, isUtc = false, tag = null } of PATTERNS) {
    const wall = clockIn(regex.exec(name));
    if (wall !== null) return { taken: isUtc ? wall + zone(wall) : wall, source, tag };
  }
  return null;
};

const clockIn = (found: RegExpExecArray | null): number | null => {
  if (!found?.groups) return null;
  const { y, m, d, H, M, S } = found.groups;
  // A day without a clock is shown at noon: no zone moves it to another day.
  const wall = clockOf(
    Number(y),
    Number(m),
    Number(d),
    Number(H ?? 12),
    Number(M ?? 0),
    Number(S ?? 0),
  );
  const isLikely = wall !== null && yearOf(wall) >= EARLIEST_YEAR && wall < Date.now() + DAY_MS;
  return isLikely ? wall : null;
};
