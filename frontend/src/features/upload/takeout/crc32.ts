/** CRC-32 as zips have it (PKWARE's APPNOTE 4.4.7), four bytes at a time. */

const POLYNOMIAL = 0xedb88320;

const TABLES: readonly Uint32Array[] = (() => {
  const tables = [0, 1, 2, 3].map(() => new Uint32Array(256));
  const [first = new Uint32Array()] = tables;
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
    first[byte] = sum;
  }
  for (let table = 1; table < tables.length; table += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const before = tables[table - 1]?.[byte] ?? 0;
      const [into] = tables.slice(table);
      if (into) into[byte] = (before >>> 8) ^ (first[before & 255] ?? 0);
    }
  }
  return tables;
})();

/** The sum of these bytes, behind those that `before` is the sum of. */
export const crc32 = (bytes: Uint8Array, before = 0): number => {
  const [first, second, third, fourth] = TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let sum = ~before;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    sum ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    sum =
      (fourth[sum & 255] ?? 0) ^
      (third[(sum >>> 8) & 255] ?? 0) ^
      (second[(sum >>> 16) & 255] ?? 0) ^
      (first[sum >>> 24] ?? 0);
  }
  for (; at < bytes.length; at += 1) {
    sum = (sum >>> 8) ^ (first[(sum ^ (bytes[at] ?? 0)) & 255] ?? 0);
  }
  return ~sum >>> 0;
};
