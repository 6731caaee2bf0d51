/**
 * Date and position of a picture, as far as its first bytes have them. As scripts/importer/exif.py: for the plan, and
 * for comparing with what an export says. What counts in the end is what the site reads.
 */
import { clockOf } from "./clocks";
import type { OwnDate } from "./dates";
import type { LatLon } from "./sidecar";

export type Own = OwnDate & { place: LatLon | null };

export const NOTHING: Own = { taken: null, offset: null, place: null };
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_ORIGINAL = 0x9011;
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const LATITUDE_REF = 1;
const LATITUDE = 2;
const LONGITUDE_REF = 3;
const LONGITUDE = 4;
const ASCII = 2;
const LONG = 4;
const RATIONAL = 5;
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };
const MAX_ENTRIES = 500;
const MAX_VALUE = 1024;
/** TIFF's beginning, by itself or behind what announces EXIF in JPEG, PNG and ISO media. */
const START = /(?:Exif\0\0|eXIf|EXIF[^]{4}|^)(II\*\0|MM\0\*)/g;

type Value = { kind: number; bytes: DataView };
type Directory = ReadonlyMap<number, Value>;

/** What the first bytes of a file say; nothing of what is broken or lies further behind. */
export const readOwn = (head: Uint8Array): Own => {
  const text = new TextDecoder("latin1").decode(head);
  for (const found of text.matchAll(START)) {
    const at = found.index + found[0].length - 4;
    try {
      const own = read(new DataView(head.buffer, head.byteOffset + at, head.byteLength - at));
      if (own.taken !== null || own.place) return own;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // it says that something lies outside
    }
  }
  return NOTHING;
};

const read = (data: DataView): Own => {
  const little = data.getUint8(0) === 0x49;
  const first = directory(data, little, data.getUint32(4, little));
  const exif = subDirectory(data, little, first.get(EXIF_IFD));
  const gps = subDirectory(data, little, first.get(GPS_IFD));
  return {
    taken: clockIn(textOf(exif.get(DATE_TIME_ORIGINAL))),
    offset: minutesIn(textOf(exif.get(OFFSET_ORIGINAL))),
    place: placeIn(gps, little),
  };
};

const directory = (data: DataView, little: boolean, at: number): Directory => {
  const count = Math.min(data.getUint16(at, little), MAX_ENTRIES);
  const values = new Map<number, Value>();
  for (let index = 0; index < count; index += 1) {
    const entry = at + 2 + 12 * index;
    const kind = data.getUint16(entry + 2, little);
    const size = (SIZES[kind] ?? 0) * data.getUint32(entry + 4, little);
    const start = size > 4 ? data.getUint32(entry + 8, little) : entry + 8;
    const length = Math.max(0, Math.min(size, MAX_VALUE, data.byteLength - start));
    const bytes = new DataView(data.buffer, data.byteOffset + (length && start), length);
    values.set(data.getUint16(entry, little), { kind, bytes });
  }
  return values;
};

const subDirectory = (data: DataView, little: boolean, value: Value | undefined): Directory =>
  value?.kind === LONG ? directory(data, little, value.bytes.getUint32(0, little)) : new Map();

const textOf = (value: Value | undefined): string =>
  value?.kind === ASCII
    ? (new TextDecoder("latin1").decode(value.bytes).split("\0")[0] ?? "").trim()
    : "";

const clockIn = (text: string): number | null => {
  const found = /^(\d{4}):(\d\d?):(\d\d?) (\d\d?):(\d\d?):(\d\d?)$/.exec(text.slice(0, 19));
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map(Number);
  return clockOf(year, month, day, hour, minute, second);
};

const minutesIn = (text: string): number | null => {
  const found = /^([+-])(\d\d):(\d\d)$/.exec(text);
  if (!found) return null;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === "-" ? -minutes : minutes;
};

const placeIn = (gps: Directory, little: boolean): LatLon | null => {
  const latitude = degrees(gps.get(LATITUDE), little, textOf(gps.get(LATITUDE_REF)) === "S");
  const longitude = degrees(gps.get(LONGITUDE), little, textOf(gps.get(LONGITUDE_REF)) === "W");
  if (latitude === null || longitude === null) return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return latitude !== 0 || longitude !== 0 ? [latitude, longitude] : null;
};

const degrees = (value: Value | undefined, little: boolean, isNegative: boolean): number | null => {
  if (value?.kind !== RATIONAL || value.bytes.byteLength !== 24) return null;
  const part = (at: number): number =>
    value.bytes.getUint32(at, little) / value.bytes.getUint32(at + 4, little);
  const sum = part(0) + part(8) / 60 + part(16) / 3600;
  if (!Number.isFinite(sum)) return null;
  return isNegative ? -sum : sum;
};
