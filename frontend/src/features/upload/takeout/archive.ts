/** Files of zips, read where they are, by ranges of the zip: none is ever held whole. */
import { crc32 } from "./crc32";
import { UnreadableError, type Packed } from "./zip-directory";

const LOCAL_HEADER = 30;
const CHUNK = 1024 * 1024;
/** What was unpacked is handed to the browser in pieces of this size, which it may put on the disk. */
const PIECE = 8 * 1024 * 1024;

/** Larger than any picture: a zip that says so of a packed file may be made to fill the disk. */
const MAX_UNPACKED = 4 * 1024 * 1024 * 1024;

/** One file of a zip, unpacked. What is stored as it is costs no memory. @throws UnreadableError */
export const openPacked = async (zip: Blob, at: Packed, size: number): Promise<Blob> => {
  if (at.isDeflated && size > MAX_UNPACKED) throw new UnreadableError("Too large to be unpacked");
  const header = new DataView(await zip.slice(at.offset, at.offset + LOCAL_HEADER).arrayBuffer());
  if (header.byteLength < LOCAL_HEADER || header.getUint32(0, true) !== 0x04034b50) {
    throw new UnreadableError("The zip is broken here");
  }
  const start = at.offset + LOCAL_HEADER + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = zip.slice(start, start + at.packed);
  const blob = at.isDeflated ? await inflate(packed, size) : packed;
  if (blob.size !== size) throw new UnreadableError("The zip is broken here");
  return blob;
};

/** Whether these are the bytes that the zip was made of. */
export const isIntact = async (blob: Blob, { crc }: Packed): Promise<boolean> => {
  let sum = 0;
  for (let at = 0; at < blob.size; at += CHUNK) {
    sum = crc32(new Uint8Array(await blob.slice(at, at + CHUNK).arrayBuffer()), sum);
  }
  return sum === crc;
};

const inflate = async (packed: Blob, size: number): Promise<Blob> => {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const feeding = feed(packed, writable.getWriter());
  // Whoever reads is told; unheard it would be reported as nobody's.
  feeding.catch(() => undefined);
  const reader = readable.getReader();
  const whole: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let inPieces = 0;
  let total = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      const bytes = step.value;
      total += bytes.length;
      if (total > size) throw new UnreadableError("The zip is broken here");
      pieces.push(bytes);
      inPieces += bytes.length;
      if (inPieces < PIECE) continue;
      whole.push(new Blob(pieces));
      pieces = [];
      inPieces = 0;
    }
    await feeding;
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw new UnreadableError("The zip is broken here", { cause: error });
  }
  return new Blob([...whole, ...pieces]);
};

const feed = async (
  packed: Blob,
  writer: WritableStreamDefaultWriter<BufferSource>,
): Promise<void> => {
  for (let at = 0; at < packed.size; at += CHUNK) {
    await writer.write(new Uint8Array(await packed.slice(at, at + CHUNK).arrayBuffer()));
  }
  await writer.close();
};
