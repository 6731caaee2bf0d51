/** Google Takeout's JSON: of a picture, and of an album. Ente's sidecars have the same shape. */

export type LatLon = readonly [latitude: number, longitude: number];

/** What a sidecar says of a picture. */
export type PictureSaid = {
  title: string;
  description: string;
  /** Seconds of UTC; null: it does not say. */
  taken: number | null;
  place: LatLon | null;
  favourite: boolean;
  archived: boolean;
  trashed: boolean;
  locked: boolean;
  people: string[];
  url: string;
  origin: string;
};
export type AlbumSaid = { title: string; description: string };
export type Said = { picture: PictureSaid } | { album: AlbumSaid };

export const MAX_JSON = 1024 * 1024;
const ORIGINS = ["fromPartnerSharing", "fromSharedAlbum", "composition"];
/** What Python's calendar holds, and so the importer. */
const EARLIEST = -62_135_596_800; // 0001-01-01
const LATEST = 253_402_300_799; // 9999-12-31

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a JSON file says of a picture or an album; null: neither. */
export const parseSidecar = (text: string): Said | null => {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(said)) return null;
  if (isObject(said["photoTakenTime"]) || "geoDataExif" in said) return { picture: picture(said) };
  const album = said["albumData"] ?? said;
  if (!isObject(album) || typeof album["title"] !== "string" || !isAlbum(album)) return null;
  return { album: { title: album["title"], description: textOf(album, "description") } };
};

/** Albums have one of these at least; other files have a list as title. */
const isAlbum = (said: Json): boolean =>
  ["access", "date", "description", "location"].some((name) => name in said);

const picture = (said: Json): PictureSaid => ({
  title: textOf(said, "title"),
  description: textOf(said, "description") || textOf(said, "caption"),
  taken: moment(said["photoTakenTime"]),
  place: place(said["geoData"]) ?? place(said["geoDataExif"]),
  favourite: said["favorited"] === true,
  archived: said["archived"] === true,
  trashed: said["trashed"] === true,
  locked: said["inLockedFolder"] === true,
  people: names(said["people"]),
  url: textOf(said, "url"),
  origin: originOf(said["googlePhotosOrigin"]),
});

const textOf = (said: Json, name: string): string => {
  const value = said[name];
  return typeof value === "string" ? value : "";
};

const moment = (value: unknown): number | null => {
  if (!isObject(value)) return null;
  const said = value["timestamp"];
  if (typeof said !== "number" && !(typeof said === "string" && /^\s*[+-]?\d+\s*$/.test(said)))
    return null;
  const seconds = Math.trunc(Number(said));
  if (!(seconds >= EARLIEST && seconds <= LATEST)) return null;
  return seconds === 0 ? null : seconds; // "0" means none
};

const place = (value: unknown): LatLon | null => {
  if (!isObject(value)) return null;
  const { latitude, longitude } = value;
  if (typeof latitude !== "number" || typeof longitude !== "number") return null;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return latitude !== 0 || longitude !== 0 ? [latitude, longitude] : null;
};

const names = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [])
    .map((person: unknown) => (isObject(person) ? person["name"] : null))
    .filter((name): name is string => typeof name === "string" && name.trim() !== "");

const originOf = (value: unknown): string =>
  isObject(value) ? (ORIGINS.find((name) => name in value) ?? "") : "";
