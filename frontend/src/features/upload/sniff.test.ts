import { expect, test } from "vitest";

import { typeByBytes } from "./sniff";

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const iso = (major: string, ...brands: string[]): string =>
  `\0\0\0${String.fromCharCode(16 + 4 * brands.length)}ftyp${major}\0\0\0\0${brands.join("")}`;

test.each([
  ["\xff\xd8\xff\xe1", "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["GIF89a", "image/gif"],
  ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
  ["RIFF\0\0\0\0AVI LIST", "video/x-msvideo"],
  ["II*\0\x08\0\0\0", "image/tiff"],
  ["MM\0*\0\0\0\x08", "image/tiff"],
  ["FUJIFILMCCD-RAW 0201", "image/x-fuji-raf"],
  ["IIRO\x08\0\0\0", "image/x-olympus-orf"],
  ["IIRS\x08\0\0\0", "image/x-olympus-orf"],
  ["MMOR\0\0\0\x08", "image/x-olympus-orf"],
  ["%PDF-1.7", "application/pdf"],
  [iso("heic", "mif1"), "image/heic"],
  [iso("mif1", "heix"), "image/heic"],
  [iso("mif1", "avif"), "image/avif"],
  [iso("avis", "msf1"), "image/avif"],
  [iso("mif1", "jpeg"), "image/heif"],
  [iso("crx "), "image/x-canon-cr3"],
  [iso("qt  "), "video/quicktime"],
  [iso("isom", "avif"), "video/mp4"],
  ["hello", ""],
  ["", ""],
])("%j is %s", (head, type) => {
  expect(typeByBytes(bytes(head))).toBe(type);
});
