/**
 * Packs originals into a zip as they are read: nothing is compressed, since pictures are, and nothing is held back.
 *
 * Where the API knows the CRC-32 of a file, it is written with the size before the bytes, as in the zips that the worker
 * makes: whoever reads from a stream can tell where each file ends, and no sum is computed here.
 */
import { ZipWriter } from "@zip.js/zip.js/lib/zip-core-writer.js";

import { ApiProblem } from "@/api/problem";

import { MissingError, openOriginal, type OpenOriginal } from "./read-original";
import type { Addresses, ZipContents, ZipFile, ZipSource } from "./zip-source";

/** Connections that are open before their turn, so that small files do not wait for each other. */
const AHEAD = 3;
/** An address that ends sooner may be too late once the browser asks. */
const MARGIN_MS = 5_000;
const SIDECAR = ".xmp";
const MISSING = "Not in this zip";
/** Of what fits into memory, the sum is known before it is written. */
const SMALL = { bufferedWrite: true };

export type Progress = {
  onBytes: (count: number) => void;
  onFile: () => void;
  onMissing: (file: ZipFile) => void;
  /** Waits until it makes sense to try again. @throws where it was given up */
  trouble: (error: unknown) => Promise<void>;
};

type Making = {
  source: ZipSource;
  contents: ZipContents;
  sidecars: boolean;
  to: WritableStream<Uint8Array>;
  signal: AbortSignal;
  progress: Progress;
};

/** Addresses of files, asked for in batches, and anew before they end. */
class AddressBook {
  readonly #known = new Map<string, Addresses>();
  readonly #making: Making;

  constructor(making: Making) {
    this.#making = making;
  }

  /** @throws MissingError: the API has none for it. */
  async of(index: number, { isRefused = false } = {}): Promise<{ url: string; sidecar?: string }> {
    const file = this.#file(index);
    const batch = this.#known.get(file.id);
    if (isRefused || !batch || batch.expiresAt - Date.now() < MARGIN_MS) await this.#ask(index);
    const fresh = this.#known.get(file.id);
    const url = fresh?.urls.get(file.id);
    const sidecar = fresh?.sidecars.get(file.id);
    if (url === undefined) throw new MissingError();
    return sidecar === undefined ? { url } : { url, sidecar };
  }

  forget(index: number): void {
    this.#known.delete(this.#file(index).id);
  }

  #file(index: number): ZipFile {
    const file = this.#making.contents.files[index];
    if (!file) throw new RangeError("no such file");
    return file;
  }

  async #ask(index: number): Promise<void> {
    const { source, contents, sidecars, signal } = this.#making;
    const batch = contents.files.slice(index, index + source.atOnce).map(({ id }) => id);
    const found = await source.addresses(batch, { sidecars, signal }).catch((error: unknown) => {
      // Of visitors: the link shows none of them any more.
      if (error instanceof ApiProblem && error.code === "not_found") throw new MissingError();
      throw error;
    });
    // Of visitors, the last of several may be left out: they are asked for when it is their turn.
    for (const [at, id] of batch.entries()) {
      if (at === 0 || found.urls.has(id)) this.#known.set(id, found);
    }
  }
}

type Opened = { original: OpenOriginal; sidecar?: string } | null;

const open = async (making: Making, book: AddressBook, index: number): Promise<Opened> => {
  const { contents, signal, progress } = making;
  const file = contents.files[index];
  if (!file) return null;
  let sidecar: string | undefined;
  try {
    const original = await openOriginal({
      size: file.size,
      signal,
      address: async (isRefused) => {
        const found = await book.of(index, { isRefused });
        sidecar = found.sidecar;
        return found.url;
      },
      trouble: progress.trouble,
      onBytes: progress.onBytes,
    });
    return sidecar === undefined ? { original } : { original, sidecar };
  } catch (error) {
    if (error instanceof MissingError) return null;
    throw error;
  }
};

/** The moment of a file, by this browser's clock: zips have no zone. */
const momentOf = ({ date }: ZipFile, now: Date): Date => (date === null ? now : new Date(date));

/** Options of a file whose size and CRC-32 are written first. */
const known = ({ size, crc32 }: ZipFile) =>
  crc32 === null || size === 0
    ? {}
    : { passThrough: true, compressionMethod: 0, uncompressedSize: size, signature: crc32 };

const textOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return { readable: new Blob([bytes]).stream(), size: bytes.length };
};

/** A name for the list of what is missing that no picture has. */
export const nameOfMissing = (files: readonly Pick<ZipFile, "path">[]): string => {
  const taken = new Set(files.map(({ path }) => path.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${MISSING}.txt` : `${MISSING} (${String(number)}).txt`;
    if (!taken.has(name.toLowerCase())) return name;
  }
};

/** Makes a zip. @throws what `to`, `trouble` or the signal do */
export const makeZip = async (making: Making): Promise<void> => {
  const { contents, to, signal, progress } = making;
  const book = new AddressBook(making);
  const zip = new ZipWriter(to, {
    level: 0,
    useWebWorkers: false,
    useCompressionStream: false,
    // Dates of zips alone, as the worker's: they say what the clock on the wall said.
    extendedTimestamp: false,
    signal,
  });
  const now = new Date();
  const missing: string[] = [];
  const opened: Promise<Opened>[] = [];
  const openAhead = (index: number) => {
    while (opened.length < Math.min(contents.files.length, index + AHEAD)) {
      const next = open(making, book, opened.length);
      // Said when it is its turn.
      next.catch(() => undefined);
      opened.push(next);
    }
  };
  try {
    for (const [index, file] of contents.files.entries()) {
      openAhead(index);
      const found = await opened[index];
      const path = `${contents.folder}/${file.path}`;
      const lastModDate = momentOf(file, now);
      if (found) {
        const input = { readable: found.original.bytes, size: file.size };
        await zip.add(path, input, { lastModDate, ...known(file) });
        if (found.sidecar !== undefined) {
          await zip.add(`${path}${SIDECAR}`, textOf(found.sidecar), { ...SMALL, lastModDate });
        }
      } else {
        missing.push(file.path);
        progress.onMissing(file);
      }
      book.forget(index);
      progress.onFile();
    }
    if (missing.length > 0) {
      const lines = [
        "These could not be read. Perhaps they were deleted meanwhile.",
        "",
        ...missing,
      ];
      const list = `${contents.folder}/${nameOfMissing(contents.files)}`;
      await zip.add(list, textOf(`${lines.join("\n")}\n`), SMALL);
    }
    await zip.close();
  } finally {
    for (const each of opened) void each.then((found) => found?.original.close()).catch(() => null);
  }
};
