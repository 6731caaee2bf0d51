/**
 * The directory of a zip, read entry by entry, by ranges of the file. As scripts/importer/zip_directory.py; APPNOTE is
 * PKWARE's "APPNOTE.TXT", .ZIP File Format Specification, version 6.3.10.
 */
import { clockOf } from "./clocks";
import { crc32 } from "./crc32";

/** Where a file of a zip lies in it. */
export type Packed = {
  /** Of its local header. */
  offset: number;
  packed: number;
  isDeflated: boolean;
  crc: number;
};

export type ZipEntry = {
  path: string;
  size: number;
  /** Wall clock, as the zip has it, which knows no zone. */
  modified: number | null;
  at: Packed;
  /** Why it cannot be read. */
  problem: string | null;
};

export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

const END = 22; // APPNOTE 4.3.16
const END_SIGNATURE = 0x06054b50;
const END64 = 56; // 4.3.14
const END64_SIGNATURE = 0x06064b50;
const LOCATOR = 20; // 4.3.15
const LOCATOR_SIGNATURE = 0x07064b50;
const ENTRY = 46; // 4.3.12
const ENTRY_SIGNATURE = 0x02014b50;
const MAX_COMMENT = 65_535;
const MORE_THAN_16_BITS = 0xffff;
const MORE_THAN_32_BITS = 0xffffffff;
/** Extra fields: 4.5.3, 4.6.9. */
const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const ENCRYPTED = 0x1;
const STORED = 0;
const DEFLATED = 8;
/** Read of the directory at a time; no entry is longer than three times 64 KB. */
const CHUNK = 1024 * 1024;
const LONGEST_ENTRY = ENTRY + 3 * 65_535;
const BROKEN = "The directory of this zip is broken.";

/** Lists what is in a zip, without folders. @throws UnreadableError */
export async function* listZip(zip: Blob): AsyncGenerator<ZipEntry> {
  const { start, size, moved } = await find(zip);
  let chunk = new DataView(new ArrayBuffer(0));
  let at = 0;
  for (let left = size; left > 0;) {
    if (chunk.byteLength - at < Math.min(left, LONGEST_ENTRY)) {
      const from = start + size - left;
      chunk = await view(zip, from, from + Math.min(left, CHUNK));
      at = 0;
    }
    if (chunk.byteLength - at < ENTRY || chunk.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw new UnreadableError(BROKEN);
    }
    const length =
      ENTRY +
      chunk.getUint16(at + 28, true) +
      chunk.getUint16(at + 30, true) +
      chunk.getUint16(at + 32, true);
    if (chunk.byteLength - at < length) throw new UnreadableError(BROKEN);
    const entry = entryOf(new DataView(chunk.buffer, chunk.byteOffset + at, length), moved);
    if (entry.at.offset + entry.at.packed > start || !Number.isSafeInteger(entry.size)) {
      throw new UnreadableError(BROKEN);
    }
    at += length;
    left -= length;
    if (!entry.path.endsWith("/")) yield entry;
  }
}

const view = async (blob: Blob, from: number, to: number): Promise<DataView<ArrayBuffer>> =>
  new DataView(await blob.slice(from, to).arrayBuffer());

type Directory = {
  start: number;
  size: number;
  /** By how much offsets are too small: what stands before a zip, as in a program that unpacks itself, is passed. */
  moved: number;
};

const find = async (zip: Blob): Promise<Directory> => {
  const tailAt = Math.max(0, zip.size - END - MAX_COMMENT);
  const tail = await view(zip, tailAt, zip.size);
  let at = tail.byteLength - END;
  while (at >= 0 && tail.getUint32(at, true) !== END_SIGNATURE) at -= 1;
  if (at < 0) throw new UnreadableError("This is no zip, or a part of it is missing.");
  const count = tail.getUint16(at + 10, true);
  let size = tail.getUint32(at + 12, true);
  let offset = tail.getUint32(at + 16, true);
  let end = tailAt + at;
  if (size === MORE_THAN_32_BITS || offset === MORE_THAN_32_BITS || count === MORE_THAN_16_BITS) {
    const found = await find64(zip, end);
    if (found) ({ size, offset, end } = found);
  }
  const start = end - size;
  if (start < 0 || offset > start) throw new UnreadableError(BROKEN);
  return { start, size, moved: start - offset };
};

const find64 = async (
  zip: Blob,
  end: number,
): Promise<{ size: number; offset: number; end: number } | null> => {
  if (end < LOCATOR) return null;
  const locator = await view(zip, end - LOCATOR, end);
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return null;
  // Where something stands before the zip, it is further behind than it says.
  for (const where of [long(locator, 8), end - LOCATOR - END64]) {
    const from = Math.min(Math.max(0, where), end);
    const record = await view(zip, from, from + END64);
    if (record.byteLength === END64 && record.getUint32(0, true) === END64_SIGNATURE) {
      return { size: long(record, 40), offset: long(record, 48), end: from };
    }
  }
  throw new UnreadableError(BROKEN);
};

/** 64 bits; what no number holds exactly is larger than any file. */
const long = (data: DataView, at: number): number => Number(data.getBigUint64(at, true));

const entryOf = (entry: DataView<ArrayBuffer>, moved: number): ZipEntry => {
  const flags = entry.getUint16(8, true);
  const method = entry.getUint16(10, true);
  const nameLength = entry.getUint16(28, true);
  const name = new Uint8Array(entry.buffer, entry.byteOffset + ENTRY, nameLength);
  const extraAt = entry.byteOffset + ENTRY + nameLength;
  const extra = new DataView(entry.buffer, extraAt, entry.getUint16(30, true));
  const fields = new Map(fieldsOf(extra));
  // In this order, and only those that did not fit.
  const zip64 = fields.get(ZIP64);
  let at = 0;
  const [size, packed, offset] = [24, 20, 42].map((place) => {
    const short = entry.getUint32(place, true);
    if (short !== MORE_THAN_32_BITS || !zip64) return short;
    at += 8;
    return at <= zip64.byteLength ? long(zip64, at - 8) : 0;
  }) as [number, number, number];
  const isEncrypted = (flags & ENCRYPTED) !== 0;
  return {
    path: textOf(name, fields.get(UNICODE_PATH)).replaceAll("\\", "/").normalize("NFC"),
    size,
    modified: dosClock(entry.getUint16(14, true), entry.getUint16(12, true)),
    at: {
      offset: offset + moved,
      packed,
      isDeflated: method === DEFLATED,
      crc: entry.getUint32(16, true),
    },
    problem: problemOf(method, { isEncrypted }),
  };
};

function* fieldsOf(extra: DataView): Generator<[number, DataView]> {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = Math.min(extra.getUint16(at + 2, true), extra.byteLength - at - 4);
    yield [
      extra.getUint16(at, true),
      new DataView(extra.buffer, extra.byteOffset + at + 4, length),
    ];
    at += 4 + length;
  }
}

const problemOf = (method: number, { isEncrypted }: { isEncrypted: boolean }): string | null => {
  if (isEncrypted) return "Encrypted in its zip.";
  const isKnown = method === STORED || method === DEFLATED;
  return isKnown ? null : `Packed by method ${method}, which is not read here.`;
};

/** UTF-8 where it can be read so, flag or not: zipping again often loses the flag. */
const textOf = (name: Uint8Array, unicode: DataView | undefined): string => {
  const isOfName = unicode && unicode.byteLength > 5 && unicode.getUint32(1, true) === crc32(name);
  const bytes = isOfName
    ? new Uint8Array(unicode.buffer, unicode.byteOffset + 5, unicode.byteLength - 5)
    : name;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => CP437[byte - 128] ?? String.fromCharCode(byte)).join("");
  }
};

/** The upper half of IBM's code page, which zips had before UTF-8 (APPNOTE D.1). */
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** MS-DOS has seven bits of years since 1980, and half the seconds; it knows no zone. */
const dosClock = (day: number, time: number): number | null =>
  clockOf(
    (day >> 9) + 1980,
    (day >> 5) & 15,
    day & 31,
    time >> 11,
    (time >> 5) & 63,
    (time & 31) * 2,
  );
