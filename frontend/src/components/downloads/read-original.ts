/**
 * Reading one original to its end, whatever becomes of the network: what broke off goes on where it ended, by Range,
 * from an address that is signed anew where its own has ended.
 */

/** The server has no such original (any more), or shows it no more. */
export class MissingError extends Error {}

/** Nothing came for so long: the connection is dead, though nobody said so. */
const SILENT_MS = 30_000;
/** An address that ended is asked for anew; one that is refused so often in a row is refused for good. */
const MAX_REFUSED = 3;

export type ReadingOptions = {
  size: number;
  signal: AbortSignal;
  /** Where it is read; `isRefused`: the one before was, so it is to be another. */
  address: (isRefused: boolean) => Promise<string>;
  /** Waits until it makes sense to try again. @throws where it was given up */
  trouble: (error: unknown) => Promise<void>;
  onBytes: (count: number) => void;
};

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Asks for the bytes from `offset` on. */
const ask = async (url: string, offset: number, signal: AbortSignal): Promise<Response> =>
  await fetch(url, {
    signal,
    credentials: "omit",
    cache: "no-store",
    ...(offset === 0 ? {} : { headers: { Range: `bytes=${String(offset)}-` } }),
  });

/** How many bytes come that were there already: of who does not know Range, all of them. */
const surplusOf = (answer: Response, offset: number): number =>
  answer.status === 206 || offset === 0 ? 0 : offset;

class Original {
  #offset = 0;
  #surplus = 0;
  #refused = 0;
  #reader: Reader | null = null;
  #connection = new AbortController();
  readonly #of: ReadingOptions;

  constructor(of: ReadingOptions) {
    this.#of = of;
  }

  /** Opens a connection. @throws MissingError */
  async open(): Promise<void> {
    const { address, signal } = this.#of;
    for (;;) {
      signal.throwIfAborted();
      try {
        const url = await address(this.#refused > 0);
        this.#connection = new AbortController();
        const both = AbortSignal.any([signal, this.#connection.signal]);
        const answer = await this.#inTime(ask(url, this.#offset, both));
        if (answer.status === 404) throw new MissingError();
        if (answer.status === 403 && ++this.#refused > MAX_REFUSED) throw new MissingError();
        if (answer.status === 403) continue;
        if (!answer.ok || !answer.body) throw new TypeError(`status ${String(answer.status)}`);
        this.#refused = 0;
        this.#surplus = surplusOf(answer, this.#offset);
        this.#reader = answer.body.getReader();
        return;
      } catch (error) {
        if (error instanceof MissingError) throw error;
        await this.#wait(error);
      }
    }
  }

  /** The next bytes; null: that was all. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#offset >= this.#of.size) return this.#end();
      if (!this.#reader) await this.open();
      const bytes = await this.#read();
      if (bytes !== null) return bytes;
    }
  }

  /** Lets go of the connection. */
  close(): void {
    this.#connection.abort();
  }

  #end(): null {
    this.close();
    return null;
  }

  async #read(): Promise<Uint8Array | null> {
    try {
      const reader = this.#reader;
      if (!reader) return null;
      const { done, value } = await this.#inTime(reader.read());
      if (done) throw new TypeError("it ended too early");
      const fresh = value.subarray(Math.min(this.#surplus, value.length));
      this.#surplus -= value.length - fresh.length;
      // What is more than announced is not the file: the next check of its sum would fail, and this one is sooner.
      const bytes = fresh.subarray(0, this.#of.size - this.#offset);
      this.#offset += bytes.length;
      this.#of.onBytes(bytes.length);
      return bytes.length === 0 ? null : bytes;
    } catch (error) {
      this.#reader = null;
      this.close();
      await this.#wait(error);
      return null;
    }
  }

  async #wait(error: unknown): Promise<void> {
    this.#of.signal.throwIfAborted();
    await this.#of.trouble(error);
  }

  /** Fails where nothing comes for too long. */
  async #inTime<T>(coming: Promise<T>): Promise<T> {
    const silence = setTimeout(() => this.#connection.abort(), SILENT_MS);
    try {
      return await coming;
    } finally {
      clearTimeout(silence);
    }
  }
}

export type OpenOriginal = { bytes: ReadableStream<Uint8Array>; close: () => void };

/** Opens an original; its bytes come as they are read. @throws MissingError */
export const openOriginal = async (of: ReadingOptions): Promise<OpenOriginal> => {
  const original = new Original(of);
  if (of.size > 0) await original.open();
  const bytes = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const chunk = await original.next();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: () => original.close(),
    },
    { highWaterMark: 0 },
  );
  return { bytes, close: () => original.close() };
};
