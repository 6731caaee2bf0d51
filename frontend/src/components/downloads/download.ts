/**
 * One download of a zip: what it holds, how far it is, and what is done where the network fails.
 *
 * [Note: Taking up again] A connection that breaks off is opened again from where it ended: at once, then after longer
 * and longer pauses, and when the browser is online again. After some tries in vain it stops, and goes on when its
 * person says so. The zip on the disk is whole all that time, since it only waits for the next byte.
 */
import { ApiProblem, toProblem } from "@/api/problem";

import { MAX_IN_MEMORY, saveStream, SavingEndedError } from "./save-stream";
import type { ZipContents, ZipSource } from "./zip-source";

export type DownloadState = {
  phase: "running" | "waiting" | "stopped" | "done" | "failed" | "cancelled";
  name: string;
  files: number;
  filesDone: number;
  bytes: number;
  bytesDone: number;
  missing: number;
  /** Why it failed. */
  problem: string | null;
};

const MAX_TRIES = 8;
const LONGEST_PAUSE_MS = 20_000;
const TELL_EVERY_MS = 250;
const HTTP_TOO_MANY = 429;
const HTTP_BAD_REQUEST = 400;
const HTTP_SERVER_ERROR = 500;

/** Whether the API refused, and will refuse again. */
const isFinal = (error: unknown): boolean =>
  error instanceof SavingEndedError ||
  (error instanceof ApiProblem &&
    error.status >= HTTP_BAD_REQUEST &&
    error.status < HTTP_SERVER_ERROR &&
    error.status !== HTTP_TOO_MANY);

const wordsOf = (error: unknown): string => {
  if (error instanceof SavingEndedError) return "The browser ended it. Start it again.";
  if (error instanceof ApiProblem && error.code === "share_closed") {
    return "The link has ended, so the rest cannot be read.";
  }
  return toProblem(error).detail;
};

const totalOf = (contents: ZipContents): number =>
  contents.files.reduce((sum, { size }) => sum + size, 0);

export class TooLargeError extends Error {}

/** What is asked of a download. */
type Wanted = { source: ZipSource; contents: ZipContents; sidecars: boolean };

export class Download {
  #state: DownloadState;
  readonly #listeners = new Set<() => void>();
  readonly #over = new AbortController();
  readonly #wanted: Wanted;
  #tries = 0;
  #retry: (() => void) | null = null;
  #pause: Promise<void> | null = null;
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    const { files, folder } = wanted.contents;
    this.#state = {
      phase: "running",
      name: `${folder}.zip`,
      files: files.length,
      filesDone: 0,
      bytes: totalOf(wanted.contents),
      bytesDone: 0,
      missing: 0,
      problem: null,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): DownloadState => this.#state;

  get isOver(): boolean {
    return ["done", "failed", "cancelled"].includes(this.#state.phase);
  }

  /** Makes it, to its end. Never fails: what went wrong is in its state. */
  async run(): Promise<void> {
    const { contents, source, sidecars } = this.#wanted;
    const { signal } = this.#over;
    window.addEventListener("beforeunload", askBeforeLeaving, { signal });
    window.addEventListener("online", () => this.retry(), { signal });
    try {
      const { makeZip } = await import("./make-zip");
      const { to, isInMemory, finished } = await saveStream(this.#state.name, {
        signal,
        onEnded: () => this.cancel(),
      });
      if (isInMemory && this.#state.bytes > MAX_IN_MEMORY) throw new TooLargeError();
      const progress = {
        onBytes: (count: number) => {
          this.#tries = 0;
          this.#tell({ bytesDone: this.#state.bytesDone + count, phase: "running" });
        },
        onFile: () => this.#tell({ filesDone: this.#state.filesDone + 1 }),
        onMissing: () => this.#tell({ missing: this.#state.missing + 1 }),
        trouble: (error: unknown) => this.#trouble(error),
      };
      await makeZip({ source, contents, sidecars, to, signal, progress });
      await finished;
      this.#end({ phase: "done" });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Goes on now. */
  retry(): void {
    if (this.#state.phase === "stopped") this.#tries = 0;
    this.#retry?.();
  }

  cancel(): void {
    if (!this.isOver) this.#end({ phase: "cancelled" });
  }

  /** Several files may be in trouble at once: they wait together. */
  async #trouble(error: unknown): Promise<void> {
    if (isFinal(error)) throw error;
    this.#pause ??= this.#wait().finally(() => {
      this.#pause = null;
    });
    await this.#pause;
  }

  async #wait(): Promise<void> {
    const { signal } = this.#over;
    this.#tries += 1;
    const isStopped = this.#tries > MAX_TRIES;
    this.#tell({ phase: isStopped ? "stopped" : "waiting" });
    await new Promise<void>((resolve, reject) => {
      const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** (this.#tries - 1));
      const timer = isStopped ? undefined : setTimeout(resolve, pause);
      this.#retry = () => {
        clearTimeout(timer);
        resolve();
      };
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", stop, { once: true });
    });
    this.#retry = null;
  }

  #fail(error: unknown): void {
    if (this.isOver) return;
    if (error instanceof TooLargeError) {
      const problem =
        "This browser can save 1 GB at once here. Download fewer pictures, or use a browser window that is not private.";
      this.#end({ phase: "failed", problem });
    } else this.#end({ phase: "failed", problem: wordsOf(error) });
  }

  #end(last: Partial<DownloadState>): void {
    clearTimeout(this.#telling);
    this.#state = { ...this.#state, ...last };
    this.#over.abort(new DOMException("The download is over.", "AbortError"));
    for (const listener of this.#listeners) listener();
  }

  /** Told a few times a second, not with each piece. */
  #tell(more: Partial<DownloadState>): void {
    if (this.isOver) return;
    const isOther = more.phase !== undefined && more.phase !== this.#state.phase;
    this.#state = { ...this.#state, ...more };
    if (isOther) this.#announce();
    else this.#telling ??= setTimeout(() => this.#announce(), TELL_EVERY_MS);
  }

  #announce(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    for (const listener of this.#listeners) listener();
  }
}

const askBeforeLeaving = (event: BeforeUnloadEvent): void => event.preventDefault();
