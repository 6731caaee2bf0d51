/** SHA-256 of a file before it is sent: of all its bytes, and of each part of a large one. */

export type Parts = { size: number; sha256: string[] };

export type FileHash = {
  sha256: string;
  /** Null: it is small, and sent in one piece. */
  parts: Parts | null;
};

const MB = 1024 * 1024;

/** Above this a file goes in parts: one that fails is sent again alone, and a reload loses no more than a few. */
const BIG = 16 * MB;
const PART = 8 * MB;
const MOST_PARTS = 100;

export const isBig = (fileSize: number): boolean => fileSize > BIG;

/** Bytes of each part but the last; null for what goes in one piece. */
export const partSizeOf = (fileSize: number): number | null => {
  if (!isBig(fileSize)) return null;
  let size = PART;
  while (fileSize > size * MOST_PARTS) size *= 2;
  return size;
};
