/** What a file of an export is, by its name. Its bytes tell the type: see sniff.ts. */
import { typeByBytes } from "../sniff";

export type Role = "media" | "unsure" | "json" | "sidecar" | "other";

/** How much of a picture is looked at for its type, date and place. */
export const HEAD = 256 * 1024;

/** Raw photos that begin as TIFFs do. */
const RAW: Readonly<Record<string, string>> = {
  ".dng": "image/x-adobe-dng",
  ".nef": "image/x-nikon-nef",
  ".nrw": "image/x-nikon-nef",
  ".cr2": "image/x-canon-cr2",
  ".arw": "image/x-sony-arw",
  ".sr2": "image/x-sony-arw",
  ".pef": "image/x-pentax-pef",
  ".srw": "image/x-samsung-srw",
  ".3fr": "image/x-hasselblad-3fr",
  ".erf": "image/x-epson-erf",
  ".iiq": "image/x-phaseone-iiq",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
};
const PICTURES = new Set([
  ...[".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".avif", ".heic", ".heif"],
  ...[".hif", ".jxl", ".cr3", ".raf", ".rw2", ".rwl", ".orf", ".ori", ".bmp", ".psd", ".mpo"],
  ...[".raw", ".kdc", ".dcr", ".mrw", ".x3f", ".mef", ".mos", ".svg", ".ico", ".jp2"],
  ...Object.keys(RAW),
]);
/** .mp and .mv are the moving parts of Google's motion photos: MP4. */
const VIDEOS = new Set([
  ...[".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".3gp", ".3g2", ".mpg", ".mpeg", ".mts"],
  ...[".m2ts", ".wmv", ".mp", ".mv", ".mp~2"],
]);
/** Of other programs than Google Photos: only the command reads them. */
const SIDECARS = new Set([".xmp", ".csv", ".yml", ".yaml", ".aae"]);

/** Splits a file name before its extension, which may be empty. */
export const splitName = (name: string): [stem: string, extension: string] => {
  const at = name.lastIndexOf(".");
  return at > 0 && at < name.length - 1 ? [name.slice(0, at), name.slice(at)] : [name, ""];
};

export const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export const folderOf = (path: string): string =>
  path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";

const extensionOf = (path: string): string => splitName(lastName(path))[1].toLowerCase();

export const roleOf = (path: string): Role => {
  const extension = extensionOf(path);
  if (extension === ".json") return "json";
  if (SIDECARS.has(extension)) return "sidecar";
  if (PICTURES.has(extension) || VIDEOS.has(extension)) return "media";
  // A name without an extension, and those whose dot is part of the name: "Mr. Smith".
  const isPartOfName = extension === "" || extension.includes(" ") || /^\.\d+$/.test(extension);
  return isPartOfName ? "unsure" : "other";
};

export const isVideoName = (path: string): boolean => VIDEOS.has(extensionOf(path));

/** The media type by the first bytes; empty: it is neither picture nor video. */
export const typeOf = (head: Uint8Array, path: string): string => {
  const type = typeByBytes(head);
  if (type !== "image/tiff") return type;
  return RAW[extensionOf(path)] ?? "image/x-raw";
};
