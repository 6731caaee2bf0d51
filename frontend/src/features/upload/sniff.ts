/** Telling what a file is by its first bytes, as the server does: its name and its declared type are only claims. */
import { BRANDS, FIXED } from "./signatures";

/** Enough for every signature and for a dozen brands. */
export const HEAD_BYTES = 64;

/** The content type that the bytes say, also of what is not taken in; empty when they say nothing known. */
export const typeByBytes = (head: Uint8Array): string => {
  const fixed = FIXED.find(([offset, bytes]) => hex(head, offset, bytes.length / 2) === bytes);
  if (fixed) return fixed[2];
  return text(head, 4) === "ftyp" ? typeOfIsoMedia(head) : "";
};

/** HEIC, AVIF, MP4 and others share one container; the brands tell them apart. */
const typeOfIsoMedia = (head: Uint8Array): string => {
  const end = Math.min(new DataView(head.buffer, head.byteOffset).getUint32(0), head.length);
  const major = text(head, 8);
  const others: string[] = [];
  for (let at = 16; at + 4 <= end; at += 4) others.push(text(head, at));
  const isHeif = BRANDS["image/heif"]?.includes(major) ?? false;
  const says = (type: string): boolean =>
    [major, ...(isHeif ? others : [])].some((brand) => BRANDS[type]?.includes(brand));
  const type = ["image/avif", "image/heic"].find(says);
  if (type !== undefined) return type;
  if (isHeif) return "image/heif";
  if (major === "crx ") return "image/x-canon-cr3";
  return major === "qt  " ? "video/quicktime" : "video/mp4";
};

const text = (head: Uint8Array, at: number): string =>
  String.fromCharCode(...head.subarray(at, at + 4));

const hex = (head: Uint8Array, at: number, count: number): string =>
  Array.from(head.subarray(at, at + count), (byte) => byte.toString(16).padStart(2, "0")).join("");
